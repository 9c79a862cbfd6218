//! A figure as the template sees it: a card.

use minijinja::value::Value;
use serde::Serialize;

use super::tables::{TableView, table};
use crate::render::{RenderError, encode, svg};
use crate::report::figure::{Headline, RowLine};
use crate::report::quantity;
use crate::report::{Chart, Figure};

/// The most facts beside a headline; the rest is folded.
const MOST_FACTS: usize = 4;
/// The most rows of a table that a page folds away; `metrics.json` has all of them.
const MOST_ROWS: usize = 8;

#[derive(Serialize)]
pub(super) struct FigureView {
    anchor: String,
    metric: &'static str,
    title: &'static str,
    question: &'static str,
    amount: Option<String>,
    label: String,
    /// At most four: what they are, and the words.
    facts: Vec<(String, String)>,
    /// The value's other numbers.
    others: Vec<(String, String)>,
    coverage: String,
    chart: Option<Value>,
    /// Files beside the page: what they are, and their places.
    files: Vec<(&'static str, String)>,
    /// How many buckets had too few rows to draw; empty where none had.
    too_few: String,
    cautions: Vec<String>,
    /// What could not be measured, where that is much.
    large_unknown: Option<String>,
    notes: Vec<String>,
    included: String,
    excluded: String,
    unknown: String,
    population: String,
    reasons: Vec<(&'static str, String, String)>,
    rows_title: String,
    rows: Vec<RowView>,
    n_rows: usize,
    n_rows_omitted: String,
    tables: Vec<TableView>,
}

#[derive(Serialize)]
struct RowView {
    text: String,
    link: Option<String>,
    rest: String,
}

pub(super) fn anchor(id: &str) -> String {
    encode::file_name(id)
}

/// A card, with what it has to say itself of what it lacks. Where it is opened, its repositories and areas are folded into it; else they
/// are in the files beside the page alone.
pub(super) fn figure(
    figure: &Figure,
    cautions: Vec<String>,
    is_opened: bool,
    minimum_n: u64,
) -> Result<FigureView, RenderError> {
    let definition = figure.definition;
    let (amount, label, interval, mut others, n) = match &figure.headline {
        Headline::Value {
            amount,
            label,
            interval,
            others,
            n,
        } => (
            Some(amount.clone()),
            label.clone(),
            interval
                .as_ref()
                .map(|[low, high]| format!("{low} – {high}")),
            others.clone(),
            *n,
        ),
        Headline::TooFew { n } => (None, String::new(), None, Vec::new(), *n),
    };
    let ledger = &figure.ledger;
    let coverage = ledger.coverage();
    let n_excluded = ledger.excluded.total();
    let words = |reason: &str| quantity::reason(reason, minimum_n);
    let excluded = ledger
        .excluded
        .iter()
        .map(|(reason, n)| ("excluded", words(reason), quantity::count(n)));
    let unknown = ledger
        .unknown
        .iter()
        .map(|(reason, n)| ("unknown", words(reason), quantity::count(n)));
    let mut facts = vec![("n".to_owned(), quantity::count(n))];
    facts.extend(interval.map(|ends| ("80 % interval".to_owned(), ends)));
    if coverage.hits != coverage.of {
        facts.push(("measured".to_owned(), quantity::ratio(coverage)));
    }
    let n_more = MOST_FACTS.saturating_sub(facts.len()).min(others.len());
    facts.extend(others.drain(..n_more));
    let stands_alone = figure.chart.is_none() && figure.rows.is_empty();
    let tables = [figure.by_repository.as_ref(), figure.by_area.as_ref()];
    let tables = tables.into_iter().filter(|_| is_opened || stands_alone);
    Ok(FigureView {
        anchor: anchor(&figure.id),
        metric: definition.id,
        title: definition.title,
        question: definition.question,
        amount,
        label,
        facts,
        others,
        coverage: quantity::ratio(coverage),
        chart: figure
            .chart
            .as_ref()
            .map(svg::inline)
            .transpose()?
            .map(|drawn| Value::from_safe_string(light(&drawn))),
        files: files(figure),
        too_few: figure.chart.as_ref().map(too_few).unwrap_or_default(),
        cautions,
        large_unknown: figure.large_unknown_words(minimum_n),
        notes: figure.notes.clone(),
        included: quantity::count(ledger.included),
        excluded: quantity::count(n_excluded),
        unknown: quantity::count(ledger.n_unknown()),
        population: quantity::count(ledger.population()),
        reasons: excluded.chain(unknown).collect(),
        rows_title: figure.rows_title.clone(),
        n_rows: figure.rows.len(),
        rows: figure.rows.iter().map(row).collect(),
        n_rows_omitted: if figure.n_rows_omitted > 0 {
            quantity::count(figure.n_rows_omitted)
        } else {
            String::new()
        },
        tables: tables
            .flatten()
            .map(|whole| table(&whole.first(MOST_ROWS)))
            .collect(),
    })
}

/// The files with what a card does not print.
fn files(figure: &Figure) -> Vec<(&'static str, String)> {
    let place = |kind| format!("charts/{}{kind}.csv", encode::file_name(&figure.id));
    let chart = figure
        .chart
        .as_ref()
        .map(|_| ("the chart's numbers", place("")));
    let repositories = figure.by_repository.as_ref();
    let repositories = repositories.map(|_| ("by repository", place(".repositories")));
    let areas = figure.by_area.as_ref();
    let areas = areas.map(|table| {
        let is_cut = table.n_omitted > 0;
        let title = if is_cut {
            "by area, the first of them"
        } else {
            "by area"
        };
        (title, place(".areas"))
    });
    [chart, repositories, areas].into_iter().flatten().collect()
}

/// A drawing without the attributes that say what holds without them.
fn light(drawn: &str) -> String {
    let mut light = drawn.to_owned();
    for attribute in [
        " opacity=\"1\"",
        " stroke=\"none\" stroke-width=\"0\"",
        " stroke=\"none\"",
    ] {
        light = light.replace(attribute, "");
    }
    light
}

fn too_few(chart: &Chart) -> String {
    let (n_too_few, n_with_rows) = chart.n_too_few();
    let too_few = (n_too_few > 0)
        .then(|| format!("{n_too_few} of {n_with_rows} buckets have too few rows to draw."));
    let left_out = Some(chart.left_out.clone()).filter(|words| !words.is_empty());
    let said: Vec<String> = too_few.into_iter().chain(left_out).collect();
    said.join(" ")
}

fn row(row: &RowLine) -> RowView {
    RowView {
        text: [row.repository.as_deref(), row.label.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        link: row.link.as_deref().and_then(encode::url),
        rest: [row.on.as_deref(), row.amount.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
    }
}
