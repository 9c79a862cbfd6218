//! Flow's figures, computed by hand.

use linchpin::domain::{PersonId, ReviewState};
use linchpin::metrics::Measure;
use linchpin::metrics::measure::{Cell, Measured};
use linchpin::work::Fate;

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, Given, hour};

/// The window's figure of the product.
pub(crate) fn whole(measure: &Measure) -> &Cell {
    let is_it = |cell: &&Cell| {
        let scope = &cell.scope;
        cell.bucket.is_none()
            && scope.repository.is_none()
            && scope.area.is_none()
            && scope.person.is_none()
    };
    measure.cells.iter().find(is_it).unwrap()
}

/// One number of the window's figure; `None` where the figure or the number is not there.
pub(crate) fn number(given: &Given, metric: &str, name: &str) -> Option<f64> {
    match &whole(&given.measure(metric)).measured {
        Measured::Value { value, .. } => value.get(name),
        _ => None,
    }
}

pub(crate) fn close(found: Option<f64>, expected: f64) {
    assert!(
        found.is_some_and(|found| (found - expected).abs() < 1e-9),
        "{found:?} is not {expected}"
    );
}

/// Five pull requests, a day apart, each: written from hour −4, opened at 0, asked at 1, commented at 6, pushed at 8, approved at
/// 12, merged at 15, in production at 20.
fn five_alike() -> Given {
    let mut given = Given::new();
    let first = given.land(-50);
    given.deploy(first, -49);
    for number in 1..=5 {
        let day = 24 * i64::try_from(number).unwrap();
        given.open(number, day).first_commit_at = Some(hour(day - 4));
        given.commit(number, ADA, day - 4);
        given.ask(number, BEN, day + 1);
        given.review(number, BEN, ReviewState::Commented, day + 6);
        given.commit(number, ADA, day + 8);
        given.approve(number, BEN, day + 12);
        given.merge(number, day + 15);
        let landed = given.land(day + 15);
        given.row(number).merge_commit = Some(landed);
        given.deploy(landed, day + 20);
    }
    given
}

#[test]
fn every_stage_of_a_change_has_its_length() {
    let given = five_alike();
    let check = |metric: &str, expected: f64| {
        for name in ["p50", "p75", "p90"] {
            close(number(&given, metric, name), expected);
        }
    };
    check("flow.coding_time", 4.0);
    check("flow.pickup_time", 5.0);
    check("flow.review_time", 6.0);
    check("flow.merge_wait", 3.0);
    check("flow.deploy_wait", 5.0);
    check("flow.cycle_time", 15.0);
    check("flow.review_rounds", 1.0);
}

#[test]
fn the_shares_of_the_turns_are_those_of_their_hours() {
    let given = five_alike();
    // author 0–1 and 6–8, reviewer 1–6 and 8–12, merge 12–15, deploy 15–20: 3, 9, 3 and 5 of 20 hours, five times.
    for (name, hours) in [
        ("author", 3.0),
        ("reviewer", 9.0),
        ("merge", 3.0),
        ("deploy", 5.0),
    ] {
        let of = |unit: &str| number(&given, "flow.turns", &format!("{name}_{unit}"));
        close(of("hours"), 5.0 * hours);
        close(of("share"), hours / 20.0);
        assert_eq!(of("working_hours"), None, "no hours are agreed");
    }
    for name in ["draft_share", "ci_share", "ci_hours"] {
        assert_eq!(
            number(&given, "flow.turns", name),
            None,
            "nobody held {name}"
        );
    }
}

#[test]
fn a_wait_for_a_deployment_that_has_not_come_is_in_no_hours() {
    let mut given = five_alike();
    given.tables.facts.deployments.truncate(1);
    close(number(&given, "flow.turns", "reviewer_share"), 9.0 / 15.0);
    assert_eq!(number(&given, "flow.turns", "deploy_hours"), None);
    let measure = given.measure("flow.deploy_wait");
    assert_eq!(
        whole(&measure).ledger.excluded.get("not_deployed_yet"),
        Some(&5)
    );
}

#[test]
fn working_hours_stand_beside_elapsed_ones_where_hours_are_agreed() {
    let mut given = Given::new();
    given.register = "[calendar]\nhours = \"09:00-17:00\"\n".into();
    for number in 1..=5 {
        // Friday 16:00 to Monday 10:00: 66 hours, of which two are worked.
        given.open(number, 4 * 24 + 16);
        given.approve(number, BEN, 7 * 24 + 10);
        given.merge(number, 7 * 24 + 10);
    }
    for metric in ["flow.cycle_time", "flow.pickup_time"] {
        close(number(&given, metric, "p50"), 66.0);
        close(number(&given, metric, "working_p50"), 2.0);
    }
    close(number(&given, "flow.turns", "reviewer_hours"), 330.0);
    close(number(&given, "flow.turns", "reviewer_working_hours"), 10.0);
}

#[test]
fn work_in_progress_is_counted_at_the_end_of_every_day_also_of_those_without_any() {
    let mut given = Given::new();
    given.window.until = hour(4 * 24);
    given.as_of = hour(4 * 24);
    // Open at the ends of days 2 and 3; of day 2; never at one; a draft until day 3; a bot's.
    given.open(1, 30);
    given.merge(1, 80);
    given.open(2, 30);
    given.merge(2, 50);
    given.open(3, 60);
    given.merge(3, 65);
    given.open(4, 1);
    given.event(4, "ready_for_review", 70);
    given.close(4, 75);
    given.open(5, 1).author = Some(BOT);
    // The ends: 0, 2, 2, 0. Median 1, highest 2, last 0.
    let of = |name| number(&given, "flow.work_in_progress", name);
    close(of("median"), 1.0);
    close(of("highest"), 2.0);
    close(of("last_day"), 0.0);
    close(of("days"), 4.0);
}

#[test]
fn what_nobody_else_has_touched_for_three_working_days_needs_fresh_eyes() {
    let mut given = Given::new();
    // As of Friday, 12:00.
    given.as_of = hour(4 * 24 + 12);
    given.window.until = given.as_of;
    let ledger = |given: &Given| {
        let measure = given.measure("flow.stuck");
        let stuck: Vec<String> = measure
            .rows
            .iter()
            .filter(|row| row.value == Some(1.0))
            .map(|row| row.subject.words.clone())
            .collect();
        (stuck, whole(&measure).measured.clone())
    };
    given.open(1, 12);
    given.open(2, 12);
    given.review(2, BEN, ReviewState::Commented, 13);
    given.open(3, 12);
    given.commit(3, ADA, 90);
    given.review(3, ADA, ReviewState::Commented, 91);
    given.review(3, AI, ReviewState::Commented, 92);
    given.open(4, 12).is_draft = true;
    given.row(4).ready_at = None;
    given.open(5, 40);
    given.open(6, 12).author = Some(BOT);
    given.open(7, 12);
    given.merge(7, 50);
    given.open(8, 41);
    let (stuck, measured) = ledger(&given);
    // Since Monday 12:00: four working days. A review an hour later leaves 3.96. Since Tuesday 16:00: 2.83.
    assert_eq!(stuck, ["#1 Change 1", "#2 Change 2", "#3 Change 3"]);
    let Measured::Value { n, value, .. } = measured else {
        panic!("{measured:?}")
    };
    assert_eq!((n, value.ratio().map(|ratio| ratio.hits)), (5, Some(3)));
    given.review(2, BEN, ReviewState::Commented, 50);
    assert_eq!(ledger(&given).0, ["#1 Change 1", "#3 Change 3"]);
    given.register = "[agreements]\nstuck_after_working_days = 2.5\n".into();
    let (stuck, _) = ledger(&given);
    assert_eq!(stuck.len(), 4, "the team's agreement decides: {stuck:?}");
}

#[test]
fn a_pair_counts_as_reviewed_and_a_bot_does_not() {
    let mut given = Given::new();
    for number in 1..=6 {
        given.open(number, 1);
        given.merge(number, 9);
    }
    given.approve(1, BEN, 5);
    given.review(2, AI, ReviewState::Approved, 5);
    given.review(3, BEN, ReviewState::Approved, 10);
    given.commit(4, CYD, 0);
    let landed = given.land(9);
    given.tables.commits[0].co_authors = [BEN].into();
    given.row(5).merge_commit = Some(landed);
    let landed = given.land(9);
    given.tables.commits[1].co_authors = [AI].into();
    given.row(6).merge_commit = Some(landed);
    // Seen: 1 (reviewed), 4 (Cyd wrote a commit), 5 (co-author). Not: 2 (AI), 3 (after the merge), 6 (an AI co-author).
    close(number(&given, "flow.unreviewed_share", "hits"), 3.0);
    close(number(&given, "flow.unreviewed_share", "of"), 6.0);
}

#[test]
fn an_address_that_nobody_has_linked_is_no_second_person() {
    let mut given = Given::new();
    for number in 1..=9 {
        given.open(number, 1);
        given.merge(number, 9);
    }
    // Cyd stands for an address without an account.
    given.tables.people[2].is_known = false;
    given.tables.people[2].logins.clear();
    let mut squash = |number: u64, author: PersonId, co_authors: &[PersonId]| {
        let landed = given.land(9);
        let commit = given.tables.commits.last_mut().unwrap();
        commit.author = author;
        commit.co_authors = co_authors.into();
        given.row(number).merge_commit = Some(landed);
    };
    // The trailer that a squash writes for the author's other address; somebody known beside it; nobody else.
    squash(1, ADA, &[CYD]);
    squash(2, ADA, &[CYD, BEN]);
    squash(3, ADA, &[]);
    // Whatever address the squash itself is signed with, its author is the pull request's.
    squash(4, CYD, &[]);
    squash(5, BEN, &[]);
    squash(6, CYD, &[ADA]);
    // A review settles it.
    squash(7, ADA, &[CYD]);
    given.approve(7, BEN, 5);
    // 8 and 9 have no commit here. Unseen: 3, 4, 5, 6, 8, 9 of all but 1, of which it is not known.
    close(number(&given, "flow.unreviewed_share", "hits"), 6.0);
    close(number(&given, "flow.unreviewed_share", "of"), 8.0);
    let measure = given.measure("flow.unreviewed_share");
    let unknown: Vec<_> = measure
        .rows
        .iter()
        .filter(|row| row.fate == Fate::Unknown("unlinked_address"))
        .map(|row| row.subject.words.as_str())
        .collect();
    assert_eq!(unknown, ["#1 Change 1"]);
}

#[test]
fn without_a_flow_of_pull_requests_the_question_does_not_arise() {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 1);
        given.merge(number, 9);
    }
    for at in 0..5 {
        given.land(at);
    }
    close(number(&given, "flow.unreviewed_share", "hits"), 5.0);
    given.land(6);
    let measure = given.measure("flow.unreviewed_share");
    let measured = &whole(&measure).measured;
    assert!(
        matches!(measured, Measured::NotApplicable { .. }),
        "{measured:?}"
    );
    let excluded = measure
        .rows
        .iter()
        .filter(|row| row.fate == Fate::Excluded("no_pull_request_flow"));
    assert_eq!(excluded.count(), 5);
}

#[test]
fn the_first_basis_that_matches_tells_the_kind_of_work() {
    let mut given = Given::new();
    let mut add = |title: &str, branch: &str, labels: &[&str], paths: &[&str]| {
        let number = given.tables.facts.pull_requests.len() as u64 + 1;
        let row = given.open(number, 1);
        row.title = title.into();
        row.head_branch = branch.into();
        row.labels = labels.iter().map(ToString::to_string).collect();
        for path in paths {
            given.file(number, path);
        }
        given.merge(number, 9);
    };
    add("Anything", "x", &["Enhancement"], &[]);
    add("fix: anything", "feature/x", &[], &[]);
    add("fix(parser)!: anything", "x", &[], &[]);
    add("refactor: anything", "hotfix/x", &["tech-debt"], &[]);
    add("Guide", "x", &[], &["docs/a.md", "docs/b/c.md"]);
    add("Guide", "x", &[], &["docs/a.md", "src/a.rs"]);
    add("prefix: anything", "x", &["buggy"], &[]);
    add("Urgent", "hotfix/x", &[], &[]);
    let of = |name: &str| number(&given, "flow.work_mix", name);
    // Label, branch; title, path; label before branch and title; the hotfix. Two match nothing, and are shown.
    close(of("feature"), 2.0);
    close(of("maintenance"), 2.0);
    close(of("debt"), 1.0);
    close(of("incident"), 1.0);
    close(of("unclassified"), 2.0);
    close(of("unclassified_share"), 0.25);
    given.register = "[work_mix.feature]\ntypes = [\"fix\"]\n".into();
    // Given rules replace the kind's defaults; what two kinds claim goes to the rarer one.
    close(number(&given, "flow.work_mix", "feature"), 0.0);
    close(number(&given, "flow.work_mix", "maintenance"), 3.0);
    close(number(&given, "flow.work_mix", "unclassified"), 3.0);
}

#[test]
fn a_dated_change_has_five_working_days_on_either_side() {
    let mut given = Given::new();
    assert!(matches!(
        whole(&given.measure("flow.predictability")).measured,
        Measured::NotObserved { .. }
    ));
    // Wednesday, 11 March: before are Wednesday 4 to Tuesday 10, after are Wednesday 11 to Tuesday 17.
    given.register = "[[event]]\non = \"2026-03-11\"\ntitle = \"Smaller changes\"\n".into();
    let day = |day: i64| (day - 2) * 24;
    // Just outside on both sides, then 5 of 10, 10, 10, 10 and 30 hours before, and 6 of 10 hours after.
    for (number, merged, hours) in [
        (1, day(4) - 1, 10),
        (2, day(18), 10),
        (11, day(4), 10),
        (12, day(5), 10),
        (13, day(6), 10),
        (14, day(9), 10),
        (15, day(11) - 1, 30),
        (21, day(11), 10),
        (22, day(12), 10),
        (23, day(13), 10),
        (24, day(14), 10),
        (25, day(16), 10),
        (26, day(18) - 1, 10),
    ] {
        given.open(number, merged - hours);
        given.merge(number, merged);
    }
    let of = |name| number(&given, "flow.predictability", name);
    close(of("finished_before"), 5.0);
    close(of("finished_after"), 6.0);
    // Open at the start of the 11th: number 21 alone, merged in that very instant; at the start of the 18th: number 2.
    close(of("carried_over_before"), 1.0);
    close(of("carried_over_after"), 1.0);
    close(of("median_before_hours"), 10.0);
    // p90 of 10, 10, 10, 10, 30 at position 3.6: 10 + 0.6 · 20 = 22.
    close(of("spread_before"), 2.2);
    close(of("spread_after"), 1.0);
}
