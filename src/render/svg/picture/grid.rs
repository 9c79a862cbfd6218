//! Areas by quarter: a cell each, the darker the larger the share.

use super::sheet::{Place, Sheet, line, outline, rectangle};
use crate::render::encode;
use crate::render::svg::colours::{AXIS, HEAT, INK, PAPER, RUST, WORDS};
use crate::render::svg::geometry::{Area, drawn};
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::Anchor;
use crate::report::picture::{Grid, GridCell};
use crate::report::quantity;

/// The quarters that a narrow picture has room for.
const NARROW_COLUMNS: usize = 3;

/// The step of a share: five of them, a fifth each.
fn step(share: f64) -> usize {
    let over = [0.2, 0.4, 0.6, 0.8].iter().filter(|edge| share >= **edge);
    over.count()
}

pub(super) fn draw(sheet: &Sheet, grid: &Grid) -> Result<(String, u32), String> {
    let skip = if sheet.is_narrow {
        grid.columns.len().saturating_sub(NARROW_COLUMNS)
    } else {
        0
    };
    let columns = grid.columns.get(skip..).unwrap_or_default();
    let widest = grid
        .rows
        .iter()
        .map(|row| sheet.room(&row.title))
        .max()
        .unwrap_or(0);
    let most = sheet.right() * if sheet.is_narrow { 36 } else { 30 } / 100;
    let label = widest.min(most) + 10 * UNIT;
    let silo = sheet.room("silo") + 14 * UNIT;
    let n = i32::try_from(columns.len().max(1)).unwrap_or(1);
    let cell_width = ((sheet.right() - label - silo) / n).min(150 * UNIT);
    let cell_height = sheet.line() + 4 * UNIT;
    let n_rows = i32::try_from(grid.rows.len()).unwrap_or(0);
    let entries = HEAT.iter().zip(0_u32..).map(|((colour, _), at)| {
        Entry::of(
            Swatch::Framed,
            colour,
            format!("{}–{} %", at * 20, at * 20 + 20),
        )
    });
    let mut entries: Vec<Entry> = entries.collect();
    entries.push(Entry::of(
        Swatch::Struck,
        &AXIS,
        "too few people".to_owned(),
    ));
    let legend = Legend::lines(entries, sheet.right(), sheet.font);
    let legend_top = (n_rows + 1) * cell_height + 8 * UNIT;
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        for (name, at) in columns.iter().zip(0..) {
            let x = label + at * cell_width + cell_width / 2;
            sheet.set(
                &mut words,
                (x, cell_height - 8 * UNIT),
                Anchor::Middle,
                name,
            );
        }
        for (row, at) in grid.rows.iter().zip(1..) {
            let top = at * cell_height;
            let baseline = top + cell_height / 2 + 5 * UNIT;
            let title = sheet.fitted(&encode::line(&row.title), label - 8 * UNIT);
            sheet.set_in(
                &mut words,
                (label - 8 * UNIT, baseline),
                Anchor::End,
                &title,
                &INK,
            );
            for (cell, at) in row.cells.iter().skip(skip).zip(0..) {
                let place = Place {
                    x: label + at * cell_width + 10,
                    y: top + 10,
                    width: cell_width - 20,
                    height: cell_height - 20,
                };
                draw_cell(root, sheet, &mut words, (place, baseline), cell)?;
            }
            if row.is_silo {
                let x = label + n * cell_width + 6 * UNIT;
                sheet.set_in(&mut words, (x, baseline), Anchor::Start, "silo", &RUST);
            }
        }
        Ok(())
    })?;
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

/// One cell: its ground, and what is said of it.
fn draw_cell(
    root: &Area<'_>,
    sheet: &Sheet,
    words: &mut String,
    (place, baseline): (Place, i32),
    cell: &GridCell,
) -> Result<(), String> {
    let middle = (place.x + place.width / 2, baseline);
    let mut say = |told: &[String], colour| {
        let fits = |words: &&String| sheet.room(words) <= place.width - 4 * UNIT;
        if let Some(found) = told.iter().find(fits).or(told.last()) {
            sheet.set_in(words, middle, Anchor::Middle, found, colour);
        }
    };
    match cell {
        GridCell::Share { share, of } => {
            let (colour, on) = HEAT.get(step(*share)).unwrap_or(&HEAT[0]);
            rectangle(root, place, colour)?;
            let percent = quantity::percent(*share);
            let whole = format!("{percent} of {}", quantity::count(*of));
            say(&[whole, percent], on);
        }
        GridCell::TooFew(n) => say(&[format!("n {n}")], &WORDS),
        GridCell::Few(people) => {
            let (right, bottom) = (place.x + place.width, place.y + place.height);
            line(root, vec![(place.x, bottom), (right, place.y)], &AXIS, 8)?;
            let short = people.split(' ').next().unwrap_or_default().to_owned();
            let length = sheet.room(people).min(place.width - 4 * UNIT);
            let back = Place {
                x: middle.0 - length / 2,
                y: place.y + 3 * UNIT,
                width: length,
                height: place.height - 6 * UNIT,
            };
            rectangle(root, back, &PAPER)?;
            say(&[people.clone(), short], &WORDS);
        }
        GridCell::Nothing => return Ok(()),
    }
    outline(root, place, &AXIS, 8)
}
