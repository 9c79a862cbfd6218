//! When somebody last committed to or reviewed an area: for the private tree only.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};
use jiff::Timestamp;

use crate::domain::{PersonId, RepositoryId};
use crate::tables::CommitRow;
use crate::tables::changes::File;
use crate::work::file_areas::FileAreas;
use crate::work::written::CameWith;
use crate::work::{Reading, pull_requests};

/// A commit to an area, or a review of a pull request in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touch {
    /// When it was committed, or reviewed.
    pub at: Timestamp,
    /// The commit, or the pull request.
    pub with: CameWith,
}

/// The last commit or review of every human in every area of a product before the as-of instant, over the whole history.
///
/// Commits and files that knowledge leaves out are left out here too; a commit counts from when it landed.
#[must_use]
pub fn last_touches(reading: &Reading<'_>) -> BTreeMap<(String, PersonId), Touch> {
    let places = FileAreas::of(reading);
    // By area and person first without names: there are millions of changes and few areas.
    let mut last: HashMap<(u32, PersonId), Touch> = HashMap::new();
    each_commit_in_areas(reading, &places, &mut |commit, areas| {
        if commit.committed_at >= reading.question.as_of {
            return;
        }
        let authors = commit.authors();
        for person in authors.filter(|person| reading.tables.is_human(*person)) {
            let touch = Touch {
                at: commit.committed_at,
                with: CameWith::Commit(commit.repository, commit.commit),
            };
            for area in areas {
                let newest = last.entry((*area, person)).or_insert(touch);
                *newest = (*newest).max(touch);
            }
        }
    });
    let mut touches: BTreeMap<(String, PersonId), Touch> = last
        .into_iter()
        .filter_map(|((area, person), touch)| {
            Some(((places.name(area)?.to_owned(), person), touch))
        })
        .collect();
    for whole in pull_requests::of_product(reading) {
        for review in whole.human_reviews(reading.tables) {
            let Some(person) = review.author else {
                continue;
            };
            let touch = Touch {
                at: review.submitted_at,
                with: CameWith::PullRequest(whole.key()),
            };
            for area in whole.areas.iter() {
                let newest = touches.entry((area.clone(), person)).or_insert(touch);
                *newest = (*newest).max(touch);
            }
        }
    }
    touches
}

/// When a change by each human first landed in every area of a product, by repository, over the whole history.
#[must_use]
pub fn first_changes(
    reading: &Reading<'_>,
) -> BTreeMap<(RepositoryId, String, PersonId), Timestamp> {
    let places = FileAreas::of(reading);
    let mut first: HashMap<(RepositoryId, u32, PersonId), Timestamp> = HashMap::new();
    each_commit_in_areas(reading, &places, &mut |commit, areas| {
        let authors = commit.authors();
        for person in authors.filter(|person| reading.tables.is_human(*person)) {
            for area in areas {
                let key = (commit.repository, *area, person);
                let oldest = first.entry(key).or_insert(commit.landed_at);
                *oldest = (*oldest).min(commit.landed_at);
            }
        }
    });
    let named = first
        .into_iter()
        .filter_map(|((repository, area, person), at)| {
            Some(((repository, places.name(area)?.to_owned(), person), at))
        });
    named.collect()
}

/// Tells every commit of a product with the areas that it touches, by their places and each once, however many files: without the files and
/// changes that knowledge leaves out.
pub fn each_commit_in_areas(
    reading: &Reading<'_>,
    places: &FileAreas,
    tell: &mut dyn FnMut(&CommitRow, &[u32]),
) {
    let changes = &reading.tables.changes;
    let mut areas: Vec<u32> = Vec::new();
    for (row, own) in changes.runs.iter() {
        let commit = reading.tables.commits.get(row);
        let Some(commit) = commit.filter(|commit| reading.product.has(commit.repository)) else {
            continue;
        };
        areas.clear();
        let files = changes.file.get(own.clone()).unwrap_or_default().iter();
        let kinds = changes.change.get(own).unwrap_or_default();
        for (file, change) in files.zip(kinds) {
            let file = usize::try_from(*file).unwrap_or(usize::MAX);
            let is_counted = |file: &File| file.exclusion.is_none();
            if changes.files.get(file).is_some_and(is_counted)
                && commit.leaves_out(*change).is_none()
            {
                areas.extend(places.of_files().get(file).into_iter().flatten());
            }
        }
        areas.sort_unstable();
        areas.dedup();
        tell(commit, &areas);
    }
}
