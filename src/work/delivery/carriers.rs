//! Which pull request a commit of the default branch came with.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::landing;
use crate::domain::{CommitId, PrNumber, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::{FullPullRequest, Key, of_product as pull_requests};

/// The pull requests that commits came with.
#[derive(Debug, Default)]
pub struct Carriers(HashMap<(RepositoryId, CommitId), Key>);

/// Of a product; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Carriers> {
    reading.once(|| Carriers::of(reading))
}

/// The merged pull request whose number a commit's message has, where it landed about when that was merged.
fn named(
    reading: &Reading<'_>,
    wholes: &[FullPullRequest<'_>],
) -> HashMap<(RepositoryId, CommitId), Key> {
    let merged: HashMap<Key, Timestamp> = wholes
        .iter()
        .filter_map(|whole| Some((whole.key(), whole.pull_request.merged_at?)))
        .collect();
    let commits = reading.tables.commits.iter();
    let of_product = commits.filter(|row| reading.product.has(row.repository));
    of_product
        .filter_map(|row| {
            let key = (row.repository, PrNumber(row.pull_request?));
            let merged_at = merged.get(&key)?;
            let is_near = landing::is_near(row.committed_at, Some(*merged_at));
            is_near.then_some(((row.repository, row.commit), key))
        })
        .collect()
}

impl Carriers {
    fn of(reading: &Reading<'_>) -> Self {
        let wholes = pull_requests(reading);
        let landings = landing::of_product(reading, &wholes);
        // The weakest tie first, so that a stronger one takes its place: a number in the message of about the merge.
        let mut carriers = named(reading, &wholes);
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
