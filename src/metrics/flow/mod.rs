//! Flow of a pull request: where its time goes. Team level only.

pub mod coding_time;
pub mod cycle_time;
pub mod deploy_wait;
pub mod effect;
pub mod first_approval;
pub mod holders;
pub mod merge_wait;
pub mod pickup_time;
pub mod predictability;
pub mod relations;
pub mod review_rounds;
pub mod review_time;
pub mod size;
pub mod stuck;
pub mod unreviewed_share;
pub mod work_in_progress;
pub mod work_mix;
use jiff::Timestamp;

use super::Tables;
use super::aggregate::{Depth, measure_rows, quantiles};
use super::measure::{Definition, KeyedRow, Measure, Measured};
use crate::domain::{Elapsed, PullRequestState, ReviewState};
use crate::work::pull_requests::{FullPullRequest, apart, of_product};
use crate::work::{Fate, Missing, Reading};

/// What becomes of a pull request in a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::metrics) struct Placed {
    /// The instant that places it in a bucket; `None`: in the window's ledger only.
    at: Option<Timestamp>,
    /// From when to when, where it counts.
    span: Option<(Timestamp, Timestamp)>,
    fate: Fate,
}

impl Placed {
    /// It does not count, or cannot be measured.
    pub(in crate::metrics) const fn apart(at: Option<Timestamp>, fate: Fate) -> Self {
        Self {
            at,
            span: None,
            fate,
        }
    }

    /// It counts from `since` to `until`; a duration that runs backwards is unknown, for the reason given.
    pub(in crate::metrics) fn span(
        at: Timestamp,
        since: Timestamp,
        until: Timestamp,
        backwards: &'static str,
    ) -> Self {
        if until < since {
            return Self::apart(Some(at), Fate::Unknown(backwards));
        }
        Self {
            at: Some(at),
            span: Some((since, until)),
            fate: Fate::Included,
        }
    }

    /// The ledger row, in elapsed hours and, where hours are agreed, in the team's working hours.
    pub(in crate::metrics) fn row(
        self,
        reading: &Reading<'_>,
        whole: &FullPullRequest<'_>,
    ) -> KeyedRow<()> {
        let elapsed = self.span.and_then(|(a, b)| Elapsed::between(a, b));
        let mut row = whole.row(reading, self.at, elapsed.map(Elapsed::hours), self.fate);
        row.working_hours = self
            .span
            .and_then(|(a, b)| reading.question.calendars.team().working_between(a, b))
            .map(Elapsed::hours);
        KeyedRow { row, key: () }
    }
}

/// A duration of pull requests: `place` gives each its row (`None`: no concern of the window), `finish` adds to a figure.
fn durations(
    definition: &'static Definition,
    reading: &Reading<'_>,
    place: fn(&Reading<'_>, &FullPullRequest<'_>) -> Option<Placed>,
    finish: fn(Measured) -> Measured,
) -> Result<Measure, Missing> {
    measure_rows(
        definition,
        reading,
        Depth::AREAS,
        &|| {
            let wholes = of_product(reading);
            Ok(wholes
                .iter()
                .filter_map(|whole| Some(place(reading, whole)?.row(reading, whole)))
                .collect())
        },
        &|_, rows| finish(quantiles(definition.unit, rows)),
    )
}

/// When a pull request that is asked about was merged inside the window; `Err` says what it is otherwise (`None`: no concern of it).
pub(in crate::metrics) fn merged_inside(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
) -> Result<Timestamp, Option<Placed>> {
    merged_unless(reading, whole, apart(reading, whole.pull_request))
}

/// The same, where the metric itself says why one is not asked about (`apart`).
pub(in crate::metrics) fn merged_unless(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    apart: Option<Fate>,
) -> Result<Timestamp, Option<Placed>> {
    let row = whole.pull_request;
    let ended_at = row
        .merged_at
        .or(row.closed_at)
        .filter(|at| *at < reading.question.as_of);
    let Some(ended_at) = ended_at else {
        // Open at the window's end: listed apart, in the window's ledger only.
        let fate = Fate::or(apart, Fate::Excluded("still_open"));
        return Err(Some(Placed::apart(None, fate)));
    };
    if !reading.question.window.contains(ended_at) {
        return Err(None);
    }
    let own = if row.state != PullRequestState::Merged {
        Fate::Excluded("closed_without_merge")
    } else if ended_at < row.created_at {
        Fate::Unknown("merged_before_opened")
    } else {
        Fate::Included
    };
    match Fate::or(apart, own) {
        Fate::Included => Ok(ended_at),
        fate => Err(Some(Placed::apart(Some(ended_at), fate))),
    }
}

/// Since when a pull request had waited for a review at an instant: since it was ready, or since a review was first asked for where that
/// is later; `None`: it was a draft.
fn waited_since(tables: &Tables, whole: &FullPullRequest<'_>, at: Timestamp) -> Option<Timestamp> {
    let ready_at = whole.readiness().since(at)?;
    let requested_at = whole.first_requested_at(tables);
    let requested_at = requested_at.filter(|requested_at| *requested_at <= at);
    Some(requested_at.map_or(ready_at, |requested_at| requested_at.max(ready_at)))
}

/// The first human review of a merged pull request and the last approval that stood at its merge; `Err` says why there are none.
fn review_span(
    tables: &Tables,
    whole: &FullPullRequest<'_>,
    merged_at: Timestamp,
) -> Result<(Timestamp, Timestamp), Fate> {
    let mut reviews = whole.human_reviews(tables).peekable();
    let Some(first) = reviews.peek().map(|review| review.submitted_at) else {
        return Err(Fate::Excluded("merged_without_human_review"));
    };
    if first > merged_at {
        return Err(Fate::Excluded("reviewed_after_the_merge"));
    }
    if first < whole.pull_request.created_at {
        return Err(Fate::Unknown("reviewed_before_opened"));
    }
    let last_approval = reviews
        .filter(|review| review.submitted_at <= merged_at && review.approves_at(merged_at))
        .map(|review| review.submitted_at)
        .last();
    match last_approval {
        Some(approved) => Ok((first, approved)),
        None => Err(Fate::Excluded("merged_without_approval")),
    }
}

/// When nothing stood in the way of a merge any more: at the first approval after the last request for changes, of what was not
/// dismissed by the merge; and not before the last request for changes that was dismissed had been. `Err` says why there is none.
fn cleared_at(
    tables: &Tables,
    whole: &FullPullRequest<'_>,
    merged_at: Timestamp,
) -> Result<Timestamp, Fate> {
    review_span(tables, whole, merged_at)?;
    let mut blocked_at = None;
    let mut unblocked_at = None;
    let said = || {
        let reviews = whole.human_reviews(tables);
        reviews.filter(|review| review.submitted_at <= merged_at)
    };
    for review in said().filter(|review| review.verdict == ReviewState::ChangesRequested) {
        match review.dismissed_at.filter(|at| *at <= merged_at) {
            Some(dismissed_at) => unblocked_at = unblocked_at.max(Some(dismissed_at)),
            None => blocked_at = blocked_at.max(Some(review.submitted_at)),
        }
    }
    let approved_at = said()
        .filter(|review| review.approves_at(merged_at))
        .map(|review| review.submitted_at)
        .find(|at| Some(*at) > blocked_at);
    match approved_at {
        Some(approved_at) => Ok(unblocked_at.map_or(approved_at, |at| at.max(approved_at))),
        None => Err(Fate::Excluded("merged_over_requested_changes")),
    }
}
