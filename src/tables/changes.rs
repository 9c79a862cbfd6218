//! Changed files: columnar, with paths stored once.

use std::collections::HashMap;

use polars::prelude::*;

use super::Error;
use super::column::{Field, Texts, int_column, text_column};
use super::commits::CommitRow;
use super::parquet;
use crate::domain::{ChangeKind, CommitId, Exclusion, History, RepositoryId};

/// Changed files of all repositories. All column vectors have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Row of [`super::Tables::commits`].
    pub commit: Vec<u32>,
    /// Index into `files`: the path after the change.
    pub file: Vec<u32>,
    /// Index into `files`: where a renamed file was.
    pub previous_file: Vec<Option<u32>>,
    /// How it changed.
    pub change: Vec<ChangeKind>,
    /// Distinct paths.
    pub files: Vec<File>,
}

/// A path of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its repository.
    pub repository: RepositoryId,
    /// The path, lossy UTF-8.
    pub path: String,
    /// Why it is left out of the knowledge metrics.
    pub exclusion: Option<Exclusion>,
    /// Whether it exists in the tip's tree.
    pub in_tip: bool,
}

impl Changes {
    /// Number of changed files.
    #[must_use]
    pub fn len(&self) -> usize {
        self.commit.len()
    }

    /// Puts another repository's changes after these; its files are numbered on.
    pub fn extend(&mut self, others: Self) {
        let first = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        let shifted = |file: u32| file.saturating_add(first);
        self.commit.extend(others.commit);
        self.file.extend(others.file.into_iter().map(shifted));
        let previous = others.previous_file.into_iter();
        self.previous_file
            .extend(previous.map(|file| file.map(shifted)));
        self.change.extend(others.change);
        self.files.extend(others.files);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.commit.is_empty()
    }
}

const REPOSITORY: &str = "repository";
const COMMIT: &str = "commit";
const PATH: &str = "path";
const PREVIOUS_PATH: &str = "previous_path";
const CHANGE: &str = "change";
const LINES_ADDED: &str = "lines_added";
const LINES_DELETED: &str = "lines_deleted";
const IS_BINARY: &str = "is_binary";
const EXCLUSION: &str = "exclusion";
const IN_TIP: &str = "in_tip";

fn frame(height: usize, columns: Vec<Column>) -> Result<DataFrame, Error> {
    DataFrame::new(height, columns).map_err(|error| Error::Column {
        column: "file_changes".to_owned(),
        message: error.to_string(),
    })
}

/// A history's changed files as the table `file_changes`, in Parquet.
pub fn to_parquet(history: &History, repository: RepositoryId) -> Result<Vec<u8>, Error> {
    parquet::to_parquet(&mut tabulate(history, repository)?)
}

/// A history's paths as the table `files`, in Parquet: what a path is left out for, and whether the tip has it.
pub fn files_to_parquet(history: &History, repository: RepositoryId) -> Result<Vec<u8>, Error> {
    parquet::to_parquet(&mut tabulate_files(history, repository)?)
}

fn tabulate(history: &History, repository: RepositoryId) -> Result<DataFrame, Error> {
    let n = history.changes.len();
    let ids: Vec<String> = history
        .commits
        .iter()
        .map(|commit| commit.id.to_string())
        .collect();
    let changes = &history.changes;
    let paths = Texts::new(history.paths.iter().map(String::as_str));
    let ids = Texts::new(ids.iter().map(String::as_str));
    frame(
        n,
        vec![
            Column::new_scalar(REPOSITORY.into(), Scalar::from(i64::from(repository.0)), n),
            ids.column(COMMIT, changes.iter().map(|change| Some(change.commit)))?,
            paths.column(PATH, changes.iter().map(|change| Some(change.path)))?,
            paths.column(
                PREVIOUS_PATH,
                changes.iter().map(|change| change.previous_path),
            )?,
            text_column(
                CHANGE,
                changes.iter().map(|change| Some(change.change.word())),
            ),
            int_column(
                LINES_ADDED,
                changes
                    .iter()
                    .map(|change| change.lines_added.map(i64::from)),
            ),
            int_column(
                LINES_DELETED,
                changes
                    .iter()
                    .map(|change| change.lines_deleted.map(i64::from)),
            ),
            Field::column(
                IS_BINARY,
                changes.iter().map(|change| &change.is_binary).collect(),
            ),
        ],
    )
}

fn tabulate_files(history: &History, repository: RepositoryId) -> Result<DataFrame, Error> {
    let n = history.paths.len();
    frame(
        n,
        vec![
            Column::new_scalar(REPOSITORY.into(), Scalar::from(i64::from(repository.0)), n),
            Field::column(PATH, history.paths.iter().collect()),
            Field::column(EXCLUSION, history.path_exclusions.iter().collect()),
            Field::column(IN_TIP, history.path_in_tip.iter().collect()),
        ],
    )
}

/// The columns of `file_changes` that are read back; how many lines changed is for other people's tools.
const READ: [&str; 4] = [COMMIT, PATH, PREVIOUS_PATH, CHANGE];

/// Adds one repository's `file_changes` and `files`, from Parquet.
pub fn append(
    changes: &mut Changes,
    file_changes: &[u8],
    files: Vec<u8>,
    repository: RepositoryId,
    commits: &[CommitRow],
) -> Result<(), Error> {
    let files = &parquet::from_parquet(files)?;
    let mut file_of: HashMap<String, u32> = HashMap::new();
    let paths: Vec<String> = Field::values(files, PATH)?;
    let exclusions: Vec<Option<Exclusion>> = Field::values(files, EXCLUSION)?;
    let in_tip: Vec<bool> = Field::values(files, IN_TIP)?;
    for ((path, exclusion), in_tip) in paths.into_iter().zip(exclusions).zip(in_tip) {
        file_of.insert(path.clone(), index(changes.files.len())?);
        changes.files.push(File {
            repository,
            path,
            exclusion,
            in_tip,
        });
    }
    let row_of: HashMap<CommitId, u32> = commits
        .iter()
        .enumerate()
        .filter(|(_, commit)| commit.repository == repository)
        .map(|(row, commit)| Ok((commit.commit, index(row)?)))
        .collect::<Result<_, Error>>()?;
    // Row group by row group: the texts of ten million changes at once would be a gigabyte.
    parquet::for_each_group(file_changes, &READ, |group| {
        append_group(changes, group, &row_of, &file_of)
    })
}

fn wrong(column: &str, message: &str) -> Error {
    Error::Column {
        column: column.to_owned(),
        message: message.to_owned(),
    }
}

fn index(n: usize) -> Result<u32, Error> {
    u32::try_from(n).map_err(|_| wrong(PATH, "has more than 2^32 values"))
}

fn append_group(
    changes: &mut Changes,
    group: &DataFrame,
    row_of: &HashMap<CommitId, u32>,
    file_of: &HashMap<String, u32>,
) -> Result<(), Error> {
    let series = |name: &str| {
        group
            .column(name)
            .map_err(|error| wrong(name, &error.to_string()))
            .map(|column| column.as_materialized_series().clone())
    };
    let (commit, path, previous) = (series(COMMIT)?, series(PATH)?, series(PREVIOUS_PATH)?);
    let mut last: Option<(&str, u32)> = None;
    for id in texts(&commit, COMMIT)?.iter() {
        let id = id.ok_or_else(|| wrong(COMMIT, "has a null where none may be"))?;
        let row = match last {
            Some((same, row)) if same == id => row,
            _ => *(id.parse().ok())
                .and_then(|id: CommitId| row_of.get(&id))
                .ok_or_else(|| {
                    wrong(
                        COMMIT,
                        "names a commit that the table `commits` does not have",
                    )
                })?,
        };
        last = Some((id, row));
        changes.commit.push(row);
    }
    let file = |path: &str| {
        file_of
            .get(path)
            .copied()
            .ok_or_else(|| wrong(PATH, "names a path that `files` does not have"))
    };
    for path in texts(&path, PATH)?.iter() {
        changes.file.push(file(
            path.ok_or_else(|| wrong(PATH, "has a null where none may be"))?,
        )?);
    }
    for path in texts(&previous, PREVIOUS_PATH)?.iter() {
        changes.previous_file.push(path.map(file).transpose()?);
    }
    changes
        .change
        .extend::<Vec<ChangeKind>>(Field::values(group, CHANGE)?);
    Ok(())
}

fn texts<'a>(series: &'a Series, name: &str) -> Result<&'a StringChunked, Error> {
    series
        .str()
        .map_err(|error| wrong(name, &error.to_string()))
}
