//! What a repository's owners laid down: who owns which files, what a merge needs, which teams there are, milestones, environments.
//!
//! GitHub tells the rules of today, never those of the past: a figure that uses them for an older pull request says so.

use jiff::Timestamp;

use super::id::{PersonId, RepositoryId};

/// One line of a CODEOWNERS file that names a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeownersLine {
    /// The file's path in the tip's tree: `.github/CODEOWNERS`, `CODEOWNERS` or `docs/CODEOWNERS`.
    pub file: String,
    /// The line's number, from 1: the last matching line wins.
    pub line: u64,
    /// The pattern, as it came.
    pub pattern: String,
    /// Its owners as they came: `@login`, `@organisation/team` or an address. Empty: nobody owns what it matches.
    pub owners: Vec<String>,
}

/// What must be true before a change lands on the default branch, over branch protection and all rulesets together.
///
/// A repository without such rules has a row that asks for nothing; one whose rules could not be read has none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings of a branch"
)]
pub struct MergeRule {
    /// Its repository.
    pub repository: RepositoryId,
    /// The branch that it guards: the default one.
    pub branch: String,
    /// Approvals needed; 0 where none is.
    pub required_approvals: u64,
    /// Whether a code owner of the files must approve.
    pub requires_code_owner: bool,
    /// Whether the last push must be approved by somebody else than who pushed it.
    pub requires_last_push_approval: bool,
    /// Whether a push dismisses approvals.
    pub dismisses_stale_reviews: bool,
    /// Whether changes land through a merge queue.
    pub has_merge_queue: bool,
    /// Names of the checks that must pass, sorted.
    pub required_checks: Vec<String>,
    /// Where it is laid down, sorted: `branch_protection`, `ruleset`. Empty: nowhere.
    pub sources: Vec<String>,
    /// Since when at the latest as many approvals have been needed as are now: the last change of the ruleset that asks for them,
    /// or the first fetch that read the rules as they are. `None`: not told.
    pub approvals_since: Option<Timestamp>,
}

/// A team of the organisation that owns a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// A repository of its organisation: each has a row of its own.
    pub repository: RepositoryId,
    /// Its slug, as review requests name it.
    pub team: String,
    /// Its name, as it came.
    pub name: String,
    /// The slug of the team that it is part of.
    pub parent: Option<String>,
    /// How many members GitHub counts, those of its child teams included.
    pub n_members: u64,
}

/// A member of a team, directly or through a child team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// A repository of the team's organisation: each has a row of its own.
    pub repository: RepositoryId,
    /// The team's slug.
    pub team: String,
    /// Who.
    pub person: PersonId,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number; issues name it by its title.
    pub milestone: u64,
    /// Title, as it came.
    pub title: String,
    /// Page.
    pub url: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An environment that deployments go to, and what protects it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its name, as it came.
    pub environment: String,
    /// How long a deployment waits before it starts, in minutes; `None`: it does not.
    pub wait_minutes: Option<u64>,
    /// Who may approve a deployment, sorted: `@login` or `@organisation/team`. Empty: nobody need.
    pub reviewers: Vec<String>,
    /// Whether who started a deployment may not approve it.
    pub prevents_self_review: bool,
    /// Whether only some branches or tags may be deployed.
    pub has_branch_policy: bool,
}
