//! An explanation as one JSON object.

use serde::Serialize;

use super::{Explain, cell_words, fate_words};
use crate::metrics::measure::Ledger;
use crate::render::{RenderError, encode, json};

#[derive(Serialize)]
struct Explanation<'a> {
    format: u32,
    id: &'a str,
    title: &'a str,
    question: &'a str,
    definition: &'a str,
    formula: &'a str,
    unit: &'a str,
    cohort: Option<&'a str>,
    exclusions: &'a str,
    how_to_read: &'a str,
    can_mislead: &'a str,
    source: &'a str,
    sql: &'a str,
    figures: Vec<FigureLine<'a>>,
    notes: Vec<String>,
    ledger: LedgerLine,
    rows: Vec<RowObject<'a>>,
}

#[derive(Serialize)]
struct FigureLine<'a> {
    #[serde(flatten)]
    line: json::MetricLine<'a>,
    /// The figure as people read it.
    words: String,
}

#[derive(Serialize)]
struct LedgerLine {
    included: u64,
    excluded: std::collections::BTreeMap<&'static str, u64>,
    unknown: std::collections::BTreeMap<&'static str, u64>,
    population: u64,
}

#[derive(Serialize)]
struct RowObject<'a> {
    product: &'a str,
    repository: String,
    areas: &'a [String],
    subject: &'a str,
    link: Option<&'a str>,
    at: Option<String>,
    bucket: Option<String>,
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    working_hours: Option<f64>,
    fate: &'static str,
    reason: Option<&'static str>,
}

pub(super) fn rows_json(asked: &Explain<'_>) -> Result<String, RenderError> {
    let definition = asked.measure.definition;
    let rows = asked.rows();
    let ledger = Ledger::of(rows.iter().copied());
    let figures = asked.cells().into_iter().map(|cell| FigureLine {
        line: json::metric_line(
            |id| {
                let face = asked.repositories.iter().find(|face| face.id == id);
                face.map(|face| face.name.as_str())
            },
            definition,
            cell,
        ),
        words: cell_words(cell, definition),
    });
    let objects = rows.iter().map(|row| {
        let (fate, reason) = fate_words(row.fate);
        RowObject {
            product: &row.product,
            repository: asked.repository(row),
            areas: &row.areas,
            subject: &row.subject,
            link: row.link.as_deref(),
            at: row.at.map(|at| at.to_string()),
            bucket: row.bucket.map(|bucket| bucket.to_string()),
            value: row.value.filter(|value| value.is_finite()),
            working_hours: row.working_hours.filter(|hours| hours.is_finite()),
            fate,
            reason: Some(reason).filter(|reason| !reason.is_empty()),
        }
    });
    let mut text = serde_json::to_string_pretty(&Explanation {
        format: 1,
        id: definition.id,
        title: definition.title,
        question: definition.question,
        definition: definition.definition,
        formula: definition.formula,
        unit: json::unit_word(definition.unit),
        cohort: definition.cohort,
        exclusions: definition.exclusions,
        how_to_read: definition.how_to_read,
        can_mislead: definition.can_mislead,
        source: definition.source,
        sql: definition.sql,
        figures: figures.collect(),
        notes: asked.notes(),
        ledger: LedgerLine {
            included: ledger.included,
            population: ledger.population(),
            excluded: ledger.excluded,
            unknown: ledger.unknown,
        },
        rows: objects.collect(),
    })?;
    text.push('\n');
    Ok(encode::json(text))
}
