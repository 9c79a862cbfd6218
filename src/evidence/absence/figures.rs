//! The figures of one period.

use jiff::Timestamp;

use super::{Away, MINIMUM_N, Period, periods};
use crate::domain::{Elapsed, RequestAction};
use crate::evidence::Link;
use crate::evidence::index::{Index, Item};
use crate::evidence::working_days;
use crate::metrics::estimate::{median_interval, quantile};

/// What was counted in a period; `None`: not observed.
pub(super) struct Figures {
    period: Period,
    /// Successful production deployments.
    pub(super) n_deployments: Option<usize>,
    /// Merged pull requests of people.
    pub(super) n_merged: Option<usize>,
    /// Hours to the first review, ascending.
    turnarounds: Option<Vec<f64>>,
    /// Ready pull requests without a review, at the end.
    pub(super) n_waiting: Option<usize>,
    /// Stuck pull requests at the end, and since when nothing happened; oldest first.
    pub(super) stuck: Option<Vec<(Link, Timestamp)>>,
}

impl Figures {
    pub(super) fn of(away: &Away<'_>, period: Period) -> Self {
        let window = period.window;
        // Before the first recorded pull request or deployment nothing is known: no record is not "none".
        let starts_at = away.index.starts_at;
        let is_seen = away.observed.has_pull_requests
            && !period.is_empty()
            && starts_at.is_some_and(|at| at < window.until);
        let of_people = || {
            away.index
                .items()
                .filter(|item| away.index.is_human(item.pull_request.author))
        };
        let deployments = away.observed.deployments.filter(|all| {
            let first = all.iter().min();
            !period.is_empty() && first.is_some_and(|first| *first < window.until)
        });
        Self {
            period,
            n_deployments: deployments
                .map(|all| all.iter().filter(|at| window.contains(**at)).count()),
            n_merged: is_seen.then(|| {
                let merged = |item: &&Item<'_>| {
                    let merged_at = item.pull_request.merged_at;
                    merged_at.is_some_and(|at| window.contains(at))
                };
                of_people().filter(merged).count()
            }),
            turnarounds: is_seen.then(|| {
                let mut hours: Vec<f64> = of_people()
                    .filter_map(|item| turnaround(away.index, item, period))
                    .collect();
                hours.sort_by(f64::total_cmp);
                hours
            }),
            n_waiting: is_seen.then(|| {
                let end = window.until;
                let waiting = |item: &&Item<'_>| {
                    ready_and_open(item, end).is_some()
                        && first_review_at(away.index, item).is_none_or(|at| at >= end)
                };
                of_people().filter(waiting).count()
            }),
            stuck: is_seen.then(|| {
                let mut stuck: Vec<(Timestamp, Link)> = of_people()
                    .filter_map(|item| {
                        Some((
                            stuck_since(away, item, window.until)?,
                            item.link(away.sources),
                        ))
                    })
                    .collect();
                stuck.sort();
                stuck.into_iter().map(|(at, link)| (link, at)).collect()
            }),
        }
    }

    /// First and last day.
    pub(super) fn days(&self) -> Option<String> {
        let Period { first, last, .. } = self.period;
        (!self.period.is_empty()).then(|| format!("{first} to {last}"))
    }

    /// Working days.
    pub(super) fn working_days(&self) -> Option<String> {
        (!self.period.is_empty()).then(|| periods::days(self.period.working_days))
    }

    /// `0.85 (n = 17)`: a count per working day.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub(super) fn rate(&self, count: Option<usize>) -> Option<String> {
        let n = count?;
        let days = self.period.working_days;
        Some(if days > 0.0 {
            format!("{:.2} (n = {n})", n as f64 / days)
        } else {
            format!("no working day (n = {n})")
        })
    }

    /// `median 5.2 h (3.1 to 8.0; n = 12)`; below the minimum n, n alone.
    pub(super) fn turnaround(&self) -> Option<String> {
        let hours = self.turnarounds.as_ref()?;
        let n = hours.len();
        let median = quantile(hours, 0.5).filter(|_| n >= MINIMUM_N);
        Some(match (median, median_interval(hours)) {
            (Some(median), Some([low, high])) => {
                format!("median {median:.1} h ({low:.1} to {high:.1}; n = {n})")
            }
            (Some(median), None) => format!("median {median:.1} h (n = {n})"),
            (None, _) => format!("n = {n}"),
        })
    }
}

/// The first review by a person other than the author, before the end of the pull request.
fn first_review_at(index: &Index<'_>, item: &Item<'_>) -> Option<Timestamp> {
    let pull_request = item.pull_request;
    let ended_at = pull_request.merged_at.or(pull_request.closed_at);
    item.reviews
        .iter()
        .filter(|review| review.author != pull_request.author && index.is_human(review.author))
        .map(|review| review.submitted_at)
        .find(|at| ended_at.is_none_or(|ended_at| *at <= ended_at))
}

/// Hours from ready or asked for to the first review, where that was submitted in the period.
fn turnaround(index: &Index<'_>, item: &Item<'_>, period: Period) -> Option<f64> {
    let reviewed_at = first_review_at(index, item).filter(|at| period.window.contains(*at))?;
    let ready_at = item
        .pull_request
        .ready_at
        .filter(|ready_at| *ready_at <= reviewed_at)?;
    let asked_at = item
        .requests
        .iter()
        .find(|request| request.action == RequestAction::Requested)
        .map(|request| request.at)
        .filter(|asked_at| *asked_at <= reviewed_at);
    let start = asked_at.map_or(ready_at, |asked_at| asked_at.max(ready_at));
    Elapsed::between(start, reviewed_at).map(Elapsed::hours)
}

/// Since when a pull request was ready, where it was ready and open at an instant.
fn ready_and_open(item: &Item<'_>, at: Timestamp) -> Option<Timestamp> {
    let pull_request = item.pull_request;
    let is_open = pull_request
        .closed_at
        .is_none_or(|closed_at| closed_at >= at)
        && pull_request
            .merged_at
            .is_none_or(|merged_at| merged_at >= at);
    pull_request
        .ready_at
        .filter(|ready_at| is_open && *ready_at < at)
}

/// Since when nobody but the author had touched it, where it was stuck at an instant.
fn stuck_since(away: &Away<'_>, item: &Item<'_>, at: Timestamp) -> Option<Timestamp> {
    let ready_at = ready_and_open(item, at)?;
    let quiet_since = item
        .last_outside_event(away.index, at)
        .map_or(ready_at, |event_at| event_at.max(ready_at));
    let sources = away.sources;
    let days = working_days::between(quiet_since, at, sources.zone, sources.holidays);
    (days >= sources.stuck_after_working_days).then_some(quiet_since)
}
