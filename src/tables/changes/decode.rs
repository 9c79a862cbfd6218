//! Changed files from Parquet: row group by row group, as many at once as there are cores.
//!
//! The texts of ten million changes at once would be a gigabyte, and looking up each of them would take seconds. A row group's
//! equal texts lie at one address, where the file has a dictionary of them: they are looked up by it.

use std::collections::HashMap;
use std::ops::Range;

use polars::prelude::*;

use super::{
    CHANGE, COMMIT, Changes, EXCLUSION, File, IN_TIP, LANDED_PATH, LANDED_PREVIOUS_PATH, PATH,
    PREVIOUS_PATH,
};
use crate::domain::{ChangeKind, CommitId, Exclusion, RepositoryId};
use crate::tables::column::Field;
use crate::tables::commits::CommitRow;
use crate::tables::{Error, parquet};

/// The columns of `file_changes` that are read back; how many lines changed is for other people's tools.
const READ: [&str; 6] = [
    COMMIT,
    PATH,
    PREVIOUS_PATH,
    LANDED_PATH,
    LANDED_PREVIOUS_PATH,
    CHANGE,
];

/// The paths of one repository and their numbers, from 0.
#[derive(Debug, Default)]
pub struct Paths {
    /// The paths.
    pub files: Vec<File>,
    number_of: HashMap<String, u32>,
}

impl Paths {
    /// The number of a path.
    #[must_use]
    pub fn number(&self, path: &str) -> Option<u32> {
        self.number_of.get(path).copied()
    }
}

/// One repository's `files`, from Parquet.
pub fn read_paths(files: Vec<u8>, repository: RepositoryId) -> Result<Paths, Error> {
    let frame = &parquet::from_parquet(files)?;
    let names: Vec<String> = Field::values(frame, PATH)?;
    let exclusions: Vec<Option<Exclusion>> = Field::values(frame, EXCLUSION)?;
    let in_tip: Vec<bool> = Field::values(frame, IN_TIP)?;
    let mut paths = Paths::default();
    for ((path, exclusion), in_tip) in names.into_iter().zip(exclusions).zip(in_tip) {
        let number = u32::try_from(paths.files.len())
            .map_err(|_| wrong(PATH, "has more than 2^32 values"))?;
        paths.number_of.insert(path.clone(), number);
        paths.files.push(File {
            repository,
            path,
            exclusion,
            in_tip,
        });
    }
    Ok(paths)
}

/// The row groups of a `file_changes`, in order.
pub fn groups(file_changes: &[u8]) -> Result<Vec<Range<usize>>, Error> {
    parquet::row_groups(file_changes)
}

/// One row group of a repository's `file_changes`: without files, which are numbered as in `paths`. `commits` are the
/// repository's, the first of them row `first_row`.
pub fn read_group(
    file_changes: &[u8],
    group: Range<usize>,
    paths: &Paths,
    commits: &[CommitRow],
    first_row: usize,
) -> Result<Changes, Error> {
    let frame = &parquet::read_group(file_changes, &READ, group)?;
    let series = |name: &str| {
        frame
            .column(name)
            .map_err(|error| wrong(name, &error.to_string()))
            .map(|column| column.as_materialized_series().clone())
    };
    let mut changes = Changes::default();
    let mut rows = Rows::of(commits, first_row);
    let ids = series(COMMIT)?;
    let ids = texts(&ids, COMMIT)?;
    let mut last: Option<(&str, u32)> = None;
    for id in ids.iter() {
        let id = id.ok_or_else(|| wrong(COMMIT, NULL))?;
        let row = match last {
            Some((same, row)) if std::ptr::eq(same, id) || same == id => row,
            _ => rows.find(id)?,
        };
        last = Some((id, row));
        changes.runs.push(row);
    }
    let path = series(PATH)?;
    let mut known = Known::of(paths);
    changes.file.reserve_exact(frame.height());
    for path in texts(&path, PATH)?.iter() {
        changes
            .file
            .push(known.number(path.ok_or_else(|| wrong(PATH, NULL))?)?);
    }
    // Few of millions, where there are any.
    let mut numbers = |name: &str| -> Result<Vec<(usize, u32)>, Error> {
        let series = series(name)?;
        let texts = texts(&series, name)?;
        let mut found = Vec::new();
        if texts.null_count() < texts.len() {
            for (at, path) in texts.iter().enumerate() {
                if let Some(path) = path {
                    found.push((at, known.number(path)?));
                }
            }
        }
        Ok(found)
    };
    changes.moves.0 = numbers(PREVIOUS_PATH)?;
    for (at, landed) in numbers(LANDED_PATH)? {
        if let Some(file) = changes.file.get_mut(at) {
            *file = landed;
        }
    }
    for (at, landed) in numbers(LANDED_PREVIOUS_PATH)? {
        let place = changes.moves.0.binary_search_by_key(&at, |row| row.0);
        if let Some(row) = place.ok().and_then(|place| changes.moves.0.get_mut(place)) {
            row.1 = landed;
        }
    }
    let kinds = series(CHANGE)?;
    changes.change.reserve_exact(frame.height());
    let mut last: Option<(&str, ChangeKind)> = None;
    for word in texts(&kinds, CHANGE)?.iter() {
        let word = word.ok_or_else(|| wrong(CHANGE, NULL))?;
        let kind = match last {
            Some((same, kind)) if same == word => kind,
            _ => ChangeKind::from_word(word)
                .ok_or_else(|| wrong(CHANGE, "has a word that is no kind of change"))?,
        };
        last = Some((word, kind));
        changes.change.push(kind);
    }
    Ok(changes)
}

const NULL: &str = "has a null where none may be";

fn wrong(column: &str, message: &str) -> Error {
    Error::Column {
        column: column.to_owned(),
        message: message.to_owned(),
    }
}

fn texts<'a>(series: &'a Series, name: &str) -> Result<&'a StringChunked, Error> {
    series
        .str()
        .map_err(|error| wrong(name, &error.to_string()))
}

/// Rows of commits, found in the order in which changes name them: the next one is a few rows further on.
struct Rows<'a> {
    commits: &'a [CommitRow],
    first_row: usize,
    next: usize,
    n_missed: usize,
    /// For files whose changes come in another order.
    row_of: Option<HashMap<CommitId, usize>>,
}

/// So often all rows are looked through for one commit before they are put into a map: the first one of a row group is nowhere
/// near.
const MISSES: usize = 4;

/// So far ahead a commit is looked for before all are looked through: between two with changes there are merges.
const AHEAD: usize = 64;

impl<'a> Rows<'a> {
    const fn of(commits: &'a [CommitRow], first_row: usize) -> Self {
        Self {
            commits,
            first_row,
            next: 0,
            n_missed: 0,
            row_of: None,
        }
    }

    fn find(&mut self, id: &str) -> Result<u32, Error> {
        let unknown = || {
            wrong(
                COMMIT,
                "names a commit that the table `commits` does not have",
            )
        };
        let id: CommitId = id.parse().map_err(|_| unknown())?;
        let mut ahead = self.commits.iter().skip(self.next).take(AHEAD);
        let place = if let Some(steps) = ahead.position(|commit| commit.commit == id) {
            self.next + steps
        } else if self.n_missed < MISSES {
            self.n_missed += 1;
            let mut rows = self.commits.iter();
            rows.position(|commit| commit.commit == id)
                .ok_or_else(unknown)?
        } else {
            let commits = self.commits;
            let row_of = self.row_of.get_or_insert_with(|| {
                let rows = commits.iter().enumerate();
                rows.map(|(row, commit)| (commit.commit, row)).collect()
            });
            *row_of.get(&id).ok_or_else(unknown)?
        };
        self.next = place + 1;
        u32::try_from(self.first_row + place)
            .map_err(|_| wrong(COMMIT, "names more than 2^32 commits"))
    }
}

/// Numbers of paths that were seen already, by where their text lies.
struct Known<'a> {
    paths: &'a Paths,
    /// Address, length and number; an empty slot has length 0.
    seen: Vec<(usize, usize, u32)>,
}

/// Slots of [`Known`]; a power of two.
const SLOTS: usize = 1 << 15;

impl<'a> Known<'a> {
    fn of(paths: &'a Paths) -> Self {
        Self {
            paths,
            seen: vec![(0, 0, 0); SLOTS],
        }
    }

    fn number(&mut self, path: &str) -> Result<u32, Error> {
        let place = (path.as_ptr().addr(), path.len());
        // Texts of a dictionary lie close to each other: the lowest bits of their addresses say least.
        let slot = self.seen.get_mut((place.0 >> 3) & (SLOTS - 1));
        match slot {
            Some((address, length, number)) if (*address, *length) == place => Ok(*number),
            slot => {
                let number = self
                    .paths
                    .number(path)
                    .ok_or_else(|| wrong(PATH, "names a path that `files` does not have"))?;
                if let Some(slot) = slot {
                    *slot = (place.0, place.1, number);
                }
                Ok(number)
            }
        }
    }
}
