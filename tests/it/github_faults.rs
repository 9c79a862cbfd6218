//! What can go wrong between here and GitHub, and what becomes of it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use linchpin::demo::fake::{Fault, Faults, SeenRequest};
use linchpin::demo::model::{Host, HostFile, HostRepository, HostReview};
use linchpin::domain::{Completeness, RepositoryId, Stream};
use linchpin::github::fetch::{STREAMS, Unwatched};
use linchpin::github::{Client, Clock, Error, FetchReport, Token, fetch};
use linchpin::store::{self, Mode, Store};

use super::github::{Bench, NOW, StepClock, TOKEN, at, completeness, host, oid};

/// A script that does something to the first request that fits, and to no other.
fn once(
    fits: impl Fn(&SeenRequest) -> bool + Send + 'static,
    fault: impl Fn() -> Fault + Send + 'static,
) -> linchpin::demo::fake::Script {
    let n = AtomicU64::new(0);
    Box::new(move |asked| (fits(asked) && n.fetch_add(1, Ordering::SeqCst) == 0).then(&fault))
}

fn expected() -> linchpin::github::Decoded {
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.fetch();
    bench.facts()
}

fn log(bench: &Bench, operation: &str) -> usize {
    bench
        .github
        .log()
        .iter()
        .filter(|asked| asked.operation == operation)
        .count()
}

#[test]
fn what_fails_once_is_asked_again_and_nothing_is_lost() {
    let expected = expected();
    let check = |name: &str, operation: &'static str, fault: fn() -> Fault, waits_at_least: i64| {
        let mut bench = Bench::new(host(30), Faults::none(at(NOW)));
        bench.settings.request_timeout = Duration::from_secs(3);
        bench
            .github
            .set_script(Some(once(move |asked| asked.operation == operation, fault)));
        let report = bench.fetch();
        for line in &report.certificates {
            assert_eq!(
                line.completeness,
                Completeness::Complete,
                "{name}: {line:?}"
            );
        }
        assert!(bench.facts() == expected, "{name}");
        let waited = bench.github.now().duration_since(at(NOW));
        assert!(
            waited >= SignedDuration::from_secs(waits_at_least),
            "{name} waited {waited}"
        );
    };
    check(
        "bad gateway",
        "PullRequests",
        || Fault::Status(502, Vec::new(), "<html>".into()),
        0,
    );
    check(
        "gateway timeout",
        "Issues",
        || Fault::Status(504, Vec::new(), String::new()),
        0,
    );
    check("cut connection", "PullRequests", || Fault::Cut, 0);
    check("cut connection on a list", "Deployments", || Fault::Cut, 0);
    check("not JSON", "PullRequestIds", || Fault::Malformed, 0);
    check("no answer", "Releases", || Fault::Hang, 0);
    check(
        "something went wrong",
        "PullRequests",
        || Fault::Error("", "Something went wrong while executing your query"),
        0,
    );
    check(
        "resource limit",
        "PullRequests",
        || Fault::Error("RESOURCE_LIMITS_EXCEEDED", "Resource limits exceeded"),
        0,
    );
    check(
        "points back in 2 s",
        "PullRequests",
        || Fault::Exhausted(2),
        3,
    );
    check(
        "partial nulls",
        "PullRequests",
        || Fault::PartialNulls(3),
        0,
    );
    check(
        "secondary with a time",
        "PullRequests",
        || {
            Fault::Status(
                403,
                vec![("retry-after", "75".into())],
                r#"{"message": "You have exceeded a secondary rate limit"}"#.into(),
            )
        },
        75,
    );
    check(
        "secondary without a time",
        "Issues",
        || {
            Fault::Status(
                200,
                Vec::new(),
                r#"{"message": "You have exceeded a secondary rate limit"}"#.into(),
            )
        },
        60,
    );
    check(
        "REST limit",
        "/repos/acme/widgets/actions/runs",
        || {
            Fault::Status(
                429,
                vec![("retry-after", "2".into())],
                r#"{"message": "slow down"}"#.into(),
            )
        },
        60,
    );
}

#[test]
fn a_batch_that_is_too_big_is_halved_until_it_is_not() {
    let expected = expected();
    for most in [1, 3, 10] {
        let bench = Bench::new(
            host(30),
            Faults {
                max_ids: Some(most),
                ..Faults::none(at(NOW))
            },
        );
        let report = bench.fetch();
        assert_eq!(
            completeness(&report, Stream::PullRequests),
            Completeness::Complete
        );
        assert!(bench.facts() == expected, "at most {most}");
        // A 502 is answered by asking for half, never by asking for the same.
        let sizes: Vec<usize> = bench
            .github
            .log()
            .iter()
            .filter(|asked| asked.operation == "PullRequests")
            .map(SeenRequest::n_ids)
            .collect();
        let too_big = sizes.iter().filter(|size| **size > most).count();
        assert!(too_big <= 30, "{sizes:?}");
    }
}

#[test]
fn a_limit_that_holds_too_long_stops_the_run_and_a_later_one_goes_on() {
    let expected = expected();
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.github.set_script(Some(once(
        |asked| asked.operation == "Issues",
        || Fault::Exhausted(7_200),
    )));
    let report = bench.fetch();
    assert_eq!(
        report.resumes_at,
        Some(at(NOW) + SignedDuration::from_hours(2))
    );
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
    assert_eq!(
        completeness(&report, Stream::Issues),
        Completeness::RateLimited
    );
    assert_eq!(
        completeness(&report, Stream::WorkflowRuns),
        Completeness::RateLimited
    );
    assert_eq!(bench.github.now(), at(NOW), "nobody waited");
    bench.github.advance(SignedDuration::from_hours(2));
    let report = bench.fetch();
    assert_eq!(report.resumes_at, None);
    assert!(bench.facts() == expected);
}

#[test]
fn the_budget_is_never_spent_below_its_reserve() {
    let expected = expected();
    let mut bench = Bench::new(
        host(30),
        Faults {
            points: 20,
            ..Faults::none(at(NOW))
        },
    );
    bench.settings.batch = 5;
    bench.settings.max_wait = Duration::from_hours(2);
    bench.settings.concurrency = 1;
    let report = bench.fetch();
    assert_eq!(report.resumes_at, None);
    assert!(
        bench.github.now() >= at(NOW) + SignedDuration::from_hours(1),
        "it waited for new points"
    );
    assert!(bench.facts() == expected);
    let mut stopped = Bench::new(
        host(30),
        Faults {
            points: 20,
            ..Faults::none(at(NOW))
        },
    );
    stopped.settings.batch = 5;
    stopped.settings.concurrency = 1;
    let report = stopped.fetch();
    assert!(
        report.resumes_at.is_some(),
        "an hour is longer than it waits"
    );
    let left = stopped.github.points_left();
    assert!(
        (2..=4).contains(&left),
        "the reserve is 4 points, and one request costs at most 2: {left}"
    );
}

#[test]
fn a_missing_permission_stops_one_stream_and_names_what_is_missing() {
    let expected = expected();
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench
        .github
        .set_script(Some(Box::new(|asked| match asked.operation.as_str() {
            "Repository" => Some(Fault::Forbid("deployments")),
            "Issues" => Some(Fault::Error(
                "FORBIDDEN",
                "Resource not accessible by personal access token",
            )),
            "/repos/acme/widgets/actions/runs" => Some(Fault::Status(
                403,
                vec![("x-accepted-github-permissions", "actions=read".into())],
                r#"{"message": "Resource not accessible by personal access token"}"#.into(),
            )),
            _ => None,
        })));
    let report = bench.fetch();
    let line = |stream| {
        report
            .certificates
            .iter()
            .find(|line| line.stream == stream)
            .unwrap()
    };
    assert_eq!(
        line(Stream::Deployments).completeness,
        Completeness::Forbidden
    );
    assert!(
        line(Stream::Deployments)
            .fix
            .as_ref()
            .unwrap()
            .contains("deployments=read")
    );
    assert_eq!(
        line(Stream::WorkflowRuns).completeness,
        Completeness::Forbidden
    );
    assert!(
        line(Stream::WorkflowRuns)
            .fix
            .as_ref()
            .unwrap()
            .contains("actions=read")
    );
    assert_eq!(line(Stream::Issues).completeness, Completeness::Forbidden);
    for stream in [Stream::Repository, Stream::PullRequests, Stream::Releases] {
        assert_eq!(line(stream).completeness, Completeness::Complete);
    }
    let facts = bench.facts().facts;
    assert!(facts.pull_requests == expected.facts.pull_requests && facts.deployments.is_empty());
    // Once the permission is there, the next run brings the rest.
    bench.github.set_script(None);
    bench.fetch();
    assert!(bench.facts() == expected);
}

#[test]
fn elements_that_the_token_may_not_see_are_a_missing_permission_and_not_an_empty_list() {
    let check = |operation: &'static str, stream: Stream| {
        let bench = Bench::new(host(30), Faults::none(at(NOW)));
        bench.github.set_script(Some(Box::new(move |asked| {
            (asked.operation == operation).then_some(Fault::Hide)
        })));
        let report = bench.fetch();
        assert_eq!(
            completeness(&report, stream),
            Completeness::Forbidden,
            "{operation}"
        );
        let n_others = report
            .certificates
            .iter()
            .filter(|line| line.completeness == Completeness::Complete)
            .count();
        assert_eq!(
            n_others,
            STREAMS.len() - 1,
            "{operation}: {:?}",
            report.certificates
        );
        assert!(
            log(&bench, operation) <= 4,
            "{operation}: asked once, and not element by element"
        );
        bench.github.set_script(None);
        bench.fetch();
        assert!(bench.facts() == expected(), "{operation}, once it may");
    };
    check("PullRequestIds", Stream::PullRequests);
    check("PullRequests", Stream::PullRequests);
    check("Issues", Stream::Issues);
    check("Deployments", Stream::Deployments);
    check("Releases", Stream::Releases);
}

#[test]
fn a_field_that_the_token_may_not_see_leaves_the_rest_and_is_named() {
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "PullRequests").then_some(Fault::HideInside("commits"))
    })));
    let report = bench.fetch();
    let line = report
        .certificates
        .iter()
        .find(|line| line.stream == Stream::PullRequests)
        .unwrap();
    assert_eq!(
        (line.completeness, line.fetched),
        (Completeness::Partial, 30)
    );
    assert!(
        line.reason.as_ref().unwrap().contains("`commits`"),
        "{line:?}"
    );
    assert!(
        line.fix.as_ref().unwrap().contains("contents=read"),
        "{line:?}"
    );
    let store = Store::open(&bench.directory.path().join("store"), Mode::Read).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    assert_eq!(
        (
            decoded.facts.pull_requests.len(),
            decoded.facts.pull_request_commits.len()
        ),
        (30, 0)
    );
    assert!(gaps.iter().all(|gap| gap.reason == "not_shown") && gaps.len() == 30);
    drop(store);
    // Open pull requests tell the next run that the permission is there: then the closed ones are fetched again too.
    bench.github.set_script(None);
    bench.fetch();
    assert!(bench.facts() == expected());
}

#[test]
fn one_pull_request_that_cannot_be_answered_does_not_keep_the_others_out() {
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        let ids = asked.variables.get("ids")?.as_array()?;
        ids.iter()
            .any(|id| id == "PR_7")
            .then(|| Fault::Status(504, Vec::new(), String::new()))
    })));
    let report = bench.fetch();
    let line = report
        .certificates
        .iter()
        .find(|line| line.stream == Stream::PullRequests)
        .unwrap();
    assert_eq!(
        (line.completeness, line.fetched, line.expected),
        (Completeness::Partial, 29, Some(30))
    );
    bench.github.set_script(None);
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
    assert!(bench.facts() == expected());
}

#[test]
fn what_comes_back_as_null_beside_an_error_is_asked_for_again() {
    let expected = expected();
    for operation in ["PullRequestIds", "Issues", "Deployments", "Releases"] {
        let bench = Bench::new(host(30), Faults::none(at(NOW)));
        bench.github.set_script(Some(once(
            move |asked| asked.operation == operation,
            || Fault::PartialNulls(1),
        )));
        let report = bench.fetch();
        assert!(
            report
                .certificates
                .iter()
                .all(|line| line.completeness == Completeness::Complete),
            "{operation}"
        );
        assert!(bench.facts() == expected, "{operation}");
        // As long as it goes on, the stream is partial and the next run starts where this one did.
        let bench = Bench::new(host(30), Faults::none(at(NOW)));
        bench.github.set_script(Some(Box::new(move |asked| {
            (asked.operation == operation).then(|| Fault::PartialNulls(1))
        })));
        let report = bench.fetch();
        let partial: Vec<_> = report
            .certificates
            .iter()
            .filter(|line| line.completeness == Completeness::Partial)
            .collect();
        assert_eq!(partial.len(), 1, "{operation}: {partial:?}");
        bench.github.set_script(None);
        let report = bench.fetch();
        assert!(
            report
                .certificates
                .iter()
                .all(|line| line.completeness == Completeness::Complete),
            "{operation}"
        );
        assert!(bench.facts() == expected, "{operation}, the night after");
    }
}

#[test]
fn an_outage_ends_a_stream_with_a_reason_and_loses_nothing() {
    let bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "PullRequests").then(|| Fault::Status(503, Vec::new(), String::new()))
    })));
    let report = bench.fetch();
    let line = report
        .certificates
        .iter()
        .find(|line| line.stream == Stream::PullRequests)
        .unwrap();
    assert_eq!(line.completeness, Completeness::Partial);
    assert!(
        line.reason.as_ref().unwrap().contains("PullRequests"),
        "{line:?}"
    );
    assert!(log(&bench, "PullRequests") < 200);
    bench.github.set_script(None);
    bench.fetch();
    assert!(bench.facts() == expected());
}

#[test]
fn repositories_of_every_kind_have_their_certificate() {
    let check = |name: &str,
                 asked: &str,
                 change: fn(&mut HostRepository),
                 stream: Stream,
                 expected: Completeness| {
        let mut host = host(3);
        change(&mut host.repositories[0]);
        let bench = Bench::new(host, Faults::none(at(NOW)));
        let report = bench.fetch_named(&bench.store(), &[asked]).unwrap();
        assert_eq!(completeness(&report, stream), expected, "{name}");
        assert_eq!(
            report.certificates.len(),
            STREAMS.len(),
            "{name}: each stream has its line"
        );
    };
    let empty = |repository: &mut HostRepository| {
        *repository = HostRepository {
            owner: "acme".into(),
            name: "widgets".into(),
            node: "R_1".into(),
            has_issues: true,
            ..HostRepository::default()
        };
    };
    check(
        "gone",
        "acme/gone",
        |_| {},
        Stream::PullRequests,
        Completeness::NotFound,
    );
    check(
        "empty",
        "acme/widgets",
        empty,
        Stream::PullRequests,
        Completeness::Empty,
    );
    check(
        "empty",
        "acme/widgets",
        empty,
        Stream::WorkflowRuns,
        Completeness::Empty,
    );
    check(
        "issues off",
        "acme/widgets",
        |it| it.has_issues = false,
        Stream::Issues,
        Completeness::Disabled,
    );
    check(
        "archived",
        "acme/widgets",
        |it| it.is_archived = true,
        Stream::PullRequests,
        Completeness::Complete,
    );
    check(
        "renamed",
        "acme/old-widgets",
        |_| {},
        Stream::PullRequests,
        Completeness::Complete,
    );
}

struct Skewed {
    inner: StepClock,
    by: SignedDuration,
}

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        self.inner.now() + self.by
    }
    fn sleep(&self, wait: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.inner.sleep(wait)
    }
    fn jitter(&self) -> u32 {
        999
    }
}

fn fetch_skewed(bench: &Bench, by: SignedDuration) -> FetchReport {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let clock = Skewed {
        inner: StepClock {
            github: Arc::clone(&bench.github),
        },
        by,
    };
    runtime.block_on(async {
        let client = Client::new(bench.settings.clone(), Arc::new(clock)).unwrap();
        let names = ["acme/widgets".parse().unwrap()];
        fetch(&client, &bench.store(), &names, &bench.options, &Unwatched)
            .await
            .unwrap()
    })
}

#[test]
fn a_wrong_clock_changes_nothing_because_the_server_tells_the_time() {
    for hours in [-36, 36] {
        let bench = Bench::new(host(5), Faults::none(at(NOW)));
        let report = fetch_skewed(&bench, SignedDuration::from_hours(hours));
        let skew = report.skew.unwrap();
        assert_eq!(skew.as_hours(), -hours, "{skew}");
        let line = report
            .certificates
            .iter()
            .find(|line| line.stream == Stream::PullRequests)
            .unwrap();
        assert_eq!(
            line.watermark,
            Some(at(NOW) - SignedDuration::from_mins(10))
        );
    }
}

#[test]
fn two_writers_cannot_share_a_store_and_readers_can() {
    let bench = Bench::new(host(1), Faults::none(at(NOW)));
    let first = bench.store();
    let path = bench.directory.path().join("store");
    assert!(matches!(
        Store::open(&path, Mode::Write),
        Err(store::Error::Locked { .. })
    ));
    Store::open(&path, Mode::Read).unwrap();
    drop(first);
    Store::open(&path, Mode::Write).unwrap();
}

#[test]
fn lists_longer_than_any_page_arrive_whole() {
    let mut long = host(2);
    let item = &mut long.repositories[0].pull_requests[1];
    let review = |k: u64| HostReview {
        node: format!("PRR_long_{k:05}"),
        author: Some("bea".into()),
        state: "COMMENTED".into(),
        submitted_at: Some(at(NOW)),
        body: String::new(),
    };
    item.reviews = (0..1_000).map(review).collect();
    item.files = (0..3_000)
        .map(|k| HostFile {
            path: format!("f{k}"),
            additions: 1,
            deletions: 0,
        })
        .collect();
    let commit = item.commits[0].clone();
    item.commits = (0..500)
        .map(|k| {
            let mut commit = commit.clone();
            commit.id = oid(10_000 + k);
            commit
        })
        .collect();
    let thread = item.threads[0].clone();
    item.threads = (0..120)
        .map(|k| {
            let mut thread = thread.clone();
            thread.node = format!("PRRT_long_{k}");
            thread
        })
        .collect();
    let inline = item.threads[0].comments[0].clone();
    for (at, thread) in [(0, 0_usize), (1, 99)] {
        item.threads[thread].comments = (0..250)
            .map(|k| {
                let mut comment = inline.clone();
                comment.node = format!("PRRC_long_{at}_{k}");
                comment
            })
            .collect();
    }
    let event = item.timeline[1].clone();
    item.timeline = (0..230).map(|_| event.clone()).collect();
    item.labels = (0..120).map(|k| format!("label {k:03}")).collect();
    item.closes_issues = (1..=130).collect();
    let comment = item.comments[0].clone();
    item.comments = (0..300).map(|_| comment.clone()).collect();
    let bench = Bench::new(long, Faults::none(at(NOW)));
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
    let facts = bench.facts().facts;
    let row = facts
        .pull_requests
        .iter()
        .find(|row| row.number.0 == 2)
        .unwrap();
    assert_eq!(
        (row.n_reviews, row.n_files, row.n_commits),
        (1_000, 3_000, 500)
    );
    assert_eq!(row.n_comments, 300 + 250 * 2 + 118 * 2);
    assert_eq!((row.labels.len(), row.closes_issues.len()), (120, 130));
    assert_eq!(
        facts
            .timeline
            .iter()
            .filter(|row| row.number.0 == 2)
            .count(),
        230
    );
}

#[test]
fn a_list_that_stays_short_is_a_gap() {
    let mut long = host(1);
    let item = &mut long.repositories[0].pull_requests[0];
    item.files = (0..250)
        .map(|k| HostFile {
            path: format!("f{k}"),
            additions: 1,
            deletions: 0,
        })
        .collect();
    let bench = Bench::new(long, Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "PullRequestFiles")
            .then(|| Fault::Error("NOT_FOUND", "Could not resolve to a node"))
    })));
    bench.fetch();
    let store = Store::open(&bench.directory.path().join("store"), Mode::Read).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    assert_eq!(decoded.facts.pull_request_files.len(), 100);
    assert_eq!(
        decoded.facts.pull_requests[0].n_files, 250,
        "GitHub's own count"
    );
    let told: Vec<_> = gaps
        .iter()
        .map(|gap| (gap.subject.as_str(), gap.reason.as_str()))
        .collect();
    assert_eq!(told, [("#1 files", "fewer_than_counted")]);
}

fn haunted(host: &mut Host) {
    let repository = &mut host.repositories[0];
    for item in &mut repository.pull_requests {
        (item.author, item.merged_by, item.merge_commit) = (None, None, None);
        item.reviews
            .iter_mut()
            .for_each(|review| review.author = None);
        item.comments
            .iter_mut()
            .for_each(|comment| comment.author = None);
        item.threads
            .iter_mut()
            .flat_map(|thread| &mut thread.comments)
            .for_each(|comment| comment.author = None);
        item.timeline
            .iter_mut()
            .for_each(|event| event.actor = None);
        item.commits
            .iter_mut()
            .for_each(|commit| commit.author_login = None);
    }
    repository
        .issues
        .iter_mut()
        .for_each(|issue| issue.author = None);
    repository
        .issues
        .iter_mut()
        .flat_map(|issue| &mut issue.comments)
        .for_each(|comment| comment.author = None);
    repository
        .releases
        .iter_mut()
        .for_each(|release| release.author = None);
}

#[test]
fn ghosts_everywhere_are_nobody() {
    let mut host = host(4);
    haunted(&mut host);
    let bench = Bench::new(host, Faults::none(at(NOW)));
    bench.fetch();
    let decoded = bench.facts();
    assert!(decoded.facts.reviews.iter().all(|row| row.author.is_none()));
    assert!(
        decoded
            .facts
            .comments
            .iter()
            .all(|row| row.author.is_none())
    );
    assert!(
        decoded
            .facts
            .pull_requests
            .iter()
            .all(|row| row.author.is_none() && row.merged_by.is_none())
    );
    assert_eq!(decoded.email_links, []);
}

#[test]
fn text_arrives_as_it_was_written() {
    // Every control character of Unicode, what reorders or hides text, and what means something to a page or a shell.
    let mut text: String = ('\0'..='\u{9f}').filter(|it| it.is_control()).collect();
    assert_eq!(text.chars().count(), 65);
    text.extend(('\u{200b}'..='\u{200f}').chain('\u{2028}'..='\u{202e}'));
    text.extend(('\u{2060}'..='\u{206f}').chain([
        '\u{feff}',
        '\u{fff9}',
        '\u{e0001}',
        '\u{10ffff}',
    ]));
    text.push_str("\"\\</script>|`${{ x }}");
    let mut host = host(1);
    let item = &mut host.repositories[0].pull_requests[0];
    item.title.clone_from(&text);
    item.labels = vec![text.clone()];
    item.comments[0].body.clone_from(&text);
    item.files[0].path.clone_from(&text);
    let bench = Bench::new(host, Faults::none(at(NOW)));
    bench.fetch();
    let facts = bench.facts().facts;
    assert_eq!(facts.pull_requests[0].title, text);
    assert_eq!(facts.pull_requests[0].labels, [text.clone()]);
    assert!(facts.comments.iter().any(|comment| comment.body == text));
    assert_eq!(*facts.pull_request_files[0].path, *text);
}

fn bytes_below(root: &std::path::Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(
                std::fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            continue;
        }
        let read = std::fs::read(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "zst") {
            bytes.extend(zstd::decode_all(read.as_slice()).unwrap());
        }
        bytes.extend(read);
    }
    bytes
}

#[test]
fn the_token_is_sent_and_appears_nowhere_else() {
    let holds = |bytes: &[u8]| {
        bytes
            .windows(TOKEN.len())
            .any(|window| window == TOKEN.as_bytes())
    };
    let bench = Bench::new(
        host(5),
        Faults {
            token: Some(TOKEN.to_owned()),
            ..Faults::none(at(NOW))
        },
    );
    let mut said = format!("{:?}", bench.settings);
    write!(said, "{:?}", bench.fetch()).unwrap();
    let faults: [fn() -> Fault; 5] = [
        || Fault::Status(401, Vec::new(), "{}".into()),
        || Fault::Status(500, Vec::new(), "{}".into()),
        || Fault::Error("", "no such field"),
        || Fault::Exhausted(9_999),
        || Fault::Malformed,
    ];
    for fault in faults {
        bench
            .github
            .set_script(Some(Box::new(move |_| Some(fault()))));
        let ended = bench.fetch_into(&bench.store());
        write!(said, "{ended:?}").unwrap();
        if let Err(error) = &ended {
            let mut cause: Option<&dyn std::error::Error> = Some(error);
            while let Some(found) = cause {
                said += &found.to_string();
                cause = found.source();
            }
        }
    }
    assert!(!holds(said.as_bytes()));
    assert!(!holds(&bytes_below(bench.directory.path())));
    assert!(
        holds(format!("x{TOKEN}y").as_bytes()),
        "the search can find it"
    );
}

#[test]
fn an_enterprise_server_is_asked_where_it_answers() {
    let mut bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench.settings.api = format!("{}/api/v3", bench.github.base_url())
        .parse()
        .unwrap();
    let report = bench.fetch();
    assert!(
        report
            .certificates
            .iter()
            .all(|line| line.completeness == Completeness::Complete)
    );
}

#[test]
fn an_app_asks_for_its_installation_token_and_once_more_when_it_is_refused() {
    const KEY: &str = include_str!("../../fixtures/github/app_key.pem");
    let mut bench = Bench::new(
        host(3),
        Faults {
            token: Some(TOKEN.to_owned()),
            ..Faults::none(at(NOW))
        },
    );
    bench.settings.token = Token::app(7, KEY, 8);
    bench.github.set_script(Some(once(
        |asked| asked.operation == "Issues",
        || Fault::Status(401, Vec::new(), r#"{"message": "Bad credentials"}"#.into()),
    )));
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::Issues),
        Completeness::Complete
    );
    assert_eq!(log(&bench, "/app/installations/8/access_tokens"), 2);
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "Repository").then(|| Fault::Status(401, Vec::new(), "{}".into()))
    })));
    assert!(matches!(
        bench.fetch_into(&bench.store()),
        Err(Error::Unauthorised { .. })
    ));
    let mut broken = Bench::new(host(1), Faults::none(at(NOW)));
    broken.settings.token = Token::app(7, "not a key, but secret", 8);
    let error = broken.fetch_into(&broken.store()).unwrap_err();
    assert!(!format!("{error:?}").contains("secret"), "{error:?}");
}

#[test]
fn a_wait_is_told_with_its_reason_and_its_end() {
    use linchpin::github::client::{Wait, WaitFor};
    use linchpin::github::{Event, FetchOptions, FetchProgress};
    #[derive(Default)]
    struct Told(std::sync::Mutex<Vec<Wait>>);
    impl FetchProgress for Told {
        fn on(&self, event: &Event<'_>) {
            if let Event::Waiting(wait) = event {
                self.0.lock().unwrap().push(*wait);
            }
        }
    }
    let check = |fault: fn() -> Fault, why: WaitFor, seconds: std::ops::Range<u64>| {
        let bench = Bench::new(host(3), Faults::none(at(NOW)));
        bench
            .github
            .set_script(Some(once(|asked| asked.operation == "Issues", fault)));
        let told = Told::default();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let report = runtime.block_on(async {
            let clock = Arc::new(StepClock {
                github: Arc::clone(&bench.github),
            });
            let client = Client::new(bench.settings.clone(), clock).unwrap();
            let names = ["acme/widgets".parse().unwrap()];
            let options = FetchOptions::default();
            fetch(&client, &bench.store(), &names, &options, &told)
                .await
                .unwrap()
        });
        assert_eq!(
            completeness(&report, Stream::Issues),
            Completeness::Complete
        );
        let waits = told.0.into_inner().unwrap();
        assert_eq!(waits.len(), 1, "{waits:?}");
        assert_eq!(waits[0].why, why);
        assert!(seconds.contains(&waits[0].length.as_secs()), "{waits:?}");
        let until = waits[0].until.duration_since(at(NOW)).as_secs();
        assert!(seconds.contains(&until.unsigned_abs()), "{waits:?}");
    };
    check(|| Fault::Exhausted(600), WaitFor::RateLimit, 600..603);
    check(
        || {
            Fault::Status(
                403,
                vec![("retry-after", "90".into())],
                r#"{"message": "You have exceeded a secondary rate limit"}"#.into(),
            )
        },
        WaitFor::SecondaryLimit,
        90..92,
    );
}
