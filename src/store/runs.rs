//! What earlier runs had computed: `runs/<number>.json` and `runs/<number>/<metric>.parquet`, the newest ten.

use super::Store;
use super::facts::Error;
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

fn rows_path(number: u64, metric: &str) -> String {
    format!("runs/{number:06}/{metric}.parquet")
}

/// Rows as they are kept.
pub fn encode(rows: &[RunRow]) -> Result<Vec<u8>, Error> {
    rows_to_parquet(rows).map_err(shape)
}

/// Keeps a run under the next number, unless it equals the newest one, and forgets the oldest beyond ten. `rows` are by metric,
/// [`encode`]d.
pub fn write(store: &Store, head: &[u8], rows: &[(&str, Vec<u8>)]) -> Result<u64, Error> {
    let known = numbers(store);
    if let Some(newest) = known.last() {
        let same = |path: &str, bytes: &[u8]| {
            let found = store.read(path);
            found.ok().flatten().is_some_and(|found| found == bytes)
        };
        if same(&path(*newest, "json"), head)
            && rows
                .iter()
                .all(|(metric, bytes)| same(&rows_path(*newest, metric), bytes))
        {
            return Ok(*newest);
        }
    }
    let number = known.last().map_or(1, |newest| newest + 1);
    let files: Vec<(String, &[u8])> = rows
        .iter()
        .map(|(metric, bytes)| (rows_path(number, metric), bytes.as_slice()))
        .collect();
    store.commit_files(&files)?;
    store.commit_file(&path(number, "json"), head)?;
    let n_gone = (known.len() + 1).saturating_sub(N_KEPT);
    let gone: Vec<String> = known
        .iter()
        .take(n_gone)
        .flat_map(|number| {
            let mut files = store.files_below(&format!("runs/{number:06}/"));
            files.push(path(*number, "json"));
            files
        })
        .collect();
    store.remove_files(&gone)?;
    Ok(number)
}

/// The head of a run as it was written; `None` for a number that is not kept.
pub fn head(store: &Store, number: u64) -> Result<Option<Vec<u8>>, Error> {
    Ok(store.read(&path(number, "json"))?)
}

/// The rows of one metric in a run; none where it had none.
pub fn rows(store: &Store, number: u64, metric: &str) -> Result<Vec<RunRow>, Error> {
    match store.read(&rows_path(number, metric))? {
        Some(bytes) => rows_from_parquet(bytes).map_err(shape),
        None => Ok(Vec::new()),
    }
}
