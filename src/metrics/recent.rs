//! The same metrics over other windows: the last days against as many before them, the months that led there, and the days on
//! both sides of a dated event. One definition: only the question's window moves.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{Measure, Metric, find};
use crate::domain::{Bucket, Elapsed, Granularity, Window, side_by_side};
use crate::work::question::Quarters;
pub use crate::work::stretches::DAYS;
use crate::work::stretches::last_days;
use crate::work::{Question, Reading};

/// How many whole months lead there.
pub const MONTHS: i64 = 18;

/// A stretch of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch {
    /// Its instants.
    pub window: Window,
    /// Its first day.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// Its length in hours, as far as it has passed.
    pub hours: f64,
    /// The same in the team's working hours, where hours are agreed.
    pub working_hours: Option<f64>,
}

/// One metric in each of the stretches.
#[derive(Debug, Clone)]
pub struct RecentFigure {
    /// In the last days.
    pub now: Measure,
    /// In as many before them.
    pub before: Measure,
    /// Month by month; `None` for a state, which has no months.
    pub months: Option<Measure>,
    /// In the days before and after the event; `None` without one, and for a state.
    pub around: Option<[Measure; 2]>,
}

/// Some metrics in the stretches that they are compared over.
#[derive(Debug, Clone)]
pub struct Recent {
    /// The last days.
    pub now: Stretch,
    /// As many before them.
    pub before: Stretch,
    /// The months, oldest first.
    pub months: Vec<(Bucket, Stretch)>,
    /// The days before and after the event.
    pub around: Option<[Stretch; 2]>,
    /// The metrics, in the order in which they were asked for.
    pub figures: Vec<RecentFigure>,
}

impl Recent {
    /// Measures some metrics of the products of a question around its end, and around the day that `event` finds among those of the
    /// months; `None` where there is no product.
    #[must_use]
    pub fn of(
        readings: &[Reading<'_>],
        metrics: &[&str],
        event: impl FnOnce(RangeInclusive<Date>) -> Option<Date>,
    ) -> Option<Self> {
        let question = readings.first()?.question;
        let frame = Frame::of(question, event);
        let asked = |stretch: &Stretch| of_stretch(question, stretch.window);
        let (now, before) = (asked(&frame.now), asked(&frame.before));
        let months = Question {
            granularity: Granularity::Month,
            ..of_stretch(question, frame.months_window(question))
        };
        let around = frame
            .around
            .as_ref()
            .map(|[before, after]| [asked(before), asked(after)]);
        let questions: Vec<&Question> = [&now, &before, &months]
            .into_iter()
            .chain(around.iter().flatten())
            .collect();
        // One reading a question and product: what the metrics have in common is computed once.
        let then: Vec<Vec<Reading<'_>>> = questions
            .iter()
            .map(|question| {
                readings
                    .iter()
                    .map(|reading| reading.at(question))
                    .collect()
            })
            .collect();
        let found: Vec<&'static Metric> = metrics.iter().filter_map(|id| find(id)).collect();
        let work: Vec<(&'static Metric, usize)> = found
            .iter()
            .flat_map(|metric| (0..then.len()).map(move |at| (*metric, at)))
            .collect();
        let measured = side_by_side(&work, &|(metric, at)| {
            let is_state = metric.definition.cohort.is_none();
            let readings = then.get(*at).filter(|_| *at < 2 || !is_state)?;
            Some(metric.of(readings).without_rows())
        });
        let figures = measured.chunks(then.len().max(1)).filter_map(|of_metric| {
            let at = |at: usize| of_metric.get(at).cloned().flatten();
            Some(RecentFigure {
                now: at(0)?,
                before: at(1)?,
                months: at(2),
                around: at(3).zip(at(4)).map(<[Measure; 2]>::from),
            })
        });
        let figures = figures.collect();
        let Frame {
            now,
            before,
            months,
            around,
        } = frame;
        Some(Self {
            now,
            before,
            months,
            around,
            figures,
        })
    }
}

/// The stretches of a question.
struct Frame {
    now: Stretch,
    before: Stretch,
    months: Vec<(Bucket, Stretch)>,
    around: Option<[Stretch; 2]>,
}

impl Frame {
    fn of(question: &Question, event: impl FnOnce(RangeInclusive<Date>) -> Option<Date>) -> Self {
        let end = question.window.until.min(question.as_of);
        let [earlier, first, after] = last_days(question, DAYS);
        let between = |from: Date, to: Date| stretch(question, from, to, end);
        let month = Bucket::of_date(after, Granularity::Month).first_day();
        let months = Window {
            since: Bucket::start_of(month.saturating_sub(MONTHS.months()), &question.zone),
            until: Bucket::start_of(month, &question.zone),
        };
        let event = event(month.saturating_sub(MONTHS.months())..=after);
        let around = event.filter(|on| *on < after).map(|on| {
            let until = on.saturating_add(DAYS.days()).min(after);
            [
                between(on.saturating_sub(DAYS.days()), on),
                between(on, until),
            ]
        });
        Self {
            now: between(first, after),
            before: between(earlier, first),
            months: Bucket::spine(months, Granularity::Month, &question.zone)
                .into_iter()
                .map(|bucket| {
                    let first = bucket.first_day();
                    (bucket, between(first, bucket.next().first_day()))
                })
                .collect(),
            around,
        }
    }

    /// All of the months; the last days where there is none.
    fn months_window(&self, question: &Question) -> Window {
        let ends = self.months.first().zip(self.months.last());
        ends.map_or(question.window, |((_, first), (_, last))| Window {
            since: first.window.since,
            until: last.window.until,
        })
    }
}

/// The days from one up to, but not including, another, as far as they have passed.
fn stretch(question: &Question, from: Date, to: Date, end: Timestamp) -> Stretch {
    let window = Window {
        since: Bucket::start_of(from, &question.zone),
        until: Bucket::start_of(to, &question.zone).min(end),
    };
    let calendar = question.calendars.team();
    Stretch {
        window,
        first: from,
        last: to.yesterday().unwrap_or(to),
        hours: Elapsed::between(window.since, window.until).map_or(0.0, Elapsed::hours),
        working_hours: calendar
            .working_between(window.since, window.until)
            .map(Elapsed::hours),
    }
}

/// The question over another window, asked at its end: what came later is not known yet.
fn of_stretch(question: &Question, window: Window) -> Question {
    Question {
        as_of: question.as_of.min(window.until),
        window,
        quarters: Quarters::None,
        ..question.clone()
    }
}
