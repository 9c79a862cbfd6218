//! `flow.cycle_time`: opened → merged.

use super::{Placed, durations, merged_inside};
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Measured, Number, Recipe, Unit};
use crate::metrics::number::{
    NumberDefinition, P50, P75, P90, WORKING_P50, WORKING_P75, WORKING_P90,
};
use crate::work::pull_requests::FullPullRequest;
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.cycle_time",
    title: "Cycle time",
    question: "How long is a pull request open before it is merged?",
    definition: "Time from opening a pull request to merging it. Spread is p90 divided by p50, on the clock of the headline.",
    formula: "merged_at − created_at",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: &[
        WORKING_P50,
        WORKING_P75,
        WORKING_P90,
        P50,
        P75,
        P90,
        NumberDefinition::bare("spread", "spread"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "DORA, \"Software delivery performance metrics\" (2026), delivery stages; GitHub `PullRequest.createdAt`, `mergedAt`",
    exclusions: "Pull requests closed without a merge, still open, or opened by automation are counted apart.",
    how_to_read: "Read p50 with its interval, then the spread: a spread far above 3 says that some pull requests wait for something \
                  that the others do not.",
    can_mislead: "A draft counts from its opening. Work before the opening is not seen. Splitting one change into several pull \
                  requests shortens it without anything being faster.",
    sql: include_str!("../../../queries/metrics/flow.cycle_time.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    durations(&DEFINITION, reading, place, with_spread)
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    match merged_inside(reading, whole) {
        Ok(merged_at) => {
            let opened_at = whole.pull_request.created_at;
            Some(Placed::span(
                merged_at,
                opened_at,
                merged_at,
                "merged_before_opened",
            ))
        }
        Err(placed) => placed,
    }
}

fn with_spread(measured: Measured) -> Measured {
    match measured {
        Measured::Value {
            n,
            mut value,
            interval,
        } => {
            let [median, tail] = match value.get("working_p50") {
                Some(_) => ["working_p50", "working_p90"],
                None => ["p50", "p90"],
            };
            if let (Some(p50), Some(p90)) = (value.get(median), value.get(tail))
                && p50 > 0.0
            {
                value.0.push(("spread", Number::Real(p90 / p50)));
            }
            Measured::Value { n, value, interval }
        }
        other => other,
    }
}
