//! The shape of a node of `PullRequests`, and of the operations that continue its lists.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Actor, Comment, Connection, CrossReferencedEvent, Label, LabeledEvent, NodeId, Oid, PlainEvent,
    nullable,
};

/// A whole pull request.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PullRequest {
    /// `PullRequest`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Node id.
    pub id: String,
    /// Number.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Page.
    pub url: String,
    /// `OPEN`, `CLOSED` or `MERGED`.
    pub state: String,
    /// Draft now.
    pub is_draft: bool,
    /// Opened.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Merged.
    #[serde(deserialize_with = "nullable")]
    pub merged_at: Option<Timestamp>,
    /// Closed, merged or not.
    #[serde(deserialize_with = "nullable")]
    pub closed_at: Option<Timestamp>,
    /// Base branch.
    pub base_ref_name: String,
    /// Head branch.
    pub head_ref_name: String,
    /// What it says of itself: looked through for what tools write below it, and not kept. Earlier versions did not ask.
    #[serde(default)]
    pub description: Option<String>,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub changed_files: u64,
    /// Author; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
    /// Who merged.
    #[serde(deserialize_with = "nullable")]
    pub merged_by: Option<Actor>,
    /// GitHub's merge commit: often not what landed on the base branch.
    #[serde(deserialize_with = "nullable")]
    pub merge_commit: Option<Oid>,
    /// Commits; null, like the other lists that are never null by the schema, only where GitHub could not answer it.
    #[serde(deserialize_with = "nullable")]
    pub commits: Option<Connection<PullRequestCommit>>,
    /// Files; null while GitHub computes them.
    #[serde(deserialize_with = "nullable")]
    pub files: Option<Connection<File>>,
    /// Reviews.
    #[serde(deserialize_with = "nullable")]
    pub reviews: Option<Connection<Review>>,
    /// Inline threads.
    #[serde(deserialize_with = "nullable")]
    pub review_threads: Option<Connection<Thread>>,
    /// Conversation.
    #[serde(deserialize_with = "nullable")]
    pub comments: Option<Connection<Comment>>,
    /// Timeline.
    #[serde(deserialize_with = "nullable")]
    pub timeline_items: Option<Connection<Event>>,
    /// Labels.
    #[serde(deserialize_with = "nullable")]
    pub labels: Option<Connection<Label>>,
    /// Issues it closes.
    #[serde(deserialize_with = "nullable")]
    pub closing_issues_references: Option<Connection<ClosingIssue>>,
}

/// A commit of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PullRequestCommit {
    /// The commit.
    pub commit: Commit,
}

/// A commit as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Commit {
    /// Object id.
    pub oid: String,
    /// Author time; null where the commit's own is malformed.
    #[serde(deserialize_with = "nullable")]
    pub authored_date: Option<Timestamp>,
    /// The first line of its message. Earlier versions did not ask.
    #[serde(default)]
    pub message_headline: Option<String>,
    /// Author.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<GitActor>,
}

/// An author as git knows it, with the account that GitHub links.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GitActor {
    /// Name.
    #[serde(deserialize_with = "nullable")]
    pub name: Option<String>,
    /// Address.
    #[serde(deserialize_with = "nullable")]
    pub email: Option<String>,
    /// Account.
    #[serde(deserialize_with = "nullable")]
    pub user: Option<Actor>,
}

/// A changed file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Path.
    pub path: String,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Review {
    /// Node id.
    pub id: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
    pub state: String,
    /// Submitted; null while pending.
    #[serde(deserialize_with = "nullable")]
    pub submitted_at: Option<Timestamp>,
    /// Page.
    pub url: String,
    /// Text.
    pub body: String,
    /// Author; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
}

/// An inline thread.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thread {
    /// Node id.
    pub id: String,
    /// File.
    pub path: String,
    /// Resolved.
    pub is_resolved: bool,
    /// Comments.
    pub comments: Connection<ThreadComment>,
}

/// An inline comment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThreadComment {
    /// Node id.
    pub id: String,
    /// Written.
    pub created_at: Timestamp,
    /// Page.
    pub url: String,
    /// Text.
    pub body: String,
    /// Author; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
    /// The review it came with.
    #[serde(deserialize_with = "nullable")]
    pub pull_request_review: Option<NodeId>,
}

/// An issue that a pull request closes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClosingIssue {
    /// Number.
    pub number: u64,
    /// Its repository.
    pub repository: NodeId,
}

/// A timeline event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "__typename")]
pub enum Event {
    /// A review was asked for.
    #[serde(rename = "ReviewRequestedEvent")]
    ReviewRequested(ReviewRequestEvent),
    /// The request was withdrawn.
    #[serde(rename = "ReviewRequestRemovedEvent")]
    ReviewRequestRemoved(ReviewRequestEvent),
    /// Left the draft state.
    #[serde(rename = "ReadyForReviewEvent")]
    ReadyForReview(PlainEvent),
    /// Became a draft.
    #[serde(rename = "ConvertToDraftEvent")]
    ConvertToDraft(PlainEvent),
    /// Force-pushed.
    #[serde(rename = "HeadRefForcePushedEvent")]
    HeadRefForcePushed(ForcePushEvent),
    /// Merged.
    #[serde(rename = "MergedEvent")]
    Merged(MergedEvent),
    /// Closed.
    #[serde(rename = "ClosedEvent")]
    Closed(PlainEvent),
    /// Reopened.
    #[serde(rename = "ReopenedEvent")]
    Reopened(PlainEvent),
    /// A review was dismissed.
    #[serde(rename = "ReviewDismissedEvent")]
    ReviewDismissed(DismissedEvent),
    /// Entered the merge queue.
    #[serde(rename = "AddedToMergeQueueEvent")]
    AddedToMergeQueue(PlainEvent),
    /// Left the merge queue.
    #[serde(rename = "RemovedFromMergeQueueEvent")]
    RemovedFromMergeQueue(RemovedFromQueueEvent),
    /// Auto-merge was armed, to merge with a merge commit.
    #[serde(rename = "AutoMergeEnabledEvent")]
    AutoMergeEnabled(PlainEvent),
    /// Auto-merge was armed, to squash.
    #[serde(rename = "AutoSquashEnabledEvent")]
    AutoSquashEnabled(PlainEvent),
    /// Auto-merge was armed, to rebase.
    #[serde(rename = "AutoRebaseEnabledEvent")]
    AutoRebaseEnabled(PlainEvent),
    /// Auto-merge was disarmed.
    #[serde(rename = "AutoMergeDisabledEvent")]
    AutoMergeDisabled(PlainEvent),
    /// Assigned to somebody.
    #[serde(rename = "AssignedEvent")]
    Assigned(AssignedEvent),
    /// Labelled.
    #[serde(rename = "LabeledEvent")]
    Labeled(LabeledEvent),
    /// Referred to from elsewhere.
    #[serde(rename = "CrossReferencedEvent")]
    CrossReferenced(CrossReferencedEvent),
}

/// The pull request was assigned to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignedEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who assigned it; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// To whom; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub assignee: Option<Actor>,
}

/// A review was asked for, or no longer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewRequestEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who asked; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// Who was asked; null for a ghost or a deleted team.
    #[serde(deserialize_with = "nullable")]
    pub requested_reviewer: Option<Reviewer>,
}

/// Who was asked for a review: a team has a slug, everybody else a login.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reviewer {
    /// `User`, `Bot`, `Mannequin` or `Team`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Login.
    #[serde(default)]
    pub login: Option<String>,
    /// Node id.
    #[serde(default)]
    pub id: Option<String>,
    /// Numeric id.
    #[serde(default)]
    pub database_id: Option<u64>,
    /// Profile name.
    #[serde(default)]
    pub name: Option<String>,
    /// A team's slug.
    #[serde(default)]
    pub slug: Option<String>,
}

/// A review was dismissed. Earlier versions did not ask which, nor what it had said.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DismissedEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// What the review had said until then: `APPROVED`, `CHANGES_REQUESTED`, ….
    #[serde(default)]
    pub previous_review_state: Option<String>,
    /// The review.
    #[serde(default)]
    pub review: Option<NodeId>,
}

/// It left the merge queue. Earlier versions did not ask why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemovedFromQueueEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// GitHub's word for why: `merged`, `failed_checks`, `manual`, ….
    #[serde(default)]
    pub reason: Option<String>,
}

/// The head branch was force-pushed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForcePushEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// The new head.
    #[serde(deserialize_with = "nullable")]
    pub after_commit: Option<Oid>,
}

/// Merged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergedEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// What landed on the base branch.
    #[serde(deserialize_with = "nullable")]
    pub commit: Option<Oid>,
}
