//! `linchpin doctor`: what can be read, what cannot, what a fetch would cost, and the step that mends each hole.

use std::sync::Arc;

use super::console;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::fetch::{SystemClock, how_to_give_a_token, runtime, token};
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{Account, Person, RepoName, Stream};
use crate::git::{self, MineOptions};
use crate::github::probe::{Access, Probe, probe};
use crate::github::{Client, ClientSettings};
use crate::metrics::REGISTRY;
use crate::render::encode::terminal;
use crate::tables::FactTable;
use crate::work::Need;
use crate::work::delivery::shipping;
use crate::work::machine_like::{self, Words};

/// Prints the findings; exit code 5 where something that figures need cannot be read.
pub fn doctor(workspace: &Workspace) -> Result<u8, CliError> {
    let mut lines = vec![format!("API          {}", workspace.api)];
    let mut is_whole = true;
    for clone in &workspace.clones {
        is_whole &= clone_lines(clone, workspace, &mut lines);
        if !workspace.github.is_empty() {
            let others = clone.not_read(&workspace.api).into_iter();
            lines.extend(others.map(|other| format!("  not read   {}", terminal(&other))));
        }
    }
    if workspace.clones.is_empty() {
        lines.push("clone        none: knowledge, ownership and lead time are not observed; name one with `--repo PATH`".to_owned());
        is_whole = false;
    }
    for exposure in workspace.exposures() {
        lines.push(format!("private      {exposure}"));
        is_whole = false;
    }
    for name in &workspace.unasked {
        lines.push(format!(
            "not asked    {}: only the register in this clone names it; give it with `--config` if you trust it",
            terminal(&name.to_string())
        ));
        is_whole = false;
    }
    match (
        workspace.github.as_slice(),
        workspace.offline,
        token(&workspace.api),
    ) {
        ([], _, _) => {
            let others = workspace.clones.iter();
            let others: Vec<String> = others
                .flat_map(|clone| clone.not_read(&workspace.api))
                .map(|other| format!("GitHub       {}", terminal(&other)))
                .collect();
            if others.is_empty() {
                lines.push(
                    "GitHub       no remote: add one, or name a repository with `--github OWNER/NAME`"
                        .to_owned(),
                );
            }
            lines.extend(others);
        }
        (_, true, _) => lines.push("GitHub       not asked: --offline".to_owned()),
        (_, _, None) => {
            lines.push(format!(
                "token        none: {}",
                how_to_give_a_token(&workspace.api)
            ));
            not_observed(
                &[
                    Stream::PullRequests,
                    Stream::Issues,
                    Stream::Deployments,
                    Stream::WorkflowRuns,
                ],
                &mut lines,
            );
            is_whole = false;
        }
        (names, false, Some(token)) => {
            for found in look(ClientSettings::new(workspace.api.clone(), token), names)? {
                is_whole &= probe_lines(&found, &mut lines);
            }
        }
    }
    is_whole &= store_lines(workspace, &mut lines);
    console::out(&format!("{}\n", lines.join("\n")));
    Ok(if is_whole { DONE } else { PARTIAL })
}

/// What the facts of the last run lack, or leave to the team to say; nothing where there are none yet.
fn store_lines(workspace: &Workspace, lines: &mut Vec<String>) -> bool {
    let needed = [
        FactTable::Descent,
        FactTable::Deliveries,
        FactTable::PullRequests,
        FactTable::Pushes,
        FactTable::Talk,
    ];
    let Ok(analysis) = Analysis::of(workspace, &needed) else {
        return true;
    };
    let (tables, question) = (&analysis.tables, &analysis.question);
    let readings = analysis.readings();
    let mut is_whole = true;
    for reading in &readings {
        let product = reading.product;
        let delivered = shipping::of_product(reading);
        let (None, Ok((_, shipping))) =
            (question.missing(product, Need::Commits), delivered.as_ref())
        else {
            continue;
        };
        let of_unknown = || shipping.deployments.iter().filter(|one| !one.is_known);
        let Some(last) = of_unknown().max_by_key(|one| one.at) else {
            continue;
        };
        let commit = last.commit.map_or_else(
            || "a commit that GitHub no longer names".to_owned(),
            |commit| commit.to_string(),
        );
        lines.push(format!(
            "deployed     {}: {} of {} deployments are of commits that no clone here has, the last of {commit}: what they shipped is \
             unknown; `git fetch --tags origin '+refs/heads/*:refs/remotes/origin/*'`, or `git fetch origin COMMIT`",
            terminal(&product.name),
            of_unknown().count(),
            shipping.deployments.len(),
        ));
        is_whole = false;
    }
    let is_member = |person: &Person| {
        let mut members = question.roster.members.iter();
        members.any(|member| member.person == person.id)
    };
    let logins: Vec<&str> = tables
        .people
        .iter()
        .filter(|person| person.account == Account::Human && !is_member(person))
        .flat_map(|person| &person.logins)
        .filter(|login| login.looks_like_a_machine())
        .map(|login| login.0.as_str())
        .collect();
    for reading in &readings {
        for (what, words) in [("answer", Words::Any), ("review", Words::Reviews)] {
            let accounts = machine_like::accounts(reading, words);
            let named: Vec<String> = tables
                .people
                .iter()
                .filter(|person| accounts.contains(&person.id))
                .map(|person| {
                    let login = person.logins.first();
                    login.map_or_else(|| person.display_name.clone(), |login| login.0.clone())
                })
                .collect();
            if !named.is_empty() {
                lines.push(format!(
                    "people       {}: accounts that {what} within a minute, again and again, like a machine: {}; the waits that they \
                     would end are withheld until linchpin.toml names them under `bots`, or as `[[member]]`",
                    terminal(&reading.product.name),
                    terminal(&named.join(", "))
                ));
                is_whole = false;
            }
        }
    }
    if !logins.is_empty() {
        lines.push(format!(
            "people       logins that look like a machine's and count as people: {}; if they are machines, name them under `bots` in \
             linchpin.toml",
            terminal(&logins.join(", "))
        ));
    }
    is_whole
}

/// Looks at repositories one after the other.
pub fn look(settings: ClientSettings, names: &[RepoName]) -> Result<Vec<Probe>, CliError> {
    runtime()?.block_on(async {
        let client = Client::new(settings, Arc::new(SystemClock))?;
        let mut found = Vec::new();
        for name in names {
            found.push(probe(&client, name).await?);
        }
        Ok(found)
    })
}

fn clone_lines(
    clone: &super::workspace::Clone,
    workspace: &Workspace,
    lines: &mut Vec<String>,
) -> bool {
    let name = terminal(&clone.name);
    let options = MineOptions {
        default_branch: workspace.register.default_branch.clone(),
        ..MineOptions::default()
    };
    match git::look(&clone.path, &options) {
        Ok(found) if found.is_shallow => {
            lines.push(format!("clone        {name}: shallow: run `git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout"));
            false
        }
        Ok(found) if found.is_partial => {
            lines.push(format!("clone        {name}: partial: it was made with `--filter`, and contents that were not fetched since are missing; clone it anew without"));
            false
        }
        Ok(found) => {
            let branch = found.default_branch.map_or_else(
                || "no default branch".to_owned(),
                |branch| terminal(&branch),
            );
            lines.push(format!(
                "clone        {name}: whole history, {branch}, {} tags",
                found.n_tags
            ));
            true
        }
        Err(error) => {
            lines.push(format!(
                "clone        {name}: {}",
                terminal(&error.to_string())
            ));
            false
        }
    }
}

fn probe_lines(found: &Probe, lines: &mut Vec<String>) -> bool {
    let Some(name) = &found.name else {
        let refusal = found.access.iter().find_map(|(_, access)| match access {
            Access::Refused(said, step) => Some((said, step)),
            _ => None,
        });
        if let Some((said, step)) = refusal {
            let said = terminal(said);
            lines.push(format!("repository   refused: GitHub says: {said}: {step}"));
            return false;
        }
        lines.push("repository   not there, or not shown to this token: check the spelling and the token's repositories".to_owned());
        return false;
    };
    lines.push(format!(
        "repository   {}{}",
        terminal(name),
        if found.is_archived { " (archived)" } else { "" }
    ));
    lines.push(format!("  token      {}", found.token.word()));
    if let Some(skew) = found.skew.filter(|skew| skew.as_secs().abs() > 5) {
        lines.push(format!("  clock      {} s off the server's: durations are the server's, only `--as-of` is yours", skew.as_secs()));
    }
    if let Some((limit, left, back_at)) = found.points {
        lines.push(format!(
            "  points     {left} of {limit} an hour left, all back at {back_at}"
        ));
    }
    let mut missing = Vec::new();
    for (stream, access) in &found.access {
        let word = stream.word().replace('_', " ");
        lines.push(match access {
            Access::Readable(Some(n)) => format!("  {word:<14} readable, {n}"),
            Access::Readable(None) => format!("  {word:<14} readable"),
            Access::Unknown => format!("  {word:<14} not known to this server"),
            // Most tokens may not read teams, and most repositories ask people: it is no hole until a review is asked of a team.
            Access::Missing(permission) if *stream == Stream::Teams => format!(
                "  {word:<14} not readable: where reviews are asked of teams, give the token {}",
                terminal(permission)
            ),
            Access::Missing(permission) => {
                missing.push(*stream);
                format!(
                    "  {word:<14} not readable: give the token {}",
                    terminal(permission)
                )
            }
            Access::Refused(said, step) => {
                missing.push(*stream);
                let said = terminal(said);
                format!("  {word:<14} refused: GitHub says: {said}: {step}")
            }
            Access::Disabled => format!("  {word:<14} switched off in the repository's settings"),
            Access::NotFound => {
                missing.push(*stream);
                format!("  {word:<14} not there, or not shown to this token")
            }
        });
    }
    let list = |words: &[String]| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            terminal(&words.join(", "))
        }
    };
    let environments: Vec<String> = found
        .environments
        .iter()
        .map(|(name, n)| format!("{name} ({n})"))
        .collect();
    lines.push(format!(
        "  deployed to    {} (production is `production_pattern` in linchpin.toml)",
        list(&environments)
    ));
    lines.push(format!(
        "  incidents      labels that look like it: {}",
        list(&found.incident_labels)
    ));
    let styles: Vec<String> = found
        .merge_styles
        .iter()
        .map(|style| (*style).to_owned())
        .collect();
    lines.push(format!("  merge styles   {}", list(&styles)));
    lines.push(format!("  bots seen      {}", list(&found.bots)));
    lines.push(format!(
        "  first fetch    about {} requests, {} points; a night: about {} requests, {} points",
        found.first.requests, found.first.points, found.nightly.requests, found.nightly.points
    ));
    not_observed(&missing, lines);
    missing.is_empty()
}

/// Which metrics have no figure without some streams.
fn not_observed(missing: &[Stream], lines: &mut Vec<String>) {
    let is_missing = |need: &Need| match need {
        Need::PullRequests => missing.contains(&Stream::PullRequests),
        Need::Issues => missing.contains(&Stream::Issues),
        Need::WorkflowRuns => missing.contains(&Stream::WorkflowRuns),
        Need::Deployments => missing.contains(&Stream::Deployments),
        Need::Commits | Need::Subjects | Need::History | Need::Ownership => false,
    };
    let ids: Vec<&str> = REGISTRY
        .iter()
        .map(|metric| metric.definition)
        .filter(|definition| definition.needs.iter().any(is_missing))
        .map(|definition| definition.id)
        .collect();
    if !ids.is_empty() {
        lines.push(format!(
            "  not observed   {} (deployments can also come from releases or tags)",
            ids.join(", ")
        ));
    }
}

/// An error for `init` where the file is there already.
pub fn exists(path: &std::path::Path) -> CliError {
    CliError::new(
        ErrorKind::Usage,
        format!("`{}` exists already", path.display()),
    )
    .hint("edit it, or move it away first")
}
