//! How large changes are and what they ask of reviewers, computed by hand.

use linchpin::domain::{Exclusion, Origin, ReviewState};
use linchpin::metrics::measure::{Cell, Measured};
use linchpin::tables::changes::File;

use crate::facts_given::{ADA, AI, BOT, CYD, DEE, Given, LAMP, hour};
use crate::flow::{close, number, whole};

fn excluded(cell: &Cell, reason: &str) -> Option<u64> {
    cell.ledger.excluded.get(reason).copied()
}

fn unknown(cell: &Cell, reason: &str) -> Option<u64> {
    cell.ledger.unknown.get(reason).copied()
}

/// A merged pull request with files: their path, lines added and lines deleted.
fn sized(given: &mut Given, number: u64, files: &[(&str, u64, u64)]) {
    let day = 24 * i64::try_from(number).unwrap();
    let row = given.open(number, day);
    row.n_files = files.len() as u64;
    // What GitHub adds up knows of no kinds of files.
    row.additions = 9_999;
    given.merge(number, day + 1);
    for (path, additions, deletions) in files {
        given.file(number, path);
        let row = given.tables.facts.pull_request_files.last_mut().unwrap();
        (row.additions, row.deletions) = (*additions, *deletions);
    }
}

#[test]
fn a_change_is_as_large_as_its_lines_that_somebody_reads() {
    let mut given = Given::new();
    for (path, exclusion) in [
        ("src/a.rs", None),
        ("src/b.rs", None),
        ("logo.png", Some(Exclusion::Binary)),
        ("Cargo.lock", Some(Exclusion::LockFile)),
        ("vendor/c.c", Some(Exclusion::Vendored)),
        ("src/schema.rs", Some(Exclusion::Generated)),
        ("docs/out.md", Some(Exclusion::Configured)),
    ] {
        given.tables.changes.files.push(File {
            repository: LAMP,
            path: path.to_owned(),
            exclusion,
            in_tip: true,
        });
    }
    let apart = [
        ("Cargo.lock", 1_000, 900),
        ("vendor/c.c", 500, 0),
        ("src/schema.rs", 300, 0),
        ("docs/out.md", 200, 0),
    ];
    let mut first = vec![("src/a.rs", 10, 5)];
    first.extend(apart);
    sized(&mut given, 1, &first);
    sized(&mut given, 2, &[("src/a.rs", 1, 0), ("src/b.rs", 2, 0)]);
    // A picture has no lines, and is looked at.
    sized(&mut given, 3, &[("src/a.rs", 40, 5), ("logo.png", 0, 0)]);
    sized(&mut given, 4, &[("src/b.rs", 60, 40)]);
    // On top of the fourth: only what it adds to that, though what landed in the end were the lines of both.
    sized(&mut given, 5, &[("src/b.rs", 7, 0)]);
    given.row(5).base_branch = "change-4".into();
    // Nothing to read, nothing at all, and what nobody can say.
    sized(&mut given, 6, &apart);
    sized(&mut given, 7, &[]);
    sized(&mut given, 8, &[("src/a.rs", 1, 0)]);
    given.row(8).n_files = 3_001;
    sized(
        &mut given,
        9,
        &[("src/a.rs", 1, 0), ("gone/before.rs", 1, 0)],
    );

    let metric = "flow.size";
    // 3, 7, 15, 45, 100 lines; 1, 1, 1, 2, 2 files.
    for (name, expected) in [
        ("p50", 15.0),
        ("p75", 45.0),
        ("p90", 78.0),
        ("files_p50", 1.0),
        ("files_p75", 2.0),
        ("files_p90", 2.0),
    ] {
        close(number(&given, metric, name), expected);
    }
    let measure = given.measure(metric);
    let cell = whole(&measure);
    assert_eq!(cell.ledger.included, 5);
    assert_eq!(excluded(cell, "no_file_that_counts"), Some(1));
    assert_eq!(excluded(cell, "changes_no_file"), Some(1));
    assert_eq!(unknown(cell, "files_not_listed"), Some(1));
    assert_eq!(unknown(cell, "path_not_in_history"), Some(1));
}

#[test]
fn the_size_of_agents_changes_stands_beside_that_of_the_others() {
    let mut given = Given::new();
    given.tables.changes.files.push(File {
        repository: LAMP,
        path: "src/a.rs".to_owned(),
        exclusion: None,
        in_tip: true,
    });
    for number in 1..=10 {
        let is_agents = number > 5;
        let lines = if is_agents { 100 * number } else { number };
        sized(&mut given, number, &[("src/a.rs", lines, 0)]);
        if is_agents {
            let row = given.row(number);
            row.author = Some(AI);
            row.origin = Origin::Agent;
            row.answers_for = Some(ADA);
        }
    }
    let measure = given.measure("flow.size");
    let median = |origin: Origin| {
        let mut cells = measure.strata.iter();
        let is_it = |cell: &&Cell| cell.bucket.is_none() && cell.scope.origin == Some(origin);
        match &cells.find(is_it).unwrap().measured {
            Measured::Value { value, .. } => value.get("p50"),
            _ => None,
        }
    };
    close(median(Origin::NoEvidence), 3.0);
    close(median(Origin::Agent), 800.0);
}

#[test]
fn a_change_is_its_reviewers_in_every_round_and_not_in_between() {
    let mut given = Given::new();
    // Mondays to Fridays at 08:00; asked at once, approved after so many hours, merged after ten.
    for (number, day, hours) in [(1_u64, 8, 1), (2, 32, 2), (4, 80, 4)] {
        given.open(number, day);
        given.ask(number, CYD, day);
        // A second reviewer waits with the first.
        given.ask(number, DEE, day);
        given.approve(number, CYD, day + hours);
        given.merge(number, day + 10);
    }
    // Two hours, then three of the author, then one.
    let day = 2 * 24 + 8;
    given.open(3, day);
    given.ask(3, CYD, day);
    given.review(3, CYD, ReviewState::ChangesRequested, day + 2);
    given.commit(3, ADA, day + 5);
    given.approve(3, CYD, day + 6);
    given.merge(3, day + 10);
    // Nobody was asked, and nobody reviewed.
    given.open(5, 4 * 24 + 8);
    given.merge(5, 4 * 24 + 18);

    let metric = "review.hours_per_change";
    // 0, 1, 2, 3, 4.
    for (name, expected) in [("p50", 2.0), ("p75", 3.0), ("p90", 3.6), ("mean", 2.0)] {
        close(number(&given, metric, name), expected);
    }
    assert_eq!(number(&given, metric, "working_mean"), None);
    // The hour before nine is nobody's: 0, 0, 1, 1 + 1, 3.
    given.register = "[calendar]\nhours = \"09:00-17:00\"\n".into();
    close(number(&given, metric, "working_p50"), 1.0);
    close(number(&given, metric, "working_mean"), 1.2);
    close(number(&given, metric, "mean"), 2.0);
}

#[test]
fn the_queue_of_reviews_is_in_balance_where_as_many_leave_as_come() {
    let mut given = Given::new();
    given.window.since = hour(24);
    // Came before the window, and leaves in it.
    given.open(1, 1);
    given.ask(1, CYD, 1);
    given.approve(1, CYD, 30);
    for number in 2..=8 {
        given.open(number, 40);
    }
    given.ask(2, CYD, 41);
    given.approve(2, CYD, 42);
    given.ask(3, CYD, 41);
    given.withdraw(3, CYD, 43);
    given.ask(4, CYD, 41);
    given.merge(4, 44);
    given.ask(5, CYD, 41);
    // Asked twice is asked once; a bot and the author are not asked.
    given.ask(5, CYD, 50);
    given.ask(6, BOT, 41);
    given.ask(7, ADA, 41);
    let metric = "review.balance";
    for (name, expected) in [
        ("balance", 1.0),
        ("arrived", 4.0),
        ("departed", 4.0),
        ("reviewed", 2.0),
        ("withdrawn", 1.0),
        ("ended", 1.0),
    ] {
        close(number(&given, metric, name), expected);
    }
    let measure = given.measure(metric);
    let cell = whole(&measure);
    assert_eq!(cell.ledger.included, 8);
    assert_eq!(excluded(cell, "already_requested"), Some(1));
    assert_eq!(excluded(cell, "by_automation"), Some(1));
    assert_eq!(excluded(cell, "own_pull_request"), Some(1));
    // Four of eight: Wilson's 80 % interval of a half, 0.2936 to 0.7064, as odds.
    let Measured::Value {
        interval: Some([low, high]),
        ..
    } = cell.measured
    else {
        panic!("{:?}", cell.measured)
    };
    assert!(
        (low - 0.4157).abs() < 5e-4 && (high - 2.4054).abs() < 5e-3,
        "{low} {high}"
    );
}

#[test]
fn without_a_request_in_it_a_bucket_has_no_balance() {
    let mut given = Given::new();
    for number in 1..=6 {
        given.open(number, 1);
        given.ask(number, CYD, 2);
        given.approve(number, CYD, 8 * 24);
    }
    let measure = given.measure("review.balance");
    let buckets: Vec<bool> = measure
        .cells
        .iter()
        .filter(|cell| cell.bucket.is_some())
        .map(|cell| matches!(cell.measured, Measured::NotApplicable { .. }))
        .collect();
    assert_eq!(buckets, [false, true]);
    close(number(&given, "review.balance", "balance"), 1.0);
}
