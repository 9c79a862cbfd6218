//! What became of merged work: which pull requests were taken back, by what and when.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::carriers::{self, Carriers};
use super::reverts::Reverts;
use crate::domain::{CommitId, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::Key;

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

/// What was taken back, by pull request.
#[derive(Debug, Default)]
pub struct Aftermath {
    carriers: Arc<Carriers>,
    undone: BTreeMap<Key, Vec<Undone>>,
}

impl Aftermath {
    /// The pull request that a commit came with.
    #[must_use]
    pub fn pull_request(&self, repository: RepositoryId, commit: CommitId) -> Option<Key> {
        self.carriers.get(repository, commit)
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
    let carriers = carriers::of_product(reading);
    let commits = || {
        let commits = reading.tables.commits.iter();
        commits.filter(|row| reading.product.has(row.repository))
    };
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
        let pull_request = carriers.get(repository, commit);
        (at < reading.question.as_of).then_some(Turn {
            commit,
            at,
            pull_request,
        })
    };
    let mut undone: BTreeMap<Key, Vec<Undone>> = BTreeMap::new();
    for (repository, revert, reverted) in reverts {
        let (Some(key), Some(by)) = (carriers.get(repository, reverted), turn(repository, revert))
        else {
            continue;
        };
        let again = brought_back.get(&(repository, revert));
        let again = again.and_then(|again| turn(repository, *again));
        undone.entry(key).or_default().push(Undone {
            reverted: by,
            again,
        });
    }
    for undone in undone.values_mut() {
        undone.sort_by_key(|undone| (undone.reverted.at, undone.reverted.commit));
        // One pull request takes work back once, in however many commits; so does one commit, of a squash and of its own.
        undone.dedup_by(|later, first| {
            let pull_request = first.reverted.pull_request;
            let is_same = later.reverted.commit == first.reverted.commit
                || pull_request.is_some() && later.reverted.pull_request == pull_request;
            if is_same {
                first.again = first.again.or(later.again);
            }
            is_same
        });
    }
    Aftermath { carriers, undone }
}
