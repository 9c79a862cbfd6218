//! When somebody last committed to or reviewed an area: for the private tree only.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::PersonId;
use crate::tables::Tables;
use crate::work::question::areas_of_files;
use crate::work::{Lens, ProductLens, pull_requests};

/// The last commit or review of every human in every area of a product before the as-of instant, over the whole history.
///
/// Commits and files that knowledge leaves out are left out here too; a commit counts from when it landed.
#[must_use]
pub fn last_touches(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> BTreeMap<(String, PersonId), Timestamp> {
    let areas_of = areas_of_files(tables, lens, product);
    let changes = &tables.changes;
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
        let commit = tables.commits.get(row).filter(|commit| {
            counts
                && product.repositories.contains(&commit.repository)
                && commit.leaves_out(*change).is_none()
                && commit.committed_at < lens.as_of
        });
        let (Some(commit), Some(areas)) = (commit, areas_of.get(file)) else {
            continue;
        };
        for person in commit.authors().filter(|person| tables.is_human(*person)) {
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
    for whole in pull_requests::of_product(tables, lens, product) {
        for review in whole.human_reviews(tables) {
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
