//! `gate.auto_merge`: auto-merge armed → merged.

use super::not_applicable;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::flow::{Placed, merged_inside};
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::work::merge_queue::{Arming, arming};
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "gate.auto_merge",
    title: "Auto-merge",
    question: "How long does a change wait on its own, once somebody has told GitHub to merge it?",
    definition: "Time from when auto-merge was armed to the merge, of pull requests that were merged with it armed. What was disarmed and \
                 armed again counts from the last time. A disarming within two seconds of the merge, or of being added to the merge \
                 queue, is GitHub's own and disarms nothing.",
    formula: "merged_at − first enabling after the last disarming",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub timeline: `AutoMergeEnabledEvent`, `AutoSquashEnabledEvent`, `AutoRebaseEnabledEvent`, `AutoMergeDisabledEvent`",
    exclusions: "Pull requests that were merged without it, or after it was disarmed, opened by automation, closed without a merge or still \
                 open are counted apart. Pull requests that were read before linchpin asked for these events, and have not changed since, \
                 look like those that were merged without it.",
    how_to_read: "What is left is waiting that nobody has to remember: checks, approvals that were still missing, the queue. Compare it with \
                  the merge wait of changes that somebody merged by hand.",
    can_mislead: "It can be armed before the first review: then the review is in the wait.",
    sql: include_str!("../../../queries/metrics/gate.auto_merge.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let wholes = of_product(reading);
    let as_of = reading.question.as_of;
    let is_armed = |whole: &FullPullRequest<'_>| arming(whole, as_of) != Arming::Never;
    if !wholes.iter().any(is_armed) {
        let because = "no auto-merge seen";
        return Ok(not_applicable(&DEFINITION, reading, because));
    }
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let placed = wholes.iter().filter_map(|whole| {
                let placed = place(reading, whole)?;
                Some(placed.row(reading, whole))
            });
            Ok(placed.collect())
        },
        &|_, rows| quantiles(DEFINITION.unit, rows),
    )
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return placed,
    };
    let left_out = |reason| Placed::apart(Some(merged_at), Fate::Excluded(reason));
    Some(match arming(whole, merged_at) {
        Arming::Since(armed_at) => {
            Placed::span(merged_at, armed_at, merged_at, "merged_before_armed")
        }
        Arming::Disarmed => left_out("disarmed"),
        Arming::Never => left_out("not_armed"),
    })
}
