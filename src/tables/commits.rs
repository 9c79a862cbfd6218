//! Commits as rows that carry people instead of signatures.

use jiff::Timestamp;
use polars::prelude::*;
use smallvec::SmallVec;

use super::column::{Field, Texts, int_column};
use super::{Error, Row, parquet};
use crate::domain::{
    ChangeKind, Commit, CommitId, Exclusion, History, Origin, PersonId, RepositoryId, Signature,
    SignatureId,
};

/// Parents in order. Nearly every commit has one, which lies in the row itself.
pub type Parents = SmallVec<[CommitId; 1]>;

/// One commit of one repository, with what is read back of the table `commits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// Parents in order.
    pub parents: Parents,
    /// Author.
    pub author: PersonId,
    /// Author time.
    pub authored_at: Timestamp,
    /// Committer time.
    pub committed_at: Timestamp,
    /// When the default branch had it.
    pub landed_at: Timestamp,
    /// Co-authors from trailers, without the author.
    pub co_authors: Box<[PersonId]>,
    /// First line.
    pub subject: Box<str>,
    /// More than one parent.
    pub is_merge: bool,
    /// Reachable from the default branch.
    pub on_default_branch: bool,
    /// The pull request that the subject names.
    pub pull_request: Option<u64>,
    /// The commit that it reverts.
    pub reverts: Option<Box<CommitId>>,
    /// The commit that it was cherry-picked from.
    pub cherry_picked_from: Option<Box<CommitId>>,
    /// Why it is left out of the knowledge metrics.
    pub exclusion: Option<Exclusion>,
    /// Where it comes from; `None`: nothing tells.
    pub origin: Option<Origin>,
    /// The person who had an agent write it, where its author is an agent and a trailer names the person.
    pub delegator: Option<PersonId>,
}

impl CommitRow {
    /// What it is called: the first digits of its id and its subject.
    #[must_use]
    pub fn label(&self) -> String {
        let mut label = self.commit.short();
        label.reserve_exact(1 + self.subject.len());
        label.push(' ');
        label.push_str(&self.subject);
        label
    }

    /// Why a change that the commit makes is left out of knowledge; `None`: it counts.
    ///
    /// A commit that touches too many files edits them without looking at each (a formatter, a licence year); but whoever adds
    /// a file is the one who brought it, in however large a commit.
    #[must_use]
    pub fn leaves_out(&self, change: ChangeKind) -> Option<Exclusion> {
        self.exclusion.filter(|exclusion| {
            (*exclusion, change) != (Exclusion::TooManyFiles, ChangeKind::Added)
        })
    }

    /// Everyone credited: the author and the co-authors, each once.
    pub fn authors(&self) -> impl Iterator<Item = PersonId> + '_ {
        std::iter::once(self.author).chain(
            self.co_authors
                .iter()
                .copied()
                .filter(|person| *person != self.author),
        )
    }
}

/// Where a history's commits come from.
#[derive(Debug, Clone, Default)]
pub struct CommitOrigins {
    /// By commit: its origin, where anything tells of it, and who had an agent write it.
    pub of_commits: Vec<(Option<Origin>, Option<PersonId>)>,
    /// By signature: whether it is no person's.
    pub by_tool: Vec<bool>,
}

/// A history's commits as the table `commits`, in Parquet. `person_of[signature]` is the person behind a signature.
///
/// Besides what [`CommitRow`] reads back it has what other people's tools want: names and addresses as committed (after
/// `.mailmap`), and files and lines changed (null for an undiffed merge).
pub fn to_parquet(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
    origins: &CommitOrigins,
) -> Result<Vec<u8>, Error> {
    parquet::to_parquet(&mut tabulate(history, repository, person_of, origins)?)
}

fn tabulate(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
    origins: &CommitOrigins,
) -> Result<DataFrame, Error> {
    let commits = &history.commits;
    let person = |signature: SignatureId| {
        let at = usize::try_from(signature.0).ok();
        let known = at.and_then(|at| person_of.get(at));
        known.copied().unwrap_or(PersonId(u32::MAX))
    };
    let authors: Vec<PersonId> = commits.iter().map(|commit| person(commit.author)).collect();
    let by_tool = |id: SignatureId| {
        let at = usize::try_from(id.0).ok();
        at.and_then(|at| origins.by_tool.get(at)) == Some(&true)
    };
    let told = |at: usize| origins.of_commits.get(at).copied().unwrap_or_default();
    let numbered = || commits.iter().enumerate();
    let co_authors = numbered().zip(&authors).map(|((at, commit), author)| {
        // Whoever an agent's commit names beside the agent had it written, and wrote none of it.
        let is_agents = told(at).0 == Some(Origin::Agent);
        let others = commit.co_authors.iter();
        let others = others.filter(|id| !is_agents || by_tool(**id));
        let people = others.map(|id| person(*id));
        let mut others: Vec<PersonId> = people.filter(|id| id != author).collect();
        others.sort_unstable();
        others.dedup();
        others.into()
    });
    let co_authors: Vec<Box<[PersonId]>> = co_authors.collect();
    let of_commits: Vec<_> = numbered().map(|(at, _)| told(at)).collect();
    let is_merge: Vec<bool> = commits.iter().map(Commit::is_merge).collect();
    let signatures = &history.signatures;
    // A signature that is not there has no name: the text after the last one.
    let texts = |of: fn(&Signature) -> &str| Texts::new(signatures.iter().map(of).chain([""]));
    let (names, emails) = (texts(|one| &one.name), texts(|one| &one.email));
    let n_signatures = u32::try_from(signatures.len()).unwrap_or(u32::MAX);
    let signed = |texts: &Texts, name: &str, by: fn(&Commit) -> SignatureId| {
        let places = commits
            .iter()
            .map(|commit| Some(by(commit).0.min(n_signatures)));
        texts.column(name, places)
    };
    let number = Some(i64::from(repository.0));
    let columns = vec![
        int_column("repository", commits.iter().map(|_| number)),
        each(commits, "commit", |commit| &commit.id),
        each(commits, "parents", |commit| &commit.parents),
        Field::column("author", authors.iter().collect()),
        signed(&names, "author_name", |commit| commit.author)?,
        signed(&emails, "author_email", |commit| commit.author)?,
        each(commits, "authored_at", |commit| &commit.authored_at),
        signed(&emails, "committer_email", |commit| commit.committer)?,
        each(commits, "committed_at", |commit| &commit.committed_at),
        each(commits, "landed_at", |commit| &commit.landed_at),
        Field::column("co_authors", co_authors.iter().collect()),
        each(commits, "subject", |commit| &commit.subject),
        Field::column("is_merge", is_merge.iter().collect()),
        each(commits, "on_default_branch", |commit| {
            &commit.on_default_branch
        }),
        each(commits, "n_files", |commit| &commit.n_files),
        each(commits, "lines_added", |commit| &commit.lines_added),
        each(commits, "lines_deleted", |commit| &commit.lines_deleted),
        each(commits, "pull_request", |commit| &commit.pull_request),
        each(commits, "reverts", |commit| &commit.reverts),
        each(commits, "cherry_picked_from", |commit| {
            &commit.cherry_picked_from
        }),
        each(commits, "exclusion", |commit| &commit.exclusion),
        Field::column(
            "origin",
            of_commits.iter().map(|(origin, _)| origin).collect(),
        ),
        Field::column(
            "delegator",
            of_commits.iter().map(|(_, person)| person).collect(),
        ),
    ];
    DataFrame::new(commits.len(), columns).map_err(|error| Error::Column {
        column: CommitRow::TABLE.to_owned(),
        message: error.to_string(),
    })
}

/// The column of a field as the history has it.
fn each<T: Field>(commits: &[Commit], name: &str, field: fn(&Commit) -> &T) -> Column {
    T::column(name, commits.iter().map(field).collect())
}
