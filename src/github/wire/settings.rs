//! `RepositorySettings`: what a repository's owners laid down.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Actor, Connection, nullable};

/// The parts that were asked for; the others are absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The default branch with its rules; null in an empty repository.
    #[serde(default)]
    pub default_branch_ref: Option<RuledBranch>,
    /// Milestones, by number; null where they may not be read.
    #[serde(default)]
    pub milestones: Option<Connection<Milestone>>,
    /// Environments, by name.
    #[serde(default)]
    pub environments: Option<Connection<Environment>>,
    /// The owner, with its teams.
    #[serde(default)]
    pub owner: Option<TeamOwner>,
}

/// A branch and what guards it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RuledBranch {
    /// Its name.
    pub name: String,
    /// Branch protection as it was laid down; null where there is none, and for a token that may not administer the repository.
    #[serde(default)]
    pub branch_protection_rule: Option<BranchProtectionRule>,
    /// What of it is enforced on the token's owner; null where there is none, and for an administrator whom it lets pass.
    #[serde(deserialize_with = "nullable")]
    pub ref_update_rule: Option<RefUpdateRule>,
    /// The rules of active rulesets; null where they may not be read.
    #[serde(deserialize_with = "nullable")]
    pub rules: Option<Connection<Rule>>,
}

/// Branch protection as it was laid down.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings, as GitHub names them"
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BranchProtectionRule {
    /// Whether a merge needs approvals.
    pub requires_approving_reviews: bool,
    /// How many.
    #[serde(deserialize_with = "nullable")]
    pub required_approving_review_count: Option<u64>,
    /// Whether a merge needs checks.
    pub requires_status_checks: bool,
    /// Which.
    #[serde(deserialize_with = "nullable")]
    pub required_status_check_contexts: Option<Vec<Option<String>>>,
    /// Whether code owners must approve.
    pub requires_code_owner_reviews: bool,
    /// Whether a push dismisses approvals.
    pub dismisses_stale_reviews: bool,
}

/// Branch protection as it is enforced on whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RefUpdateRule {
    /// Approvals needed.
    #[serde(deserialize_with = "nullable")]
    pub required_approving_review_count: Option<u64>,
    /// Checks needed.
    #[serde(deserialize_with = "nullable")]
    pub required_status_check_contexts: Option<Vec<Option<String>>>,
    /// Whether code owners must approve.
    pub requires_code_owner_reviews: bool,
}

/// A rule of a ruleset.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// `PULL_REQUEST`, `REQUIRED_STATUS_CHECKS`, `MERGE_QUEUE`, ….
    #[serde(rename = "type")]
    pub kind: String,
    /// The ruleset that it is part of; null where the token may not see it. Earlier versions did not ask.
    #[serde(default)]
    pub repository_ruleset: Option<Ruleset>,
    /// Its parameters, of the types that are asked for; null for a rule that has none.
    #[serde(deserialize_with = "nullable")]
    pub parameters: Option<Parameters>,
}

/// When a ruleset was laid down as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ruleset {
    /// Last change.
    pub updated_at: Timestamp,
}

/// A rule's parameters.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "__typename")]
pub enum Parameters {
    /// What a pull request needs.
    #[serde(rename = "PullRequestParameters")]
    PullRequest(PullRequestParameters),
    /// Which checks must pass.
    #[serde(rename = "RequiredStatusChecksParameters")]
    StatusChecks(StatusChecks),
    /// Anything else.
    #[serde(other)]
    Other,
}

/// What a pull request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PullRequestParameters {
    /// Approvals.
    pub required_approving_review_count: u64,
    /// Code owners must approve.
    pub require_code_owner_review: bool,
    /// The last push must be approved by somebody else.
    pub require_last_push_approval: bool,
    /// A push dismisses approvals.
    pub dismiss_stale_reviews_on_push: bool,
}

/// Which checks must pass.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatusChecks {
    /// The checks.
    pub required_status_checks: Vec<StatusCheck>,
}

/// A check.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusCheck {
    /// Its name.
    pub context: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Milestone {
    /// Number.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Page.
    pub url: String,
    /// Opened.
    pub created_at: Timestamp,
    /// Due.
    #[serde(deserialize_with = "nullable")]
    pub due_on: Option<Timestamp>,
    /// Closed.
    #[serde(deserialize_with = "nullable")]
    pub closed_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Timestamp,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// What protects it.
    pub protection_rules: Connection<ProtectionRule>,
}

/// A protection rule of an environment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProtectionRule {
    /// `BRANCH_POLICY`, `REQUIRED_REVIEWERS` or `WAIT_TIMER`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Minutes to wait.
    pub timeout: u64,
    /// Whether who deploys may not approve.
    #[serde(deserialize_with = "nullable")]
    pub prevent_self_review: Option<bool>,
    /// Who may approve; GitHub allows six.
    pub reviewers: Connection<DeploymentReviewer>,
}

/// Who may approve a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "__typename")]
pub enum DeploymentReviewer {
    /// A person.
    User(ReviewingUser),
    /// A team.
    Team(ReviewingTeam),
}

/// A person who may approve.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewingUser {
    /// Login.
    pub login: String,
}

/// A team that may approve.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReviewingTeam {
    /// `organisation/team`.
    pub combined_slug: String,
}

/// Whose teams they are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "__typename")]
pub enum TeamOwner {
    /// An organisation.
    Organization(OrganizationTeams),
    /// A user, who has none.
    User {},
}

/// An organisation's teams.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrganizationTeams {
    /// Those that the token's owner may see.
    pub teams: Connection<Team>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Team {
    /// Node id.
    pub id: String,
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// The team it is part of.
    #[serde(deserialize_with = "nullable")]
    pub parent_team: Option<ParentTeam>,
    /// Its members, the first hundred.
    pub members: Connection<Actor>,
}

/// A team's parent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParentTeam {
    /// Slug.
    pub slug: String,
}
