//! Which commits take a change back. A revert of a revert brings the change in again: that is no repair, it is the work itself.

use foldhash::HashMap;

use crate::domain::{CommitId, RepositoryId};
use crate::work::Reading;

/// A commit of a repository.
type Key = (RepositoryId, CommitId);

/// What a product's commits take back, those that only bring something in again left out.
#[derive(Debug, Default)]
pub struct Reverts(HashMap<Key, CommitId>);

impl Reverts {
    /// Of the commits that the default branches have, and of those that only releases do.
    #[must_use]
    pub fn of(reading: &Reading<'_>) -> Self {
        let landed = reading
            .tables
            .commits
            .iter()
            .map(|row| (row.repository, row.commit, row.reverts.as_deref().copied()));
        let beside = reading
            .tables
            .side_commits
            .iter()
            .map(|row| (row.repository, row.commit, row.reverts));
        let claims: HashMap<Key, CommitId> = landed
            .chain(beside)
            .filter(|(repository, ..)| reading.product.has(*repository))
            .filter_map(|(repository, commit, reverted)| Some(((repository, commit), reverted?)))
            .collect();
        let takes_back = |(repository, commit): &Key| {
            // Along what is reverted: an odd number of reverts is one, an even number none. Claims in a circle end somewhere.
            let mut n = 0_usize;
            let mut next = *commit;
            while let Some(reverted) = claims.get(&(*repository, next))
                && n < claims.len()
            {
                n += 1;
                next = *reverted;
            }
            n % 2 == 1
        };
        let kept = claims.iter().filter(|(key, _)| takes_back(key));
        Self(kept.map(|(key, reverted)| (*key, *reverted)).collect())
    }

    /// The commit that a commit takes back.
    #[must_use]
    pub fn reverted(&self, repository: RepositoryId, commit: CommitId) -> Option<CommitId> {
        self.0.get(&(repository, commit)).copied()
    }

    /// All of them, sorted: repository, the revert, what it takes back.
    #[must_use]
    pub fn all(&self) -> Vec<(RepositoryId, CommitId, CommitId)> {
        let mut all: Vec<_> = self
            .0
            .iter()
            .map(|((repository, commit), reverted)| (*repository, *commit, *reverted))
            .collect();
        all.sort_unstable();
        all
    }
}
