//! What must be there to answer, and why it is not.

use crate::tables::FactTable;

/// What a metric needs to be observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Commits from git.
    Commits,
    /// What commits from git are called.
    Subjects,
    /// Commits and files from git.
    History,
    /// Line ownership from git.
    Ownership,
    /// Pull requests from GitHub.
    PullRequests,
    /// Deployments, from any source.
    Deployments,
    /// Issues from GitHub.
    Issues,
    /// Workflow runs from GitHub.
    WorkflowRuns,
}

impl Need {
    /// The tables that meet the need.
    #[must_use]
    pub const fn parts(self) -> &'static [FactTable] {
        match self {
            Self::Commits => &[FactTable::Descent, FactTable::Subjects],
            Self::Subjects => &[FactTable::Subjects],
            // Reviews are knowledge too, and whoever says anything is active.
            Self::History => &[FactTable::Files, FactTable::PullRequests, FactTable::Talk],
            Self::Ownership => &[FactTable::Lines, FactTable::PullRequests],
            Self::PullRequests => &[FactTable::PullRequests, FactTable::Pushes, FactTable::Talk],
            // What a deployment ships are pull requests.
            Self::Deployments => &[
                FactTable::Descent,
                FactTable::Subjects,
                FactTable::Deliveries,
                FactTable::PullRequests,
                FactTable::Pushes,
            ],
            Self::Issues => &[FactTable::Issues],
            Self::WorkflowRuns => &[FactTable::Deliveries],
        }
    }

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Commits | Self::Subjects | Self::History => "a clone with its whole history",
            Self::Ownership => "a clone with line ownership",
            Self::PullRequests => "pull requests",
            Self::Deployments => "deployments from any source",
            Self::Issues => "issues",
            Self::WorkflowRuns => "workflow runs",
        }
    }
}

/// Why a metric cannot be observed, and what would change that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What is missing.
    pub because: String,
    /// The step that would provide it.
    pub fix: Option<String>,
}
