//! `linchpin explain`: a metric's definition and the rows behind its figure; or what a line of evidence was made from.

use serde_json::json;

use super::args::{ExplainArgs, Format};
use super::error::{CliError, DONE, ErrorKind};
use super::tables::Answer;
use super::workspace::Workspace;
use super::{console, person};
use crate::analysis::Analysis;
use crate::domain::{Bucket, Origin, PersonId};
use crate::evidence::Snippet;
use crate::metrics::measure::{About, Definition, Scope, Thing};
use crate::metrics::{self, Measure};
use crate::register::nearest;
use crate::render;
use crate::render::encode::terminal;
use crate::report::{Column, Table, TableCell};
use crate::tables::FactTable;
use crate::work::origins::Evidence;

/// Explains a metric, or lists them all.
pub fn explain(args: &ExplainArgs, workspace: &Workspace) -> Result<u8, CliError> {
    if args.metric == "list" {
        list().show(args.form.whole())?;
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
    let named = args.scope.as_deref().unwrap_or_default();
    let mut teams = workspace.register.teams.iter();
    // What a team owns is told from files and from pull requests, whatever the metric reads.
    let is_team = teams.any(|team| team.name.eq_ignore_ascii_case(named.trim()));
    let parts: &[FactTable] = if is_team { &FactTable::ALL } else { &parts };
    let mut analysis = Analysis::of(workspace, parts)?;
    if let Some(team) = analysis.team_called(named) {
        analysis = analysis.of_team_there(team);
        analysis.ask_as_team(team);
    }
    // What the team page shows is explained as it is shown there: without the private register.
    let question = match metric.definition.about {
        About::Declared => &analysis.private_question,
        About::System | About::Deeds | About::People => &analysis.question,
    };
    let question = question.clone().asking(args.bucket.as_deref());
    let mut measure = metric.over(&analysis.tables, &question);
    tell_evidence(&mut measure, &analysis);
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
        origin: args.origin,
        person,
        bucket,
        repositories: &faces,
        zone: &analysis.question.zone,
        minimum_n: analysis.question.minimum_n,
        max_rows: args.form.most(),
        width: console::width(),
        whole: &whole(
            args,
            metric.definition.id,
            person.map(|id| called(id, &analysis)).as_deref(),
            workspace,
        ),
    };
    let text = render::explain(&asked, form(args.form.format))
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    console::show(&text);
    // The process ends here: giving millions of rows back one by one would take longer than reading them did.
    std::mem::forget((analysis, measure));
    Ok(DONE)
}

/// All metrics with the question that each answers.
fn list() -> Answer {
    let definitions = || metrics::REGISTRY.iter().map(|metric| metric.definition);
    let row = |definition: &Definition| {
        [definition.id, definition.question].map(|words| TableCell::Text(words.to_owned()))
    };
    let object = |definition: &Definition| {
        json!({
            "id": definition.id,
            "title": definition.title,
            "question": definition.question,
        })
    };
    Answer {
        before: String::new(),
        after: String::new(),
        json: json!({"format": 1, "metrics": definitions().map(object).collect::<Vec<_>>()}),
        rows: "metrics",
        table: Table {
            title: "Metrics".to_owned(),
            columns: ["metric", "question"].map(Column::text).to_vec(),
            rows: definitions().map(|one| row(one).to_vec()).collect(),
            n_omitted: 0,
        },
    }
}

/// How a command names somebody, however they were typed: by login, else by address.
fn called(id: PersonId, analysis: &Analysis) -> String {
    let person = analysis.tables.people.iter().find(|one| one.id == id);
    person.map_or_else(String::new, |person| {
        let login = person.logins.first().map(|login| login.0.clone());
        let address = || person.emails.first().map(|address| address.0.clone());
        let name = || person.display_name.clone();
        login.or_else(address).unwrap_or_else(name)
    })
}

/// The command that lists every row of what was asked, wherever it is pasted.
fn whole(args: &ExplainArgs, metric: &str, person: Option<&str>, workspace: &Workspace) -> String {
    let mut words = vec!["explain", metric];
    for (option, value) in [
        ("--scope", args.scope.as_deref()),
        ("--origin", args.origin.map(Origin::word)),
        ("--bucket", args.bucket.as_deref()),
        ("--person", person),
    ] {
        words.extend(value.into_iter().flat_map(|value| [option, value]));
    }
    words.extend(["--limit", "0"]);
    workspace.again.command(&words)
}

/// Says of every pull request that an agent had a part in what tells so: the strongest evidence, and its rung.
fn tell_evidence(measure: &mut Measure, analysis: &Analysis) {
    if measure.strata.is_empty() {
        return;
    }
    let readings = analysis.readings();
    let told: Vec<(&str, Evidence<'_>)> = readings
        .iter()
        .map(|reading| (reading.product.name.as_str(), Evidence::of(reading)))
        .collect();
    for row in &mut measure.rows {
        let of_product = told.iter().find(|(product, _)| *product == row.product);
        let (Thing::Numbered(number), Some(repository), Some((_, evidence))) =
            (row.subject.thing, row.repository, of_product)
        else {
            continue;
        };
        let strongest = evidence.of_pull_request((repository, number)).first();
        if let (Some(origin), Some(strongest)) = (row.origin, strongest) {
            let (rung, what) = (strongest.rung.word(), &strongest.evidence);
            let told = format!(" [{}: {rung}, {what}]", origin.word());
            row.subject.words.push_str(&told);
        }
    }
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
    if matches!(args.form.format, Format::Json | Format::Csv) {
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
    console::show(&render::pack::document(&opened));
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
    let text = render::pack::opened(&opened, form(args.form.format), console::width())
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    console::show(&text);
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
                "`{}` is no product, team, repository or area of this metric",
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
