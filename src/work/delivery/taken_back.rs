//! Which pull requests were taken back by a later commit, through which pull request, and which one brought them in again.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::carriers;
use super::reverts::Reverts;
use crate::domain::{CommitId, RepositoryId};
use crate::work::Reading;
use crate::work::pull_requests::Key;

/// A pull request that was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The pull request.
    pub key: Key,
    /// When the default branch had the revert.
    pub at: Timestamp,
    /// The commit that takes it back.
    pub commit: CommitId,
    /// The pull request that the revert came with; `None`: a commit without one.
    pub by: Option<Key>,
    /// The pull request that brought it in again, and when.
    pub again: Option<(Key, Timestamp)>,
}

/// What of a product was taken back by the as-of instant, by pull request and time; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Vec<TakenBack>> {
    reading.once(|| found(reading))
}

fn found(reading: &Reading<'_>) -> Vec<TakenBack> {
    let carriers = carriers::of_product(reading);
    let inside = |at: &Timestamp| *at < reading.question.as_of;
    let commits = reading.tables.commits.iter();
    let of_product = commits.filter(|row| reading.product.has(row.repository));
    let mut landed_at: HashMap<(RepositoryId, CommitId), Timestamp> = HashMap::new();
    // What reverts a revert brings the change in again.
    let mut undone_by: HashMap<(RepositoryId, CommitId), (CommitId, Timestamp)> = HashMap::new();
    for row in of_product.filter(|row| inside(&row.landed_at)) {
        landed_at.insert((row.repository, row.commit), row.landed_at);
        if let Some(reverted) = &row.reverts {
            undone_by.insert((row.repository, **reverted), (row.commit, row.landed_at));
        }
    }
    let taken = Reverts::of(reading).all().into_iter();
    let mut found: Vec<TakenBack> = taken
        .filter_map(|(repository, commit, reverted)| {
            let key = carriers.get(repository, reverted)?;
            let at = *landed_at.get(&(repository, commit))?;
            let by = carriers.get(repository, commit);
            let again = undone_by
                .get(&(repository, commit))
                .and_then(|(again, at)| Some((carriers.get(repository, *again)?, *at)));
            Some(TakenBack {
                key,
                at,
                commit,
                by: by.filter(|by| *by != key),
                again,
            })
        })
        .collect();
    found.sort_by_key(|one| (one.key, one.at, one.commit));
    // A squash and its own commit say the same of one pull request.
    found.dedup_by_key(|one| (one.key, one.commit));
    found
}
