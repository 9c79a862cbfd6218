//! Delivery: every trap that other tools fell into, and facts that contradict each other.

use linchpin::domain::{
    CommitId, Issue, Outcome, PrNumber, RepositoryId, TimelineEvent, WorkflowRun,
};
use linchpin::metrics::measure::{Cell, LedgerRow, Measured};
use linchpin::metrics::relations::Relations;
use linchpin::metrics::{Measure, find};
use linchpin::tables::Repository;
use linchpin::work::Fate;

use crate::facts_given::{ADA, BOT, Given, LAMP, hour, id};

/// A second repository of the same product.
const SHADE: RepositoryId = RepositoryId(1);

const LEAD: &str = "dora.change_lead_time";
const FREQUENCY: &str = "dora.deployment_frequency";
const FAILED: &str = "dora.change_fail_rate";
const RECOVERY: &str = "dora.failed_deployment_recovery_time";
const REWORK: &str = "dora.deployment_rework_rate";

fn measured(given: &Given, id: &str) -> Measure {
    find(id).unwrap().over(&given.tables, &given.question())
}

/// The figure of the product over the window.
fn figure(measure: &Measure) -> &Cell {
    let cells = || measure.cells.iter();
    cells()
        .find(|cell| {
            cell.bucket.is_none() && cell.scope.repository.is_none() && cell.scope.area.is_none()
        })
        .unwrap()
}

fn number(measure: &Measure, name: &str) -> f64 {
    match &figure(measure).measured {
        Measured::Value { value, .. } => value.get(name).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// The only row whose subject begins with a word.
fn row<'a>(measure: &'a Measure, subject: &str) -> &'a LedgerRow {
    let found: Vec<_> = measure
        .rows
        .iter()
        .filter(|row| row.subject.split_whitespace().next() == Some(subject))
        .collect();
    assert_eq!(found.len(), 1, "{subject} in {:?}", measure.rows);
    found[0]
}

/// One commit and one deployment of it each day at noon, from the first day on: `DE_0`, `DE_1`, ….
fn daily(days: i64) -> Given {
    let mut given = Given::new();
    for day in 0..days {
        let commit = given.land(day * 24 + 8);
        given.deploy(commit, day * 24 + 12);
    }
    given
}

fn incident(given: &mut Given, number: u64, at: i64) -> &mut Issue {
    given.tables.facts.issues.push(Issue {
        repository: LAMP,
        number: PrNumber(number),
        title: "It is dark".into(),
        url: format!("https://github.example/acme/lamp/issues/{number}"),
        author: Some(ADA),
        created_at: hour(at),
        closed_at: None,
        state_reason: None,
        updated_at: hour(at),
        labels: vec!["incident".into()],
        assignees: Vec::new(),
        milestone: None,
        body: String::new(),
        issue_type: None,
        untold: Vec::new(),
    });
    given.tables.facts.issues.last_mut().unwrap()
}

/// An event of an issue with what it is about.
fn about(given: &mut Given, number: u64, event: &str, detail: &str, at: i64) {
    given.tables.facts.timeline.push(TimelineEvent {
        repository: LAMP,
        number: PrNumber(number),
        at: hour(at),
        event: event.into(),
        actor: Some(ADA),
        detail: Some(detail.into()),
        reason: None,
    });
}

/// A pull request that landed with a commit of the default branch.
fn landed(given: &mut Given, number: u64, opened: i64, merged: i64) -> CommitId {
    let commit = given.land(merged);
    given.open(number, opened);
    given.merge(number, merged);
    given.row(number).merge_commit = Some(commit);
    commit
}

/// What an incident is put down to: the deployment, and the rung or the reason.
fn attribution(given: &Given, number: u64) -> (Option<String>, String) {
    let question = Relations::of(&given.tables, &given.question());
    let row = question
        .incidents
        .rows()
        .iter()
        .find(|row| row.number.is_some_and(|one| one.0 == number))
        .unwrap();
    (row.deployment.clone(), row.attribution.clone())
}

fn to(deployment: &str, rung: &str) -> (Option<String>, String) {
    (Some(deployment.into()), rung.into())
}

fn nowhere(reason: &str) -> (Option<String>, String) {
    (None, reason.into())
}

/// A second repository in the product, with one commit deployed at an hour as `SH_0`.
fn with_shade(given: &mut Given, at: i64) {
    given.tables.repositories.push(Repository {
        repository: SHADE,
        name: "acme/shade".into(),
        url: None,
        default_branch: Some("main".into()),
        former_names: Vec::new(),
    });
    given.land(at - 1);
    let commit = given.tables.commits.last_mut().unwrap();
    commit.repository = SHADE;
    commit.parents.clear();
    let commit = commit.commit;
    given.deploy(commit, at);
    let deployment = given.tables.facts.deployments.last_mut().unwrap();
    deployment.repository = SHADE;
    deployment.deployment = "SH_0".into();
}

#[test]
fn first_deployment_never_matched_or_silently_dropped() {
    let given = daily(7);
    let lead = measured(&given, LEAD);
    let ledger = &figure(&lead).ledger;
    assert_eq!(ledger.unknown.get("baseline_deployment"), Some(&1));
    assert_eq!((ledger.included, ledger.population()), (6, 7));
    let rework = measured(&given, REWORK);
    assert_eq!(
        figure(&rework).ledger.unknown.get("baseline_deployment"),
        Some(&1)
    );
    assert!((number(&measured(&given, FREQUENCY), "count") - 7.0).abs() < 1e-9);
}

#[test]
fn deployments_ordered_by_creation_while_their_statuses_arrive_late() {
    // The older commit's deployment is created first and succeeds last: the change of the newer one was in production at 30 h.
    let mut given = Given::new();
    let commits: Vec<CommitId> = [1, 20, 22].into_iter().map(|at| given.land(at)).collect();
    given.deploy(commits[0], 2);
    given.deploy(commits[1], 40);
    given.tables.facts.deployments[1].created_at = hour(24);
    given.deploy(commits[2], 30);
    given.tables.facts.deployments[2].created_at = hour(25);
    let lead = measured(&given, LEAD);
    let hours: Vec<_> = lead.rows.iter().map(|row| (row.at, row.value)).collect();
    assert_eq!(hours[1], (Some(hour(30)), Some(10.0)));
    assert_eq!(hours[2], (Some(hour(30)), Some(8.0)));
    // Nobody went back on purpose: no rework.
    let rework = measured(&given, REWORK);
    assert_eq!(row(&rework, "DE_1").value, Some(0.0));
    assert!(
        rework
            .notes
            .iter()
            .any(|note| note.text.contains("no rollbacks: 1")),
        "{:?}",
        rework.notes
    );
}

#[test]
fn a_rollback_ships_nothing_and_a_redeploy_is_no_rollback() {
    let mut given = daily(3);
    let first = given.tables.commits[0].commit;
    let last = given.tables.commits[2].commit;
    given.deploy(last, 62);
    given.deploy(first, 63);
    let lead = measured(&given, LEAD);
    assert!(
        lead.rows
            .iter()
            .all(|row| row.at.is_some_and(|at| at <= hour(60))),
        "{:?}",
        lead.rows
    );
    let rework = measured(&given, REWORK);
    assert_eq!(
        row(&rework, "DE_3").value,
        Some(0.0),
        "the same commit again"
    );
    assert_eq!(
        row(&rework, "DE_4").value,
        Some(1.0),
        "an older commit again"
    );
    assert!(row(&rework, "DE_4").subject.ends_with(": rollback"));
    let relations = Relations::of(&given.tables, &given.question());
    let is_rollback = |id: &str| {
        let mut rows = relations.production.rows().iter();
        rows.find(|row| row.deployment == id).unwrap().is_rollback
    };
    assert_eq!(is_rollback("DE_3"), Some(false));
    assert_eq!(is_rollback("DE_4"), Some(true));
}

/// The facts say what was deployed; whether that was production, and so a way back, is for the register of the day to say.
#[test]
fn a_rollback_is_told_in_production_alone_and_only_of_commits_that_are_known() {
    let mut given = daily(2);
    let first = given.tables.commits[0].commit;
    given.deploy(first, 60);
    let second = given.tables.commits[1].commit;
    for (environment, commit, at) in [("staging", second, 62), ("staging", first, 64)] {
        given.deploy(commit, at);
        given
            .tables
            .facts
            .deployments
            .last_mut()
            .unwrap()
            .environment = environment.into();
    }
    given.deploy("9".repeat(40).parse().unwrap(), 66);
    let found = |given: &Given| -> Vec<Option<bool>> {
        let relations = Relations::of(&given.tables, &given.question());
        let mut rows: Vec<_> = relations.production.rows().iter().collect();
        rows.sort_by_key(|row| row.created_at);
        rows.iter().map(|row| row.is_rollback).collect()
    };
    let (yes, no) = (Some(true), Some(false));
    assert_eq!(found(&given), [no, no, yes, None, None, None]);
    // Another register is another answer, from the same facts.
    given.register = "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\nproduction_pattern = \"^staging$\"\n".into();
    assert_eq!(found(&given), [None, None, None, no, yes, None]);
}

#[test]
fn environments_and_repositories_of_a_product_keep_their_own_order() {
    let mut given = daily(3);
    // Another production environment runs an older commit for the first time: that is no rollback there.
    let first = given.tables.commits[0].commit;
    given.deploy(first, 70);
    given.tables.facts.deployments[3].environment = "production-eu".into();
    with_shade(&mut given, 80);
    let rework = measured(&given, REWORK);
    assert_eq!(row(&rework, "DE_3").value, Some(0.0));
    assert_eq!(
        row(&rework, "SH_0").fate,
        Fate::Unknown("baseline_deployment")
    );
    let frequency = measured(&given, FREQUENCY);
    assert!((number(&frequency, "count") - 5.0).abs() < 1e-9);
    // Days: 2, 3 and 4 March at noon, and 4 March 22:00 is the same day; 5 March.
    assert!((number(&frequency, "days_with_at_least_one") - 4.0).abs() < 1e-9);
}

#[test]
fn substring_keywords_prod_in_product() {
    for (environment, counts) in [
        ("production", true),
        ("Prod", true),
        ("prod-eu", true),
        ("production_2", true),
        ("product-preview", false),
        ("productivity", false),
        ("preproduction", false),
        ("staging-prod", false),
    ] {
        let mut given = daily(2);
        given.tables.facts.deployments[1].environment = environment.into();
        let fate = row(&measured(&given, FREQUENCY), "DE_1").fate;
        assert_eq!(fate == Fate::Included, counts, "{environment}: {fate:?}");
    }
    let mut given = daily(8);
    incident(&mut given, 1, 14).labels = vec!["incident-review".into()];
    assert!(matches!(
        figure(&measured(&given, FAILED)).measured,
        Measured::NotObserved { .. }
    ));
}

#[test]
fn pipeline_failure_counted_as_change_failure() {
    let mut given = daily(8);
    given.tables.facts.deployments[2].outcome = Outcome::Failure;
    // 62: two hours after the failed one of day 2, fourteen... the last success before was on day 1.
    incident(&mut given, 1, 62);
    let failed = measured(&given, FAILED);
    assert_eq!(row(&failed, "DE_2").fate, Fate::Excluded("failed"));
    assert_eq!(figure(&failed).ledger.included, 7);
    // Day 1 at noon is hour 36: 26 hours before, beyond the bound.
    assert_eq!(
        attribution(&given, 1),
        nowhere("no_deployment_within_the_bound")
    );
    assert!(number(&failed, "hits").abs() < 1e-9);
}

#[test]
fn flaky_is_not_failed() {
    let mut given = daily(8);
    incident(&mut given, 1, 20 * 24);
    for (attempt, conclusion) in [(1, "failure"), (2, "success")] {
        given.tables.facts.workflow_runs.push(WorkflowRun {
            repository: LAMP,
            run: 7,
            attempt,
            name: "deploy".into(),
            event: "push".into(),
            head_branch: None,
            head_commit: Some(id(1)),
            status: "completed".into(),
            conclusion: Some(conclusion.into()),
            created_at: hour(30),
            started_at: Some(hour(29 + i64::try_from(attempt).unwrap())),
            updated_at: hour(30 + i64::try_from(attempt).unwrap()),
            url: String::new(),
        });
    }
    assert!(number(&measured(&given, FAILED), "hits").abs() < 1e-9);
    let flakes = measured(&given, "ci.flake_rate");
    assert_eq!(row(&flakes, "run").value, Some(1.0));
}

#[test]
fn incidents_linked_backwards_in_time_or_without_bound() {
    // Deployments at 12, 36, 60, …; the incident starts at 11: before all of them.
    let mut given = daily(3);
    incident(&mut given, 1, 11);
    assert_eq!(
        attribution(&given, 1),
        nowhere("no_deployment_within_the_bound")
    );
    // At the end of a deployment, and at its bound to the hour, it is that one; an hour later none.
    for (at, expected) in [
        (12, to("DE_0", "nearest")),
        (35, to("DE_0", "nearest")),
        (36, to("DE_1", "nearest")),
        (60 + 24, to("DE_2", "nearest")),
        (60 + 25, nowhere("no_deployment_within_the_bound")),
    ] {
        let mut given = daily(3);
        incident(&mut given, 1, at);
        assert_eq!(attribution(&given, 1), expected, "{at}");
    }
    let mut given = daily(3);
    incident(&mut given, 1, 60 + 25);
    given.register = "attribution_bound = \"25h\"".into();
    assert_eq!(attribution(&given, 1), to("DE_2", "nearest"));
    // What somebody named is not cut by the bound; where it cannot be the cause, it is not replaced by a guess.
    for (at, named, expected) in [
        (62, "deployment DE_1", to("DE_1", "explicit")),
        (62, "deployment DE_0", to("DE_0", "explicit")),
        (
            50,
            "deployment DE_2",
            nowhere("named_cause_after_the_start"),
        ),
        (50, "deployment DE_1", to("DE_1", "explicit")),
        (50, "none", nowhere("declared_without_cause")),
        (50, "deployment DE_77", to("DE_1", "nearest")),
        (50, "#99", to("DE_1", "nearest")),
    ] {
        let mut given = daily(3);
        incident(&mut given, 1, at);
        given.register = format!(
            "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 1\ncaused_by = \"{named}\"\n"
        );
        assert_eq!(attribution(&given, 1), expected, "{named} at {at}");
    }
}

#[test]
fn change_fail_rate_above_100_percent() {
    // Six deployments, nineteen incidents: three an hour after each, and one more.
    let mut given = daily(6);
    for day in 0..6 {
        for n in 0..3 {
            incident(
                &mut given,
                u64::try_from(day * 3 + n).unwrap() + 1,
                day * 24 + 13,
            );
        }
    }
    incident(&mut given, 50, 20);
    let failed = measured(&given, FAILED);
    assert!((number(&failed, "hits") - 6.0).abs() < 1e-9);
    assert!((number(&failed, "of") - 6.0).abs() < 1e-9);
    // One recovery for each deployment; the others stand aside.
    let recovery = measured(&given, RECOVERY);
    let ledger = &figure(&recovery).ledger;
    assert_eq!(ledger.included, 6);
    assert_eq!(
        ledger.excluded.get("same_deployment_as_another_incident"),
        Some(&13)
    );
}

#[test]
fn a_deployment_younger_than_the_bound_is_pending_and_not_in_the_denominator() {
    let mut given = daily(8);
    given.as_of = hour(7 * 24 + 30);
    given.window.until = given.as_of;
    incident(&mut given, 1, 14);
    let failed = measured(&given, FAILED);
    // The deployment at 180 is 18 hours old; the one at 156 is 42.
    assert_eq!(
        row(&failed, "DE_7").fate,
        Fate::Unknown("younger_than_the_attribution_bound")
    );
    assert!((number(&failed, "of") - 7.0).abs() < 1e-9);
    given.as_of = hour(7 * 24 + 36);
    given.window.until = given.as_of;
    assert!(
        (number(&measured(&given, FAILED), "of") - 8.0).abs() < 1e-9,
        "24 hours are enough"
    );
}

#[test]
fn missing_shown_as_0() {
    // Nobody ever labelled an issue: the rate is not 0 %.
    let given = daily(8);
    for id in [FAILED, RECOVERY] {
        match &figure(&measured(&given, id)).measured {
            Measured::NotObserved { because, fix } => {
                assert!(
                    because.contains("incident label") && fix.is_some(),
                    "{because}"
                );
            }
            other => panic!("{id}: {other:?}"),
        }
    }
    // An unresolved incident has not been recovered from in no time.
    let mut given = daily(8);
    incident(&mut given, 1, 14);
    let recovery = measured(&given, RECOVERY);
    let running = row(&recovery, "#1");
    assert!(
        running.is_running && running.value == Some(28.0 * 24.0 - 12.0),
        "{running:?}"
    );
    // Closed, but neither resolved nor started on record: 12 to 20.
    given.tables.facts.issues[0].closed_at = Some(hour(20));
    let recovery = measured(&given, RECOVERY);
    assert_eq!(row(&recovery, "#1").value, Some(8.0));
    assert!(
        recovery
            .notes
            .iter()
            .any(|note| note.text.contains("closing is taken as resolved: 1"))
    );
}

#[test]
fn issue_numbers_colliding_across_repositories() {
    let mut given = daily(3);
    with_shade(&mut given, 61);
    incident(&mut given, 1, 62).body = "Resolved time: 2026-03-04 15:00 UTC".into();
    let mut other = given.tables.facts.issues[0].clone();
    other.repository = SHADE;
    other.body = String::new();
    given.tables.facts.issues.push(other);
    // Pull request 5 of the other repository has the number that this incident's fix would have.
    about(&mut given, 1, "labeled", "resolved", 64);
    let question = Relations::of(&given.tables, &given.question());
    let seen: Vec<_> = question
        .incidents
        .rows()
        .iter()
        .map(|row| (row.repository, row.resolved_from.as_deref()))
        .collect();
    assert_eq!(seen, [(Some(LAMP), Some("body")), (Some(SHADE), None)]);
    let recovery = measured(&given, RECOVERY);
    assert_eq!(recovery.rows.len(), 2);
}

#[test]
fn documentation_and_code_disagreeing_on_which_instant_buckets_the_metric() {
    // Created on Sunday, 8 March, finished on Monday, 9 March: the second week, wherever deployments are counted.
    let mut given = daily(7);
    let commit = given.land(160);
    given.deploy(commit, 7 * 24 + 1);
    given.tables.facts.deployments[7].created_at = hour(7 * 24 - 1);
    // Its incident starts in the second week and is resolved in the third.
    incident(&mut given, 1, 7 * 24 + 3).closed_at = Some(hour(14 * 24 + 3));
    let run = |given: &Given, id: &str, subject: &str| {
        let measure = measured(given, id);
        let bucket = row(&measure, subject).bucket.unwrap().to_string();
        (find(id).unwrap().definition.cohort.unwrap(), bucket)
    };
    for id in [FREQUENCY, FAILED, REWORK] {
        assert_eq!(
            run(&given, id, "DE_7"),
            ("finished in the bucket", "2026-W11".into()),
            "{id}"
        );
    }
    assert_eq!(
        run(&given, RECOVERY, "#1"),
        ("incident started in the bucket", "2026-W11".into())
    );
    let lead = measured(&given, LEAD);
    let last = lead.rows.last().unwrap();
    assert_eq!(last.bucket.unwrap().to_string(), "2026-W11");
    assert_eq!(
        find(LEAD).unwrap().definition.cohort,
        Some("deployed in the bucket")
    );
}

#[test]
fn duplicate_rows_from_ties_on_the_minimum_date() {
    // Two environments at the same instant: the change is shipped once.
    let mut given = daily(2);
    let commit = given.tables.commits[1].commit;
    given.deploy(commit, 36);
    given.tables.facts.deployments[2].environment = "production-eu".into();
    let lead = measured(&given, LEAD);
    assert_eq!(lead.rows.len(), 2);
    // Two deployments end at the instant that an incident starts: one is held responsible.
    incident(&mut given, 1, 36);
    let failed = measured(&given, FAILED);
    let blamed = failed
        .rows
        .iter()
        .filter(|row| row.value == Some(1.0))
        .count();
    assert_eq!(blamed, 1);
}

#[test]
fn bot_flag_applied_to_some_metrics_only() {
    let mut given = daily(3);
    given.tables.commits[1].author = BOT;
    let lead = measured(&given, LEAD);
    assert_eq!(figure(&lead).ledger.excluded.get("by_automation"), Some(&1));
    // What shipped is the system's: a bot's deployment is a deployment.
    assert!((number(&measured(&given, FREQUENCY), "count") - 3.0).abs() < 1e-9);
}

#[test]
fn the_ladder_has_six_rungs_and_the_strongest_evidence_wins() {
    // Deployments at 12, 36, 60, 84, ….
    let nearest = || {
        let mut given = daily(5);
        incident(&mut given, 1, 62).closed_at = Some(hour(100));
        given
    };
    assert_eq!(attribution(&nearest(), 1), to("DE_2", "nearest"));

    // 5: the next release of the line is a patch.
    let mut given = nearest();
    for (at, tag) in [(0, "v1.0.0"), (1, "v1.1.0"), (2, "v1.2.0"), (3, "v1.2.1")] {
        given.tables.facts.deployments[at].reference = Some(tag.into());
    }
    assert_eq!(attribution(&given, 1), to("DE_2", "patch_release"));
    given.tables.facts.deployments[3].reference = Some("v1.3.0".into());
    assert_eq!(attribution(&given, 1), to("DE_2", "nearest"));

    // 4: a hotfix opened after the start, in production before the end; by label or by branch.
    for is_label in [true, false] {
        let mut given = nearest();
        let commit = landed(&mut given, 9, 63, 64);
        let hotfix = given.row(9);
        if is_label {
            hotfix.labels = vec!["Hotfix".into()];
        } else {
            hotfix.head_branch = "hotfix/light".into();
        }
        given.deploy(commit, 65);
        assert_eq!(attribution(&given, 1), to("DE_2", "hotfix"));
        given.row(9).created_at = hour(61);
        assert_eq!(
            attribution(&given, 1),
            to("DE_2", "nearest"),
            "opened before the start"
        );
    }

    // 3: a rollback while it lasted blames what was undone.
    let mut given = nearest();
    let before = given.tables.commits[1].commit;
    given.deploy(before, 66);
    assert_eq!(attribution(&given, 1), to("DE_2", "rollback"));
    given.tables.facts.issues[0].closed_at = Some(hour(65));
    assert_eq!(
        attribution(&given, 1),
        to("DE_2", "nearest"),
        "it was over before"
    );

    // 2: a linked revert of what an earlier deployment shipped. The reverted change came at 12 h + a day: DE_1.
    let mut given = daily(5);
    incident(&mut given, 1, 60 - 1).closed_at = Some(hour(100));
    let reverted = given.tables.commits[1].commit;
    landed(&mut given, 9, 60, 61);
    given.tables.commits.last_mut().unwrap().reverts = Some(Box::new(reverted));
    given.row(9).closes_issues = vec![1];
    assert_eq!(attribution(&given, 1), to("DE_1", "revert"));

    // 1: a change that refers to the incident and was deployed before it; what is written counts more.
    let mut given = Given::new();
    for (number, at) in [(5, 12), (6, 36)] {
        let commit = landed(&mut given, number, at - 4, at - 1);
        given.deploy(commit, at);
    }
    incident(&mut given, 7, 37);
    assert_eq!(attribution(&given, 7), to("DE_1", "nearest"));
    about(&mut given, 7, "cross_referenced", "6", 39);
    assert_eq!(attribution(&given, 7), to("DE_1", "explicit"));
    given.tables.facts.issues[0].created_at = hour(36);
    given.tables.facts.issues[0].body = "Caused by #5".into();
    assert_eq!(attribution(&given, 7), to("DE_0", "explicit"));
    given.tables.facts.issues[0].body = format!(
        "caused by commit {}",
        given.tables.commits[0].commit.short()
    );
    // Ten digits of these made-up ids are zeros: ambiguous, so nobody is named.
    assert_eq!(attribution(&given, 7), to("DE_1", "explicit"));
    given.tables.facts.issues[0].body =
        format!("caused by commit {}", given.tables.commits[0].commit);
    assert_eq!(attribution(&given, 7), to("DE_0", "explicit"));
    given.register =
        "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 7\ncaused_by = \"#6\"\n".into();
    assert_eq!(attribution(&given, 7), to("DE_1", "explicit"));
}

#[test]
fn the_rate_is_printed_at_every_cut_of_the_ladder() {
    let mut given = daily(8);
    incident(&mut given, 1, 14).body = "Caused by deployment DE_0".into();
    incident(&mut given, 2, 38).closed_at = Some(hour(39));
    incident(&mut given, 3, 62).closed_at = Some(hour(63));
    let failed = measured(&given, FAILED);
    let cuts: Vec<f64> = (1..=6)
        .map(|cut| number(&failed, &format!("failed_up_to_rung_{cut}")))
        .collect();
    assert_eq!(cuts, [1.0, 1.0, 1.0, 1.0, 1.0, 3.0]);
    assert!((number(&failed, "hits") - 3.0).abs() < 1e-9);
}

#[test]
fn each_clock_takes_the_first_source_that_tells() {
    let question = |given: &Given| {
        Relations::of(&given.tables, &given.question())
            .incidents
            .rows()
            .first()
            .cloned()
            .unwrap()
    };
    let mut given = daily(6);
    incident(&mut given, 1, 62).closed_at = Some(hour(120));
    let seen = question(&given);
    assert_eq!(
        (seen.started_at, seen.started_from.as_str()),
        (hour(62), "opened")
    );
    assert_eq!(
        (seen.resolved_at, seen.resolved_from.as_deref()),
        (Some(hour(120)), Some("closed_taken_as_resolved"))
    );
    assert_eq!(seen.closed_at, Some(hour(120)));

    // The linked fix merges at 70 and is in production at 84.
    let commit = landed(&mut given, 9, 64, 70);
    given.row(9).closes_issues = vec![1];
    given.deploy(commit, 84);
    let seen = question(&given);
    assert_eq!(
        (seen.resolved_at, seen.resolved_from.as_deref()),
        (Some(hour(84)), Some("deployment"))
    );

    about(&mut given, 1, "labeled", "resolved", 80);
    about(&mut given, 1, "labeled", "resolved-upstream", 99);
    let seen = question(&given);
    assert_eq!(
        (seen.resolved_at, seen.resolved_from.as_deref()),
        (Some(hour(80)), Some("label"))
    );

    given.tables.facts.issues[0].body =
        "Start time: 2026-03-04 13:30\nResolved time: 2026-03-05T06:00:00+00:00".into();
    given.register = "[calendar]\ntime_zone = \"Europe/Berlin\"\n".into();
    let seen = question(&given);
    // 13:30 in Berlin is 12:30 UTC.
    assert_eq!(seen.started_at.to_string(), "2026-03-04T12:30:00Z");
    assert_eq!(
        (seen.started_from.as_str(), seen.resolved_from.as_deref()),
        ("body", Some("body"))
    );
    assert_eq!(seen.resolved_at, Some(hour(78)));
    let notes = measured(&given, FAILED).notes;
    assert!(
        notes.iter().any(|note| note
            .text
            .contains("without a zone, read in Europe/Berlin: 1")),
        "{notes:?}"
    );

    let entry = "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 1\nstarted_at = \"2026-03-04T12:10:00Z\"\n\
                 resolved_at = \"2026-03-04T15:10:00Z\"\nseverity = \"High\"\n";
    given.register.push_str(entry);
    let seen = question(&given);
    assert_eq!(seen.started_at.to_string(), "2026-03-04T12:10:00Z");
    assert_eq!(
        seen.resolved_at.unwrap().to_string(),
        "2026-03-04T15:10:00Z"
    );
    assert_eq!(
        (seen.started_from.as_str(), seen.resolved_from.as_deref()),
        ("register", Some("register"))
    );
    assert_eq!(seen.severity.as_deref(), Some("high"));
    assert_eq!(
        seen.closed_at,
        Some(hour(120)),
        "recovery ends at resolved, not closed"
    );
    // Impact was recorded from 12:10: three hours, and not from the deployment's end at 12:00.
    assert_eq!(row(&measured(&given, RECOVERY), "#1").value, Some(3.0));
}

#[test]
fn an_incident_of_the_register_alone_needs_a_start() {
    let mut given = daily(6);
    given.register = "[[incident]]\nrepository = \"acme/lamp\"\nnumber = 1\nstarted_at = \"2026-03-02T14:00:00Z\"\n\
                      [[incident]]\nrepository = \"acme/lamp\"\nnumber = 2\n"
        .into();
    let failed = measured(&given, FAILED);
    assert_eq!(row(&failed, "DE_0").value, Some(1.0));
    assert!(
        failed
            .notes
            .iter()
            .any(|note| note.text.contains("neither issue nor start: 1")),
        "{:?}",
        failed.notes
    );
}

#[test]
fn a_revert_before_the_change_was_deployed_does_not_count() {
    let mut given = daily(2);
    // Lands and is reverted between two deployments.
    let change = given.land(38);
    let revert = given.land(39);
    given.tables.commits.last_mut().unwrap().reverts = Some(Box::new(change));
    given.deploy(revert, 40);
    assert_eq!(row(&measured(&given, REWORK), "DE_2").value, Some(0.0));
    // Deployed in between, it does.
    let change = given.land(41);
    given.deploy(change, 42);
    let revert = given.land(43);
    given.tables.commits.last_mut().unwrap().reverts = Some(Box::new(change));
    given.deploy(revert, 44);
    let rework = measured(&given, REWORK);
    assert_eq!(row(&rework, "DE_3").value, Some(0.0));
    assert_eq!(row(&rework, "DE_4").value, Some(1.0));
    assert!(row(&rework, "DE_4").subject.ends_with(": revert"));
}

#[test]
fn a_hotfix_is_rework_only_for_an_incident_that_had_started() {
    let check = |linked: bool, starts: i64, expected: f64| {
        let mut given = daily(3);
        incident(&mut given, 1, starts);
        let commit = landed(&mut given, 9, 62, 64);
        given.row(9).labels = vec!["hotfix".into()];
        if linked {
            given.row(9).closes_issues = vec![1];
        }
        given.deploy(commit, 66);
        let rework = measured(&given, REWORK);
        assert_eq!(
            row(&rework, "DE_3").value,
            Some(expected),
            "{linked} {starts}"
        );
    };
    check(true, 61, 1.0);
    check(false, 61, 0.0);
    check(true, 67, 0.0);
}

#[test]
fn facts_that_contradict_each_other_are_counted_with_a_reason() {
    let mut given = daily(8);
    // Resolved before it started.
    incident(&mut given, 1, 14).body =
        "Start time: 2026-03-02 14:00 UTC\nResolved time: 2026-03-02 13:00 UTC".into();
    let recovery = measured(&given, RECOVERY);
    assert_eq!(
        row(&recovery, "#1").fate,
        Fate::Unknown("resolved_before_it_started")
    );
    assert_eq!(row(&recovery, "#1").value, None);
    // A deployment of a commit that the history does not have, and one that GitHub no longer names.
    given.tables.facts.deployments[5].commit = Some(id(4711));
    given.tables.facts.deployments[6].commit = None;
    let rework = measured(&given, REWORK);
    assert_eq!(
        figure(&rework)
            .ledger
            .unknown
            .get("commit_not_in_the_history"),
        Some(&2)
    );
    assert_eq!(
        figure(&measured(&given, FREQUENCY)).ledger.included,
        8,
        "they are deployments all the same"
    );
    // Finished before it was created.
    given.tables.facts.deployments[3].created_at = hour(85);
    for id in [FREQUENCY, FAILED, REWORK] {
        let measure = measured(&given, id);
        assert_eq!(
            row(&measure, "DE_3").fate,
            Fate::Unknown("finished_before_created"),
            "{id}"
        );
    }
    // Deployed before it was written.
    given.tables.commits[2].authored_at = hour(500);
    let lead = measured(&given, LEAD);
    assert_eq!(
        figure(&lead).ledger.unknown.get("deployed_before_authored"),
        Some(&1)
    );
    // A run that ended before it started, and a start that lies in the future.
    given.run(id(1), 30, 29);
    given.tables.facts.issues[0].body = "Start time: 2062-03-02 14:00 UTC".into();
    let duration = measured(&given, "ci.duration");
    assert_eq!(
        duration.rows[0].fate,
        Fate::Unknown("ended_before_it_started")
    );
    let notes = measured(&given, FAILED).notes;
    assert!(
        notes
            .iter()
            .any(|note| note.text.contains("cannot be read: 1")),
        "{notes:?}"
    );
}

/// Two changes of two commits each, written at 1 and 3 and at 30 and 31, opened at 4 and 32, merged at 10 and 40, deployed at
/// 12 and 42, after a baseline at 0.
fn history(style: &str) -> Given {
    let mut given = Given::new();
    let start = given.land(0);
    given.tables.commits[0].authored_at = hour(-10);
    given.deploy(start, 0);
    for (number, written, opened, merged, deployed) in
        [(5_u64, [1, 3], 4, 10, 12), (6, [30, 31], 32, 40, 42)]
    {
        let base = given
            .tables
            .commits
            .iter()
            .rfind(|row| row.on_default_branch)
            .unwrap()
            .commit;
        given.open(number, opened);
        given.merge(number, merged);
        let own: Vec<CommitId> = written
            .iter()
            .map(|at| given.commit(number, ADA, *at))
            .collect();
        let landed = match style {
            "merge" => {
                let mut parent = base;
                for (commit, at) in own.iter().zip(written) {
                    given.land(at);
                    let row = given.tables.commits.last_mut().unwrap();
                    (row.commit, row.parents, row.committed_at) =
                        (*commit, [parent].into(), hour(at));
                    parent = *commit;
                }
                let merge = given.land(merged);
                let row = given.tables.commits.last_mut().unwrap();
                (row.parents, row.is_merge, row.pull_request) =
                    (vec![base, parent].into(), true, Some(number));
                merge
            }
            "squash" => {
                let squashed = given.land(merged);
                let row = given.tables.commits.last_mut().unwrap();
                (row.parents, row.pull_request) = ([base].into(), Some(number));
                squashed
            }
            _ => {
                let mut parent = base;
                for at in written {
                    let rebased = given.land(at);
                    let row = given.tables.commits.last_mut().unwrap();
                    (row.parents, row.committed_at) = ([parent].into(), hour(merged));
                    parent = rebased;
                }
                parent
            }
        };
        given.row(number).merge_commit = Some(landed);
        given.row(number).first_commit_at = Some(hour(written[0]));
        given.deploy(landed, deployed);
    }
    given
}

#[test]
fn the_same_history_merged_squashed_and_rebased_gives_the_same_lead_times() {
    let leads = |style: &str| {
        let given = history(style);
        let lead = measured(&given, LEAD);
        let mut hours: Vec<_> = lead
            .rows
            .iter()
            .filter(|row| row.fate == Fate::Included)
            .map(|row| (row.subject.words.clone(), row.at, row.value))
            .collect();
        hours.sort_by(|a, b| a.0.cmp(&b.0));
        hours
    };
    let expected = [
        ("#5 Change 5".to_owned(), Some(hour(12)), Some(11.0)),
        ("#6 Change 6".to_owned(), Some(hour(42)), Some(12.0)),
    ];
    for style in ["merge", "squash", "rebase"] {
        assert_eq!(leads(style), expected, "{style}");
    }
}

#[test]
fn a_workflow_that_slows_down_is_dated_and_one_that_does_not_is_not() {
    let durations = |slow_from: i64| {
        let mut given = Given::new();
        for at in 0..80 {
            // 1 to 4 hours, in a repeating order without a trend.
            let length = [2, 1, 3, 2, 4, 1, 2, 3][usize::try_from(at % 8).unwrap()];
            let extra = if at >= slow_from { 3 } else { 0 };
            given.run(id(1), at * 6, at * 6 + length + extra);
        }
        measured(&given, "ci.duration").notes
    };
    // Run 48 starts at hour 288: 14 March.
    let notes = durations(48);
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0]
            .text
            .contains("test takes 300.0 min since 2026-03-14, 120.0 min before"),
        "{notes:?}"
    );
    assert!(
        durations(1_000)[0]
            .text
            .contains("no workflow's median duration shifted")
    );
}
