//! Working time: the organisation lives from Monday to Friday, 08:00 to 17:00 UTC.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// Minutes of work in a day.
pub(super) const DAY: i64 = 540;

/// A Monday before everything.
const EPOCH: Date = date(2024, 12, 30);

/// A minute of working time since the epoch's morning. Adding to it skips nights and weekends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Minute(pub(super) i64);

impl Minute {
    /// The first working minute of a day; of the Monday after, for a weekend.
    pub(super) fn of(day: Date) -> Self {
        let days = i64::from(EPOCH.until(day).map_or(0, |span| span.get_days()));
        let (week, weekday) = (days.div_euclid(7), days.rem_euclid(7));
        Self(if weekday >= 5 {
            (week + 1) * 5 * DAY
        } else {
            (week * 5 + weekday) * DAY
        })
    }

    /// Minutes after a day's first.
    pub(super) fn at(day: Date, minutes: i64) -> Self {
        Self(Self::of(day).0 + minutes)
    }

    /// Later by working `minutes`.
    pub(super) fn plus(self, minutes: i64) -> Self {
        Self(self.0 + minutes)
    }

    /// Its civil date.
    pub(super) fn day(self) -> Date {
        let days = self.0.div_euclid(DAY);
        let calendar_days = days.div_euclid(5) * 7 + days.rem_euclid(5);
        EPOCH.saturating_add(calendar_days.days())
    }

    /// The instant, with seconds that look like life and keep the order of minutes.
    pub(super) fn instant(self) -> Timestamp {
        let midnight = TimeZone::UTC
            .to_timestamp(self.day().at(8, 0, 0, 0))
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let seconds = self.0.rem_euclid(DAY) * 60 + (self.0 * 37).rem_euclid(60);
        midnight
            .saturating_add(SignedDuration::from_secs(seconds))
            .unwrap_or(midnight)
    }
}

/// That many `seconds` after an instant.
pub(super) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_takes_no_working_time() {
        let friday = Minute::at(date(2025, 1, 3), DAY - 1);
        assert_eq!(friday.day(), date(2025, 1, 3));
        assert_eq!(friday.plus(1).day(), date(2025, 1, 6));
        assert_eq!(Minute::of(date(2025, 1, 4)), Minute::of(date(2025, 1, 6)));
        assert!(friday.instant() < friday.plus(1).instant());
    }
}
