//! `linchpin diff`: two runs over one growing repository, and why their figures differ.

use std::path::Path;
use std::process::{Command, Output};

use linchpin::metrics::movement;
use serde_json::Value;

use crate::git_fixture::Fixture;

fn run(place: &Path, clone: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(clone)
        .args(["--since", "2023-01-01"])
        .arg("--store")
        .arg(place.join("store"))
        .arg("--out")
        .arg(place.join("out"))
        .env_clear()
        .env("HOME", place)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn new_rows_are_named_and_the_parts_add_up() {
    let place = tempfile::tempdir().unwrap();
    let mut fixture = Fixture::new();
    // 2024-01-02.
    fixture.set_clock(1_704_189_600);
    let people = ["Ada <ada@acme.example>", "Bela <bela@acme.example>"];
    for at in 0..8 {
        fixture.write(&format!("part{at}/file.rs"), "one\ntwo\n");
        fixture.commit_as(people[at % 2], "grow");
    }
    let first = run(
        place.path(),
        fixture.path(),
        &["run", "--offline", "--as-of", "2024-02-01"],
    );
    assert!(first.status.success(), "{}", text(&first.stderr));
    let alone = run(
        place.path(),
        fixture.path(),
        &["diff", "--as-of", "2024-02-01"],
    );
    assert_eq!(alone.status.code(), Some(2), "{}", text(&alone.stdout));
    assert!(
        text(&alone.stderr).contains("fewer than two runs"),
        "{}",
        text(&alone.stderr)
    );
    // 2024-02-05.
    fixture.set_clock(1_707_127_200);
    for at in 8..11 {
        fixture.write(&format!("part{at}/file.rs"), "one\ntwo\n");
        fixture.commit_as(people[0], "grow");
    }
    let second = run(
        place.path(),
        fixture.path(),
        &["run", "--offline", "--as-of", "2024-03-01"],
    );
    assert!(second.status.success(), "{}", text(&second.stderr));
    let moved = run(
        place.path(),
        fixture.path(),
        &["diff", "--format", "json", "--as-of", "2024-03-01"],
    );
    assert!(moved.status.success(), "{}", text(&moved.stderr));
    let document: Value = serde_json::from_slice(&moved.stdout).unwrap();
    let movements = document["movements"].as_array().unwrap();
    let share = movements
        .iter()
        .find(|movement| movement["metric"] == "ownership.share")
        .expect("more commits are more rows of ownership.share");
    let parts = share["parts"].as_array().unwrap();
    let n_in: u64 = parts
        .iter()
        .map(|part| part["n_in"].as_u64().unwrap())
        .sum();
    assert!(n_in >= 3, "{share}");
    assert!(
        parts
            .iter()
            .all(|part| part["cause"] == "new_events" || part["cause"] == "identity"),
        "{share}"
    );
    for movement in movements {
        let parts = movement["parts"].as_array().unwrap();
        let (Some(before), Some(after)) = (
            movement["before"]["value"].as_f64(),
            movement["after"]["value"].as_f64(),
        ) else {
            continue;
        };
        let effects: Option<Vec<f64>> = parts.iter().map(|part| part["effect"].as_f64()).collect();
        if let Some(effects) = effects.filter(|effects| !effects.is_empty()) {
            let sum: f64 = effects.iter().sum();
            assert!((sum - (after - before)).abs() < 1e-9, "{movement}");
        }
    }
}

#[test]
fn every_recipe_gives_the_figures_that_it_is_declared_for() {
    let measures = crate::reads::measures();
    let mut n = 0;
    let mut wrong = Vec::new();
    for measure in &measures {
        let figures = movement::figures(std::slice::from_ref(measure));
        for figure in figures {
            let Some(value) = figure.value else { continue };
            let Some(found) = movement::from_rows(measure, &figure.product) else {
                continue;
            };
            n += 1;
            if (found - value).abs() > 1e-9 * value.abs().max(1.0) {
                wrong.push(format!(
                    "{} {}: {value} and {found}",
                    figure.metric, figure.product
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(n > 30, "{n}");
}
