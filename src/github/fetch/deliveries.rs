//! Deployments and releases: the newest first, down to the watermark; then those that may still change.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::lister::Lister;
use super::{Context, LOOK_BACK, OVERLAP, checksum, sweep, tails};
use crate::domain::{Stream, StreamCertificate};
use crate::github::client::{Outcome, Unavailable};
use crate::github::error::Error;
use crate::github::operation::{DEPLOYMENTS, DEPLOYMENTS_BY_ID, RELEASES};
use crate::github::wire::Connection;
use crate::github::wire::repository::{Deployments, InNodes, Releases, Repository};
use crate::store::raw::{self, Record};
use crate::store::state::{RepositoryState, Scan};

/// Statuses after which a deployment does not change, except to `INACTIVE`.
const FINAL: [&str; 4] = ["SUCCESS", "FAILURE", "ERROR", "INACTIVE"];

pub(super) async fn deployments(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    let stream = Stream::Deployments;
    let Some(newest) = &overview.deployments else {
        return Ok(context.forbidden(stream));
    };
    let expected = Some(newest.total_count);
    let newest = newest.newest(|newest| newest.created_at);
    let mut seen = std::collections::HashSet::new();
    let mut n_stored = 0;
    let scan = begun(context, state, stream);
    let next_watermark = scan
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(scan.started_at);
    let floor = state.stream(stream).watermark.or(context.since);
    let is_quiet = scan.after.is_none() && floor.is_some_and(|floor| newest.is_before(floor));
    let mut after = scan.after.clone();
    let mut lister = Lister::new(context, DEPLOYMENTS, context.page_size(), None);
    let mut n_short = 0;
    let mut is_done = is_quiet;
    while !is_done {
        let found = match lister.page::<Deployments>(after.as_deref()).await? {
            Ok(found) => found,
            Err(why) => return Ok(context.unavailable(stream, &why)),
        };
        after = next_cursor(&found, floor);
        let (records, n) = completed(context, found.into_nodes(), floor).await?;
        n_short += n;
        seen.extend(records.iter().map(|record| record.id.clone()));
        n_stored += keep(context, state, stream, records, after.as_ref(), &scan)?;
        context.page(stream, seen.len() as u64, expected);
        is_done = after.is_none();
    }
    let again: Vec<String> = state
        .stream(stream)
        .live
        .keys()
        .filter(|id| !seen.contains(*id))
        .cloned()
        .collect();
    let (given, again) = context.given.deployments(&again);
    let (records, n) = completed(context, given.into_values(), None).await?;
    n_short += n;
    n_stored += keep(context, state, stream, records, None, &scan)?;
    for ids in again.chunks(context.page_size()) {
        let variables = json!({"ids": ids});
        let answer = context
            .client
            .graphql::<InNodes<Value>>(&DEPLOYMENTS_BY_ID, &variables, false)
            .await?;
        // Without an answer they stay in `live`, and are asked for again by the next run.
        let Outcome::Data(answer, errors) = answer else {
            continue;
        };
        let mut gone = Vec::new();
        for (at, (id, node)) in ids.iter().zip(&answer.nodes).enumerate() {
            // Null is "deleted" only where GitHub says so of this one; an error without a place may be about any of them.
            let was_deleted = node.is_none()
                && errors
                    .iter()
                    .all(|error| error.is_elsewhere(at) || error.says_not_found());
            if was_deleted {
                state.stream(stream).live.remove(id);
                gone.push(Record::gone(id, json!({})));
            }
        }
        let (records, n) = completed(context, answer.nodes.into_iter().flatten(), None).await?;
        n_short += n + errors
            .iter()
            .filter(|error| !error.says_not_found())
            .count();
        n_stored += gone.len();
        context.commit(stream, &gone, state)?;
        n_stored += keep(context, state, stream, records, None, &scan)?;
    }
    let slot = state.stream(stream);
    slot.scan = None;
    let n_failed = n_short + lister.n_failed;
    if n_failed == 0 {
        slot.watermark = Some(next_watermark);
    }
    let certificate = context.finished(stream, state, expected, n_failed, n_stored > 0)?;
    Ok(Context::ended(lister.endless, certificate))
}

/// Asks for some deployments again, by node id; returns how many could not be answered.
pub(super) async fn again(
    context: &Context<'_>,
    state: &mut RepositoryState,
    ids: &[String],
) -> Result<Result<usize, Unavailable>, Error> {
    let stream = Stream::Deployments;
    let scan = begun(context, state, stream);
    let mut n_failed = 0;
    for ids in ids.chunks(context.page_size()) {
        let variables = json!({"ids": ids});
        let answer = context
            .client
            .graphql::<InNodes<Value>>(&DEPLOYMENTS_BY_ID, &variables, false)
            .await?;
        let nodes = match answer {
            Outcome::Data(answer, errors) => {
                n_failed += errors
                    .iter()
                    .filter(|error| !error.says_not_found())
                    .count();
                answer.nodes
            }
            Outcome::Unavailable(why) => return Ok(Err(why)),
            Outcome::TooBig => {
                n_failed += ids.len();
                continue;
            }
        };
        let (records, n) = completed(context, nodes.into_iter().flatten(), None).await?;
        n_failed += n;
        keep(context, state, stream, records, None, &scan)?;
    }
    state.stream(stream).scan = None;
    Ok(Ok(n_failed))
}

pub(super) async fn releases(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: &Repository,
) -> Result<StreamCertificate, Error> {
    let stream = Stream::Releases;
    let Some(newest) = &overview.releases else {
        return Ok(context.forbidden(stream));
    };
    let expected = Some(newest.total_count);
    let scan = begun(context, state, stream);
    let next_watermark = scan
        .started_at
        .saturating_sub(OVERLAP)
        .unwrap_or(scan.started_at);
    let slot = state.stream(stream);
    let is_sweep = slot.n_records > newest.total_count
        || sweep::is_due(context, slot.swept_at, slot.was_whole());
    // A sweep reads the whole list: a release may be edited or deleted however old it is.
    let floor = slot.watermark.filter(|_| !is_sweep).or(context.since);
    let mut after = scan.after.clone().filter(|_| !is_sweep);
    let mut seen = std::collections::HashSet::new();
    let (mut n_fetched, mut n_stored) = (0_u64, 0);
    let mut lister = Lister::new(context, RELEASES, context.page_size(), None);
    // The first page came with the overview, unless some of it may not be seen, or a scan goes on further down.
    let is_seen = newest.nodes.iter().flatten().all(Option::is_some);
    let mut first = Some(newest.clone()).filter(|_| is_seen && after.is_none());
    let mut is_done = newest.total_count == 0;
    while !is_done {
        let found = match first.take() {
            Some(found) => Ok(found),
            None => lister.page::<Releases>(after.as_deref()).await?,
        };
        let found = match found {
            Ok(found) => found,
            Err(why) => return Ok(context.unavailable(stream, &why)),
        };
        after = next_cursor(&found, floor);
        let records: Vec<Record> = found
            .into_nodes()
            .filter_map(|node| record(RELEASES.name, node))
            .collect();
        n_fetched += records.len() as u64;
        seen.extend(records.iter().map(|record| record.id.clone()));
        n_stored += keep(context, state, stream, records, after.as_ref(), &scan)?;
        context.page(stream, n_fetched, expected);
        is_done = after.is_none();
    }
    let is_whole = is_sweep && floor.is_none() && lister.n_failed == 0;
    if is_whole && seen.len() as u64 >= newest.total_count {
        n_stored += take_out(context, state, stream, &seen)?;
    }
    let slot = state.stream(stream);
    slot.scan = None;
    if lister.n_failed == 0 {
        slot.watermark = Some(next_watermark);
        if is_sweep || slot.swept_at.is_none() {
            slot.swept_at = Some(context.started_at);
        }
    }
    let certificate = context.finished(stream, state, expected, lister.n_failed, n_stored > 0)?;
    Ok(Context::ended(lister.endless, certificate))
}

/// Takes out of the store what is not listed any more; returns how many.
fn take_out(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    listed: &std::collections::HashSet<String>,
) -> Result<usize, Error> {
    let mut gone = Vec::new();
    raw::read_latest(context.store, context.repository, stream, |record| {
        if !listed.contains(&record.id) {
            let database_id = record.node.get("databaseId").cloned().unwrap_or_default();
            gone.push(Record::gone(&record.id, json!({"databaseId": database_id})));
        }
    })?;
    for record in &gone {
        state.stream(stream).live.remove(&record.id);
    }
    context.commit(stream, &gone, state)?;
    Ok(gone.len())
}

fn begun(context: &Context<'_>, state: &mut RepositoryState, stream: Stream) -> Scan {
    let begun = Scan::begun(context.started_at);
    state.stream(stream).scan.clone().unwrap_or(begun)
}

fn created_at(node: &Value) -> Option<Timestamp> {
    node.get("createdAt").and_then(Value::as_str)?.parse().ok()
}

fn next_cursor(found: &Connection<Value>, floor: Option<Timestamp>) -> Option<String> {
    let is_below = found.nodes.iter().flatten().flatten().any(|node| {
        floor.is_some_and(|floor| created_at(node).is_some_and(|created_at| created_at < floor))
    });
    found
        .page_info
        .end_cursor
        .clone()
        .filter(|_| found.page_info.has_next_page && !is_below)
}

fn record(shape: &str, node: Value) -> Option<Record> {
    let id = node.get("id").and_then(Value::as_str)?.to_owned();
    Some(Record {
        shape: shape.to_owned(),
        id,
        node,
        tails: Vec::new(),
    })
}

/// Records with the rest of their lists, and how many of them stayed short.
async fn completed(
    context: &Context<'_>,
    nodes: impl Iterator<Item = Value>,
    floor: Option<Timestamp>,
) -> Result<(Vec<Record>, usize), Error> {
    let mut records = Vec::new();
    let mut n_short = 0;
    for node in nodes {
        if floor.is_some_and(|floor| created_at(&node).is_some_and(|created_at| created_at < floor))
        {
            continue;
        }
        let (tails, is_whole) = tails::tails(context.client, &node, tails::DEPLOYMENT).await?;
        n_short += usize::from(!is_whole);
        if let Some(record) = record(DEPLOYMENTS.name, node) {
            records.push(Record { tails, ..record });
        }
    }
    Ok((records, n_short))
}

/// Commits the records that changed. Those that may change again stay in `live`.
fn keep(
    context: &Context<'_>,
    state: &mut RepositoryState,
    stream: Stream,
    records: Vec<Record>,
    after: Option<&String>,
    scan: &Scan,
) -> Result<usize, Error> {
    let slot = state.stream(stream);
    let horizon = context
        .started_at
        .saturating_sub(LOOK_BACK)
        .unwrap_or(context.started_at);
    let mut changed = Vec::new();
    for record in records {
        let sum = checksum(&record);
        let may_change = stream == Stream::Releases
            || created_at(&record.node).is_none_or(|created_at| created_at >= horizon)
            || !is_final(&record.node);
        if slot.live.get(&record.id) != Some(&sum) {
            changed.push(record.clone());
        }
        if may_change {
            slot.live.insert(record.id, sum);
        } else {
            slot.live.remove(&record.id);
        }
    }
    slot.scan = Some(Scan {
        after: after.cloned(),
        ..scan.clone()
    });
    context.commit(stream, &changed, state)?;
    Ok(changed.len())
}

fn is_final(node: &Value) -> bool {
    let statuses = node
        .get("statuses")
        .and_then(|statuses| statuses.get("nodes"))
        .and_then(Value::as_array);
    statuses.into_iter().flatten().any(|status| {
        status
            .get("state")
            .and_then(Value::as_str)
            .is_some_and(|state| FINAL.contains(&state))
    })
}
