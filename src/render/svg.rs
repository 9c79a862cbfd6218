//! Charts as SVG: geometry by plotters, text by hand (no fonts are measured or fetched), colours that follow the reader's scheme.
//!
//! Colours are written as attributes of the light scheme; a style sheet recolours them for the dark one. So a picture reads well
//! in a viewer that knows no style sheets, in a page and as a file of its own.
//!
//! A picture has one layout and scales with its room. Its words do not: where the room is narrow they are set larger, so that they
//! are never below 12 px on a phone of 360 px, and those that would touch others are left out. The layout has room for the largest.

mod axis;
mod colours;
mod compact;
mod frame;
mod geometry;
mod labels;
mod legend;
mod marks;
mod months;
mod picture;
mod plot;
mod units;
mod words;

use std::fmt::Write as _;

pub use self::colours::dark_rules;
use self::colours::{AMBER, LINE, PAPER, STRIP, WORDS, forced_rule, halo_rule};
use self::compact::alike;
pub use self::months::spark;
pub use self::picture::{captioned, drawing, picture_file};
use self::units::{FONT, NARROW, SCALE, WIDTH};
use sha2::{Digest as _, Sha256};

use super::{RenderError, encode};
use crate::report::Chart;

/// The style sheet that both schemes share: a bucket under the pointer stands out, and words grow where the room shrinks.
#[must_use]
pub fn shared_rules() -> String {
    let mut rules = ".lp text{font-family:system-ui,-apple-system,\"Segoe UI\",Roboto,\"Liberation Sans\",Arial,sans-serif}\
         .lp .hits path{stroke:transparent}.lp .hits path:hover{stroke:#7F8CA3;stroke-opacity:.16}.lp .s{display:none}\
         .lpw{container-type:inline-size}.lp .h{paint-order:stroke;stroke-width:50px;stroke-linejoin:round}"
        .to_owned();
    rules.push_str(&halo_rule(PAPER.light));
    rules.push_str(&forced_rule(&PAPER.name()));
    narrow_rules(&mut rules, "@container");
    picture::rules(&mut rules);
    rules
}

fn narrow_rules(rules: &mut String, query: &str) {
    for (below, size) in NARROW {
        let _ = write!(
            rules,
            "{query} (max-width:{below}px){{.lc text{{font-size:{}px}}.lp .w{{display:none}}.lp .s{{display:inline}}}}",
            size * SCALE
        );
    }
}

/// A chart as part of a page: no style sheet of its own.
///
/// # Errors
/// A defect of the program.
pub fn inline(chart: &Chart) -> Result<String, RenderError> {
    Ok(format!(
        "<div class=\"lpw\">{}</div>",
        picture(chart, false, None)?
    ))
}

/// A chart as a file.
///
/// # Errors
/// A defect of the program.
pub fn file(chart: &Chart) -> Result<String, RenderError> {
    Ok(as_file(&picture(chart, true, Some(&file_style()))?))
}

/// The style sheet of a picture that is a file of its own: its room is the whole view.
fn file_style() -> String {
    let mut style = format!(
        "{}@media (prefers-color-scheme:dark){{{}}}",
        shared_rules(),
        dark_rules()
    );
    narrow_rules(&mut style, "@media");
    style
}

fn as_file(picture: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{picture}\n")
}

fn picture(chart: &Chart, is_titled: bool, style: Option<&str>) -> Result<String, RenderError> {
    let (drawn, height) = plot::chart(chart, is_titled)?;
    let anchor = anchor(&chart.id);
    let told = Told {
        by: [&anchor, "t", "d"],
        class: "lc",
        words: Some((&chart.title, &chart.description)),
        font: FONT,
    };
    Ok(framed(&told, (WIDTH, height), style, &drawn))
}

/// What a picture's title and description are found by: short, since it stands four times in each, and the same in every run.
fn anchor(id: &str) -> String {
    let digest = Sha256::digest(id.as_bytes());
    let head = digest.iter().take(5);
    head.fold("s".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a picture is called, and what it tells in words.
struct Told<'a> {
    /// The ids of both: what they begin with, and how each ends.
    by: [&'a str; 3],
    class: &'a str,
    /// Title and description.
    words: Option<(&'a str, &'a str)>,
    /// The size of its words in CSS pixels, where it has its full width.
    font: u32,
}

/// The outer tags of a picture, its size in CSS pixels.
fn framed(
    told: &Told<'_>,
    (width, height): (u32, u32),
    style: Option<&str>,
    drawn: &str,
) -> String {
    let [anchor, title_end, words_end] = told.by;
    // In a page its language is known, and the page's style sheet names the letters.
    let alone = style.map_or(
        "",
        |_| " xmlns=\"http://www.w3.org/2000/svg\" font-family=\"system-ui, sans-serif\"",
    );
    let mut text = format!(
        "<svg class=\"lp {}\"{alone} viewBox=\"0 0 {} {}\" font-size=\"{}\" role=\"img\" aria-labelledby=\"{anchor}-{title_end} {anchor}-{words_end}\">\n",
        told.class,
        width * SCALE,
        height * SCALE,
        told.font * SCALE,
    );
    if let Some((title, description)) = told.words {
        let _ = writeln!(
            text,
            "<title id=\"{anchor}-{title_end}\">{}</title>\n<desc id=\"{anchor}-{words_end}\">{}</desc>",
            encode::svg(title),
            encode::svg(description)
        );
    }
    if let Some(style) = style {
        let _ = writeln!(text, "<style>{style}</style>");
        let _ = writeln!(
            text,
            "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>",
            PAPER.name()
        );
    }
    let drawn = alike(drawn);
    let _ = write!(text, "<g fill=\"{}\">\n{drawn}</g></svg>", WORDS.name());
    text
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
