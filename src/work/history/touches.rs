//! When somebody last committed to or reviewed an area: for the private tree only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::PersonId;
use crate::work::file_areas::areas_of_files;
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
    let areas_of = areas_of_files(reading);
    let changes = &reading.tables.changes;
    // By area and person first without owned names: there are millions of changes and few areas.
    let mut last: BTreeMap<(&str, PersonId), Touch> = BTreeMap::new();
    for ((row, file), change) in changes
        .commit
        .iter()
        .zip(&changes.file)
        .zip(&changes.change)
    {
        let (Ok(row), Ok(file)) = (usize::try_from(*row), usize::try_from(*file)) else {
            continue;
        };
        let counts = changes
            .files
            .get(file)
            .is_some_and(|file| file.exclusion.is_none());
        let commit = reading.tables.commits.get(row).filter(|commit| {
            counts
                && reading.product.repositories.contains(&commit.repository)
                && commit.leaves_out(*change).is_none()
                && commit.committed_at < reading.question.as_of
        });
        let (Some(commit), Some(areas)) = (commit, areas_of.get(file)) else {
            continue;
        };
        for person in commit
            .authors()
            .filter(|person| reading.tables.is_human(*person))
        {
            let touch = Touch {
                at: commit.committed_at,
                with: CameWith::Commit(commit.repository, commit.commit),
            };
            for area in areas {
                let newest = last.entry((area, person)).or_insert(touch);
                *newest = (*newest).max(touch);
            }
        }
    }
    let mut touches: BTreeMap<(String, PersonId), Touch> = last
        .into_iter()
        .map(|((area, person), touch)| ((area.to_owned(), person), touch))
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
