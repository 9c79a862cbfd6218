//! Killed at any instant and run again, or run night after night: the facts are those of one uninterrupted fetch.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::SignedDuration;
use linchpin::demo::fake::{Fault, Faults};
use linchpin::demo::model::{Host, HostComment};
use linchpin::domain::{Completeness, RepositoryId, Stream};
use linchpin::github::Error;
use linchpin::github::fetch::STREAMS;
use linchpin::store::{Mode, Store, state};

use super::github::{Bench, NOW, at, completeness, directory, host, issue, oid, pull_request};

/// A host whose pages are small, so that a fetch has many of them.
fn paged(n_pull_requests: u64) -> Bench {
    let mut bench = Bench::new(host(n_pull_requests), Faults::none(at(NOW)));
    bench.settings.page = 2;
    bench
}

#[test]
fn a_kill_at_any_step_of_the_store_loses_nothing() {
    let whole = paged(6);
    whole.fetch();
    let expected = whole.facts();
    let mut n_kills = 0;
    loop {
        // The host is the same each time; only the store begins anew.
        let directory = directory();
        let path = directory.path().join("store");
        let store = Store::open(&path, Mode::Write).unwrap();
        store.fail_after(n_kills);
        let first = whole.fetch_into(&store);
        drop(store);
        if first.is_ok() {
            break;
        }
        n_kills += 1;
        let store = Store::open(&path, Mode::Write).unwrap();
        let report = whole.fetch_into(&store).unwrap();
        assert_eq!(
            completeness(&report, Stream::PullRequests),
            Completeness::Complete,
            "kill {n_kills}"
        );
        let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
        assert!(decoded == expected && gaps.is_empty(), "kill {n_kills}");
    }
    println!("killed at each of {n_kills} steps of the store");
    assert!(n_kills > 40, "the store has more steps than {n_kills}");
}

/// What a certificate says of a stream, apart from when it was asked for.
fn told(report: &linchpin::github::FetchReport) -> Vec<(Stream, Completeness, Option<u64>, u64)> {
    let line = |line: &linchpin::domain::StreamCertificate| {
        (line.stream, line.completeness, line.expected, line.fetched)
    };
    report.certificates.iter().map(line).collect()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_night_killed_at_any_step_ends_with_the_certificates_of_an_undisturbed_one() {
    // A store that was whole once, and a GitHub that grew since: what the store counted then must not be believed now.
    let bench = paged(5);
    let base = directory();
    let before = base.path().join("before");
    bench
        .fetch_into(&Store::open(&before, Mode::Write).unwrap())
        .unwrap();
    bench.github.advance(SignedDuration::from_hours(24));
    let now = bench.github.now() - SignedDuration::from_hours(1);
    bench.github.update(move |host| {
        let repository = &mut host.repositories[0];
        for number in 900..905 {
            let mut fresh = pull_request(number);
            (fresh.created_at, fresh.updated_at) = (now, now);
            repository.pull_requests.push(fresh);
            let mut fresh = issue(number + 100);
            (fresh.created_at, fresh.updated_at) = (now, now);
            repository.issues.push(fresh);
            let mut fresh = repository.deployments[0].clone();
            fresh.node = format!("DE_new_{number}");
            fresh.created_at = now;
            repository.deployments.push(fresh);
            let mut fresh = repository.releases[0].clone();
            fresh.node = format!("RE_new_{number}");
            fresh.created_at = now;
            repository.releases.push(fresh);
            let mut fresh = repository.workflow_runs[0].clone();
            (fresh.run, fresh.created_at) = (number, now);
            repository.workflow_runs.push(fresh);
        }
    });
    let opened = |name: &str| {
        let path = base.path().join(name);
        copy(&before, &path);
        Store::open(&path, Mode::Write).unwrap()
    };
    let undisturbed = opened("undisturbed");
    bench.fetch_into(&undisturbed).unwrap();
    let expected = told(&bench.fetch_into(&undisturbed).unwrap());
    let (facts, _) = linchpin::github::facts(&undisturbed, RepositoryId(0)).unwrap();
    let mut n_kills = 0;
    loop {
        let name = format!("killed-{n_kills}");
        let store = opened(&name);
        store.fail_after(n_kills);
        let first = bench.fetch_into(&store);
        drop(store);
        let store = Store::open(&base.path().join(&name), Mode::Write).unwrap();
        let report = bench.fetch_into(&store).unwrap();
        assert_eq!(told(&report), expected, "kill {n_kills}");
        let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
        assert!(decoded == facts && gaps.is_empty(), "kill {n_kills}");
        if first.is_ok() {
            break;
        }
        n_kills += 1;
    }
    println!("killed at each of {n_kills} steps of a night");
    assert!(n_kills > 30, "a night has more steps than {n_kills}");
}

#[test]
fn a_token_revoked_at_any_request_stops_the_run_and_the_next_one_goes_on() {
    let whole = paged(12);
    whole.fetch();
    let expected = whole.facts();
    let n_requests = whole.github.log().len() as u64;
    for last in 0..n_requests {
        let bench = paged(12);
        bench.github.set_script(Some(Box::new(move |asked| {
            (asked.n > last)
                .then(|| Fault::Status(401, Vec::new(), r#"{"message": "Bad credentials"}"#.into()))
        })));
        let stopped = bench.fetch_into(&bench.store());
        assert!(
            matches!(stopped, Err(Error::Unauthorised { .. })),
            "{stopped:?}"
        );
        bench.github.set_script(None);
        let before = bench.github.log().len();
        bench.fetch();
        assert!(bench.facts() == expected, "revoked after {last}");
        let again = bench.github.log().len() - before;
        assert!(
            again as u64 <= n_requests + 3,
            "going on costs no more than starting: {again} of {n_requests}"
        );
    }
}

#[test]
fn going_on_does_not_start_again() {
    let mut bench = paged(40);
    bench.settings.page = 4;
    let asked = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&asked);
    bench.github.set_script(Some(Box::new(move |asked| {
        let n = if asked.operation == "PullRequestIds" {
            counter.fetch_add(1, Ordering::SeqCst)
        } else {
            0
        };
        (n >= 8).then(|| Fault::Status(401, Vec::new(), "{}".into()))
    })));
    bench.fetch_into(&bench.store()).unwrap_err();
    bench.github.set_script(None);
    let before = bench.github.log().len();
    bench.fetch();
    let pages = bench.github.log()[before..]
        .iter()
        .filter(|asked| asked.operation == "PullRequestIds")
        .count();
    assert!(
        pages <= 4,
        "two pages were left, and the front is looked at once more: {pages}"
    );
}

#[test]
fn a_scan_of_deployments_or_releases_goes_on_where_it_stopped() {
    for (operation, stream) in [
        ("Deployments", Stream::Deployments),
        ("Releases", Stream::Releases),
    ] {
        let grown = || {
            let mut host = host(1);
            let repository = &mut host.repositories[0];
            for k in 0..60_i64 {
                let mut deployment = repository.deployments[0].clone();
                deployment.node = format!("DE_more_{k}");
                deployment.created_at += SignedDuration::from_hours(k);
                repository.deployments.push(deployment);
                let mut release = repository.releases[0].clone();
                release.node = format!("RE_more_{k}");
                release.created_at += SignedDuration::from_hours(k);
                repository.releases.push(release);
            }
            let mut bench = Bench::new(host, Faults::none(at(NOW)));
            bench.settings.page = 10;
            bench
        };
        let whole = grown();
        whole.fetch();
        let pages = |bench: &Bench, from: usize| {
            bench.github.log()[from..]
                .iter()
                .filter(|asked| asked.operation == operation)
                .count()
        };
        let n_pages = pages(&whole, 0);
        assert!(n_pages > 5, "{n_pages}");
        let bench = grown();
        let n = AtomicU64::new(0);
        bench.github.set_script(Some(Box::new(move |asked| {
            (asked.operation == operation && n.fetch_add(1, Ordering::SeqCst) >= 4)
                .then(|| Fault::Status(401, Vec::new(), "{}".into()))
        })));
        bench.fetch_into(&bench.store()).unwrap_err();
        bench.github.set_script(None);
        // Something is deployed and released before it goes on.
        bench.github.advance(SignedDuration::from_hours(2));
        let before = bench.github.log().len();
        let report = bench.fetch();
        assert_eq!(completeness(&report, stream), Completeness::Complete);
        assert!(
            pages(&bench, before) <= n_pages - 3,
            "{operation}: {} of {n_pages} pages again",
            pages(&bench, before)
        );
        assert!(bench.facts() == whole.facts(), "{operation}");
    }
}

#[test]
fn a_long_stream_is_compacted_after_it_is_whole() {
    let mut bench = Bench::new(host(150), Faults::none(at(NOW)));
    bench.settings.page = 2;
    bench.fetch();
    let n_files = |bench: &Bench| bench.store().files_below("raw/0/pull_requests/").len();
    assert_eq!(n_files(&bench), 1, "75 pages became one file");
    let before = bench.facts();
    assert_eq!(before.facts.pull_requests.len(), 150);
    bench.github.advance(SignedDuration::from_hours(24));
    bench.fetch();
    assert!(bench.facts() == before);
}

fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.insert(
                    path.strip_prefix(root)
                        .unwrap()
                        .to_string_lossy()
                        .into_owned(),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    found
}

#[test]
fn a_night_without_news_changes_no_file_but_the_state() {
    let bench = Bench::new(host(60), Faults::none(at(NOW)));
    bench.fetch();
    // The second night settles what the first had near its edge; from then on nothing moves.
    bench.github.advance(SignedDuration::from_hours(24));
    bench.fetch();
    let before = files(&bench.directory.path().join("store"));
    bench.github.advance(SignedDuration::from_hours(24));
    let requests = bench.github.log().len();
    bench.fetch();
    let after = files(&bench.directory.path().join("store"));
    let changed: Vec<_> = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(bytes))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(changed, ["state/0.json"]);
    assert_eq!(before.len(), after.len());
    let asked: Vec<_> = bench.github.log()[requests..]
        .iter()
        .map(|asked| asked.operation.clone())
        .collect();
    assert!(asked.len() <= 5, "{asked:?}");
}

/// What may happen to a host in a night.
fn change(host: &mut Host, night: u64, now: jiff::Timestamp) {
    let repository = &mut host.repositories[0];
    match night {
        1 => {
            // A new pull request, and a comment on an old one.
            let mut fresh = pull_request(900);
            (fresh.created_at, fresh.updated_at) = (now, now);
            repository.pull_requests.push(fresh);
            let old = &mut repository.pull_requests[2];
            old.updated_at = now;
            old.comments.push(HostComment {
                node: "IC_late".into(),
                author: None,
                created_at: now,
                body: "late".into(),
                review: None,
            });
        }
        2 => {
            // An open pull request changes in a way that leaves `updatedAt` alone.
            let open = repository
                .pull_requests
                .iter_mut()
                .find(|item| item.merged_at.is_none())
                .unwrap();
            open.labels.push("stale".into());
            // A status arrives three days after its deployment.
            let mut late = repository.deployments[0].clone();
            (late.node, late.created_at) = ("DE_late".into(), now - SignedDuration::from_hours(3));
            late.statuses = vec![("IN_PROGRESS".into(), now - SignedDuration::from_hours(2))];
            repository.deployments.push(late);
            let mut going = repository.workflow_runs[2].clone();
            (going.run, going.conclusion, going.status) = (13, None, "in_progress".into());
            (going.created_at, going.updated_at) = (now, now);
            repository.workflow_runs.push(going);
        }
        3 => {
            let late = repository.deployments.last_mut().unwrap();
            late.statuses.push(("SUCCESS".into(), now));
            late.updated_at = now;
            // So does one for a deployment of a year ago.
            let oldest = repository
                .deployments
                .iter_mut()
                .find(|item| item.node == "DE_5")
                .unwrap();
            oldest.statuses.push(("SUCCESS".into(), now));
            // A run that was going on when it was fetched has failed since, and is run again.
            let first = repository.workflow_runs.last_mut().unwrap();
            (first.conclusion, first.status) = (Some("failure".into()), "completed".into());
            let mut again = first.clone();
            (again.attempt, again.updated_at) = (2, now);
            repository.workflow_runs.push(again);
        }
        _ => {
            let mut fresh = issue(100_900);
            (fresh.created_at, fresh.updated_at) = (now, now);
            repository.issues.push(fresh);
            repository.issues[0].labels.clear();
            repository.issues[0].updated_at = now;
            let release = repository.releases.last_mut().unwrap();
            release.commit = Some(oid(77));
        }
    }
}

#[test]
fn nights_added_up_are_the_same_as_one_fetch() {
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.fetch();
    for night in 1..=4 {
        bench.github.advance(SignedDuration::from_hours(24));
        let now = bench.github.now() - SignedDuration::from_hours(1);
        bench.github.update(move |host| change(host, night, now));
        bench.fetch();
    }
    let mut grown = host(30);
    for night in 1..=4_u64 {
        let hours = i64::try_from(night).unwrap() * 24 - 1;
        change(
            &mut grown,
            night,
            at(NOW) + SignedDuration::from_hours(hours),
        );
    }
    let fresh = Bench::new(
        grown,
        Faults::none(at(NOW) + SignedDuration::from_hours(4 * 24)),
    );
    fresh.fetch();
    assert!(bench.facts() == fresh.facts(), "a night was not picked up");
}

#[test]
fn a_repository_that_is_renamed_or_transferred_keeps_its_key() {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench
        .fetch_named(&bench.store(), &["Acme/Old-Widgets"])
        .unwrap();
    bench.github.update(|host| {
        let repository = &mut host.repositories[0];
        repository.former_names.push("acme/widgets".into());
        repository.owner = "umbrella".into();
    });
    bench.github.advance(SignedDuration::from_hours(24));
    for name in ["acme/widgets", "umbrella/widgets"] {
        let report = bench.fetch_named(&bench.store(), &[name]).unwrap();
        assert_eq!(report.repositories[0].1, RepositoryId(0));
        assert_eq!(report.repositories[0].2, "umbrella/widgets");
    }
    assert_eq!(bench.facts().facts.pull_requests.len(), 3);
    let both = bench
        .fetch_named(&bench.store(), &["acme/widgets", "umbrella/widgets"])
        .unwrap();
    assert_eq!(
        (both.repositories.len(), both.certificates.len()),
        (2, STREAMS.len()),
        "one repository, fetched once"
    );
    // Somebody else takes the old name: another repository, another key.
    bench.github.update(|host| {
        host.repositories[0].former_names.clear();
        let mut other = host.repositories[0].clone();
        (other.owner, other.node) = ("acme".into(), "R_2".into());
        other.pull_requests.clear();
        host.repositories.push(other);
    });
    let report = bench
        .fetch_named(&bench.store(), &["acme/widgets"])
        .unwrap();
    assert_eq!(report.repositories[0].1, RepositoryId(1));
    let store = Store::open(&bench.directory.path().join("store"), Mode::Read).unwrap();
    let known: Vec<_> = store
        .repositories()
        .into_iter()
        .map(|entry| (entry.id.0, entry.name))
        .collect();
    assert_eq!(
        known,
        [
            (0, "umbrella/widgets".to_owned()),
            (1, "acme/widgets".to_owned())
        ]
    );
}

#[test]
fn what_changes_while_the_scan_runs_is_not_missed() {
    let mut bench = paged(40);
    bench.settings.page = 4;
    let n_pages = AtomicU64::new(0);
    bench.github.set_script(Some(Box::new(move |asked| {
        if asked.operation != "PullRequestIds" || n_pages.fetch_add(1, Ordering::SeqCst) != 3 {
            return None;
        }
        Some(Fault::Update(Box::new(|host| {
            // The one that would have come last jumps ahead of the cursor.
            let last = host.repositories[0]
                .pull_requests
                .iter_mut()
                .min_by_key(|item| item.updated_at)
                .unwrap();
            last.updated_at = at(NOW);
            "Moved".clone_into(&mut last.title);
        })))
    })));
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
    let facts = bench.facts().facts;
    assert_eq!(facts.pull_requests.len(), 40);
    assert_eq!(
        facts
            .pull_requests
            .iter()
            .filter(|item| item.title == "Moved")
            .count(),
        1
    );
}

#[test]
fn a_deeper_past_is_fetched_when_it_is_asked_for() {
    let mut bench = Bench::new(host(60), Faults::none(at(NOW)));
    bench.options.since = Some(at("2025-02-01T00:00:00Z"));
    bench.fetch();
    let shallow = bench.facts().facts.pull_requests.len();
    assert!((20..40).contains(&shallow), "{shallow}");
    bench.options.since = None;
    bench.fetch();
    assert_eq!(bench.facts().facts.pull_requests.len(), 60);
}

#[test]
fn a_damaged_file_is_a_gap_until_the_next_fetch_heals_it() {
    let bench = paged(12);
    bench.fetch();
    let expected = bench.facts();
    let path = bench
        .directory
        .path()
        .join("store/raw/0/pull_requests/00000002.jsonl.zst");
    let bytes = std::fs::read(&path).unwrap();
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    for damaged in [flipped, bytes[..bytes.len() / 2].to_vec(), Vec::new()] {
        std::fs::write(&path, damaged).unwrap();
        let store = Store::open(&bench.directory.path().join("store"), Mode::Read).unwrap();
        let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
        assert_eq!(
            gaps.iter()
                .map(|gap| gap.reason.as_str())
                .collect::<Vec<_>>(),
            ["damaged"]
        );
        assert!(decoded.facts.pull_requests.len() < 12);
        bench.fetch();
        assert!(bench.facts() == expected);
    }
}

#[test]
fn records_that_are_gone_together_with_their_line_in_the_manifest_are_missed_and_fetched_again() {
    let bench = paged(12);
    bench.fetch();
    let expected = bench.facts();
    let root = bench.directory.path().join("store");
    let lost = "raw/0/pull_requests/00000002.jsonl.zst";
    std::fs::remove_file(root.join(lost)).unwrap();
    let manifest = std::fs::read_to_string(root.join("manifest.jsonl")).unwrap();
    let rest: Vec<_> = manifest
        .lines()
        .filter(|line| !line.contains(lost))
        .collect();
    assert!(rest.len() < manifest.lines().count());
    std::fs::write(root.join("manifest.jsonl"), rest.join("\n") + "\n").unwrap();
    let store = Store::open(&root, Mode::Read).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    assert!(decoded.facts.pull_requests.len() < 12);
    let said: Vec<_> = gaps
        .iter()
        .map(|gap| (gap.subject.as_str(), gap.reason.as_str()))
        .collect();
    assert_eq!(said, [("pull_requests", "records_lost")]);
    drop(store);
    bench.fetch();
    assert!(bench.facts() == expected);
}

#[test]
fn a_state_that_cannot_be_read_costs_requests_and_nothing_else() {
    let bench = paged(12);
    bench.fetch();
    let expected = bench.facts();
    std::fs::write(
        bench.directory.path().join("store/state/0.json"),
        b"{\"streams\": {",
    )
    .unwrap();
    bench.fetch();
    assert!(bench.facts() == expected);
    let store = bench.store();
    let mut read = state::read(&store, RepositoryId(0)).unwrap();
    assert!(read.stream(Stream::PullRequests).watermark.is_some());
}
