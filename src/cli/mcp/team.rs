//! Figures and ledgers, as the team's page may tell them: withheld where too few people are behind them, and without names.

use serde_json::{Map, Value, json};

use super::answer::{Found, fenced};
use super::shelf::{Shelf, add_metric, metric, scope};
use super::tools::Asked;
use crate::metrics::measure::{Cell, Definition, LedgerRow, Measured, Thing};
use crate::render::json::{figure_line, unit_word};
use crate::report::TeamReport;
use crate::report::subject::{public_label, public_link};
use crate::report::withheld::people_words;

/// A figure as an object.
fn told(definition: &Definition, cell: &Cell, minimum_n: u64) -> Map<String, Value> {
    let line = figure_line(definition, cell, minimum_n);
    match serde_json::to_value(&line) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

/// Every figure of whole products over the window.
pub(super) fn figures(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let report = shelf.report()?;
    let readings = shelf.analysis.readings();
    if let Some(name) = asked.text("product") {
        shelf.product(&readings, name)?;
    }
    let is_wanted = |name: &str| {
        let asked = asked.text("product");
        asked.is_none_or(|asked| asked.eq_ignore_ascii_case(name))
    };
    let mut rows = Vec::new();
    for product in report.products.iter().filter(|one| is_wanted(&one.name)) {
        for (definition, cell) in report.window_cells(&product.name) {
            let mut row = told(definition, cell, report.minimum_n);
            row.insert("product".to_owned(), product.name.clone().into());
            rows.push(Value::Object(row));
        }
    }
    Ok(Found {
        head: shelf.head(),
        rows,
    })
}

/// One metric over the window and in its buckets.
pub(super) fn figure(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let report = shelf.report()?;
    let definition = metric(asked.needed("metric")?)?.definition;
    let is_same = |wanted: Option<&str>, found: Option<&str>| match (wanted, found) {
        (None, None) => true,
        (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(found),
        _ => false,
    };
    let is_wanted = |cell: &Cell| {
        let scope = &cell.scope;
        let repository = scope.repository.and_then(|id| report.repository_name(id));
        let product = asked.text("product");
        let bucket = cell.bucket.map(|bucket| bucket.to_string());
        product.is_none_or(|product| product.eq_ignore_ascii_case(&scope.product))
            && is_same(asked.text("repository"), repository)
            && is_same(asked.text("area"), scope.area.as_deref())
            && scope.origin.is_none()
            && asked
                .text("bucket")
                .is_none_or(|wanted| is_same(Some(wanted), bucket.as_deref()))
    };
    let cells = report
        .cells
        .iter()
        .filter(|(found, cell)| found.id == definition.id && is_wanted(cell));
    let rows: Vec<Value> = cells
        .map(|(definition, cell)| {
            let mut row = told(definition, cell, report.minimum_n);
            row.remove("id");
            row.remove("title");
            row.insert("scope".to_owned(), scope(report, &cell.scope));
            let bucket = cell.bucket.map(|bucket| bucket.to_string());
            row.insert("bucket".to_owned(), bucket.into());
            if !matches!(cell.measured, Measured::Withheld { .. }) {
                let ledger = json!({
                    "included": cell.ledger.included,
                    "excluded": cell.ledger.excluded,
                    "unknown": cell.ledger.unknown,
                });
                row.insert("ledger".to_owned(), ledger);
            }
            Value::Object(row)
        })
        .collect();
    if rows.is_empty() {
        return Err(
            "this metric has no figure there; leave product, repository, area and bucket out to see which it has"
                .to_owned(),
        );
    }
    let mut head = shelf.head();
    add_metric(&mut head, definition);
    Ok(Found { head, rows })
}

/// The rows behind the figure of a product.
pub(super) fn ledger(shelf: &Shelf, asked: &Asked<'_>) -> Result<Found, String> {
    let report = shelf.report()?;
    let metric = metric(asked.needed("metric")?)?;
    let definition = metric.definition;
    let readings = shelf.analysis.readings();
    let name = shelf.wanted_product(asked.text("product"))?;
    let (product, reading) = shelf.product(&readings, name)?;
    let cells: Vec<&Cell> = report
        .product_cells(product)
        .filter(|(found, _)| found.id == definition.id)
        .map(|(_, cell)| cell)
        .collect();
    let label = |cell: &Cell| cell.bucket.map(|bucket| bucket.to_string());
    let bucket = asked.text("bucket");
    let figure = cells.iter().find(|cell| {
        label(cell).as_deref().map(str::to_lowercase) == bucket.map(str::to_lowercase)
    });
    let Some(figure) = figure else {
        return Err(
            "this product has no such figure; the tool `figure` lists its buckets".to_owned(),
        );
    };
    let mut head = shelf.head();
    add_metric(&mut head, definition);
    head.insert("product".to_owned(), product.into());
    head.insert(
        "figure".to_owned(),
        told(definition, figure, report.minimum_n).into(),
    );
    let mut found = Found {
        head,
        rows: Vec::new(),
    };
    if let Measured::Withheld { people } = &figure.measured {
        found
            .head
            .insert("because".to_owned(), people_words(*people).into());
        return Ok(found);
    }
    // What a bucket does not tell, its rows do not tell either.
    let is_withheld = |row: &LedgerRow| {
        let of_row = cells
            .iter()
            .find(|cell| cell.bucket.is_some() && cell.bucket == row.bucket);
        of_row.is_some_and(|cell| matches!(cell.measured, Measured::Withheld { .. }))
    };
    let question = shelf.analysis.question.clone().asking(bucket);
    let measure = metric.over(&shelf.analysis.tables, &question);
    let rows = measure.rows.iter().filter(|row| {
        row.product == reading.product.name
            && (figure.bucket.is_none() || row.bucket == figure.bucket)
    });
    let (mut n_withheld, mut told_rows) = (0_u64, Vec::new());
    for row in rows {
        if is_withheld(row) {
            n_withheld += 1;
        } else {
            told_rows.push(row_told(shelf, report, definition, row));
        }
    }
    if n_withheld > 0 {
        let because = format!("{n_withheld} rows are of times in which too few people acted");
        found.head.insert("left_out".to_owned(), because.into());
    }
    found.rows = told_rows;
    Ok(found)
}

/// One row: what it is about, without whose it is.
fn row_told(shelf: &Shelf, report: &TeamReport, definition: &Definition, row: &LedgerRow) -> Value {
    let label = report
        .repositories
        .iter()
        .find(|one| Some(one.id) == row.repository);
    let address = label.and_then(|label| label.url.as_deref());
    let (fate, reason) = row.fate.words();
    let amount = row.amount(definition.unit);
    // A title is somebody's words: without names, and between marks.
    let title = match row.subject.thing {
        Thing::Numbered(number) => {
            let words = row.subject.words.trim_start_matches(&number.to_string());
            let words = words.trim();
            (!words.is_empty()).then(|| fenced(&shelf.public(words)))
        }
        _ => None,
    };
    json!({
        "what": public_label(definition, row).map(|label| shelf.public(&label)),
        "repository": label.map(|label| label.name.as_str()),
        "title": title,
        "url": public_link(address, row.link.as_deref()),
        "at": row.at.map(|at| at.to_string()),
        "bucket": row.bucket.map(|bucket| bucket.to_string()),
        "value": amount.map(|(_, value)| value),
        "unit": amount.map(|(unit, _)| unit_word(unit)),
        "fate": fate,
        "reason": reason,
    })
}
