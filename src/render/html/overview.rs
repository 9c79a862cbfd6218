//! The page that names every product, as its template sees it.

use std::fmt::Write as _;

use serde::Serialize;

use super::first::{self, LookView};
use super::tables::{TableView, accepted, certificates, gaps, imports, owned, patterns};
use super::top::Top;
use crate::domain::{Completeness, Stream};
use crate::render::product_page;
use crate::report::strip::{Columns, Side, Spark, Strip, StripLine};
use crate::report::team::ProductReport;
use crate::report::{TeamReport, quantity};

/// How many months a product's small lines have.
const MONTHS: usize = 12;

#[derive(Serialize)]
pub(super) struct OverviewPage {
    top: Top,
    /// The state of the data in one line.
    data: String,
    days: Option<String>,
    columns: Vec<String>,
    /// Figures that no row has, and why.
    untold: Vec<String>,
    rows: Vec<RowView>,
    teams: Vec<RowView>,
    /// What was so on both sides of the last dated event, product by product.
    events: Vec<EventView>,
    looked: Vec<LookView>,
    is_of_all: bool,
    accepted: Option<TableView>,
}

#[derive(Serialize)]
struct EventView {
    product: String,
    place: String,
    words: String,
}

#[derive(Serialize)]
struct RowView {
    name: String,
    place: String,
    cells: Vec<CellView>,
}

#[derive(Serialize)]
struct CellView {
    /// The column's title, for narrow screens.
    of: String,
    text: Option<String>,
    mark: &'static str,
    words: String,
    path: Option<String>,
    because: String,
}

/// How complete the data is, as its template sees it.
#[derive(Serialize)]
pub(super) struct DataPage {
    top: Top,
    certificates: TableView,
    patterns: Option<TableView>,
    imports: Option<TableView>,
    teams: Option<TableView>,
    gaps: Option<TableView>,
}

impl DataPage {
    pub(super) fn of(report: &TeamReport, style: (&str, &str)) -> Self {
        Self {
            top: Top::of(report, style),
            certificates: certificates(report),
            patterns: patterns(report),
            imports: imports(report),
            teams: owned(report),
            gaps: gaps(report),
        }
    }
}

impl OverviewPage {
    pub(super) fn of(report: &TeamReport, style: (&str, &str)) -> Self {
        let all = report.products.iter().chain(&report.teams);
        let strips: Vec<&Strip> = all.filter_map(|product| product.strip.as_ref()).collect();
        let columns = Columns::of(&strips);
        let rows = |products: &[ProductReport]| {
            let rows = products.iter().map(|product| row(product, &columns));
            rows.collect::<Vec<_>>()
        };
        Self {
            top: Top::of(report, style),
            data: data(report),
            days: strips
                .first()
                .filter(|_| !columns.told.is_empty())
                .map(|strip| format!("{} against {}", strip.now.words(), strip.before.words())),
            rows: rows(&report.products),
            teams: rows(&report.teams),
            untold: columns.untold,
            columns: columns.told,
            events: report.products.iter().flat_map(events).collect(),
            looked: first::looks_of_all(&report.looks, &report.products),
            is_of_all: report.products.len() > 1,
            accepted: accepted(report),
        }
    }
}

fn events(product: &ProductReport) -> impl Iterator<Item = EventView> {
    let strip = product.strip.iter();
    let around = strip.flat_map(|strip| &strip.around);
    around.map(|around| EventView {
        product: product.name.clone(),
        place: product_page(product),
        words: around.words(),
    })
}

fn row(product: &ProductReport, columns: &Columns) -> RowView {
    let strip = product.strip.iter();
    RowView {
        name: product.name.clone(),
        place: product_page(product),
        cells: strip
            .flat_map(|strip| columns.lines_of(strip))
            .map(cell)
            .collect(),
    }
}

fn cell(line: &StripLine) -> CellView {
    let (text, n, because) = match &line.now {
        Side::Found(found) => (Some(found.text.clone()), found.n, String::new()),
        Side::Missing(because) => (None, 0, because.clone()),
    };
    CellView {
        of: line.short.clone(),
        text,
        mark: line.change.mark(),
        words: format!("n {}, {}", quantity::count(n), line.change.words()),
        path: path(&line.spark),
        because,
    }
}

/// The last months as a path in a box of 64 × 16; `None` where fewer than two have a number.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole units of a small picture"
)]
fn path(spark: &Spark) -> Option<String> {
    let from = spark.points.len().saturating_sub(MONTHS);
    let numbers: Vec<Option<f64>> = spark
        .points
        .iter()
        .skip(from)
        .map(|(_, number)| *number)
        .collect();
    if numbers.iter().flatten().count() < 2 {
        return None;
    }
    let top = numbers
        .iter()
        .flatten()
        .fold(0.0, |top: f64, number| top.max(*number));
    let top = if top > 0.0 { top } else { 1.0 };
    let mut path = String::new();
    let mut is_open = false;
    for (at, number) in (0_i32..).zip(&numbers) {
        let Some(number) = number else {
            is_open = false;
            continue;
        };
        let y = 14 - (number / top * 12.0).round() as i32;
        let _ = write!(
            path,
            "{}{} {y}",
            if is_open { 'L' } else { 'M' },
            3 + at * 5
        );
        if !is_open {
            path.push_str("h0");
        }
        is_open = true;
    }
    Some(path)
}

/// How much of the data is there, in one line.
fn data(report: &TeamReport) -> String {
    let lines = || report.certificates.iter();
    let n = lines().count();
    let n_whole = lines().filter(|line| line.certificate.is_whole()).count();
    let n_unread = lines()
        .filter(|line| line.certificate.completeness == Completeness::Skipped)
        .count();
    let mut words = format!("Data: {n_whole} of {n} streams are complete");
    if n_unread > 0 {
        let _ = write!(words, ", {n_unread} were not read");
    }
    // A history is there up to its newest commit, and one that rests is not behind: of histories the newest of all is told.
    let told = |of_history: bool| {
        lines()
            .filter(move |line| (line.certificate.stream == Stream::History) == of_history)
            .filter_map(|line| line.certificate.watermark)
    };
    let date = |at| report.zone.to_datetime(at).date();
    if let Some(oldest) = told(false).min().map(date) {
        let _ = write!(words, "; what GitHub has is complete up to {oldest}");
    }
    if let Some(newest) = told(true).max().map(date) {
        let _ = write!(words, "; the newest commit is of {newest}");
    }
    words.push('.');
    words
}
