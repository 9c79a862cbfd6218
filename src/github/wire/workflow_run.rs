//! The part of REST's workflow runs that is read. REST answers more than is asked for, so unknown fields are skipped.

use jiff::Timestamp;
use serde::Deserialize;

/// One page of runs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WorkflowRuns {
    /// How many match the filter; at most 1,000 of them are listed.
    pub total_count: u64,
    /// Newest first; kept as they came.
    pub workflow_runs: Vec<serde_json::Value>,
}

/// One attempt of a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkflowRun {
    /// The run's id, shared by its attempts.
    pub id: u64,
    /// Workflow name; GitHub leaves it out where the workflow's file has none.
    #[serde(default)]
    pub name: Option<String>,
    /// The workflow's file.
    #[serde(default)]
    pub path: Option<String>,
    /// Attempt, from 1.
    #[serde(default = "first_attempt")]
    pub run_attempt: u64,
    /// What started it.
    pub event: String,
    /// Branch.
    #[serde(default)]
    pub head_branch: Option<String>,
    /// Commit.
    pub head_sha: String,
    /// `completed`, `in_progress`, …
    #[serde(default)]
    pub status: Option<String>,
    /// `success`, `failure`, …; null while it runs.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// The run was created.
    pub created_at: Timestamp,
    /// This attempt started.
    #[serde(default)]
    pub run_started_at: Option<Timestamp>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Page.
    pub html_url: String,
    /// Jobs, where the attempt was run again.
    #[serde(default)]
    pub jobs: Vec<WorkflowJob>,
}

/// The field of a kept attempt that holds its jobs: REST lists them at an address of their own.
pub const JOBS: &str = "jobs";

/// One page of an attempt's jobs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct WorkflowJobs {
    /// How many there are.
    pub total_count: u64,
    /// Kept as they came.
    pub jobs: Vec<serde_json::Value>,
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WorkflowJob {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// `success`, `failure`, …; null while it runs.
    #[serde(default)]
    pub conclusion: Option<String>,
    /// Started.
    #[serde(default)]
    pub started_at: Option<Timestamp>,
    /// Ended.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// Page.
    #[serde(default)]
    pub html_url: Option<String>,
}

const fn first_attempt() -> u64 {
    1
}
