//! `flow.effect`: before and after a dated change, week by week.

use linchpin::domain::{Origin, Person, PersonId};
use linchpin::metrics::measure::Measured;

use crate::facts_given::{Given, hour};
use crate::flow::{close, number, whole};

const WEEK: i64 = 7 * 24;

/// A change on Monday, 2 March 2026 (hour 0), seen from `weeks` weeks later.
fn given(weeks: i64) -> Given {
    let mut given = Given::new();
    given.register = "[[event]]\non = \"2026-03-02\"\ntitle = \"Smaller changes\"\n".into();
    given.window.until = hour(weeks * WEEK);
    given.as_of = hour(weeks * WEEK);
    let ada = given.tables.people[0].clone();
    given.tables.people.extend((6..11).map(|id| Person {
        id: PersonId(id),
        ..ada.clone()
    }));
    given
}

/// Three pull requests a week from the week `from` to before the week `to`, which took `hours` of their week and place, give or take.
fn merges(given: &mut Given, from: i64, to: i64, hours: impl Fn(i64, i64) -> i64) {
    for week in from..to {
        for place in 0..3 {
            let number = u64::try_from((week + 100) * 10 + place).unwrap();
            // Off by up to two hours, and never alike twice: there must be scatter.
            let off = (week * 7 + place * 3).rem_euclid(5) - 2;
            let merged = week * WEEK + 24 + place * 24;
            // Five people: what fewer did is not told in a sentence.
            let author = PersonId(6 + u32::try_from((week + place).rem_euclid(5)).unwrap());
            given.open(number, merged - hours(week, place) - off).author = Some(author);
            given.merge(number, merged);
        }
    }
}

fn notes(given: &Given) -> Vec<String> {
    let notes = given.measure("flow.effect").notes;
    notes.into_iter().map(|note| note.text).collect()
}

#[test]
fn half_as_long_from_one_week_to_the_next_is_told_as_shorter() {
    let mut given = given(26);
    merges(
        &mut given,
        -57,
        26,
        |week, _| if week < 0 { 80 } else { 40 },
    );
    let of = |name| number(&given, "flow.effect", name);
    let level = of("level").unwrap();
    assert!((0.45..0.55).contains(&level), "{level}");
    // The median of each week before is 80 hours, less or more up to two.
    assert!((of("median_before_hours").unwrap() - 80.0).abs() <= 1.0);
    assert!((of("median_after_hours").unwrap() - 40.0).abs() <= 1.0);
    close(of("weeks_before"), 26.0);
    close(of("weeks_after"), 26.0);
    close(of("merged_a_week_before"), 3.0);
    close(of("merged_a_week_after"), 3.0);
    close(of("placebos"), 20.0);
    close(of("placebos_as_large"), 0.0);
    assert_eq!(
        notes(&given),
        ["2026-03-02 Smaller changes: shorter (0 of 20 placebo dates show as much)"]
    );
    // The weeks that only placebo dates are asked of are rows too.
    let measure = given.measure("flow.effect");
    let Measured::Value { n, interval, .. } = whole(&measure).measured.clone() else {
        panic!("{:?}", whole(&measure));
    };
    assert_eq!(n, 83 * 3);
    assert_eq!(whole(&measure).ledger.included, 83 * 3);
    let [low, high] = interval.unwrap();
    assert!(low < level && level < high && high < 1.0);
}

#[test]
fn nothing_that_changed_is_not_told_as_a_change() {
    let mut given = given(26);
    merges(&mut given, -57, 26, |_, _| 60);
    let [note] = &notes(&given)[..] else { panic!() };
    assert!(note.contains("cannot tell"), "{note}");
    let smallest = number(&given, "flow.effect", "smallest").unwrap();
    assert!(smallest > 1.0 && smallest < 1.1, "{smallest}");
}

#[test]
fn a_step_that_earlier_dates_show_as_well_is_not_told() {
    // Up and down by half every ten weeks: the change falls on one of the steps.
    let mut given = given(26);
    merges(&mut given, -57, 26, |week, _| {
        if week.div_euclid(8) % 2 == 0 { 80 } else { 40 }
    });
    let as_large = number(&given, "flow.effect", "placebos_as_large").unwrap();
    assert!(as_large > 2.0, "{as_large}");
    let [note] = &notes(&given)[..] else { panic!() };
    assert!(note.contains("cannot tell"), "{note}");
}

#[test]
fn without_a_history_only_the_interval_speaks() {
    let mut given = given(14);
    merges(
        &mut given,
        -14,
        14,
        |week, _| if week < 0 { 80 } else { 120 },
    );
    close(number(&given, "flow.effect", "placebos"), 0.0);
    assert_eq!(
        notes(&given),
        [
            "2026-03-02 Smaller changes: longer (by the interval alone: 0 of 20 placebo dates have enough weeks)"
        ]
    );
}

#[test]
fn eleven_weeks_on_a_side_are_too_few() {
    for (from, to) in [(-11, 26), (-26, 11)] {
        let mut given = given(26);
        merges(&mut given, from, to, |_, _| 60);
        let measure = given.measure("flow.effect");
        let Measured::NotApplicable { because } = &whole(&measure).measured else {
            panic!("{:?}", whole(&measure).measured);
        };
        assert!(because.contains("weeks with a merge"), "{because}");
    }
}

#[test]
fn a_week_that_is_not_over_has_only_its_quick_ones_and_is_left_out() {
    let mut given = given(20);
    given.as_of = hour(20 * WEEK - 1);
    merges(&mut given, -20, 20, |_, _| 60);
    close(number(&given, "flow.effect", "weeks_after"), 19.0);
}

#[test]
fn another_mix_of_work_is_no_effect() {
    // Debt takes 100 hours and features take 20, before and after alike. After the change two of three are features, before one is.
    let mut given = given(26);
    let is_debt = |week: i64, place: i64| place == 0 || (week < 0 && place == 1);
    merges(&mut given, -57, 26, |week, place| {
        if is_debt(week, place) { 100 } else { 20 }
    });
    for row in &mut given.tables.facts.pull_requests {
        let number = i64::try_from(row.number.0).unwrap();
        let (week, place) = (number / 10 - 100, number % 10);
        let title = if is_debt(week, place) {
            "refactor: parts"
        } else {
            "feat: parts"
        };
        title.clone_into(&mut row.title);
    }
    let of = |name| number(&given, "flow.effect", name);
    assert!(of("median_before_hours").unwrap() > 3.0 * of("median_after_hours").unwrap());
    let level = of("level").unwrap();
    assert!((0.9..1.1).contains(&level), "{level}");
    let [note] = &notes(&given)[..] else { panic!() };
    assert!(note.contains("cannot tell"), "{note}");
}

#[test]
fn what_was_taken_back_and_what_agents_did_stand_beside_it() {
    let mut given = given(26);
    merges(&mut given, -26, 26, |_, _| 60);
    for row in &mut given.tables.facts.pull_requests {
        if row.number.0 >= 1000 {
            row.origin = Origin::PersonWithAgent;
        }
    }
    // The first pull request of the first week after the change is taken back two days later.
    let landed = given.land(25);
    given.row(1000).merge_commit = Some(landed);
    let revert = given.land(24 * 3);
    let row = given
        .tables
        .commits
        .iter_mut()
        .find(|row| row.commit == revert);
    row.unwrap().reverts = Some(Box::new(landed));
    let of = |name| number(&given, "flow.effect", name);
    close(of("agents_before"), 0.0);
    close(of("agents_after"), 1.0);
    close(of("taken_back_before"), 0.0);
    // 26 weeks of three, less those that have no 21 days behind them: the last three weeks.
    close(of("taken_back_after"), 1.0 / 69.0);
}

#[test]
fn without_a_history_nobody_can_say_what_was_taken_back() {
    let mut given = given(26);
    merges(&mut given, -26, 26, |_, _| 60);
    for name in ["taken_back_before", "taken_back_after"] {
        assert_eq!(number(&given, "flow.effect", name), None, "{name}");
    }
    // The other numbers stand as they are.
    close(number(&given, "flow.effect", "agents_after"), 0.0);
}

#[test]
fn the_figure_of_a_product_is_that_of_the_latest_change_that_is_followed_for_long_enough() {
    let mut given = given(26);
    given.register += "[[event]]\non = \"2026-06-15\"\ntitle = \"Later\"\n";
    merges(
        &mut given,
        -57,
        26,
        |week, _| if week < 0 { 80 } else { 40 },
    );
    // Of 15 June there are eleven weeks: too few for a figure of its own, and no reason to tell nothing of March.
    let level = number(&given, "flow.effect", "level").unwrap();
    assert!((0.45..0.55).contains(&level), "{level}");
    let measure = given.measure("flow.effect");
    let later = measure.cells.iter().find(|cell| {
        let area = cell.scope.area.as_deref();
        area == Some("2026-06-15 Later")
    });
    assert!(matches!(
        later.unwrap().measured,
        Measured::NotApplicable { .. }
    ));
    // Which of the two it is of is told, with how many rows that one has.
    let notes: Vec<&String> = measure.notes.iter().map(|note| &note.text).collect();
    let told = "of 2 changes the figure is of one: 2026-03-02 Smaller changes (n 249)";
    assert!(notes.iter().any(|text| *text == told), "{notes:?}");
}

#[test]
fn without_a_dated_change_it_says_what_to_name() {
    let given = Given::new();
    let measure = given.measure("flow.effect");
    let Measured::NotObserved { fix, .. } = &whole(&measure).measured else {
        panic!("{:?}", whole(&measure).measured);
    };
    assert!(fix.as_ref().is_some_and(|fix| fix.contains("[[event]]")));
}
