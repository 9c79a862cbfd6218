//! What a picture is laid out on.

use plotters::prelude::{PathElement, Rectangle};

use crate::render::svg::colours::{Colour, INK, WORDS};
use crate::render::svg::geometry::{Area, fill, stroke};
use crate::render::svg::units::{SCALE, UNIT};
use crate::render::svg::words::{self, Anchor, Words};

/// A layout: its width and the size of its words, in CSS pixels.
pub(super) struct Sheet {
    pub(super) class: &'static str,
    pub(super) width: u32,
    pub(super) font: u32,
    pub(super) is_narrow: bool,
}

/// For 720 px of room and more: words of 12 px there.
pub(super) const WIDE: Sheet = Sheet {
    class: "wide",
    width: 960,
    font: 16,
    is_narrow: false,
};

/// For less, down to 270 px (a phone of 360 px with its margins): words of 12 px there.
pub(super) const NARROW: Sheet = Sheet {
    class: "narrow",
    width: 400,
    font: 18,
    is_narrow: true,
};

/// A place with its size, in picture units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) width: i32,
    pub(super) height: i32,
}

impl Sheet {
    /// Its width in picture units.
    pub(super) fn right(&self) -> i32 {
        i32::try_from(self.width * SCALE).unwrap_or(0)
    }

    /// The height of a line of words, in picture units.
    pub(super) fn line(&self) -> i32 {
        i32::try_from(self.font).unwrap_or(0) * UNIT * 3 / 2
    }

    /// How wide words are, in picture units: an estimate with some room.
    pub(super) fn room(&self, text: &str) -> i32 {
        words::width(text, self.font) * 9 / 10
    }

    /// The text, cut where it would be wider than some room.
    pub(super) fn fitted(&self, text: &str, room: i32) -> String {
        words::fitted(text, self.font, room * 10 / 9)
    }

    /// Pieces of words one after the other, in as many lines as some room needs.
    pub(super) fn wrapped(
        &self,
        pieces: impl IntoIterator<Item = String>,
        room: i32,
    ) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for piece in pieces {
            let piece = self.fitted(&piece, room);
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line} · {piece}");
                if self.room(&longer) <= room {
                    *line = longer;
                    continue;
                }
            }
            lines.push(piece);
        }
        lines
    }

    /// The size in pixels for a picture's drawing.
    pub(super) fn size(&self, height: i32) -> (u32, u32) {
        (self.width * SCALE, u32::try_from(height).unwrap_or(0))
    }

    /// Plain words.
    pub(super) fn set(&self, text: &mut String, at: (i32, i32), anchor: Anchor, words: &str) {
        self.set_in(text, at, anchor, words, &WORDS);
    }

    /// Words that speak for something.
    pub(super) fn set_strong(
        &self,
        text: &mut String,
        at: (i32, i32),
        anchor: Anchor,
        words: &str,
    ) {
        words::set_at_root(
            text,
            &Words {
                at,
                colour: &INK,
                is_strong: true,
                ..Words::of(words, anchor, self.font)
            },
            self.font,
        );
    }

    /// Words in a colour.
    pub(super) fn set_in(
        &self,
        text: &mut String,
        at: (i32, i32),
        anchor: Anchor,
        words: &str,
        colour: &Colour,
    ) {
        words::set_at_root(
            text,
            &Words {
                at,
                colour,
                ..Words::of(words, anchor, self.font)
            },
            self.font,
        );
    }
}

pub(super) fn rectangle(root: &Area<'_>, place: Place, colour: &Colour) -> Result<(), String> {
    let Place {
        x,
        y,
        width,
        height,
    } = place;
    let corners = [(x, y), (x + width, y + height)];
    root.draw(&Rectangle::new(corners, fill(colour)))
        .map_err(|error| error.to_string())
}

pub(super) fn line(
    root: &Area<'_>,
    points: Vec<(i32, i32)>,
    colour: &Colour,
    tenths: u32,
) -> Result<(), String> {
    root.draw(&PathElement::new(points, stroke(colour, tenths)))
        .map_err(|error| error.to_string())
}

/// The outline of a place.
pub(super) fn outline(
    root: &Area<'_>,
    place: Place,
    colour: &Colour,
    tenths: u32,
) -> Result<(), String> {
    let Place {
        x,
        y,
        width,
        height,
    } = place;
    let (right, bottom) = (x + width, y + height);
    let points = vec![(x, y), (right, y), (right, bottom), (x, bottom), (x, y)];
    line(root, points, colour, tenths)
}
