//! The rules: who may import whom, who owns which crate, what only some may do.

use std::collections::BTreeMap;

use super::names::{Name, Names};

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
    (
        "derive",
        &[
            "work", "tables", "store", "git", "github", "register", "domain",
        ],
    ),
    (
        "analysis",
        &[
            "derive", "metrics", "work", "tables", "store", "register", "domain",
        ],
    ),
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
    ("toml", &["domain", "register", "report"]),
    // A schema lies with the struct that is written.
    (
        "schemars",
        &["register", "domain", "report", "evidence", "render"],
    ),
    ("plotters", &["render"]),
    ("minijinja", &["render"]),
    ("pulldown_cmark", &["render"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("rmcp", &["cli"]),
    ("terminal_size", &["cli"]),
    ("webbrowser", &["cli"]),
    ("shlex", &["cli"]),
    ("textwrap", &["render"]),
    ("apollo_compiler", &["demo", "github"]),
    ("hyper", &["demo"]),
    ("hyper_util", &["demo"]),
    ("http_body_util", &["demo", "github"]),
    ("cap_std", &["folder"]),
    ("cap_fs_ext", &["folder"]),
    ("rustix", &["folder"]),
    ("getrandom", &["folder", "store"]),
    ("hmac", &["store"]),
];

/// What only some layers may do, by the path of it. `*::` stands for whatever is before: a type is known by its name alone.
const ONLY: &[(&str, &[&str])] = &[
    ("*::Timestamp::now", &["cli"]),
    ("*::Zoned::now", &["cli"]),
    ("*::SystemTime", &["cli"]),
    ("*::Instant::now", &["cli"]),
    // The host's zones: `domain::zone` reads those that are built in.
    ("*::TimeZone::get", &[]),
    ("*::TimeZone::system", &[]),
    ("*::TimeZone::try_system", &[]),
    ("*::TimeZoneDatabase::from_env", &[]),
    ("std::env::var", &["cli"]),
    ("std::env::var_os", &["cli"]),
    ("std::env::vars", &["cli"]),
    ("std::env::vars_os", &["cli"]),
    ("std::env::args", &["cli"]),
    ("std::env::args_os", &["cli"]),
    ("std::fs", &["cli", "folder", "git", "demo"]),
    ("std::net", &["demo", "github"]),
];

/// The layers that may wait.
const MAY_WAIT: &[&str] = &["github", "demo", "cli"];

/// The one file that prints: everything else that is printed passes through it.
const DOOR: &str = "cli/console.rs";

/// What only the door may name, call and write out.
const DOOR_PATHS: &[&str] = &[
    "std::io::stdout",
    "std::io::stderr",
    "*::Stdout",
    "*::Stderr",
    "*::StdoutLock",
    "*::StderrLock",
    "std::panic::set_hook",
];
const DOOR_MACROS: &[&str] = &["print", "println", "eprint", "eprintln", "dbg"];
const DOOR_METHODS: &[&str] = &["print", "exit"];
const DOOR_TEXTS: &[&str] = &["/dev/std", "/dev/tty"];

fn layer(file: &str) -> Option<&str> {
    file.split_once('/').map(|(layer, _)| layer)
}

/// Whether a path is, or may be, what a rule speaks of: `std::fs::read` and `std::*` are `std::fs`.
fn is_of(path: &[String], rule: &str) -> bool {
    let rule: Vec<&str> = rule.split("::").collect();
    if let Some((&"*", rest)) = rule.split_first() {
        return path.windows(rest.len()).any(|part| part == rest);
    }
    if path.iter().zip(&rule).all(|(part, ruled)| part == ruled) {
        return path.len() >= rule.len();
    }
    // All of a module is imported, and the rule's is in it.
    path.split_last().is_some_and(|(last, before)| {
        last == "*" && !before.is_empty() && before.iter().zip(&rule).all(|(a, b)| a == b)
    })
}

pub fn violations(sources: &BTreeMap<String, Names>) -> Vec<String> {
    let mut found = Vec::new();
    for (file, names) in sources {
        let Some(layer) = layer(file) else { continue };
        let mut refuse = |what: String| found.push(format!("{file}: {what}"));
        let names_any = |rule: &str| names.paths.iter().any(|path| is_of(path, rule));
        if layer != "cli" {
            let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == layer) else {
                refuse(format!("`{layer}` is not a layer"));
                continue;
            };
            for (other, _) in MAY_USE.iter().chain([&("cli", [].as_slice())]) {
                let is_open = *other == layer || allowed.contains(other);
                if !is_open && names_any(&format!("crate::{other}")) {
                    refuse(format!("`{layer}` may not use `{other}`"));
                }
            }
        }
        for (krate, owners) in OWNERS {
            if !owners.contains(&layer) && names_any(krate) {
                refuse(format!("`{krate}` belongs to {owners:?}"));
            }
            let hands_on = |origin: &Name| origin.first().is_some_and(|root| root == krate);
            if names.exports.values().any(hands_on) {
                refuse(format!("`{krate}` is handed on under another name"));
            }
        }
        for (act, layers) in ONLY {
            if !layers.contains(&layer) && names_any(act) {
                refuse(format!("`{act}` belongs to {layers:?}"));
            }
        }
        if names.is_async && !MAY_WAIT.contains(&layer) {
            refuse(format!("only {MAY_WAIT:?} may wait"));
        }
        if names.reads_elsewhere {
            refuse("a module is the file of its name".to_owned());
        }
        if file != DOOR {
            let printed = DOOR_PATHS.iter().filter(|act| names_any(act));
            let called = DOOR_MACROS
                .iter()
                .filter(|act| names.macros.contains(**act));
            let done = DOOR_METHODS
                .iter()
                .filter(|act| names.methods.contains(**act));
            let is_written = |act: &&&str| names.texts.iter().any(|text| text.contains(**act));
            let written = DOOR_TEXTS.iter().filter(is_written);
            for act in printed.chain(called).chain(done).chain(written) {
                refuse(format!("`{act}` belongs to {DOOR}"));
            }
        }
    }
    found
}
