//! One figure: a metric for one product, with everything that a reader needs to open it up.

use jiff::tz::TimeZone;

use super::chart::{Chart, ChartPoint, Mark, PointState, Shape};
use super::quantity;
use super::subject;
use super::table::{Column, Table, TableCell};
use super::team::RepositoryFace;
use crate::domain::{Bucket, RepositoryId, Window};
use crate::metrics::measure::{
    Cell, Definition, Fate, Ledger, LedgerRow, Measure, Measured, Number, Ratio, Unit, Value,
};

/// The most rows a page lists under one figure; the rest is counted, and `explain` lists it.
const MAX_ROWS: usize = 40;
/// The most areas a page lists under one figure.
const MAX_AREAS: usize = 200;

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
    /// Repository's display name; `None` where the row is an area or a file.
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

/// What a figure is built against.
pub(super) struct Frame<'a> {
    pub(super) window: Window,
    pub(super) zone: &'a TimeZone,
    pub(super) repositories: &'a [RepositoryFace],
    pub(super) product: &'a str,
}

impl Frame<'_> {
    pub(super) fn face(&self, id: RepositoryId) -> Option<&RepositoryFace> {
        self.repositories.iter().find(|face| face.id == id)
    }

    fn repository_name(&self, id: RepositoryId) -> String {
        self.face(id)
            .map_or_else(|| format!("repository {}", id.0), |face| face.name.clone())
    }
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
    let headline = headline(definition.unit, &whole.measured)?;
    let of_product = |cell: &&Cell| cell.scope.product == frame.product;
    let by_bucket: Vec<&Cell> = measure
        .cells
        .iter()
        .filter(of_product)
        .filter(|cell| {
            cell.scope.repository.is_none() && cell.scope.area.is_none() && cell.bucket.is_some()
        })
        .collect();
    let chart = chart(&id, definition, &by_bucket, frame).filter(Chart::is_drawable);
    let mut repositories: Vec<(String, &Cell)> = measure
        .cells
        .iter()
        .filter(of_product)
        .filter(|cell| cell.bucket.is_none() && cell.scope.area.is_none())
        .filter_map(|cell| Some((frame.repository_name(cell.scope.repository?), cell)))
        .collect();
    repositories.sort_by(|a, b| a.0.cmp(&b.0));
    let mut areas: Vec<(String, &Cell)> = measure
        .cells
        .iter()
        .filter(of_product)
        .filter(|cell| cell.bucket.is_none())
        .filter_map(|cell| Some((area_name(cell, frame)?, cell)))
        .collect();
    areas.sort_by(|a, b| a.0.cmp(&b.0));
    let n_areas_omitted = areas.len().saturating_sub(MAX_AREAS);
    areas.truncate(MAX_AREAS);
    let (rows_title, rows, n_rows_omitted) = listed_rows(measure, &headline, frame);
    Some(Figure {
        id,
        definition,
        headline,
        ledger: whole.ledger.clone(),
        buckets: chart
            .as_ref()
            .map(|chart| bucket_table(definition.unit, chart)),
        chart,
        by_repository: (repositories.len() > 1).then(|| {
            scope_table(
                "By repository",
                "Repository",
                definition.unit,
                &repositories,
                0,
            )
        }),
        by_area: (!areas.is_empty())
            .then(|| scope_table("By area", "Area", definition.unit, &areas, n_areas_omitted)),
        rows,
        n_rows_omitted,
        rows_title,
        notes: notes(measure, frame.product),
        cautions,
    })
}

/// The remarks that are about this product: a remark that begins with a product's name is about that one alone.
fn notes(measure: &Measure, product: &str) -> Vec<String> {
    let begins_with = |note: &str, name: &str| {
        note.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(": "))
    };
    let is_about_another = |note: &str| {
        measure
            .cells
            .iter()
            .any(|cell| cell.scope.product != product && begins_with(note, &cell.scope.product))
    };
    measure
        .notes
        .iter()
        .filter(|note| begins_with(note, product) || !is_about_another(note))
        .map(|note| {
            if begins_with(note, product) {
                note.get(product.len() + 2..).unwrap_or_default().to_owned()
            } else {
                note.clone()
            }
        })
        .collect()
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
pub fn headline(unit: Unit, measured: &Measured) -> Option<Headline> {
    let (n, value, interval) = match measured {
        Measured::Value { n, value, interval } => (*n, value, *interval),
        Measured::TooFew { n } => return Some(Headline::TooFew { n: *n }),
        Measured::NotObserved { .. } | Measured::NotApplicable { .. } => return None,
    };
    let number = quantity::headline_number(value)?;
    let ratio = value.ratio();
    let (amount, label) = match (ratio, unit, value.0.first()) {
        (Some(Ratio { hits, of }), ..) => (
            quantity::percent(number),
            format!("{} of {}", quantity::count(hits), quantity::count(of)),
        ),
        (None, Unit::Count(_), Some(("count", _)) | None) => {
            let words = quantity::counted(number, noun(unit));
            words
                .split_once(' ')
                .map_or((words.clone(), String::new()), |(amount, noun)| {
                    (amount.to_owned(), noun.to_owned())
                })
        }
        (None, Unit::Count(noun), Some((name, _))) => (
            quantity::plain(number),
            format!("{noun}, {}", quantity::number_title(name)),
        ),
        (None, _, name) => (
            quantity::amount(unit, number),
            name.map_or_else(String::new, |(name, _)| quantity::number_title(name)),
        ),
    };
    let interval_unit = if ratio.is_some() { Unit::Share } else { unit };
    Some(Headline::Value {
        amount,
        label,
        interval: interval
            .filter(|ends| ends.iter().all(|end| end.is_finite()))
            .map(|ends| ends.map(|end| quantity::amount(interval_unit, end))),
        others: other_numbers(unit, value),
        n,
    })
}

const fn noun(unit: Unit) -> &'static str {
    match unit {
        Unit::Hours => "hours",
        Unit::Share => "share",
        Unit::Count(noun) => noun,
    }
}

fn other_numbers(unit: Unit, value: &Value) -> Vec<(String, String)> {
    let ratio = value.ratio().is_some();
    let is_headline = |at: usize, name: &str| {
        if ratio {
            name == "hits" || name == "of"
        } else {
            at == 0
        }
    };
    let rest = value
        .0
        .iter()
        .enumerate()
        .filter(|(at, (name, _))| !is_headline(*at, name));
    rest.map(|(_, (name, number))| {
        (
            quantity::number_title(name),
            quantity::named(unit, name, false, *number),
        )
    })
    .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn chart(id: &str, definition: &Definition, cells: &[&Cell], frame: &Frame<'_>) -> Option<Chart> {
    let granularity = cells.first()?.bucket?.granularity();
    let point = |bucket: Bucket| {
        let days = bucket.window(frame.zone);
        let is_cut = days.since < frame.window.since || days.until > frame.window.until;
        let cell = cells.iter().find(|cell| cell.bucket == Some(bucket));
        let missing = ChartPoint::missing(bucket.to_string(), is_cut);
        match cell.map(|cell| &cell.measured) {
            Some(Measured::Value { n, value, interval }) => {
                let mut numbers: Vec<(String, f64)> = value
                    .0
                    .iter()
                    .map(|(name, number)| {
                        let real = match number {
                            Number::Count(count) => *count as f64,
                            Number::Real(real) => *real,
                        };
                        ((*name).to_owned(), real)
                    })
                    .filter(|(_, real)| real.is_finite())
                    .collect();
                numbers.extend(
                    value
                        .ratio()
                        .and_then(Ratio::share)
                        .map(|share| ("share".to_owned(), share)),
                );
                let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
                ChartPoint {
                    state: PointState::Measured,
                    n: Some(*n),
                    numbers,
                    interval,
                    ..missing
                }
            }
            Some(Measured::TooFew { n }) => ChartPoint {
                state: PointState::TooFew,
                n: Some(*n),
                ..missing
            },
            Some(Measured::NotObserved { .. } | Measured::NotApplicable { .. }) | None => missing,
        }
    };
    let points: Vec<ChartPoint> = Bucket::spine(frame.window, granularity, frame.zone)
        .into_iter()
        .map(point)
        .collect();
    let value = cells.iter().find_map(|cell| match &cell.measured {
        Measured::Value { value, .. } => Some(value),
        _ => None,
    })?;
    let is_ratio = value.ratio().is_some();
    let (first, first_number) = value.0.first()?;
    let is_counted =
        matches!(first_number, Number::Count(_)) && matches!(definition.unit, Unit::Count(_));
    let mut marks = vec![match (is_ratio, is_counted) {
        (true, _) => Mark {
            number: "share".to_owned(),
            title: "share".to_owned(),
            shape: Shape::Line,
        },
        (false, true) => Mark {
            number: (*first).to_owned(),
            title: noun(definition.unit).to_owned(),
            shape: Shape::Bars,
        },
        (false, false) => Mark {
            number: (*first).to_owned(),
            title: quantity::number_title(first),
            shape: Shape::Line,
        },
    }];
    if *first == "p50" && value.get("p75").is_some() {
        marks.push(Mark {
            number: "p75".to_owned(),
            title: "p75".to_owned(),
            shape: Shape::QuietLine,
        });
    }
    let unit = if is_ratio {
        Unit::Share
    } else {
        definition.unit
    };
    let has_band = !is_counted && points.iter().any(|point| point.interval.is_some());
    let title = format!("{} · {}", definition.title, frame.product);
    let mut chart = Chart {
        id: id.to_owned(),
        title,
        description: String::new(),
        unit,
        points,
        marks,
        has_band,
    };
    chart.description = description(&chart);
    Some(chart)
}

/// The chart in one sentence: first and last value, extremes, gaps.
fn description(chart: &Chart) -> String {
    let Some(mark) = chart.marks.first() else {
        return String::new();
    };
    let seen: Vec<(&str, f64)> = chart
        .points
        .iter()
        .filter_map(|point| Some((point.bucket.as_str(), point.get(&mark.number)?)))
        .collect();
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return String::new();
    };
    let amount = |number: f64| quantity::amount(chart.unit, number);
    let lowest = seen
        .iter()
        .map(|(_, number)| *number)
        .fold(f64::INFINITY, f64::min);
    let highest = seen
        .iter()
        .map(|(_, number)| *number)
        .fold(f64::NEG_INFINITY, f64::max);
    let n_gaps = chart.points.len() - seen.len();
    format!(
        "{} per bucket from {} ({}) to {} ({}); lowest {}, highest {}; {} of {} buckets have no value.",
        mark.title,
        first.0,
        amount(first.1),
        last.0,
        amount(last.1),
        amount(lowest),
        amount(highest),
        n_gaps,
        chart.points.len()
    )
}

fn bucket_table(unit: Unit, chart: &Chart) -> Table {
    let is_ratio = chart.number_names().contains(&"hits");
    let mut columns = vec![Column::text("Bucket"), Column::number("n")];
    let names: Vec<&str> = chart.number_names();
    columns.extend(
        names
            .iter()
            .map(|name| Column::number(&quantity::number_title(name))),
    );
    if chart.has_band {
        columns.push(Column::number("80 % interval"));
    }
    let rows = chart.points.iter().map(|point| {
        let bucket = if point.is_cut {
            format!("{} (cut)", point.bucket)
        } else {
            point.bucket.clone()
        };
        let mut row = vec![
            TableCell::Text(bucket),
            TableCell::number(point.n.map(quantity::count)),
        ];
        for (at, name) in names.iter().enumerate() {
            row.push(match point.get(name) {
                Some(number) if is_ratio && (*name == "hits" || *name == "of") => {
                    TableCell::Number(quantity::plain(number))
                }
                Some(number) => {
                    TableCell::Number(quantity::named(unit, name, at == 0, Number::Real(number)))
                }
                None if point.state == PointState::TooFew => {
                    TableCell::Missing(Some("too few to summarise".to_owned()))
                }
                None => TableCell::Missing(None),
            });
        }
        if chart.has_band {
            row.push(TableCell::number(
                point.interval.map(|ends| interval(chart.unit, ends)),
            ));
        }
        row
    });
    Table {
        title: "By bucket".to_owned(),
        rows: rows.collect(),
        columns,
        n_omitted: 0,
    }
}

fn interval(unit: Unit, ends: [f64; 2]) -> String {
    let [low, high] = ends.map(|end| quantity::amount(unit, end));
    format!("{low} – {high}")
}

fn scope_table(
    title: &str,
    heading: &str,
    unit: Unit,
    cells: &[(String, &Cell)],
    n_omitted: usize,
) -> Table {
    let has_interval = cells.iter().any(|(_, cell)| {
        matches!(
            cell.measured,
            Measured::Value {
                interval: Some(_),
                ..
            }
        )
    });
    let mut columns = vec![
        Column::text(heading),
        Column::number("figure"),
        Column::text("what"),
    ];
    if has_interval {
        columns.push(Column::number("80 % interval"));
    }
    columns.extend([Column::number("n"), Column::number("unknown")]);
    let rows = cells.iter().map(|(name, cell)| {
        let missing = |because: &str| TableCell::Missing(Some(because.to_owned()));
        let (amount, label, ends, n) = match (&cell.measured, headline(unit, &cell.measured)) {
            (
                _,
                Some(Headline::Value {
                    amount,
                    label,
                    interval,
                    n,
                    ..
                }),
            ) => (
                TableCell::Number(amount),
                TableCell::Text(label),
                TableCell::number(interval.map(|[low, high]| format!("{low} – {high}"))),
                TableCell::Number(quantity::count(n)),
            ),
            (_, Some(Headline::TooFew { n })) => (
                missing("too few to summarise"),
                TableCell::Text("too few".to_owned()),
                TableCell::Missing(None),
                TableCell::Number(quantity::count(n)),
            ),
            (Measured::NotApplicable { because }, None) => (
                missing(because),
                TableCell::Text("not applicable".to_owned()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
            (Measured::NotObserved { because, .. }, None) => (
                missing(because),
                TableCell::Text("not observed".to_owned()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
            (_, None) => (
                TableCell::Missing(None),
                TableCell::Text(String::new()),
                TableCell::Missing(None),
                TableCell::Missing(None),
            ),
        };
        let mut row = vec![TableCell::Text(name.clone()), amount, label];
        if has_interval {
            row.push(ends);
        }
        row.extend([
            n,
            TableCell::Number(quantity::count(cell.ledger.n_unknown())),
        ]);
        row
    });
    Table {
        title: title.to_owned(),
        rows: rows.collect(),
        columns,
        n_omitted: n_omitted as u64,
    }
}

fn listed_rows(
    measure: &Measure,
    headline: &Headline,
    frame: &Frame<'_>,
) -> (String, Vec<RowLine>, u64) {
    let definition = measure.definition;
    let is_ratio = |cell: &Cell| matches!(&cell.measured, Measured::Value { value, .. } if value.ratio().is_some());
    let too_few = matches!(headline, Headline::TooFew { .. });
    let is_share_of_places = !too_few && measure.cells.iter().any(is_ratio);
    let is_hit = |row: &LedgerRow| {
        subject::is_place(definition, row) && row.value.is_some_and(|value| value > 0.0)
    };
    let mut rows: Vec<&LedgerRow> = measure
        .rows
        .iter()
        .filter(|row| row.product == frame.product && row.fate == Fate::Included)
        .filter(|row| too_few || is_share_of_places && is_hit(row))
        .collect();
    if rows.is_empty() {
        return (String::new(), Vec::new(), 0);
    }
    rows.sort_by(|a, b| (a.at, a.repository, &a.subject).cmp(&(b.at, b.repository, &b.subject)));
    let n_omitted = rows.len().saturating_sub(MAX_ROWS) as u64;
    let lines = rows.iter().take(MAX_ROWS).map(|row| RowLine {
        repository: (!subject::is_place(definition, row))
            .then(|| frame.repository_name(row.repository)),
        label: subject::public_label(definition, row),
        link: subject::public_link(
            frame
                .face(row.repository)
                .and_then(|face| face.url.as_deref()),
            row.link.as_deref(),
        ),
        on: row
            .at
            .map(|at| frame.zone.to_datetime(at).date().to_string()),
        amount: row.value.filter(|value| too_few && value.is_finite()).map(
            |value| match definition.unit {
                Unit::Share => quantity::plain(value),
                unit => quantity::amount(unit, value),
            },
        ),
    });
    let title = if too_few {
        "The rows, since there are too few to summarise"
    } else {
        "What is counted"
    };
    (title.to_owned(), lines.collect(), n_omitted)
}
