//! How long a change waited for its first approval: rows for the pages of people. The team's figure is `flow.review_time`.

use jiff::Timestamp;

use super::{Placed, merged_inside, waited_since};
use crate::domain::{Review, ReviewState};
use crate::metrics::measure::LedgerRow;
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::{Fate, Reading};

/// The pull requests of people that were merged inside the window, each from where `flow.pickup_time` starts to the first approval by
/// a human other than the author: elapsed hours, and the team's working hours where hours are agreed.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<LedgerRow> {
    let wholes = of_product(reading);
    let rows = wholes.iter().filter_map(|whole| {
        let merged_at = merged_inside(reading, whole).ok()?;
        let placed = place(reading, whole, merged_at);
        Some(placed.row(reading, whole).row)
    });
    rows.collect()
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>, merged_at: Timestamp) -> Placed {
    let reviews = whole.human_reviews(reading.tables);
    let before: Vec<&Review> = reviews
        .filter(|review| review.submitted_at <= merged_at)
        .collect();
    let apart = |reason| Placed::apart(Some(merged_at), Fate::Excluded(reason));
    let Some(first) = before.first() else {
        return apart("merged_without_human_review");
    };
    let mut approvals = before.iter();
    let approval = approvals.find(|review| review.verdict == ReviewState::Approved);
    let Some(approved_at) = approval.map(|review| review.submitted_at) else {
        return apart("merged_without_approval");
    };
    // Who looks at a draft is no wait for a review of what is ready.
    let since = waited_since(reading.tables, whole, first.submitted_at)
        .or_else(|| waited_since(reading.tables, whole, approved_at));
    since.map_or_else(
        || apart("reviewed_as_a_draft"),
        |since| Placed::span(merged_at, since, approved_at, "reviewed_before_ready"),
    )
}
