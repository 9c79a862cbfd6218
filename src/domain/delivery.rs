//! Deployments, releases and workflow runs.

use jiff::Timestamp;

use super::commit_id::CommitId;
use super::id::{PersonId, RepositoryId};

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Its status history holds a `success`, whatever came later.
    Success,
    /// It failed or errored and never succeeded.
    Failure,
    /// It has not ended.
    Pending,
    /// It ended without a result: a run that was skipped or cancelled, or found nothing to do.
    Skipped,
}

/// A deployment of one commit to one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its repository.
    pub repository: RepositoryId,
    /// Node id, tag name or run id: unique inside the repository and source.
    pub deployment: String,
    /// The environment's name, as it came; the source's name where there is none.
    pub environment: String,
    /// The commit deployed; `None` where GitHub no longer names it.
    pub commit: Option<CommitId>,
    /// The ref deployed.
    pub reference: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it first was in progress.
    pub started_at: Option<Timestamp>,
    /// When it first succeeded, or last failed.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Outcome,
    /// Where the record is from: `deployments_api`, `workflow_runs`, `releases`, `tags`, `merges`, `import`.
    pub source: String,
    /// Its page, where it has one.
    pub url: Option<String>,
}

/// One entry of a deployment's status history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentStatus {
    /// Its repository.
    pub repository: RepositoryId,
    /// The deployment's node id.
    pub deployment: String,
    /// GitHub's word in lower case: `success`, `failure`, `in_progress`, `inactive`, …
    pub state: String,
    /// When.
    pub at: Timestamp,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its repository.
    pub repository: RepositoryId,
    /// Node id.
    pub release: String,
    /// The tag.
    pub tag_name: String,
    /// The tag's commit.
    pub commit: Option<CommitId>,
    /// Title, as it came.
    pub name: Option<String>,
    /// Draft.
    pub is_draft: bool,
    /// Prerelease.
    pub is_prerelease: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Published.
    pub published_at: Option<Timestamp>,
    /// Author.
    pub author: Option<PersonId>,
    /// Page.
    pub url: String,
}

/// One attempt of a workflow run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// Its repository.
    pub repository: RepositoryId,
    /// The run's id.
    pub run: u64,
    /// The attempt, from 1.
    pub attempt: u64,
    /// The workflow's name.
    pub name: String,
    /// The event that started it.
    pub event: String,
    /// The branch.
    pub head_branch: Option<String>,
    /// The commit.
    pub head_commit: Option<CommitId>,
    /// `completed`, `in_progress`, …
    pub status: String,
    /// `success`, `failure`, `cancelled`, …; `None` while it runs.
    pub conclusion: Option<String>,
    /// Created.
    pub created_at: Timestamp,
    /// This attempt started.
    pub started_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Page.
    pub url: String,
}

/// One job of an attempt that was run again.
///
/// GitHub document: [workflow jobs](https://docs.github.com/en/rest/actions/workflow-jobs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowJob {
    /// Its repository.
    pub repository: RepositoryId,
    /// The run's id.
    pub run: u64,
    /// The attempt, from 1.
    pub attempt: u64,
    /// The job's id: of this attempt alone.
    pub job: u64,
    /// The job's name, with its place in a matrix.
    pub name: String,
    /// `success`, `failure`, `cancelled`, …; `None` while it runs.
    pub conclusion: Option<String>,
    /// Started.
    pub started_at: Option<Timestamp>,
    /// Ended.
    pub completed_at: Option<Timestamp>,
    /// Page.
    pub url: String,
}
