//! Pictures of a product: what each shows, in numbers and in words. The page places them between what to look at first and the cards.

mod areas;
mod files;
mod queue;
mod turns;

pub use self::files::CLASSES;
pub use self::turns::holder_title;
use super::figure::Frame;
use super::table::Table;
use crate::metrics::drawn::Material;
use crate::metrics::measure::Measure;

/// A picture, what it tells in words, and the numbers that it is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Anchor and file stem, unique in the report.
    pub id: String,
    /// Title.
    pub title: String,
    /// What is drawn. Every text of it is plain: the renderer encodes it.
    pub drawing: Drawing,
    /// What it tells, for people who cannot see it.
    pub alternative: String,
    /// What it is drawn from.
    pub table: Table,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Drawing {
    /// Whose turn changes were on their way to production, before and now.
    Path(Vec<PathBar>),
    /// The files by size, coloured by how many people know them.
    Map(Vec<MapArea>),
    /// Areas by quarter.
    Grid(Grid),
    /// The queue of reviews.
    Queue(Queue),
}

/// One bar: the mean hours of a change in each hand.
#[derive(Debug, Clone, PartialEq)]
pub struct PathBar {
    /// `2026-04-02 – 2026-06-30`.
    pub title: String,
    /// Changes behind it.
    pub n: u64,
    /// Holder and mean hours, in the order of a change's way; those without any are not there.
    pub parts: Vec<(&'static str, f64)>,
    /// The whole in words: `25.3 h`.
    pub total: String,
    /// Whether the hours are working hours.
    pub is_working: bool,
}

/// An area of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapArea {
    /// Its name.
    pub title: String,
    /// `93 files, 41 known to one`.
    pub words: String,
    /// Its files, or its directories where there are many files; the largest first.
    pub tiles: Vec<Tile>,
}

/// A rectangle of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tile {
    /// A file, or a directory.
    pub path: String,
    /// Surviving lines.
    pub lines: u64,
    /// How many active people know it: 0, 1, 2, or 3 for three and more.
    pub n_people: u8,
}

/// Areas by quarter.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The quarters.
    pub columns: Vec<String>,
    /// The areas, each with a cell a quarter.
    pub rows: Vec<GridRow>,
}

/// An area of the grid.
#[derive(Debug, Clone, PartialEq)]
pub struct GridRow {
    /// The area's name.
    pub title: String,
    /// One a quarter.
    pub cells: Vec<GridCell>,
    /// Whether one person holds it and nobody else is active there.
    pub is_silo: bool,
}

/// What an area was in a quarter.
#[derive(Debug, Clone, PartialEq)]
pub enum GridCell {
    /// A share of so many changes.
    Share {
        /// From 0 to 1.
        share: f64,
        /// Out of how many.
        of: u64,
    },
    /// Too few changes to take a share of.
    TooFew(u64),
    /// Too few people: how many, in words.
    Few(String),
    /// No change.
    Nothing,
}

/// Requests open at the end of a day, and the oldest one's age in hours.
pub type OpenThen = (u64, Option<f64>);

/// The queue from day to day, and what came and went from week to week.
#[derive(Debug, Clone, PartialEq)]
pub struct Queue {
    /// By day: its date, and what was open then; `None`: not told.
    pub days: Vec<(String, Option<OpenThen>)>,
    /// By week: its name, at which day it begins, requests that came and that went.
    pub weeks: Vec<Week>,
}

/// What came and went in a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week {
    /// `2026-W07`.
    pub name: String,
    /// The place of its first day among the days.
    pub first_day: usize,
    /// Requests that came.
    pub arrived: u64,
    /// Requests that went.
    pub departed: u64,
    /// Whether the window has all of it.
    pub is_whole: bool,
}

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
    add(
        "path",
        turns::picture(material(measures, "flow.turns", frame), frame),
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

/// What a metric has kept for the pictures of a product.
fn material<'a>(measures: &'a [Measure], metric: &str, frame: &Frame<'_>) -> Option<&'a Material> {
    let measure = measures
        .iter()
        .find(|measure| measure.definition.id == metric)?;
    let drawn = measure
        .drawn
        .iter()
        .find(|drawn| drawn.product == frame.product)?;
    Some(&drawn.material)
}
