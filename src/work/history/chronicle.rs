//! A product's changes and reviews by dense indices, whatever the instant: what histories are replayed from.
//!
//! Commits are large rows and pull requests are found by key. Here both are looked up once, so that the replay at each of a
//! dozen quarters walks small arrays in order.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{ChangeKind, CommitId, PersonId, PullRequest, RepositoryId};
use crate::tables::CommitRow;
use crate::work::Reading;
use crate::work::commits::by_nobody;
use crate::work::pull_requests::{Key, reader_of};

/// A commit on a default branch that changed files.
#[derive(Debug, Clone)]
pub struct Landed {
    /// Its changes, by index into `tables.changes`; none of a merge.
    pub changes: Range<usize>,
    /// Of a merge: what it did to paths beyond what it brought, by index into [`Chronicle::merged`].
    pub merged: Range<usize>,
    /// When it landed.
    pub at: Timestamp,
    /// The earlier of authored and committed.
    pub contributed_at: Timestamp,
}

/// Whom a commit's changes credit, in four bytes: there are millions of them, and they are not looked up in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Credit(u32);

/// From here on a credit is an index into [`Chronicle::several`]; below, a person.
const SEVERAL: u32 = 1 << 30;
/// From here on a credit is an index into [`Chronicle::reasons`].
const NOBODY: u32 = 1 << 31;

impl Credit {
    /// The index of what is put into a list, from a base on.
    fn of_index(base: u32, index: usize) -> Self {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        Self(base.saturating_add(index))
    }
}

/// A human review of somebody else's pull request.
#[derive(Debug, Clone, Copy)]
pub struct Reviewed {
    /// Who reviewed.
    pub person: PersonId,
    /// When the pull request was opened.
    pub opened_at: Timestamp,
    /// When the review was submitted.
    pub at: Timestamp,
    /// The instant whose paths the pull request's files are: its merge, or the review where it never merged.
    pub held_at: Timestamp,
    /// Index into [`Chronicle::touched`].
    touched: u32,
}

/// Changes in landing order and reviews in the order of their table.
#[derive(Debug, Default)]
pub struct Chronicle {
    /// Commits of the product's default branches that changed files.
    pub commits: Vec<Landed>,
    /// By commit: whom the files that it adds credit.
    creations: Vec<Credit>,
    /// By commit: whom its other changes credit.
    edits: Vec<Credit>,
    /// Everybody, by id: so that one person is a slice too.
    everybody: Vec<PersonId>,
    several: Vec<Vec<PersonId>>,
    reasons: Vec<&'static str>,
    /// Reviews.
    pub reviews: Vec<Reviewed>,
    /// By pull request: its files, by file index.
    touched: Vec<Vec<u32>>,
    /// What merges did to paths.
    pub merged: Vec<Merged>,
}

/// What a merge did to a path beyond what it brought.
#[derive(Debug, Clone, Copy)]
pub struct Merged {
    /// The path, by file index.
    pub file: u32,
    /// Where the file was on the branch that was merged, by file index.
    pub previous: Option<u32>,
    /// Added, renamed or deleted.
    pub change: ChangeKind,
}

impl Chronicle {
    /// The humans whom a commit, by index into `commits`, credits for the files it adds or for its other changes; `Err` says why
    /// nobody.
    pub fn credited(&self, commit: usize, change: ChangeKind) -> Result<&[PersonId], &'static str> {
        let credits = match change {
            ChangeKind::Added => &self.creations,
            ChangeKind::Modified | ChangeKind::Deleted | ChangeKind::Renamed => &self.edits,
        };
        match credits.get(commit) {
            Some(Credit(nobody @ NOBODY..)) => {
                let reason = usize::try_from(nobody - NOBODY).ok();
                Err(reason
                    .and_then(|at| self.reasons.get(at))
                    .copied()
                    .unwrap_or_default())
            }
            Some(Credit(several @ SEVERAL..)) => Ok(at_index(&self.several, several - SEVERAL)),
            Some(Credit(person)) => {
                let at = usize::try_from(*person).ok();
                Ok(at
                    .and_then(|at| self.everybody.get(at))
                    .map_or(&[], std::slice::from_ref))
            }
            None => Ok(&[]),
        }
    }

    /// The files of the pull request that was reviewed, by file index.
    #[must_use]
    pub fn files(&self, review: &Reviewed) -> &[u32] {
        at_index(&self.touched, review.touched)
    }
}

fn at_index<T>(lists: &[Vec<T>], at: u32) -> &[T] {
    usize::try_from(at)
        .ok()
        .and_then(|at| lists.get(at))
        .map_or(&[], Vec::as_slice)
}

/// The chronicle of a product; computed once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Chronicle> {
    reading.always(|| {
        let mut chronicle = Chronicle {
            everybody: reading
                .tables
                .people
                .iter()
                .map(|person| person.id)
                .collect(),
            ..Chronicle::default()
        };
        chronicle.add_commits(reading);
        chronicle.add_reviews(reading);
        chronicle
    })
}

impl Chronicle {
    fn add_commits(&mut self, reading: &Reading<'_>) {
        let merged = self.merged_by_row(reading);
        let mut merged = merged.into_iter().peekable();
        let mut runs = reading.tables.changes.runs.iter().peekable();
        loop {
            // Commits that changed files and merges that did, in landing order.
            let next = match (runs.peek(), merged.peek()) {
                (None, None) => break,
                (Some((run, _)), Some((merge, _))) if merge < run => merged.next(),
                (None, Some(_)) => merged.next(),
                _ => None,
            };
            let (row, changes, merged) = match next {
                Some((row, merged)) => (row, 0..0, merged),
                None => match runs.next() {
                    Some((row, changes)) => (row, changes, 0..0),
                    None => break,
                },
            };
            let Some(commit) = reading.tables.commits.get(row) else {
                continue;
            };
            if !reading.product.has(commit.repository) {
                continue;
            }
            self.commits.push(Landed {
                changes,
                merged,
                at: commit.landed_at,
                contributed_at: commit.authored_at.min(commit.committed_at),
            });
            let people: Vec<PersonId> = commit
                .authors()
                .filter(|person| reading.tables.is_human(*person))
                .collect();
            let everybody = match people.as_slice() {
                [] => self.nobody(by_nobody(reading.tables, commit)),
                [only] => Credit(only.0),
                _ => {
                    self.several.push(people);
                    Credit::of_index(SEVERAL, self.several.len() - 1)
                }
            };
            let mut credit = |change| match commit.leaves_out(change) {
                Some(exclusion) => self.nobody(exclusion.word()),
                None => everybody,
            };
            let (creation, edit) = (credit(ChangeKind::Added), credit(ChangeKind::Modified));
            self.creations.push(creation);
            self.edits.push(edit);
        }
    }

    /// Takes what merges did; returns by row of their commit, in order, where it is.
    fn merged_by_row(&mut self, reading: &Reading<'_>) -> Vec<(usize, Range<usize>)> {
        if reading.tables.merged_files.is_empty() {
            return Vec::new();
        }
        let is_merge = |(_, commit): &(usize, &CommitRow)| {
            commit.is_merge && reading.product.has(commit.repository)
        };
        let rows = reading.tables.commits.iter().enumerate();
        let row_of: HashMap<(RepositoryId, CommitId), usize> = rows
            .filter(is_merge)
            .map(|(row, commit)| ((commit.repository, commit.commit), row))
            .collect();
        let file_of: HashMap<(RepositoryId, &str), u32> = (0_u32..)
            .zip(&reading.tables.changes.files)
            .filter(|(_, file)| reading.product.has(file.repository))
            .map(|(at, file)| ((file.repository, file.path.as_str()), at))
            .collect();
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for merged in &reading.tables.merged_files {
            let Some(row) = row_of.get(&(merged.repository, merged.commit)) else {
                continue;
            };
            let file = |path: &str| file_of.get(&(merged.repository, path)).copied();
            let Some(path) = file(&merged.path) else {
                continue;
            };
            let at = self.merged.len();
            self.merged.push(Merged {
                file: path,
                previous: merged.previous_path.as_deref().and_then(file),
                change: merged.change,
            });
            match found.last_mut() {
                Some((last, range)) if last == row => range.end = at + 1,
                _ => found.push((*row, at..at + 1)),
            }
        }
        found.sort_by_key(|(row, _)| *row);
        found
    }

    fn nobody(&mut self, reason: &'static str) -> Credit {
        let known = self.reasons.iter().position(|known| *known == reason);
        let at = known.unwrap_or_else(|| {
            self.reasons.push(reason);
            self.reasons.len() - 1
        });
        Credit::of_index(NOBODY, at)
    }

    fn add_reviews(&mut self, reading: &Reading<'_>) {
        let facts = &reading.tables.facts;
        let mut opened: HashMap<Key, (&PullRequest, Option<u32>)> = facts
            .pull_requests
            .iter()
            .filter(|row| reading.product.has(row.repository))
            .map(|row| ((row.repository, row.number), (row, None)))
            .collect();
        if opened.is_empty() || facts.reviews.is_empty() {
            return;
        }
        let file_of: HashMap<(RepositoryId, &str), u32> = (0_u32..)
            .zip(&reading.tables.changes.files)
            .filter(|(_, file)| reading.product.has(file.repository))
            .map(|(at, file)| ((file.repository, file.path.as_str()), at))
            .collect();
        // Rows come by pull request: each is looked up once for many of them.
        let mut number_of = |key: Key, touched: &mut Vec<Vec<u32>>| {
            let (_, slot) = opened.get_mut(&key)?;
            Some(*slot.get_or_insert_with(|| {
                touched.push(Vec::new());
                u32::try_from(touched.len() - 1).unwrap_or(u32::MAX)
            }))
        };
        let mut last: Option<(Key, Option<u32>)> = None;
        for row in &facts.pull_request_files {
            let key = (row.repository, row.number);
            let Some(file) = file_of.get(&(row.repository, row.path.as_ref())) else {
                continue;
            };
            let number = match last {
                Some((same, number)) if same == key => number,
                _ => number_of(key, &mut self.touched),
            };
            last = Some((key, number));
            let at = number.and_then(|at| usize::try_from(at).ok());
            if let Some(files) = at.and_then(|at| self.touched.get_mut(at)) {
                files.push(*file);
            }
        }
        for review in &facts.reviews {
            let key = (review.repository, review.number);
            let Some((pull_request, Some(touched))) = opened.get(&key) else {
                continue;
            };
            let Some(person) = reader_of(reading.tables, pull_request, review) else {
                continue;
            };
            self.reviews.push(Reviewed {
                person,
                opened_at: pull_request.created_at,
                at: review.submitted_at,
                held_at: pull_request.merged_at.unwrap_or(review.submitted_at),
                touched: *touched,
            });
        }
    }
}
