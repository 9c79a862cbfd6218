//! Ahead of the repositories: what a night asks of each of them, asked of many at once.
//!
//! Most repositories of an organisation are quiet on most nights, and one request for each would cost hundreds to learn it.
//! Whatever comes back odd (null, with an error, under another name) is dropped here, and asked for again with its repository alone,
//! which tells what is the matter. Nothing that comes here is more than a request saved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::hydrate::{Hydrated, hydrate};
use super::{FetchOptions, FetchReport, OVERLAP};
use crate::domain::{RepoName, RepositoryId, Stream};
use crate::github::client::{Client, GraphqlError, Outcome};
use crate::github::error::Error;
use crate::github::operation::{DEPLOYMENTS_BY_ID, OVERVIEWS_BY_ID, Operation, SETTINGS_BY_ID};
use crate::github::wire::repository::{InNodes, Repository};
use crate::store::Store;
use crate::store::state;

/// Repositories in one request, at most: with the longest lists fifty are well below GitHub's 500,000 nodes.
pub(in crate::github) const AT_ONCE: usize = 50;

/// Pull requests that are in memory ahead of their repositories, about.
const PULL_REQUESTS_AT_ONCE: usize = 250;

/// Deployments in one request.
const DEPLOYMENTS_AT_ONCE: usize = 100;

/// How old an overview may be when its repository is begun: no older than what the next night looks at again.
const FRESH: SignedDuration = OVERLAP;

/// Records that came before their repository was begun, by node id.
#[derive(Default)]
pub(super) struct Given {
    pull_requests: Mutex<BTreeMap<String, Hydrated>>,
    deployments: Mutex<BTreeMap<String, Value>>,
}

impl Given {
    /// The pull requests that are there, and the ids of those that are not.
    pub(super) fn pull_requests(
        &self,
        ids: &[String],
    ) -> (BTreeMap<String, Hydrated>, Vec<String>) {
        taken(&self.pull_requests, ids)
    }

    /// The same of deployments.
    pub(super) fn deployments(&self, ids: &[String]) -> (BTreeMap<String, Value>, Vec<String>) {
        taken(&self.deployments, ids)
    }

    fn forget(&self) {
        locked(&self.pull_requests).clear();
        locked(&self.deployments).clear();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn taken<T>(
    given: &Mutex<BTreeMap<String, T>>,
    ids: &[String],
) -> (BTreeMap<String, T>, Vec<String>) {
    let mut given = locked(given);
    let mut found = BTreeMap::new();
    let mut rest = Vec::new();
    for id in ids {
        match given.remove(id) {
            Some(record) => {
                found.insert(id.clone(), record);
            }
            None => rest.push(id.clone()),
        }
    }
    (found, rest)
}

/// A repository that was fetched before: its node id is known.
struct Known {
    name: RepoName,
    repository: RepositoryId,
    node: String,
}

/// What came ahead.
#[derive(Default)]
pub(super) struct Ahead {
    queue: Vec<Known>,
    /// Up to which place in the queue repositories were asked for, and up to which their records.
    asked_to: usize,
    hydrated_to: usize,
    /// By node id: what the repository is, and the server's time before it was asked for.
    overviews: BTreeMap<String, (Repository, Timestamp)>,
    settings: BTreeMap<String, Value>,
    pub(super) given: Given,
    /// How many repositories one request asks for; fewer where that was too much; 0: one after the other.
    n_overviews: usize,
    n_settings: usize,
    /// Whether the token may read check suites, as far as is known.
    asks_checks: bool,
}

impl Ahead {
    /// Of some repositories. A single one has nothing to share.
    pub(super) fn of(store: &Store, repositories: &[RepoName]) -> Self {
        let mut seen = BTreeSet::new();
        let queue: Vec<Known> = repositories
            .iter()
            .filter_map(|name| {
                let repository = store.known_id(name)?;
                let node = store.repository(repository)?.node?;
                seen.insert(node.clone()).then(|| Known {
                    name: name.clone(),
                    repository,
                    node,
                })
            })
            .collect();
        let at_once = if queue.len() > 1 { AT_ONCE } else { 0 };
        Self {
            queue,
            n_overviews: at_once,
            n_settings: at_once,
            asks_checks: true,
            ..Self::default()
        }
    }

    /// Asks for a repository and those after it, unless it came already. A limit or an outage is noted in the report.
    pub(super) async fn ask(
        &mut self,
        (client, store): (&Client, &Store),
        name: &RepoName,
        options: &FetchOptions,
        report: &mut FetchReport,
    ) -> Result<(), Error> {
        if report.limits.graphql.is_some() || report.outage.is_some() || self.n_overviews == 0 {
            return Ok(());
        }
        let Some(at) = self.queue.iter().position(|known| known.name.is_same(name)) else {
            return Ok(());
        };
        match self.ask_from((client, store), at, options).await {
            Ok(()) => Ok(()),
            Err(Error::RateLimited { reset_at }) => {
                report.limits.graphql = Some(reset_at);
                Ok(())
            }
            // Too much, or not understood: each repository is asked for alone, and meets what is the matter there.
            Err(
                Error::Rejected { .. }
                | Error::Shape { .. }
                | Error::GaveUp {
                    status: Some(200), ..
                },
            ) => {
                self.stop();
                Ok(())
            }
            Err(error @ (Error::GaveUp { .. } | Error::Redirected { .. })) => {
                report.outage = Some(error.to_string());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What a repository is, and when that was asked, where it came ahead and is still fresh.
    pub(super) fn overview(
        &mut self,
        client: &Client,
        name: &RepoName,
    ) -> Option<(Repository, Timestamp)> {
        let place = self
            .queue
            .iter()
            .position(|known| known.name.is_same(name))?;
        let (overview, at) = self.overviews.remove(&self.queue.get(place)?.node)?;
        if client.server_now().duration_since(at) <= FRESH {
            return Some((overview, at));
        }
        // Records that are older than their overview would hide what changed in between.
        self.forget();
        (self.asked_to, self.hydrated_to) = (place + 1, place + 1);
        None
    }

    /// Its settings without teams, where they came ahead.
    pub(super) fn settings(&mut self, node: &str) -> Option<Value> {
        self.settings.remove(node)
    }

    fn stop(&mut self) {
        self.n_overviews = 0;
        self.forget();
    }

    fn forget(&mut self) {
        self.overviews.clear();
        self.settings.clear();
        self.given.forget();
    }

    async fn ask_from(
        &mut self,
        (client, store): (&Client, &Store),
        at: usize,
        options: &FetchOptions,
    ) -> Result<(), Error> {
        if at >= self.asked_to {
            self.overviews(client, at).await?;
            self.settings_of(client, at, options).await?;
            self.asked_to = at + self.n_overviews;
        }
        if at >= self.hydrated_to {
            self.records((client, store), at, options).await?;
        }
        Ok(())
    }

    /// The node ids of some repositories from a place on.
    fn ids(&self, at: usize, n: usize) -> Vec<String> {
        let from = self.queue.iter().skip(at).take(n);
        from.map(|known| known.node.clone()).collect()
    }

    async fn overviews(&mut self, client: &Client, at: usize) -> Result<(), Error> {
        loop {
            let ids = self.ids(at, self.n_overviews);
            let variables = json!({
                "ids": ids, "pullRequests": true, "issues": true, "deployments": true, "releases": true,
                "checks": self.asks_checks,
            });
            let asked_at = client.server_now();
            let Some((nodes, errors)) =
                nodes(client, &OVERVIEWS_BY_ID, &variables, ids.len()).await?
            else {
                if ids.len() < 2 {
                    self.stop();
                    return Ok(());
                }
                self.n_overviews = ids.len() / 2;
                continue;
            };
            let is_of_checks = |error: &GraphqlError| {
                error
                    .path
                    .iter()
                    .any(|part| part.as_str() == Some("checkSuites"))
            };
            self.asks_checks &= !errors
                .iter()
                .any(|error| is_of_checks(error) && error.is_forbidden());
            for (nth, (id, node)) in ids.iter().zip(nodes).enumerate() {
                let is_odd = errors
                    .iter()
                    .any(|error| !is_of_checks(error) && !error.is_elsewhere(nth));
                let overview = node.and_then(|node| Repository::deserialize(node).ok());
                let known = self.queue.get(at + nth);
                let is_named = |overview: &Repository| {
                    let name = overview.name_with_owner.parse::<RepoName>();
                    known.is_some_and(|known| name.is_ok_and(|name| name.is_same(&known.name)))
                };
                if let Some(overview) = overview.filter(|overview| !is_odd && is_named(overview)) {
                    self.overviews.insert(id.clone(), (overview, asked_at));
                }
            }
            return Ok(());
        }
    }

    async fn settings_of(
        &mut self,
        client: &Client,
        at: usize,
        options: &FetchOptions,
    ) -> Result<(), Error> {
        let has = |stream| options.streams.contains(&stream);
        let wanted = [Stream::MergeRules, Stream::Milestones, Stream::Environments];
        if self.n_settings == 0 || !wanted.into_iter().any(has) {
            return Ok(());
        }
        let ids: Vec<String> = self
            .ids(at, self.n_overviews)
            .into_iter()
            .filter(|id| self.overviews.contains_key(id))
            .collect();
        let mut rest = ids.as_slice();
        while !rest.is_empty() && self.n_settings > 0 {
            let (ids, later) = rest.split_at(self.n_settings.min(rest.len()));
            let variables = json!({
                "ids": ids,
                "mergeRules": has(Stream::MergeRules),
                "milestones": has(Stream::Milestones),
                "environments": has(Stream::Environments),
                "milestonesAfter": null,
                "environmentsAfter": null,
            });
            let answer = match nodes(client, &SETTINGS_BY_ID, &variables, ids.len()).await {
                // An older server may not know all of them: which, is found out one repository at a time.
                Err(
                    Error::Rejected { .. }
                    | Error::GaveUp {
                        status: Some(200), ..
                    },
                ) => {
                    self.n_settings = 0;
                    break;
                }
                answer => answer?,
            };
            let Some((nodes, errors)) = answer else {
                self.n_settings /= 2;
                continue;
            };
            for (nth, (id, node)) in ids.iter().zip(nodes).enumerate() {
                let is_odd = errors.iter().any(|error| !error.is_elsewhere(nth));
                if let Some(node) = node.filter(|_| !is_odd) {
                    self.settings.insert(id.clone(), node);
                }
            }
            rest = later;
        }
        Ok(())
    }

    /// Asks for the pull requests and deployments that the next repositories will ask for, as far as the overviews tell.
    async fn records(
        &mut self,
        (client, store): (&Client, &Store),
        at: usize,
        options: &FetchOptions,
    ) -> Result<(), Error> {
        let (mut pull_requests, mut deployments) = (Vec::new(), Vec::new());
        let asked = self.queue.iter().enumerate().take(self.asked_to).skip(at);
        self.hydrated_to = self.asked_to;
        for (place, known) in asked {
            let Some((overview, _)) = self.overviews.get(&known.node) else {
                continue;
            };
            let mut state = state::read(store, known.repository)?;
            let most = client.settings().page.clamp(1, 100);
            let (more, further) = (
                pull_requests_of(&mut state, overview, options, most),
                deployments_of(&mut state, options, most),
            );
            let is_full = pull_requests.len() + more.len() > PULL_REQUESTS_AT_ONCE
                || deployments.len() + further.len() > PULL_REQUESTS_AT_ONCE;
            if is_full && !(pull_requests.is_empty() && deployments.is_empty()) {
                self.hydrated_to = place;
                break;
            }
            pull_requests.extend(more);
            deployments.extend(further);
        }
        if let Ok(found) = hydrate(client, &pull_requests).await? {
            // What failed is asked for once more with its repository.
            let found = found
                .into_iter()
                .filter(|(_, found)| !matches!(found, Hydrated::Failed));
            locked(&self.given.pull_requests).extend(found);
        }
        for ids in deployments.chunks(DEPLOYMENTS_AT_ONCE) {
            let answer = nodes(
                client,
                &DEPLOYMENTS_BY_ID,
                &json!({ "ids": ids }),
                ids.len(),
            )
            .await?;
            // With an error beside it each repository asks for its own, and tells.
            let Some((nodes, _)) = answer.filter(|(_, errors)| errors.is_empty()) else {
                continue;
            };
            let found = ids.iter().cloned().zip(nodes);
            let found = found.filter_map(|(id, node)| Some((id, node?)));
            locked(&self.given.deployments).extend(found);
        }
        Ok(())
    }
}

/// The nodes with some ids, in their order, and what was said beside them; `None` where it was too much, or may not be read.
async fn nodes(
    client: &Client,
    operation: &Operation,
    variables: &Value,
    n: usize,
) -> Result<Option<(Vec<Option<Value>>, Vec<GraphqlError>)>, Error> {
    let answer = client
        .graphql::<InNodes<Value>>(operation, variables, n > 1)
        .await?;
    Ok(match answer {
        Outcome::Data(answer, errors) if answer.nodes.len() == n => Some((answer.nodes, errors)),
        Outcome::Data(..) | Outcome::TooBig | Outcome::Unavailable(_) => None,
    })
}

/// The pull requests of a repository that its fetch will ask for: what changed since, and the open ones.
fn pull_requests_of(
    state: &mut state::RepositoryState,
    overview: &Repository,
    options: &FetchOptions,
    most: usize,
) -> Vec<String> {
    let slot = state.stream(Stream::PullRequests);
    let (Some(floor), None, Some(newest)) = (slot.watermark, &slot.scan, &overview.pull_requests)
    else {
        return Vec::new();
    };
    if !options.streams.contains(&Stream::PullRequests) {
        return Vec::new();
    }
    let mut ids = Vec::new();
    if newest.reach(floor, |node| node.updated_at) {
        let changed = newest.seen().filter(|node| node.updated_at >= floor);
        ids.extend(changed.map(|node| node.id.clone()));
    }
    let open = slot.live.keys().filter(|id| !ids.contains(id));
    let open: Vec<String> = open.take(most.saturating_sub(ids.len())).cloned().collect();
    ids.extend(open);
    ids
}

/// The deployments that may still change.
fn deployments_of(
    state: &mut state::RepositoryState,
    options: &FetchOptions,
    most: usize,
) -> Vec<String> {
    if !options.streams.contains(&Stream::Deployments) {
        return Vec::new();
    }
    let live = state.stream(Stream::Deployments).live.keys();
    live.take(most).cloned().collect()
}
