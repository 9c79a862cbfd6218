//! `flow.review_rounds`: pushes that follow a review, before the merge.

use super::{merged_inside, review_span};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Recipe, Unit};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::of_product;
use crate::work::turns::n_rounds;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.review_rounds",
    title: "Review rounds",
    question: "How often does a change go back and forth before it is merged?",
    definition: "How often the author, or an agent, pushed after a human review and before the merge. Pushes without a review between them are one \
                 round. A push is a commit of the pull request that was authored after its opening, or a forced push; merging the base \
                 into the branch is none.",
    formula: "count of human reviews by somebody else that are the last one before some push",
    unit: Unit::Count("review rounds"),
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("p50", "median", Unit::Count("review rounds")),
        NumberDefinition::of("p75", "p75", Unit::Count("review rounds")),
        NumberDefinition::of("p90", "p90", Unit::Count("review rounds")),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.submittedAt`, `Commit.authoredDate`, `HeadRefForcePushedEvent`",
    exclusions: "Pull requests opened by automation, closed without a merge, still open, or merged without a human review before the \
                 merge, are counted apart. Reviews by bots and agents, and what automation pushes, start no round.",
    how_to_read: "Most changes take none or one. Many rounds in one area say that expectations meet late: a talk before the work, or a \
                  smaller change, is cheaper.",
    can_mislead: "GitHub no longer tells when a commit was pushed: one authored before a review and pushed after it is not seen. Rounds \
                  are how review teaches; none at all is no goal.",
    sql: include_str!("../../../queries/metrics/flow.review_rounds.sql"),
};

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let wholes = of_product(reading);
            let rows = wholes.iter().filter_map(|whole| {
                let merged_at = match merged_inside(reading, whole) {
                    Ok(merged_at) => merged_at,
                    Err(placed) => return placed.map(|placed| placed.row(reading, whole)),
                };
                let (value, fate) = match review_span(reading.tables, whole, merged_at) {
                    // Without an approval there can still be rounds.
                    Ok(_) | Err(Fate::Excluded("merged_without_approval")) => {
                        let n = n_rounds(reading.tables, whole, merged_at);
                        (Some(n as f64), Fate::Included)
                    }
                    Err(fate) => (None, fate),
                };
                let row = whole.row(reading, Some(merged_at), value, fate);
                Some(KeyedRow { row, key: () })
            });
            Ok(rows.collect())
        },
        &|_, rows| quantiles(DEFINITION.unit, rows),
    )
}
