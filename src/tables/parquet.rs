//! Parquet in and out, in memory: the store does the files.

use polars::prelude::*;

use super::{Error, Row};

/// Rows per row group: small enough that a reader can skip, large enough to compress.
const ROW_GROUP: usize = 262_144;

/// A frame as the bytes of a Parquet file, zstd-compressed. Same frame, same bytes.
pub(super) fn to_parquet(frame: &mut DataFrame) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        // Level 1: half the time of the default for a twentieth more bytes.
        .with_compression(ParquetCompression::Zstd(
            polars::polars_utils::compression::ZstdLevel::try_new(1).ok(),
        ))
        .with_row_group_size(Some(ROW_GROUP))
        .finish(frame)
        .map_err(|error| Error::Parquet {
            action: "written",
            message: error.to_string(),
        })?;
    Ok(bytes)
}

/// The bytes of a Parquet file as a frame.
pub(super) fn from_parquet(bytes: Vec<u8>) -> Result<DataFrame, Error> {
    ParquetReader::new(std::io::Cursor::new(bytes))
        .finish()
        .map_err(|error| Error::Parquet {
            action: "read",
            message: error.to_string(),
        })
}

/// Some columns of a Parquet file, row group by row group: never more than one of them in memory.
pub(super) fn for_each_group(
    bytes: &[u8],
    columns: &[&str],
    mut read: impl FnMut(&DataFrame) -> Result<(), Error>,
) -> Result<(), Error> {
    let unreadable = |error: PolarsError| Error::Parquet {
        action: "read",
        message: error.to_string(),
    };
    let names: Vec<String> = columns.iter().map(ToString::to_string).collect();
    let mut from = 0;
    loop {
        let group = ParquetReader::new(std::io::Cursor::new(bytes))
            .with_columns(Some(names.clone()))
            .with_slice(Some((from, ROW_GROUP)))
            .finish()
            .map_err(unreadable)?;
        if group.height() > 0 {
            read(&group)?;
        }
        if group.height() < ROW_GROUP {
            return Ok(());
        }
        from += ROW_GROUP;
    }
}

/// Rows as the bytes of a Parquet file.
pub fn rows_to_parquet<R: Row>(rows: &[R]) -> Result<Vec<u8>, Error> {
    to_parquet(&mut R::tabulate(rows)?)
}

/// The bytes of a Parquet file as rows.
pub fn rows_from_parquet<R: Row>(bytes: Vec<u8>) -> Result<Vec<R>, Error> {
    R::rows(&from_parquet(bytes)?)
}
