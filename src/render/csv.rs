//! Comma-separated files: RFC 4180, line feed, UTF-8, a heading line, numbers with a point.

use crate::render::encode;
use crate::report::{Chart, Table};

/// A number with all its digits; empty for a missing one.
#[must_use]
pub fn number(number: Option<f64>) -> String {
    number
        .filter(|number| number.is_finite())
        .map_or_else(String::new, |number| number.to_string())
}

/// A chart's data: one line per bucket, every number of the metric, the interval, n and the state.
#[must_use]
pub fn chart(chart: &Chart) -> String {
    let names = chart.number_names();
    let mut heading = vec![
        "bucket".to_owned(),
        "state".to_owned(),
        "is_cut".to_owned(),
        "n".to_owned(),
    ];
    heading.extend(names.iter().map(|name| encode::csv(name)));
    heading.extend(["interval_low".to_owned(), "interval_high".to_owned()]);
    let mut text = heading.join(",");
    text.push('\n');
    for point in &chart.points {
        let mut fields = vec![
            encode::csv(&point.bucket),
            point.state.word().to_owned(),
            point.is_cut.to_string(),
            point.n.map_or_else(String::new, |n| n.to_string()),
        ];
        fields.extend(names.iter().map(|name| number(point.get(name))));
        fields.extend([
            number(point.interval.map(|[low, _]| low)),
            number(point.interval.map(|[_, high]| high)),
        ]);
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}

/// A table as it is printed.
#[must_use]
pub fn table(table: &Table) -> String {
    let mut text = table
        .columns
        .iter()
        .map(|column| encode::csv(&column.title))
        .collect::<Vec<_>>()
        .join(",");
    text.push('\n');
    for row in &table.rows {
        text.push_str(
            &row.iter()
                .map(|cell| encode::csv(&cell.words()))
                .collect::<Vec<_>>()
                .join(","),
        );
        text.push('\n');
    }
    text
}
