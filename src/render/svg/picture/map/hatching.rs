//! How the rectangles of a class are drawn: a colour, and a hatching that tells it apart without one.

use super::Place;
use crate::render::svg::colours::{
    AMBER, Colour, INK, LINE, ON_LIGHT, PAPER, QUIET, RUST, STRIP, STRONG, TEAL, VIOLET,
};
use crate::render::svg::legend::Swatch;
use crate::render::svg::units::UNIT;
use crate::report::picture::Look;

/// How far apart the lines of a hatching are.
const HATCH: i32 = 9 * UNIT;

/// The lines on a rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hatching {
    None,
    /// Slanted, upwards to the right.
    Rising,
    /// Slanted, downwards to the right.
    Falling,
    Level,
    Upright,
    /// Level and upright.
    Lattice,
    /// Level, in pieces.
    Broken,
    /// Slanted in both directions.
    Crossed,
}

/// What a class is drawn with.
#[derive(Clone, Copy)]
pub(super) struct Ink {
    pub(super) colour: &'static Colour,
    /// The colour of words on it.
    pub(super) on: &'static Colour,
    pub(super) hatching: Hatching,
}

impl Ink {
    pub(super) fn of(look: Look) -> Self {
        let (colour, on, hatching) = match look {
            Look::Nobody => (&RUST, &PAPER, Hatching::Crossed),
            Look::One => (&AMBER, &ON_LIGHT, Hatching::Rising),
            Look::Two => (&QUIET, &ON_LIGHT, Hatching::Level),
            Look::Many => (&STRIP, &ON_LIGHT, Hatching::None),
            Look::Holder(0) => (&LINE, &PAPER, Hatching::Rising),
            Look::Holder(1) => (&AMBER, &ON_LIGHT, Hatching::Falling),
            Look::Holder(2) => (&TEAL, &PAPER, Hatching::Level),
            Look::Holder(3) => (&VIOLET, &PAPER, Hatching::Upright),
            Look::Holder(4) => (&QUIET, &ON_LIGHT, Hatching::Lattice),
            Look::Holder(_) => (&INK, &PAPER, Hatching::Broken),
            Look::Another => (&STRONG, &PAPER, Hatching::None),
        };
        Self {
            colour,
            on,
            hatching,
        }
    }
}

impl Hatching {
    /// Its small copy in a legend.
    pub(super) const fn swatch(self) -> Swatch {
        match self {
            Self::None => Swatch::Box,
            Self::Rising => Swatch::Hatched,
            Self::Falling => Swatch::Falling,
            Self::Level => Swatch::Ruled,
            Self::Upright => Swatch::Upright,
            Self::Lattice => Swatch::Lattice,
            Self::Broken => Swatch::Broken,
            Self::Crossed => Swatch::Crossed,
        }
    }

    /// Its lines through a place, on one raster for the whole map.
    pub(super) fn lines(self, place: Place) -> Vec<Vec<(i32, i32)>> {
        let both = |one: Self, other: Self| {
            let mut lines = one.lines(place);
            lines.extend(other.lines(place));
            lines
        };
        let (right, bottom) = (place.x + place.width, place.y + place.height);
        match self {
            Self::None => Vec::new(),
            Self::Rising => slanted(place, false),
            Self::Falling => slanted(place, true),
            Self::Crossed => both(Self::Rising, Self::Falling),
            Self::Lattice => both(Self::Level, Self::Upright),
            Self::Level => raster(place.y, bottom, 2 * HATCH)
                .map(|y| vec![(place.x, y), (right, y)])
                .collect(),
            Self::Upright => raster(place.x, right, 2 * HATCH)
                .map(|x| vec![(x, place.y), (x, bottom)])
                .collect(),
            Self::Broken => raster(place.y, bottom, 2 * HATCH)
                .flat_map(|y| {
                    let pieces = raster(place.x, right, 2 * HATCH);
                    pieces.map(move |x| vec![(x, y), ((x + HATCH).min(right), y)])
                })
                .collect(),
        }
    }
}

/// The multiples of a step between two ends.
fn raster(from: i32, to: i32, step: i32) -> impl Iterator<Item = i32> {
    let first = (from.div_euclid(step) + 1) * step;
    (0..)
        .map(move |at| first + at * step)
        .take_while(move |at| *at < to)
}

/// Slanted lines through a place.
fn slanted(place: Place, is_falling: bool) -> Vec<Vec<(i32, i32)>> {
    let (left, right) = (place.x, place.x + place.width);
    let (top, bottom) = (place.y, place.y + place.height);
    // The lines on which x + y (rising) or x − y (falling) is a multiple of the raster.
    let key = |x: i32, y: i32| if is_falling { x - y } else { x + y };
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
    let keys = corners.map(|(x, y)| key(x, y));
    let [low, high] = [keys.iter().min(), keys.iter().max()].map(|key| key.copied().unwrap_or(0));
    let mut lines = Vec::new();
    for at in raster(low, high, 2 * HATCH) {
        // From the left edge to the right one, as far as it is inside.
        let y_at = |x: i32| if is_falling { x - at } else { at - x };
        let x_at = |y: i32| if is_falling { at + y } else { at - y };
        let at_left = y_at(left).clamp(top, bottom);
        let at_right = y_at(right).clamp(top, bottom);
        let (from, to) = ((x_at(at_left), at_left), (x_at(at_right), at_right));
        if from != to {
            lines.push(vec![from, to]);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_classes_of_one_map_are_drawn_alike() {
        let holders = (0..Look::HOLDERS).map(|at| Look::Holder(u8::try_from(at).unwrap()));
        let of_one_map = [
            vec![Look::Nobody, Look::One, Look::Two, Look::Many],
            holders
                .chain([Look::Another, Look::Many, Look::Nobody])
                .collect(),
        ];
        for looks in of_one_map {
            for (at, one) in looks.iter().enumerate() {
                for other in looks.iter().skip(at + 1) {
                    let (one_ink, other_ink) = (Ink::of(*one), Ink::of(*other));
                    let is_alike = one_ink.hatching == other_ink.hatching
                        && one_ink.hatching != Hatching::None;
                    assert!(!is_alike, "{one:?} {other:?}");
                    let colours = [one_ink.colour.name(), other_ink.colour.name()];
                    assert_ne!(colours[0], colours[1], "{one:?} {other:?}");
                }
            }
        }
    }

    #[test]
    fn every_line_lies_inside_of_its_place() {
        let place = Place {
            x: 35,
            y: 120,
            width: 700,
            height: 330,
        };
        for hatching in [
            Hatching::Rising,
            Hatching::Falling,
            Hatching::Level,
            Hatching::Upright,
            Hatching::Lattice,
            Hatching::Broken,
            Hatching::Crossed,
        ] {
            let lines = hatching.lines(place);
            assert!(!lines.is_empty(), "{hatching:?}");
            for (x, y) in lines.into_iter().flatten() {
                let is_inside = (place.x..=place.x + place.width).contains(&x)
                    && (place.y..=place.y + place.height).contains(&y);
                assert!(is_inside, "{hatching:?} {x} {y}");
            }
        }
        assert!(Hatching::None.lines(place).is_empty());
    }
}
