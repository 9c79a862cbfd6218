//! Parquet in and out, in memory: the store does the files.

use std::io::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use polars::io::parquet::write::BatchedWriter;
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
    let writer = writer(&mut bytes, frame.height() >= MANY);
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
    written.map_err(unwritable)?;
    Ok(bytes)
}

/// How every Parquet file is written.
fn writer<W: Write>(to: W, on_several_threads: bool) -> ParquetWriter<W> {
    ParquetWriter::new(to)
        // Level 1: half the time of the default for a twentieth more bytes.
        .with_compression(ParquetCompression::Zstd(
            polars::polars_utils::compression::ZstdLevel::try_new(1).ok(),
        ))
        .with_row_group_size(Some(ROW_GROUP))
        .set_parallel(on_several_threads)
}

/// A table that is packed as it grows: no more of it is in memory unpacked than a row group.
pub struct Growing {
    /// Rows on their way into a row group.
    pending: DataFrame,
    writer: BatchedWriter<Shared>,
    bytes: Shared,
}

/// Bytes that the writer of a file and whoever waits for them have in common.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Growing {
    /// A table without rows, with the columns of a frame.
    pub(super) fn like(frame: &DataFrame) -> Result<Self, Error> {
        let bytes = Shared::default();
        let writer = writer(bytes.clone(), true)
            .batched(frame.schema())
            .map_err(unwritable)?;
        Ok(Self {
            pending: frame.clear(),
            writer,
            bytes,
        })
    }

    /// Adds rows, of the same columns.
    pub(super) fn push(&mut self, rows: &DataFrame) -> Result<(), Error> {
        self.pending.vstack_mut(rows).map_err(unwritable)?;
        while self.pending.height() >= ROW_GROUP {
            let (group, rest) = self
                .pending
                .split_at(i64::try_from(ROW_GROUP).unwrap_or(i64::MAX));
            self.pending = rest;
            self.write(group)?;
        }
        Ok(())
    }

    fn write(&mut self, mut group: DataFrame) -> Result<(), Error> {
        group.rechunk_mut_par();
        self.writer.write_batch(&group).map_err(unwritable)
    }

    /// The bytes of the Parquet file.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        let rest = std::mem::take(&mut self.pending);
        self.write(rest)?;
        self.writer.finish().map_err(unwritable)?;
        let mut bytes = self.bytes.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *bytes))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unwritable(error: PolarsError) -> Error {
    Error::Parquet {
        action: "written",
        message: error.to_string(),
    }
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
    let mut rows = Vec::new();
    R::rows(&from_parquet(bytes)?, &[])?.put_after(&mut rows);
    Ok(rows)
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
