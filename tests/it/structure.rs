//! The architecture as tests: who may import whom, who may name which crate, what every metric must bring.
//!
//! They read the sources as text. A planted violation fails them: see `a_planted_violation_is_found`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin::metrics::REGISTRY;

/// Layer → layers that it may import. `cli` may import everything.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("register", &["domain"]),
    ("github", &["domain", "store"]),
    ("git", &["domain"]),
    ("folder", &[]),
    ("store", &["domain", "folder", "tables"]),
    ("tables", &["domain"]),
    ("work", &["tables", "domain", "register"]),
    ("metrics", &["work", "tables", "domain", "register"]),
    (
        "evidence",
        &["work", "metrics", "domain", "register", "report"],
    ),
    ("report", &["metrics", "domain"]),
    ("render", &["report", "evidence", "metrics", "domain"]),
    ("demo", &["domain"]),
];

/// Crate → the layers that may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("polars", &["tables"]),
    ("octocrab", &["github"]),
    ("reqwest", &["github"]),
    ("jsonwebtoken", &["github"]),
    ("ring", &["github"]),
    ("signature", &["github"]),
    ("tokio", &["github", "cli", "demo"]),
    ("gix", &["git", "demo"]),
    ("toml", &["register", "report"]),
    ("plotters", &["render"]),
    ("minijinja", &["render"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("apollo_compiler", &["demo", "github"]),
    ("hyper", &["demo"]),
    ("cap_std", &["folder"]),
    ("cap_fs_ext", &["folder"]),
    ("rustix", &["folder"]),
    ("getrandom", &["folder"]),
];

/// What only some layers may do, by a text that gives it away.
const ONLY: &[(&str, &[&str])] = &[
    ("Timestamp::now(", &["cli"]),
    ("Zoned::now(", &["cli"]),
    ("SystemTime", &["cli"]),
    ("Instant::now(", &["cli"]),
    ("std::env::var", &["cli"]),
    ("env::args", &["cli"]),
    ("std::fs", &["cli", "folder", "git", "demo"]),
    ("std::net", &["demo", "github"]),
    ("async fn", &["github", "demo", "cli"]),
];

/// What only one file may do: everything else that is printed passes through it.
const DOOR: (&str, &[&str]) = (
    "cli/console.rs",
    &[
        "stdout()",
        "stderr()",
        "Stdout",
        "Stderr",
        "print!(",
        "println!(",
        "eprint!(",
        "eprintln!(",
        "dbg!",
        ".print()",
        ".exit()",
        "/dev/std",
        "/dev/tty",
        "set_hook",
    ],
);

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

/// Sources by path below `src/`, without their test modules.
fn sources() -> BTreeMap<String, String> {
    let src = root().join("src");
    files_below(&src, "rs")
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&src)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
            (
                name,
                code.lines()
                    .filter(|line| !line.trim_start().starts_with("//"))
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        })
        .collect()
}

fn layer(file: &str) -> Option<&str> {
    file.split_once('/').map(|(layer, _)| layer)
}

/// Whether `text` names the path root `name` (`polars::…`, `use polars;`), and not merely a word that ends in it.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

/// Whether `text` names a layer of this crate: `crate::git::…` and not `crate::github::…`.
fn imports(text: &str, layer: &str) -> bool {
    text.match_indices(&format!("crate::{layer}"))
        .any(|(at, found)| {
            !text[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        })
}

/// Whether a text does something: `stderr()`, and not `use_stderr()`.
fn does(text: &str, act: &str) -> bool {
    let is_inside = |c: char| c.is_alphanumeric() || c == '_';
    let is_word = act.starts_with(is_inside);
    let mut found = text.match_indices(act);
    found.any(|(at, _)| !is_word || !text[..at].ends_with(is_inside))
}

fn violations(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in sources {
        let Some(layer) = layer(file) else { continue };
        if layer != "cli" {
            let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
                found.push(format!("{file}: `{layer}` is not a layer"));
                continue;
            };
            for (other, _) in MAY_USE.iter().chain([&("cli", [].as_slice())]) {
                if *other != layer && !allowed.contains(other) && imports(text, other) {
                    found.push(format!("{file}: `{layer}` may not use `{other}`"));
                }
            }
        }
        for (krate, owners) in OWNERS {
            if !owners.contains(&layer) && names(text, krate) {
                found.push(format!("{file}: `{krate}` belongs to {owners:?}"));
            }
        }
        let (door, acts) = DOOR;
        for act in acts.iter().filter(|act| file != door && does(text, act)) {
            found.push(format!("{file}: `{act}` belongs to {door}"));
        }
        for (act, layers) in ONLY {
            if !layers.contains(&layer) && text.contains(act) {
                found.push(format!("{file}: `{act}` belongs to {layers:?}"));
            }
        }
    }
    found
}

#[test]
fn no_layer_is_crossed() {
    let found = violations(&sources());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn a_planted_violation_is_found() {
    let check = |file: &str, code: &str| {
        let planted = BTreeMap::from([(file.to_owned(), code.to_owned())]);
        assert_eq!(violations(&planted).len(), 1, "{file}: {code}");
    };
    check("domain/time.rs", "use crate::tables::Tables;");
    check("metrics/flow/cycle_time.rs", "use crate::store::Store;");
    check("metrics/flow/cycle_time.rs", "let now = Timestamp::now();");
    check("report/team.rs", "use polars::prelude::*;");
    check("render/html.rs", "let file = std::fs::read(path);");
    check("evidence/pack.rs", "pub async fn pack() {}");
    check("github/client.rs", "use crate::cli::Context;");
    check("cli/explain.rs", "let mut out = std::io::stdout().lock();");
    check("cli/run.rs", "let _ = writeln!(io::stderr(), \"x\");");
    check("cli/doctor.rs", "error.print();");
    check("git/mod.rs", "eprintln!(\"x\");");
    check("store/raw.rs", "std::fs::remove_dir_all(path)");
    check("cli/output.rs", "use cap_std::fs::Dir;");
    check("folder/tree.rs", "use crate::store::Store;");
    check("helpers/mod.rs", "");
    let innocent = BTreeMap::from([(
        "report/team.rs".to_owned(),
        "use my_polars::x; // fine".to_owned(),
    )]);
    assert!(violations(&innocent).is_empty());
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
