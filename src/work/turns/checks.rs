//! Time that belongs to machines: workflow runs of a pull request's own commits, and the merge queue.

use std::collections::HashMap;

use jiff::Timestamp;

use super::replay::append;
use super::{Holder, Turn};
use crate::domain::{CommitId, RepositoryId};
use crate::work::Reading;
use crate::work::merge_queue::stays;
use crate::work::pull_requests::FullPullRequest;

/// From when to when; without an end: it still runs.
type Span = (Timestamp, Timestamp);

/// When the checks of each commit ran.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    spans: HashMap<(RepositoryId, CommitId), Vec<Span>>,
}

impl Checks {
    pub(crate) fn of(reading: &Reading<'_>) -> Self {
        let mut checks = Self::default();
        for run in &reading.tables.facts.workflow_runs {
            let Some(commit) = run.head_commit else {
                continue;
            };
            if !reading.product.repositories.contains(&run.repository) {
                continue;
            }
            let since = run.started_at.unwrap_or(run.created_at);
            let until = match run.conclusion {
                Some(_) => run.updated_at,
                None => Timestamp::MAX,
            };
            if since < until {
                checks
                    .spans
                    .entry((run.repository, commit))
                    .or_default()
                    .push((since, until));
            }
        }
        checks
    }

    /// Gives to `ci` what machines held of the turns of `merge`.
    pub(crate) fn split(&self, turns: Vec<Turn>, whole: &FullPullRequest<'_>) -> Vec<Turn> {
        if !turns.iter().any(|turn| turn.holder == Holder::Merge) {
            return turns;
        }
        let spans = self.spans(whole);
        if spans.is_empty() {
            return turns;
        }
        let mut split = Vec::with_capacity(turns.len() + 2);
        for turn in turns {
            if turn.holder != Holder::Merge {
                append(&mut split, turn.since, turn.until, turn.holder);
                continue;
            }
            let mut from = turn.since;
            for (since, until) in &spans {
                let (since, until) = ((*since).max(from), (*until).min(turn.until));
                if since >= until {
                    continue;
                }
                if since > from {
                    append(&mut split, from, since, Holder::Merge);
                }
                append(&mut split, since, until, Holder::Ci);
                from = until;
            }
            if from < turn.until {
                append(&mut split, from, turn.until, Holder::Merge);
            }
        }
        split
    }

    /// When machines were at work on a pull request, by start.
    fn spans(&self, whole: &FullPullRequest<'_>) -> Vec<Span> {
        let repository = whole.pull_request.repository;
        let mut spans: Vec<Span> = whole
            .commits
            .iter()
            .filter_map(|own| self.spans.get(&(repository, own.commit)))
            .flatten()
            .copied()
            .collect();
        let queued = stays(whole).into_iter();
        spans.extend(queued.map(|stay| (stay.since, stay.until.unwrap_or(Timestamp::MAX))));
        spans.sort_unstable();
        spans
    }
}
