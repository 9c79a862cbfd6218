//! How the parts of two people in one task cross over: two lines, the days between which they should, and a strip of n below.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::sheet::{Place, Sheet, line, outline, rectangle};
use crate::render::encode;
use crate::render::svg::colours::{
    AMBER, AXIS, BAND, Colour, GRID, LINE, PAPER, QUIET, STRIP, VIOLET,
};
use crate::render::svg::geometry::{Area, drawn};
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT, rounded};
use crate::render::svg::words::Anchor;
use crate::report::picture::{CrossPoint, Crossing};
use crate::report::quantity;

/// How high the shares stand, and the bars of n.
const SHARES: i32 = 190 * UNIT;
const BARS: i32 = 44 * UNIT;
/// How high a bar of an absence is.
const AWAY: i32 = 8 * UNIT;

/// Scale to places.
struct Scale {
    left: i32,
    right: i32,
    first: Date,
    n_days: f64,
}

impl Scale {
    fn of(sheet: &Sheet, crossing: &Crossing, left: i32) -> Self {
        let first = crossing.points.first().map_or(Date::ZERO, |one| one.from);
        let last = crossing.points.last().map_or(first, |one| one.until);
        // Agreed days lie ahead, too.
        let marks = crossing
            .marks
            .iter()
            .filter_map(|(day, _)| day.tomorrow().ok());
        let last = marks.chain([last]).max().unwrap_or(last);
        Self {
            left,
            right: sheet.right() - 8 * UNIT,
            first,
            n_days: days(first, last).max(1.0),
        }
    }

    fn x(&self, day: Date) -> i32 {
        let room = f64::from(self.right - self.left);
        let place = self.left + rounded(room * days(self.first, day) / self.n_days);
        place.clamp(self.left, self.right)
    }

    fn middle(&self, point: &CrossPoint) -> i32 {
        i32::midpoint(self.x(point.from), self.x(point.until))
    }
}

fn days(from: Date, to: Date) -> f64 {
    from.until(to)
        .map_or(0.0, |span| f64::from(span.get_days()))
}

/// What is drawn of one of the two.
struct Line {
    colour: &'static Colour,
    is_dashed: bool,
    /// Which of both shares.
    side: usize,
}

const GIVER: Line = Line {
    colour: &LINE,
    is_dashed: false,
    side: 0,
};
const RECEIVER: Line = Line {
    colour: &AMBER,
    is_dashed: true,
    side: 1,
};

pub(super) fn draw(sheet: &Sheet, crossing: &Crossing) -> Result<(String, u32), String> {
    let left = sheet.room("100 %") + 10 * UNIT;
    let days = Scale::of(sheet, crossing, left);
    let n_marks = i32::try_from(crossing.marks.len()).unwrap_or(0);
    let top = n_marks * sheet.line() + 8 * UNIT;
    let foot = top + SHARES;
    let bars_foot = foot + sheet.line() + 12 * UNIT + BARS;
    let legend = legend(sheet, crossing);
    let legend_top = bars_foot + sheet.line() + 8 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        draw_away(root, &days, crossing, (top, foot))?;
        for (share, title) in [(1.0, "100 %"), (0.5, "50 %"), (0.0, "0 %")] {
            let y = foot - rounded(f64::from(SHARES) * share);
            let colour = if share > 0.0 { &GRID } else { &AXIS };
            line(root, vec![(days.left, y), (days.right, y)], colour, 10)?;
            let at = (days.left - 6 * UNIT, y + 5 * UNIT);
            sheet.set(&mut words, at, Anchor::End, title);
        }
        draw_bars(root, sheet, &mut words, &days, crossing, bars_foot)?;
        for ((day, title), at) in crossing.marks.iter().zip(1..) {
            let x = days.x(*day);
            let y = at * sheet.line() - 6 * UNIT;
            line(root, vec![(x, y + 4 * UNIT), (x, foot)], &VIOLET, 16)?;
            // On the side of the line that has the room.
            let is_late = x + sheet.room(title) + 6 * UNIT > days.right;
            let (anchor, shift) = if is_late {
                (Anchor::End, -4 * UNIT)
            } else {
                (Anchor::Start, 4 * UNIT)
            };
            sheet.set(&mut words, (x + shift, y), anchor, title);
        }
        Ok(())
    })?;
    for one in [&GIVER, &RECEIVER] {
        one.draw(&mut text, &days, crossing, foot);
    }
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

fn legend(sheet: &Sheet, crossing: &Crossing) -> Legend {
    let fitted = |words: String| sheet.fitted(&words, sheet.right() - 40 * UNIT);
    let giver = encode::line(&crossing.giver);
    let receiver = encode::line(&crossing.receiver);
    let mut entries = vec![
        Entry::of(
            Swatch::Line(26),
            GIVER.colour,
            fitted(format!("{giver}, who hands over")),
        ),
        Entry::of(
            Swatch::Dashes(26),
            RECEIVER.colour,
            fitted(format!("{receiver}, who takes over")),
        ),
    ];
    let is_told = |one: &&CrossPoint| one.shares(crossing.floor).is_some();
    if crossing
        .points
        .iter()
        .filter(is_told)
        .any(|one| !one.is_over)
    {
        entries.push(Entry::of(Swatch::Ring, &QUIET, "not over".to_owned()));
    }
    for (is_giver, name, colour) in [
        (true, giver, GIVER.colour),
        (false, receiver, RECEIVER.colour),
    ] {
        if crossing.away.iter().any(|away| away.is_giver == is_giver) {
            let words = fitted(format!("shaded: {name} away"));
            entries.push(Entry::of(Swatch::Box, colour, words));
        }
    }
    entries.push(Entry::of(Swatch::Tick, &VIOLET, "an agreed day".to_owned()));
    entries.push(Entry::of(Swatch::Box, &STRIP, "n, acts of both".to_owned()));
    if crossing
        .points
        .iter()
        .any(|one| one.shares(crossing.floor).is_none())
    {
        entries.push(Entry::of(
            Swatch::Hollow,
            &STRIP,
            "too few for a share".to_owned(),
        ));
    }
    Legend::lines(entries, sheet.right(), sheet.font)
}

/// Shades with a bar at their top in the colour of whoever was away.
fn draw_away(
    root: &Area<'_>,
    days: &Scale,
    crossing: &Crossing,
    (top, foot): (i32, i32),
) -> Result<(), String> {
    let shade = |away: &crate::report::picture::Away| {
        let until = away.to.tomorrow().unwrap_or(away.to);
        let x = days.x(away.from);
        Place {
            x,
            y: top,
            width: (days.x(until) - x).max(0),
            height: foot - top,
        }
    };
    for place in crossing.away.iter().map(shade) {
        rectangle(root, place, &BAND)?;
    }
    for away in &crossing.away {
        let place = shade(away);
        if place.width == 0 {
            continue;
        }
        for x in [place.x, place.x + place.width] {
            line(root, vec![(x, top), (x, foot)], &AXIS, 6)?;
        }
        // Each has a lane, so that two who are away at once are seen.
        let (lane, colour) = if away.is_giver {
            (0, GIVER.colour)
        } else {
            (AWAY, RECEIVER.colour)
        };
        let bar = Place {
            y: top + lane,
            height: AWAY - UNIT,
            ..place
        };
        rectangle(root, bar, colour)?;
    }
    Ok(())
}

impl Line {
    /// The shares as a line; stretches with too few acts break it.
    fn draw(&self, text: &mut String, days: &Scale, crossing: &Crossing, foot: i32) {
        let mut runs: Vec<Vec<(i32, i32, bool)>> = vec![Vec::new()];
        for point in &crossing.points {
            let share = point.shares(crossing.floor);
            let share = share.and_then(|shares| shares.get(self.side).copied());
            match (share, runs.last_mut()) {
                (Some(share), Some(run)) => {
                    let y = foot - rounded(f64::from(SHARES) * share);
                    run.push((days.middle(point), y, point.is_over));
                }
                _ => runs.push(Vec::new()),
            }
        }
        let colour = self.colour.name();
        let dashes = if self.is_dashed {
            " stroke-dasharray=\"70 45\""
        } else {
            ""
        };
        for run in runs.iter().filter(|run| run.len() > 1) {
            let mut path = String::new();
            for (at, (x, y, _)) in run.iter().enumerate() {
                let verb = if at == 0 { 'M' } else { 'L' };
                let _ = write!(path, "{verb}{x} {y}");
            }
            let _ = writeln!(
                text,
                "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"26\"{dashes} d=\"{path}\"/>"
            );
        }
        for (x, y, is_over) in runs.iter().flatten() {
            let fill = if *is_over {
                colour.clone()
            } else {
                PAPER.name()
            };
            let _ = writeln!(
                text,
                "<circle cx=\"{x}\" cy=\"{y}\" r=\"42\" fill=\"{fill}\" stroke=\"{colour}\" stroke-width=\"16\"/>"
            );
        }
    }
}

/// The strip of n with its numbers, and the names of the stretches, as many as have room.
fn draw_bars(
    root: &Area<'_>,
    sheet: &Sheet,
    words: &mut String,
    days: &Scale,
    crossing: &Crossing,
    foot: i32,
) -> Result<(), String> {
    let most = crossing
        .points
        .iter()
        .map(CrossPoint::n)
        .max()
        .unwrap_or(0)
        .max(1);
    let (mut free, mut free_n) = (days.left, days.left);
    sheet.set(words, (days.left - 6 * UNIT, foot), Anchor::End, "n");
    for point in &crossing.points {
        let (from, to) = (days.x(point.from), days.x(point.until));
        let gap = ((to - from) / 8).min(30);
        let n = point.n();
        let share = n.saturating_mul(1000) / most;
        let height = BARS * i32::try_from(share).unwrap_or(0) / 1000;
        let place = Place {
            x: from + gap,
            y: foot - height,
            width: (to - from - 2 * gap).max(4),
            height,
        };
        let told = quantity::count(n);
        if n > 0 && point.shares(crossing.floor).is_some() {
            rectangle(root, place, &STRIP)?;
        } else if n > 0 {
            outline(root, place, &STRIP, 12)?;
        }
        let middle = i32::midpoint(from, to);
        let half = sheet.room(&told) / 2;
        if middle - half >= free_n {
            sheet.set(words, (middle, place.y - 4 * UNIT), Anchor::Middle, &told);
            free_n = middle + half + 4 * UNIT;
        }
        let half = sheet.room(&point.name) / 2;
        let x = middle.clamp(days.left + half, (days.right - half).max(days.left + half));
        if x - half >= free {
            let below = (x, foot + sheet.line() - 6 * UNIT);
            sheet.set(words, below, Anchor::Middle, &point.name);
            free = x + half + 10 * UNIT;
        }
    }
    line(root, vec![(days.left, foot), (days.right, foot)], &AXIS, 10)
}
