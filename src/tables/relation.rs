//! A relation on its way out: its rows are packed as they come.

use super::parquet::Growing;
use super::{Error, Row};

/// Rows that become columns together: few enough to take little memory, and enough for columns to be worth it.
const TOGETHER: usize = 65_536;

/// Rows of a table, in the order in which they are told. However many they are, few are there unpacked.
pub struct Relation<R> {
    /// Rows that are not packed yet.
    rows: Vec<R>,
    /// Those before, or why they cannot be packed; `None`: there are none.
    packed: Result<Option<Growing>, Error>,
    is_wanted: bool,
}

impl<R> Default for Relation<R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            packed: Ok(None),
            is_wanted: true,
        }
    }
}

impl<R> Relation<R> {
    /// The rows that are not packed yet: all of them, as long as there are fewer than 65,536.
    #[must_use]
    pub fn rows(&self) -> &[R] {
        &self.rows
    }
}

impl<R: Row> Relation<R> {
    /// Adds a row; none where nobody wants it.
    pub fn push(&mut self, row: R) {
        if !self.is_wanted {
            return;
        }
        self.rows.push(row);
        if self.rows.len() >= TOGETHER {
            self.pack();
        }
    }

    fn pack(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let packed = std::mem::replace(&mut self.packed, Ok(None));
        self.packed = packed.and_then(|table| {
            let columns = R::tabulate(&rows)?;
            let mut table = match table {
                Some(table) => table,
                None => Growing::like(&columns)?,
            };
            table.push(&columns)?;
            Ok(Some(table))
        });
    }
}

impl<R: Row> Extend<R> for Relation<R> {
    fn extend<T: IntoIterator<Item = R>>(&mut self, rows: T) {
        for row in rows {
            self.push(row);
        }
    }
}

/// A relation, whatever its rows are.
pub trait AnyRelation {
    /// Its table's name.
    fn table(&self) -> &'static str;

    /// Whether anybody wants it: it was not left out.
    fn is_wanted(&self) -> bool;

    /// Lets go of its rows, those that come too.
    fn leave_out(&mut self);

    /// Gives it up as the bytes of a Parquet file; `None` where it is left out.
    ///
    /// # Errors
    /// Rows cannot be packed: a defect.
    fn finish(&mut self) -> Result<Option<Vec<u8>>, Error>;
}

impl<R: Row> AnyRelation for Relation<R> {
    fn table(&self) -> &'static str {
        R::TABLE
    }

    fn is_wanted(&self) -> bool {
        self.is_wanted
    }

    fn leave_out(&mut self) {
        *self = Self {
            is_wanted: false,
            ..Self::default()
        };
    }

    fn finish(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if !self.is_wanted {
            return Ok(None);
        }
        // A table without rows has columns too.
        self.pack();
        let packed = std::mem::replace(&mut self.packed, Ok(None))?;
        packed.map(Growing::finish).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepositoryId;
    use crate::tables::{TagRow, rows_from_parquet};

    fn tag(n: usize) -> TagRow {
        TagRow {
            repository: RepositoryId(7),
            name: format!("tag-{n}"),
            commit: format!("{n:040x}").parse().unwrap(),
            tagged_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        }
    }

    fn told(n: usize) -> Relation<TagRow> {
        let mut relation = Relation::default();
        relation.extend((0..n).map(tag));
        relation
    }

    #[test]
    fn rows_come_back_in_order_however_many_there_are() {
        for n in [0, 1, TOGETHER - 1, TOGETHER, 300_000] {
            let mut relation = told(n);
            assert!(relation.rows().len() < TOGETHER);
            let bytes = relation.finish().unwrap().unwrap();
            let rows: Vec<TagRow> = rows_from_parquet(bytes).unwrap();
            assert!(rows == (0..n).map(tag).collect::<Vec<_>>(), "{n}");
        }
    }

    #[test]
    fn what_is_left_out_keeps_nothing() {
        let mut relation = told(3);
        relation.leave_out();
        relation.push(tag(4));
        assert!(!relation.is_wanted());
        assert_eq!(relation.rows(), []);
        assert_eq!(relation.finish().unwrap(), None);
    }
}
