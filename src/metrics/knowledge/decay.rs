//! Recency-weighted knowledge of areas: commits count in full, reviews by half, both fade with age.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::holdings::Places;
use crate::domain::{PersonId, RepositoryId};
use crate::metrics::lens::{Missing, ProductLens};
use crate::metrics::{Lens, pull_requests};
use crate::tables::Tables;

/// Days after which a contribution weighs 1/e, and the length of the window: Jabrayilzade et al. (2022).
pub const DECAY_DAYS: f64 = 90.0;
/// Contributions older than this many days weigh nothing.
pub const WINDOW_DAYS: i64 = 547;
/// A person is active with any event in this many days.
pub const ACTIVE_DAYS: i64 = 90;
/// Weight of a review against a commit.
pub const REVIEW_WEIGHT: f64 = 0.5;

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

/// Knowledge by area of one product at the as-of instant. Areas without any history have no entry.
#[must_use]
pub fn by_area(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> BTreeMap<String, AreaKnowledge> {
    let places = Places::of(tables, lens, product);
    let mut known: BTreeMap<String, AreaKnowledge> = BTreeMap::new();
    let changes = &tables.changes;
    // Changes are grouped by commit: one contribution a commit and area, however many files.
    let mut current: Option<u32> = None;
    let mut touched: Vec<u32> = Vec::new();
    for at in 0..=changes.len() {
        let row = changes.commit.get(at).copied();
        if row != current {
            if let Some(commit) =
                current.and_then(|row| tables.commits.get(usize::try_from(row).ok()?))
            {
                touched.sort_unstable();
                touched.dedup();
                let areas = touched.iter().filter_map(|area| places.name(*area));
                credit(tables, lens, product, commit, areas, &mut known);
            }
            touched.clear();
            current = row;
        }
        let Some(file) = changes
            .file
            .get(at)
            .and_then(|file| usize::try_from(*file).ok())
        else {
            continue;
        };
        let commit = row.and_then(|row| tables.commits.get(usize::try_from(row).ok()?));
        let counts = commit
            .zip(changes.change.get(at))
            .is_some_and(|(commit, change)| commit.leaves_out(*change).is_none());
        if counts
            && changes
                .files
                .get(file)
                .is_some_and(|file| file.exclusion.is_none())
        {
            touched.extend(places.of_files().get(file).into_iter().flatten());
        }
    }
    for whole in pull_requests::of_product(tables, lens, product) {
        for review in whole.human_reviews(tables) {
            let (Some(person), Some(weight)) =
                (review.author, weight(review.submitted_at, lens.as_of))
            else {
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
    known
}

fn credit<'a>(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    commit: &crate::tables::CommitRow,
    areas: impl Iterator<Item = &'a str>,
    known: &mut BTreeMap<String, AreaKnowledge>,
) {
    if !product.repositories.contains(&commit.repository) {
        return;
    }
    let people: Vec<PersonId> = commit
        .authors()
        .filter(|person| tables.is_human(*person))
        .collect();
    if people.is_empty() || commit.committed_at >= lens.as_of {
        return;
    }
    let weight = weight(commit.authored_at.min(commit.committed_at), lens.as_of);
    for area in areas {
        let area = known.entry(area.to_owned()).or_default();
        let Some(weight) = weight else { continue };
        area.n_commits += 1;
        for person in &people {
            let knowledge = area.by_person.entry(*person).or_default();
            knowledge.weight += weight;
            knowledge.n_contributions += 1;
        }
    }
}

/// `exp(−days/90)` inside the window of 547 days; `None` outside.
#[must_use]
pub fn weight(at: Timestamp, as_of: Timestamp) -> Option<f64> {
    let age = as_of.duration_since(at);
    if age.is_negative() || age > SignedDuration::from_hours(24 * WINDOW_DAYS) {
        return None;
    }
    Some((-age.as_secs_f64() / 86_400.0 / DECAY_DAYS).exp())
}

/// When the humans of a product did anything on code in any of its repositories.
#[derive(Debug, Default)]
pub struct Activity {
    /// By person, in order of time.
    by_person: BTreeMap<PersonId, Vec<Timestamp>>,
}

impl Activity {
    fn of(tables: &Tables, product: &ProductLens) -> Self {
        let mut seen: Vec<Vec<Timestamp>> = vec![Vec::new(); tables.people.len()];
        let mut see = |repository: RepositoryId, at: Timestamp, person: Option<PersonId>| {
            let index = person.and_then(|person| usize::try_from(person.0).ok());
            if let Some(instants) = index.and_then(|index| seen.get_mut(index))
                && product.has(repository)
            {
                instants.push(at);
            }
        };
        for commit in &tables.commits {
            for author in commit.authors() {
                see(commit.repository, commit.committed_at, Some(author));
            }
        }
        let facts = &tables.facts;
        for row in &facts.pull_requests {
            see(row.repository, row.created_at, row.author);
            if let Some(merged_at) = row.merged_at {
                see(row.repository, merged_at, row.merged_by);
            }
        }
        for row in &facts.reviews {
            see(row.repository, row.submitted_at, row.author);
        }
        for row in &facts.comments {
            see(row.repository, row.created_at, row.author);
        }
        for row in &facts.review_requests {
            see(row.repository, row.at, row.actor);
        }
        for row in &facts.timeline {
            see(row.repository, row.at, row.actor);
        }
        let by_person = (0_u32..)
            .map(PersonId)
            .zip(seen)
            .filter(|(person, instants)| !instants.is_empty() && tables.is_human(*person))
            .map(|(person, mut instants)| {
                instants.sort_unstable();
                (person, instants)
            });
        Self {
            by_person: by_person.collect(),
        }
    }
}

/// Humans with any event on code in any of the product's repositories in the last 90 days: a commit, a pull request opened, a
/// merge, a review, a comment on one, a request, a label. Issues do not count.
#[must_use]
pub fn active_people(tables: &Tables, lens: &Lens, product: &ProductLens) -> BTreeSet<PersonId> {
    let since = lens
        .as_of
        .checked_sub(SignedDuration::from_hours(24 * ACTIVE_DAYS))
        .unwrap_or(Timestamp::MIN);
    let activity = lens
        .shared
        .activity(product, || Activity::of(tables, product));
    let is_active = |instants: &Vec<Timestamp>| {
        let first = instants.partition_point(|at| *at < since);
        instants.get(first).is_some_and(|at| *at < lens.as_of)
    };
    let people = activity.by_person.iter();
    people
        .filter(|(_, instants)| is_active(instants))
        .map(|(person, _)| *person)
        .collect()
}

/// Why nothing can be said of active people where nobody is active at all: then the record is old, and not the knowledge lost.
#[must_use]
pub fn stale(tables: &Tables, lens: &Lens, product: &ProductLens) -> Option<Missing> {
    if !active_people(tables, lens, product).is_empty() {
        return None;
    }
    let commits = tables.commits.iter();
    let committed = commits.map(|row| (row.repository, row.committed_at));
    let opened = tables.facts.pull_requests.iter();
    let newest = committed
        .chain(opened.map(|row| (row.repository, row.created_at)))
        .filter(|(repository, at)| product.has(*repository) && *at < lens.as_of)
        .map(|(_, at)| at)
        .max()?;
    let on = lens.zone.to_datetime(newest).date();
    Some(Missing {
        because: format!(
            "the newest event on record is of {on}, and nobody was active in the {ACTIVE_DAYS} days before the as-of instant"
        ),
        fix: Some(format!(
            "if work goes on, fetch and pull first; else ask with `--as-of {on}`"
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contribution_fades_to_a_third_in_ninety_days_and_to_nothing_after_547() {
        let as_of: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let days_ago = |days: i64| as_of - SignedDuration::from_hours(24 * days);
        assert!((weight(as_of, as_of).unwrap() - 1.0).abs() < 1e-12);
        // e^−1 = 0.367879.
        assert!((weight(days_ago(90), as_of).unwrap() - 0.367_879).abs() < 1e-6);
        assert!(weight(days_ago(547), as_of).is_some());
        assert_eq!(weight(days_ago(548), as_of), None);
        assert_eq!(weight(as_of + SignedDuration::from_hours(1), as_of), None);
    }
}
