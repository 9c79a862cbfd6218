//! Files as an algorithm judges them, without their names and by place: what the panel's figures are computed from.

use super::holders::JudgedFile;
use crate::metrics::measure::Ledger;
use crate::work::Fate;
use crate::work::file_areas::FileAreas;

/// Files with their fates, and those who hold each.
#[derive(Debug)]
pub struct Holdings<H> {
    files: Vec<(u32, Fate)>,
    /// By file: where its holders end.
    ends: Vec<usize>,
    holders: Vec<H>,
}

impl<H> Default for Holdings<H> {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            ends: Vec::new(),
            holders: Vec::new(),
        }
    }
}

impl<H> Holdings<H> {
    /// Adds a file.
    pub fn push(&mut self, file: u32, judged: JudgedFile<Vec<H>>) {
        self.files.push((file, judged.fate));
        self.holders.extend(judged.holders);
        self.ends.push(self.holders.len());
    }

    fn iter(&self) -> impl Iterator<Item = (u32, Fate, &[H])> {
        let mut from = 0;
        self.files
            .iter()
            .zip(&self.ends)
            .map(move |((file, fate), end)| {
                let holders = self.holders.get(from..*end).unwrap_or(&[]);
                from = *end;
                (*file, *fate, holders)
            })
    }
}

impl FileAreas {
    /// What an algorithm's estimate says of every place that has a file: of the product first, then by area; `None` where no
    /// file counts.
    pub fn figures<H, T>(
        &self,
        parts: &[&Holdings<H>],
        estimate: &dyn Fn(&[&[H]]) -> T,
    ) -> Vec<(Option<&str>, Option<T>, Ledger)> {
        let mut files: Vec<(u32, Fate, &[H])> = parts.iter().flat_map(|part| part.iter()).collect();
        // Sums of shares depend on their order in the last digits.
        files.sort_by_key(|(file, _, _)| *file);
        let mut places: Vec<(Vec<&[H]>, Ledger)> = Vec::new();
        places.resize_with(self.areas.len() + 1, Default::default);
        for (file, fate, holders) in files {
            let areas = usize::try_from(file)
                .ok()
                .and_then(|file| self.of_file.get(file))
                .into_iter()
                .flatten();
            let areas = areas.filter_map(|area| usize::try_from(*area).ok());
            for place in areas.map(|area| area + 1).chain([0]) {
                if let Some((included, ledger)) = places.get_mut(place) {
                    ledger.count(fate, 1);
                    if fate == Fate::Included {
                        included.push(holders);
                    }
                }
            }
        }
        let names = std::iter::once(None).chain(self.areas.iter().map(|name| Some(name.as_str())));
        names
            .zip(places)
            .filter(|(_, (_, ledger))| ledger.population() > 0)
            .map(|(name, (included, ledger))| {
                let found = (!included.is_empty()).then(|| estimate(&included));
                (name, found, ledger)
            })
            .collect()
    }
}
