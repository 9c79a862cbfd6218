//! `flow.cycle_time`: opened → merged.

use super::{Placed, durations};
use crate::domain::{Elapsed, PullRequestState};
use crate::metrics::measure::{Definition, Fate, Measure, Measured, Need, Number, Unit};
use crate::metrics::pull_requests::{Whole, not_human};
use crate::metrics::{Lens, Metric};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.cycle_time",
    title: "Cycle time",
    question: "How long is a pull request open before it is merged?",
    definition: "Time from opening a pull request to merging it. Spread is p90 divided by p50.",
    formula: "merged_at − created_at",
    unit: Unit::Hours,
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

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    durations(&DEFINITION, tables, lens, classify, with_spread)
}

/// The instant, value and fate of a pull request; `None` when it is no concern of the window.
fn classify(tables: &Tables, lens: &Lens, whole: &Whole<'_>) -> Option<Placed> {
    let row = whole.pull_request;
    let ended_at = row
        .merged_at
        .or(row.closed_at)
        .filter(|at| *at < lens.as_of);
    let Some(ended_at) = ended_at else {
        // Open at the window's end: listed apart, in the window's ledger only.
        return Some((
            None,
            None,
            not_human(tables, row.author).unwrap_or(Fate::Excluded("still_open")),
        ));
    };
    if !lens.window.contains(ended_at) {
        return None;
    }
    if let Some(fate) = not_human(tables, row.author) {
        return Some((Some(ended_at), None, fate));
    }
    if row.state != PullRequestState::Merged {
        return Some((Some(ended_at), None, Fate::Excluded("closed_without_merge")));
    }
    Some(match Elapsed::between(row.created_at, ended_at) {
        Some(elapsed) => (Some(ended_at), Some(elapsed.hours()), Fate::Included),
        None => (Some(ended_at), None, Fate::Unknown("merged_before_opened")),
    })
}

fn with_spread(measured: Measured) -> Measured {
    match measured {
        Measured::Value {
            n,
            mut value,
            interval,
        } => {
            if let (Some(p50), Some(p90)) = (value.get("p50"), value.get("p90"))
                && p50 > 0.0
            {
                value.0.push(("spread", Number::Real(p90 / p50)));
            }
            Measured::Value { n, value, interval }
        }
        other => other,
    }
}
