//! What one person committed to the default branches, as git tells it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Reading;
use super::delivery::landing;
use super::file_areas::FileAreas;
use super::pull_requests;
use crate::domain::{CommitId, PersonId, RepositoryId};

/// A commit that somebody made, alone or with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// When the default branch had it.
    pub at: Timestamp,
    /// Its author.
    pub author: PersonId,
    /// The people credited, the author first.
    pub people: Vec<PersonId>,
    /// First line.
    pub subject: String,
    /// The areas that it touches, sorted.
    pub areas: Vec<String>,
    /// Whether it came with a pull request.
    pub came_with_a_pull_request: bool,
}

/// The commits of a product that credit somebody, in landing order: no merges, and none that knowledge leaves out.
#[must_use]
pub fn of_person(reading: &Reading<'_>, person: PersonId) -> Vec<Made> {
    let tables = reading.tables;
    let rows: Vec<usize> = tables
        .commits
        .iter()
        .enumerate()
        .filter(|(_, row)| reading.product.has(row.repository) && !row.is_merge)
        .filter(|(_, row)| row.exclusion.is_none() && row.landed_at < reading.question.as_of)
        .filter(|(_, row)| row.authors().any(|author| author == person))
        .map(|(at, _)| at)
        .collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let landings = landing::of_product(reading, &pull_requests::of_product(reading));
    let mut areas = areas_of(reading, &rows);
    let made = |at: usize| {
        let row = tables.commits.get(at)?;
        Some(Made {
            repository: row.repository,
            commit: row.commit,
            at: row.landed_at,
            author: row.author,
            people: row
                .authors()
                .filter(|person| tables.is_human(*person))
                .collect(),
            subject: row.subject.clone(),
            areas: areas.remove(&at).unwrap_or_default(),
            came_with_a_pull_request: landings.is_absorbed_row(at),
        })
    };
    rows.into_iter().filter_map(made).collect()
}

/// When a product's history starts; `None` without one.
#[must_use]
pub fn starts_at(reading: &Reading<'_>) -> Option<Timestamp> {
    let commits = reading.tables.commits.iter();
    let own = commits.filter(|row| reading.product.has(row.repository));
    own.map(|row| row.landed_at).min()
}

/// The areas that some commits touch, by row.
fn areas_of(reading: &Reading<'_>, rows: &[usize]) -> BTreeMap<usize, Vec<String>> {
    let mut found: BTreeMap<usize, Vec<String>> =
        rows.iter().map(|row| (*row, Vec::new())).collect();
    let places = FileAreas::of(reading);
    let changes = &reading.tables.changes;
    for (row, file) in changes.commit.iter().zip(&changes.file) {
        let (Ok(row), Ok(file)) = (usize::try_from(*row), usize::try_from(*file)) else {
            continue;
        };
        if let Some(areas) = found.get_mut(&row) {
            let of_file = places.of_files().get(file).into_iter().flatten();
            let names = of_file.filter_map(|area| places.name(*area));
            areas.extend(names.map(str::to_owned));
        }
    }
    for areas in found.values_mut() {
        areas.sort();
        areas.dedup();
    }
    found
}
