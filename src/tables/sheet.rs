//! A table on its way out: whatever its columns are, as Parquet or cell by cell.

use polars::prelude::*;

use super::parquet::{self, Growing};
use super::{Error, Row};
use crate::domain::{History, RepositoryId};

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Missing.
    Missing,
    /// A whole number or an id.
    Whole(i64),
    /// A measured number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// An instant; outside of what an instant can be it is missing.
    At(jiff::Timestamp),
    /// Text as it came: encode it in every sink.
    Text(String),
    /// A list.
    List(Vec<Cell>),
}

/// A table with its columns' names.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub(super) frame: DataFrame,
}

impl Sheet {
    /// The sheet of row structs.
    pub fn of_rows<R: Row>(rows: &[R]) -> Result<Self, Error> {
        Ok(Self {
            frame: R::tabulate(rows)?,
        })
    }

    /// The sheet of the bytes of a Parquet file.
    pub fn of_parquet(bytes: Vec<u8>) -> Result<Self, Error> {
        let frame = parquet::from_parquet(bytes)?;
        Ok(Self { frame })
    }

    /// A table of the same columns, which is packed as it grows: without rows yet.
    pub(super) fn growing(&self) -> Result<Growing, Error> {
        Growing::like(&self.frame)
    }

    /// Adds the rows to a growing table of the same columns.
    pub(super) fn added_to(&self, table: &mut Growing) -> Result<(), Error> {
        table.push(&self.frame)
    }

    /// Number of rows.
    #[must_use]
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// The columns' names.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.frame
            .get_column_names()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    /// The bytes of a Parquet file.
    pub fn to_parquet(mut self) -> Result<Vec<u8>, Error> {
        parquet::to_parquet(&mut self.frame)
    }

    /// The cells of one row, in the order of [`Sheet::names`].
    #[must_use]
    pub fn row(&self, at: usize) -> Vec<Cell> {
        self.frame
            .columns()
            .iter()
            .map(|column| column.get(at).map_or(Cell::Missing, |value| cell(&value)))
            .collect()
    }
}

fn cell(value: &AnyValue<'_>) -> Cell {
    match value {
        AnyValue::Int64(whole) => Cell::Whole(*whole),
        AnyValue::Float64(real) if real.is_finite() => Cell::Real(*real),
        AnyValue::Boolean(flag) => Cell::Flag(*flag),
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        AnyValue::Datetime(micros, TimeUnit::Microseconds, _) => {
            jiff::Timestamp::from_microsecond(*micros).map_or(Cell::Missing, Cell::At)
        }
        AnyValue::List(inner) => Cell::List(inner.iter().map(|value| cell(&value)).collect()),
        _ => Cell::Missing,
    }
}

/// The Parquet form of the tables that have no row struct, without rows: their columns, in order.
pub fn without_rows() -> Result<Vec<(&'static str, Vec<u8>)>, Error> {
    let (nothing, nowhere) = (History::default(), RepositoryId(0));
    Ok(vec![
        (
            "commits",
            super::commits::to_parquet(
                &nothing,
                nowhere,
                &[],
                &super::commits::CommitOrigins::default(),
            )?,
        ),
        (
            "file_changes",
            super::changes::to_parquet(&nothing, nowhere)?,
        ),
        (
            "files",
            super::changes::files_to_parquet(&nothing, nowhere)?,
        ),
        (
            "ownership",
            super::ownership::to_parquet(&nothing, nowhere, &[])?,
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::TagRow;

    #[test]
    fn parts_become_one_sheet_and_keep_their_columns_without_rows() {
        let tag = |name: &str| TagRow {
            repository: RepositoryId(3),
            name: name.into(),
            commit: "ab".repeat(20).parse().unwrap(),
            tagged_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        };
        let bytes = |rows: &[TagRow]| crate::tables::rows_to_parquet(rows).unwrap();
        let of = |rows: &[TagRow]| Sheet::of_parquet(bytes(rows)).unwrap();
        let joined = |parts: &[Sheet]| {
            let mut table = of(&[]).growing().unwrap();
            for part in parts {
                part.added_to(&mut table).unwrap();
            }
            Sheet::of_parquet(table.finish().unwrap()).unwrap()
        };
        let sheet = joined(&[of(&[tag("a")]), of(&[tag("b")])]);
        assert_eq!(sheet.names(), ["repository", "name", "commit", "tagged_at"]);
        let at = Cell::At("2026-01-02T03:04:05Z".parse().unwrap());
        assert_eq!(
            sheet.row(1),
            [
                Cell::Whole(3),
                Cell::Text("b".into()),
                Cell::Text("ab".repeat(20)),
                at
            ]
        );
        assert_eq!(joined(&[]).height(), 0);
        assert_eq!(joined(&[]).names(), sheet.names());
    }
}
