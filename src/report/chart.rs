//! A chart as plain data: buckets, the numbers in each, and which of them are drawn how.

use super::quantity;
use crate::metrics::measure::Unit;

/// How one series of numbers is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A strong line with a dot per bucket.
    Line,
    /// A second, quieter line.
    QuietLine,
    /// Bars from zero.
    Bars,
    /// A part of a bar: the parts of a bucket stand on each other, the first at the bottom, each in its colour (from 0 to 5).
    Stack(u8),
}

/// One series: the name of a number of every point, and how it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which of [`ChartPoint::numbers`].
    pub number: String,
    /// What the legend calls it.
    pub title: String,
    /// How it is drawn.
    pub shape: Shape,
}

/// Whether a bucket has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PointState {
    /// It has.
    Measured,
    /// It has rows, but fewer than the minimum n.
    TooFew,
    /// It has rows, and too few people are behind them: the line breaks here too.
    Withheld,
    /// It has none: the line breaks here.
    Missing,
}

impl PointState {
    /// The word used in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::TooFew => "too_few",
            Self::Withheld => "withheld",
            Self::Missing => "missing",
        }
    }
}

/// One bucket of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartPoint {
    /// The bucket's name: `2026-W07`.
    pub bucket: String,
    /// Whether it has a value.
    pub state: PointState,
    /// Whether the window ends or begins inside the bucket, so that its counts are not comparable.
    pub is_cut: bool,
    /// Rows behind it; `None` where there is no figure at all.
    pub n: Option<u64>,
    /// The numbers, by name, in the metric's unit. All finite.
    pub numbers: Vec<(String, f64)>,
    /// 80 % interval of the first number.
    pub interval: Option<[f64; 2]>,
}

impl ChartPoint {
    /// A bucket without a figure.
    #[must_use]
    pub fn missing(bucket: String, is_cut: bool) -> Self {
        Self {
            bucket,
            state: PointState::Missing,
            is_cut,
            n: None,
            numbers: Vec::new(),
            interval: None,
        }
    }

    /// One of the numbers.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.numbers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, number)| *number)
    }
}

/// A chart over consecutive buckets. The points have no holes: a bucket without a figure is a point without numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// File stem and anchor.
    pub id: String,
    /// Title.
    pub title: String,
    /// One sentence for people who cannot see it.
    pub description: String,
    /// The unit of the drawn numbers.
    pub unit: Unit,
    /// Buckets in order.
    pub points: Vec<ChartPoint>,
    /// Series, the headline first.
    pub marks: Vec<Mark>,
    /// Whether the interval of the first number is drawn as a band.
    pub has_band: bool,
}

impl Chart {
    /// Whether at least one drawn number exists: a chart without any is not drawn at all.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        self.points.iter().any(|point| {
            self.marks
                .iter()
                .any(|mark| point.get(&mark.number).is_some())
        })
    }

    /// Names of all numbers that occur, in order of first sight: the columns of the chart's data.
    #[must_use]
    pub fn number_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.points.iter().flat_map(|point| &point.numbers) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The interval of a point's first series in words.
    #[must_use]
    pub fn interval_words(&self, point: &ChartPoint) -> Option<String> {
        let [low, _] = point.interval?;
        let number = self
            .marks
            .first()
            .and_then(|mark| point.get(&mark.number))
            .unwrap_or(low);
        let [low, high] = quantity::interval(self.unit, number, point.interval?);
        Some(format!("{low} – {high}"))
    }

    /// How many buckets have rows, and how many of them too few to summarise.
    #[must_use]
    pub fn n_too_few(&self) -> (usize, usize) {
        let n_of = |state| {
            self.points
                .iter()
                .filter(|point| point.state == state)
                .count()
        };
        let n_too_few = n_of(PointState::TooFew);
        (n_too_few, n_of(PointState::Measured) + n_too_few)
    }

    /// The largest number drawn, bands included, stacks as a whole; `None` when nothing is drawn.
    #[must_use]
    pub fn highest(&self) -> Option<f64> {
        let is_stack = |mark: &&Mark| matches!(mark.shape, Shape::Stack(_));
        if self.marks.iter().any(|mark| is_stack(&mark)) {
            let height = |point: &ChartPoint| {
                let parts = self.marks.iter().filter(is_stack);
                let numbers = parts.filter_map(|mark| point.get(&mark.number));
                numbers.reduce(|sum, number| sum + number)
            };
            return self.points.iter().filter_map(height).reduce(f64::max);
        }
        let drawn = self.points.iter().flat_map(|point| {
            let band = point
                .interval
                .filter(|_| self.has_band)
                .map(|[_, high]| high);
            self.marks
                .iter()
                .filter_map(|mark| point.get(&mark.number))
                .chain(band)
        });
        drawn.reduce(f64::max)
    }
}
