//! Working time: which days and hours of a zone are worked, and how much of it lies between two instants.

use std::collections::BTreeSet;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::time::{Elapsed, Window};

/// The days and hours that a team or a person works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkPattern {
    /// The zone of days and hours.
    pub zone: TimeZone,
    /// The weekdays worked.
    pub weekdays: BTreeSet<u8>,
    /// First and last hour of a working day, half-open; `None`: hours are not agreed.
    pub hours: Option<(Time, Time)>,
    /// Days without work.
    pub holidays: BTreeSet<Date>,
}

impl WorkPattern {
    /// Monday to Friday without agreed hours.
    #[must_use]
    pub fn weekdays_of(zone: TimeZone) -> Self {
        Self {
            zone,
            weekdays: (1..=5).collect(),
            hours: None,
            holidays: BTreeSet::new(),
        }
    }

    fn is_worked(&self, day: Date) -> bool {
        let weekday = u8::try_from(day.weekday().to_monday_one_offset()).unwrap_or(0);
        self.weekdays.contains(&weekday) && !self.holidays.contains(&day)
    }

    /// An instant of a civil day. Across a change to or from daylight saving the zone decides, so that a day has 23 to 25 hours.
    fn instant(&self, day: Date, time: Time) -> Option<Timestamp> {
        let zoned = self.zone.to_zoned(day.to_datetime(time)).ok()?;
        Some(zoned.timestamp())
    }

    fn day(&self, day: Date) -> Option<Window> {
        Some(Window {
            since: self.instant(day, Time::midnight())?,
            until: self.instant(day.tomorrow().ok()?, Time::midnight())?,
        })
    }

    fn shift(&self, day: Date) -> Option<Window> {
        let (from, to) = self.hours?;
        Some(Window {
            since: self.instant(day, from)?,
            until: self.instant(day, to)?,
        })
    }
}

/// A pattern laid out over a range of years, so that a question about it costs two binary searches.
///
/// Instants outside the range have no answer (`None`), never zero.
#[derive(Debug, Clone)]
pub struct WorkCalendar {
    pattern: WorkPattern,
    covers: Window,
    days: Spans,
    shifts: Spans,
}

impl WorkCalendar {
    /// Lays out a pattern from 1970 to the end of the year after `as_of`.
    #[must_use]
    pub fn new(pattern: WorkPattern, as_of: Timestamp) -> Self {
        let first = Date::constant(1970, 1, 1);
        let last_year = pattern.zone.to_datetime(as_of).year().saturating_add(1);
        let last = Date::new(last_year, 12, 31).unwrap_or(Date::MAX);
        let mut days = Spans::default();
        let mut shifts = Spans::default();
        let mut day = first;
        while day <= last {
            if pattern.is_worked(day) {
                days.extend(pattern.day(day));
                shifts.extend(pattern.shift(day));
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
        }
        let edge = |date: Date| pattern.instant(date, Time::midnight());
        let covers = Window {
            since: edge(first).unwrap_or(Timestamp::UNIX_EPOCH),
            until: edge(day).unwrap_or(Timestamp::MAX),
        };
        Self {
            pattern,
            covers,
            days,
            shifts,
        }
    }

    /// Whether hours are agreed: working hours are printed beside elapsed ones only then.
    #[must_use]
    pub const fn has_hours(&self) -> bool {
        self.pattern.hours.is_some()
    }

    /// The zone of its days.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.pattern.zone
    }

    /// Whether a civil day is worked.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        self.pattern.is_worked(day)
    }

    /// Working time from `start` to `end`; `None` without agreed hours, backwards, or outside the years laid out.
    #[must_use]
    pub fn working_between(&self, start: Timestamp, end: Timestamp) -> Option<Elapsed> {
        if !self.has_hours() || end < start || !self.covers(start) || !self.covers(end) {
            return None;
        }
        let micros = self
            .shifts
            .before(end)
            .checked_sub(self.shifts.before(start))?;
        Some(Elapsed::from_micros(micros))
    }

    /// Working days from `start` to `end` as a fraction: other days take no time; `None` backwards or outside the years.
    ///
    /// A working day counts whole from midnight to midnight, also where it has 23 or 25 hours.
    #[must_use]
    pub fn working_days_between(&self, start: Timestamp, end: Timestamp) -> Option<f64> {
        (start <= end && self.covers(start) && self.covers(end))
            .then(|| self.days.fraction_before(end) - self.days.fraction_before(start))
    }

    /// The day that is `n` working days after `day`, or before it where `n` is negative; `day` itself for 0.
    #[must_use]
    pub fn add_working_days(&self, day: Date, n: i64) -> Date {
        let step = n.signum();
        let (mut day, mut left) = (day, n.abs());
        while left > 0 {
            let Ok(next) = day.checked_add(step.days()) else {
                break;
            };
            day = next;
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// The working hours that touch a window, in order: the spine that other engines add up.
    pub fn shifts(&self, window: Window) -> impl Iterator<Item = Window> + '_ {
        self.shifts
            .windows()
            .skip_while(move |shift| shift.until <= window.since)
            .take_while(move |shift| shift.since < window.until)
    }

    /// The working days that touch a window, in order.
    pub fn days(&self, window: Window) -> impl Iterator<Item = Window> + '_ {
        self.days
            .windows()
            .skip_while(move |day| day.until <= window.since)
            .take_while(move |day| day.since < window.until)
    }

    fn covers(&self, at: Timestamp) -> bool {
        self.covers.since <= at && at <= self.covers.until
    }
}

/// Disjoint spans in order, each with the time of all before it.
#[derive(Debug, Clone, Default)]
struct Spans {
    spans: Vec<(Window, u64)>,
}

impl Spans {
    fn windows(&self) -> impl Iterator<Item = Window> + '_ {
        self.spans.iter().map(|(window, _)| *window)
    }

    fn extend(&mut self, span: Option<Window>) {
        // A shift that a change of the clock swallows whole takes no time.
        let Some(span) = span.filter(|span| span.since < span.until) else {
            return;
        };
        let before = self
            .spans
            .last()
            .map_or(0, |(last, before)| before + length(last.since, last.until));
        self.spans.push((span, before));
    }

    /// The last span that starts before an instant, its place, and the time before it.
    fn last_before(&self, at: Timestamp) -> Option<(usize, Window, u64)> {
        let place = self.spans.partition_point(|(span, _)| span.since < at);
        let place = place.checked_sub(1)?;
        let (span, before) = self.spans.get(place)?;
        Some((place, *span, *before))
    }

    /// Microseconds of all spans before an instant.
    fn before(&self, at: Timestamp) -> u64 {
        self.last_before(at).map_or(0, |(_, span, before)| {
            before + length(span.since, at.min(span.until))
        })
    }

    /// How many spans lie before an instant, the last one by its share.
    #[expect(
        clippy::cast_precision_loss,
        reason = "days and microseconds of a day stay far below 2^53"
    )]
    fn fraction_before(&self, at: Timestamp) -> f64 {
        self.last_before(at).map_or(0.0, |(place, span, _)| {
            let share = length(span.since, at.min(span.until)) as f64
                / length(span.since, span.until) as f64;
            place as f64 + share
        })
    }
}

fn length(start: Timestamp, end: Timestamp) -> u64 {
    Elapsed::between(start, end).map_or(0, Elapsed::micros)
}

/// The weekday of an English name or its first three letters, from 1 for Monday; `None` for another word.
#[must_use]
pub fn weekday(word: &str) -> Option<u8> {
    let names = [
        (Weekday::Monday, "monday"),
        (Weekday::Tuesday, "tuesday"),
        (Weekday::Wednesday, "wednesday"),
        (Weekday::Thursday, "thursday"),
        (Weekday::Friday, "friday"),
        (Weekday::Saturday, "saturday"),
        (Weekday::Sunday, "sunday"),
    ];
    let word = word.to_ascii_lowercase();
    names
        .iter()
        .find(|(_, name)| word == *name || name.get(..3) == Some(word.as_str()))
        .and_then(|(day, _)| u8::try_from(day.to_monday_one_offset()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(zone: &str, hours: Option<(i8, i8)>, holidays: &[&str]) -> WorkCalendar {
        let mut pattern = WorkPattern::weekdays_of(TimeZone::get(zone).unwrap());
        pattern.hours =
            hours.map(|(from, to)| (Time::constant(from, 0, 0, 0), Time::constant(to, 0, 0, 0)));
        pattern.holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
        WorkCalendar::new(pattern, at("2026-06-01T00:00:00Z"))
    }

    #[test]
    fn working_hours_leave_out_nights_weekends_and_holidays() {
        let calendar = calendar("UTC", Some((9, 17)), &["2026-03-10"]);
        let check = |from: &str, to: &str, hours: Option<f64>| {
            let found = calendar.working_between(at(from), at(to));
            assert_eq!(found.map(Elapsed::hours), hours, "{from} to {to}");
        };
        // Friday 16:00 to Monday 10:00: one hour, no weekend, one hour.
        check("2026-03-06T16:00:00Z", "2026-03-09T10:00:00Z", Some(2.0));
        // Monday 09:00 to Wednesday 17:00 with Tuesday a holiday: 8 + 8.
        check("2026-03-09T09:00:00Z", "2026-03-11T17:00:00Z", Some(16.0));
        check("2026-03-07T09:00:00Z", "2026-03-07T17:00:00Z", Some(0.0));
        check("2026-03-09T10:00:00Z", "2026-03-09T09:00:00Z", None);
        check("2026-03-09T10:00:00Z", "2106-03-09T09:00:00Z", None);
    }

    #[test]
    fn the_clock_change_keeps_the_working_day_and_moves_its_instants() {
        let berlin = calendar("Europe/Berlin", Some((9, 17)), &[]);
        // Friday before and Monday after the last Sunday of March 2026: 09:00 is 08:00Z, then 07:00Z.
        let hours = |from: &str, to: &str| {
            let found = berlin.working_between(at(from), at(to));
            found.map(Elapsed::hours)
        };
        assert_eq!(
            hours("2026-03-27T08:00:00Z", "2026-03-27T16:00:00Z"),
            Some(8.0)
        );
        assert_eq!(
            hours("2026-03-30T07:00:00Z", "2026-03-30T15:00:00Z"),
            Some(8.0)
        );
        assert_eq!(
            hours("2026-03-27T15:00:00Z", "2026-03-30T08:00:00Z"),
            Some(2.0)
        );
    }

    #[test]
    fn a_working_day_counts_whole_with_or_without_agreed_hours() {
        let plain = calendar("UTC", None, &["2026-03-03"]);
        let check = |from: &str, to: &str, expected: f64| {
            let days = plain.working_days_between(at(from), at(to)).unwrap();
            assert!((days - expected).abs() < 1e-9, "{from} to {to}: {days}");
        };
        check("2026-03-06T12:00:00Z", "2026-03-09T12:00:00Z", 1.0);
        check("2026-03-07T00:00:00Z", "2026-03-08T20:00:00Z", 0.0);
        check("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z", 2.0);
        assert_eq!(
            plain.working_between(at("2026-03-02T09:00:00Z"), at("2026-03-02T12:00:00Z")),
            None
        );
        let backwards =
            plain.working_days_between(at("2026-03-05T00:00:00Z"), at("2026-03-02T00:00:00Z"));
        assert_eq!(backwards, None);
    }

    #[test]
    fn working_days_are_added_over_the_weekend() {
        let calendar = calendar("UTC", None, &["2026-03-09"]);
        let day = |text: &str| text.parse::<Date>().unwrap();
        assert_eq!(
            calendar.add_working_days(day("2026-03-06"), 1),
            day("2026-03-10")
        );
        assert_eq!(
            calendar.add_working_days(day("2026-03-10"), -1),
            day("2026-03-06")
        );
        assert_eq!(
            calendar.add_working_days(day("2026-03-07"), 0),
            day("2026-03-07")
        );
    }

    #[test]
    fn a_weekday_is_read_by_its_name() {
        let check = |word: &str, expected| assert_eq!(weekday(word), expected, "{word}");
        check("mon", Some(1));
        check("Sunday", Some(7));
        check("someday", None);
    }
}
