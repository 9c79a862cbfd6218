//! One product's past, read once: what figures and sentences of one run start from.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::{Product, Question};
use crate::domain::RepositoryId;
use crate::tables::Tables;

/// One product's past: the tables, the question, the product, and what has been told from them so far.
///
/// Everything that two readers start from is computed by the first of them and kept, so that they cannot tell it differently.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// The facts as columns.
    pub tables: &'a Tables,
    /// What is asked.
    pub question: &'a Question,
    /// Of which product.
    pub product: &'a Product,
    always: Arc<Slots>,
    then: Arc<Slots>,
    within: Arc<Slots>,
    /// Whether rows of ledgers are told in words, with their pages.
    has_words: bool,
}

/// What has been told so far, one thing of a type: each reader brings its own type, and nobody sees another's.
#[derive(Debug, Default)]
struct Slots {
    of_type: Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>,
    /// What nearly everybody starts from: lent, where the others are handed out.
    lent: Lent,
}

/// One thing that is lent, and the others behind it.
#[derive(Debug, Default)]
struct Lent {
    /// Whoever asks first has the place for their type.
    of_type: OnceLock<TypeId>,
    kept: OnceLock<Box<dyn Any + Send + Sync>>,
    next: OnceLock<Box<Self>>,
}

impl Lent {
    /// `None` never: a place keeps what is of its type.
    fn get<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> Option<&T> {
        let of = TypeId::of::<T>();
        let mut here = self;
        while *here.of_type.get_or_init(|| of) != of {
            here = here.next.get_or_init(Box::default);
        }
        // Whose place it is was settled before anything is computed: what is computed asks for what it starts from.
        here.kept.get_or_init(|| Box::new(compute())).downcast_ref()
    }
}

/// Computed by the first that asks.
type Slot<T> = Arc<OnceLock<Arc<T>>>;

impl Slots {
    fn get<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> Arc<T> {
        // The lock is gone before anything is computed: what is computed asks for what it starts from.
        let slot = {
            let mut slots = self.of_type.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = slots
                .entry(TypeId::of::<T>())
                .or_insert_with(|| Box::new(Slot::<T>::default()));
            slot.downcast_ref::<Slot<T>>().cloned().unwrap_or_default()
        };
        Arc::clone(slot.get_or_init(|| Arc::new(compute())))
    }
}

impl<'a> Reading<'a> {
    /// The reading of one product.
    #[must_use]
    pub fn of(tables: &'a Tables, question: &'a Question, product: &'a Product) -> Self {
        Self {
            tables,
            question,
            product,
            always: Arc::default(),
            then: Arc::default(),
            within: Arc::default(),
            has_words: true,
        }
    }

    /// The same for whoever asks for figures alone: rows of ledgers are counted like any, but neither told in words nor linked. There
    /// may be millions. What is computed for it is kept apart: nobody who lists rows meets one without words.
    #[must_use]
    pub fn for_figures(&self) -> Self {
        Self {
            has_words: false,
            ..Self::of(self.tables, self.question, self.product)
        }
    }

    /// The words or the page of a row, where rows are told.
    pub(crate) fn told<T: Default>(&self, words: impl FnOnce() -> T) -> T {
        if self.has_words {
            words()
        } else {
            T::default()
        }
    }

    /// The readings of all products of a question, in their order.
    #[must_use]
    pub fn of_products(tables: &'a Tables, question: &'a Question) -> Vec<Self> {
        let products = question.products.iter();
        products
            .map(|product| Self::of(tables, question, product))
            .collect()
    }

    /// The same product under the same question of another window, at the same or another instant: what does not depend on them
    /// is told once for all.
    #[must_use]
    pub fn at<'b>(&self, question: &'b Question) -> Reading<'b>
    where
        'a: 'b,
    {
        let is_then = question.as_of == self.question.as_of;
        let is_within = is_then && question.window == self.question.window;
        let shared = |slots: &Arc<Slots>, is_shared: bool| {
            if is_shared {
                Arc::clone(slots)
            } else {
                Arc::default()
            }
        };
        Reading {
            tables: self.tables,
            question,
            product: self.product,
            always: Arc::clone(&self.always),
            then: shared(&self.then, is_then),
            within: shared(&self.within, is_within),
            has_words: self.has_words,
        }
    }

    /// What was so at the question's instant, whatever its window: computed by the first that asks, and kept under its type.
    pub(crate) fn once<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> Arc<T> {
        self.then.get(compute)
    }

    /// The same, lent for as long as the reading is: for what is taken apart too often to be counted each time. `None` never.
    pub(crate) fn lent<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> Option<&T> {
        self.then.lent.get(compute)
    }

    /// The same for what depends on the question's window too.
    pub(crate) fn once_a_window<T: Any + Send + Sync>(
        &self,
        compute: impl FnOnce() -> T,
    ) -> Arc<T> {
        self.within.get(compute)
    }

    /// The same for what depends on neither.
    pub(crate) fn always<T: Any + Send + Sync>(&self, compute: impl FnOnce() -> T) -> Arc<T> {
        self.always.get(compute)
    }
}

/// Everything that happened, whichever product it happened on: what is told of a person is told from it.
#[derive(Debug)]
pub struct Past<'a> {
    /// The facts as columns.
    pub tables: &'a Tables,
    /// What is asked.
    pub question: &'a Question,
    /// Product by product; every repository is in one of them.
    pub readings: Vec<Reading<'a>>,
}

impl<'a> Past<'a> {
    /// The past under a question; `products` are those of [`Question::products_and_rest`].
    #[must_use]
    pub fn of(tables: &'a Tables, question: &'a Question, products: &'a [Product]) -> Self {
        let reading = |product| Reading::of(tables, question, product);
        Self {
            tables,
            question,
            readings: products.iter().map(reading).collect(),
        }
    }

    /// The readings of the products, without the one of what is in none of them, which comes last.
    #[must_use]
    pub fn of_products(&self) -> &[Reading<'a>] {
        let n = self.question.products.len();
        self.readings.get(..n).unwrap_or(&self.readings)
    }

    /// The reading that a repository is in.
    #[must_use]
    pub fn reading_of(&self, repository: RepositoryId) -> Option<&Reading<'a>> {
        let mut readings = self.readings.iter();
        readings.find(|reading| reading.product.has(repository))
    }
}

#[cfg(test)]
mod tests {
    use super::Lent;

    #[test]
    fn what_is_lent_is_computed_once_a_type() {
        let lent = Lent::default();
        // What is computed asks for what it starts from.
        let text = lent.get(|| format!("{:?} of {:?}", lent.get(|| 7_u8), lent.get(|| 'x')));
        assert_eq!(text.map(String::as_str), Some("Some(7) of Some('x')"));
        assert_eq!([lent.get(|| 8_u8), lent.get(|| 9_u8)], [Some(&7); 2]);
        assert_eq!(lent.get(|| 'y'), Some(&'x'));
    }
}
