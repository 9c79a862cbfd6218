//! What the marks of a picture are called, below it: each with a small copy of its shape, so that it is told apart without colour.

use std::fmt::Write as _;

use super::colours::{
    AMBER, AXIS, BAND, Colour, INK, LINE, PAPER, QUIET, STRIP, STRONG, TEAL, VIOLET, part,
};
use super::units::{FONT, LARGEST, LINE_HEIGHT, UNIT, n_is_drawn};
use super::words::{self, Anchor, Words};
use crate::report::{Chart, PointState, Shape};

/// The small copy of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Swatch {
    /// A line, in tenths of a pixel.
    Line(u32),
    /// A line in short dashes.
    Dashes(u32),
    /// A line in dots.
    Dots,
    /// A filled box, perhaps with an edge of another colour.
    Box,
    /// A box with an edge.
    Edged,
    /// A dashed outline.
    Hollow,
    /// A dot.
    Dot,
    /// A ring.
    Ring,
    /// A line with ends.
    Whisker,
    /// A stroke.
    Tick,
    /// A stroke with a head.
    Hit,
    /// A box hatched in both directions, in one, or ruled.
    Crossed,
    Hatched,
    Ruled,
    /// The other hatchings of maps.
    Falling,
    Upright,
    Lattice,
    Broken,
    /// A box with a frame.
    Framed,
    /// An empty frame, struck through.
    Struck,
}

/// One entry.
pub(super) struct Entry {
    swatch: Swatch,
    colour: &'static Colour,
    title: String,
}

impl Entry {
    pub(super) const fn of(swatch: Swatch, colour: &'static Colour, title: String) -> Self {
        Self {
            swatch,
            colour,
            title,
        }
    }
}

/// The entries, in lines that fit the picture at the largest size of words.
pub(super) struct Legend {
    lines: Vec<Vec<(i32, Entry)>>,
    /// The size of its words where the picture has its full width.
    font: u32,
}

const SWATCH: i32 = 16 * UNIT;
const GAP: i32 = 6 * UNIT;

impl Legend {
    /// Entries in lines, for a picture of some width and size of words.
    pub(super) fn lines(entries: Vec<Entry>, width: i32, font: u32) -> Self {
        let mut lines: Vec<Vec<(i32, Entry)>> = Vec::new();
        let mut x = 4 * UNIT;
        for entry in entries {
            let room = SWATCH
                + GAP
                + words::width(
                    &entry.title,
                    font.max(if font == FONT { LARGEST } else { font }),
                ) * 9
                    / 10;
            if x + room > width || lines.is_empty() {
                lines.push(Vec::new());
                x = 4 * UNIT;
            }
            if let Some(line) = lines.last_mut() {
                line.push((x, entry));
            }
            x += room + 2 * GAP;
        }
        Self { lines, font }
    }

    pub(super) fn of(chart: &Chart, width: i32) -> Self {
        Self::lines(entries(chart), width, FONT)
    }

    pub(super) fn height(&self) -> i32 {
        i32::try_from(self.lines.len()).unwrap_or(0) * LINE_HEIGHT
    }

    /// Writes it, from `top` on.
    pub(super) fn set(&self, text: &mut String, top: i32) {
        let mut y = top + 16 * UNIT;
        for line in &self.lines {
            for (x, entry) in line {
                swatch(text, entry, (*x, y - 5 * UNIT));
                let words = Words {
                    at: (x + SWATCH + GAP, y),
                    ..Words::of(&entry.title, Anchor::Start, self.font)
                };
                words::set_at_root(text, &words, self.font);
            }
            y += LINE_HEIGHT;
        }
    }
}

fn swatch(text: &mut String, entry: &Entry, (x, y): (i32, i32)) {
    let colour = entry.colour.name();
    let (edge, ground, ink) = (QUIET.name(), PAPER.name(), INK.name());
    let axis = AXIS.name();
    let _ = match entry.swatch {
        Swatch::Line(width) => writeln!(
            text,
            "<path stroke=\"{colour}\" stroke-width=\"{width}\" d=\"M{x} {y}h{SWATCH}\"/>"
        ),
        Swatch::Dashes(width) => writeln!(
            text,
            "<path stroke=\"{colour}\" stroke-width=\"{width}\" stroke-dasharray=\"66 46\" d=\"M{x} {y}h{SWATCH}\"/>"
        ),
        Swatch::Dots => writeln!(
            text,
            "<path stroke=\"{colour}\" stroke-width=\"14\" stroke-dasharray=\"14 20\" d=\"M{} {}v100\"/>",
            x + SWATCH / 2,
            y - 50
        ),
        Swatch::Box => writeln!(
            text,
            "<path fill=\"{colour}\" d=\"M{x} {}h{SWATCH}v100h-{SWATCH}z\"/>",
            y - 50
        ),
        Swatch::Edged => writeln!(
            text,
            "<path fill=\"{colour}\" stroke=\"{edge}\" stroke-width=\"8\" d=\"M{x} {}h{SWATCH}v100h-{SWATCH}z\"/>",
            y - 50
        ),
        Swatch::Hollow => writeln!(
            text,
            "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"14\" stroke-dasharray=\"30 18\" d=\"M{x} {}h{SWATCH}v100h-{SWATCH}z\"/>",
            y - 50
        ),
        Swatch::Dot => writeln!(
            text,
            "<circle cx=\"{}\" cy=\"{y}\" r=\"30\" fill=\"{colour}\"/>",
            x + SWATCH / 2
        ),
        Swatch::Ring => writeln!(
            text,
            "<circle cx=\"{}\" cy=\"{y}\" r=\"24\" fill=\"{ground}\" stroke=\"{colour}\" stroke-width=\"14\"/>",
            x + SWATCH / 2
        ),
        Swatch::Whisker => writeln!(
            text,
            "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"14\" d=\"M{} {}h60m-30 0v100m-30 0h60\"/>",
            x + SWATCH / 2 - 30,
            y - 50
        ),
        Swatch::Tick => writeln!(
            text,
            "<path stroke=\"{colour}\" stroke-width=\"14\" d=\"M{} {}v100\"/>",
            x + SWATCH / 2,
            y - 50
        ),
        Swatch::Crossed
        | Swatch::Hatched
        | Swatch::Ruled
        | Swatch::Falling
        | Swatch::Upright
        | Swatch::Lattice
        | Swatch::Broken => {
            let lines = match entry.swatch {
                Swatch::Crossed => "m30 110l80-120m40 0l-80 120m10-120l80 120m-120-120l80 120",
                Swatch::Hatched => "m30 110l80-120m40 0l-80 120",
                Swatch::Falling => "m10-10l80 120m40 0l-80-120",
                Swatch::Upright => "m50 0v100m60-100v100",
                Swatch::Lattice => "m50 0v100m60-100v100m-110-50h160",
                Swatch::Broken => "m10 30h50m40 0h50m-120 40h50m40 0h30",
                _ => "m0 50h160",
            };
            writeln!(
                text,
                "<path fill=\"{colour}\" d=\"M{x} {top}h{SWATCH}v100h-{SWATCH}z\"/><path fill=\"none\" stroke=\"{ground}\" stroke-width=\"10\" d=\"M{x} {top}{lines}\"/>",
                top = y - 50
            )
        }
        Swatch::Framed => writeln!(
            text,
            "<path fill=\"{colour}\" stroke=\"{axis}\" stroke-width=\"8\" d=\"M{x} {}h{SWATCH}v100h-{SWATCH}z\"/>",
            y - 50
        ),
        Swatch::Struck => writeln!(
            text,
            "<path fill=\"none\" stroke=\"{axis}\" stroke-width=\"8\" d=\"M{x} {}h{SWATCH}v100h-{SWATCH}zm0 100l{SWATCH}-100\"/>",
            y - 50
        ),
        Swatch::Hit => writeln!(
            text,
            "<path fill=\"{colour}\" stroke=\"{ink}\" stroke-width=\"2\" d=\"M{} {}h80l-40 90z\"/>",
            x + SWATCH / 2 - 40,
            y - 45
        ),
    };
}

fn entries(chart: &Chart) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |swatch, colour, title: &str| {
        entries.push(Entry::of(swatch, colour, title.to_owned()));
    };
    if chart.ticks.is_empty() {
        for mark in &chart.marks {
            let (swatch, colour) = match mark.shape {
                Shape::QuietLine => (Swatch::Line(12), &QUIET),
                Shape::Line => (Swatch::Line(20), &LINE),
                Shape::Step => (Swatch::Line(30), &STRONG),
                Shape::QuietStep => (Swatch::Dashes(13), &STRONG),
                Shape::Bars => (Swatch::Box, &LINE),
                Shape::Stack(at) => (Swatch::Box, part(at)),
            };
            add(swatch, colour, &mark.title);
        }
    } else {
        add(Swatch::Line(20), &LINE, "rolling share");
        add(Swatch::Tick, &QUIET, "one row");
        add(Swatch::Hit, &AMBER, "one that counts");
    }
    if !chart.dots.is_empty() {
        add(Swatch::Dot, &QUIET, "one row");
    }
    if chart.dots.iter().any(|dot| dot.is_running) {
        add(Swatch::Ring, &QUIET, "still running");
    }
    if chart.points.iter().any(|point| point.middle_half.is_some()) {
        add(Swatch::Edged, &BAND, "middle half of the rows");
    }
    let is_step = chart.marks.iter().any(|mark| mark.shape == Shape::Step);
    if chart.has_band {
        let (swatch, colour) = if is_step {
            (Swatch::Whisker, &STRONG)
        } else {
            (Swatch::Edged, &BAND)
        };
        add(swatch, colour, "80 % interval");
    }
    let is_cut = chart
        .points
        .iter()
        .any(|point| point.is_cut && point.state == PointState::Measured);
    let has = |shape| chart.marks.iter().any(|mark| mark.shape == shape);
    if is_cut && chart.ticks.is_empty() {
        if is_step {
            add(Swatch::Dashes(30), &STRONG, "not over");
        } else if has(Shape::Bars) {
            add(Swatch::Hollow, &LINE, "not over");
        } else if has(Shape::Line) && chart.points.len() <= 40 {
            add(Swatch::Ring, &LINE, "not over");
        }
    }
    let has_n = chart.points.iter().any(|point| point.n.is_some());
    if has_n && !n_is_drawn(chart) && !is_step && chart.ticks.is_empty() {
        add(Swatch::Box, &STRIP, "n, rows behind it");
    }
    if !chart.agreed.is_empty() {
        add(Swatch::Dashes(16), &TEAL, "agreed");
    }
    if chart.events.len() > 3 {
        add(Swatch::Dots, &VIOLET, "a day that the register names");
    }
    entries
}
