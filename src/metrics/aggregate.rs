//! From ledger rows to figures: the one place where rows are grouped by scope and bucket.

use std::collections::{BTreeMap, BTreeSet};

use super::estimate::{median_interval, quantile, wilson_interval};
use super::lens::{Lens, Missing, ProductLens};
use super::measure::{Cell, Fate, Ledger, LedgerRow, Measured, Number, Ratio, Scope, Value};
use crate::domain::{Bucket, RepositoryId};

/// A ledger row with what its metric needs beside the value: a person, a second duration. Never leaves the metric.
#[derive(Debug, Clone)]
pub struct Keyed<K> {
    /// The row.
    pub row: LedgerRow,
    /// What the estimator groups by.
    pub key: K,
}

/// How a metric turns the included rows of one cell into a figure, told the bucket (`None`: the window).
pub type Estimate<'a, K> = dyn Fn(Option<Bucket>, &[&Keyed<K>]) -> Measured + 'a;

/// Which scopes below the product get figures of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Each repository, where the product has several.
    pub repositories: bool,
    /// Each area.
    pub areas: bool,
    /// Each area's buckets too.
    pub area_buckets: bool,
}

impl Depth {
    /// Product and repositories.
    pub const REPOSITORIES: Self = Self {
        repositories: true,
        areas: false,
        area_buckets: false,
    };
    /// Product, repositories and areas; buckets for the first two.
    pub const AREAS: Self = Self {
        repositories: true,
        areas: true,
        area_buckets: false,
    };
    /// Product and areas with their buckets.
    pub const AREA_BUCKETS: Self = Self {
        repositories: true,
        areas: true,
        area_buckets: true,
    };
}

/// Figures of one product from its rows: the window and every bucket that has a row, in every scope.
///
/// `estimate` sees the bucket (`None`: the window) and the included rows of one cell; it is not called where there is none: a cell without an included row is
/// `TooFew { n: 0 }`, never a zero.
pub fn cells<K>(
    product: &ProductLens,
    rows: &[Keyed<K>],
    depth: Depth,
    estimate: &Estimate<'_, K>,
) -> Vec<Cell> {
    let mut scopes: BTreeMap<Scope, Vec<&Keyed<K>>> = BTreeMap::new();
    let scope = |repository: Option<RepositoryId>, area: Option<&String>| Scope {
        product: product.name.clone(),
        repository,
        area: area.cloned(),
    };
    scopes.insert(scope(None, None), rows.iter().collect());
    let several = product.repositories.len() > 1;
    for row in rows {
        if depth.repositories && several {
            scopes
                .entry(scope(Some(row.row.repository), None))
                .or_default()
                .push(row);
        }
        if depth.areas {
            for area in &row.row.areas {
                scopes.entry(scope(None, Some(area))).or_default().push(row);
            }
        }
    }
    let mut cells = Vec::new();
    for (scope, rows) in scopes {
        let with_buckets = scope.area.is_none() || depth.area_buckets;
        let buckets: BTreeSet<Bucket> = rows
            .iter()
            .filter_map(|row| row.row.bucket)
            .filter(|_| with_buckets)
            .collect();
        cells.push(cell(scope.clone(), None, &rows, estimate));
        for bucket in buckets {
            let inside: Vec<_> = rows
                .iter()
                .copied()
                .filter(|row| row.row.bucket == Some(bucket))
                .collect();
            cells.push(cell(scope.clone(), Some(bucket), &inside, estimate));
        }
    }
    cells
}

fn cell<K>(
    scope: Scope,
    bucket: Option<Bucket>,
    rows: &[&Keyed<K>],
    estimate: &Estimate<'_, K>,
) -> Cell {
    let ledger = Ledger::of(rows.iter().map(|row| &row.row));
    let included: Vec<_> = rows
        .iter()
        .copied()
        .filter(|row| row.row.fate == Fate::Included)
        .collect();
    let measured = if included.is_empty() {
        Measured::TooFew { n: 0 }
    } else {
        estimate(bucket, &included)
    };
    Cell {
        scope,
        bucket,
        measured,
        ledger,
    }
}

/// The single cell of a product whose data is not there.
#[must_use]
pub fn not_observed(product: &ProductLens, missing: Missing) -> Cell {
    Cell {
        scope: Scope {
            product: product.name.clone(),
            repository: None,
            area: None,
        },
        bucket: None,
        measured: Measured::NotObserved {
            because: missing.because,
            fix: missing.fix,
        },
        ledger: Ledger::default(),
    }
}

/// p50, p75 and p90 of the rows' values with the interval of the median; too few below the lens's minimum n.
pub fn quantiles<K>(lens: &Lens, rows: &[&Keyed<K>]) -> Measured {
    let mut values: Vec<f64> = rows
        .iter()
        .filter_map(|row| row.row.value)
        .filter(|value| value.is_finite())
        .collect();
    values.sort_by(f64::total_cmp);
    let n = count(values.len());
    let points = [("p50", 0.5), ("p75", 0.75), ("p90", 0.9)];
    let value: Option<Vec<_>> = points
        .into_iter()
        .map(|(name, p)| quantile(&values, p).map(|real| (name, Number::Real(real))))
        .collect();
    match value {
        Some(value) if n >= lens.minimum_n => Measured::Value {
            n,
            value: Value(value),
            interval: median_interval(&values),
        },
        _ => Measured::TooFew { n },
    }
}

/// The share of rows whose value is 1, with Wilson's interval; too few below the lens's minimum n.
pub fn share<K>(lens: &Lens, rows: &[&Keyed<K>]) -> Measured {
    let ratio = Ratio {
        hits: count(rows.iter().filter(|row| row.row.value == Some(1.0)).count()),
        of: count(rows.len()),
    };
    if ratio.of < lens.minimum_n {
        return Measured::TooFew { n: ratio.of };
    }
    Measured::Value {
        n: ratio.of,
        value: ratio_value(ratio),
        interval: wilson_interval(ratio),
    }
}

/// A ratio as a value that keeps its parts.
#[must_use]
pub fn ratio_value(ratio: Ratio) -> Value {
    Value(vec![
        ("hits", Number::Count(ratio.hits)),
        ("of", Number::Count(ratio.of)),
    ])
}

/// A length as a count.
#[must_use]
pub fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
