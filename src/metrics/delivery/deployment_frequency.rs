//! `dora.deployment_frequency`: successful production deployments.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::deployments::Found;
use super::shipping::{self, Shipping};
use crate::domain::Elapsed;
use crate::metrics::aggregate::{Depth, Keyed, cells, count, not_observed};
use crate::metrics::estimate::quantile;
use crate::metrics::group::Group;
use crate::metrics::measure::{
    About, Definition, Fate, Measure, Measured, Need, Number, Recipe, Unit, Value,
};
use crate::metrics::{Lens, Metric, ProductLens};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
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
    about: About::System,
    cohort: Some("finished in the bucket"),
    needs: &[Need::Deployments],
    source: "DORA, \"Software delivery performance metrics\" (2026): deployment frequency; GitHub `Deployment.statuses`",
    exclusions: "Other environments, failed deployments, runs that were skipped or cancelled and those not finished, or waiting for an approval, are \
                 counted apart. Several success statuses are one \
                 deployment, and so are several tags or releases of one commit, and a later `inactive` does not undo it.",
    how_to_read: "Look at the gaps as well as the count: ten deployments on one day are not a steady flow.",
    can_mislead: "Services deployed together count once each. A deployment that ships nothing new (a redeploy, a rollback) is still a \
                  deployment; the note says how many were rollbacks.",
    sql: include_str!("../../../queries/metrics/dora.deployment_frequency.sql"),
};

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    let mut measure = Measure {
        definition: &DEFINITION,
        cells: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for product in &lens.products {
        let delivered = shipping::of_product(tables, lens, product);
        let (found, shipping) = match delivered.as_ref() {
            Ok((found, shipping)) => (found, shipping),
            Err(missing) => {
                measure.cells.push(not_observed(product, missing.clone()));
                continue;
            }
        };
        let rows: Vec<Keyed<(crate::domain::RepositoryId, Timestamp)>> = found
            .candidates
            .iter()
            .filter(|candidate| lens.window.contains(candidate.at()))
            .map(|candidate| Keyed {
                row: candidate.row(tables, lens, product),
                key: (candidate.deployment.repository, candidate.at()),
            })
            .collect();
        measure.cells.extend(cells(
            Group::of(&DEFINITION, lens),
            product,
            &rows,
            Depth::REPOSITORIES,
            &|_, rows| estimate(lens, rows),
        ));
        measure.notes.push(note(lens, product, found, shipping));
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    measure
}

fn note(lens: &Lens, product: &ProductLens, found: &Found, shipping: &Shipping) -> String {
    let n_rollbacks = shipping
        .deployments
        .iter()
        .filter(|shipped| lens.window.contains(shipped.at) && shipped.is_rollback())
        .count();
    let n = found
        .candidates
        .iter()
        .filter(|candidate| candidate.fate == Fate::Included)
        .count();
    format!(
        "{}: source {} ({n} successful production deployments in the whole history); rollbacks in the window: {n_rollbacks}",
        product.name,
        found.source.word()
    )
}

fn estimate(lens: &Lens, rows: &[&Keyed<(crate::domain::RepositoryId, Timestamp)>]) -> Measured {
    let days: BTreeSet<_> = rows
        .iter()
        .map(|row| lens.zone.to_datetime(row.key.1).date())
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
    if count(gaps.len()) >= lens.minimum_n
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
