//! A server that is broken or means harm: where the token goes, what is kept of what it says, and that every answer ends.

use linchpin::domain::{Completeness, Stream, StreamCertificate};
use linchpin::github::{Error, FetchReport, Token};

use crate::github::{Bench, NOW, TOKEN, at, completeness, host};
use linchpin::demo::fake::{Fault, Faults, SeenRequest};

fn line(report: &FetchReport, stream: Stream) -> &StreamCertificate {
    let of = |line: &&StreamCertificate| line.stream == stream;
    report.certificates.iter().find(of).unwrap()
}

fn quiet() -> Bench {
    Bench::new(host(12), Faults::none(at(NOW)))
}

#[test]
fn a_redirect_is_followed_on_the_same_server_and_told_where_it_is_not() {
    for status in [301, 302, 303, 307, 308] {
        let elsewhere = quiet();
        let target = elsewhere.github.base_url();
        for to in [
            format!("{target}/graphql"),
            format!("{}/x", target.replace("127.0.0.1", "localhost")),
            format!(
                "//{}/x?access_token=abc",
                target.trim_start_matches("http://")
            ),
            "https://user:pw@127.0.0.1/graphql".to_owned(),
            "ftp://127.0.0.1/graphql".to_owned(),
        ] {
            let bench = quiet();
            let location = to.clone();
            bench.github.set_script(Some(Box::new(move |_| {
                Some(Fault::Status(
                    status,
                    vec![("location", location.clone())],
                    "{}".into(),
                ))
            })));
            let report = bench.fetch();
            let outage = report.outage.unwrap();
            assert!(
                outage.contains("redirected to `"),
                "{status} {to}: {outage}"
            );
            assert!(
                !outage.contains("abc") && !outage.contains("pw@"),
                "{outage}"
            );
            assert!(
                bench.github.log().len() < 3,
                "asked once, not again and again"
            );
        }
        assert_eq!(elsewhere.github.log(), [], "the other host saw nothing");
    }
}

#[test]
fn a_renamed_repository_is_read_where_its_server_says() {
    let bench = quiet();
    let base = bench.github.base_url();
    bench.github.set_script(Some(Box::new(move |asked| {
        let is_list = asked.operation == "/repos/acme/widgets/actions/runs";
        let is_first = asked.variables.get("moved").is_none();
        let next = format!("{base}/repos/acme/widgets/actions/runs?moved=1&per_page=100&page=1");
        (is_list && is_first).then(|| Fault::Status(301, vec![("location", next)], String::new()))
    })));
    assert_eq!(
        completeness(&bench.fetch(), Stream::WorkflowRuns),
        Completeness::Complete
    );
    // In a circle: the stream says so, the others are whole.
    let bench = quiet();
    let base = bench.github.base_url();
    bench.github.set_script(Some(Box::new(move |asked| {
        let is_list = asked.operation == "/repos/acme/widgets/actions/runs";
        let next = format!("{base}/repos/acme/widgets/actions/runs");
        is_list.then(|| Fault::Status(302, vec![("location", next)], String::new()))
    })));
    let report = bench.fetch();
    let runs = line(&report, Stream::WorkflowRuns);
    assert!(runs.reason.as_ref().unwrap().contains("circle"), "{runs:?}");
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
}

#[test]
fn what_a_server_echoes_of_the_token_is_kept_nowhere() {
    let encoded = {
        use base64::Engine as _;
        let basic = format!("x-access-token:{TOKEN}");
        base64::engine::general_purpose::STANDARD.encode(basic)
    };
    let said = format!(
        "headers were: Bearer {TOKEN}, {}, Basic {encoded}",
        TOKEN.to_uppercase()
    );
    for status in [200, 400, 401, 403, 404, 410, 422, 500] {
        let said = said.clone();
        let bench = quiet();
        bench.github.set_script(Some(Box::new(move |_| {
            let body = if status == 200 {
                serde_json::json!({"data": null, "errors": [{"type": "X", "message": said}]})
            } else {
                serde_json::json!({ "message": said })
            };
            let header = ("x-accepted-github-permissions", said.clone());
            Some(Fault::Status(status, vec![header], body.to_string()))
        })));
        // The bench itself looks for the token in the report, the error and every file.
        let ended = bench.fetch_into(&bench.store());
        let told = format!("{ended:?}").to_lowercase();
        assert!(!told.contains(&TOKEN.to_lowercase()), "{status}: {told}");
        assert!(!told.contains(&encoded.to_lowercase()), "{status}: {told}");
    }
    // In the records themselves, too: a title, a name of a field.
    let bench = quiet();
    bench.github.update(|host| {
        host.repositories[0].pull_requests[0].title = format!("see {TOKEN}");
    });
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );
    assert!(format!("{:?}", bench.facts().facts.pull_requests).contains("see [redacted]"));
}

/// The operations that list something, and the stream that each belongs to.
const LISTS: [(&str, Stream); 7] = [
    ("PullRequestIds", Stream::PullRequests),
    ("PullRequestComments", Stream::PullRequests),
    ("Issues", Stream::Issues),
    ("Deployments", Stream::Deployments),
    ("Releases", Stream::Releases),
    ("RepositorySettings", Stream::Milestones),
    ("DeploymentStatuses", Stream::Deployments),
];

#[test]
fn a_list_that_never_ends_is_ended_and_told_and_the_other_streams_go_on() {
    for circle in [1, 3] {
        for (operation, stream) in LISTS {
            let bench = quiet();
            let mut n = 0;
            bench
                .github
                .set_script(Some(Box::new(move |asked: &SeenRequest| {
                    // A list that goes on after the page that it came with.
                    let first = match operation {
                        "PullRequestComments" => "PullRequests",
                        "DeploymentStatuses" => "Deployments",
                        "Releases" => "Repository",
                        other => other,
                    };
                    n += 1;
                    let is_it = asked.operation == operation || asked.operation == first;
                    is_it.then(|| Fault::Endless(format!("A{}", n % circle)))
                })));
            let report = bench.fetch();
            let n = bench.github.log().len();
            assert!(n < 1_500, "{operation}: {n} requests");
            let told = line(&report, stream);
            assert_eq!(
                told.completeness,
                Completeness::Partial,
                "{operation}: {told:?}"
            );
            assert!(told.reason.is_some() && told.fix.is_some(), "{told:?}");
            let other = if stream == Stream::Issues {
                Stream::Releases
            } else {
                Stream::Issues
            };
            let others = completeness(&report, other);
            assert_eq!(others, Completeness::Complete, "{operation}");
            // The night after everything is there.
            bench.github.set_script(None);
            let night_after = completeness(&bench.fetch(), stream);
            assert_eq!(night_after, Completeness::Complete, "{operation}");
        }
    }
}

#[test]
fn counts_without_records_and_attempts_without_number_are_bounded() {
    let bench = quiet();
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "/repos/acme/widgets/actions/runs").then(|| {
            let body = r#"{"total_count":1000000000000,"workflow_runs":[]}"#;
            Fault::Status(200, Vec::new(), body.to_owned())
        })
    })));
    let report = bench.fetch();
    let runs = line(&report, Stream::WorkflowRuns);
    assert_eq!(runs.completeness, Completeness::Partial);
    assert!(
        runs.reason.as_ref().unwrap().contains("does not list"),
        "{runs:?}"
    );
    assert!(bench.github.log().len() < 300);
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::Complete
    );

    let bench = quiet();
    bench.github.set_script(Some(Box::new(|asked| {
        let body = match asked.operation.as_str() {
            "/repos/acme/widgets/actions/runs" => {
                r#"{"total_count":1,"workflow_runs":[{"id":7,"run_attempt":1000000000000,"created_at":"2026-01-01T00:00:00Z"}]}"#
            }
            path if path.ends_with("/jobs") => r#"{"total_count":18446744073709551615,"jobs":[]}"#,
            path if path.contains("/attempts/") => r#"{"id":7}"#,
            _ => return None,
        };
        Some(Fault::Status(200, Vec::new(), body.to_owned()))
    })));
    bench.fetch();
    assert!(bench.github.log().len() < 600);
}

#[test]
fn a_page_is_never_longer_than_what_was_asked_for() {
    let bench = quiet();
    bench.github.set_script(Some(Box::new(|asked| {
        if asked.operation != "PullRequestIds" {
            return None;
        }
        let node = |n: u64| serde_json::json!({"id": format!("PR_{n}"), "updatedAt": "2026-01-01T00:00:00Z"});
        let nodes: Vec<_> = (0..50_000).map(node).collect();
        let page = serde_json::json!({"totalCount": 50_000, "pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": nodes});
        let rate = serde_json::json!({"limit": 5000, "cost": 1, "remaining": 4999, "resetAt": "2026-03-01T13:00:00Z"});
        let body = serde_json::json!({"data": {"repository": {"pullRequests": page}, "rateLimit": rate}});
        Some(Fault::Status(200, Vec::new(), body.to_string()))
    })));
    let report = bench.fetch();
    let told = line(&report, Stream::PullRequests);
    assert_eq!(told.completeness, Completeness::Partial, "{told:?}");
    assert!(
        bench.github.log().len() < 100,
        "{}",
        bench.github.log().len()
    );
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn an_answer_is_bounded_by_what_it_becomes_and_not_by_what_is_sent() {
    let zeros = gzipped(&vec![b' '; 3 << 20]);
    let lists = {
        let mut body = br#"{"data":{"repository":["#.to_vec();
        body.extend(b"[],".repeat(200_000));
        body.extend(b"[]]}}");
        gzipped(&body)
    };
    let nested = {
        let mut body = br#"{"data":{"repository":"#.to_vec();
        body.extend(b"[".repeat(200_000));
        body.extend(b"]".repeat(200_000));
        body.extend(b"}}");
        gzipped(&body)
    };
    for (name, sent) in [("zeros", zeros), ("lists", lists), ("nested", nested)] {
        for operation in ["Issues", "PullRequests", "Repository"] {
            let mut bench = quiet();
            bench.settings.max_answer_bytes = 2 << 20;
            bench.settings.max_answer_values = 100_000;
            let sent = sent.clone();
            bench.github.set_script(Some(Box::new(move |asked| {
                let header = vec![("content-encoding", "gzip".to_owned())];
                (asked.operation == operation).then(|| Fault::Bytes(header, sent.clone()))
            })));
            let report = bench.fetch();
            let told = line(&report, Stream::PullRequests);
            let issues = line(&report, Stream::Issues);
            match operation {
                "Repository" => assert!(report.outage.is_some(), "{name}"),
                "Issues" => {
                    assert_eq!(issues.completeness, Completeness::Partial, "{name}");
                    assert_eq!(told.completeness, Completeness::Complete, "{name}");
                }
                _ => {
                    assert_eq!(told.completeness, Completeness::Partial, "{name}");
                    assert_eq!(issues.completeness, Completeness::Complete, "{name}");
                }
            }
            assert!(bench.github.log().len() < 200, "{name} {operation}");
        }
    }
}

#[test]
fn numbers_that_no_clock_knows_do_not_stop_the_program() {
    for header in ["retry-after", "x-ratelimit-reset", "x-ratelimit-remaining"] {
        for value in [
            "18446744073709551615",
            "-1",
            "99999999999999999999",
            "NaN",
            "",
        ] {
            for status in [403, 429, 503] {
                let bench = quiet();
                bench.github.set_script(Some(Box::new(move |_| {
                    let headers = vec![(header, value.to_owned())];
                    Some(Fault::Status(status, headers, "{}".into()))
                })));
                // Whatever it comes to, it is an answer.
                let _ = bench.fetch_into(&bench.store());
            }
        }
    }
}

#[test]
fn a_proxy_never_sees_what_is_asked_of_this_machine() {
    // The client is told of proxies by the environment alone, which a test must not change: the command is run instead.
    let bench = quiet();
    let proxy = quiet();
    let root = tempfile::tempdir().unwrap();
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["doctor", "--github", "acme/widgets", "--api-url"])
            .arg(bench.github.base_url())
            .current_dir(root.path())
            .env("GH_ENTERPRISE_TOKEN", TOKEN)
            .env(variable, proxy.github.base_url())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.contains("acme/widgets"), "{said}");
    }
    assert_eq!(proxy.github.log(), []);
    assert!(!bench.github.log().is_empty());
}

#[test]
fn a_token_that_is_no_header_is_refused_without_being_shown() {
    for token in ["ghp_two\nlines", "ghp_äöü", "ghp a b"] {
        let mut bench = quiet();
        bench.settings.token = Token::plain(token);
        let error = bench.fetch_into(&bench.store()).unwrap_err();
        assert!(matches!(error, Error::Unauthorised { .. }));
        assert!(!format!("{error:?}").contains("ghp"));
    }
}
