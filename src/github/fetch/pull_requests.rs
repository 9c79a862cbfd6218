//! Pull requests: the newest changes first, down to the watermark; then the open ones again.

use std::collections::{BTreeMap, HashSet, VecDeque};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::lister::Lister;
use super::{Context, OVERLAP, checksum, tails};
use crate::domain::{Stream, StreamCertificate};
use crate::github::client::{Client, Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::{PULL_REQUEST_IDS, PULL_REQUESTS};
use crate::github::wire::repository::{InNodes, PullRequestIds, Repository};
use crate::store::raw::Record;
use crate::store::state::{RepositoryState, Scan};

/// How often a null that came with an error is asked for again.
const MAX_REQUEUES: u32 = 3;

const STREAM: Stream = Stream::PullRequests;

pub(super) async fn fetch(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    let Some(newest) = &overview.pull_requests else {
        return Ok(context.forbidden(STREAM));
    };
    let expected = Some(newest.total_count);
    let mut run = Run {
        context,
        seen: HashSet::new(),
        n_failed: 0,
        n_unlisted: 0,
        n_stored: 0,
        expected,
    };
    let slot = state.stream(STREAM);
    let floor = slot.watermark.or(context.since);
    let newest = newest.first().map(|newest| newest.updated_at);
    let is_resumed = slot.scan.is_some();
    let mut scan = slot.scan.clone().unwrap_or(Scan::begun(context.started_at));
    let next_watermark = scan
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(scan.started_at);
    let is_quiet =
        !is_resumed && floor.is_some_and(|floor| newest.is_none_or(|newest| newest < floor));
    if !is_quiet {
        let mut n_pages = 0;
        if !scan.is_second_pass {
            n_pages = match run.scan(state, &scan, floor, next_watermark).await? {
                Ok(n_pages) => n_pages,
                Err(why) => return Ok(context.unavailable(STREAM, &why)),
            };
        }
        if n_pages > 1 || is_resumed {
            // What changed while a long scan ran has moved ahead of its cursor: look at the front once more.
            scan = Scan {
                is_second_pass: true,
                ..Scan::begun(scan.started_at)
            };
            if let Err(why) = run
                .scan(state, &scan, Some(next_watermark), next_watermark)
                .await?
            {
                return Ok(context.unavailable(STREAM, &why));
            }
        }
    }
    let open: Vec<String> = state
        .stream(STREAM)
        .live
        .keys()
        .filter(|id| !run.seen.contains(*id))
        .cloned()
        .collect();
    for page in open.chunks(context.page_size()) {
        let scan = Some(Scan {
            is_second_pass: true,
            ..scan.clone()
        });
        run.page(state, page.to_vec(), next_watermark, scan).await?;
    }
    let slot = state.stream(STREAM);
    slot.scan = None;
    if run.n_unlisted == 0 {
        slot.watermark = Some(next_watermark);
    }
    context.finished(
        STREAM,
        state,
        expected,
        run.n_failed + run.n_unlisted,
        run.n_stored > 0,
    )
}

struct Run<'a> {
    context: &'a Context<'a>,
    seen: HashSet<String>,
    /// Records that will be asked for again by their id.
    n_failed: usize,
    /// Records of which not even the id came: the next run scans again.
    n_unlisted: usize,
    n_stored: u64,
    expected: Option<u64>,
}

impl Run<'_> {
    /// Reads discovery pages until one reaches below the floor. Returns how many.
    async fn scan(
        &mut self,
        state: &mut RepositoryState,
        scan: &Scan,
        floor: Option<jiff::Timestamp>,
        next_watermark: jiff::Timestamp,
    ) -> Result<Result<u32, Unavailable>, Error> {
        let mut lister = Lister::new(
            self.context,
            PULL_REQUEST_IDS,
            self.context.page_size(),
            None,
        );
        let mut after = scan.after.clone();
        let mut n_pages = 0;
        loop {
            let found = match lister.page::<PullRequestIds>(after.as_deref()).await? {
                Ok(found) => found,
                Err(why) => return Ok(Err(why)),
            };
            n_pages += 1;
            let page = found.page_info.clone();
            let mut is_below = false;
            let mut ids = Vec::new();
            for node in found.into_nodes() {
                if floor.is_some_and(|floor| node.updated_at < floor) {
                    is_below = true;
                } else if !self.seen.contains(&node.id) || node.updated_at >= scan.started_at {
                    ids.push(node.id);
                }
            }
            after = page.end_cursor.filter(|_| page.has_next_page && !is_below);
            if after.is_none() {
                // The open ones are asked for again anyway: those that fit share the last page's requests.
                let room = self.context.page_size().saturating_sub(ids.len());
                let open = state
                    .stream(STREAM)
                    .live
                    .keys()
                    .filter(|id| !self.seen.contains(*id) && !ids.contains(id));
                let open: Vec<String> = open.take(room).cloned().collect();
                ids.extend(open);
            }
            let next = Scan {
                after: after.clone(),
                is_second_pass: scan.is_second_pass || after.is_none(),
                ..scan.clone()
            };
            self.page(state, ids, next_watermark, Some(next)).await?;
            if after.is_none() {
                self.n_unlisted += lister.n_failed;
                return Ok(Ok(n_pages));
            }
        }
    }

    /// Hydrates a page of ids and commits it.
    async fn page(
        &mut self,
        state: &mut RepositoryState,
        ids: Vec<String>,
        next_watermark: jiff::Timestamp,
        scan: Option<Scan>,
    ) -> Result<(), Error> {
        let hydrated = hydrate(self.context.client, &ids).await?;
        // The cursor moves only with the page: a kill before the commit asks for the page again.
        state.stream(STREAM).scan = scan;
        let mut records = Vec::new();
        let live = &mut state.stream(STREAM).live;
        for id in ids {
            self.seen.insert(id.clone());
            match hydrated.get(&id) {
                Some(Hydrated::Record(record, is_whole)) => {
                    self.n_failed += usize::from(!is_whole);
                    let sum = checksum(record);
                    if live.get(&id) != Some(&sum) {
                        records.push((**record).clone());
                    }
                    let is_open = record.node.get("state").and_then(Value::as_str) == Some("OPEN");
                    let updated_at = record
                        .node
                        .get("updatedAt")
                        .and_then(Value::as_str)
                        .and_then(|text| text.parse::<jiff::Timestamp>().ok());
                    if is_open || !is_whole || updated_at.is_none_or(|at| at >= next_watermark) {
                        live.insert(id, sum);
                    } else {
                        live.remove(&id);
                    }
                }
                Some(Hydrated::Gone) => {
                    live.remove(&id);
                }
                Some(Hydrated::Failed) | None => {
                    // Kept among those that are asked for again by the next run.
                    self.n_failed += 1;
                    live.insert(id, String::new());
                }
            }
        }
        self.n_stored += records.len() as u64;
        self.context.commit(STREAM, &records, state)?;
        self.context
            .page(STREAM, self.seen.len() as u64, self.expected);
        Ok(())
    }
}

enum Hydrated {
    /// With whether all of its lists could be read.
    Record(Box<Record>, bool),
    Gone,
    Failed,
}

/// Asks for whole pull requests, several requests at once.
async fn hydrate(client: &Client, ids: &[String]) -> Result<BTreeMap<String, Hydrated>, Error> {
    let mut tasks = JoinSet::new();
    for batch in ids.chunks(client.batch()) {
        let (client, batch) = (client.clone(), batch.to_vec());
        tasks.spawn(async move { hydrate_batch(&client, batch).await });
    }
    let mut hydrated = BTreeMap::new();
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Ok(batch) => hydrated.extend(batch?),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => {}
        }
    }
    Ok(hydrated)
}

async fn hydrate_batch(
    client: &Client,
    ids: Vec<String>,
) -> Result<Vec<(String, Hydrated)>, Error> {
    let mut queue = VecDeque::from([ids]);
    let mut hydrated = Vec::new();
    let mut requeues: BTreeMap<String, u32> = BTreeMap::new();
    let mut n_failures_in_a_row = 0;
    while let Some(batch) = queue.pop_front() {
        let answer = client
            .graphql::<InNodes<Value>>(&PULL_REQUESTS, &json!({"ids": batch}), batch.len() > 1)
            .await;
        let (nodes, errors) = match answer {
            Ok(Outcome::Data(answer, errors)) => (answer.nodes, errors),
            Ok(Outcome::TooBig) => {
                client.shrink_batch(batch.len());
                let (left, right) = batch.split_at(batch.len() / 2);
                queue.push_front(right.to_vec());
                queue.push_front(left.to_vec());
                continue;
            }
            Ok(Outcome::Unavailable(_)) => (vec![None; batch.len()], Vec::new()),
            // One pull request that GitHub cannot answer must not keep the others out; an outage must end the run.
            Err(Error::GaveUp { .. }) if batch.len() == 1 && n_failures_in_a_row < 2 => {
                n_failures_in_a_row += 1;
                hydrated.extend(batch.into_iter().map(|id| (id, Hydrated::Failed)));
                continue;
            }
            Err(error) => return Err(error),
        };
        n_failures_in_a_row = 0;
        if errors.is_empty() {
            client.grow_batch();
        } else {
            client.shrink_batch(batch.len());
        }
        let mut nodes = nodes.into_iter();
        for (at, id) in batch.into_iter().enumerate() {
            let is_failed = || {
                errors.iter().any(|error| {
                    error.path.first().and_then(Value::as_str) == Some("nodes")
                        && error.path.get(1).and_then(Value::as_u64) == u64::try_from(at).ok()
                        && error.kind.as_deref() != Some("NOT_FOUND")
                })
            };
            match nodes.next().flatten() {
                Some(node) if !is_failed() => {
                    let (tails, is_whole) =
                        tails::tails(client, &node, tails::PULL_REQUEST).await?;
                    let record = Record {
                        shape: PULL_REQUESTS.name.to_owned(),
                        id: id.clone(),
                        node,
                        tails,
                    };
                    hydrated.push((id, Hydrated::Record(Box::new(record), is_whole)));
                }
                None if !is_failed() => hydrated.push((id, Hydrated::Gone)),
                _ => {
                    let tried = requeues.entry(id.clone()).or_default();
                    *tried += 1;
                    if *tried > MAX_REQUEUES {
                        hydrated.push((id, Hydrated::Failed));
                    } else {
                        queue.push_back(vec![id]);
                    }
                }
            }
        }
    }
    Ok(hydrated)
}
