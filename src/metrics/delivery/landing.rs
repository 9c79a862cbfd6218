//! How a pull request reached the default branch: through which commit, and on which rung of evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::domain::{CommitId, PullRequestState, RepositoryId};
use crate::metrics::pull_requests::{Key, Whole};
use crate::metrics::{Lens, ProductLens};
use crate::tables::{CommitRow, Tables};

/// What ties a pull request to a commit of the default branch, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// GitHub names the commit.
    MergeCommit,
    /// Its own last commit is on the default branch.
    OwnCommit,
    /// A commit there makes the same change as the whole of it, or as one of its commits.
    SamePatch,
    /// A commit there says it was cherry-picked from one of its commits.
    CherryPick,
    /// A commit's subject there names the pull request.
    Subject,
}

impl Rung {
    /// The word printed in notes.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::MergeCommit => "merge commit",
            Self::OwnCommit => "own commit",
            Self::CherryPick => "cherry-pick trailer",
            Self::SamePatch => "same patch",
            Self::Subject => "number in the subject",
        }
    }
}

/// Where pull requests landed, and which commits of the default branch are theirs.
#[derive(Debug, Default)]
pub struct Landings {
    landed: HashMap<Key, (CommitId, Rung)>,
    absorbed: HashSet<(RepositoryId, CommitId)>,
    reverts: HashMap<Key, Vec<CommitId>>,
}

/// Where a product's pull requests landed; found once where the lens is shared.
#[must_use]
pub fn of_product(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    wholes: &[Whole<'_>],
) -> Arc<Landings> {
    lens.shared
        .landings(lens, product, || Landings::of(tables, product, wholes))
}

impl Landings {
    /// Finds the landing commit of every merged pull request.
    #[must_use]
    pub fn of(tables: &Tables, product: &ProductLens, wholes: &[Whole<'_>]) -> Self {
        let commits: HashMap<(RepositoryId, CommitId), &CommitRow> = tables
            .commits
            .iter()
            .filter(|commit| {
                commit.on_default_branch && product.repositories.contains(&commit.repository)
            })
            .map(|commit| ((commit.repository, commit.commit), commit))
            .collect();
        // The last commit in history order wins: a re-landed pull request lands again.
        let mut picked: HashMap<(RepositoryId, CommitId), CommitId> = HashMap::new();
        let mut named: HashMap<Key, CommitId> = HashMap::new();
        for commit in tables
            .commits
            .iter()
            .filter(|commit| commits.contains_key(&(commit.repository, commit.commit)))
        {
            if let Some(source) = commit.cherry_picked_from {
                picked.insert((commit.repository, source), commit.commit);
            }
            if let Some(number) = commit.pull_request {
                named.insert(
                    (commit.repository, crate::domain::PrNumber(number)),
                    commit.commit,
                );
            }
        }
        let same = tables.same_patches();
        let mut landings = Self::default();
        for whole in wholes
            .iter()
            .filter(|whole| whole.pull_request.state == PullRequestState::Merged)
        {
            let repository = whole.pull_request.repository;
            let there = |commit: &CommitId| commits.contains_key(&(repository, *commit));
            let own = || whole.commits.iter().rev().map(|(commit, _)| *commit);
            let landed = (whole
                .pull_request
                .merge_commit
                .filter(there)
                .map(|commit| (commit, Rung::MergeCommit)))
            .or_else(|| own().find(there).map(|commit| (commit, Rung::OwnCommit)))
            .or_else(|| {
                own()
                    .find_map(|commit| same.get(&(repository, commit)))
                    .filter(|commit| there(commit))
                    .map(|c| (*c, Rung::SamePatch))
            })
            .or_else(|| {
                own()
                    .find_map(|commit| picked.get(&(repository, commit)))
                    .map(|c| (*c, Rung::CherryPick))
            })
            .or_else(|| {
                named
                    .get(&whole.key())
                    .map(|commit| (*commit, Rung::Subject))
            });
            if let Some((commit, rung)) = landed {
                landings.landed.insert(whole.key(), (commit, rung));
                landings.absorb(repository, commit, whole, &commits);
            }
        }
        landings
    }

    /// The same for some pull requests alone.
    #[must_use]
    pub fn of_some(tables: &Tables, product: &ProductLens, wanted: &BTreeSet<Key>) -> Self {
        let mut wholes: BTreeMap<Key, Whole<'_>> = tables
            .facts
            .pull_requests
            .iter()
            .filter(|row| wanted.contains(&(row.repository, row.number)))
            .map(|row| ((row.repository, row.number), Whole::bare(row)))
            .collect();
        for row in &tables.facts.pull_request_commits {
            if let Some(whole) = wholes.get_mut(&(row.repository, row.number)) {
                whole.commits.push((row.commit, row.authored_at));
            }
        }
        let wholes: Vec<_> = wholes.into_values().collect();
        Self::of(tables, product, &wholes)
    }

    /// Marks the commits that came with a pull request, so that they are not counted as direct pushes.
    ///
    /// A rebase gives every commit a new id but keeps its author time: along the first parents of the landing commit, commits
    /// with an author time of the pull request's own list are its commits.
    fn absorb(
        &mut self,
        repository: RepositoryId,
        landed: CommitId,
        whole: &Whole<'_>,
        commits: &HashMap<(RepositoryId, CommitId), &CommitRow>,
    ) {
        let mut reverts: Vec<CommitId> = whole
            .commits
            .iter()
            .map(|(commit, _)| *commit)
            .chain([landed])
            .filter_map(|commit| commits.get(&(repository, commit))?.reverts)
            .collect();
        self.absorbed.insert((repository, landed));
        self.absorbed.extend(
            whole
                .commits
                .iter()
                .map(|(commit, _)| (repository, *commit)),
        );
        let authored: HashSet<_> = whole.commits.iter().map(|(_, at)| *at).collect();
        let mut next = Some(landed);
        for _ in 0..whole.commits.len() {
            let Some(row) = next.and_then(|commit| commits.get(&(repository, commit))) else {
                break;
            };
            if row.commit != landed && !authored.contains(&row.authored_at) {
                break;
            }
            self.absorbed.insert((repository, row.commit));
            reverts.extend(row.reverts);
            next = row.parents.first().copied();
        }
        if !reverts.is_empty() {
            reverts.sort_unstable();
            reverts.dedup();
            self.reverts.insert(whole.key(), reverts);
        }
    }

    /// The landing commit of a pull request; `None` where no rung finds one.
    #[must_use]
    pub fn commit(&self, key: Key) -> Option<CommitId> {
        self.landed.get(&key).map(|(commit, _)| *commit)
    }

    /// The commits that a pull request's commits on the default branch say they revert.
    #[must_use]
    pub fn reverts(&self, key: Key) -> Vec<CommitId> {
        self.reverts.get(&key).cloned().unwrap_or_default()
    }

    /// Whether a commit came with a pull request.
    #[must_use]
    pub fn is_absorbed(&self, repository: RepositoryId, commit: CommitId) -> bool {
        self.absorbed.contains(&(repository, commit))
    }

    /// Every landing, by pull request.
    #[must_use]
    pub fn all(&self) -> Vec<(Key, CommitId, Rung)> {
        let mut all: Vec<_> = self
            .landed
            .iter()
            .map(|(key, (commit, rung))| (*key, *commit, *rung))
            .collect();
        all.sort_unstable();
        all
    }

    /// Every commit that came with a pull request, by repository and id.
    #[must_use]
    pub fn all_absorbed(&self) -> Vec<(RepositoryId, CommitId)> {
        let mut all: Vec<_> = self.absorbed.iter().copied().collect();
        all.sort_unstable();
        all
    }

    /// How many pull requests landed on each rung.
    #[must_use]
    pub fn rungs(&self) -> BTreeMap<Rung, usize> {
        let mut rungs = BTreeMap::new();
        for (_, rung) in self.landed.values() {
            *rungs.entry(*rung).or_default() += 1;
        }
        rungs
    }
}
