//! What plotters draws with: areas, strokes, fills, and what it wrote.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::{
    Cartesian2d, ChartContext, DrawingArea, IntoDrawingArea, RGBColor, SVGBackend, ShapeStyle,
};

use super::colours::Colour;
use super::compact::compact;

/// Where shapes of whole picture units are drawn.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// Where shapes are drawn by bucket and height: from 0 to 1, so that every scale is drawn alike.
pub(super) type Context<'a, 'b> =
    ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

fn colour(colour: &Colour) -> RGBColor {
    let (red, green, blue) = colour.light;
    RGBColor(red, green, blue)
}

/// A line so many tenths of a pixel wide.
pub(super) fn stroke(of: &Colour, tenths: u32) -> ShapeStyle {
    ShapeStyle {
        color: colour(of).into(),
        filled: false,
        stroke_width: tenths,
    }
}

pub(super) fn fill(of: &Colour) -> ShapeStyle {
    ShapeStyle {
        color: colour(of).into(),
        filled: true,
        stroke_width: 0,
    }
}

/// What `draw` draws on a picture of some units: shapes alone.
pub(super) fn drawn<T>(
    size: (u32, u32),
    draw: impl FnOnce(&Area<'_>) -> Result<T, String>,
) -> Result<(String, T), String> {
    let mut geometry = String::new();
    let made = {
        let root = SVGBackend::with_string(&mut geometry, size).into_drawing_area();
        let made = draw(&root)?;
        root.present().map_err(|error| error.to_string())?;
        made
    };
    Ok((compact(inside(&geometry)), made))
}

/// What stands between the outer tags that plotters writes.
fn inside(picture: &str) -> &str {
    let after_tag = picture
        .find('\n')
        .map_or("", |at| picture.get(at + 1..).unwrap_or_default());
    after_tag
        .trim_end()
        .strip_suffix("</svg>")
        .unwrap_or(after_tag)
}

/// Draws shapes.
pub(super) fn put<'b, E>(
    context: &mut Context<'_, 'b>,
    shapes: impl IntoIterator<Item = E>,
) -> Result<(), String>
where
    E: plotters::element::Drawable<SVGBackend<'b>>,
    for<'e> &'e E: plotters::element::PointCollection<'e, (f64, f64)>,
{
    let drawn = context.draw_series(shapes);
    drawn.map_err(|error| error.to_string()).map(|_| ())
}
