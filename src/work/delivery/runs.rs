//! Workflow runs with their attempts.

use std::collections::BTreeMap;

use super::conclusions::is_failure;
use crate::domain::{Elapsed, RepositoryId, WorkflowRun};
use crate::work::Reading;

/// A workflow run with all its attempts.
#[derive(Debug)]
pub struct Run<'a> {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub run: u64,
    /// The attempts in order; never empty.
    pub attempts: Vec<&'a WorkflowRun>,
    /// The last attempt.
    pub last: &'a WorkflowRun,
}

impl<'a> Run<'a> {
    /// An earlier attempt failed, the last one passed, all on one commit.
    #[must_use]
    pub fn is_flake(&self) -> bool {
        self.last.conclusion.as_deref() == Some("success")
            && self.failed_before().next().is_some()
            && self
                .attempts
                .iter()
                .all(|run| run.head_commit == self.last.head_commit)
    }

    /// Its attempts before the last one that failed.
    pub fn failed_before(&self) -> impl Iterator<Item = &'a WorkflowRun> {
        let before = self.attempts.iter().copied();
        before.filter(|run| {
            run.attempt < self.last.attempt && run.conclusion.as_deref().is_some_and(is_failure)
        })
    }

    /// Minutes of the failed attempts; an attempt without a start, or with one after its end, adds none.
    #[must_use]
    pub fn minutes_lost(&self) -> f64 {
        self.failed_before()
            .filter_map(|run| Elapsed::between(run.started_at?, run.updated_at))
            .map(|elapsed| elapsed.hours() * 60.0)
            .sum()
    }
}

/// A product's runs created in the window, by repository and id.
#[must_use]
pub fn runs<'a>(reading: &Reading<'a>) -> Vec<Run<'a>> {
    let mut runs: BTreeMap<(RepositoryId, u64), Vec<&WorkflowRun>> = BTreeMap::new();
    for run in &reading.tables.facts.workflow_runs {
        if reading.product.repositories.contains(&run.repository)
            && reading.question.window.contains(run.created_at)
        {
            runs.entry((run.repository, run.run)).or_default().push(run);
        }
    }
    runs.into_iter()
        .filter_map(|((repository, run), mut attempts)| {
            attempts.sort_by_key(|run| run.attempt);
            let last = *attempts.last()?;
            Some(Run {
                repository,
                run,
                attempts,
                last,
            })
        })
        .collect()
}
