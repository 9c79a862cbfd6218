//! `linchpin explain`: a metric's definition and the rows behind its figure; or what a line of evidence was made from.

use super::args::{ExplainArgs, Format};
use super::error::{CliError, DONE, ErrorKind};
use super::workspace::Workspace;
use super::{console, person};
use crate::analysis::Analysis;
use crate::domain::{Bucket, PersonId};
use crate::evidence::Snippet;
use crate::metrics::measure::{About, Scope};
use crate::metrics::{self, Measure};
use crate::register::nearest;
use crate::render;
use crate::render::encode::terminal;
use crate::tables::FactTable;

/// Rows that a table for people lists of each fate.
const ROWS_FOR_PEOPLE: usize = 40;

/// Explains a metric, or lists them all.
pub fn explain(args: &ExplainArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if args.metric == "list" {
        let ids = metrics::REGISTRY.iter().map(|metric| metric.definition.id);
        let width = ids.map(str::len).max().unwrap_or_default();
        for metric in metrics::REGISTRY {
            console::out(&format!(
                "{:width$}  {}\n",
                metric.definition.id, metric.definition.question
            ));
        }
        return Ok(DONE);
    }
    if Snippet::is_id(&args.metric) {
        return snippet(args, workspace);
    }
    if args.metric.starts_with("in-") {
        return initiative(args, workspace);
    }
    let Some(metric) = metrics::typed(&args.metric) else {
        return Err(not_a_metric(&args.metric));
    };
    // Only what the metric reads: the history of a large team takes seconds to read.
    let parts = metric.definition.parts();
    let analysis = Analysis::of(workspace, &parts)?;
    // What the team page shows is explained as it is shown there: without the private register.
    let question = match metric.definition.about {
        About::Declared => &analysis.private_question,
        About::System | About::Deeds | About::People => &analysis.question,
    };
    let question = question.clone().asking(args.bucket.as_deref());
    let measure = metric.over(&analysis.tables, &question);
    let faces = analysis.faces();
    let scope = args
        .scope
        .as_deref()
        .map(|name| find_scope(name, &measure, &analysis))
        .transpose()?;
    let person = args
        .person
        .as_deref()
        .map(|login| find_person(login, &measure, &analysis))
        .transpose()?;
    let bucket = args
        .bucket
        .as_deref()
        .map(|label| find_bucket(label, &measure))
        .transpose()?;
    let asked = render::Explain {
        measure: &measure,
        scope: scope.as_ref(),
        person,
        bucket,
        repositories: &faces,
        minimum_n: analysis.question.minimum_n,
        max_rows: ROWS_FOR_PEOPLE,
    };
    let text = render::explain(&asked, form(args.format))
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    console::out(&text);
    // The process ends here: giving millions of rows back one by one would take longer than reading them did.
    std::mem::forget((analysis, measure));
    Ok(DONE)
}

const fn form(format: Format) -> render::Format {
    match format {
        Format::Table => render::Format::Table,
        Format::Json => render::Format::Json,
        Format::Csv => render::Format::Csv,
        Format::Markdown => render::Format::Markdown,
    }
}

/// Opens an initiative: its card, with every pull request of it.
fn initiative(args: &ExplainArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if matches!(args.format, Format::Json | Format::Csv) {
        let message = "an initiative is told as a text";
        return Err(CliError::new(ErrorKind::Usage, message)
            .hint("leave `--format` out, or name `markdown`; its lines of evidence open as JSON with their `ev-…` ids"));
    }
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    let opened = person::with_desk_of(&analysis, workspace, |desk| {
        desk.record().initiative(&args.metric)
    });
    let Some(opened) = opened else {
        let message = format!(
            "no initiative has the id `{}` in this window",
            terminal(&args.metric)
        );
        return Err(CliError::new(ErrorKind::Usage, message).hint(
            "name the window and the instant that its page names, with `--since`, `--until` and `--as-of`",
        ));
    };
    console::out(&render::pack::document(&opened));
    Ok(DONE)
}

/// Opens a line of evidence into what it was made from.
fn snippet(args: &ExplainArgs, workspace: &Workspace) -> Result<u8, CliError> {
    let analysis = Analysis::of(workspace, &FactTable::ALL)?;
    let people = match &args.person {
        Some(login) => vec![analysis.named(login)?.id],
        None => person::everybody(&analysis),
    };
    let opened = person::with_desk_of(&analysis, workspace, |desk| {
        let mut packs = people.iter().filter_map(|person| desk.pack(*person));
        packs.find_map(|pack| pack.opened(&analysis.tables.people, &args.metric))
    });
    let Some(opened) = opened else {
        let message = format!("nobody has the line `{}` in this window", args.metric);
        return Err(CliError::new(ErrorKind::Usage, message).hint(
            "name the window and the instant that its page names, with `--since`, `--until` and `--as-of`",
        ));
    };
    let text = render::pack::opened(&opened, form(args.format))
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    console::out(&text);
    Ok(DONE)
}

/// A name that no metric has, and those that may have been meant.
pub fn not_a_metric(name: &str) -> CliError {
    let ids = || metrics::REGISTRY.iter().map(|metric| metric.definition.id);
    let wrong = name.to_lowercase();
    let mut meant: Vec<&str> = ids()
        .filter(|id| !wrong.is_empty() && id.contains(&wrong))
        .collect();
    if meant.is_empty() {
        meant.extend(nearest(&wrong, ids()));
    }
    let list = "`linchpin explain list` names every metric";
    let hint = match meant.as_slice() {
        meant @ [_, ..] if meant.len() <= 5 => {
            let quoted: Vec<String> = meant.iter().map(|id| format!("`{id}`")).collect();
            format!("did you mean {}? {list}", quoted.join(" or "))
        }
        _ => list.to_owned(),
    };
    let message = format!("`{}` is not a metric", terminal(name));
    CliError::new(ErrorKind::Usage, message).hint(hint)
}

fn find_scope(name: &str, measure: &Measure, analysis: &Analysis) -> Result<Scope, CliError> {
    let words = |scope: &Scope| match (&scope.area, scope.repository) {
        (Some(area), _) => area.clone(),
        (None, Some(id)) => analysis
            .tables
            .repository(id)
            .map_or_else(String::new, |found| found.name.clone()),
        (None, None) => scope.product.clone(),
    };
    let found = measure
        .team_cells()
        .map(|cell| &cell.scope)
        .find(|scope| words(scope).eq_ignore_ascii_case(name));
    found.cloned().ok_or_else(|| {
        let mut known: Vec<String> = measure
            .team_cells()
            .map(|cell| terminal(&words(&cell.scope)))
            .collect();
        known.sort();
        known.dedup();
        let near = nearest(name, known.iter().map(String::as_str))
            .map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        known.truncate(20);
        CliError::new(
            ErrorKind::Usage,
            format!(
                "`{}` is no product, repository or area of this metric",
                terminal(name)
            ),
        )
        .hint(format!("{near}name one of {}", known.join(", ")))
    })
}

fn find_person(login: &str, measure: &Measure, analysis: &Analysis) -> Result<PersonId, CliError> {
    let person = analysis.named(login)?.id;
    let has_rows = measure.rows.iter().any(|row| row.person == Some(person));
    if !has_rows && measure.people_cells().next().is_none() {
        let message = format!("`{}` has no figures of people", measure.definition.id);
        return Err(CliError::new(ErrorKind::Usage, message).hint("leave `--person` out"));
    }
    Ok(person)
}

fn find_bucket(label: &str, measure: &Measure) -> Result<Bucket, CliError> {
    let buckets = || measure.cells.iter().filter_map(|cell| cell.bucket);
    buckets()
        .find(|bucket| bucket.to_string().eq_ignore_ascii_case(label))
        .ok_or_else(|| {
            let error = CliError::new(
                ErrorKind::Usage,
                format!(
                    "there is no bucket `{}` with rows in the window",
                    terminal(label)
                ),
            );
            match (buckets().min(), buckets().max()) {
                (Some(only), Some(last)) if only == last => {
                    error.hint(format!("name {only}, or widen `--since`"))
                }
                (Some(first), Some(last)) => error.hint(format!(
                    "name one between {first} and {last}, or widen `--since`"
                )),
                _ => error.hint("this metric has no buckets here: leave `--bucket` out"),
            }
        })
}
