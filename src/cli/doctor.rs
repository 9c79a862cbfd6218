//! `linchpin doctor`: what can be read, what cannot, what a fetch would cost, and the step that mends each hole.

use std::sync::Arc;

use serde_json::json;

use super::args::DoctorArgs;
use super::error::{CliError, DONE, ErrorKind, PARTIAL};
use super::fetch::{SystemClock, counted, how_to_give_a_token, runtime, token};
use super::scope;
use super::tables::Answer;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::domain::{Agents, Person, RepoName, Stream};
use crate::git::{self, MineOptions};
use crate::github::probe::{Access, Probe, probe};
use crate::github::{Client, ClientSettings};
use crate::metrics::REGISTRY;
use crate::report::{Column, Table, TableCell};
use crate::tables::FactTable;
use crate::work::Need;
use crate::work::delivery::shipping;
use crate::work::machine_like::{self, Words};

/// What was found, line by line.
#[derive(Debug, Default)]
pub(super) struct Lines {
    found: Vec<Line>,
    /// The repository that is spoken of.
    of: Option<String>,
}

/// One finding: of what, and the words.
#[derive(Debug)]
struct Line {
    of: Option<String>,
    what: String,
    words: String,
    /// Whether it belongs to the line before it.
    is_part: bool,
}

impl Lines {
    /// A finding.
    pub(super) fn say(&mut self, what: &str, words: impl Into<String>) {
        self.push(what, words.into(), false);
    }

    /// A part of the finding before.
    pub(super) fn add(&mut self, what: &str, words: impl Into<String>) {
        self.push(what, words.into(), true);
    }

    fn push(&mut self, what: &str, words: String, is_part: bool) {
        self.found.push(Line {
            of: self.of.clone(),
            what: what.to_owned(),
            words,
            is_part,
        });
    }

    fn answer(&self, is_whole: bool) -> Answer {
        let row = |line: &Line| {
            let stands_in = if line.is_part { "  " } else { "" };
            vec![
                TableCell::Text(format!("{stands_in}{}", line.what)),
                TableCell::Text(line.words.clone()),
            ]
        };
        let object = |line: &Line| json!({"of": line.of, "what": line.what, "found": line.words});
        Answer {
            before: String::new(),
            after: String::new(),
            json: json!({
                "format": 1,
                "is_whole": is_whole,
                "lines": self.found.iter().map(object).collect::<Vec<_>>(),
            }),
            rows: "lines",
            table: Table {
                title: "What can be read".to_owned(),
                columns: ["what", "found"].map(Column::text).to_vec(),
                rows: self.found.iter().map(row).collect(),
                n_omitted: 0,
            },
        }
    }
}

/// Prints the findings; exit code 5 where something that figures need cannot be read.
pub fn doctor(args: &DoctorArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let mut lines = Lines::default();
    let mut found = workspace.clone();
    lines.say("API", workspace.api.to_string());
    let mut is_whole = true;
    for clone in &workspace.clones {
        is_whole &= clone_lines(clone, workspace, &mut lines);
        if !workspace.github.is_empty() {
            let others = clone.not_read(&workspace.api).into_iter();
            for other in others {
                lines.add("not read", other);
            }
        }
    }
    let keeps_mirrors = workspace.mirrors && !workspace.offline && !workspace.github.is_empty();
    if workspace.clones.is_empty() && keeps_mirrors && token(&workspace.api).is_some() {
        lines.say(
            "clone",
            "none given: `fetch` and `run` keep a mirror of each repository in the store; `--no-clone` leaves that out",
        );
    } else if workspace.clones.is_empty() {
        lines.say(
            "clone",
            "none: knowledge, ownership and lead time are not observed; name one with `--repo PATH`",
        );
        is_whole = false;
    }
    for exposure in workspace.exposures() {
        lines.say("private", exposure);
        is_whole = false;
    }
    let scope = scope::lines(&mut found, &mut lines)?;
    is_whole &= scope.is_whole;
    let workspace = &found;
    let unasked = workspace.unasked.iter().map(ToString::to_string);
    for name in unasked.chain(workspace.unasked_patterns.iter().cloned()) {
        lines.say(
            "not asked",
            format!("{name}: only the register in this clone names it; give it with `--config` if you trust it"),
        );
        is_whole = false;
    }
    match (
        scope.probed.as_slice(),
        workspace.offline,
        token(&workspace.api),
    ) {
        ([], _, _) if !workspace.patterns.is_empty() => {}
        ([], _, _) => {
            let others = workspace.clones.iter();
            let others: Vec<String> = others
                .flat_map(|clone| clone.not_read(&workspace.api))
                .collect();
            if others.is_empty() {
                lines.say(
                    "GitHub",
                    "no remote: add one, or name a repository with `--github OWNER/NAME`",
                );
            }
            for other in others {
                lines.say("GitHub", other);
            }
        }
        (_, true, _) => lines.say("GitHub", "not asked: --offline"),
        (_, _, None) => {
            lines.say(
                "token",
                format!("none: {}", how_to_give_a_token(&workspace.api)),
            );
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
    lines.answer(is_whole).show(args.form.whole())?;
    Ok(if is_whole { DONE } else { PARTIAL })
}

/// What the facts of the last run lack, or leave to the team to say; nothing where there are none yet.
fn store_lines(workspace: &Workspace, lines: &mut Lines) -> bool {
    let needed = [
        FactTable::Descent,
        FactTable::Deliveries,
        FactTable::PullRequests,
        FactTable::Issues,
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
            || "a commit that its record does not name".to_owned(),
            |commit| commit.to_string(),
        );
        let n_unknown = of_unknown().count();
        lines.say(
            "deployed",
            format!(
                "{}: {n_unknown} of {} {} of commits that no clone here has, the last of {commit}: what they shipped is unknown; \
                 `git fetch --tags origin '+refs/heads/*:refs/remotes/origin/*'`, or `git fetch origin COMMIT`",
                product.name,
                counted(shipping.deployments.len() as u64, "deployments"),
                if n_unknown == 1 { "is" } else { "are" },
            ),
        );
        is_whole = false;
    }
    for line in &analysis.findings.imports {
        let n = counted(line.n_records, "records");
        let kind = line.kind.word();
        let until = line.last_at.map_or_else(String::new, |at| {
            format!(", up to {}", question.zone.to_datetime(at).date())
        });
        let lacks = line
            .reason()
            .map_or_else(String::new, |reason| format!("; not counted: {reason}"));
        lines.say(
            "declared",
            format!("{}: {n} of {kind}{until}{lacks}", line.file),
        );
        is_whole &= !line.has_hole();
    }
    let is_member = |person: &Person| {
        let mut members = question.roster.members.iter();
        members.any(|member| member.person == person.id)
    };
    let logins: Vec<&str> = tables
        .people
        .iter()
        .filter(|person| person.is_human() && !is_member(person))
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
                lines.say(
                    "people",
                    format!(
                        "{}: accounts that {what} within a minute, again and again, like a machine: {}; the waits that they would end \
                         are withheld until linchpin.toml names them under `bots`, or as `[[member]]`",
                        reading.product.name,
                        named.join(", ")
                    ),
                );
                is_whole = false;
            }
        }
    }
    let agents = Agents::known();
    let is_like = |person: &&Person| {
        let name = &person.display_name;
        person.can_be_named()
            && !is_member(person)
            && (person.emails.iter()).any(|email| agents.looks_like_a_machine(name, &email.0))
    };
    let signed: Vec<&str> = (tables.people.iter().filter(is_like))
        .map(|person| person.display_name.as_str())
        .collect();
    if !signed.is_empty() {
        lines.say(
            "people",
            format!(
                "signatures that look like an agent's and count as people: {}; if they are agents, name them as `[[agent]]` in \
                 linchpin.toml",
                signed.join(", ")
            ),
        );
    }
    if !logins.is_empty() {
        lines.say(
            "people",
            format!(
                "logins that look like a machine's and count as people: {}; if they are machines, name them under `bots` in linchpin.toml",
                logins.join(", ")
            ),
        );
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

fn clone_lines(clone: &super::workspace::Clone, workspace: &Workspace, lines: &mut Lines) -> bool {
    let name = &clone.name;
    let options = MineOptions {
        default_branch: workspace.register.default_branch.clone(),
        ..MineOptions::default()
    };
    match git::look(&clone.path, &options) {
        Ok(found) if found.is_shallow => {
            lines.say("clone", format!("{name}: shallow: run `git fetch --unshallow`, or `fetch-depth: 0` in actions/checkout"));
            false
        }
        Ok(found) if found.is_partial => {
            lines.say("clone", format!("{name}: partial: it was made with `--filter`, and contents that were not fetched since are missing; clone it anew without"));
            false
        }
        Ok(found) => {
            let branch = found.default_branch;
            let branch = branch.unwrap_or_else(|| "no default branch".to_owned());
            let tags = counted(found.n_tags as u64, "tags");
            lines.say("clone", format!("{name}: whole history, {branch}, {tags}"));
            true
        }
        Err(error) => {
            lines.say("clone", format!("{name}: {error}"));
            false
        }
    }
}

fn probe_lines(found: &Probe, lines: &mut Lines) -> bool {
    let Some(name) = &found.name else {
        let refusal = found.access.iter().find_map(|(_, access)| match access {
            Access::Refused(said, step) => Some((said, step)),
            _ => None,
        });
        if let Some((said, step)) = refusal {
            lines.say(
                "repository",
                format!("refused: GitHub says: {said}: {step}"),
            );
            return false;
        }
        lines.say(
            "repository",
            "not there, or not shown to this token: check the spelling and the token's repositories",
        );
        return false;
    };
    let archived = if found.is_archived { " (archived)" } else { "" };
    lines.say("repository", format!("{name}{archived}"));
    lines.of = Some(name.clone());
    lines.add("token", found.token.word());
    if let Some(skew) = found.skew.filter(|skew| skew.as_secs().abs() > 5) {
        lines.add(
            "clock",
            format!(
                "{} s off the server's: durations are the server's, only `--as-of` is yours",
                skew.as_secs()
            ),
        );
    }
    if let Some((limit, left, back_at)) = found.points {
        lines.add(
            "points",
            format!("{left} of {limit} an hour left, all back at {back_at}"),
        );
    }
    let missing = access_lines(found, lines);
    let list = |words: &[String]| {
        if words.is_empty() {
            "none".to_owned()
        } else {
            words.join(", ")
        }
    };
    let environments: Vec<String> = found
        .environments
        .iter()
        .map(|(name, n)| format!("{name} ({n})"))
        .collect();
    lines.add(
        "deployed to",
        format!(
            "{} (production is `production_pattern` in linchpin.toml)",
            list(&environments)
        ),
    );
    lines.add(
        "incidents",
        format!("labels that look like it: {}", list(&found.incident_labels)),
    );
    let styles: Vec<String> = found
        .merge_styles
        .iter()
        .map(|style| (*style).to_owned())
        .collect();
    lines.add("merge styles", list(&styles));
    lines.add("bots seen", list(&found.bots));
    let cost = |requests: u64, points: u64| {
        format!(
            "{}, {}",
            counted(requests, "requests"),
            counted(points, "points")
        )
    };
    lines.add(
        "first fetch",
        format!(
            "about {}; a night: about {}",
            cost(found.first.requests, found.first.points),
            cost(found.nightly.requests, found.nightly.points)
        ),
    );
    not_observed(&missing, lines);
    lines.of = None;
    missing.is_empty()
}

/// What of each stream the token reads; returns the streams that it does not.
fn access_lines(found: &Probe, lines: &mut Lines) -> Vec<Stream> {
    let mut missing = Vec::new();
    for (stream, access) in &found.access {
        let word = stream.word().replace('_', " ");
        let said = match access {
            Access::Readable(Some(n)) => format!("readable, {n}"),
            Access::Readable(None) => "readable".to_owned(),
            Access::Unknown => "not known to this server".to_owned(),
            // Most tokens may not read teams, and most repositories ask people: it is no hole until a review is asked of a team.
            Access::Missing(permission) if *stream == Stream::Teams => {
                format!(
                    "not readable: where reviews are asked of teams, give the token {permission}"
                )
            }
            Access::Missing(permission) => {
                missing.push(*stream);
                format!("not readable: give the token {permission}")
            }
            Access::Refused(said, step) => {
                missing.push(*stream);
                format!("refused: GitHub says: {said}: {step}")
            }
            Access::Disabled => "switched off in the repository's settings".to_owned(),
            Access::NotFound => {
                missing.push(*stream);
                "not there, or not shown to this token".to_owned()
            }
        };
        lines.add(&word, said);
    }
    missing
}

/// Which metrics have no figure without some streams.
fn not_observed(missing: &[Stream], lines: &mut Lines) {
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
        lines.add(
            "not observed",
            format!(
                "{} (deployments can also come from releases or tags)",
                ids.join(", ")
            ),
        );
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
