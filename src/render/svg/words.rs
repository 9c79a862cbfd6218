//! Text in a picture. Widths are estimated: no font is known here, so texts get room to spare.

use std::fmt::Write as _;

use super::colours::{Colour, WORDS};
use super::units::{FONT, SCALE};
use crate::render::encode;

/// Which end of the text stands at the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// Where a text is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everywhere.
    All,
    /// Only where the picture has its full width.
    Wide,
    /// Only where it has not.
    Narrow,
}

/// A text to be set.
pub(super) struct Words<'a> {
    pub(super) text: &'a str,
    /// Position of the baseline in picture units.
    pub(super) at: (i32, i32),
    pub(super) anchor: Anchor,
    /// Size in CSS pixels.
    pub(super) size: u32,
    pub(super) colour: &'a Colour,
    pub(super) is_strong: bool,
    /// Whether the ground stands around the letters, to set them apart from what is below.
    pub(super) has_halo: bool,
    pub(super) reach: Reach,
}

impl<'a> Words<'a> {
    /// Plain words.
    pub(super) const fn of(text: &'a str, anchor: Anchor, size: u32) -> Self {
        Self {
            text,
            at: (0, 0),
            anchor,
            size,
            colour: &WORDS,
            is_strong: false,
            has_halo: false,
            reach: Reach::All,
        }
    }
}

/// Writes a text of a chart.
pub(super) fn set(target: &mut String, words: &Words<'_>) {
    set_at_root(target, words, FONT);
}

/// Writes a text of a picture whose root tells a size of words.
pub(super) fn set_at_root(target: &mut String, words: &Words<'_>, root: u32) {
    if words.text.is_empty() {
        return;
    }
    let anchor = match words.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if words.is_strong {
        " font-weight=\"600\""
    } else {
        ""
    };
    let class = match (words.reach, words.has_halo) {
        (Reach::All, false) => "",
        (Reach::Wide, false) => " class=\"w\"",
        (Reach::Narrow, false) => " class=\"s\"",
        (Reach::All, true) => " class=\"h\"",
        (Reach::Wide, true) => " class=\"h w\"",
        (Reach::Narrow, true) => " class=\"h s\"",
    };
    // The picture's own size is told once, at its root.
    let size = if words.size == root {
        String::new()
    } else {
        format!(" font-size=\"{}\"", words.size * SCALE)
    };
    // Nor is the usual colour.
    let fill = if words.colour.light == WORDS.light {
        String::new()
    } else {
        format!(" fill=\"{}\"", words.colour.name())
    };
    let _ = writeln!(
        target,
        "<text{class} x=\"{}\" y=\"{}\"{anchor}{size}{fill}{weight}>{}</text>",
        words.at.0,
        words.at.1,
        encode::svg(words.text)
    );
}

/// A generous estimate of a text's width in picture units.
pub(super) fn width(text: &str, size: u32) -> i32 {
    let units: u32 = text
        .chars()
        .map(|letter| match letter {
            '%' | 'm' | 'w' | 'M' | 'W' => 98,
            _ if letter.is_ascii() => 65,
            _ => 100,
        })
        .sum();
    i32::try_from(u64::from(units) * u64::from(size * SCALE) / 100).unwrap_or(i32::MAX)
}

/// The text, cut with `…` where it would be wider than `room` picture units.
pub(super) fn fitted(text: &str, size: u32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if width(&short, size) + width("x…", size) > room {
            break;
        }
        short.push(letter);
    }
    format!("{}…", short.trim_end())
}
