//! The queue of reviews: three strips over the same days.

use plotters::prelude::Polygon;

use super::sheet::{Place, Sheet, line, rectangle};
use crate::metrics::measure::Unit;
use crate::render::svg::colours::{AXIS, BAND, Colour, GRID, LINE, QUIET, TEAL, VIOLET};
use crate::render::svg::geometry::{Area, drawn, fill};
use crate::render::svg::units::{SCALE, UNIT, real, rounded};
use crate::render::svg::words::Anchor;
use crate::report::picture::{Queue, Week};
use crate::report::quantity;

/// How high a strip is.
const STRIP: i32 = 92 * UNIT;

/// Where a strip stands, and what its top means.
struct Strip {
    left: i32,
    right: i32,
    top: i32,
    most: f64,
    n_days: usize,
}

impl Strip {
    fn x(&self, day: usize) -> i32 {
        let room = f64::from(self.right - self.left);
        self.left + rounded(room * real(day) / real(self.n_days.max(1)))
    }

    fn y(&self, amount: f64) -> i32 {
        self.top + STRIP - rounded(f64::from(STRIP) * amount / self.most)
    }

    fn foot(&self) -> i32 {
        self.top + STRIP
    }
}

/// Runs of days that are told, with a number each.
fn runs(numbers: impl Iterator<Item = Option<f64>>) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    for (day, number) in numbers.enumerate() {
        match (number, runs.last_mut()) {
            (Some(number), Some(run)) => run.push((day, number)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// The weeks that a narrow picture has room for.
const NARROW_WEEKS: usize = 26;

/// The last weeks of a queue.
fn latest(queue: &Queue, n_weeks: usize) -> Queue {
    let skipped = queue.weeks.len().saturating_sub(n_weeks);
    let weeks = queue.weeks.get(skipped..).unwrap_or_default();
    let first = weeks.first().map_or(0, |week| week.first_day);
    let weeks = weeks.iter().map(|week| Week {
        first_day: week.first_day - first,
        ..week.clone()
    });
    Queue {
        days: queue.days.get(first..).unwrap_or_default().to_vec(),
        weeks: weeks.collect(),
    }
}

/// How many of the weeks are shown, where the words of the picture tell of more.
fn left_out(shown: &Queue, queue: &Queue) -> Option<String> {
    let (n_shown, n) = (shown.weeks.len(), queue.weeks.len());
    (n_shown < n).then(|| format!("here: the last {n_shown} of {n} weeks"))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn draw(sheet: &Sheet, queue: &Queue) -> Result<(String, u32), String> {
    let shown = sheet.is_narrow.then(|| latest(queue, NARROW_WEEKS));
    let left_out = shown.as_ref().and_then(|shown| left_out(shown, queue));
    let queue = shown.as_ref().unwrap_or(queue);
    let open = || {
        queue
            .days
            .iter()
            .map(|(_, day)| day.map(|(open, _)| open as f64))
    };
    let oldest = || {
        let days = queue.days.iter();
        days.map(|(_, day)| day.map(|(_, oldest)| oldest.unwrap_or(0.0) / 24.0))
    };
    let weeks = || queue.weeks.iter();
    let flow = weeks().map(|week| week.arrived.max(week.departed) as f64);
    let most = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(1.0, f64::max);
    let tops = [
        most(&mut open().flatten()),
        most(&mut oldest().flatten()),
        most(&mut flow.into_iter()),
    ];
    let ends = [
        quantity::plain(tops[0]),
        quantity::amount(Unit::Hours, (tops[1] * 24.0).max(48.0)),
        quantity::plain(tops[2]),
    ];
    let left = ends.iter().map(|end| sheet.room(end)).max().unwrap_or(0) + 10 * UNIT;
    let pitch = sheet.line() + STRIP + 12 * UNIT;
    let strip = |at: i32, most: f64| Strip {
        left,
        right: sheet.right() - 6 * UNIT,
        top: at * pitch + sheet.line(),
        most,
        n_days: queue.days.len(),
    };
    let tops = [tops[0], tops[1].max(2.0), tops[2]];
    let strips = [strip(0, tops[0]), strip(1, tops[1]), strip(2, tops[2])];
    let foot = 3 * pitch + sheet.line() + 4 * UNIT;
    let height = foot + left_out.as_ref().map_or(0, |_| sheet.line());
    let mut words = String::new();
    let (mut text, ()) = drawn(sheet.size(height), |root| {
        let titles = [
            "open requests at the end of the day",
            "age of the oldest open request",
            "requests a week: came (up), went (down)",
        ];
        for ((strip, title), end) in strips.iter().zip(titles).zip(&ends) {
            line(
                root,
                vec![(strip.left, strip.top), (strip.right, strip.top)],
                &GRID,
                10,
            )?;
            sheet.set(
                &mut words,
                (4 * UNIT, strip.top - 8 * UNIT),
                Anchor::Start,
                title,
            );
            sheet.set(
                &mut words,
                (strip.left - 6 * UNIT, strip.top + 12 * UNIT),
                Anchor::End,
                end,
            );
        }
        let [area, age, flow] = &strips;
        for run in runs(open()) {
            draw_area(root, area, &run)?;
        }
        for run in runs(oldest()) {
            draw_steps(root, age, &run, &VIOLET)?;
        }
        for strip in [area, age] {
            line(
                root,
                vec![(strip.left, strip.foot()), (strip.right, strip.foot())],
                &AXIS,
                10,
            )?;
            sheet.set(
                &mut words,
                (strip.left - 6 * UNIT, strip.foot()),
                Anchor::End,
                "0",
            );
        }
        draw_flow(root, flow, queue)?;
        set_days(sheet, &mut words, flow, queue);
        let below = (4 * UNIT, height - 8 * UNIT);
        let left_out = left_out.as_deref().unwrap_or_default();
        sheet.set(&mut words, below, Anchor::Start, left_out);
        Ok(())
    })?;
    text.push_str(&words);
    Ok((text, u32::try_from(height).unwrap_or(0) / SCALE))
}

/// The corners of a line of steps: a number holds for its day.
fn steps(strip: &Strip, run: &[(usize, f64)]) -> Vec<(i32, i32)> {
    let mut points: Vec<(i32, i32)> = Vec::new();
    for (day, number) in run {
        let y = strip.y(*number);
        // Days alike are one step.
        if points.last().is_some_and(|(_, last)| *last == y) {
            points.pop();
        } else {
            points.push((strip.x(*day), y));
        }
        points.push((strip.x(day + 1), y));
    }
    points
}

fn draw_area(root: &Area<'_>, strip: &Strip, run: &[(usize, f64)]) -> Result<(), String> {
    let points = steps(strip, run);
    let (Some((first, _)), Some((last, _))) = (points.first(), points.last()) else {
        return Ok(());
    };
    let mut outline = points.clone();
    outline.extend([(*last, strip.foot()), (*first, strip.foot())]);
    root.draw(&Polygon::new(outline, fill(&BAND)))
        .map_err(|error| error.to_string())?;
    line(root, points, &LINE, 14)
}

fn draw_steps(
    root: &Area<'_>,
    strip: &Strip,
    run: &[(usize, f64)],
    colour: &Colour,
) -> Result<(), String> {
    line(root, steps(strip, run), colour, 16)
}

/// What came upwards and what went downwards from the middle; a week that is not whole is pale.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn draw_flow(root: &Area<'_>, strip: &Strip, queue: &Queue) -> Result<(), String> {
    let middle = i32::midpoint(strip.top, strip.foot());
    let half = f64::from(STRIP / 2 - 2 * UNIT) / strip.most;
    let ends = queue.weeks.iter().skip(1).map(|week| week.first_day);
    let ends: Vec<usize> = ends.chain([queue.days.len()]).collect();
    for is_up in [true, false] {
        for (week, end) in queue.weeks.iter().zip(&ends) {
            let n = if is_up { week.arrived } else { week.departed };
            let height = rounded(half * n as f64);
            let (left, right) = (strip.x(week.first_day), strip.x(*end));
            let gap = ((right - left) / 8).min(10);
            let place = Place {
                x: left + gap,
                y: if is_up { middle - height } else { middle },
                width: (right - left - 2 * gap).max(4),
                height,
            };
            let colour = match (week.is_whole, is_up) {
                (false, _) => &QUIET,
                (true, true) => &LINE,
                (true, false) => &TEAL,
            };
            if height > 0 {
                rectangle(root, place, colour)?;
            }
        }
    }
    line(
        root,
        vec![(strip.left, middle), (strip.right, middle)],
        &AXIS,
        10,
    )
}

/// The months below the last strip, as many as have room.
fn set_days(sheet: &Sheet, words: &mut String, strip: &Strip, queue: &Queue) {
    let y = strip.foot() + sheet.line();
    let mut free = strip.left;
    for (day, (on, _)) in queue.days.iter().enumerate() {
        let Some(month) = on.strip_suffix("-01") else {
            continue;
        };
        let x = strip.x(day);
        if x >= free && x + sheet.room(month) <= strip.right {
            sheet.set(words, (x, y), Anchor::Start, month);
            free = x + sheet.room(month) + 14 * UNIT;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::{NARROW, WIDE};
    use super::*;

    #[test]
    fn a_picture_of_some_of_the_weeks_says_so() {
        let check = |sheet: &Sheet, n_weeks: usize, expected: bool| {
            let week = |at: usize| Week {
                name: format!("2026-W{at:02}"),
                first_day: 7 * at,
                arrived: 1,
                departed: 1,
                is_whole: true,
            };
            let queue = Queue {
                days: (0..7 * n_weeks)
                    .map(|_| ("2026-02-02".to_owned(), Some((2, Some(24.0)))))
                    .collect(),
                weeks: (0..n_weeks).map(week).collect(),
            };
            let (drawn, _) = draw(sheet, &queue).unwrap();
            let words = format!(">here: the last {NARROW_WEEKS} of {n_weeks} weeks<");
            assert_eq!(drawn.contains(&words), expected, "{n_weeks}: {drawn}");
        };
        check(&NARROW, 79, true);
        check(&NARROW, NARROW_WEEKS, false);
        check(&WIDE, 79, false);
    }
}
