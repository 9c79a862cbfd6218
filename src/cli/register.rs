//! `linchpin register`: both registers checked against what the store knows, and entries added to the private one.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::{Form, Format, RegisterAddArgs, RegisterCheckArgs};
use super::console;
use super::discover;
use super::error::{CliError, DONE, ErrorKind};
use super::init;
use super::registers::private_register;
use super::report::forgotten_login;
use super::tables::Answer;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{PatternLine, RepoName};
use crate::metrics::REGISTRY;
use crate::register;
use crate::render::encode;
use crate::render::terminal::omitted;
use crate::report::{Column, Table, TableCell};
use crate::tables::FactTable;
use crate::work::Past;
use crate::work::initiatives::Initiatives;
use crate::work::unknown::{self, Unknown};

/// Says what the registers name and nobody knows. Both have been read, and validated, when this is called.
pub fn check(args: &RegisterCheckArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let metrics: Vec<&str> = REGISTRY.iter().map(|metric| metric.definition.id).collect();
    let (team, private) = (&workspace.register, &workspace.private_register);
    let mut found = unknown::metrics(team, private, &metrics);
    found.extend(unknown::without_effect(team));
    let is_there = workspace.store.exists();
    if is_there {
        let mut named = private.expectations.iter();
        let names_initiatives = named.any(|one| one.named_initiatives().next().is_some());
        let some = [FactTable::Files, FactTable::PullRequests, FactTable::Issues];
        // What belongs to an initiative is told from everything.
        let parts = if names_initiatives {
            &FactTable::ALL[..]
        } else {
            &some
        };
        let analysis = Analysis::of(workspace, parts)?;
        found.extend(unknown::in_the_store(team, private, &analysis.tables));
        found.extend(of_patterns(&analysis));
        found.extend(of_imports(&analysis));
        found.extend(of_teams(&analysis));
        let logins = team.logins().chain(
            private
                .logins()
                .map(|login| ("the private register", login)),
        );
        let forgotten: BTreeSet<(&str, &str)> = logins
            .filter(|(_, login)| analysis.forgotten.who(login).is_some())
            .collect();
        found.extend(forgotten.into_iter().map(|(place, login)| Unknown {
            place: place.to_owned(),
            message: forgotten_login(login),
        }));
        if names_initiatives {
            let (tables, question) = (&analysis.tables, &analysis.private_question);
            let products = question.products_and_rest(&tables.repositories);
            let all = Initiatives::of(&Past::of(tables, question, &products)).all;
            found.extend(unknown::initiatives(private, &all));
        }
    }
    show(&found, args.form)?;
    if !is_there {
        console::note(&encode::terminal(&format!(
            "there is no store in `{}`: logins, repositories, paths and labels are not looked up; `linchpin run` makes it",
            workspace.store.display()
        )));
    }
    Ok(if found.is_empty() {
        DONE
    } else {
        ErrorKind::Configuration.exit_code()
    })
}

/// Patterns of the team's register that mean nothing, or not what they should, and names of which nothing was read. Names that the store
/// does not know at all are told with whatever else it does not know.
fn of_patterns(analysis: &Analysis) -> impl Iterator<Item = Unknown> + '_ {
    let lines = analysis.findings.patterns.iter();
    let of_register = lines.filter(|line| line.product.is_some() && line.has_hole());
    let is_known = |name: &str| {
        let mut known = analysis.tables.repositories.iter();
        known.any(|row| row.is_called(name))
    };
    let is_name = |line: &PatternLine| line.pattern.parse::<RepoName>().is_ok();
    let told = of_register.filter(move |line| !is_name(line) || is_known(&line.pattern));
    told.map(|line| Unknown {
        place: "product.repositories".to_owned(),
        message: discover::told(line),
    })
}

/// Files of the team's register that lack something.
fn of_imports(analysis: &Analysis) -> impl Iterator<Item = Unknown> + '_ {
    let lines = analysis.findings.imports.iter();
    lines.filter_map(|line| {
        Some(Unknown {
            place: "import.path".to_owned(),
            message: format!("`{}`: {}", line.file, line.reason()?),
        })
    })
}

/// Entries of what teams own that give them nothing, or less than they may mean.
fn of_teams(analysis: &Analysis) -> impl Iterator<Item = Unknown> + '_ {
    let teams = analysis.question.teams.iter();
    let entries = teams.flat_map(|team| {
        let entries = team.owning().map(|owning| owning.entries.as_slice());
        let entries = entries.unwrap_or_default().iter();
        entries.map(|entry| (team.name.as_str(), entry))
    });
    entries.filter_map(|(team, entry)| {
        let reason = entry.reason.as_ref()?;
        let fix = entry.fix.as_ref();
        let fix = fix.map_or_else(String::new, |fix| format!("; {fix}"));
        Some(Unknown {
            place: "team.owns".to_owned(),
            message: format!("`{}` of `{team}`: {reason}{fix}", entry.entry),
        })
    })
}

/// A line each for people; files have the place and the words apart.
fn show(found: &[Unknown], form: Form) -> Result<(), CliError> {
    if form.format == Format::Table {
        let listed = found.iter().take(form.most());
        let mut text: String = listed
            .map(|one| encode::terminal(&format!("{}: {}", one.place, one.message)) + "\n")
            .collect();
        if found.is_empty() {
            text.push_str("both registers are in order\n");
        }
        text.push_str(&omitted(found.len().saturating_sub(form.most()) as u64));
        console::show(&text);
        return Ok(());
    }
    let cell = |words: &str| TableCell::Text(words.to_owned());
    let row = |one: &Unknown| vec![cell(&one.place), cell(&one.message)];
    let object = |one: &Unknown| json!({"place": one.place, "message": one.message});
    let answer = Answer {
        before: String::new(),
        after: String::new(),
        json: json!({"format": 1, "unknown": found.iter().map(object).collect::<Vec<_>>()}),
        rows: "unknown",
        table: Table {
            title: "What nobody knows".to_owned(),
            columns: ["place", "message"].map(Column::text).to_vec(),
            rows: found.iter().map(row).collect(),
            n_omitted: 0,
        },
    };
    answer.show(form)
}

/// Adds an entry to the private register, which is made where there is none.
pub fn add(args: &RegisterAddArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let mut values = Vec::new();
    for pair in &args.values {
        let Some((key, value)) = pair.split_once('=') else {
            let message = format!("`{}` is no `KEY=VALUE`", encode::terminal(pair));
            return Err(CliError::new(ErrorKind::Usage, message)
                .hint("write it as in `linchpin register add absence login=ada from=2026-07-06 to=2026-07-17`"));
        };
        values.push((key.trim().to_owned(), value.trim().to_owned()));
    }
    let default = || workspace.default_private_file.clone();
    let path = workspace.private_file.clone().unwrap_or_else(default);
    let is_new = workspace.private_file.is_none();
    let text = if is_new {
        String::new()
    } else {
        fs::read_to_string(&path).map_err(|error| init::refused(&path, error))?
    };
    let shown = path.display().to_string();
    let text = register::edit::add(&text, &shown, &args.table, &values)?;
    // A level is known once the ladders are read.
    private_register(&text, &path)?;
    if is_new {
        let beside = path.parent().unwrap_or(Path::new("")).join(".gitignore");
        init::ignore_private(&beside)?;
    }
    replace(&path, &text)?;
    console::out(&format!("{}\n", encode::terminal(&shown)));
    Ok(DONE)
}

/// Puts a text in the place of a file at once, readable by its owner alone: a kill leaves the old text or the new one.
fn replace(path: &Path, text: &str) -> Result<(), CliError> {
    // What a link leads to is the register: the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let refused = |error| init::refused(&path, error);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside: PathBuf = path.with_file_name(format!(".{name}.new"));
    // What an earlier kill left is nobody's.
    let _ = fs::remove_file(&beside);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside).map_err(refused)?;
    file.write_all(text.as_bytes()).map_err(refused)?;
    file.sync_all().map_err(refused)?;
    fs::rename(&beside, &path).map_err(refused)
}
