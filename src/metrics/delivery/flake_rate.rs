//! `ci.flake_rate`: runs that failed and then passed on the same commit. Never part of the change fail rate.

use std::collections::BTreeMap;

use crate::domain::{RepositoryId, WorkflowRun};
use crate::metrics::aggregate::{Depth, Keyed, cells, not_observed, share};
use crate::metrics::measure::{Definition, Fate, LedgerRow, Measure, Need, Unit};
use crate::metrics::{Lens, Metric, ProductLens};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

static DEFINITION: Definition = Definition {
    id: "ci.flake_rate",
    title: "Flake rate",
    question: "How often does CI fail and then pass on the same commit?",
    definition: "Share of the finished workflow runs of which an earlier attempt failed and a later attempt passed on the same commit. \
                 The areas of this metric are workflows.",
    formula: "runs with a failed attempt before a passed one / finished runs",
    unit: Unit::Share,
    cohort: Some("run created in the bucket"),
    needs: &[Need::WorkflowRuns],
    source: "GitHub Actions `run_attempt`; Luo et al. (2014), \"An empirical analysis of flaky tests\"",
    exclusions: "Cancelled and skipped runs and runs still in progress are counted apart.",
    how_to_read: "Every flake costs its author a rerun and everybody the habit of not believing red.",
    can_mislead: "A rerun after a repaired outside service looks like a flake. A flaky run that nobody reran is not seen.",
    sql: include_str!("../../../queries/metrics/ci.flake_rate.sql"),
};

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    let mut measure = Measure {
        definition: &DEFINITION,
        cells: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for product in &lens.products {
        if let Some(missing) = lens.missing(product, Need::WorkflowRuns) {
            measure.cells.push(not_observed(product, missing));
            continue;
        }
        let rows = rows(tables, lens, product);
        measure
            .cells
            .extend(cells(product, &rows, Depth::AREAS, &|_, rows| {
                share(lens, rows)
            }));
        if let Some(first) = rows.iter().filter_map(|row| row.row.at).min() {
            // GitHub forgets runs after 400 days at most: the window may reach further back than the data.
            let date = lens.zone.to_datetime(first).date();
            measure.notes.push(format!(
                "{}: first run seen in the window: {date}",
                product.name
            ));
        }
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    measure
}

fn rows(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<Keyed<()>> {
    let mut runs: BTreeMap<(RepositoryId, u64), Vec<&WorkflowRun>> = BTreeMap::new();
    for run in &tables.facts.workflow_runs {
        if product.repositories.contains(&run.repository) && lens.window.contains(run.created_at) {
            runs.entry((run.repository, run.run)).or_default().push(run);
        }
    }
    let mut rows = Vec::new();
    for ((repository, number), mut attempts) in runs {
        attempts.sort_by_key(|run| run.attempt);
        let Some(last) = attempts.last() else {
            continue;
        };
        let failed_at = attempts.iter().position(|run| {
            matches!(
                run.conclusion.as_deref(),
                Some("failure" | "timed_out" | "startup_failure")
            )
        });
        let is_flake = last.conclusion.as_deref() == Some("success")
            && failed_at.is_some_and(|at| at + 1 < attempts.len())
            && attempts
                .iter()
                .all(|run| run.head_commit == last.head_commit);
        let (value, fate) = match last.conclusion.as_deref() {
            None => (None, Fate::Unknown("not_finished")),
            Some("cancelled" | "skipped" | "neutral" | "stale" | "action_required") => {
                (None, Fate::Excluded("cancelled_or_skipped"))
            }
            Some(_) => (Some(if is_flake { 1.0 } else { 0.0 }), Fate::Included),
        };
        rows.push(Keyed {
            row: LedgerRow {
                working_hours: None,
                is_running: false,
                person: None,
                product: product.name.clone(),
                repository,
                areas: vec![last.name.clone()],
                subject: format!("run {number} of {}, {} attempts", last.name, attempts.len()),
                link: Some(last.url.clone()),
                at: Some(last.created_at),
                bucket: lens.bucket(last.created_at, lens.granularity),
                value,
                fate,
            },
            key: (),
        });
    }
    rows
}
