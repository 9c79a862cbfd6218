//! Rows of a table that belong together, told by their places in it: cheap to hand on, whatever their number.

/// Puts rows after others. Where there are none yet they stay where they are: there may be millions.
pub fn put_after<T>(rows: &mut Vec<T>, more: Vec<T>) {
    if rows.is_empty() {
        *rows = more;
    } else {
        rows.extend(more);
    }
}

/// Some rows of a table, in an order of their own.
#[derive(Debug)]
pub struct Rows<'a, T> {
    table: &'a [T],
    at: &'a [u32],
}

impl<T> Clone for Rows<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rows<'_, T> {}

impl<T> Default for Rows<'_, T> {
    fn default() -> Self {
        Self {
            table: &[],
            at: &[],
        }
    }
}

impl<'a, T> Rows<'a, T> {
    /// The rows at these places; those outside of the table are none.
    #[must_use]
    pub const fn of(table: &'a [T], at: &'a [u32]) -> Self {
        Self { table, at }
    }

    /// The rows, in their order.
    #[must_use]
    pub fn iter(&self) -> Iter<'a, T> {
        Iter {
            table: self.table,
            at: self.at.iter(),
        }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}

impl<'a, T> IntoIterator for &Rows<'a, T> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The rows, one after the other.
#[derive(Debug)]
pub struct Iter<'a, T> {
    table: &'a [T],
    at: std::slice::Iter<'a, u32>,
}

impl<T> Clone for Iter<'_, T> {
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

impl<'a, T> Iterator for Iter<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<Self::Item> {
        self.at.find_map(|at| row(self.table, *at))
    }
}

impl<T> DoubleEndedIterator for Iter<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        while let Some(at) = self.at.next_back() {
            if let Some(row) = row(self.table, *at) {
                return Some(row);
            }
        }
        None
    }
}

/// A list for each of many: all of them in one piece of memory, one after the other.
#[derive(Debug)]
pub struct Lists<T> {
    /// Where each list begins; one more than there are lists.
    first: Vec<usize>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self {
            first: Vec::new(),
            all: Vec::new(),
        }
    }
}

impl<T: Copy> Lists<T> {
    /// From items and the list that each belongs to, of so many; what belongs together keeps its order.
    #[must_use]
    pub fn of(n_lists: usize, items: &[(usize, T)]) -> Self {
        let mut first = vec![0_usize; n_lists + 1];
        for (list, _) in items {
            if let Some(after) = first.get_mut(list + 1) {
                *after += 1;
            }
        }
        let mut n_before = 0;
        for from in &mut first {
            n_before += *from;
            *from = n_before;
        }
        let Some((_, some)) = items.first() else {
            return Self {
                first,
                all: Vec::new(),
            };
        };
        let mut next = first.clone();
        let mut all = vec![*some; items.len()];
        for (list, item) in items {
            if let Some(next) = next.get_mut(*list)
                && let Some(slot) = all.get_mut(*next)
            {
                *slot = *item;
                *next += 1;
            }
        }
        Self { first, all }
    }

    /// Each list in an order of its own.
    #[must_use]
    pub fn sorted(mut self, sort: impl Fn(&mut [T])) -> Self {
        for ends in self.first.windows(2) {
            if let [from, to] = ends
                && let Some(list) = self.all.get_mut(*from..*to)
            {
                sort(list);
            }
        }
        self
    }
}

impl<T> Lists<T> {
    /// One of them.
    #[must_use]
    pub fn get(&self, at: usize) -> &[T] {
        match (self.first.get(at), self.first.get(at + 1)) {
            (Some(from), Some(to)) => self.all.get(*from..*to).unwrap_or(&[]),
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_the_order_of_their_places_from_both_ends() {
        let rows = Rows::of(&['a', 'b', 'c'], &[2, 7, 0]);
        assert!(rows.iter().eq(&['c', 'a']) && rows.iter().rev().eq(&['a', 'c']));
        assert!(!rows.is_empty() && Rows::<char>::default().is_empty());
        assert_eq!(rows.iter().clone().next_back(), Some(&'a'));
    }

    #[test]
    fn lists_keep_the_order_of_what_belongs_together() {
        let lists = Lists::of(3, &[(2, 'a'), (0, 'b'), (2, 'c')]);
        assert_eq!(
            [lists.get(0), lists.get(1), lists.get(2)],
            [&['b'][..], &[], &['a', 'c']]
        );
        assert!(lists.get(3).is_empty());
        let sorted = lists.sorted(|list| list.sort_unstable_by(|a, b| b.cmp(a)));
        assert_eq!(sorted.get(2), ['c', 'a']);
        assert!(Lists::<u8>::of(1, &[]).get(0).is_empty());
        assert!(Lists::<u8>::default().get(0).is_empty());
    }
}
