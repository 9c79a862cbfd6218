//! One figure: a metric for one product, with everything that a reader needs to open it up.

mod coarsen;
mod course;
mod frame;
mod points;
mod rows;
mod tables;
mod trend;
mod words;

use jiff::tz::TimeZone;

pub(super) use self::frame::Frame;
use self::rows::listed_rows;
pub use self::rows::with_listable_rows;
use self::tables::{bucket_table, scope_table};
use self::trend::{Source, chart};
use super::chart::Chart;
use super::quantity;
use super::table::Table;
use crate::domain::Window;
use crate::metrics::measure::{
    Cell, Definition, Ledger, Measure, Measured, Note, Ratio, Unit, Value,
};

/// The most areas a page lists under one figure.
const MAX_AREAS: usize = 200;

/// One unknown row in this many is told beside the headline.
const LARGE: u64 = 5;

/// The number at the top of a figure, in words.
#[derive(Debug, Clone, PartialEq)]
pub enum Headline {
    /// A value.
    Value {
        /// `3.2 h`, `62 %`, `17`.
        amount: String,
        /// What the amount is: `median`, `31 of 50`, `deployments`.
        label: String,
        /// 80 % interval of the amount.
        interval: Option<[String; 2]>,
        /// The value's other numbers, by title.
        others: Vec<(String, String)>,
        /// Rows behind it.
        n: u64,
    },
    /// Too few rows to summarise: they are listed.
    TooFew {
        /// Rows there are.
        n: u64,
    },
}

/// One listed row: the number, commit or path, never a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowLine {
    /// Repository's display name; `None` where the row is an area or a file of the only repository.
    pub repository: Option<String>,
    /// `#12`, a short commit or a path; `None` where the row has nothing that may be printed.
    pub label: Option<String>,
    /// Its page.
    pub link: Option<String>,
    /// Civil date in the report's time zone.
    pub on: Option<String>,
    /// The measured quantity.
    pub amount: Option<String>,
}

/// A metric for one product.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Anchor and file stem, unique in the report.
    pub id: String,
    /// The registry row: printed under the figure.
    pub definition: &'static Definition,
    /// The number at the top.
    pub headline: Headline,
    /// Counts of the rows behind it.
    pub ledger: Ledger,
    /// The chart over buckets; `None` where nothing can be drawn.
    pub chart: Option<Chart>,
    /// The chart's numbers.
    pub buckets: Option<Table>,
    /// The figure per repository, where the product has several.
    pub by_repository: Option<Table>,
    /// The figure per area, in order of the area's name.
    pub by_area: Option<Table>,
    /// Rows listed on the page: all when there are too few to summarise, the hits when rows are areas.
    pub rows: Vec<RowLine>,
    /// Rows that belong to the list but are not printed.
    pub n_rows_omitted: u64,
    /// Why the rows are listed.
    pub rows_title: String,
    /// Remarks of the metric.
    pub notes: Vec<String>,
    /// Why the figure may be incomplete, stream by stream.
    pub cautions: Vec<String>,
}

impl Figure {
    /// Whether no row is behind it: then a line says as much as a card.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let n = match &self.headline {
            Headline::Value { n, .. } | Headline::TooFew { n } => *n,
        };
        n == 0 && self.chart.is_none() && self.rows.is_empty()
    }

    /// The share of the rows that belong here and could not be measured, where it is large: from one in five on, the figure speaks
    /// of too few of them to stand without a word.
    #[must_use]
    pub fn large_unknown(&self) -> Option<f64> {
        let coverage = self.ledger.coverage();
        let unknown = Ratio {
            hits: coverage.of - coverage.hits,
            of: coverage.of,
        };
        unknown
            .share()
            // Where nothing was measured there is no figure, and its reasons are told in its place.
            .filter(|_| coverage.hits > 0)
            .filter(|_| unknown.hits.saturating_mul(LARGE) >= unknown.of)
    }

    /// The same in words, with the reasons.
    #[must_use]
    pub fn large_unknown_words(&self, minimum_n: u64) -> Option<String> {
        let share = quantity::percent(self.large_unknown()?);
        let reasons: Vec<String> = self
            .ledger
            .unknown
            .iter()
            .map(|(reason, n)| {
                let words = quantity::reason(reason, minimum_n);
                format!("{words} {}", quantity::count(n))
            })
            .collect();
        Some(format!(
            "{share} of the rows that belong here could not be measured ({}): the figure speaks of the others",
            reasons.join(", ")
        ))
    }
}

/// Why some figures may be incomplete, each reason once, with the titles of those that it is of.
#[must_use]
pub fn cautions_of<'a>(
    figures: impl IntoIterator<Item = &'a Figure>,
) -> Vec<(&'a str, Vec<&'static str>)> {
    let mut cautions: Vec<(&str, Vec<&str>)> = Vec::new();
    for figure in figures {
        for caution in &figure.cautions {
            match cautions.iter_mut().find(|(known, _)| known == caution) {
                Some((_, titles)) => titles.push(figure.definition.title),
                None => cautions.push((caution, vec![figure.definition.title])),
            }
        }
    }
    cautions
}

/// The figure of a measure's product cell; `None` when the cell has neither a value nor rows.
pub(super) fn figure(
    id: String,
    measure: &Measure,
    whole: &Cell,
    frame: &Frame<'_>,
    cautions: Vec<String>,
) -> Option<Figure> {
    let definition = measure.definition;
    let headline = headline(definition, &whole.measured)?;
    let of_product = |cell: &&Cell| cell.scope.product == frame.product;
    let source = Source::of(measure, frame.product);
    let chart = chart(&id, &source, frame).filter(Chart::is_drawable);
    let mut repositories: Vec<(String, &Cell)> = measure
        .team_cells()
        .filter(of_product)
        .filter(|cell| cell.bucket.is_none() && cell.scope.area.is_none())
        .filter_map(|cell| Some((frame.repository_name(cell.scope.repository?), cell)))
        .collect();
    repositories.sort_by(|a, b| a.0.cmp(&b.0));
    let mut areas: Vec<(String, &Cell)> = measure
        .team_cells()
        .filter(of_product)
        .filter(|cell| cell.bucket.is_none())
        .filter_map(|cell| Some((area_name(cell, frame)?, cell)))
        .collect();
    areas.sort_by(|a, b| a.0.cmp(&b.0));
    let n_areas_omitted = areas.len().saturating_sub(MAX_AREAS);
    areas.truncate(MAX_AREAS);
    let (rows_title, rows, n_rows_omitted) = listed_rows(measure, whole, &headline, frame);
    Some(Figure {
        id,
        definition,
        headline,
        ledger: whole.ledger.clone(),
        buckets: chart.as_ref().map(|chart| bucket_table(definition, chart)),
        chart,
        by_repository: (repositories.len() > 1)
            .then(|| scope_table("By repository", "Repository", definition, &repositories, 0)),
        by_area: (!areas.is_empty())
            .then(|| scope_table("By area", "Area", definition, &areas, n_areas_omitted)),
        rows,
        n_rows_omitted,
        rows_title,
        notes: notes(measure, frame.product),
        cautions,
    })
}

/// The chart of a product's buckets in a measure, without a figure around it.
#[must_use]
pub fn trend(measure: &Measure, product: &str, window: Window, zone: &TimeZone) -> Option<Chart> {
    let source = Source::of(measure, product);
    let bucket = source.cells.first()?.bucket?;
    let frame = Frame {
        window,
        zone,
        repositories: &[],
        product,
        granularity: bucket.granularity(),
        events: &[],
        agreed: &[],
    };
    let id = format!("{product}.{}", measure.definition.id);
    chart(&id, &source, &frame).filter(Chart::is_drawable)
}

/// The remarks that are about this product, or about every one.
fn notes(measure: &Measure, product: &str) -> Vec<String> {
    let is_about = |note: &&Note| note.product.as_ref().is_none_or(|about| about == product);
    let notes = measure.notes.iter().filter(is_about);
    notes.map(|note| note.text.clone()).collect()
}

fn area_name(cell: &Cell, frame: &Frame<'_>) -> Option<String> {
    let area = cell.scope.area.as_ref()?;
    let several = frame.repositories.len() > 1;
    Some(match cell.scope.repository {
        Some(repository) if several => format!("{}: {area}", frame.repository_name(repository)),
        _ => area.clone(),
    })
}

/// The number at the top of a figure; `None` where there is none to show.
#[must_use]
pub fn headline(definition: &Definition, measured: &Measured) -> Option<Headline> {
    let (n, value, interval) = match measured {
        Measured::Value { n, value, interval } => (*n, value, *interval),
        Measured::TooFew { n } => return Some(Headline::TooFew { n: *n }),
        Measured::NotObserved { .. }
        | Measured::NotApplicable { .. }
        | Measured::Withheld { .. } => return None,
    };
    let number = quantity::headline_number(value)?;
    let ratio = value.ratio();
    let unit = definition.headline_unit(value);
    let (amount, label) = match (ratio, unit, value.0.first()) {
        (Some(Ratio { hits, of }), ..) => (
            quantity::percent(number),
            format!("{} of {}", quantity::count(hits), quantity::count(of)),
        ),
        (None, Unit::Count(_), Some(("count", _)) | None) => {
            let words = quantity::counted(number, unit.noun());
            words
                .split_once(' ')
                .map_or((words.clone(), String::new()), |(amount, noun)| {
                    (amount.to_owned(), noun.to_owned())
                })
        }
        (None, Unit::Count(""), Some((name, _))) => (
            quantity::plain(number),
            quantity::number_title(definition, name),
        ),
        (None, Unit::Count(noun), Some((name, _))) => (
            quantity::plain(number),
            format!("{noun}, {}", quantity::number_title(definition, name)),
        ),
        (None, _, name) => (
            quantity::amount(unit, number),
            name.map_or_else(String::new, |(name, _)| {
                quantity::number_title(definition, name)
            }),
        ),
    };
    let interval_unit = if ratio.is_some() { Unit::Share } else { unit };
    Some(Headline::Value {
        amount,
        label,
        interval: interval
            .filter(|ends| ends.iter().all(|end| end.is_finite()))
            .map(|ends| quantity::interval(interval_unit, number, ends)),
        others: other_numbers(definition, value),
        n,
    })
}

fn other_numbers(definition: &Definition, value: &Value) -> Vec<(String, String)> {
    let ratio = value.ratio().is_some();
    let is_headline = |at: usize, name: &str| {
        if ratio {
            name == "hits" || name == "of"
        } else {
            at == 0
        }
    };
    let names: Vec<&str> = value.0.iter().map(|(name, _)| *name).collect();
    let titles = quantity::number_titles(definition, &names);
    let numbers = value.0.iter().zip(titles).enumerate();
    numbers
        .filter(|(at, ((name, _), _))| !is_headline(*at, name))
        .map(|(_, ((name, number), title))| (title, quantity::named(definition, name, *number)))
        .collect()
}
