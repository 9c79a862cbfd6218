//! The measures of one product among those of many, without looking through all of them for each.

use std::collections::HashMap;

use crate::metrics::drawn::Drawn;
use crate::metrics::measure::{Cell, LedgerRow, Measure, Note};

/// What a measure has of one product.
#[derive(Default)]
struct Own<'a> {
    cells: Vec<&'a Cell>,
    strata: Vec<&'a Cell>,
    rows: Vec<&'a LedgerRow>,
    notes: Vec<&'a Note>,
    drawn: Vec<&'a Drawn>,
}

/// The measures of each product, in the order of the products, and last what is of none of them. Each is copied when it is its turn.
pub(super) fn by_product<'a>(
    measures: &'a [Measure],
    products: &[&str],
) -> impl Iterator<Item = Vec<Measure>> + use<'a> {
    let places: HashMap<&str, usize> = products
        .iter()
        .enumerate()
        .map(|(at, product)| (*product, at))
        .collect();
    let n = products.len();
    let place = |product: &str| places.get(product).copied().unwrap_or(n);
    // By product: what each measure has of it.
    let mut split: Vec<Vec<Own<'a>>> = Vec::with_capacity(n + 1);
    split.resize_with(n + 1, Vec::new);
    for measure in measures {
        let mut own: Vec<Own<'a>> = Vec::with_capacity(n + 1);
        own.resize_with(n + 1, Own::default);
        for cell in &measure.cells {
            if let Some(own) = own.get_mut(place(&cell.scope.product)) {
                own.cells.push(cell);
            }
        }
        for cell in &measure.strata {
            if let Some(own) = own.get_mut(place(&cell.scope.product)) {
                own.strata.push(cell);
            }
        }
        for row in &measure.rows {
            if let Some(own) = own.get_mut(place(&row.product)) {
                own.rows.push(row);
            }
        }
        for drawn in &measure.drawn {
            if let Some(own) = own.get_mut(place(&drawn.product)) {
                own.drawn.push(drawn);
            }
        }
        for note in &measure.notes {
            // One that names no product is about every one.
            let only = note.product.as_deref().map(place);
            for (at, own) in own.iter_mut().enumerate() {
                if only.is_none_or(|only| only == at) {
                    own.notes.push(note);
                }
            }
        }
        for (all, own) in split.iter_mut().zip(own) {
            all.push(own);
        }
    }
    split.into_iter().map(move |all| {
        let copies = all.into_iter().zip(measures);
        copies.map(|(own, measure)| own.copied(measure)).collect()
    })
}

impl Own<'_> {
    fn copied(self, of: &Measure) -> Measure {
        Measure {
            cells: self.cells.into_iter().cloned().collect(),
            strata: self.strata.into_iter().cloned().collect(),
            rows: self.rows.into_iter().cloned().collect(),
            notes: self.notes.into_iter().cloned().collect(),
            drawn: self.drawn.into_iter().cloned().collect(),
            ..Measure::of(of.definition)
        }
    }
}
