//! What earlier runs had computed: `runs/<number>.json` and `runs/<number>/<metric>.parquet`, the newest ten.

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

fn rows_path(number: u64, metric: &str) -> String {
    format!("runs/{number:06}/{metric}.parquet")
}

/// Rows as they are kept.
pub fn encode(rows: &[RunRow]) -> Result<Vec<u8>, Error> {
    rows_to_parquet(rows).map_err(shape)
}

/// The rows of one metric as they are kept, from those of several parts.
pub fn joined(mut parts: Vec<Vec<u8>>) -> Result<Vec<u8>, Error> {
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    let mut rows: Vec<RunRow> = Vec::new();
    for part in parts {
        rows.extend(rows_from_parquet::<RunRow>(part).map_err(shape)?);
    }
    encode(&rows)
}

/// Keeps a run under the next number, unless it equals the newest one, and forgets the oldest beyond ten. `rows` are by metric,
/// [`encode`]d.
///
/// Runs of which something is lost are forgotten, too.
pub fn write(store: &Store, head: &[u8], rows: &[(&str, Vec<u8>)]) -> Result<u64, Error> {
    let mut known = sound(store)?;
    if let Some(newest) = known.last().copied() {
        let is_same = store.is_listed(&path(newest, "json"), head)
            && rows
                .iter()
                .all(|(metric, bytes)| store.is_listed(&rows_path(newest, metric), bytes));
        if is_same && is_readable(store, newest)? {
            return Ok(newest);
        }
        if is_same {
            forget(store, &[newest])?;
            known.pop();
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
    let gone: Vec<u64> = known.into_iter().take(n_gone).collect();
    forget(store, &gone)?;
    Ok(number)
}

/// Numbers of the runs of which no file is lost; the others are forgotten.
fn sound(store: &Store) -> Result<Vec<u64>, Error> {
    let (mut sound, mut damaged) = (Vec::new(), Vec::new());
    for number in numbers(store) {
        if store.are_there(&format!("runs/{number:06}"))? {
            sound.push(number);
        } else {
            damaged.push(number);
        }
    }
    if !damaged.is_empty() {
        forget(store, &damaged)?;
    }
    Ok(sound)
}

fn is_readable(store: &Store, number: u64) -> Result<bool, Error> {
    for file in files(store, number) {
        match store.read(&file) {
            Err(StoreError::Damaged { .. }) => return Ok(false),
            other => other?,
        };
    }
    Ok(true)
}

fn forget(store: &Store, numbers: &[u64]) -> Result<(), Error> {
    let gone: Vec<String> = numbers
        .iter()
        .flat_map(|number| files(store, *number))
        .collect();
    Ok(store.remove_files(&gone)?)
}

/// The files of a run.
fn files(store: &Store, number: u64) -> Vec<String> {
    let mut files = store.files_below(&format!("runs/{number:06}/"));
    files.push(path(number, "json"));
    files
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
