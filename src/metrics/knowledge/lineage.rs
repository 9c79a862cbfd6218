//! The history of every file across renames: which people added and changed it.

use std::collections::{BTreeMap, HashMap};

use crate::domain::{ChangeKind, Exclusion, PersonId};
use crate::metrics::{Lens, ProductLens};
use crate::tables::Tables;

/// What one person did to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deliveries {
    /// Whether the person added the file (or added it again after a deletion).
    pub added: bool,
    /// Changes and renames by the person, creation left out.
    pub n_changes: u32,
}

/// One file of the tip and its history, chained renames included.
#[derive(Debug, Clone)]
pub struct FileHistory {
    /// Index into `tables.changes.files`.
    pub file: u32,
    /// Deliveries by human, by person.
    pub by_person: BTreeMap<PersonId, Deliveries>,
    /// All counted changes and renames, by whomever of them, creation left out. A co-authored change counts once.
    pub n_changes: u32,
    /// Whether any change was left out because of its commit or its author.
    pub has_changes_left_out: bool,
}

/// Changes by the reason for which their commit is left out of knowledge.
pub type LeftOut = BTreeMap<&'static str, u64>;

/// The histories of the files of a product that exist at the as-of instant, by file index.
///
/// Replays the changes in history order, up to `lens.as_of`. Changes of excluded commits move files but credit nobody, and are
/// counted.
#[must_use]
pub fn file_histories(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> (Vec<FileHistory>, LeftOut) {
    let mut histories: Vec<FileHistory> = Vec::new();
    // Path → its history. A deleted path keeps its history: added again, it is the same file to those who knew it.
    let mut at_path: HashMap<u32, usize> = HashMap::new();
    let mut alive: HashMap<u32, bool> = HashMap::new();
    let mut left_out = LeftOut::new();
    let changes = &tables.changes;
    for at in 0..changes.len() {
        let (Some(&row), Some(&file), Some(&kind)) = (
            changes.commit.get(at),
            changes.file.get(at),
            changes.change.get(at),
        ) else {
            break;
        };
        let Some(commit) = usize::try_from(row)
            .ok()
            .and_then(|row| tables.commits.get(row))
        else {
            continue;
        };
        if !product.repositories.contains(&commit.repository)
            || !commit.on_default_branch
            || commit.committed_at >= lens.as_of
        {
            continue;
        }
        let previous = changes.previous_file.get(at).copied().flatten();
        let history = match (kind, previous) {
            (ChangeKind::Renamed, Some(previous)) => {
                alive.insert(previous, false);
                at_path.remove(&previous)
            }
            _ => at_path.get(&file).copied(),
        };
        let index = history.unwrap_or_else(|| {
            histories.push(FileHistory {
                file,
                by_person: BTreeMap::new(),
                n_changes: 0,
                has_changes_left_out: false,
            });
            histories.len() - 1
        });
        at_path.insert(file, index);
        alive.insert(file, kind != ChangeKind::Deleted);
        let Some(history) = histories.get_mut(index) else {
            continue;
        };
        history.file = file;
        if kind == ChangeKind::Deleted {
            continue;
        }
        let people: Vec<PersonId> = commit
            .authors()
            .filter(|person| tables.is_human(*person))
            .collect();
        let reason = match commit.exclusion {
            Some(exclusion) => Some(exclusion.word()),
            None if people.is_empty() => Some("by_automation"),
            None => None,
        };
        if let Some(reason) = reason {
            *left_out.entry(reason).or_default() += 1;
            history.has_changes_left_out = true;
            continue;
        }
        if kind != ChangeKind::Added {
            history.n_changes += 1;
        }
        for person in people {
            let deliveries = history.by_person.entry(person).or_default();
            if kind == ChangeKind::Added {
                deliveries.added = true;
            } else {
                deliveries.n_changes += 1;
            }
        }
    }
    let mut living: Vec<FileHistory> = at_path
        .into_iter()
        .filter(|(file, _)| alive.get(file).copied().unwrap_or(false))
        .filter_map(|(file, index)| {
            histories.get(index).map(|history| FileHistory {
                file,
                ..history.clone()
            })
        })
        .collect();
    living.sort_by_key(|history| history.file);
    (living, left_out)
}

/// Why a file is left out of the knowledge metrics; `None`: it counts.
#[must_use]
pub fn exclusion(tables: &Tables, file: u32) -> Option<Exclusion> {
    usize::try_from(file)
        .ok()
        .and_then(|at| tables.changes.files.get(at))
        .and_then(|file| file.exclusion)
}
