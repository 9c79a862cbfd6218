//! Pictures of a product: what each shows, in numbers and in words. The page places them between what to look at first and the cards.

mod areas;
mod files;
mod lives;
mod queue;
mod tiles;
mod turns;

pub use self::areas::{Shown, shown};
pub use self::tiles::{MOST_TILES, area_of, tiles};
pub use self::turns::holder_title;
use super::definition::SectionPicture;
pub use super::drawing::{
    Away, CrossPoint, Crossing, Drawing, Grid, GridCell, GridRow, LifeLine, Look, Loss, Losses,
    Map, MapArea, MapClass, Matrix, MatrixCell, MatrixLine, OpenThen, PathBar, Picture, Queue,
    Tile, Week,
};
use super::figure::Frame;
use crate::metrics::drawn::Material;
use crate::metrics::measure::Measure;

/// The pictures of a product, in their order; `id` makes an id that is unique in the report.
pub(super) fn pictures(
    measures: &[Measure],
    frame: &Frame<'_>,
    id: &dyn Fn(&str) -> String,
) -> Vec<Picture> {
    let mut pictures = Vec::new();
    let mut add = |stem: &str, picture: Option<Picture>| {
        pictures.extend(picture.map(|picture| Picture {
            id: id(stem),
            ..picture
        }));
    };
    let mut held = materials(measures, "flow.turns", frame);
    add(
        "path",
        held.find_map(|held| turns::picture(Some(held), frame)),
    );
    let files = material(measures, "knowledge.files_at_risk", frame);
    add("knowledge-map", files::picture(files, frame));
    add("areas", areas::picture(measures, frame));
    add(
        "queue",
        queue::picture(material(measures, "review.queue", frame)),
    );
    pictures
}

/// The pictures of a section of a product, by their names in the report's definition.
pub(super) fn of_section(
    measures: &[Measure],
    names: &[SectionPicture],
    frame: &Frame<'_>,
    id: &dyn Fn(&str) -> String,
) -> Vec<Picture> {
    let draw = |name: &SectionPicture| match name {
        SectionPicture::PathByOrigin => {
            let mut held = materials(measures, "flow.turns", frame);
            let picture = held.find_map(|held| turns::by_origin(Some(held), frame))?;
            Some(Picture {
                id: id("path-by-origin"),
                ..picture
            })
        }
        SectionPicture::LivesByOrigin => Some(Picture {
            id: id("lives-by-origin"),
            ..lives::picture(measures, frame)?
        }),
    };
    names.iter().filter_map(draw).collect()
}

/// What a metric has kept for the pictures of a product.
fn material<'a>(measures: &'a [Measure], metric: &str, frame: &Frame<'_>) -> Option<&'a Material> {
    materials(measures, metric, frame).next()
}

/// All of it.
fn materials<'a>(
    measures: &'a [Measure],
    metric: &str,
    frame: &Frame<'_>,
) -> impl Iterator<Item = &'a Material> {
    let of_metric = measures
        .iter()
        .filter(move |measure| measure.definition.id == metric);
    let drawn = of_metric.flat_map(|measure| &measure.drawn);
    drawn
        .filter(move |drawn| drawn.product == frame.product)
        .map(|drawn| &drawn.material)
}
