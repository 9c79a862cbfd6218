//! States that change: what was so then is not what is so today, and what is not success is not failure.

use linchpin::domain::{PersonId, ReviewState};
use linchpin::work::Fate;

use crate::facts_given::{ADA, BEN, CYD, Given};
use crate::flow::{close, number, whole};

/// The fates of a metric's rows, in their order.
fn fates(given: &Given, metric: &str) -> Vec<Fate> {
    let rows = given.measure(metric).rows;
    rows.iter().map(|row| row.fate).collect()
}

/// The hours of a metric's rows that count, by pull request.
fn hours(given: &Given, metric: &str) -> Vec<f64> {
    let rows = given.measure(metric).rows;
    let counted = rows.iter().filter(|row| row.fate == Fate::Included);
    counted.filter_map(|row| row.value).collect()
}

#[test]
fn a_deploy_run_without_a_result_is_no_failure() {
    let mut given = Given::new();
    given.register = "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\nworkflow_pattern = \"^test$\"\n\
                      deployments = [\"workflow_runs\"]\n"
        .to_owned();
    let said = [
        Some("success"),
        Some("failure"),
        Some("timed_out"),
        Some("startup_failure"),
        Some("skipped"),
        Some("neutral"),
        Some("stale"),
        Some("cancelled"),
        Some("action_required"),
        None,
    ];
    for (at, said) in (0..).zip(said) {
        let commit = given.land(at);
        given.run(commit, at, at + 1);
        let run = given.tables.facts.workflow_runs.last_mut().unwrap();
        run.conclusion = said.map(str::to_owned);
    }
    let measure = given.measure("dora.deployment_frequency");
    let ledger = &whole(&measure).ledger;
    assert_eq!(
        (
            ledger.included,
            ledger.excluded.get("failed"),
            ledger.excluded.get("cancelled_or_skipped"),
            ledger.unknown.get("not_finished")
        ),
        (1, Some(&3), Some(&4), Some(&2))
    );
}

#[test]
fn a_review_of_a_ready_pull_request_stays_one_when_it_becomes_a_draft_again() {
    let mut given = Given::new();
    // Opened ready, reviewed at 3, a draft from 5 to 9.
    given.open(1, 0).ready_at = Some(crate::facts_given::hour(9));
    // Opened as a draft, ready from 2 to 5 and from 9 on, reviewed at 3.
    given.open(2, 0).ready_at = Some(crate::facts_given::hour(9));
    given.event(2, "ready_for_review", 2);
    // Opened ready, a draft from 1 to 4, reviewed at 6: the wait is that since 4.
    given.open(3, 0).ready_at = Some(crate::facts_given::hour(4));
    given.event(3, "convert_to_draft", 1);
    given.event(3, "ready_for_review", 4);
    // Reviewed while it was a draft, and again when it was ready.
    given.open(4, 0).ready_at = Some(crate::facts_given::hour(5));
    given.event(4, "ready_for_review", 5);
    for number in [1, 2] {
        given.event(number, "convert_to_draft", 5);
        given.event(number, "ready_for_review", 9);
    }
    for (number, at) in [(1, 3), (2, 3), (3, 6), (4, 3), (4, 7)] {
        given.review(number, BEN, ReviewState::Commented, at);
    }
    for number in 1..=4 {
        given.approve(number, BEN, 20);
        given.merge(number, 30);
    }
    assert_eq!(hours(&given, "flow.pickup_time"), [3.0, 1.0, 2.0]);
    assert_eq!(
        fates(&given, "flow.pickup_time")[3],
        Fate::Excluded("reviewed_as_a_draft")
    );
    // The first word after it was ready counts, whatever was said before.
    assert_eq!(hours(&given, "review.first_response"), [3.0, 1.0, 2.0, 2.0]);
}

#[test]
fn words_about_a_draft_alone_answer_nobody_who_waits() {
    let mut given = Given::new();
    for number in 1..=3 {
        given.open(number, 0).ready_at = Some(crate::facts_given::hour(5));
        given.event(number, "ready_for_review", 5);
        given.review(number, BEN, ReviewState::Commented, 2);
    }
    given.merge(1, 10);
    // The second is still open, and waits; the third became a draft once more.
    given.event(3, "convert_to_draft", 8);
    given.row(3).ready_at = None;
    let measure = given.measure("review.first_response");
    let found: Vec<_> = measure
        .rows
        .iter()
        .map(|row| (row.fate, row.is_running))
        .collect();
    assert_eq!(
        found,
        [
            (Fate::Excluded("answered_before_ready"), false),
            (Fate::Included, true),
            (Fate::Excluded("still_a_draft"), false),
        ]
    );
}

#[test]
fn the_merge_waits_since_the_approval_that_stands() {
    let mut given = Given::new();
    let mut merged = |said: &[(PersonId, ReviewState, i64)], dismissed: &[(PersonId, i64)]| {
        let number = given.tables.facts.pull_requests.len() as u64 + 1;
        given.open(number, 0);
        for (who, state, at) in said {
            given.review(number, *who, *state, *at);
        }
        for (who, at) in dismissed {
            given.dismiss(number, *who, *at);
        }
        given.merge(number, 20);
    };
    let (yes, no) = (ReviewState::Approved, ReviewState::ChangesRequested);
    // A second approval that nobody waited for.
    merged(&[(BEN, yes, 5), (CYD, yes, 15)], &[]);
    // Approved, sent back, approved again.
    merged(&[(BEN, yes, 5), (CYD, no, 8), (CYD, yes, 12)], &[]);
    // The request for changes was dismissed: the approval before it stands, and was of no use until then.
    merged(&[(BEN, yes, 5), (CYD, no, 8)], &[(CYD, 11)]);
    // The first approval was dismissed before the merge; one dismissed after it stood.
    merged(&[(BEN, yes, 5), (CYD, yes, 14)], &[(BEN, 9)]);
    merged(&[(BEN, yes, 5)], &[(BEN, 25)]);
    // Nobody's approval stood, and somebody's objection did.
    merged(&[(BEN, yes, 5)], &[(BEN, 9)]);
    merged(&[(BEN, yes, 5), (CYD, no, 8)], &[]);
    assert_eq!(
        hours(&given, "flow.merge_wait"),
        [15.0, 8.0, 9.0, 6.0, 15.0]
    );
    assert_eq!(
        fates(&given, "flow.merge_wait")[5..],
        [
            Fate::Excluded("merged_without_approval"),
            Fate::Excluded("merged_over_requested_changes")
        ]
    );
    // Review time ends at the last approval that stood.
    assert_eq!(
        hours(&given, "flow.review_time"),
        [10.0, 7.0, 0.0, 9.0, 0.0, 0.0]
    );
    let alone = given.measure("review.sole_approver");
    let hits = alone.rows.iter().filter(|row| row.value == Some(1.0));
    assert_eq!(
        hits.count(),
        4,
        "the first two had two approvers, and one had none"
    );
}

#[test]
fn commits_authored_after_the_opening_tell_nothing_of_the_time_before_it() {
    let mut given = Given::new();
    let baseline = given.land(-50);
    given.deploy(baseline, -49);
    for (number, first) in [(1, Some(-4)), (2, Some(3)), (3, None)] {
        given.open(number, 0).first_commit_at = first.map(crate::facts_given::hour);
        given.merge(number, 5);
        let landed = given.land(5);
        given.row(number).merge_commit = Some(landed);
        given.deploy(landed, 10);
    }
    assert_eq!(hours(&given, "flow.coding_time"), [4.0]);
    assert_eq!(
        fates(&given, "flow.coding_time")[1..],
        [
            Fate::Unknown("first_commit_after_the_opening"),
            Fate::Unknown("without_commits")
        ]
    );
    // A change is at least as old as its opening; of one whose commits are not known nobody can say how old.
    assert_eq!(hours(&given, "dora.change_lead_time"), [14.0, 10.0]);
    assert_eq!(
        fates(&given, "dora.change_lead_time")[2],
        Fate::Unknown("first_commit_unknown")
    );
}

#[test]
fn merging_the_base_into_the_branch_is_no_round() {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 0);
        given.review(number, BEN, ReviewState::ChangesRequested, 3);
        given.commit(number, ADA, 4);
        let commits = &mut given.tables.facts.pull_request_commits;
        commits.last_mut().unwrap().updates_from_base = number > 2;
        given.approve(number, BEN, 8);
        given.merge(number, 9);
    }
    assert_eq!(
        hours(&given, "flow.review_rounds"),
        [1.0, 1.0, 0.0, 0.0, 0.0]
    );
    close(number(&given, "flow.review_rounds", "p50"), 0.0);
}
