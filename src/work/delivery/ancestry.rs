//! A product's commits by dense indices, and their parents: ancestry is walked in arrays, not from id to id.
//!
//! Containment is git's: beside the commits of the default branches there are those that only tags and deployments reach.

use std::sync::Arc;

use crate::domain::{CommitId, RepositoryId};
use crate::tables::{CommitRow, Tables};
use crate::work::Reading;

/// Where every commit of a product is, and where its parents are: rows of `tables.commits`, then those of `tables.side_commits`.
#[derive(Debug, Default)]
pub struct Ancestry {
    row_of: RowOf,
    /// By row: where its parents begin in `parents`; one more than there are rows.
    first: Vec<u32>,
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
        let n_landed = u32::try_from(reading.tables.commits.len()).unwrap_or(u32::MAX);
        let landed = (0_u32..).zip(&reading.tables.commits);
        let landed = landed.filter(|(_, commit)| inside(commit));
        // What has landed since is in the table of commits, which comes first.
        let beside = (n_landed..).zip(&reading.tables.side_commits);
        let beside = beside.filter(|(_, commit)| reading.product.has(commit.repository));
        ancestry.row_of = RowOf::of(
            landed
                .map(|(at, commit)| (commit.repository, commit.commit, at))
                .chain(beside.map(|(at, commit)| (commit.repository, commit.commit, at)))
                .collect(),
        );
        ancestry.first.push(0);
        for (at, commit) in reading.tables.commits.iter().enumerate() {
            if inside(commit) {
                let row_of = |parent: &CommitId| {
                    let before = row_shortly_before(&reading.tables.commits, at, parent);
                    before.or_else(|| ancestry.row_of.get(commit.repository, *parent))
                };
                let known = commit.parents.iter().filter_map(row_of);
                ancestry.parents.extend(known);
            }
            ancestry.first.push(end(&ancestry.parents));
        }
        for commit in &reading.tables.side_commits {
            let row_of = |id: &CommitId| ancestry.row_of.get(commit.repository, *id);
            if reading.product.has(commit.repository) {
                ancestry
                    .parents
                    .extend(commit.parents.iter().filter_map(row_of));
            }
            ancestry.first.push(end(&ancestry.parents));
        }
        ancestry.n_landed = reading.tables.commits.len();
        ancestry.copies = ancestry.copies_in(reading.tables);
        ancestry
    }

    /// The rows of originals and copies: what was picked from the default branch, and what was picked onto it.
    fn copies_in(&self, tables: &Tables) -> Vec<(u32, u32)> {
        let row_of = |repository, id: CommitId| self.row_of.get(repository, id);
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
        usize::try_from(self.row_of.get(repository, commit)?).ok()
    }

    /// The parents that the history knows, in order.
    #[must_use]
    pub fn parents(&self, row: usize) -> &[u32] {
        match (self.first.get(row), self.first.get(row + 1)) {
            (Some(from), Some(to)) => {
                let parents = usize::try_from(*from).ok().zip(usize::try_from(*to).ok());
                let parents = parents.and_then(|(from, to)| self.parents.get(from..to));
                parents.unwrap_or(&[])
            }
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

/// The rows of commits by their ids: in buckets by what the ids are, so that a look-up touches little memory.
#[derive(Debug, Default)]
struct RowOf {
    /// In the order of the rows: what is asked for one after the other lies side by side.
    entries: Vec<(RepositoryId, CommitId, u32)>,
    /// Where each bucket begins in `places`; one more than there are buckets.
    first: Vec<u32>,
    /// Places of entries, by bucket and in their order.
    places: Vec<u32>,
}

impl RowOf {
    /// Of several entries of one commit the first counts.
    fn of(entries: Vec<(RepositoryId, CommitId, u32)>) -> Self {
        let n_buckets = entries.len().next_power_of_two();
        let mut first = vec![0_u32; n_buckets + 1];
        for (repository, commit, _) in &entries {
            if let Some(after) = first.get_mut(bucket(n_buckets, *repository, *commit) + 1) {
                *after += 1;
            }
        }
        let mut n_before = 0;
        for from in &mut first {
            n_before += *from;
            *from = n_before;
        }
        let mut places = vec![0_u32; entries.len()];
        let mut next = first.clone();
        for (place, (repository, commit, _)) in (0_u32..).zip(&entries) {
            if let Some(next) = next.get_mut(bucket(n_buckets, *repository, *commit)) {
                let slot = usize::try_from(*next).ok();
                if let Some(slot) = slot.and_then(|slot| places.get_mut(slot)) {
                    *slot = place;
                }
                *next += 1;
            }
        }
        Self {
            entries,
            first,
            places,
        }
    }

    fn get(&self, repository: RepositoryId, commit: CommitId) -> Option<u32> {
        let at = bucket(self.first.len().checked_sub(1)?, repository, commit);
        let [from, to] = [self.first.get(at)?, self.first.get(at + 1)?];
        let bucket = usize::try_from(*from).ok()?..usize::try_from(*to).ok()?;
        let entries = self.places.get(bucket)?.iter();
        let mut entries =
            entries.filter_map(|place| self.entries.get(usize::try_from(*place).ok()?));
        let found = entries.find(|one| (one.0, one.1) == (repository, commit));
        found.map(|(_, _, row)| *row)
    }
}

/// The bucket of a commit, of so many: a power of two. An id is a checksum already, so that a few of its bytes spread them.
fn bucket(n_buckets: usize, repository: RepositoryId, commit: CommitId) -> usize {
    let first = commit.as_bytes().first_chunk::<8>();
    let bits = first.map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let bits = (bits ^ u64::from(repository.0)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let bits = usize::try_from(bits >> 32).unwrap_or(usize::MAX);
    bits & n_buckets.saturating_sub(1)
}

/// Where what comes next begins.
fn end(parents: &[u32]) -> u32 {
    u32::try_from(parents.len()).unwrap_or(u32::MAX)
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
    fn a_commit_is_found_in_its_own_repository() {
        let id = |byte: u8| CommitId::from_bytes(&[byte; 20]).unwrap();
        let [one, two] = [RepositoryId(1), RepositoryId(2)];
        let entries = (0..200_u8).map(|byte| (one, id(byte), u32::from(byte)));
        // A fork has its origin's commits; what comes again does not count.
        let again = [(two, id(7), 500), (one, id(7), 501)];
        let rows = RowOf::of(entries.chain(again).collect());
        for byte in 0..200 {
            assert_eq!(rows.get(one, id(byte)), Some(u32::from(byte)));
        }
        assert_eq!(rows.get(two, id(7)), Some(500));
        assert_eq!([rows.get(two, id(8)), rows.get(one, id(200))], [None; 2]);
        assert_eq!(RowOf::of(Vec::new()).get(one, id(1)), None);
        assert_eq!(RowOf::default().get(one, id(1)), None);
    }

    #[test]
    fn a_set_of_rows_holds_what_was_put_in_once() {
        let mut rows = RowSet::default();
        assert!(rows.insert(70) && rows.insert(3) && !rows.insert(70));
        assert!(rows.contains(3) && !rows.contains(4) && !rows.contains(1_000));
        assert_eq!(rows.rows().collect::<Vec<_>>(), [3, 70]);
    }
}
