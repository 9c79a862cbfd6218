//! For how long lines live: the share that is left, by days since they landed, one line an origin.

use std::fmt::Write as _;

use super::sheet::{Sheet, line};
use crate::render::svg::colours::{AMBER, AXIS, Colour, GRID, LINE, TEAL, VIOLET};
use crate::render::svg::geometry::drawn;
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT, rounded};
use crate::render::svg::words::Anchor;
use crate::report::picture::LifeLine;
use crate::report::quantity;

/// How high the shares stand.
const SHARES: i32 = 170 * UNIT;
/// The days that are named.
const NAMED: [u64; 4] = [0, 30, 90, 180];

/// How a line is drawn, so that it is told apart without its colour, in the order in which reports tell origins: swatch, colour, and the line's width and dashes.
const LOOKS: [(Swatch, &Colour, &str); 4] = [
    (
        Swatch::Dashes(26),
        &AMBER,
        "stroke-width=\"26\" stroke-dasharray=\"70 45\"",
    ),
    (Swatch::Line(12), &VIOLET, "stroke-width=\"12\""),
    (Swatch::Line(26), &LINE, "stroke-width=\"26\""),
    (
        Swatch::Dashes(12),
        &TEAL,
        "stroke-width=\"12\" stroke-dasharray=\"70 45\"",
    ),
];

fn look(one: &LifeLine) -> (Swatch, &'static Colour, &'static str) {
    let last = LOOKS.len() - 1;
    LOOKS[usize::from(one.look).min(last)]
}

pub(super) fn draw(sheet: &Sheet, lines: &[LifeLine]) -> Result<(String, u32), String> {
    let left = sheet.room("100 %") + 10 * UNIT;
    let right = sheet.right() - sheet.room("180 days") / 2 - 4 * UNIT;
    let top = 10 * UNIT;
    let foot = top + SHARES;
    let days = lines.iter().flat_map(|one| &one.curve).map(|(day, _)| *day);
    let longest = days.max().unwrap_or(0).max(1);
    #[expect(clippy::cast_precision_loss, reason = "days of half a year")]
    let x = |day: u64| left + rounded(f64::from(right - left) * day as f64 / longest as f64);
    // What never falls to a half is drawn above it.
    let shares = lines
        .iter()
        .flat_map(|one| &one.curve)
        .map(|(_, share)| *share);
    let least = if shares.fold(1.0, f64::min) > 0.5 {
        0.5
    } else {
        0.0
    };
    let y = |share: f64| foot - rounded(f64::from(SHARES) * (share - least) / (1.0 - least));
    let entries = lines.iter().map(|one| {
        let (swatch, colour, _) = look(one);
        let words = sheet.fitted(&one.title, sheet.right() - 40 * UNIT);
        Entry::of(swatch, colour, words)
    });
    let legend = Legend::lines(entries.collect(), sheet.right(), sheet.font);
    let legend_top = foot + sheet.line() + 8 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        for share in [1.0, f64::midpoint(1.0, least), least] {
            let colour = if share > least { &GRID } else { &AXIS };
            let title = quantity::percent(share);
            line(root, vec![(left, y(share)), (right, y(share))], colour, 10)?;
            let at = (left - 6 * UNIT, y(share) + 5 * UNIT);
            sheet.set(&mut words, at, Anchor::End, &title);
        }
        let mut free = 0;
        for day in NAMED.into_iter().filter(|day| *day <= longest) {
            line(
                root,
                vec![(x(day), foot), (x(day), foot + 5 * UNIT)],
                &AXIS,
                10,
            )?;
            let title = if day == 0 {
                "landed".to_owned()
            } else {
                format!("{day} days")
            };
            // Where there is no room for its words a day is a stroke alone.
            let half = sheet.room(&title) / 2;
            if x(day) - half >= free {
                let below = (x(day), foot + sheet.line());
                sheet.set(&mut words, below, Anchor::Middle, &title);
                free = x(day) + half;
            }
        }
        Ok(())
    })?;
    for one in lines {
        let (_, colour, look) = look(one);
        let mut path = String::new();
        let mut from = None;
        for (day, share) in &one.curve {
            let (x, y) = (x(*day), y(*share));
            // From point to point: shorter than places.
            let _ = match from {
                None => write!(path, "M{x} {y}"),
                Some((from_x, from_y)) => write!(path, "l{} {}", x - from_x, y - from_y),
            };
            from = Some((x, y));
        }
        let _ = writeln!(
            text,
            "<path fill=\"none\" stroke=\"{}\" {look} d=\"{path}\"/>",
            colour.name()
        );
    }
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

#[cfg(test)]
mod tests {
    use super::super::sheet::{NARROW, WIDE};
    use super::*;

    #[test]
    fn the_words_of_days_do_not_touch() {
        let check = |sheet: &Sheet, has_second: bool| {
            let line = LifeLine {
                title: "no evidence of an agent".to_owned(),
                look: 0,
                curve: vec![(0, 1.0), (180, 0.4)],
            };
            let (drawn, _) = draw(sheet, &[line]).unwrap();
            assert!(drawn.contains(">landed<") && drawn.contains(">180 days<"));
            assert_eq!(drawn.contains(">30 days<"), has_second, "{drawn}");
        };
        check(&WIDE, true);
        check(&NARROW, false);
    }
}
