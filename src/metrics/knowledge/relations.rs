//! Who made every living file, as relations: renames are followed here, and not in SQL.

use crate::tables::question::{FileHistoryRow, LineageRow, TouchRow};
use crate::tables::relation::Relation;
use crate::work::Reading;
use crate::work::history::lineage::{each_touch, file_histories};

/// The relations, each sorted.
#[derive(Default)]
pub struct HistoryRelations {
    /// Every living file, numbered.
    pub lineages: Relation<LineageRow>,
    /// Who added and changed every living file.
    pub file_histories: Relation<FileHistoryRow>,
    /// Every change and review of a living file.
    pub touches: Relation<TouchRow>,
    /// Living files that are numbered by now.
    n_lineages: u64,
}

impl HistoryRelations {
    /// Adds the files of a product.
    pub fn add_product(&mut self, reading: &Reading<'_>) {
        let histories = file_histories(reading);
        let first = self.n_lineages;
        self.n_lineages += u64::try_from(histories.files.len()).unwrap_or(u64::MAX);
        for (lineage, history) in (first..).zip(&histories.files) {
            let at = usize::try_from(history.file).ok();
            let Some(file) = at.and_then(|at| reading.tables.changes.files.get(at)) else {
                continue;
            };
            self.lineages.push(LineageRow {
                lineage,
                product: reading.product.name.clone(),
                repository: file.repository,
                path: file.path.clone(),
                has_history: history.changers().next().is_some(),
            });
            self.file_histories
                .extend(history.changers().map(|done| FileHistoryRow {
                    product: reading.product.name.clone(),
                    repository: file.repository,
                    path: file.path.clone(),
                    person: done.person,
                    added: done.added,
                    n_changes: done.n_changes,
                    n_file_changes: history.n_changes,
                }));
        }
        each_touch(reading, &mut |touch| {
            self.touches.push(TouchRow {
                lineage: first + u64::from(touch.history),
                person: touch.person,
                is_review: touch.is_review,
                position: touch.position,
                at: touch.at,
            });
        });
    }
}
