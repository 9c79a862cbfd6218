//! The rows of a chart, kept before the ledger goes, and the same figures over longer buckets.

use std::collections::BTreeMap;

use super::aggregate::{by_recipe, of_amounts};
use super::drawn::{Dot, Drawn, Level, Material, Rows};
use super::group::Group;
use super::measure::{Cell, Definition, Floor, Ledger, LedgerRow, Measure, Measured, Scope, Unit};
use crate::domain::{Bucket, Granularity};
use crate::work::{Fate, Question};

/// The measure with what the charts of its rows are drawn from, where its figures follow from rows.
#[must_use]
pub fn with_rows(mut measure: Measure, question: &Question) -> Measure {
    if measure.definition.cohort.is_none() || by_recipe(measure.definition, &[]).is_none() {
        return measure;
    }
    let mut by_product: BTreeMap<&str, Vec<&LedgerRow>> = BTreeMap::new();
    for row in measure.rows.iter().filter(|row| row.bucket.is_some()) {
        by_product.entry(&row.product).or_default().push(row);
    }
    let drawn: Vec<Drawn> = by_product
        .into_iter()
        .map(|(product, rows)| Drawn {
            product: product.to_owned(),
            material: Material::Rows(rows_of(measure.definition, question, product, &rows)),
        })
        .collect();
    measure.drawn.extend(drawn);
    measure
}

fn rows_of(
    definition: &Definition,
    question: &Question,
    product: &str,
    rows: &[&LedgerRow],
) -> Rows {
    let included = || rows.iter().filter(|row| row.fate == Fate::Included);
    // The clock of the headline is the agreed one only where every row was read from it.
    let unit = match definition.unit {
        Unit::WorkingHours if included().any(|row| row.working_hours.is_none()) => Unit::Hours,
        unit => unit,
    };
    let mut dots: Vec<Dot> = included()
        .filter_map(|row| {
            let (_, amount) = row.amount(unit)?;
            Some(Dot {
                at: row.at?,
                amount,
                is_running: row.is_running,
            })
        })
        .filter(|dot| dot.amount.is_finite())
        .collect();
    dots.sort_by(|a, b| (a.at.cmp(&b.at)).then(a.amount.total_cmp(&b.amount)));
    let mut coarser = Vec::new();
    let mut granularity = question.granularity;
    while let Some(longer) = granularity.coarser() {
        coarser.push(Level {
            granularity: longer,
            cells: cells_of(definition, question, product, rows, longer),
            without: Vec::new(),
        });
        granularity = longer;
    }
    Rows {
        dots,
        unit,
        floor: match definition.floor {
            Floor::MinimumN => question.minimum_n.max(1),
            Floor::One => 1,
        },
        is_told: true,
        coarser,
    }
}

/// The product's figures over buckets of another length: as those that were asked for are made.
fn cells_of(
    definition: &Definition,
    question: &Question,
    product: &str,
    rows: &[&LedgerRow],
    granularity: Granularity,
) -> Vec<Cell> {
    let group = Group::of(definition, question);
    let mut buckets: BTreeMap<Bucket, Vec<&LedgerRow>> = BTreeMap::new();
    for row in rows {
        if let Some(at) = row.at {
            let bucket = Bucket::of(at, granularity, &question.zone);
            buckets.entry(bucket).or_default().push(row);
        }
    }
    let cell = |(bucket, rows): (Bucket, Vec<&LedgerRow>)| {
        let included: Vec<&LedgerRow> = rows
            .iter()
            .copied()
            .filter(|row| row.fate == Fate::Included)
            .collect();
        let counted = if included.is_empty() {
            &rows
        } else {
            &included
        };
        let few = group.few_of(|| counted.iter().copied());
        let measured = definition.summarised(question, included.len(), || {
            by_recipe(definition, &included).unwrap_or(Measured::TooFew { n: 0 })
        });
        Cell {
            scope: Scope {
                origin: None,
                product: product.to_owned(),
                repository: None,
                area: None,
                person: None,
            },
            bucket: Some(bucket),
            measured,
            ledger: Ledger::of(rows),
            few,
        }
    };
    buckets.into_iter().map(cell).collect()
}

/// The figure of some of the rows, as the whole of them is summarised.
#[must_use]
pub fn figure_of(definition: &Definition, rows: &Rows, some: &[&Dot]) -> Measured {
    let n = u64::try_from(some.len()).unwrap_or(u64::MAX);
    let amounts = some.iter().map(|dot| (dot.amount, dot.is_running));
    match of_amounts(definition, rows.unit, &amounts.collect::<Vec<_>>()) {
        Some(measured) if n >= rows.floor => measured,
        _ => Measured::TooFew { n },
    }
}
