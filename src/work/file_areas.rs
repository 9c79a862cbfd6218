//! The areas of a product's files.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use super::Reading;
use crate::domain::RepositoryId;

/// The areas of every file of `tables.changes.files`, by file index, for one product.
pub(crate) fn areas_of_files(reading: &Reading<'_>) -> Arc<AreasOfFiles> {
    reading.always(|| {
        let areas_of = |file: &crate::tables::changes::File| {
            if reading.product.repositories.contains(&file.repository) {
                reading.question.areas.of(
                    file.repository,
                    &file.path,
                    qualifier(reading, file.repository),
                )
            } else {
                Vec::new()
            }
        };
        AreasOfFiles(reading.tables.changes.files.iter().map(areas_of).collect())
    })
}

/// The repository of every area: where it has its first path, or its first path in a pull request.
#[must_use]
pub fn repositories_of_areas(reading: &Reading<'_>) -> BTreeMap<String, RepositoryId> {
    let Reading {
        tables,
        product,
        question,
        ..
    } = reading;
    let mut found: BTreeMap<String, RepositoryId> = BTreeMap::new();
    let of_files = areas_of_files(reading);
    for (file, areas) in tables.changes.files.iter().zip(of_files.iter()) {
        for area in areas {
            if !found.contains_key(area) {
                found.insert(area.clone(), file.repository);
            }
        }
    }
    // A path has the same areas wherever it stands: each is looked at once.
    let of_files = tables.changes.files.iter();
    let mut known: HashSet<(RepositoryId, &str)> = of_files
        .map(|file| (file.repository, file.path.as_str()))
        .collect();
    for file in &tables.facts.pull_request_files {
        let repository = file.repository;
        if product.has(repository) && known.insert((repository, &file.path)) {
            let qualifier = qualifier(reading, repository);
            for area in question.areas.of(repository, &file.path, qualifier) {
                found.entry(area).or_insert(repository);
            }
        }
    }
    found
}

/// The name that tells two repositories' directories apart, where the product has several.
#[must_use]
pub fn qualifier<'a>(reading: &Reading<'a>, repository: RepositoryId) -> Option<&'a str> {
    if reading.product.repositories.len() < 2 {
        return None;
    }
    reading
        .tables
        .repository(repository)
        .map(|found| found.name.rsplit('/').next().unwrap_or(&found.name))
}

/// The areas of every file, by file index.
#[derive(Debug)]
pub(crate) struct AreasOfFiles(Vec<Vec<String>>);

impl Deref for AreasOfFiles {
    type Target = [Vec<String>];

    fn deref(&self) -> &[Vec<String>] {
        &self.0
    }
}

/// The places of a product's files: the product itself, and its areas by name.
#[derive(Debug)]
pub struct FileAreas {
    /// Names of the areas, sorted.
    pub areas: Vec<String>,
    /// By file index: places in `areas`.
    pub(crate) of_file: Vec<Vec<u32>>,
}

impl FileAreas {
    /// The places of a product's files.
    #[must_use]
    pub fn of(reading: &Reading<'_>) -> Arc<Self> {
        reading.always(|| Self::gathered(&areas_of_files(reading)))
    }

    fn gathered(of_files: &[Vec<String>]) -> Self {
        let names: BTreeSet<&String> = of_files.iter().flatten().collect();
        let names: Vec<&String> = names.into_iter().collect();
        let place = |area: &String| {
            let place = names.binary_search(&area).ok()?;
            u32::try_from(place).ok()
        };
        Self {
            of_file: of_files
                .iter()
                .map(|areas| areas.iter().filter_map(place).collect())
                .collect(),
            areas: names.into_iter().cloned().collect(),
        }
    }

    /// By file index: its areas, by their place among the names.
    #[must_use]
    pub fn of_files(&self) -> &[Vec<u32>] {
        &self.of_file
    }

    /// The name of an area.
    #[must_use]
    pub fn name(&self, at: u32) -> Option<&str> {
        let name = self.areas.get(usize::try_from(at).ok()?)?;
        Some(name)
    }
}
