//! Surviving lines per person and file: columnar.

use jiff::Timestamp;
use polars::prelude::*;

use super::Error;
use super::changes::Paths;
use super::column::{Field, Texts, constant_column, instant_column, int_column};
use super::parquet;
use crate::domain::{History, PersonId, RepositoryId};

/// Surviving lines of all repositories. All vectors have the same length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SurvivingLines {
    /// The instant.
    pub as_of: Vec<Timestamp>,
    /// Index into [`super::Changes::files`].
    pub file: Vec<u32>,
    /// Whose lines.
    pub person: Vec<PersonId>,
    /// How many; at least 1.
    pub lines: Vec<u32>,
}

const REPOSITORY: &str = "repository";
const AS_OF: &str = "as_of";
const PATH: &str = "path";
const PERSON: &str = "person";
const SURVIVING_LINES: &str = "surviving_lines";

/// A history's ownership as the table `ownership`, in Parquet: signatures of one person are added up.
pub fn to_parquet(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
) -> Result<Vec<u8>, Error> {
    parquet::to_parquet(&mut tabulate(history, repository, person_of)?)
}

fn tabulate(
    history: &History,
    repository: RepositoryId,
    person_of: &[PersonId],
) -> Result<DataFrame, Error> {
    let mut rows: Vec<(i64, u32, PersonId, u32)> = history
        .ownership
        .iter()
        .filter_map(|row| {
            let person = *person_of.get(usize::try_from(row.author.0).ok()?)?;
            let as_of = row.as_of.as_microsecond();
            Some((as_of, row.path, person, row.surviving_lines))
        })
        .collect();
    // They come by instant and path: then only the people of one file are to be sorted.
    if rows.is_sorted_by_key(|row| (row.0, row.1)) {
        for file in rows.chunk_by_mut(|one, next| (one.0, one.1) == (next.0, next.1)) {
            file.sort_unstable_by_key(|row| row.2);
        }
    } else {
        rows.sort_unstable_by_key(|row| (row.0, row.1, row.2));
    }
    rows.dedup_by(|later, kept| {
        let same = (later.0, later.1, later.2) == (kept.0, kept.1, kept.2);
        if same {
            kept.3 += later.3;
        }
        same
    });
    let paths = Texts::new(history.paths.iter().map(String::as_str));
    let columns = vec![
        constant_column(REPOSITORY, i64::from(repository.0), rows.len()),
        instant_column(AS_OF, rows.iter().map(|row| Some(row.0))),
        paths.column(PATH, rows.iter().map(|row| Some(row.1)))?,
        int_column(PERSON, rows.iter().map(|row| Some(i64::from(row.2.0)))),
        int_column(
            SURVIVING_LINES,
            rows.iter().map(|row| Some(i64::from(row.3))),
        ),
    ];
    DataFrame::new(rows.len(), columns).map_err(|error| Error::Column {
        column: "ownership".to_owned(),
        message: error.to_string(),
    })
}

/// Adds one repository's `ownership`, from Parquet; its paths are numbered from `first` on.
pub fn append(
    ownership: &mut SurvivingLines,
    frame: Vec<u8>,
    paths: &Paths,
    first: u32,
) -> Result<(), Error> {
    let wrong = |message: &str| Error::Column {
        column: PATH.to_owned(),
        message: message.to_owned(),
    };
    let frame = &parquet::from_parquet(frame)?;
    let texts = frame
        .column(PATH)
        .map_err(|error| wrong(&error.to_string()))?
        .as_materialized_series()
        .clone();
    let texts = texts.str().map_err(|error| wrong(&error.to_string()))?;
    let mut last: Option<(&str, u32)> = None;
    ownership.file.reserve(frame.height());
    for path in texts.iter() {
        let path = path.ok_or_else(|| wrong("has a null where none may be"))?;
        // Rows come file by file.
        let file = match last {
            Some((same, file)) if same == path => file,
            _ => paths
                .number(path)
                .ok_or_else(|| wrong("names a path that `files` does not have"))?
                .saturating_add(first),
        };
        last = Some((path, file));
        ownership.file.push(file);
    }
    ownership
        .as_of
        .extend::<Vec<Timestamp>>(Field::values(frame, AS_OF)?);
    ownership
        .person
        .extend::<Vec<PersonId>>(Field::values(frame, PERSON)?);
    ownership
        .lines
        .extend::<Vec<u32>>(Field::values(frame, SURVIVING_LINES)?);
    Ok(())
}
