//! An explanation as one JSON object.

use serde::Serialize;

use super::{Explain, cell_words, fate_words, ledger_of, listed};
use crate::domain::Origin;
use crate::metrics::counts::Counts;
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
    /// Rows that are not listed, where fewer than all were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    n_omitted: Option<usize>,
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
    excluded: Counts,
    unknown: Counts,
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
    /// Where the change comes from, where anything tells of more than its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
    fate: &'static str,
    reason: Option<&'static str>,
}

pub(super) fn rows_json(asked: &Explain<'_>) -> Result<String, RenderError> {
    let definition = asked.measure.definition;
    let rows = asked.first_rows();
    let ledger = ledger_of(&rows);
    let (rows, n_omitted) = listed(&rows);
    let figures = asked.cells().into_iter().map(|cell| FigureLine {
        line: json::metric_line(
            |id| {
                let face = asked.repositories.iter().find(|face| face.id == id);
                face.map(|face| face.name.as_str())
            },
            false,
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
            origin: (row.origin)
                .filter(|origin| *origin != Origin::NoEvidence)
                .map(Origin::word),
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
        n_omitted: Some(n_omitted).filter(|n| *n > 0),
    })?;
    text.push('\n');
    Ok(encode::json(text))
}
