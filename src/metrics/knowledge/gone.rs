//! Files that a merge took away: history's changes say that they live, and the tip's tree does not have them.
//!
//! What a merge changes is recorded nowhere but in its own tree, and merges are no part of the history that is measured. So it
//! is not seen when a merge keeps a file out that one of its branches had: a tree that replaced another, or a file that was
//! renamed on one branch and changed on the other. Surviving lines are sampled from whole trees: they tell when it was gone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::chronicle::Chronicle;
use super::ground::index;
use crate::domain::{ChangeKind, RepositoryId};
use crate::tables::Tables;

/// The instants from which on such files of a product are gone, by file index.
///
/// That is the first sample of their repository after the last one that has lines of theirs, where there are samples; and the
/// last change that landed in their repository, at the latest: nothing later is known than the tip.
pub(super) fn gone_at(tables: &Tables, chronicle: &Chronicle) -> BTreeMap<u32, Timestamp> {
    let (left, tips) = left_at_the_end(tables, chronicle);
    let mut gone = BTreeMap::new();
    if left.is_empty() {
        return gone;
    }
    let owned = &tables.ownership;
    let mut samples: BTreeMap<RepositoryId, BTreeSet<Timestamp>> = BTreeMap::new();
    let mut last_seen: BTreeMap<u32, Timestamp> = BTreeMap::new();
    for (file, as_of) in owned.file.iter().zip(&owned.as_of) {
        let Some(repository) = repository(tables, *file) else {
            continue;
        };
        samples.entry(repository).or_default().insert(*as_of);
        if left.contains(file) {
            let seen = last_seen.entry(*file).or_insert(*as_of);
            *seen = (*seen).max(*as_of);
        }
    }
    for file in left {
        let Some(repository) = repository(tables, file) else {
            continue;
        };
        let tip = tips.get(&repository).copied().unwrap_or(Timestamp::MAX);
        let next = last_seen.get(&file).and_then(|seen| {
            let after = (std::ops::Bound::Excluded(*seen), std::ops::Bound::Unbounded);
            samples.get(&repository)?.range(after).next().copied()
        });
        gone.insert(file, next.unwrap_or(tip).min(tip));
    }
    gone
}

/// Files that live after the last change and are not in the tip's tree; and when each repository's last change landed.
fn left_at_the_end(
    tables: &Tables,
    chronicle: &Chronicle,
) -> (BTreeSet<u32>, BTreeMap<RepositoryId, Timestamp>) {
    let changes = &tables.changes;
    let mut lives = vec![false; changes.files.len()];
    let mut set = |file: u32, value: bool| {
        if let Some(lives) = lives.get_mut(index(file)) {
            *lives = value;
        }
    };
    let mut tips = BTreeMap::new();
    for landed in &chronicle.commits {
        for (_, previous) in changes.moves.of(landed.changes.clone()) {
            set(*previous, false);
        }
        let kinds = changes.change.get(landed.changes.clone());
        let files = changes.file.get(landed.changes.clone()).unwrap_or_default();
        for (file, kind) in files.iter().zip(kinds.unwrap_or_default()) {
            set(*file, *kind != ChangeKind::Deleted);
        }
        if let Some(repository) = files.first().and_then(|file| repository(tables, *file)) {
            tips.insert(repository, landed.at);
        }
    }
    let left = (0_u32..)
        .zip(lives.iter().zip(&changes.files))
        .filter(|(_, (lives, file))| **lives && !file.in_tip)
        .map(|(file, _)| file);
    (left.collect(), tips)
}

fn repository(tables: &Tables, file: u32) -> Option<RepositoryId> {
    Some(tables.changes.files.get(index(file))?.repository)
}
