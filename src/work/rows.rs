//! Rows of a table that belong together, told by their places in it: cheap to hand on, whatever their number.

use std::sync::Arc;

/// Some rows of a table, in an order of their own.
#[derive(Debug)]
pub struct Rows<'a, T> {
    table: &'a [T],
    at: Arc<[u32]>,
}

impl<T> Default for Rows<'_, T> {
    fn default() -> Self {
        Self {
            table: &[],
            at: Arc::default(),
        }
    }
}

impl<'a, T> Rows<'a, T> {
    /// The rows at these places; those outside of the table are none.
    #[must_use]
    pub fn of(table: &'a [T], at: &Arc<[u32]>) -> Self {
        Self {
            table,
            at: Arc::clone(at),
        }
    }

    /// The rows, in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, 'a, T> {
        Iter {
            table: self.table,
            at: self.at.iter(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}

impl<'b, 'a, T> IntoIterator for &'b Rows<'a, T> {
    type Item = &'a T;
    type IntoIter = Iter<'b, 'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The rows, one after the other.
#[derive(Debug)]
pub struct Iter<'b, 'a, T> {
    table: &'a [T],
    at: std::slice::Iter<'b, u32>,
}

impl<T> Clone for Iter<'_, '_, T> {
    fn clone(&self) -> Self {
        Self {
            table: self.table,
            at: self.at.clone(),
        }
    }
}

/// The row at a place.
pub(super) fn row<T>(table: &[T], at: u32) -> Option<&T> {
    table.get(usize::try_from(at).ok()?)
}

impl<'a, T> Iterator for Iter<'_, 'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<Self::Item> {
        self.at.find_map(|at| row(self.table, *at))
    }
}

impl<T> DoubleEndedIterator for Iter<'_, '_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        while let Some(at) = self.at.next_back() {
            if let Some(row) = row(self.table, *at) {
                return Some(row);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_the_order_of_their_places_from_both_ends() {
        let rows = Rows::of(&['a', 'b', 'c'], &Arc::from([2, 7, 0]));
        assert!(rows.iter().eq(&['c', 'a']) && rows.iter().rev().eq(&['a', 'c']));
        assert!(!rows.is_empty() && Rows::<char>::default().is_empty());
        assert_eq!(rows.iter().clone().next_back(), Some(&'a'));
    }
}
