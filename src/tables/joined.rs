//! Parquet files of one table joined into one. Row groups of large files are copied as they are: they are never unpacked.

use polars_parquet_format::thrift::protocol::{TCompactInputProtocol, TCompactOutputProtocol};
use polars_parquet_format::{ColumnChunk, FileMetaData};

use super::Error;
use super::parquet::Growing;
use super::sheet::Sheet;

/// At both ends of a Parquet file.
const MAGIC: &[u8] = b"PAR1";

/// The length of the footer and the magic that end a file.
const TAIL: usize = 8;

/// A footer may unpack to so many times its bytes, and to [`LEAST`] whatever it has: more is damage.
const EXPANSION: usize = 64;
const LEAST: usize = 1 << 20;

/// From so many rows on a file keeps its row groups. Smaller ones are written anew, several in a group: in groups of a few rows,
/// one or more for each repository, nothing is packed well or skipped.
const MANY: i64 = 32_768;

/// A Parquet file that grows by the rows of others, of the same columns, in the order in which they are added.
#[derive(Default)]
pub struct Joined {
    bytes: Vec<u8>,
    footer: Option<FileMetaData>,
    /// Rows that wait for a group of their own.
    small: Option<Growing>,
}

impl Joined {
    /// Adds the rows of a Parquet file.
    ///
    /// # Errors
    /// It is no Parquet file, or its columns are not those of what was added before.
    pub fn add(&mut self, file: Vec<u8>) -> Result<(), Error> {
        let (body, footer) = parted(&file)?;
        if footer.num_rows < MANY {
            return self.add_rows(&Sheet::of_parquet(file)?);
        }
        self.close_small()?;
        self.copy(body, footer)
    }

    /// Adds rows.
    ///
    /// # Errors
    /// Their columns are not those of what was added before.
    pub fn add_rows(&mut self, rows: &Sheet) -> Result<(), Error> {
        let small = match self.small.take() {
            Some(small) => small,
            None => rows.growing()?,
        };
        rows.added_to(self.small.insert(small))
    }

    /// The bytes of the file; `None` where nothing was added.
    ///
    /// # Errors
    /// Columns differ; or a footer cannot be written: a defect.
    pub fn finish(mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.footer.is_none() {
            return self.small.map(Growing::finish).transpose();
        }
        self.close_small()?;
        let Some(footer) = self.footer else {
            return Ok(None);
        };
        let mut protocol = TCompactOutputProtocol::new(&mut self.bytes);
        let length = footer.write_to_out_protocol(&mut protocol);
        let length = length.map_err(unwritable)?;
        let length = u32::try_from(length).map_err(unwritable)?;
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes.extend_from_slice(MAGIC);
        Ok(Some(self.bytes))
    }

    fn close_small(&mut self) -> Result<(), Error> {
        let Some(small) = self.small.take() else {
            return Ok(());
        };
        let file = small.finish()?;
        let (body, footer) = parted(&file)?;
        self.copy(body, footer)
    }

    /// Copies row groups as they are.
    fn copy(&mut self, body: &[u8], mut added: FileMetaData) -> Result<(), Error> {
        let Some(footer) = &mut self.footer else {
            self.bytes.extend_from_slice(MAGIC);
            self.bytes.extend_from_slice(body);
            self.footer = Some(added);
            return Ok(());
        };
        if footer.schema != added.schema {
            return Err(unreadable(
                "its columns are not those of the table's other files",
            ));
        }
        // What is at a place of the added file will be as much further on as the end of what is there lies behind the magic.
        let by = i64::try_from(self.bytes.len() - MAGIC.len()).map_err(unreadable)?;
        for mut group in added.row_groups.drain(..) {
            move_on(group.file_offset.as_mut(), by);
            for chunk in &mut group.columns {
                move_chunk_on(chunk, by);
            }
            // Readers count for themselves, and a file may have more groups than the number can tell.
            group.ordinal = i16::try_from(footer.row_groups.len()).ok();
            footer.row_groups.push(group);
        }
        footer.num_rows = footer.num_rows.saturating_add(added.num_rows);
        self.bytes.extend_from_slice(body);
        Ok(())
    }
}

/// What lies between the magic and the footer, and the footer.
fn parted(file: &[u8]) -> Result<(&[u8], FileMetaData), Error> {
    let cut = || unreadable("it does not begin and end as a Parquet file does");
    let (rest, tail) = file.split_last_chunk::<TAIL>().ok_or_else(cut)?;
    let (length, magic) = tail.split_at(TAIL - MAGIC.len());
    let length: [u8; 4] = length.try_into().map_err(unreadable)?;
    let length = usize::try_from(u32::from_le_bytes(length)).map_err(unreadable)?;
    let rest = rest.strip_prefix(MAGIC).filter(|_| magic == MAGIC);
    let rest = rest.ok_or_else(cut)?;
    let at = rest.len().checked_sub(length).ok_or_else(cut)?;
    let (body, mut footer) = rest.split_at_checked(at).ok_or_else(cut)?;
    let most = (footer.len() * EXPANSION).max(LEAST);
    let mut protocol = TCompactInputProtocol::new(&mut footer, most);
    let footer = FileMetaData::read_from_in_protocol(&mut protocol).map_err(unreadable)?;
    Ok((body, footer))
}

/// A chunk of a column, further on in a file: all of its places are told from the file's beginning.
fn move_chunk_on(chunk: &mut ColumnChunk, by: i64) {
    // Zero says that nothing is told outside of the footer.
    if chunk.file_offset > 0 {
        move_on(Some(&mut chunk.file_offset), by);
    }
    move_on(chunk.offset_index_offset.as_mut(), by);
    move_on(chunk.column_index_offset.as_mut(), by);
    if let Some(data) = &mut chunk.meta_data {
        move_on(Some(&mut data.data_page_offset), by);
        move_on(data.index_page_offset.as_mut(), by);
        move_on(data.dictionary_page_offset.as_mut(), by);
        move_on(data.bloom_filter_offset.as_mut(), by);
    }
}

fn move_on(place: Option<&mut i64>, by: i64) {
    if let Some(place) = place {
        *place = place.saturating_add(by);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unreadable(message: impl ToString) -> Error {
    Error::Parquet {
        action: "read",
        message: message.to_string(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` hands over")]
fn unwritable(message: impl ToString) -> Error {
    Error::Parquet {
        action: "written",
        message: message.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::RepositoryId;
    use crate::tables::{LineLifeRow, TagRow, rows_from_parquet, rows_to_parquet};

    fn tag(n: usize) -> TagRow {
        TagRow {
            repository: RepositoryId(u32::try_from(n % 7).unwrap()),
            name: format!("tag-{n}"),
            commit: format!("{n:040x}").parse().unwrap(),
            tagged_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        }
    }

    fn file(rows: std::ops::Range<usize>) -> Vec<u8> {
        rows_to_parquet(&rows.map(tag).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn rows_of_small_and_large_files_are_there_in_order() {
        // The large one has several row groups itself.
        let ends = [0, 40_000, 40_001, 40_001, 40_300, 340_000, 340_010];
        let mut joined = Joined::default();
        for (from, to) in ends.iter().zip(ends.iter().skip(1)) {
            joined.add(file(*from..*to)).unwrap();
        }
        let bytes = joined.finish().unwrap().unwrap();
        let (_, footer) = parted(&bytes).unwrap();
        let rows: Vec<i64> = footer.row_groups.iter().map(|of| of.num_rows).collect();
        assert_eq!(rows.iter().sum::<i64>(), 340_010);
        assert_eq!((rows.first(), rows.get(1)), (Some(&40_000), Some(&300)));
        assert_eq!(rows.last(), Some(&10));
        let ordinals: Vec<_> = footer.row_groups.iter().map(|of| of.ordinal).collect();
        assert!(
            ordinals
                .iter()
                .copied()
                .eq((0..).map(Some).take(rows.len()))
        );
        let told: Vec<TagRow> = rows_from_parquet(bytes).unwrap();
        assert_eq!(told, (0..340_010).map(tag).collect::<Vec<_>>());
    }

    #[test]
    fn small_files_share_a_group_and_nothing_is_nothing() {
        let mut joined = Joined::default();
        joined.add(file(0..3)).unwrap();
        joined.add(file(3..5)).unwrap();
        let bytes = joined.finish().unwrap().unwrap();
        assert_eq!(bytes, file(0..5));
        assert_eq!(Joined::default().finish().unwrap(), None);
    }

    #[test]
    fn what_is_no_file_of_the_table_is_an_error() {
        let large = file(0..40_000);
        let lives = rows_to_parquet::<LineLifeRow>(&[]).unwrap();
        for other in [lives, Vec::new(), b"PAR1PAR1".to_vec(), vec![0xff; 64]] {
            let mut joined = Joined::default();
            joined.add(large.clone()).unwrap();
            let told = joined.add(other).and_then(|()| joined.finish());
            assert!(told.is_err());
        }
        // Cut off or changed anywhere: rows or an error, and never a panic.
        for at in (0..large.len()).step_by(large.len() / 50) {
            let cut = large.get(..at).unwrap_or_default().to_vec();
            assert!(Joined::default().add(cut).is_err());
        }
        let footer = large.len() - parted(&large).unwrap().0.len() - MAGIC.len();
        for at in (large.len() - footer..large.len()).step_by(3) {
            let mut flipped = large.clone();
            if let Some(byte) = flipped.get_mut(at) {
                *byte ^= 0x55;
            }
            let mut joined = Joined::default();
            joined.add(large.clone()).unwrap();
            // The store's checksums are what finds a flipped bit; here it must not panic.
            let _ = parted(&flipped).and_then(|(body, footer)| joined.copy(body, footer));
        }
    }
}
