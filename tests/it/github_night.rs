//! A night over the repositories of an organisation: what is asked of many at once, and what goes wrong in it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use linchpin::demo::fake::{Fault, Faults, Script, SeenRequest};
use linchpin::demo::model::{Host, HostRepository};
use linchpin::domain::{Completeness, RepositoryId, Stream};
use linchpin::github::FetchReport;

use super::github::{Bench, NOW, at, host, issue, pull_request};

/// Repositories of one owner: each with an open pull request, two merged ones, a deployment that never ended and three runs.
fn organisation(n: u64) -> Host {
    let mut world = host(0);
    let first = world.repositories.remove(0);
    world.repositories = (1..=n)
        .map(|k| {
            let mut repository = first.clone();
            repository.name = format!("widgets-{k}");
            repository.former_names.clear();
            repository.node = format!("R_{k}");
            repository.database_id = k;
            repository.pull_requests = (0..3).map(|nth| pull_request(10 * k + nth)).collect();
            repository.issues = vec![issue(100_000 + k)];
            for item in &mut repository.deployments {
                item.node = format!("{}_{k}", item.node);
            }
            repository.releases.truncate(2);
            for item in &mut repository.releases {
                item.node = format!("{}_{k}", item.node);
            }
            for run in &mut repository.workflow_runs {
                run.run += 1_000 * k;
            }
            repository
        })
        .collect();
    world
}

fn names(n: u64) -> Vec<String> {
    (1..=n).map(|k| format!("acme/widgets-{k}")).collect()
}

fn night(bench: &Bench, names: &[String]) -> FetchReport {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    bench.fetch_named(&bench.store(), &names).unwrap()
}

/// How often each operation was asked since some request.
fn asked(bench: &Bench, from: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for request in bench.github.log().into_iter().skip(from) {
        let operation = match request.operation.split_once("/actions/") {
            Some(_) => "runs".to_owned(),
            None => request.operation,
        };
        *counts.entry(operation).or_default() += 1;
    }
    counts
}

fn n_requests(bench: &Bench) -> usize {
    bench.github.log().len()
}

/// What the store says of every repository, as text: facts and the fate of every stream.
fn told(bench: &Bench, n: u64) -> Vec<String> {
    let store = bench.store();
    (0..n)
        .map(|k| {
            let id = RepositoryId(u32::try_from(k).unwrap());
            format!("{:?}", linchpin::github::facts(&store, id).unwrap())
        })
        .collect()
}

/// The same organisation fetched from nothing, today, one repository at a time.
fn anew(bench: &Bench, world: Host, n: u64) -> Vec<String> {
    let fresh = Bench::new(world, Faults::none(bench.github.now()));
    let store = fresh.store();
    for name in names(n) {
        fresh.fetch_named(&store, &[&name]).unwrap();
    }
    drop(store);
    told(&fresh, n)
}

fn streams(
    report: &FetchReport,
    stream: Stream,
) -> impl Iterator<Item = &linchpin::domain::StreamCertificate> {
    let lines = report.certificates.iter();
    lines.filter(move |line| line.stream == stream)
}

fn is_all_complete(report: &FetchReport) -> bool {
    let lines = report.certificates.iter();
    lines
        .filter(|line| line.stream != Stream::Environments)
        .all(|line| {
            matches!(
                line.completeness,
                Completeness::Complete | Completeness::Empty
            )
        })
}

/// A script for one operation.
fn on(
    operation: &'static str,
    fault: impl Fn(&SeenRequest) -> Option<Fault> + Send + 'static,
) -> Script {
    Box::new(move |request| {
        (request.operation == operation)
            .then(|| fault(request))
            .flatten()
    })
}

/// What a pull request's change leaves behind.
fn change(repository: &mut HostRepository, nth: usize, at: Timestamp) {
    let item = &mut repository.pull_requests[nth];
    item.title = format!("{} again", item.title);
    item.updated_at = at;
}

#[test]
fn a_quiet_night_costs_requests_by_the_fifty_and_finds_what_one_at_a_time_finds() {
    let n = 60;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    let from = n_requests(&bench);
    let report = night(&bench, &names(n));
    assert!(is_all_complete(&report), "{:?}", report.certificates);
    let asked = asked(&bench, from);
    let count = |operation: &str| asked.get(operation).copied().unwrap_or(0);
    assert_eq!(
        (
            count("OverviewsById"),
            count("SettingsById"),
            count("Repository")
        ),
        (2, 2, 0),
        "{asked:?}"
    );
    // One for the teams of the owner; one in fourteen repositories has its turn to be asked for its runs.
    assert_eq!(count("RepositorySettings"), 1, "{asked:?}");
    assert!(count("runs") <= 5, "{asked:?}");
    // The open ones, twenty-five at once, and a deployment each.
    assert_eq!(
        (count("PullRequests"), count("DeploymentsById")),
        (3, 2),
        "{asked:?}"
    );
    assert_eq!(told(&bench, n), anew(&bench, organisation(n), n));
}

#[test]
fn a_night_over_two_hundred_repositories_of_which_twenty_changed_costs_no_more_than_sixty_requests()
{
    let n = 200;
    let mut world = organisation(n);
    for repository in &mut world.repositories {
        // One in three has something open.
        let is_open = repository.database_id.is_multiple_of(3);
        repository.pull_requests.drain(..usize::from(!is_open));
        repository.deployments.truncate(4);
    }
    let bench = Bench::new(world, Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    let now = bench.github.now() - SignedDuration::from_hours(2);
    let changed = move |host: &mut Host| {
        for repository in host.repositories.iter_mut().take(200).step_by(10) {
            let number = repository.database_id;
            let fresh = (0..5).map(|nth| {
                let mut item = pull_request(1_000_001 + 100 * number + 2 * nth);
                item.created_at = now;
                item.updated_at = now;
                item
            });
            repository.pull_requests.extend(fresh);
            let mut run = repository.workflow_runs[0].clone();
            (run.run, run.attempt) = (900_000 + number, 1);
            (run.created_at, run.updated_at) = (now, now);
            repository.workflow_runs.push(run);
        }
    };
    bench.github.update(changed);
    let from = n_requests(&bench);
    let report = night(&bench, &names(n));
    assert!(is_all_complete(&report));
    let asked = asked(&bench, from);
    let total: usize = asked.values().sum();
    println!(
        "a night over 200 repositories, 20 changed, 100 new pull requests: {total} requests, {asked:?}"
    );
    // Two more list the owner's repositories.
    assert!(total + 2 <= 60, "{total}: {asked:?}");
    let found: usize = told(&bench, n)
        .iter()
        .map(|text| text.matches("PrNumber(1000").count())
        .sum();
    assert!(found >= 100, "{found}");
}

#[test]
fn what_changed_in_some_of_them_arrives_in_all_streams() {
    let n = 12;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    let now = bench.github.now() - SignedDuration::from_hours(3);
    let changed = move |host: &mut Host| {
        change(&mut host.repositories[1], 1, now);
        // More than come with the overview.
        let many = (0..40)
            .map(|nth| pull_request(5_001 + nth))
            .map(|mut item| {
                item.updated_at =
                    now + SignedDuration::from_secs(i64::try_from(item.number).unwrap() % 60);
                item
            });
        host.repositories[2].pull_requests.extend(many);
        host.repositories[3].issues[0].title = "Another problem".to_owned();
        host.repositories[3].issues[0].updated_at = now;
        // Neither moves a time of change.
        host.repositories[4].pull_requests[0].threads[0].is_resolved = false;
        host.repositories[5].deployments[4]
            .statuses
            .push(("SUCCESS".to_owned(), now));
        host.repositories[5].deployments[4].updated_at = now;
        host.repositories[6].milestones.clear();
        host.repositories[7].ruleset = None;
        host.repositories[8].releases[0].tag_name = "v1.0.1".to_owned();
        host.repositories[9].pull_requests[0].closed_at = Some(now);
        host.repositories[9].pull_requests[0].updated_at = now;
    };
    bench.github.update(changed);
    let report = night(&bench, &names(n));
    assert!(is_all_complete(&report), "{:?}", report.certificates);
    let mut world = organisation(n);
    changed(&mut world);
    assert_eq!(told(&bench, n), anew(&bench, world, n));
}

#[test]
fn what_is_odd_about_one_repository_is_found_out_with_it_alone_and_touches_no_other() {
    let n = 6;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    bench.github.update(|host| {
        // Renamed, gone, and another one under an old name.
        host.repositories[0]
            .former_names
            .push("acme/widgets-1".to_owned());
        host.repositories[0].name = "gadgets-1".to_owned();
        host.repositories.remove(4);
        host.repositories[2].node = "R_300".to_owned();
        host.repositories[2].pull_requests.clear();
    });
    // What may not be read of one of them.
    bench.github.set_script(Some(on("OverviewsById", |_| {
        Some(Fault::HideOf("R_4", "pullRequests"))
    })));
    let from = n_requests(&bench);
    let report = night(&bench, &names(n));
    let counts = asked(&bench, from);
    assert_eq!(counts["OverviewsById"], 1, "{counts:?}");
    let of = |name: &str| {
        let found = report
            .repositories
            .iter()
            .find(|(asked, ..)| asked.to_string() == name);
        let (_, id, called) = found.unwrap();
        let line = streams(&report, Stream::PullRequests).find(|line| line.repository == *id);
        (called.clone(), line.unwrap().completeness)
    };
    assert_eq!(
        of("acme/widgets-1"),
        ("acme/gadgets-1".to_owned(), Completeness::Complete)
    );
    assert_eq!(of("acme/widgets-2").1, Completeness::Complete);
    assert_eq!(
        of("acme/widgets-3").1,
        Completeness::Empty,
        "another repository has its name now"
    );
    assert_eq!(of("acme/widgets-4").1, Completeness::Complete);
    assert_eq!(of("acme/widgets-5").1, Completeness::NotFound);
    assert_eq!(of("acme/widgets-6").1, Completeness::Complete);
}

#[test]
fn too_many_at_once_are_asked_in_smaller_numbers() {
    let n = 20;
    let faults = Faults {
        max_ids: Some(6),
        ..Faults::none(at(NOW))
    };
    let bench = Bench::new(organisation(n), faults);
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    let from = n_requests(&bench);
    let report = night(&bench, &names(n));
    assert!(is_all_complete(&report), "{:?}", report.certificates);
    let counts = asked(&bench, from);
    assert_eq!(counts.get("Repository"), None, "{counts:?}");
    assert_eq!(told(&bench, n), anew(&bench, organisation(n), n));
}

#[test]
fn a_server_that_does_not_know_the_question_is_asked_one_repository_after_the_other() {
    let n = 4;
    for operation in ["OverviewsById", "SettingsById"] {
        let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
        night(&bench, &names(n));
        bench.github.advance(SignedDuration::from_hours(24));
        bench.github.set_script(Some(on(operation, |_| {
            Some(Fault::Error(
                "undefinedField",
                "Field 'rules' doesn't exist on type 'Ref'",
            ))
        })));
        let from = n_requests(&bench);
        let report = night(&bench, &names(n));
        assert!(
            is_all_complete(&report),
            "{operation}: {:?}",
            report.certificates
        );
        let counts = asked(&bench, from);
        assert_eq!(counts[operation], 1, "{counts:?}");
        assert_eq!(told(&bench, n), anew(&bench, organisation(n), n));
    }
}

#[test]
fn runs_are_asked_for_where_something_moved_and_everywhere_within_a_fortnight() {
    let n = 5;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    let runs_of = |bench: &Bench, from: usize| -> Vec<String> {
        let log = bench.github.log();
        let paths = log
            .iter()
            .skip(from)
            .map(|request| request.operation.clone());
        let mut names: Vec<String> = paths
            .filter_map(|path| {
                Some(
                    path.strip_prefix("/repos/acme/")?
                        .split('/')
                        .next()?
                        .to_owned(),
                )
            })
            .collect();
        names.dedup();
        names
    };
    // A schedule, a run that has not ended, and an old run of a branch that is run again.
    bench.github.advance(SignedDuration::from_hours(24));
    let now = bench.github.now() - SignedDuration::from_hours(2);
    bench.github.update(move |host| {
        let mut run = host.repositories[0].workflow_runs[2].clone();
        (run.run, run.event) = (77_001, "schedule".to_owned());
        (run.created_at, run.updated_at) = (now, now);
        host.repositories[0].workflow_runs.push(run.clone());
        (run.run, run.status, run.conclusion) = (77_002, "in_progress".to_owned(), None);
        host.repositories[1].workflow_runs.push(run);
        let mut again = host.repositories[2].workflow_runs[2].clone();
        again.head_branch = Some("change-30".to_owned());
        (again.attempt, again.updated_at) = (2, now);
        host.repositories[2].workflow_runs.push(again);
    });
    let from = n_requests(&bench);
    night(&bench, &names(n));
    let first = runs_of(&bench, from);
    for name in ["widgets-1", "widgets-2"] {
        assert!(first.iter().any(|known| known == name), "{first:?}");
    }
    // What had not ended is looked at again although nothing moved; what had, is not.
    bench.github.advance(SignedDuration::from_hours(24));
    let from = n_requests(&bench);
    night(&bench, &names(n));
    assert!(runs_of(&bench, from).contains(&"widgets-2".to_owned()));
    let mut asked = Vec::new();
    for _ in 0..13 {
        bench.github.advance(SignedDuration::from_hours(24));
        let from = n_requests(&bench);
        let report = night(&bench, &names(n));
        asked.extend(runs_of(&bench, from));
        assert!(
            streams(&report, Stream::WorkflowRuns)
                .all(|line| line.completeness == Completeness::Complete)
        );
    }
    for k in [1_u64, 3, 4, 5] {
        let name = format!("widgets-{k}");
        let n_asked = asked.iter().filter(|known| **known == name).count();
        assert!((1..=2).contains(&n_asked), "{name}: {n_asked} of 13 nights");
    }
    let store = bench.store();
    let (decoded, _) = linchpin::github::facts(&store, RepositoryId(2)).unwrap();
    let attempts = decoded
        .facts
        .workflow_runs
        .iter()
        .map(|run| run.attempt)
        .max();
    assert_eq!(
        attempts,
        Some(2),
        "the old run of a branch that was run again"
    );
}

#[test]
fn a_token_that_may_not_read_checks_asks_for_the_runs_of_every_repository() {
    let n = 3;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    bench.github.set_script(Some(on("OverviewsById", |_| {
        Some(Fault::HideField("defaultBranchRef.target.checkSuites"))
    })));
    let from = n_requests(&bench);
    let report = night(&bench, &names(n));
    assert!(is_all_complete(&report), "{:?}", report.certificates);
    let counts = asked(&bench, from);
    assert_eq!(
        (counts["OverviewsById"], counts.get("Repository")),
        (1, None),
        "{counts:?}"
    );
    assert!(counts["runs"] >= 3, "{counts:?}");
}

#[test]
fn a_limit_in_the_middle_of_what_is_asked_at_once_is_gone_on_from() {
    let n = 8;
    for operation in ["OverviewsById", "SettingsById", "PullRequests"] {
        let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
        night(&bench, &names(n));
        bench.github.advance(SignedDuration::from_hours(24));
        let now = bench.github.now() - SignedDuration::from_hours(2);
        let changed = move |host: &mut Host| change(&mut host.repositories[6], 2, now);
        bench.github.update(changed);
        bench
            .github
            .set_script(Some(on(operation, |_| Some(Fault::Exhausted(3_000)))));
        let report = night(&bench, &names(n));
        assert!(report.resumes_at.is_some(), "{operation}");
        let lines = streams(&report, Stream::PullRequests);
        assert!(
            lines
                .into_iter()
                .all(|line| line.completeness == Completeness::RateLimited)
        );
        bench.github.set_script(None);
        bench.github.advance(SignedDuration::from_hours(2));
        let report = night(&bench, &names(n));
        assert!(
            is_all_complete(&report),
            "{operation}: {:?}",
            report.certificates
        );
        let mut world = organisation(n);
        changed(&mut world);
        assert_eq!(told(&bench, n), anew(&bench, world, n), "{operation}");
    }
}

#[test]
fn an_overview_that_has_grown_old_is_asked_for_again() {
    let n = 3;
    let bench = Bench::new(organisation(n), Faults::none(at(NOW)));
    night(&bench, &names(n));
    bench.github.advance(SignedDuration::from_hours(24));
    // GitHub holds the second repository's fetch back for a quarter of an hour, in which the third one changes.
    let mut n_seen = 0;
    bench.github.set_script(Some(Box::new(move |request| {
        let is_runs = request.operation.contains("/actions/runs");
        n_seen += usize::from(is_runs);
        (is_runs && n_seen == 1).then(|| {
            Fault::Status(
                403,
                vec![("retry-after", "840".to_owned())],
                r#"{"message": "You have exceeded a secondary rate limit"}"#.to_owned(),
            )
        })
    })));
    let now = bench.github.now();
    bench.github.update(move |host| {
        // So that its runs are asked for.
        let mut run = host.repositories[1].workflow_runs[2].clone();
        (run.run, run.created_at, run.updated_at) = (88_001, now, now);
        host.repositories[1].workflow_runs.push(run);
    });
    let from = n_requests(&bench);
    night(&bench, &names(n));
    let counts = asked(&bench, from);
    assert_eq!(
        (counts["OverviewsById"], counts["Repository"]),
        (1, 1),
        "{counts:?}"
    );
}
