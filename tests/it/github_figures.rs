//! What a fetch costs: requests, points, time. The figures are printed; run with `--nocapture` to see them.

use std::time::Instant;

use jiff::SignedDuration;
use linchpin::demo::fake::Faults;
use linchpin::demo::model::Host;
use linchpin::domain::{Completeness, RepositoryId, Stream};
use linchpin::store::{Mode, Store};

use super::github::{Bench, NOW, at, completeness, host};

/// How many pull requests to measure with; more than a handful only where somebody asks for it.
fn size() -> u64 {
    std::env::var("LINCHPIN_FETCH_SIZE")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200)
}

/// A host on which one pull request in a hundred is open and every deployment is over. (Those of the last month, and those
/// that have not ended, cost one more request a hundred in every night.)
fn settled(n: u64) -> Host {
    let mut host = host(n);
    for item in host.repositories[0]
        .pull_requests
        .iter_mut()
        .filter(|item| item.number % 100 != 0)
    {
        item.closed_at = item.closed_at.or(Some(item.created_at));
    }
    host.repositories[0]
        .deployments
        .retain(|item| item.statuses.len() > 1);
    host
}

/// Requests of a first fetch, and of a night in which one pull request in a hundred changed.
fn requests(n: u64) -> (u64, u64) {
    let bench = Bench::new(
        settled(n),
        Faults {
            points: 1_000_000,
            ..Faults::none(at(NOW))
        },
    );
    let first = bench.fetch();
    assert_eq!(
        completeness(&first, Stream::PullRequests),
        Completeness::Complete
    );
    bench.github.advance(SignedDuration::from_hours(24));
    bench.github.update(move |host| {
        for item in host.repositories[0]
            .pull_requests
            .iter_mut()
            .filter(|item| item.number % 100 == 1)
        {
            item.updated_at = at(NOW) + SignedDuration::from_hours(12);
            item.labels.push("changed".into());
        }
    });
    let night = bench.fetch();
    assert_eq!(
        completeness(&night, Stream::PullRequests),
        Completeness::Complete
    );
    let facts = bench.facts().facts;
    let n_changed = facts
        .pull_requests
        .iter()
        .filter(|row| row.labels.iter().any(|label| label == "changed"))
        .count();
    assert_eq!(n_changed as u64, n / 100);
    println!(
        "{n} pull requests: {} requests and {} points at first, {} and {} in the night after",
        first.requests, first.points_spent, night.requests, night.points_spent
    );
    (first.requests, night.requests)
}

#[test]
fn a_first_fetch_and_a_night_cost_no_more_than_promised() {
    for n in [100, size()] {
        let (first, night) = requests(n);
        assert!(first <= n / 20 + 10, "{n}: {first} requests");
        assert!(
            night <= (n / 20 + 10) / 50 + 5,
            "{n}: {night} requests in a night"
        );
    }
}

/// Memory in use now and at most so far, in MiB, where the system tells.
fn memory() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = |name: &str| -> Option<u64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1_024)
    };
    Some((line("VmRSS:")?, line("VmHWM:")?))
}

#[test]
fn fetching_and_deriving_take_seconds() {
    let n = size();
    let bench = Bench::new(
        host(n),
        Faults {
            points: 1_000_000,
            ..Faults::none(at(NOW))
        },
    );
    let model = memory();
    let started = Instant::now();
    let report = bench.fetch();
    let fetched = started.elapsed();
    let after = memory();
    let store = Store::open(&bench.directory.path().join("store"), Mode::Read).unwrap();
    let started = Instant::now();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    let derived = started.elapsed();
    assert_eq!(
        (decoded.facts.pull_requests.len() as u64, gaps.len()),
        (n, 0)
    );
    println!(
        "{n} pull requests fetched in {:.1} s with {} requests and {} KiB of raw answers; derived in {:.2} s",
        fetched.as_secs_f64(),
        report.requests,
        report.raw_bytes / 1_024,
        derived.as_secs_f64()
    );
    if let (Some((before, _)), Some((_, fetching)), Some((_, deriving))) = (model, after, memory())
    {
        println!(
            "memory: {before} MiB before (the fake's model), at most {fetching} while fetching, {deriving} while deriving"
        );
    }
}
