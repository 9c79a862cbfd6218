//! Who did anything on a product's code, and when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::domain::{PersonId, RepositoryId};
use crate::work::Reading;

/// A person is active with any event in this many days.
pub const ACTIVE_DAYS: i64 = 90;

/// When the humans of a product did anything on code in any of its repositories.
#[derive(Debug, Default)]
pub struct Activity {
    /// By person, in order of time.
    by_person: BTreeMap<PersonId, Vec<Timestamp>>,
}

impl Activity {
    fn of(reading: &Reading<'_>) -> Self {
        let mut seen: Vec<Vec<Timestamp>> = vec![Vec::new(); reading.tables.people.len()];
        let mut see = |repository: RepositoryId, at: Timestamp, person: Option<PersonId>| {
            let index = person.and_then(|person| usize::try_from(person.0).ok());
            if let Some(instants) = index.and_then(|index| seen.get_mut(index))
                && reading.product.has(repository)
            {
                instants.push(at);
            }
        };
        for commit in &reading.tables.commits {
            for author in commit.authors() {
                see(commit.repository, commit.committed_at, Some(author));
            }
        }
        let facts = &reading.tables.facts;
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
            .filter(|(person, instants)| !instants.is_empty() && reading.tables.is_human(*person))
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
pub fn active_people(reading: &Reading<'_>) -> BTreeSet<PersonId> {
    let since = reading
        .question
        .as_of
        .checked_sub(SignedDuration::from_hours(24 * ACTIVE_DAYS))
        .unwrap_or(Timestamp::MIN);
    let activity = reading.always(|| Activity::of(reading));
    let is_active = |instants: &Vec<Timestamp>| {
        let first = instants.partition_point(|at| *at < since);
        instants
            .get(first)
            .is_some_and(|at| *at < reading.question.as_of)
    };
    let people = activity.by_person.iter();
    people
        .filter(|(_, instants)| is_active(instants))
        .map(|(person, _)| *person)
        .collect()
}
