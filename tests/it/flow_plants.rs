//! What is planted in the demo organisation and shows in flow: found with the plant, not found without it.

use std::fs;
use std::process::Command;

use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::demo::organisation::{Plants, build};
use serde_json::Value;

use crate::pipeline::demo;

/// The window's figure of a product, or of an area of it.
fn figure(metrics: &[Value], id: &str, product: &str, area: Option<&str>) -> Value {
    let is_it = |cell: &&Value| {
        cell["id"] == id
            && cell["bucket"].is_null()
            && cell["scope"]["product"] == product
            && cell["scope"]["repository"].is_null()
            && cell["scope"]["area"].as_str() == area
    };
    metrics.iter().find(is_it).unwrap().clone()
}

/// Hours that a pull request of a product spends with its reviewers, before and from November 2025 on.
fn reviewer_hours(metrics: &[Value], product: &str) -> (f64, f64) {
    let mean = |is_before: bool| {
        let (mut hours, mut n) = (0.0, 0.0);
        for cell in metrics {
            let Some(bucket) = cell["bucket"].as_str() else {
                continue;
            };
            let is_it = cell["id"] == "flow.turns"
                && cell["scope"]["product"] == product
                && cell["scope"]["repository"].is_null()
                && cell["status"] == "measured"
                && (bucket < "2025-11") == is_before;
            if is_it {
                hours += cell["value"]["reviewer_hours"].as_f64().unwrap();
                n += cell["n"].as_f64().unwrap();
            }
        }
        hours / n
    };
    (mean(true), mean(false))
}

#[test]
fn planted_waits_unreviewed_merges_and_the_dated_change_are_found() {
    let metrics = demo().metrics();
    let (before, after) = reviewer_hours(&metrics, "parcels");
    assert!(before > 2.0 * after, "{before} and {after} hours");
    let (before, after) = reviewer_hours(&metrics, "timetable");
    assert!(
        before < 2.0 * after,
        "not planted there: {before} and {after} hours"
    );

    let silo = demo().truths.silo.as_ref().unwrap();
    for cell in metrics.iter().filter(|cell| {
        cell["id"] == "flow.unreviewed_share"
            && cell["bucket"].is_null()
            && cell["status"] == "measured"
            && cell["scope"]["area"].is_string()
    }) {
        let of = cell["value"]["of"].as_u64().unwrap();
        let planted =
            cell["scope"]["product"] == "timetable" && cell["scope"]["area"] == silo.area.as_str();
        assert_eq!(
            cell["value"]["hits"].as_u64(),
            Some(if planted { of } else { 0 }),
            "{}",
            cell["scope"]
        );
    }

    let change = figure(
        &metrics,
        "flow.predictability",
        "parcels",
        Some("2025-11-03 Reviews are spread"),
    );
    assert_eq!(change["status"], "measured");
    assert!(
        change["value"]["finished_after"].as_u64() > Some(0),
        "{change}"
    );
}

#[test]
fn without_the_plants_none_of_them_is_found() {
    let world = build(&Plants {
        bottleneck: false,
        silo: false,
        ..Plants::default()
    });
    let directory = tempfile::tempdir().unwrap();
    let register = world.register_toml.replace(
        "[[event]]\non = \"2025-11-03\"\ntitle = \"Reviews are spread\"\n",
        "",
    );
    assert!(register.len() < world.register_toml.len());
    fs::write(directory.path().join("linchpin.toml"), register).unwrap();
    let as_of = world.as_of.to_string();
    let server = FakeGitHub::start(world.host, Faults::none(world.as_of)).unwrap();
    for command in ["fetch", "report"] {
        let mut arguments = vec![command, "--as-of", &as_of, "--since", "78w"];
        arguments.extend(["--config", "linchpin.toml", "--quiet"]);
        for repository in [
            "lighthouse/parcel-api",
            "lighthouse/parcel-web",
            "lighthouse/timetable",
        ] {
            arguments.extend(["--github", repository]);
        }
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(arguments)
            .args(["--api-url", &server.base_url()])
            .current_dir(directory.path())
            .env_clear()
            .env("HOME", directory.path())
            .env("GH_ENTERPRISE_TOKEN", "demo")
            .output()
            .unwrap();
        // No clone, so no history: partial data is said, and nothing else is wrong.
        assert!(
            matches!(output.status.code(), Some(0 | 5)),
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let file = directory.path().join("linchpin-report/team/metrics.json");
    let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let metrics = document["metrics"].as_array().unwrap();

    let (before, after) = reviewer_hours(metrics, "parcels");
    assert!(before < 2.0 * after, "{before} and {after} hours");
    let solver = figure(
        metrics,
        "flow.unreviewed_share",
        "timetable",
        Some("solver"),
    );
    assert_eq!(solver["value"]["hits"], 0, "{solver}");
    let change = figure(metrics, "flow.predictability", "parcels", None);
    assert_eq!(change["status"], "not_observed");
}
