//! What the live service answers and the documentation does not tell: changed ids, late lists, holes that stay, neighbours that
//! are never answered. Each costs what a night costs, takes nothing else with it, and is told.

use jiff::SignedDuration;
use linchpin::demo::fake::{Fault, Faults, Refusal, SeenRequest};
use linchpin::demo::model::Host;
use linchpin::domain::{Completeness, Stream, StreamCertificate};
use linchpin::github::FetchReport;
use serde_json::{Value, json};

use crate::github::{Bench, NOW, at, completeness, host, pull_request};

fn bench() -> Bench {
    Bench::new(host(12), Faults::none(at(NOW)))
}

fn line(report: &FetchReport, stream: Stream) -> &StreamCertificate {
    let mut lines = report.certificates.iter();
    lines.find(|line| line.stream == stream).unwrap()
}

fn n_asked(bench: &Bench, from: usize, operation: &str) -> usize {
    let log = bench.github.log();
    let asked = log[from..].iter();
    asked.filter(|asked| asked.operation == operation).count()
}

fn is(asked: &SeenRequest, operation: &str) -> bool {
    asked.operation == operation
}

fn ids(asked: &SeenRequest) -> Vec<String> {
    let ids = asked.variables["ids"].as_array();
    let text = |id: &Value| id.as_str().unwrap().to_owned();
    ids.into_iter().flatten().map(text).collect()
}

fn a_day_later(bench: &Bench, change: impl FnOnce(&mut Host, jiff::Timestamp)) {
    bench.github.advance(SignedDuration::from_hours(24));
    let now = bench.github.now() - SignedDuration::from_hours(1);
    bench.github.update(move |host| change(host, now));
}

#[test]
fn a_node_whose_id_changes_its_format_stays_one() {
    let bench = bench();
    bench.fetch();
    let before = bench.facts();
    a_day_later(&bench, |host, now| {
        let repository = &mut host.repositories[0];
        for item in &mut repository.pull_requests {
            item.node = item.node.replace("PR_", "PR2_");
            item.updated_at = now;
        }
        for item in &mut repository.issues {
            item.node = item.node.replace("I_", "I2_");
            item.updated_at = now;
        }
        for item in &mut repository.deployments {
            item.node = item.node.replace("DE_", "DE2_");
            item.created_at = now;
        }
        for item in &mut repository.releases {
            item.node = item.node.replace("RE_", "RE2_");
            item.created_at = now;
        }
    });
    for _ in 0..2 {
        let report = bench.fetch();
        for found in &report.certificates {
            assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
        }
        let after = bench.facts();
        let n = |decoded: &linchpin::github::Decoded| {
            let facts = &decoded.facts;
            (
                facts.pull_requests.len(),
                facts.issues.len(),
                facts.deployments.len(),
                facts.releases.len(),
                facts.reviews.len(),
            )
        };
        assert_eq!(n(&after), n(&before));
        assert!(
            after
                .facts
                .pull_requests
                .iter()
                .all(|row| row.node.starts_with("PR2_"))
        );
    }
}

#[test]
fn a_deployment_that_is_deleted_is_gone_and_the_nights_after_are_whole() {
    for with_error in [false, true] {
        let bench = bench();
        let n = bench.github.now();
        bench.github.update(move |host| {
            for item in &mut host.repositories[0].deployments {
                item.created_at = n - SignedDuration::from_hours(48);
            }
        });
        bench.fetch();
        let before = bench.facts().facts.deployments.len();
        a_day_later(&bench, |host, _| {
            host.repositories[0].deployments.remove(1);
        });
        if with_error {
            // As the live service says it: null, and an error that names the place.
            bench.github.set_script(Some(Box::new(|asked| {
                if !is(asked, "DeploymentsById") {
                    return None;
                }
                let nodes: Vec<Value> = ids(asked).iter().map(|_| Value::Null).collect();
                let errors: Vec<Value> = (0..nodes.len())
                    .map(|at| json!({"type": "NOT_FOUND", "path": ["nodes", at], "message": "Could not resolve to a node with the global id"}))
                    .collect();
                (nodes.len() == 1).then(|| {
                    let answer = json!({"data": {"nodes": nodes, "rateLimit": {"limit": 5000, "cost": 1, "remaining": 4000, "resetAt": NOW}}, "errors": errors});
                    Fault::Status(200, Vec::new(), answer.to_string())
                })
            })));
        }
        for night in 0..3 {
            let report = bench.fetch();
            let found = line(&report, Stream::Deployments);
            assert_eq!(
                found.completeness,
                Completeness::Complete,
                "{night}: {found:?}"
            );
            assert_eq!(found.expected, Some(found.fetched), "{night}");
            assert_eq!(bench.facts().facts.deployments.len(), before - 1, "{night}");
        }
    }
}

#[test]
fn neighbours_that_are_never_answered_keep_nobody_else_out_and_cost_a_bounded_number_of_requests() {
    for (n_bad, ceiling) in [(4, 80), (40, 330)] {
        let mut bench = Bench::new(host(60), Faults::none(at(NOW)));
        bench.settings.batch = 20;
        bench.github.set_script(Some(Box::new(move |asked| {
            let is_bad = |id: &String| {
                let number: u64 = id.trim_start_matches("PR_").parse().unwrap();
                (3..3 + n_bad).contains(&number)
            };
            (is(asked, "PullRequests") && ids(asked).iter().any(is_bad)).then_some(Fault::Error(
                "",
                "Something went wrong while executing your query.",
            ))
        })));
        let report = bench.fetch();
        let found = line(&report, Stream::PullRequests);
        assert_eq!(found.completeness, Completeness::Partial, "{found:?}");
        assert!(report.outage.is_none());
        if n_bad == 4 {
            assert_eq!(bench.facts().facts.pull_requests.len(), 56);
        }
        let n = n_asked(&bench, 0, "PullRequests");
        assert!(
            n < ceiling,
            "{n} requests for {n_bad} that cannot be answered"
        );
        // Once GitHub can answer again, so it does.
        bench.github.set_script(None);
        let report = bench.fetch();
        assert_eq!(
            completeness(&report, Stream::PullRequests),
            Completeness::Complete
        );
    }
}

/// Answers as the fake does, but for a field of one pull request that the token may not read.
fn hides(field: &'static str, hidden: &'static str) -> linchpin::demo::fake::Script {
    Box::new(move |asked| {
        (is(asked, "PullRequests") && ids(asked).iter().any(|id| id == hidden))
            .then_some(Fault::HideOf(hidden, field))
    })
}

#[test]
fn a_part_of_one_record_that_may_not_be_read_stays_told_and_costs_no_more_than_a_night() {
    for field in ["closingIssuesReferences", "labels", "files"] {
        let bench = Bench::new(host(40), Faults::none(at(NOW)));
        bench.github.set_script(Some(hides(field, "PR_1")));
        bench.fetch();
        for night in 0..3 {
            a_day_later(&bench, |host, now| {
                host.repositories[0].pull_requests[30].updated_at = now;
            });
            let before = bench.github.log().len();
            let report = bench.fetch();
            let found = line(&report, Stream::PullRequests);
            assert_eq!(
                found.completeness,
                Completeness::Partial,
                "{night}: {found:?}"
            );
            let reason = found.reason.as_deref().unwrap();
            assert!(
                reason.contains(field) && reason.contains("1 pull request"),
                "{reason}"
            );
            let log = bench.github.log();
            let asked: usize = log[before..].iter().map(SeenRequest::n_ids).sum();
            let open = log[before..]
                .iter()
                .filter(|asked| is(asked, "PullRequests"))
                .count();
            assert!(
                asked < 30 && open <= 4,
                "{night}: {asked} pull requests in {open} requests"
            );
        }
        // The token may read it now: the record comes whole, and nothing is partial any more.
        bench.github.set_script(None);
        let report = bench.fetch();
        let found = line(&report, Stream::PullRequests);
        assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
        let whole = Bench::new(host(40), Faults::none(at(NOW)));
        whole.fetch();
        assert_eq!(
            bench.facts().facts.pull_request_files.len(),
            whole.facts().facts.pull_request_files.len()
        );
    }
}

#[test]
fn one_pull_request_that_may_not_be_read_leaves_the_others() {
    let bench = bench();
    bench.github.set_script(Some(Box::new(|asked| {
        (is(asked, "PullRequests") && ids(asked).iter().any(|id| id == "PR_3"))
            .then_some(Fault::HideOf("PR_3", ""))
    })));
    for _ in 0..2 {
        let report = bench.fetch();
        let found = line(&report, Stream::PullRequests);
        assert_eq!(found.completeness, Completeness::Partial, "{found:?}");
        assert_eq!((found.expected, found.fetched), (Some(12), 11));
        assert!(
            found
                .reason
                .as_deref()
                .unwrap()
                .contains("the token may not read 1 pull request")
        );
        assert_eq!(bench.facts().facts.pull_requests.len(), 11);
    }
}

#[test]
fn a_cursor_that_is_refused_begins_the_list_anew() {
    let mut bench = Bench::new(host(30), Faults::none(at(NOW)));
    bench.settings.page = 5;
    bench.github.set_script(Some(Box::new(|asked| {
        (is(asked, "PullRequestIds") && asked.n > 6).then_some(Fault::Exhausted(7_200))
    })));
    let report = bench.fetch();
    assert_eq!(
        completeness(&report, Stream::PullRequests),
        Completeness::RateLimited
    );
    bench.github.advance(SignedDuration::from_hours(3));
    let refused = std::sync::atomic::AtomicBool::new(false);
    bench.github.set_script(Some(Box::new(move |asked| {
        let is_first = is(asked, "PullRequestIds")
            && !asked.variables["after"].is_null()
            && !refused.swap(true, std::sync::atomic::Ordering::SeqCst);
        is_first.then_some(Fault::Error(
            "INVALID_CURSOR_ARGUMENTS",
            "`abc` does not appear to be a valid cursor.",
        ))
    })));
    let report = bench.fetch();
    let found = line(&report, Stream::PullRequests);
    assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
    assert_eq!(bench.facts().facts.pull_requests.len(), 30);
}

/// A host with `n` runs, one every six hours.
fn with_runs(n: u64) -> Bench {
    let mut world = host(2);
    let repository = &mut world.repositories[0];
    let first = repository.workflow_runs[0].clone();
    repository.workflow_runs = (0..n)
        .map(|k| {
            let mut run = first.clone();
            (run.run, run.attempt) = (20_000 + k, 1);
            run.created_at =
                at(NOW) - SignedDuration::from_hours(6 * i64::try_from(k).unwrap() + 1);
            run
        })
        .collect();
    Bench::new(world, Faults::none(at(NOW)))
}

#[test]
fn runs_that_the_index_by_time_has_not_seen_yet_are_not_taken_for_none() {
    for n in [40, 250] {
        let bench = with_runs(n);
        // For two nights the filtered list knows nothing.
        bench.github.set_script(Some(Box::new(|asked| {
            let is_filtered = asked.variables.get("created").is_some();
            is_filtered.then(|| {
                Fault::Status(
                    200,
                    Vec::new(),
                    r#"{"total_count": 0, "workflow_runs": []}"#.into(),
                )
            })
        })));
        for _ in 0..2 {
            let report = bench.fetch();
            let found = line(&report, Stream::WorkflowRuns);
            assert!(
                found.fetched == n || found.completeness == Completeness::Partial,
                "{n}: {found:?}"
            );
        }
        bench.github.set_script(None);
        let report = bench.fetch();
        let found = line(&report, Stream::WorkflowRuns);
        assert_eq!(
            (found.completeness, found.fetched),
            (Completeness::Complete, n),
            "{found:?}"
        );
    }
}

#[test]
fn a_page_of_runs_that_is_too_much_is_read_in_smaller_ones() {
    for most in [60, 10] {
        let bench = with_runs(130);
        bench.github.set_script(Some(Box::new(move |asked| {
            let size: u64 = asked.variables.get("per_page")?.as_str()?.parse().ok()?;
            (size > most)
                .then(|| Fault::Status(502, Vec::new(), r#"{"message": "Server Error"}"#.into()))
        })));
        let report = bench.fetch();
        let found = line(&report, Stream::WorkflowRuns);
        assert_eq!(
            (found.completeness, found.fetched),
            (Completeness::Complete, 130),
            "{found:?}"
        );
    }
}

#[test]
fn settings_that_were_not_answered_are_not_none() {
    for (field, stream) in [
        ("milestones", Stream::Milestones),
        ("defaultBranchRef", Stream::MergeRules),
        ("environments", Stream::Environments),
    ] {
        // First beside the others only, then alone as well.
        for is_mended_alone in [true, false] {
            let bench = bench();
            bench.github.set_script(Some(Box::new(move |asked| {
                let names = ["mergeRules", "milestones", "environments", "teams"];
                let n = names
                    .iter()
                    .filter(|name| asked.variables[**name] == true)
                    .count();
                (is(asked, "RepositorySettings") && (n > 1 || !is_mended_alone))
                    .then_some(Fault::Unanswered(field))
            })));
            let report = bench.fetch();
            let found = line(&report, stream);
            let expected = if is_mended_alone {
                Completeness::Complete
            } else {
                Completeness::Partial
            };
            assert_eq!(found.completeness, expected, "{field}: {found:?}");
            let others = report
                .certificates
                .iter()
                .filter(|line| line.stream != stream);
            for other in others {
                assert_eq!(
                    other.completeness,
                    Completeness::Complete,
                    "{field}: {other:?}"
                );
            }
        }
    }
}

#[test]
fn an_administrator_is_shown_the_same_rule_as_everybody_else() {
    let rules = |administers: bool| {
        let bench = bench();
        bench
            .github
            .update(move |host| host.repositories[0].viewer_administers = administers);
        bench.fetch();
        bench.facts().facts.merge_rules
    };
    let (member, administrator) = (rules(false), rules(true));
    assert!(member[0].required_approvals > 0);
    let known = |rule: &linchpin::domain::MergeRule| {
        (
            rule.required_approvals,
            rule.requires_code_owner,
            rule.required_checks.clone(),
            rule.sources.clone(),
        )
    };
    assert_eq!(known(&member[0]), known(&administrator[0]));
}

#[test]
fn an_overview_that_is_too_much_at_once_is_asked_for_list_by_list() {
    let bench = bench();
    bench.github.set_script(Some(Box::new(|asked| {
        let lists = ["pullRequests", "issues", "deployments", "releases"];
        let n = lists
            .iter()
            .filter(|list| asked.variables[**list] == true)
            .count();
        (is(asked, "Repository") && n > 1).then_some(Fault::Error(
            "RESOURCE_LIMITS_EXCEEDED",
            "Resource limits for this query exceeded.",
        ))
    })));
    let report = bench.fetch();
    for found in &report.certificates {
        assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
    }
}

#[test]
fn a_list_of_the_overview_that_is_never_answered_takes_no_other_stream_with_it() {
    for list in ["pullRequests", "issues", "deployments", "releases"] {
        let bench = bench();
        bench.github.set_script(Some(Box::new(move |asked| {
            (is(asked, "Repository") && asked.variables[list] == true).then_some(Fault::Error(
                "RESOURCE_LIMITS_EXCEEDED",
                "Resource limits for this query exceeded.",
            ))
        })));
        for _ in 0..2 {
            let report = bench.fetch();
            for found in &report.certificates {
                let is_it = found.stream.word().replace('_', "") == list.to_lowercase();
                let expected = if is_it {
                    Completeness::Partial
                } else {
                    Completeness::Complete
                };
                assert_eq!(found.completeness, expected, "{list}: {found:?}");
            }
        }
    }
}

#[test]
fn the_limit_of_one_interface_does_not_stop_the_other() {
    let mut world = host(3);
    let mut other = world.repositories[0].clone();
    (other.name, other.node, other.database_id) = ("gadgets".into(), "R_other".into(), 99);
    other.pull_requests = vec![pull_request(500)];
    world.repositories.push(other);
    let bench = Bench::new(world, Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        asked.operation.contains("/actions/runs").then(|| {
            let headers = vec![("retry-after", "10800".to_owned())];
            Fault::Status(
                403,
                headers,
                r#"{"message": "You have exceeded a rate limit"}"#.into(),
            )
        })
    })));
    let report = bench
        .fetch_named(&bench.store(), &["acme/widgets", "acme/gadgets"])
        .unwrap();
    assert!(report.resumes_at.is_some());
    for found in &report.certificates {
        let expected = if found.stream == Stream::WorkflowRuns {
            Completeness::RateLimited
        } else {
            Completeness::Complete
        };
        assert_eq!(found.completeness, expected, "{found:?}");
    }
}

#[test]
fn a_store_that_others_may_read_keeps_no_texts_and_no_members_of_teams() {
    let mut world = host(4);
    for item in &mut world.repositories[0].pull_requests {
        item.reviews[0].body = "zebra: think again".into();
    }
    let whole = Bench::new(world.clone(), Faults::none(at(NOW)));
    whole.fetch();
    let expected = whole.facts().facts;
    let mut bench = Bench::new(world, Faults::none(at(NOW)));
    bench.options.cache_safe = true;
    // What was begun so stays so, also where the option is left out.
    for cache_safe in [true, false] {
        bench.options.cache_safe = cache_safe;
        let report = bench.fetch();
        let teams = line(&report, Stream::Teams);
        assert_eq!(teams.completeness, Completeness::Skipped, "{teams:?}");
        let facts = bench.facts().facts;
        assert_eq!(facts.team_members, []);
        let lengths = |facts: &linchpin::domain::Facts| -> Vec<u64> {
            let reviews = facts.reviews.iter().map(|review| review.body_length);
            reviews
                .chain(facts.comments.iter().map(|comment| comment.body_length))
                .collect()
        };
        assert_eq!(lengths(&facts), lengths(&expected));
        assert!(
            facts
                .comments
                .iter()
                .all(|comment| comment.body.trim().is_empty())
        );
        bench.github.update(|host| {
            host.repositories[0].pull_requests[0].updated_at = at(NOW);
        });
    }
    let mut text = String::new();
    linchpin::store::raw::read_latest(
        &bench.store(),
        linchpin::domain::RepositoryId(0),
        Stream::PullRequests,
        |record| text += &serde_json::to_string(&record).unwrap(),
    )
    .unwrap();
    assert!(text.contains("APPROVED") && !text.contains("zebra"));
    // A store that holds them already is not made one that others may read.
    let mut late = whole;
    late.options.cache_safe = true;
    let refused = late.fetch_into(&late.store()).unwrap_err();
    assert!(
        refused.to_string().contains("holds texts of reviews"),
        "{refused}"
    );
}

/// Every document is refused as a whole where it asks for any of this.
fn refuses(refusal: Refusal) -> linchpin::demo::fake::Script {
    Box::new(move |_| Some(Fault::Refuse(refusal)))
}

#[test]
fn a_token_without_the_scope_for_teams_loses_no_more_than_which_team_was_asked() {
    let without = Refusal {
        without_scope: &[("Team", "slug"), ("Team", "combinedSlug")],
        ..Refusal::default()
    };
    let bench = bench();
    bench.github.set_script(Some(refuses(without)));
    bench.fetch();
    let quiet = bench.github.log().len();
    for night in 0..3 {
        a_day_later(&bench, |host, now| {
            host.repositories[0].pull_requests[5].updated_at = now;
        });
        let before = bench.github.log().len();
        let report = bench.fetch();
        let found = line(&report, Stream::PullRequests);
        assert_eq!(found.completeness, Completeness::Partial, "{found:?}");
        assert_eq!(found.fetched, 12, "{night}");
        let (reason, fix) = (
            found.reason.as_deref().unwrap(),
            found.fix.as_deref().unwrap(),
        );
        assert!(
            reason.contains("`timelineItems` of 12 pull requests"),
            "{reason}"
        );
        assert!(fix.contains("read:org"), "{fix}");
        assert!(bench.github.log().len() - before <= quiet + 3, "{night}");
        let facts = bench.facts().facts;
        let asked_of_people = facts
            .review_requests
            .iter()
            .filter(|row| row.reviewer.is_some());
        assert!(asked_of_people.count() >= 24);
        assert!(facts.review_requests.iter().all(|row| row.team.is_none()));
    }
    // The scope is given: what was hidden comes, once and for all.
    bench.github.set_script(None);
    let report = bench.fetch();
    let found = line(&report, Stream::PullRequests);
    assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
    let whole = self::bench();
    whole.fetch();
    assert_eq!(
        bench.facts().facts.review_requests,
        whole.facts().facts.review_requests
    );
}

#[test]
fn a_server_without_some_types_of_events_answers_all_others() {
    let check = |unknown_types: &'static [&'static str]| {
        let older = Refusal {
            unknown_types,
            // Asked for since, and optional: without them the event is there all the same.
            unknown_fields: &[
                ("ReviewDismissedEvent", "previousReviewState"),
                ("ReviewDismissedEvent", "review"),
                ("Issue", "stateReason"),
                ("RemovedFromMergeQueueEvent", "reason"),
                ("RepositoryRule", "repositoryRuleset"),
            ],
            ..Refusal::default()
        };
        let bench = bench();
        bench.github.set_script(Some(refuses(older)));
        for _ in 0..2 {
            let report = bench.fetch();
            for stream in [Stream::PullRequests, Stream::Issues, Stream::MergeRules] {
                let found = line(&report, stream);
                assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
            }
        }
        bench.facts().facts
    };
    let whole = bench();
    whole.fetch();
    let whole = whole.facts().facts;
    let older = check(&["AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent"]);
    assert_eq!(older.pull_requests, whole.pull_requests);
    assert!(older.timeline.len() < whole.timeline.len());
    let oldest = check(&[
        "AutoMergeEnabledEvent",
        "AutoSquashEnabledEvent",
        "AutoRebaseEnabledEvent",
        "AutoMergeDisabledEvent",
        "ConvertToDraftEvent",
        "CrossReferencedEvent",
        "ReviewDismissedEvent",
    ]);
    assert_eq!(oldest.pull_requests.len(), whole.pull_requests.len());
    assert_eq!(oldest.reviews.len(), whole.reviews.len());
}

fn two_days_after(bench: &Bench) {
    bench.github.advance(SignedDuration::from_hours(48));
}

#[test]
fn what_is_deleted_or_transferred_is_gone_the_next_night() {
    let bench = bench();
    // Old enough that no nightly look reaches them.
    bench.github.update(|host| {
        let repository = &mut host.repositories[0];
        for item in &mut repository.deployments {
            item.created_at = at("2025-02-01T00:00:00Z");
        }
    });
    bench.fetch();
    let before = bench.facts().facts;
    bench.github.update(|host| {
        let repository = &mut host.repositories[0];
        repository.issues.remove(1);
        repository.deployments.remove(2);
        repository.releases.remove(3);
        repository.pull_requests.remove(4);
    });
    two_days_after(&bench);
    for night in 0..2 {
        let from = bench.github.log().len();
        let report = bench.fetch();
        for stream in [
            Stream::Issues,
            Stream::Deployments,
            Stream::Releases,
            Stream::PullRequests,
        ] {
            let found = line(&report, stream);
            assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
            assert_eq!(found.expected, Some(found.fetched), "{found:?}");
        }
        let n = n_asked(&bench, from, "IssueOutlines");
        assert_eq!(n, usize::from(night == 0), "{night}");
        let after = bench.facts().facts;
        assert_eq!(after.issues.len(), before.issues.len() - 1);
        assert_eq!(after.deployments.len(), before.deployments.len() - 1);
        assert_eq!(after.releases.len(), before.releases.len() - 1);
        assert_eq!(after.pull_requests.len(), before.pull_requests.len() - 1);
    }
}

#[test]
fn a_change_that_moves_no_time_of_change_is_seen_within_a_week() {
    let bench = bench();
    bench.fetch();
    bench.github.update(|host| {
        let repository = &mut host.repositories[0];
        // A label is renamed, one issue goes while another comes, a release is edited.
        repository.issues[0].labels = vec!["outage".into()];
        repository.pull_requests[0].labels = vec!["outage".into()];
        repository.releases[0].name = Some("Renamed".into());
        let mut other = repository.issues.remove(1);
        (other.number, other.node) = (200_000, "I_other".into());
        repository.issues.push(other);
    });
    for night in 1..=8 {
        bench.github.advance(SignedDuration::from_hours(24));
        let report = bench.fetch();
        let facts = bench.facts().facts;
        let is_seen = night >= 7;
        let of_issue = facts.issues.iter().any(|row| row.labels == ["outage"]);
        let of_request = facts
            .pull_requests
            .iter()
            .any(|row| row.labels == ["outage"]);
        let name = facts
            .releases
            .iter()
            .any(|row| row.name.as_deref() == Some("Renamed"));
        assert_eq!(
            (of_issue, of_request, name),
            (is_seen, is_seen, is_seen),
            "{night}"
        );
        assert_eq!(facts.issues.len(), 3, "{night}");
        let has_other = facts.issues.iter().any(|row| row.number.0 == 200_000);
        assert_eq!(has_other, is_seen, "{night}");
        let found = line(&report, Stream::Issues);
        assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
    }
}

#[test]
fn a_list_that_is_short_of_what_is_counted_takes_nothing_out_of_the_store() {
    let bench = bench();
    bench.fetch();
    bench.github.update(|host| {
        host.repositories[0].issues.remove(1);
    });
    bench.github.set_script(Some(Box::new(|asked| {
        is(asked, "IssueOutlines").then_some(Fault::PartialNulls(1))
    })));
    two_days_after(&bench);
    let report = bench.fetch();
    let found = line(&report, Stream::Issues);
    assert_eq!(found.completeness, Completeness::Partial, "{found:?}");
    assert!(
        found
            .reason
            .as_deref()
            .unwrap()
            .contains("more records than GitHub counts")
    );
    assert_eq!(bench.facts().facts.issues.len(), 3);
}

#[test]
fn what_comes_while_a_stream_is_read_is_no_more_than_github_counts() {
    let bench = bench();
    let mut is_done = false;
    bench.github.set_script(Some(Box::new(move |asked| {
        if is_done || !is(asked, "PullRequestIds") {
            return None;
        }
        is_done = true;
        Some(Fault::Update(Box::new(|host| {
            let mut new = pull_request(13);
            (new.created_at, new.updated_at) = (at(NOW), at(NOW));
            host.repositories[0].pull_requests.push(new);
        })))
    })));
    let report = bench.fetch();
    let found = line(&report, Stream::PullRequests);
    assert_eq!(found.completeness, Completeness::Complete, "{found:?}");
    assert_eq!((found.expected, found.fetched), (Some(13), 13));
    assert_eq!(n_asked(&bench, 0, "PullRequestOutlines"), 1);
}

#[test]
fn github_says_itself_why_it_refuses() {
    let check = |status: u16, body: Value, reason: &str, fix: &str| {
        let bench = bench();
        let body = body.to_string();
        bench.github.set_script(Some(Box::new(move |_| {
            Some(Fault::Status(status, Vec::new(), body.clone()))
        })));
        let report = bench.fetch();
        for stream in [Stream::PullRequests, Stream::WorkflowRuns, Stream::Teams] {
            let found = line(&report, stream);
            assert_eq!(found.completeness, Completeness::Forbidden, "{found:?}");
            let told = (
                found.reason.as_deref().unwrap(),
                found.fix.as_deref().unwrap(),
            );
            assert!(told.0.contains(reason) && told.1.contains(fix), "{told:?}");
        }
    };
    let sso = "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.";
    check(403, json!({"message": sso}), "SAML", "single sign-on");
    // The same, as GraphQL says it.
    let inside = json!({"data": {"repository": null}, "errors": [{"type": "FORBIDDEN", "path": ["repository"], "message": sso}]});
    check(200, inside, "SAML", "single sign-on");
    check(200, json!({"message": sso}), "SAML", "single sign-on");
    let allow = "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.";
    check(
        403,
        json!({"message": allow}),
        "IP allow list",
        "allow list",
    );
    let blocked = json!({"message": "Repository access blocked", "block": {"reason": "dmca", "created_at": NOW, "html_url": "https://github.com/tos"}});
    check(451, blocked.clone(), "access blocked (dmca)", "support");
    check(403, blocked, "access blocked", "support");
    let inside = json!({"data": {"repository": null}, "errors": [{"path": ["repository"], "message": "Repository access blocked"}]});
    check(200, inside, "access blocked", "support");
}

#[test]
fn a_date_says_as_well_as_a_number_how_long_to_wait() {
    for wait in ["3600", "Sun, 01 Mar 2026 13:00:00 GMT"] {
        let bench = bench();
        bench.github.set_script(Some(Box::new(move |asked| {
            is(asked, "PullRequests").then(|| {
                let headers = vec![("retry-after", wait.to_owned())];
                let body = json!({"message": "You have exceeded a secondary rate limit."});
                Fault::Status(429, headers, body.to_string())
            })
        })));
        let report = bench.fetch();
        let resumes_at = report.resumes_at.unwrap();
        let off = resumes_at.duration_since(at("2026-03-01T13:00:00Z"));
        assert!(
            off.abs() < SignedDuration::from_mins(1),
            "{wait}: {resumes_at}"
        );
        assert_eq!(n_asked(&bench, 0, "PullRequests"), 1, "{wait}");
    }
}

#[test]
fn a_hole_that_the_team_accepts_until_a_day_ends_no_run_with_5_and_is_told_all_the_same() {
    let bench = bench();
    bench.github.set_script(Some(hides("labels", "PR_1")));
    let fixture = crate::cli::fixture();
    let url = bench.github.base_url();
    let run = |register: &str, as_of: &str| {
        std::fs::write(fixture.path().join("team.toml"), register).unwrap();
        let arguments = [
            "run",
            "--api-url",
            &url,
            "--github",
            "acme/widgets",
            "--config",
            "team.toml",
            as_of,
        ];
        let token = [("GH_ENTERPRISE_TOKEN", "token")];
        let ran = crate::cli::ran_with(fixture.path(), &arguments, &token);
        let team = fixture.path().join("linchpin-report/team");
        let read = |name: &str| std::fs::read_to_string(team.join(name)).unwrap();
        let quality: Value = serde_json::from_str(&read("data_quality.json")).unwrap();
        (ran.code, quality, read("summary.md"))
    };
    let accepted = |more: &str| {
        format!(
            "[[accepted_hole]]\nrepository = \"acme/widgets\"\nstream = \"pull_requests\"\nreason = \"kept from us\"\nuntil = \"2026-03-10\"\n{more}"
        )
    };
    let march = "--as-of=2026-03-01";
    let (code, quality, _) = run("", march);
    assert_eq!((code, &quality["partial"]), (5, &json!(true)));
    let (code, quality, summary) = run(&accepted(""), march);
    assert_eq!((code, &quality["partial"]), (0, &json!(false)), "{summary}");
    let streams = quality["streams"].as_array().unwrap();
    let is_it = |line: &&Value| line["stream"] == "pull_requests";
    let line = streams.iter().find(is_it).unwrap();
    assert_eq!(line["completeness"], "partial");
    assert_eq!(line["accepted_until"], "2026-03-10");
    let told = "`labels` of 1 pull request; accepted until 2026-03-10: kept from us";
    assert!(summary.contains(told), "{summary}");
    // The day is over; another stream; a larger hole than was accepted.
    assert_eq!(run(&accepted(""), "--as-of=2026-03-12").0, 5);
    assert_eq!(
        run(&accepted("").replace("pull_requests", "issues"), march).0,
        5
    );
    assert_eq!(run(&accepted("state = \"forbidden\"\n"), march).0, 5);
    let ran = crate::cli::ran(
        fixture.path(),
        &["report", march, "--config", "team.toml", "--offline"],
    );
    assert_eq!(ran.code, 5, "{}", ran.err);
}
