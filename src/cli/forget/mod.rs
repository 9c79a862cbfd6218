//! `linchpin forget`: a person is erased from the store and from the private tree, and stays out of later fetches.
//!
//! The store says first that they are forgotten and then erases; so a kill at any instant leaves a store that goes on with it. What
//! cannot be reached is told, never claimed.

mod left;
mod whom;

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use super::args::ForgetArgs;
use super::console;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::output::erase_private;
use super::run::open_to_write;
use super::workspace::Workspace;
use crate::folder::tree::{Erasure, Written};
use crate::render::encode::terminal;
use crate::store::{Erased, Mode, Store};
use whom::{Known, Meant, meant};

/// Erases somebody.
pub fn forget(args: &ForgetArgs, workspace: &Workspace) -> Result<u8, CliError> {
    // A store that is not there must not be made.
    let read = Store::open(&workspace.store, Mode::Read)?;
    let store = if args.dry_run {
        read
    } else {
        drop(read);
        open_to_write(&workspace.store)?
    };
    let who = args.login.trim();
    let meant = meant(&store, workspace, who)?;
    let forgotten = match &meant {
        Meant::Known(known) => std::sync::Arc::new(store.would_forget(&known.whom)?),
        Meant::Forgotten => store.forgotten(),
    };
    let folder = match &meant {
        Meant::Known(known) => known.folder.clone(),
        Meant::Forgotten => Some(who.strip_prefix('@').unwrap_or(who).to_owned()),
    };
    let private = workspace.out.join("private");
    let remove = |how: Erasure| match &folder {
        Some(name) if crate::folder::is_name(name) => erase_private(&private, name, how),
        _ => Ok(None),
    };
    let mut left = left::of_repositories(&store, &forgotten);
    let n_paths = left::n_paths(&store, &forgotten)?;
    let planned = store.would_erase(&forgotten)?;
    let mut text = match &meant {
        Meant::Known(known) => described(who, known),
        Meant::Forgotten => format!("`{}` is forgotten already\n", terminal(who)),
    };
    let erased = if args.dry_run {
        planned
    } else {
        match &meant {
            Meant::Known(known) => {
                confirm(args, &text, &planned)?;
                store.forget(&known.whom)?
            }
            Meant::Forgotten if planned.n_records > 0 => store.finish_forgetting()?,
            Meant::Forgotten => planned,
        }
    };
    // Whatever was left of somebody who is forgotten already was erased when the store was opened.
    let is_done = matches!(meant, Meant::Forgotten) && erased.n_records == 0;
    let how = match (args.dry_run, args.with_drafts) {
        (true, _) => Erasure::Look,
        (false, false) => Erasure::Own,
        (false, true) => Erasure::Everything,
    };
    let written = remove(how);
    if is_done {
        text.push_str("store: nothing is left of them in it\n");
    } else {
        tell_store(&mut text, args, &erased);
    }
    left.extend(unread(&erased));
    left.extend(paths(n_paths));
    match &written {
        Ok(written) => tell_folder(
            &mut text,
            args,
            &private.join(folder.as_deref().unwrap_or_default()),
            written.as_deref(),
            &mut left,
        ),
        Err(error) => left.push(format!("the private tree: {}", error.source)),
    }
    if let Meant::Known(known) = &meant {
        left.extend(known.namesakes.iter().map(|who| {
            format!(
                "`{who}` bears the same name, and nobody knows whether that is the same person: if so, `linchpin forget {who}` after `linchpin mine`"
            )
        }));
    }
    left.extend(left::left(
        args,
        workspace,
        &store,
        folder.as_deref(),
        &forgotten,
    )?);
    text.push_str("left, and naming this person:\n");
    for line in left {
        let _ = writeln!(text, "  {}", terminal(&line));
    }
    if !args.dry_run {
        text.push_str(
            "next: `linchpin run --offline` in the clone derives facts and writes the team's pages anew\n",
        );
    }
    console::out(&text);
    written?;
    Ok(if erased.unread.is_empty() {
        DONE
    } else {
        PARTIAL
    })
}

/// Who is meant, as the store knows them.
fn described(who: &str, known: &Known) -> String {
    let whom = &known.whom;
    let listed = |texts: Vec<String>| {
        if texts.is_empty() {
            "none".to_owned()
        } else {
            terminal(&texts.join(", "))
        }
    };
    let logins = whom.logins.iter().map(|login| format!("@{login}"));
    let unsaid = whom.logins.iter().filter(|login| {
        let mut said = whom.said.iter();
        !said.any(|text| text.eq_ignore_ascii_case(login))
    });
    let mut text = format!(
        "`{}`: logins {}; addresses {}; names {}\n",
        terminal(who),
        listed(logins.collect()),
        listed(whom.addresses.iter().cloned().collect()),
        listed(whom.names.iter().cloned().collect()),
    );
    for login in unsaid {
        let _ = writeln!(
            text,
            "`{0}` says too little by itself (an ordinary word, digits, or fewer than three letters): texts keep it, and lose it where it is \
             written `@{0}`",
            terminal(login)
        );
    }
    text
}

/// Asks on a terminal; elsewhere it has to be said beforehand.
fn confirm(args: &ForgetArgs, text: &str, planned: &Erased) -> Result<(), CliError> {
    if args.yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !(stdin.is_terminal() && console::has_terminal()) {
        return Err(CliError::new(
            ErrorKind::Usage,
            "forgetting cannot be undone, and there is no terminal to ask on: nothing was changed",
        )
        .hint("look at what would be done with `--dry-run`, then give `--yes`"));
    }
    console::note(text.trim_end());
    console::note(&format!(
        "{} and all that is derived from them will be without this person. This cannot be undone. Forget them? [y/N]",
        records(planned.n_records)
    ));
    let mut answer = String::new();
    // An answer that cannot be read is none.
    let _ = stdin.read_line(&mut answer);
    if ["y", "yes"].contains(&answer.trim().to_lowercase().as_str()) {
        return Ok(());
    }
    Err(CliError::new(
        ErrorKind::Usage,
        "nothing was changed: the answer was not `y`",
    )
    .hint("answer `y`, or give `--yes`"))
}

fn records(n: u64) -> String {
    match n {
        1 => "1 record".to_owned(),
        n => format!("{n} records"),
    }
}

/// What became of the store.
fn tell_store(text: &mut String, args: &ForgetArgs, erased: &Erased) {
    let (written, gone) = if args.dry_run {
        ("would be written", "would go")
    } else {
        ("were written", "are gone")
    };
    let _ = writeln!(
        text,
        "raw answers: {} {written} anew with a stand-in called `ghost` and a number",
        records(erased.n_records)
    );
    let _ = writeln!(
        text,
        "facts, mined history and kept runs ({}) {gone}; `linchpin diff` begins anew",
        erased.n_runs
    );
}

/// What could not be read.
fn unread(erased: &Erased) -> Vec<String> {
    let files = erased.unread.iter();
    files
        .map(|file| {
            format!(
                "`{}` is damaged, so that nobody knows whom it names: remove it, and the next fetch brings its stream anew",
                file.display()
            )
        })
        .collect()
}

/// Paths that have the name in them.
fn paths(n: Option<usize>) -> Option<String> {
    match n {
        Some(0) => None,
        Some(n) => Some(format!(
            "{n} path{} of files: histories are matched by them, so they stay as they are",
            if n == 1 { "" } else { "s" }
        )),
        None => Some(
            "paths of files, should any have the name in it: the store has no facts to count them from"
                .to_owned(),
        ),
    }
}

/// What became of the private tree.
fn tell_folder(
    text: &mut String,
    args: &ForgetArgs,
    place: &std::path::Path,
    written: Option<&[Written]>,
    left: &mut Vec<String>,
) {
    let Some(written) = written else {
        text.push_str("private tree: there is none\n");
        return;
    };
    let shown = terminal(&place.display().to_string());
    let said = match (args.dry_run, written.is_empty() || args.with_drafts) {
        (true, true) => "would be removed",
        (true, false) => "would be removed but for what people wrote",
        (false, true) => "is removed",
        (false, false) => "is removed but for what people wrote",
    };
    let _ = writeln!(text, "private tree: `{shown}` {said}");
    for one in written {
        let file = terminal(&place.join(&one.path).display().to_string());
        if args.with_drafts {
            let _ = writeln!(text, "  `{file}` with it: {}", one.why.words());
        } else {
            left.push(format!(
                "`{file}` ({}): read it, then remove it or give `--with-drafts`",
                one.why.words()
            ));
        }
    }
}
