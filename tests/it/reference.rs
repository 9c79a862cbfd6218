//! What an export holds, and that the reference SQL reads nothing else. `.ci/reference.py` runs the SQL itself.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use linchpin::metrics::REGISTRY;

use crate::git_fixture::Fixture;

fn linchpin(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("HOME", directory)
        .output()
        .unwrap();
    (
        ran.status.success(),
        String::from_utf8_lossy(&ran.stderr).into_owned(),
    )
}

/// The words of SQL without its comments, in lower case.
fn words(sql: &str) -> Vec<String> {
    let code: Vec<&str> = sql
        .lines()
        .filter_map(|line| line.split("--").next())
        .collect();
    code.join(" ")
        .replace(['(', ')', ','], " ")
        .split_whitespace()
        .map(str::to_lowercase)
        .collect()
}

/// Names that follow one of `keywords`.
fn after(words: &[String], keywords: &[&str]) -> BTreeSet<String> {
    words
        .windows(2)
        .filter(|pair| keywords.contains(&pair[0].as_str()))
        .map(|pair| pair[1].clone())
        .collect()
}

/// Names that a `WITH` defines: `name AS` before a parenthesis, here: before `SELECT` or `WITH`.
fn defined(words: &[String]) -> BTreeSet<String> {
    words
        .windows(3)
        .filter(|three| three[1] == "as" && ["select", "with"].contains(&three[2].as_str()))
        .map(|three| three[0].clone())
        .collect()
}

#[test]
fn the_reference_sql_reads_only_what_an_export_holds_and_an_export_is_private() {
    let mut fixture = Fixture::new();
    fixture.write("core/a.txt", "1\n");
    fixture.commit("Add a");
    let place = tempfile::tempdir().unwrap();
    let clone = fixture.path().display().to_string();
    let time = ["--as-of=2024-02-01", "--since=2023-01-01"];
    let (done, said) = linchpin(
        place.path(),
        &["mine", "--repo", &clone, time[0], time[1], "--offline"],
    );
    assert!(done, "{said}");
    for format in ["parquet", "csv", "json"] {
        let (done, said) = linchpin(
            place.path(),
            &["export", "--format", format, time[0], time[1]],
        );
        assert!(done, "{said}");
        let entries: Vec<_> = fs::read_dir(place.path().join("linchpin-report/export"))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        #[cfg(unix)]
        for entry in &entries {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                entry.metadata().unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        let tables: BTreeSet<String> = entries
            .iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            // The mark, and what keeps git out.
            .filter(|name| !name.starts_with('.'))
            .map(|name| name.strip_suffix(&format!(".{format}")).unwrap().to_owned())
            .collect();
        let relations = include_str!("../../queries/prelude/relations.sql");
        let landed = include_str!("../../queries/prelude/landed.sql");
        let engines = [
            [
                include_str!("../../queries/prelude/duckdb.sql"),
                include_str!("../../queries/prelude/duckdb_walk.sql"),
            ],
            [
                include_str!("../../queries/prelude/spark.sql"),
                include_str!("../../queries/prelude/spark.py"),
            ],
        ]
        .map(|own| {
            let prelude = words(&[landed, own[0], relations, own[1]].join("\n"));
            let views = after(&prelude, &["view", "macro", "function"]);
            assert!(views.len() >= 18, "{views:?}");
            tables.union(&views).cloned().collect::<BTreeSet<_>>()
        });
        // What every engine has: a definition that reads more would run on one of them only.
        let shared: BTreeSet<_> = engines[0].intersection(&engines[1]).cloned().collect();
        for metric in REGISTRY {
            let sql = words(metric.definition.sql);
            let known: BTreeSet<_> = shared.iter().cloned().chain(defined(&sql)).collect();
            let unknown: Vec<_> = after(&sql, &["from", "join"])
                .into_iter()
                .filter(|name| name != "select" && !known.contains(name))
                .collect();
            assert!(unknown.is_empty(), "{}: {unknown:?}", metric.definition.id);
        }
    }
    let (done, said) = linchpin(
        place.path(),
        &["export", "--table", "peple", time[0], time[1]],
    );
    assert!(!done && said.contains("`peple` is not a table"), "{said}");
}

#[test]
fn only_one_file_of_sql_reads_the_tables_that_hold_what_did_not_land() {
    let queries = Path::new(env!("CARGO_MANIFEST_DIR")).join("queries");
    let mut readers = Vec::new();
    for directory in ["prelude", "metrics"] {
        for entry in fs::read_dir(queries.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let read = after(
                &words(&fs::read_to_string(&path).unwrap()),
                &["from", "join"],
            );
            if read.contains("commits") || read.contains("file_changes") {
                readers.push(path.file_name().unwrap().to_owned());
            }
        }
    }
    assert_eq!(readers, ["landed.sql"]);
}
