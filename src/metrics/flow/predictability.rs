//! `flow.predictability`: five working days before and after a dated change.

use crate::domain::Elapsed;
use crate::metrics::Metric;
use crate::metrics::aggregate::{AreaDepth, Depth, count, measure_rows};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::flow_rules::{Around, DAYS_AROUND};
use crate::work::pull_requests::{apart, of_product};
use crate::work::turns::lives;
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.predictability",
    title: "Before and after a change",
    question: "Did a dated change make finishing more predictable?",
    definition: "Around every dated change of the register that lies in the window: pull requests merged in the five working days before it and \
                 in the five from its day on, those open and ready at the end of either, and the spread of cycle time (p90 / p50) of either. \
                 Areas are the changes; the product's figure takes all of them together.",
    formula: "finished, carried over and p90 / p50 of merged_at − created_at, on either side",
    unit: Unit::Count("pull requests"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of(
            "finished_after",
            "finished after",
            Unit::Count("pull requests"),
        ),
        NumberDefinition::bare("finished_before", "finished before"),
        NumberDefinition::bare("carried_over_after", "carried over after"),
        NumberDefinition::bare("carried_over_before", "carried over before"),
        NumberDefinition::hours("median_after_hours", "median after"),
        NumberDefinition::bare("spread_after", "spread after"),
        NumberDefinition::hours("median_before_hours", "median before"),
        NumberDefinition::bare("spread_before", "spread before"),
    ],
    about: About::Deeds,
    cohort: None,
    needs: &[Need::PullRequests],
    source: "The register's `[[event]]`; GitHub `PullRequest.createdAt`, `mergedAt`; the working days of the register's calendar",
    exclusions: "Pull requests opened by automation are left out. A change whose five working days are not over has no figure yet. With fewer \
                 merges on a side than `minimum_n`, that side has no spread.",
    how_to_read: "More finished, fewer carried over and a smaller spread after the change is what it promised. One change proves little: look again \
                  after a month.",
    can_mislead: "Ten working days are few, and whatever else happened in them is in the figure: holidays of one person, one large change, a \
                  release. It is a before and after, not a cause.",
    sql: include_str!("../../../queries/metrics/flow.predictability.sql"),
};

/// Which side of a change, and whether it was finished there or carried over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Side {
    is_after: bool,
    is_finished: bool,
}

/// Product and changes; no repositories, since one change may concern several.
const DEPTH: Depth = Depth {
    areas: AreaDepth::Window,
    ..Depth::PRODUCT
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let changes = changes(reading.question);
    measure_rows(
        &DEFINITION,
        reading,
        DEPTH,
        &|| {
            if changes.is_empty() {
                return Err(Missing {
                    because: format!(
                        "no dated change in the window whose {DAYS_AROUND} working days are over"
                    ),
                    fix: Some(
                        "name what changed in `linchpin.toml`: `[[event]]` with `on` and `title`"
                            .to_owned(),
                    ),
                });
            }
            Ok(rows(reading, &changes))
        },
        &|_, rows| estimate(reading.question, rows),
    )
}

/// The changes inside the window whose days are over by the as-of instant.
pub(super) fn changes(question: &Question) -> Vec<Around> {
    let around = question
        .flow
        .events
        .iter()
        .map(|event| Around::of(event, question.calendars.team()));
    around
        .filter(|around| question.window.contains(around.on) && around.after <= question.as_of)
        .collect()
}

fn rows(reading: &Reading<'_>, changes: &[Around]) -> Vec<KeyedRow<Side>> {
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    let mut rows = Vec::new();
    for (whole, life) in wholes.iter().zip(lives.iter()) {
        let pull_request = whole.pull_request;
        if apart(reading, pull_request).is_some() {
            continue;
        }
        let Ok(life) = life else {
            continue;
        };
        for around in changes {
            let mut add = |at, value, is_after, is_finished| {
                let mut row = whole.row(reading, Some(at), value, Fate::Included);
                row.areas = [around.label.clone()].into();
                row.bucket = None;
                let key = Side {
                    is_after,
                    is_finished,
                };
                rows.push(KeyedRow { row, key });
            };
            let merged_at = pull_request.merged_at.filter(|_| !life.is_open);
            if let Some(at) = merged_at.filter(|at| around.before <= *at && *at < around.after) {
                let elapsed = Elapsed::between(pull_request.created_at, at);
                add(at, elapsed.map(Elapsed::hours), around.on <= at, true);
            }
            for (at, is_after) in [(around.on, false), (around.after, true)] {
                let is_open = |span: &crate::domain::Window| span.since < at && at <= span.until;
                if life.ready.iter().any(is_open) {
                    add(at, None, is_after, false);
                }
            }
        }
    }
    rows
}

fn estimate(question: &Question, rows: &[&KeyedRow<Side>]) -> Measured {
    let finished = |is_after: bool| {
        let mut hours: Vec<f64> = rows
            .iter()
            .filter(|row| row.key.is_finished && row.key.is_after == is_after)
            .filter_map(|row| row.row.value)
            .collect();
        hours.sort_by(f64::total_cmp);
        hours
    };
    let carried = |is_after: bool| {
        let is_it = |row: &&&KeyedRow<Side>| !row.key.is_finished && row.key.is_after == is_after;
        count(rows.iter().filter(is_it).count())
    };
    let (before, after) = (finished(false), finished(true));
    let n = count(rows.len());
    let mut numbers = vec![
        ("finished_after", Number::Count(count(after.len()))),
        ("finished_before", Number::Count(count(before.len()))),
        ("carried_over_after", Number::Count(carried(true))),
        ("carried_over_before", Number::Count(carried(false))),
    ];
    let sides = [
        (&after, "median_after_hours", "spread_after"),
        (&before, "median_before_hours", "spread_before"),
    ];
    for (hours, median, spread) in sides {
        if count(hours.len()) >= question.minimum_n
            && let (Some(p50), Some(p90)) = (quantile(hours, 0.5), quantile(hours, 0.9))
        {
            numbers.push((median, Number::Real(p50)));
            if p50 > 0.0 {
                numbers.push((spread, Number::Real(p90 / p50)));
            }
        }
    }
    Measured::Value {
        n,
        value: Value(numbers),
        interval: None,
    }
}
