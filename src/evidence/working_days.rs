//! Working days between two instants.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

/// How many working days lie between two instants, as a fraction: weekends and holidays take no time.
pub(super) fn between(start: Timestamp, end: Timestamp, zone: &TimeZone, holidays: &[Date]) -> f64 {
    let mut day = zone.to_datetime(start).date();
    let last = zone.to_datetime(end).date();
    let mut days = 0.0;
    while day <= last {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if !is_weekend && !holidays.contains(&day) {
            let midnight = |date: Date| zone.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or(end);
            let (from, to) = (midnight(day), day.tomorrow().map_or(end, midnight));
            let hours =
                |a: Timestamp, b: Timestamp| (b - a).total(Unit::Hour).unwrap_or(0.0).max(0.0);
            let whole = hours(from, to);
            if whole > 0.0 {
                days += hours(from.max(start), to.min(end)) / whole;
            }
        }
        match day.tomorrow() {
            Ok(next) => day = next,
            Err(_) => break,
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_and_a_holiday_take_no_working_time() {
        let check = |start: &str, end: &str, holidays: &[Date], expected: f64| {
            let days = between(
                start.parse().unwrap(),
                end.parse().unwrap(),
                &TimeZone::UTC,
                holidays,
            );
            assert!((days - expected).abs() < 1e-9, "{start} to {end}: {days}");
        };
        check("2026-03-06T12:00:00Z", "2026-03-09T12:00:00Z", &[], 1.0);
        check("2026-03-07T00:00:00Z", "2026-03-08T20:00:00Z", &[], 0.0);
        check("2026-03-02T00:00:00Z", "2026-03-05T00:00:00Z", &[], 3.0);
        check(
            "2026-03-02T00:00:00Z",
            "2026-03-05T00:00:00Z",
            &["2026-03-03".parse().unwrap()],
            2.0,
        );
        check("2026-03-05T00:00:00Z", "2026-03-02T00:00:00Z", &[], 0.0);
    }
}
