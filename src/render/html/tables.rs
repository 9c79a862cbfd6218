//! Tables as the template sees them.

use serde::Serialize;

use super::page::{SpanView, spans};
use crate::domain::Stream;
use crate::render::encode;
use crate::report::TeamReport;
use crate::report::quantity;
use crate::report::table::{Table, TableCell};
use crate::report::team::state_words;

#[derive(Serialize)]
pub(super) struct TableView {
    title: String,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
    n_omitted: u64,
}

#[derive(Serialize)]
struct ColumnView {
    title: String,
    is_number: bool,
}

#[derive(Serialize)]
struct CellView {
    text: String,
    link: Option<String>,
    /// Lines below each other, in the place of the text.
    lines: Vec<Vec<SpanView>>,
    /// Why nothing stands here; empty where something does.
    missing: Option<String>,
    is_number: bool,
}

pub(super) fn table(table: &Table) -> TableView {
    let columns: Vec<ColumnView> = table
        .columns
        .iter()
        .map(|column| ColumnView {
            title: column.title.clone(),
            is_number: column.is_number,
        })
        .collect();
    let cell = |cell: &TableCell, is_number: bool| {
        let view = CellView {
            text: cell.words().into_owned(),
            link: None,
            lines: Vec::new(),
            missing: None,
            is_number,
        };
        match cell {
            TableCell::Text(_) | TableCell::Number(_) => view,
            TableCell::Link { url, .. } => CellView {
                link: encode::url(url),
                ..view
            },
            TableCell::Lines(lines) => CellView {
                lines: lines.iter().map(|line| spans(line)).collect(),
                ..view
            },
            TableCell::Missing(because) => CellView {
                missing: Some(because.clone().unwrap_or_else(|| "no value".to_owned())),
                ..view
            },
        }
    };
    let rows = table
        .rows
        .iter()
        .map(|row| {
            row.iter()
                .zip(&columns)
                .map(|(part, column)| cell(part, column.is_number))
                .collect()
        })
        .collect();
    TableView {
        title: table.title.clone(),
        rows,
        columns,
        n_omitted: table.n_omitted,
    }
}

fn text_table(title: &str, columns: &[(&str, bool)], rows: Vec<Vec<Option<String>>>) -> TableView {
    let cell = |(text, (_, is_number)): (Option<String>, &(&str, bool))| CellView {
        missing: text.is_none().then(|| "no value".to_owned()),
        text: text.unwrap_or_else(|| "—".to_owned()),
        link: None,
        lines: Vec::new(),
        is_number: *is_number,
    };
    TableView {
        title: title.to_owned(),
        columns: columns
            .iter()
            .map(|(title, is_number)| ColumnView {
                title: (*title).to_owned(),
                is_number: *is_number,
            })
            .collect(),
        rows: rows
            .into_iter()
            .map(|row| row.into_iter().zip(columns).map(cell).collect())
            .collect(),
        n_omitted: 0,
    }
}

pub(super) fn certificates(report: &TeamReport) -> TableView {
    let rows = report.certificates.iter().map(|line| {
        let certificate = &line.certificate;
        vec![
            Some(line.repository.clone()),
            Some(certificate.stream.word().replace('_', " ")),
            Some(state_words(certificate.completeness).to_owned()),
            Some(quantity::count(certificate.fetched)),
            certificate.expected.map(quantity::count),
            certificate.watermark.map(|at| {
                let date = report.zone.to_datetime(at).date();
                // A history that rests is not behind.
                match certificate.stream {
                    Stream::History => format!("its newest commit, {date}"),
                    _ => date.to_string(),
                }
            }),
            Some(certificate.reason.clone().unwrap_or_default()),
        ]
    });
    let columns = [
        ("Repository", false),
        ("Stream", false),
        ("State", false),
        ("In the store", true),
        ("Expected", true),
        ("Complete up to", false),
        ("Why not complete", false),
    ];
    text_table("How complete the data is", &columns, rows.collect())
}

/// What each entry of the register's teams owns; `None` where it has none.
pub(super) fn owned(report: &TeamReport) -> Option<TableView> {
    let rows: Vec<Vec<Option<String>>> = report
        .owned_lines()
        .map(|line| {
            vec![
                Some(line.team.clone()),
                Some(line.entry.clone()),
                Some(quantity::count(line.n_repositories)),
                Some(quantity::count(line.n_files)),
                Some(line.reason.clone().unwrap_or_default()),
                Some(line.fix.clone().unwrap_or_default()),
            ]
        })
        .collect();
    let columns = [
        ("Team", false),
        ("Owns", false),
        ("Whole repositories", true),
        ("Files", true),
        ("Why not more", false),
        ("What to do", false),
    ];
    (!rows.is_empty()).then(|| text_table("What teams own", &columns, rows))
}

/// What each pattern that names repositories gave; `None` where none does.
pub(super) fn patterns(report: &TeamReport) -> Option<TableView> {
    let rows: Vec<Vec<Option<String>>> = report
        .patterns
        .iter()
        .map(|line| {
            vec![
                Some(line.pattern.clone()),
                Some(line.product.clone().unwrap_or_default()),
                Some(state_words(line.completeness).to_owned()),
                Some(quantity::count(line.n_taken)),
                Some(quantity::count(line.n_archived)),
                Some(quantity::count(line.n_forks)),
                Some(quantity::count(line.n_left_out)),
                line.listed_at
                    .map(|at| report.zone.to_datetime(at).date().to_string()),
                Some(line.reason.clone().unwrap_or_default()),
            ]
        })
        .collect();
    let columns = [
        ("Pattern", false),
        ("Product", false),
        ("State", false),
        ("Repositories", true),
        ("Archived", true),
        ("Forks", true),
        ("Left out", true),
        ("Listed on", false),
        ("Why not complete", false),
    ];
    (!rows.is_empty()).then(|| text_table("Which repositories are meant", &columns, rows))
}

/// What each file of the register's imports gave; `None` where it has none.
pub(super) fn imports(report: &TeamReport) -> Option<TableView> {
    let rows: Vec<Vec<Option<String>>> = report
        .imports
        .iter()
        .map(|line| {
            vec![
                Some(line.file.clone()),
                Some(line.kind.word().to_owned()),
                Some(line.product.clone().unwrap_or_default()),
                Some(state_words(line.completeness).to_owned()),
                Some(quantity::count(line.n_records)),
                line.last_at
                    .map(|at| report.zone.to_datetime(at).date().to_string()),
                Some(line.reason().unwrap_or_default()),
                Some(line.told().unwrap_or_default()),
            ]
        })
        .collect();
    let columns = [
        ("File", false),
        ("Declares", false),
        ("Product", false),
        ("State", false),
        ("Records", true),
        ("Up to", false),
        ("Not counted", false),
        ("Also", false),
    ];
    (!rows.is_empty()).then(|| text_table("What files declare", &columns, rows))
}

pub(super) fn gaps(report: &TeamReport) -> Option<TableView> {
    let rows: Vec<Vec<Option<String>>> = report
        .gaps
        .iter()
        .map(|gap| {
            vec![
                gap.repository.clone(),
                Some(gap.kind.replace('_', " ")),
                Some(gap.reason.replace('_', " ")),
                Some(quantity::count(gap.n)),
            ]
        })
        .collect();
    let columns = [
        ("Repository", false),
        ("What", false),
        ("Why", false),
        ("How many", true),
    ];
    (!rows.is_empty()).then(|| text_table("What could not be read", &columns, rows))
}

pub(super) fn accepted(report: &TeamReport) -> Option<TableView> {
    let rows: Vec<Vec<Option<String>>> = report
        .accepted
        .iter()
        .map(|flag| {
            vec![
                Some(flag.metric.clone()),
                Some(flag.scope.clone()),
                Some(flag.reason.clone()),
                Some(flag.until.to_string()),
            ]
        })
        .collect();
    let columns = [
        ("Metric", false),
        ("Scope", false),
        ("Why it is accepted", false),
        ("Until", false),
    ];
    (!rows.is_empty()).then(|| text_table("Risks the team has accepted", &columns, rows))
}
