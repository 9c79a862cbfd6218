//! Now against before: the figures of other windows are the metric's own, and tell of nobody alone.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use jiff::civil::date;
use linchpin::metrics::measure::Measured;
use linchpin::metrics::recent::Recent;
use linchpin::report::withheld::of_stretches;
use linchpin::work::Reading;
use serde_json::Value;

use crate::pipeline::demo;
use crate::turns::anything;

/// The team tree's figures of the demo over some days.
fn figures_since(since: &str) -> Vec<Value> {
    let root = demo().root.join("linchpin-demo");
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args([
            "report",
            "--as-of",
            // The end of the last whole day in Lisbon.
            "2026-06-30T23:00:00Z",
            "--since",
            since,
            "--store",
        ])
        .arg(root.join("store"))
        .arg("--config")
        .arg(root.join("config/linchpin.toml"))
        .args(["--out", "out"])
        .current_dir(place.path())
        .env_clear()
        .env("HOME", place.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = fs::read(place.path().join("out/team/metrics.json")).unwrap();
    let file: Value = serde_json::from_slice(&text).unwrap();
    file["metrics"].as_array().unwrap().clone()
}

fn strips() -> Vec<Value> {
    let path = demo().root.join("linchpin-demo/team/metrics.json");
    let file: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    file["now_and_before"].as_array().unwrap().clone()
}

/// A product's lines by id.
fn lines(product: &str) -> BTreeMap<String, Value> {
    let strips = strips();
    let strip = strips
        .iter()
        .find(|strip| strip["product"] == product)
        .unwrap();
    assert_eq!(strip["now"]["first"], "2026-04-02");
    assert_eq!(strip["now"]["last"], "2026-06-30");
    assert_eq!(strip["before"]["first"], "2026-01-02");
    assert_eq!(strip["before"]["last"], "2026-04-01");
    let figures = strip["figures"].as_array().unwrap().iter();
    figures
        .map(|line| (line["id"].as_str().unwrap().to_owned(), line.clone()))
        .collect()
}

#[test]
fn now_is_what_a_report_of_those_days_tells() {
    let asked = figures_since("2026-04-02");
    let mut n_compared = 0;
    for product in ["parcels", "timetable"] {
        for (id, line) in lines(product) {
            let of_metric = asked.iter().find(|figure| {
                figure["id"] == line["metric"]
                    && figure["bucket"].is_null()
                    && figure["scope"]["product"] == product
                    && figure["scope"]["repository"].is_null()
                    && figure["scope"]["area"].is_null()
            });
            let figure = of_metric.unwrap();
            if line["now"]["value"].is_null() {
                assert_ne!(figure["status"], "measured", "{product} {id}");
                continue;
            }
            let value = line["now"]["value"].as_f64().unwrap();
            let number = |name: &str| figure["value"][name].as_f64();
            let expected = match id.as_str() {
                "dora.deployment_frequency" => number("count").unwrap() / (90.0 / 7.0),
                "dora.change_fail_rate" | "knowledge.silos" => {
                    number("hits").unwrap() / number("of").unwrap()
                }
                "flow.turns.reviewer_share" => number("reviewer_share").unwrap(),
                // Working hours of the window are not in the file: that they are those of the calendar is a test of its own.
                "review.waiting_hours" => continue,
                _ => {
                    assert_eq!(line["now"]["n"], figure["n"], "{product} {id}");
                    assert_eq!(
                        line["now"]["interval"], figure["interval"],
                        "{product} {id}"
                    );
                    number("working_p50").unwrap()
                }
            };
            assert!(
                (value - expected).abs() < 1e-3,
                "{product} {id}: {value} {expected}"
            );
            n_compared += 1;
        }
    }
    assert!(n_compared > 10, "{n_compared}");
}

#[test]
fn the_strip_tells_the_agreed_clock_and_the_months() {
    let lines = lines("parcels");
    let pickup = &lines["flow.pickup_time"];
    assert_eq!(pickup["unit"], "working hours");
    assert_eq!(
        pickup["agreed"],
        "a first review comes within 1 working day: crossed by 5"
    );
    let months = pickup["months"].as_array().unwrap();
    assert_eq!(months.len(), 18);
    assert_eq!(months[0]["bucket"], "2025-01");
    assert_eq!(months[17]["bucket"], "2026-06");
    // Reviews were spread on 2025-11-03.
    let at = |at: usize| months[at]["value"].as_f64().unwrap();
    assert!(at(8) > 2.0 * at(12), "{months:?}");
    // A state has no months.
    assert_eq!(
        lines["knowledge.silos"]["months"].as_array().unwrap().len(),
        0
    );
}

#[test]
fn no_word_is_said_where_the_intervals_overlap() {
    for product in ["parcels", "timetable"] {
        for (id, line) in lines(product) {
            let interval = |side: &str| {
                let ends = line[side]["interval"].as_array()?;
                Some([ends[0].as_f64()?, ends[1].as_f64()?])
            };
            let (Some(now), Some(before)) = (interval("now"), interval("before")) else {
                continue;
            };
            let is_apart = now[0] > before[1] || now[1] < before[0];
            assert_eq!(
                line["change"] != "not_told_apart",
                is_apart,
                "{product} {id}"
            );
        }
    }
}

#[test]
fn a_stretch_that_too_few_people_are_behind_is_told_on_neither_side() {
    let given = anything(7, 60);
    let question = given.question();
    let readings = Reading::of_products(&given.tables, &question);
    let event = date(2026, 3, 11);
    let recent = Recent::of(&readings, &["flow.cycle_time"], &[event]).unwrap();
    let figure = &recent.figures[0];
    let n_told = |minimum: usize| {
        let mut question = question.clone();
        question.minimum_people = minimum;
        let readings = Reading::of_products(&given.tables, &question);
        let recent = Recent::of(&readings, &["flow.cycle_time"], &[event]).unwrap();
        let figure = &recent.figures[0];
        let pair = of_stretches(
            [&figure.now, &figure.before],
            &jiff::tz::TimeZone::UTC,
            minimum,
        );
        let whole = pair.iter().flat_map(|measure| &measure.cells);
        let whole =
            whole.filter(|cell| cell.scope.area.is_none() && cell.scope.repository.is_none());
        whole
            .filter(|cell| {
                matches!(
                    cell.measured,
                    Measured::Value { .. } | Measured::TooFew { .. }
                )
            })
            .count()
    };
    let cells = figure.now.cells.iter().chain(&figure.before.cells);
    assert!(cells.count() > 0);
    assert!(n_told(1) > 0);
    assert_eq!(n_told(1_000), 0);
}

#[test]
fn the_picture_of_the_path_has_the_days_of_the_strip() {
    let team = demo().root.join("linchpin-demo/team");
    for strip in strips() {
        let product = strip["product"].as_str().unwrap();
        let page = fs::read_to_string(team.join(format!("{product}.html"))).unwrap();
        for side in ["now", "before"] {
            let day = |end: &str| strip[side][end].as_str().unwrap();
            let words = format!("{side}: {} – {}", day("first"), day("last"));
            assert!(page.contains(&words), "{product}: {words}");
        }
    }
}
