//! Flow: every trap that other tools fell into, and facts that contradict each other.

use jiff::{SignedDuration, Timestamp};
use linchpin::domain::{Bucket, ReviewState};
use linchpin::metrics::measure::{Measured, Unit};
use linchpin::work::Fate;

use crate::facts_given::{ADA, AI, BEN, BOT, CYD, Given, hour};
use crate::flow::{close, number, whole};
use crate::turns::anything;

/// So many pull requests of Ada's, opened at hour 24, reviewed after so many hours each and merged an hour later.
fn reviewed_after(hours: &[i64]) -> Given {
    let mut given = Given::new();
    for (number, hours) in (1..).zip(hours) {
        given.open(number, 24);
        given.approve(number, BEN, 24 + hours);
        given.merge(number, 25 + hours);
    }
    given
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn missing_shown_as_zero() {
    let mut given = reviewed_after(&[4, 4, 4, 4, 4]);
    for number in 6..=20 {
        given.open(number, 24);
        given.merge(number, 25);
    }
    // Fifteen were never reviewed, and fifteen have no commits: they are told apart and are no zeros.
    close(number(&given, "flow.pickup_time", "p50"), 4.0);
    let measure = given.measure("flow.coding_time");
    let cell = whole(&measure);
    assert_eq!(cell.measured, Measured::TooFew { n: 0 });
    assert_eq!(cell.ledger.unknown.get("without_commits"), Some(&20));
    let weeks = given.measure("flow.cycle_time").cells;
    let n_weeks = weeks.iter().filter(|cell| cell.bucket.is_some()).count();
    assert_eq!(n_weeks, 1, "a week without a merge is absent");
}

#[test]
fn min_of_zero_and_x_when_absent() {
    // Opened, and nothing else: no commit, no request, no review, no approval, no merge, no deployment.
    let mut given = Given::new();
    for number in 1..=6 {
        given.open(number, 24);
    }
    let mut n_rows = 0;
    for metric in [
        "flow.coding_time",
        "flow.pickup_time",
        "flow.review_time",
        "flow.merge_wait",
        "flow.deploy_wait",
        "flow.cycle_time",
        "review.turnaround",
        "review.first_response",
        "dora.change_lead_time",
    ] {
        let measure = given.measure(metric);
        n_rows += measure.rows.len();
        for row in measure.rows.iter().filter(|row| row.value.is_some()) {
            assert!(row.value > Some(0.0), "{metric}: {row:?}");
            assert!(
                row.is_running,
                "{metric}: only a wait that goes on has a length"
            );
        }
        for cell in &measure.cells {
            let is_zero = match &cell.measured {
                Measured::Value { value, .. } => value.get("p50").is_some_and(|p50| p50 <= 0.0),
                _ => false,
            };
            assert!(!is_zero, "{metric}: {cell:?}");
        }
    }
    assert!(n_rows >= 24, "{n_rows}");
}

#[test]
fn null_becomes_zero_in_a_mean() {
    let given = reviewed_after(&[10, 10, 10, 10, 10]);
    let mut more = given.clone();
    for number in 6..=15 {
        more.open(number, 24);
    }
    for metric in [
        "flow.cycle_time",
        "flow.review_time",
        "flow.merge_wait",
        "flow.turns",
    ] {
        assert_eq!(
            whole(&given.measure(metric)).measured,
            whole(&more.measure(metric)).measured,
            "{metric}"
        );
    }
}

#[test]
fn lower_median_by_percent_rank() {
    let given = reviewed_after(&[1, 2, 3, 4, 5, 6]);
    // Six values: half way between the third and the fourth.
    close(number(&given, "flow.pickup_time", "p50"), 3.5);
}

#[test]
fn one_ai_comment_making_every_pickup_time_zero() {
    let mut given = reviewed_after(&[5, 5, 5, 5, 5]);
    for number in 1..=5 {
        given.review(number, AI, ReviewState::Commented, 24);
        given.review(number, BOT, ReviewState::Approved, 25);
    }
    close(number(&given, "flow.pickup_time", "p50"), 5.0);
    close(number(&given, "flow.turns", "reviewer_hours"), 25.0);
}

#[test]
fn clock_started_at_publication_instead_of_at_the_review_request() {
    let mut given = reviewed_after(&[48, 48, 48, 48, 48]);
    for number in 1..=5 {
        given.ask(number, BEN, 24 + 42);
    }
    // Asked six hours before the review, two days after the opening: eight times less.
    close(number(&given, "flow.pickup_time", "p50"), 6.0);
    close(number(&given, "flow.turns", "reviewer_hours"), 30.0);
    close(number(&given, "flow.turns", "author_hours"), 210.0);
}

#[test]
fn a_request_to_a_bot_starts_no_clock() {
    let mut given = reviewed_after(&[9, 9, 9, 9, 9]);
    for number in 1..=5 {
        given.ask(number, AI, 24 + 8);
    }
    close(number(&given, "flow.pickup_time", "p50"), 9.0);
}

#[test]
fn search_by_creation_date_loses_reviews_on_older_pull_requests() {
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, -1_000);
        given.approve(number, BEN, 20);
        given.merge(number, 30);
    }
    for metric in [
        "flow.pickup_time",
        "flow.cycle_time",
        "flow.merge_wait",
        "flow.turns",
    ] {
        assert_eq!(whole(&given.measure(metric)).ledger.included, 5, "{metric}");
    }
}

#[test]
fn only_the_first_hundred_nested_reviews_read() {
    let mut given = reviewed_after(&[]);
    for number in 1..=5 {
        given.open(number, 0);
        for minute in 0..120 {
            given.review(number, CYD, ReviewState::Commented, 1);
            let last = given.tables.facts.reviews.last_mut().unwrap();
            last.submitted_at += SignedDuration::from_mins(minute);
            last.review = format!("R_{number}_{minute}");
        }
        given.approve(number, BEN, 11);
        given.merge(number, 12);
    }
    close(number(&given, "flow.review_time", "p50"), 10.0);
    close(number(&given, "flow.merge_wait", "p50"), 1.0);
}

#[test]
fn pushed_date_is_null() {
    // Nothing says when a commit was pushed: author times after the opening and forced pushes are what there is.
    let mut given = Given::new();
    for number in 1..=5 {
        given.open(number, 0);
        given.commit(number, ADA, -2);
        given.review(number, BEN, ReviewState::ChangesRequested, 3);
        given.commit(number, ADA, 5);
        given.review(number, BEN, ReviewState::ChangesRequested, 6);
        given.event(number, "head_ref_force_pushed", 7);
        given.approve(number, BEN, 8);
        given.merge(number, 9);
    }
    close(number(&given, "flow.review_rounds", "p50"), 2.0);
}

#[test]
fn weekend_in_utc() {
    let mut given = Given::new();
    given.register =
        "[calendar]\ntime_zone = \"Pacific/Auckland\"\nhours = \"09:00-17:00\"\n".into();
    for number in 1..=5 {
        // Sunday 20:00 to Monday 04:00 in UTC is Monday 09:00 to 17:00 in Auckland.
        let row = given.open(number, 0);
        row.created_at = at("2026-03-08T20:00:00Z");
        row.ready_at = Some(row.created_at);
        given.merge(number, 0);
        let row = given.row(number);
        row.merged_at = Some(at("2026-03-09T04:00:00Z"));
        row.closed_at = row.merged_at;
    }
    close(number(&given, "flow.cycle_time", "working_p50"), 8.0);
    // A register without hours has one clock.
    given.register = "[calendar]\ntime_zone = \"Pacific/Auckland\"\n".into();
    let measure = given.measure("flow.cycle_time");
    let week = measure.cells.iter().find_map(|cell| cell.bucket).unwrap();
    assert_eq!(week.to_string(), "2026-W11", "merged on Auckland's Monday");
}

#[test]
fn an_elapsed_headline_where_hours_are_agreed() {
    let mut given = Given::new();
    given.register = "[calendar]\ntime_zone = \"UTC\"\nhours = \"09:00-17:00\"\n".into();
    // Opened on Thursday the 5th at 16:00 and merged 2, 18, 20, 66 and 90 hours later: after 1, 2, 4, 8 and 9 worked ones (Friday
    // the 6th 10:00 and 12:00, Sunday, Monday 10:00).
    for (number, hours) in (1..).zip([2, 18, 20, 66, 90]) {
        let row = given.open(number, 0);
        row.created_at = at("2026-03-05T16:00:00Z");
        row.ready_at = Some(row.created_at);
        let merged_at = row.created_at + SignedDuration::from_hours(hours);
        given.merge(number, 0);
        let row = given.row(number);
        row.merged_at = Some(merged_at);
        row.closed_at = row.merged_at;
    }
    let measure = given.measure("flow.cycle_time");
    let Measured::Value {
        value, interval, ..
    } = &whole(&measure).measured
    else {
        panic!("measured");
    };
    let unit = |value| measure.definition.headline_unit(value);
    assert_eq!(unit(value), Unit::WorkingHours);
    assert_eq!(value.headline(), Some(4.0), "{value:?}");
    close(value.get("p50"), 20.0);
    // The interval is of the headline, and so is the spread: of 1, 2, 4, 9 and 10.
    let [low, high] = interval.unwrap();
    assert!(
        low >= 1.0 && high <= 10.0 && low < 4.0 && 4.0 < high,
        "{low} {high}"
    );
    let p90 = value.get("working_p90").unwrap();
    close(value.get("spread"), p90 / 4.0);
    // A member's own hours make no second clock where the team has agreed none.
    given.register = "[[member]]\nlogin = \"ada\"\ncalendar = { hours = \"09:00-17:00\" }\n".into();
    let measure = given.measure("flow.cycle_time");
    let Measured::Value { value, .. } = &whole(&measure).measured else {
        panic!("measured");
    };
    assert_eq!(measure.definition.headline_unit(value), Unit::Hours);
    assert_eq!(value.get("working_p50"), None);
}

#[test]
fn a_change_of_the_clock_adds_no_working_hour() {
    let mut given = Given::new();
    given.register = "[calendar]\ntime_zone = \"Europe/Berlin\"\nhours = \"09:00-17:00\"\n".into();
    for number in 1..=5 {
        // Friday 16:00 (UTC+1) to Monday 10:00 (UTC+2): 65 hours, of which two are worked.
        let row = given.open(number, 0);
        row.created_at = at("2026-03-27T15:00:00Z");
        row.ready_at = Some(row.created_at);
        given.merge(number, 0);
        let row = given.row(number);
        row.merged_at = Some(at("2026-03-30T08:00:00Z"));
        row.closed_at = row.merged_at;
    }
    given.window.until = hour(30 * 24);
    given.as_of = hour(30 * 24);
    close(number(&given, "flow.cycle_time", "p50"), 65.0);
    close(number(&given, "flow.cycle_time", "working_p50"), 2.0);
    // The day of 23 hours is one day all the same.
    close(number(&given, "flow.work_in_progress", "days"), 30.0);
}

#[test]
fn duplicate_rows_from_ties_on_the_minimum_date() {
    let mut given = reviewed_after(&[3, 3, 3, 3, 3]);
    for number in 1..=5 {
        given.approve(number, CYD, 27);
        given.ask(number, BEN, 24);
        given.ask(number, CYD, 24);
    }
    for metric in [
        "flow.pickup_time",
        "flow.review_time",
        "flow.merge_wait",
        "flow.turns",
    ] {
        assert_eq!(
            whole(&given.measure(metric)).ledger.population(),
            5,
            "{metric}"
        );
    }
}

#[test]
fn unclassified_hidden() {
    let mut given = Given::new();
    for number in 1..=10 {
        given.open(number, 1).title = "feat: all of them".into();
        given.merge(number, 2);
    }
    close(number(&given, "flow.work_mix", "unclassified_share"), 0.0);
    given.row(1).title = "All of them".into();
    close(number(&given, "flow.work_mix", "unclassified_share"), 0.1);
    // Nor is it told as some other kind, or as none of them: all that have a kind are features.
    close(number(&given, "flow.work_mix", "feature_share"), 1.0);
    for number in 1..=10 {
        given.row(number).title = "All of them".into();
    }
    let measure = given.measure("flow.work_mix");
    let cell = whole(&measure);
    assert_eq!(cell.measured, Measured::TooFew { n: 0 });
    assert_eq!(
        (cell.ledger.coverage().hits, cell.ledger.coverage().of),
        (0, 10)
    );
    assert_eq!(cell.ledger.unknown.get("unclassified"), Some(&10));
}

#[test]
fn what_is_left_out_whoever_wrote_it_counted_as_unknown() {
    let mut given = reviewed_after(&[5, 5, 5, 5, 5]);
    for number in 21..=24 {
        given.open(number, 10).author = None;
    }
    given.close(21, 20);
    given.merge(22, 20);
    // The third stays open, and so does the fourth, a draft.
    let draft = given.row(24);
    (draft.is_draft, draft.ready_at) = (true, None);
    let check = |metric: &str, expected: &[(&str, u64)], ghosts: u64| {
        let measure = given.measure(metric);
        let ledger = &whole(&measure).ledger;
        for (reason, n) in expected {
            assert_eq!(ledger.excluded.get(reason), Some(n), "{metric}: {ledger:?}");
        }
        let unknown = ledger.unknown.get("author_is_a_ghost");
        assert_eq!(unknown.copied().unwrap_or_default(), ghosts, "{metric}");
    };
    for metric in [
        "flow.cycle_time",
        "flow.turns",
        "flow.review_time",
        "flow.review_rounds",
        "flow.merge_wait",
        "flow.unreviewed_share",
        "flow.size",
        "flow.work_mix",
        "review.hours_per_change",
        "agents.share",
    ] {
        check(metric, &[("closed_without_merge", 1), ("still_open", 2)], 1);
    }
    let waits = [
        ("closed_without_human_review", 1),
        ("merged_without_human_review", 1),
        ("still_waiting", 1),
        ("still_a_draft", 1),
    ];
    check("flow.pickup_time", &waits, 0);
    let words = [
        ("closed_without_a_word", 1),
        ("merged_without_a_word", 1),
        ("still_a_draft", 1),
    ];
    // The third waits for its first word: that would be in the figure.
    check("review.first_response", &words, 1);
    check("flow.stuck", &[("a_draft", 1)], 1);
}

#[test]
fn bot_flag_applied_to_some_metrics_only() {
    let given = reviewed_after(&[5, 5, 5, 5, 5]);
    let mut by_bot = given.clone();
    for row in &mut by_bot.tables.facts.pull_requests {
        row.author = Some(BOT);
    }
    for metric in linchpin::metrics::REGISTRY {
        let id = metric.definition.id;
        // Those around a dated change have nothing to tell without one.
        let is_around = ["flow.predictability", "flow.effect"].contains(&id);
        if !id.starts_with("flow.") || id == "flow.work_in_progress" || is_around {
            continue;
        }
        let ledger = whole(&by_bot.measure(id)).ledger.clone();
        assert_eq!(ledger.included, 0, "{id}");
        let is_open_work = id == "flow.stuck";
        assert!(
            is_open_work || !ledger.excluded.is_empty() || id == "flow.deploy_wait",
            "{id}"
        );
    }
}

#[test]
fn documentation_and_code_disagreeing_on_which_instant_buckets_the_metric() {
    let given = anything(7, 80);
    let question = given.question();
    let instants = |subject: &str| {
        let number: u64 = subject
            .trim_start_matches('#')
            .split(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        given
            .tables
            .facts
            .pull_requests
            .iter()
            .find(|row| row.number.0 == number)
            .unwrap()
    };
    let mut n = 0;
    for metric in linchpin::metrics::REGISTRY {
        let definition = metric.definition;
        let measure = metric.over(&given.tables, &question);
        for row in measure.rows.iter().filter(|row| row.fate == Fate::Included) {
            let pull_request = match definition.cohort {
                Some("merged in the bucket") => instants(&row.subject).merged_at,
                Some("opened in the bucket") => Some(instants(&row.subject).created_at),
                _ => continue,
            };
            n += 1;
            assert_eq!(row.at, pull_request, "{} {}", definition.id, row.subject);
            let bucket =
                pull_request.map(|at| Bucket::of(at, question.granularity, &question.zone));
            assert_eq!(row.bucket, bucket, "{} {}", definition.id, row.subject);
        }
    }
    assert!(n > 100, "{n} rows");
}

#[test]
fn facts_that_contradict_each_other_are_counted_with_a_reason() {
    let mut given = reviewed_after(&[5, 5, 5, 5, 5]);
    given.open(11, 50);
    given.merge(11, 40);
    given.open(12, 50);
    given.merge(12, 60);
    given.approve(12, BEN, 70);
    given.open(13, 50);
    given.merge(13, 60);
    given.approve(13, BEN, 45);
    given.open(14, 50);
    given.close(14, 45);
    let check = |metric: &str, reason: &str| {
        let measure = given.measure(metric);
        let ledger = &whole(&measure).ledger;
        let n = ledger
            .excluded
            .get(reason)
            .or_else(|| ledger.unknown.get(reason));
        assert_eq!(n, Some(&1), "{metric}: {reason}: {ledger:?}");
        let n_rows = measure.rows.len() as u64;
        assert_eq!(ledger.population(), n_rows, "{metric}");
    };
    for metric in [
        "flow.cycle_time",
        "flow.review_time",
        "flow.merge_wait",
        "flow.turns",
    ] {
        check(metric, "merged_before_opened");
        check(metric, "closed_without_merge");
    }
    for metric in ["flow.review_time", "flow.merge_wait", "flow.review_rounds"] {
        check(metric, "reviewed_after_the_merge");
        check(metric, "reviewed_before_opened");
    }
    let lost = given.measure("flow.coding_time");
    assert_eq!(whole(&lost).ledger.unknown.get("without_commits"), Some(&9));
}
