//! Whether anything can have started a workflow since runs were last asked for.
//!
//! Runs have no place in GraphQL's lists, and asking for them costs a request for each repository. What starts a run leaves a trace
//! that the overview has: a push, a change of a pull request, a deployment, a release; and a schedule, an issue or a dispatch a
//! check suite of the newest commit of the default branch. Two things leave none there: an old run of another commit that is run again,
//! and a dispatch on another branch. So every repository has its turn once in fourteen nights, which is well within the days for
//! which runs are looked at again.

use jiff::{SignedDuration, Timestamp};

use super::Context;
use crate::github::wire::repository::Repository;
use crate::store::state::StreamState;

/// Every so many nights each repository is asked for its runs, whatever its overview says.
pub(in crate::github) const NIGHTS: i64 = 14;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Whether the overview says that there is nothing to ask for.
pub(super) fn is_quiet(context: &Context<'_>, slot: &StreamState, overview: &Repository) -> bool {
    let Some(looked_at) = slot.swept_at else {
        return false;
    };
    let is_settled = slot.was_whole() && slot.scan.is_none() && !slot.is_running;
    is_settled
        && slot.watermark.is_some()
        && !is_turn(context, looked_at)
        && !has_moved(overview, looked_at)
}

/// Whether it is a repository's turn: another fourteenth of them on each night, so that no night costs as much as the first.
fn is_turn(context: &Context<'_>, looked_at: Timestamp) -> bool {
    let age = context.started_at.duration_since(looked_at);
    let day = context.started_at.as_second().div_euclid(DAY.as_secs());
    let is_its_night = (day + i64::from(context.repository.0)).rem_euclid(NIGHTS) == 0;
    age >= DAY * i32::try_from(NIGHTS).unwrap_or(i32::MAX) || (is_its_night && age >= DAY / 2)
}

/// Whether something happened after an instant that starts runs, or may have: what the token may not see counts.
fn has_moved(overview: &Repository, since: Timestamp) -> bool {
    let Some(branch) = &overview.default_branch_ref else {
        return overview.pushed_at.is_some();
    };
    let suites = branch.target.as_ref();
    let Some(suites) = suites.and_then(|head| head.check_suites.as_ref()) else {
        return true;
    };
    let nodes = suites.nodes.as_deref().unwrap_or_default();
    let is_hidden =
        nodes.iter().any(Option::is_none) || (nodes.is_empty() && suites.total_count > 0);
    let is_after = |at: Option<Timestamp>| at.is_some_and(|at| at >= since);
    let is_before = |newest: Option<bool>| newest == Some(true);
    let pull_requests = overview.pull_requests.as_ref();
    let deployments = overview.deployments.as_ref();
    is_hidden
        || is_after(overview.pushed_at)
        || is_after(suites.seen().map(|suite| suite.updated_at).max())
        || !is_before(
            pull_requests.map(|list| list.newest(|node| node.updated_at).is_before(since)),
        )
        || !is_before(deployments.map(|list| list.newest(|node| node.created_at).is_before(since)))
        || has_new_release(overview, since)
}

fn has_new_release(overview: &Repository, since: Timestamp) -> bool {
    let Some(releases) = &overview.releases else {
        return true;
    };
    let newest = releases.nodes.iter().flatten().flatten();
    let instants = ["createdAt", "publishedAt"];
    newest
        .flat_map(|node| {
            instants.map(|name| node.get(name).and_then(|at| at.as_str()).map(str::to_owned))
        })
        .flatten()
        .filter_map(|text| text.parse::<Timestamp>().ok())
        .any(|at| at >= since)
}
