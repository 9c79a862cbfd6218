//! What forgetting cannot reach, or leaves to its owner: each with where it is and what to do.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::args::ForgetArgs;
use crate::cli::error::CliError;
use crate::cli::private_folder::LEAD;
use crate::cli::workspace::Workspace;
use crate::domain::Forgetting as _;
use crate::store::{Forgotten, Store, facts};
use crate::tables::FactTable;

/// Everything that still names the person, in the order in which it is told.
pub(super) fn left(
    args: &ForgetArgs,
    workspace: &Workspace,
    store: &Store,
    folder: Option<&str>,
    forgotten: &Forgotten,
) -> Result<Vec<String>, CliError> {
    let mut found = Vec::new();
    found.extend(of_registers(args, workspace, forgotten));
    found.extend(of_mirrors(store)?);
    found.extend(of_reports(workspace, folder));
    found.push(
        "the clone's git history and GitHub itself: linchpin writes neither; what it reads there of this person stays out of the store"
            .to_owned(),
    );
    found.push(
        "other stores (each forgets by itself: a nightly job's cache, too), backups, pages that were published, what others exported or \
         copied, and what a disk keeps of removed files: nobody but you knows of them"
            .to_owned(),
    );
    Ok(found)
}

/// The mirrors of the store: git histories as GitHub has them, which cannot lose a name without becoming others.
fn of_mirrors(store: &Store) -> Result<Option<String>, CliError> {
    let n = store.mirrors()?.len();
    Ok((n > 0).then(|| {
        format!(
            "{n} mirror{} of git history in `{}`: as GitHub has it, and naming them as long as GitHub does; remove that folder where it is \
             mended there, and the next fetch makes it anew",
            if n == 1 { "" } else { "s" },
            store.root().join("clones").display()
        )
    }))
}

fn names(forgotten: &Forgotten, text: &str) -> bool {
    matches!(forgotten.text(text), std::borrow::Cow::Owned(_))
}

/// The lines of the registers that name the person: they are the user's, and stay.
fn of_registers(args: &ForgetArgs, workspace: &Workspace, forgotten: &Forgotten) -> Vec<String> {
    let team = args.analysis.places.config.clone();
    let team = team.unwrap_or_else(|| PathBuf::from("linchpin.toml"));
    let files = [Some(team), workspace.private_file.clone()];
    let mut found = Vec::new();
    for file in files.into_iter().flatten() {
        // The registers were read already: one that is not there is none.
        let text = fs::read_to_string(&file).unwrap_or_default();
        let is_named = |line: &str| names(forgotten, line) || has_login(forgotten, line);
        let lines = (1_u64..).zip(text.lines());
        let lines = lines.filter(|(_, line)| is_named(line));
        let lines: Vec<String> = lines
            .map(|(at, _)| format!("{}:{at}", file.display()))
            .collect();
        if !lines.is_empty() {
            found.push(format!(
                "{}: registers are yours and never changed here; take the lines out (what they say of this person brings nothing back)",
                lines.join(", ")
            ));
        }
    }
    found
}

/// Keys of registers that hold logins or addresses: elsewhere a login that is an ordinary word is that word.
const OF_PEOPLE: [&str; 8] = [
    "login",
    "from",
    "to",
    "lead",
    "second",
    "joiner",
    "coordinator",
    "aliases",
];

/// Whether a line of a register has the person's login or address where one belongs.
fn has_login(forgotten: &Forgotten, line: &str) -> bool {
    let Some((key, value)) = line.split_once('=') else {
        return false;
    };
    let mut quoted = value.split(['"', '\'']).skip(1).step_by(2);
    OF_PEOPLE.contains(&key.trim()) && quoted.any(|value| forgotten.who(value).is_some())
}

/// What was written below the output folder before, and the command that writes it anew.
fn of_reports(workspace: &Workspace, folder: Option<&str>) -> Vec<String> {
    let out = &workspace.out;
    let mut found = Vec::new();
    let mut add = |place: PathBuf, command: &str| {
        if place.is_dir() {
            found.push(format!(
                "`{}` was written before, and may name this person: `{command}` writes it anew",
                place.display()
            ));
        }
    };
    add(out.join("team"), "linchpin run --offline");
    add(out.join("export"), "linchpin export");
    add(out.join("private").join(LEAD), "linchpin lead");
    let private = out.join("private");
    let others = people(&private).into_iter();
    let others: Vec<String> = others
        .filter(|name| Some(name.as_str()) != folder && name != LEAD)
        .collect();
    if !others.is_empty() {
        found.push(format!(
            "the folders of others in `{}` were written before, and may name this person: `linchpin person LOGIN…` writes them anew ({})",
            private.display(),
            others.join(", ")
        ));
    }
    found
}

/// The folders of people.
fn people(private: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(private).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| !name.starts_with('.')).collect()
}

/// How many paths of files have the person's name in them; `None` where there are no facts to tell it from.
pub(super) fn n_paths(store: &Store, forgotten: &Forgotten) -> Result<Option<usize>, CliError> {
    let tables = match facts::read_parts(store, &[FactTable::Files, FactTable::PullRequests]) {
        Ok(tables) => tables,
        Err(
            facts::Error::Table { .. } | facts::Error::Store(crate::store::Error::Damaged { .. }),
        ) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let mined = tables.changes.files.iter().map(|file| file.path.as_str());
    let touched = tables.facts.pull_request_files.iter();
    let paths: BTreeSet<&str> = mined
        .chain(touched.map(|file| file.path.as_ref()))
        .collect();
    if paths.is_empty() {
        return Ok(None);
    }
    let named = paths.iter().filter(|path| names(forgotten, path));
    Ok(Some(named.count()))
}

/// Repositories whose name in the store names the person, such as a clone's directory.
pub(super) fn of_repositories(store: &Store, forgotten: &Forgotten) -> Vec<String> {
    let named = store.repositories().into_iter().filter(|entry| {
        let mut all = entry.keys.iter().chain([&entry.name]);
        all.any(|name| names(forgotten, name))
    });
    named
        .map(|entry| {
            format!(
                "the name of the repository `{}` in the store: a repository keeps its name and those it had",
                entry.name
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::{Mode, Whom};

    #[test]
    fn a_login_that_is_a_word_is_one_in_a_register_only_where_a_login_belongs() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::open(root.path(), Mode::Write).unwrap();
        let whom = Whom {
            logins: BTreeSet::from(["main".to_owned()]),
            addresses: BTreeSet::from(["m@acme.example".to_owned()]),
            ..Whom::default()
        };
        let forgotten = store.would_forget(&whom).unwrap();
        for (line, expected) in [
            ("login = \"Main\"", true),
            ("  aliases = [\"x\", 'm@acme.example'] # old", true),
            ("to=\"main\"", true),
            ("default_branch = \"main\"", false),
            ("from = \"2026-01-01\"", false),
            ("[[member]]", false),
        ] {
            assert_eq!(has_login(&forgotten, line), expected, "{line}");
        }
    }
}
