//! `linchpin check`: the team's agreements as a gate.

use super::args::{CheckArgs, Format};
use super::console;
use super::error::{CROSSED, CliError, DONE, ErrorKind};
use super::workspace::Workspace;
use crate::analysis::Analysis;
use crate::metrics;
use crate::metrics::agreements::{Agreement, Standing, agreements};
use crate::render::encode::{self, terminal};
use crate::render::{csv, markdown};
use crate::report::table::Column;
use crate::report::{Table, TableCell, quantity};
use crate::tables::FactTable;

/// Holds the register's agreements against the store's figures; exit code 7 where one is crossed and not accepted.
pub fn check(args: &CheckArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    let readings = analysis.readings();
    let measures = metrics::measure_each(&readings, &|measure| measure);
    let found = agreements(&workspace.register, &measures, &readings)
    .map_err(|error| {
        CliError::new(ErrorKind::Configuration, error).hint("`linchpin explain list` names every metric, and its page in reports/metrics the numbers it has")
    })?;
    if found.is_empty() {
        return Err(
            CliError::new(ErrorKind::Configuration, "the register holds no agreement").hint(
                "write what the team has agreed under `[agreements]` in linchpin.toml, for example \
                 `first_review_within_working_days = 1`",
            ),
        );
    }
    let text = match args.format {
        Format::Table => lines(&found, &analysis),
        Format::Markdown => markdown::table(&table(&found)),
        Format::Csv => csv::table(&table(&found)),
        Format::Json => json(&found)?,
    };
    console::out(&text);
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
        return Some(format!("{n} pull requests"));
    };
    let interval = agreement.interval.map_or_else(String::new, |ends| {
        let [low, high] = quantity::interval(unit, found, ends);
        format!(", 80 % interval {low} – {high}")
    });
    let amount = quantity::alone(unit, found);
    Some(format!("{amount}{interval}, n = {n}"))
}

fn lines(found: &[Agreement], analysis: &Analysis) -> String {
    use std::fmt::Write as _;
    let window = analysis.question.window;
    let mut text = format!("window {} to {}\n", window.since, window.until);
    for agreement in found {
        let _ = writeln!(
            text,
            "{:<12}  {}: {} ({}){}",
            word(&agreement.standing),
            terminal(&agreement.scope),
            terminal(&agreement.agreed),
            agreement.metric,
            found_words(agreement).map_or_else(String::new, |words| format!(", found {words}")),
        );
        if let Some(because) = because(agreement) {
            let _ = writeln!(text, "{:14}{}", "", terminal(&because));
        }
        for item in &agreement.items {
            let waited = item
                .working_days
                .map_or_else(String::new, |days| format!("{days:.1} working days  "));
            let _ = writeln!(
                text,
                "{:14}{waited}{}  {}",
                "",
                terminal(&item.subject),
                terminal(item.link.as_deref().unwrap_or_default())
            );
        }
    }
    text.push_str("`linchpin explain METRIC --scope SCOPE` lists the rows behind a figure\n");
    text
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

fn json(found: &[Agreement]) -> Result<String, CliError> {
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
    let mut text = serde_json::to_string_pretty(&serde_json::json!({
        "format": 1,
        "agreements": lines,
    }))
    .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    text.push('\n');
    Ok(encode::json(text))
}
