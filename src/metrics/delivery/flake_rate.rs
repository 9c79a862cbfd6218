//! `ci.flake_rate`: runs that failed and then passed on the same commit. Never part of the change fail rate.

use std::collections::BTreeMap;

use crate::domain::{Elapsed, RepositoryId, WorkflowJob};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, share};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::tables::Tables;
use crate::work::delivery::conclusions::{is_failure, is_no_result};
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
    id: "ci.flake_rate",
    title: "Flake rate",
    question: "How often does CI fail and then pass on the same commit?",
    definition: "Share of the finished workflow runs of which an earlier attempt failed and a later attempt passed on the same commit. \
                 Beside it the minutes that the failed attempts took, and the jobs that failed in them. The areas of this metric are \
                 workflows.",
    formula: "runs with a failed attempt before a passed one / finished runs",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("minutes_lost", "minutes lost"),
    ],
    about: About::System,
    cohort: Some("run created in the bucket"),
    needs: &[Need::WorkflowRuns],
    source: "GitHub Actions `run_attempt`; Luo et al. (2014), \"An empirical analysis of flaky tests\"",
    exclusions: "Cancelled and skipped runs and runs still in progress are counted apart. A flake is never part of the change fail \
                 rate.",
    how_to_read: "Every flake costs its author a rerun and everybody the habit of not believing red.",
    can_mislead: "A rerun after a repaired outside service looks like a flake. A flaky run that nobody reran is not seen. A job is \
                  named where GitHub still showed the attempt's jobs.",
    sql: include_str!("../../../queries/metrics/ci.flake_rate.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let failed = failed_jobs(reading.tables);
    let runs = runs(reading);
    let mut flakes = Flakes::default();
    let rows: Vec<KeyedRow<f64>> = runs
        .iter()
        .map(|run| {
            let (value, fate) = verdict(run);
            let lost = if value == Some(1.0) {
                run.minutes_lost()
            } else {
                0.0
            };
            let mut row = run.row(reading, value, fate);
            if value == Some(1.0)
                && let Some(failed) = flakes.add(run, &failed)
            {
                row.subject.words = format!("{}, failed before: {failed}", row.subject.words);
            }
            KeyedRow { row, key: lost }
        })
        .collect();
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::AREAS,
        &|_, rows| with_minutes(share(rows), rows),
    ));
    if let Some(first) = rows.iter().filter_map(|row| row.row.at).min() {
        // GitHub forgets runs after 400 days at most: the window may reach further back than the data.
        let date = reading.question.zone.to_datetime(first).date();
        measure.note(reading, format!("first run seen in the window: {date}"));
    }
    let worst = [worst(reading, &rows), flakes.worst(reading)];
    for text in worst.into_iter().flatten() {
        measure.note(reading, text);
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

fn with_minutes(measured: Measured, rows: &[&KeyedRow<f64>]) -> Measured {
    match measured {
        Measured::Value {
            n,
            value: Value(mut numbers),
            interval,
        } => {
            let lost = rows.iter().map(|row| row.key).sum();
            numbers.push(("minutes_lost", Number::Real(lost)));
            Measured::Value {
                n,
                value: Value(numbers),
                interval,
            }
        }
        other => other,
    }
}

/// The workflows with the most flakes, at most three.
fn worst(reading: &Reading<'_>, rows: &[KeyedRow<f64>]) -> Option<String> {
    let mut workflows: BTreeMap<(RepositoryId, &str), (u64, u64)> = BTreeMap::new();
    for KeyedRow { row, .. } in rows {
        if let (Fate::Included, Some(repository), [workflow]) =
            (row.fate, row.repository, &*row.areas)
        {
            let entry = workflows.entry((repository, workflow)).or_default();
            entry.0 += u64::from(row.value == Some(1.0));
            entry.1 += 1;
        }
    }
    let mut flaky: Vec<_> = workflows
        .into_iter()
        .filter(|(_, (hits, _))| *hits > 0)
        .collect();
    flaky.sort_by_key(|(place, (hits, _))| (std::cmp::Reverse(*hits), *place));
    let words: Vec<String> = flaky
        .iter()
        .take(3)
        .map(|((repository, workflow), (hits, of))| {
            let place = place(reading, *repository, workflow);
            format!("{place} {hits} of {of}")
        })
        .collect();
    (!words.is_empty()).then(|| format!("most flakes: {}", words.join(", ")))
}

/// The failed jobs that are known, by repository, run and attempt.
type FailedJobs<'a> = BTreeMap<(RepositoryId, u64, u64), Vec<&'a WorkflowJob>>;

/// An attempt whose jobs are known has an entry, also where none of them failed.
fn failed_jobs(tables: &Tables) -> FailedJobs<'_> {
    let mut failed = FailedJobs::new();
    for job in &tables.facts.workflow_jobs {
        let jobs = failed
            .entry((job.repository, job.run, job.attempt))
            .or_default();
        if job.conclusion.as_deref().is_some_and(is_failure) {
            jobs.push(job);
        }
    }
    failed
}

/// The jobs that failed in flaky runs.
#[derive(Default)]
struct Flakes<'a> {
    n_runs: u64,
    n_with_jobs: u64,
    /// By repository, workflow and job: flaky runs in which it failed, and the minutes that it took then, where times are known.
    jobs: BTreeMap<(RepositoryId, &'a str, &'a str), (u64, Option<f64>)>,
}

impl<'a> Flakes<'a> {
    /// Counts a flaky run; returns the names of its failed jobs where they are known.
    fn add(&mut self, run: &Run<'a>, failed: &FailedJobs<'a>) -> Option<String> {
        self.n_runs += 1;
        let mut minutes: BTreeMap<&str, Option<f64>> = BTreeMap::new();
        let attempts = run
            .failed_before()
            .filter_map(|attempt| failed.get(&(run.repository, run.run, attempt.attempt)));
        let jobs: Vec<&WorkflowJob> = attempts.flatten().copied().collect();
        for job in &jobs {
            let took = job
                .started_at
                .zip(job.completed_at)
                .and_then(|(started, completed)| Elapsed::between(started, completed));
            let all = minutes.entry(&job.name).or_default();
            *all = sum(*all, took.map(|took| took.hours() * 60.0));
        }
        if minutes.is_empty() {
            return None;
        }
        self.n_with_jobs += 1;
        for (name, minutes) in &minutes {
            let key = (run.repository, run.last.name.as_str(), *name);
            let job = self.jobs.entry(key).or_default();
            job.0 += 1;
            job.1 = sum(job.1, *minutes);
        }
        Some(minutes.into_keys().collect::<Vec<_>>().join(", "))
    }

    /// The jobs that failed in the most flaky runs, at most three.
    fn worst(self, reading: &Reading<'_>) -> Option<String> {
        let (n_runs, n_with_jobs) = (self.n_runs, self.n_with_jobs);
        let mut jobs: Vec<_> = self.jobs.into_iter().collect();
        jobs.sort_by_key(|(place, (n, _))| (std::cmp::Reverse(*n), *place));
        let words = jobs
            .iter()
            .take(3)
            .map(|((repository, workflow, job), (n, minutes))| {
                let place = place(reading, *repository, workflow);
                let minutes =
                    minutes.map_or_else(String::new, |minutes| format!(" ({minutes:.0} min)"));
                format!("{place} / {job} {n} of {n_runs}{minutes}")
            });
        let words = words.collect::<Vec<_>>().join(", ");
        let unknown = if n_with_jobs < n_runs {
            format!("; failed jobs are known of {n_with_jobs} of {n_runs} flaky runs")
        } else {
            String::new()
        };
        (n_runs > 0).then(|| {
            let words = if words.is_empty() {
                "not known"
            } else {
                &words
            };
            format!("jobs that failed in flaky runs: {words}{unknown}")
        })
    }
}

/// The sum of what is known of two amounts.
fn sum(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.zip(b).map(|(a, b)| a + b).or(a).or(b)
}

/// A workflow's name, with its repository's where the product has several.
fn place(reading: &Reading<'_>, repository: RepositoryId, workflow: &str) -> String {
    let name = qualifier(reading, repository);
    name.map_or_else(|| workflow.to_owned(), |name| format!("{name} {workflow}"))
}

fn verdict(run: &Run<'_>) -> (Option<f64>, Fate) {
    match run.last.conclusion.as_deref() {
        None => (None, Fate::Unknown("not_finished")),
        Some(conclusion) if is_no_result(conclusion) => {
            (None, Fate::Excluded("cancelled_or_skipped"))
        }
        Some(_) => (Some(if run.is_flake() { 1.0 } else { 0.0 }), Fate::Included),
    }
}
