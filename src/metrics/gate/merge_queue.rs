//! `gate.merge_queue`: added to the merge queue → merged, attempts, and why the queue gave changes back.

use std::collections::BTreeSet;

use super::not_applicable;
use crate::domain::{Elapsed, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, quantiles};
use crate::metrics::flow::merged_inside;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::{NumberDefinition, P50, P75, P90};
use crate::work::merge_queue::{Ejection, Leaving, Stay, stays};
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "gate.merge_queue",
    title: "Merge queue",
    question: "How long does the merge queue take, and how often does it give a change back?",
    definition: "Time from when a pull request was first added to the merge queue to its merge by the queue. An attempt is a stay in the \
                 queue; an ejection is a removal that is not the landing. GitHub removes what lands about a second before it merges it, \
                 so a removal within two seconds of the merge, before or after, is the landing.",
    formula: "merged_at − first added_to_merge_queue; attempts / landed; removals that are no landing, by reason",
    unit: Unit::Hours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: &[
        P50,
        P75,
        P90,
        NumberDefinition::bare("attempts", "attempts for each that landed"),
        NumberDefinition::bare("ejections", "ejections"),
        NumberDefinition::bare("ejections_checks", "ejected for checks"),
        NumberDefinition::bare("ejections_conflict", "ejected for a conflict"),
        NumberDefinition::bare("ejections_by_hand", "taken out by hand"),
        NumberDefinition::bare(
            "ejections_other",
            "ejected for another reason, or none that is told",
        ),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub timeline: `AddedToMergeQueueEvent`, `RemovedFromMergeQueueEvent.reason`, `PullRequest.mergedAt`",
    exclusions: "Pull requests that were never queued, that somebody merged past the queue, opened by automation, closed without a merge or \
                 still open are counted apart, and their ejections are not in the figure. Repositories without a queue are not asked.",
    how_to_read: "The queue's own time is a pipeline run and those before it in the line. More than one attempt for each that landed is \
                  time that everybody behind it pays too: look at the reasons before you look at the clock.",
    can_mislead: "What happened between an ejection and the next attempt, a repair or a night, is in the wait. GitHub's reasons are few, and \
                  those of pull requests read by older versions are not told. A queue that was switched on inside the window is told of its days alone.",
    sql: include_str!("../../../queries/metrics/gate.merge_queue.sql"),
};

/// The name of each reason's number.
const REASONS: [(Ejection, &str); 4] = [
    (Ejection::Checks, "ejections_checks"),
    (Ejection::Conflict, "ejections_conflict"),
    (Ejection::ByHand, "ejections_by_hand"),
    (Ejection::Other, "ejections_other"),
];

/// The attempts of a pull request, and why all but the last ended.
#[derive(Debug, Clone, Default)]
struct Attempts {
    n: usize,
    ejections: Vec<Ejection>,
}

impl Attempts {
    fn of(stays: &[Stay]) -> Self {
        let why = |stay: &Stay| match stay.leaving {
            Leaving::Ejected(why) => Some(why),
            _ => None,
        };
        Self {
            n: stays.len(),
            ejections: stays.iter().filter_map(why).collect(),
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let wholes = of_product(reading);
    let queued = with_queue(reading, &wholes);
    if queued.is_empty() {
        let because = "no merge queue seen";
        return Ok(not_applicable(&DEFINITION, reading, because));
    }
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let asked = wholes
                .iter()
                .filter(|whole| queued.contains(&whole.pull_request.repository));
            Ok(asked.filter_map(|whole| row(reading, whole)).collect())
        },
        &|_, rows| estimate(rows),
    )
}

/// The repositories of a product in which something was queued, or whose rules ask for a queue.
fn with_queue(reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) -> BTreeSet<RepositoryId> {
    let laid_down = reading.tables.facts.merge_rules.iter();
    let ruled = laid_down
        .filter(|rule| rule.has_merge_queue && reading.product.has(rule.repository))
        .map(|rule| rule.repository);
    let seen = wholes
        .iter()
        .filter(|whole| !stays(whole).is_empty())
        .map(|whole| whole.pull_request.repository);
    ruled.chain(seen).collect()
}

fn row(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<KeyedRow<Attempts>> {
    let apart = |row| KeyedRow {
        row,
        key: Attempts::default(),
    };
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return Some(apart(placed?.row(reading, whole).row)),
    };
    let stays = stays(whole);
    let left_out = |reason| {
        let fate = Fate::Excluded(reason);
        Some(apart(whole.row(reading, Some(merged_at), None, fate)))
    };
    let (Some(first), Some(last)) = (stays.first(), stays.last()) else {
        return left_out("never_queued");
    };
    if last.leaving != Leaving::Landed {
        return left_out("merged_past_the_queue");
    }
    let key = Attempts::of(&stays);
    let Some(elapsed) = Elapsed::between(first.since, merged_at) else {
        let fate = Fate::Unknown("merged_before_queued");
        return Some(apart(whole.row(reading, Some(merged_at), None, fate)));
    };
    let hours = Some(elapsed.hours());
    let mut row = whole.row(reading, Some(merged_at), hours, Fate::Included);
    if !key.ejections.is_empty() {
        row.subject.words = format!("{} [{} attempts]", row.subject.words, key.n);
    }
    Some(KeyedRow { row, key })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn estimate(rows: &[&KeyedRow<Attempts>]) -> Measured {
    let Measured::Value {
        n,
        value: Value(mut numbers),
        interval,
    } = quantiles(DEFINITION.unit, rows)
    else {
        return Measured::TooFew { n: 0 };
    };
    let attempts: usize = rows.iter().map(|row| row.key.n).sum();
    numbers.push(("attempts", Number::Real(attempts as f64 / n as f64)));
    let ejections: Vec<Ejection> = rows
        .iter()
        .flat_map(|row| row.key.ejections.iter().copied())
        .collect();
    numbers.push(("ejections", Number::Count(count(ejections.len()))));
    for (reason, name) in REASONS {
        let found = ejections.iter().filter(|why| **why == reason).count();
        numbers.push((name, Number::Count(count(found))));
    }
    Measured::Value {
        n,
        value: Value(numbers),
        interval,
    }
}
