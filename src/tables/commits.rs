//! Commits as rows that carry people instead of signatures.

use jiff::Timestamp;

use crate::domain::{CommitId, Exclusion, History, PersonId, RepositoryId};

/// One commit of one repository, with what is read back of the table `commits`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitRow {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// Parents in order.
    pub parents: Vec<CommitId>,
    /// Author.
    pub author: PersonId,
    /// Author time.
    pub authored_at: Timestamp,
    /// Committer time.
    pub committed_at: Timestamp,
    /// Co-authors from trailers, without the author.
    pub co_authors: Vec<PersonId>,
    /// First line.
    pub subject: String,
    /// More than one parent.
    pub is_merge: bool,
    /// Reachable from the default branch.
    pub on_default_branch: bool,
    /// The pull request that the subject names.
    pub pull_request: Option<u64>,
    /// The commit that it reverts.
    pub reverts: Option<CommitId>,
    /// The commit that it was cherry-picked from.
    pub cherry_picked_from: Option<CommitId>,
    /// Why it is left out of the knowledge metrics.
    pub exclusion: Option<Exclusion>,
}

/// One commit as the table `commits` has it: with what only other people's tools read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenCommit {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// Parents in order.
    pub parents: Vec<CommitId>,
    /// Author.
    pub author: PersonId,
    /// Author's name as committed, after `.mailmap`.
    pub author_name: String,
    /// Author's address as committed, after `.mailmap`.
    pub author_email: String,
    /// Author time.
    pub authored_at: Timestamp,
    /// Committer's address, after `.mailmap`.
    pub committer_email: String,
    /// Committer time.
    pub committed_at: Timestamp,
    /// Co-authors from trailers, without the author.
    pub co_authors: Vec<PersonId>,
    /// First line.
    pub subject: String,
    /// More than one parent.
    pub is_merge: bool,
    /// Reachable from the default branch.
    pub on_default_branch: bool,
    /// Files changed; `None` for an undiffed merge.
    pub n_files: Option<u32>,
    /// Lines added; `None` for an undiffed merge.
    pub lines_added: Option<u64>,
    /// Lines deleted; `None` for an undiffed merge.
    pub lines_deleted: Option<u64>,
    /// The pull request that the subject names.
    pub pull_request: Option<u64>,
    /// The commit that it reverts.
    pub reverts: Option<CommitId>,
    /// The commit that it was cherry-picked from.
    pub cherry_picked_from: Option<CommitId>,
    /// Why it is left out of the knowledge metrics.
    pub exclusion: Option<Exclusion>,
}

impl CommitRow {
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

/// A history's commits as rows. `person_of[signature]` is the person behind a signature.
#[must_use]
pub fn tabulate(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
) -> Vec<WrittenCommit> {
    let person = |signature: crate::domain::SignatureId| {
        usize::try_from(signature.0)
            .ok()
            .and_then(|at| person_of.get(at))
            .copied()
            .unwrap_or(PersonId(u32::MAX))
    };
    let signature = |id: crate::domain::SignatureId| {
        usize::try_from(id.0)
            .ok()
            .and_then(|at| history.signatures.get(at))
    };
    history
        .commits
        .iter()
        .map(|commit| {
            let author = person(commit.author);
            let mut co_authors: Vec<_> = commit
                .co_authors
                .iter()
                .map(|id| person(*id))
                .filter(|id| *id != author)
                .collect();
            co_authors.sort_unstable();
            co_authors.dedup();
            WrittenCommit {
                repository,
                commit: commit.id,
                parents: commit.parents.clone(),
                author,
                author_name: signature(commit.author).map_or_else(String::new, |s| s.name.clone()),
                author_email: signature(commit.author)
                    .map_or_else(String::new, |s| s.email.clone()),
                authored_at: commit.authored_at,
                committer_email: signature(commit.committer)
                    .map_or_else(String::new, |s| s.email.clone()),
                committed_at: commit.committed_at,
                co_authors,
                subject: commit.subject.clone(),
                is_merge: commit.is_merge(),
                on_default_branch: commit.on_default_branch,
                n_files: commit.n_files,
                lines_added: commit.lines_added,
                lines_deleted: commit.lines_deleted,
                pull_request: commit.pull_request,
                reverts: commit.reverts,
                cherry_picked_from: commit.cherry_picked_from,
                exclusion: commit.exclusion,
            }
        })
        .collect()
}
