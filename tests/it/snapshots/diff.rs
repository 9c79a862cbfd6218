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
    from the run as of 2026-06-21T23:00:00Z to the run as of 2026-06-28T23:00:00Z

    flow.cycle_time · parcels: 6.8 h of working hours (n = 45) → 4.0 h of working hours (n = 49)
      −16 min of working hours: new events (rows: 4 in)
          https://github.example/lighthouse/parcel-api/pull/384
          https://github.example/lighthouse/parcel-web/pull/327
          https://github.example/lighthouse/parcel-web/pull/328
          https://github.example/lighthouse/parcel-web/pull/329
      −2.5 h of working hours: rows that count otherwise since the configuration changed (rows: 42 changed)
          https://github.example/lighthouse/parcel-api/pull/351
          https://github.example/lighthouse/parcel-api/pull/352
          https://github.example/lighthouse/parcel-api/pull/353
          https://github.example/lighthouse/parcel-api/pull/354
          https://github.example/lighthouse/parcel-api/pull/355

    flow.cycle_time · timetable: 8.9 h of working hours (n = 25) → 4.0 h of working hours (n = 28)
      −32 min of working hours: new events (rows: 3 in)
          https://github.example/lighthouse/timetable/pull/372
          https://github.example/lighthouse/timetable/pull/373
          https://github.example/lighthouse/timetable/pull/374
      −4.3 h of working hours: rows that count otherwise since the configuration changed (rows: 22 changed)
          https://github.example/lighthouse/timetable/pull/332
          https://github.example/lighthouse/timetable/pull/333
          https://github.example/lighthouse/timetable/pull/338
          https://github.example/lighthouse/timetable/pull/339
          https://github.example/lighthouse/timetable/pull/340
    [exit code 0]
    ");
}

#[test]
fn the_difference_of_two_shares_is_told_in_points() {
    insta::assert_snapshot!(answered(&diff(&["1", "2", "--metric", "flow.unreviewed_share"])), @"
    from the run as of 2026-06-14T23:00:00Z to the run as of 2026-06-21T23:00:00Z

    flow.unreviewed_share · parcels: 0 % (n = 36) → 0 % (n = 45)
      ±0.0 points: new events (rows: 9 in)
          https://github.example/lighthouse/parcel-api/pull/377
          https://github.example/lighthouse/parcel-web/pull/316
          https://github.example/lighthouse/parcel-web/pull/317
          https://github.example/lighthouse/parcel-web/pull/319
          https://github.example/lighthouse/parcel-web/pull/321

    flow.unreviewed_share · timetable: 16 % (n = 19) → 16 % (n = 25)
      +0.2 points: new events (rows: 6 in)
          https://github.example/lighthouse/timetable/pull/364
          https://github.example/lighthouse/timetable/pull/365
          https://github.example/lighthouse/timetable/pull/366
          https://github.example/lighthouse/timetable/pull/367
          https://github.example/lighthouse/timetable/pull/368
    [exit code 0]
    ");
}

#[test]
fn a_run_and_itself_differ_in_nothing() {
    insta::assert_snapshot!(answered(&diff(&["2", "2"])), @"
    from the run as of 2026-06-21T23:00:00Z to the run as of 2026-06-21T23:00:00Z
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
    hint: name one of 1 (as of 2026-06-14T23:00:00Z), 2 (as of 2026-06-21T23:00:00Z), 3 (as of 2026-06-28T23:00:00Z)
    [exit code 2]

    error: `yesterday` is no run that the store keeps
    hint: name one of 1 (as of 2026-06-14T23:00:00Z), 2 (as of 2026-06-21T23:00:00Z), 3 (as of 2026-06-28T23:00:00Z)
    [exit code 2]

    error: `flow.cycel_time` is not a metric
    hint: did you mean `flow.cycle_time`? `linchpin explain list` names every metric
    [exit code 2]
    ");
}
