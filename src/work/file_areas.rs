//! The areas of a product's files, by dense indices.

use crate::work::Reading;
use std::collections::BTreeSet;

use super::question::areas_of_files;

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
    pub fn of(reading: &Reading<'_>) -> Self {
        let of_files = areas_of_files(reading);
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
