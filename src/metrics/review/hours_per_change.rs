//! `review.hours_per_change`: for how long each merged change was its reviewers' turn.

use crate::domain::Elapsed;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::flow::merged_inside;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit,
};
use crate::metrics::number::{
    NumberDefinition, P50, P75, P90, WORKING_P50, WORKING_P75, WORKING_P90,
};
use crate::work::pull_requests::{FullPullRequest, of_product};
use crate::work::turns::{Holder, Life, Lived, lives};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.hours_per_change",
    title: "Reviewers' turn in a change",
    question: "For how long is a change with its reviewers before it is merged?",
    definition: "The hours of a merged pull request's life in which it was its reviewers' turn, all rounds together, by the turns of \
                 `flow.turns`. Several pending reviewers count once: it is the change that waits. One that never was its reviewers' has \
                 none, and counts with 0.",
    formula: "Σ hours of the reviewers' turns of a merged pull request",
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
        NumberDefinition::working_hours("working_mean", "mean of working hours"),
        NumberDefinition::hours("mean", "mean"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[
        Need::PullRequests,
        Need::WorkflowRuns,
        Need::Deployments,
        Need::Commits,
    ],
    source: "The turns of `flow.turns`: GitHub timeline events and reviews",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart. Those whose instants contradict \
                 each other have no turns and are unknown.",
    how_to_read: "Set origins side by side: where agents' changes are with reviewers for longer, or come in more rounds, a review has become \
                  dearer. The mean, times the number of changes, is the whole wait.",
    can_mislead: "These are hours of waiting, not of reading: nobody knows how long anybody read. Nights and weekends are inside elapsed \
                  hours. Changes that nobody was asked to review draw it down.",
    sql: include_str!("../../../queries/metrics/review.hours_per_change.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let wholes = of_product(reading);
            let lives = lives(reading, &wholes);
            let both = wholes.iter().zip(lives.iter());
            Ok(both
                .filter_map(|(whole, life)| row(reading, whole, life))
                .collect())
        },
        &|_, rows| estimate(rows),
    )
}

fn row(reading: &Reading<'_>, whole: &FullPullRequest<'_>, life: &Lived) -> Option<KeyedRow<()>> {
    let merged_at = match merged_inside(reading, whole) {
        Ok(merged_at) => merged_at,
        Err(placed) => return Some(placed?.row(reading, whole)),
    };
    let row = match life {
        Ok(life) => {
            let (elapsed, working) = held(reading, life);
            let value = Some(elapsed.hours());
            let mut row = whole.row(reading, Some(merged_at), value, Fate::Included);
            row.working_hours = working.map(Elapsed::hours);
            row
        }
        Err(reason) => whole.row(reading, Some(merged_at), None, Fate::Unknown(reason)),
    };
    Some(KeyedRow { row, key: () })
}

/// How long it was the reviewers' turn, elapsed and, where hours are agreed, in the team's working hours.
fn held(reading: &Reading<'_>, life: &Life) -> (Elapsed, Option<Elapsed>) {
    let calendar = reading.question.calendars.team();
    let (mut elapsed, mut working) = (0, 0);
    let turns = life.turns.iter();
    for turn in turns.filter(|turn| matches!(turn.holder, Holder::Reviewers(_))) {
        elapsed += turn.elapsed().micros();
        working += calendar
            .working_between(turn.since, turn.until)
            .map_or(0, Elapsed::micros);
    }
    let working = calendar.has_hours().then(|| Elapsed::from_micros(working));
    (Elapsed::from_micros(elapsed), working)
}

fn estimate(rows: &[&KeyedRow<()>]) -> Measured {
    let mut measured = quantiles(DEFINITION.unit, rows);
    if let Measured::Value { value, .. } = &mut measured {
        let working: Option<Vec<f64>> = rows.iter().map(|row| row.row.working_hours).collect();
        let elapsed: Vec<f64> = rows.iter().filter_map(|row| row.row.value).collect();
        let working = working.as_deref().and_then(mean).map(Number::Real);
        let elapsed = mean(&elapsed).map(Number::Real);
        let numbers = &mut value.0;
        numbers.extend(working.map(|mean| ("working_mean", mean)));
        numbers.extend(elapsed.map(|mean| ("mean", mean)));
    }
    measured
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}
