//! Numbers for values, in order of first sight.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// Gives equal values equal numbers.
#[derive(Debug, Clone)]
pub(super) struct Interner<T, S = RandomState> {
    numbers: HashMap<T, u32, S>,
    values: Vec<T>,
}

impl<T: Hash + Eq + Clone, S: BuildHasher + Default> Interner<T, S> {
    /// With values that already have their numbers.
    pub(super) fn seeded(values: Vec<T>) -> Self {
        let numbers = values.iter().cloned().zip(0..).collect();
        Self { numbers, values }
    }

    /// The number of a value.
    pub(super) fn number<Q>(&mut self, value: &Q) -> u32
    where
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
        T: std::borrow::Borrow<Q>,
    {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        let number = u32::try_from(self.values.len()).unwrap_or(u32::MAX - 1);
        self.numbers.insert(value.to_owned(), number);
        self.values.push(value.to_owned());
        number
    }

    /// The value of a number.
    pub(super) fn value(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The values by number.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    /// The values by number.
    pub(super) fn into_values(self) -> Vec<T> {
        self.values
    }
}
