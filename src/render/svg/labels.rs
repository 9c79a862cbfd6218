//! The text of a chart: scale, bucket names, title, legend, and the tips under the pointer.

use std::fmt::Write as _;

use super::axis::{self, Scale};
use super::plot::{Frame, UNIT, n_is_drawn};
use super::words::{self, Anchor, Words};
use super::{BAND, Colour, INK, LINE, QUIET, STRIP, Size, WORDS, part};
use crate::render::encode;
use crate::report::quantity;
use crate::report::{Chart, ChartPoint, PointState, Shape};

pub(super) fn set_words(
    text: &mut String,
    chart: &Chart,
    size: Size,
    frame: &Frame,
    scale: &Scale,
    xs: &[i32],
) {
    let font = frame.font;
    for tick in &scale.ticks {
        let y = frame.bottom - height_of(*tick, scale.top, frame.bottom - frame.top) + 4 * UNIT;
        let label = axis::tick_words(chart.unit, *tick, scale.top);
        let at = (frame.left - 6 * UNIT, y);
        words::set(
            text,
            &Words {
                text: &label,
                at,
                anchor: Anchor::End,
                size: font,
                colour: &WORDS,
                is_strong: false,
            },
        );
    }
    if frame.has_strip {
        let at = (frame.left - 6 * UNIT, frame.strip_bottom);
        words::set(
            text,
            &Words {
                text: "n",
                at,
                anchor: Anchor::End,
                size: font,
                colour: &WORDS,
                is_strong: false,
            },
        );
    }
    for (at, anchor) in labelled(chart, frame, xs) {
        let (Some(point), Some(x)) = (chart.points.get(at), xs.get(at)) else {
            continue;
        };
        let x = match anchor {
            Anchor::Start => frame.left,
            Anchor::Middle => *x,
            Anchor::End => frame.right,
        };
        let at = (x, frame.strip_bottom + 16 * UNIT);
        words::set(
            text,
            &Words {
                text: &point.bucket,
                at,
                anchor,
                size: font,
                colour: &WORDS,
                is_strong: false,
            },
        );
    }
    if size.is_titled {
        let title = words::fitted(&encode::line(&chart.title), 16, frame.size - 24 * UNIT);
        let at = (12 * UNIT, 24 * UNIT);
        words::set(
            text,
            &Words {
                text: &title,
                at,
                anchor: Anchor::Start,
                size: 16,
                colour: &INK,
                is_strong: true,
            },
        );
        set_legend(text, chart);
    }
}

fn set_legend(text: &mut String, chart: &Chart) {
    let mut x = 12 * UNIT;
    let y = 45 * UNIT;
    let mut entry = |text: &mut String, of: &Colour, title: &str| {
        let _ = writeln!(
            text,
            "<rect x=\"{x}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"20\" fill=\"{}\"/>",
            y - 8 * UNIT,
            12 * UNIT,
            8 * UNIT,
            of.name()
        );
        let at = (x + 18 * UNIT, y);
        words::set(
            text,
            &Words {
                text: title,
                at,
                anchor: Anchor::Start,
                size: 12,
                colour: &WORDS,
                is_strong: false,
            },
        );
        x += 34 * UNIT + words::width(title, 12);
    };
    for mark in &chart.marks {
        let of = match mark.shape {
            Shape::QuietLine => &QUIET,
            Shape::Line | Shape::Bars => &LINE,
            Shape::Stack(at) => part(at),
        };
        entry(text, of, &mark.title);
    }
    if chart.has_band {
        entry(text, &BAND, "80 % interval");
    }
    if chart.points.iter().any(|point| point.n.is_some()) && !n_is_drawn(chart) {
        entry(text, &STRIP, "n, rows behind it");
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a share of a height of a few thousand units"
)]
fn height_of(number: f64, top: f64, height: i32) -> i32 {
    (number / top * f64::from(height)).round() as i32
}

/// Which buckets get their name: the first and every n-th after it, for the smallest n at which no two names touch.
///
/// A name stands over its bucket; where it would leave the frame it stands at the frame's edge.
fn labelled(chart: &Chart, frame: &Frame, xs: &[i32]) -> Vec<(usize, Anchor)> {
    let names = chart.points.iter();
    let widest = names
        .map(|point| words::width(&point.bucket, frame.font))
        .max()
        .unwrap_or(1);
    let (half, apart) = (widest / 2, widest + 14 * UNIT);
    let place = |x: i32| {
        if x - half < frame.left {
            (frame.left + half, Anchor::Start)
        } else if x + half > frame.right {
            (frame.right - half, Anchor::End)
        } else {
            (x, Anchor::Middle)
        }
    };
    let every = |stride: usize| {
        let placed = xs.iter().map(|x| place(*x)).enumerate().step_by(stride);
        placed.collect::<Vec<(usize, (i32, Anchor))>>()
    };
    let fits = |labels: &Vec<(usize, (i32, Anchor))>| {
        labels
            .windows(2)
            .all(|pair| matches!(pair, [a, b] if b.1.0 - a.1.0 >= apart))
    };
    let labels = (1..=xs.len()).map(every).find(fits).unwrap_or_default();
    labels
        .into_iter()
        .map(|(at, (_, anchor))| (at, anchor))
        .collect()
}

/// Invisible columns over the buckets: the tip under the pointer says every number.
pub(super) fn set_tips(text: &mut String, chart: &Chart, frame: &Frame, xs: &[i32]) {
    let n_points = i32::try_from(xs.len().max(1)).unwrap_or(i32::MAX);
    let width = (frame.right - frame.left) / n_points;
    for (point, x) in chart.points.iter().zip(xs) {
        let _ = writeln!(
            text,
            "<rect class=\"hit\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"><title>{}</title></rect>",
            x - width / 2,
            frame.top,
            frame.strip_bottom - frame.top,
            encode::svg(&tip(chart, point))
        );
    }
}

fn tip(chart: &Chart, point: &ChartPoint) -> String {
    let mut lines = vec![if point.is_cut {
        format!("{} (cut by the window)", point.bucket)
    } else {
        point.bucket.clone()
    }];
    match point.state {
        PointState::Missing => lines.push("no value".to_owned()),
        PointState::TooFew => lines.push("too few to summarise".to_owned()),
        PointState::Withheld => lines.push("too few people: withheld".to_owned()),
        PointState::Measured => {
            for mark in &chart.marks {
                if let Some(number) = point.get(&mark.number) {
                    lines.push(format!(
                        "{}: {}",
                        mark.title,
                        quantity::amount(chart.unit, number)
                    ));
                }
            }
            lines.extend(
                chart
                    .interval_words(point)
                    .map(|words| format!("80 % interval: {words}")),
            );
        }
    }
    lines.extend(point.n.map(|n| format!("n = {n}")));
    lines.join("\n")
}
