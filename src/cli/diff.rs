//! `linchpin diff`: why figures moved between two runs.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::args::{DiffArgs, Form, Format};
use super::came_and_went::{self, Moved};
use super::console;
use super::error::{CliError, DONE, ErrorKind};
use super::explain::not_a_metric;
use super::report::reading;
use super::tables::Answer;
use super::time::minute;
use super::workspace::Workspace;
use crate::metrics;
use crate::metrics::measure::Unit;
use crate::metrics::movement::{Movement, MovementPart, Run, RunFigure, RunHead, movements};
use crate::render::encode::terminal;
use crate::render::terminal as layout;
use crate::report::{Column, Table, TableCell, quantity};
use crate::store::{self, Store};

/// Compares two runs that the store keeps, row by row.
pub fn diff(args: &DiffArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let zone = workspace.register.calendar.zone();
    reading(workspace, |store| compared(args, store, &zone))?.show(args.form)?;
    Ok(DONE)
}

fn compared(args: &DiffArgs, store: &Store, zone: &TimeZone) -> Result<Answer, CliError> {
    let runs = heads(store)?;
    let (newest, previous) = (runs.last(), runs.iter().rev().nth(1));
    let after = match &args.after {
        Some(name) => find(name, &runs, zone)?,
        None => newest.ok_or_else(too_few_runs)?.0,
    };
    let before = match &args.before {
        Some(name) => find(name, &runs, zone)?,
        None => previous.ok_or_else(too_few_runs)?.0,
    };
    let metric = match &args.metric {
        Some(name) => Some(metrics::typed(name).ok_or_else(|| not_a_metric(name))?),
        None => None,
    };
    let metric = metric.map(|metric| metric.definition.id);
    let head = |number: u64| runs.iter().find(|(known, _)| *known == number);
    let (Some(before), Some(after)) = (head(before), head(after)) else {
        return Err(too_few_runs());
    };
    let found = moved(store, before, after, metric)?;
    let (before, after) = (&before.1, &after.1);
    let repositories = came_and_went::between(before, after, &store.listings_of_facts()?);
    Ok(match args.form.format {
        // Each movement is a table of its own: what it was, what it is, and the causes between.
        Format::Table => Answer {
            before: lines((before, after), &repositories, &found, args.form, zone),
            table: nothing(),
            after: String::new(),
            json: serde_json::Value::Null,
            rows: "",
        },
        _ => Answer {
            before: String::new(),
            table: table(&found),
            after: String::new(),
            json: json(before, after, &repositories, &found),
            rows: "movements",
        },
    })
}

fn nothing() -> Table {
    Table {
        title: String::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        n_omitted: 0,
    }
}

fn too_few_runs() -> CliError {
    CliError::new(ErrorKind::Usage, "the store keeps fewer than two runs")
        .hint("`linchpin run` keeps one each time something changed: run it again later")
}

fn heads(store: &Store) -> Result<Vec<(u64, RunHead)>, CliError> {
    let mut heads = Vec::new();
    for number in store::runs::numbers(store) {
        if let Some(head) = store::runs::head(store, number)? {
            heads.push((number, head_of(&head, number)?));
        }
    }
    Ok(heads)
}

fn head_of(bytes: &[u8], number: u64) -> Result<RunHead, CliError> {
    let head: Result<RunHead, _> = serde_json::from_slice(bytes);
    match head {
        Ok(head) if head.format == 1 => Ok(head),
        _ => Err(CliError::new(
            ErrorKind::Usage,
            format!("the record of run {number} is from another version of the program"),
        )
        .hint("name two later runs")),
    }
}

/// How figures moved between the last two runs that a store keeps, of one metric or of all.
pub(super) fn last_movements(
    workspace: &Workspace,
    only: Option<&str>,
) -> Result<(RunHead, RunHead, Vec<Movement>), CliError> {
    reading(workspace, |store| {
        let mut runs = heads(store)?;
        let (Some(after), Some(before)) = (runs.pop(), runs.pop()) else {
            return Err(too_few_runs());
        };
        let found = moved(store, &before, &after, only)?;
        Ok((before.1, after.1, found))
    })
}

/// How the figures of one metric or of all moved. Metric by metric: the ledgers of a large team are millions of rows.
fn moved(
    store: &Store,
    before: &(u64, RunHead),
    after: &(u64, RunHead),
    only: Option<&str>,
) -> Result<Vec<Movement>, CliError> {
    let figures = before.1.figures.iter().chain(&after.1.figures);
    let metrics: BTreeSet<&str> = figures
        .map(|figure| figure.metric.as_str())
        .filter(|metric| only.is_none_or(|only| only == *metric))
        .collect();
    let mut found = Vec::new();
    for metric in metrics {
        let part = |(number, head): &(u64, RunHead)| -> Result<Run, CliError> {
            let mut head = head.clone();
            head.figures.retain(|figure| figure.metric == metric);
            let rows = store::runs::rows(store, *number, metric)?;
            Ok(Run { head, rows })
        };
        found.extend(movements(&part(before)?, &part(after)?));
    }
    Ok(found)
}

/// A run by its number, by its instant, or the latest of a day of the register's zone.
fn find(name: &str, runs: &[(u64, RunHead)], zone: &TimeZone) -> Result<u64, CliError> {
    let instant: Option<Timestamp> = name.parse().ok();
    let day: Option<Date> = name.parse().ok().filter(|_| name.len() == 10);
    let found = runs.iter().rev().find(|(number, head)| {
        name.parse() == Ok(*number)
            || instant == Some(head.as_of)
            || day == Some(zone.to_datetime(head.as_of).date())
    });
    found.map(|(number, _)| *number).ok_or_else(|| {
        let known: Vec<String> = runs
            .iter()
            .map(|(number, head)| format!("{number} (as of {})", minute(head.as_of, zone)))
            .collect();
        CliError::new(
            ErrorKind::Usage,
            format!("`{}` is no run that the store keeps", terminal(name)),
        )
        .hint(if known.is_empty() {
            "`linchpin run` keeps one each time".to_owned()
        } else {
            format!("name one of {}", known.join(", "))
        })
    })
}

/// The unit of a figure's number; `None` for a metric of another version.
fn unit(figure: &RunFigure) -> Option<Unit> {
    Some(match metrics::find(&figure.metric)?.definition.unit {
        Unit::WorkingHours if !figure.is_working => Unit::Hours,
        unit => unit,
    })
}

fn amount(figure: &RunFigure, value: f64) -> String {
    unit(figure).map_or_else(
        || quantity::plain(value),
        |unit| quantity::alone(unit, value),
    )
}

fn figure_words(figure: &RunFigure) -> String {
    let n = figure.n.map_or_else(
        || "no data".to_owned(),
        |n| format!("n = {}", quantity::count(n)),
    );
    figure.value.map_or_else(
        || format!("no number ({n})"),
        |value| format!("{} ({n})", amount(figure, value)),
    )
}

/// A change with its sign: `+3.0 h`, `−2.0 points`. The difference of two shares is no share.
fn effect_words(figure: &RunFigure, effect: f64) -> String {
    let sign = match effect.partial_cmp(&0.0) {
        Some(Ordering::Less) => "−",
        Some(Ordering::Greater) => "+",
        _ => "±",
    };
    let words = match unit(figure) {
        Some(Unit::Share) => {
            let points = format!("{:.1}", effect.abs() * 100.0);
            format!(
                "{points} {}",
                if points == "1.0" { "point" } else { "points" }
            )
        }
        _ => amount(figure, effect.abs()),
    };
    format!("{sign}{words}")
}

fn count_words(part: &MovementPart) -> String {
    let mut counts = Vec::new();
    for (n, words) in [
        (part.n_in, "in"),
        (part.n_out, "out"),
        (part.n_changed, "changed"),
    ] {
        if n > 0 {
            counts.push(format!("{} {words}", quantity::count(n)));
        }
    }
    counts.join(", ")
}

fn lines(
    (before, after): (&RunHead, &RunHead),
    repositories: &[Moved],
    found: &[Movement],
    form: Form,
    zone: &TimeZone,
) -> String {
    let mut text = format!(
        "from the run as of {} to the run as of {} ({})\n",
        minute(before.as_of, zone),
        minute(after.as_of, zone),
        zone.iana_name().unwrap_or("UTC")
    );
    if before.version != after.version {
        let _ = writeln!(
            text,
            "version {} became {}",
            terminal(&before.version),
            terminal(&after.version)
        );
    }
    text.push_str(&came_and_went::lines(repositories));
    if found.is_empty() && repositories.is_empty() {
        text.push_str("nothing moved\n");
    } else if found.is_empty() {
        text.push_str("no figure moved\n");
    }
    let width = console::width();
    for movement in found.iter().take(form.most()) {
        let heading = format!(
            "{} · {}: {} → {}",
            movement.metric,
            movement.product,
            figure_words(&movement.before),
            figure_words(&movement.after)
        );
        text.push('\n');
        text.push_str(&layout::paragraph("", 0, &heading, width));
        text.push_str(&layout::table(&causes(movement), width));
    }
    let n_omitted = found.len().saturating_sub(form.most());
    text.push_str(&layout::omitted(n_omitted as u64));
    text
}

/// The causes of one movement, with rows like it.
fn causes(movement: &Movement) -> Table {
    let text = |words: &str| TableCell::Text(words.to_owned());
    let mut rows = Vec::new();
    for part in &movement.parts {
        let effect = part
            .effect
            .map(|effect| effect_words(&movement.after, effect));
        let effect = effect.unwrap_or_else(|| "not told apart".to_owned());
        let mut examples = part.examples.iter();
        let row = |cells: [&str; 3], example: Option<&String>| {
            let mut row = cells.map(text).to_vec();
            row.extend(example.map(|url| TableCell::Link {
                text: String::new(),
                url: url.clone(),
            }));
            row
        };
        let counts = count_words(part);
        rows.push(row([&effect, part.cause.words(), &counts], examples.next()));
        rows.extend(examples.map(|example| row(["", "", ""], Some(example))));
    }
    Table {
        title: String::new(),
        columns: ["effect", "cause", "rows"].map(Column::text).to_vec(),
        rows,
        n_omitted: 0,
    }
}

fn table(found: &[Movement]) -> Table {
    let text = |words: String| TableCell::Text(words);
    let count = |n: u64| TableCell::Number(n.to_string());
    let mut rows = Vec::new();
    for movement in found {
        for part in &movement.parts {
            rows.push(vec![
                text(movement.metric.clone()),
                text(movement.product.clone()),
                text(figure_words(&movement.before)),
                text(figure_words(&movement.after)),
                text(part.cause.words().to_owned()),
                TableCell::number(
                    part.effect
                        .map(|effect| effect_words(&movement.after, effect)),
                ),
                count(part.n_in),
                count(part.n_out),
                count(part.n_changed),
            ]);
        }
    }
    let mut columns: Vec<Column> = ["metric", "product", "before", "after", "cause"]
        .iter()
        .map(|title| Column::text(title))
        .collect();
    columns.extend(
        ["effect", "rows in", "rows out", "rows changed"]
            .iter()
            .map(|title| Column::number(title)),
    );
    Table {
        title: "Why figures moved".to_owned(),
        columns,
        rows,
        n_omitted: 0,
    }
}

fn json(
    before: &RunHead,
    after: &RunHead,
    repositories: &[Moved],
    found: &[Movement],
) -> serde_json::Value {
    serde_json::json!({
        "format": 1,
        "before": {"as_of": before.as_of, "version": before.version},
        "after": {"as_of": after.as_of, "version": after.version},
        "repositories": repositories,
        "movements": found,
    })
}
