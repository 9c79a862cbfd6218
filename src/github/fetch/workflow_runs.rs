//! Workflow runs over REST: windows of creation time, bisected until GitHub lists them whole.

mod quiet;

pub(in crate::github) use quiet::NIGHTS;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::pages::Endless;
use super::{Context, LOOK_BACK, OVERLAP, checksum};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::client::Outcome;
use crate::github::error::Error;
use crate::github::wire::repository::Repository;
use crate::github::wire::workflow_run::{JOBS, WorkflowJobs, WorkflowRuns};
use crate::store::raw::Record;
use crate::store::state::{RepositoryState, Scan};

const STREAM: Stream = Stream::WorkflowRuns;

/// GitHub lists no more than this many for one filter.
const MAX_LISTED: u64 = 1_000;

/// Runs on one page, at most.
const PAGE: usize = 100;

/// How far back the first fetch goes: GitHub itself keeps runs for 400 days at most.
const FIRST: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Windows that may be halved in a row without one run being listed: 25 lead from 400 days to one second.
const MAX_FRUITLESS: u32 = 64;

/// Earlier attempts of one run that are looked at, the newest: GitHub itself allows 50.
const MAX_ATTEMPTS: u64 = 100;

/// The most that GitHub lists on one page.
const MAX_SIZE: u64 = 100;

/// Pages of one attempt's jobs.
const MAX_JOB_PAGES: u64 = 100;

const SHAPE: &str = "WorkflowRun";

#[expect(
    clippy::too_many_lines,
    reason = "one scan in its order: the newest without a filter, then windows of time"
)]
pub(super) async fn fetch(
    context: &Context<'_>,
    state: &mut RepositoryState,
    overview: Option<&Repository>,
) -> Result<StreamCertificate, Error> {
    let slot = state.stream(STREAM);
    if overview.is_some_and(|overview| quiet::is_quiet(context, slot, overview)) {
        slot.watermark = Some(back(context.started_at, OVERLAP));
        return context.finished(STREAM, state, None, 0, false);
    }
    let scan = slot.scan.clone().unwrap_or(Scan::begun(context.started_at));
    let earliest = back(scan.started_at, FIRST);
    let since = match slot.watermark {
        Some(watermark) => {
            // Nights on which they were not asked for are looked at now.
            let looked = slot.swept_at.map_or(watermark, |at| at.min(watermark));
            back(looked, LOOK_BACK)
        }
        None => context.since.map_or(earliest, |since| since.max(earliest)),
    };
    // Windows still to be listed, the newest on top.
    let mut windows = vec![(since, scan.until.unwrap_or(scan.started_at))];
    let (mut n_fetched, mut n_stored, mut n_unlisted) = (0_u64, 0_usize, 0_u64);
    let mut n_fruitless = 0;
    // How many are asked for at once: fewer where the server cannot answer as many.
    let mut size = MAX_SIZE;
    // The newest runs as GitHub lists them without a filter: what the index by time has not seen yet is among them.
    let mut unseen: HashSet<u64> = HashSet::new();
    if slot.scan.is_none() {
        slot.is_running = false;
        let mut head = loop {
            match list(context, None, (1, size)).await? {
                Outcome::Data(found, _) => break found,
                Outcome::Unavailable(why) => return Ok(context.unavailable(STREAM, &why)),
                Outcome::TooBig => size = less(size),
            }
        };
        n_unlisted = n_unlisted.saturating_add(cut(&mut head));
        let n_listed = head.workflow_runs.len() as u64;
        let is_in = |run: &Value| created_at(run).is_some_and(|at| at >= since);
        if n_listed >= head.total_count || !head.workflow_runs.iter().all(is_in) {
            windows.clear();
        }
        let recent = head.workflow_runs.iter().filter(|run| is_in(run));
        unseen.extend(recent.filter_map(id));
        let mut records = Vec::new();
        for run in head.workflow_runs {
            records.extend(attempts(context, state, run).await?);
        }
        n_fetched += n_listed;
        n_stored += keep(context, state, records, &scan)?;
        let expected = Some(head.total_count).filter(|_| windows.is_empty());
        context.page(STREAM, n_fetched, expected);
        if windows.is_empty() {
            unseen.clear();
        }
    }
    while let Some((from, to)) = windows.pop() {
        let (mut page, mut n_seen) = (1_u64, 0);
        loop {
            let mut found = match list(context, Some((from, to)), (page, size)).await? {
                Outcome::Data(found, _) => found,
                Outcome::Unavailable(why) => return Ok(context.unavailable(STREAM, &why)),
                Outcome::TooBig => {
                    // Pages of another size begin elsewhere: the window is listed again, and what came already is not stored
                    // twice.
                    (size, page, n_seen) = (less(size), 1, 0);
                    continue;
                }
            };
            for run in found.workflow_runs.iter().filter_map(id) {
                unseen.remove(&run);
            }
            let seconds = to.as_second().saturating_sub(from.as_second());
            if page == 1 && found.total_count >= MAX_LISTED && seconds > 1 {
                n_fruitless += 1;
                if n_fruitless > MAX_FRUITLESS {
                    let certificate = unlisted(context, state, n_stored > 0)?;
                    return Ok(Context::ended(Some(Endless::Uncounted), certificate));
                }
                let middle = back(to, SignedDuration::from_secs(seconds / 2));
                windows.push((from, back(middle, SignedDuration::from_secs(1))));
                windows.push((middle, to));
                break;
            }
            if page == 1 {
                let n_beyond = found.total_count.saturating_sub(MAX_LISTED);
                n_unlisted = n_unlisted.saturating_add(n_beyond);
            }
            // Each run may cost requests of its own: a page is never longer than what was asked for.
            n_unlisted = n_unlisted.saturating_add(cut(&mut found));
            let n_listed = found.workflow_runs.len() as u64;
            if n_listed > 0 {
                n_fruitless = 0;
            }
            let mut records = Vec::new();
            for run in found.workflow_runs {
                records.extend(attempts(context, state, run).await?);
            }
            n_fetched += n_listed;
            n_seen += n_listed;
            // Only an empty page ends a list that counts more: a page may be short.
            let is_last = n_listed == 0 || n_seen >= found.total_count.min(MAX_LISTED);
            let until = if is_last { from } else { to };
            n_stored += keep(
                context,
                state,
                records,
                &Scan {
                    until: Some(until),
                    ..scan.clone()
                },
            )?;
            context.page(
                STREAM,
                n_fetched,
                Some(found.total_count).filter(|_| windows.is_empty()),
            );
            if is_last {
                break;
            }
            page += 1;
        }
    }
    let slot = state.stream(STREAM);
    slot.scan = None;
    let is_behind = !unseen.is_empty();
    if !is_behind {
        slot.watermark = Some(back(scan.started_at, OVERLAP));
        slot.swept_at = slot.watermark;
    }
    let n_unlisted = usize::try_from(n_unlisted).unwrap_or(usize::MAX);
    let certificate = context.finished(STREAM, state, None, n_unlisted, n_stored > 0)?;
    if !is_behind {
        return Ok(certificate);
    }
    Ok(StreamCertificate {
        completeness: Completeness::Partial,
        reason: Some(
            "GitHub's list of runs by time is behind: it lacks runs that are there".to_owned(),
        ),
        fix: Some("run it again later: the same time is asked for once more".to_owned()),
        ..certificate
    })
}

fn back(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// Shortens a page to what was asked for, and says by how much.
fn cut(found: &mut WorkflowRuns) -> u64 {
    let n_beyond = found.workflow_runs.len().saturating_sub(PAGE);
    found.workflow_runs.truncate(PAGE);
    n_beyond as u64
}

/// The next smaller page.
fn less(size: u64) -> u64 {
    (size / 3).max(1)
}

fn id(run: &Value) -> Option<u64> {
    run.get("id").and_then(Value::as_u64)
}

fn created_at(run: &Value) -> Option<Timestamp> {
    run.get("created_at").and_then(Value::as_str)?.parse().ok()
}

/// The certificate of runs that the server counts and does not list: the next run asks for all of them again.
fn unlisted(
    context: &Context<'_>,
    state: &mut RepositoryState,
    is_changed: bool,
) -> Result<StreamCertificate, Error> {
    state.stream(STREAM).scan = None;
    context.finished(STREAM, state, None, 1, is_changed)
}

/// A page of the runs that were created in a span of time; `None`: of all of them, the newest first.
async fn list(
    context: &Context<'_>,
    span: Option<(Timestamp, Timestamp)>,
    (page, size): (u64, u64),
) -> Result<Outcome<WorkflowRuns>, Error> {
    let path = format!(
        "/repos/{}/{}/actions/runs",
        context.name.owner(),
        context.name.name()
    );
    let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
    let mut parameters = vec![("per_page", size.to_string()), ("page", page.to_string())];
    if let Some((from, to)) = span {
        parameters.push(("created", format!("{}..{}", whole(from), whole(to))));
    }
    context.client.get_less(&path, &parameters, size > 1).await
}

/// A run as listed, which is its last attempt, and its earlier attempts with their jobs.
///
/// The jobs tell which of them failed and made somebody run it again.
async fn attempts(
    context: &Context<'_>,
    state: &mut RepositoryState,
    run: Value,
) -> Result<Vec<Record>, Error> {
    let number = |name: &str| run.get(name).and_then(Value::as_u64);
    let (Some(id), last) = (number("id"), number("run_attempt").unwrap_or(1)) else {
        return Ok(Vec::new());
    };
    let live = &state.stream(STREAM).live;
    let mut records = Vec::new();
    for attempt in last.saturating_sub(MAX_ATTEMPTS).max(1)..last {
        // Where the next one is in the store, this one had ended when it was read, and stays as it is.
        if live.contains_key(&format!("{id}/{}", attempt + 1)) {
            continue;
        }
        let path = format!(
            "/repos/{}/{}/actions/runs/{id}/attempts/{attempt}",
            context.name.owner(),
            context.name.name()
        );
        if let Outcome::Data(mut node, _) = context.client.get::<Value>(&path, &[]).await? {
            if let Some(jobs) = jobs(context, &path).await?
                && let Some(node) = node.as_object_mut()
            {
                node.insert(JOBS.to_owned(), Value::Array(jobs));
            }
            records.push(record(id, attempt, &node));
        }
    }
    records.push(record(id, last, &run));
    Ok(records)
}

/// The jobs of the attempt at a path; `None` where GitHub does not show them (any more).
async fn jobs(context: &Context<'_>, attempt: &str) -> Result<Option<Vec<Value>>, Error> {
    let path = format!("{attempt}/jobs");
    let mut jobs = Vec::new();
    let (mut page, mut size) = (1, MAX_SIZE);
    while page <= MAX_JOB_PAGES {
        let parameters = [("per_page", size.to_string()), ("page", page.to_string())];
        let answer = context
            .client
            .get_less::<WorkflowJobs>(&path, &parameters, size > 1)
            .await?;
        let found = match answer {
            Outcome::Data(found, _) => found,
            Outcome::Unavailable(_) => return Ok(None),
            Outcome::TooBig => {
                (page, size) = (1, less(size));
                jobs.clear();
                continue;
            }
        };
        jobs.extend(found.jobs.iter().map(|job| kept(job, &KEPT_OF_JOBS)));
        if found.jobs.is_empty() || jobs.len() as u64 >= found.total_count {
            break;
        }
        page += 1;
    }
    Ok(Some(jobs))
}

const KEPT_OF_JOBS: [&str; 6] = [
    "id",
    "name",
    "conclusion",
    "started_at",
    "completed_at",
    "html_url",
];

/// Those fields of a node that are read: REST answers with a hundred links and a whole repository a run.
fn kept(node: &Value, names: &[&str]) -> Value {
    let fields = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), node.get(*name)?.clone())));
    Value::Object(fields.collect())
}

fn record(id: u64, attempt: u64, node: &Value) -> Record {
    const KEPT: [&str; 14] = [
        "id",
        "name",
        "path",
        "run_attempt",
        "event",
        "head_branch",
        "head_sha",
        "status",
        "conclusion",
        "created_at",
        "run_started_at",
        "updated_at",
        "html_url",
        JOBS,
    ];
    Record {
        shape: SHAPE.to_owned(),
        id: format!("{id}/{attempt}"),
        node: kept(node, &KEPT),
        tails: Vec::new(),
    }
}

fn keep(
    context: &Context<'_>,
    state: &mut RepositoryState,
    records: Vec<Record>,
    scan: &Scan,
) -> Result<usize, Error> {
    let horizon = scan
        .started_at
        .saturating_sub(LOOK_BACK + OVERLAP)
        .unwrap_or(scan.started_at);
    let slot = state.stream(STREAM);
    let mut changed = Vec::new();
    for record in records {
        let sum = checksum(&record);
        let created_at = record
            .node
            .get("created_at")
            .and_then(Value::as_str)
            .and_then(|text| text.parse().ok());
        if slot.live.get(&record.id) != Some(&sum) {
            changed.push(record.clone());
        }
        slot.is_running |= record
            .node
            .get("status")
            .is_some_and(|status| status != "completed");
        if created_at.is_none_or(|created_at: Timestamp| created_at >= horizon) {
            slot.live.insert(record.id, sum);
        } else {
            slot.live.remove(&record.id);
        }
    }
    slot.scan = Some(scan.clone());
    context.commit(STREAM, &changed, state)?;
    Ok(changed.len())
}
