//! The REST part of the fake: workflow runs, their attempts and the rate limit.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::graph::{Snapshot, WEB};
use crate::demo::model::{HostRepository, HostWorkflowRun};

/// GitHub lists no more than this many runs for one filter.
const MAX_LISTED: usize = 1_000;

/// Parameters of a request by name.
pub(super) fn parameters(query: &str) -> BTreeMap<String, String> {
    let plain = |text: &str| {
        text.replace("%3A", ":")
            .replace("%2B", "+")
            .replace("%3a", ":")
            .replace("%2b", "+")
    };
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

/// The answer to a POST that asks for an installation's token, if that is what it is.
pub(super) fn installation_token(path: &str, token: Option<&str>) -> Option<Value> {
    let is_asked = path.starts_with("/app/installations/") && path.ends_with("/access_tokens");
    let token = token.unwrap_or("ghs_of_the_fake");
    is_asked.then(|| json!({"token": token, "permissions": {}}))
}

/// The answer to a GET: status and body.
pub(super) fn get(
    snapshot: &Snapshot,
    path: &str,
    parameters: &BTreeMap<String, String>,
) -> (u16, Value) {
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let not_found = || (404, json!({"message": "Not Found"}));
    match parts.as_slice() {
        ["repos", owner, name, "actions", "runs"] => match snapshot.repository(owner, name) {
            Some((_, repository)) => (200, runs(repository, parameters)),
            None => not_found(),
        },
        [
            "repos",
            owner,
            name,
            "actions",
            "runs",
            run,
            "attempts",
            attempt,
            rest @ ..,
        ] => {
            let found = attempt_of(snapshot, (owner, name), run, attempt);
            match (found, rest) {
                (Some((repository, run)), []) => (200, shown(repository, run)),
                (Some((repository, run)), ["jobs"]) => (200, jobs(repository, run, parameters)),
                _ => not_found(),
            }
        }
        _ => not_found(),
    }
}

/// The first row of the page that is asked for, and how many rows it has.
fn page_of(parameters: &BTreeMap<String, String>) -> (usize, usize) {
    let number = |name: &str, default: usize| {
        parameters
            .get(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let size = number("per_page", 30).clamp(1, 100);
    ((number("page", 1).max(1) - 1).saturating_mul(size), size)
}

fn attempt_of<'a>(
    snapshot: &'a Snapshot,
    (owner, name): (&str, &str),
    run: &str,
    attempt: &str,
) -> Option<(&'a HostRepository, &'a HostWorkflowRun)> {
    let (_, repository) = snapshot.repository(owner, name)?;
    let found = repository
        .workflow_runs
        .iter()
        .find(|known| known.run.to_string() == run && known.attempt.to_string() == attempt)?;
    Some((repository, found))
}

fn jobs(
    repository: &HostRepository,
    run: &HostWorkflowRun,
    parameters: &BTreeMap<String, String>,
) -> Value {
    let (start, size) = page_of(parameters);
    let page: Vec<Value> = (1_u64..)
        .zip(&run.jobs)
        .skip(start)
        .take(size)
        .map(|(nth, job)| {
            let id = run.run * 1_000_000 + run.attempt * 1_000 + nth;
            json!({
                "id": id,
                "run_id": run.run,
                "run_attempt": run.attempt,
                "name": job.name,
                "status": "completed",
                "conclusion": job.conclusion,
                "started_at": job.started_at,
                "completed_at": job.completed_at,
                "html_url": format!(
                    "{WEB}/{}/{}/actions/runs/{}/job/{id}",
                    repository.owner, repository.name, run.run
                ),
                "steps": [],
            })
        })
        .collect();
    json!({"total_count": run.jobs.len(), "jobs": page})
}

fn runs(repository: &HostRepository, parameters: &BTreeMap<String, String>) -> Value {
    let mut latest: BTreeMap<u64, &HostWorkflowRun> = BTreeMap::new();
    for run in &repository.workflow_runs {
        let slot = latest.entry(run.run).or_insert(run);
        if run.attempt > slot.attempt {
            *slot = run;
        }
    }
    let (since, until) = match parameters.get("created").map(String::as_str) {
        Some(range) => match range.split_once("..") {
            Some((since, until)) => (since.parse().ok(), until.parse().ok()),
            None => (None, None),
        },
        None => (None, None),
    };
    let is_inside = |run: &&HostWorkflowRun| {
        since.is_none_or(|since: Timestamp| run.created_at >= since)
            && until.is_none_or(|until: Timestamp| run.created_at <= until)
    };
    let mut listed: Vec<_> = latest.into_values().filter(is_inside).collect();
    listed.sort_by_key(|run| std::cmp::Reverse((run.created_at, run.run)));
    let total = listed.len();
    let (start, per_page) = page_of(parameters);
    let end = start.saturating_add(per_page).min(total).min(MAX_LISTED);
    let page: Vec<Value> = listed
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .map(|run| shown(repository, run))
        .collect();
    json!({"total_count": total, "workflow_runs": page})
}

fn shown(repository: &HostRepository, run: &HostWorkflowRun) -> Value {
    json!({
        "id": run.run,
        "name": run.name,
        "run_attempt": run.attempt,
        "event": run.event,
        "head_branch": run.head_branch,
        "head_sha": run.head_commit.map(|id| id.to_string()).unwrap_or_default(),
        "status": run.status,
        "conclusion": run.conclusion,
        "created_at": run.created_at.to_string(),
        "run_started_at": run.started_at.map(|at| at.to_string()),
        "updated_at": run.updated_at.to_string(),
        "html_url": format!("{WEB}/{}/{}/actions/runs/{}/attempts/{}", repository.owner, repository.name, run.run, run.attempt),
    })
}
