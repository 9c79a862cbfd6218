//! Which pull request a commit of the default branch came with.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::landing;
use crate::domain::{CommitId, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::{Key, of_product as pull_requests};

/// The pull requests that commits came with.
#[derive(Debug, Default)]
pub struct Carriers(HashMap<(RepositoryId, CommitId), Key>);

/// Of a product; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Carriers> {
    reading.once(|| Carriers::of(reading))
}

impl Carriers {
    fn of(reading: &Reading<'_>) -> Self {
        let wholes = pull_requests(reading);
        let landings = landing::of_product(reading, &wholes);
        let mut carriers: HashMap<(RepositoryId, CommitId), Key> = HashMap::new();
        // A rebase gives commits new ids and leaves their author times.
        let mut by_time: HashMap<(RepositoryId, Timestamp), BTreeSet<Key>> = HashMap::new();
        let merged = wholes
            .iter()
            .filter(|whole| whole.pull_request.merged_at.is_some());
        for whole in merged {
            let repository = whole.pull_request.repository;
            for (commit, authored_at) in whole.commits.iter() {
                carriers.insert((repository, *commit), whole.key());
                let of_time = by_time.entry((repository, *authored_at)).or_default();
                of_time.insert(whole.key());
            }
        }
        // Where it landed is surer than what it was made of: a commit can be on two branches.
        for (key, commit, _) in landings.all() {
            carriers.insert((key.0, commit), key);
        }
        for (at, row) in reading.tables.commits.iter().enumerate() {
            let commit = (row.repository, row.commit);
            if !landings.is_absorbed_row(at) || carriers.contains_key(&commit) {
                continue;
            }
            let of_time = by_time.get(&(row.repository, row.authored_at));
            let only = of_time
                .filter(|keys| keys.len() == 1)
                .and_then(BTreeSet::first);
            if let Some(key) = only {
                carriers.insert(commit, *key);
            }
        }
        Self(carriers)
    }

    /// The pull request that a commit came with.
    #[must_use]
    pub fn get(&self, repository: RepositoryId, commit: CommitId) -> Option<Key> {
        self.0.get(&(repository, commit)).copied()
    }
}
