//! Changed files: columnar, with paths stored once.

mod decode;
mod runs;

pub use decode::{Paths, groups, read_group, read_paths};
pub use runs::Runs;

use polars::prelude::*;

use super::Error;
use super::column::{Field, Texts, constant_column, int_column, text_column};
use super::parquet;
use crate::domain::{ChangeKind, Exclusion, History, RepositoryId};

/// Changed files of all repositories, by commit. All column vectors have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Which of them each commit made.
    pub runs: Runs,
    /// Index into `files`: the path after the change; on the default branch, where a subtree merge brought the file there.
    pub file: Vec<u32>,
    /// Which changes moved a file, and from where: few of millions.
    pub moves: Moves,
    /// How it changed.
    pub change: Vec<ChangeKind>,
    /// Distinct paths.
    pub files: Vec<File>,
}

/// By change, in their order: index into [`Changes::files`] of where a renamed file was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves(Vec<(usize, u32)>);

impl Moves {
    /// Those of some changes, in their order.
    #[must_use]
    pub fn of(&self, changes: std::ops::Range<usize>) -> &[(usize, u32)] {
        let place = |change: usize| self.0.partition_point(|(at, _)| *at < change);
        self.0
            .get(place(changes.start)..place(changes.end))
            .unwrap_or(&[])
    }

    /// Where the files were, to be numbered anew.
    pub(super) fn files_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.0.iter_mut().map(|(_, file)| file)
    }

    /// Keeps those of the changes that stay, by change.
    pub(super) fn keep(&mut self, stays: &[bool]) {
        let mut moves = std::mem::take(&mut self.0).into_iter().peekable();
        let mut place = 0;
        for (change, stays) in stays.iter().enumerate() {
            while let Some((_, file)) = moves.next_if(|(at, _)| *at == change) {
                if *stays {
                    self.0.push((place, file));
                }
            }
            place += usize::from(*stays);
        }
    }
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
        self.file.len()
    }

    /// The files that the commit of a row changes.
    #[must_use]
    pub fn files_of(&self, row: usize) -> &[u32] {
        self.file.get(self.runs.of(row)).unwrap_or_default()
    }

    /// Every change's row of [`super::Tables::commits`] and its file, in their order.
    pub fn rows_and_files(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.runs.iter().flat_map(|(row, changes)| {
            let files = self.file.get(changes).unwrap_or_default();
            files.iter().map(move |file| (row, *file))
        })
    }

    /// Keeps the changes that stay, by change.
    pub(super) fn keep(&mut self, stays: &[bool]) {
        self.runs.keep(stays);
        self.moves.keep(stays);
        super::landed::keep(&mut self.file, stays);
        super::landed::keep(&mut self.change, stays);
    }

    /// Puts other changes after these, whose files are numbered from `first` on.
    pub fn extend(&mut self, others: Self, first: u32) {
        let shifted = |file: u32| file.saturating_add(first);
        self.runs.extend(others.runs);
        self.file.extend(others.file.into_iter().map(shifted));
        let first_change = self.change.len();
        let moved = others.moves.0.into_iter();
        self.moves
            .0
            .extend(moved.map(|(at, file)| (at + first_change, shifted(file))));
        self.change.extend(others.change);
        self.files.extend(others.files);
    }

    /// Makes room for `more` further changes.
    pub fn reserve(&mut self, more: usize) {
        self.file.reserve_exact(more);
        self.change.reserve_exact(more);
    }

    /// Adds a change; `previous_file` is where a renamed file was.
    pub fn push(&mut self, commit: u32, file: u32, previous_file: Option<u32>, change: ChangeKind) {
        self.moves
            .0
            .extend(previous_file.map(|previous| (self.change.len(), previous)));
        self.runs.push(commit);
        self.file.push(file);
        self.change.push(change);
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.file.is_empty()
    }
}

const REPOSITORY: &str = "repository";
const COMMIT: &str = "commit";
const PATH: &str = "path";
const PREVIOUS_PATH: &str = "previous_path";
const LANDED_PATH: &str = "landed_path";
const LANDED_PREVIOUS_PATH: &str = "landed_previous_path";
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
            constant_column(REPOSITORY, i64::from(repository.0), n),
            ids.column(COMMIT, changes.iter().map(|change| Some(change.commit)))?,
            paths.column(PATH, changes.iter().map(|change| Some(change.path)))?,
            paths.column(
                PREVIOUS_PATH,
                changes.iter().map(|change| change.previous_path),
            )?,
            paths.column(LANDED_PATH, changes.iter().map(|change| change.landed_path))?,
            paths.column(
                LANDED_PREVIOUS_PATH,
                changes.iter().map(|change| change.landed_previous_path),
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
            constant_column(REPOSITORY, i64::from(repository.0), n),
            Field::column(PATH, history.paths.iter().collect()),
            Field::column(EXCLUSION, history.path_exclusions.iter().collect()),
            Field::column(IN_TIP, history.path_in_tip.iter().collect()),
        ],
    )
}
