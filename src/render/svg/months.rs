//! A small line of months beside a figure: where it lay, and when something changed. Its ends and its words stand beside it.

use std::fmt::Write as _;

use super::colours::{INK, LINE, WORDS};
use crate::render::encode;
use crate::report::strip::Spark;

/// Picture units per CSS pixel.
const UNIT: f64 = 10.0;
const WIDTH: f64 = 180.0 * UNIT;
const HEIGHT: f64 = 34.0 * UNIT;
/// Room for the stroke and the last point.
const EDGE: f64 = 4.0 * UNIT;

/// The months of a figure from zero up; empty where fewer than two of them have a number. A month without one breaks the line.
#[must_use]
pub fn spark(title: &str, spark: &Spark) -> String {
    let Some([low, high]) = &spark.ends else {
        return String::new();
    };
    let numbers = || spark.points.iter().map(|(_, number)| *number);
    let top = numbers().flatten().fold(0.0, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let last = spark.points.len().saturating_sub(1).max(1);
    let place = |(at, number): (usize, f64)| {
        let x = EDGE + share(at, last) * (WIDTH - 2.0 * EDGE);
        let y = HEIGHT - EDGE - number / top * (HEIGHT - 2.0 * EDGE);
        (x, y)
    };
    let mut path = String::new();
    let mut is_open = false;
    let mut end = None;
    for (at, number) in numbers().enumerate() {
        let Some(number) = number else {
            is_open = false;
            continue;
        };
        let (x, y) = place((at, number));
        let _ = write!(path, "{}{x:.0} {y:.0}", if is_open { 'L' } else { 'M' });
        // A month between two gaps is a point.
        if !is_open {
            path.push_str("h0");
        }
        is_open = true;
        end = Some((x, y));
    }
    let months = spark
        .points
        .first()
        .zip(spark.points.last())
        .map_or_else(String::new, |((first, _), (last, _))| {
            format!("{first} to {last}")
        });
    let mut words = format!("{title}, {months}: lowest {low}, highest {high}");
    for (_, event) in &spark.events {
        let _ = write!(words, "; {event}");
    }
    let mut text = format!(
        "<svg class=\"lp spark\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-label=\"{}\">",
        encode::svg(&words)
    );
    let mut events = String::new();
    for (at, _) in &spark.events {
        let x = EDGE + at.clamp(0.0, 1.0) * (WIDTH - 2.0 * EDGE);
        let _ = write!(events, "M{x:.0} 0V{HEIGHT}");
    }
    if !events.is_empty() {
        let _ = write!(
            text,
            "<path d=\"{events}\" stroke=\"{}\" stroke-width=\"12\" stroke-dasharray=\"20 24\" fill=\"none\"/>",
            WORDS.name()
        );
    }
    let _ = write!(
        text,
        "<path d=\"{path}\" stroke=\"{}\" stroke-width=\"18\" stroke-linejoin=\"round\" stroke-linecap=\"round\" fill=\"none\"/>",
        LINE.name()
    );
    if let Some((x, y)) = end {
        let _ = write!(
            text,
            "<circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"28\" fill=\"{}\"/>",
            INK.name()
        );
    }
    text.push_str("</svg>");
    text
}

#[expect(clippy::cast_precision_loss, reason = "a few months")]
fn share(at: usize, of: usize) -> f64 {
    at as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_breaks_the_line_and_an_event_is_encoded() {
        let month = |name: &str, number| (name.to_owned(), number);
        let drawn = spark(
            "A <b>",
            &Spark {
                points: vec![
                    month("2026-01", Some(1.0)),
                    month("2026-02", None),
                    month("2026-03", Some(2.0)),
                    month("2026-04", Some(0.0)),
                ],
                ends: Some(["0".to_owned(), "2".to_owned()]),
                events: vec![(0.5, "<script>".to_owned())],
            },
        );
        assert!(
            drawn.contains("d=\"M40 170h0M1187 40h0L1760 300\""),
            "{drawn}"
        );
        assert!(drawn.contains("A &lt;b&gt;, 2026-01 to 2026-04: lowest 0, highest 2"));
        assert!(!drawn.contains("<script>") && drawn.contains("&lt;script&gt;"));
        assert_eq!(spark("A", &Spark::default()), "");
    }
}
