//! Which deployment first shipped a commit: by ancestry, for all deployments in one pass over the history.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;

use super::deployments::Found;
use crate::domain::{CommitId, RepositoryId};
use crate::metrics::measure::Fate;
use crate::tables::Tables;

/// A successful production deployment, placed in its repository's history.
#[derive(Debug, Clone)]
pub struct Shipped {
    /// Its repository.
    pub repository: RepositoryId,
    /// When it finished.
    pub at: Timestamp,
    /// The commit; `None`: GitHub no longer names it.
    pub commit: Option<CommitId>,
    /// Whether the history knows the commit.
    pub is_known: bool,
    /// The first of its repository: what it shipped is unknown.
    pub is_baseline: bool,
    /// A redeploy of a commit older than what its environment already ran.
    pub is_rollback: bool,
}

/// Every successful production deployment by time, and for every commit the one that shipped it first.
#[derive(Debug, Default)]
pub struct Shipping {
    /// By repository, then time.
    pub deployments: Vec<Shipped>,
    first: HashMap<(RepositoryId, CommitId), usize>,
}

impl Shipping {
    /// Places a product's deployments in the histories of its repositories. Linear in commits plus deployments.
    #[must_use]
    pub fn of(tables: &Tables, found: &Found) -> Self {
        let mut shipping = Self::default();
        let mut by_repository: BTreeMap<RepositoryId, Vec<_>> = BTreeMap::new();
        for candidate in found
            .candidates
            .iter()
            .filter(|candidate| candidate.fate == Fate::Included)
        {
            by_repository
                .entry(candidate.deployment.repository)
                .or_default()
                .push(candidate);
        }
        for (repository, candidates) in by_repository {
            let parents: HashMap<CommitId, &[CommitId]> = tables
                .commits
                .iter()
                .filter(|commit| commit.repository == repository)
                .map(|commit| (commit.commit, commit.parents.as_slice()))
                .collect();
            // What each environment already ran: to be behind that is a rollback.
            let mut running: HashMap<&str, CommitId> = HashMap::new();
            let mut shipped_to: HashMap<&str, HashSet<CommitId>> = HashMap::new();
            for candidate in candidates {
                let deployment = &candidate.deployment;
                let environment = deployment.environment.as_str();
                let index = shipping.deployments.len();
                let known = deployment
                    .commit
                    .filter(|commit| parents.contains_key(commit));
                let is_baseline = !shipping
                    .deployments
                    .iter()
                    .any(|earlier| earlier.repository == repository && earlier.is_known);
                let mut is_rollback = false;
                if let Some(commit) = known {
                    let there = shipped_to.entry(environment).or_default();
                    is_rollback =
                        there.contains(&commit) && running.get(environment) != Some(&commit);
                    running.insert(environment, commit);
                    walk(commit, &parents, |ancestor| there.insert(ancestor));
                    walk(commit, &parents, |ancestor| {
                        let is_new = !shipping.first.contains_key(&(repository, ancestor));
                        if is_new {
                            shipping.first.insert((repository, ancestor), index);
                        }
                        is_new
                    });
                }
                shipping.deployments.push(Shipped {
                    repository,
                    at: candidate.at(),
                    commit: deployment.commit,
                    is_known: known.is_some(),
                    is_baseline,
                    is_rollback,
                });
            }
        }
        shipping
    }

    /// The deployment that first shipped a commit; `None` while none has.
    #[must_use]
    pub fn first(&self, repository: RepositoryId, commit: CommitId) -> Option<&Shipped> {
        self.deployments
            .get(*self.first.get(&(repository, commit))?)
    }
}

/// Walks from a commit to its ancestors for as long as `enter` says that one is new.
fn walk(
    from: CommitId,
    parents: &HashMap<CommitId, &[CommitId]>,
    mut enter: impl FnMut(CommitId) -> bool,
) {
    let mut pending = vec![from];
    while let Some(commit) = pending.pop() {
        if let Some(next) = parents.get(&commit)
            && enter(commit)
        {
            pending.extend_from_slice(next);
        }
    }
}
