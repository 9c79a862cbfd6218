//! The GitHub layer against the fake GitHub, over HTTP, into a real store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use linchpin::demo::fake::{FakeGitHub, Fault, Faults};
use linchpin::demo::model::{
    ActorType, EventKind, Host, HostAccount, HostComment, HostCommit, HostDeployment,
    HostEnvironment, HostEvent, HostFile, HostIssue, HostJob, HostMergeRule, HostMilestone,
    HostPlanning, HostPullRequest, HostRelease, HostRepository, HostReview, HostTeam, HostThread,
    HostWorkflowRun,
};
use linchpin::domain::{
    CommitId, Completeness, PersonId, RepoName, RepositoryId, ReviewState, Stream,
};
use linchpin::github::fetch::Unwatched;
use linchpin::github::probe::{Access, Probe, probe};
use linchpin::github::token::TokenKind;
use linchpin::github::{
    Client, ClientSettings, Clock, Decoded, Error, FetchOptions, FetchReport, Token, fetch,
};
use linchpin::store::{Mode, Store};

/// A text that must never be written anywhere.
pub const TOKEN: &str = "ghp_thisTokenMustNeverBeWritten0123456789";

pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(start: &str, days: u64, hours: u64) -> Timestamp {
    at(start) + SignedDuration::from_hours(i64::try_from(days * 24 + hours).unwrap())
}

pub fn oid(seed: u64) -> CommitId {
    format!("{seed:040x}").parse().unwrap()
}

/// A clock that moves only when somebody sleeps; the fake's moves with it.
pub struct StepClock {
    pub github: Arc<FakeGitHub>,
}

impl Clock for StepClock {
    fn now(&self) -> Timestamp {
        self.github.now()
    }
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.github.advance(SignedDuration::try_from(wait).unwrap());
        Box::pin(std::future::ready(()))
    }
    fn jitter(&self) -> u32 {
        500
    }
}

pub const NOW: &str = "2026-03-01T12:00:00Z";

fn comment(
    node: String,
    author: &str,
    created_at: Timestamp,
    review: Option<String>,
) -> HostComment {
    HostComment {
        node,
        author: Some(author.to_owned()),
        created_at,
        body: "Could this be simpler?".to_owned(),
        review,
    }
}

/// A pull request with 5 reviews (one pending), 12 events and 3 threads of 2 comments.
#[expect(clippy::too_many_lines, reason = "one literal of one pull request")]
pub fn pull_request(number: u64) -> HostPullRequest {
    let start = "2025-01-01T09:00:00Z";
    let open = day(start, number % 300, number % 7);
    let later = |hours: i64| open + SignedDuration::from_hours(hours);
    let reviews = (0..5)
        .map(|k| HostReview {
            node: format!("PRR_{number}_{k}"),
            author: if k == 1 { None } else { Some("bea".to_owned()) },
            state: [
                "COMMENTED",
                "CHANGES_REQUESTED",
                "APPROVED",
                "DISMISSED",
                "PENDING",
            ][usize::try_from(k).unwrap()]
            .to_owned(),
            submitted_at: (k < 4).then(|| later(2 + k)),
            body: String::new(),
        })
        .collect();
    let threads = (0..3)
        .map(|k| HostThread {
            node: format!("PRRT_{number}_{k}"),
            path: "src/lib.rs".to_owned(),
            is_resolved: k == 0,
            comments: (0..2)
                .map(|c| {
                    comment(
                        format!("PRRC_{number}_{k}_{c}"),
                        "bea",
                        later(3),
                        Some(format!("PRR_{number}_0")),
                    )
                })
                .collect(),
        })
        .collect();
    let mut timeline = vec![
        (EventKind::ConvertToDraft, 0),
        (EventKind::ReadyForReview, 1),
        (
            EventKind::ReviewRequested {
                reviewer: Some("bea".into()),
                team: None,
            },
            1,
        ),
        (
            EventKind::ReviewRequested {
                reviewer: None,
                team: Some("core".into()),
            },
            1,
        ),
        (
            EventKind::ReviewRequestRemoved {
                reviewer: Some("cleo".into()),
                team: None,
            },
            2,
        ),
        (
            EventKind::HeadRefForcePushed {
                after: Some(oid(number + 7)),
            },
            3,
        ),
        (
            EventKind::Labeled {
                label: "bug".into(),
            },
            3,
        ),
        (EventKind::CrossReferenced { number: 1 }, 4),
        (
            EventKind::ReviewDismissed {
                review: format!("PRR_{number}_3"),
                was: "APPROVED",
            },
            5,
        ),
        (EventKind::AddedToMergeQueue, 5),
        (
            EventKind::Merged {
                commit: Some(oid(number + 900_000)),
            },
            6,
        ),
        (EventKind::Closed, 6),
    ];
    let is_open = number.is_multiple_of(10);
    if is_open {
        timeline.truncate(10);
    }
    HostPullRequest {
        number,
        node: format!("PR_{number}"),
        title: format!("Change {number}"),
        body: String::new(),
        author: (!number.is_multiple_of(11)).then(|| "ada".to_owned()),
        is_draft: false,
        created_at: open,
        merged_at: (!is_open).then(|| later(6)),
        closed_at: (!is_open).then(|| later(6)),
        updated_at: later(7),
        merged_by: (!is_open).then(|| "bea".to_owned()),
        merge_commit: (!is_open).then(|| oid(number + 500_000)),
        base_branch: "main".into(),
        head_branch: format!("change-{number}"),
        additions: 10,
        deletions: 2,
        labels: vec!["bug".into(), "api".into()],
        commits: vec![HostCommit {
            id: oid(number),
            headline: "Merge branch 'main' into change".to_owned(),
            authored_at: later(-5),
            author_name: "Ada".into(),
            author_email: "ada@example.org".into(),
            author_login: Some("ada".into()),
        }],
        files: vec![HostFile {
            path: "src/lib.rs".into(),
            additions: 10,
            deletions: 2,
        }],
        reviews,
        threads,
        comments: vec![comment(
            format!("IC_{number}"),
            "dependabot",
            later(2),
            None,
        )],
        timeline: timeline
            .into_iter()
            .enumerate()
            .map(|(k, (what, hours))| HostEvent {
                node: format!("EV_{number}_{k}"),
                at: later(hours),
                actor: Some("ada".into()),
                what,
            })
            .collect(),
        closes_issues: vec![100_000 + number],
    }
}

pub fn issue(number: u64) -> HostIssue {
    let open = day("2025-02-01T09:00:00Z", number % 300, 0);
    HostIssue {
        number,
        node: format!("I_{number}"),
        title: format!("Problem {number}"),
        body: "Start time: 2025-02-01T08:00:00Z".into(),
        author: Some("cleo".into()),
        created_at: open,
        closed_at: None,
        state_reason: None,
        updated_at: open,
        labels: vec!["incident".into()],
        assignees: vec!["ada".into()],
        milestone: Some("1.0".into()),
        comments: vec![comment(format!("ICI_{number}"), "bea", open, None)],
        timeline: vec![HostEvent {
            node: format!("IEV_{number}"),
            at: open,
            actor: Some("ada".into()),
            what: EventKind::Labeled {
                label: "incident".into(),
            },
        }],
        planned: HostPlanning::default(),
    }
}

fn deployment(k: u64) -> HostDeployment {
    let created_at = day("2025-03-01T09:00:00Z", k, 0);
    let later = |minutes| created_at + SignedDuration::from_mins(minutes);
    HostDeployment {
        node: format!("DE_{k}"),
        environment: "production".into(),
        commit: Some(oid(k)),
        reference: Some("main".into()),
        created_at,
        updated_at: later(9),
        creator: None,
        statuses: [
            ("IN_PROGRESS", 1),
            ("SUCCESS", 5),
            ("SUCCESS", 6),
            ("INACTIVE", 9),
        ]
        .map(|(state, minutes)| (state.to_owned(), later(minutes)))
        .to_vec(),
    }
}

/// An organisation with one repository of some pull requests and a little of all else.
/// Jobs of which the last one ended as it is said.
fn jobs(n_jobs: u64, conclusion: &str) -> Vec<HostJob> {
    (1..=n_jobs)
        .map(|nth| HostJob {
            name: format!("test ({nth})"),
            conclusion: if nth == n_jobs { conclusion } else { "success" }.to_owned(),
            started_at: day("2026-02-01T09:00:00Z", 1, 0),
            completed_at: day("2026-02-01T09:00:00Z", 1, 1),
        })
        .collect()
}

pub fn host(n_pull_requests: u64) -> Host {
    let account = |kind, login: &str, id| HostAccount {
        kind,
        login: login.to_owned(),
        node: format!("U_{login}"),
        database_id: id,
        name: Some(login.to_uppercase()),
    };
    // The last deployment has been in progress for a year.
    let deployment = |k| {
        let mut made = deployment(k);
        if k == 5 {
            made.statuses.truncate(1);
        }
        made
    };
    let run = |run, attempt, conclusion: &str| HostWorkflowRun {
        run,
        attempt,
        name: "ci".into(),
        event: "push".into(),
        head_branch: Some("main".into()),
        head_commit: Some(oid(run)),
        status: "completed".into(),
        conclusion: Some(conclusion.to_owned()),
        created_at: day("2026-02-01T09:00:00Z", run % 20, run % 24),
        started_at: Some(day("2026-02-01T09:00:00Z", run % 20, run % 24)),
        updated_at: day("2026-02-01T09:00:00Z", run % 20, run % 24 + 1),
        jobs: jobs(2, conclusion),
    };
    let repository = HostRepository {
        owner: "acme".into(),
        name: "widgets".into(),
        former_names: vec!["acme/old-widgets".into()],
        node: "R_1".into(),
        database_id: 1,
        default_branch: Some("main".into()),
        is_archived: false,
        is_fork: false,
        topics: Vec::new(),
        teams: Vec::new(),
        disk_kib: 2_048,
        has_issues: true,
        created_at: Some(at("2024-01-01T00:00:00Z")),
        pull_requests: (1..=n_pull_requests).map(pull_request).collect(),
        issues: (1..=3).map(|k| issue(100_000 + k)).collect(),
        deployments: (1..=5).map(deployment).collect(),
        // More than come with the overview.
        releases: (1..=25)
            .map(|k| HostRelease {
                node: format!("RE_{k}"),
                tag_name: format!("v{k}"),
                name: Some(format!("Release {k}")),
                commit: Some(oid(3)),
                is_draft: false,
                is_prerelease: false,
                created_at: day("2025-05-01T00:00:00Z", k, 0),
                published_at: Some(day("2025-05-01T00:00:00Z", k, 0)),
                author: Some("ada".into()),
            })
            .collect(),
        workflow_runs: vec![
            run(11, 1, "failure"),
            run(11, 2, "success"),
            run(12, 1, "success"),
        ],
        protection: None,
        viewer_administers: false,
        ruleset: Some(HostMergeRule {
            required_approvals: 2,
            has_merge_queue: true,
            required_checks: vec!["test".into()],
            updated_at: Some(at("2025-02-01T00:00:00Z")),
            ..HostMergeRule::default()
        }),
        milestones: vec![HostMilestone {
            number: 1,
            title: "1.0".into(),
            created_at: at("2025-01-01T00:00:00Z"),
            due_at: None,
            closed_at: None,
            updated_at: at("2025-01-01T00:00:00Z"),
        }],
        environments: vec![HostEnvironment {
            name: "production".into(),
            ..HostEnvironment::default()
        }],
    };
    Host {
        accounts: vec![
            account(ActorType::User, "ada", 1),
            account(ActorType::User, "bea", 2),
            account(ActorType::User, "cleo", 3),
            account(ActorType::Bot, "dependabot", 4),
        ],
        teams: vec![HostTeam {
            organisation: "acme".into(),
            slug: "core".into(),
            node: "T_core".into(),
            members: vec!["ada".into(), "bea".into()],
        }],
        repositories: vec![repository],
    }
}

/// A directory for a store: in memory where the system has such a place, since a store syncs at every step.
pub fn directory() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

/// A fake, a clock that moves with it, and a directory for the store.
pub struct Bench {
    pub github: Arc<FakeGitHub>,
    pub directory: tempfile::TempDir,
    pub settings: ClientSettings,
    pub options: FetchOptions,
}

impl Bench {
    pub fn new(host: Host, faults: Faults) -> Self {
        let github = Arc::new(FakeGitHub::start(host, faults).unwrap());
        let settings = ClientSettings::new(github.base_url().parse().unwrap(), Token::plain(TOKEN));
        Self {
            github,
            directory: directory(),
            settings,
            options: FetchOptions::default(),
        }
    }

    pub fn store(&self) -> Store {
        Store::open(&self.directory.path().join("store"), Mode::Write).unwrap()
    }

    /// Fetches `acme/widgets` into a store.
    pub fn fetch_into(&self, store: &Store) -> Result<FetchReport, Error> {
        self.fetch_named(store, &["acme/widgets"])
    }

    pub fn fetch_named(&self, store: &Store, names: &[&str]) -> Result<FetchReport, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let names: Vec<RepoName> = names.iter().map(|name| name.parse().unwrap()).collect();
        runtime.block_on(async {
            let clock = Arc::new(StepClock {
                github: Arc::clone(&self.github),
            });
            let client = Client::new(self.settings.clone(), clock)?;
            let ended = fetch(&client, store, &names, &self.options, &Unwatched).await;
            // Neither what is reported nor what went wrong, with all its causes, shows the token.
            assert!(!holds_token(format!("{ended:?}").as_bytes()));
            let mut cause: Option<&dyn std::error::Error> =
                ended.as_ref().err().map(|error| error as _);
            while let Some(found) = cause {
                assert!(!holds_token(found.to_string().as_bytes()));
                cause = found.source();
            }
            ended
        })
    }

    pub fn fetch(&self) -> FetchReport {
        self.fetch_into(&self.store()).unwrap()
    }

    pub fn facts(&self) -> Decoded {
        let store = Store::open(&self.directory.path().join("store"), Mode::Read).unwrap();
        let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
        assert_eq!(gaps, [], "nothing is missing");
        decoded
    }
}

/// After every test: the token is in no file of the store, packed or not, and in no name of one.
impl Drop for Bench {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut pending = vec![self.directory.path().to_owned()];
        while let Some(directory) = pending.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                assert!(!path.to_string_lossy().contains(TOKEN));
                if path.is_dir() {
                    pending.push(path);
                    continue;
                }
                let mut bytes = std::fs::read(&path).unwrap();
                if path.extension().is_some_and(|extension| extension == "zst") {
                    bytes = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
                }
                assert!(!holds_token(&bytes), "{} holds the token", path.display());
            }
        }
    }
}

fn holds_token(bytes: &[u8]) -> bool {
    bytes
        .windows(TOKEN.len())
        .any(|window| window == TOKEN.as_bytes())
}

pub fn completeness(report: &FetchReport, stream: Stream) -> Completeness {
    report
        .certificates
        .iter()
        .find(|line| line.stream == stream)
        .unwrap()
        .completeness
}

#[test]
fn what_a_bot_assigned_to_somebody_arrives_and_what_people_assign_does_not() {
    let mut host = host(1);
    let [person, other, bot] = [0, 1, 3].map(|at| host.accounts[at].login.clone());
    let events = [
        (Some(&bot), Some(&person)),
        (Some(&bot), Some(&bot)),
        (Some(&other), Some(&person)),
        (Some(&bot), None),
        (None, Some(&person)),
    ];
    let timeline = &mut host.repositories[0].pull_requests[0].timeline;
    timeline.extend((0..).zip(events).map(|(k, (actor, assignee))| HostEvent {
        node: format!("AE_{k}"),
        at: at("2026-02-01T09:00:00Z"),
        actor: actor.cloned(),
        what: EventKind::Assigned {
            assignee: assignee.cloned(),
        },
    }));
    let bench = Bench::new(host, Faults::none(at(NOW)));
    bench.fetch();
    let decoded = bench.facts();
    let [row] = &decoded.facts.provenance[..] else {
        panic!("{:?}", decoded.facts.provenance);
    };
    let login = |id: Option<PersonId>| {
        let at = usize::try_from(id.unwrap().0).unwrap();
        decoded.accounts[at].login.0.clone()
    };
    assert_eq!((login(row.agent), login(row.delegator)), (bot, person));
    let words = decoded.facts.timeline.iter().map(|event| &event.event);
    assert_eq!(words.filter(|word| *word == "assigned").count(), 0);
}

#[test]
fn everything_that_the_host_knows_arrives_as_facts() {
    let bench = Bench::new(host(120), Faults::none(at(NOW)));
    let report = bench.fetch();
    for line in &report.certificates {
        assert_eq!(line.completeness, Completeness::Complete, "{line:?}");
    }
    let decoded = bench.facts();
    let facts = &decoded.facts;
    assert_eq!(facts.pull_requests.len(), 120);
    assert_eq!(
        (facts.reviews.len(), facts.comments.len()),
        (4 * 120, 7 * 120),
        "pending reviews are no facts"
    );
    assert_eq!(facts.review_requests.len(), 3 * 120);
    assert_eq!(
        (
            facts.issues.len(),
            facts.issue_comments.len(),
            facts.deployments.len()
        ),
        (3, 3, 5)
    );
    assert_eq!(
        (
            facts.deployment_statuses.len(),
            facts.releases.len(),
            facts.workflow_runs.len()
        ),
        (17, 25, 3)
    );
    let one = &facts.pull_requests[0];
    assert_eq!(
        one.merge_commit,
        Some(oid(900_001)),
        "what landed, not what GitHub calls the merge commit"
    );
    assert_eq!(
        one.ready_at,
        Some(one.created_at + SignedDuration::from_hours(1))
    );
    assert_eq!(
        one.first_commit_at,
        Some(one.created_at - SignedDuration::from_hours(5))
    );
    assert_eq!(
        (one.n_reviews, one.n_comments, one.labels.clone()),
        (4, 7, vec!["api".to_owned(), "bug".to_owned()])
    );
    assert_eq!(one.closes_issues, [100_001]);
    let first_review = facts
        .reviews
        .iter()
        .find(|review| review.review == "PRR_1_0")
        .unwrap();
    assert_eq!(first_review.n_inline_comments, 6);
    let dismissed = facts
        .reviews
        .iter()
        .find(|review| review.review == "PRR_1_3")
        .unwrap();
    assert_eq!(
        (dismissed.state, dismissed.verdict, dismissed.dismissed_at),
        (
            ReviewState::Dismissed,
            ReviewState::Approved,
            Some(one.created_at + SignedDuration::from_hours(5))
        ),
        "what it said, and until when"
    );
    assert!(
        facts.pull_requests[10].author.is_none(),
        "a ghost has no author"
    );
    let logins: Vec<_> = decoded
        .accounts
        .iter()
        .map(|account| (account.login.0.as_str(), account.is_bot))
        .collect();
    for expected in [
        ("ada", false),
        ("bea", false),
        ("cleo", false),
        ("dependabot", true),
    ] {
        assert!(logins.contains(&expected), "{logins:?}");
    }
    assert_eq!(decoded.email_links.len(), 1);
    assert_eq!(
        decoded.repository.unwrap().default_branch.as_deref(),
        Some("main")
    );
    let deployed = &facts.deployments[0];
    assert_eq!(
        deployed.finished_at,
        Some(deployed.created_at + SignedDuration::from_mins(5)),
        "the first success"
    );
}

fn probed(bench: &Bench, name: &str) -> Probe {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let clock = Arc::new(StepClock {
        github: Arc::clone(&bench.github),
    });
    runtime.block_on(async {
        let client = Client::new(bench.settings.clone(), clock).unwrap();
        probe(&client, &name.parse().unwrap()).await.unwrap()
    })
}

#[test]
fn the_jobs_of_an_attempt_that_was_run_again_are_read() {
    let bench = Bench::new(host(1), Faults::none(at(NOW)));
    bench.fetch();
    let facts = bench.facts().facts;
    let jobs = facts.workflow_jobs.iter().map(|job| {
        let conclusion = job.conclusion.as_deref();
        (job.run, job.attempt, job.name.as_str(), conclusion)
    });
    assert!(jobs.eq([
        (11, 1, "test (1)", Some("success")),
        (11, 1, "test (2)", Some("failure")),
    ]));
}

#[test]
fn the_jobs_of_a_large_matrix_are_read_page_by_page() {
    let mut wide = host(1);
    wide.repositories[0].workflow_runs[0].jobs = jobs(250, "failure");
    let bench = Bench::new(wide, Faults::none(at(NOW)));
    bench.fetch();
    let found = bench.facts().facts.workflow_jobs;
    assert_eq!(found.len(), 250);
    let failed: Vec<&str> = found
        .iter()
        .filter(|job| job.conclusion.as_deref() == Some("failure"))
        .map(|job| job.name.as_str())
        .collect();
    assert_eq!(failed, ["test (250)"]);
    // They have ended: a night later nobody asks for them again.
    let n_asked = || {
        let log = bench.github.log();
        log.iter()
            .filter(|line| format!("{line:?}").contains("/jobs"))
            .count()
    };
    let before = n_asked();
    bench.github.advance(SignedDuration::from_hours(24));
    bench.fetch();
    assert_eq!((before, n_asked()), (3, 3));
}

#[test]
fn a_probe_says_what_there_is_and_what_it_would_cost() {
    let bench = Bench::new(host(120), Faults::none(at(NOW)));
    let found = probed(&bench, "acme/widgets");
    assert_eq!(bench.github.log().len(), 4, "four requests");
    assert_eq!(
        (found.token, found.default_branch.as_deref()),
        (TokenKind::Classic, Some("main"))
    );
    assert_eq!(found.environments, [("production".to_owned(), 5)]);
    assert_eq!(found.incident_labels, ["incident"]);
    assert_eq!(found.merge_styles, ["merge", "squash", "rebase"]);
    assert!(
        found
            .access
            .contains(&(Stream::PullRequests, Access::Readable(Some(120))))
    );
    // The estimate is about what a fetch then costs.
    let before = bench.github.points_left();
    let report = bench.fetch();
    let spent = u64::from(before - bench.github.points_left());
    assert!(
        found.first.requests.abs_diff(report.requests) <= 4,
        "{:?}, then {}",
        found.first,
        report.requests
    );
    assert!(
        found.first.points.abs_diff(spent) <= 6,
        "{:?}, then {spent}",
        found.first
    );
    bench.github.advance(SignedDuration::from_hours(24));
    let night = bench.fetch();
    assert!(
        found.nightly.requests.abs_diff(night.requests) <= 3,
        "{:?}, then {}",
        found.nightly,
        night.requests
    );
}

#[test]
fn a_probe_names_the_permission_that_is_missing() {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench
        .github
        .set_script(Some(Box::new(|asked| match asked.operation.as_str() {
            "Repository" => Some(Fault::Forbid("deployments")),
            "/repos/acme/widgets/actions/runs" => Some(Fault::Status(403, Vec::new(), "{}".into())),
            _ => None,
        })));
    let found = probed(&bench, "acme/widgets");
    assert!(found.access.contains(&(
        Stream::Deployments,
        Access::Missing("deployments=read".into())
    )));
    assert!(
        found
            .access
            .contains(&(Stream::WorkflowRuns, Access::Missing("actions=read".into())))
    );
    assert!(
        found
            .access
            .contains(&(Stream::Issues, Access::Readable(Some(3))))
    );
    let gone = probed(&bench, "acme/gone");
    assert!(
        gone.name.is_none()
            && gone
                .access
                .iter()
                .all(|(_, access)| *access == Access::NotFound)
    );
}
