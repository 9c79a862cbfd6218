//! What a repository's owners laid down: rules, milestones, environments, teams.

use jiff::SignedDuration;
use linchpin::demo::fake::{Fault, Faults};
use linchpin::demo::model::{
    ActorType, Host, HostAccount, HostEnvironment, HostMergeRule, HostMilestone, HostTeam,
};
use linchpin::domain::{
    Completeness, Environment, MergeRule, RepositoryId, Stream, StreamCertificate,
};
use linchpin::github::FetchReport;

use super::github::{Bench, NOW, at, host};

const SETTINGS: [Stream; 4] = [
    Stream::MergeRules,
    Stream::Milestones,
    Stream::Environments,
    Stream::Teams,
];

fn line(report: &FetchReport, stream: Stream) -> &StreamCertificate {
    report
        .certificates
        .iter()
        .find(|line| line.stream == stream)
        .unwrap()
}

fn log(bench: &Bench, operation: &str) -> usize {
    bench
        .github
        .log()
        .iter()
        .filter(|asked| asked.operation == operation)
        .count()
}

/// A host whose lists are all longer than a page.
fn large() -> Host {
    let mut host = host(3);
    let people: Vec<String> = (0..250).map(|k| format!("member-{k}")).collect();
    host.accounts
        .extend(people.iter().zip(1_000..).map(|(login, id)| HostAccount {
            kind: ActorType::User,
            login: login.clone(),
            node: format!("U_{login}"),
            database_id: id,
            name: None,
        }));
    host.teams.push(HostTeam {
        organisation: "acme".into(),
        slug: "everybody".into(),
        node: "T_everybody".into(),
        members: people,
    });
    host.teams.extend((0..60).map(|k| HostTeam {
        organisation: "acme".into(),
        slug: format!("team-{k}"),
        node: format!("T_{k}"),
        members: vec!["cleo".into()],
    }));
    host.teams.push(HostTeam {
        organisation: "other".into(),
        slug: "strangers".into(),
        node: "T_strangers".into(),
        members: vec!["cleo".into()],
    });
    let repository = &mut host.repositories[0];
    repository.milestones = (1..=230)
        .map(|number| HostMilestone {
            number,
            title: format!("Milestone \u{1b}[31m{number}"),
            created_at: at("2025-01-01T00:00:00Z"),
            due_at: number.is_multiple_of(2).then(|| at("2025-06-01T00:00:00Z")),
            closed_at: number.is_multiple_of(3).then(|| at("2025-07-01T00:00:00Z")),
            updated_at: at("2025-07-01T00:00:00Z"),
        })
        .collect();
    repository.environments = (0..120)
        .map(|k| HostEnvironment {
            name: format!("preview-{k:03}"),
            ..HostEnvironment::default()
        })
        .collect();
    repository.environments.push(HostEnvironment {
        name: "production".into(),
        wait_minutes: Some(30),
        reviewers: vec!["bea".into(), "acme/core".into()],
        prevents_self_review: true,
        has_branch_policy: true,
    });
    repository.protection = Some(HostMergeRule {
        required_approvals: 1,
        requires_code_owner: true,
        required_checks: vec!["lint".into(), "test".into()],
        ..HostMergeRule::default()
    });
    repository.ruleset = Some(HostMergeRule {
        required_approvals: 2,
        requires_last_push_approval: true,
        dismisses_stale_reviews: true,
        has_merge_queue: true,
        required_checks: vec!["test".into()],
        updated_at: Some(at("2025-07-02T00:00:00Z")),
        ..HostMergeRule::default()
    });
    host
}

#[test]
fn settings_arrive_whole_as_facts() {
    let bench = Bench::new(large(), Faults::none(at(NOW)));
    let report = bench.fetch();
    for (stream, expected) in SETTINGS.into_iter().zip([1, 230, 121, 62]) {
        let line = line(&report, stream);
        assert_eq!(
            (line.completeness, line.fetched, line.expected),
            (Completeness::Complete, expected, Some(expected)),
            "{line:?}"
        );
    }
    let facts = bench.facts().facts;
    assert_eq!(
        facts.merge_rules,
        [MergeRule {
            repository: RepositoryId(0),
            branch: "main".into(),
            required_approvals: 2,
            requires_code_owner: true,
            requires_last_push_approval: true,
            dismisses_stale_reviews: true,
            has_merge_queue: true,
            required_checks: vec!["lint".into(), "test".into()],
            sources: vec!["branch_protection".into(), "ruleset".into()],
            approvals_since: Some(at("2025-07-02T00:00:00Z")),
        }],
        "the strictest of all rules"
    );
    assert_eq!(facts.required_approvals(RepositoryId(0)), Some(2));
    assert_eq!(facts.required_approvals(RepositoryId(1)), None);
    assert_eq!(facts.milestones.len(), 230);
    assert_eq!(
        (facts.milestones[1].milestone, facts.milestones[1].due_at),
        (2, Some(at("2025-06-01T00:00:00Z")))
    );
    assert_eq!(
        facts.environments.last().unwrap(),
        &Environment {
            repository: RepositoryId(0),
            environment: "production".into(),
            wait_minutes: Some(30),
            reviewers: vec!["@acme/core".into(), "@bea".into()],
            prevents_self_review: true,
            has_branch_policy: true,
        }
    );
    let of = |team: &str| {
        facts
            .members_of(RepositoryId(0), team)
            .map(|list| list.len())
    };
    assert_eq!(
        (of("everybody"), of("core"), of("strangers"), of("nobody")),
        (Some(250), Some(2), None, None)
    );
    // Four pages of lists, and two of the large team's members.
    assert_eq!(
        (
            log(&bench, "RepositorySettings"),
            log(&bench, "TeamMembers")
        ),
        (3, 2)
    );
}

#[test]
fn what_was_deleted_goes_and_a_quiet_night_writes_nothing() {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench.fetch();
    let files = |bench: &Bench| bench.store().files_below("raw/");
    let before = files(&bench);
    bench.github.advance(SignedDuration::from_hours(24));
    bench.fetch();
    assert_eq!(files(&bench), before, "nothing is stored twice");
    bench.github.update(|host| {
        host.teams.clear();
        host.repositories[0].milestones.clear();
        host.repositories[0].environments.clear();
        host.repositories[0].ruleset = None;
    });
    let report = bench.fetch();
    let facts = bench.facts().facts;
    assert_eq!(
        (
            facts.teams.len(),
            facts.team_members.len(),
            facts.milestones.len(),
            facts.environments.len()
        ),
        (0, 0, 0, 0)
    );
    assert_eq!(
        facts.required_approvals(RepositoryId(0)),
        Some(0),
        "no rule is known to be no rule"
    );
    assert_eq!(
        line(&report, Stream::Teams).completeness,
        Completeness::Empty
    );
}

#[test]
fn branch_protection_holds_at_the_latest_since_it_was_first_read_as_it_is() {
    let mut host = host(3);
    host.repositories[0].ruleset = None;
    let protection = |required_approvals| {
        Some(HostMergeRule {
            required_approvals,
            ..HostMergeRule::default()
        })
    };
    host.repositories[0].protection = protection(1);
    let bench = Bench::new(host, Faults::none(at(NOW)));
    let since = || bench.facts().facts.merge_rules[0].approvals_since;
    bench.fetch();
    let first = since().expect("the first fetch saw it");
    assert!(first >= at(NOW), "{first}");
    bench.github.advance(SignedDuration::from_hours(24));
    bench.fetch();
    assert_eq!(
        since(),
        Some(first),
        "a rule that stays is as old as before"
    );
    bench
        .github
        .update(|host| host.repositories[0].protection = protection(2));
    bench.fetch();
    let changed = since().expect("the last fetch saw it");
    assert!(changed >= at(NOW) + SignedDuration::from_hours(24));
    // A ruleset says when it was changed: that is earlier than any fetch of it.
    let laid_down = at("2025-07-02T00:00:00Z");
    bench.github.update(|host| {
        host.repositories[0].ruleset = Some(HostMergeRule {
            required_approvals: 2,
            updated_at: Some(laid_down),
            ..HostMergeRule::default()
        });
    });
    bench.fetch();
    assert_eq!(since(), Some(laid_down));
    bench.github.advance(SignedDuration::from_hours(24));
    // One that asks for less says nothing of the two that protection asks for.
    bench.github.update(|host| {
        let ruleset = host.repositories[0].ruleset.as_mut();
        ruleset.unwrap().required_approvals = 1;
    });
    bench.fetch();
    assert!(since() > Some(changed) && since() > Some(laid_down));
}

#[test]
fn a_permission_that_is_missing_is_named_and_the_others_are_complete() {
    let check = |field: &'static str, stream: Stream, permission: &str| {
        let bench = Bench::new(host(3), Faults::none(at(NOW)));
        bench.github.set_script(Some(Box::new(move |asked| {
            (asked.operation == "RepositorySettings").then_some(Fault::Forbid(field))
        })));
        let report = bench.fetch();
        let found = line(&report, stream);
        assert_eq!(found.completeness, Completeness::Forbidden, "{field}");
        assert!(found.has_hole());
        assert!(
            found.fix.as_deref().unwrap().contains(permission),
            "{found:?}"
        );
        for other in report
            .certificates
            .iter()
            .filter(|line| line.stream != stream)
        {
            assert_eq!(
                other.completeness,
                Completeness::Complete,
                "{field}: {other:?}"
            );
        }
        assert_eq!(
            log(&bench, "RepositorySettings"),
            2,
            "asked once more without it"
        );
        bench.github.set_script(None);
        let report = bench.fetch();
        assert_eq!(line(&report, stream).completeness, Completeness::Complete);
    };
    check("defaultBranchRef", Stream::MergeRules, "metadata=read");
    check("milestones", Stream::Milestones, "issues=read");
    check("environments", Stream::Environments, "actions=read");
    check("owner", Stream::Teams, "members=read");
}

#[test]
fn a_token_without_the_scope_is_refused_as_a_whole_and_only_teams_are_given_up() {
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    let mut n = 0;
    bench.github.set_script(Some(Box::new(move |asked| {
        n += u32::from(asked.operation == "RepositorySettings");
        (asked.operation == "RepositorySettings" && n == 1).then_some(Fault::Error(
            "INSUFFICIENT_SCOPES",
            "Your token has not been granted the required scopes to execute this query.",
        ))
    })));
    let report = bench.fetch();
    assert_eq!(
        line(&report, Stream::Teams).completeness,
        Completeness::Forbidden
    );
    assert_eq!(
        line(&report, Stream::Milestones).completeness,
        Completeness::Complete
    );
}

#[test]
fn teams_are_no_hole_as_long_as_no_review_was_asked_of_one() {
    let mut host = host(3);
    for pull_request in &mut host.repositories[0].pull_requests {
        pull_request.timeline.remove(3);
    }
    let bench = Bench::new(host, Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "RepositorySettings").then_some(Fault::Forbid("owner"))
    })));
    let report = bench.fetch();
    let found = line(&report, Stream::Teams);
    assert_eq!(found.completeness, Completeness::Skipped);
    assert!(!found.has_hole() && found.fix.as_deref().unwrap().contains("members=read"));
}

#[test]
fn a_server_that_is_too_old_keeps_everything_else() {
    // One that knows nothing of what is asked for; then ones that lack one type each.
    let bench = Bench::new(host(3), Faults::none(at(NOW)));
    bench.github.set_script(Some(Box::new(|asked| {
        (asked.operation == "RepositorySettings").then_some(Fault::Error(
            "",
            "Field 'x' doesn't exist on type 'Repository'",
        ))
    })));
    let report = bench.fetch();
    for found in &report.certificates {
        let expected = if SETTINGS.contains(&found.stream) {
            Completeness::Skipped
        } else {
            Completeness::Complete
        };
        assert_eq!(found.completeness, expected, "{found:?}");
        assert!(!found.has_hole());
    }
    for (variable, unknown, message) in [
        (
            "mergeRules",
            Stream::MergeRules,
            "Field 'rules' doesn't exist on type 'Ref'",
        ),
        (
            "environments",
            Stream::Environments,
            "Field 'preventSelfReview' doesn't exist on type 'DeploymentProtectionRule'",
        ),
        (
            "teams",
            Stream::Teams,
            "Field 'parentTeam' doesn't exist on type 'Team'",
        ),
    ] {
        let bench = Bench::new(host(3), Faults::none(at(NOW)));
        bench.github.set_script(Some(Box::new(move |asked| {
            let is_asked = asked.variables[variable] == true;
            (asked.operation == "RepositorySettings" && is_asked)
                .then_some(Fault::Error("", message))
        })));
        let report = bench.fetch();
        for found in &report.certificates {
            let expected = if found.stream == unknown {
                Completeness::Skipped
            } else {
                Completeness::Complete
            };
            assert_eq!(found.completeness, expected, "{message}: {found:?}");
        }
        assert_eq!(log(&bench, "RepositorySettings"), 2, "{message}");
    }
}

#[test]
fn an_organisation_is_asked_for_its_teams_once_a_run() {
    let mut host = host(3);
    let mut second = host.repositories[0].clone();
    second.name = "gadgets".into();
    second.node = "R_2".into();
    second.former_names.clear();
    second.pull_requests.clear();
    host.repositories.push(second);
    let bench = Bench::new(host, Faults::none(at(NOW)));
    let report = bench
        .fetch_named(&bench.store(), &["acme/widgets", "acme/gadgets"])
        .unwrap();
    let teams: Vec<_> = report
        .certificates
        .iter()
        .filter(|line| line.stream == Stream::Teams)
        .map(|line| (line.completeness, line.fetched))
        .collect();
    assert_eq!(teams, [(Completeness::Complete, 1); 2]);
    let asked: Vec<bool> = bench
        .github
        .log()
        .iter()
        .filter(|asked| asked.operation == "RepositorySettings")
        .map(|asked| asked.variables["teams"].as_bool().unwrap())
        .collect();
    assert_eq!(asked, [true, false]);
}
