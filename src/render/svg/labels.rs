//! The text of a chart: titles of the axes, scale, bucket names, values on steps, days, agreements, and the tips under the pointer.

use std::fmt::Write as _;

use super::axis::Scale;
use super::colours::{INK, STRONG, TEAL, VIOLET};
use super::frame::Frame;
use super::units::{FONT, LARGEST, LINE_HEIGHT, UNIT, real};
use super::words::{self, Anchor, Reach, Words};
use crate::render::encode;
use crate::report::quantity;
use crate::report::{Chart, ChartPoint, Mark, PointState, Shape};

/// Beyond so many buckets a tip for each would be most of the page; the table under the chart has every number.
const MOST_TIPS: usize = 26;

pub(super) fn set_words(text: &mut String, chart: &Chart, frame: &Frame, scale: &Scale) {
    let mut set = |words: &Words<'_>| words::set(text, words);
    if frame.is_titled {
        let room = frame.right - 8 * UNIT;
        let title = words::fitted(&encode::line(&chart.title), 16, room);
        set(&Words {
            at: (8 * UNIT, 20 * UNIT),
            colour: &INK,
            is_strong: true,
            ..Words::of(&title, Anchor::Start, 16)
        });
    }
    set(&Words {
        at: (4 * UNIT, frame.events_top - 8 * UNIT),
        ..Words::of(&chart.y_title, Anchor::Start, FONT)
    });
    for tick in &scale.ticks {
        let y = frame.y(scale.inside(tick.value)) + 4 * UNIT;
        set(&Words {
            at: (frame.left - 6 * UNIT, y),
            reach: if tick.is_wide {
                Reach::Wide
            } else {
                Reach::All
            },
            ..Words::of(&tick.words, Anchor::End, FONT)
        });
    }
    if frame.has_strip {
        set(&Words {
            at: (frame.left - 6 * UNIT, frame.strip_bottom),
            ..Words::of("n", Anchor::End, FONT)
        });
    }
    if !chart.ticks.is_empty() {
        set(&Words {
            at: (frame.left - 6 * UNIT, frame.strip_bottom - 4 * UNIT),
            ..Words::of("rows", Anchor::End, FONT)
        });
    }
    let names: Vec<String> = chart
        .points
        .iter()
        .map(|point| point.bucket.clone())
        .collect();
    for label in labelled(&names, frame) {
        let Some(name) = names.get(label.bucket) else {
            continue;
        };
        set(&Words {
            at: (label.x, frame.strip_bottom + 17 * UNIT),
            reach: label.reach,
            ..Words::of(name, label.anchor, FONT)
        });
    }
    set(&Words {
        at: (frame.right, frame.strip_bottom + 17 * UNIT + LINE_HEIGHT),
        ..Words::of(&chart.x_title, Anchor::End, FONT)
    });
    // Words stand on the lines of days, which would run through their letters.
    draw_events(text, chart, frame);
    set_steps(text, chart, frame, scale);
    set_events(text, chart, frame);
    set_agreed(text, chart, frame, scale);
}

/// The value on every step that has room for it, and n below it.
fn set_steps(text: &mut String, chart: &Chart, frame: &Frame, scale: &Scale) {
    let Some(mark) = chart.marks.iter().find(|mark| mark.shape == Shape::Step) else {
        return;
    };
    let n_points = chart.points.len();
    let names: Vec<String> = chart
        .points
        .iter()
        .map(|point| {
            let amount = point.get(&mark.number);
            amount.map_or_else(String::new, |amount| quantity::amount(chart.unit, amount))
        })
        .collect();
    // All values, then every n: what looks alike follows each other.
    let mut below = String::new();
    for label in labelled(&names, frame) {
        let found = names.get(label.bucket).zip(chart.points.get(label.bucket));
        let Some((words, point)) = found.filter(|(words, _)| !words.is_empty()) else {
            continue;
        };
        let amount = point.get(&mark.number).unwrap_or(scale.low);
        let x = match label.anchor {
            Anchor::Middle => frame.x(real(label.bucket) + 0.44, n_points),
            Anchor::Start | Anchor::End => label.x,
        };
        let y = frame.y(scale.inside(amount));
        let on_step = |at, words, colour, is_strong| Words {
            at,
            colour,
            is_strong,
            has_halo: true,
            reach: label.reach,
            ..Words::of(words, label.anchor, FONT)
        };
        words::set(text, &on_step((x, y - 6 * UNIT), words, &STRONG, true));
        if let Some(n) = point.n {
            let n = format!("n {}", quantity::count(n));
            words::set(&mut below, &on_step((x, y + 15 * UNIT), &n, &INK, false));
        }
    }
    text.push_str(&below);
    set_quiet(text, chart, frame, scale);
}

/// The name of the dashed step, at the first bucket that has one.
fn set_quiet(text: &mut String, chart: &Chart, frame: &Frame, scale: &Scale) {
    let named = |mark: &Mark| mark.shape == Shape::QuietStep;
    let Some(mark) = chart.marks.iter().find(|mark| named(mark)) else {
        return;
    };
    let mut places = chart.points.iter().zip(0_u32..);
    let named = places.find_map(|(point, at)| Some((point.get(&mark.number)?, at)));
    if let Some((amount, at)) = named {
        let x = frame.x(f64::from(at), chart.points.len());
        words::set(
            text,
            &Words {
                at: (x + 4 * UNIT, frame.y(scale.inside(amount)) - 5 * UNIT),
                colour: &STRONG,
                has_halo: true,
                reach: Reach::Wide,
                ..Words::of(&mark.title, Anchor::Start, FONT)
            },
        );
    }
}

/// The days that stand out, each on a line of its own.
fn set_events(text: &mut String, chart: &Chart, frame: &Frame) {
    for (nth, event) in chart.events.iter().take(frame.n_events).enumerate() {
        let whole = format!("{} {}", event.on, encode::line(&event.title));
        let x = frame.x(event.at, chart.points.len());
        // The style sheet that shows the narrow one sets its size too.
        for (size, reach) in [(FONT, Reach::Wide), (LARGEST, Reach::Narrow)] {
            let Beside { at, anchor, room } = Beside::of(&whole, size, x, frame);
            words::set(
                text,
                &Words {
                    at: (at, frame.events_top + 16 * UNIT + down(nth)),
                    colour: &VIOLET,
                    has_halo: true,
                    reach,
                    ..Words::of(&words::fitted(&whole, size, room), anchor, FONT)
                },
            );
        }
    }
}

/// Where the words of a day stand.
struct Beside {
    at: i32,
    anchor: Anchor,
    room: i32,
}

impl Beside {
    /// On the side of the day's line that has more room; words that are longer than that have the whole width, over the line.
    fn of(whole: &str, size: u32, x: i32, frame: &Frame) -> Self {
        // Widths are estimated with room to spare: a tenth of it is given back.
        let roomy = |width: i32| width * 11 / 10;
        let is_early = x < i32::midpoint(frame.left, frame.right);
        let beside = if is_early {
            roomy(frame.right - x)
        } else {
            roomy(x)
        };
        let fits = words::width(whole, size) <= beside;
        let (at, anchor) = match (is_early, fits) {
            (true, true) => (x + 4 * UNIT, Anchor::Start),
            (false, true) => (x - 4 * UNIT, Anchor::End),
            // What is written says nothing of where it is anchored: that is the day's.
            (true, false) => (4 * UNIT, Anchor::Start),
            (false, false) => (frame.right, Anchor::End),
        };
        let room = if fits { beside } else { roomy(frame.right) };
        Self { at, anchor, room }
    }
}

/// How far below the first line of words another one is.
fn down(nth: usize) -> i32 {
    i32::try_from(nth).unwrap_or(0) * LINE_HEIGHT
}

/// Every day that stands out is a line, from its words down; words of later days stand on it.
fn draw_events(text: &mut String, chart: &Chart, frame: &Frame) {
    let mut lines = String::new();
    for (nth, event) in chart.events.iter().enumerate() {
        let x = frame.x(event.at, chart.points.len());
        let top = frame.events_top + 6 * UNIT + down(nth.min(frame.n_events));
        let _ = write!(lines, "M{x} {top}V{}", frame.bottom);
    }
    if !lines.is_empty() {
        let _ = writeln!(
            text,
            "<path fill=\"none\" stroke=\"{}\" stroke-width=\"14\" stroke-dasharray=\"24 30\" d=\"{lines}\"/>",
            VIOLET.name(),
        );
    }
}

fn set_agreed(text: &mut String, chart: &Chart, frame: &Frame, scale: &Scale) {
    for line in &chart.agreed {
        let y = frame.y(scale.inside(line.amount));
        // Above the line, or below it where it lies at the top.
        let y = if y - 18 * UNIT < frame.top {
            y + 16 * UNIT
        } else {
            y - 5 * UNIT
        };
        words::set(
            text,
            &Words {
                at: (frame.left + 4 * UNIT, y),
                colour: &TEAL,
                has_halo: true,
                ..Words::of(&line.words, Anchor::Start, FONT)
            },
        );
    }
}

/// Words of a bucket that are set.
struct Label {
    bucket: usize,
    x: i32,
    anchor: Anchor,
    reach: Reach,
}

/// Which buckets get their words: every n-th, for the smallest n at which no two of them touch; in a narrow picture, where words are
/// larger, every m-th of these.
///
/// Words stand over their bucket; where they would leave the frame they stand at the frame's edge.
fn labelled(names: &[String], frame: &Frame) -> Vec<Label> {
    let fits = |stride: usize, size: u32| {
        let chosen = names.iter().enumerate().rev().step_by(stride);
        let mut placed: Vec<(i32, i32)> = chosen
            .filter(|(_, name)| !name.is_empty())
            .map(|(at, name)| {
                let half = words::width(name, size) * 9 / 20;
                let (x, _) = place(frame, at, names.len(), half);
                (x - half, x + half)
            })
            .collect();
        placed.reverse();
        let mut pairs = placed.windows(2);
        pairs.all(|pair| matches!(pair, [a, b] if b.0 - a.1 >= 6 * UNIT))
    };
    let n = names.len();
    let stride = (1..=n)
        .find(|stride| fits(*stride, FONT))
        .unwrap_or(n.max(1));
    let narrow = (1..=n)
        .map(|times| times * stride)
        .find(|stride| fits(*stride, LARGEST))
        .unwrap_or(n.max(1) * stride);
    let from_end = |at: usize| n - 1 - at;
    let label = |(at, name): (usize, &String)| {
        // At its largest it must not leave the picture either.
        let half = words::width(name, LARGEST) * 9 / 20;
        let (_, anchor) = place(frame, at, n, half);
        let x = match anchor {
            Anchor::Start => frame.left,
            Anchor::Middle => place(frame, at, n, 0).0,
            Anchor::End => frame.right,
        };
        let reach = if from_end(at) % narrow == 0 {
            Reach::All
        } else {
            Reach::Wide
        };
        Label {
            bucket: at,
            x,
            anchor,
            reach,
        }
    };
    // The newest bucket always has its words.
    let chosen = names
        .iter()
        .enumerate()
        .filter(|(at, _)| from_end(*at) % stride == 0);
    chosen.map(label).collect()
}

/// The middle of words of some half width over a bucket, and which end of them stands there.
fn place(frame: &Frame, at: usize, n: usize, half: i32) -> (i32, Anchor) {
    let x = frame.x(real(at) + 0.5, n);
    if x - half < frame.left {
        (frame.left + half, Anchor::Start)
    } else if x + half > frame.right {
        (frame.right - half, Anchor::End)
    } else {
        (x, Anchor::Middle)
    }
}

/// Invisible columns over the buckets: the tip under the pointer says every number.
pub(super) fn set_tips(text: &mut String, chart: &Chart, frame: &Frame) {
    let n_points = chart.points.len();
    if n_points > MOST_TIPS {
        return;
    }
    // Each is a line as wide as the chart is high: shorter to write than its four sides.
    let height = frame.strip_bottom - frame.top;
    let middle = frame.top + height / 2;
    let _ = write!(
        text,
        "<g class=\"hits\" fill=\"none\" stroke-width=\"{height}\" transform=\"translate(0 {middle})\">"
    );
    for (point, at) in chart.points.iter().zip(0_u32..) {
        let [left, right] = [0.0, 1.0].map(|side| frame.x(f64::from(at) + side, n_points));
        let _ = write!(
            text,
            "<path d=\"M{left} 0h{width}\"><title>{}</title></path>",
            encode::svg(&tip(chart, point)),
            width = right - left,
        );
    }
    text.push_str("</g>\n");
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
                        // The axis tells the clock.
                        mark.title.trim_end_matches(" of working hours"),
                        quantity::amount(chart.unit, number)
                    ));
                }
            }
            lines.extend(
                chart
                    .interval_words(point)
                    .map(|words| format!("80 %: {words}")),
            );
        }
    }
    lines.extend(point.n.map(|n| format!("n {n}")));
    lines.join("\n")
}
