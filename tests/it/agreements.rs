//! `linchpin check` on the demo organisation: the team's agreements as a gate.

use std::fs;
use std::process::Command;

use linchpin::domain::ReviewState;
use linchpin::metrics::agreements::{Standing, agreements};
use linchpin::metrics::measure_all;
use serde_json::Value;

use crate::facts_given::{BEN, Given};
use crate::pipeline::demo;

pub struct Checked {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The demo's register.
pub fn register() -> String {
    fs::read_to_string(demo().root.join("linchpin-demo/config/linchpin.toml")).unwrap()
}

/// Checks the demo's figures against the demo's register with some lines more, in place of what is agreed there.
pub fn check(more: &str, arguments: &[&str]) -> Checked {
    let register = register();
    let without_agreements: Vec<&str> = register
        .lines()
        .filter(|line| !line.contains("_working_days"))
        .collect();
    check_with(
        &format!("{}\n{more}", without_agreements.join("\n")),
        arguments,
    )
}

/// Checks the demo's figures against a register.
pub fn check_with(register: &str, arguments: &[&str]) -> Checked {
    let place = tempfile::tempdir().unwrap();
    let config = place.path().join("linchpin.toml");
    fs::write(&config, register).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .arg("check")
        .args(["--as-of", "2026-07-01T00:00:00Z", "--since", "26w"])
        .arg("--store")
        .arg(demo().root.join("linchpin-demo/store"))
        .arg("--config")
        .arg(&config)
        .args(arguments)
        .env_clear()
        .env("HOME", place.path())
        .output()
        .unwrap();
    // Where register and store lie differs from run to run.
    let demo = demo().root.join("linchpin-demo");
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .replace(&config.display().to_string(), "linchpin.toml")
            .replace(&demo.join("store").display().to_string(), "store")
    };
    Checked {
        code: output.status.code().unwrap(),
        out: text(&output.stdout),
        err: text(&output.stderr),
    }
}

#[test]
fn a_missing_figure_is_not_measured_and_never_crosses() {
    let more = "[[agreements.limit]]\nmetric = \"flow.cycle_time\"\nscope = \"no such area\"\nat_most = 1\n";
    let checked = check(more, &["--format", "json"]);
    assert_eq!(checked.code, 0, "{}", checked.out);
    let document: Value = serde_json::from_str(&checked.out).unwrap();
    let line = &document["agreements"][0];
    assert_eq!(line["standing"], "not_measured");
    assert_eq!(line["found"], Value::Null);
    assert_eq!(line["because"], "no figure of this scope");
}

#[test]
fn a_wait_for_a_first_review_names_the_pull_requests_and_nobody() {
    let checked = check(
        "[agreements]\nfirst_review_within_working_days = 0\n",
        &["--format", "json"],
    );
    // The demo's register has an `[agreements]` table of its own: a second one is refused.
    assert_eq!(checked.code, 3, "{}", checked.out);
    let register = register().replace(
        "first_review_within_working_days = 1.0",
        "first_review_within_working_days = 0.0",
    );
    let checked = check_with(&register, &["--format", "json"]);
    let document: Value = serde_json::from_str(&checked.out).unwrap();
    let lines = document["agreements"].as_array().unwrap();
    let waits: Vec<&Value> = lines
        .iter()
        .filter(|line| line["metric"] == "flow.pickup_time")
        .collect();
    assert_eq!(waits.len(), 2, "one line a product");
    let items: Vec<&Value> = waits
        .iter()
        .flat_map(|line| line["items"].as_array().unwrap())
        .collect();
    assert!(!items.is_empty(), "the demo has pull requests that wait");
    for item in items {
        assert!(item["working_days"].as_f64().unwrap() > 0.0, "{item}");
        assert!(item["link"].as_str().unwrap().contains("/pull/"), "{item}");
    }
}

#[test]
fn only_what_stands_still_crosses_the_agreement_about_stuck_work() {
    let mut given = Given::new();
    given.register = "[agreements]\nstuck_after_working_days = 3\n".into();
    // Open since the first Monday; Ben has spoken on all but the last in the last hours.
    for number in 1..=6 {
        given.open(number, 10);
        if number < 6 {
            let at = 28 * 24 - 2;
            given.review(number, BEN, ReviewState::Commented, at);
        }
    }
    let register = linchpin::register::parse(&given.register, "linchpin.toml").unwrap();
    let (tables, question) = (&given.tables, given.question());
    let measures = measure_all(tables, &question);
    let readings = linchpin::work::Reading::of_products(tables, &question);
    let found = agreements(&register, &measures, &readings).unwrap();
    let stuck = found.iter().find(|one| one.metric == "flow.stuck").unwrap();
    let subjects: Vec<&str> = stuck
        .items
        .iter()
        .map(|item| item.subject.as_str())
        .collect();
    assert_eq!(subjects, ["#6 Change 6"]);
    assert_eq!(stuck.standing, Standing::Crossed);
}
