//! Recency-weighted knowledge of areas: commits count in full, reviews by half, both fade with age.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::PersonId;
use crate::work::activity::{ACTIVE_DAYS, active_people};
use crate::work::file_areas::FileAreas;
use crate::work::history::fading::{REVIEW_WEIGHT, weight};
use crate::work::history::lineage::{exclusion, file_histories};
use crate::work::history::touches::each_commit_in_areas;
use crate::work::{Missing, Reading, pull_requests};

/// What one person knows of one area.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Knowledge {
    /// Decayed weight of commits and reviews.
    pub weight: f64,
    /// Commits and reviews in the window, each once per area.
    pub n_contributions: u64,
}

/// What everybody knows of one area.
#[derive(Debug, Clone, Default)]
pub struct AreaKnowledge {
    /// By person; humans only.
    pub by_person: BTreeMap<PersonId, Knowledge>,
    /// Counted commits in the window.
    pub n_commits: u64,
}

impl AreaKnowledge {
    /// Whether enough happened to say who knows the area.
    #[must_use]
    pub fn has_enough(&self, minimum_n: u64) -> bool {
        self.n_contributions() >= minimum_n
    }

    /// Contributions of everybody.
    #[must_use]
    pub fn n_contributions(&self) -> u64 {
        self.by_person
            .values()
            .map(|knowledge| knowledge.n_contributions)
            .sum()
    }

    /// The person with most weight and the share of it; ties go to the smaller id.
    #[must_use]
    pub fn holder(&self) -> Option<(PersonId, f64)> {
        let total: f64 = self
            .by_person
            .values()
            .map(|knowledge| knowledge.weight)
            .sum();
        let (person, knowledge) = self
            .by_person
            .iter()
            .max_by(|a, b| a.1.weight.total_cmp(&b.1.weight).then_with(|| b.0.cmp(a.0)))?;
        (total > 0.0).then(|| (*person, knowledge.weight / total))
    }
}

/// Knowledge by area of one product at the as-of instant. Areas without any history have no entry, nor have areas of which no file that
/// counts exists any more: as of deleted files, there is nothing left to know.
#[must_use]
pub fn by_area(reading: &Reading<'_>) -> Arc<BTreeMap<String, AreaKnowledge>> {
    reading.once(|| known(reading))
}

fn known(reading: &Reading<'_>) -> BTreeMap<String, AreaKnowledge> {
    let places = FileAreas::of(reading);
    let mut known: BTreeMap<String, AreaKnowledge> = BTreeMap::new();
    each_commit_in_areas(reading, &places, &mut |commit, areas| {
        let areas = areas.iter().filter_map(|area| places.name(*area));
        credit(reading, commit, areas, &mut known);
    });
    for whole in pull_requests::of_product(reading) {
        for review in whole.human_reviews(reading.tables) {
            let (Some(person), Some(weight)) = (
                review.author,
                weight(review.submitted_at, reading.question.as_of),
            ) else {
                continue;
            };
            for area in whole.areas.iter() {
                let knowledge = known
                    .entry(area.clone())
                    .or_default()
                    .by_person
                    .entry(person)
                    .or_default();
                knowledge.weight += REVIEW_WEIGHT * weight;
                knowledge.n_contributions += 1;
            }
        }
    }
    let living = living(reading, &places);
    known.retain(|area, _| living.contains(area.as_str()));
    known
}

/// The areas that have a file that counts at the as-of instant.
fn living<'a>(reading: &Reading<'_>, places: &'a FileAreas) -> BTreeSet<&'a str> {
    let histories = file_histories(reading);
    let files = histories.files.iter().map(|history| history.file);
    let counted = files.filter(|file| exclusion(reading.tables, *file).is_none());
    counted
        .filter_map(|file| places.of_files().get(usize::try_from(file).ok()?))
        .flatten()
        .filter_map(|area| places.name(*area))
        .collect()
}

fn credit<'a>(
    reading: &Reading<'_>,
    commit: &crate::tables::CommitRow,
    areas: impl Iterator<Item = &'a str>,
    known: &mut BTreeMap<String, AreaKnowledge>,
) {
    let people: Vec<PersonId> = commit
        .authors()
        .filter(|person| reading.tables.is_human(*person))
        .collect();
    if people.is_empty() || commit.committed_at >= reading.question.as_of {
        return;
    }
    let weight = weight(
        commit.authored_at.min(commit.committed_at),
        reading.question.as_of,
    );
    for area in areas {
        // Most areas are known: their names are not copied for each commit.
        if !known.contains_key(area) {
            known.insert(area.to_owned(), AreaKnowledge::default());
        }
        let (Some(area), Some(weight)) = (known.get_mut(area), weight) else {
            continue;
        };
        area.n_commits += 1;
        for person in &people {
            let knowledge = area.by_person.entry(*person).or_default();
            knowledge.weight += weight;
            knowledge.n_contributions += 1;
        }
    }
}

/// Why nothing can be said of active people where nobody is active at all: then the record is old, and not the knowledge lost.
#[must_use]
pub fn stale(reading: &Reading<'_>) -> Option<Missing> {
    if !active_people(reading).is_empty() {
        return None;
    }
    let commits = reading.tables.commits.iter();
    let committed = commits.map(|row| (row.repository, row.committed_at));
    let opened = reading.tables.facts.pull_requests.iter();
    let newest = committed
        .chain(opened.map(|row| (row.repository, row.created_at)))
        .filter(|(repository, at)| reading.product.has(*repository) && *at < reading.question.as_of)
        .map(|(_, at)| at)
        .max()?;
    let on = reading.question.zone.to_datetime(newest).date();
    Some(Missing {
        because: format!(
            "the newest event on record is of {on}, and nobody was active in the {ACTIVE_DAYS} days before the as-of instant"
        ),
        fix: Some(format!(
            "if work goes on, fetch and pull first; else ask with `--as-of {on}`"
        )),
    })
}
