//! `linchpin identity`: who is who, and why.

use super::args::IdentityArgs;
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::report::reading;
use super::workspace::Workspace;
use crate::derive::IDENTITY;
use crate::git::identity::{Edge, Identity, export_mailmap};
use crate::render::encode::terminal;

/// Prints the merge graph of the last run, or a mailmap that says the same.
pub fn identity(args: &IdentityArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let Some(bytes) = reading(workspace, |store| Ok(store.read(IDENTITY)?))? else {
        return Err(
            CliError::new(ErrorKind::Usage, "the store has no identities yet")
                .hint("run `linchpin run` in the clone first"),
        );
    };
    let identity: Identity = serde_json::from_slice(&bytes).map_err(|error| {
        CliError::new(ErrorKind::Damaged, error).hint("run `linchpin run` again: facts are rebuilt")
    })?;
    let text = if args.export_mailmap {
        export_mailmap(&identity)
    } else {
        describe(&identity)
    };
    console::out(&text);
    Ok(DONE)
}

fn describe(identity: &Identity) -> String {
    let mut lines = vec![format!("{} people", identity.people.len())];
    for person in &identity.people {
        if person.is_forgotten() {
            let name = &person.display_name;
            lines.push(format!("  {name}: somebody whom this store has forgotten"));
            continue;
        }
        let logins = person.logins.iter().map(|login| format!("@{}", login.0));
        let known_as: Vec<_> = logins
            .chain(person.emails.iter().map(|email| format!("<{}>", email.0)))
            .collect();
        lines.push(format!(
            "  {} ({}): {}",
            person.display_name,
            person.account.word(),
            known_as.join(" ")
        ));
    }
    let edge = |edge: &Edge| format!("  {} = {}: {}", edge.a, edge.b, edge.reason.words());
    lines.push(format!(
        "{} merges, each with its reason",
        identity.edges.len()
    ));
    lines.extend(identity.edges.iter().map(edge));
    lines.push(format!(
        "{} suspects, not merged: say so in .mailmap, or as `aliases` of a `[[member]]`",
        identity.suspects.len()
    ));
    lines.extend(identity.suspects.iter().map(edge));
    lines.push(format!(
        "{} conflicts: claims that contradict each other, not merged",
        identity.conflicts.len()
    ));
    let conflicts = identity.conflicts.iter();
    lines.extend(conflicts.map(|conflict| {
        format!(
            "  {} is claimed by {}",
            conflict.subject,
            conflict.claimed_by.join(", ")
        )
    }));
    let lines: Vec<String> = lines.iter().map(|line| terminal(line)).collect();
    lines.join("\n") + "\n"
}
