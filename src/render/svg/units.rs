//! The measures of pictures: units, sizes of words, and numbers as places.

use crate::report::{Chart, Shape};

/// Picture units per CSS pixel: plotters places at whole units, and a tenth of a pixel is fine enough for a smooth line.
pub(super) const SCALE: u32 = 10;

pub(super) const UNIT: i32 = 10;

/// The room of a line of words, in picture units.
pub(super) const LINE_HEIGHT: i32 = 24 * UNIT;

/// The width that charts are laid out for, in CSS pixels. The picture scales.
pub(super) const WIDTH: u32 = 480;

/// The size of words where the picture has its full width.
pub(super) const FONT: u32 = 13;

/// The size of words that the layout leaves room for: the largest of [`NARROW`].
pub(super) const LARGEST: u32 = 20;

/// Below so many CSS pixels of room, words are so large: 12 px at the least, down to 288 px of room (a phone of 360 px with its
/// margins).
pub(super) const NARROW: [(u32, u32); 2] = [(443, 16), (360, LARGEST)];

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) const fn real(n: usize) -> f64 {
    n as f64
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "places in a picture of a few thousand units"
)]
pub(super) fn rounded(place: f64) -> i32 {
    place.round() as i32
}

/// Whether the bars already are the numbers of rows, so that a strip of n would say it twice.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn n_is_drawn(chart: &Chart) -> bool {
    let bars = chart.marks.iter().find(|mark| mark.shape == Shape::Bars);
    bars.is_some_and(|bars| {
        chart
            .points
            .iter()
            .all(|point| match (point.n, point.get(&bars.number)) {
                (Some(n), Some(number)) => (n as f64 - number).abs() < 0.5,
                (_, None) => true,
                (None, Some(_)) => false,
            })
    })
}
