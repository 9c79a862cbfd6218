//! Accounts that GitHub types as people and that answer like machines.
//!
//! Nobody reads a pull request in a minute. An account that speaks that fast, again and again, makes every wait disappear: until
//! the register says what it is, the figures of those waits are withheld. Which account it is stays private.

use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use crate::domain::PersonId;
use crate::work::Reading;
use crate::work::pull_requests::{Key, of_product};

/// Faster than anybody reads.
const AT_ONCE: SignedDuration = SignedDuration::from_secs(60);

/// Fewer are chance.
const AGAIN_AND_AGAIN: u64 = 5;

/// What is looked at: which waits an account would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Comments and reviews: they end the wait for a first response.
    Any,
    /// Reviews: they end the wait for a review too.
    Reviews,
}

/// Accounts of people, no members of the team, whose first words on at least four of five pull requests that they spoke on came
/// within a minute of readiness: at least five times in the window.
#[must_use]
pub fn accounts(reading: &Reading<'_>, words: Words) -> Vec<PersonId> {
    let suspects = reading.once_a_window(|| Suspects {
        any: looked_for(reading, Words::Any),
        reviews: looked_for(reading, Words::Reviews),
    });
    match words {
        Words::Any => suspects.any.clone(),
        Words::Reviews => suspects.reviews.clone(),
    }
}

/// The accounts of one reading.
struct Suspects {
    any: Vec<PersonId>,
    reviews: Vec<PersonId>,
}

fn looked_for(reading: &Reading<'_>, words: Words) -> Vec<PersonId> {
    let mut comments: HashMap<Key, Vec<(PersonId, Timestamp)>> = HashMap::new();
    if words == Words::Any {
        for comment in &reading.tables.facts.comments {
            if let Some(person) = comment.author {
                let key = (comment.repository, comment.number);
                let said = (person, comment.created_at);
                comments.entry(key).or_default().push(said);
            }
        }
    }
    let is_member = |person: PersonId| {
        let mut members = reading.question.roster.members.iter();
        members.any(|member| member.person == person)
    };
    let mut spoke: BTreeMap<PersonId, (u64, u64)> = BTreeMap::new();
    for whole in of_product(reading) {
        let row = whole.pull_request;
        let Some(ready_at) = row
            .ready_at
            .filter(|at| reading.question.window.contains(*at))
        else {
            continue;
        };
        let reviews = whole.reviews.iter();
        let mut said: Vec<(PersonId, Timestamp)> = reviews
            .filter_map(|review| Some((review.author?, review.submitted_at)))
            .chain(comments.remove(&whole.key()).unwrap_or_default())
            .filter(|(person, at)| Some(*person) != row.author && *at < reading.question.as_of)
            .filter(|(person, _)| reading.tables.is_human(*person))
            .collect();
        said.sort_unstable();
        said.dedup_by_key(|(person, _)| *person);
        for (person, at) in said {
            let (n_fast, n_all) = spoke.entry(person).or_default();
            let waited = at.duration_since(ready_at);
            *n_fast += u64::from(!waited.is_negative() && waited <= AT_ONCE);
            *n_all += 1;
        }
    }
    spoke
        .into_iter()
        .filter(|(_, (n_fast, n_all))| *n_fast >= AGAIN_AND_AGAIN && n_fast * 5 >= n_all * 4)
        .map(|(person, _)| person)
        .filter(|person| !is_member(*person))
        .collect()
}
