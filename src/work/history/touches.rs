//! When somebody last committed to or reviewed an area: for the private tree only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::PersonId;
use crate::work::file_areas::areas_of_files;
use crate::work::{Reading, pull_requests};

/// The last commit or review of every human in every area of a product before the as-of instant, over the whole history.
///
/// Commits and files that knowledge leaves out are left out here too; a commit counts from when it landed.
#[must_use]
pub fn last_touches(reading: &Reading<'_>) -> BTreeMap<(String, PersonId), Timestamp> {
    let areas_of = areas_of_files(reading);
    let changes = &reading.tables.changes;
    // By area and person first without owned names: there are millions of changes and few areas.
    let mut last: BTreeMap<(&str, PersonId), Timestamp> = BTreeMap::new();
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
            for area in areas {
                let at = last.entry((area, person)).or_insert(commit.committed_at);
                *at = (*at).max(commit.committed_at);
            }
        }
    }
    let mut touches: BTreeMap<(String, PersonId), Timestamp> = last
        .into_iter()
        .map(|((area, person), at)| ((area.to_owned(), person), at))
        .collect();
    for whole in pull_requests::of_product(reading) {
        for review in whole.human_reviews(reading.tables) {
            let Some(person) = review.author else {
                continue;
            };
            for area in whole.areas.iter() {
                let at = touches
                    .entry((area.clone(), person))
                    .or_insert(review.submitted_at);
                *at = (*at).max(review.submitted_at);
            }
        }
    }
    touches
}
