//! `linchpin follow-up`: notes for agreed feedback, on the standard output and nowhere else.

use super::args::FollowUpArgs;
use super::console;
use super::context::Context;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::person::with_sources;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::evidence::follow_up;
use crate::render::{self, encode};
use crate::tables::FactTable;
use crate::work::roster::person_of;

/// Prints a note for all feedback of the private register, or for one person's.
pub fn follow_up(
    args: &FollowUpArgs,
    context: &Context,
    workspace: &Workspace,
) -> Result<u8, CliError> {
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    analysis.tell_unknown_logins(context, workspace);
    let asked = args.login.as_deref();
    let who = |login: &str| person_of(&analysis.tables.people, login);
    let is_asked = |login: &str| {
        asked.is_none_or(|asked| {
            asked.eq_ignore_ascii_case(login) || who(login).is_some() && who(asked) == who(login)
        })
    };
    let mut agreed: Vec<_> = workspace
        .private_register
        .all_feedback()
        .filter(|one| is_asked(&one.login))
        .collect();
    if agreed.is_empty() {
        let whose = asked.map_or_else(String::new, |login| {
            format!(" for `{}`", encode::terminal(login))
        });
        return Err(CliError::new(
            ErrorKind::Configuration,
            format!("no feedback is agreed{whose}"),
        )
        .hint("add a `[[feedback]]` with `login`, `topic`, `given_on` and `measure` to linchpin.private.toml"));
    }
    agreed.sort_by_key(|one| (one.login.to_lowercase(), one.given_on));
    for (at, one) in agreed.into_iter().enumerate() {
        let Some(person) = who(&one.login) else {
            let message = format!(
                "nobody in the store has the login `{}`",
                encode::terminal(&one.login)
            );
            return Err(CliError::new(ErrorKind::Configuration, message)
                .hint("`linchpin identity` lists everybody with their logins"));
        };
        let note = with_sources(&analysis, workspace, |sources| {
            follow_up::document(
                sources,
                person,
                &one,
                workspace.private_register.sprint_days,
            )
        });
        if let Some(note) = note {
            let gap = if at > 0 { "\n" } else { "" };
            console::out(&format!("{gap}{}", render::pack::document(&note)));
        }
    }
    if analysis.findings.is_partial() {
        context
            .progress
            .say("partial data: notes may be incomplete");
        return Ok(PARTIAL);
    }
    Ok(DONE)
}
