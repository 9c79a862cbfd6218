//! Which pull request a commit of the default branch came with.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use jiff::Timestamp;

use super::ancestry::{self, Ancestry};
use super::landing;
use crate::domain::{CommitId, PrNumber, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::{FullPullRequest, Key, of_product as pull_requests};

/// The pull requests that commits came with.
#[derive(Debug, Default)]
pub struct Carriers {
    ancestry: Arc<Ancestry>,
    /// The product's pull requests.
    keys: Vec<Key>,
    /// By row of the ancestry: 0, or one more than the place of a key. There are millions of rows.
    by_row: Vec<u32>,
    /// Of commits that the history does not know.
    elsewhere: HashMap<(RepositoryId, CommitId), Key>,
}

/// Of a product; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Carriers> {
    reading.once(|| Carriers::of(reading))
}

impl Carriers {
    fn of(reading: &Reading<'_>) -> Self {
        let wholes = pull_requests(reading);
        let landings = landing::of_product(reading, &wholes);
        let ancestry = ancestry::of_product(reading);
        let mut carriers = Self {
            keys: wholes.iter().map(FullPullRequest::key).collect(),
            by_row: vec![0; ancestry.n_rows()],
            ancestry,
            elsewhere: HashMap::new(),
        };
        // The weakest tie first, so that a stronger one takes its place: a number in the message of about the merge.
        carriers.named(reading, &wholes);
        let merged = (1_u32..).zip(&wholes);
        let merged = merged.filter(|(_, whole)| whole.pull_request.merged_at.is_some());
        for (carrier, whole) in merged.clone() {
            for own in &whole.commits {
                carriers.insert(own.commit, whole.key(), carrier);
            }
        }
        // Where it landed is surer than what it was made of: a commit can be on two branches.
        for (key, commit, _) in landings.all() {
            if let Ok(place) = carriers.keys.binary_search(&key) {
                let carrier = u32::try_from(place + 1).unwrap_or_default();
                carriers.insert(commit, key, carrier);
            }
        }
        // A rebase gives commits new ids and leaves their author times.
        let rebased: Vec<usize> = (0..reading.tables.commits.len())
            .filter(|row| landings.is_absorbed_row(*row) && carriers.of_row(*row).is_none())
            .collect();
        let only = only_of_its_time(reading, &rebased, merged);
        for row in rebased {
            if let Some(commit) = reading.tables.commits.get(row)
                && let Some(Some(carrier)) = only.get(&(commit.repository, commit.authored_at))
                && let Some(slot) = carriers.by_row.get_mut(row)
            {
                *slot = *carrier;
            }
        }
        carriers
    }

    /// The merged pull request whose number a commit's message has, where it landed about when that was merged.
    fn named(&mut self, reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) {
        let merged: HashMap<Key, (u32, Timestamp)> = (1_u32..)
            .zip(wholes)
            .filter_map(|(carrier, whole)| {
                Some((whole.key(), (carrier, whole.pull_request.merged_at?)))
            })
            .collect();
        let commits = reading.tables.commits.iter().zip(&mut self.by_row);
        for (row, slot) in commits.filter(|(row, _)| reading.product.has(row.repository)) {
            let key = row
                .pull_request
                .map(|number| (row.repository, PrNumber(number)));
            let named = key.and_then(|key| merged.get(&key));
            let near = named.filter(|(_, at)| landing::is_near(row.committed_at, Some(*at)));
            *slot = near.map_or(0, |(carrier, _)| *carrier);
        }
    }

    fn insert(&mut self, commit: CommitId, key: Key, carrier: u32) {
        let row = self.ancestry.row(key.0, commit);
        match row.and_then(|row| self.by_row.get_mut(row)) {
            Some(slot) => *slot = carrier,
            None => {
                self.elsewhere.insert((key.0, commit), key);
            }
        }
    }

    /// The pull request that a commit came with.
    #[must_use]
    pub fn get(&self, repository: RepositoryId, commit: CommitId) -> Option<Key> {
        match self.ancestry.row(repository, commit) {
            Some(row) => self.of_row(row),
            None => self.elsewhere.get(&(repository, commit)).copied(),
        }
    }

    /// The same by the commit's row in `tables.commits`.
    #[must_use]
    pub fn of_row(&self, row: usize) -> Option<Key> {
        let place = self.by_row.get(row)?.checked_sub(1)?;
        self.keys.get(usize::try_from(place).ok()?).copied()
    }
}

/// By the author times of some rows: the only merged pull request that has a commit of that time, as rows name it; `None`: several
/// have.
fn only_of_its_time<'a>(
    reading: &Reading<'_>,
    rows: &[usize],
    merged: impl Iterator<Item = (u32, &'a FullPullRequest<'a>)>,
) -> HashMap<(RepositoryId, Timestamp), Option<u32>> {
    let commits = rows
        .iter()
        .filter_map(|row| reading.tables.commits.get(*row));
    let wanted: HashSet<(RepositoryId, Timestamp)> = commits
        .map(|row| (row.repository, row.authored_at))
        .collect();
    let mut only: HashMap<(RepositoryId, Timestamp), Option<u32>> = HashMap::new();
    if wanted.is_empty() {
        return only;
    }
    for (carrier, whole) in merged {
        for own in &whole.commits {
            let time = (whole.pull_request.repository, own.authored_at);
            if wanted.contains(&time) {
                let found = only.entry(time).or_insert(Some(carrier));
                if *found != Some(carrier) {
                    *found = None;
                }
            }
        }
    }
    only
}
