//! A figure as the template sees it: a card.

use minijinja::value::Value;
use serde::Serialize;

use super::tables::{TableView, table};
use crate::render::{RenderError, encode, svg};
use crate::report::figure::{Headline, RowLine};
use crate::report::quantity;
use crate::report::{Chart, Figure};

#[derive(Serialize)]
pub(super) struct FigureView {
    anchor: String,
    metric: String,
    product: String,
    title: String,
    question: String,
    amount: Option<String>,
    label: String,
    n: String,
    interval: Option<String>,
    others: Vec<(String, String)>,
    coverage: String,
    is_covered: bool,
    chart: Option<Value>,
    /// How many buckets had too few rows to draw; empty where none had.
    too_few: String,
    cautions: Vec<String>,
    /// What could not be measured, where that is much.
    large_unknown: Option<String>,
    notes: Vec<String>,
    bar: Value,
    included: String,
    excluded: String,
    unknown: String,
    population: String,
    reasons: Vec<(&'static str, String, String)>,
    definition: String,
    source: String,
    parts: Vec<(&'static str, String)>,
    rows_title: String,
    rows: Vec<RowView>,
    n_rows_omitted: String,
    tables: Vec<TableView>,
    /// The table that stands where a chart would, for a state that has none.
    side: Option<TableView>,
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

pub(super) fn figure(
    figure: &Figure,
    product: &str,
    minimum_n: u64,
) -> Result<FigureView, RenderError> {
    let definition = figure.definition;
    let (amount, label, interval, others, n) = match &figure.headline {
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
    let n_excluded = ledger.excluded.values().sum::<u64>();
    let words = |reason: &str| quantity::reason(reason, minimum_n);
    let excluded = ledger
        .excluded
        .iter()
        .map(|(reason, n)| ("excluded", words(reason), quantity::count(*n)));
    let unknown = ledger
        .unknown
        .iter()
        .map(|(reason, n)| ("unknown", words(reason), quantity::count(*n)));
    let parts = [
        ("Formula", definition.formula),
        ("Bucketed by", definition.cohort.unwrap_or_default()),
        ("Left out", definition.exclusions),
        ("How to read it", definition.how_to_read),
        ("How it can mislead", definition.can_mislead),
    ];
    let stands_alone = figure.chart.is_none() && figure.rows.is_empty();
    let (side, by_area) = if stands_alone {
        (figure.by_area.as_ref(), None)
    } else {
        (None, figure.by_area.as_ref())
    };
    let tables = [
        figure.by_repository.as_ref(),
        by_area,
        figure.buckets.as_ref(),
    ];
    Ok(FigureView {
        anchor: anchor(&figure.id),
        metric: definition.id.to_owned(),
        product: product.to_owned(),
        title: definition.title.to_owned(),
        question: definition.question.to_owned(),
        amount,
        label,
        n: quantity::count(n),
        interval,
        others,
        coverage: quantity::ratio(coverage),
        is_covered: coverage.hits == coverage.of,
        chart: figure
            .chart
            .as_ref()
            .map(svg::inline)
            .transpose()?
            .map(Value::from_safe_string),
        too_few: figure.chart.as_ref().map(too_few).unwrap_or_default(),
        cautions: figure.cautions.clone(),
        large_unknown: figure.large_unknown_words(minimum_n),
        notes: figure.notes.clone(),
        bar: Value::from_safe_string(svg::ledger_bar(
            ledger.included,
            n_excluded,
            ledger.n_unknown(),
        )),
        included: quantity::count(ledger.included),
        excluded: quantity::count(n_excluded),
        unknown: quantity::count(ledger.n_unknown()),
        population: quantity::count(ledger.population()),
        reasons: excluded.chain(unknown).collect(),
        definition: definition.definition.to_owned(),
        source: definition.source.to_owned(),
        parts: parts
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(title, words)| (title, words.to_owned()))
            .collect(),
        rows_title: figure.rows_title.clone(),
        rows: figure.rows.iter().map(row).collect(),
        n_rows_omitted: if figure.n_rows_omitted > 0 {
            quantity::count(figure.n_rows_omitted)
        } else {
            String::new()
        },
        tables: tables.into_iter().flatten().map(table).collect(),
        side: side.map(table),
    })
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
