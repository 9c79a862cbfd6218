//! The same metrics over other windows: the last days against as many before them, the months that led there, and the days on
//! both sides of a dated event. One definition: only the question's window moves.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::{Measure, Metric, find};
use crate::domain::{Bucket, Elapsed, Granularity, Window, side_by_side};
use crate::work::question::Quarters;
pub use crate::work::stretches::DAYS;
use crate::work::stretches::last_days;
use crate::work::{Question, Reading, Scopes};

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
    /// In the days before and after each event; none for a state.
    pub around: Vec<[Measure; 2]>,
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
    /// The days before and after each event.
    pub around: Vec<[Stretch; 2]>,
    /// The metrics, in the order in which they were asked for.
    pub figures: Vec<RecentFigure>,
}

impl Recent {
    /// Measures some metrics of the products of a question around its end, and around the last of some events, given by day in order,
    /// that the months hold; `None` where there is no product.
    #[must_use]
    pub fn of(readings: &[Reading<'_>], metrics: &[&str], events: &[Date]) -> Option<Self> {
        let question = readings.first()?.question;
        let frame = Frame::of(question, events);
        let asked = |stretch: &Stretch| at_its_end(question, stretch.window);
        // What is asked at the question's own instant shares what was read for its figures. The months are, as its charts; the last days
        // only where they end on its day: else they would be followed further than those before them.
        let since_now = question.as_of.duration_since(frame.now.window.until);
        let now = if since_now < SignedDuration::from_hours(24) {
            over(question, frame.now.window)
        } else {
            asked(&frame.now)
        };
        let before = asked(&frame.before);
        let months = Question {
            granularity: Granularity::Month,
            ..over(question, frame.months_window(question))
        };
        let around: Vec<[Question; 2]> = frame
            .around
            .iter()
            .map(|[before, after]| [asked(before), asked(after)])
            .collect();
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
                around: (3..of_metric.len())
                    .step_by(2)
                    .filter_map(|before| Some([at(before)?, at(before + 1)?]))
                    .collect(),
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

impl Recent {
    /// Adds the figures of other products, in the same stretches.
    pub fn add(&mut self, other: Self) {
        for (own, other) in self.figures.iter_mut().zip(other.figures) {
            own.now.add(other.now);
            own.before.add(other.before);
            if let (Some(own), Some(other)) = (own.months.as_mut(), other.months) {
                own.add(other);
            }
            for (own, other) in own.around.iter_mut().zip(other.around) {
                let [before, after] = other;
                let [own_before, own_after] = own;
                own_before.add(before);
                own_after.add(after);
            }
        }
    }
}

/// The stretches of a question.
struct Frame {
    now: Stretch,
    before: Stretch,
    months: Vec<(Bucket, Stretch)>,
    around: Vec<[Stretch; 2]>,
}

impl Frame {
    fn of(question: &Question, events: &[Date]) -> Self {
        let end = question.window.until.min(question.as_of);
        let [earlier, first, after] = last_days(question, DAYS);
        let between = |from: Date, to: Date| stretch(question, from, to, end);
        let month = Bucket::of_date(after, Granularity::Month).first_day();
        let months = Window {
            since: Bucket::start_of(month.saturating_sub(MONTHS.months()), &question.zone),
            until: Bucket::start_of(month, &question.zone),
        };
        let told = month.saturating_sub(MONTHS.months())..after;
        let events = events.iter().copied().filter(|on| told.contains(on));
        let around = compared(events).into_iter().map(|on| {
            let until = on.saturating_add(DAYS.days()).min(after);
            [
                between(on.saturating_sub(DAYS.days()), on),
                between(on, until),
            ]
        });
        let around = around.collect();
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

/// The events that are compared, the latest first: two, of which neither's days are nearly those of the other, or what happened between
/// them could be told from the two.
fn compared(days: impl DoubleEndedIterator<Item = Date>) -> Vec<Date> {
    const MOST: usize = 2;
    const DAYS_APART: i32 = 28;
    let mut told: Vec<Date> = Vec::new();
    for on in days.rev() {
        let is_apart = |last: &Date| (*last - on).get_days() >= DAYS_APART;
        if told.len() < MOST && told.last().is_none_or(is_apart) {
            told.push(on);
        }
    }
    told
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

/// The question over another window, asked at the same instant.
fn over(question: &Question, window: Window) -> Question {
    Question {
        window,
        quarters: Quarters::None,
        scopes: Scopes::Parts,
        ..question.clone()
    }
}

/// The question over another window, asked at its end, so that what came later is not known yet: earlier days are followed as far as
/// the last ones can be.
fn at_its_end(question: &Question, window: Window) -> Question {
    Question {
        as_of: question.as_of.min(window.until),
        ..over(question, window)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_last_two_events_are_compared_and_none_that_is_nearly_another_one() {
        let days =
            [(3, 1), (5, 2), (5, 29), (5, 30), (5, 30)].map(|(month, day)| date(2026, month, day));
        let told = compared(days.into_iter());
        // 2 May is 28 days before; 29 May is the day before.
        assert_eq!(told, [date(2026, 5, 30), date(2026, 5, 2)]);
        assert_eq!(compared(std::iter::empty()), []);
    }
}
