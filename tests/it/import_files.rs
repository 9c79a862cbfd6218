//! The files of imports, as a user meets them: what is read, what is refused, what the report says of them, and that what one
//! store exports another one reads.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::Value;

use crate::cli::{Ran, fixture, ran};
use crate::pipeline::{demo, tree};

const RUN: [&str; 3] = ["run", "--offline", "--as-of=2024-02-01"];

fn import(kind: &str, path: &str) -> String {
    format!("[[import]]\nkind = \"{kind}\"\npath = \"{path}\"\n")
}

fn json(folder: &Path, file: &str) -> Value {
    let path = folder.join("linchpin-report/team").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_file_is_read_below_the_registers_folder_alone() {
    let elsewhere = tempfile::tempdir().unwrap();
    let table = "id,deployed_at\n1,2024-01-20T10:00:00Z\n";
    fs::write(elsewhere.path().join("secret.csv"), "password\n").unwrap();
    let fixture = fixture();
    let home = fixture.path();
    let register = |path: &str| {
        fs::write(home.join("linchpin.toml"), import("deployments", path)).unwrap();
    };
    let refused = |said: &[&str]| {
        let ran = ran(home, &RUN);
        ran.is_refused(3, said);
        assert!(!ran.err.contains("password"), "{}", ran.err);
    };
    for path in ["../secret.csv", "/etc/secret.csv", "a/../../secret.csv"] {
        register(path);
        refused(&["import.path", "below the register's folder"]);
    }
    // A link out of the folder: to a file, and to a folder of them.
    register("*.csv");
    symlink(elsewhere.path().join("secret.csv"), home.join("d.csv")).unwrap();
    refused(
        &["`d.csv`", "leads out of its directory", "[[import]]"]
            .map(|words| words.trim_matches('`')),
    );
    fs::remove_file(home.join("d.csv")).unwrap();
    symlink(elsewhere.path(), home.join("d")).unwrap();
    register("d/*.csv");
    refused(&["leads out of its directory"]);
    fs::remove_file(home.join("d")).unwrap();
    // One inside it is a file like any other.
    fs::create_dir(home.join("d")).unwrap();
    fs::write(home.join("d/real.csv"), table).unwrap();
    symlink("real.csv", home.join("d/link.csv")).unwrap();
    register("d/link.csv");
    ran(home, &RUN).ends_with(0);
    fs::create_dir(home.join("d/e.csv")).unwrap();
    register("d/*.csv");
    ran(home, &RUN).ends_with(0);
    // `*` is of one folder, `**` of those below.
    fs::create_dir(home.join("d/f")).unwrap();
    fs::write(home.join("d/f/deep.csv"), table.replace("1,", "2,")).unwrap();
    let n_files = |path: &str| {
        register(path);
        ran(home, &RUN).ends_with(0);
        let quality = json(home, "data_quality.json");
        quality["imports"].as_array().unwrap().len()
    };
    assert_eq!(n_files("d/*.csv"), 2);
    assert_eq!(n_files("d/**/*.csv"), 3);
    assert_eq!(n_files("**/deep.csv"), 1);
    // What is no text, and what is no table, is named.
    fs::write(home.join("d/f/deep.csv"), b"id,deployed_at\n\xff\n").unwrap();
    refused(&["d/f/deep.csv", "cannot be read"]);
    fs::write(home.join("d/f/deep.csv"), "id,deployed\n").unwrap();
    refused(&["d/f/deep.csv", "`deployed`", "did you mean `deployed_at`?"]);
    fs::remove_file(home.join("d/f/deep.csv")).unwrap();
    std::process::Command::new("mkfifo")
        .arg(home.join("d/f/deep.csv"))
        .status()
        .unwrap();
    refused(&["d/f/deep.csv", "is not a regular file"]);
    fs::remove_file(home.join("d/f/deep.csv")).unwrap();
    let large = fs::File::create(home.join("d/f/deep.csv")).unwrap();
    large.set_len((64 << 20) + 1).unwrap();
    refused(&["d/f/deep.csv", "is larger than 64 MiB"]);
}

/// The lines of `data_quality.json` about the files of imports, by file and kind.
fn import_lines(folder: &Path) -> BTreeMap<(String, String), Value> {
    let quality = json(folder, "data_quality.json");
    let lines = quality["imports"].as_array().unwrap().clone();
    let key = |line: &Value| {
        let word = |key: &str| line[key].as_str().unwrap().to_owned();
        (word("file"), word("kind"))
    };
    lines.into_iter().map(|line| (key(&line), line)).collect()
}

#[test]
fn what_a_file_lacks_is_partial_data_and_told_on_the_pages() {
    let fixture = fixture();
    let home = fixture.path();
    let register = import("deployments", "d.csv") + &import("incidents", "i/*.ndjson");
    fs::write(home.join("linchpin.toml"), register).unwrap();
    let table = "id,deployed_at,url\n1,2024-01-20T10:00:00Z,\n2,soon,\n3,2024-01-21T10:00:00Z,https://ci.example/3\n";
    fs::write(home.join("d.csv"), table).unwrap();
    let ran_once = ran(home, &RUN);
    assert_eq!(ran_once.code, 5, "{}", ran_once.err);
    let lines = import_lines(home);
    let line = |file: &str, kind: &str| &lines[&(file.to_owned(), kind.to_owned())];
    let deployments = line("d.csv", "deployments");
    assert_eq!(deployments["completeness"], "partial");
    assert_eq!(deployments["n_records"], 3);
    assert_eq!(deployments["last_at"], "2024-01-21T10:00:00Z");
    assert_eq!(deployments["holes"][0]["what"], "`deployed_at` is no time");
    assert_eq!(deployments["holes"][0]["lines"][0], 3);
    let incidents = line("i/*.ndjson", "incidents");
    assert_eq!(incidents["completeness"], "not_found");
    assert_eq!(incidents["holes"][0]["what"], "no file matches");
    let quality = json(home, "data_quality.json");
    assert_eq!(quality["partial"], true);
    let team = home.join("linchpin-report/team");
    let page = fs::read_to_string(team.join("data.html")).unwrap();
    assert!(
        page.contains("What files declare")
            && page.contains("&#96;deployed_at&#96; is no time (line 3)")
    );
    let summary = fs::read_to_string(team.join("summary.md")).unwrap();
    assert!(summary.contains("no file matches"), "{summary}");
    // What is counted is counted.
    let explained = ran(
        home,
        &[
            "explain",
            "dora.deployment_frequency",
            "--as-of=2024-02-01",
            "--format",
            "json",
        ],
    );
    let explained: Value = serde_json::from_str(&explained.out).unwrap();
    let rows = explained["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1]["link"], "https://ci.example/3");
    assert!(
        rows[1]["subject"]
            .as_str()
            .unwrap()
            .ends_with("declared in d.csv"),
        "{rows:?}"
    );
    let checked = ran(home, &["register", "check"]);
    assert_eq!(checked.code, 3);
    assert!(
        checked
            .out
            .contains("import.path: `d.csv`: `deployed_at` is no time (line 3)"),
        "{}",
        checked.out
    );
    let doctor = ran(home, &["doctor", "--offline", "--as-of=2024-02-01"]);
    assert_eq!(doctor.code, 5, "{}", doctor.out);
    assert!(
        doctor.out.contains("d.csv: 3 records of deployments, up to 2024-01-21; not counted: `deployed_at` is no time (line 3)"),
        "{}",
        doctor.out
    );
    // Whole files are no hole, and without imports nothing is said of them.
    fs::write(home.join("d.csv"), table.replace("soon", "2024-01-20")).unwrap();
    assert_eq!(ran(home, &RUN).code, 5);
    fs::write(
        home.join("d.csv"),
        table.replace("soon", "2024-01-20 12:00"),
    )
    .unwrap();
    fs::create_dir(home.join("i")).unwrap();
    fs::write(home.join("i/none.ndjson"), "").unwrap();
    ran(home, &RUN).ends_with(0);
    assert_eq!(
        import_lines(home)[&("i/none.ndjson".to_owned(), "incidents".to_owned())]["completeness"],
        "empty"
    );
    fs::write(home.join("linchpin.toml"), "").unwrap();
    ran(home, &RUN).ends_with(0);
    assert!(json(home, "data_quality.json").get("imports").is_none());
}

#[test]
fn nothing_that_a_file_declares_is_a_formula_a_script_or_a_name() {
    let fixture = fixture();
    let home = fixture.path();
    let member = "[[member]]\nlogin = \"ada-byron\"\nname = \"Ada Byron\"\n";
    let register = import("incidents", "*.csv") + &import("deployments", "d/*.csv") + member;
    fs::write(home.join("linchpin.toml"), register).unwrap();
    let hostile = "\"=cmd|' /C calc'!A1\"";
    let table = format!(
        "id,started_at,title,severity,url\n{hostile},2024-01-20T10:00:00Z,{hostile},<script>alert(1)</script>,javascript:alert(1)\n\
         ada-byron,2024-01-21T10:00:00Z,Ada Byron broke it,high,https://pd.example/ada-byron\n"
    );
    fs::write(home.join("by ada-byron.csv"), table).unwrap();
    fs::create_dir(home.join("d")).unwrap();
    let table = format!(
        "id,deployed_at,environment\n{hostile},2024-01-20T08:00:00Z,\nada-byron,2024-01-20T09:00:00Z,\n"
    );
    fs::write(home.join("d/x.csv"), table).unwrap();
    ran(home, &RUN).ends_with(0);
    let mut texts = 0;
    for (path, bytes) in tree(&home.join("linchpin-report/team")) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        texts += 1;
        for word in [
            "ada-byron",
            "ada byron",
            "<script>alert",
            "href=\"javascript",
        ] {
            assert!(!text.contains(word), "{word} is in {path}");
        }
    }
    assert!(texts > 10);
    let export = ran(home, &["export", "--format", "csv", "--as-of=2024-02-01"]);
    export.ends_with(0);
    for table in ["incidents", "production"] {
        let path = home.join(format!("linchpin-report/export/{table}.csv"));
        let text = fs::read_to_string(path).unwrap();
        assert!(text.contains("'=cmd|"), "{text}");
        assert!(
            !text.contains(",=cmd") && !text.contains(",\"=cmd"),
            "{text}"
        );
    }
    // Without names and texts, ids are tokens, and files have no name.
    let export = ran(
        home,
        &[
            "export",
            "--format",
            "csv",
            "--privacy",
            "pseudonymous",
            "--as-of=2024-02-01",
        ],
    );
    export.ends_with(0);
    for table in ["incidents", "production"] {
        let path = home.join(format!("linchpin-report/export/{table}.csv"));
        let text = fs::read_to_string(path).unwrap();
        for word in ["ada", "cmd", "x.csv"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
    let export = ran(
        home,
        &["export", "--format", "cdevents", "--as-of=2024-02-01"],
    );
    export.ends_with(0);
    let text = fs::read_to_string(home.join("linchpin-report/export/cdevents.ndjson")).unwrap();
    assert!(!text.to_lowercase().contains("ada"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

/// What the demo's store says under a register of its own.
struct Elsewhere(tempfile::TempDir);

impl Elsewhere {
    fn new(register: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("linchpin.toml"), register).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        Self(folder)
    }

    fn ran(&self, arguments: &[&str]) -> Ran {
        let store = demo().root.join("linchpin-demo/store");
        let mut all = arguments.to_vec();
        all.extend([
            "--store",
            store.to_str().unwrap(),
            "--config",
            "linchpin.toml",
        ]);
        all.extend(["--as-of", "2026-07-01T00:00:00Z", "--since", "150w"]);
        ran(self.0.path(), &all)
    }

    /// The figures of delivery over the window, by metric and product.
    fn figures(&self) -> BTreeMap<String, Value> {
        let path = self.0.path().join("linchpin-report/team/metrics.json");
        let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let metrics = document["metrics"].as_array().unwrap().iter();
        let of_delivery = metrics.filter(|line| {
            let id = line["id"].as_str().unwrap();
            id.starts_with("dora.") && line["bucket"].is_null()
        });
        let told = of_delivery.map(|line| {
            let key = format!("{} {}", line["id"], line["scope"]);
            let told = serde_json::json!([line["status"], line["n"], line["value"]]);
            (key, told)
        });
        told.collect()
    }
}

fn demo_register() -> String {
    fs::read_to_string(demo().root.join("linchpin-demo/config/linchpin.toml")).unwrap()
}

#[test]
fn what_is_exported_as_events_is_imported_again_with_the_same_figures() {
    let register = demo_register();
    let first = Elsewhere::new(&register, &[]);
    first.ran(&["report"]).ends_with(0);
    first.ran(&["export", "--format", "cdevents"]).ends_with(0);
    let events = first
        .0
        .path()
        .join("linchpin-report/export/cdevents.ndjson");
    let events = fs::read_to_string(events).unwrap();
    let imports = import("deployments", "events.ndjson") + &import("incidents", "events.ndjson");
    let second = Elsewhere::new(
        &format!("{register}\n{imports}"),
        &[("events.ndjson", &events)],
    );
    second.ran(&["report"]).ends_with(0);
    let (before, after) = (first.figures(), second.figures());
    assert!(before.len() > 20, "{before:?}");
    for (key, told) in &before {
        assert_eq!(after.get(key), Some(told), "{key}");
    }
    assert_eq!(before.len(), after.len());
    let quality = fs::read(
        second
            .0
            .path()
            .join("linchpin-report/team/data_quality.json"),
    )
    .unwrap();
    let quality: Value = serde_json::from_slice(&quality).unwrap();
    let lines = quality["imports"].as_array().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["completeness"], "complete", "{line}");
        assert!(line["n_records"].as_u64().unwrap() > 3, "{line}");
    }
    // And what was imported is exported again as it was: the same events, but for their ids and where they are from.
    second.ran(&["export", "--format", "cdevents"]).ends_with(0);
    let again = second
        .0
        .path()
        .join("linchpin-report/export/cdevents.ndjson");
    let again = fs::read_to_string(again).unwrap();
    let told = |text: &str| -> Vec<(Value, Value, Value)> {
        let events = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut told: Vec<_> = events
            .map(|mut event| {
                (
                    event["type"].take(),
                    event["time"].take(),
                    event["data"]["subject"].take(),
                )
            })
            .collect();
        told.sort_by_key(|event| format!("{event:?}"));
        told
    };
    assert_eq!(told(&events), told(&again));
}

#[test]
fn incidents_of_files_alone_are_seen_by_every_table_that_the_definitions_read() {
    let register = demo_register();
    let table = "id,product,detected_at,resolved_at\n\
                 PD-1,parcels,2026-03-10T10:00:00Z,2026-03-10T12:00:00Z\n\
                 PD-2,timetable,2026-04-10T10:00:00Z,\n";
    let imports = import("incidents", "pager.csv");
    let place = Elsewhere::new(&format!("{register}\n{imports}"), &[("pager.csv", table)]);
    place.ran(&["report"]).ends_with(0);
    place.ran(&["export", "--format", "json"]).ends_with(0);
    let path = place.0.path().join("linchpin-report/export/incidents.json");
    let rows: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let rows = rows.as_array().unwrap();
    let of = |id: &str| rows.iter().find(|row| row["declared"] == id).unwrap();
    let (whole, one) = (of("PD-1"), of("PD-2"));
    assert!(whole["repository"].is_null() && whole["number"].is_null());
    // The product has one repository alone.
    assert!(one["repository"].is_number() && one["number"].is_null());
    for row in [whole, one] {
        assert_eq!(row["declared_in"], "pager.csv");
        assert_eq!(row["started_from"], "detected");
    }
    assert_eq!(whole["resolved_from"], "declared");
    assert!(
        rows.iter()
            .any(|row| row["number"].is_number() && row["declared"].is_null())
    );
}

#[test]
fn a_run_tells_what_new_files_brought_as_events_and_verifies_what_it_made_of_them() {
    let fixture = fixture();
    let home = fixture.path();
    fs::write(home.join("linchpin.toml"), import("deployments", "d*.csv")).unwrap();
    let table = |id: u32| format!("id,deployed_at\n{id},2024-01-2{id}T10:00:00Z\n");
    fs::write(home.join("d1.csv"), table(1)).unwrap();
    ran(home, &RUN).ends_with(0);
    fs::write(home.join("d2.csv"), table(2)).unwrap();
    let manifest = "linchpin-report/team/manifest.json";
    // The tree is of other files now.
    let verified = ran(home, &["verify", "--rebuild", manifest]);
    assert_eq!(verified.code, 7, "{}", verified.err);
    assert!(verified.err.contains("register"), "{}", verified.err);
    ran(home, &RUN).ends_with(0);
    ran(home, &["verify", "--rebuild", manifest]).ends_with(0);
    let moved = ran(home, &["diff", "--format", "json"]);
    let moved: Value = serde_json::from_str(&moved.out).unwrap();
    let text = moved.to_string();
    assert!(text.contains("dora.deployment_frequency"), "{text}");
    assert!(!text.contains("\"configuration\""), "{text}");
}
