//! Which buckets a chart is drawn by: as short as was asked for, and as long as the data needs.

use crate::report::chart::{ChartPoint, PointState};

/// Three buckets of four must have a value.
const DRAWN: (usize, usize) = (3, 4);

/// Fewer buckets than these with a value are no course of time: the rows are shown as one strip.
const FEWEST: usize = 3;

/// Buckets of a chart to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The buckets of this place in the list.
    Level(usize),
    /// The window as a whole.
    Whole,
}

/// The first level, from the shortest buckets on, of which three of four have a value; the window as a whole where there is none, or
/// where it leaves fewer than three of them.
///
/// Buckets before the first row and after the last are no part of it: a team that began in the middle of the window has no gap there.
pub(super) fn chosen(levels: &[Vec<ChartPoint>]) -> Chosen {
    let n_drawn = |points: &[ChartPoint]| {
        let measured = points.iter();
        measured
            .filter(|point| point.state == PointState::Measured)
            .count()
    };
    let is_enough = |points: &&Vec<ChartPoint>| {
        let points = with_rows(points);
        !points.is_empty() && DRAWN.1 * n_drawn(points) >= DRAWN.0 * points.len()
    };
    match levels.iter().position(|points| is_enough(&points)) {
        Some(at)
            if levels
                .get(at)
                .is_some_and(|points| n_drawn(points) >= FEWEST) =>
        {
            Chosen::Level(at)
        }
        _ => Chosen::Whole,
    }
}

/// The buckets from the first that has rows to the last.
fn with_rows(points: &[ChartPoint]) -> &[ChartPoint] {
    let has_rows = |point: &ChartPoint| point.state != PointState::Missing;
    let first = points.iter().position(has_rows);
    let last = points.iter().rposition(has_rows);
    first
        .zip(last)
        .and_then(|(first, last)| points.get(first..=last))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x` has a value, `f` too few rows, `w` is withheld, a point has no row.
    fn points(states: &str) -> Vec<ChartPoint> {
        let point = |letter| ChartPoint {
            state: match letter {
                'x' => PointState::Measured,
                'f' => PointState::TooFew,
                'w' => PointState::Withheld,
                _ => PointState::Missing,
            },
            ..ChartPoint::missing("2026-W01".to_owned(), false)
        };
        states.chars().map(point).collect()
    }

    #[test]
    fn buckets_become_longer_until_three_of_four_have_a_value() {
        let check = |levels: &[&str], expected| {
            let levels: Vec<_> = levels.iter().map(|states| points(states)).collect();
            assert_eq!(chosen(&levels), expected, "{levels:?}");
        };
        // What was asked for is kept where it has values.
        check(&["xxxf", "x"], Chosen::Level(0));
        check(&["xxff", "xxx"], Chosen::Level(1));
        check(&["ffffffff", "xfff", "xxwx"], Chosen::Level(2));
        // Empty buckets in between are no values either; before the first row and after the last there is nothing to miss.
        check(&["x..x", "xxx"], Chosen::Level(1));
        check(&["..xxx...", "x"], Chosen::Level(0));
        // Thin data: two values are no course of time.
        check(&["ffff", "xf", "xx"], Chosen::Whole);
        check(&["ffff", "ff"], Chosen::Whole);
        check(&["....", ".."], Chosen::Whole);
        check(&[], Chosen::Whole);
    }
}
