//! What pictures are drawn from beside the figures: kept where the rows of a ledger are not. Names nobody.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::measure::{Cell, Unit};
use crate::domain::{Bucket, Granularity, Origin, PersonId, RepositoryId, Window};

/// What the pictures of one product are drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The product.
    pub product: String,
    /// What it is.
    pub material: Material,
}

/// What a picture is drawn from.
#[derive(Debug, Clone, PartialEq)]
pub enum Material {
    /// The rows of a chart over time.
    Rows(Rows),
    /// Whose turn merged changes were, before and now.
    Turns(Vec<Stretch>),
    /// Whose turn changes of each origin were that were merged in the last days.
    TurnsByOrigin(Vec<(Origin, Stretch)>),
    /// For how long the lines of changes of each origin live.
    LivesByOrigin(Vec<(Origin, Living)>),
    /// The queue of reviews from day to day.
    Queue(Vec<QueueDay>),
    /// The files, and how many know each.
    Files(Vec<KnownFile>),
}

/// The rows of a chart, and the same figures over longer buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The included rows, by instant.
    pub dots: Vec<Dot>,
    /// The clock that they are read from.
    pub unit: Unit,
    /// Fewer rows than these are not summarised.
    pub floor: u64,
    /// Whether all of them may be shown without their instants: not where too few people may be behind them.
    pub is_told: bool,
    /// The figures of months, quarters and half years, as far as they are longer than the buckets asked for, the shortest first.
    pub coarser: Vec<Level>,
}

/// One row: when, and how much on the clock of the headline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// The instant that places it.
    pub at: Timestamp,
    /// The measured quantity.
    pub amount: f64,
    /// Whether it still ran at the as-of instant.
    pub is_running: bool,
}

/// The figures of a product over one kind of bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// How long a bucket is.
    pub granularity: Granularity,
    /// By bucket. Buckets without a row have none.
    pub cells: Vec<Cell>,
    /// Shorter buckets whose rows are left out of these figures, since they could be told from them.
    pub without: Vec<Bucket>,
}

/// Whose turn the changes were that were merged in a stretch of time: microseconds by holder, in the order of a change's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// When they were merged.
    pub window: Window,
    /// Whether these are the last days; else as many before them.
    pub is_now: bool,
    /// How many.
    pub n: u64,
    /// Who wrote them, where they are fewer than the minimum: then the hours are theirs. Never leaves the program.
    pub few: Vec<PersonId>,
    /// Whether it may be told where nobody is named.
    pub is_told: bool,
    /// By holder: elapsed microseconds, and those of working time.
    pub held: Vec<(&'static str, u64, u64)>,
    /// Whether hours are agreed.
    pub has_hours: bool,
}

/// For how long the lines live that landed in the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Living {
    /// How many were followed.
    pub lines: u64,
    /// Days since they landed, and the share that lives for at least so long; as far as somebody has followed them.
    pub curve: Vec<(u64, f64)>,
}

/// The queue of reviews at the end of one day.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueDay {
    /// The day.
    pub on: Date,
    /// Requests open at its end.
    pub open: u64,
    /// Requests that came.
    pub arrived: u64,
    /// Requests that went.
    pub departed: u64,
    /// The age of the oldest open one in hours.
    pub oldest: Option<f64>,
}

/// One file: how large it is, and how many active people know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFile {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its path.
    pub path: String,
    /// Its areas; the first one places it.
    pub areas: Arc<[String]>,
    /// Lines that survive.
    pub lines: u64,
    /// Active people who ever changed or reviewed it.
    pub n_people: u64,
}
