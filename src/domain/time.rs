//! Instants, spans that cannot be negative, half-open windows and the buckets of a time spine.

use std::fmt;

use jiff::civil::{Date, Weekday};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The IANA time zone of a name; `None` where there is none.
///
/// It is read from the database that is built into the program, never from the host's: a container without any knows its zone, and
/// two machines with different ones tell the same figures.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// A length of time that is never negative, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Elapsed {
    micros: u64,
}

impl Elapsed {
    /// From `start` to `end`; `None` when `end` is earlier: the caller records a gap, not a number.
    #[must_use]
    pub fn between(start: Timestamp, end: Timestamp) -> Option<Self> {
        let micros = end.as_microsecond().checked_sub(start.as_microsecond())?;
        Some(Self {
            micros: u64::try_from(micros).ok()?,
        })
    }

    /// From whole microseconds.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Self {
        Self { micros }
    }

    /// In whole microseconds.
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.micros
    }

    /// In hours.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "2^53 microseconds are 285 years"
    )]
    pub fn hours(self) -> f64 {
        self.micros as f64 / 3_600_000_000.0
    }
}

/// A half-open window of time, `[since, until)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// The first instant inside.
    pub since: Timestamp,
    /// The first instant after.
    pub until: Timestamp,
}

impl Window {
    /// Whether an instant lies inside.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.since <= at && at < self.until
    }
}

/// How long a bucket is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// ISO weeks: Monday to Sunday.
    Week,
    /// Two ISO weeks, counted without a break from Monday, 1970-01-05.
    Fortnight,
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Half years: January to June, July to December. Charts of little data are drawn by them; nobody asks for them.
    #[serde(rename = "half_year")]
    HalfYear,
}

impl Granularity {
    /// The next longer kind of bucket.
    #[must_use]
    pub const fn coarser(self) -> Option<Self> {
        match self {
            Self::Week | Self::Fortnight => Some(Self::Month),
            Self::Month => Some(Self::Quarter),
            Self::Quarter => Some(Self::HalfYear),
            Self::HalfYear => None,
        }
    }

    /// What one bucket is called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Fortnight => "fortnight",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half year",
        }
    }
}

/// The Monday that fortnights are counted from.
const FIRST_FORTNIGHT: Date = jiff::civil::date(1970, 1, 5);

/// One ISO week, fortnight, month, quarter or half year of the configured time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    granularity: Granularity,
    first_day: Date,
}

impl Bucket {
    /// The bucket that a civil date falls into.
    #[must_use]
    pub fn of_date(date: Date, granularity: Granularity) -> Self {
        let first_day = match granularity {
            Granularity::Week => {
                let back = i64::from(date.weekday().since(Weekday::Monday));
                date.saturating_sub(back.days())
            }
            Granularity::Fortnight => {
                let monday = Self::of_date(date, Granularity::Week).first_day;
                let days = FIRST_FORTNIGHT
                    .until(monday)
                    .map_or(0, |span| span.get_days());
                monday.saturating_sub(i64::from(days.rem_euclid(14)).days())
            }
            Granularity::Month => date.first_of_month(),
            Granularity::Quarter => {
                let month = (date.month() - 1) / 3 * 3 + 1;
                Date::new(date.year(), month, 1).unwrap_or(date)
            }
            Granularity::HalfYear => {
                let month = (date.month() - 1) / 6 * 6 + 1;
                Date::new(date.year(), month, 1).unwrap_or(date)
            }
        };
        Self {
            granularity,
            first_day,
        }
    }

    /// The bucket that an instant falls into, seen from a time zone.
    #[must_use]
    pub fn of(at: Timestamp, granularity: Granularity, zone: &TimeZone) -> Self {
        Self::of_date(zone.to_datetime(at).date(), granularity)
    }

    /// The bucket after this one.
    #[must_use]
    pub fn next(self) -> Self {
        let first_day = match self.granularity {
            Granularity::Week => self.first_day.saturating_add(1.week()),
            Granularity::Fortnight => self.first_day.saturating_add(2.weeks()),
            Granularity::Month => self.first_day.saturating_add(1.month()),
            Granularity::Quarter => self.first_day.saturating_add(3.months()),
            Granularity::HalfYear => self.first_day.saturating_add(6.months()),
        };
        Self {
            granularity: self.granularity,
            first_day,
        }
    }

    /// How long the bucket is.
    #[must_use]
    pub const fn granularity(self) -> Granularity {
        self.granularity
    }

    /// The bucket's first day.
    #[must_use]
    pub const fn first_day(self) -> Date {
        self.first_day
    }

    /// The bucket's instants, half-open, in a time zone (a day may have 23 or 25 hours).
    #[must_use]
    pub fn window(self, zone: &TimeZone) -> Window {
        Window {
            since: Self::start_of(self.first_day, zone),
            until: Self::start_of(self.next().first_day, zone),
        }
    }

    /// The instant at which a civil day starts in a time zone.
    #[must_use]
    pub fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
        zone.to_zoned(day.at(0, 0, 0, 0))
            .map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    }

    /// Every bucket that a window touches, without holes.
    #[must_use]
    pub fn spine(window: Window, granularity: Granularity, zone: &TimeZone) -> Vec<Self> {
        let mut spine = Vec::new();
        let mut bucket = Self::of(window.since, granularity, zone);
        while bucket.window(zone).since < window.until {
            spine.push(bucket);
            let next = bucket.next();
            if next == bucket {
                break;
            }
            bucket = next;
        }
        spine
    }
}

impl fmt::Display for Bucket {
    /// `2026-W07`, `2026-W07/08`, `2026-02`, `2026-Q1` or `2026-H1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = self.first_day;
        match self.granularity {
            Granularity::Week => {
                let iso = day.iso_week_date();
                write!(f, "{:04}-W{:02}", iso.year(), iso.week())
            }
            Granularity::Fortnight => {
                let (first, second) = (
                    day.iso_week_date(),
                    day.saturating_add(1.week()).iso_week_date(),
                );
                write!(
                    f,
                    "{:04}-W{:02}/{:02}",
                    first.year(),
                    first.week(),
                    second.week()
                )
            }
            Granularity::Month => write!(f, "{:04}-{:02}", day.year(), day.month()),
            Granularity::Quarter => write!(f, "{:04}-Q{}", day.year(), (day.month() - 1) / 3 + 1),
            Granularity::HalfYear => write!(f, "{:04}-H{}", day.year(), (day.month() - 1) / 6 + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_zone_of_the_database_has_its_summer_and_a_made_up_one_is_none() {
        let lisbon = zone("Europe/Lisbon").unwrap();
        let hour = |text: &str| {
            let at: Timestamp = text.parse().unwrap();
            lisbon.to_datetime(at).hour()
        };
        assert_eq!(hour("2026-01-15T12:00:00Z"), 12);
        assert_eq!(hour("2026-07-15T12:00:00Z"), 13);
        assert!(zone("Mars/Olympus").is_none());
    }

    #[test]
    fn time_does_not_run_backwards() {
        let (a, b) = (at("2026-01-01T00:00:00Z"), at("2026-01-01T01:30:00Z"));
        assert_eq!(Elapsed::between(a, b).map(Elapsed::hours), Some(1.5));
        assert_eq!(Elapsed::between(b, a), None);
    }

    #[test]
    fn a_bucket_is_named_as_iso_names_it() {
        let label =
            |text: &str, granularity| Bucket::of(at(text), granularity, &TimeZone::UTC).to_string();
        assert_eq!(label("2027-01-01T00:00:00Z", Granularity::Week), "2026-W53");
        assert_eq!(label("2026-02-11T00:00:00Z", Granularity::Week), "2026-W07");
        assert_eq!(label("2026-02-11T00:00:00Z", Granularity::Month), "2026-02");
        assert_eq!(
            label("2026-06-30T23:59:59Z", Granularity::Quarter),
            "2026-Q2"
        );
        let half = |text: &str| label(text, Granularity::HalfYear);
        assert_eq!(half("2026-06-30T23:59:59Z"), "2026-H1");
        assert_eq!(half("2026-07-01T00:00:00Z"), "2026-H2");
    }

    #[test]
    fn fortnights_follow_each_other_without_a_break_over_the_years() {
        let of = |text: &str| Bucket::of_date(text.parse().unwrap(), Granularity::Fortnight);
        // 2026-01-05 is 20,454 days after 1970-01-05, and 20,454 = 14 · 1,461: a fortnight starts there.
        assert_eq!(of("2026-01-05").to_string(), "2026-W02/03");
        assert_eq!(of("2026-01-18"), of("2026-01-05"));
        assert_eq!(of("2026-01-19"), of("2026-01-05").next());
        assert_eq!(of("2026-01-04").next(), of("2026-01-05"));
        assert_eq!(of("2026-01-04").to_string(), "2025-W52/01");
    }

    #[test]
    fn the_zone_decides_which_week_a_sunday_night_belongs_to() {
        let sydney = zone("Australia/Sydney").unwrap();
        let instant = at("2026-02-15T20:00:00Z");
        assert_eq!(
            Bucket::of(instant, Granularity::Week, &TimeZone::UTC).to_string(),
            "2026-W07"
        );
        assert_eq!(
            Bucket::of(instant, Granularity::Week, &sydney).to_string(),
            "2026-W08"
        );
    }

    #[test]
    fn the_spine_has_no_holes_and_covers_the_window() {
        let window = Window {
            since: at("2025-12-30T00:00:00Z"),
            until: at("2026-01-20T00:00:00Z"),
        };
        let labels: Vec<_> = Bucket::spine(window, Granularity::Week, &TimeZone::UTC)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(labels, ["2026-W01", "2026-W02", "2026-W03", "2026-W04"]);
    }

    #[test]
    fn the_end_of_time_ends_the_spine() {
        let window = Window {
            since: at("9999-12-20T00:00:00Z"),
            until: Timestamp::MAX,
        };
        assert!(Bucket::spine(window, Granularity::Week, &TimeZone::UTC).len() < 5);
    }
}
