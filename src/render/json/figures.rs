//! `figures.json`: what whole products came to over the window. The small sibling of `metrics.json`, for boards, people and models.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::parts::{Numbers, WindowLine, numbers, unit_word, window, zone_name};
use crate::metrics::measure::{Cell, Definition, Floor, Measured};
use crate::report::TeamReport;
use crate::report::withheld::people_words;

/// The figures of whole products over the window, without those of repositories, areas, origins and buckets.
#[derive(Serialize, JsonSchema)]
pub(in crate::render) struct FiguresFile<'a> {
    /// The layout of the file: 1.
    format: u32,
    /// The instant it speaks of, RFC 3339.
    as_of: String,
    /// The window.
    window: WindowLine,
    /// The IANA zone of its days.
    time_zone: String,
    /// The version that wrote it.
    version: &'a str,
    /// Whether some data is there with a hole in it.
    partial: bool,
    /// Below this many rows nothing is summarised.
    minimum_n: u64,
    /// The products in order.
    products: Vec<ProductLine<'a>>,
    /// The teams in order, whose figures are of what the products have too; absent where the register has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    teams: Vec<ProductLine<'a>>,
}

/// One product, or one team.
#[derive(Serialize, JsonSchema)]
struct ProductLine<'a> {
    /// Its name.
    name: &'a str,
    /// Its figures, by metric.
    figures: Vec<FigureLine<'a>>,
}

/// One figure of a scope and a bucket, with what is needed to read it.
#[derive(Serialize, JsonSchema)]
pub struct FigureLine<'a> {
    /// The metric's id.
    id: &'a str,
    /// What it is called.
    title: &'a str,
    /// The unit of the headline: of the first number, or of the share where the value is hits out of a number.
    unit: &'a str,
    /// `measured`, `too_few`, `not_observed`, `not_applicable` or `withheld`.
    status: &'static str,
    /// Rows behind it; null where nothing was measured, or where it is withheld.
    n: Option<u64>,
    /// Its numbers by name; null: there is no figure.
    #[schemars(with = "Option<BTreeMap<String, Option<f64>>>")]
    value: Option<Numbers<'a>>,
    /// 80 % interval of the first number, or of the share.
    interval: Option<[f64; 2]>,
    /// Why there is no figure; null where there is one.
    because: Option<Cow<'a, str>>,
    /// The step that would have it measured.
    fix: Option<&'a str>,
}

/// A figure that passed the gate of pages that name nobody, in short.
#[must_use]
pub fn figure_line<'a>(
    definition: &'a Definition,
    cell: &'a Cell,
    minimum_n: u64,
) -> FigureLine<'a> {
    let (n, value, interval) = numbers(&cell.measured);
    let because = match &cell.measured {
        Measured::Value { .. } => None,
        Measured::TooFew { .. } => Some(Cow::Owned(match definition.floor {
            Floor::MinimumN => format!("fewer than {minimum_n} rows"),
            Floor::One => "nothing to count".to_owned(),
        })),
        Measured::NotObserved { because, .. } | Measured::NotApplicable { because } => {
            Some(Cow::Borrowed(because.as_str()))
        }
        Measured::Withheld { people } => Some(Cow::Owned(people_words(*people))),
    };
    let fix = match &cell.measured {
        Measured::NotObserved { fix, .. } => fix.as_deref(),
        _ => None,
    };
    FigureLine {
        id: definition.id,
        title: definition.title,
        unit: unit_word(definition.unit_of(&cell.measured)),
        status: cell.measured.status(),
        n,
        value,
        interval,
        because,
        fix,
    }
}

/// A figure a product and metric, over the window.
pub(super) fn file(report: &TeamReport) -> FiguresFile<'_> {
    let line = |(definition, cell)| figure_line(definition, cell, report.minimum_n);
    let products = report.products.iter().map(|product| ProductLine {
        name: &product.name,
        figures: report.window_cells(&product.name).map(line).collect(),
    });
    let teams = report.teams.iter().map(|team| ProductLine {
        name: &team.name,
        figures: report.window_cells(&team.name).map(line).collect(),
    });
    FiguresFile {
        format: 1,
        as_of: report.as_of.to_string(),
        window: window(report.window),
        time_zone: zone_name(report),
        version: &report.version,
        partial: report.is_partial(),
        minimum_n: report.minimum_n,
        products: products.collect(),
        teams: teams.collect(),
    }
}
