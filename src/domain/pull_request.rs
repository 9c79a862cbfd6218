//! Pull requests and what happens on them. One struct a contract table, one field a column.

use std::sync::Arc;

use jiff::Timestamp;

use super::commit_id::CommitId;
use super::id::{PersonId, PrNumber, RepositoryId};
use super::provenance::Origin;

/// Whether a pull request is open, merged, or closed without a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PullRequestState {
    /// Open.
    Open,
    /// Merged.
    Merged,
    /// Closed unmerged.
    Closed,
}

/// A pull request.
#[derive(Debug, Clone, PartialEq)]
pub struct PullRequest {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number.
    pub number: PrNumber,
    /// GraphQL node id.
    pub node: String,
    /// Title, as it came.
    pub title: String,
    /// Page on GitHub.
    pub url: String,
    /// Who opened it; `None` for a ghost.
    pub author: Option<PersonId>,
    /// Open, merged or closed.
    pub state: PullRequestState,
    /// Whether it is a draft now.
    pub is_draft: bool,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it last became ready for review: its opening, unless it was a draft; `None` while it is one.
    pub ready_at: Option<Timestamp>,
    /// Earliest authored time in its own commit list; after the opening where the commits that it was opened with are gone.
    /// `None` where the list, or a time in it, is not known.
    pub first_commit_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
    /// When it was closed, merged or not.
    pub closed_at: Option<Timestamp>,
    /// When anything last changed on it.
    pub updated_at: Timestamp,
    /// Who merged it.
    pub merged_by: Option<PersonId>,
    /// The commit that landed on the base branch (the `merged` event's commit, else the merge commit).
    pub merge_commit: Option<CommitId>,
    /// The branch it merges into.
    pub base_branch: String,
    /// The branch it comes from.
    pub head_branch: String,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub n_files: u64,
    /// Commits.
    pub n_commits: u64,
    /// Reviews, pending ones left out.
    pub n_reviews: u64,
    /// Conversation and inline comments.
    pub n_comments: u64,
    /// Label names, sorted.
    pub labels: Vec<String>,
    /// Numbers of the issues that it closes, in the same repository.
    pub closes_issues: Vec<u64>,
    /// Where it comes from, as far as anything tells.
    pub origin: Origin,
    /// The person who answers for it: its author, or whoever had an agent open it; `None`: not known.
    pub answers_for: Option<PersonId>,
}

impl PullRequest {
    /// When it was merged or closed; `None` while it is open at an instant.
    #[must_use]
    pub fn ended_at(&self, as_of: Timestamp) -> Option<Timestamp> {
        self.merged_at.or(self.closed_at).filter(|at| *at < as_of)
    }
}

/// A commit in a pull request's own list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestCommit {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// The commit, which a squash or a rebase leaves outside the default branch.
    pub commit: CommitId,
    /// Author time.
    pub authored_at: Timestamp,
    /// Author, where GitHub links the commit to an account.
    pub author: Option<PersonId>,
    /// Whether it brings in what the pull request is to be merged into: its first line says so, as git and GitHub write it.
    pub updates_from_base: bool,
}

/// A file that a pull request touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestFile {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// The path, shared by the rows that name it.
    pub path: Arc<str>,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
}

/// A submitted review's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReviewState {
    /// Approved.
    Approved,
    /// Changes requested.
    ChangesRequested,
    /// Commented.
    Commented,
    /// Dismissed after the fact.
    Dismissed,
}

impl Review {
    /// Whether it approved, and had not been dismissed by an instant. One that nobody knows the verdict of never did.
    #[must_use]
    pub fn approves_at(&self, at: Timestamp) -> bool {
        self.verdict == ReviewState::Approved
            && self.dismissed_at.is_none_or(|dismissed| dismissed > at)
    }
}

/// A submitted review. Pending ones are not facts yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// GraphQL node id.
    pub review: String,
    /// Who reviewed; `None` for a ghost. May be the pull request's own author.
    pub author: Option<PersonId>,
    /// The verdict of today: that of a dismissed review is gone.
    pub state: ReviewState,
    /// What it said when it was submitted; `Dismissed` where it was dismissed and nothing tells what it had said.
    pub verdict: ReviewState,
    /// When it was submitted.
    pub submitted_at: Timestamp,
    /// When it was dismissed; `None` also where nothing tells when.
    pub dismissed_at: Option<Timestamp>,
    /// Inline comments that came with it.
    pub n_inline_comments: u64,
    /// Characters in its body.
    pub body_length: u64,
}

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommentKind {
    /// On a line of the diff.
    Inline,
    /// In the conversation.
    Conversation,
}

/// A comment on a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// GraphQL node id.
    pub comment: String,
    /// Inline or conversation.
    pub kind: CommentKind,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// When.
    pub created_at: Timestamp,
    /// The file, for an inline comment.
    pub path: Option<String>,
    /// The review thread's node id, for an inline comment.
    pub thread: Option<String>,
    /// Characters in its body.
    pub body_length: u64,
    /// The review's or comment's own page.
    pub url: String,
    /// What the agent is called whom its text calls by `@login`: as in [`Provenance::tool`](super::Provenance::tool).
    pub calls_agent: Option<String>,
    /// Its text, as it came: quoted only in the private tree.
    pub body: String,
}

/// Whether a review was asked for or no longer asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestAction {
    /// Asked for.
    Requested,
    /// Withdrawn.
    Removed,
}

/// A review asked of a person or a team, or withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRequest {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request.
    pub number: PrNumber,
    /// When.
    pub at: Timestamp,
    /// Requested or removed.
    pub action: RequestAction,
    /// The person asked; `None` for a team or a ghost.
    pub reviewer: Option<PersonId>,
    /// The team asked: its slug.
    pub team: Option<String>,
    /// Who asked.
    pub actor: Option<PersonId>,
}

impl TimelineEvent {
    /// The word for a closed pull request that a bot or a script landed. GitHub has none.
    pub const LANDED: &'static str = "landed";
}

/// Any other event on a pull request's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Its repository.
    pub repository: RepositoryId,
    /// The pull request or issue.
    pub number: PrNumber,
    /// When.
    pub at: Timestamp,
    /// GitHub's word in lower case: `ready_for_review`, `convert_to_draft`, `head_ref_force_pushed`, `merged`, …
    pub event: String,
    /// Who did it.
    pub actor: Option<PersonId>,
    /// A label, a commit, a cross-referenced number: what the event is about.
    pub detail: Option<String>,
    /// GitHub's word for why, in lower case, where the event has one: of a removal from the merge queue.
    pub reason: Option<String>,
}
