//! Charts as SVG: geometry by plotters, text by hand (no fonts are measured or fetched), colours that follow the reader's scheme.
//!
//! Colours are written as attributes of the light scheme; a style sheet recolours them for the dark one. So a picture reads well
//! in a viewer that knows no style sheets, in a page and as a file of its own.

mod axis;
mod labels;
mod months;
mod plot;
mod words;

use std::fmt::Write as _;

pub use self::months::spark;
use super::{RenderError, encode};
use crate::report::Chart;

/// How large a chart is laid out, in CSS pixels. The picture scales; the proportion of text to lines does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width.
    pub width: u32,
    /// Height.
    pub height: u32,
    /// Whether title and legend are drawn into the picture.
    pub is_titled: bool,
}

/// In a card of the page, which has its own heading.
pub const CARD: Size = Size {
    width: 420,
    height: 180,
    is_titled: false,
};
/// A file of its own.
pub const FILE: Size = Size {
    width: 760,
    height: 340,
    is_titled: true,
};

/// One colour of the palette: the same role in both schemes.
pub(super) struct Colour {
    /// On white.
    pub(super) light: (u8, u8, u8),
    /// On near black.
    dark: (u8, u8, u8),
}

pub(super) const LINE: Colour = Colour {
    light: (0x25, 0x5F, 0xC9),
    dark: (0x82, 0xAE, 0xFF),
};
pub(super) const QUIET: Colour = Colour {
    light: (0x8C, 0xA9, 0xDE),
    dark: (0x4E, 0x6A, 0xA6),
};
pub(super) const BAND: Colour = Colour {
    light: (0xDC, 0xE7, 0xFB),
    dark: (0x22, 0x31, 0x50),
};
pub(super) const GRID: Colour = Colour {
    light: (0xE4, 0xE7, 0xEC),
    dark: (0x2B, 0x32, 0x3D),
};
pub(super) const AXIS: Colour = Colour {
    light: (0xA9, 0xB1, 0xBD),
    dark: (0x56, 0x60, 0x6F),
};
pub(super) const STRIP: Colour = Colour {
    light: (0xC9, 0xD0, 0xDA),
    dark: (0x45, 0x4F, 0x5E),
};
pub(super) const WORDS: Colour = Colour {
    light: (0x59, 0x63, 0x73),
    dark: (0x9C, 0xA7, 0xB7),
};
pub(super) const INK: Colour = Colour {
    light: (0x1A, 0x22, 0x2E),
    dark: (0xE8, 0xEC, 0xF2),
};
pub(super) const PAPER: Colour = Colour {
    light: (0xFF, 0xFF, 0xFF),
    dark: (0x17, 0x1C, 0x24),
};

const AMBER: Colour = Colour {
    light: (0xD9, 0x8A, 0x1F),
    dark: (0xE5, 0xA9, 0x4F),
};

const VIOLET: Colour = Colour {
    light: (0x8A, 0x5F, 0xB0),
    dark: (0xB9, 0x93, 0xDC),
};

const TEAL: Colour = Colour {
    light: (0x2F, 0x8F, 0x87),
    dark: (0x5C, 0xC1, 0xB7),
};

const PALETTE: [&Colour; 12] = [
    &LINE, &QUIET, &BAND, &GRID, &AXIS, &STRIP, &WORDS, &INK, &PAPER, &AMBER, &VIOLET, &TEAL,
];

/// The parts of a stack: neighbours differ in lightness too, so that they are told apart without colour.
const STACK: [&Colour; 6] = [&STRIP, &QUIET, &LINE, &VIOLET, &AMBER, &TEAL];

/// The colour of a part of a stack.
pub(super) fn part(at: u8) -> &'static Colour {
    STACK.get(usize::from(at)).copied().unwrap_or(&LINE)
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

impl Colour {
    /// The light colour as it stands in the picture.
    pub(super) fn name(&self) -> String {
        hex(self.light)
    }
}

/// The style sheet that recolours every chart for the dark scheme, without the media query around it.
#[must_use]
pub fn dark_rules() -> String {
    let mut rules = String::new();
    for colour in PALETTE {
        let (light, dark) = (colour.name(), hex(colour.dark));
        let _ = write!(
            rules,
            ".lp [fill=\"{light}\"]{{fill:{dark}}}.lp [stroke=\"{light}\"]{{stroke:{dark}}}"
        );
    }
    rules
}

/// The style sheet that both schemes share: a bucket under the pointer stands out.
#[must_use]
pub fn shared_rules() -> String {
    ".lp text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation Sans\",Arial,sans-serif}\
     .lp .hit{fill:transparent}.lp .hit:hover{fill:#7F8CA3;fill-opacity:.16}"
        .to_owned()
}

/// A chart as part of a page: no style sheet of its own.
///
/// # Errors
/// A defect of the program.
pub fn inline(chart: &Chart) -> Result<String, RenderError> {
    picture(chart, CARD, None)
}

/// A chart as a file.
///
/// # Errors
/// A defect of the program.
pub fn file(chart: &Chart) -> Result<String, RenderError> {
    let style = format!(
        "{}@media (prefers-color-scheme:dark){{{}}}",
        shared_rules(),
        dark_rules()
    );
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}\n",
        picture(chart, FILE, Some(&style))?
    ))
}

/// A picture of a product as a file: its drawing with the style sheet that recolours it.
#[must_use]
pub fn picture_file(picture: &crate::report::Picture) -> String {
    let style = format!(
        "<style>{}@media (prefers-color-scheme:dark){{{}}}</style>",
        shared_rules(),
        dark_rules()
    );
    let drawn = picture.svg.split_once('>').map_or_else(
        || picture.svg.clone(),
        |(open, rest)| format!("{open}>{style}{rest}"),
    );
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{drawn}\n")
}

fn picture(chart: &Chart, size: Size, style: Option<&str>) -> Result<String, RenderError> {
    let drawn = plot::chart(chart, size)?;
    let anchor = format!("svg-{}", encode::file_name(&chart.id));
    let mut text = format!(
        "<svg class=\"lp\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" \
         aria-labelledby=\"{anchor}-t {anchor}-d\">\n<title id=\"{anchor}-t\">{}</title>\n<desc id=\"{anchor}-d\">{}</desc>\n",
        size.width * plot::SCALE,
        size.height * plot::SCALE,
        encode::svg(&chart.title),
        encode::svg(&chart.description),
    );
    if let Some(style) = style {
        let _ = writeln!(text, "<style>{style}</style>");
        let _ = writeln!(
            text,
            "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
            PAPER.name()
        );
    }
    text.push_str(&drawn);
    text.push_str("</svg>");
    Ok(text)
}

/// A chart's first series as a small line without axes: a hint of the trend beside a headline.
///
/// # Errors
/// A defect of the program.
pub fn sparkline(chart: &Chart) -> Result<String, RenderError> {
    let (width, height) = (plot::SPARK.0 * plot::SCALE, plot::SPARK.1 * plot::SCALE);
    let drawn = plot::sparkline(chart)?;
    Ok(format!(
        "<svg class=\"lp spark\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" aria-hidden=\"true\" \
         focusable=\"false\">\n{drawn}</svg>"
    ))
}

/// A ledger as one bar: included, excluded, unknown. The words beside it say the numbers.
#[must_use]
pub fn ledger_bar(included: u64, excluded: u64, unknown: u64) -> String {
    let population = u128::from(included) + u128::from(excluded) + u128::from(unknown);
    let mut text = "<svg class=\"lp bar\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" \
                    aria-hidden=\"true\" focusable=\"false\">"
        .to_owned();
    let mut x = 0;
    for (n, colour) in [(included, &LINE), (excluded, &STRIP), (unknown, &AMBER)] {
        if n > 0 && population > 0 {
            // Whatever exists can be seen, however small its share.
            let width = (u128::from(n) * 1000 / population).max(6);
            let _ = write!(
                text,
                "<rect x=\"{x}\" width=\"{width}\" height=\"10\" fill=\"{}\"/>",
                colour.name()
            );
            x += width;
        }
    }
    text.push_str("</svg>");
    text
}
