//! The facts of a history as they are kept from run to run: before `.mailmap`, attributes and exclusions are applied.

use std::sync::Arc;

use crate::domain::{ChangeKind, CommitId};
use crate::git::objects::tree::Mode;

/// No number: in columns where most rows have one.
pub(in crate::git) const NONE: u32 = u32::MAX;

/// A commit. Signatures are indices into [`Log::signatures`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct LogCommit {
    pub(in crate::git) id: CommitId,
    pub(in crate::git) parents: Vec<CommitId>,
    pub(in crate::git) author: u32,
    pub(in crate::git) committer: u32,
    pub(in crate::git) authored: i64,
    pub(in crate::git) committed: i64,
    pub(in crate::git) author_offset: i32,
    pub(in crate::git) committer_offset: i32,
    pub(in crate::git) co_authors: Vec<u32>,
    /// Lines of the message that may be an agent's.
    pub(in crate::git) marks: Vec<String>,
    pub(in crate::git) subject: String,
    pub(in crate::git) pull_request: Option<u64>,
    /// What the message says is taken back: digits of an id, `#` and a number, or nothing.
    pub(in crate::git) reverted: String,
    pub(in crate::git) cherry_picked_from: Option<CommitId>,
    /// Whether it was compared with its (first) parent.
    pub(in crate::git) is_diffed: bool,
    /// What went wrong with it, in order.
    pub(in crate::git) gaps: Vec<LogGap>,
}

/// A hole found while a commit was mined.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::git) struct LogGap {
    /// `commit`, `tree`, `blob`.
    pub(in crate::git) kind: String,
    /// An id or a path.
    pub(in crate::git) subject: String,
    /// Why.
    pub(in crate::git) reason: String,
}

/// A changed file. Paths are indices into [`Log::paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct LogChange {
    pub(in crate::git) commit: u32,
    pub(in crate::git) path: u32,
    /// Or [`NONE`].
    pub(in crate::git) previous: u32,
    pub(in crate::git) kind: ChangeKind,
    /// Or [`NONE`].
    pub(in crate::git) added: u32,
    /// Or [`NONE`].
    pub(in crate::git) deleted: u32,
    pub(in crate::git) is_binary: bool,
    /// The content before: an index into [`Log::blobs`], or [`NONE`].
    pub(in crate::git) before: u32,
    /// Its mode.
    pub(in crate::git) before_mode: Mode,
    /// The content after: an index into [`Log::blobs`], or [`NONE`].
    pub(in crate::git) after: u32,
    /// Its mode.
    pub(in crate::git) after_mode: Mode,
}

impl LogChange {
    /// Whether the (last) content is a regular file's.
    pub(in crate::git) fn is_file(&self) -> bool {
        if self.after == NONE {
            self.before_mode.is_regular()
        } else {
            self.after_mode.is_regular()
        }
    }
}

/// A merge that left a file unlike that of every parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct LogMerge {
    pub(in crate::git) commit: u32,
    pub(in crate::git) path: u32,
    /// The result: an index into [`Log::blobs`].
    pub(in crate::git) after: u32,
    pub(in crate::git) after_mode: Mode,
    /// The parents' files. A parent without the file has none.
    pub(in crate::git) parents: Vec<LogParent>,
}

/// A file in a parent of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct LogParent {
    /// Which parent, from 0.
    pub(in crate::git) number: u32,
    pub(in crate::git) path: u32,
    /// An index into [`Log::blobs`].
    pub(in crate::git) blob: u32,
    pub(in crate::git) mode: Mode,
}

/// A file of a merge that is not the first parent's, but another one's; or one of the first parent's that the merge does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct LogTaken {
    pub(in crate::git) commit: u32,
    pub(in crate::git) path: u32,
    /// Which parent, from 1; [`NONE`] for a file that is gone.
    pub(in crate::git) parent: u32,
}

/// Surviving lines at the end of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::git) struct LogOwnership {
    /// Index into [`Log::quarters`], or their number for the tip.
    pub(in crate::git) quarter: u32,
    pub(in crate::git) path: u32,
    pub(in crate::git) owner: u32,
    pub(in crate::git) lines: u32,
}

/// What a step of the first-parent line did to lines that were born together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::git) struct LogLife {
    /// The commit of the first-parent line, by index.
    pub(in crate::git) step: u32,
    /// The birth: see [`Births`](crate::git::lineage::births::Births).
    pub(in crate::git) birth: u32,
    /// Lines that came onto the default branch.
    pub(in crate::git) entered: u32,
    /// Lines that left it.
    pub(in crate::git) left: u32,
    /// How many of those that left stand elsewhere from then on.
    pub(in crate::git) moved: u32,
}

/// The births of the lines of one version of a file that later commits may build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct LogVersion {
    pub(in crate::git) path: u32,
    /// The content: an index into [`Log::blobs`].
    pub(in crate::git) blob: u32,
    /// The commit that made it, by index.
    pub(in crate::git) made_by: u32,
    /// The last commit that changed or deleted it, by index, or [`NONE`].
    pub(in crate::git) used_by: u32,
    pub(in crate::git) is_in_tip: bool,
    /// (lines, birth).
    pub(in crate::git) runs: Arc<Vec<(u32, u32)>>,
}

/// The facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::git) struct Log {
    /// In landing order.
    pub(in crate::git) commits: Vec<LogCommit>,
    /// The places of their parents, one commit's after the other's; [`NONE`] for one that is not among them.
    pub(in crate::git) parents: Vec<u32>,
    /// How many of them the default branch reaches; they come first.
    pub(in crate::git) n_default: u32,
    /// Names and addresses as they were written, in order of first sight.
    pub(in crate::git) signatures: Vec<(String, String)>,
    /// Raw bytes, in order of first sight.
    pub(in crate::git) paths: Vec<Vec<u8>>,
    /// By commit, then path.
    pub(in crate::git) changes: Vec<LogChange>,
    /// Ids of contents, in order of first sight.
    pub(in crate::git) blobs: Vec<CommitId>,
    /// By commit, then path.
    pub(in crate::git) merges: Vec<LogMerge>,
    /// By commit, then path.
    pub(in crate::git) taken: Vec<LogTaken>,
    /// Quarter ends that have ownership: (seconds, commit index).
    pub(in crate::git) quarters: Vec<(i64, u32)>,
    /// By quarter, path, owner; the tip's come last.
    pub(in crate::git) ownership: Vec<LogOwnership>,
    /// By step and birth.
    pub(in crate::git) lives: Vec<LogLife>,
    /// By path and maker.
    pub(in crate::git) versions: Vec<LogVersion>,
    /// Holes that belong to no commit that could be read.
    pub(in crate::git) gaps: Vec<LogGap>,
}

impl Log {
    /// The commit of what makes a version of a file: a change, by its number, or a merge, by its number after the changes.
    pub(in crate::git) fn commit_of_maker(&self, maker: u32) -> Option<u32> {
        if let Some(change) = self.changes.get(maker as usize) {
            return Some(change.commit);
        }
        let at = (maker as usize).checked_sub(self.changes.len())?;
        Some(self.merges.get(at)?.commit)
    }
}
