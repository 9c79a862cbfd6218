//! What `doctor` says of patterns: which repositories they mean, and what a first fetch of those costs before anything is fetched.

use std::collections::BTreeMap;

use super::discover::{self, told};
use super::doctor::Lines;
use super::error::CliError;
use super::fetch::{counted, token};
use super::workspace::Workspace;
use crate::derive;
use crate::domain::{Completeness, ListedRepository, Listings, RepoName};
use crate::github::probe::{Cost, Counts};
use crate::report::quantity;
use crate::store::{Mode, Store};

/// KiB of the store that a pull request takes, with answers, facts and what runs keep: a third more than in the demo's store.
const KIB_A_PULL_REQUEST: u64 = 5;
/// Percent of the points that are spent: the rest stays for others.
const USABLE_PERCENT: u64 = 80;

/// What there is to look at more closely.
#[derive(Debug)]
pub struct Scope {
    /// The repositories that are looked at one by one: those that are named, else one of those that patterns mean.
    pub probed: Vec<RepoName>,
    /// Whether every pattern means something that can be read.
    pub is_whole: bool,
}

/// Resolves the patterns of a workspace, asking GitHub where that may be done, and says what they mean. Nothing is written.
pub fn lines(workspace: &mut Workspace, lines: &mut Lines) -> Result<Scope, CliError> {
    let probed = workspace.github.clone();
    let store = Store::open(&workspace.store, Mode::Read).ok();
    let known = store.as_ref().map(Store::listings).transpose()?;
    let mut listings = known.unwrap_or_default();
    let names = store.as_ref().map(derive::names).unwrap_or_default();
    let mut points_an_hour = None;
    let asks = if workspace.offline {
        Vec::new()
    } else {
        discover::asks(workspace)?
    };
    if let Some(token) = token(&workspace.api).filter(|_| !asks.is_empty()) {
        let listed = discover::look(workspace, token, &listings)?;
        listings = listed.listings;
        points_an_hour = listed.points_an_hour;
    }
    workspace.resolve_patterns(&listings, &names)?;
    let mut is_whole = true;
    for line in &workspace.patterns {
        lines.say("repositories", told(line));
        if let Some(fix) = &line.fix {
            lines.add("fix", fix.clone());
        }
        is_whole &= !line.has_hole() && line.completeness != Completeness::Skipped;
    }
    let found = found_by_patterns(workspace, &probed, &listings);
    if !found.is_empty() {
        cost_lines(&found, points_an_hour, lines);
    }
    // What a token may read is mostly the same everywhere: the busiest of them is looked at.
    let busiest = found.iter().max_by_key(|one| one.n_pull_requests);
    let sample = busiest.map(|one| one.name.clone());
    let probed = match sample {
        Some(sample) if probed.is_empty() => vec![sample],
        _ => probed,
    };
    Ok(Scope { probed, is_whole })
}

/// The repositories that would be fetched and that nobody named, each once.
fn found_by_patterns<'a>(
    workspace: &Workspace,
    named: &[RepoName],
    listings: &'a Listings,
) -> Vec<&'a ListedRepository> {
    let all = listings.lists.iter().flat_map(|list| &list.repositories);
    let is_found = |one: &&ListedRepository| {
        let is = |name: &RepoName| name.is_same(&one.name);
        workspace.github.iter().any(is) && !named.iter().any(is)
    };
    let by_name: BTreeMap<String, &ListedRepository> = all
        .filter(is_found)
        .map(|one| (one.name.key(), one))
        .collect();
    by_name.into_values().collect()
}

fn cost_lines(found: &[&ListedRepository], points_an_hour: Option<u32>, lines: &mut Lines) {
    let counts = |one: &&ListedRepository| Counts {
        pull_requests: one.n_pull_requests.unwrap_or(0).min(1 << 32),
        issues: one.n_issues.unwrap_or(0).min(1 << 32),
        ..Counts::default()
    };
    let sum = |costs: &mut dyn Iterator<Item = Cost>| {
        costs.fold((0_u64, 0_u64), |(requests, points), cost| {
            (requests + cost.requests, points + cost.points)
        })
    };
    let first = sum(&mut found.iter().map(|one| counts(one).first()));
    let all: Vec<Counts> = found.iter().map(counts).collect();
    let nightly = Counts::nightly_of(&all);
    let nightly = (nightly.requests, nightly.points);
    let words = |(requests, points): (u64, u64)| {
        format!(
            "{}, {}, {}",
            counted(requests, "requests"),
            counted(points, "points"),
            counted(minutes(requests, points, points_an_hour), "minutes")
        )
    };
    let uncounted = found.iter().filter(|one| one.n_pull_requests.is_none());
    let uncounted = match uncounted.count() {
        0 => String::new(),
        n => format!("; the token may not count the work of {n}"),
    };
    lines.say(
        "first fetch",
        format!(
            "{}: at least about {}; a night: about {}{uncounted}",
            counted(found.len() as u64, "repositories"),
            words(first),
            words(nightly)
        ),
    );
    let disk: u64 = found.iter().filter_map(|one| one.disk_kib).sum();
    let n_pull_requests: u64 = found.iter().filter_map(|one| one.n_pull_requests).sum();
    lines.add(
        "disk",
        format!(
            "about {} for the histories, where they are cloned, and {} for the store",
            size(disk),
            size(n_pull_requests.saturating_mul(KIB_A_PULL_REQUEST))
        ),
    );
    lines.add(
        "work",
        format!(
            "{}, {}",
            counted(n_pull_requests, "pull requests"),
            counted(found.iter().filter_map(|one| one.n_issues).sum(), "issues")
        ),
    );
}

/// How long it takes: about a second a request, and the wait for points beyond those of an hour.
fn minutes(requests: u64, points: u64, points_an_hour: Option<u32>) -> u64 {
    let by_requests = requests.div_ceil(60);
    let usable = points_an_hour.map(|limit| u64::from(limit) * USABLE_PERCENT / 100);
    let by_points = match usable {
        Some(usable) if usable > 0 && points > usable => points.saturating_mul(60) / usable,
        _ => 0,
    };
    by_requests.max(by_points).max(1)
}

/// `12 MB`.
fn size(kib: u64) -> String {
    let megabytes = kib.div_ceil(1_000);
    if megabytes < 10_000 {
        return format!("{} MB", quantity::count(megabytes));
    }
    format!("{} GB", quantity::count(megabytes.div_ceil(1_000)))
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn a_fetch_takes_as_long_as_its_requests_or_its_points() {
        assert_eq!(minutes(30, 40, Some(5_000)), 1);
        assert_eq!(minutes(6_000, 4_000, Some(5_000)), 100);
        assert_eq!(minutes(600, 8_000, Some(5_000)), 120);
        assert_eq!(minutes(600, 8_000, None), 10);
    }
}
