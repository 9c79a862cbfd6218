//! Which rows belong to each pull request: gathered once a reading, and told by their places.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};

use super::file_areas::qualifier;
use super::origins;
use super::pushes::Push;
use super::rows::{Lists, Rows, row};
use crate::domain::{PersonId, PrNumber, PullRequest, RepositoryId};
use crate::work::Reading;

/// The key of a pull request: numbers of different repositories collide.
pub type Key = (RepositoryId, PrNumber);

/// Which rows belong to each pull request of a product at an instant: what a [`FullPullRequest`] is put together from.
///
/// Everything is by pull request, in the order of repository and number, as places in the tables and in order of time.
///
/// [`FullPullRequest`]: super::pull_requests::FullPullRequest
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) pull_requests: Vec<u32>,
    pub(super) reviews: Lists<u32>,
    pub(super) requests: Lists<u32>,
    /// In the order of their table.
    pub(super) commits: Lists<u32>,
    pub(super) timeline: Lists<u32>,
    pub(super) pushes: Lists<Push>,
    pub(super) comments: Lists<u32>,
    pub(super) areas: Vec<Arc<[String]>>,
    pub(super) authors: Vec<Arc<[PersonId]>>,
}

/// The comments and files of each pull request of a [`Gathered`].
#[derive(Debug, Default)]
pub(super) struct Talk {
    /// By time.
    pub(super) comments: Lists<u32>,
    pub(super) files: Lists<u32>,
}

impl Talk {
    /// Of everybody, whatever the instant: whoever tells of one looks at when it was said.
    pub(super) fn of(reading: &Reading<'_>, gathered: &Gathered) -> Self {
        let facts = &reading.tables.facts;
        let all = gathered.pull_requests.iter();
        let rows = all.filter_map(|at| row(&facts.pull_requests, *at));
        let places = rows.enumerate();
        let places = places.map(|(place, row)| ((row.repository, row.number), place));
        let mut at = PlaceOf::new(places.collect());
        let comments = at.lists(&facts.comments, |row| Some((row.repository, row.number)));
        let by_time = |list: &mut [u32]| {
            list.sort_by_key(|at| {
                row(&facts.comments, *at).map(|row| (row.created_at, &row.comment))
            });
        };
        Self {
            comments: comments.sorted(by_time),
            files: at.lists(&facts.pull_request_files, |row| {
                Some((row.repository, row.number))
            }),
        }
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

    /// The rows of a table by the pull request that they belong to.
    fn lists<T>(&mut self, rows: &[T], key: impl Fn(&T) -> Option<Key>) -> Lists<u32> {
        let mut found = Vec::with_capacity(rows.len());
        for (index, row) in (0_u32..).zip(rows) {
            if let Some(at) = key(row).and_then(|key| self.get(key)) {
                found.push((at, index));
            }
        }
        Lists::of(self.place_of.len(), &found)
    }
}

impl Gathered {
    /// The rows of a product's pull requests at the question's instant, by repository and number.
    pub(super) fn of(reading: &Reading<'_>) -> Self {
        Self::of_some(reading, |_| true)
    }

    /// The same of those that are open then.
    pub(super) fn of_open(reading: &Reading<'_>) -> Self {
        Self::of_some(reading, |row| {
            row.ended_at(reading.question.as_of).is_none()
        })
    }

    fn of_some(reading: &Reading<'_>, is_wanted: impl Fn(&PullRequest) -> bool) -> Self {
        let (tables, as_of) = (reading.tables, reading.question.as_of);
        let facts = &tables.facts;
        let is_asked = |row: &PullRequest| {
            reading.product.has(row.repository) && row.created_at < as_of && is_wanted(row)
        };
        let mut pull_requests: Vec<u32> = (0_u32..)
            .zip(&facts.pull_requests)
            .filter(|(_, row)| is_asked(row))
            .map(|(at, _)| at)
            .collect();
        let key = |at: u32| row(&facts.pull_requests, at).map(|row| (row.repository, row.number));
        pull_requests.sort_by_key(|at| key(*at));
        let places = pull_requests.iter().enumerate();
        let mut at = PlaceOf::new(
            places
                .filter_map(|(place, at)| Some((key(*at)?, place)))
                .collect(),
        );
        let n = pull_requests.len();
        let reviews = at.lists(&facts.reviews, |row| {
            (row.submitted_at < as_of).then_some((row.repository, row.number))
        });
        let requests = at.lists(&facts.review_requests, |row| {
            (row.at < as_of).then_some((row.repository, row.number))
        });
        let timeline = at.lists(&facts.timeline, |row| {
            (row.at < as_of).then_some((row.repository, row.number))
        });
        let commits = at.lists(&facts.pull_request_commits, |row| {
            Some((row.repository, row.number))
        });
        let opened_at = |place: usize| {
            let at = pull_requests.get(place)?;
            row(&facts.pull_requests, *at).map(|row| row.created_at)
        };
        let mut pushes: Vec<(usize, Push)> = Vec::new();
        for place in 0..n {
            for commit in &Rows::of(&facts.pull_request_commits, commits.get(place)) {
                let is_after = opened_at(place).is_some_and(|since| since < commit.authored_at);
                if !commit.updates_from_base && is_after && commit.authored_at < as_of {
                    let push = Push::by(tables, commit.authored_at, commit.author);
                    pushes.extend(push.map(|push| (place, push)));
                }
            }
            for event in &Rows::of(&facts.timeline, timeline.get(place)) {
                if event.event == "head_ref_force_pushed" {
                    let push = Push::by(tables, event.at, event.actor);
                    pushes.extend(push.map(|push| (place, push)));
                }
            }
        }
        pushes.sort_unstable();
        pushes.dedup();
        let comments = beside_agents(reading, &mut at, &pushes);
        let areas = areas(reading, &mut at);
        let answers = pull_requests.iter().map(|at| {
            row(&facts.pull_requests, *at).and_then(|row| origins::answers_for(tables, row))
        });
        let authors = alone(answers);
        Self {
            reviews: reviews.sorted(|list| {
                list.sort_by_key(|at| {
                    row(&facts.reviews, *at).map(|row| (row.submitted_at, &row.review))
                });
            }),
            requests: requests.sorted(|list| {
                list.sort_by_key(|at| {
                    row(&facts.review_requests, *at)
                        .map(|row| (row.at, row.action, row.reviewer, &row.team))
                });
            }),
            timeline: timeline.sorted(|list| {
                list.sort_by_key(|at| {
                    row(&facts.timeline, *at)
                        .map(|row| (row.at, &row.event, &row.detail, row.actor))
                });
            }),
            commits,
            pushes: Lists::of(n, &pushes),
            comments: comments.sorted(|list| {
                list.sort_by_key(|at| {
                    row(&facts.comments, *at).map(|row| (row.created_at, &row.comment))
                });
            }),
            areas,
            authors,
            pull_requests,
        }
    }
}

/// A list of one for each, or of nobody: somebody's is there once.
fn alone(people: impl Iterator<Item = Option<PersonId>>) -> Vec<Arc<[PersonId]>> {
    let mut of: HashMap<Option<PersonId>, Arc<[PersonId]>> = HashMap::new();
    let lists = people.map(|person| {
        let list = of.entry(person);
        Arc::clone(list.or_insert_with(|| person.into_iter().collect()))
    });
    lists.collect()
}

/// The comments of pull requests to which an agent pushed.
fn beside_agents(reading: &Reading<'_>, at: &mut PlaceOf, pushes: &[(usize, Push)]) -> Lists<u32> {
    let mut with_agent = vec![false; at.place_of.len()];
    for (place, push) in pushes {
        if let Some(slot) = with_agent.get_mut(*place) {
            *slot |= push.agent.is_some();
        }
    }
    let mut found = Vec::new();
    if with_agent.contains(&true) {
        for (index, row) in (0_u32..).zip(&reading.tables.facts.comments) {
            if row.created_at < reading.question.as_of
                && let Some(place) = at.get((row.repository, row.number))
                && with_agent.get(place) == Some(&true)
            {
                found.push((place, index));
            }
        }
    }
    Lists::of(at.place_of.len(), &found)
}

/// The areas of every pull request's files, sorted, each once.
fn areas(reading: &Reading<'_>, at: &mut PlaceOf) -> Vec<Arc<[String]>> {
    let mut of_path: HashMap<(RepositoryId, &str), u32> = HashMap::new();
    let mut known: Vec<Vec<String>> = Vec::new();
    // A pull request and a path's place in `known`: there are many rows and few paths.
    let mut touched: Vec<(usize, u32)> = Vec::new();
    for row in &reading.tables.facts.pull_request_files {
        let Some(place) = at.get((row.repository, row.number)) else {
            continue;
        };
        let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
        let path = *of_path
            .entry((row.repository, row.path.as_ref()))
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
        touched.push((place, path));
    }
    // Many pull requests touch the same areas: their list is there once.
    let mut lists: BTreeMap<BTreeSet<&str>, Arc<[String]>> = BTreeMap::new();
    let touched = Lists::of(at.place_of.len(), &touched);
    let of_place = |place: usize| {
        let names = touched.get(place).iter();
        let names = names.filter_map(|path| row(&known, *path)).flatten();
        let names: BTreeSet<&str> = names.map(String::as_str).collect();
        if let Some(list) = lists.get(&names) {
            return Arc::clone(list);
        }
        let list: Arc<[String]> = names.iter().map(ToString::to_string).collect();
        lists.insert(names, Arc::clone(&list));
        list
    };
    (0..at.place_of.len()).map(of_place).collect()
}
