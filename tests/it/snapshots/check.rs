//! `check` on the demo organisation.

use std::fmt::Write as _;

use crate::agreements::{Checked, check, check_with, register};

fn limit(metric: &str, number: Option<&str>, scope: &str, at_most: f64) -> String {
    let mut text = format!("[[agreements.limit]]\nmetric = \"{metric}\"\nscope = \"{scope}\"\n");
    if let Some(number) = number {
        let _ = writeln!(text, "number = \"{number}\"");
    }
    let _ = writeln!(text, "at_most = {at_most:?}");
    text
}

/// Limits that are kept, crossed but accepted until a day, and without a figure.
fn quiet_until(until: &str) -> String {
    [
        limit("flow.cycle_time", Some("p50"), "parcels", 100.0),
        limit("flow.cycle_time", Some("p50"), "timetable", 0.001),
        limit("flow.cycle_time", None, "no such area", 1.0),
        format!(
            "[[accepted]]\nmetric = \"flow.cycle_time\"\nscope = \"timetable\"\nreason = \"moving house\"\nuntil = \"{until}\"\n"
        ),
    ]
    .concat()
}

fn shown(checked: &Checked) -> String {
    assert_eq!(checked.err, "", "{}", checked.out);
    format!("{}[exit code {}]", checked.out, checked.code)
}

#[test]
fn what_is_kept_crossed_accepted_and_not_measured_is_told_apart() {
    let crossed = limit("ci.flake_rate", None, "parcels", 0.01);
    let checked = check(&(quiet_until("2026-07-01") + &crossed), &[]);
    insta::assert_snapshot!(shown(&checked), @"
    window 2025-12-31 to 2026-07-01 (Europe/Lisbon)
    standing      scope         agreed             metric           found                                        because
    crossed       parcels       at most 0.01       ci.flake_rate    5.6 %, 80 % interval 4.4 % – 7.1 %, n = 483  —
    not measured  no such area  at most 1          flow.cycle_time  —                                            no figure of this scope
    kept          parcels       p50 at most 100    flow.cycle_time  22.5 h, n = 182                              —
    accepted      timetable     p50 at most 0.001  flow.cycle_time  23.3 h, n = 99                               until 2026-07-01: moving house

    rows: linchpin explain ci.flake_rate --scope parcels --store store --config linchpin.toml --since 26w --as-of 2026-07-01T00:00:00Z
    [exit code 7]
    ");
}

#[test]
fn an_accepted_crossing_is_quiet_until_its_day_and_loud_after() {
    let quiet = check(&quiet_until("2026-07-01"), &[]);
    assert_eq!(quiet.code, 0, "{}", quiet.out);
    insta::assert_snapshot!(shown(&check(&quiet_until("2026-06-30"), &[])), @"
    window 2025-12-31 to 2026-07-01 (Europe/Lisbon)
    standing      scope         agreed             metric           found            because
    not measured  no such area  at most 1          flow.cycle_time  —                no figure of this scope
    kept          parcels       p50 at most 100    flow.cycle_time  22.5 h, n = 182  —
    crossed       timetable     p50 at most 0.001  flow.cycle_time  23.3 h, n = 99   —

    rows: linchpin explain flow.cycle_time --scope timetable --store store --config linchpin.toml --since 26w --as-of 2026-07-01T00:00:00Z
    [exit code 7]
    ");
}

#[test]
fn what_waits_longer_than_agreed_is_listed_with_links() {
    let register = register().replace(
        "first_review_within_working_days = 1.0",
        "first_review_within_working_days = 3.0",
    );
    insta::assert_snapshot!(shown(&check_with(&register, &[])), @"
    window 2025-12-31 to 2026-07-01 (Europe/Lisbon)
    standing  scope      agreed                                                 metric            found
    crossed   parcels    a first review comes within 3 working days             flow.pickup_time  5 pull requests
    kept      timetable  a first review comes within 3 working days             flow.pickup_time  0 pull requests
    crossed   parcels    no open pull request is left alone for 3 working days  flow.stuck        5 pull requests
    kept      timetable  no open pull request is left alone for 3 working days  flow.stuck        0 pull requests

    parcels: a first review comes within 3 working days
    working days  pull request                                     link
             7.6  #386 ADR: add a runbook for a stuck booking      https://github.example/lighthouse/parcel-api/pull/386
             6.4  #387 Handle a missing amount on the label        https://github.example/lighthouse/parcel-api/pull/387
             6.6  #388 Group slots by due                          https://github.example/lighthouse/parcel-api/pull/388
             5.6  #389 Cache the label test fixtures between runs  https://github.example/lighthouse/parcel-api/pull/389
             4.6  #390 Accept a tariff without a surcharge         https://github.example/lighthouse/parcel-api/pull/390

    parcels: no open pull request is left alone for 3 working days
    pull request                                     link
    #386 ADR: add a runbook for a stuck booking      https://github.example/lighthouse/parcel-api/pull/386
    #387 Handle a missing amount on the label        https://github.example/lighthouse/parcel-api/pull/387
    #388 Group slots by due                          https://github.example/lighthouse/parcel-api/pull/388
    #389 Cache the label test fixtures between runs  https://github.example/lighthouse/parcel-api/pull/389
    #390 Accept a tariff without a surcharge         https://github.example/lighthouse/parcel-api/pull/390

    rows: linchpin explain flow.pickup_time --scope parcels --store store --config linchpin.toml --since 26w --as-of 2026-07-01T00:00:00Z
          linchpin explain flow.stuck --scope parcels --store store --config linchpin.toml --since 26w --as-of 2026-07-01T00:00:00Z
    [exit code 7]
    ");
}

#[test]
fn a_limit_that_holds_nothing_is_an_error_of_the_register() {
    let each = [
        String::new(),
        "[[agreements.limit]]\nmetric = \"flow.cycel_time\"\nat_most = 1\n".to_owned(),
        "[[agreements.limit]]\nmetric = \"flow.cycle_time\"\nnumber = \"p95\"\nat_most = 1\n"
            .to_owned(),
        "[[agreements.limit]]\nmetric = \"flow.cycle_time\"\n".to_owned(),
    ]
    .map(|more| {
        let checked = check(&more, &[]);
        assert_eq!(checked.out, "");
        format!("{}[exit code {}]", checked.err, checked.code)
    });
    insta::assert_snapshot!(each.join("\n\n"), @"
    error: the register holds no agreement
    hint: write what the team has agreed under `[agreements]` in linchpin.toml, for example `first_review_within_working_days = 1`
    [exit code 3]

    error: `agreements.limit` names `flow.cycel_time`, which is no metric
    hint: `linchpin explain list` names every metric, and its page in reports/metrics the numbers it has
    [exit code 3]

    error: `agreements.limit` of `flow.cycle_time` names the number `p95`, which it does not have: did you mean `p75`?
    hint: `linchpin explain list` names every metric, and its page in reports/metrics the numbers it has
    [exit code 3]

    error: linchpin.toml: `agreements.limit`: on `flow.cycle_time` has neither `at_most` nor `at_least`
    hint: correct the line; `linchpin schema register --format markdown` lists every key with its type, default and an example (`linchpin schema private-register` those of a private register)
    [exit code 3]
    ");
}
