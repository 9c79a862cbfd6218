//! Pull requests: the newest changes first, down to the watermark; then the open ones again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::{Value, json};

use super::hydrate::{Hydrated, hydrate};
use super::lister::Lister;
use super::pages::Endless;
use super::{Context, OVERLAP, checksum};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::client::Unavailable;
use crate::github::error::Error;
use crate::github::operation::PULL_REQUEST_IDS;
use crate::github::wire::repository::{Newest, PullRequestId, PullRequestIds, Repository};
use crate::store::raw::{self, Record};
use crate::store::state::{RepositoryState, Scan, StreamState};

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
    let mut run = Run::new(context, expected);
    let slot = state.stream(STREAM);
    let floor = slot.watermark.or(context.since);
    let listed = newest;
    let newest = listed.newest(|newest| newest.updated_at);
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
            let first = (reaches(floor, listed) && scan.after.is_none()).then_some(listed);
            n_pages = match run
                .scan(state, &scan, (floor, next_watermark), first)
                .await?
            {
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
                .scan(state, &scan, (Some(next_watermark), next_watermark), None)
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
    run.look_again(state, next_watermark, &scan).await?;
    let n_failed = run.n_failed + run.n_unlisted;
    let certificate = context.finished(STREAM, state, expected, n_failed, run.n_stored > 0)?;
    let certificate = Context::ended(run.endless, certificate);
    Ok(with_hidden(context, state.stream(STREAM), certificate))
}

/// Asks for some pull requests again, by node id; returns how many could not be answered.
pub(super) async fn again(
    context: &Context<'_>,
    state: &mut RepositoryState,
    ids: &[String],
) -> Result<Result<usize, Unavailable>, Error> {
    let mut run = Run::new(context, None);
    for page in ids.chunks(context.page_size()) {
        let done = run.page(state, page.to_vec(), context.started_at, None);
        if let Err(why) = done.await? {
            return Ok(Err(why));
        }
    }
    Ok(Ok(run.n_failed))
}

/// Says what the token may not read: it stays missing on a night on which nothing is asked, too.
pub(super) fn with_hidden(
    context: &Context<'_>,
    slot: &StreamState,
    certificate: StreamCertificate,
) -> StreamCertificate {
    if slot.hidden_in.is_empty() {
        return certificate;
    }
    let n_whole = slot
        .hidden_in
        .values()
        .filter(|fields| fields.is_empty())
        .count();
    if certificate.fetched == 0 && n_whole == slot.hidden_in.len() {
        return context.forbidden(STREAM);
    }
    let fields: BTreeSet<&String> = slot.hidden_in.values().flatten().collect();
    let fields: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
    // Who was asked for a review may be a team, which only who may see the organisation's members may see.
    let of_teams = if slot
        .hidden_in
        .values()
        .flatten()
        .any(|field| field == "timelineItems")
    {
        " and members=read (a classic token: read:org)"
    } else {
        ""
    };
    let counted = |n: usize| match n {
        1 => "1 pull request".to_owned(),
        n => format!("{n} pull requests"),
    };
    let mut reasons = Vec::new();
    if !fields.is_empty() {
        reasons.push(format!(
            "{} of {}",
            fields.join(", "),
            counted(slot.hidden_in.len() - n_whole)
        ));
    }
    if n_whole > 0 {
        reasons.push(counted(n_whole));
    }
    StreamCertificate {
        completeness: Completeness::Partial,
        reason: Some(format!("the token may not read {}", reasons.join(", and "))).map(|reason| {
            match certificate.reason {
                Some(other) => format!("{other}; {reason}"),
                None => reason,
            }
        }),
        fix: Some(format!(
            "give the token read access: contents=read, issues=read, pull_requests=read{of_teams}"
        )),
        ..certificate
    }
}

/// Whether the pull requests that came with the overview are all that changed since the floor.
fn reaches(floor: Option<jiff::Timestamp>, listed: &Newest<PullRequestId>) -> bool {
    floor.is_some_and(|floor| listed.reach(floor, |node| node.updated_at))
}

/// Records of which something was hidden that are asked for on each night, to find out whether the token may read it now.
const N_TRIED: usize = 3;

struct Run<'a> {
    context: &'a Context<'a>,
    seen: HashSet<String>,
    /// Records that will be asked for again by their id.
    n_failed: usize,
    /// Records of which not even the id came: the next run scans again.
    n_unlisted: usize,
    /// Why the list of ids was ended before its end.
    endless: Option<Endless>,
    /// Records that something was hidden of before this run, and that came whole.
    n_uncovered: usize,
    n_stored: u64,
    expected: Option<u64>,
}

impl<'a> Run<'a> {
    fn new(context: &'a Context<'a>, expected: Option<u64>) -> Self {
        Self {
            context,
            seen: HashSet::new(),
            n_failed: 0,
            n_unlisted: 0,
            endless: None,
            n_uncovered: 0,
            n_stored: 0,
            expected,
        }
    }

    /// Reads discovery pages until one reaches below the floor: the `first`, where it came with the overview. Returns how many.
    async fn scan(
        &mut self,
        state: &mut RepositoryState,
        scan: &Scan,
        (floor, next_watermark): (Option<jiff::Timestamp>, jiff::Timestamp),
        first: Option<&Newest<PullRequestId>>,
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
            let (nodes, cursor) = match first {
                Some(first) => (first.seen().cloned().collect(), None),
                None => match lister.page::<PullRequestIds>(after.as_deref()).await? {
                    Ok(found) => {
                        let page = found.page_info.clone();
                        let cursor = page.end_cursor.filter(|_| page.has_next_page);
                        (found.into_nodes().collect::<Vec<_>>(), cursor)
                    }
                    Err(why) => return Ok(Err(why)),
                },
            };
            n_pages += 1;
            let mut is_below = false;
            let mut ids = Vec::new();
            for node in nodes {
                if floor.is_some_and(|floor| node.updated_at < floor) {
                    is_below = true;
                } else if !self.seen.contains(&node.id) || node.updated_at >= scan.started_at {
                    ids.push(node.id);
                }
            }
            after = cursor.filter(|_| !is_below);
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

    /// Asks again for a few of the records that something is hidden of, and for all of them once one comes whole: then the
    /// token's rights have changed.
    async fn look_again(
        &mut self,
        state: &mut RepositoryState,
        next_watermark: jiff::Timestamp,
        scan: &Scan,
    ) -> Result<(), Error> {
        let slot = state.stream(STREAM);
        if !slot.hidden.is_empty() {
            // An earlier version knew the fields and not the records: those that lack one of them are found in the store.
            let fields = std::mem::take(&mut slot.hidden);
            let mut lacking = BTreeMap::new();
            raw::read_latest(
                self.context.store,
                self.context.repository,
                STREAM,
                |record| {
                    let hidden: Vec<String> = fields
                        .iter()
                        .filter(|field| lacks(&record.node, field))
                        .cloned()
                        .collect();
                    if !hidden.is_empty() {
                        lacking.insert(record.id, hidden);
                    }
                },
            )?;
            state.stream(STREAM).hidden_in.extend(lacking);
        }
        let mut n = N_TRIED;
        loop {
            let ids: Vec<String> = state
                .stream(STREAM)
                .hidden_in
                .keys()
                .filter(|id| !self.seen.contains(*id))
                .take(n)
                .cloned()
                .collect();
            if ids.is_empty() || (self.n_uncovered == 0 && n > N_TRIED) {
                break;
            }
            // Whatever was tried tonight is done; only what came whole leads to the rest.
            let done = Scan {
                is_second_pass: true,
                ..scan.clone()
            };
            if let Err(_refused) = self.page(state, ids, next_watermark, Some(done)).await? {
                break;
            }
            n = self.context.page_size().max(N_TRIED + 1);
        }
        state.stream(STREAM).scan = None;
        Ok(())
    }

    /// Hydrates a page of ids and commits it.
    async fn page(
        &mut self,
        state: &mut RepositoryState,
        ids: Vec<String>,
        next_watermark: jiff::Timestamp,
        scan: Option<Scan>,
    ) -> Result<Result<(), Unavailable>, Error> {
        let (mut hydrated, rest) = self.context.given.pull_requests(&ids);
        match hydrate(self.context.client, &rest).await? {
            Ok(more) => hydrated.extend(more),
            Err(why) => return Ok(Err(why)),
        }
        // The cursor moves only with the page: a kill before the commit asks for the page again.
        state.stream(STREAM).scan = scan;
        let mut records = Vec::new();
        let slot = state.stream(STREAM);
        let (live, hidden_in) = (&mut slot.live, &mut slot.hidden_in);
        for id in ids {
            self.seen.insert(id.clone());
            let was_hidden = hidden_in.contains_key(&id);
            match hydrated.get(&id) {
                Some(Hydrated::Record {
                    record,
                    is_whole,
                    hidden,
                }) => {
                    self.n_failed += usize::from(!is_whole);
                    hidden_in.remove(&id);
                    if hidden.is_empty() {
                        self.n_uncovered += usize::from(was_hidden);
                    } else {
                        hidden_in.insert(record.id.clone(), hidden.clone());
                    }
                    if record.id != id {
                        // Its id was of the other format.
                        live.remove(&id);
                    }
                    let id = record.id.clone();
                    self.seen.insert(id.clone());
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
                    // It would stay as it was last seen: open, for ever.
                    records.push(Record::gone(&id, json!({})));
                    live.remove(&id);
                    hidden_in.remove(&id);
                }
                Some(Hydrated::Hidden) => {
                    live.remove(&id);
                    hidden_in.insert(id, Vec::new());
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

/// Whether a record lacks a field that was hidden when it was fetched. GitHub answers null for it, or for who was asked.
fn lacks(node: &Value, field: &str) -> bool {
    let Some(found) = node.get(field) else {
        return true;
    };
    let nodes = || {
        let nodes = found.get("nodes").and_then(Value::as_array);
        nodes.into_iter().flatten()
    };
    found.is_null()
        || nodes().any(|element| {
            element.is_null() || element.get("requestedReviewer").is_some_and(Value::is_null)
        })
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
