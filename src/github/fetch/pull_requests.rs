//! Pull requests: the newest changes first, down to the watermark; then the open ones again.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use super::hydrate::{Hydrated, hydrate};
use super::lister::Lister;
use super::pages::Endless;
use super::{Context, OVERLAP, checksum};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::client::Unavailable;
use crate::github::error::Error;
use crate::github::operation::PULL_REQUEST_IDS;
use crate::github::wire::repository::{PullRequestIds, Repository};
use crate::store::raw::Record;
use crate::store::state::{RepositoryState, Scan};

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
        endless: None,
        hidden: BTreeSet::new(),
        n_stored: 0,
        expected,
    };
    let slot = state.stream(STREAM);
    let floor = slot.watermark.or(context.since);
    let newest = newest.newest(|newest| newest.updated_at);
    let is_resumed = slot.scan.is_some();
    let mut scan = slot.scan.clone().unwrap_or(Scan::begun(context.started_at));
    let next_watermark = scan
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(scan.started_at);
    let is_quiet = !is_resumed && floor.is_some_and(|floor| newest.is_before(floor));
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
        if let Err(why) = run.page(state, page.to_vec(), next_watermark, scan).await? {
            return Ok(context.unavailable(STREAM, &why));
        }
    }
    let slot = state.stream(STREAM);
    slot.scan = None;
    if run.n_unlisted == 0 {
        slot.watermark = Some(next_watermark);
    }
    let was_hidden = !slot.hidden.is_empty();
    if was_hidden && run.hidden.is_empty() && !run.seen.is_empty() {
        // The token may read now what it might not: what is in the store lacks it.
        (slot.hidden, slot.watermark) = (Vec::new(), None);
        return Box::pin(fetch(context, state, overview)).await;
    }
    if !run.hidden.is_empty() {
        slot.hidden = run.hidden.iter().cloned().collect();
    }
    let n_failed = run.n_failed + run.n_unlisted;
    let certificate = context.finished(STREAM, state, expected, n_failed, run.n_stored > 0)?;
    let certificate = Context::ended(run.endless, certificate);
    if run.hidden.is_empty() {
        return Ok(certificate);
    }
    let fields: Vec<String> = run
        .hidden
        .into_iter()
        .map(|field| format!("`{field}`"))
        .collect();
    Ok(StreamCertificate {
        completeness: Completeness::Partial,
        reason: Some(format!(
            "the token may not read {} of pull requests",
            fields.join(", ")
        )),
        fix: Some(
            "give the token read access: contents=read, issues=read and pull_requests=read"
                .to_owned(),
        ),
        ..certificate
    })
}

struct Run<'a> {
    context: &'a Context<'a>,
    seen: HashSet<String>,
    /// Records that will be asked for again by their id.
    n_failed: usize,
    /// Records of which not even the id came: the next run scans again.
    n_unlisted: usize,
    /// Why the list of ids was ended before its end.
    endless: Option<Endless>,
    /// Fields that the token may not read.
    hidden: BTreeSet<String>,
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
            if let Err(why) = self.page(state, ids, next_watermark, Some(next)).await? {
                return Ok(Err(why));
            }
            if after.is_none() {
                self.n_unlisted += lister.n_failed;
                self.endless = lister.endless.or(self.endless);
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
    ) -> Result<Result<(), Unavailable>, Error> {
        let hydrated = match hydrate(self.context.client, &ids).await? {
            Ok(hydrated) => hydrated,
            Err(why) => return Ok(Err(why)),
        };
        // The cursor moves only with the page: a kill before the commit asks for the page again.
        state.stream(STREAM).scan = scan;
        let mut records = Vec::new();
        let live = &mut state.stream(STREAM).live;
        for id in ids {
            self.seen.insert(id.clone());
            match hydrated.get(&id) {
                Some(Hydrated::Record {
                    record,
                    is_whole,
                    hidden,
                }) => {
                    self.hidden.extend(hidden.iter().cloned());
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
        state.stream(STREAM).asks_teams |= records.iter().any(asks_team);
        self.context.commit(STREAM, &records, state)?;
        self.context
            .page(STREAM, self.seen.len() as u64, self.expected);
        Ok(Ok(()))
    }
}

/// Whether a review was asked of a team.
fn asks_team(record: &Record) -> bool {
    let first = record.node.get("timelineItems");
    let tails = record
        .tails
        .iter()
        .filter(|(path, _)| path == "timelineItems")
        .map(|(_, page)| page);
    first
        .into_iter()
        .chain(tails)
        .filter_map(|page| page.get("nodes").and_then(Value::as_array))
        .flatten()
        .filter_map(|event| event.get("requestedReviewer"))
        .any(|reviewer| reviewer.get("__typename").and_then(Value::as_str) == Some("Team"))
}
