//! What several metrics of one run start from, computed once.
//!
//! A lens as it is made shares nothing: every metric computes what it needs, and the same question asked again after the tables
//! changed gets the new answer. [`Lens::sharing`] makes a lens for one run over tables that cannot change meanwhile.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::knowledge::lineage::Histories;
use super::lens::{Lens, ProductLens};

/// Intermediate results of one run; empty outside of it.
#[derive(Debug, Clone, Default)]
pub struct Shared(Option<Arc<Run>>);

#[derive(Debug)]
struct Run {
    as_of: Timestamp,
    products: Vec<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    product: String,
    histories: OnceLock<Arc<Histories>>,
    areas: OnceLock<Arc<Vec<Vec<String>>>>,
}

impl Lens {
    /// The same question, for one run: what its metrics have in common is computed once. Only for tables that stay as they are
    /// while this lens exists.
    #[must_use]
    pub fn sharing(&self) -> Self {
        let products = self.products.iter().map(|product| Slots {
            product: product.name.clone(),
            ..Slots::default()
        });
        Self {
            shared: Shared(Some(Arc::new(Run {
                as_of: self.as_of,
                products: products.collect(),
            }))),
            ..self.clone()
        }
    }
}

impl Shared {
    /// The slots of a product, where the lens still asks what the run asks.
    fn slots(&self, lens: &Lens, product: &ProductLens) -> Option<&Slots> {
        let run = self.0.as_ref().filter(|run| run.as_of == lens.as_of)?;
        run.products
            .iter()
            .find(|slots| slots.product == product.name)
    }

    /// The product's file histories.
    pub(super) fn histories<T: Into<Histories>>(
        &self,
        lens: &Lens,
        product: &ProductLens,
        compute: impl FnOnce() -> T,
    ) -> Arc<Histories> {
        let compute = || Arc::new(compute().into());
        match self.slots(lens, product) {
            Some(slots) => Arc::clone(slots.histories.get_or_init(compute)),
            None => compute(),
        }
    }

    /// The areas of every file, by file index.
    pub(super) fn areas(
        &self,
        lens: &Lens,
        product: &ProductLens,
        compute: impl FnOnce() -> Vec<Vec<String>>,
    ) -> Arc<Vec<Vec<String>>> {
        let compute = || Arc::new(compute());
        match self.slots(lens, product) {
            Some(slots) => Arc::clone(slots.areas.get_or_init(compute)),
            None => compute(),
        }
    }
}
