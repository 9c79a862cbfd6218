//! Every JSON file that linchpin writes is what its schema says, and its schema says all of it.

use std::fs;
use std::path::Path;
use std::process::Command;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};

use crate::pipeline::{demo, tree};

/// The files of the trees, by what their names end in, and the schema of each.
const FILES: [(&str, &str); 8] = [
    ("team/metrics.json", "metrics"),
    ("team/figures.json", "figures"),
    ("team/data_quality.json", "data-quality"),
    ("team/summary.json", "summary"),
    ("team/manifest.json", "manifest"),
    ("team/badges/*.json", "badge"),
    ("private/lead/lead.json", "lead"),
    ("private/*/evidence.jsonl", "evidence"),
];

fn linchpin(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(&demo().root)
        .env_clear()
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The schema, in which an object has the members that are told and no others.
fn schema(name: &str) -> Value {
    fn close(part: &mut Value) {
        match part {
            Value::Object(members) => {
                members.values_mut().for_each(close);
                if members.get("properties").is_some_and(Value::is_object) {
                    members.insert("additionalProperties".to_owned(), json!(false));
                }
            }
            Value::Array(parts) => parts.iter_mut().for_each(close),
            _ => {}
        }
    }
    let mut schema = serde_json::from_str(&linchpin(&["schema", name])).unwrap();
    close(&mut schema);
    schema
}

/// What is wrong with a document.
fn faults(schema: &Value, document: &Value) -> Option<String> {
    let mut compiler = Compiler::new();
    compiler
        .add_resource("http://schema.example/it", schema.clone())
        .unwrap();
    let mut schemas = Schemas::new();
    let it = compiler
        .compile("http://schema.example/it", &mut schemas)
        .unwrap();
    schemas
        .validate(document, it)
        .err()
        .map(|error| error.to_string())
}

fn documents(file: &str, bytes: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(bytes).unwrap();
    let parsed = |text: &str| serde_json::from_str(text).unwrap();
    if Path::new(file)
        .extension()
        .is_some_and(|end| end == "jsonl")
    {
        text.lines().map(parsed).collect()
    } else {
        vec![parsed(text)]
    }
}

fn is_like(file: &str, pattern: &str) -> bool {
    pattern
        .split_once('*')
        .map_or(file == pattern, |(start, end)| {
            file.starts_with(start) && file.ends_with(end)
        })
}

#[test]
fn every_file_of_the_trees_is_what_its_schema_says() {
    let root = demo().root.join("linchpin-demo");
    let mut files = Vec::new();
    for part in ["team", "private"] {
        for (file, bytes) in tree(&root.join(part)) {
            let is_json = Path::new(&file)
                .extension()
                .is_some_and(|end| end == "json" || end == "jsonl");
            if is_json {
                files.push((format!("{part}/{file}"), bytes));
            }
        }
    }
    for (file, _) in &files {
        let told = FILES.iter().filter(|(pattern, _)| is_like(file, pattern));
        assert_eq!(told.count(), 1, "{file} has no schema");
    }
    for (pattern, name) in FILES {
        let schema = schema(name);
        let mut n = 0;
        for (file, bytes) in files.iter().filter(|(file, _)| is_like(file, pattern)) {
            for document in documents(file, bytes) {
                assert_eq!(faults(&schema, &document), None, "{file}: {name}");
                n += 1;
            }
        }
        assert!(n > 0, "no file is like {pattern}");
    }
}

#[test]
fn a_document_that_is_none_of_its_kind_is_refused_by_the_schema() {
    let root = demo().root.join("linchpin-demo/team");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(root.join(name)).unwrap()).unwrap()
    };
    let figures = schema("figures");
    let whole = read("figures.json");
    let spoiled = |pointer: &str, value: Value| {
        let mut spoiled = whole.clone();
        *spoiled.pointer_mut(pointer).unwrap() = value;
        spoiled
    };
    for (pointer, value) in [
        ("/as_of", Value::Null),
        ("/products/0/figures/0/n", json!("many")),
        ("/products/0/figures/0/value", json!({"p50": "long"})),
        ("/window", json!({"since": "2026-01-01T00:00:00Z"})),
    ] {
        assert!(
            faults(&figures, &spoiled(pointer, value)).is_some(),
            "{pointer}"
        );
    }
    let mut more = whole.clone();
    more["extra"] = json!(1);
    assert!(
        faults(&figures, &more).is_some(),
        "a member that is not told"
    );
    assert!(faults(&figures, &read("metrics.json")).is_some());
}

#[test]
fn every_exported_event_is_one() {
    let out = tempfile::tempdir().unwrap();
    let place = out.path().display().to_string();
    linchpin(&[
        "export",
        "--format",
        "cdevents",
        "--store",
        "linchpin-demo/store",
        "--config",
        "linchpin-demo/config/linchpin.toml",
        "--as-of",
        "2026-07-01T00:00:00Z",
        "--out",
        &place,
    ]);
    let schema = schema("cdevents");
    let bytes = fs::read(out.path().join("export/cdevents.ndjson")).unwrap();
    let events = documents("cdevents.jsonl", &bytes);
    assert!(events.len() > 100, "{}", events.len());
    for event in events {
        assert_eq!(faults(&schema, &event), None);
    }
}

#[test]
fn every_exported_table_is_one() {
    let out = tempfile::tempdir().unwrap();
    let place = out.path().display().to_string();
    linchpin(&[
        "export",
        "--format",
        "json",
        "--store",
        "linchpin-demo/store",
        "--config",
        "linchpin-demo/config/linchpin.toml",
        "--as-of",
        "2026-07-01T00:00:00Z",
        "--since",
        "12w",
        "--out",
        &place,
    ]);
    let schema = schema("table");
    let mut n = 0;
    for (file, bytes) in tree(&out.path().join("export")) {
        if Path::new(&file)
            .extension()
            .is_some_and(|end| end == "json")
        {
            // Of a table with many rows the first and the last say what all of them are.
            let rows: Value = serde_json::from_slice(&bytes).unwrap();
            let rows = rows.as_array().unwrap();
            let some: Vec<&Value> = rows
                .iter()
                .take(50)
                .chain(rows.iter().rev().take(50))
                .collect();
            assert_eq!(faults(&schema, &json!(some)), None, "{file}");
            n += 1;
        }
    }
    assert!(n > 40, "{n}");
    assert!(faults(&schema, &json!([{"a": {}}])).is_some());
}
