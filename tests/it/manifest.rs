//! `team/figures.json` and `team/manifest.json`: what others read of a team tree, and whether it can be made again.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::pipeline::{copy_of_the_store, demo, tree};

fn json(file: &str) -> Value {
    let path = demo().root.join("linchpin-demo/team").join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn the_figures_are_those_of_whole_products_and_small() {
    let place = demo().root.join("linchpin-demo/team/figures.json");
    let size = fs::metadata(place).unwrap().len();
    assert!(size <= 100_000, "{size}");
    let (figures, metrics) = (json("figures.json"), json("metrics.json"));
    for member in ["as_of", "window", "time_zone", "version", "partial"] {
        assert_eq!(figures[member], metrics[member], "{member}");
    }
    let all = metrics["metrics"].as_array().unwrap();
    let mut n = 0;
    for product in figures["products"].as_array().unwrap() {
        for figure in product["figures"].as_array().unwrap() {
            let is_it = |cell: &&Value| {
                let scope = &cell["scope"];
                cell["id"] == figure["id"]
                    && scope["product"] == product["name"]
                    && ["repository", "area", "origin"]
                        .iter()
                        .all(|part| scope[part].is_null())
                    && cell["bucket"].is_null()
            };
            let cell = all.iter().find(is_it).unwrap();
            for member in ["title", "unit", "status", "n", "value", "interval"] {
                assert_eq!(figure[member], cell[member], "{figure}");
            }
            // Whatever has no figure says why.
            assert_eq!(
                figure["because"].is_null(),
                figure["status"] == "measured",
                "{figure}"
            );
            assert_eq!(
                figure["value"].is_null(),
                figure["status"] != "measured",
                "{figure}"
            );
            n += 1;
        }
    }
    let whole = all.iter().filter(|cell| {
        cell["bucket"].is_null()
            && ["repository", "area", "origin"]
                .iter()
                .all(|part| cell["scope"][part].is_null())
    });
    assert_eq!(n, whole.count(), "every figure of a whole product is there");
    assert!(n > 80, "{n}");
}

#[test]
fn the_manifest_has_the_digest_of_every_other_file() {
    let files = tree(&demo().root.join("linchpin-demo/team"));
    let manifest = json("manifest.json");
    let told = manifest["files"].as_object().unwrap();
    let others = files
        .iter()
        .filter(|(name, _)| *name != "manifest.json" && *name != ".linchpin-folder");
    let mut n = 0;
    for (name, bytes) in others {
        let mut digest = String::new();
        for byte in Sha256::digest(bytes) {
            let _ = write!(digest, "{byte:02x}");
        }
        assert_eq!(told[name], digest.as_str(), "{name}");
        n += 1;
    }
    assert_eq!(told.len(), n);
    assert_eq!(manifest["as_of"], "2026-07-01T00:00:00Z");
}

/// Makes a copied tree again from a copied store.
fn rebuilt(place: &Path, config: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args([
            "verify",
            "--rebuild",
            "team/manifest.json",
            "--store",
            "store",
        ])
        .arg("--config")
        .arg(config)
        .arg("--private-config")
        .arg(config.with_file_name("linchpin.private.toml"))
        .args(more)
        .current_dir(place)
        .env_clear()
        .output()
        .unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The demo's team tree and store, to be spoiled.
fn copied() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    copy_of_the_store(place.path());
    for (file, bytes) in tree(&demo().root.join("linchpin-demo/team")) {
        let path = place.path().join("team").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    place
}

#[test]
fn the_same_store_and_instant_give_the_same_bytes_and_what_was_spoiled_is_named() {
    let place = copied();
    let config = demo().root.join("linchpin-demo/config/linchpin.toml");
    let before = tree(place.path());
    let output = rebuilt(place.path(), &config, &[]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        said(&output.stdout),
        said(&output.stderr)
    );
    assert_eq!(said(&output.stdout), "");
    assert!(said(&output.stderr).contains("the same to the byte"));

    let chat = place.path().join("team/chat.txt");
    fs::write(&chat, "something else\n").unwrap();
    fs::remove_file(place.path().join("team/summary.md")).unwrap();
    let output = rebuilt(place.path(), &config, &[]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(
        said(&output.stdout),
        "chat.txt: was changed after it was written: it is not what the manifest says\n\
         summary.md: cannot be read beside the manifest\n"
    );
    let output = rebuilt(place.path(), &config, &["--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["differences"][0]["path"], "chat.txt");
    assert_eq!(answer["other_inputs"], serde_json::json!([]));

    // Nothing is written.
    let mut after = tree(place.path());
    for file in ["team/chat.txt", "team/summary.md"] {
        after.insert(file.to_owned(), before[file].clone());
    }
    assert!(after == before);
}

#[test]
fn another_register_is_named_with_the_files_that_it_changes() {
    let place = copied();
    let config = place.path().join("config/linchpin.toml");
    for (file, bytes) in tree(&demo().root.join("linchpin-demo/config")) {
        let path = place.path().join("config").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("title = \"Another title\"\n{text}")).unwrap();
    let output = rebuilt(place.path(), &config, &[]);
    assert_eq!(output.status.code(), Some(7), "{}", said(&output.stderr));
    assert!(
        said(&output.stdout).contains("index.html: is made again with other bytes\n"),
        "{}",
        said(&output.stdout)
    );
    assert!(
        said(&output.stderr).contains("not as they were for this manifest: the register"),
        "{}",
        said(&output.stderr)
    );
}

#[test]
fn what_is_no_manifest_is_refused_with_the_next_step() {
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("team")).unwrap();
    let file = place.path().join("team/manifest.json");
    let config = demo().root.join("linchpin-demo/config/linchpin.toml");
    for (text, words) in [
        ("{", "is no manifest of a team tree"),
        ("{\"format\": 1}", "missing field"),
        ("\u{1b}[31m", "is no manifest"),
    ] {
        fs::write(&file, text).unwrap();
        let output = rebuilt(place.path(), &config, &[]);
        assert_eq!(output.status.code(), Some(2), "{text}");
        let said = said(&output.stderr);
        assert!(said.contains(words) && said.contains("hint: "), "{said}");
    }
}
