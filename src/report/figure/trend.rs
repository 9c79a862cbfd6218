//! The chart of a figure: which form its numbers take over time.

use super::course::{self, Course, MOST_DOTS, ROLLING, WINDOW, course};
use super::frame::Frame;
use super::points::{Spine, measured, point_of};
use super::words::description;
use crate::domain::{Bucket, Window};
use crate::metrics::drawn::{Material, Rows};
use crate::metrics::flow::holders::Holder;
use crate::metrics::measure::{
    About, Cell, Definition, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::report::chart::{
    AgreedLine, Chart, ChartPoint, DayLine, Mark, PointState, Scale, Shape, Tick,
};
use crate::report::input::MarkedDay;
use crate::report::quantity;

/// The shares of small whole numbers: by name, in words.
const SMALL_COUNTS: [(&str, &str); 4] = [
    ("share_of_0", "0"),
    ("share_of_1", "1"),
    ("share_of_2", "2"),
    ("share_of_3_or_more", "3 or more"),
];

/// How a figure is drawn over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Rows as dots on a scale of logarithms, the median as a step.
    Durations,
    /// The shares of 0, 1, 2 and more, on each other.
    SmallCounts,
    /// Every row a mark, and the share of the last of them above.
    RareEvents,
    /// A share of rows, by buckets that have enough of them.
    Share,
    /// The value at the ends of buckets, and at the window's end.
    State,
    /// The figures as they are.
    Plain,
}

impl Form {
    fn of(definition: &Definition, rows: Option<&Rows>) -> Self {
        let has_rows = rows.is_some();
        if definition.cohort.is_none() {
            return Self::State;
        }
        let is_median = matches!(definition.recipe, Recipe::Median | Recipe::CensoredMedian);
        let is_delivery = definition.about == About::System && definition.id.starts_with("dora.");
        match definition.unit {
            _ if !has_rows => Self::Plain,
            Unit::Hours | Unit::WorkingHours if is_median => Self::Durations,
            Unit::Count(_) if is_median && rows.is_some_and(are_small) => Self::SmallCounts,
            Unit::Share if definition.recipe == Recipe::Share && is_delivery => Self::RareEvents,
            Unit::Share if definition.recipe == Recipe::Share => Self::Share,
            _ => Self::Plain,
        }
    }
}

/// Whether most of the counts have a class of their own: of lines of changes nearly all are "3 or more".
fn are_small(rows: &Rows) -> bool {
    let few = SMALL_COUNTS.len().saturating_sub(1);
    let is_few = |amount: f64| amount < course::real(few) - 0.5;
    let n_few = rows.dots.iter().filter(|dot| is_few(dot.amount)).count();
    2 * n_few >= rows.dots.len()
}

/// What a chart is made of: the figures by bucket and over the window, and the rows where they are there.
pub(super) struct Source<'a> {
    pub(super) definition: &'static Definition,
    pub(super) cells: Vec<&'a Cell>,
    pub(super) whole: Option<&'a Cell>,
    pub(super) rows: Option<&'a Rows>,
}

impl<'a> Source<'a> {
    /// The figures of a product as a whole.
    pub(super) fn of(measure: &'a Measure, product: &str) -> Self {
        let mut of_product = measure.cells.iter().filter(|cell| {
            cell.scope.product == product
                && cell.scope.repository.is_none()
                && cell.scope.area.is_none()
                && cell.scope.person.is_none()
        });
        let whole = of_product.clone().find(|cell| cell.bucket.is_none());
        Self {
            definition: measure.definition,
            cells: of_product
                .by_ref()
                .filter(|cell| cell.bucket.is_some())
                .collect(),
            whole,
            rows: measure
                .drawn
                .iter()
                .filter(|drawn| drawn.product == product)
                .find_map(|drawn| match &drawn.material {
                    Material::Rows(rows) => Some(rows),
                    _ => None,
                }),
        }
    }
}

pub(super) fn chart(id: &str, source: &Source<'_>, frame: &Frame<'_>) -> Option<Chart> {
    let definition = source.definition;
    let form = Form::of(definition, source.rows);
    let mut course = match source.rows {
        Some(rows) if form != Form::State => {
            // Small numbers are counted, however many there are.
            let most = match form {
                Form::SmallCounts => usize::MAX,
                _ => MOST_DOTS,
            };
            course(frame, &source.cells, source.whole, (rows, most))
        }
        _ if form == Form::State => states(frame, source)?,
        _ => plain(frame, &source.cells)?,
    };
    let value = first_value(source);
    let marks = match form {
        Form::SmallCounts => small_counts(&mut course),
        _ => marks(definition, value?, &course.points, form)?,
    };
    let is_counted = marks.iter().any(|mark| mark.shape == Shape::Bars);
    let unit = match (form, value) {
        (Form::SmallCounts, _) => Unit::Share,
        (_, Some(value)) => definition.headline_unit(value),
        (_, None) => definition.unit,
    };
    let ticks = match (form, source.rows) {
        (Form::RareEvents, Some(rows)) => ticks(&course, rows),
        _ => Vec::new(),
    };
    let rolling = course::rolling(&ticks, ROLLING / 2);
    let has_band = !is_counted
        && ticks.is_empty()
        && form != Form::SmallCounts
        && course.points.iter().any(|point| point.interval.is_some());
    let dots = if form == Form::Durations {
        std::mem::take(&mut course.dots)
    } else {
        course.forget_rows();
        Vec::new()
    };
    let mut chart = Chart {
        has_band,
        scale: match form {
            Form::Durations => Scale::Logarithmic,
            _ => Scale::Linear,
        },
        y_title: y_title(form, unit),
        x_title: x_title(definition, course.noun),
        dots,
        ticks,
        rolling,
        events: events(frame, &course.windows),
        agreed: agreed(definition, unit, form, frame),
        left_out: left_out(frame, course.n_left_out),
        ..Chart::of(
            id.to_owned(),
            format!("{} · {}", definition.title, frame.product),
            unit,
            course.points,
            marks,
        )
    };
    chart.description = description(&chart, course.noun);
    Some(chart)
}

fn first_value<'a>(source: &Source<'a>) -> Option<&'a Value> {
    let coarser = source.rows.into_iter().flat_map(|rows| &rows.coarser);
    let coarser = coarser.flat_map(|level| &level.cells);
    let cells = source
        .cells
        .iter()
        .copied()
        .chain(coarser)
        .chain(source.whole);
    let mut values = cells.filter_map(|cell| match &cell.measured {
        Measured::Value { value, .. } => Some(value),
        _ => None,
    });
    values.next()
}

/// The figures by bucket as they are.
fn plain(frame: &Frame<'_>, cells: &[&Cell]) -> Option<Course> {
    let granularity = cells.first()?.bucket?.granularity();
    let spine = Spine::of(frame, granularity, cells);
    let points = spine.0.iter().map(|bucket| point_of(frame, *bucket, cells));
    Some(Course {
        points: points.collect(),
        noun: granularity.noun(),
        windows: windows(frame, &spine.0),
        dots: Vec::new(),
        n_left_out: 0,
    })
}

fn windows(frame: &Frame<'_>, spine: &[Bucket]) -> Vec<Window> {
    spine
        .iter()
        .map(|bucket| bucket.window(frame.zone))
        .collect()
}

/// A state at the ends of buckets. The bucket that the window ends in is not over: there the value at the window's end stands.
fn states(frame: &Frame<'_>, source: &Source<'_>) -> Option<Course> {
    let mut course = plain(frame, &source.cells)?;
    for point in &mut course.points {
        point.is_cut = false;
    }
    let is_over = course
        .windows
        .last()
        .is_some_and(|window| window.until <= frame.window.until);
    let last = course.points.last_mut().filter(|_| !is_over);
    if let (Some(last), Some(whole)) = (last, source.whole) {
        let on = frame.zone.to_datetime(frame.window.until).date();
        *last = measured(ChartPoint::missing(on.to_string(), false), &whole.measured);
    }
    Some(course)
}

/// What is drawn: the headline, and its quieter companion; or the parts of a whole.
fn marks(
    definition: &Definition,
    value: &Value,
    points: &[ChartPoint],
    form: Form,
) -> Option<Vec<Mark>> {
    let (first, first_number) = value.0.first()?;
    let is_counted =
        matches!(first_number, Number::Count(_)) && matches!(definition.unit, Unit::Count(_));
    let [strong, quiet] = match form {
        Form::Durations => [Shape::Step, Shape::QuietStep],
        _ => [Shape::Line, Shape::QuietLine],
    };
    let (number, title, shape) = if value.ratio().is_some() {
        ("share", "share".to_owned(), strong)
    } else if is_counted {
        // A state is no amount of anything that happened in a bucket: it goes on to the next one.
        let shape = match form {
            Form::State => Shape::Line,
            _ => Shape::Bars,
        };
        (*first, definition.unit.noun().to_owned(), shape)
    } else {
        (*first, quantity::number_title(definition, first), strong)
    };
    let headline = Mark {
        number: number.to_owned(),
        title,
        shape,
    };
    let mut marks = match parts(points) {
        parts if parts.len() > 1 => parts,
        _ => vec![headline],
    };
    let tail = first
        .strip_suffix("p50")
        .map(|clock| format!("{clock}p75"))
        .filter(|tail| value.get(tail).is_some());
    marks.extend(tail.map(|number| Mark {
        title: "p75".to_owned(),
        number,
        shape: quiet,
    }));
    Some(marks)
}

/// The parts of a whole, where the figure is made of them: whose turn a pull request's life is, from the first to the last.
fn parts(points: &[ChartPoint]) -> Vec<Mark> {
    let has = |name: &str| points.iter().any(|point| point.get(name).is_some());
    Holder::WORDS
        .iter()
        .zip(0..)
        .map(|(word, at)| (format!("{word}_share"), *word, at))
        .filter(|(name, ..)| has(name))
        .map(|(number, word, at)| Mark {
            number,
            title: word.to_owned(),
            shape: Shape::Stack(at),
        })
        .collect()
}

/// The shares of 0, 1, 2 and more among the rows of every bucket that has enough of them.
fn small_counts(course: &mut Course) -> Vec<Mark> {
    let mut counts: Vec<[usize; 4]> = vec![[0; 4]; course.points.len()];
    for dot in &course.dots {
        let bucket = counts.iter_mut().zip(0_u32..).find(|(_, at)| {
            let start = f64::from(*at);
            start <= dot.at && dot.at < start + 1.0
        });
        let place = (0..3)
            .position(|n| dot.amount < f64::from(n) + 0.5)
            .unwrap_or(3);
        if let Some(n) = bucket.and_then(|(counts, _)| counts.get_mut(place)) {
            *n += 1;
        }
    }
    for (point, counts) in course.points.iter_mut().zip(counts) {
        let all: usize = counts.iter().sum();
        if point.state == PointState::Measured && all > 0 {
            point.interval = None;
            let shares = SMALL_COUNTS
                .iter()
                .zip(counts)
                .map(|((name, _), n)| ((*name).to_owned(), course::real(n) / course::real(all)));
            point.numbers = shares.collect();
        }
    }
    let mark = |(at, (name, title)): (u8, &(&str, &str))| Mark {
        number: (*name).to_owned(),
        title: (*title).to_owned(),
        shape: Shape::Stack(at),
    };
    (0..).zip(&SMALL_COUNTS).map(mark).collect()
}

/// Every row as a mark.
fn ticks(course: &Course, rows: &Rows) -> Vec<Tick> {
    let tick = |row: &crate::metrics::drawn::Dot| {
        Some(Tick {
            at: course.place(row.at)?,
            is_hit: row.amount > 0.0,
        })
    };
    rows.dots.iter().filter_map(tick).collect()
}

/// The days that stand out, where they are.
fn events(frame: &Frame<'_>, windows: &[Window]) -> Vec<DayLine> {
    let line = |day: &MarkedDay| {
        let at = Bucket::start_of(day.on, frame.zone);
        let at = course::place(windows, at).filter(|_| frame.window.contains(at))?;
        Some(DayLine {
            at,
            on: day.on.to_string(),
            title: day.title.clone(),
        })
    };
    let mut lines: Vec<DayLine> = frame.events.iter().filter_map(line).collect();
    lines.sort_by(|a, b| a.at.total_cmp(&b.at));
    lines
}

/// What is agreed of this product, in the unit of the chart.
fn agreed(definition: &Definition, unit: Unit, form: Form, frame: &Frame<'_>) -> Vec<AgreedLine> {
    let of_product = |scope: &Option<String>| {
        let is_product = |scope: &String| scope.eq_ignore_ascii_case(frame.product);
        scope.as_ref().is_none_or(is_product)
    };
    let mut lines = Vec::new();
    for limit in frame.agreed.iter().filter(|limit| {
        limit.metric == definition.id && of_product(&limit.scope) && form != Form::SmallCounts
    }) {
        let declared = limit
            .number
            .as_deref()
            .and_then(|name| definition.number(name));
        let is_drawn = declared.is_none_or(|number| number.unit == unit);
        let name = declared.map_or_else(String::new, |number| format!("{} ", number.title));
        let ends = [("at least", limit.at_least), ("at most", limit.at_most)];
        for (word, amount) in ends {
            lines.extend(amount.filter(|_| is_drawn).map(|amount| AgreedLine {
                amount,
                words: format!("agreed: {name}{word} {}", quantity::amount(unit, amount)),
            }));
        }
    }
    lines
}

/// What is left out of the figures that are drawn, so that nobody's can be told from them; empty where nothing is.
fn left_out(frame: &Frame<'_>, n: usize) -> String {
    let noun = frame.granularity.noun();
    match n {
        0 => String::new(),
        1 => format!("Without the rows of one {noun} in which too few people acted."),
        n => format!("Without the rows of {n} {noun}s in which too few people acted."),
    }
}

fn y_title(form: Form, unit: Unit) -> String {
    match (form, unit) {
        (Form::Durations, unit) => format!("{}, log scale", unit.noun()),
        (Form::SmallCounts, _) => "share of the pull requests".to_owned(),
        (Form::RareEvents, _) => format!("share of the last {ROLLING}"),
        (_, Unit::Count("")) => "number".to_owned(),
        (_, unit) => unit.noun().to_owned(),
    }
}

/// What places a row in a bucket: `merged in the quarter`.
fn x_title(definition: &Definition, noun: &str) -> String {
    match definition.cohort {
        None => format!("at the end of each {noun}, and of the window"),
        Some(cohort) if noun == WINDOW && cohort.contains("bucket") => {
            cohort.replace("bucket", WINDOW)
        }
        Some(cohort) => cohort.replace("bucket", noun),
    }
}
