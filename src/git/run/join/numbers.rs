//! New numbers for what was numbered before.

use crate::git::run::interner::Interner;
use crate::git::state::log::NONE;

/// New numbers for old ones, in order of first sight.
pub(super) struct Numbers {
    /// By old number; [`NONE`] before the first sight.
    pub(super) new: Vec<u32>,
    next: u32,
}

impl Numbers {
    /// Of `n` values.
    pub(super) fn new(n: usize) -> Self {
        Self {
            new: vec![NONE; n],
            next: 0,
        }
    }

    /// The new number, the next one at first sight.
    pub(super) fn of(&mut self, old: u32) -> u32 {
        match self.new.get_mut(old as usize) {
            Some(slot) => {
                if *slot == NONE {
                    *slot = self.next;
                    self.next += 1;
                }
                *slot
            }
            None => old,
        }
    }

    /// The number of what has one; what was never numbered here stays as it is.
    pub(super) fn known(&self, old: u32) -> u32 {
        self.new.get(old as usize).copied().unwrap_or(old)
    }

    /// Whether all numbers are what they were.
    pub(super) fn is_as_before(&self) -> bool {
        self.new.iter().zip(0..).all(|(&new, old)| new == old)
    }

    /// Gives numbers to what has none, in the order of the values.
    pub(super) fn add_unseen<T, S>(
        &mut self,
        old: impl Iterator<Item = u32>,
        values: &Interner<T, S>,
    ) where
        T: Ord + Clone + std::hash::Hash + Eq,
        S: std::hash::BuildHasher + Default,
    {
        let is_unseen = |old: &u32| self.new.get(*old as usize) == Some(&NONE);
        let mut unseen: Vec<(Option<&T>, u32)> = old
            .filter(is_unseen)
            .map(|old| (values.value(old), old))
            .collect();
        unseen.sort_unstable();
        unseen.dedup();
        for (_, old) in unseen {
            self.of(old);
        }
    }

    /// Values in their new order; those never asked for are dropped.
    pub(super) fn reorder<T>(&self, values: Vec<T>) -> Vec<T> {
        let mut ordered: Vec<Option<T>> = Vec::new();
        ordered.resize_with(self.next as usize, || None);
        for (value, &new) in values.into_iter().zip(&self.new) {
            if let Some(slot) = ordered.get_mut(new as usize) {
                *slot = Some(value);
            }
        }
        ordered.into_iter().flatten().collect()
    }
}
