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
    /// A step as wide as its bucket, with its value and n written on it.
    Step,
    /// A dashed step, named at its end.
    QuietStep,
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
    /// Where the middle half of the rows lies, where they are too many to be drawn one by one.
    pub middle_half: Option<[f64; 2]>,
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
            middle_half: None,
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

/// How amounts become heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// From zero, evenly.
    #[default]
    Linear,
    /// By their logarithms: minutes and months in one picture.
    Logarithmic,
}

/// One row in a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChartDot {
    /// How far to the right, in buckets.
    pub at: f64,
    /// The measured quantity.
    pub amount: f64,
    /// Whether it still runs: the amount is what has passed so far.
    pub is_running: bool,
}

/// A day that stands out, as a line across the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct DayLine {
    /// How far to the right, in buckets.
    pub at: f64,
    /// The day, as printed.
    pub on: String,
    /// What happened.
    pub title: String,
}

/// What the team has agreed, as a line along the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct AgreedLine {
    /// The amount in the chart's unit.
    pub amount: f64,
    /// `agreed: at most 24.0 h`.
    pub words: String,
}

/// Something rare, one mark each: whether it went wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// How far to the right, in buckets.
    pub at: f64,
    /// Whether it counts.
    pub is_hit: bool,
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
    /// Whether the interval of the first number is drawn: as a band behind a line, as a whisker on a step.
    pub has_band: bool,
    /// How amounts become heights.
    pub scale: Scale,
    /// What the heights are: `working hours, log scale`.
    pub y_title: String,
    /// What places a row in a bucket: `merged in the quarter`.
    pub x_title: String,
    /// Rows, one by one.
    pub dots: Vec<ChartDot>,
    /// Rare things, one by one.
    pub ticks: Vec<Tick>,
    /// The share of the last of them that count: how far to the right, and the share.
    pub rolling: Vec<[f64; 2]>,
    /// Days that stand out.
    pub events: Vec<DayLine>,
    /// What is agreed.
    pub agreed: Vec<AgreedLine>,
    /// What is left out, in a sentence; empty where nothing is.
    pub left_out: String,
}

impl Chart {
    /// A chart with nothing beside its series.
    #[must_use]
    pub const fn of(
        id: String,
        title: String,
        unit: Unit,
        points: Vec<ChartPoint>,
        marks: Vec<Mark>,
    ) -> Self {
        Self {
            id,
            title,
            description: String::new(),
            unit,
            points,
            marks,
            has_band: false,
            scale: Scale::Linear,
            y_title: String::new(),
            x_title: String::new(),
            dots: Vec::new(),
            ticks: Vec::new(),
            rolling: Vec::new(),
            events: Vec::new(),
            agreed: Vec::new(),
            left_out: String::new(),
        }
    }

    /// Whether at least one drawn number exists: a chart without any is not drawn at all.
    #[must_use]
    pub fn is_drawable(&self) -> bool {
        let is_measured = |point: &ChartPoint| {
            let mut marks = self.marks.iter();
            marks.any(|mark| point.get(&mark.number).is_some())
        };
        self.points.iter().any(is_measured) || !self.dots.is_empty() || !self.ticks.is_empty()
    }

    /// Everything that a scale has to cover but for the ends of intervals, which are cut with an arrow.
    pub fn amounts(&self) -> impl Iterator<Item = f64> {
        let points = self.points.iter().flat_map(|point| {
            let marks = self.marks.iter();
            let drawn = marks.filter_map(|mark| point.get(&mark.number));
            drawn.chain(point.middle_half.into_iter().flatten())
        });
        let dots = self.dots.iter().map(|dot| dot.amount);
        points
            .chain(dots)
            .chain(self.agreed.iter().map(|line| line.amount))
    }

    /// The typical amount: the middle one of the buckets' headline numbers.
    #[must_use]
    pub fn typical(&self) -> Option<f64> {
        let mark = self.marks.first()?;
        let points = self.points.iter();
        let mut seen: Vec<f64> = points.filter_map(|point| point.get(&mark.number)).collect();
        seen.sort_by(f64::total_cmp);
        seen.get(seen.len() / 2).copied()
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
        let rolling = self.rolling.iter().map(|[_, share]| *share);
        let agreed = self.agreed.iter().map(|line| line.amount);
        drawn.chain(rolling).chain(agreed).reduce(f64::max)
    }
}
