//! `flow.merge_wait`: last approval → merged.

use super::{Placed, durations, merged_inside, review_span};
use crate::metrics::measure::{About, Definition, Measure, Need, Recipe, Unit};
use crate::metrics::pull_requests::Whole;
use crate::metrics::{Lens, Metric};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.merge_wait",
    title: "Merge wait",
    question: "How long does an approved change wait to be merged?",
    definition: "Time from the last approval by a human other than the author to the merge.",
    formula: "merged_at − last_approval_at",
    unit: Unit::Hours,
    recipe: Recipe::Median,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.submittedAt`, `PullRequest.mergedAt`; the stages of the path to production",
    exclusions: "Pull requests opened by automation, closed without a merge, still open, merged without a human review or without a \
                 human approval, or reviewed only after the merge, are counted apart.",
    how_to_read: "Minutes are a habit or a merge queue; days are a release window, a slow pipeline, or work that nobody remembers. Auto-merge \
                  takes most of it away.",
    can_mislead: "An approval that came long after the decision to merge hides the wait before it. Some teams hold merges back on purpose.",
    sql: include_str!("../../../queries/metrics/flow.merge_wait.sql"),
};

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    durations(&DEFINITION, tables, lens, place, std::convert::identity)
}

fn place(tables: &Tables, lens: &Lens, whole: &Whole<'_>) -> Option<Placed> {
    let merged_at = match merged_inside(tables, lens, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return placed,
    };
    Some(match review_span(tables, whole, merged_at) {
        Ok((_, approved)) => Placed::span(merged_at, approved, merged_at, "merged_before_approved"),
        Err(fate) => Placed::apart(Some(merged_at), fate),
    })
}
