//! The buckets of a chart, and what stands in each.

use jiff::SignedDuration;

use super::frame::Frame;
use crate::domain::{Bucket, Granularity};
use crate::metrics::measure::{Cell, Measured, Number, Ratio};
use crate::report::chart::{ChartPoint, PointState};

/// The buckets of a chart, in order.
pub(super) struct Spine(pub(super) Vec<Bucket>);

impl Spine {
    /// Every bucket that the window touches, but for one at its end of which it has less than a day and which has no rows: where the
    /// window ends an hour into a month, that hour is no month; nor is it one where no hour was spent in it yet.
    pub(super) fn of(frame: &Frame<'_>, granularity: Granularity, cells: &[&Cell]) -> Self {
        let mut buckets = Bucket::spine(frame.window, granularity, frame.zone);
        let is_ghost = |bucket: &Bucket| {
            let days = bucket.window(frame.zone);
            let since = days.since.max(frame.window.since);
            let until = days.until.min(frame.window.until);
            until.duration_since(since) < SignedDuration::from_hours(24)
                && !cells
                    .iter()
                    .any(|cell| cell.bucket == Some(*bucket) && has_rows(cell))
        };
        if buckets.len() > 1 && buckets.last().is_some_and(is_ghost) {
            buckets.pop();
        }
        if buckets.len() > 1 && buckets.first().is_some_and(is_ghost) {
            buckets.remove(0);
        }
        Self(buckets)
    }
}

fn has_rows(cell: &Cell) -> bool {
    match &cell.measured {
        Measured::Value { n, value, .. } => {
            let is_nothing_yet =
                matches!(value.0.first(), Some((_, Number::Real(first))) if *first <= 0.0);
            *n > 0 && !is_nothing_yet
        }
        Measured::TooFew { n } => *n > 0,
        Measured::Withheld { .. } => true,
        Measured::NotObserved { .. } | Measured::NotApplicable { .. } => false,
    }
}

/// What stands in a bucket.
pub(super) fn point_of(frame: &Frame<'_>, bucket: Bucket, cells: &[&Cell]) -> ChartPoint {
    let days = bucket.window(frame.zone);
    let is_cut = days.since < frame.window.since || days.until > frame.window.until;
    let missing = ChartPoint::missing(bucket.to_string(), is_cut);
    match cells.iter().find(|cell| cell.bucket == Some(bucket)) {
        Some(cell) => measured(missing, &cell.measured),
        None => missing,
    }
}

/// A point with what was measured there.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn measured(missing: ChartPoint, measured: &Measured) -> ChartPoint {
    match measured {
        Measured::Value { n, value, interval } => {
            let mut numbers: Vec<(String, f64)> = value
                .0
                .iter()
                .map(|(name, number)| {
                    let real = match number {
                        Number::Count(count) => *count as f64,
                        Number::Real(real) => *real,
                    };
                    ((*name).to_owned(), real)
                })
                .filter(|(_, real)| real.is_finite())
                .collect();
            numbers.extend(
                value
                    .ratio()
                    .and_then(Ratio::share)
                    .map(|share| ("share".to_owned(), share)),
            );
            let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
            ChartPoint {
                state: PointState::Measured,
                n: Some(*n),
                numbers,
                interval,
                ..missing
            }
        }
        Measured::TooFew { n } => ChartPoint {
            state: PointState::TooFew,
            n: Some(*n),
            ..missing
        },
        Measured::Withheld { .. } => ChartPoint {
            state: PointState::Withheld,
            ..missing
        },
        Measured::NotObserved { .. } | Measured::NotApplicable { .. } => missing,
    }
}
