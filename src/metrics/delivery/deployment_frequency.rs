//! `dora.deployment_frequency`: successful production deployments.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::{Bucket, Elapsed, ImportKind, RepositoryId, Stream};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Ledger, Measure, Measured, Number, Recipe, Scope,
    Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::register::DeploymentSource;
use crate::work::delivery::deployments::{Candidate, FoundDeployments};
use crate::work::delivery::shipping::{self, Shipping};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "dora.deployment_frequency",
    title: "Deployment frequency",
    question: "How often does the product reach production?",
    definition: "Successful production deployments in the bucket; also the days with at least one, and the median gap between two of \
                 the same repository.",
    formula: "count(deployments whose status history holds a success, finished in the bucket)",
    unit: Unit::Count("deployments"),
    recipe: Recipe::Count,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("deployments")),
        NumberDefinition::bare("days_with_at_least_one", "days with at least one"),
        NumberDefinition::hours("median_gap_hours", "median gap"),
    ],
    about: About::System,
    cohort: Some("finished in the bucket"),
    needs: &[Need::Deployments],
    source: "DORA, \"Software delivery performance metrics\" (2026): deployment frequency; GitHub `Deployment.statuses`, or what the \
             files of `[[import]]` declare",
    exclusions: "Other environments, failed deployments, runs that were skipped or cancelled and those not finished, or waiting for an approval, are \
                 counted apart. A whole bucket without a deployment is 0 \
                 where the source was read whole, from the first deployment on. Several success statuses are one \
                 deployment, and so are several tags or releases of one commit, and a later `inactive` does not undo it.",
    how_to_read: "Look at the gaps as well as the count: ten deployments on one day are not a steady flow.",
    can_mislead: "Services deployed together count once each. A deployment that ships nothing new (a redeploy, a rollback) is still a \
                  deployment; the note says how many were rollbacks.",
    sql: include_str!("../../../queries/metrics/dora.deployment_frequency.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let delivered = shipping::of_product(reading);
    let (found, shipping) = delivered.as_ref().as_ref().map_err(Clone::clone)?;
    let rows: Vec<KeyedRow<(RepositoryId, Timestamp)>> = found
        .candidates
        .iter()
        .filter(|candidate| reading.question.window.contains(candidate.at()))
        .map(|candidate| KeyedRow {
            row: candidate.row(reading),
            key: (candidate.deployment.repository, candidate.at()),
        })
        .collect();
    let cells = cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::REPOSITORIES,
        &|_, rows| estimate(reading.question, rows),
    );
    measure
        .cells
        .extend(with_empty_buckets(reading, found, cells));
    measure.note(reading, note(reading, found, shipping));
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// Figures with those of the buckets in which nothing was deployed: none is a count too, where the stream that deployments are read
/// from is whole and so is the bucket. Before the first deployment there was nothing to be counted.
fn with_empty_buckets(
    reading: &Reading<'_>,
    found: &FoundDeployments,
    cells: Vec<Cell>,
) -> Vec<Cell> {
    let question = reading.question;
    let is_whole = match found.source {
        DeploymentSource::DeploymentsApi => question.has_all(reading.product, Stream::Deployments),
        DeploymentSource::WorkflowRuns => question.has_all(reading.product, Stream::WorkflowRuns),
        DeploymentSource::Releases => question.has_all(reading.product, Stream::Releases),
        DeploymentSource::Tags | DeploymentSource::Merges => {
            question.has_all(reading.product, Stream::History)
        }
        DeploymentSource::Import => !question
            .declared
            .lacks(ImportKind::Deployments, reading.product),
    };
    if !is_whole {
        return cells;
    }
    // What came after the last of its records, a file does not say.
    let told_until = match found.source {
        DeploymentSource::Import => question.declared.deployments_until(reading.product),
        _ => None,
    };
    let first_at = |scope: &Scope| {
        let mut deployed = found.candidates.iter().filter(|candidate| {
            let repository = candidate.deployment.repository;
            candidate.fate == Fate::Included
                && scope.repository.is_none_or(|only| only == repository)
        });
        deployed.next().map(Candidate::at)
    };
    let mut spine = Bucket::spine(
        reading.question.window,
        reading.question.granularity,
        &reading.question.zone,
    );
    spine.retain(|bucket| {
        let whole = bucket.window(&reading.question.zone);
        reading.question.window.since <= whole.since
            && whole.until <= reading.question.window.until.min(reading.question.as_of)
            && told_until.is_none_or(|until| whole.until <= until)
    });
    let mut all: Vec<Cell> = Vec::with_capacity(cells.len());
    for of_scope in cells.chunk_by(|a, b| a.scope == b.scope) {
        let Some(window) = of_scope.first() else {
            continue;
        };
        let since = first_at(&window.scope)
            .map(|at| Bucket::of(at, reading.question.granularity, &reading.question.zone));
        let observed = spine
            .iter()
            .filter(|bucket| since.is_some_and(|since| since <= **bucket));
        let mut buckets: BTreeMap<Option<Bucket>, Cell> = observed
            .map(|bucket| {
                let empty = Cell {
                    scope: window.scope.clone(),
                    bucket: Some(*bucket),
                    measured: none(),
                    ledger: Ledger::default(),
                    few: Vec::new(),
                };
                (Some(*bucket), empty)
            })
            .collect();
        for cell in of_scope {
            let is_observed = buckets.contains_key(&cell.bucket);
            let mut cell = cell.clone();
            // Failed ones alone: none succeeded.
            if is_observed && cell.measured == (Measured::TooFew { n: 0 }) {
                cell.measured = none();
            }
            buckets.insert(cell.bucket, cell);
        }
        all.extend(buckets.into_values());
    }
    all
}

/// No deployment.
fn none() -> Measured {
    Measured::Value {
        n: 0,
        value: Value(vec![
            ("count", Number::Count(0)),
            ("days_with_at_least_one", Number::Count(0)),
        ]),
        interval: None,
    }
}

fn note(reading: &Reading<'_>, found: &FoundDeployments, shipping: &Shipping) -> String {
    let n_rollbacks = shipping
        .deployments
        .iter()
        .filter(|shipped| reading.question.window.contains(shipped.at) && shipped.is_rollback())
        .count();
    let n = found
        .candidates
        .iter()
        .filter(|candidate| candidate.fate == Fate::Included)
        .count();
    format!(
        "source {} ({n} successful production deployments in the whole history); rollbacks in the window: {n_rollbacks}",
        found.source.word()
    )
}

fn estimate(question: &Question, rows: &[&KeyedRow<(RepositoryId, Timestamp)>]) -> Measured {
    let days: BTreeSet<_> = rows
        .iter()
        .map(|row| question.zone.to_datetime(row.key.1).date())
        .collect();
    let mut instants: Vec<_> = rows.iter().map(|row| row.key).collect();
    instants.sort_unstable();
    let mut gaps: Vec<f64> = instants
        .windows(2)
        .filter_map(|pair| match pair {
            [earlier, later] if earlier.0 == later.0 => {
                Elapsed::between(earlier.1, later.1).map(Elapsed::hours)
            }
            _ => None,
        })
        .collect();
    gaps.sort_by(f64::total_cmp);
    let n = count(rows.len());
    let mut value = vec![
        ("count", Number::Count(n)),
        ("days_with_at_least_one", Number::Count(count(days.len()))),
    ];
    if count(gaps.len()) >= question.minimum_n
        && let Some(gap) = quantile(&gaps, 0.5)
    {
        value.push(("median_gap_hours", Number::Real(gap)));
    }
    Measured::Value {
        n,
        value: Value(value),
        interval: None,
    }
}
