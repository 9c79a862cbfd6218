//! Pictures of a product: bars, a map, a grid, a queue; of its people a matrix, a map once a person, and two lines that cross.
//!
//! Each is laid out twice, for wide room and for narrow: rows and columns of words cannot shrink with their picture. The page shows
//! one of both, by the room that it has.

mod crossing;
mod grid;
mod lives;
mod map;
mod matrix;
mod path;
mod queue;
mod sheet;

use std::fmt::Write as _;

use self::sheet::{NARROW, Sheet, WIDE};
use super::colours::dark_rules;
use super::{Told, anchor, as_file, framed, shared_rules};
use crate::render::RenderError;
use crate::report::Picture;
use crate::report::picture::Drawing;

/// Below so many CSS pixels of room the narrow layout is shown: the words of the wide one are 12 px then.
const LEAST_WIDE: u32 = 720;

/// The style sheet of pictures.
pub(super) fn rules(rules: &mut String) {
    let _ = write!(
        rules,
        ".lp.narrow{{display:none;max-width:30rem}}@container (max-width:{LEAST_WIDE}px){{.lp.narrow{{display:block}}.lp.wide{{display:none}}}}"
    );
    // On paper small words can be read, and the narrow layout leaves out what the wide one tells.
    rules.push_str("@media print{.lp.narrow{display:none}.lp.wide{display:block}}");
}

/// A picture as part of a page: no style sheet of its own.
///
/// # Errors
/// A defect of the program.
pub fn drawing(picture: &Picture) -> Result<String, RenderError> {
    both(picture, None)
}

/// A picture as part of a page whose heading and caption, `{place}-h` and `{place}-c`, say already what it tells.
///
/// # Errors
/// A defect of the program.
pub fn captioned(picture: &Picture, place: &str) -> Result<String, RenderError> {
    both(picture, Some(place))
}

fn both(picture: &Picture, place: Option<&str>) -> Result<String, RenderError> {
    let wide = laid_out(picture, &WIDE, place, None)?;
    let narrow = laid_out(picture, &NARROW, place, None)?;
    Ok(format!("<div class=\"lpw\">{wide}{narrow}</div>"))
}

/// A picture as a file.
///
/// # Errors
/// A defect of the program.
pub fn picture_file(picture: &Picture) -> Result<String, RenderError> {
    let style = format!(
        "{}@media (prefers-color-scheme:dark){{{}}}",
        shared_rules(),
        dark_rules()
    );
    Ok(as_file(&laid_out(picture, &WIDE, None, Some(&style))?))
}

fn laid_out(
    picture: &Picture,
    sheet: &Sheet,
    place: Option<&str>,
    style: Option<&str>,
) -> Result<String, RenderError> {
    let drawn = match &picture.drawing {
        Drawing::Path(bars) => path::draw(sheet, bars),
        Drawing::Map(map) => map::draw(sheet, map),
        Drawing::Losses(losses) => map::draw_losses(sheet, losses),
        Drawing::Matrix(matrix) => matrix::draw(sheet, matrix),
        Drawing::Crossing(crossing) => crossing::draw(sheet, crossing),
        Drawing::Grid(grid) => grid::draw(sheet, grid),
        Drawing::Queue(queue) => queue::draw(sheet, queue),
        Drawing::Lives(lines) => lives::draw(sheet, lines),
    };
    let (text, height) = drawn.map_err(|reason| RenderError::Chart {
        chart: picture.id.clone(),
        reason,
    })?;
    // The second layout is told by the words of the first, and both by those of the page where it has them.
    let own = anchor(&picture.id);
    let words =
        (place.is_none() && !sheet.is_narrow).then_some((&*picture.title, &*picture.alternative));
    let told = Told {
        by: place.map_or([&own, "t", "d"], |place| [place, "h", "c"]),
        class: sheet.class,
        words,
        font: sheet.font,
    };
    Ok(framed(&told, (sheet.width, height), style, &text))
}
