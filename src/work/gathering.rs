//! Which rows belong to each pull request: gathered once a reading, and told by their places.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use jiff::Timestamp;

use super::file_areas::qualifier;
use super::origins;
use super::pushes::Push;
use super::rows::row;
use crate::domain::{CommitId, PersonId, PrNumber, RepositoryId};
use crate::tables::Tables;
use crate::work::Reading;

/// The key of a pull request: numbers of different repositories collide.
pub type Key = (RepositoryId, PrNumber);

/// Which rows belong to each pull request of a product at an instant: what a [`FullPullRequest`] is put together from.
#[derive(Debug)]
pub(super) struct Gathered(pub(super) Vec<Members>);

/// One pull request's rows, by index into their tables and in order of time.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) pull_request: u32,
    pub(super) reviews: Arc<[u32]>,
    pub(super) requests: Arc<[u32]>,
    pub(super) commits: Arc<[(CommitId, Timestamp)]>,
    pub(super) timeline: Arc<[u32]>,
    pub(super) pushes: Arc<[Push]>,
    pub(super) comments: Arc<[u32]>,
    pub(super) areas: Arc<[String]>,
    pub(super) authors: Arc<[PersonId]>,
}

/// The same while they are found.
#[derive(Debug, Default)]
struct Found {
    pull_request: u32,
    reviews: Vec<u32>,
    requests: Vec<u32>,
    commits: Vec<(CommitId, Timestamp)>,
    timeline: Vec<u32>,
    pushes: Vec<Push>,
    comments: Vec<u32>,
}

impl Found {
    /// In order of time.
    fn in_order(mut self, tables: &Tables, areas: Arc<[String]>) -> Members {
        let facts = &tables.facts;
        self.pushes.sort_unstable();
        self.pushes.dedup();
        self.reviews
            .sort_by_key(|at| row(&facts.reviews, *at).map(|row| (row.submitted_at, &row.review)));
        self.comments
            .sort_by_key(|at| row(&facts.comments, *at).map(|row| (row.created_at, &row.comment)));
        self.requests.sort_by_key(|at| {
            row(&facts.review_requests, *at)
                .map(|row| (row.at, row.action, row.reviewer, &row.team))
        });
        self.timeline.sort_by_key(|at| {
            row(&facts.timeline, *at).map(|row| (row.at, &row.event, &row.detail, row.actor))
        });
        let answers = row(&facts.pull_requests, self.pull_request)
            .and_then(|row| origins::answers_for(tables, row));
        Members {
            pull_request: self.pull_request,
            reviews: shared(self.reviews),
            requests: shared(self.requests),
            commits: shared(self.commits),
            timeline: shared(self.timeline),
            pushes: shared(self.pushes),
            comments: shared(self.comments),
            areas,
            authors: answers.into_iter().collect(),
        }
    }
}

/// What many have none of is there once.
fn shared<T>(list: Vec<T>) -> Arc<[T]> {
    if list.is_empty() {
        return Arc::default();
    }
    list.into()
}

impl Gathered {
    /// The rows of a product's pull requests at the question's instant, by repository and number.
    pub(super) fn of(reading: &Reading<'_>) -> Self {
        Self(gather(reading).unwrap_or_default())
    }
}

/// Places of pull requests. Rows come by pull request: each is looked up once for many of them.
struct PlaceOf {
    place_of: HashMap<Key, usize>,
    last: Option<(Key, Option<usize>)>,
}

impl PlaceOf {
    fn new(place_of: HashMap<Key, usize>) -> Self {
        Self {
            place_of,
            last: None,
        }
    }

    fn get(&mut self, key: Key) -> Option<usize> {
        if let Some((last, place)) = self.last
            && last == key
        {
            return place;
        }
        let place = self.place_of.get(&key).copied();
        self.last = Some((key, place));
        place
    }
}

/// `None` never: every index comes from the table that it is looked up in.
fn gather(reading: &Reading<'_>) -> Option<Vec<Members>> {
    let facts = &reading.tables.facts;
    let mut opened: Vec<u32> = (0_u32..)
        .zip(&facts.pull_requests)
        .filter(|(_, row)| {
            reading.product.has(row.repository) && row.created_at < reading.question.as_of
        })
        .map(|(at, _)| at)
        .collect();
    let key = |at: u32| row(&facts.pull_requests, at).map(|row| (row.repository, row.number));
    opened.sort_by_key(|at| key(*at));
    let mut at = PlaceOf::new(
        opened
            .iter()
            .enumerate()
            .filter_map(|(place, at)| Some((key(*at)?, place)))
            .collect(),
    );
    let mut found: Vec<Found> = opened
        .into_iter()
        .map(|pull_request| Found {
            pull_request,
            ..Found::default()
        })
        .collect();
    for (index, row) in (0_u32..).zip(&facts.reviews) {
        if row.submitted_at < reading.question.as_of
            && let Some(at) = at.get((row.repository, row.number))
        {
            found.get_mut(at)?.reviews.push(index);
        }
    }
    for (index, row) in (0_u32..).zip(&facts.review_requests) {
        if row.at < reading.question.as_of
            && let Some(at) = at.get((row.repository, row.number))
        {
            found.get_mut(at)?.requests.push(index);
        }
    }
    for commit in &facts.pull_request_commits {
        if let Some(at) = at.get((commit.repository, commit.number)) {
            let found = found.get_mut(at)?;
            found.commits.push((commit.commit, commit.authored_at));
            let since = row(&facts.pull_requests, found.pull_request)?.created_at;
            if !commit.updates_from_base
                && since < commit.authored_at
                && commit.authored_at < reading.question.as_of
            {
                let push = Push::by(reading.tables, commit.authored_at, commit.author);
                found.pushes.extend(push);
            }
        }
    }
    for (index, row) in (0_u32..).zip(&facts.timeline) {
        if row.at < reading.question.as_of
            && let Some(at) = at.get((row.repository, row.number))
        {
            let found = found.get_mut(at)?;
            if row.event == "head_ref_force_pushed" {
                let push = Push::by(reading.tables, row.at, row.actor);
                found.pushes.extend(push);
            }
            found.timeline.push(index);
        }
    }
    beside_agents(reading, &mut at, &mut found);
    let areas = areas(reading, &mut at);
    let own = found.into_iter().zip(areas);
    let members = own.map(|(found, areas)| found.in_order(reading.tables, areas));
    Some(members.collect())
}

/// Adds the comments of pull requests to which an agent pushed.
fn beside_agents(reading: &Reading<'_>, at: &mut PlaceOf, found: &mut [Found]) {
    for (index, row) in (0_u32..).zip(&reading.tables.facts.comments) {
        if row.created_at < reading.question.as_of
            && let Some(at) = at.get((row.repository, row.number))
            && let Some(found) = found.get_mut(at)
            && found.pushes.iter().any(|push| push.agent.is_some())
        {
            found.comments.push(index);
        }
    }
}

/// The areas of every pull request's files, sorted, each once.
fn areas(reading: &Reading<'_>, at: &mut PlaceOf) -> Vec<Arc<[String]>> {
    let mut of_path: HashMap<(RepositoryId, &str), u32> = HashMap::new();
    let mut known: Vec<Vec<String>> = Vec::new();
    // A pull request and a path's place in `known`: there are many rows and few paths.
    let mut touched: Vec<Vec<u32>> = vec![Vec::new(); at.place_of.len()];
    for row in &reading.tables.facts.pull_request_files {
        let Some(places) = at
            .get((row.repository, row.number))
            .and_then(|at| touched.get_mut(at))
        else {
            continue;
        };
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let place = *of_path
            .entry((row.repository, row.path.as_str()))
            .or_insert_with(|| {
                let qualifier = qualifier(reading, row.repository);
                known.push(
                    reading
                        .question
                        .areas
                        .of(row.repository, &row.path, qualifier),
                );
                next
            });
        places.push(place);
    }
    let of_places = |places: Vec<u32>| -> Arc<[String]> {
        let names = places.iter().filter_map(|place| row(&known, *place));
        let names: BTreeSet<&String> = names.flatten().collect();
        names.into_iter().cloned().collect()
    };
    touched.into_iter().map(of_places).collect()
}
