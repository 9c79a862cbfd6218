//! Exports that name nobody: OpenMetrics, read by a parser of its grammar, and CDEvents. And the views of DuckDB.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use linchpin::render::openmetrics;
use serde_json::Value;

use crate::pipeline::demo;

mod grammar;

use grammar::parsed;

const AS_OF: &str = "2026-07-01T00:00:00Z";

fn export(format: &str, more: &[&str]) -> (Output, tempfile::TempDir) {
    let out = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(["export", "--format", format, "--store", "store"])
        .args(["--config", "config/linchpin.toml", "--as-of", AS_OF])
        .args(["--private-config", "config/linchpin.private.toml"])
        .args(if more.contains(&"--since") {
            &[][..]
        } else {
            &["--since", "78w"]
        })
        .args(more)
        .arg("--out")
        .arg(out.path())
        .current_dir(demo().root.join("linchpin-demo"))
        .env_clear()
        .output()
        .unwrap();
    (output, out)
}

fn exported(format: &str, file: &str, more: &[&str]) -> String {
    let (output, out) = export(format, more);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    fs::read_to_string(out.path().join("export").join(file)).unwrap()
}

/// Every login of the demo's people, and every name.
fn names_nobody(text: &str) {
    // `ghost` is nobody: an account that is gone.
    let people = demo().truths.people.iter();
    for person in people.filter(|person| person.login != "ghost") {
        for name in [&person.login, &person.name] {
            assert!(!text.contains(name.as_str()), "`{name}` is named");
        }
    }
}

fn metrics() -> Vec<Value> {
    let is_whole = |cell: &Value| {
        let scope = &cell["scope"];
        ["repository", "area", "origin"]
            .iter()
            .all(|part| scope[part].is_null())
    };
    demo().metrics().into_iter().filter(is_whole).collect()
}

#[test]
fn the_figures_are_those_of_the_last_whole_month_in_base_units_and_nothing_else() {
    let text = exported("openmetrics", "linchpin.prom", &[]);
    names_nobody(&text);
    let families = parsed(&text).unwrap();
    let only = |name: &str| {
        let samples = &families[name].samples;
        assert_eq!(samples.len(), 1, "{name}");
        *samples.values().next().unwrap()
    };
    let as_of: jiff::Timestamp = AS_OF.parse().unwrap();
    assert!((only("linchpin_as_of_timestamp_seconds") - as_of.as_second() as f64).abs() < 1e-6);
    assert!(only("linchpin_partial_data").abs() < 1e-9);
    let of = |name: &str, product: &str| {
        let key = vec![("product".to_owned(), product.to_owned())];
        families.get(name)?.samples.get(&key).copied()
    };
    // June ended in Lisbon an hour before the as-of instant.
    let (mut n_told, mut n_missing) = (0, 0);
    for cell in metrics() {
        if cell["id"] != "flow.pickup_time" && cell["id"] != "review.concentration" {
            continue;
        }
        if cell["bucket"] != "2026-06" {
            continue;
        }
        let product = cell["scope"]["product"].as_str().unwrap();
        let stem = format!(
            "linchpin_{}",
            cell["id"].as_str().unwrap().replace('.', "_")
        );
        let n = of(&format!("{stem}_n"), product);
        if cell["status"] != "measured" {
            assert_eq!(n, None, "{cell}");
            n_missing += 1;
            continue;
        }
        assert_eq!(n, cell["n"].as_f64(), "{cell}");
        let (name, expected) = match cell["value"]["working_p50"].as_f64() {
            Some(hours) => (format!("{stem}_working_p50_seconds"), hours * 3600.0),
            None => (
                format!("{stem}_ratio"),
                cell["value"]["hits"].as_f64().unwrap() / cell["value"]["of"].as_f64().unwrap(),
            ),
        };
        let told = of(&name, product).unwrap_or_else(|| panic!("{name} of {product}"));
        assert!((told - expected).abs() < 1e-6, "{name}: {told} {expected}");
        n_told += 1;
    }
    assert!(
        n_told + n_missing >= 4 && n_told > 0,
        "{n_told} {n_missing}"
    );
    let known = openmetrics::names();
    let own = [
        "build",
        "as_of_timestamp_seconds",
        "partial_data",
        "figure_since_timestamp_seconds",
        "figure_until_timestamp_seconds",
    ];
    for (name, family) in &families {
        if !own.iter().any(|own| *name == format!("linchpin_{own}")) {
            assert_eq!(known[name], family.unit.as_deref(), "{name}");
        }
        for (labels, value) in &family.samples {
            assert!(value.is_finite(), "{name} {labels:?}");
            let names: BTreeSet<&str> = labels.iter().map(|(label, _)| label.as_str()).collect();
            assert!(
                names.is_subset(&BTreeSet::from(["product", "metric", "version"])),
                "{name} {labels:?}"
            );
        }
        if family.unit.as_deref() == Some("ratio") && !name.contains("_interval_") {
            let in_range = |value: &f64| (0.0..=1.0).contains(value);
            assert!(family.samples.values().all(in_range), "{name}");
        }
    }
    // A figure has its n, and an interval has both of its ends and its figure.
    for (name, family) in &families {
        let Some(stem) = name.strip_suffix("_interval_low_seconds") else {
            continue;
        };
        let high = &families[&format!("{stem}_interval_high_seconds")];
        let middle = &families[&format!("{stem}_seconds")];
        for (labels, low) in &family.samples {
            assert!(*low <= high.samples[labels], "{name}");
            assert!(middle.samples.contains_key(labels), "{name}");
        }
    }
}

#[test]
fn what_has_no_figure_has_no_sample() {
    // Two weeks by week: too few rows for most, and none at all for some.
    let text = exported(
        "openmetrics",
        "linchpin.prom",
        &["--since", "2026-06-15", "--by", "week"],
    );
    let families = parsed(&text).unwrap();
    assert!(!text.contains("NaN"), "{text}");
    let ids: BTreeSet<&str> = families["linchpin_figure_since_timestamp_seconds"]
        .samples
        .keys()
        .flat_map(|labels| labels.iter())
        .filter(|(label, _)| label == "metric")
        .map(|(_, id)| id.as_str())
        .collect();
    // Every family is one of a metric that is told.
    for name in families.keys() {
        let is_own = [
            "linchpin_build",
            "linchpin_as_of",
            "linchpin_partial",
            "linchpin_figure",
        ]
        .iter()
        .any(|own| name.starts_with(own));
        let is_told = ids
            .iter()
            .any(|id| name.starts_with(&format!("linchpin_{}", id.replace('.', "_"))));
        assert!(is_own || is_told, "{name}");
    }
    assert!(
        !ids.contains("dora.failed_deployment_recovery_time"),
        "{ids:?}"
    );
}

#[test]
fn an_option_that_says_nothing_of_the_format_is_refused() {
    for more in [["--table", "people"], ["--privacy", "pseudonymous"]] {
        let (output, out) = export("openmetrics", &more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(more[0]) && said.contains("hint: "), "{said}");
        assert!(!out.path().join("export").exists());
    }
}

fn events(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn events_are_those_that_the_figures_count_and_keep_their_ids() {
    let text = exported("cdevents", "cdevents.ndjson", &[]);
    names_nobody(&text);
    let all = events(&text);
    let mut ids = BTreeSet::new();
    let mut by_kind: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut last = String::new();
    for event in &all {
        let (context, data) = (&event["data"]["context"], &event["data"]);
        for (outer, inner) in [
            ("id", "id"),
            ("source", "source"),
            ("type", "type"),
            ("time", "timestamp"),
        ] {
            assert_eq!(event[outer], context[inner], "{event}");
        }
        assert_eq!(event["specversion"], "1.0");
        assert_eq!(context["specversion"], "0.5.0");
        assert_eq!(event["subject"], data["subject"]["id"]);
        assert!(ids.insert(event["id"].to_string()), "{event}");
        let time = event["time"].as_str().unwrap().to_owned();
        let at: jiff::Timestamp = time.parse().unwrap();
        assert!(
            at < AS_OF.parse().unwrap() && last.as_str() <= time.as_str(),
            "{event}"
        );
        last = time;
        let told = &data["subject"]["content"];
        let kind = event["type"].as_str().unwrap();
        let kind = kind
            .strip_prefix("dev.cdevents.")
            .and_then(|kind| kind.strip_suffix(".0.3.0"))
            .unwrap();
        match kind {
            "service.deployed" | "service.rolledback" => {
                assert!(told["environment"]["id"].is_string(), "{event}");
                let artifact = told["artifactId"].as_str().unwrap();
                assert!(artifact.starts_with("pkg:github/lighthouse/"), "{event}");
            }
            "incident.detected" | "incident.resolved" => {
                assert!(told["environment"]["id"].is_string(), "{event}");
                assert!(told["description"].is_null(), "titles stay behind");
            }
            "change.merged" => assert!(told["repository"]["id"].is_string(), "{event}"),
            other => panic!("{other}"),
        }
        let product = data["customData"]["product"].as_str().unwrap();
        *by_kind
            .entry((product.to_owned(), kind.to_owned()))
            .or_default() += 1;
    }
    for product in ["parcels", "timetable"] {
        let n = |kind: &str| {
            let key = (product.to_owned(), kind.to_owned());
            by_kind.get(&key).copied().unwrap_or_default()
        };
        let deployments = demo().figure("dora.deployment_frequency", product, None);
        assert_eq!(
            n("service.deployed") + n("service.rolledback"),
            deployments["value"]["count"].as_u64().unwrap(),
            "{product}"
        );
        let rework = demo().figure("dora.deployment_rework_rate", product, None);
        assert_eq!(
            n("service.rolledback"),
            rework["value"]["rollbacks"].as_u64().unwrap(),
            "{product}"
        );
        assert!(n("change.merged") > 50, "{product}");
        assert!(
            n("incident.resolved") <= n("incident.detected"),
            "{product}"
        );
    }
    let detected: u64 = by_kind
        .iter()
        .filter(|((_, kind), _)| kind == "incident.detected")
        .map(|(_, n)| n)
        .sum();
    assert!(detected > 0, "{by_kind:?}");

    // The same event has the same id in every export that has it.
    let later = events(&exported(
        "cdevents",
        "cdevents.ndjson",
        &["--since", "2026-04-01"],
    ));
    assert!(!later.is_empty() && later.len() < all.len());
    assert!(later.iter().all(|event| all.contains(event)));
}

/// Every metric's name in an expression of PromQL.
fn metrics_of(expression: &str) -> Vec<&str> {
    let words = expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with("linchpin_")).collect()
}

#[test]
fn the_board_asks_for_metrics_that_are_written_in_their_units() {
    let board: Value =
        serde_json::from_str(include_str!("../../reports/grafana/linchpin.json")).unwrap();
    let mut known = openmetrics::names();
    for (own, unit) in [
        ("linchpin_as_of_timestamp_seconds", Some("seconds")),
        ("linchpin_partial_data", None),
    ] {
        known.insert(own.to_owned(), unit);
    }
    let mut ids = BTreeSet::new();
    let mut n = 0;
    for panel in board["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        for target in panel["targets"].as_array().unwrap_or(&Vec::new()) {
            let expression = target["expr"].as_str().unwrap();
            let found = metrics_of(expression);
            assert_eq!(found.len(), 1, "{expression}");
            let unit = match known.get(found[0]) {
                Some(Some("seconds")) => "s",
                Some(Some("ratio")) => "percentunit",
                Some(_) => "short",
                None => panic!("`{}` is never written", found[0]),
            };
            assert_eq!(
                panel["fieldConfig"]["defaults"]["unit"], unit,
                "{expression}"
            );
            n += 1;
        }
    }
    assert!(n > 30, "{n}");
    let text = exported("openmetrics", "linchpin.prom", &[]);
    let families = parsed(&text).unwrap();
    let variable = board["templating"]["list"][1]["query"]["query"]
        .as_str()
        .unwrap();
    assert!(families.contains_key(metrics_of(variable)[0]), "{variable}");
    let asked: BTreeSet<&str> = board["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default())
        .filter_map(|target| target["expr"].as_str().map(str::to_owned))
        .flat_map(|expression| {
            let found = metrics_of(&expression).into_iter();
            let written = found.filter_map(|name| families.get_key_value(name));
            written.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
        })
        .collect();
    assert!(asked.len() > 20, "the demo has most of them: {asked:?}");
}

#[test]
fn duckdb_has_a_view_for_every_parquet_file_beside_its_script() {
    let (output, out) = export(
        "duckdb",
        &["--table", "pull_requests", "--table", "measures"],
    );
    assert!(output.status.success());
    let place = out.path().join("export");
    let script = fs::read_to_string(place.join("views.sql")).unwrap();
    assert_eq!(
        script,
        "-- Run in the folder of this file: `duckdb -init views.sql`, or `.read views.sql`.\n\
         CREATE OR REPLACE VIEW \"measures\" AS SELECT * FROM read_parquet('measures.parquet');\n\
         CREATE OR REPLACE VIEW \"pull_requests\" AS SELECT * FROM read_parquet('pull_requests.parquet');\n"
    );
    for file in ["measures.parquet", "pull_requests.parquet"] {
        assert!(Path::new(&place).join(file).is_file());
    }
}
