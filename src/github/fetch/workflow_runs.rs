//! Workflow runs over REST: windows of creation time, bisected until GitHub lists them whole.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::pages::Endless;
use super::{Context, LOOK_BACK, OVERLAP, checksum};
use crate::domain::{Completeness, Stream, StreamCertificate};
use crate::github::client::Outcome;
use crate::github::error::Error;
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

/// Pages of one attempt's jobs.
const MAX_JOB_PAGES: u64 = 100;

const SHAPE: &str = "WorkflowRun";

pub(super) async fn fetch(
    context: &Context<'_>,
    state: &mut RepositoryState,
) -> Result<StreamCertificate, Error> {
    let back = |from: Timestamp, by| from.saturating_sub(by).unwrap_or(Timestamp::MIN);
    let slot = state.stream(STREAM);
    let scan = slot.scan.clone().unwrap_or(Scan::begun(context.started_at));
    let earliest = back(scan.started_at, FIRST);
    let since = match slot.watermark {
        Some(watermark) => back(watermark, LOOK_BACK),
        None => context.since.map_or(earliest, |since| since.max(earliest)),
    };
    // Windows still to be listed, the newest on top.
    let mut windows = vec![(since, scan.until.unwrap_or(scan.started_at))];
    let (mut n_fetched, mut n_stored, mut n_unlisted) = (0_u64, 0_usize, 0_u64);
    let mut n_fruitless = 0;
    while let Some((from, to)) = windows.pop() {
        let mut page = 1_u64;
        loop {
            let mut found = match list(context, from, to, page).await? {
                Outcome::Data(found, _) => found,
                Outcome::Unavailable(why) => return Ok(context.unavailable(STREAM, &why)),
                Outcome::TooBig => return Ok(context.certificate(STREAM, Completeness::Partial)),
            };
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
            let n_beyond = found.workflow_runs.len().saturating_sub(PAGE);
            found.workflow_runs.truncate(PAGE);
            n_unlisted = n_unlisted.saturating_add(n_beyond as u64);
            let n_listed = found.workflow_runs.len() as u64;
            if n_listed > 0 {
                n_fruitless = 0;
            }
            let mut records = Vec::new();
            for run in found.workflow_runs {
                records.extend(attempts(context, state, run).await?);
            }
            n_fetched += n_listed;
            let is_last = n_listed < 100 || page * 100 >= found.total_count.min(MAX_LISTED);
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
    slot.watermark = Some(back(scan.started_at, OVERLAP));
    context.finished(
        STREAM,
        state,
        None,
        usize::try_from(n_unlisted).unwrap_or(usize::MAX),
        n_stored > 0,
    )
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

async fn list(
    context: &Context<'_>,
    from: Timestamp,
    to: Timestamp,
    page: u64,
) -> Result<Outcome<WorkflowRuns>, Error> {
    let path = format!(
        "/repos/{}/{}/actions/runs",
        context.name.owner(),
        context.name.name()
    );
    let whole = |at: Timestamp| Timestamp::from_second(at.as_second()).unwrap_or(at);
    let parameters = [
        ("per_page", "100".to_owned()),
        ("page", page.to_string()),
        ("created", format!("{}..{}", whole(from), whole(to))),
    ];
    context.client.get(&path, &parameters).await
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
    for page in 1..=MAX_JOB_PAGES {
        let parameters = [("per_page", "100".to_owned()), ("page", page.to_string())];
        let Outcome::Data(found, _) = context
            .client
            .get::<WorkflowJobs>(&path, &parameters)
            .await?
        else {
            return Ok(None);
        };
        let n_listed = found.jobs.len() as u64;
        jobs.extend(found.jobs.iter().map(|job| kept(job, &KEPT_OF_JOBS)));
        if n_listed < 100 || page * 100 >= found.total_count {
            break;
        }
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
    const KEPT: [&str; 13] = [
        "id",
        "name",
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
