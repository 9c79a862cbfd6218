//! One product's past, read once: what figures and sentences of one run start from.

use std::any::Any;
use std::sync::{Arc, OnceLock};

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
use crate::domain::RepositoryId;
use crate::tables::Tables;

/// Computed by the first that asks.
type Slot<T> = OnceLock<Arc<T>>;

/// The deployments of a product and what they shipped.
pub type Delivered = Result<(Found, Shipping), Missing>;

/// One product's past: the tables, the question, the product, and what has been told from them so far.
///
/// Everything that two readers start from is computed by the first of them and kept, so that they cannot tell it differently.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// The facts as columns.
    pub tables: &'a Tables,
    /// What is asked.
    pub question: &'a Lens,
    /// Of which product.
    pub product: &'a ProductLens,
    always: Arc<Always>,
    then: Arc<Then>,
}

/// What does not depend on the instant.
#[derive(Debug, Default)]
struct Always {
    areas: Slot<Vec<Vec<String>>>,
    ancestry: Slot<Ancestry>,
    chronicle: Slot<Chronicle>,
    activity: Slot<Activity>,
}

/// What was so at the question's instant.
#[derive(Debug, Default)]
struct Then {
    histories: Slot<Histories>,
    gathered: Slot<Gathered>,
    lives: Slot<Vec<Lived>>,
    delivered: Slot<Delivered>,
    landings: Slot<Landings>,
    incidents: Slot<Incidents>,
    kept: OnceLock<Arc<dyn Any + Send + Sync>>,
}

/// Methods that give what a slot holds.
macro_rules! slots {
    ($($(#[$doc:meta])* $of:ident.$slot:ident: $kind:ty),* $(,)?) => {$(
        $(#[$doc])*
        pub(super) fn $slot(&self, compute: impl FnOnce() -> $kind) -> Arc<$kind> {
            Arc::clone(self.$of.$slot.get_or_init(|| Arc::new(compute())))
        }
    )*};
}

impl<'a> Reading<'a> {
    /// The reading of one product.
    #[must_use]
    pub fn of(tables: &'a Tables, question: &'a Lens, product: &'a ProductLens) -> Self {
        Self {
            tables,
            question,
            product,
            always: Arc::default(),
            then: Arc::default(),
        }
    }

    /// The readings of all products of a question, in their order.
    #[must_use]
    pub fn of_products(tables: &'a Tables, question: &'a Lens) -> Vec<Self> {
        let products = question.products.iter();
        products
            .map(|product| Self::of(tables, question, product))
            .collect()
    }

    /// The same product under the same question at another instant.
    #[must_use]
    pub fn at<'b>(&self, question: &'b Lens) -> Reading<'b>
    where
        'a: 'b,
    {
        Reading {
            tables: self.tables,
            question,
            product: self.product,
            always: Arc::clone(&self.always),
            then: Arc::default(),
        }
    }

    slots! {
        /// The areas of every file, by file index.
        always.areas: Vec<Vec<String>>,
        /// Its commits and their parents by dense indices.
        always.ancestry: Ancestry,
        /// The product's changes and reviews by dense indices.
        always.chronicle: Chronicle,
        /// When its people did anything.
        always.activity: Activity,
        /// The product's file histories.
        then.histories: Histories,
        /// Its pull requests and what belongs to each.
        then.gathered: Gathered,
        /// The lives of its pull requests, in their order.
        then.lives: Vec<Lived>,
        /// Its deployments and what they shipped.
        then.delivered: Delivered,
        /// Where its pull requests landed.
        then.landings: Landings,
        /// Its incidents.
        then.incidents: Incidents,
    }

    /// What figures of several metrics have in common beyond what happened: one thing.
    pub(crate) fn kept<T: Any + Send + Sync>(&self, compute: impl Fn() -> T) -> Arc<T> {
        let kept = self.then.kept.get_or_init(|| Arc::new(compute()));
        // Something else is kept here: then nothing is shared.
        Arc::clone(kept)
            .downcast()
            .unwrap_or_else(|_| Arc::new(compute()))
    }
}

/// Everything that happened, whichever product it happened on: what is told of a person is told from it.
#[derive(Debug)]
pub struct Past<'a> {
    /// The facts as columns.
    pub tables: &'a Tables,
    /// What is asked.
    pub question: &'a Lens,
    /// Product by product; every repository is in one of them.
    pub readings: Vec<Reading<'a>>,
}

impl<'a> Past<'a> {
    /// The past under a question; `products` are those of [`Lens::products_and_rest`].
    #[must_use]
    pub fn of(tables: &'a Tables, question: &'a Lens, products: &'a [ProductLens]) -> Self {
        let reading = |product| Reading::of(tables, question, product);
        Self {
            tables,
            question,
            readings: products.iter().map(reading).collect(),
        }
    }

    /// The reading that a repository is in.
    #[must_use]
    pub fn reading_of(&self, repository: RepositoryId) -> Option<&Reading<'a>> {
        let mut readings = self.readings.iter();
        readings.find(|reading| reading.product.has(repository))
    }
}
