//! What earlier runs had computed: `runs/<number>.json` and `runs/<number>.parquet`, the newest ten.

use super::facts::Error;
use super::{Error as StoreError, Store};
use crate::tables::run::RunRow;
use crate::tables::{rows_from_parquet, rows_to_parquet};

/// Runs that are kept.
const N_KEPT: usize = 10;

fn path(number: u64, extension: &str) -> String {
    format!("runs/{number:06}.{extension}")
}

fn shape(source: crate::tables::Error) -> Error {
    Error::Table {
        table: "runs".to_owned(),
        source,
    }
}

/// Numbers of the runs that are kept, oldest first.
#[must_use]
pub fn numbers(store: &Store) -> Vec<u64> {
    // The head is written last: a run without one was cut off.
    let heads = store.files_below("runs/");
    let mut numbers: Vec<u64> = heads
        .iter()
        .filter_map(|file| file.strip_prefix("runs/")?.strip_suffix(".json"))
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Keeps a run under the next number, unless it equals the newest one, and forgets the oldest beyond ten.
pub fn write(store: &Store, head: &[u8], rows: &[RunRow]) -> Result<u64, Error> {
    let known = numbers(store);
    let rows = rows_to_parquet(rows).map_err(shape)?;
    if let Some(newest) = known.last() {
        let same = |extension, bytes: &[u8]| {
            let found = store.read(&path(*newest, extension));
            found.ok().flatten().is_some_and(|found| found == bytes)
        };
        if same("json", head) && same("parquet", &rows) {
            return Ok(*newest);
        }
    }
    let number = known.last().map_or(1, |newest| newest + 1);
    store.commit_file(&path(number, "parquet"), &rows)?;
    store.commit_file(&path(number, "json"), head)?;
    let n_gone = (known.len() + 1).saturating_sub(N_KEPT);
    let gone: Vec<String> = known
        .iter()
        .take(n_gone)
        .flat_map(|number| [path(*number, "json"), path(*number, "parquet")])
        .collect();
    store.remove_files(&gone)?;
    Ok(number)
}

/// The head of a run as it was written, and its rows.
pub type Kept = (Vec<u8>, Vec<RunRow>);

/// Head and rows of a run; `None` for a number that is not kept.
pub fn read(store: &Store, number: u64) -> Result<Option<Kept>, Error> {
    let file =
        |extension| -> Result<Option<Vec<u8>>, StoreError> { store.read(&path(number, extension)) };
    let (Some(head), Some(rows)) = (file("json")?, file("parquet")?) else {
        return Ok(None);
    };
    Ok(Some((head, rows_from_parquet(rows).map_err(shape)?)))
}
