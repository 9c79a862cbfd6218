//! Rows by the scopes that have them, where teams own what products have too.
//!
//! A team's figure beside its product's tells a third one: what is of the product and not of the team. Whether enough people are behind
//! that can be told only from the rows. So each measure of a product keeps, in place of its rows, how many of them which scopes share,
//! and who is behind those, as long as they are few.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::measure::{LedgerRow, Measure, Thing};
use super::share::{Share, SharePlace};
use crate::domain::{CommitPrefix, PersonId, RepositoryId};
use crate::tables::owned::Kept;
use crate::work::{Fate, Question, Reading};

/// A team whose figures tell more than those of the products, and what of a product it owns.
struct Part {
    name: String,
    kept: Kept,
    commits: HashSet<(RepositoryId, CommitPrefix)>,
}

/// Every such team that owns something of one product.
struct Parts(Vec<Part>);

impl Parts {
    fn of(reading: &Reading<'_>) -> Arc<Self> {
        reading.always(|| {
            let teams = reading.question.teams.iter();
            let parts = teams.filter(|team| !team.is_whole()).filter_map(|team| {
                let owning = team.owning()?;
                let has = |one: &RepositoryId| reading.product.has(*one);
                if !team.repositories.iter().any(has) {
                    return None;
                }
                let kept = Kept::of(reading.tables, &owning.owned);
                Some(Part {
                    name: team.name.clone(),
                    commits: kept.prefixes().collect(),
                    kept,
                })
            });
            Self(parts.collect())
        })
    }
}

impl Part {
    /// Whether the team has a row; `None` where nobody can tell.
    fn has(&self, row: &LedgerRow) -> Option<bool> {
        let repository = row.repository?;
        if self.kept.has_all(repository) {
            return Some(true);
        }
        if !self.kept.has_part(repository) {
            return Some(false);
        }
        match row.subject.thing {
            Thing::Numbered(number) => Some(self.kept.has_pull_request(repository, number)),
            Thing::Commit(commit) => Some(self.commits.contains(&(repository, commit))),
            // Of the repository as a whole.
            Thing::NoCommit | Thing::Declared | Thing::Run(_) => Some(false),
            Thing::Area | Thing::Path | Thing::Day(_) | Thing::Person => None,
        }
    }
}

/// The measure of a product with what its rows share with teams, where there are teams, and it is about what people did.
#[must_use]
pub(super) fn with_shares(mut measure: Measure, reading: &Reading<'_>) -> Measure {
    let is_counted = measure.definition.about.counted().is_some();
    if !is_counted || reading.question.teams.is_empty() || reading.product.owning().is_some() {
        return measure;
    }
    let parts = Parts::of(reading);
    if parts.0.is_empty() {
        return measure;
    }
    let mut shares: BTreeMap<SharePlace, Share> = BTreeMap::new();
    for row in measure.rows.iter().filter(|row| row.fate == Fate::Included) {
        let place = place_of(row, &parts);
        let share = shares.entry(place.clone()).or_insert_with(|| Share {
            place,
            n: 0,
            wrote: Vec::new(),
            reviewed: Vec::new(),
        });
        share.n += 1;
        for person in row.authors.iter() {
            add(&mut share.wrote, *person, reading.question);
        }
        if let Some(person) = row.person {
            add(&mut share.reviewed, person, reading.question);
        }
    }
    measure.shares = shares.into_values().collect();
    measure
}

fn place_of(row: &LedgerRow, parts: &Parts) -> SharePlace {
    let mut place = SharePlace {
        product: row.product.clone(),
        bucket: row.bucket,
        repository: row.repository,
        areas: Arc::clone(&row.areas),
        origin: row.origin,
        teams: Vec::new(),
        unsure: Vec::new(),
    };
    for part in &parts.0 {
        match part.has(row) {
            Some(true) => place.teams.push(part.name.clone()),
            Some(false) => {}
            None => place.unsure.push(part.name.clone()),
        }
    }
    place
}

fn add(people: &mut Vec<PersonId>, person: PersonId, question: &Question) {
    if people.len() < question.minimum_people && !people.contains(&person) {
        people.push(person);
    }
}
