//! The part of REST's workflow runs that is read. REST answers more than is asked for, so unknown fields are skipped.

use jiff::Timestamp;
use serde::Deserialize;

use super::nullable;

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
    /// Workflow name.
    #[serde(deserialize_with = "nullable")]
    pub name: Option<String>,
    /// Attempt, from 1.
    #[serde(default = "first_attempt")]
    pub run_attempt: u64,
    /// What started it.
    pub event: String,
    /// Branch.
    #[serde(deserialize_with = "nullable")]
    pub head_branch: Option<String>,
    /// Commit.
    pub head_sha: String,
    /// `completed`, `in_progress`, …
    #[serde(deserialize_with = "nullable")]
    pub status: Option<String>,
    /// `success`, `failure`, …; null while it runs.
    #[serde(deserialize_with = "nullable")]
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
}

const fn first_attempt() -> u64 {
    1
}
