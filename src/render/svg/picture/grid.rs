//! Areas by quarter: a cell each, the darker the larger the share; whose it is, where the grid names people.

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
const NARROW_COLUMNS: usize = 4;

/// The step of a share: five of them, a fifth each.
fn step(share: f64) -> usize {
    let over = [0.2, 0.4, 0.6, 0.8].iter().filter(|edge| share >= **edge);
    over.count()
}

/// What the legend says.
fn entries(grid: &Grid) -> Vec<Entry> {
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
    if !grid.people.is_empty() {
        let title = "somebody else than in the quarter before".to_owned();
        entries.push(Entry::of(Swatch::Line(40), &INK, title));
    }
    entries
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
    // Where there is little room an area's name stands above its cells.
    let is_above = sheet.is_narrow;
    let label = if is_above {
        0
    } else {
        widest.min(sheet.right() * 30 / 100) + 10 * UNIT
    };
    let silo = sheet.room("silo") + 14 * UNIT;
    let n = i32::try_from(columns.len().max(1)).unwrap_or(1);
    let cell_width = ((sheet.right() - label - silo) / n).min(150 * UNIT);
    let cell_height = sheet.line() + 4 * UNIT;
    let above = if is_above { sheet.line() } else { 0 };
    let row_height = cell_height + above;
    let n_rows = i32::try_from(grid.rows.len()).unwrap_or(0);
    let entries = entries(grid);
    let legend = Legend::lines(entries, sheet.right(), sheet.font);
    let below = below(sheet, grid, columns.len());
    let below_top = cell_height + n_rows * row_height + 8 * UNIT;
    let legend_top = below_top + i32::try_from(below.len()).unwrap_or(0) * sheet.line();
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let mut cells: Vec<(Place, i32, &GridCell)> = Vec::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        for (name, at) in columns.iter().zip(0..) {
            let x = label + at * cell_width + cell_width / 2;
            sheet.set(
                &mut words,
                (x, cell_height - 8 * UNIT),
                Anchor::Middle,
                short_quarter(sheet, name, cell_width),
            );
        }
        for (row, at) in grid.rows.iter().zip(0..) {
            let top = cell_height + at * row_height + above;
            let baseline = top + cell_height / 2 + 5 * UNIT;
            let title = encode::line(&row.title);
            if is_above {
                let title = sheet.fitted(&title, sheet.right() - 8 * UNIT);
                let at = (4 * UNIT, top - 6 * UNIT);
                sheet.set_in(&mut words, at, Anchor::Start, &title, &INK);
            } else {
                let title = sheet.fitted(&title, label - 8 * UNIT);
                let at = (label - 8 * UNIT, baseline);
                sheet.set_in(&mut words, at, Anchor::End, &title, &INK);
            }
            for (cell, at) in row.cells.iter().skip(skip).zip(0..) {
                let place = Place {
                    x: label + at * cell_width + 10,
                    y: top + 10,
                    width: cell_width - 20,
                    height: cell_height - 20,
                };
                cells.push((place, baseline, cell));
            }
        }
        draw_cells(root, sheet, &cells)?;
        for (row, at) in grid.rows.iter().zip(0..) {
            let top = cell_height + at * row_height + above;
            let baseline = top + cell_height / 2 + 5 * UNIT;
            for at in handed_over(&row.cells, skip) {
                let x = label + at * cell_width;
                let (from, to) = ((x, top + 10), (x, top + cell_height - 10));
                line(root, vec![from, to], &INK, 40)?;
            }
            if row.is_silo {
                let x = label + n * cell_width + 6 * UNIT;
                sheet.set_in(&mut words, (x, baseline), Anchor::Start, "silo", &RUST);
            }
        }
        for (told, at) in below.iter().zip(1..) {
            let baseline = below_top + at * sheet.line() - 8 * UNIT;
            sheet.set(&mut words, (4 * UNIT, baseline), Anchor::Start, told);
        }
        Ok(())
    })?;
    let is_short = !all_in_whole(sheet, &cells);
    for (place, baseline, cell) in cells {
        say(sheet, &mut words, (place, baseline), cell, is_short);
    }
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

/// The lines below the cells: whose initials stand in them, and how many of the quarters are shown, where the words of the picture
/// tell of more.
fn below(sheet: &Sheet, grid: &Grid, n_shown: usize) -> Vec<String> {
    let people = grid.people.iter();
    let people = people.map(|(initials, name)| format!("{initials} {}", encode::line(name)));
    let mut lines = sheet.wrapped(people, sheet.right() - 8 * UNIT);
    let n = grid.columns.len();
    if n_shown < n {
        lines.push(format!("here: the last {n_shown} of {n} quarters"));
    }
    lines
}

/// The name of a quarter, without its century where there is no room for it.
fn short_quarter<'a>(sheet: &Sheet, name: &'a str, room: i32) -> &'a str {
    if sheet.room(name) <= room {
        return name;
    }
    name.get(2..).unwrap_or(name)
}

/// A count out of another as a share; `of` is never 0.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn share_of(hits: u64, of: u64) -> f64 {
    hits as f64 / of.max(1) as f64
}

/// How many a share of a count is.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn hits(share: f64, of: u64) -> String {
    format!("{:.0}", share * of as f64)
}

/// The places of the shown cells whose holder is another one than in the last quarter before that had one.
fn handed_over(cells: &[GridCell], skip: usize) -> Vec<i32> {
    let mut before: Option<&str> = None;
    let mut places = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        // Where several made as many, nobody has taken over.
        let GridCell::Held {
            initials,
            is_shared: false,
            ..
        } = cell
        else {
            continue;
        };
        if at >= skip && before.is_some_and(|before| before != initials) {
            places.extend(i32::try_from(at - skip));
        }
        before = Some(initials);
    }
    places
}

/// The grounds of all cells and their outlines, those of one colour after each other: they are one path then.
fn draw_cells(
    root: &Area<'_>,
    sheet: &Sheet,
    cells: &[(Place, i32, &GridCell)],
) -> Result<(), String> {
    for (at, (colour, _)) in HEAT.iter().enumerate() {
        for (place, _, cell) in cells {
            if ground(cell) == Some(at) {
                rectangle(root, *place, colour)?;
            }
        }
    }
    let few = |cell: &GridCell| matches!(cell, GridCell::Few(_));
    for (place, ..) in cells.iter().filter(|(.., cell)| few(cell)) {
        let (right, bottom) = (place.x + place.width, place.y + place.height);
        line(root, vec![(place.x, bottom), (right, place.y)], &AXIS, 8)?;
    }
    for (place, _, cell) in cells {
        if let GridCell::Few(people) = cell {
            let length = sheet.room(people).min(place.width - 4 * UNIT);
            let back = Place {
                x: place.x + place.width / 2 - length / 2,
                y: place.y + 3 * UNIT,
                width: length,
                height: place.height - 6 * UNIT,
            };
            rectangle(root, back, &PAPER)?;
        }
    }
    for (place, _, cell) in cells {
        if !matches!(cell, GridCell::Nothing) {
            outline(root, *place, &AXIS, 8)?;
        }
    }
    Ok(())
}

/// The step of a cell that tells a share.
fn ground(cell: &GridCell) -> Option<usize> {
    match cell {
        GridCell::Share { share, .. } => Some(step(*share)),
        GridCell::Held { hits, of, .. } => Some(step(share_of(*hits, *of))),
        GridCell::TooFew(_) | GridCell::Few(_) | GridCell::Nothing => None,
    }
}

/// What can be said of one cell, in whole and ever shorter.
fn told(cell: &GridCell) -> Vec<String> {
    match cell {
        GridCell::Share { share, of } => {
            let percent = quantity::percent(*share);
            let whole = format!("{percent} of {}", quantity::count(*of));
            // A share is never told without n.
            vec![whole, format!("{}/{of}", hits(*share, *of))]
        }
        GridCell::Held {
            initials, hits, of, ..
        } => {
            let initials = encode::line(initials);
            let percent = quantity::percent(share_of(*hits, *of));
            let whole = format!("{initials} {percent} of {}", quantity::count(*of));
            let short = format!("{initials} {hits}/{of}");
            vec![whole, short, initials]
        }
        GridCell::TooFew(n) => vec![format!("n {n}")],
        GridCell::Few(people) => {
            let short = people.split(' ').next().unwrap_or_default().to_owned();
            vec![people.clone(), short]
        }
        GridCell::Nothing => Vec::new(),
    }
}

/// Whether words have room in a cell.
fn fits(sheet: &Sheet, place: Place, words: &str) -> bool {
    sheet.room(words) <= place.width - 4 * UNIT
}

/// Whether every share has room for its words in whole. A picture has one way of writing them: `67 % of 6` beside `2/8` would have to
/// be worked out to be compared.
fn all_in_whole(sheet: &Sheet, cells: &[(Place, i32, &GridCell)]) -> bool {
    let mut shares = cells.iter().filter(|(.., cell)| ground(cell).is_some());
    shares.all(|(place, _, cell)| {
        let told = told(cell);
        told.first().is_none_or(|whole| fits(sheet, *place, whole))
    })
}

/// What is said of one cell.
fn say(
    sheet: &Sheet,
    words: &mut String,
    (place, baseline): (Place, i32),
    cell: &GridCell,
    is_short: bool,
) {
    let middle = (place.x + place.width / 2, baseline);
    let on = ground(cell).and_then(|step| HEAT.get(step));
    let colour = on.map_or(&WORDS, |(_, on)| on);
    let told = told(cell);
    let skipped = usize::from(is_short && on.is_some());
    let mut shorter = told.iter().skip(skipped);
    let found = shorter.find(|words| fits(sheet, place, words));
    if let Some(found) = found.or(told.last()) {
        sheet.set_in(words, middle, Anchor::Middle, found, colour);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::{NARROW, WIDE};
    use super::*;

    fn grid(n_quarters: usize, cells: &[GridCell]) -> Grid {
        Grid {
            columns: (1..=n_quarters).map(|at| format!("2025-Q{at}")).collect(),
            rows: vec![crate::report::picture::GridRow {
                title: "booking".to_owned(),
                cells: cells.iter().cycle().take(n_quarters).cloned().collect(),
                is_silo: false,
            }],
            people: vec![("TB".to_owned(), "Tomas Beck".to_owned())],
        }
    }

    #[test]
    fn the_shares_of_one_picture_are_written_in_one_way() {
        let held = |initials: &str, hits, of| GridCell::Held {
            initials: initials.to_owned(),
            is_shared: initials.contains(' '),
            hits,
            of,
        };
        let check = |cells: &[GridCell], expected: &[&str], other: &str| {
            let (drawn, _) = draw(&WIDE, &grid(6, cells)).unwrap();
            for words in expected {
                assert!(drawn.contains(&format!(">{words}<")), "{words}: {drawn}");
            }
            assert!(!drawn.contains(other), "{drawn}");
        };
        let (one, other) = (held("TB", 4, 6), held("YA", 2, 8));
        check(
            &[one.clone(), other],
            &["TB 67 % of 6", "YA 25 % of 8"],
            "2/8",
        );
        // One cell without room for a percentage: then none has any.
        let shared = held("3 alike", 2, 8);
        check(&[one, shared], &["TB 4/6", "3 alike 2/8"], " % of ");
    }

    #[test]
    fn a_picture_of_some_of_the_quarters_says_so() {
        let cells = [GridCell::TooFew(3)];
        let check = |sheet: &Sheet, n_quarters, expected: bool| {
            let (drawn, _) = draw(sheet, &grid(n_quarters, &cells)).unwrap();
            let words = format!(">here: the last 4 of {n_quarters} quarters<");
            assert_eq!(drawn.contains(&words), expected, "{n_quarters}: {drawn}");
        };
        check(&NARROW, 6, true);
        check(&NARROW, 4, false);
        check(&WIDE, 6, false);
    }

    #[test]
    fn a_hand_over_stands_where_the_initials_change_and_a_quarter_without_a_holder_hides_none() {
        let held = |initials: &str| GridCell::Held {
            initials: initials.to_owned(),
            is_shared: initials.contains('+'),
            hits: 5,
            of: 10,
        };
        let cells = [
            held("AB"),
            GridCell::TooFew(3),
            held("AB"),
            GridCell::Nothing,
            held("CD"),
            held("AB+CD"),
            held("CD"),
        ];
        assert_eq!(handed_over(&cells, 0), [4]);
        assert_eq!(handed_over(&cells, 3), [1]);
        assert_eq!(handed_over(&cells, 5), [0; 0]);
    }
}
