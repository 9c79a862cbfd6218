//! `flow.merge_wait`: the approval that stands → merged.

use super::{Placed, cleared_at, durations, merged_inside};
use crate::domain::Window;
use crate::metrics::Metric;
use crate::metrics::gate::queued::{self, Wait};
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.merge_wait",
    title: "Merge wait",
    question: "How long does an approved change wait to be merged?",
    definition: "Time from the approval that stands to the merge: the first one by a human other than the author that follows the last \
                 request for changes and was not dismissed before the merge. A request for changes that was dismissed stood in the \
                 way until then.",
    formula: "merged_at − max(first approval after the last request for changes, last dismissal of such a request)",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.submittedAt`, `ReviewDismissedEvent.previousReviewState`, `PullRequest.mergedAt`; the stages of the path to production",
    exclusions: "Pull requests opened by automation, closed without a merge, still open, merged without a human review or without a \
                 human approval that stood, merged over requested changes, or reviewed only after the merge, are counted apart.",
    how_to_read: "Minutes are a habit or a merge queue; days are a release window, a slow pipeline, or work that nobody remembers. Auto-merge \
                  takes most of it away.",
    can_mislead: "Where several approvals are required, the wait for the others is in it: the turns tell it apart. Some teams hold merges \
                  back on purpose.",
    sql: include_str!("../../../queries/metrics/flow.merge_wait.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = durations(&DEFINITION, reading, place, std::convert::identity)?;
    let wholes = of_product(reading);
    let waits: Vec<Wait<'_, '_>> = wholes
        .iter()
        .filter_map(|whole| {
            let until = merged_inside(reading, whole).ok()?;
            let since = cleared_at(reading.tables, whole, until).ok()?;
            Some((whole, vec![Window { since, until }]))
        })
        .collect();
    if let Some(text) = queued::part(reading.question, &waits, "these waits") {
        measure.note(reading, text);
    }
    Ok(measure)
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return placed,
    };
    Some(match cleared_at(reading.tables, whole, merged_at) {
        Ok(cleared) => Placed::span(merged_at, cleared, merged_at, "merged_before_approved"),
        Err(fate) => Placed::apart(Some(merged_at), fate),
    })
}
