//! What is planted in the demo organisation and shows in flow: found with the plant, not found without it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
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
            && cell["scope"]["origin"].is_null()
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
                && cell["scope"]["origin"].is_null()
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
    let metrics = demo().figures();
    let (before, after) = reviewer_hours(metrics, "parcels");
    assert!(before > 2.0 * after, "{before} and {after} hours");
    let (before, after) = reviewer_hours(metrics, "timetable");
    assert!(
        before < 2.0 * after,
        "not planted there: {before} and {after} hours"
    );

    let silo = demo().truths.silo.as_ref().unwrap();
    let agents = demo().truths.agent_area.as_ref().unwrap();
    let own = demo().truths.self_approval.as_ref().unwrap().independent;
    for cell in metrics.iter().filter(|cell| {
        cell["id"] == "flow.unreviewed_share"
            && cell["bucket"].is_null()
            && cell["status"] == "measured"
            && cell["scope"]["area"].is_string()
    }) {
        let of = cell["value"]["of"].as_u64().unwrap();
        let planted =
            cell["scope"]["product"] == "timetable" && cell["scope"]["area"] == silo.area.as_str();
        // Whoever had an agent do it has not been looked over the shoulder either.
        let approved_alone = cell["scope"]["area"] == agents.area.as_str();
        let expected = match (planted, approved_alone) {
            (true, _) => of,
            (_, true) => own.of - own.hits,
            _ => 0,
        };
        let hits = cell["value"]["hits"].as_u64();
        assert_eq!(hits, Some(expected), "{}", cell["scope"]);
    }

    let change = figure(
        metrics,
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

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn share(n: u64, of: u64) -> f64 {
    n as f64 / of as f64
}

#[test]
fn planted_gates_are_found() {
    let metrics = demo().figures();
    let truths = &demo().truths;
    let of = |id: &str, product: &str| figure(metrics, id, product, None);
    let queue = truths.merge_queue.as_ref().unwrap();
    let found = of("gate.merge_queue", &queue.product);
    assert_eq!(found["n"], queue.n_landed);
    assert_eq!(found["value"]["ejections"], queue.n_ejected);
    assert_eq!(found["value"]["ejections_checks"], queue.n_ejected);
    assert!(queue.n_ejected > 20, "{queue:?}");
    let attempts = found["value"]["attempts"].as_f64().unwrap();
    let expected = share(queue.n_attempts, queue.n_landed);
    assert!((attempts - expected).abs() < 1e-9, "{attempts} {expected}");
    let auto = truths.auto_merge.as_ref().unwrap();
    let found = of("gate.auto_merge", &auto.product);
    assert_eq!(found["n"], auto.n_merged);
    let explained = explain(&demo().root, "gate.auto_merge");
    let rows = explained["rows"].as_array().unwrap().iter();
    let disarmed = rows.filter(|row| row["reason"] == "disarmed").count();
    assert_eq!(disarmed as u64, auto.n_disarmed);
    assert!(auto.n_merged > 20 && auto.n_disarmed > 3, "{auto:?}");
    let bypass = truths.bypass.as_ref().unwrap();
    let found = of("gate.bypass_share", &bypass.product);
    assert_eq!(found["value"]["hits"], bypass.share.hits);
    assert_eq!(found["value"]["of"], bypass.share.of);
    assert!(bypass.share.hits > 3, "{bypass:?}");
    // Not planted there, and no zero.
    for (id, status) in [
        ("gate.merge_queue", "not_applicable"),
        ("gate.auto_merge", "not_applicable"),
        ("gate.approval_wait", "not_applicable"),
        ("gate.bypass_share", "too_few"),
    ] {
        let found = of(id, "parcels");
        assert_eq!(found["status"], status, "{id}");
        let value = found["value"].as_object();
        assert!(value.is_none_or(serde_json::Map::is_empty), "{id}: {found}");
    }
    // Its flaky workflow passes again without a change.
    let workflow = Some(truths.flake.as_ref().unwrap().workflow.as_str());
    let hits = |id: &str| figure(metrics, id, "parcels", workflow)["value"]["hits"].as_u64();
    let flakes = hits("ci.flake_rate");
    assert!(flakes > Some(40) && hits("gate.red_to_green") >= flakes);
}

#[test]
fn without_the_plants_none_of_them_is_found() {
    let world = build(&Plants {
        bottleneck: false,
        silo: false,
        agents: false,
        merge_queue: false,
        auto_merge: false,
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
    for (id, because) in [
        ("gate.merge_queue", "no merge queue seen"),
        ("gate.auto_merge", "no auto-merge seen"),
    ] {
        let found = figure(metrics, id, "timetable", None);
        assert_eq!(
            (&found["status"], &found["because"]),
            (&"not_applicable".into(), &because.into())
        );
    }
    // Whoever merged alone is gone, and with them every merge past the rules.
    let bypass = figure(metrics, "gate.bypass_share", "timetable", None);
    assert_eq!(bypass["value"]["hits"], 0, "{bypass}");
}

/// What `explain` says of a metric over a demo below a directory.
fn explain(root: &Path, metric: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(["explain", metric, "--format", "json", "--since", "78w"])
        .args(["--as-of", "2026-07-01T00:00:00Z"])
        .args(["--store", "linchpin-demo/store"])
        .args(["--config", "linchpin-demo/config/linchpin.toml"])
        .current_dir(root)
        .env_clear()
        .env("HOME", root)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The subjects of the included rows that hit, by product.
fn hits(root: &Path, metric: &str) -> Vec<(String, String)> {
    let explained = explain(root, metric);
    let rows = explained["rows"].as_array().unwrap().iter();
    let of = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    let mut found: Vec<(String, String)> = rows
        .filter(|row| row["fate"] == "included" && row["value"] == 1.0)
        .map(|row| (of(row, "product"), of(row, "subject")))
        .collect();
    found.sort();
    found
}

/// The median wait for the merge from a day on, by product and area.
fn merge_waits(root: &Path, from: &str) -> BTreeMap<(String, String), f64> {
    let explained = explain(root, "flow.merge_wait");
    let mut waits: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for row in explained["rows"].as_array().unwrap() {
        if row["fate"] != "included" || row["at"].as_str().unwrap() < from {
            continue;
        }
        for area in row["areas"].as_array().unwrap() {
            let key = (row["product"].as_str().unwrap(), area.as_str().unwrap());
            let of_area = waits.entry((key.0.to_owned(), key.1.to_owned()));
            of_area.or_default().push(row["value"].as_f64().unwrap());
        }
    }
    waits.retain(|_, hours| hours.len() >= 5);
    let median = |mut hours: Vec<f64>| {
        hours.sort_by(f64::total_cmp);
        hours[hours.len() / 2]
    };
    waits
        .into_iter()
        .map(|(key, hours)| (key, median(hours)))
        .collect()
}

#[test]
fn planted_standstills_late_merges_and_wrong_owners_are_found_and_no_other() {
    let root = &demo().root;
    let stuck = demo().truths.stuck.as_ref().unwrap();
    assert!(stuck.numbers.len() >= 3, "{stuck:?}");
    let found = hits(root, "flow.stuck");
    let numbers: Vec<String> = found
        .iter()
        .map(|(_, subject)| subject.split(' ').next().unwrap().to_owned())
        .collect();
    let mut expected: Vec<String> = stuck.numbers.iter().map(|n| format!("#{n}")).collect();
    expected.sort();
    assert_eq!(numbers, expected);
    assert!(found.iter().all(|(product, _)| *product == stuck.product));

    let late = demo().truths.merge_wait.as_ref().unwrap();
    let waits = merge_waits(root, &late.from.to_string());
    assert!(waits.len() > 5, "{waits:?}");
    for ((product, area), hours) in waits {
        let is_planted = product == late.product && area == late.area;
        assert_eq!(hours > 24.0, is_planted, "{product} {area}: {hours}");
    }

    let drift = demo().truths.drift.as_ref().unwrap();
    let found = hits(root, "ownership.drift");
    let [(product, subject)] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert!(
        *product == drift.product && subject.contains(&drift.area),
        "{found:?}"
    );
}

#[test]
fn without_them_nothing_stands_still_and_owners_are_who_is_declared() {
    let place = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(["demo", "--without", "stuck", "--without", "merge-wait"])
        .args(["--without", "drift"])
        .current_dir(place.path())
        .env_clear()
        .env("HOME", place.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(hits(place.path(), "flow.stuck"), []);
    assert_eq!(hits(place.path(), "ownership.drift"), []);
    let late = demo().truths.merge_wait.as_ref().unwrap();
    let waits = merge_waits(place.path(), &late.from.to_string());
    assert!(
        waits.len() > 5 && waits.values().all(|hours| *hours < 24.0),
        "{waits:?}"
    );
}

/// What a product publishes of what shipped.
fn showcase(root: &Path, product: &str) -> String {
    let page = format!("linchpin-demo/team/showcase-{product}.md");
    let text = fs::read_to_string(root.join(page)).unwrap();
    let (_, shipped) = text.split_once("what shipped").unwrap();
    shipped.split("## Result").next().unwrap().to_owned()
}

/// Merged changes in an area that an agent had a part in, or not: the page tells nothing of an area that two people answer for.
fn merged_in(root: &Path, product: &str, area: &str, is_by_agent: bool) -> u64 {
    let explained = explain(root, "agents.share");
    let rows = explained["rows"].as_array().unwrap().iter();
    let value = if is_by_agent { 1.0 } else { 0.0 };
    let found = rows.filter(|row| {
        let mut areas = row["areas"].as_array().unwrap().iter();
        row["fate"] == "included"
            && row["product"] == product
            && row["value"] == value
            && areas.any(|one| one == area)
    });
    found.count() as u64
}

/// A number of the window's figure of a product or an area, and n.
fn counted(metrics: &[Value], id: &str, product: &str, area: Option<&str>, name: &str) -> Value {
    figure(metrics, id, product, area)["value"][name].clone()
}

#[test]
fn planted_agents_their_area_and_who_approves_them_alone_are_found() {
    let metrics = demo().figures();
    let truths = &demo().truths;
    for truth in &truths.agents {
        let of = |name| counted(metrics, "agents.share", &truth.product, None, name);
        assert_eq!(of("by_agents"), truth.n_opened, "{}", truth.product);
        assert_eq!(of("with_an_agent"), truth.n_assisted, "{}", truth.product);
        let before = metrics.iter().filter(|cell| {
            cell["id"] == "agents.share" && cell["bucket"].as_str().is_some_and(|on| on < "2026")
        });
        let mut hits = before.filter_map(|cell| cell["value"]["hits"].as_u64());
        assert!(hits.all(|hits| hits == 0), "before they were there");
        let turns = figure(metrics, "flow.turns", &truth.product, None);
        assert!(
            turns["value"]["agent_hours"].as_f64() > Some(1.0),
            "{turns}"
        );
    }
    let area = truths.agent_area.as_ref().unwrap();
    let of = |is_by_agent| merged_in(&demo().root, &area.product, &area.area, is_by_agent);
    assert_eq!((of(true), of(false)), (area.n_merged, 0));
    let epic = truths.epic.as_ref().unwrap();
    let shipped = showcase(&demo().root, &epic.product);
    assert!(shipped.contains(&epic.title), "{shipped}");
    assert!(!shipped.contains("No initiative ended"), "{shipped}");
    let own = truths.self_approval.as_ref().unwrap();
    for truth in &truths.agents {
        let id = "review.independent_share";
        let of = |name| counted(metrics, id, &truth.product, None, name);
        let expected = if truth.product == own.product {
            own.independent.hits
        } else {
            truth.n_opened
        };
        assert_eq!(
            (of("hits"), of("of")),
            (expected.into(), truth.n_opened.into()),
            "{}",
            truth.product
        );
    }
}

#[test]
fn without_them_no_agent_is_found_and_nobody_approves_one_alone() {
    let told = |without: &[&str]| {
        let place = tempfile::tempdir().unwrap();
        let without = without.iter().flat_map(|plant| ["--without", plant]);
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["demo", "--quiet"])
            .args(without)
            .current_dir(place.path())
            .env_clear()
            .env("HOME", place.path())
            .output()
            .unwrap();
        assert!(output.status.success());
        let file = place.path().join("linchpin-demo/team/metrics.json");
        let document: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let metrics = document["metrics"].as_array().unwrap().clone();
        (place, metrics)
    };
    let (_, metrics) = told(&["agents"]);
    for product in ["parcels", "timetable"] {
        let hits = counted(&metrics, "agents.share", product, None, "hits");
        assert_eq!(hits, 0, "{product}");
        let independent = figure(&metrics, "review.independent_share", product, None);
        assert_eq!(independent["status"], "not_applicable", "{independent}");
        let turns = figure(&metrics, "flow.turns", product, None);
        assert!(turns["value"]["agent_hours"].is_null(), "{turns}");
    }
    let (place, metrics) = told(&["self-approval", "agent-area", "epic"]);
    let shipped = showcase(place.path(), "parcels");
    assert!(shipped.contains("No initiative ended"), "{shipped}");
    let id = "review.independent_share";
    let of = |name| counted(&metrics, id, "timetable", None, name);
    assert!(of("of").as_u64() > Some(5));
    assert_eq!(of("hits"), of("of"));
    let area = demo().truths.agent_area.as_ref().unwrap();
    let of = |is_by_agent| merged_in(place.path(), &area.product, &area.area, is_by_agent);
    assert!(of(true) > 0 && of(false) > 0);
}
