//! Where the parts of a chart stand.

use super::axis::Scale;
use super::legend::Legend;
use super::units::{LARGEST, LINE_HEIGHT, SCALE, UNIT, WIDTH, n_is_drawn, real, rounded};
use super::words;
use crate::report::{Chart, Shape};

/// How high the part with the scale is.
const PLOT_HEIGHT: i32 = 164 * UNIT;

/// How high the strip of n below it is.
const STRIP_HEIGHT: i32 = 24 * UNIT;

/// The most events whose words stand in the picture; the others are lines alone.
const MOST_EVENTS: usize = 3;

/// Where things stand, in picture units.
pub(super) struct Frame {
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    pub(super) strip_bottom: i32,
    pub(super) has_strip: bool,
    pub(super) is_titled: bool,
    /// Where the words of events begin: one line each.
    pub(super) events_top: i32,
    /// How many events have words.
    pub(super) n_events: usize,
    /// Where the legend begins.
    pub(super) legend_top: i32,
    /// The height of all.
    pub(super) height: i32,
}

impl Frame {
    pub(super) fn of(chart: &Chart, is_titled: bool, scale: &Scale, legend: &Legend) -> Self {
        let width = i32::try_from(WIDTH * SCALE).unwrap_or(0);
        let widths = scale.ticks.iter();
        let widest = widths.map(|tick| words::width(&tick.words, LARGEST)).max();
        let is_rare = !chart.ticks.is_empty();
        let has_n = chart.points.iter().any(|point| point.n.is_some());
        let has_steps = chart.marks.iter().any(|mark| mark.shape == Shape::Step);
        let has_strip = has_n && !n_is_drawn(chart) && !has_steps && !is_rare;
        let n_events = chart.events.len().min(MOST_EVENTS);
        let lines = |n: usize| i32::try_from(n).unwrap_or(0) * LINE_HEIGHT;
        let title = if is_titled { 30 * UNIT } else { 0 };
        let events_top = title + LINE_HEIGHT;
        // A line of words lies between what stands above the scale and the words beside its top, at the largest size, too.
        let top = events_top + lines(n_events) + 12 * UNIT;
        let bottom = top + PLOT_HEIGHT;
        let strip_bottom = match (has_strip, is_rare) {
            (true, _) => bottom + STRIP_HEIGHT,
            (_, true) => bottom + 40 * UNIT,
            _ => bottom,
        };
        // Names of buckets, and what places a row in one.
        let legend_top = strip_bottom + 2 * LINE_HEIGHT;
        Self {
            left: widest.unwrap_or(0) * 9 / 10 + 10 * UNIT,
            right: width - 8 * UNIT,
            top,
            bottom,
            strip_bottom,
            has_strip,
            is_titled,
            events_top,
            n_events,
            legend_top,
            height: legend_top + legend.height() + 4 * UNIT,
        }
    }

    /// Where a place in buckets is.
    pub(super) fn x(&self, at: f64, n_points: usize) -> i32 {
        let width = f64::from(self.right - self.left);
        self.left + rounded(width * at / real(n_points.max(1)))
    }

    /// Where a height between 0 and 1 is.
    pub(super) fn y(&self, height: f64) -> i32 {
        self.bottom - rounded(height * f64::from(self.bottom - self.top))
    }
}
