//! Tells what happened in initiatives, from what is looked up once for all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::Initiative;
use super::spent::{Spent, SpentByOpening};
use super::story::{Decision, Involved, Production, Story};
use crate::domain::{Comment, CommitId, PersonId, PullRequestState, RepositoryId, side_by_side};
use crate::work::areas::Areas;
use crate::work::delivery::incidents::{self, Incidents, Placed};
use crate::work::delivery::landing::{self, Landings};
use crate::work::delivery::shipping::{self, Delivered};
use crate::work::delivery::undone::{self, Aftermath, Undone};
use crate::work::kinds::DECISION_RECORDS;
use crate::work::pull_requests::{FullPullRequest, Key, not_human, of_product, reviewer_of};
use crate::work::turns::{Lived, lives};
use crate::work::written::{self, CameWith};
use crate::work::{Past, Reading};

/// What stories are told from, looked up once for all of them.
pub struct Teller<'a> {
    past: &'a Past<'a>,
    products: Vec<Product<'a>>,
    place_of: HashMap<Key, (usize, usize)>,
    /// Decision records and who wrote them, by pull request.
    records: HashMap<Key, Vec<(PersonId, String)>>,
    /// Who commented, by pull request with a decision record.
    commented: HashMap<Key, BTreeSet<PersonId>>,
}

struct Product<'a> {
    reading: &'a Reading<'a>,
    wholes: Vec<FullPullRequest<'a>>,
    lives: Arc<Vec<Lived>>,
    /// What people's pull requests took.
    spent: SpentByOpening,
    landings: Arc<Landings>,
    delivered: Arc<Delivered>,
    incidents: Option<Arc<Incidents>>,
    aftermath: Arc<Aftermath>,
    /// Commits of two or more people, by the pull request that they came with.
    paired: HashMap<Key, Vec<(PersonId, Vec<PersonId>)>>,
}

impl<'a> Teller<'a> {
    /// Looks everything up.
    #[must_use]
    pub fn of(past: &'a Past<'a>) -> Self {
        let readings: Vec<&'a Reading<'a>> = past.readings.iter().collect();
        let products: Vec<Product<'a>> = side_by_side(&readings, &|reading| Product::of(reading));
        let mut place_of = HashMap::new();
        for (at, product) in products.iter().enumerate() {
            for (index, whole) in product.wholes.iter().enumerate() {
                place_of.entry(whole.key()).or_insert((at, index));
            }
        }
        let mut records: HashMap<Key, Vec<(PersonId, String)>> = HashMap::new();
        for reading in &past.readings {
            for document in written::of_product(reading).iter() {
                if let (DECISION_RECORDS, CameWith::PullRequest(key)) =
                    (document.kind, document.came_with)
                {
                    let of_key = records.entry(key).or_default();
                    of_key.push((document.person, document.path.clone()));
                }
            }
        }
        let facts = &past.tables.facts;
        let mut commented: HashMap<Key, BTreeSet<PersonId>> = HashMap::new();
        // Only beside records it is told.
        let beside = |row: &&Comment| records.contains_key(&(row.repository, row.number));
        for comment in facts.comments.iter().filter(beside) {
            let person = comment
                .author
                .filter(|person| past.tables.is_human(*person));
            if let Some(person) = person.filter(|_| comment.created_at < past.question.as_of) {
                let key = (comment.repository, comment.number);
                commented.entry(key).or_default().insert(person);
            }
        }
        Self {
            past,
            products,
            place_of,
            records,
            commented,
        }
    }

    /// A pull request, by its key.
    #[must_use]
    pub fn whole(&self, key: Key) -> Option<&FullPullRequest<'a>> {
        let (_, whole) = self.found(key)?;
        Some(whole)
    }

    fn found(&self, key: Key) -> Option<(&Product<'a>, &FullPullRequest<'a>)> {
        let (at, index) = self.place_of.get(&key)?;
        let product = self.products.get(*at)?;
        Some((product, product.wholes.get(*index)?))
    }

    /// The time that a pull request took.
    fn spent(&self, key: Key) -> Option<Spent> {
        let (at, index) = self.place_of.get(&key)?;
        let life = self.products.get(*at)?.lives.get(*index)?;
        Some(Spent::of(life))
    }

    /// What happened in an initiative; `None` where none of its pull requests is known.
    #[must_use]
    pub fn story(&self, initiative: &Initiative) -> Option<Story> {
        let as_of = self.past.question.as_of;
        let found: Vec<(&Product<'_>, &FullPullRequest<'_>)> = initiative
            .keys
            .iter()
            .filter_map(|key| self.found(*key))
            .collect();
        let since = found
            .iter()
            .map(|(_, whole)| whole.pull_request.created_at)
            .min()?;
        let ends: Vec<Option<Timestamp>> = found
            .iter()
            .map(|(_, whole)| whole.ended_at(self.past.question))
            .collect();
        let is_merged = |whole: &FullPullRequest<'_>| {
            whole.pull_request.state == PullRequestState::Merged
                && whole.pull_request.merged_at.is_some_and(|at| at < as_of)
        };
        let n_open = ends.iter().filter(|at| at.is_none()).count();
        let n_merged = found.iter().filter(|(_, whole)| is_merged(whole)).count();
        let until = ends.iter().copied().flatten().max().filter(|_| n_open == 0);
        let mut involved = Involved::default();
        let mut areas = BTreeSet::new();
        let mut decisions = Vec::new();
        for (product, whole) in &found {
            self.involve(product, whole, is_merged(whole), &mut involved);
            let row = whole.pull_request;
            let repository = self.past.tables.repository(row.repository);
            let name = repository.map_or("?", |found| {
                found.name.rsplit('/').next().unwrap_or(&found.name)
            });
            let own = whole.areas.iter();
            areas.extend(own.map(|area| Areas::with_repository(name, area)));
            if let Some(at) = row.merged_at.filter(|_| is_merged(whole)) {
                decisions.extend(self.decisions(whole, at));
            }
        }
        decisions.sort_by_key(|one| (one.at, one.path.clone()));
        let own: BTreeSet<Key> = initiative.keys.iter().copied().collect();
        let mut products: Vec<usize> = initiative
            .keys
            .iter()
            .filter_map(|key| self.place_of.get(key).map(|(at, _)| *at))
            .collect();
        products.sort_unstable();
        products.dedup();
        let of_products = || products.iter().filter_map(|at| self.products.get(*at));
        let spent = initiative.keys.iter().filter_map(|key| self.spent(*key));
        let spent: Spent = spent.sum();
        // An initiative is people's work, and all of it was opened in its days: what is left of these is the others'.
        let in_its_days: Spent = of_products()
            .map(|product| product.spent.between(since, until))
            .sum();
        let of_key = |(product, whole): &(&Product<'_>, &FullPullRequest<'_>)| {
            let key = whole.key();
            let all = product.aftermath.of(key).iter();
            all.map(|one| (key, *one)).collect::<Vec<_>>()
        };
        let mut undone: Vec<(Key, Undone)> = found.iter().flat_map(of_key).collect();
        undone.sort_by_key(|(key, one)| (one.reverted.at, *key));
        let mut incidents: Vec<(Placed, u64)> = of_products()
            .flat_map(|product| product.incidents_of(&own))
            .collect();
        incidents.sort_by(|(a, _), (b, _)| {
            let (a, b) = (&a.incident, &b.incident);
            (a.started_at, &a.key).cmp(&(b.started_at, &b.key))
        });
        Some(Story {
            since,
            until,
            n_merged: number(n_merged),
            n_open: number(n_open),
            n_closed: number(found.len().saturating_sub(n_merged + n_open)),
            involved,
            areas,
            production: production(&found, &is_merged),
            decisions,
            waits: spent.waits(),
            others: in_its_days.without(spent).waits(),
            undone,
            incidents,
        })
    }

    /// The records of decisions that a merged pull request brought.
    #[must_use]
    pub fn decisions_of(&self, key: Key) -> Vec<Decision> {
        let whole = self.whole(key);
        let merged = whole.and_then(|whole| Some((whole, whole.pull_request.merged_at?)));
        merged.map_or_else(Vec::new, |(whole, at)| self.decisions(whole, at))
    }

    fn involve(
        &self,
        product: &Product<'_>,
        whole: &FullPullRequest<'_>,
        is_merged: bool,
        involved: &mut Involved,
    ) {
        let row = whole.pull_request;
        let tables = self.past.tables;
        let is_closed = !is_merged && whole.ended_at(self.past.question).is_some();
        if let Some(author) = row.author.filter(|_| !is_closed) {
            *involved.wrote.entry(author).or_default() += 1;
        }
        let reviewers = whole
            .reviews
            .iter()
            .filter_map(|review| reviewer_of(tables, row, review));
        involved.reviewed.extend(reviewers);
        for (author, co_authors) in product.paired.get(&whole.key()).into_iter().flatten() {
            for other in co_authors {
                let pair = (*author.min(other), *author.max(other));
                *involved.paired.entry(pair).or_default() += 1;
            }
        }
    }

    fn decisions(&self, whole: &FullPullRequest<'_>, at: Timestamp) -> Vec<Decision> {
        let key = whole.key();
        let Some(records) = self.records.get(&key) else {
            return Vec::new();
        };
        let row = whole.pull_request;
        let reviewers = whole
            .human_reviews(self.past.tables)
            .filter_map(|review| review.author);
        let commented = self.commented.get(&key).into_iter().flatten().copied();
        let mut people: BTreeSet<PersonId> = commented.chain(reviewers).collect();
        if let Some(author) = row.author {
            people.remove(&author);
        }
        let mut by_path: BTreeMap<&str, BTreeSet<PersonId>> = BTreeMap::new();
        for (person, path) in records {
            by_path.entry(path).or_default().insert(*person);
        }
        let records = by_path.into_iter();
        records
            .map(|(path, authors)| Decision {
                key,
                path: path.to_owned(),
                at,
                n_commented: people.difference(&authors).count(),
                authors: authors.into_iter().collect(),
            })
            .collect()
    }
}

impl<'a> Product<'a> {
    fn of(reading: &'a Reading<'a>) -> Self {
        let wholes = of_product(reading);
        let lives = lives(reading, &wholes);
        let of_people = wholes
            .iter()
            .zip(lives.iter())
            .filter(|(whole, _)| not_human(reading.tables, whole.pull_request.author).is_none());
        let spent = SpentByOpening::of(
            of_people.map(|(whole, life)| (whole.pull_request.created_at, Spent::of(life))),
        );
        let landings = landing::of_product(reading, &wholes);
        let delivered = shipping::of_product(reading);
        let shipped = delivered.as_ref().as_ref().ok();
        let incidents = shipped.map(|(_, shipping)| incidents::of_product(reading, shipping));
        let aftermath = undone::of_product(reading);
        let mut paired: HashMap<Key, Vec<(PersonId, Vec<PersonId>)>> = HashMap::new();
        let is_human = |person: &PersonId| reading.tables.is_human(*person);
        let commits = reading.tables.commits.iter();
        for row in commits.filter(|row| reading.product.has(row.repository) && !row.is_merge) {
            let others: Vec<PersonId> = row
                .authors()
                .skip(1)
                .filter(|person| is_human(person))
                .collect();
            if others.is_empty()
                || !is_human(&row.author)
                || row.landed_at >= reading.question.as_of
            {
                continue;
            }
            if let Some(key) = aftermath.pull_request(row.repository, row.commit) {
                paired.entry(key).or_default().push((row.author, others));
            }
        }
        Self {
            reading,
            wholes,
            lives,
            spent,
            landings,
            delivered,
            incidents,
            aftermath,
            paired,
        }
    }

    /// When a deployment first shipped a merged pull request.
    fn shipped_at(&self, key: Key) -> Option<Timestamp> {
        let commit: (RepositoryId, CommitId) = (key.0, self.landings.commit(key)?);
        let (_, shipping) = self.delivered.as_ref().as_ref().ok()?;
        let at = shipping.first(commit.0, commit.1)?.at;
        (at < self.reading.question.as_of).then_some(at)
    }

    /// Incidents put down to a deployment that first shipped some pull requests, and how many of them.
    fn incidents_of(&self, own: &BTreeSet<Key>) -> Vec<(Placed, u64)> {
        let (Some(incidents), Ok((_, shipping))) = (&self.incidents, self.delivered.as_ref())
        else {
            return Vec::new();
        };
        let mut n_of: HashMap<usize, u64> = HashMap::new();
        for key in own {
            let commit = self.landings.commit(*key);
            let first = commit.and_then(|commit| shipping.first_index(key.0, commit));
            if let Some(first) = first {
                *n_of.entry(first).or_default() += 1;
            }
        }
        if n_of.is_empty() {
            return Vec::new();
        }
        let all = incidents.all.iter();
        let caused = all.filter_map(|one| Some((one, *n_of.get(&one.cause?)?)));
        caused.map(|(one, n)| (one.clone(), n)).collect()
    }
}

fn production(
    found: &[(&Product<'_>, &FullPullRequest<'_>)],
    is_merged: &dyn Fn(&FullPullRequest<'_>) -> bool,
) -> Production {
    let mut missing = None;
    let (mut n, mut of, mut last) = (0, 0, None);
    for (product, whole) in found.iter().filter(|(_, whole)| is_merged(whole)) {
        if let Err(because) = product.delivered.as_ref() {
            missing = Some(because.because.clone());
            continue;
        }
        of += 1;
        if let Some(at) = product.shipped_at(whole.key()) {
            n += 1;
            last = last.max(Some(at));
        }
    }
    match missing.filter(|_| of == 0) {
        Some(because) => Production::NotObserved(because),
        None => Production::Shipped { n, of, last },
    }
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
