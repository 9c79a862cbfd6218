//! What several metrics of one run start from, computed once.
//!
//! A lens as it is made shares nothing: every metric computes what it needs, and the same question asked again after the tables
//! changed gets the new answer. [`Lens::sharing`] makes a lens for one run over tables that cannot change meanwhile.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::activity::Activity;
use super::delivery::ancestry::Ancestry;
use super::delivery::deployments::Found;
use super::delivery::incidents::Incidents;
use super::delivery::landing::Landings;
use super::delivery::shipping::Shipping;
use super::history::chronicle::Chronicle;
use super::history::lineage::Histories;
use super::pull_requests::Gathered;
use super::turns::Lived;
use super::{Lens, Missing, ProductLens};

/// Intermediate results of one run; empty outside of it.
#[derive(Debug, Clone, Default)]
pub struct Shared(Option<Arc<Run>>);

#[derive(Debug)]
struct Run {
    as_of: Timestamp,
    products: Vec<Slots>,
}

/// Computed by the first metric that asks.
type Slot<T> = OnceLock<Arc<T>>;

/// The deployments of a product and what they shipped.
pub type Delivered = Result<(Found, Shipping), Missing>;

#[derive(Debug, Default)]
struct Slots {
    product: String,
    // Whatever the instant:
    areas: Slot<Vec<Vec<String>>>,
    ancestry: Slot<Ancestry>,
    chronicle: Slot<Chronicle>,
    activity: Slot<Activity>,
    // At the run's instant:
    histories: Slot<Histories>,
    gathered: Slot<Gathered>,
    lives: Slot<Vec<Lived>>,
    delivered: Slot<Delivered>,
    landings: Slot<Landings>,
    kept: OnceLock<Arc<dyn Any + Send + Sync>>,
    incidents: Slot<Incidents>,
}

/// Methods that give what a slot holds, at the run's instant.
macro_rules! at_the_instant {
    ($($(#[$doc:meta])* $slot:ident: $kind:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub(crate) fn $slot(
            &self,
            lens: &Lens,
            product: &ProductLens,
            compute: impl FnOnce() -> $kind,
        ) -> Arc<$kind> {
            let run = self.0.as_ref().filter(|run| run.as_of == lens.as_of);
            once(run, product, |slots| &slots.$slot, compute)
        }
    )*};
}

/// The same for what does not depend on the instant.
macro_rules! whatever_the_instant {
    ($($(#[$doc:meta])* $slot:ident: $kind:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub(crate) fn $slot(
            &self,
            product: &ProductLens,
            compute: impl FnOnce() -> $kind,
        ) -> Arc<$kind> {
            once(self.0.as_ref(), product, |slots| &slots.$slot, compute)
        }
    )*};
}

fn once<T>(
    run: Option<&Arc<Run>>,
    product: &ProductLens,
    slot: fn(&Slots) -> &Slot<T>,
    compute: impl FnOnce() -> T,
) -> Arc<T> {
    let compute = || Arc::new(compute());
    let slots = run.and_then(|run| {
        run.products
            .iter()
            .find(|slots| slots.product == product.name)
    });
    match slots {
        Some(slots) => Arc::clone(slot(slots).get_or_init(compute)),
        None => compute(),
    }
}

impl Lens {
    /// The same question, for one run: what its metrics have in common is computed once. Only for tables that stay as they are
    /// while this lens exists. A lens that shares already stays in its run.
    #[must_use]
    pub fn sharing(&self) -> Self {
        if self.shared.is_at(self.as_of) {
            return self.clone();
        }
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
    fn is_at(&self, as_of: Timestamp) -> bool {
        self.0.as_ref().is_some_and(|run| run.as_of == as_of)
    }

    whatever_the_instant! {
        /// The areas of every file, by file index.
        areas: Vec<Vec<String>>,
        /// Its commits and their parents by dense indices.
        ancestry: Ancestry,
        /// The product's changes and reviews by dense indices.
        chronicle: Chronicle,
        /// When its people did anything.
        activity: Activity,
    }

    /// What figures of several metrics have in common beyond what happened: one thing, at the run's instant.
    pub(crate) fn kept<T: Any + Send + Sync>(
        &self,
        lens: &Lens,
        product: &ProductLens,
        compute: impl Fn() -> T,
    ) -> Arc<T> {
        let run = self.0.as_ref().filter(|run| run.as_of == lens.as_of);
        let slots = run.and_then(|run| {
            let mut products = run.products.iter();
            products.find(|slots| slots.product == product.name)
        });
        let Some(slots) = slots else {
            return Arc::new(compute());
        };
        let kept = slots.kept.get_or_init(|| Arc::new(compute()));
        // Something else is kept here: then nothing is shared.
        Arc::clone(kept)
            .downcast()
            .unwrap_or_else(|_| Arc::new(compute()))
    }

    at_the_instant! {
        /// The product's file histories.
        histories: Histories,
        /// Its pull requests and what belongs to each.
        gathered: Gathered,
        /// The lives of its pull requests, in their order.
        lives: Vec<Lived>,
        /// Its deployments and what they shipped.
        delivered: Delivered,
        /// Where its pull requests landed.
        landings: Landings,
        /// Its incidents.
        incidents: Incidents,
    }
}
