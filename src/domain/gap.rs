//! What is missing, and why. A gap travels beside the data it is a hole in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::RepositoryId;

/// A hole: something that exists but could not be read, decoded or trusted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// Where; `None` for something that belongs to no repository.
    pub repository: Option<RepositoryId>,
    /// The kind of thing: `commit`, `blob`, `pull_request`, …
    pub kind: String,
    /// Which one: an id, a path, a number. Never a person's name or address.
    pub subject: String,
    /// Why, in a stable word: `missing_object`, `negative_duration`, …
    pub reason: String,
}

/// The streams that are fetched from GitHub or mined from git.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Commits, files and ownership from the local clone.
    History,
    /// Pull requests with their reviews, comments, timelines, files and commits.
    PullRequests,
    /// Issues: incidents, debt, onboarding.
    Issues,
    /// Deployments and their status histories.
    Deployments,
    /// Releases.
    Releases,
    /// Workflow runs and their attempts.
    WorkflowRuns,
    /// What the repository is: its default branch, its ways to merge.
    Repository,
    /// What a merge into the default branch needs.
    MergeRules,
    /// Milestones.
    Milestones,
    /// Environments and what protects them.
    Environments,
    /// The organisation's teams and their members.
    Teams,
}

impl Stream {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::PullRequests => "pull_requests",
            Self::Issues => "issues",
            Self::Deployments => "deployments",
            Self::Releases => "releases",
            Self::WorkflowRuns => "workflow_runs",
            Self::Repository => "repository",
            Self::MergeRules => "merge_rules",
            Self::Milestones => "milestones",
            Self::Environments => "environments",
            Self::Teams => "teams",
        }
    }
}

/// How much of a stream is there.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Completeness {
    /// All of it, up to the watermark.
    Complete,
    /// Some of it: the reason says what is missing.
    Partial,
    /// The token may not read it.
    Forbidden,
    /// GitHub does not know it, or does not show it; of a name: nothing of it is in the store.
    NotFound,
    /// It exists and holds nothing.
    Empty,
    /// The repository has the feature switched off.
    Disabled,
    /// Stopped at a rate limit; a later run resumes.
    RateLimited,
    /// Not asked for, or no token.
    Skipped,
}

/// One line of the completeness certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamCertificate {
    /// Which repository.
    pub repository: RepositoryId,
    /// Which stream.
    pub stream: Stream,
    /// How much of it is there.
    pub completeness: Completeness,
    /// Why it is not complete; `None` for complete and empty streams.
    pub reason: Option<String>,
    /// The step that would make it complete.
    pub fix: Option<String>,
    /// How many records GitHub or git says there are.
    pub expected: Option<u64>,
    /// How many records are in the store.
    pub fetched: u64,
    /// Everything up to here is in.
    pub watermark: Option<jiff::Timestamp>,
    /// That the team knows of the hole and lives with it: until which day, and why. A matter of the register, so never stored.
    #[serde(skip)]
    pub accepted: Option<(jiff::civil::Date, String)>,
}

impl StreamCertificate {
    /// The reason of a history that a shallow clone cuts off: it is partial, and no figure can be taken from it.
    pub const SHALLOW: &'static str = "the clone is shallow: history is cut off";

    /// Whether there is a hole that nobody has accepted: the banner is up, and the exit code is 5.
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.has_hole() && self.accepted.is_none()
    }

    /// Whether something that was asked for did not arrive whole.
    ///
    /// What nobody asked for (no token), or what a repository does not have, is no hole.
    #[must_use]
    pub const fn has_hole(&self) -> bool {
        matches!(
            self.completeness,
            Completeness::Partial
                | Completeness::Forbidden
                | Completeness::NotFound
                | Completeness::RateLimited
        )
    }

    /// Whether figures that need the stream can be trusted in full.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        matches!(
            self.completeness,
            Completeness::Complete | Completeness::Empty
        )
    }
}
