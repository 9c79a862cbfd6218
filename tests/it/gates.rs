//! Gates: the merge queue, auto-merge, approvals of deployments, merges past the rules, and what turned red green.

use jiff::{SignedDuration, Timestamp};
use linchpin::domain::{
    CommitId, Deployment, DeploymentStatus, Environment, Origin, Outcome, PrNumber, ReviewState,
    Stream, WorkflowRun,
};
use linchpin::metrics::Measure;
use linchpin::metrics::measure::{LedgerRow, Measured};
use linchpin::work::Fate;

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, Given, LAMP, hour, id};
use crate::flow::{close, number, whole};

fn seconds(at: Timestamp, seconds: i64) -> Timestamp {
    at + SignedDuration::from_secs(seconds)
}

/// Adds an event of the timeline at an instant, with GitHub's word for why.
fn event(given: &mut Given, number: u64, event: &str, at: Timestamp, reason: Option<&str>) {
    given.event(number, event, 0);
    let row = given.tables.facts.timeline.last_mut().unwrap();
    (row.at, row.reason) = (at, reason.map(str::to_owned));
}

/// In the queue from one hour to another, and given back for a reason.
fn ejected(given: &mut Given, number: u64, (from, to): (i64, i64), reason: Option<&str>) {
    event(given, number, "added_to_merge_queue", hour(from), None);
    event(given, number, "removed_from_merge_queue", hour(to), reason);
}

/// In the queue from an hour on and landed at another, as GitHub tells it: removed a second before the merge.
fn landed(given: &mut Given, number: u64, from: i64, at: i64) {
    event(given, number, "added_to_merge_queue", hour(from), None);
    let removed_at = seconds(hour(at), -1);
    event(given, number, "removed_from_merge_queue", removed_at, None);
    given.merge(number, at);
}

fn fate(measure: &Measure, number: u64) -> Fate {
    row(measure, number).fate
}

fn row(measure: &Measure, number: u64) -> &LedgerRow {
    let words = format!("{} ", PrNumber(number));
    let mut rows = measure.rows.iter();
    rows.find(|row| row.subject.words.starts_with(&words))
        .unwrap()
}

fn because(measure: &Measure) -> (&'static str, String) {
    match &whole(measure).measured {
        Measured::NotApplicable { because } | Measured::NotObserved { because, .. } => {
            (whole(measure).measured.status(), because.clone())
        }
        other => panic!("{other:?}"),
    }
}

/// Five pull requests, opened at hour 0, queued at hour 10 and landed at 12; the last two on their second attempt.
fn queued() -> Given {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 0);
    }
    ejected(&mut given, 4, (6, 7), Some("failed_checks"));
    ejected(&mut given, 5, (6, 7), Some("merge_conflict"));
    for number in 1..=5 {
        landed(&mut given, number, 10, 12);
    }
    given
}

#[test]
fn the_queue_has_its_wait_its_attempts_and_its_ejections_by_reason() {
    let given = queued();
    let found = |name: &str| number(&given, "gate.merge_queue", name);
    // 2, 2, 2, 6, 6 hours from the first time that each was added.
    close(found("p50"), 2.0);
    close(found("p90"), 6.0);
    close(found("attempts"), 7.0 / 5.0);
    close(found("ejections"), 2.0);
    close(found("ejections_checks"), 1.0);
    close(found("ejections_conflict"), 1.0);
    close(found("ejections_by_hand"), 0.0);
    close(found("ejections_other"), 0.0);
    let measure = given.measure("gate.merge_queue");
    assert!(row(&measure, 5).subject.words.ends_with("[2 attempts]"));
}

#[test]
fn a_removal_beside_the_merge_is_the_landing_whatever_lies_first() {
    for offset in [-2, -1, 0, 1, 2] {
        let mut given = Given::new();
        for number in 1..=5 {
            given.open(number, 0);
            event(&mut given, number, "added_to_merge_queue", hour(1), None);
            let at = seconds(hour(3), offset);
            event(&mut given, number, "removed_from_merge_queue", at, None);
            given.merge(number, 3);
        }
        close(number(&given, "gate.merge_queue", "ejections"), 0.0);
        close(number(&given, "gate.merge_queue", "p50"), 2.0);
    }
    // Three seconds before, and nobody says that it landed: it was given back, and somebody merged it.
    let mut given = queued();
    given.open(6, 0);
    event(&mut given, 6, "added_to_merge_queue", hour(1), None);
    let at = seconds(hour(3), -3);
    event(&mut given, 6, "removed_from_merge_queue", at, None);
    given.merge(6, 3);
    let measure = given.measure("gate.merge_queue");
    assert_eq!(fate(&measure, 6), Fate::Excluded("merged_past_the_queue"));
    // Where GitHub's word says that it landed, a slow merge is still one.
    given.tables.facts.timeline.last_mut().unwrap().reason = Some("merged".into());
    let measure = given.measure("gate.merge_queue");
    assert_eq!(fate(&measure, 6), Fate::Included);
}

#[test]
fn what_somebody_merged_past_the_queue_did_not_land_by_it() {
    let mut given = queued();
    given.open(6, 0);
    event(&mut given, 6, "added_to_merge_queue", hour(1), None);
    let word = Some("already_merged");
    let at = seconds(hour(3), 1);
    event(&mut given, 6, "removed_from_merge_queue", at, word);
    given.merge(6, 3);
    given.open(7, 0);
    given.merge(7, 3);
    given.open(8, 0);
    ejected(&mut given, 8, (1, 2), Some("manual"));
    given.close(8, 4);
    given.open(9, 0);
    event(&mut given, 9, "added_to_merge_queue", hour(1), None);
    let measure = given.measure("gate.merge_queue");
    for (number, expected) in [
        (6, "merged_past_the_queue"),
        (7, "never_queued"),
        (8, "closed_without_merge"),
        (9, "still_open"),
    ] {
        assert_eq!(fate(&measure, number), Fate::Excluded(expected), "{number}");
    }
    // None of them is in the figure, nor is what the queue gave back of them.
    close(number(&given, "gate.merge_queue", "ejections"), 2.0);
    assert_eq!(whole(&measure).ledger.included, 5);
}

#[test]
fn adding_what_is_queued_and_removing_what_is_not_are_no_attempts() {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 0);
        event(
            &mut given,
            number,
            "removed_from_merge_queue",
            hour(1),
            None,
        );
        event(&mut given, number, "added_to_merge_queue", hour(2), None);
        landed(&mut given, number, 3, 5);
    }
    close(number(&given, "gate.merge_queue", "attempts"), 1.0);
    close(number(&given, "gate.merge_queue", "ejections"), 0.0);
    close(number(&given, "gate.merge_queue", "p50"), 3.0);
}

#[test]
fn reasons_are_told_by_both_of_githubs_vocabularies_and_an_unknown_one_is_another() {
    let words = [
        ("failed_checks", "ejections_checks"),
        ("ci_failure", "ejections_checks"),
        ("checks_timed_out", "ejections_checks"),
        ("merge_conflict", "ejections_conflict"),
        ("git_tree_invalid", "ejections_conflict"),
        ("manual", "ejections_by_hand"),
        ("queue_cleared", "ejections_by_hand"),
        ("branch_protections", "ejections_other"),
        ("<b>@ada</b>", "ejections_other"),
    ];
    for (word, name) in words {
        let mut given = queued();
        given.open(6, 0);
        ejected(&mut given, 6, (1, 2), Some(word));
        landed(&mut given, 6, 10, 12);
        let before = number(&queued(), "gate.merge_queue", name).unwrap();
        close(number(&given, "gate.merge_queue", name), before + 1.0);
    }
    let mut given = queued();
    given.open(6, 0);
    ejected(&mut given, 6, (1, 2), None);
    landed(&mut given, 6, 10, 12);
    close(number(&given, "gate.merge_queue", "ejections_other"), 1.0);
}

#[test]
fn a_repository_without_a_queue_shows_no_zeros() {
    let mut given = Given::new();
    for number in 1..=6 {
        given.open(number, 0);
        given.merge(number, 3);
    }
    let measure = given.measure("gate.merge_queue");
    let expected = ("not_applicable", "no merge queue seen".to_owned());
    assert_eq!(because(&measure), expected);
    assert!(measure.rows.is_empty());
    let measure = given.measure("gate.auto_merge");
    let expected = ("not_applicable", "no auto-merge seen".to_owned());
    assert_eq!(because(&measure), expected);
    // Where the rules ask for a queue that nothing has passed yet, there is one.
    given.require(0);
    given.tables.facts.merge_rules[0].has_merge_queue = true;
    let measure = given.measure("gate.merge_queue");
    assert_eq!(whole(&measure).measured, Measured::TooFew { n: 0 });
    assert_eq!(
        whole(&measure).ledger.excluded.get("never_queued"),
        Some(&6)
    );
}

#[test]
fn flow_says_which_part_of_the_wait_was_the_queues() {
    let mut given = queued();
    for number in 1..=5 {
        given.approve(number, BEN, 5);
    }
    // Approved at hour 5 and merged at 12: 35 hours, of which the queue held 5 × 2 (a second less each) and 2 × 1.
    let notes = |metric: &str| {
        let notes = given.measure(metric).notes.into_iter();
        notes.map(|note| note.text).collect::<Vec<_>>()
    };
    let expected =
        "the merge queue held 34.3 % of these waits (5 of 5 pull requests were queued)".to_owned();
    assert!(notes("flow.merge_wait").contains(&expected));
    let expected =
        "the merge queue held 100.0 % of the turns of ci (5 of 5 pull requests were queued)";
    assert!(notes("flow.turns").contains(&expected.to_owned()));
    close(number(&given, "flow.merge_wait", "p50"), 7.0);
    let mut without = given.clone();
    without.tables.facts.timeline.clear();
    let measure = without.measure("flow.merge_wait");
    assert!(measure.notes.is_empty(), "{:?}", measure.notes);
    close(number(&without, "flow.merge_wait", "p50"), 7.0);
}

/// Five pull requests, armed at hour 4 in all three ways and merged at hour 7.
fn armed() -> Given {
    let mut given = Given::new();
    let ways = [
        "auto_merge_enabled",
        "auto_squash_enabled",
        "auto_rebase_enabled",
    ];
    for (number, way) in (1..=5).zip(ways.into_iter().cycle()) {
        given.open(number, 0);
        given.event(number, way, 4);
        given.merge(number, 7);
    }
    given
}

#[test]
fn auto_merge_counts_from_its_arming_whichever_way_to_merge_was_chosen() {
    let given = armed();
    close(number(&given, "gate.auto_merge", "p50"), 3.0);
    assert_eq!(whole(&given.measure("gate.auto_merge")).ledger.included, 5);
    let mut given = armed();
    given.register = "[calendar]\nhours = \"05:00-06:00\"\n".into();
    close(number(&given, "gate.auto_merge", "working_p50"), 1.0);
}

#[test]
fn what_was_disarmed_is_apart_and_what_was_armed_again_counts_from_then() {
    let mut given = armed();
    given.open(6, 0);
    given.event(6, "auto_merge_enabled", 1);
    given.event(6, "auto_merge_disabled", 2);
    given.merge(6, 7);
    given.open(7, 0);
    given.event(7, "auto_merge_enabled", 1);
    given.event(7, "auto_merge_disabled", 2);
    given.event(7, "auto_squash_enabled", 6);
    given.merge(7, 7);
    given.open(8, 0);
    given.merge(8, 7);
    given.open(9, 0);
    given.event(9, "auto_merge_enabled", 1);
    // Armed again without a disarming between: it was armed all the time.
    given.open(10, 0);
    given.event(10, "auto_merge_enabled", 1);
    given.event(10, "auto_squash_enabled", 5);
    given.merge(10, 7);
    let measure = given.measure("gate.auto_merge");
    assert_eq!(fate(&measure, 6), Fate::Excluded("disarmed"));
    assert_eq!(row(&measure, 7).value, Some(1.0));
    assert_eq!(fate(&measure, 8), Fate::Excluded("not_armed"));
    assert_eq!(fate(&measure, 9), Fate::Excluded("still_open"));
    assert_eq!(row(&measure, 10).value, Some(6.0));
}

#[test]
fn the_merge_and_the_way_into_the_queue_disarm_nothing() {
    let mut given = armed();
    for (number, at) in [(6, seconds(hour(7), -1)), (7, seconds(hour(7), 2))] {
        given.open(number, 0);
        given.event(number, "auto_merge_enabled", 4);
        event(&mut given, number, "auto_merge_disabled", at, None);
        given.merge(number, 7);
    }
    given.open(8, 0);
    given.event(8, "auto_merge_enabled", 4);
    event(&mut given, 8, "auto_merge_disabled", hour(5), None);
    let queued_at = seconds(hour(5), 1);
    event(&mut given, 8, "added_to_merge_queue", queued_at, None);
    given.merge(8, 7);
    let measure = given.measure("gate.auto_merge");
    for number in 6..=8 {
        assert_eq!(row(&measure, number).value, Some(3.0), "{number}");
    }
}

#[test]
fn the_gates_of_pull_requests_are_told_by_origin() {
    let mut given = queued();
    for number in 6..=10 {
        given.open(number, 0).origin = Origin::Agent;
        landed(&mut given, number, 10, 15);
    }
    let measure = given.measure("gate.merge_queue");
    let mut strata = measure.strata.iter().filter(|cell| cell.bucket.is_none());
    let of_agents = strata
        .find(|cell| cell.scope.origin == Some(Origin::Agent))
        .unwrap();
    match &of_agents.measured {
        Measured::Value { n, value, .. } => assert_eq!((*n, value.get("p50")), (5, Some(5.0))),
        other => panic!("{other:?}"),
    }
}

/// A deployment with its statuses, hour by hour.
fn deployment(given: &mut Given, environment: &str, statuses: &[(&str, Timestamp)]) {
    let facts = &mut given.tables.facts;
    let name = format!("DE_{}", facts.deployments.len());
    facts.deployments.push(Deployment {
        repository: LAMP,
        deployment: name.clone(),
        environment: environment.to_owned(),
        commit: Some(id(1)),
        reference: None,
        created_at: statuses[0].1,
        started_at: None,
        finished_at: None,
        outcome: Outcome::Pending,
        source: "deployments_api".into(),
        url: None,
    });
    for (state, at) in statuses {
        facts.deployment_statuses.push(DeploymentStatus {
            repository: LAMP,
            deployment: name.clone(),
            state: (*state).to_owned(),
            at: *at,
        });
    }
}

fn environment(given: &mut Given, name: &str, reviewers: &[&str], wait_minutes: Option<u64>) {
    given.tables.facts.environments.push(Environment {
        repository: LAMP,
        environment: name.to_owned(),
        wait_minutes,
        reviewers: reviewers.iter().map(ToString::to_string).collect(),
        prevents_self_review: false,
        has_branch_policy: false,
    });
}

/// Five deployments that waited three hours for somebody.
fn approved() -> Given {
    let mut given = Given::new();
    given.streams.push(Stream::Deployments);
    environment(&mut given, "production", &["@ben"], None);
    for at in 0..5 {
        let begun = hour(24 * at);
        let went_on = hour(24 * at + 3);
        let passed = seconds(went_on, 5);
        let done = hour(24 * at + 4);
        let statuses = [
            ("waiting", begun),
            ("queued", went_on),
            ("in_progress", passed),
            ("success", done),
        ];
        deployment(&mut given, "production", &statuses);
    }
    given
}

#[test]
fn a_deployment_waits_from_waiting_to_the_first_status_that_shows_that_it_went_on() {
    let mut given = approved();
    close(number(&given, "gate.approval_wait", "p50"), 3.0);
    let measure = given.measure("gate.approval_wait");
    assert_eq!(&*measure.rows[0].areas, ["production".to_owned()]);
    // One that asked nobody is no wait at all, and makes no zero.
    deployment(&mut given, "production", &[("in_progress", hour(1))]);
    assert_eq!(whole(&given.measure("gate.approval_wait")), whole(&measure));
}

#[test]
fn waits_that_were_no_approvals_are_apart() {
    let mut given = approved();
    environment(&mut given, "timer", &[], Some(60));
    environment(&mut given, "both", &["@ben"], Some(60));
    let mut fates = Vec::new();
    let waited = |minutes: i64| ("queued", hour(1) + SignedDuration::from_mins(minutes));
    for (name, statuses, expected) in [
        (
            "production",
            vec![("waiting", hour(1))],
            Fate::Excluded("still_waiting"),
        ),
        (
            "production",
            vec![
                ("waiting", hour(1)),
                ("failure", hour(2)),
                ("inactive", hour(3)),
            ],
            Fate::Excluded("failed_while_waiting"),
        ),
        (
            "production",
            vec![
                ("waiting", hour(1)),
                ("inactive", hour(2)),
                ("in_progress", hour(9)),
            ],
            Fate::Excluded("superseded_while_waiting"),
        ),
        (
            "timer",
            vec![("waiting", hour(1)), waited(60)],
            Fate::Excluded("no_reviewer_asked_for"),
        ),
        (
            "both",
            vec![("waiting", hour(1)), waited(60)],
            Fate::Unknown("timer_may_be_longer"),
        ),
        (
            "both",
            vec![("waiting", hour(1)), waited(62)],
            Fate::Included,
        ),
        (
            "gone",
            vec![("waiting", hour(1)), waited(60)],
            Fate::Unknown("environment_not_known"),
        ),
    ] {
        deployment(&mut given, name, &statuses);
        fates.push(expected);
    }
    let measure = given.measure("gate.approval_wait");
    let found: Vec<Fate> = measure.rows.iter().skip(5).map(|row| row.fate).collect();
    assert_eq!(found, fates);
}

#[test]
fn without_a_deployment_that_waited_there_is_no_approval_to_tell_of() {
    let mut given = Given::new();
    let landed = given.land(1);
    given.deploy(landed, 2);
    let measure = given.measure("gate.approval_wait");
    let expected = "no deployments in the store".to_owned();
    assert_eq!(because(&measure), ("not_observed", expected));
    given.streams.push(Stream::Deployments);
    let measure = given.measure("gate.approval_wait");
    let expected = "no deployment waited for an approval".to_owned();
    assert_eq!(because(&measure), ("not_applicable", expected));
}

/// Five merges at hour 10 with one approval each, and a rule that asks for one since an hour.
fn ruled(since: Option<i64>) -> Given {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 0);
        given.approve(number, BEN, 5);
        given.merge(number, 10);
    }
    given.require(1);
    given.streams.push(Stream::MergeRules);
    given.tables.facts.merge_rules[0].approvals_since = since.map(hour);
    given
}

#[test]
fn merges_without_the_approvals_that_the_rules_asked_for_are_told_at_least() {
    let mut given = ruled(Some(0));
    for number in 6..=9 {
        given.open(number, 0);
        given.merge(number, 10);
    }
    // After the merge, by the author, dismissed before it, and taken back by the same person: none stands.
    given.approve(6, BEN, 11);
    given.approve(7, ADA, 5);
    given.approve(8, BEN, 5);
    given.dismiss(8, BEN, 6);
    given.approve(9, BEN, 5);
    given.review(9, BEN, ReviewState::ChangesRequested, 6);
    let measure = given.measure("gate.bypass_share");
    close(number(&given, "gate.bypass_share", "hits"), 4.0);
    close(number(&given, "gate.bypass_share", "of"), 9.0);
    for number in 6..=9 {
        assert_eq!(row(&measure, number).value, Some(1.0), "{number}");
        assert!(
            row(&measure, number).person.is_none(),
            "changes, not people"
        );
    }
}

#[test]
fn an_approval_that_stood_at_the_merge_is_one_whoever_gave_it_and_whatever_came_later() {
    let mut given = ruled(Some(0));
    for number in 6..=9 {
        given.open(number, 0);
        given.merge(number, 10);
    }
    // By an app; by an account that is gone; with a comment after it; dismissed after the merge.
    given.approve(6, AI, 5);
    given.approve(7, BEN, 5);
    given.tables.facts.reviews.last_mut().unwrap().author = None;
    given.approve(8, BEN, 5);
    given.review(8, BEN, ReviewState::Commented, 6);
    given.approve(9, BOT, 5);
    given.dismiss(9, BOT, 11);
    close(number(&given, "gate.bypass_share", "hits"), 0.0);
    close(number(&given, "gate.bypass_share", "of"), 9.0);
}

#[test]
fn two_approvals_of_one_person_are_one() {
    let mut given = ruled(Some(0));
    given.tables.facts.merge_rules[0].required_approvals = 2;
    for number in 1..=4 {
        given.approve(number, CYD, 6);
    }
    given.approve(5, BEN, 7);
    close(number(&given, "gate.bypass_share", "hits"), 1.0);
    assert_eq!(row(&given.measure("gate.bypass_share"), 5).value, Some(1.0));
}

#[test]
fn a_bypass_that_only_a_later_rule_would_make_one_is_not_claimed() {
    for since in [None, Some(11)] {
        let mut given = ruled(since);
        given.tables.facts.reviews.clear();
        let measure = given.measure("gate.bypass_share");
        assert_eq!(whole(&measure).measured, Measured::TooFew { n: 0 });
        let unknown = whole(&measure).ledger.unknown.get("rule_may_be_younger");
        assert_eq!(unknown, Some(&5), "{since:?}");
    }
    // From the very instant on it is one.
    let mut given = ruled(Some(10));
    given.tables.facts.reviews.clear();
    close(number(&given, "gate.bypass_share", "hits"), 5.0);
}

#[test]
fn what_the_rules_do_not_speak_of_is_apart() {
    let mut given = ruled(Some(0));
    given.open(6, 0).base_branch = "release".into();
    given.merge(6, 10);
    // Dismissed, and nobody knows when, or what it had said.
    given.open(7, 0);
    given.review(7, BEN, ReviewState::Dismissed, 5);
    given.merge(7, 10);
    // A bot pushed it and closed what was left: where it was approved is not told.
    given.open(8, 0);
    given.merge(8, 10);
    given.event(8, "landed", 10);
    let measure = given.measure("gate.bypass_share");
    assert_eq!(fate(&measure, 6), Fate::Excluded("into_another_branch"));
    assert_eq!(fate(&measure, 8), Fate::Excluded("landed_by_a_bot"));
    let unknown = Fate::Unknown("dismissed_nobody_knows_when");
    assert_eq!(fate(&measure, 7), unknown);
    given.tables.facts.merge_rules[0].required_approvals = 0;
    let measure = given.measure("gate.bypass_share");
    let expected = "no rule asks for an approval".to_owned();
    assert_eq!(because(&measure), ("not_applicable", expected));
    given.streams.pop();
    let measure = given.measure("gate.bypass_share");
    let expected = "no merge rules in the store".to_owned();
    assert_eq!(because(&measure), ("not_observed", expected));
}

/// One attempt of a run of the workflow `test` on a branch.
fn attempt(
    given: &mut Given,
    (run, attempt): (u64, u64),
    (commit, branch): (CommitId, &str),
    (event, conclusion): (&str, &str),
    at: i64,
) {
    given.tables.facts.workflow_runs.push(WorkflowRun {
        repository: LAMP,
        run,
        attempt,
        name: "test".into(),
        event: event.into(),
        head_branch: Some(branch.into()),
        head_commit: Some(commit),
        status: "completed".into(),
        conclusion: Some(conclusion.into()),
        created_at: hour(at),
        started_at: Some(hour(at)),
        updated_at: seconds(hour(at), 600),
        url: format!("https://github.example/acme/lamp/actions/runs/{run}"),
    });
}

const PR: &str = "pull_request";

/// Five spells that a rerun ended, each of a pull request on a branch of its own.
fn reruns() -> Given {
    let mut given = Given::new();
    for number in 1..=5 {
        let branch = format!("change-{number}");
        given.open(number, 0).head_branch.clone_from(&branch);
        let commit = given.commit(number, ADA, -1);
        let on = (commit, branch.as_str());
        attempt(&mut given, (number, 1), on, (PR, "failure"), 1);
        attempt(&mut given, (number, 2), on, (PR, "success"), 1);
    }
    given
}

/// Reruns, spells that ended, new commits and merges of the base.
fn cures(given: &Given) -> [u64; 4] {
    match &whole(&given.measure("gate.red_to_green")).measured {
        Measured::Value { value, .. } => {
            ["hits", "of", "by_push", "by_base"].map(|name| value.count(name).unwrap())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn red_turns_green_by_a_rerun_a_push_or_the_base() {
    let mut given = reruns();
    assert_eq!(cures(&given), [5, 5, 0, 0]);
    // Two pushes failed before the third passed: one spell, ended by a push.
    given.open(6, 0).head_branch = "change-6".into();
    for (at, conclusion) in [(1, "failure"), (3, "failure"), (5, "success")] {
        let commit = given.commit(6, ADA, at);
        let run = 60 + u64::try_from(at).unwrap();
        let on = (commit, "change-6");
        attempt(&mut given, (run, 1), on, (PR, conclusion), at);
    }
    assert_eq!(cures(&given), [5, 6, 1, 0]);
    // Nothing but the base was merged in.
    given.open(7, 0).head_branch = "change-7".into();
    let red = given.commit(7, ADA, 0);
    attempt(&mut given, (71, 1), (red, "change-7"), (PR, "failure"), 1);
    let green = given.commit(7, ADA, 4);
    given
        .tables
        .facts
        .pull_request_commits
        .last_mut()
        .unwrap()
        .updates_from_base = true;
    attempt(&mut given, (72, 1), (green, "change-7"), (PR, "success"), 5);
    assert_eq!(cures(&given), [5, 7, 1, 1]);
    // With a commit beside it, or over a forced push, it was a push.
    let mut beside = given.clone();
    beside.commit(7, ADA, 3);
    assert_eq!(cures(&beside), [5, 7, 2, 0]);
    given.event(7, "head_ref_force_pushed", 3);
    assert_eq!(cures(&given), [5, 7, 2, 0]);
}

#[test]
fn another_run_on_the_same_commit_is_a_rerun_and_one_without_a_result_is_nothing() {
    let mut given = reruns();
    let commit = given.commit(1, ADA, 2);
    let on = (commit, "change-1");
    attempt(&mut given, (11, 1), on, (PR, "failure"), 3);
    attempt(&mut given, (12, 1), on, (PR, "cancelled"), 4);
    attempt(&mut given, (13, 1), on, (PR, "success"), 5);
    assert_eq!(cures(&given), [6, 6, 0, 0]);
}

#[test]
fn branches_of_forks_that_are_called_alike_are_not_mixed_up() {
    let mut given = reruns();
    for number in [6, 7] {
        given.open(number, 0).head_branch = "main".into();
    }
    let of_six = given.commit(6, ADA, 0);
    let of_seven = given.commit(7, CYD, 0);
    attempt(&mut given, (61, 1), (of_six, "main"), (PR, "failure"), 1);
    attempt(&mut given, (71, 1), (of_seven, "main"), (PR, "success"), 2);
    // Nor is the default branch's own run.
    attempt(&mut given, (81, 1), (id(5), "main"), ("push", "success"), 2);
    assert_eq!(cures(&given), [5, 5, 0, 0]);
    let measure = given.measure("gate.red_to_green");
    let left = whole(&measure).ledger.excluded.get("not_green_yet");
    assert_eq!(left, Some(&1));
    attempt(&mut given, (61, 2), (of_six, "main"), (PR, "success"), 1);
    assert_eq!(cures(&given), [6, 6, 0, 0]);
}

#[test]
fn the_queues_own_runs_and_what_has_not_passed_are_apart() {
    let mut given = reruns();
    let branch = "gh-readonly-queue/main/pr-1-abc";
    attempt(
        &mut given,
        (90, 1),
        (id(9), branch),
        ("merge_group", "failure"),
        2,
    );
    attempt(&mut given, (91, 1), (id(8), "main"), ("push", "failure"), 2);
    attempt(
        &mut given,
        (92, 1),
        (id(7), "main"),
        ("push", "success"),
        28 * 24 + 1,
    );
    let measure = given.measure("gate.red_to_green");
    let ledger = &whole(&measure).ledger;
    assert_eq!(ledger.excluded.get("run_of_the_merge_queue"), Some(&1));
    // What passed after the as-of instant has not passed yet.
    assert_eq!(ledger.excluded.get("not_green_yet"), Some(&1));
    assert_eq!(ledger.included, 5);
}

#[test]
fn a_spell_belongs_to_the_window_of_its_first_failure() {
    let mut given = reruns();
    attempt(
        &mut given,
        (90, 1),
        (id(9), "main"),
        ("push", "failure"),
        -2,
    );
    attempt(&mut given, (91, 1), (id(8), "main"), ("push", "failure"), 2);
    attempt(&mut given, (92, 1), (id(7), "main"), ("push", "success"), 3);
    assert_eq!(cures(&given), [5, 5, 0, 0]);
}
