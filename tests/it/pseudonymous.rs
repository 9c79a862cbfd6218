//! An export in which nobody and nothing is called by its name: every cell of the demo's held against the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use linchpin::store::{Mode, Store};
use linchpin::tables::pseudonymous::{
    IDS, KEPT, LEFT_OUT, PATHS, PEOPLE, PERSON, Pseudonyms, REPOSITORIES, pseudonymous,
};
use linchpin::tables::sheet::{Cell, Sheet};
use serde_json::Value;

use crate::pipeline::{copy_of_the_store, demo};

/// A store of the demo's, in a folder of its own.
fn a_store() -> (tempfile::TempDir, PathBuf) {
    let keep = tempfile::tempdir().unwrap();
    copy_of_the_store(keep.path());
    let store = keep.path().join("store");
    (keep, store)
}

/// Exports the demo's store at a place.
fn export(store: &Path, out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args([
            "export",
            "--as-of",
            "2026-07-01T00:00:00Z",
            "--since",
            "78w",
        ])
        .args(["--config", "linchpin-demo/config/linchpin.toml"])
        .args(["--store".as_ref(), store.as_os_str()])
        .args(["--out".as_ref(), out.as_os_str()])
        .args(more)
        .current_dir(&demo().root)
        .env_clear()
        .output()
        .unwrap()
}

fn exported(store: &Path, out: &Path, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let output = export(store, out, more);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let entries = fs::read_dir(out.join("export"))
        .unwrap()
        .map(Result::unwrap);
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.'))
        .map(|name| {
            let bytes = fs::read(out.join("export").join(&name)).unwrap();
            (name.split('.').next().unwrap().to_owned(), bytes)
        })
        .collect()
}

type Rows = Vec<serde_json::Map<String, Value>>;

fn rows(files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Rows> {
    let read = |bytes: &Vec<u8>| serde_json::from_slice(bytes).unwrap();
    let tables = files.iter();
    tables
        .map(|(table, bytes)| (table.clone(), read(bytes)))
        .collect()
}

fn is_token(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
    text.is_empty() || (text.len() == 16 && text.bytes().all(is_digit))
}

fn is_path(text: &str) -> bool {
    let (parts, ending) = text.split_once('.').unwrap_or((text, "rs"));
    parts.split('/').all(is_token) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_pseudonym(text: &str) -> bool {
    text.strip_prefix("person-")
        .is_some_and(|digits| digits.len() == 10 && is_token(&format!("{digits}000000")))
}

/// The texts of a cell; `None` for one that has another form.
fn texts(cell: &Cell) -> Option<Vec<&str>> {
    match cell {
        Cell::Text(text) => Some(vec![text]),
        Cell::List(cells) => cells
            .iter()
            .map(|cell| match cell {
                Cell::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The whole numbers of a cell.
fn wholes(cell: &Cell) -> Vec<i64> {
    match cell {
        Cell::Whole(number) => vec![*number],
        Cell::List(cells) => cells.iter().flat_map(wholes).collect(),
        _ => Vec::new(),
    }
}

/// Which took the place of which, by what it is.
#[derive(Default)]
struct Given {
    given: BTreeMap<(&'static str, String), String>,
    taken: BTreeMap<(&'static str, String), String>,
}

impl Given {
    /// One thing has one stand-in, and one stand-in is for one thing.
    fn add(&mut self, kind: &'static str, was: &str, is: &str, place: &str) {
        let earlier = self.given.insert((kind, was.to_owned()), is.to_owned());
        assert!(earlier.is_none_or(|earlier| earlier == is), "{place}");
        let other = self.taken.insert((kind, is.to_owned()), was.to_owned());
        assert!(other.is_none_or(|other| other == was), "{place}");
    }

    fn n(&self, kind: &str) -> usize {
        self.given.keys().filter(|(of, _)| *of == kind).count()
    }

    /// Holds a cell against what it was.
    fn hold(&mut self, table: &str, column: &str, was: &Cell, is: &Cell) {
        let place = format!("{table}.{column}: {was:?} → {is:?}");
        let kind = if PEOPLE.contains(&column) {
            "person"
        } else if REPOSITORIES.contains(&column) {
            "repository"
        } else if IDS.contains(&column) {
            "id"
        } else {
            ""
        };
        let numbers = wholes(was);
        if !numbers.is_empty() && !kind.is_empty() {
            assert_eq!(numbers.len(), wholes(is).len(), "{place}");
            // A list has an order of its own.
            if let ([was], [is]) = (numbers.as_slice(), wholes(is).as_slice()) {
                assert!(*is > 1_000, "{place}");
                self.add(kind, &was.to_string(), &is.to_string(), &place);
            }
            return;
        }
        let Some(before) = texts(was).filter(|texts| !texts.is_empty()) else {
            let is_left_out = *is == Cell::Missing && LEFT_OUT.contains(&column);
            assert!(is == was || is_left_out, "{place}");
            return;
        };
        let after = texts(is).unwrap_or_default();
        let all =
            |is_one: fn(&str) -> bool| !after.is_empty() && after.iter().all(|text| is_one(text));
        let kept = KEPT.iter().find(|(of, _)| *of == table);
        if kept.is_some_and(|(_, columns)| columns.contains(&column)) {
            assert_eq!(is, was);
        } else if LEFT_OUT.contains(&column) {
            assert_eq!(*is, Cell::Missing, "{place}");
        } else if table == "people" && PERSON.contains(&column) {
            assert!(all(is_pseudonym), "{place}");
        } else {
            let is_of_paths = PATHS.contains(&column);
            assert!(all(if is_of_paths { is_path } else { is_token }), "{place}");
            assert_eq!(before.len(), after.len(), "{place}");
            for (was, is) in before.iter().zip(&after) {
                self.add(if is_of_paths { "path" } else { "text" }, was, is, &place);
            }
        }
    }
}

#[test]
fn every_cell_of_an_export_is_kept_by_the_list_or_stands_for_one_thing() {
    let (keep, store) = a_store();
    let sheets: BTreeMap<String, Sheet> = exported(&store, &keep.path().join("a"), &[])
        .into_iter()
        .map(|(table, bytes)| (table, Sheet::of_parquet(bytes).unwrap()))
        .collect();
    let writing = Store::open(&store, Mode::Write).unwrap();
    let key = writing.make_key().unwrap();
    let digest = |text: &str| key.digest(text);
    let mut pseudonyms =
        Pseudonyms::new(&digest, &sheets["people"], &sheets["repositories"]).unwrap();
    let mut given = Given::default();
    for (table, was) in &sheets {
        let is = pseudonymous(table, was, &mut pseudonyms).unwrap();
        let names = was.names();
        assert_eq!(
            (&names, was.height()),
            (&is.names(), is.height()),
            "{table}"
        );
        for at in 0..was.height() {
            let cells = was.row(at).into_iter().zip(is.row(at));
            for (column, (was, is)) in names.iter().zip(cells) {
                given.hold(table, column, &was, &is);
            }
        }
        let paths = names.iter().filter(|name| name.ends_with("path"));
        for column in paths {
            assert!(PATHS.contains(&column.as_str()), "{table}.{column}");
        }
        // The lists name columns that there are.
        let kept = KEPT.iter().filter(|(of, _)| of == table);
        for column in kept.flat_map(|(_, columns)| *columns) {
            assert!(names.iter().any(|name| name == column), "{table}.{column}");
        }
    }
    assert!(KEPT.iter().all(|(table, _)| sheets.contains_key(*table)));
    assert!(given.n("person") > 5 && given.n("repository") == 3 && given.n("id") > 500);
    assert!(given.n("text") > 3_000 && given.n("path") > 200);
}

/// A person is a number in every table: the columns that are declared with that type are those of the list.
#[test]
fn every_column_of_people_and_repositories_is_in_its_list() {
    let sources = ["src/domain", "src/tables"].map(|directory| {
        let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).unwrap();
        let files = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file());
        files
            .map(|path| fs::read_to_string(path).unwrap())
            .collect::<String>()
    });
    let column = |name: &str| match name {
        // As the table has it: the ids of people themselves.
        "id" => "person".to_owned(),
        name => name.to_owned(),
    };
    for (kind, list) in [("PersonId", PEOPLE), ("RepositoryId", REPOSITORIES)] {
        let declared: BTreeSet<String> = sources
            .iter()
            .flat_map(|source| source.lines())
            .filter_map(|line| {
                line.trim()
                    .strip_prefix("pub ")?
                    .strip_suffix(',')?
                    .split_once(": ")
            })
            .filter(|(_, of)| of.contains(kind) && !of.contains('('))
            .map(|(name, _)| column(name))
            .collect();
        assert!(declared.len() > 1, "{declared:?}");
        let missing: Vec<_> = declared
            .iter()
            .filter(|name| !list.contains(&name.as_str()))
            .collect();
        assert!(missing.is_empty(), "{kind}: {missing:?}");
    }
}

fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    }
}

/// What names somebody or something of the demo's: of its named export.
fn secrets(named: &BTreeMap<String, Rows>) -> BTreeSet<String> {
    let of = |table: &str, columns: &[&str]| -> Vec<String> {
        let cells = named[table]
            .iter()
            .flat_map(|row| columns.iter().flat_map(|column| words(&row[*column])));
        cells.map(str::to_owned).collect()
    };
    let mut found: BTreeSet<String> = BTreeSet::new();
    found.extend(of("people", &["display_name", "logins", "emails", "names"]));
    found.extend(of(
        "commits",
        &[
            "author_name",
            "author_email",
            "committer_email",
            "subject",
            "commit",
        ],
    ));
    found.extend(of(
        "pull_requests",
        &["title", "url", "head_branch", "node", "merge_commit"],
    ));
    found.extend(of("issues", &["title", "url", "body"]));
    found.extend(of("comments", &["url", "body", "comment", "path"]));
    found.extend(of("codeowners", &["owners"]));
    found.extend(of("repositories", &["name", "url"]));
    let short: Vec<String> = of("repositories", &["name"]);
    found.extend(
        short
            .iter()
            .filter_map(|name| Some(name.split_once('/')?.1.to_owned())),
    );
    found.retain(|text| text.len() > 3);
    assert!(found.len() > 3_000 && found.contains("mara-l") && found.contains("parcel-api"));
    found
}

#[test]
fn nothing_that_names_anybody_is_in_any_byte_of_it() {
    let (keep, store) = a_store();
    let secrets: Vec<String> = {
        let named = exported(&store, &keep.path().join("a"), &["--format=json"]);
        secrets(&rows(&named)).into_iter().collect()
    };
    let finder = aho_corasick::AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(&secrets)
        .unwrap();
    let clean = |bytes: &[u8], place: &str| {
        let found: Vec<&str> = finder
            .find_iter(bytes)
            .map(|at| secrets[at.pattern().as_usize()].as_str())
            .take(5)
            .collect();
        assert!(found.is_empty(), "{place}: {found:?}");
    };
    for format in ["csv", "json", "parquet"] {
        let out = keep.path().join(format);
        let more = ["--privacy=pseudonymous", "--format", format];
        for (table, bytes) in exported(&store, &out, &more) {
            clean(&bytes, &format!("{table}.{format}"));
            if format == "parquet" {
                // What is packed, each text once.
                let sheet = Sheet::of_parquet(bytes).unwrap();
                let cells = (0..sheet.height()).flat_map(|at| sheet.row(at));
                let texts: BTreeSet<String> = cells
                    .flat_map(|cell| match cell {
                        Cell::List(cells) => cells,
                        cell => vec![cell],
                    })
                    .filter_map(|cell| match cell {
                        Cell::Text(text) => Some(text),
                        _ => None,
                    })
                    .collect();
                let texts: Vec<String> = texts.into_iter().collect();
                clean(texts.join("\n").as_bytes(), &format!("{table}.parquet"));
            }
        }
    }
}

#[test]
fn pseudonyms_are_those_of_their_store_and_stay() {
    let (keep, store) = a_store();
    let (other_keep, other_store) = a_store();
    let people = |store: &Path, out: &Path| {
        let more = ["--format=json", "--table=people", "--privacy=pseudonymous"];
        let files = exported(store, out, &more);
        assert_eq!(files.len(), 1);
        files["people"].clone()
    };
    let first = people(&store, &keep.path().join("a"));
    assert_eq!(first, people(&store, &keep.path().join("b")));
    assert_ne!(first, people(&other_store, &other_keep.path().join("a")));
    let key = fs::read_to_string(store.join("key.json")).unwrap();
    // A damaged key gives no other pseudonyms in secret.
    fs::write(
        store.join("key.json"),
        key.replacen("\"key\"", "\"kez\"", 1),
    )
    .unwrap();
    let more = ["--privacy=pseudonymous"];
    assert_eq!(
        export(&store, &keep.path().join("c"), &more).status.code(),
        Some(9)
    );
    fs::remove_file(store.join("key.json")).unwrap();
    assert_ne!(first, people(&store, &keep.path().join("d")));
}

#[test]
fn what_a_team_may_read_is_no_export() {
    let (keep, store) = a_store();
    for (how, said) in [
        ("team", "`linchpin run` writes"),
        ("anonymous", "`pseudonymous`"),
    ] {
        let output = export(&store, keep.path(), &["--privacy", how]);
        assert_eq!(output.status.code(), Some(2));
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(said), "{text}");
    }
    assert!(
        !store.join("key.json").exists(),
        "nothing was asked for that needs a key"
    );
}
