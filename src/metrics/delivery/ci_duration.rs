//! `ci.duration`: how long a passing run takes, and the dates on which that changed.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::change_points::{Shift, shifts};
use crate::domain::{Elapsed, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, quantiles};
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Recipe, Unit};
use crate::metrics::number::ELAPSED;
use crate::work::delivery::conclusions::is_no_result;
use crate::work::delivery::runs::{Run, runs};
use crate::work::file_areas::qualifier;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::WorkflowRuns],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "ci.duration",
    title: "CI duration",
    question: "How long does CI take to say yes, and since when?",
    definition: "Time from the start to the end of the attempt in which a workflow run passed. The areas of this metric are workflows. \
                 Change points are the dates on which a workflow's median shifted: Pettitt's rank test by binary segmentation, p below \
                 0.001, at least 12 runs on each side, medians at least 10 % apart.",
    formula: "updated_at − run_started_at of the last attempt, where it passed",
    unit: Unit::Hours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: ELAPSED,
    about: About::System,
    cohort: Some("run created in the bucket"),
    needs: &[Need::WorkflowRuns],
    source: "GitHub Actions workflow runs; A. N. Pettitt (1979), \"A non-parametric approach to the change-point problem\"",
    exclusions: "Runs that failed end early and are counted apart, as are cancelled and skipped runs and those in progress. Earlier \
                 attempts of a run that passed on a repetition are in the flake rate's lost minutes.",
    how_to_read: "Everybody who waits for a review waits for CI first. A dated shift asks for the change of that day: a new job, a \
                  runner, a test suite that grew past a cache.",
    can_mislead: "The end is the run's last change, which a late annotation can move. Waiting for a free runner is inside. The mix of \
                  workflows moves the product's figure: look at one workflow.",
    sql: include_str!("../../../queries/metrics/ci.duration.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let rows = rows(reading);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::AREAS,
        &|_, rows| quantiles(DEFINITION.unit, rows),
    ));
    for text in notes(reading, &rows) {
        measure.note(reading, text);
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<()>> {
    let runs = runs(reading);
    runs.iter()
        .map(|run| {
            let (value, fate) = duration(run);
            KeyedRow {
                row: run.row(reading, value, fate),
                key: (),
            }
        })
        .collect()
}

fn duration(run: &Run<'_>) -> (Option<f64>, Fate) {
    let last = run.last;
    match last.conclusion.as_deref() {
        None => return (None, Fate::Unknown("not_finished")),
        Some("success") => {}
        Some(conclusion) if is_no_result(conclusion) => {
            return (None, Fate::Excluded("cancelled_or_skipped"));
        }
        Some(_) => return (None, Fate::Excluded("failed")),
    }
    let Some(started_at) = last.started_at else {
        return (None, Fate::Unknown("no_start"));
    };
    match Elapsed::between(started_at, last.updated_at) {
        Some(elapsed) => (Some(elapsed.hours()), Fate::Included),
        None => (None, Fate::Unknown("ended_before_it_started")),
    }
}

/// When a run was created, what it is called, and its hours.
type Passed<'a> = (Timestamp, &'a str, f64);

/// The shifts of every workflow of a repository, by repository and name.
fn notes(reading: &Reading<'_>, rows: &[KeyedRow<()>]) -> Vec<String> {
    let mut series: BTreeMap<(RepositoryId, &str), Vec<Passed<'_>>> = BTreeMap::new();
    for KeyedRow { row, .. } in rows {
        if let (Fate::Included, Some(at), Some(value), Some(repository), [workflow]) =
            (row.fate, row.at, row.value, row.repository, &*row.areas)
        {
            series
                .entry((repository, workflow))
                .or_default()
                .push((at, &row.subject, value));
        }
    }
    let mut notes = Vec::new();
    for ((repository, workflow), mut runs) in series {
        runs.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
        let values: Vec<f64> = runs.iter().map(|(.., value)| *value).collect();
        for Shift {
            at,
            before,
            n_before,
            after,
            n_after,
        } in shifts(&values)
        {
            let Some((instant, ..)) = runs.get(at) else {
                continue;
            };
            let on = reading.question.zone.to_datetime(*instant).date();
            let place = qualifier(reading, repository)
                .map_or_else(|| workflow.to_owned(), |name| format!("{name} {workflow}"));
            notes.push(format!(
                "{place} takes {:.1} min since {on}, {:.1} min before (medians of {n_after} and {n_before} runs)",
                after * 60.0,
                before * 60.0
            ));
        }
    }
    if notes.is_empty() {
        notes.push("no workflow's median duration shifted".to_owned());
    }
    notes
}
