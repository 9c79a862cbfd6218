//! Now against before: what a product's headline figures were in the last days and in as many before them, and the word that the
//! intervals allow.

mod columns;
#[cfg(test)]
mod tests;
mod words;

use std::cmp::Ordering;

use jiff::civil::Date;

pub use self::columns::Columns;
pub(super) use self::words::{around, moved, moves};
use super::definition::{Per, StripFigure};
use super::quantity;
use super::withheld::people_words;
use crate::metrics::estimate::count_interval;
use crate::metrics::measure::{Cell, Definition, Measure, Measured, Ratio, Unit, Value};
use crate::metrics::recent::{DAYS, Stretch};

/// Where a figure's rows are fewer than one in so many of those that it is told among, it speaks of too few of them.
const FEW_AMONG: u64 = 10;

/// The figures of one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Strip {
    /// The last days.
    pub now: Days,
    /// As many before them.
    pub before: Days,
    /// The lines in order.
    pub lines: Vec<StripLine>,
    /// What moved, in one sentence.
    pub moved: String,
    /// What was so on both sides of the last dated events of the months, the latest first.
    pub around: Vec<Around>,
}

/// Days from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Days {
    /// `2026-04-02 to 2026-06-30`.
    #[must_use]
    pub fn words(self) -> String {
        format!("{} to {}", self.first, self.last)
    }
}

/// One figure.
#[derive(Debug, Clone, PartialEq)]
pub struct StripLine {
    /// The metric's id, with the number's name behind a dot where it is not the headline: unique in the strip.
    pub id: String,
    /// The metric.
    pub metric: &'static str,
    /// What it is called, with its clock.
    pub title: String,
    /// What it is called where there is little room.
    pub short: String,
    /// In the last days.
    pub now: Side,
    /// In as many before them.
    pub before: Side,
    /// What the intervals allow to say.
    pub change: Change,
    /// The months.
    pub spark: Spark,
    /// What the team has agreed about it.
    pub agreed: Option<String>,
    /// Whether it stands in the overview of all products.
    pub in_overview: bool,
}

impl StripLine {
    /// Why there is nothing on either side, where it is one reason.
    #[must_use]
    pub fn untold(&self) -> Option<&str> {
        match (&self.now, &self.before) {
            (Side::Missing(now), Side::Missing(before)) if now == before => Some(now),
            _ => None,
        }
    }
}

impl Strip {
    /// The lines that have something to tell.
    pub fn told(&self) -> impl Iterator<Item = &StripLine> {
        self.lines.iter().filter(|line| line.untold().is_none())
    }

    /// The others, reason by reason: which figures, and why.
    #[must_use]
    pub fn untold(&self) -> Vec<(Vec<&str>, &str)> {
        let mut reasons: Vec<(Vec<&str>, &str)> = Vec::new();
        for line in &self.lines {
            let Some(because) = line.untold() else {
                continue;
            };
            match reasons.iter_mut().find(|(_, known)| *known == because) {
                Some((titles, _)) => titles.push(&line.short),
                None => reasons.push((vec![&line.short], because)),
            }
        }
        reasons
    }

    /// What its durations are; `None` where it has none.
    #[must_use]
    pub fn clock(&self) -> Option<&'static str> {
        let sides = self.lines.iter().flat_map(|line| [&line.now, &line.before]);
        let mut units = sides.filter_map(|side| match side {
            Side::Found(found) => Some(found.unit),
            Side::Missing(_) => None,
        });
        units.find_map(|unit| match unit {
            Unit::WorkingHours => Some("medians of working hours"),
            Unit::Hours => Some("medians of elapsed hours"),
            Unit::Share | Unit::Count(_) => None,
        })
    }
}

/// What there was on one side.
#[derive(Debug, Clone, PartialEq)]
pub enum Side {
    /// A figure.
    Found(Found),
    /// None: why.
    Missing(String),
}

/// A figure of a stretch of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The number.
    pub number: f64,
    /// Its unit.
    pub unit: Unit,
    /// In words: `3.2 h`, `4.1 %`, `5 of 31`.
    pub text: String,
    /// Rows behind it.
    pub n: u64,
    /// Its 80 % interval.
    pub ends: Option<[f64; 2]>,
    /// Whether everything there is was counted: then there is nothing to be uncertain about.
    is_counted: bool,
}

impl Found {
    /// The interval in words.
    #[must_use]
    pub fn interval(&self) -> Option<[String; 2]> {
        let ends = self.ends?;
        Some(match self.unit {
            Unit::Count(_) => ends.map(one_decimal),
            unit => quantity::interval(unit, self.number, ends),
        })
    }
}

/// On which side of an earlier interval a later one lies; `None`: they overlap, and the two are not told apart.
#[must_use]
pub fn apart([low, high]: [f64; 2], [low_before, high_before]: [f64; 2]) -> Option<Ordering> {
    if low > high_before {
        Some(Ordering::Greater)
    } else if high < low_before {
        Some(Ordering::Less)
    } else {
        None
    }
}

/// How a figure stands to the one before it. None of the words says whether that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A duration, and the intervals lie apart.
    Longer,
    /// A duration, and the intervals lie apart.
    Shorter,
    /// Another figure, and the intervals lie apart, or all were counted.
    More,
    /// Another figure, and the intervals lie apart, or all were counted.
    Fewer,
    /// All were counted, and there are as many.
    Same,
    /// The intervals overlap.
    NotToldApart,
    /// A side is missing, or has no interval.
    NotCompared,
}

impl Change {
    /// The word.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Longer => "longer",
            Self::Shorter => "shorter",
            Self::More => "more",
            Self::Fewer => "fewer",
            Self::Same => "the same",
            Self::NotToldApart => "not told apart",
            Self::NotCompared => "not compared",
        }
    }

    /// A mark before the word.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Longer | Self::More => "▲",
            Self::Shorter | Self::Fewer => "▼",
            Self::Same => "=",
            Self::NotToldApart => "≈",
            Self::NotCompared => "–",
        }
    }

    /// Whether something moved.
    #[must_use]
    pub const fn is_move(self) -> bool {
        matches!(
            self,
            Self::Longer | Self::Shorter | Self::More | Self::Fewer
        )
    }

    fn between(now: &Side, before: &Side) -> Self {
        let (Side::Found(now), Side::Found(before)) = (now, before) else {
            return Self::NotCompared;
        };
        let is_duration = matches!(now.unit, Unit::Hours | Unit::WorkingHours);
        let (up, down) = if is_duration {
            (Self::Longer, Self::Shorter)
        } else {
            (Self::More, Self::Fewer)
        };
        match (now.ends, before.ends) {
            (Some(now), Some(before)) => match apart(now, before) {
                Some(Ordering::Greater) => up,
                Some(_) => down,
                None => Self::NotToldApart,
            },
            _ if now.is_counted && before.is_counted => {
                match now.number.total_cmp(&before.number) {
                    Ordering::Greater => up,
                    Ordering::Less => down,
                    Ordering::Equal => Self::Same,
                }
            }
            _ => Self::NotCompared,
        }
    }
}

/// The months of a figure as a small line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spark {
    /// The months, oldest first: what each is called and its number.
    pub points: Vec<(String, Option<f64>)>,
    /// The lowest and the highest number in words; `None` where fewer than two months have one.
    pub ends: Option<[String; 2]>,
    /// Dated events: how far from the first month's start to the last one's end, and the words.
    pub events: Vec<(f64, String)>,
}

/// Figures on both sides of a dated event.
#[derive(Debug, Clone, PartialEq)]
pub struct Around {
    /// Its day.
    pub on: Date,
    /// What it was.
    pub title: String,
    /// How many days there are after it.
    pub days_after: i32,
    /// In one sentence.
    pub sentence: String,
}

impl Around {
    /// Which event it was, and what was so on both sides.
    #[must_use]
    pub fn words(&self) -> String {
        format!(
            "{} “{}”, the {DAYS} days before against the {} after: {}.",
            self.on, self.title, self.days_after, self.sentence
        )
    }
}

/// A figure of one stretch, as the strip shows it.
pub(super) fn side(
    figure: &StripFigure,
    definition: &Definition,
    measured: Option<&Measured>,
    stretch: &Stretch,
) -> Side {
    let Some(measured) = measured else {
        return Side::Missing("nothing to measure".to_owned());
    };
    match measured {
        Measured::Value { n, value, interval } => {
            found(figure, definition, (*n, value, *interval), stretch)
                .map_or_else(|| Side::Missing("no such number".to_owned()), Side::Found)
        }
        Measured::TooFew { n: 0 } => Side::Missing("nothing to count".to_owned()),
        Measured::TooFew { n } => {
            Side::Missing(format!("too few to summarise: n {}", quantity::count(*n)))
        }
        Measured::NotObserved { because, .. } | Measured::NotApplicable { because } => {
            Side::Missing(because.clone())
        }
        Measured::Withheld { people } => Side::Missing(people_words(*people)),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn found(
    figure: &StripFigure,
    definition: &Definition,
    (n, value, interval): (u64, &Value, Option<[f64; 2]>),
    stretch: &Stretch,
) -> Option<Found> {
    let n = figure
        .n
        .as_deref()
        .map_or(Some(n), |name| value.count(name))?;
    let interval = interval.filter(|ends| ends.iter().all(|end| end.is_finite()));
    match (figure.per, figure.number.as_deref()) {
        (Some(Per::Week), _) => {
            let weeks = stretch.hours / (7.0 * 24.0);
            let count = value.count("count").filter(|_| weeks > 0.0)?;
            let number = count as f64 / weeks;
            Some(Found {
                number,
                unit: Unit::Count("a week"),
                text: one_decimal(number),
                n,
                ends: count_interval(count).map(|ends| ends.map(|end| end / weeks)),
                is_counted: false,
            })
        }
        (Some(Per::Time), _) => {
            let hours = match definition.headline_unit(value) {
                Unit::WorkingHours => stretch.working_hours?,
                _ => stretch.hours,
            };
            let number = quantity::headline_number(value)? / hours;
            number.is_finite().then(|| Found {
                number,
                unit: Unit::Count("at any time"),
                text: one_decimal(number),
                n,
                ends: None,
                is_counted: false,
            })
        }
        (None, Some(name)) => {
            let number = value.get(name).filter(|number| number.is_finite())?;
            let unit = definition
                .number(name)
                .map_or(definition.unit, |one| one.unit);
            Some(Found {
                number,
                unit,
                text: quantity::amount(unit, number),
                n,
                ends: None,
                is_counted: false,
            })
        }
        (None, None) => {
            let number = quantity::headline_number(value)?;
            let unit = definition.headline_unit(value);
            let ratio = value.ratio();
            let is_counted = ratio.is_some() && interval.is_none() && definition.cohort.is_none();
            let text = match ratio.filter(|_| is_counted) {
                Some(Ratio { hits, of }) => {
                    format!("{} of {}", quantity::count(hits), quantity::count(of))
                }
                None => quantity::amount(unit, number),
            };
            Some(Found {
                number,
                unit,
                text,
                n,
                ends: interval,
                is_counted,
            })
        }
    }
}

fn one_decimal(number: f64) -> String {
    format!("{number:.1}")
}

/// The measured figure of a whole product.
pub(super) fn whole<'a>(measure: &'a Measure, product: &str) -> Option<&'a Measured> {
    let mut cells = cells_of(measure, product);
    cells
        .find(|cell| cell.bucket.is_none())
        .map(|cell| &cell.measured)
}

pub(super) fn cells_of<'a>(measure: &'a Measure, product: &str) -> impl Iterator<Item = &'a Cell> {
    measure.team_cells().filter(move |cell| {
        let scope = &cell.scope;
        scope.product == product && scope.repository.is_none() && scope.area.is_none()
    })
}

/// A line from its two sides. A side that speaks of too few of the rows that it is told among is replaced by that.
pub(super) fn line(
    figure: &StripFigure,
    definition: &'static Definition,
    [now, before]: [Side; 2],
    [among_now, among_before]: [Option<u64>; 2],
    spark: Spark,
    agreed: Option<String>,
) -> StripLine {
    let now = told_among(now, among_now);
    let before = told_among(before, among_before);
    let shown = [&now, &before].into_iter().find_map(|side| match side {
        Side::Found(found) => Some(found.unit),
        Side::Missing(_) => None,
    });
    let clock = match (shown, figure.per, &figure.number) {
        (Some(Unit::WorkingHours), None, None) => ", median of working hours",
        (Some(Unit::Hours), None, None) => ", median",
        _ => "",
    };
    let number = figure.number.as_deref();
    StripLine {
        id: number.map_or_else(
            || figure.metric.clone(),
            |number| format!("{}.{number}", figure.metric),
        ),
        metric: definition.id,
        title: format!("{}{clock}", figure.title),
        short: figure.title.clone(),
        change: Change::between(&now, &before),
        now,
        before,
        spark,
        agreed,
        in_overview: figure.in_overview,
    }
}

fn told_among(side: Side, among: Option<u64>) -> Side {
    match (side, among) {
        (Side::Found(found), Some(among)) if found.n.saturating_mul(FEW_AMONG) < among => {
            Side::Missing(format!(
                "n {} among {} pull requests: too few of them to speak for all",
                quantity::count(found.n),
                quantity::count(among)
            ))
        }
        (side, _) => side,
    }
}
