//! Who wrote a decision record, a postmortem, a runbook or a migration: who brought the file, or most of its text.
//!
//! Whoever moves a file, deletes it, formats forty of them or mends a word in one has edited it, and wrote none. The kinds are those of
//! [`super::kinds`], as the figures count them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Reading;
use super::delivery::carriers;
use super::kinds::{DECISION_RECORDS, MIGRATIONS, POSTMORTEMS, RUNBOOKS};
use super::pull_requests::{Key, of_product as pull_requests_of};
use crate::domain::{ChangeKind, CommitId, PersonId, PullRequestFile, RepositoryId};

/// The kinds that somebody writes, in the order in which a change is called after them.
pub const WRITTEN: [&str; 4] = [DECISION_RECORDS, POSTMORTEMS, RUNBOOKS, MIGRATIONS];

/// Fewer lines of a file that was there before are an edit, whatever share of it they are.
const MOST_OF_A_TEXT: u64 = 20;

/// Without a history a file may have been there before the record: fewer lines are no text of its own.
const A_TEXT: u64 = 5;

/// What a document came with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CameWith {
    /// A pull request.
    PullRequest(Key),
    /// A commit on the default branch, and nothing else.
    Commit(RepositoryId, CommitId),
}

/// A document that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Document {
    /// One of [`WRITTEN`].
    pub kind: &'static str,
    /// What it came with.
    pub came_with: CameWith,
    /// Its path.
    pub path: String,
    /// When the default branch had it.
    pub at: Timestamp,
    /// Who wrote it.
    pub person: PersonId,
}

/// The documents of a product, sorted; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Vec<Document>> {
    reading.once(|| {
        let mut found = BTreeSet::new();
        added(reading, &mut found);
        most_of_the_text(reading, &mut found);
        found.into_iter().collect()
    })
}

/// The kinds of a path that somebody writes.
fn kinds_of(reading: &Reading<'_>, path: &str) -> Vec<&'static str> {
    let kinds = reading.question.kinds.of(path);
    let is_it = |kind: &&'static str| kinds.iter().any(|found| found == kind);
    WRITTEN.into_iter().filter(is_it).collect()
}

/// Files that a commit on the default branch added: its authors wrote them.
fn added(reading: &Reading<'_>, found: &mut BTreeSet<Document>) {
    let tables = reading.tables;
    let carriers = carriers::of_product(reading);
    let kinds: Vec<Vec<&'static str>> = tables
        .changes
        .files
        .iter()
        .map(|file| {
            let counts = reading.product.has(file.repository) && file.exclusion.is_none();
            if counts {
                kinds_of(reading, &file.path)
            } else {
                Vec::new()
            }
        })
        .collect();
    let changes = &tables.changes;
    for ((row, file), change) in changes.rows_and_files().zip(&changes.change) {
        let Ok(file) = usize::try_from(file) else {
            continue;
        };
        let kinds = kinds.get(file).filter(|kinds| !kinds.is_empty());
        let (Some(kinds), ChangeKind::Added) = (kinds, *change) else {
            continue;
        };
        let (Some(commit), Some(file)) = (tables.commits.get(row), changes.files.get(file)) else {
            continue;
        };
        if commit.leaves_out(*change).is_some() || commit.landed_at >= reading.question.as_of {
            continue;
        }
        let came_with = carriers.of_row(row).map_or(
            CameWith::Commit(commit.repository, commit.commit),
            CameWith::PullRequest,
        );
        let people = commit.authors().filter(|person| tables.is_human(*person));
        for person in people {
            found.extend(kinds.iter().map(|kind| Document {
                kind,
                came_with,
                path: file.path.clone(),
                at: commit.landed_at,
                person,
            }));
        }
    }
}

/// Files of which a merged pull request wrote more lines than all others together; without a history also those that the first
/// one in the record wrote from nothing.
fn most_of_the_text(reading: &Reading<'_>, found: &mut BTreeSet<Document>) {
    let facts = &reading.tables.facts;
    let merged: BTreeMap<Key, (Timestamp, PersonId)> = pull_requests_of(reading)
        .iter()
        .filter_map(|whole| {
            let row = whole.pull_request;
            let merged_at = row.merged_at.filter(|at| *at < reading.question.as_of)?;
            let author = row
                .author
                .filter(|person| reading.tables.is_human(*person))?;
            Some((whole.key(), (merged_at, author)))
        })
        .collect();
    let with_history: HashSet<RepositoryId> = reading
        .tables
        .commits
        .iter()
        .map(|commit| commit.repository)
        .collect();
    // Paths are few, and rows that name them many: each path's kinds are found once.
    let mut kinds_of_path: HashMap<&str, Vec<&'static str>> = HashMap::new();
    let mut by_path: BTreeMap<(RepositoryId, &str), Vec<&PullRequestFile>> = BTreeMap::new();
    for file in &facts.pull_request_files {
        let kinds = kinds_of_path
            .entry(file.path.as_ref())
            .or_insert_with(|| kinds_of(reading, &file.path));
        if !kinds.is_empty() && merged.contains_key(&(file.repository, file.number)) {
            let key = (file.repository, file.path.as_ref());
            by_path.entry(key).or_default().push(file);
        }
    }
    for ((repository, path), files) in by_path {
        let Some(kinds) = kinds_of_path.get(path) else {
            continue;
        };
        let total: u64 = files.iter().map(|file| file.additions).sum();
        let merged_at = |file: &PullRequestFile| merged.get(&(file.repository, file.number));
        let first = files
            .iter()
            .filter_map(|file| Some((merged_at(file)?, file.number)))
            .min();
        for file in &files {
            let Some((at, person)) = merged_at(file) else {
                continue;
            };
            let is_first = first.is_some_and(|(_, number)| number == file.number);
            let is_new = !with_history.contains(&repository)
                && is_first
                && file.deletions == 0
                && file.additions >= A_TEXT;
            let is_most = file.additions >= MOST_OF_A_TEXT
                && file.additions.saturating_mul(2) > total
                && file.additions > file.deletions.saturating_mul(4);
            if is_new || is_most {
                found.extend(kinds.iter().map(|kind| Document {
                    kind,
                    came_with: CameWith::PullRequest((file.repository, file.number)),
                    path: path.to_owned(),
                    at: *at,
                    person: *person,
                }));
            }
        }
    }
}
