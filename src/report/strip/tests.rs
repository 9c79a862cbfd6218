//! What is said of two stretches of days.

use super::*;

fn hours(number: f64, ends: Option<[f64; 2]>) -> Side {
    Side::Found(Found {
        number,
        unit: Unit::WorkingHours,
        text: quantity::amount(Unit::WorkingHours, number),
        n: 20,
        ends,
        is_counted: false,
    })
}

fn counted(number: f64) -> Side {
    Side::Found(Found {
        number,
        unit: Unit::Share,
        text: format!("{number}"),
        n: 6,
        ends: None,
        is_counted: true,
    })
}

#[test]
fn the_intervals_decide_the_word() {
    let check = |now: &Side, before: &Side, expected| {
        assert_eq!(Change::between(now, before), expected, "{now:?} {before:?}");
    };
    let (short, long) = (hours(3.0, Some([2.5, 3.4])), hours(4.0, Some([3.5, 4.6])));
    check(&long, &short, Change::Longer);
    check(&short, &long, Change::Shorter);
    // One number is higher, and the intervals touch.
    let between = hours(3.6, Some([3.4, 3.7]));
    check(&between, &short, Change::NotToldApart);
    check(&hours(9.0, None), &short, Change::NotCompared);
    check(
        &Side::Missing("none".to_owned()),
        &short,
        Change::NotCompared,
    );
    // Everything was counted: what differs differs.
    check(&counted(0.2), &counted(0.1), Change::More);
    check(&counted(0.1), &counted(0.2), Change::Fewer);
    check(&counted(0.2), &counted(0.2), Change::Same);
}

#[test]
fn what_is_the_same_is_not_what_is_not_told_apart() {
    let check = |moved: &[&str], n_not_told, n_same, expected: &str| {
        let moved: Vec<String> = moved.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(words::sentence(&moved, n_not_told, n_same), expected);
    };
    check(&[], 0, 0, "No figure can be compared.");
    check(
        &[],
        0,
        1,
        "Nothing moved: one figure is the same on both sides.",
    );
    check(
        &[],
        5,
        1,
        "Nothing moved: 5 figures are not told apart, one figure is the same on both sides.",
    );
    check(&["A longer"], 0, 0, "Moved: A longer.");
    check(
        &["A longer", "B fewer"],
        5,
        1,
        "Moved: A longer; B fewer. Not told apart: 5 others. The same: one other.",
    );
}

#[test]
fn a_count_is_told_a_week_and_hours_as_how_many_wait() {
    let figure = |metric: &str, per, n: Option<&str>| StripFigure {
        metric: metric.to_owned(),
        title: "T".to_owned(),
        number: None,
        per: Some(per),
        n: n.map(str::to_owned),
        among: None,
        in_overview: false,
    };
    let stretch = Stretch {
        window: crate::domain::Window {
            since: jiff::Timestamp::UNIX_EPOCH,
            until: jiff::Timestamp::UNIX_EPOCH,
        },
        first: jiff::civil::date(2026, 4, 1),
        last: jiff::civil::date(2026, 4, 28),
        hours: 4.0 * 7.0 * 24.0,
        working_hours: Some(160.0),
    };
    let number = |metric: &str, per, n, value: Value| {
        let definition = crate::metrics::find(metric).unwrap().definition;
        let measured = Measured::Value {
            n: 10,
            value,
            interval: None,
        };
        match side(
            &figure(metric, per, n),
            definition,
            Some(&measured),
            &stretch,
        ) {
            Side::Found(found) => (found.text.clone(), found.n, found.interval()),
            Side::Missing(because) => panic!("{because}"),
        }
    };
    let count = crate::metrics::measure::Number::Count;
    let real = crate::metrics::measure::Number::Real;
    assert_eq!(
        number(
            "dora.deployment_frequency",
            Per::Week,
            None,
            Value(vec![("count", count(10))])
        ),
        (
            "2.5".to_owned(),
            10,
            Some(["1.6".to_owned(), "3.9".to_owned()])
        )
    );
    // 400 working hours of waiting in 160 working hours.
    let waited = Value(vec![
        ("waited_working_hours", real(400.0)),
        ("waited_hours", real(900.0)),
        ("pull_requests", count(7)),
    ]);
    assert_eq!(
        number(
            "review.waiting_hours",
            Per::Time,
            Some("pull_requests"),
            waited
        ),
        ("2.5".to_owned(), 7, None)
    );
}

#[test]
fn few_requests_among_many_pull_requests_are_told_instead_of_their_median() {
    let told = |n, among| match told_among(
        match hours(3.0, None) {
            Side::Found(found) => Side::Found(Found { n, ..found }),
            missing @ Side::Missing(_) => missing,
        },
        among,
    ) {
        Side::Found(found) => found.text,
        Side::Missing(because) => because,
    };
    assert_eq!(told(20, Some(146)), "3.0 h");
    assert_eq!(
        told(6, Some(146)),
        "n 6 among 146 pull requests: too few of them to speak for all"
    );
    assert_eq!(told(6, None), "3.0 h");
}

#[test]
fn intervals_that_overlap_are_not_told_apart() {
    assert_eq!(apart([4.2, 19.0], [4.3, 21.0]), None);
    assert_eq!(apart([5.0, 6.0], [1.0, 5.0]), None);
    assert_eq!(apart([5.1, 6.0], [1.0, 5.0]), Some(Ordering::Greater));
    assert_eq!(apart([1.0, 2.0], [2.1, 5.0]), Some(Ordering::Less));
}
