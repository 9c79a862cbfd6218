//! What a metric returns: rows with a fate, and the figures computed from exactly those rows.
//!
//! The ledger is not a by-product. A metric's function lists its population as [`LedgerRow`]s, each included, excluded with a
//! reason or unknown; a [`Cell`] is then computed from the included rows of one scope and bucket. A figure without rows cannot
//! be constructed, and `included + excluded + unknown = population` holds by counting.

use std::sync::Arc;

use jiff::Timestamp;

use super::counts::Counts;
use super::drawn::Drawn;
pub use super::group::About;
use super::group::Few;
use super::number::NumberDefinition;
use super::share::Share;
pub use super::subject::{Subject, Thing};
use crate::domain::{Bucket, Origin, PersonId, RepositoryId};
use crate::tables::FactTable;
use crate::work::rows::put_after;
pub use crate::work::{Fate, Missing, Need};
use crate::work::{Question, Reading};

/// How many hits there were, and out of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    /// Numerator.
    pub hits: u64,
    /// Denominator.
    pub of: u64,
}

impl Ratio {
    /// The share; `None` when there is nothing to take a share of.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn share(self) -> Option<f64> {
        (self.of > 0).then(|| self.hits as f64 / self.of as f64)
    }
}

/// A named number of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// A whole number of things.
    Count(u64),
    /// A measured quantity in the metric's unit. Never NaN.
    Real(f64),
}

/// The numbers of one value in the order they are printed, under the names of `metrics.json`:
/// `p50`/`p75`/`p90`, `hits`/`of`, `count`, ….
#[derive(Debug, Clone, PartialEq)]
pub struct Value(pub Vec<(&'static str, Number)>);

impl Value {
    /// One of the numbers as a float.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, number)| match number {
                Number::Count(count) => *count as f64,
                Number::Real(real) => *real,
            })
    }

    /// The first number, which speaks for the value unless it is a ratio.
    #[must_use]
    pub fn headline(&self) -> Option<f64> {
        let (name, _) = self.0.first()?;
        self.get(name)
    }

    /// One of the whole numbers.
    #[must_use]
    pub fn count(&self, name: &str) -> Option<u64> {
        self.0.iter().find_map(|(key, number)| match number {
            Number::Count(count) if *key == name => Some(*count),
            _ => None,
        })
    }

    /// The ratio, where the value is one.
    #[must_use]
    pub fn ratio(&self) -> Option<Ratio> {
        Some(Ratio {
            hits: self.count("hits")?,
            of: self.count("of")?,
        })
    }
}

/// The outcome of measuring one scope and bucket.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// A value from `n` rows, with an 80 % interval of its headline number where n ≥ 5.
    Value {
        /// Rows behind the value.
        n: u64,
        /// The numbers.
        value: Value,
        /// 80 % interval of the first number (of the share, for a ratio).
        interval: Option<[f64; 2]>,
    },
    /// Fewer rows than the minimum n: they are listed, not summarised.
    TooFew {
        /// Rows there are.
        n: u64,
    },
    /// The data the metric needs is not there.
    NotObserved {
        /// What is missing.
        because: String,
        /// The step that would provide it.
        fix: Option<String>,
    },
    /// The question does not arise here.
    NotApplicable {
        /// Why.
        because: String,
    },
    /// Not told where nobody is named: too few people did it, or another such figure could be told from it.
    Withheld {
        /// How many people did it; `None`: enough, but what is withheld elsewhere could be told from it.
        people: Option<u64>,
    },
}

impl Measured {
    /// Its word in files.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Value { .. } => "measured",
            Self::TooFew { .. } => "too_few",
            Self::NotObserved { .. } => "not_observed",
            Self::NotApplicable { .. } => "not_applicable",
            Self::Withheld { .. } => "withheld",
        }
    }
}

/// What a figure speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The product: a named group of repositories.
    pub product: String,
    /// One repository of it; `None`: all.
    pub repository: Option<RepositoryId>,
    /// One area of it; `None`: all.
    pub area: Option<String>,
    /// One person; `None`: everybody. A figure of a person never leaves the private tree.
    pub person: Option<PersonId>,
    /// One origin of the changes that it is about; `None`: all that the metric measures.
    pub origin: Option<Origin>,
}

/// One row of a ledger. Its subject is work or a file; a person, where it has one, is told in the private tree only.
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerRow {
    /// The product that the row belongs to.
    pub product: String,
    /// The repository; `None`: it is of the whole product, such as an incident that nobody put to a repository.
    pub repository: Option<RepositoryId>,
    /// The areas that the row belongs to (a pull request may touch several); empty: no area.
    pub areas: Arc<[String]>,
    /// What it is about.
    pub subject: Subject,
    /// Its page, where it has one.
    pub link: Option<String>,
    /// The instant that places it in a bucket; `None` for rows that describe a state.
    pub at: Option<Timestamp>,
    /// The bucket; `None` for rows that describe a state.
    pub bucket: Option<Bucket>,
    /// The measured quantity in the metric's unit (1 or 0 for a row of a ratio).
    pub value: Option<f64>,
    /// The same duration in working hours, where hours are agreed.
    pub working_hours: Option<f64>,
    /// Whether the duration still ran at the as-of instant: the value is what has passed so far (right-censored).
    pub is_running: bool,
    /// Whose row it is, for figures of people.
    pub person: Option<PersonId>,
    /// Who wrote what the row is about, humans only: how many people a figure speaks of is told from them.
    pub authors: Arc<[PersonId]>,
    /// Where the change comes from that it is about; `None`: it is about no change, or about several.
    pub origin: Option<Origin>,
    /// Included, excluded or unknown.
    pub fate: Fate,
}

impl LedgerRow {
    /// The measured quantity on the clock of the headline, with its unit, for a metric in a unit.
    #[must_use]
    pub fn amount(&self, unit: Unit) -> Option<(Unit, f64)> {
        match (unit, self.working_hours) {
            (Unit::WorkingHours, Some(hours)) => Some((Unit::WorkingHours, hours)),
            (Unit::WorkingHours, None) => Some((Unit::Hours, self.value?)),
            (unit, _) => Some((unit, self.value?)),
        }
    }
}

/// A ledger row with what its metric needs beside the value: a person, a second duration. Never leaves the metric.
#[derive(Debug, Clone)]
pub struct KeyedRow<K> {
    /// The row.
    pub row: LedgerRow,
    /// What the estimator groups by.
    pub key: K,
}

/// Row counts of one cell's ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Rows in the figure.
    pub included: u64,
    /// Rows left out, by reason.
    pub excluded: Counts,
    /// Rows that could not be measured, by reason.
    pub unknown: Counts,
}

impl Ledger {
    /// Counts rows.
    #[must_use]
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a LedgerRow>) -> Self {
        let mut ledger = Self::default();
        for row in rows {
            ledger.count(row.fate, 1);
        }
        ledger
    }

    /// The counts of rows by fate.
    #[must_use]
    pub fn of_counts(counts: impl IntoIterator<Item = (Fate, usize)>) -> Self {
        let mut ledger = Self::default();
        for (fate, n) in counts {
            ledger.count(fate, u64::try_from(n).unwrap_or(u64::MAX));
        }
        ledger
    }

    /// Counts some rows of one fate.
    pub fn count(&mut self, fate: Fate, n: u64) {
        match fate {
            Fate::Included => self.included += n,
            Fate::Excluded(reason) => self.excluded.add(reason, n),
            Fate::Unknown(reason) => self.unknown.add(reason, n),
        }
    }

    /// Rows that could not be measured.
    #[must_use]
    pub fn n_unknown(&self) -> u64 {
        self.unknown.total()
    }

    /// All rows.
    #[must_use]
    pub fn population(&self) -> u64 {
        self.included + self.excluded.total() + self.n_unknown()
    }

    /// The share of the eligible population that could be measured.
    #[must_use]
    pub fn coverage(&self) -> Ratio {
        Ratio {
            hits: self.included,
            of: self.included + self.n_unknown(),
        }
    }
}

/// One figure: a scope, a bucket (or the whole window) and what was measured there.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// What it speaks of.
    pub scope: Scope,
    /// The bucket; `None`: the whole window.
    pub bucket: Option<Bucket>,
    /// The figure.
    pub measured: Measured,
    /// The counts of the rows behind it.
    pub ledger: Ledger,
    /// What of it fewer people than the minimum did; empty where enough did, or where it is not about what people did.
    pub few: Vec<Few>,
}

/// The unit of a metric's headline number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Elapsed hours.
    Hours,
    /// Hours on the agreed clock: working hours where the register agrees hours, else elapsed ones.
    ///
    /// People do not answer at night: an elapsed wait has two humps, the same day and the next morning, and the median of a small
    /// bucket jumps between them. What runs day and night (a pipeline, a broken production) is told in [`Unit::Hours`].
    WorkingHours,
    /// A share between 0 and 1.
    Share,
    /// A number of things; the noun in the plural.
    Count(&'static str),
}

impl Unit {
    /// What is counted: `working hours`.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Hours => "hours",
            Self::WorkingHours => "working hours",
            Self::Share => "share",
            Self::Count(noun) => noun,
        }
    }
}

impl Question {
    /// The unit of waits: the agreed clock.
    #[must_use]
    pub fn wait_unit(&self) -> Unit {
        if self.calendars.team().has_hours() {
            Unit::WorkingHours
        } else {
            Unit::Hours
        }
    }
}

/// How a figure's headline number follows from its included rows, so that a movement can be taken apart row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// The median of the rows' values.
    Median,
    /// The median after Kaplan and Meier: some rows still run.
    CensoredMedian,
    /// The share of rows whose value is 1.
    Share,
    /// The number of rows.
    Count,
    /// The sum of the rows' values.
    Sum,
    /// It weighs people, files or buckets: rows alone do not give it.
    Whole,
}

/// From how many rows on a metric summarises them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// The register's `minimum_n`: what is estimated from fewer says nothing, and the rows are listed instead.
    MinimumN,
    /// One: what is counted is so however little there is.
    One,
}

/// Everything a reader needs to trust or distrust a metric: one registry row.
#[derive(Debug)]
pub struct Definition {
    /// `flow.pickup_time`; also file stem, column, anchor and flag.
    pub id: &'static str,
    /// A short title.
    pub title: &'static str,
    /// The question it answers.
    pub question: &'static str,
    /// The definition in one or two sentences.
    pub definition: &'static str,
    /// The formula.
    pub formula: &'static str,
    /// The unit.
    pub unit: Unit,
    /// How the headline number follows from the rows.
    pub recipe: Recipe,
    /// From how many rows on there is a figure.
    pub floor: Floor,
    /// What its figures hold, in the order of its page: a figure has some of them, and no others.
    pub numbers: &'static [NumberDefinition],
    /// What it speaks of.
    pub about: About,
    /// Which instant decides the bucket; `None` for a state at the window's end.
    pub cohort: Option<&'static str>,
    /// The data it needs.
    pub needs: &'static [Need],
    /// Paper, guide or document it follows.
    pub source: &'static str,
    /// What is left out, in words.
    pub exclusions: &'static str,
    /// How to read it.
    pub how_to_read: &'static str,
    /// How it can mislead.
    pub can_mislead: &'static str,
    /// The reference definition in SQL over the facts.
    pub sql: &'static str,
}

impl Definition {
    /// One of its numbers.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<&'static NumberDefinition> {
        self.numbers.iter().find(|number| number.name == name)
    }

    /// The unit of the number that speaks for a value: the share of a ratio, else the first.
    #[must_use]
    pub fn headline_unit(&self, value: &Value) -> Unit {
        let first = value.0.first().filter(|_| value.ratio().is_none());
        let declared = first.and_then(|(name, _)| self.number(name));
        declared.map_or(self.unit, |number| number.unit)
    }

    /// The unit of what was measured: of its headline, or the metric's where there is no figure.
    #[must_use]
    pub fn unit_of(&self, measured: &Measured) -> Unit {
        match measured {
            Measured::Value { value, .. } => self.headline_unit(value),
            _ => self.unit,
        }
    }

    /// The figure that `estimate` makes of `n` rows, or that they are too few.
    ///
    /// What is estimated may have left out rows without a usable value: fewer than the floor of those are too few as well.
    pub(super) fn summarised(
        &self,
        question: &Question,
        n: usize,
        estimate: impl FnOnce() -> Measured,
    ) -> Measured {
        let floor = match self.floor {
            Floor::MinimumN => question.minimum_n.max(1),
            Floor::One => 1,
        };
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        if n < floor {
            return Measured::TooFew { n };
        }
        match estimate() {
            Measured::Value { n, .. } if n < floor => Measured::TooFew { n },
            measured => measured,
        }
    }

    /// Whether its figures are told of each origin too: those of flow, of its gates, of reviews, of rework, and of the lead time of
    /// changes.
    #[must_use]
    pub fn is_by_origin(&self) -> bool {
        let families = ["code.", "flow.", "gate.", "review."];
        families.iter().any(|family| self.id.starts_with(family))
            || self.id == "dora.change_lead_time"
    }

    /// The tables that the metric reads, each once.
    #[must_use]
    pub fn parts(&self) -> Vec<FactTable> {
        let mut parts: Vec<FactTable> = self
            .needs
            .iter()
            .flat_map(|need| need.parts().iter().copied())
            .collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }
}

/// A metric's result.
#[derive(Debug, Clone)]
pub struct Measure {
    /// The registry row.
    pub definition: &'static Definition,
    /// Figures: for every scope the window, then its buckets in order. Empty buckets have no cell.
    pub cells: Vec<Cell>,
    /// The same of each origin by itself, over the product: empty where no change has to do with an agent. Their rows add up to
    /// those of the product.
    pub strata: Vec<Cell>,
    /// The population, row by row.
    pub rows: Vec<LedgerRow>,
    /// Remarks printed under the figure: sources used, rungs, disagreements. Never names a person.
    pub notes: Vec<Note>,
    /// What its pictures are drawn from, beside its figures.
    pub drawn: Vec<Drawn>,
    /// What its rows share with teams: for the gate of pages that name nobody.
    pub shares: Vec<Share>,
}

/// A remark of a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The product that it is about; `None`: every product.
    pub product: Option<String>,
    /// What it says, in words.
    pub text: String,
}

impl Note {
    /// The remark where several products' stand together: that of one product begins with its name.
    #[must_use]
    pub fn words(&self) -> String {
        self.product.as_ref().map_or_else(
            || self.text.clone(),
            |product| format!("{product}: {}", self.text),
        )
    }
}

impl Measure {
    /// The measure of a metric with nothing in it yet.
    #[must_use]
    pub const fn of(definition: &'static Definition) -> Self {
        Self {
            definition,
            cells: Vec::new(),
            strata: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            drawn: Vec::new(),
            shares: Vec::new(),
        }
    }

    /// The measure of a metric from what it says of some products.
    #[must_use]
    pub fn of_parts(
        definition: &'static Definition,
        parts: impl IntoIterator<Item = Self>,
    ) -> Self {
        let mut whole = Self::of(definition);
        for part in parts {
            whole.add(part);
        }
        whole
    }

    /// Adds a remark about the product of a reading.
    pub fn note(&mut self, reading: &Reading<'_>, text: String) {
        self.notes.push(Note {
            product: Some(reading.product.name.clone()),
            text,
        });
    }

    /// Adds what the metric says of another product. What is said of every product is said once.
    pub fn add(&mut self, part: Self) {
        self.cells.extend(part.cells);
        self.strata.extend(part.strata);
        put_after(&mut self.rows, part.rows);
        self.drawn.extend(part.drawn);
        self.shares.extend(part.shares);
        for note in part.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// The figures alone, with what the gate needs of their rows.
    #[must_use]
    pub fn without_rows(mut self) -> Self {
        self.rows = Vec::new();
        self.drawn = Vec::new();
        self
    }

    /// The figures that name nobody: all that a team report may see.
    pub fn team_cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.scope.person.is_none())
    }

    /// The figures of people, for the private tree.
    pub fn people_cells(&self) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(|cell| cell.scope.person.is_some())
    }
}
