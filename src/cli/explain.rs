//! `linchpin explain`: a metric's definition and the rows behind its figure.

use super::args::{ExplainArgs, Format};
use super::console;
use super::error::{CliError, DONE, Kind};
use super::report::Analysis;
use super::workspace::Workspace;
use crate::domain::{Bucket, PersonId};
use crate::metrics::measure::{About, Scope};
use crate::metrics::{self, Measure};
use crate::render;
use crate::render::encode::terminal;
use crate::work::roster::person_of;

/// Rows that a table for people lists of each fate.
const ROWS_FOR_PEOPLE: usize = 40;

/// Explains a metric, or lists them all.
pub fn explain(args: &ExplainArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if args.metric == "list" {
        for metric in metrics::REGISTRY {
            console::out(&format!(
                "{:28} {}\n",
                metric.definition.id, metric.definition.question
            ));
        }
        return Ok(DONE);
    }
    let Some(metric) = metrics::find(&args.metric) else {
        let ids: Vec<_> = metrics::REGISTRY
            .iter()
            .map(|metric| metric.definition.id)
            .collect();
        return Err(CliError::new(
            Kind::Usage,
            format!("`{}` is not a metric", terminal(&args.metric)),
        )
        .hint(format!("name one of {}", ids.join(", "))));
    };
    // Only what the metric reads: the history of a large team takes seconds to read.
    let parts = metric.definition.parts();
    let analysis = Analysis::of(workspace, &parts)?;
    // What the team page shows is explained as it is shown there: without the private register.
    let lens = match metric.definition.about {
        About::Declared => &analysis.private_lens,
        About::System | About::Deeds | About::People => &analysis.lens,
    };
    let lens = lens.clone().asking(args.bucket.as_deref());
    let measure = metric.over(&analysis.tables, &lens);
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
        minimum_n: analysis.lens.minimum_n,
        max_rows: ROWS_FOR_PEOPLE,
    };
    let format = match args.format {
        Format::Table => render::Format::Table,
        Format::Json => render::Format::Json,
        Format::Csv => render::Format::Csv,
        Format::Markdown => render::Format::Markdown,
    };
    let text =
        render::explain(&asked, format).map_err(|error| CliError::new(Kind::Defect, error))?;
    console::out(&text);
    // The process ends here: giving millions of rows back one by one would take longer than reading them did.
    std::mem::forget((analysis, measure));
    Ok(DONE)
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
        known.truncate(20);
        CliError::new(
            Kind::Usage,
            format!(
                "`{}` is no product, repository or area of this metric",
                terminal(name)
            ),
        )
        .hint(format!("name one of {}", known.join(", ")))
    })
}

fn find_person(login: &str, measure: &Measure, analysis: &Analysis) -> Result<PersonId, CliError> {
    let Some(person) = person_of(&analysis.tables.people, login) else {
        let message = format!("nobody in the store is `{}`", terminal(login));
        return Err(CliError::new(Kind::Usage, message).hint(
            "name a login, or an address from the history; `linchpin identity` lists everybody",
        ));
    };
    let has_rows = measure.rows.iter().any(|row| row.person == Some(person));
    if !has_rows && measure.people_cells().next().is_none() {
        let message = format!("`{}` has no figures of people", measure.definition.id);
        return Err(CliError::new(Kind::Usage, message).hint("leave `--person` out"));
    }
    Ok(person)
}

fn find_bucket(label: &str, measure: &Measure) -> Result<Bucket, CliError> {
    let buckets = || measure.cells.iter().filter_map(|cell| cell.bucket);
    buckets()
        .find(|bucket| bucket.to_string().eq_ignore_ascii_case(label))
        .ok_or_else(|| {
            let error = CliError::new(
                Kind::Usage,
                format!(
                    "there is no bucket `{}` with rows in the window",
                    terminal(label)
                ),
            );
            match (buckets().min(), buckets().max()) {
                (Some(first), Some(last)) => error.hint(format!(
                    "name one between {first} and {last}, or widen `--since`"
                )),
                _ => error.hint("this metric has no buckets here: leave `--bucket` out"),
            }
        })
}
