//! A model of what one GitHub host knows: the single input of the fake GitHub.
//!
//! It mirrors GitHub's objects, not linchpin's facts, so that the demo and the tests go through the real queries, the real
//! decoder and the real store. Text may be anything; logins refer to [`Host::accounts`].

use jiff::Timestamp;

use crate::domain::CommitId;

/// Everything one host serves.
#[derive(Debug, Clone, Default)]
pub struct Host {
    /// Users, bots and mannequins.
    pub accounts: Vec<HostAccount>,
    /// Teams of every organisation.
    pub teams: Vec<HostTeam>,
    /// Repositories.
    pub repositories: Vec<HostRepository>,
}

/// The GraphQL type of an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActorType {
    /// A user.
    User,
    /// An app's bot.
    Bot,
    /// An imported placeholder.
    Mannequin,
}

/// An account.
#[derive(Debug, Clone)]
pub struct HostAccount {
    /// GraphQL type.
    pub kind: ActorType,
    /// Login as GraphQL gives it: a bot's is without `[bot]`.
    pub login: String,
    /// Node id.
    pub node: String,
    /// Numeric id.
    pub database_id: u64,
    /// Profile name.
    pub name: Option<String>,
}

/// A team.
#[derive(Debug, Clone)]
pub struct HostTeam {
    /// The organisation's login.
    pub organisation: String,
    /// Slug.
    pub slug: String,
    /// Node id.
    pub node: String,
    /// Members' logins.
    pub members: Vec<String>,
}

/// A repository and all its work.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings of a repository"
)]
pub struct HostRepository {
    /// Owner's login.
    pub owner: String,
    /// Name.
    pub name: String,
    /// Former `owner/name`s that redirect here.
    pub former_names: Vec<String>,
    /// Node id.
    pub node: String,
    /// Numeric id.
    pub database_id: u64,
    /// Default branch; `None` for an empty repository.
    pub default_branch: Option<String>,
    /// Archived.
    pub is_archived: bool,
    /// A fork of another one.
    pub is_fork: bool,
    /// Topics.
    pub topics: Vec<String>,
    /// Slugs of its owner's teams that have access to it.
    pub teams: Vec<String>,
    /// KiB on the host's disk.
    pub disk_kib: u64,
    /// Issues switched on.
    pub has_issues: bool,
    /// Created.
    pub created_at: Option<Timestamp>,
    /// Pull requests.
    pub pull_requests: Vec<HostPullRequest>,
    /// Issues.
    pub issues: Vec<HostIssue>,
    /// Deployments.
    pub deployments: Vec<HostDeployment>,
    /// Releases.
    pub releases: Vec<HostRelease>,
    /// Workflow run attempts; attempts of one run share `run`.
    pub workflow_runs: Vec<HostWorkflowRun>,
    /// Branch protection of the default branch.
    pub protection: Option<HostMergeRule>,
    /// Whether the token's owner administers the repository: GitHub then shows the protection as it was laid down, and enforces
    /// none of it on them; to everybody else it shows only what is enforced on them.
    pub viewer_administers: bool,
    /// The pull request rule of a ruleset for the default branch.
    pub ruleset: Option<HostMergeRule>,
    /// Milestones, by number.
    pub milestones: Vec<HostMilestone>,
    /// Environments, by name.
    pub environments: Vec<HostEnvironment>,
}

/// What a merge needs. Branch protection shows less of it to those who are no administrators.
#[derive(Debug, Clone, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings of a branch"
)]
pub struct HostMergeRule {
    /// Approvals.
    pub required_approvals: u64,
    /// Code owners must approve.
    pub requires_code_owner: bool,
    /// The last push must be approved by somebody else; shown of a ruleset only.
    pub requires_last_push_approval: bool,
    /// A push dismisses approvals; shown of a ruleset, and to administrators.
    pub dismisses_stale_reviews: bool,
    /// Changes land through a queue; shown of a ruleset only.
    pub has_merge_queue: bool,
    /// Checks that must pass.
    pub required_checks: Vec<String>,
    /// When it was laid down as it is; shown of a ruleset only, and not to everybody.
    pub updated_at: Option<Timestamp>,
}

/// A milestone.
#[derive(Debug, Clone)]
pub struct HostMilestone {
    /// Number.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Opened.
    pub created_at: Timestamp,
    /// Due.
    pub due_at: Option<Timestamp>,
    /// Closed.
    pub closed_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Timestamp,
}

/// An environment.
#[derive(Debug, Clone, Default)]
pub struct HostEnvironment {
    /// Name.
    pub name: String,
    /// Minutes that a deployment waits.
    pub wait_minutes: Option<u64>,
    /// Who may approve a deployment: a login, or `organisation/team`.
    pub reviewers: Vec<String>,
    /// Whether who deploys may not approve.
    pub prevents_self_review: bool,
    /// Whether only some branches may be deployed.
    pub has_branch_policy: bool,
}

/// A pull request.
#[derive(Debug, Clone)]
pub struct HostPullRequest {
    /// Number, shared with issues.
    pub number: u64,
    /// Node id.
    pub node: String,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Author's login; `None` for a ghost.
    pub author: Option<String>,
    /// Whether it is a draft now.
    pub is_draft: bool,
    /// Opened.
    pub created_at: Timestamp,
    /// Merged.
    pub merged_at: Option<Timestamp>,
    /// Closed (also when merged).
    pub closed_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Who merged.
    pub merged_by: Option<String>,
    /// The commit that landed on the base branch.
    pub merge_commit: Option<CommitId>,
    /// Base branch.
    pub base_branch: String,
    /// Head branch.
    pub head_branch: String,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Label names.
    pub labels: Vec<String>,
    /// Commits of the branch.
    pub commits: Vec<HostCommit>,
    /// Files.
    pub files: Vec<HostFile>,
    /// Submitted and pending reviews.
    pub reviews: Vec<HostReview>,
    /// Inline threads.
    pub threads: Vec<HostThread>,
    /// Conversation comments.
    pub comments: Vec<HostComment>,
    /// Timeline, in order of time. `merged`, `closed`, `reopened` are listed here too.
    pub timeline: Vec<HostEvent>,
    /// Numbers of issues of the same repository that it closes.
    pub closes_issues: Vec<u64>,
}

/// A commit as the API shows it.
#[derive(Debug, Clone)]
pub struct HostCommit {
    /// Object id.
    pub id: CommitId,
    /// The first line of its message.
    pub headline: String,
    /// Author time.
    pub authored_at: Timestamp,
    /// Author name in the commit.
    pub author_name: String,
    /// Author address in the commit.
    pub author_email: String,
    /// The account that GitHub links it to.
    pub author_login: Option<String>,
}

/// A changed file.
#[derive(Debug, Clone)]
pub struct HostFile {
    /// Path.
    pub path: String,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
}

/// A review.
#[derive(Debug, Clone)]
pub struct HostReview {
    /// Node id.
    pub node: String,
    /// Author's login; `None` for a ghost.
    pub author: Option<String>,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED` or `PENDING`.
    pub state: String,
    /// Submitted; `None` while pending.
    pub submitted_at: Option<Timestamp>,
    /// Body.
    pub body: String,
}

/// An inline review thread.
#[derive(Debug, Clone)]
pub struct HostThread {
    /// Node id.
    pub node: String,
    /// File.
    pub path: String,
    /// Whether it was resolved.
    pub is_resolved: bool,
    /// Comments, in order.
    pub comments: Vec<HostComment>,
}

/// A comment.
#[derive(Debug, Clone)]
pub struct HostComment {
    /// Node id.
    pub node: String,
    /// Author's login; `None` for a ghost.
    pub author: Option<String>,
    /// Written.
    pub created_at: Timestamp,
    /// Text.
    pub body: String,
    /// For an inline comment, the node id of the review it belongs to.
    pub review: Option<String>,
}

/// A timeline event.
#[derive(Debug, Clone)]
pub struct HostEvent {
    /// Node id.
    pub node: String,
    /// When.
    pub at: Timestamp,
    /// Who; `None` for a ghost.
    pub actor: Option<String>,
    /// What.
    pub what: EventKind,
}

/// What happened on a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A review was asked of a person.
    ReviewRequested {
        /// Login; `None` for a ghost.
        reviewer: Option<String>,
        /// Team slug instead of a person.
        team: Option<String>,
    },
    /// The request was withdrawn.
    ReviewRequestRemoved {
        /// Login; `None` for a ghost.
        reviewer: Option<String>,
        /// Team slug instead of a person.
        team: Option<String>,
    },
    /// Left the draft state.
    ReadyForReview,
    /// Became a draft.
    ConvertToDraft,
    /// The branch was force-pushed.
    HeadRefForcePushed {
        /// The new head.
        after: Option<CommitId>,
    },
    /// Merged.
    Merged {
        /// The commit on the base branch.
        commit: Option<CommitId>,
    },
    /// Closed.
    Closed,
    /// Reopened.
    Reopened,
    /// A review was dismissed.
    ReviewDismissed {
        /// The review's node id.
        review: String,
        /// The GraphQL state that it had.
        was: &'static str,
    },
    /// Entered the merge queue.
    AddedToMergeQueue,
    /// Left the merge queue.
    RemovedFromMergeQueue {
        /// GitHub's word for why.
        reason: Option<&'static str>,
    },
    /// Auto-merge was armed, with a merge commit.
    AutoMergeEnabled,
    /// Auto-merge was armed, with a squash.
    AutoSquashEnabled,
    /// Auto-merge was armed, with a rebase.
    AutoRebaseEnabled,
    /// Auto-merge was disarmed.
    AutoMergeDisabled,
    /// Assigned to somebody.
    Assigned {
        /// Login; `None` for a ghost.
        assignee: Option<String>,
    },
    /// Labelled.
    Labeled {
        /// Label name.
        label: String,
    },
    /// Referred to from another issue or pull request of the same repository.
    CrossReferenced {
        /// Number of the referring one.
        number: u64,
    },
}

/// An issue.
#[derive(Debug, Clone)]
pub struct HostIssue {
    /// Number.
    pub number: u64,
    /// Node id.
    pub node: String,
    /// Title.
    pub title: String,
    /// Body.
    pub body: String,
    /// Author's login.
    pub author: Option<String>,
    /// Opened.
    pub created_at: Timestamp,
    /// Closed.
    pub closed_at: Option<Timestamp>,
    /// The GraphQL reason of its state.
    pub state_reason: Option<&'static str>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Label names.
    pub labels: Vec<String>,
    /// Assignees' logins.
    pub assignees: Vec<String>,
    /// Milestone title.
    pub milestone: Option<String>,
    /// Comments.
    pub comments: Vec<HostComment>,
    /// Labels, closings, cross-references.
    pub timeline: Vec<HostEvent>,
    /// Type, ties and fields.
    pub planned: HostPlanning,
}

/// How an issue is planned: its type, what it is tied to, what the organisation's fields say.
#[derive(Debug, Clone, Default)]
pub struct HostPlanning {
    /// The type's name.
    pub issue_type: Option<String>,
    /// What it is a sub-issue of: `owner/name` and number. Whoever sets it sets the other end too.
    pub parent: Option<(String, u64)>,
    /// Sub-issues, in their order.
    pub sub_issues: Vec<(String, u64)>,
    /// What blocks it.
    pub blocked_by: Vec<(String, u64)>,
    /// Field and value.
    pub fields: Vec<(String, HostFieldValue)>,
}

/// The value of a field of issues.
#[derive(Debug, Clone, PartialEq)]
pub enum HostFieldValue {
    /// Of a text field.
    Text(String),
    /// Of a date field: a day.
    Date(String),
    /// Of a number field.
    Number(f64),
    /// Of a field with one of several options.
    SingleSelect(String),
    /// Of a field with some of several options.
    MultiSelect(String),
}

/// A deployment.
#[derive(Debug, Clone)]
pub struct HostDeployment {
    /// Node id.
    pub node: String,
    /// Environment.
    pub environment: String,
    /// Commit; `None` where GitHub no longer has it.
    pub commit: Option<CommitId>,
    /// Ref name.
    pub reference: Option<String>,
    /// Created.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Creator's login.
    pub creator: Option<String>,
    /// Status history, oldest first: GraphQL states (`IN_PROGRESS`, `SUCCESS`, `FAILURE`, `ERROR`, `INACTIVE`, …).
    pub statuses: Vec<(String, Timestamp)>,
}

/// A release.
#[derive(Debug, Clone)]
pub struct HostRelease {
    /// Node id.
    pub node: String,
    /// Tag.
    pub tag_name: String,
    /// Title.
    pub name: Option<String>,
    /// The tag's commit.
    pub commit: Option<CommitId>,
    /// Draft.
    pub is_draft: bool,
    /// Prerelease.
    pub is_prerelease: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Published.
    pub published_at: Option<Timestamp>,
    /// Author's login.
    pub author: Option<String>,
}

/// One attempt of a workflow run (REST).
#[derive(Debug, Clone)]
pub struct HostWorkflowRun {
    /// Run id.
    pub run: u64,
    /// Attempt, from 1.
    pub attempt: u64,
    /// Workflow name.
    pub name: String,
    /// Event.
    pub event: String,
    /// Branch.
    pub head_branch: Option<String>,
    /// Commit.
    pub head_commit: Option<CommitId>,
    /// `completed`, …
    pub status: String,
    /// `success`, `failure`, …
    pub conclusion: Option<String>,
    /// Run created.
    pub created_at: Timestamp,
    /// Attempt started.
    pub started_at: Option<Timestamp>,
    /// Attempt last changed.
    pub updated_at: Timestamp,
    /// The attempt's jobs.
    pub jobs: Vec<HostJob>,
}

/// One job of an attempt (REST).
#[derive(Debug, Clone)]
pub struct HostJob {
    /// Name.
    pub name: String,
    /// `success`, `failure`, …
    pub conclusion: String,
    /// Started.
    pub started_at: Timestamp,
    /// Ended.
    pub completed_at: Timestamp,
}
