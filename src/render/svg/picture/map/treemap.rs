//! Squarified treemaps (Bruls, Huizing, van Wijk 2000): rectangles as near to squares as their weights allow.

use super::Place;

/// A place for every weight, in their order; together they fill `room`. Weights come the largest first.
pub(super) fn squarified(weights: &[u64], room: Place) -> Vec<Place> {
    let all: u64 = weights.iter().sum();
    let (width, height) = (f64::from(room.width), f64::from(room.height));
    if all == 0 || width <= 0.0 || height <= 0.0 {
        return vec![
            Place {
                width: 0,
                height: 0,
                ..room
            };
            weights.len()
        ];
    }
    let scale = width * height / real(all);
    let sizes: Vec<f64> = weights.iter().map(|weight| real(*weight) * scale).collect();
    let mut places = Vec::with_capacity(sizes.len());
    let mut rest = Rest {
        x: f64::from(room.x),
        y: f64::from(room.y),
        width,
        height,
    };
    let mut from = 0;
    while from < sizes.len() {
        let side = rest.width.min(rest.height);
        let mut to = from + 1;
        // A row grows while its rectangles get squarer.
        while to < sizes.len() {
            let (now, next) = (sizes.get(from..to), sizes.get(from..=to));
            let ratio = |row: Option<&[f64]>| row.map_or(f64::INFINITY, |row| worst(row, side));
            if ratio(next) > ratio(now) {
                break;
            }
            to += 1;
        }
        rest.lay(sizes.get(from..to).unwrap_or_default(), &mut places);
        from = to;
    }
    places
}

#[expect(clippy::cast_precision_loss, reason = "lines stay far below 2^53")]
const fn real(n: u64) -> f64 {
    n as f64
}

/// The worst ratio of sides in a row along a side.
fn worst(row: &[f64], side: f64) -> f64 {
    let sum: f64 = row.iter().sum();
    let most = row.iter().copied().fold(0.0, f64::max);
    let least = row.iter().copied().fold(f64::INFINITY, f64::min);
    let (side, sum) = (side * side, sum * sum);
    (side * most / sum).max(sum / (side * least))
}

/// The room that is left.
struct Rest {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Rest {
    /// Lays a row along the shorter side.
    fn lay(&mut self, row: &[f64], places: &mut Vec<Place>) {
        let sum: f64 = row.iter().sum();
        let is_column = self.height <= self.width;
        let side = if is_column { self.height } else { self.width };
        let thick = if side > 0.0 { sum / side } else { 0.0 };
        let mut along = 0.0;
        for size in row {
            let length = if thick > 0.0 { size / thick } else { 0.0 };
            let (x, y, width, height) = if is_column {
                (self.x, self.y + along, thick, length)
            } else {
                (self.x + along, self.y, length, thick)
            };
            places.push(whole(x, y, x + width, y + height));
            along += length;
        }
        if is_column {
            self.x += thick;
            self.width = (self.width - thick).max(0.0);
        } else {
            self.y += thick;
            self.height = (self.height - thick).max(0.0);
        }
    }
}

/// Edges at whole units, so that neighbours share them.
#[expect(
    clippy::cast_possible_truncation,
    reason = "places in a picture of a few thousand units"
)]
fn whole(left: f64, top: f64, right: f64, bottom: f64) -> Place {
    let [left, top, right, bottom] = [left, top, right, bottom].map(|edge| edge.round() as i32);
    Place {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_fill_the_room_in_proportion() {
        // The example of the paper: 6, 6, 4, 3, 2, 2, 1 in 6 × 4.
        let room = Place {
            x: 0,
            y: 0,
            width: 600,
            height: 400,
        };
        let places = squarified(&[6, 6, 4, 3, 2, 2, 1], room);
        let sizes: Vec<i32> = places
            .iter()
            .map(|place| place.width * place.height / 10_000)
            .collect();
        assert_eq!(sizes, [6, 6, 3, 3, 2, 2, 1], "rounded down: {places:?}");
        let first = places.first().unwrap();
        assert_eq!(
            (first.width, first.height),
            (300, 200),
            "two of them share the first column"
        );
        let area: i32 = places.iter().map(|place| place.width * place.height).sum();
        assert!((area - 240_000).abs() < 2_000, "{area}");
    }

    #[test]
    fn nothing_has_no_place() {
        let room = Place {
            x: 0,
            y: 0,
            width: 10,
            height: 0,
        };
        assert_eq!(squarified(&[1, 2], room).len(), 2);
        assert!(squarified(&[], room).is_empty());
    }
}
