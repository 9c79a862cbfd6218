//! The measures of products by themselves, without what may not be told where nobody is named.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::withheld::without_few;
use crate::metrics::measure::{Measure, Note};
use crate::metrics::share::Share;

/// The measures of each product by themselves, in the order of the products: without figures of people, and without figures of what
/// too few of them did. What is withheld of a product depends on its own figures alone, so that products may be told one after the
/// other; nothing else of a measure need be kept.
#[derive(Debug, Clone, Default)]
pub struct ByProduct {
    /// By product, in their order.
    pub(super) of_products: Vec<Vec<Measure>>,
    /// What is of none of them.
    pub(super) of_none: Vec<Measure>,
    /// By metric: what the rows of the products share with teams.
    pub(super) shares: Vec<Vec<Share>>,
}

impl ByProduct {
    /// Of what was measured of some products, which are told of under these names.
    #[must_use]
    pub fn of(
        mut measures: Vec<Measure>,
        products: &[&str],
        zone: &TimeZone,
        minimum_people: usize,
    ) -> Self {
        let shares = measures.iter_mut();
        let shares = shares
            .map(|measure| std::mem::take(&mut measure.shares))
            .collect();
        let mut of_products: Vec<Vec<Measure>> = split(measures, products)
            .into_iter()
            .map(|own| without_few(&own, zone, minimum_people))
            .collect();
        let of_none = of_products.pop().unwrap_or_default();
        Self {
            of_products,
            of_none,
            shares,
        }
    }

    /// Adds what was told of other products, which come after these.
    pub fn add(&mut self, other: Self) {
        self.of_products.extend(other.of_products);
        if self.shares.is_empty() {
            self.shares = other.shares;
        } else {
            for (own, other) in self.shares.iter_mut().zip(other.shares) {
                own.extend(other);
            }
        }
        if self.of_none.is_empty() {
            self.of_none = other.of_none;
            return;
        }
        for (own, other) in self.of_none.iter_mut().zip(other.of_none) {
            own.add(other);
        }
    }

    /// All of them.
    pub(super) fn measures(&self) -> impl Iterator<Item = &Measure> {
        let all = self
            .of_products
            .iter()
            .chain(std::iter::once(&self.of_none));
        all.flatten()
    }
}

/// The measures of each product, in the order of the products, and last what is of none of them.
fn split(measures: Vec<Measure>, products: &[&str]) -> Vec<Vec<Measure>> {
    let places: HashMap<&str, usize> = products
        .iter()
        .enumerate()
        .map(|(at, product)| (*product, at))
        .collect();
    let n = products.len();
    let place = |product: &str| places.get(product).copied().unwrap_or(n);
    let mut split: Vec<Vec<Measure>> = Vec::with_capacity(n + 1);
    split.resize_with(n + 1, || Vec::with_capacity(measures.len()));
    for measure in measures {
        let cells = spread(measure.cells, n + 1, |cell| place(&cell.scope.product));
        let strata = spread(measure.strata, n + 1, |cell| place(&cell.scope.product));
        let rows = spread(measure.rows, n + 1, |row| place(&row.product));
        let drawn = spread(measure.drawn, n + 1, |drawn| place(&drawn.product));
        let parts = cells.into_iter().zip(strata).zip(rows).zip(drawn);
        for ((at, own), (((cells, strata), rows), drawn)) in split.iter_mut().enumerate().zip(parts)
        {
            // A remark that names no product is about every one.
            let is_own = |note: &&Note| {
                let only = note.product.as_deref().map(place);
                only.is_none_or(|only| only == at)
            };
            own.push(Measure {
                cells,
                strata,
                rows,
                notes: measure.notes.iter().filter(is_own).cloned().collect(),
                drawn,
                ..Measure::of(measure.definition)
            });
        }
    }
    split
}

/// Items by their places, of which there are `n`.
fn spread<T>(items: Vec<T>, n: usize, place: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::with_capacity(n);
    parts.resize_with(n, Vec::new);
    for item in items {
        if let Some(part) = parts.get_mut(place(&item)) {
            part.push(item);
        }
    }
    parts
}
