//! Counts by two groups of people: a cell each, the darker the larger the count.

use super::sheet::{Place, Sheet, line, outline, rectangle};
use crate::render::encode;
use crate::render::svg::colours::{AXIS, HEAT, INK};
use crate::render::svg::geometry::{Area, drawn};
use crate::render::svg::legend::{Entry, Legend, Swatch};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::Anchor;
use crate::report::picture::{Matrix, MatrixCell, MatrixLine};
use crate::report::quantity;

/// A cell is at most so wide.
const WIDEST: i32 = 72 * UNIT;

/// The step of a count among those up to the largest, a fifth of it each.
fn step(count: u64, most: u64) -> usize {
    let fifths = (count * 5).div_ceil(most.max(1));
    usize::try_from(fifths).unwrap_or(5).clamp(1, 5) - 1
}

/// The counts of each step that has any: `1–7`.
fn ranges(most: u64) -> Vec<(usize, String)> {
    let mut ranges: Vec<(usize, u64, u64)> = Vec::new();
    let mut from = 1;
    for at in 0..HEAT.len() {
        let to = most * (at as u64 + 1) / 5;
        if to >= from {
            ranges.push((at, from, to));
            from = to + 1;
        }
    }
    let words = |(at, from, to)| {
        let words = if from == to {
            quantity::count(from)
        } else {
            format!("{}–{}", quantity::count(from), quantity::count(to))
        };
        (at, words)
    };
    ranges.into_iter().map(words).collect()
}

/// Where rows and columns of a layout stand. Columns that have no room beside each other stand in bands below each other.
struct Laid {
    label: i32,
    cell: (i32, i32),
    n_beside: usize,
    band: i32,
}

impl Laid {
    fn of(sheet: &Sheet, matrix: &Matrix) -> Self {
        let rows = matrix.rows.iter();
        let widest = rows.map(|row| sheet.room(&row_title(sheet, row))).max();
        let most = sheet.right() * if sheet.is_narrow { 50 } else { 32 } / 100;
        let label = widest.unwrap_or(0).min(most) + 10 * UNIT;
        let counts = matrix
            .columns
            .iter()
            .map(|column| quantity::count(column.n));
        let shorts = matrix.columns.iter().map(|column| column.short.clone());
        let least = counts.chain(shorts).map(|words| sheet.room(&words)).max();
        let least = (least.unwrap_or(0) + 8 * UNIT).max(30 * UNIT);
        let room = sheet.right() - label - 4 * UNIT;
        let n = matrix.columns.len().max(1);
        let most_beside = usize::try_from(room / least).unwrap_or(1).max(1);
        let n_bands = n.div_ceil(most_beside);
        let n_beside = n.div_ceil(n_bands);
        let width = room / i32::try_from(n_beside).unwrap_or(1);
        let height = sheet.line() + 4 * UNIT;
        let n_rows = i32::try_from(matrix.rows.len()).unwrap_or(0);
        Self {
            label,
            cell: (width.min(WIDEST), height),
            n_beside,
            band: n_rows * height + 2 * sheet.line() + 16 * UNIT,
        }
    }
}

/// A row's name and sum; narrow layouts have the names below.
fn row_title(sheet: &Sheet, row: &MatrixLine) -> String {
    let n = quantity::count(row.n);
    let short = encode::line(&row.short);
    if sheet.is_narrow {
        format!("{short} n {n}")
    } else {
        format!("{} {short} n {n}", encode::line(&row.title))
    }
}

pub(super) fn draw(sheet: &Sheet, matrix: &Matrix) -> Result<(String, u32), String> {
    let laid = Laid::of(sheet, matrix);
    let bands: Vec<&[MatrixLine]> = matrix.columns.chunks(laid.n_beside).collect();
    let counts = matrix.cells.iter().flatten().map(|cell| match cell {
        MatrixCell::Count(n) => *n,
        MatrixCell::Own => 0,
    });
    let most = counts.max().unwrap_or(0);
    let ranges = ranges(most).into_iter();
    let mut entries: Vec<Entry> = ranges
        .filter_map(|(at, words)| Some(Entry::of(Swatch::Framed, HEAT.get(at)?.0, words)))
        .collect();
    entries.push(Entry::of(Swatch::Struck, &AXIS, "own work".to_owned()));
    let legend = Legend::lines(entries, sheet.right(), sheet.font);
    let mut people: Vec<&MatrixLine> = matrix.rows.iter().collect();
    people.extend(matrix.columns.iter().filter(|one| {
        let mut rows = matrix.rows.iter();
        rows.all(|row| row.title != one.title)
    }));
    let people = people.into_iter().filter(|_| sheet.is_narrow);
    let people =
        people.map(|one| format!("{} {}", encode::line(&one.short), encode::line(&one.title)));
    let people = sheet.wrapped(people, sheet.right() - 8 * UNIT);
    let people_top = i32::try_from(bands.len()).unwrap_or(0) * laid.band + 2 * UNIT;
    let legend_top = people_top + i32::try_from(people.len()).unwrap_or(0) * sheet.line();
    let height = legend_top + legend.height() + 4 * UNIT;
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        let mut first = 0;
        for (band, top) in bands.iter().zip((0..).map(|at| at * laid.band)) {
            let mut place = Placed {
                root,
                sheet,
                laid: &laid,
                words: &mut words,
                most,
            };
            place.band(matrix, (first, band), top)?;
            first += band.len();
        }
        for (told, at) in people.iter().zip(1..) {
            let baseline = people_top + at * sheet.line() - 8 * UNIT;
            sheet.set(&mut words, (4 * UNIT, baseline), Anchor::Start, told);
        }
        Ok(())
    })?;
    text.push_str(&words);
    legend.set(&mut text, legend_top);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

/// Where the cells are drawn.
struct Placed<'a, 'b> {
    root: &'a Area<'b>,
    sheet: &'a Sheet,
    laid: &'a Laid,
    words: &'a mut String,
    most: u64,
}

impl Placed<'_, '_> {
    /// Some columns side by side, from the `first` on: their heads, and every row.
    fn band(
        &mut self,
        matrix: &Matrix,
        (first, columns): (usize, &[MatrixLine]),
        top: i32,
    ) -> Result<(), String> {
        let (sheet, laid) = (self.sheet, self.laid);
        let (width, height) = laid.cell;
        let [down, across] = matrix.sides;
        let head = top + sheet.line() - 6 * UNIT;
        let (end, below) = ((laid.label - 8 * UNIT, head), head + sheet.line());
        let sides = format!("{down} ↓ {across} →");
        if sheet.room(&sides) <= laid.label - 8 * UNIT {
            sheet.set(self.words, end, Anchor::End, &sides);
        }
        sheet.set(self.words, (laid.label - 8 * UNIT, below), Anchor::End, "n");
        for (column, at) in columns.iter().zip(0..) {
            let x = laid.label + at * width + width / 2;
            let short = encode::line(&column.short);
            sheet.set_in(self.words, (x, head), Anchor::Middle, &short, &INK);
            let n = quantity::count(column.n);
            sheet.set(self.words, (x, below), Anchor::Middle, &n);
        }
        let rows_top = top + 2 * sheet.line() + 2 * UNIT;
        for ((row, cells), at) in matrix.rows.iter().zip(&matrix.cells).zip(0..) {
            let y = rows_top + at * height;
            let baseline = y + height / 2 + 5 * UNIT;
            let title = sheet.fitted(&row_title(sheet, row), laid.label - 8 * UNIT);
            let end = (laid.label - 8 * UNIT, baseline);
            sheet.set_in(self.words, end, Anchor::End, &title, &INK);
            for (cell, at) in cells.iter().skip(first).take(columns.len()).zip(0..) {
                let place = Place {
                    x: laid.label + at * width + 10,
                    y: y + 10,
                    width: width - 20,
                    height: height - 20,
                };
                self.cell(place, baseline, *cell)?;
            }
        }
        Ok(())
    }

    fn cell(&mut self, place: Place, baseline: i32, cell: MatrixCell) -> Result<(), String> {
        let middle = (place.x + place.width / 2, baseline);
        match cell {
            MatrixCell::Own => {
                let (right, bottom) = (place.x + place.width, place.y + place.height);
                let across = vec![(place.x, bottom), (right, place.y)];
                line(self.root, across, &AXIS, 8)?;
            }
            MatrixCell::Count(0) => self.sheet.set(self.words, middle, Anchor::Middle, "0"),
            MatrixCell::Count(n) => {
                let (colour, on) = HEAT.get(step(n, self.most)).unwrap_or(&HEAT[0]);
                rectangle(self.root, place, colour)?;
                let n = quantity::count(n);
                self.sheet
                    .set_in(self.words, middle, Anchor::Middle, &n, on);
            }
        }
        outline(self.root, place, &AXIS, 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_says_of_every_count_in_which_step_it_is() {
        for most in 1..60 {
            let told = ranges(most);
            for count in 1..=most {
                let at = step(count, most);
                let words = &told.iter().find(|(of, _)| *of == at).unwrap().1;
                let (from, to) = words.split_once('–').unwrap_or((words, words));
                let [from, to] = [from, to].map(|end| end.parse::<u64>().unwrap());
                assert!((from..=to).contains(&count), "{count} of {most}: {words}");
            }
        }
        assert!(ranges(0).is_empty());
    }
}
