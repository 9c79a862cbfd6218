//! What pictures show, as plain data: numbers, places and words, nothing to measure. The renderer lays them out.

use jiff::civil::Date;

use super::table::Table;

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
    /// The files by size, coloured by who or how many know them.
    Map(Map),
    /// The same files once a person: what nobody would know any more if they left.
    Losses(Losses),
    /// Who reviews whose work.
    Matrix(Matrix),
    /// How the parts of two people in one task cross over.
    Crossing(Crossing),
    /// Areas by quarter.
    Grid(Grid),
    /// The queue of reviews.
    Queue(Queue),
    /// For how long what landed lives.
    Lives(Vec<LifeLine>),
}

/// One bar: the mean hours of a change in each hand.
#[derive(Debug, Clone, PartialEq)]
pub struct PathBar {
    /// `now: 2026-04-02 – 2026-06-30`, or an origin.
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

/// One line: the share that lives for at least so many days.
#[derive(Debug, Clone, PartialEq)]
pub struct LifeLine {
    /// `no evidence of an agent`.
    pub title: String,
    /// Which look it has, from 0 on.
    pub look: u8,
    /// Days, and shares from 0 to 1.
    pub curve: Vec<(u64, f64)>,
}

/// Files by size, in areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// What colours and hatchings mean, in the order of the legend.
    pub classes: Vec<MapClass>,
    /// The areas, the largest first.
    pub areas: Vec<MapArea>,
}

/// What a colour and its hatching mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapClass {
    /// `nobody active`, `Ada Berg`.
    pub title: String,
    /// How it is drawn.
    pub look: Look,
}

/// How rectangles of a class are drawn: each look has a colour and a hatching of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Known to nobody who is active.
    Nobody,
    /// Known to one.
    One,
    /// Known to two.
    Two,
    /// Known to more people.
    Many,
    /// Known to one person, who has a look of their own: one of [`Look::HOLDERS`], from 0 on.
    Holder(u8),
    /// Known to one person without a look of their own.
    Another,
}

impl Look {
    /// So many people have looks of their own.
    pub const HOLDERS: usize = 6;
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
    /// The place of its class among the map's.
    pub class: u8,
}

/// Areas by quarter.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// The quarters.
    pub columns: Vec<String>,
    /// The areas, each with a cell a quarter.
    pub rows: Vec<GridRow>,
    /// Whose initials stand in the cells: initials and name. Empty where the grid names nobody.
    pub people: Vec<(String, String)>,
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
    /// Who made most of so many changes.
    Held {
        /// Their initials; `AB+CD` where two made as many.
        initials: String,
        /// Whether several made as many.
        is_shared: bool,
        /// How many they made.
        hits: u64,
        /// Out of how many, never 0.
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

/// The map once a person: what nobody active would know any more if they left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Losses {
    /// The map.
    pub map: Map,
    /// The people, by name.
    pub people: Vec<Loss>,
}

/// What would be lost with one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Their name.
    pub title: String,
    /// `12 files, 840 lines`.
    pub words: String,
    /// The place of their class among the map's.
    pub class: u8,
}

/// Counts by two groups of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// What the rows are, and what the columns: `wrote`, `reviewed`.
    pub sides: [&'static str; 2],
    /// The rows.
    pub rows: Vec<MatrixLine>,
    /// The columns.
    pub columns: Vec<MatrixLine>,
    /// By row and column.
    pub cells: Vec<Vec<MatrixCell>>,
}

/// A row or a column of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixLine {
    /// The name.
    pub title: String,
    /// Initials.
    pub short: String,
    /// The sum of its cells.
    pub n: u64,
}

/// A cell of a matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixCell {
    /// So many.
    Count(u64),
    /// A person with themselves: not counted.
    Own,
}

/// How the parts of two people in one task cross over.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// Who hands over.
    pub giver: String,
    /// Who takes over.
    pub receiver: String,
    /// Stretch after stretch.
    pub points: Vec<CrossPoint>,
    /// Days with a word each: start, due, done.
    pub marks: Vec<(Date, String)>,
    /// Absences of both, by day.
    pub away: Vec<Away>,
    /// Below so many acts no share is taken.
    pub floor: u64,
}

/// What both did in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct CrossPoint {
    /// `2026-03`.
    pub name: String,
    /// The first day.
    pub from: Date,
    /// The day after the last one.
    pub until: Date,
    /// Acts of who hands over, and of who takes over.
    pub acts: [u64; 2],
    /// Whether the stretch is over.
    pub is_over: bool,
}

impl CrossPoint {
    /// Acts of both.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.acts[0] + self.acts[1]
    }

    /// The shares of both; `None` below a number of acts.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn shares(&self, floor: u64) -> Option<[f64; 2]> {
        let n = self.n();
        (n > 0 && n >= floor).then(|| self.acts.map(|acts| acts as f64 / n as f64))
    }
}

/// Days on which somebody was away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away {
    /// Whether it is who hands over; else who takes over.
    pub is_giver: bool,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}
