//! How a pull request reached the default branch, or a release branch that is deployed: through which commit, and on which rung of
//! evidence.
//!
//! What GitHub names is believed. Everything weaker is held against time: a commit made long before the merge, or long after it, is
//! another one's (a fork's `Merge pull request #1` two years later), and then the landing is unknown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _, HashSet};
use jiff::{SignedDuration, Timestamp};

use super::ancestry::{self, Ancestry, RowSet};
use super::reverts::Reverts;
use crate::domain::{
    CommitId, PrNumber, PullRequest, PullRequestCommit, PullRequestState, RepositoryId,
};
use crate::tables::{CommitRow, Tables};
use crate::work::Reading;
use crate::work::pull_requests::{FullPullRequest, Key};
use crate::work::rows::Rows;

/// A change that GitHub names no commit of lands within this time of its merge, on either side.
pub const NEAR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Whether a commit of some time can have landed a pull request that was merged at another.
#[must_use]
pub fn is_near(committed_at: Timestamp, merged_at: Option<Timestamp>) -> bool {
    merged_at.is_none_or(|merged_at| committed_at.duration_since(merged_at).abs() <= NEAR)
}

/// What ties a pull request to a commit of the default branch, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rung {
    /// GitHub names the commit.
    MergeCommit,
    /// Its own last commit is there.
    OwnCommit,
    /// A commit there makes the same change as the whole of it, or as one of its commits.
    SamePatch,
    /// A commit there says it was cherry-picked from one of its commits.
    CherryPick,
    /// A commit's message there names the pull request.
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
            Self::Subject => "number in the message",
        }
    }
}

/// Where pull requests landed, and which commits of the default branch are theirs.
#[derive(Debug, Default)]
pub struct Landings {
    landed: HashMap<Key, (CommitId, Rung)>,
    ancestry: Arc<Ancestry>,
    /// Rows of `tables.commits` that came with a pull request.
    absorbed: RowSet,
    /// The same for commits that the history does not know.
    absorbed_elsewhere: HashSet<(RepositoryId, CommitId)>,
    reverts: HashMap<Key, Vec<CommitId>>,
}

/// A pull request with its own commits.
#[derive(Debug, Clone, Copy)]
struct Own<'a> {
    pull_request: &'a PullRequest,
    commits: Rows<'a, PullRequestCommit>,
}

impl Own<'_> {
    fn key(&self) -> Key {
        (self.pull_request.repository, self.pull_request.number)
    }
}

/// Where a product's pull requests landed.
#[must_use]
pub fn of_product(reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) -> Arc<Landings> {
    let all = || {
        let own = wholes.iter().map(|whole| Own {
            pull_request: whole.pull_request,
            commits: whole.commits,
        });
        Landings::of(reading, ancestry::of_product(reading), own)
    };
    reading.once(all)
}

impl Landings {
    /// Finds the landing commit of every merged pull request.
    fn of<'a>(
        reading: &Reading<'_>,
        ancestry: Arc<Ancestry>,
        wholes: impl Iterator<Item = Own<'a>>,
    ) -> Self {
        let mut picked: HashMap<(RepositoryId, CommitId), Vec<CommitId>> = HashMap::new();
        let mut named: HashMap<Key, Vec<CommitId>> = HashMap::new();
        for commit in reading
            .tables
            .commits
            .iter()
            .filter(|commit| reading.product.has(commit.repository))
        {
            if let Some(source) = &commit.cherry_picked_from {
                let key = (commit.repository, **source);
                picked.entry(key).or_default().push(commit.commit);
            }
            if let Some(number) = commit.pull_request {
                let key = (commit.repository, PrNumber(number));
                named.entry(key).or_default().push(commit.commit);
            }
        }
        let same = reading.tables.same_patches();
        let reverts = Reverts::of(reading);
        let mut landings = Self {
            ancestry,
            ..Self::default()
        };
        for whole in wholes.filter(|whole| whole.pull_request.state == PullRequestState::Merged) {
            let repository = whole.pull_request.repository;
            // On the default branch, or on a release branch that is deployed: GitHub, or git, names the very commit.
            let there = |commit: &CommitId| landings.ancestry.row(repository, *commit).is_some();
            let own = || whole.commits.iter().rev().map(|row| row.commit);
            let merged_at = whole.pull_request.merged_at;
            // Of several near ones the nearest; of equally near ones the newest: a re-landed pull request lands again.
            let nearest = |commits: &Vec<CommitId>| {
                let dated = commits.iter().filter_map(|commit| {
                    let (_, row) =
                        landings.on_default_branch(reading.tables, repository, *commit)?;
                    is_near(row.committed_at, merged_at).then_some((row.committed_at, *commit))
                });
                let distance =
                    |at: Timestamp| merged_at.map(|merged_at| at.duration_since(merged_at).abs());
                dated
                    .rev()
                    .min_by_key(|(at, _)| distance(*at))
                    .map(|(_, commit)| commit)
            };
            let landed = (whole
                .pull_request
                .merge_commit
                .filter(there)
                .map(|commit| (commit, Rung::MergeCommit)))
            // An earlier one may have been there before anybody opened anything.
            .or_else(|| {
                let last = own().next().filter(there);
                last.map(|commit| (commit, Rung::OwnCommit))
            })
            .or_else(|| {
                own()
                    .find_map(|commit| nearest(same.get(&(repository, commit))?))
                    .map(|commit| (commit, Rung::SamePatch))
            })
            .or_else(|| {
                own()
                    .find_map(|commit| nearest(picked.get(&(repository, commit))?))
                    .map(|commit| (commit, Rung::CherryPick))
            })
            .or_else(|| {
                let commit = nearest(named.get(&whole.key())?)?;
                Some((commit, Rung::Subject))
            });
            if let Some((commit, rung)) = landed {
                landings.landed.insert(whole.key(), (commit, rung));
                landings.absorb(repository, commit, &whole, reading.tables, &reverts);
            }
        }
        landings
    }

    /// The same for some pull requests alone.
    #[must_use]
    pub fn of_some(reading: &Reading<'_>, wanted: &BTreeSet<Key>) -> Self {
        let facts = &reading.tables.facts;
        let mut commits: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
        for (at, row) in (0_u32..).zip(&facts.pull_request_commits) {
            let key = (row.repository, row.number);
            if wanted.contains(&key) {
                commits.entry(key).or_default().push(at);
            }
        }
        let own: BTreeMap<Key, Own<'_>> = facts
            .pull_requests
            .iter()
            .map(|row| ((row.repository, row.number), row))
            .filter(|(key, _)| wanted.contains(key))
            .map(|(key, pull_request)| {
                let places = commits.get(&key).map_or(&[][..], Vec::as_slice);
                let commits = Rows::of(&facts.pull_request_commits, places);
                let own = Own {
                    pull_request,
                    commits,
                };
                (key, own)
            })
            .collect();
        let ancestry = ancestry::of_product(reading);
        Self::of(reading, ancestry, own.into_values())
    }

    /// A commit of the product's default branches, with its row.
    fn on_default_branch<'a>(
        &self,
        tables: &'a Tables,
        repository: RepositoryId,
        commit: CommitId,
    ) -> Option<(usize, &'a CommitRow)> {
        let row = self.ancestry.row(repository, commit)?;
        Some((row, tables.commits.get(row)?))
    }

    /// Marks the commits that came with a pull request, so that they are not counted as direct pushes.
    ///
    /// A rebase gives every commit a new id but keeps its author time: along the first parents of the landing commit, commits
    /// with an author time of the pull request's own list are its commits.
    fn absorb(
        &mut self,
        repository: RepositoryId,
        landed: CommitId,
        whole: &Own<'_>,
        tables: &Tables,
        taken: &Reverts,
    ) {
        let own = whole.commits.iter().map(|row| row.commit);
        let mut reverts: Vec<CommitId> = Vec::new();
        for commit in own.chain([landed]) {
            reverts.extend(taken.reverted(repository, commit));
            if let Some((at, _)) = self.on_default_branch(tables, repository, commit) {
                self.absorbed.insert(at);
            } else {
                self.absorbed_elsewhere.insert((repository, commit));
            }
        }
        let mut next = Some(landed);
        for _ in 0..whole.commits.len() {
            let Some((at, row)) =
                next.and_then(|commit| self.on_default_branch(tables, repository, commit))
            else {
                break;
            };
            let is_own = || {
                let mut own = whole.commits.iter();
                own.any(|one| one.authored_at == row.authored_at)
            };
            if row.commit != landed && !is_own() {
                break;
            }
            self.absorbed.insert(at);
            reverts.extend(taken.reverted(repository, row.commit));
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
        match self.ancestry.row(repository, commit) {
            Some(row) => self.absorbed.contains(row),
            None => self.absorbed_elsewhere.contains(&(repository, commit)),
        }
    }

    /// Whether the default branch has a commit.
    #[must_use]
    pub fn is_on_default_branch(&self, repository: RepositoryId, commit: CommitId) -> bool {
        let row = self.ancestry.row(repository, commit);
        row.is_some_and(|row| self.ancestry.is_landed(row))
    }

    /// Whether the commit of a row of `tables.commits` came with a pull request.
    #[must_use]
    pub fn is_absorbed_row(&self, row: usize) -> bool {
        self.absorbed.contains(row)
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
    pub fn all_absorbed(&self, tables: &Tables) -> Vec<(RepositoryId, CommitId)> {
        let known = self
            .absorbed
            .rows()
            .filter_map(|row| tables.commits.get(row));
        let mut all: Vec<_> = known
            .map(|row| (row.repository, row.commit))
            .chain(self.absorbed_elsewhere.iter().copied())
            .collect();
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
