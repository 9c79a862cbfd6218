//! `flow.review_time`: first human review → last approval before the merge.

use super::{Placed, durations, merged_inside, review_span};
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::work::pull_requests::FullPullRequest;
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.review_time",
    title: "Review time",
    question: "How long does it take from the first review to the last approval?",
    definition: "Time from the first review by a human other than the author to the last approval by one before the merge \
                 that was not dismissed by then.",
    formula: "last_approval_at − first_human_review_at",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.submittedAt` and `state`; the review stage of DORA's change lead time",
    exclusions: "Pull requests opened by automation, closed without a merge, still open, merged without a human review or without a \
                 human approval that stood at the merge, or reviewed only after it, are counted apart.",
    how_to_read: "Zero means approved at first sight. A long tail beside few review rounds says that the answers wait, on either side; \
                  the turns say on which.",
    can_mislead: "A late second approval that nobody waited for lengthens it. Talks outside GitHub are not seen.",
    sql: include_str!("../../../queries/metrics/flow.review_time.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    durations(&DEFINITION, reading, place, std::convert::identity)
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return placed,
    };
    Some(match review_span(reading.tables, whole, merged_at) {
        Ok((first, approved)) => {
            Placed::span(merged_at, first, approved, "approved_before_reviewed")
        }
        Err(fate) => Placed::apart(Some(merged_at), fate),
    })
}
