//! The path to production: two bars on one scale.

use super::sheet::{Place, Sheet, line, rectangle};
use crate::metrics::flow::holders::Holder;
use crate::metrics::measure::Unit;
use crate::render::svg::colours::{PAPER, on_part, part};
use crate::render::svg::geometry::drawn;
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT, rounded};
use crate::render::svg::words::Anchor;
use crate::report::picture::{PathBar, holder_title};
use crate::report::quantity;

/// How high a bar is.
const BAR: i32 = 36 * UNIT;

/// The place of a holder's colour: as in the chart of turns.
fn colour_of(holder: &str) -> u8 {
    let at = Holder::WORDS.iter().position(|word| *word == holder);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(0)
}

pub(super) fn draw(sheet: &Sheet, bars: &[PathBar]) -> Result<(String, u32), String> {
    let whole = |bar: &PathBar| bar.parts.iter().map(|(_, hours)| hours).sum::<f64>();
    let most = bars.iter().map(whole).fold(f64::MIN_POSITIVE, f64::max);
    let ends: Vec<String> = bars
        .iter()
        .map(|bar| format!("{} · n {}", bar.total, quantity::count(bar.n)))
        .collect();
    let end_room = ends.iter().map(|end| sheet.room(end)).max().unwrap_or(0) + 16 * UNIT;
    let room = f64::from(sheet.right() - end_room - 4 * UNIT);
    let pitch = sheet.line() + BAR + 14 * UNIT;
    let n = i32::try_from(bars.len()).unwrap_or(0);
    let mut seen: Vec<&str> = Holder::WORDS.to_vec();
    seen.retain(|word| {
        bars.iter()
            .any(|bar| bar.parts.iter().any(|(holder, _)| holder == word))
    });
    let entries = seen.into_iter().map(|holder| {
        Entry::of(
            Swatch::Box,
            part(colour_of(holder)),
            holder_title(holder).to_owned(),
        )
    });
    let legend = Legend::lines(entries.collect(), sheet.right(), sheet.font);
    let legend_top = n * pitch + 4 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        let mut top = 0;
        for (bar, end) in bars.iter().zip(&ends) {
            sheet.set(
                &mut words,
                (4 * UNIT, top + sheet.line() - 7 * UNIT),
                Anchor::Start,
                &bar.title,
            );
            let y = top + sheet.line();
            let mut begin = 0.0;
            for (holder, hours) in &bar.parts {
                let at = |hours: f64| 4 * UNIT + rounded(hours / most * room);
                let (left, right) = (at(begin), at(begin + hours));
                let colour = colour_of(holder);
                let place = Place {
                    x: left,
                    y,
                    width: right - left,
                    height: BAR,
                };
                rectangle(root, place, part(colour))?;
                if begin > 0.0 {
                    line(root, vec![(left, y), (left, y + BAR)], &PAPER, 20)?;
                }
                let unit = if bar.is_working {
                    Unit::WorkingHours
                } else {
                    Unit::Hours
                };
                let amount = quantity::amount(unit, *hours);
                let told = [format!("{} {amount}", holder_title(holder)), amount];
                let fits = |words: &&String| sheet.room(words) + 10 * UNIT <= right - left;
                if let Some(label) = told.iter().find(fits) {
                    let at = (i32::midpoint(left, right), y + BAR / 2 + 6 * UNIT);
                    sheet.set_in(&mut words, at, Anchor::Middle, label, on_part(colour));
                }
                begin += hours;
            }
            let x = 4 * UNIT + rounded(begin / most * room) + 8 * UNIT;
            sheet.set_strong(&mut words, (x, y + BAR / 2 + 6 * UNIT), Anchor::Start, end);
            top += pitch;
        }
        Ok(())
    })?;
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}
