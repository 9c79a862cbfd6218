//! `linchpin check`: the team's agreements as a gate.

use super::again::Again;
use super::args::{CheckArgs, Form};
use super::console;
use super::error::{CROSSED, CliError, DONE, ErrorKind};
use super::fetch::counted;
use super::tables::Answer;
use super::time::days;
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::metrics::agreements::{Agreement, Standing, agreements, asked};
use crate::render::terminal as layout;
use crate::report::{Column, Table, TableCell, quantity};
use crate::tables::FactTable;

/// At most so many commands are printed.
const MOST_COMMANDS: usize = 3;

/// Holds the register's agreements against the store's figures; exit code 7 where one is crossed and not accepted.
pub fn check(args: &CheckArgs, workspace: &Workspace) -> Result<u8, CliError> {
    // Before anything is read: the store of an organisation takes a while.
    if workspace.register.agreements.is_empty() {
        return Err(
            CliError::new(ErrorKind::Configuration, "the register holds no agreement").hint(
                "write what the team has agreed under `[agreements]` in linchpin.toml, for example \
                 `first_review_within_working_days = 1`",
            ),
        );
    }
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    let readings = analysis.readings();
    let measures = asked(&workspace.register, &readings);
    let found = agreements(&workspace.register, &measures, &readings)
    .map_err(|error| {
        CliError::new(ErrorKind::Configuration, error).hint("`linchpin explain list` names every metric, and its page in reports/metrics the numbers it has")
    })?;
    let answer = Answer {
        before: format!(
            "window {}\n",
            days(analysis.question.window, &analysis.question.zone)
        ),
        table: table(&found),
        after: after(&found, args.form, &workspace.again),
        json: json(&found),
        rows: "agreements",
    };
    answer.show(args.form)?;
    let is_crossed = found
        .iter()
        .any(|agreement| agreement.standing == Standing::Crossed);
    Ok(if is_crossed { CROSSED } else { DONE })
}

fn word(standing: &Standing) -> &'static str {
    match standing {
        Standing::Kept => "kept",
        Standing::Crossed => "crossed",
        Standing::Accepted { .. } => "accepted",
        Standing::NotMeasured { .. } => "not measured",
    }
}

/// Why the standing is what it is, where that is not plain.
fn because(agreement: &Agreement) -> Option<String> {
    match &agreement.standing {
        Standing::Accepted { reason, until } => Some(format!("until {until}: {reason}")),
        Standing::NotMeasured { because } => Some(because.clone()),
        Standing::Kept | Standing::Crossed => None,
    }
}

fn found_words(agreement: &Agreement) -> Option<String> {
    let unit = agreement.unit;
    let n = quantity::count(agreement.n?);
    let Some(found) = agreement.found else {
        return Some(counted(agreement.n?, "pull requests"));
    };
    let interval = agreement.interval.map_or_else(String::new, |ends| {
        let [low, high] = quantity::interval(unit, found, ends);
        format!(", 80 % interval {low} – {high}")
    });
    let amount = quantity::alone(unit, found);
    Some(format!("{amount}{interval}, n = {n}"))
}

/// The pull requests behind what is crossed, and the commands that list the rows of a figure.
fn after(found: &[Agreement], form: Form, again: &Again) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    let width = console::width();
    for agreement in found.iter().filter(|one| !one.items.is_empty()) {
        let said = format!("{}: {}", agreement.scope, agreement.agreed);
        text.push('\n');
        text.push_str(&layout::paragraph("", 0, &said, width));
        text.push_str(&layout::table(&items(agreement).first(form.most()), width));
    }
    let crossed = |agreement: &&Agreement| agreement.standing == Standing::Crossed;
    let mut told = found.iter().filter(crossed).peekable();
    let is_measured = |one: &&Agreement| !matches!(one.standing, Standing::NotMeasured { .. });
    let of_none = told
        .peek()
        .is_none()
        .then(|| found.iter().find(is_measured))
        .flatten();
    let mut commands: Vec<String> = told
        .chain(of_none)
        .map(|one| again.command(&["explain", one.metric, "--scope", &one.scope]))
        .collect();
    commands.dedup();
    if !commands.is_empty() {
        text.push('\n');
    }
    for (at, command) in commands.iter().take(MOST_COMMANDS).enumerate() {
        let title = if at == 0 { "rows:" } else { "" };
        let _ = writeln!(text, "{title:<6}{command}");
    }
    text
}

/// What an agreement names, one a row.
fn items(agreement: &Agreement) -> Table {
    let rows = agreement.items.iter().map(|item| {
        let days = item.working_days.map(|days| format!("{days:.1}"));
        let subject = item.subject.clone();
        vec![
            TableCell::number(days),
            match item.link.clone() {
                Some(url) => TableCell::Link { text: subject, url },
                None => TableCell::Text(subject),
            },
        ]
    });
    Table {
        title: agreement.agreed.clone(),
        columns: vec![Column::number("working days"), Column::text("pull request")],
        rows: rows.collect(),
        n_omitted: 0,
    }
}

fn table(found: &[Agreement]) -> Table {
    let text = |words: &str| TableCell::Text(words.to_owned());
    let optional = |words: Option<String>| words.map_or(TableCell::Missing(None), TableCell::Text);
    Table {
        title: "Agreements".to_owned(),
        columns: ["standing", "scope", "agreed", "metric", "found", "because"]
            .iter()
            .map(|title| Column::text(title))
            .collect(),
        rows: found
            .iter()
            .map(|agreement| {
                vec![
                    text(word(&agreement.standing)),
                    text(&agreement.scope),
                    text(&agreement.agreed),
                    text(agreement.metric),
                    optional(found_words(agreement)),
                    optional(because(agreement)),
                ]
            })
            .collect(),
        n_omitted: 0,
    }
}

fn json(found: &[Agreement]) -> serde_json::Value {
    let lines: Vec<serde_json::Value> = found
        .iter()
        .map(|agreement| {
            let items: Vec<serde_json::Value> = agreement
                .items
                .iter()
                .map(|item| {
                    serde_json::json!({
                        "subject": item.subject,
                        "link": item.link,
                        "working_days": item.working_days,
                    })
                })
                .collect();
            serde_json::json!({
                "standing": word(&agreement.standing).replace(' ', "_"),
                "scope": agreement.scope,
                "agreed": agreement.agreed,
                "metric": agreement.metric,
                "found": agreement.found,
                "n": agreement.n,
                "interval": agreement.interval,
                "because": because(agreement),
                "items": items,
            })
        })
        .collect();
    serde_json::json!({
        "format": 1,
        "agreements": lines,
    })
}
