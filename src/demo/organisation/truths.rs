//! What is planted, and the answers that linchpin must find.

use jiff::Timestamp;
use jiff::civil::Date;

pub use super::plants::Plants;
use crate::domain::CommitId;

/// Hits out of a number of cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    /// Numerator.
    pub hits: u64,
    /// Denominator.
    pub of: u64,
}

/// Everything that is true of the organisation by construction.
#[derive(Debug, Clone, Default)]
pub struct Truths {
    /// The cast.
    pub people: Vec<PersonTruth>,
    /// Figures of each repository, in the host's order.
    pub repositories: Vec<RepositoryTruth>,
    /// The bottleneck, where planted.
    pub bottleneck: Option<BottleneckTruth>,
    /// The silo, where planted.
    pub silo: Option<SiloTruth>,
    /// The hand-over, where planted.
    pub hand_over: Option<HandOverTruth>,
    /// The holiday, where planted.
    pub holiday: Option<HolidayTruth>,
    /// The only approver, where planted.
    pub sole_approver: Option<SoleApproverTruth>,
    /// The rollback, where planted.
    pub rollback: Option<RollbackTruth>,
    /// The flaky workflow, where planted.
    pub flake: Option<FlakeTruth>,
    /// The incidents, where planted, by repository and start.
    pub incidents: Vec<IncidentTruth>,
    /// The workflow that became slow, where planted.
    pub slowdown: Option<SlowdownTruth>,
    /// Who writes every decision record, where planted.
    pub adr_writer: Option<AdrWriterTruth>,
    /// The joiner, where planted.
    pub joiner: Option<JoinerTruth>,
    /// Where pull requests stand still, where planted.
    pub stuck: Option<StuckTruth>,
    /// Where merges wait, where planted.
    pub merge_wait: Option<MergeWaitTruth>,
    /// What is declared and not so, where planted.
    pub drift: Option<DriftTruth>,
    /// What was agreed after feedback and is kept, where planted.
    pub feedback: Option<FeedbackTruth>,
    /// A change that was taken back, where planted.
    pub revert: Option<RevertTruth>,
    /// Who was there for the joiner, where planted.
    pub mentee: Option<MenteeTruth>,
    /// The incident with a follow-up action that was late, where planted.
    pub late_action: Option<LateActionTruth>,
    /// The incident that a type and fields tell of, where planted.
    pub typed_incident: Option<TypedIncidentTruth>,
    /// What coding agents had a part in, where planted, by product.
    pub agents: Vec<AgentsTruth>,
    /// Who approves their own agent's work, where planted.
    pub self_approval: Option<SelfApprovalTruth>,
    /// The area that only agents wrote, where planted.
    pub agent_area: Option<AgentAreaTruth>,
    /// An initiative that a label names and that has ended, where planted.
    pub epic: Option<EpicTruth>,
    /// The merge queue, where planted.
    pub merge_queue: Option<MergeQueueTruth>,
    /// Auto-merge, where planted.
    pub auto_merge: Option<AutoMergeTruth>,
    /// Merges past the rules.
    pub bypass: Option<BypassTruth>,
}

/// What a merge queue did with the changes of people and agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeQueueTruth {
    /// The product.
    pub product: String,
    /// Changes that landed through it.
    pub n_landed: u64,
    /// Their stays in it.
    pub n_attempts: u64,
    /// How often it gave one back for its checks.
    pub n_ejected: u64,
}

/// What was merged by auto-merge, of the changes of people and agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutoMergeTruth {
    /// The product.
    pub product: String,
    /// Merged with it armed.
    pub n_merged: u64,
    /// Merged after it was disarmed.
    pub n_disarmed: u64,
}

/// What was merged without the approval that the rules asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BypassTruth {
    /// The product.
    pub product: String,
    /// Of the changes of people and agents that were merged since the last change of the rules.
    pub share: Share,
}

/// What coding agents had a part in, by product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentsTruth {
    /// The product.
    pub product: String,
    /// The day from which they are there.
    pub from: Date,
    /// Merged pull requests that one opened.
    pub n_opened: u64,
    /// Merged pull requests of people with an agent as co-author.
    pub n_assisted: u64,
}

/// Somebody who approves what they had an agent do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfApprovalTruth {
    /// The product.
    pub product: String,
    /// Who.
    pub login: String,
    /// Of the product's merged pull requests of agents, those that anybody else reviewed.
    pub independent: Share,
}

/// An area that only agents wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentAreaTruth {
    /// The product.
    pub product: String,
    /// The area.
    pub area: String,
    /// Merged pull requests there.
    pub n_merged: u64,
}

/// An initiative that pull requests name by a label, and that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpicTruth {
    /// The product.
    pub product: String,
    /// What the label calls it.
    pub title: String,
}

/// Pull requests that nobody but their author has touched for days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckTruth {
    /// The product.
    pub product: String,
    /// Repository.
    pub repository: String,
    /// Their numbers, ascending.
    pub numbers: Vec<u64>,
}

/// An area whose merges wait after the approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeWaitTruth {
    /// The product.
    pub product: String,
    /// The area.
    pub area: String,
    /// From here on.
    pub from: Date,
}

/// An area whose declared owner does not maintain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriftTruth {
    /// The product.
    pub product: String,
    /// The area.
    pub area: String,
    /// Who is declared.
    pub login: String,
}

/// Somebody who was there for a person who was new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenteeTruth {
    /// Who was there.
    pub buddy: String,
    /// For whom.
    pub joiner: String,
    /// The first day of it.
    pub from: Date,
    /// The last one.
    pub to: Date,
}

/// An incident, and the two issues that follow it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LateActionTruth {
    /// Repository.
    pub repository: String,
    /// The incident's issue.
    pub incident: u64,
    /// The action that was done by its due date.
    pub in_time: u64,
    /// The action that was done after it.
    pub late: u64,
}

/// An incident that its type tells of, whose fields contradict its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedIncidentTruth {
    /// Repository.
    pub repository: String,
    /// The incident's issue.
    pub incident: u64,
    /// What the fields say of the start.
    pub started_at: Timestamp,
    /// What the text says of it.
    pub written: Timestamp,
    /// What the field says of how bad it was, in lower case.
    pub severity: String,
    /// Its sub-issues.
    pub actions: Vec<u64>,
}

/// A pull request that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevertTruth {
    /// Repository.
    pub repository: String,
    /// Its number.
    pub number: u64,
    /// The number of the one that takes it back.
    pub revert: u64,
    /// The initiative of the private register that it belongs to.
    pub initiative: String,
}

/// Somebody who keeps what was agreed after feedback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackTruth {
    /// Who.
    pub login: String,
    /// The agreed day.
    pub from: Date,
}

/// Somebody who writes every decision record of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdrWriterTruth {
    /// The product.
    pub product: String,
    /// Who.
    pub login: String,
}

/// Somebody who joins inside the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinerTruth {
    /// Who.
    pub login: String,
    /// The first day on the team.
    pub joined_on: Date,
}

/// One of the cast: everything that must never occur in the team tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonTruth {
    /// Login.
    pub login: String,
    /// Profile name.
    pub name: String,
    /// Names and addresses in commits.
    pub signatures: Vec<(String, String)>,
    /// Whether it is one of the five people of the team.
    pub is_team: bool,
    /// Whether it is a bot or an AI reviewer.
    pub is_bot: bool,
}

/// Counts of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryTruth {
    /// Name without the owner.
    pub name: String,
    /// Product.
    pub product: String,
    /// Its areas: top-level directories.
    pub areas: Vec<String>,
    /// Pull requests.
    pub n_pull_requests: u64,
    /// Merged ones.
    pub n_merged: u64,
    /// Merged ones by people of the team and the visitor.
    pub n_merged_by_humans: u64,
    /// Open ones.
    pub n_open: u64,
    /// Commits that the default branch reaches.
    pub n_commits: u64,
    /// Successful deployments to `production`.
    pub n_production_successes: u64,
    /// Failed deployments to `production`.
    pub n_production_failures: u64,
    /// Issues that are incidents, by label or type.
    pub n_incidents: u64,
}

/// A reviewer whom everything waited for, until a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BottleneckTruth {
    /// The product.
    pub product: String,
    /// Who.
    pub login: String,
    /// From here on the reviews are spread.
    pub until: Date,
    /// Their share of the submitted human reviews of others' changes in the product, before.
    pub share_before: Share,
    /// The same, from the date on.
    pub share_after: Share,
}

/// An area that one person alone knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiloTruth {
    /// Repository.
    pub repository: String,
    /// Area.
    pub area: String,
    /// Who.
    pub login: String,
    /// When somebody else last changed or reviewed it.
    pub last_outside_touch: Option<Date>,
}

/// An area that moved from one person to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOverTruth {
    /// Repository.
    pub repository: String,
    /// Area.
    pub area: String,
    /// Who had it.
    pub giver: String,
    /// Who has it.
    pub receiver: String,
    /// Each quarter's label, the giver's and the receiver's share of the changes.
    pub shares: Vec<(String, Share, Share)>,
    /// The first quarter in which the giver's share is lower by at least 20 points.
    pub from_quarter: String,
    /// The quarter after which it stays.
    pub to_quarter: String,
}

/// A declared absence during which nothing waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayTruth {
    /// Who.
    pub login: String,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
}

/// An area that one person alone approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoleApproverTruth {
    /// Repository.
    pub repository: String,
    /// Area.
    pub area: String,
    /// Who.
    pub login: String,
    /// From here on nobody else is asked.
    pub from: Date,
}

/// A production deployment that was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackTruth {
    /// Repository.
    pub repository: String,
    /// The bad deployment's node.
    pub undone: String,
    /// The rollback's node.
    pub deployment: String,
    /// The older commit that was deployed again.
    pub commit: CommitId,
    /// When the rollback was created.
    pub at: Timestamp,
    /// The incident's number.
    pub incident: u64,
}

/// A workflow whose runs often pass on the second attempt only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlakeTruth {
    /// Repository.
    pub repository: String,
    /// Workflow.
    pub workflow: String,
    /// The job that fails in it.
    pub job: String,
    /// Flaky runs out of all runs of the workflow.
    pub share: Share,
}

/// An incident that a production deployment started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentTruth {
    /// Repository.
    pub repository: String,
    /// The issue.
    pub number: u64,
    /// The node of the deployment that started it.
    pub deployment: String,
    /// The node of the deployment that ended it; `None`: it has not been shipped yet.
    pub repaired_by: Option<String>,
}

/// A workflow that takes longer from a date on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlowdownTruth {
    /// Repository.
    pub repository: String,
    /// Workflow.
    pub workflow: String,
    /// The first slow day.
    pub from: Date,
}
