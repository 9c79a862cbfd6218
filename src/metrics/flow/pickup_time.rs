//! `flow.pickup_time`: ready for review (and requested) → first human review by somebody else.

use super::{Placed, durations, waited_since};
use crate::domain::PullRequestState;
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::metrics::review::spoiled;
use crate::work::machine_like::Words;
use crate::work::pull_requests::{FullPullRequest, apart};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.pickup_time",
    title: "Pickup time",
    question: "How long does a pull request wait for its first human review?",
    definition: "Time from the moment a pull request is ready for review, or from the first review request if that came later but \
                 before the review, to the first review submitted by a human other than its author. Where it became ready more than \
                 once, the moment is the last one before the review: what happens to it afterwards changes nothing.",
    formula: "first_human_review_at − max(ready_at, first_requested_at)",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("first reviewed in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.submittedAt`, `ReadyForReviewEvent`, `ReviewRequestedEvent`; the review stage of DORA's \
             change lead time",
    exclusions: "Pull requests opened by automation, merged or closed without a human review before that, reviewed while still a \
                 draft, and those still waiting are counted apart. Reviews by bots and by the author do not end the wait.",
    how_to_read: "Compare p50 with the team's own agreement. A long p90 beside a short p50 says that some areas or some requests \
                  have nobody who feels asked.",
    can_mislead: "Pairing and trunk-based work replace the review that this metric waits for. A team that reviews in drafts is seen \
                  only in the rows left out.",
    sql: include_str!("../../../queries/metrics/flow.pickup_time.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = durations(&DEFINITION, reading, place, std::convert::identity)?;
    spoiled::withhold(&mut measure, reading, Words::Reviews);
    Ok(measure)
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    let row = whole.pull_request;
    let ended_at = row
        .merged_at
        .or(row.closed_at)
        .filter(|at| *at < reading.question.as_of);
    let first_review_at = whole
        .human_reviews(reading.tables)
        .map(|review| review.submitted_at)
        .find(|at| ended_at.is_none_or(|ended_at| *at <= ended_at));
    // The instant that places the row: the review, else the end without one, else nothing (it still waits).
    let at = first_review_at.or(ended_at);
    if at.is_some_and(|at| !reading.question.window.contains(at)) {
        return None;
    }
    let apart = apart(reading, row);
    let left_out = |own| Some(Placed::apart(at, Fate::or(apart, own)));
    let readiness = whole.readiness();
    let Some(reviewed_at) = first_review_at else {
        return left_out(match (row.state, readiness.since(reading.question.as_of)) {
            (PullRequestState::Merged, _) if at.is_some() => {
                Fate::Excluded("merged_without_human_review")
            }
            (_, _) if at.is_some() => Fate::Excluded("closed_without_human_review"),
            (_, None) => Fate::Excluded("still_a_draft"),
            (_, Some(_)) => Fate::Excluded("still_waiting"),
        });
    };
    let Some(start) = waited_since(reading.tables, whole, reviewed_at) else {
        return left_out(Fate::Excluded("reviewed_as_a_draft"));
    };
    if apart.is_some() {
        return left_out(Fate::Included);
    }
    Some(Placed::span(
        reviewed_at,
        start,
        reviewed_at,
        "reviewed_before_ready",
    ))
}
