//! Parquet in and out, in memory: the store does the files.

use std::ops::Range;

use polars::prelude::*;

use super::rows::Unpacked;
use super::{Error, Row};

/// Rows per row group: small enough that a reader can skip, large enough to compress.
const ROW_GROUP: usize = 262_144;

/// Rows from which on it pays to pack the columns on several threads.
const MANY: usize = 32_768;

/// A frame as the bytes of a Parquet file, zstd-compressed. Same frame, same bytes.
pub(super) fn to_parquet(frame: &mut DataFrame) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let writer = ParquetWriter::new(&mut bytes)
        // Level 1: half the time of the default for a twentieth more bytes.
        .with_compression(ParquetCompression::Zstd(
            polars::polars_utils::compression::ZstdLevel::try_new(1).ok(),
        ))
        .with_row_group_size(Some(ROW_GROUP))
        .set_parallel(frame.height() >= MANY);
    let is_one_group = frame.height() < ROW_GROUP && frame.first_col_n_chunks() <= 1;
    let written = if is_one_group {
        // What splits a frame into groups asks for megabytes of zeros first.
        writer.batched(frame.schema()).and_then(|mut writer| {
            writer.write_batch(frame)?;
            writer.finish()
        })
    } else {
        writer.finish(frame)
    };
    written.map_err(|error| Error::Parquet {
        action: "written",
        message: error.to_string(),
    })?;
    Ok(bytes)
}

/// The bytes of a Parquet file as a frame.
pub(super) fn from_parquet(bytes: Vec<u8>) -> Result<DataFrame, Error> {
    ParquetReader::new(std::io::Cursor::new(bytes))
        .finish()
        .map_err(unreadable)
}

/// The rows of each row group of a Parquet file, in order.
pub fn row_groups(bytes: &[u8]) -> Result<Vec<Range<usize>>, Error> {
    let mut reader = ParquetReader::new(std::io::Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(unreadable)?;
    let mut from = 0;
    let mut group = |n_rows: usize| {
        let rows = from..from + n_rows;
        from = rows.end;
        rows
    };
    let row_groups = metadata.row_groups.iter();
    Ok(row_groups.map(|of| group(of.num_rows())).collect())
}

/// Some columns of some rows: of one row group, so that no other is unpacked.
pub(super) fn read_group(
    bytes: &[u8],
    columns: &[&str],
    rows: Range<usize>,
) -> Result<DataFrame, Error> {
    ParquetReader::new(std::io::Cursor::new(bytes))
        .with_columns(Some(columns.iter().map(ToString::to_string).collect()))
        .with_slice(Some((rows.start, rows.len())))
        .finish()
        .map_err(unreadable)
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unreadable(error: PolarsError) -> Error {
    Error::Parquet {
        action: "read",
        message: error.to_string(),
    }
}

/// Rows as the bytes of a Parquet file.
pub fn rows_to_parquet<R: Row>(rows: &[R]) -> Result<Vec<u8>, Error> {
    to_parquet(&mut R::tabulate(rows)?)
}

/// The bytes of a Parquet file as rows.
pub fn rows_from_parquet<R: Row>(bytes: Vec<u8>) -> Result<Vec<R>, Error> {
    Ok(Unpacked::all(vec![R::rows(&from_parquet(bytes)?, &[])?]))
}

/// One row group of a Parquet file as rows, `without` some columns that may be left unread.
pub fn rows_of_group<R: Row>(
    bytes: &[u8],
    group: Range<usize>,
    without: &[&str],
) -> Result<Unpacked<R>, Error> {
    let mut columns = R::COLUMNS.to_vec();
    columns.retain(|column| !without.contains(column));
    R::rows(&read_group(bytes, &columns, group)?, without)
}
