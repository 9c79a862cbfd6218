//! What a repository's history says: commits, changed files, line ownership and tags.
//!
//! A [`History`] is columnar in spirit: commits, paths and signatures are stored once and referred to by index, because a
//! real one has a million commits and ten million changed files.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::commit_id::CommitId;
use super::gap::Gap;
use super::governance::CodeownersLine;

/// Index into [`History::signatures`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SignatureId(pub u32);

/// A name and an address as a commit or a trailer carries them, after `.mailmap`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// The name; lossy UTF-8.
    pub name: String,
    /// The address; lossy UTF-8, possibly empty.
    pub email: String,
}

/// Why a commit, a file or a change is left out of the knowledge metrics. Always counted, never silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// A merge commit: recorded, not diffed.
    Merge,
    /// Named in `.git-blame-ignore-revs`.
    IgnoredRevision,
    /// Touches more files than the limit (default 100).
    TooManyFiles,
    /// `linguist-generated` in `.gitattributes`.
    Generated,
    /// `linguist-vendored` in `.gitattributes`, or a default vendored directory.
    Vendored,
    /// A lock file.
    LockFile,
    /// Matches a glob of the configuration.
    Configured,
    /// Binary content.
    Binary,
    /// A submodule pointer or a symbolic link.
    NotAFile,
}

impl Exclusion {
    /// The reason printed in ledgers.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Merge => "merge_commit",
            Self::IgnoredRevision => "ignored_revision",
            Self::TooManyFiles => "too_many_files",
            Self::Generated => "generated",
            Self::Vendored => "vendored",
            Self::LockFile => "lock_file",
            Self::Configured => "configured_glob",
            Self::Binary => "binary",
            Self::NotAFile => "not_a_file",
        }
    }

    /// The exclusion of a word written by [`Exclusion::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::Merge,
            Self::IgnoredRevision,
            Self::TooManyFiles,
            Self::Generated,
            Self::Vendored,
            Self::LockFile,
            Self::Configured,
            Self::Binary,
            Self::NotAFile,
        ]
        .into_iter()
        .find(|exclusion| exclusion.word() == word)
    }
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Object id.
    pub id: CommitId,
    /// Parents in order, also those outside a shallow clone.
    pub parents: Vec<CommitId>,
    /// Author, after `.mailmap`.
    pub author: SignatureId,
    /// Committer, after `.mailmap`.
    pub committer: SignatureId,
    /// Author time.
    pub authored_at: Timestamp,
    /// Author time's offset from UTC as recorded, in seconds.
    pub author_offset_seconds: i32,
    /// Committer time.
    pub committed_at: Timestamp,
    /// Committer time's offset from UTC as recorded, in seconds.
    pub committer_offset_seconds: i32,
    /// When the default branch had it: the committer time of the commit of its first-parent line that brought it (a clock that
    /// ran ahead is set back to the next one's time). Its own committer time where it never landed.
    pub landed_at: Timestamp,
    /// `Co-authored-by` trailers, after `.mailmap`, without the author, no duplicates.
    pub co_authors: Vec<SignatureId>,
    /// Lines of the message that may be an agent's: trailers and footers, as [`super::Agents::is_mark`] finds them.
    pub marks: Vec<String>,
    /// First paragraph of the message on one line; lossy UTF-8.
    pub subject: String,
    /// The pull request that the message says it lands: `… (#12)`, `Merge pull request #12 from …`, or a landing bot's trailer.
    pub pull_request: Option<u64>,
    /// The commit that it takes back, by id, by the number of a pull request or by a quoted subject.
    pub reverts: Option<CommitId>,
    /// `(cherry picked from commit …)` in the body; the last one counts.
    pub cherry_picked_from: Option<CommitId>,
    /// Whether the commit is reachable from the default branch (false: only seen because all refs were asked for).
    pub on_default_branch: bool,
    /// Why the commit is left out of knowledge; `None`: it counts.
    pub exclusion: Option<Exclusion>,
    /// Files changed; `None` for a merge that was not diffed, or where a tree cannot be read.
    pub n_files: Option<u32>,
    /// Lines added over all text files; `None` for a merge that was not diffed, or where the content of a file is missing.
    pub lines_added: Option<u64>,
    /// Lines deleted over all text files; `None` as for `lines_added`.
    pub lines_deleted: Option<u64>,
}

impl Commit {
    /// Whether it has more than one parent.
    #[must_use]
    pub fn is_merge(&self) -> bool {
        self.parents.len() > 1
    }
}

/// How a file changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChangeKind {
    /// New.
    Added,
    /// Content or mode changed.
    Modified,
    /// Gone.
    Deleted,
    /// Moved, with or without edits.
    Renamed,
}

impl ChangeKind {
    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
        }
    }

    /// The kind of a word written by [`ChangeKind::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Added, Self::Modified, Self::Deleted, Self::Renamed]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One file changed by one commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileChange {
    /// Index into [`History::commits`].
    pub commit: u32,
    /// Index into [`History::paths`]: the path after the change (before it, for a deletion).
    pub path: u32,
    /// Index into [`History::paths`]: where a renamed file was.
    pub previous_path: Option<u32>,
    /// How it changed.
    pub change: ChangeKind,
    /// Index into [`History::paths`]: where the file is on the default branch, where a subtree merge brought it there.
    pub landed_path: Option<u32>,
    /// The same of where a renamed file was.
    pub landed_previous_path: Option<u32>,
    /// Lines added; `None` for binary content, or where the content is missing (then a gap says so).
    pub lines_added: Option<u32>,
    /// Lines deleted; `None` as for `lines_added`.
    pub lines_deleted: Option<u32>,
    /// Whether either side is binary: by its content, or because `.gitattributes` say so (`-diff`, `binary`).
    pub is_binary: bool,
}

/// What a merge of the default branch's first-parent line did to a path that no commit which it brought says: the file sets of
/// trees follow from the changes of commits and these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MergedFile {
    /// Index into [`History::commits`]: the merge.
    pub commit: u32,
    /// Index into [`History::paths`].
    pub path: u32,
    /// Index into [`History::paths`]: where the file was on the branch that was merged (a subtree merge moves it).
    pub previous_path: Option<u32>,
    /// Added, renamed or deleted.
    pub change: ChangeKind,
}

/// Lines of one file that one signature wrote and that survive at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ownership {
    /// The instant: the end of a quarter (UTC), or the tip's.
    pub as_of: Timestamp,
    /// Index into [`History::paths`].
    pub path: u32,
    /// Whose lines.
    pub author: SignatureId,
    /// How many; at least 1.
    pub surviving_lines: u32,
}

/// How a line leaves the default branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineEnd {
    /// It was deleted, or others took its place.
    Deleted,
    /// The same commit has its text elsewhere, or with other blanks around it.
    Moved,
    /// A revision that `.git-blame-ignore-revs` names took it away.
    Formatted,
}

impl LineEnd {
    /// The word used in facts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Moved => "moved",
            Self::Formatted => "formatted",
        }
    }

    /// The end of a word written by [`LineEnd::word`].
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Deleted, Self::Moved, Self::Formatted]
            .into_iter()
            .find(|end| end.word() == word)
    }
}

/// Lines that one commit wrote, of one kind of file, and what became of them on the default branch.
///
/// All lines that `git blame` ever says are the commit's are counted: those that its landing brought, and the few that a later merge
/// brings back or an ignored revision splits off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineLife {
    /// Index into [`History::commits`].
    pub commit: u32,
    /// Why their files are left out of knowledge; `None`: they count.
    pub exclusion: Option<Exclusion>,
    /// How many; at least 1.
    pub lines: u32,
    /// After how many whole days, counted from the commit's landing, they left the default branch, and how; `None`: they are in the
    /// newest tree, or were there for longer than [`LineLife::LONGEST_DAYS`].
    pub ended: Option<(u16, LineEnd)>,
}

impl LineLife {
    /// Lives that end later are not told from those that last.
    pub const LONGEST_DAYS: u16 = 365;
}

/// A tag and the commit it points at (peeled).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The name without `refs/tags/`; lossy UTF-8.
    pub name: String,
    /// The commit.
    pub commit: CommitId,
    /// When it was tagged: the tagger's time of an annotated tag, else the commit's committer time.
    pub tagged_at: Timestamp,
}

/// A note that says that an agent wrote lines of a commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentNote {
    /// The commit.
    pub commit: CommitId,
    /// The tool, as it calls itself.
    pub tool: String,
    /// The model, where the note names one.
    pub model: Option<String>,
}

/// Everything mined from one repository, whatever instant a reader asks about.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// Parents before children, in landing order: along the tip's first parents, with what each one brought in right before
    /// it. Commits of other refs come last, so that a push only appends.
    pub commits: Vec<Commit>,
    /// Changes, grouped by commit in the order of `commits`; inside one commit by path.
    pub changes: Vec<FileChange>,
    /// What merges did besides, in the order of `commits`.
    pub merged_files: Vec<MergedFile>,
    /// Distinct paths, in order of first sight. A byte that is no UTF-8 is told as git quotes it.
    pub paths: Vec<String>,
    /// By path index: why a file is left out of knowledge. Same length as `paths`.
    pub path_exclusions: Vec<Option<Exclusion>>,
    /// By path index: whether the file exists in the tip's tree. Same length as `paths`.
    pub path_in_tip: Vec<bool>,
    /// Distinct signatures, in order of first sight.
    pub signatures: Vec<Signature>,
    /// Surviving lines by quarter end and at the tip; empty where ownership was not asked for.
    pub ownership: Vec<Ownership>,
    /// What became of the lines that commits wrote, in the order of `commits`; empty where ownership was not asked for.
    pub line_lives: Vec<LineLife>,
    /// Tags, by time, then name.
    pub tags: Vec<Tag>,
    /// The commit at the default branch's tip; `None` for an empty repository.
    pub tip: Option<CommitId>,
    /// The default branch's name without `refs/heads/`.
    pub default_branch: Option<String>,
    /// The lines of CODEOWNERS in the tip's tree; empty where there is no such file.
    pub codeowners: Vec<CodeownersLine>,
    /// Commits of which a note says that agents wrote lines, sorted; empty where the notes were not fetched.
    pub agent_notes: Vec<AgentNote>,
    /// Whether history is cut off (a shallow clone): every figure is partial then.
    pub is_shallow: bool,
    /// What could not be read, and why.
    pub gaps: Vec<Gap>,
}

impl History {
    /// The commits on the default branch: those that figures are made of. They come first.
    pub fn landed(&self) -> impl Iterator<Item = &Commit> {
        self.commits
            .iter()
            .filter(|commit| commit.on_default_branch)
    }

    /// How many commits are only here because all refs were asked for.
    #[must_use]
    pub fn n_elsewhere(&self) -> usize {
        self.commits.len() - self.landed().count()
    }
}
