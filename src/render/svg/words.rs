//! Text in a picture. Widths are estimated: no font is known here, so texts get room to spare.

use std::fmt::Write as _;

use super::{Colour, plot::SCALE};
use crate::render::encode;

/// Which end of the text stands at the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
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
}

/// Writes a text.
pub(super) fn set(target: &mut String, words: &Words<'_>) {
    let anchor = match words.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let weight = if words.is_strong {
        " font-weight=\"600\""
    } else {
        ""
    };
    let _ = writeln!(
        target,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" font-size=\"{}\" font-family=\"system-ui, sans-serif\" fill=\"{}\"{weight}>{}</text>",
        words.at.0,
        words.at.1,
        words.size * SCALE,
        words.colour.name(),
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
