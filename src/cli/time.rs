//! `--since`, `--until`, `--as-of`: from what a user types to instants.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::args::{By, Time};
use super::error::{CliError, ErrorKind};
use crate::domain::{Bucket, Granularity, Window};

/// The resolved question of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resolved {
    /// Nothing after it is looked at.
    pub as_of: Timestamp,
    /// The window.
    pub window: Window,
    /// The bucket length.
    pub granularity: Granularity,
}

/// Resolves the arguments against a clock and a zone.
pub fn resolve(time: &Time, now: Timestamp, zone: &TimeZone) -> Result<Resolved, CliError> {
    let as_of = match &time.as_of {
        Some(text) => instant(text, now, zone, "--as-of")?,
        None => now,
    };
    let last_quarter = || {
        let this = Bucket::of(as_of, Granularity::Quarter, zone);
        let day = this.first_day().saturating_sub(1.day());
        Bucket::of_date(day, Granularity::Quarter).window(zone)
    };
    let until = match &time.until {
        Some(text) if text == "last-quarter" => last_quarter().until,
        Some(text) => instant(text, as_of, zone, "--until")?.min(as_of),
        None => as_of,
    };
    // `last-quarter` sets both ends, unless the end was given.
    let (since, until) = if time.since == "last-quarter" {
        let window = last_quarter();
        (
            window.since,
            if time.until.is_some() {
                until
            } else {
                window.until
            },
        )
    } else {
        (instant(&time.since, until, zone, "--since")?, until)
    };
    if since >= until {
        let message = format!("the window is empty: it starts at {since} and ends at {until}");
        return Err(CliError::new(ErrorKind::Usage, message)
            .hint("give `--since` an earlier instant than `--until` and `--as-of`"));
    }
    let days = until.duration_since(since).as_hours() / 24;
    let granularity = match time.by {
        By::Auto if days > 3 * 366 => Granularity::Quarter,
        By::Auto if days > 27 * 7 => Granularity::Month,
        By::Auto | By::Week => Granularity::Week,
        By::Month => Granularity::Month,
        By::Quarter => Granularity::Quarter,
    };
    Ok(Resolved {
        as_of,
        window: Window { since, until },
        granularity,
    })
}

/// A window as days of a zone: `2026-01-01 to 2026-04-01 (Europe/Lisbon)`.
#[must_use]
pub fn days(window: Window, zone: &TimeZone) -> String {
    let day = |at| zone.to_datetime(at).date();
    let name = zone.iana_name().unwrap_or("UTC");
    format!("{} to {} ({name})", day(window.since), day(window.until))
}

/// An instant to the minute, in a zone: `2026-07-01 01:00`.
#[must_use]
pub fn minute(at: Timestamp, zone: &TimeZone) -> String {
    let at = zone.to_datetime(at);
    format!("{} {:02}:{:02}", at.date(), at.hour(), at.minute())
}

/// `90d` and `12w` count back from `from`; a date is its first instant in the zone; else RFC 3339.
fn instant(
    text: &str,
    from: Timestamp,
    zone: &TimeZone,
    flag: &str,
) -> Result<Timestamp, CliError> {
    let wrong = || {
        CliError::new(ErrorKind::Usage, format!("`{flag} {}` is no point in time", crate::render::encode::terminal(text)))
            .hint("write `90d`, `12w`, `2026-01-01`, `2026-01-01T00:00:00Z` or, for `--since` and `--until`, `last-quarter`")
    };
    let back = text
        .strip_suffix('d')
        .map(|n| (n, 1))
        .or_else(|| text.strip_suffix('w').map(|n| (n, 7)));
    if let Some((digits, days)) = back
        && let Ok(number) = digits.parse::<u32>()
    {
        let today = zone.to_datetime(from).date();
        let span = i64::from(number) * days;
        let date = today
            .checked_sub(jiff::Span::new().try_days(span).map_err(|_| wrong())?)
            .map_err(|_| wrong())?;
        return start_of(date, zone).ok_or_else(wrong);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    // `2026-01-01T10:00` without a zone would parse as a date with its time cut off: refused.
    let date: Date = if text.len() == 10 {
        text.parse().map_err(|_| wrong())?
    } else {
        return Err(wrong());
    };
    start_of(date, zone).ok_or_else(wrong)
}

fn start_of(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_zoned(date.at(0, 0, 0, 0))
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(since: &str, until: Option<&str>, as_of: Option<&str>) -> Result<Window, String> {
        let time = Time {
            since: since.into(),
            until: until.map(str::to_owned),
            as_of: as_of.map(str::to_owned),
            by: By::Auto,
        };
        let now = "2026-07-15T12:30:00Z".parse().unwrap();
        resolve(&time, now, &TimeZone::UTC)
            .map(|resolved| resolved.window)
            .map_err(|error| error.render())
    }

    #[test]
    fn the_window_is_what_was_typed() {
        let check = |since: &str, until, as_of, expected: (&str, &str)| {
            let window = resolved(since, until, as_of).unwrap();
            let expected = Window {
                since: expected.0.parse().unwrap(),
                until: expected.1.parse().unwrap(),
            };
            assert_eq!(window, expected, "{since} {until:?} {as_of:?}");
        };
        check(
            "90d",
            None,
            None,
            ("2026-04-16T00:00:00Z", "2026-07-15T12:30:00Z"),
        );
        check(
            "2w",
            Some("2026-07-01"),
            None,
            ("2026-06-17T00:00:00Z", "2026-07-01T00:00:00Z"),
        );
        check(
            "last-quarter",
            None,
            None,
            ("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        );
        check(
            "2026-01-01",
            Some("last-quarter"),
            None,
            ("2026-01-01T00:00:00Z", "2026-07-01T00:00:00Z"),
        );
        check(
            "2026-01-01",
            Some("2026-12-01"),
            Some("2026-02-01"),
            ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        );
    }

    #[test]
    fn nonsense_is_refused_with_what_would_be_right() {
        for text in [
            "",
            "yesterday",
            "d",
            "-3d",
            "2026-13-01",
            "2026-01-01T10:00",
            "99999999999d",
        ] {
            let message = resolved(text, None, None).unwrap_err();
            assert!(message.contains("hint: write `90d`"), "{text}: {message}");
        }
        assert!(
            resolved("2026-08-01", None, None)
                .unwrap_err()
                .contains("the window is empty")
        );
    }
}
