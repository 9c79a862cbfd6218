//! What became of merged work: which pull request a commit came with, and which ones were taken back, by what and when.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::landing;
use super::reverts::Reverts;
use crate::domain::{CommitId, PrNumber, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::{self, Key};

/// A commit that took merged work back, or brought it in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The commit.
    pub commit: CommitId,
    /// When the default branch had it.
    pub at: Timestamp,
    /// The pull request that it came with; `None`: with none.
    pub pull_request: Option<Key>,
}

/// Work that was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// The revert.
    pub reverted: Turn,
    /// What brought it in again, if anything did.
    pub again: Option<Turn>,
}

/// The pull requests of commits, and what was taken back.
#[derive(Debug, Default)]
pub struct Aftermath {
    came_with: HashMap<(RepositoryId, CommitId), Key>,
    undone: BTreeMap<Key, Vec<Undone>>,
}

impl Aftermath {
    /// The pull request that a commit came with.
    #[must_use]
    pub fn pull_request(&self, repository: RepositoryId, commit: CommitId) -> Option<Key> {
        self.came_with.get(&(repository, commit)).copied()
    }

    /// What took a pull request's work back, by time.
    #[must_use]
    pub fn of(&self, key: Key) -> &[Undone] {
        self.undone.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// The aftermath of a product's pull requests; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Aftermath> {
    reading.once(|| found(reading))
}

fn found(reading: &Reading<'_>) -> Aftermath {
    let wholes = pull_requests::of_product(reading);
    let mut came_with: HashMap<(RepositoryId, CommitId), Key> = HashMap::new();
    // The weakest tie first, so that a stronger one takes its place: a number in a message, its own commits, its landing.
    let merged: BTreeMap<Key, Timestamp> = wholes
        .iter()
        .filter_map(|whole| Some((whole.key(), whole.pull_request.merged_at?)))
        .collect();
    let commits = || {
        let commits = reading.tables.commits.iter();
        commits.filter(|row| reading.product.has(row.repository))
    };
    for row in commits() {
        let key = row
            .pull_request
            .map(|number| (row.repository, PrNumber(number)));
        let merged_at = key.and_then(|key| merged.get(&key).copied());
        if let (Some(key), Some(merged_at)) = (key, merged_at)
            && landing::is_near(row.committed_at, Some(merged_at))
        {
            came_with.insert((row.repository, row.commit), key);
        }
    }
    for whole in wholes
        .iter()
        .filter(|whole| merged.contains_key(&whole.key()))
    {
        let repository = whole.pull_request.repository;
        let own = whole.commits.iter().map(|(commit, _)| *commit);
        came_with.extend(own.map(|commit| ((repository, commit), whole.key())));
    }
    let landings = landing::of_product(reading, &wholes);
    for (key, commit, _) in landings.all() {
        came_with.insert((key.0, commit), key);
    }
    let reverts = Reverts::of(reading).all();
    let mut landed_at: HashMap<(RepositoryId, CommitId), Timestamp> = HashMap::new();
    let mut brought_back: HashMap<(RepositoryId, CommitId), CommitId> = HashMap::new();
    for row in commits() {
        if let Some(reverted) = row.reverts.as_deref() {
            landed_at.insert((row.repository, row.commit), row.landed_at);
            brought_back.insert((row.repository, *reverted), row.commit);
        }
    }
    let turn = |repository: RepositoryId, commit: CommitId| {
        let at = landed_at.get(&(repository, commit)).copied()?;
        let pull_request = came_with.get(&(repository, commit)).copied();
        (at < reading.question.as_of).then_some(Turn {
            commit,
            at,
            pull_request,
        })
    };
    let mut undone: BTreeMap<Key, Vec<Undone>> = BTreeMap::new();
    for (repository, revert, reverted) in reverts {
        let (Some(key), Some(by)) = (
            came_with.get(&(repository, reverted)),
            turn(repository, revert),
        ) else {
            continue;
        };
        let again = brought_back.get(&(repository, revert));
        let again = again.and_then(|again| turn(repository, *again));
        undone.entry(*key).or_default().push(Undone {
            reverted: by,
            again,
        });
    }
    for undone in undone.values_mut() {
        undone.sort_by_key(|undone| (undone.reverted.at, undone.reverted.commit));
        // One pull request takes work back once, in however many commits.
        undone.dedup_by(|later, first| {
            let pull_request = first.reverted.pull_request;
            let is_same = pull_request.is_some() && later.reverted.pull_request == pull_request;
            if is_same {
                first.again = first.again.or(later.again);
            }
            is_same
        });
    }
    Aftermath { came_with, undone }
}
