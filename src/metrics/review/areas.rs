//! Who reviews and approves in which area, recently and ever.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::done::fate;
use crate::domain::{PersonId, RepositoryId, ReviewState};
use crate::metrics::aggregate::count;
use crate::work::pull_requests::{Key, of_product};
use crate::work::roster::RosterMember;
use crate::work::{Fate, Question, Reading};

/// How far back a review is recent: 180 days of 24 hours before the as-of instant.
const RECENT_HOURS: i64 = 180 * 24;

/// What one person reviewed in one area.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AreaReviews {
    /// Pull requests reviewed in the last 180 days.
    pub reviewed: BTreeSet<Key>,
    /// Pull requests approved in the last 180 days.
    pub approved: BTreeSet<Key>,
    /// The last review ever.
    pub last_review_at: Option<Timestamp>,
    /// The last approval ever.
    pub last_approval_at: Option<Timestamp>,
}

/// One area's reviewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaReviewers {
    /// The repository of the area's first pull request.
    pub repository: RepositoryId,
    /// By person: humans on others' pull requests, who have not left the team.
    pub people: BTreeMap<PersonId, AreaReviews>,
}

impl AreaReviewers {
    /// Who reviewed here in the last 180 days.
    pub fn recent_reviewers(&self) -> impl Iterator<Item = PersonId> + '_ {
        let recent = |(person, area): (&PersonId, &AreaReviews)| {
            (!area.reviewed.is_empty()).then_some(*person)
        };
        self.people.iter().filter_map(recent)
    }

    /// Who approved here in the last 180 days.
    pub fn recent_approvers(&self) -> impl Iterator<Item = PersonId> + '_ {
        let recent = |(person, area): (&PersonId, &AreaReviews)| {
            (!area.approved.is_empty()).then_some(*person)
        };
        self.people.iter().filter_map(recent)
    }

    /// How many pull requests were reviewed here in the last 180 days.
    #[must_use]
    pub fn n_reviewed(&self) -> u64 {
        let all: BTreeSet<&Key> = self
            .people
            .values()
            .flat_map(|area| &area.reviewed)
            .collect();
        count(all.len())
    }

    /// The only recent reviewer, where there is one.
    #[must_use]
    pub fn only_reviewer(&self) -> Option<PersonId> {
        only(self.recent_reviewers())
    }

    /// The only recent approver, where there is one.
    #[must_use]
    pub fn only_approver(&self) -> Option<PersonId> {
        only(self.recent_approvers())
    }
}

fn only(mut people: impl Iterator<Item = PersonId>) -> Option<PersonId> {
    let first = people.next()?;
    people.next().is_none().then_some(first)
}

/// Whether somebody has left the team by the as-of instant: a review of theirs is history, and no help.
fn has_left(question: &Question, person: PersonId) -> bool {
    let today = question.zone.to_datetime(question.as_of).date();
    let member = |member: &&RosterMember| member.person == person;
    let found = question.roster.members.iter().find(member);
    found.is_some_and(|member| member.left_on.is_some_and(|left_on| left_on < today))
}

/// The reviewers of every area of a product in which anybody ever reviewed, by area.
#[must_use]
pub fn by_area(reading: &Reading<'_>) -> BTreeMap<String, AreaReviewers> {
    let recent = jiff::SignedDuration::from_hours(RECENT_HOURS);
    let since = reading
        .question
        .as_of
        .checked_sub(recent)
        .unwrap_or(Timestamp::MIN);
    let mut areas: BTreeMap<String, AreaReviewers> = BTreeMap::new();
    for whole in of_product(reading) {
        for review in &whole.reviews {
            let Some(person) = review.author else {
                continue;
            };
            if fate(reading.tables, &whole, review) != Fate::Included {
                continue;
            }
            let (at, key) = (review.submitted_at, whole.key());
            let is_recent = at >= since && !has_left(reading.question, person);
            let is_approval = review.verdict == ReviewState::Approved;
            for area in whole.areas.iter() {
                let entry = areas
                    .entry(area.clone())
                    .or_insert_with(|| AreaReviewers {
                        repository: key.0,
                        people: BTreeMap::new(),
                    })
                    .people
                    .entry(person)
                    .or_default();
                entry.last_review_at = entry.last_review_at.max(Some(at));
                if is_recent {
                    entry.reviewed.insert(key);
                }
                if is_approval {
                    entry.last_approval_at = entry.last_approval_at.max(Some(at));
                    if is_recent {
                        entry.approved.insert(key);
                    }
                }
            }
        }
    }
    areas
}
