//! Deployments, releases and workflow runs as rows.

use serde::Deserialize;

use super::{Decoder, commit, tails};
use crate::domain::{Deployment, DeploymentStatus, Outcome, Release, WorkflowJob, WorkflowRun};
use crate::github::wire;
use crate::store::raw::Record;

impl Decoder {
    /// Adds a deployment and its status history.
    ///
    /// The outcome comes from the history: once it succeeded it did, whatever came later, and several successes are one.
    pub(super) fn deployment(&mut self, mut record: Record) -> Result<(), String> {
        let mut tails = tails(&mut record);
        let node: wire::delivery::Deployment = self.node(record)?;
        let mut statuses = self.whole(&node.id, "statuses", node.statuses, &mut tails)?;
        statuses.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        let first = |wanted: &str| {
            statuses
                .iter()
                .find(|status| status.state == wanted)
                .map(|status| status.created_at)
        };
        let failed_at = statuses
            .iter()
            .rev()
            .find(|status| matches!(status.state.as_str(), "FAILURE" | "ERROR"))
            .map(|status| status.created_at);
        let (outcome, finished_at) = match (first("SUCCESS"), failed_at) {
            (Some(at), _) => (Outcome::Success, Some(at)),
            (None, Some(at)) => (Outcome::Failure, Some(at)),
            (None, None) => (Outcome::Pending, None),
        };
        for status in &statuses {
            self.facts.deployment_statuses.push(DeploymentStatus {
                repository: self.repository,
                deployment: node.id.clone(),
                state: status.state.to_lowercase(),
                at: status.created_at,
            });
        }
        let _ = self.accounts.of(node.creator);
        self.facts.deployments.push(Deployment {
            repository: self.repository,
            environment: node
                .environment
                .unwrap_or_else(|| "deployments_api".to_owned()),
            commit: commit(&node.commit_oid),
            reference: node.reference.map(|reference| reference.name),
            created_at: node.created_at,
            started_at: first("IN_PROGRESS"),
            finished_at,
            outcome,
            source: "deployments_api".to_owned(),
            url: None,
            deployment: node.id,
        });
        Ok(())
    }

    /// Adds a release.
    pub(super) fn release(&mut self, record: &Record) -> Result<(), String> {
        let node = wire::delivery::Release::deserialize(&record.node)
            .map_err(|error| format!("shape: {error}"))?;
        let author = self.accounts.of(node.author);
        self.facts.releases.push(Release {
            repository: self.repository,
            release: node.id,
            tag_name: node.tag_name,
            commit: node.tag_commit.and_then(|id| commit(&id.oid)),
            name: node.name,
            is_draft: node.is_draft,
            is_prerelease: node.is_prerelease,
            created_at: node.created_at,
            published_at: node.published_at,
            author,
            url: node.url,
        });
        Ok(())
    }

    /// Adds one attempt of a workflow run with its jobs.
    pub(super) fn workflow_run(&mut self, record: &Record) -> Result<(), String> {
        let node = wire::workflow_run::WorkflowRun::deserialize(&record.node)
            .map_err(|error| format!("shape: {error}"))?;
        let repository = self.repository;
        let jobs = node.jobs.into_iter().map(|job| WorkflowJob {
            repository,
            run: node.id,
            attempt: node.run_attempt,
            job: job.id,
            name: job.name,
            conclusion: job.conclusion,
            started_at: job.started_at,
            completed_at: job.completed_at,
            url: job.html_url.unwrap_or_default(),
        });
        self.facts.workflow_jobs.extend(jobs);
        self.facts.workflow_runs.push(WorkflowRun {
            repository,
            run: node.id,
            attempt: node.run_attempt,
            // As GitHub's own pages call a workflow without a name.
            name: node.name.or(node.path).unwrap_or_default(),
            event: node.event,
            head_branch: node.head_branch,
            head_commit: commit(&node.head_sha),
            status: node.status.unwrap_or_default(),
            conclusion: node.conclusion,
            created_at: node.created_at,
            started_at: node.run_started_at,
            updated_at: node.updated_at,
            url: node.html_url,
        });
        Ok(())
    }
}
