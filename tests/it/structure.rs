//! The architecture as tests: who may import whom, who may name which crate, what every metric must bring.
//!
//! They read the sources as Rust (`structure/names.rs`) and hold them against `structure/rules.rs`, so that no spelling of an import
//! passes by them: every way around is planted in `a_way_around_is_found`.

mod cycles;
mod imports;
mod names;
mod rules;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin::metrics::REGISTRY;

use names::{Name, Names, names_of};
use rules::violations;

/// How many files may import each other in a circle.
const MOST_IN_A_CIRCLE: usize = 4;

/// The circles that are larger today, by size, the largest first. None may grow, and no other may come: the list only gets shorter.
const LARGER_CIRCLES: &[usize] = &[];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What each source below `src/` names, by its path there, without what is compiled for tests alone.
fn sources() -> BTreeMap<String, Names> {
    let src = root().join("src");
    let mut found: BTreeMap<String, Names> = files_below(&src, "rs")
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&src).unwrap();
            let name = name.to_string_lossy().replace('\\', "/");
            let names = names_of(&name, &fs::read_to_string(&path).unwrap());
            (name, names)
        })
        .collect();
    let for_tests: Vec<Name> = found
        .values()
        .flat_map(|names| names.test_modules.iter().cloned())
        .collect();
    found.retain(|file, _| !for_tests.contains(&names::module_of(file)));
    found
}

/// The violations of one file of a source.
fn violations_of(file: &str, code: &str) -> Vec<String> {
    violations(&BTreeMap::from([(file.to_owned(), names_of(file, code))]))
}

#[test]
fn no_layer_is_crossed() {
    let found = violations(&sources());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    let check = |file: &str, code: &str| {
        let found = violations_of(file, code);
        assert_eq!(found.len(), 1, "{file}: {code}\n{found:?}");
    };
    check("domain/time.rs", "use crate::tables::Tables;");
    check("metrics/flow/cycle_time.rs", "use crate::store::Store;");
    check(
        "metrics/flow/cycle_time.rs",
        "fn f() { let now = Timestamp::now(); }",
    );
    check("report/team.rs", "use polars::prelude::*;");
    check(
        "render/html.rs",
        "fn f() { let file = std::fs::read(path); }",
    );
    check("evidence/pack.rs", "pub async fn pack() {}");
    check("github/client.rs", "use crate::cli::Context;");
    check(
        "cli/explain.rs",
        "fn f() { let mut out = std::io::stdout().lock(); }",
    );
    check(
        "cli/run.rs",
        "use std::io; fn f() { let _ = writeln!(io::stderr(), \"x\"); }",
    );
    check("cli/doctor.rs", "fn f() { error.print(); }");
    check("git/mod.rs", "fn f() { eprintln!(\"x\"); }");
    check("git/mod.rs", "fn f() { open(\"/dev/tty\"); }");
    check("store/raw.rs", "fn f() { std::fs::remove_dir_all(path); }");
    check("cli/output.rs", "use cap_std::fs::Dir;");
    check("folder/tree.rs", "use crate::store::Store;");
    check(
        "register/team.rs",
        "fn f() { TimeZone::get(\"Europe/Lisbon\"); }",
    );
    check("helpers/mod.rs", "");
}

#[test]
fn a_way_around_is_found() {
    let check = |file: &str, code: &str| {
        let found = violations_of(file, code);
        assert!(!found.is_empty(), "{file}: {code}");
    };
    let metric = "metrics/flow/cycle_time.rs";
    for code in [
        // Nested, renamed, by everything.
        "use crate::{store::Store};",
        "use crate::{domain::Login, store};",
        "use crate::{self as here}; fn f() { here::store::open(); }",
        "use crate::store as kept;",
        "use crate::*;",
        "pub(crate) use crate::store::Store;",
        "extern crate self as whole; use whole::store::Store;",
        // By where the file lies.
        "use super::super::super::store::Store;",
        "use super::super::super::{domain::Login, store::Store};",
        "use self::super::super::super::store::Store;",
        "mod inner { use super::super::super::super::store::Store; }",
        "fn f() { super::super::super::store::open(); }",
        // Without an import.
        "fn f() { crate::store::open(); }",
        "fn f(store: &crate::store::Store) {}",
        "fn f(store: &dyn crate::store::Keeps) {}",
        "impl crate::store::Keeps for Here {}",
        "fn f() { <crate::store::Store>::open(); }",
        "fn f() { match it { crate::store::Open { .. } => {} } }",
        "fn f() -> Vec<crate::store::Store> { Vec::new() }",
        "type Kept = crate::store::Store;",
        "fn f() { use crate::store::Store; }",
        // In macros and attributes.
        "fn f() { vec![crate::store::open()]; }",
        "fn f() { vec![super::super::super::store::open()]; }",
        "crate::store::record! { a }",
        "macro_rules! kept { () => { $crate::store::open() } }",
        "macro_rules! kept { () => { use crate::{domain::Login, store::Store}; } }",
        "macro_rules! kept { () => { use $crate::{store}; } }",
        "#[serde(with = \"crate::store::text\")] struct Row;",
        "struct Row { #[serde(deserialize_with = \"crate::store::text\")] row: u8 }",
        "#[crate::store::kept] fn f() {}",
        "#[derive(crate::store::Kept)] struct Row;",
        // From another file.
        "#[path = \"../../store/mod.rs\"] mod kept;",
        "include!(\"../../store/mod.rs\");",
        // A crate, the file system, the clock.
        "use polars as p;",
        "use polars;",
        "use {polars::prelude::DataFrame};",
        "use ::polars::prelude::DataFrame;",
        "extern crate polars;",
        "extern crate polars as p;",
        "fn f() { polars::prelude::DataFrame::empty(); }",
        "fn f() { vec![polars::df!()]; }",
        "fn f(frame: &::polars::prelude::DataFrame) {}",
        "#[derive(clap::Parser)] struct Row;",
        "use std::{fs};",
        "use std::{fs as files};",
        "use std::*;",
        "use std as s; fn f() { s::fs::read(path); }",
        "fn f() { std::fs::read(path); }",
        "use std::{io::{self, Read}, fs::File};",
        "use std::time::SystemTime as Clock;",
        "use jiff::Timestamp as At; fn f() { At::now(); }",
        "type At = jiff::Timestamp; fn f() { At::now(); }",
        "fn f() { <jiff::Timestamp>::now(); }",
        "fn f() { option.unwrap_or_else(Timestamp::now); }",
        "use std::env; fn f() { env::var_os(name); }",
        // Waiting and printing.
        "fn f() { async {}; }",
        "fn f() { let wait = async || {}; }",
        "trait Waits { async fn wait(&self); }",
        "struct Here; impl Here { async fn wait(&self) {} }",
        "use std::io::{stdout as out}; fn f() { out(); }",
        "use std::io::*; fn f() { stdout(); }",
        "fn f() { vec![println!()]; }",
        "fn f() { std::println!(); }",
        "fn f() { run!(error.exit()); }",
    ] {
        check(metric, code);
    }
    // An owner that hands its crate on opens the wall for everybody.
    check("tables/mod.rs", "pub use polars::prelude as frames;");
    check("tables/mod.rs", "pub(crate) use polars;");
}

#[test]
fn an_innocent_name_is_none() {
    let check = |file: &str, code: &str| {
        assert_eq!(
            violations_of(file, code),
            Vec::<String>::new(),
            "{file}: {code}"
        );
    };
    check("report/team.rs", "use my_polars::x; // polars::prelude");
    check(
        "report/team.rs",
        "/// `crate::store::Store` is not for here.\nfn f() {}",
    );
    check(
        "report/team.rs",
        "fn f() { let text = \"crate::store::open()\"; }",
    );
    check(
        "report/team.rs",
        "fn f() { if error.use_stderr() { encode::toml(text); } }",
    );
    check(
        "metrics/mod.rs",
        "use super::tables::Tables; mod store; use store::Kept;",
    );
    check(
        "git/mod.rs",
        "use crate::git::objects; use super::domain::Login;",
    );
    check(
        "metrics/mod.rs",
        "#[cfg(test)] mod tests { use crate::store::Store; }",
    );
    check(
        "metrics/mod.rs",
        "#[cfg(test)] fn f() { crate::store::open(); }",
    );
    check(
        "cli/run.rs",
        "use crate::{store::Store, git}; use std::fs; async fn f() {}",
    );
}

#[test]
fn a_circle_of_files_is_found() {
    let files = |codes: &[(&str, &str)]| {
        let read = codes.iter();
        let names = read.map(|(file, code)| ((*file).to_owned(), names_of(file, code)));
        cycles::cycles(&cycles::imports(&names.collect()))
    };
    let circle = files(&[
        ("git/a.rs", "use super::b::B;"),
        ("git/b.rs", "use crate::{git::c::{self, C}};"),
        ("git/c.rs", "use crate::git::A;"),
        ("git/d.rs", "use super::a::A;"),
        ("git/mod.rs", "mod a; mod b; mod c; mod d; pub use a::A;"),
    ]);
    assert_eq!(circle, [["git/a.rs", "git/b.rs", "git/c.rs"]]);
    let none = files(&[
        ("git/a.rs", "use super::b::B; use crate::domain::Login;"),
        (
            "git/b.rs",
            "use crate::domain::Login; #[cfg(test)] mod tests { use super::super::a::A; }",
        ),
        ("git/mod.rs", "mod a; mod b; pub use a::A; pub use b::B;"),
        ("domain/mod.rs", "pub use id::Login; mod id;"),
        ("domain/id.rs", ""),
    ]);
    assert!(none.is_empty(), "{none:?}");
}

#[test]
fn no_circle_of_files_grows() {
    let found = cycles::cycles(&cycles::imports(&sources()));
    let larger: Vec<&Vec<String>> = found
        .iter()
        .filter(|circle| circle.len() > MOST_IN_A_CIRCLE)
        .collect();
    let sizes: Vec<usize> = larger.iter().map(|circle| circle.len()).collect();
    assert_eq!(
        sizes, LARGER_CIRCLES,
        "a circle of files grew, came or went (then lower the limit): {larger:#?}"
    );
}

#[test]
fn every_metric_brings_sql_and_documentation() {
    let mut ids = Vec::new();
    for metric in REGISTRY {
        let definition = metric.definition;
        let id = definition.id;
        ids.push(id);
        let sql = root().join("queries/metrics").join(format!("{id}.sql"));
        assert_eq!(
            fs::read_to_string(&sql).ok().as_deref(),
            Some(definition.sql),
            "{id}"
        );
        assert!(
            definition.sql.to_uppercase().contains("SELECT"),
            "{id}: the SQL selects nothing"
        );
        for text in [
            definition.title,
            definition.question,
            definition.definition,
            definition.formula,
            definition.source,
            definition.exclusions,
            definition.how_to_read,
            definition.can_mislead,
        ] {
            assert!(!text.trim().is_empty(), "{id} has an empty text");
        }
        let known = |word: &str| word.len() > 1 && word == word.to_lowercase();
        assert!(
            id.split_once('.')
                .is_some_and(|(group, name)| known(group) && known(name)),
            "{id}"
        );
    }
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
    let on_disk: Vec<_> = files_below(&root().join("queries/metrics"), "sql")
        .iter()
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(
        on_disk, unique,
        "queries/metrics holds exactly the registered metrics"
    );
}
