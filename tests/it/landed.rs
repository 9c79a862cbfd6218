//! `[mining] refs` and `merges`: more facts in the store, and not one figure that differs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::git_fixture::{Fixture, contents};
use crate::git_mine::text;

const GRACE: &str = "Grace <grace@acme.example>";
const MALLORY: &str = "Mallory <mallory@acme.example>";
const WINDOW: [&str; 3] = ["--as-of=2024-06-01", "--since=2023-12-01", "--offline"];

/// A default branch with merges, one of them with work of its own, and two branches that never landed.
fn repository() -> Fixture {
    let mut f = Fixture::new();
    f.write(
        "CODEOWNERS",
        "/core/ ada@acme.example\n/api/ grace@acme.example\n",
    );
    f.write("core/a.txt", text(0..40));
    f.write("core/b.txt", text(0..30));
    f.write("api/c.txt", text(0..25));
    f.commit("Start");
    for n in 0..6 {
        f.write("core/a.txt", text(0..41 + n));
        f.commit_as(
            GRACE,
            &format!("Grow a\n\nCo-authored-by: Heidi <heidi@acme.example>\n\n{n}"),
        );
    }
    f.git(&["checkout", "-q", "-b", "topic"]);
    f.git(&["mv", "core/b.txt", "api/moved.txt"]);
    f.commit_as(GRACE, "Move b");
    f.write("api/moved.txt", text(0..33));
    f.write("api/new.txt", text(5..30));
    f.commit_as("Heidi <heidi@acme.example>", "Change it where it is now");
    f.git(&["checkout", "-q", "main"]);
    f.write("core/a.txt", text(2..50));
    f.commit("Go on");
    f.merge(&["topic"], |f| {
        f.write("docs/of-the-merge.txt", text(0..9));
        f.write("api/new.txt", text(5..32));
    });
    for n in 0..5 {
        f.write("api/moved.txt", text(n..34));
        f.commit(&format!("Change the moved file ({n})"));
    }
    // Never landed: another author, another directory, and content that would leave a living file out of knowledge.
    f.git(&["checkout", "-q", "-b", "spike", "main~3"]);
    f.write("core/a.txt", b"\0binary\0");
    f.write("spike/only/here.txt", text(0..70));
    f.git(&["mv", "api/c.txt", "spike/c.txt"]);
    f.commit_as(MALLORY, "Try something (#77)");
    for n in 0..9 {
        f.write("core/z.txt", text(0..20 + n));
        f.commit_as(MALLORY, "Try on");
    }
    f.git(&["checkout", "-q", "--orphan", "pages"]);
    f.git(&["rm", "-rfq", "."]);
    f.write("index.html", "<p>\n");
    f.commit_as("Grace <g@elsewhere.example>", "Pages");
    f.git(&["checkout", "-q", "main"]);
    f
}

#[track_caller]
pub fn linchpin(directory: &Path, arguments: &[&str]) -> String {
    let ran = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{arguments:?}: {said}");
    said
}

/// Runs commands under a `[mining]` section and returns what they said.
fn run(place: &Path, clone: &str, mining: &str, commands: &[&[&str]]) -> String {
    fs::write(place.join("linchpin.toml"), format!("[mining]\n{mining}\n")).unwrap();
    let commands = commands.iter().map(|command| {
        let more = ["--repo", clone].into_iter().chain(WINDOW);
        linchpin(
            place,
            &command.iter().copied().chain(more).collect::<Vec<_>>(),
        )
    });
    commands.collect()
}

/// A table of an export, with people under their names: their numbers depend on who else was seen.
pub fn table(place: &Path, name: &str) -> Vec<Value> {
    let read = |name: &str| -> Vec<Value> {
        let file = place.join(format!("linchpin-report/export/{name}.json"));
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    };
    let names: BTreeMap<i64, Value> = read("people")
        .iter()
        .map(|row| (row["person"].as_i64().unwrap(), row["display_name"].clone()))
        .collect();
    let mut rows = read(name);
    for row in &mut rows {
        for key in ["person", "author"] {
            if let Some(person) = row.get(key).and_then(Value::as_i64) {
                row[key] = names[&person].clone();
            }
        }
    }
    rows.sort_by_key(ToString::to_string);
    rows
}

#[test]
fn what_did_not_land_and_what_merges_repeat_changes_no_figure() {
    let fixture = repository();
    let clone = fixture.path().display().to_string();
    let places: Vec<_> = [
        "",
        "refs = \"all\"",
        "merges = \"first-parent\"",
        "refs = \"all\"\nmerges = \"first-parent\"",
    ]
    .into_iter()
    .map(|mining| {
        let place = tempfile::tempdir().unwrap();
        let commands: [&[&str]; 4] = [
            &["run"],
            &["person", "ada@acme.example"],
            &["lead"],
            &["export", "--format", "json"],
        ];
        run(place.path(), &clone, mining, &commands);
        place
    })
    .collect();
    let trees: Vec<_> = places
        .iter()
        .map(|place| {
            let report = place.path().join("linchpin-report");
            let mut tree = contents(&report.join("team"));
            tree.extend(contents(&report.join("private")));
            // It says what facts and register the tree was made from, and those do differ.
            tree.remove(&report.join("team/manifest.json"));
            tree.into_iter()
                .map(|(path, bytes)| (path.strip_prefix(&report).unwrap().to_owned(), bytes))
                .collect::<BTreeMap<_, _>>()
        })
        .collect();
    assert!(trees[0].len() > 20, "{}", trees[0].len());
    for (at, tree) in trees.iter().enumerate().skip(1) {
        let differing: Vec<_> = tree
            .iter()
            .filter(|(path, bytes)| trees[0].get(*path) != Some(bytes))
            .map(|(path, _)| path)
            .collect();
        assert!(
            differing.is_empty() && tree.len() == trees[0].len(),
            "{at}: {differing:?}"
        );
    }
    // Of people too, and what the reference SQL starts from.
    for name in [
        "measures",
        "lineages",
        "touches",
        "file_histories",
        "areas",
        "kinds",
        "ownership",
        "absorbed",
    ] {
        let first = table(places[0].path(), name);
        for place in &places[1..] {
            assert_eq!(first, table(place.path(), name), "{name}");
        }
    }
    assert!(!table(places[0].path(), "measures").is_empty());
    // The facts do hold more.
    let commits = |at: usize| table(places[at].path(), "commits");
    let n_elsewhere = |at: usize| {
        let rows = commits(at);
        rows.iter()
            .filter(|row| row["on_default_branch"] == false)
            .count()
    };
    assert_eq!([0, 1, 2, 3].map(n_elsewhere), [0, 11, 0, 11]);
    let n_diffed_merges = |at: usize| {
        let rows = commits(at);
        rows.iter()
            .filter(|row| row["is_merge"] == true && !row["n_files"].is_null())
            .count()
    };
    assert_eq!([0, 1, 2, 3].map(n_diffed_merges), [0, 0, 1, 1]);
}

#[test]
fn another_setting_mines_again_and_the_store_is_that_of_a_first_run() {
    let fixture = repository();
    let clone = fixture.path().display().to_string();
    let place = tempfile::tempdir().unwrap();
    let facts = |place: &Path| {
        let mut facts = contents(&place.join(".linchpin/facts"));
        facts.extend(contents(&place.join(".linchpin/mined")));
        facts
            .into_iter()
            .map(|(path, bytes)| (path.strip_prefix(place).unwrap().to_owned(), bytes))
            .collect::<BTreeMap<_, _>>()
    };
    let mut before = String::new();
    for (mining, expected) in [
        ("", "16 commits (16 new)"),
        ("", "nothing new"),
        (
            "refs = \"all\"",
            "27 commits (27 new, 11 on other refs only)",
        ),
        ("refs = \"all\"", "nothing new"),
        (
            "refs = \"all\"\nmerges = \"first-parent\"",
            "27 commits (27 new, 11 on other refs only)",
        ),
        (
            "merges = \"recorded\"\nrefs = \"default\"",
            "16 commits (16 new)",
        ),
    ] {
        let said = run(place.path(), &clone, mining, &[&["mine"]]);
        assert!(said.contains(expected), "{before:?} to {mining:?}: {said}");
        let fresh = tempfile::tempdir().unwrap();
        run(fresh.path(), &clone, mining, &[&["mine"]]);
        assert!(
            facts(place.path()) == facts(fresh.path()),
            "{before:?} to {mining:?}"
        );
        before = mining.to_owned();
    }
}

#[test]
fn a_name_on_another_branch_is_evidence_of_who_is_who() {
    let mut f = Fixture::new();
    for (n, author) in [
        "Ada Lovelace <ada@acme.example>",
        "ada <countess@elsewhere.example>",
    ]
    .into_iter()
    .enumerate()
    {
        f.write(&format!("{n}.txt"), text(0..9));
        f.commit_as(author, "Land");
    }
    f.git(&["checkout", "-q", "-b", "spike"]);
    f.write("spike.txt", text(0..9));
    f.commit_as("Ada Lovelace <countess@elsewhere.example>", "Try");
    f.git(&["checkout", "-q", "main"]);
    let clone = f.path().display().to_string();
    // The committer of the fixture is one more.
    for (mining, n_people) in [("", 3), ("refs = \"all\"", 2)] {
        let place = tempfile::tempdir().unwrap();
        let said = run(place.path(), &clone, mining, &[&["mine"]]);
        assert!(said.contains(&format!("are {n_people} people")), "{said}");
    }
}
