//! A product's commits by dense indices, and their parents: ancestry is walked in arrays, not from id to id.
//!
//! Containment is git's: beside the commits of the default branches there are those that only tags and deployments reach.

use std::sync::Arc;

use foldhash::HashMap;

use crate::domain::{CommitId, RepositoryId};
use crate::tables::{CommitRow, Tables};
use crate::work::Reading;

/// Where every commit of a product is, and where its parents are: rows of `tables.commits`, then those of `tables.side_commits`.
#[derive(Debug, Default)]
pub struct Ancestry {
    row_of: HashMap<(RepositoryId, CommitId), u32>,
    /// By row: where its parents begin in `parents`; one more than there are rows.
    first: Vec<usize>,
    parents: Vec<u32>,
    /// Rows of `tables.commits`: they come first.
    n_landed: usize,
    /// Rows of originals and of their copies: who has the copy has the change.
    copies: Vec<(u32, u32)>,
}

/// The ancestry of a product; computed once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Ancestry> {
    reading.always(|| Ancestry::of(reading))
}

impl Ancestry {
    /// Looks up every commit and parent once.
    #[must_use]
    pub fn of(reading: &Reading<'_>) -> Self {
        let inside = |commit: &CommitRow| reading.product.has(commit.repository);
        let mut ancestry = Self::default();
        ancestry.row_of.reserve(
            reading
                .tables
                .commits
                .iter()
                .filter(|row| inside(row))
                .count(),
        );
        for (at, commit) in (0_u32..).zip(&reading.tables.commits) {
            if inside(commit) {
                let key = (commit.repository, commit.commit);
                ancestry.row_of.insert(key, at);
            }
        }
        let n_landed = u32::try_from(reading.tables.commits.len()).unwrap_or(u32::MAX);
        for (at, commit) in (n_landed..).zip(&reading.tables.side_commits) {
            if reading.product.has(commit.repository) {
                let key = (commit.repository, commit.commit);
                // What has landed since is in the table of commits.
                ancestry.row_of.entry(key).or_insert(at);
            }
        }
        ancestry.first.push(0);
        for (at, commit) in reading.tables.commits.iter().enumerate() {
            if inside(commit) {
                let row_of = |parent: &CommitId| {
                    let before = row_shortly_before(&reading.tables.commits, at, parent);
                    before.or_else(|| ancestry.row_of.get(&(commit.repository, *parent)).copied())
                };
                let known = commit.parents.iter().filter_map(row_of);
                ancestry.parents.extend(known);
            }
            ancestry.first.push(ancestry.parents.len());
        }
        for commit in &reading.tables.side_commits {
            let row_of = |id: &CommitId| ancestry.row_of.get(&(commit.repository, *id)).copied();
            if reading.product.has(commit.repository) {
                ancestry
                    .parents
                    .extend(commit.parents.iter().filter_map(row_of));
            }
            ancestry.first.push(ancestry.parents.len());
        }
        ancestry.n_landed = reading.tables.commits.len();
        ancestry.copies = ancestry.copies_in(reading.tables);
        ancestry
    }

    /// The rows of originals and copies: what was picked from the default branch, and what was picked onto it.
    fn copies_in(&self, tables: &Tables) -> Vec<(u32, u32)> {
        let row_of = |repository, id: CommitId| self.row_of.get(&(repository, id)).copied();
        let n_landed = u32::try_from(tables.commits.len()).unwrap_or(u32::MAX);
        let beside = tables.side_commits.iter().filter_map(|copy| {
            let original = row_of(copy.repository, copy.copy_of?)?;
            Some((original, row_of(copy.repository, copy.commit)?))
        });
        // One that was made on a release branch and brought over is in production where it came from.
        let onto = tables.commits.iter().filter_map(|landed| {
            let source = **landed.cherry_picked_from.as_ref()?;
            let copy = row_of(landed.repository, source).filter(|row| *row >= n_landed)?;
            Some((row_of(landed.repository, landed.commit)?, copy))
        });
        let mut copies: Vec<(u32, u32)> = beside.chain(onto).collect();
        copies.sort_unstable();
        copies.dedup();
        copies
    }

    /// Where a commit is; `None` where the history does not know it.
    #[must_use]
    pub fn row(&self, repository: RepositoryId, commit: CommitId) -> Option<usize> {
        let row = self.row_of.get(&(repository, commit))?;
        usize::try_from(*row).ok()
    }

    /// The parents that the history knows, in order.
    #[must_use]
    pub fn parents(&self, row: usize) -> &[u32] {
        match (self.first.get(row), self.first.get(row + 1)) {
            (Some(from), Some(to)) => self.parents.get(*from..*to).unwrap_or(&[]),
            _ => &[],
        }
    }

    /// Whether a row is one of `tables.commits`: then the default branch has the commit.
    #[must_use]
    pub fn is_landed(&self, row: usize) -> bool {
        row < self.n_landed
    }

    /// Rows of originals and of their copies.
    pub fn copies(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let place = |row: u32| usize::try_from(row).ok();
        let both = self.copies.iter();
        both.filter_map(move |(original, copy)| Some((place(*original)?, place(*copy)?)))
    }

    /// Every commit that has a copy, with it: repository, the commit, the copy.
    #[must_use]
    pub fn all_copies(&self, tables: &Tables) -> Vec<(RepositoryId, CommitId, CommitId)> {
        let id = |row: usize| {
            if let Some(commit) = tables.commits.get(row) {
                return Some((commit.repository, commit.commit));
            }
            let place = row.checked_sub(tables.commits.len())?;
            let beside = tables.side_commits.get(place)?;
            Some((beside.repository, beside.commit))
        };
        self.copies()
            .filter_map(|(original, copy)| {
                let (repository, original) = id(original)?;
                Some((repository, original, id(copy)?.1))
            })
            .collect()
    }

    /// Rows of both tables of commits.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.first.len().saturating_sub(1)
    }

    /// Walks from a commit to its ancestors for as long as `enter` says that one is new.
    pub fn walk(&self, from: usize, mut enter: impl FnMut(usize) -> bool) {
        let mut pending = vec![from];
        while let Some(row) = pending.pop() {
            if enter(row) {
                let parents = self.parents(row).iter();
                pending.extend(parents.filter_map(|row| usize::try_from(*row).ok()));
            }
        }
    }
}

/// How many rows before a commit its parents are looked for without a map.
const BEFORE: usize = 4;

/// The row of a parent that comes right before its child, as most do.
fn row_shortly_before(commits: &[CommitRow], at: usize, parent: &CommitId) -> Option<u32> {
    let child = commits.get(at)?;
    let from = at.saturating_sub(BEFORE);
    let mut rows = commits.get(from..at)?.iter();
    let is_it = |row: &CommitRow| row.commit == *parent && row.repository == child.repository;
    u32::try_from(from + rows.rposition(is_it)?).ok()
}

/// A set of rows, a bit each.
#[derive(Debug, Default)]
pub struct RowSet(Vec<u64>);

impl RowSet {
    /// Whether the row is in.
    #[must_use]
    pub fn contains(&self, row: usize) -> bool {
        let bits = self.0.get(row / 64);
        bits.is_some_and(|bits| bits & (1 << (row % 64)) != 0)
    }

    /// Puts a row in; whether it was not there before.
    pub fn insert(&mut self, row: usize) -> bool {
        if row / 64 >= self.0.len() {
            self.0.resize(row / 64 + 1, 0);
        }
        let Some(bits) = self.0.get_mut(row / 64) else {
            return false;
        };
        let is_new = *bits & (1 << (row % 64)) == 0;
        *bits |= 1 << (row % 64);
        is_new
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.0.len() * 64).filter(|row| self.contains(*row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_rows_holds_what_was_put_in_once() {
        let mut rows = RowSet::default();
        assert!(rows.insert(70) && rows.insert(3) && !rows.insert(70));
        assert!(rows.contains(3) && !rows.contains(4) && !rows.contains(1_000));
        assert_eq!(rows.rows().collect::<Vec<_>>(), [3, 70]);
    }
}
