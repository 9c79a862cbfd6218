//! The course of a figure that follows from rows: buckets as long as the data needs, the rows as dots, the median as a step.

use super::coarsen::{Chosen, chosen};
use super::frame::Frame;
use super::points::{Spine, measured, point_of};
use crate::domain::{Bucket, Window};
use crate::metrics::drawn::{Dot, Rows};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{Cell, Measured};
use crate::report::chart::{ChartDot, ChartPoint, PointState, Tick};

/// More rows than these are not drawn one by one: the middle half of each bucket is a band.
pub(super) const MOST_DOTS: usize = 600;

/// Of so many rows the rolling share is taken.
pub(super) const ROLLING: usize = 20;

/// The numbers of a bucket that its rows say beside its figure.
const OF_ROWS: [&str; 3] = ["lowest", "highest", "p25"];

/// Buckets with what stands in them.
pub(super) struct Course {
    pub(super) points: Vec<ChartPoint>,
    /// What a bucket is called: `quarter`.
    pub(super) noun: &'static str,
    /// Where each bucket begins and ends.
    pub(super) windows: Vec<Window>,
    pub(super) dots: Vec<ChartDot>,
    /// How many shorter buckets are left out, since too few people acted in them.
    pub(super) n_left_out: usize,
}

/// The buckets of a level: their windows, and a point each.
struct Level {
    noun: &'static str,
    windows: Vec<Window>,
    points: Vec<ChartPoint>,
    without: Vec<Bucket>,
}

fn level(frame: &Frame<'_>, spine: &Spine, cells: &[&Cell], noun: &'static str) -> Level {
    let points = spine.0.iter().map(|bucket| point_of(frame, *bucket, cells));
    Level {
        noun,
        windows: spine
            .0
            .iter()
            .map(|bucket| bucket.window(frame.zone))
            .collect(),
        points: points.collect(),
        without: Vec::new(),
    }
}

/// The course of a figure, from its cells by bucket, its cell over the window, and its rows.
pub(super) fn course(
    frame: &Frame<'_>,
    cells: &[&Cell],
    whole: Option<&Cell>,
    (rows, most_dots): (&Rows, usize),
) -> Course {
    let spine = Spine::of(frame, frame.granularity, cells);
    let mut levels = vec![level(frame, &spine, cells, frame.granularity.noun())];
    for longer in &rows.coarser {
        let cells: Vec<&Cell> = longer.cells.iter().collect();
        let spine = Spine::of(frame, longer.granularity, &cells);
        levels.push(Level {
            without: longer.without.clone(),
            ..level(frame, &spine, &cells, longer.granularity.noun())
        });
    }
    let points: Vec<Vec<ChartPoint>> = levels.iter().map(|level| level.points.clone()).collect();
    let Level {
        noun,
        windows,
        points,
        without,
    } = match chosen(&points) {
        Chosen::Level(at) => levels.swap_remove(at),
        Chosen::Whole => strip(frame, whole),
    };
    let withheld = |cell: &&Cell| matches!(cell.measured, Measured::Withheld { .. });
    let withheld = cells.iter().copied().filter(withheld);
    let mut apart = Apart::default();
    for bucket in withheld.filter_map(|cell| cell.bucket) {
        let window = bucket.window(frame.zone);
        if without.contains(&bucket) {
            apart.left_out.push(window);
        } else {
            apart.spread.push(window);
        }
    }
    let mut course = Course {
        points,
        noun,
        windows,
        dots: Vec::new(),
        n_left_out: apart.left_out.len(),
    };
    if noun != WINDOW || rows.is_told {
        course.add_rows(&rows.dots, &apart, most_dots);
    }
    course
}

/// Buckets, as long as was asked for, that are withheld.
#[derive(Default)]
struct Apart {
    /// Their rows stay away.
    left_out: Vec<Window>,
    /// Their rows are among those of a longer bucket, and must not be told by where they stand in it.
    spread: Vec<Window>,
}

/// What the window is called where it is the only bucket.
pub(super) const WINDOW: &str = "window";

/// The window as one bucket.
fn strip(frame: &Frame<'_>, whole: Option<&Cell>) -> Level {
    let day = |at| frame.zone.to_datetime(at).date().to_string();
    let name = format!("{} – {}", day(frame.window.since), day(frame.window.until));
    let missing = ChartPoint::missing(name, false);
    Level {
        noun: WINDOW,
        windows: vec![frame.window],
        points: vec![match whole {
            Some(cell) => measured(missing, &cell.measured),
            None => missing,
        }],
        without: Vec::new(),
    }
}

impl Course {
    /// How far to the right an instant is, in buckets.
    pub(super) fn place(&self, at: jiff::Timestamp) -> Option<f64> {
        place(&self.windows, at)
    }

    /// Takes back what the rows say beside the figures: of a share they say nothing.
    pub(super) fn forget_rows(&mut self) {
        self.dots = Vec::new();
        for point in &mut self.points {
            point.middle_half = None;
            point
                .numbers
                .retain(|(name, _)| !OF_ROWS.contains(&name.as_str()));
        }
    }

    /// Adds the rows of every bucket that may be told, and what they say of it.
    fn add_rows(&mut self, rows: &[Dot], apart: &Apart, most_dots: usize) {
        let mut inside: Vec<Vec<&Dot>> = vec![Vec::new(); self.points.len()];
        let is_left_out = |row: &&Dot| apart.left_out.iter().any(|window| window.contains(row.at));
        for row in rows.iter().filter(|row| !is_left_out(row)) {
            let at = self
                .windows
                .iter()
                .position(|window| window.contains(row.at));
            if let Some(rows) = at.and_then(|at| inside.get_mut(at)) {
                rows.push(row);
            }
        }
        let is_told =
            |point: &ChartPoint| matches!(point.state, PointState::Measured | PointState::TooFew);
        let n_rows: usize = self
            .points
            .iter()
            .zip(&inside)
            .filter(|(point, _)| is_told(point))
            .map(|(_, rows)| rows.len())
            .sum();
        let mut start = 0.0;
        for ((point, rows), window) in self.points.iter_mut().zip(inside).zip(&self.windows) {
            let mut sorted: Vec<f64> = rows.iter().map(|row| row.amount).collect();
            sorted.sort_by(f64::total_cmp);
            if is_told(point) && n_rows > most_dots {
                if point.state == PointState::Measured {
                    let [low, high] = [0.25, 0.75].map(|part| quantile(&sorted, part));
                    point.middle_half = low.zip(high).map(|(low, high)| [low, high]);
                    let low = low.map(|low| ("p25".to_owned(), low));
                    point.numbers.extend(low);
                }
            } else if is_told(point) {
                let meets =
                    |other: &Window| other.since < window.until && window.since < other.until;
                let is_spread = apart.spread.iter().any(meets);
                let placed = if is_spread {
                    spread(&rows, start)
                } else {
                    by_instant(&rows, *window, start)
                };
                self.dots.extend(placed);
                if point.state == PointState::Measured {
                    let ends = [("lowest", sorted.first()), ("highest", sorted.last())];
                    let ends = ends
                        .into_iter()
                        .filter_map(|(name, end)| Some((name, *end?)));
                    point
                        .numbers
                        .extend(ends.map(|(name, end)| (name.to_owned(), end)));
                }
            }
            start += 1.0;
        }
    }
}

/// Rows where they happened.
fn by_instant(rows: &[&Dot], window: Window, start: f64) -> Vec<ChartDot> {
    let dot = |row: &&Dot| ChartDot {
        at: start + part_of(window, row.at),
        amount: row.amount,
        is_running: row.is_running,
    };
    rows.iter().map(dot).collect()
}

/// Rows anywhere in their bucket, by their order of amounts: where one stands says nothing of when it was.
fn spread(rows: &[&Dot], start: f64) -> Vec<ChartDot> {
    let mut sorted: Vec<&Dot> = rows.to_vec();
    sorted.sort_by(|a, b| a.amount.total_cmp(&b.amount));
    let dot = |(row, nth): (&Dot, u32)| ChartDot {
        at: start + 0.06 + 0.88 * scattered(nth),
        amount: row.amount,
        is_running: row.is_running,
    };
    sorted.into_iter().zip(0..).map(dot).collect()
}

/// A number from 0 to 1 that looks like chance, the same every time (the mixing of `splitmix`).
fn scattered(nth: u32) -> f64 {
    let mixed = (nth.wrapping_add(1)).wrapping_mul(0x9E37_79B9);
    let mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85EB_CA6B);
    let mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xC2B2_AE35);
    f64::from(mixed ^ (mixed >> 16)) / f64::from(u32::MAX)
}

/// How far to the right of some buckets an instant is.
pub(super) fn place(windows: &[Window], at: jiff::Timestamp) -> Option<f64> {
    let found = windows.iter().position(|window| window.contains(at))?;
    Some(real(found) + part_of(*windows.get(found)?, at))
}

/// How far into a window an instant lies, from 0 to 1.
fn part_of(window: Window, at: jiff::Timestamp) -> f64 {
    let whole = window.until.duration_since(window.since).as_secs_f64();
    let part = at.duration_since(window.since).as_secs_f64();
    if whole > 0.0 {
        (part / whole).clamp(0.0, 1.0)
    } else {
        0.5
    }
}

/// The share of the last rows that count, at each row from the minimum on: how far to the right, and the share.
pub(super) fn rolling(ticks: &[Tick], minimum: usize) -> Vec<[f64; 2]> {
    let mut shares = Vec::new();
    for (last, tick) in ticks.iter().enumerate() {
        let first = (last + 1).saturating_sub(ROLLING);
        let Some(seen) = ticks.get(first..=last).filter(|seen| seen.len() >= minimum) else {
            continue;
        };
        let n_hits = seen.iter().filter(|tick| tick.is_hit).count();
        shares.push([tick.at, real(n_hits) / real(seen.len())]);
    }
    shares
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) const fn real(n: usize) -> f64 {
    n as f64
}
