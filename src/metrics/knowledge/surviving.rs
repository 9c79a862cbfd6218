//! Surviving lines by file and person at sampled instants.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::lineage::exclusion;
use crate::domain::{PersonId, RepositoryId};
use crate::metrics::lens::{Missing, ProductLens};
use crate::tables::Tables;

/// Lines of humans in one file at its repository's sampled instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLines {
    /// Index into `tables.changes.files`.
    pub file: u32,
    /// Lines by human, by id.
    pub people: Vec<(PersonId, u64)>,
}

/// The last instant at or before `at` at which each of the product's repositories was sampled.
fn samples(
    tables: &Tables,
    product: &ProductLens,
    at: Timestamp,
) -> BTreeMap<RepositoryId, Timestamp> {
    let mut last: BTreeMap<RepositoryId, Timestamp> = BTreeMap::new();
    let owned = &tables.ownership;
    for (as_of, file) in owned.as_of.iter().zip(&owned.file) {
        let file = usize::try_from(*file)
            .ok()
            .and_then(|file| tables.changes.files.get(file));
        if let Some(file) = file.filter(|file| *as_of <= at && product.has(file.repository)) {
            let kept = last.entry(file.repository).or_insert(*as_of);
            *kept = (*kept).max(*as_of);
        }
    }
    last
}

/// The files of a product at the last sampled instants at or before `at`, by file; files that are left out are not among them.
#[must_use]
pub fn lines_at(tables: &Tables, product: &ProductLens, at: Timestamp) -> Vec<FileLines> {
    let samples = samples(tables, product, at);
    let owned = &tables.ownership;
    let mut lines: Vec<(u32, PersonId, u64)> = Vec::new();
    for ((as_of, file), (person, n)) in
        (owned.as_of.iter().zip(&owned.file)).zip(owned.person.iter().zip(&owned.lines))
    {
        let repository = usize::try_from(*file)
            .ok()
            .and_then(|at| tables.changes.files.get(at))
            .map(|file| file.repository);
        let is_sampled = repository.is_some_and(|id| samples.get(&id) == Some(as_of));
        if is_sampled && exclusion(tables, *file).is_none() {
            lines.push((*file, *person, u64::from(*n)));
        }
    }
    lines.sort_unstable();
    let mut files: Vec<FileLines> = Vec::new();
    for (file, person, n) in lines {
        if files.last().is_none_or(|last| last.file != file) {
            files.push(FileLines {
                file,
                people: Vec::new(),
            });
        }
        if let Some(last) = files.last_mut().filter(|_| tables.is_human(person)) {
            match last.people.last_mut() {
                Some((same, lines)) if *same == person => *lines += n,
                _ => last.people.push((person, n)),
            }
        }
    }
    files
}

/// Why surviving lines cannot be told; `None` where some were sampled.
#[must_use]
pub fn missing(files: &[FileLines]) -> Option<Missing> {
    files.is_empty().then(|| Missing {
        because: "surviving lines were not mined".to_owned(),
        fix: Some("run `linchpin mine` on a clone with its history".to_owned()),
    })
}
