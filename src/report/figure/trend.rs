//! The chart of a figure: its buckets on a spine without holes.

use super::{Frame, noun};
use crate::domain::Bucket;
use crate::metrics::flow::holders::Holder;
use crate::metrics::measure::{Cell, Definition, Measured, Number, Ratio, Unit, Value};
use crate::report::chart::{Chart, ChartPoint, Mark, PointState, Shape};
use crate::report::quantity;

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn chart(
    id: &str,
    definition: &Definition,
    cells: &[&Cell],
    frame: &Frame<'_>,
) -> Option<Chart> {
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
            Some(Measured::Withheld { .. }) => ChartPoint {
                state: PointState::Withheld,
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
    let (_, first_number) = value.0.first()?;
    let is_counted =
        matches!(first_number, Number::Count(_)) && matches!(definition.unit, Unit::Count(_));
    let marks = marks(definition, value, cells, (is_ratio, is_counted))?;
    let unit = definition.headline_unit(value);
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

/// What is drawn: the headline, and its quieter companion; or the parts of a whole.
fn marks(
    definition: &Definition,
    value: &Value,
    cells: &[&Cell],
    (is_ratio, is_counted): (bool, bool),
) -> Option<Vec<Mark>> {
    let (first, _) = value.0.first()?;
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
            title: quantity::number_title(definition, first),
            shape: Shape::Line,
        },
    }];
    let parts = parts(cells);
    if parts.len() > 1 {
        marks = parts;
    }
    let tail = first
        .strip_suffix("p50")
        .map(|clock| format!("{clock}p75"))
        .filter(|tail| value.get(tail).is_some());
    marks.extend(tail.map(|number| Mark {
        title: "p75".to_owned(),
        number,
        shape: Shape::QuietLine,
    }));
    Some(marks)
}

/// The parts of a whole, where the figure is made of them: whose turn a pull request's life is, from the first to the last.
fn parts(cells: &[&Cell]) -> Vec<Mark> {
    let has = |name: &str| {
        cells.iter().any(|cell| match &cell.measured {
            Measured::Value { value, .. } => value.get(name).is_some(),
            _ => false,
        })
    };
    Holder::WORDS
        .iter()
        .zip(0..)
        .map(|(word, at)| (format!("{word}_share"), *word, at))
        .filter(|(name, ..)| has(name))
        .map(|(number, word, at)| Mark {
            number,
            title: word.to_owned(),
            shape: Shape::Stack(at),
        })
        .collect()
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
