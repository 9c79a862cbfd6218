//! `diff` between three nights of the demo organisation, the last of them under other working hours.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use crate::cli::{Ran, ran};
use crate::pipeline::{clones, copy_of_the_store, demo};

use super::{answered, said};

const REGISTER: &str = "--config=linchpin.toml";

/// Runs on three Mondays of June; before the last the team agrees on working hours until one o'clock.
fn three_nights() -> &'static Path {
    static NIGHTS: OnceLock<tempfile::TempDir> = OnceLock::new();
    let place = NIGHTS.get_or_init(|| {
        let place = tempfile::tempdir().unwrap();
        copy_of_the_store(place.path());
        // What the demo itself has kept is of a later day.
        fs::remove_dir_all(place.path().join("store/runs")).unwrap();
        let config = demo().root.join("linchpin-demo/config/linchpin.toml");
        let register = fs::read_to_string(config).unwrap();
        let shorter = register.replace("09:00-17:30", "09:00-13:00");
        assert_ne!(register, shorter);
        for (day, register) in [
            ("2026-06-15", &register),
            ("2026-06-22", &register),
            ("2026-06-29", &shorter),
        ] {
            fs::write(place.path().join("linchpin.toml"), register).unwrap();
            let clones = clones();
            let mut arguments = vec!["run", "--quiet", "--offline", "--store=store", REGISTER];
            arguments.extend(["--since=2026-05-01", "--as-of", day]);
            arguments.extend(clones.iter().map(String::as_str));
            let ran = ran(place.path(), &arguments);
            assert_eq!(ran.code, 0, "{}", ran.err);
        }
        place
    });
    place.path()
}

fn diff(arguments: &[&str]) -> Ran {
    let all = [&["diff", "--store=store", REGISTER], arguments].concat();
    ran(three_nights(), &all)
}

#[test]
fn each_cause_has_its_effect_in_working_hours_and_its_rows() {
    insta::assert_snapshot!(answered(&diff(&["--metric", "flow.cycle_time"])), @"
    from the run as of 2026-06-22 00:00 to the run as of 2026-06-29 00:00 (Europe/Lisbon)

    flow.cycle_time · parcels: 6.6 h of working hours (n = 48) → 3.9 h of working hours (n = 52)
    effect                    cause                                                      rows        link
    −14 min of working hours  new events                                                 4 in        https://github.example/lighthouse/parcel-api/pull/391
                                                                                                     https://github.example/lighthouse/parcel-web/pull/335
                                                                                                     https://github.example/lighthouse/parcel-web/pull/336
                                                                                                     https://github.example/lighthouse/parcel-web/pull/337
    −2.5 h of working hours   rows that count otherwise since the configuration changed  45 changed  https://github.example/lighthouse/parcel-api/pull/357
                                                                                                     https://github.example/lighthouse/parcel-api/pull/358
                                                                                                     https://github.example/lighthouse/parcel-api/pull/359
                                                                                                     https://github.example/lighthouse/parcel-api/pull/360
                                                                                                     https://github.example/lighthouse/parcel-api/pull/361

    flow.cycle_time · timetable: 7.2 h of working hours (n = 30) → 3.8 h of working hours (n = 33)
    effect                    cause                                                      rows        link
    −29 min of working hours  new events                                                 3 in        https://github.example/lighthouse/timetable/pull/392
                                                                                                     https://github.example/lighthouse/timetable/pull/393
                                                                                                     https://github.example/lighthouse/timetable/pull/394
    −3.0 h of working hours   rows that count otherwise since the configuration changed  26 changed  https://github.example/lighthouse/timetable/pull/347
                                                                                                     https://github.example/lighthouse/timetable/pull/348
                                                                                                     https://github.example/lighthouse/timetable/pull/349
                                                                                                     https://github.example/lighthouse/timetable/pull/354
                                                                                                     https://github.example/lighthouse/timetable/pull/355
    [exit code 0]
    ");
}

#[test]
fn the_difference_of_two_shares_is_told_in_points() {
    insta::assert_snapshot!(answered(&diff(&["1", "2", "--metric", "flow.unreviewed_share"])), @"
    from the run as of 2026-06-15 00:00 to the run as of 2026-06-22 00:00 (Europe/Lisbon)

    flow.unreviewed_share · parcels: 0 % (n = 39) → 0 % (n = 48)
    effect       cause       rows  link
    ±0.0 points  new events  9 in  https://github.example/lighthouse/parcel-api/pull/384
                                   https://github.example/lighthouse/parcel-web/pull/324
                                   https://github.example/lighthouse/parcel-web/pull/325
                                   https://github.example/lighthouse/parcel-web/pull/327
                                   https://github.example/lighthouse/parcel-web/pull/329

    flow.unreviewed_share · timetable: 21 % (n = 24) → 20 % (n = 30)
    effect       cause       rows  link
    −0.8 points  new events  6 in  https://github.example/lighthouse/timetable/pull/384
                                   https://github.example/lighthouse/timetable/pull/385
                                   https://github.example/lighthouse/timetable/pull/386
                                   https://github.example/lighthouse/timetable/pull/387
                                   https://github.example/lighthouse/timetable/pull/388
    [exit code 0]
    ");
}

#[test]
fn a_day_is_one_of_the_registers_zone() {
    // In Lisbon the second run was made at the first instant of the 22nd; in UTC that is the 21st.
    let by_day = diff(&["2026-06-15", "2026-06-22", "--format", "json"]);
    assert_eq!(
        answered(&by_day),
        answered(&diff(&["1", "2", "--format", "json"]))
    );
    let by_instant = diff(&["1", "2026-06-21T23:00:00Z", "--format", "json"]);
    assert_eq!(answered(&by_instant), answered(&by_day));
    assert_eq!(diff(&["1", "2026-06-21"]).code, 2);
}

#[test]
fn a_run_and_itself_differ_in_nothing() {
    insta::assert_snapshot!(answered(&diff(&["2", "2"])), @"
    from the run as of 2026-06-22 00:00 to the run as of 2026-06-22 00:00 (Europe/Lisbon)
    nothing moved
    [exit code 0]
    ");
}

#[test]
fn what_cannot_be_compared_is_refused_with_what_can() {
    let each = [
        &["9"][..],
        &["yesterday", "1"],
        &["--metric", "flow.cycel_time"],
    ]
    .map(|arguments| said(&diff(arguments)));
    insta::assert_snapshot!(each.join("\n\n"), @"
    error: `9` is no run that the store keeps
    hint: name one of 1 (as of 2026-06-15 00:00), 2 (as of 2026-06-22 00:00), 3 (as of 2026-06-29 00:00)
    [exit code 2]

    error: `yesterday` is no run that the store keeps
    hint: name one of 1 (as of 2026-06-15 00:00), 2 (as of 2026-06-22 00:00), 3 (as of 2026-06-29 00:00)
    [exit code 2]

    error: `flow.cycel_time` is not a metric
    hint: did you mean `flow.cycle_time`? `linchpin explain list` names every metric
    [exit code 2]
    ");
}
