//! A time that people or other programs wrote: read where day and minute are named without doubt, never guessed.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use super::time::zone;

/// What a text tells of a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ToldTime {
    /// There is no such text, or it is left empty.
    #[default]
    Nothing,
    /// The text is something else than a time.
    Unreadable,
    /// A time with its zone.
    At(Timestamp),
    /// A time without a zone, read in the register's.
    Zoneless(Timestamp),
}

impl ToldTime {
    /// Reads one time: ISO 8601 or day, month and year in words, with an offset, `UTC` or an IANA zone; without one it is of `zone`.
    ///
    /// Refused, because two readings are possible or none: `01/04/2026`, a date without a time, `CET` and other abbreviations.
    #[must_use]
    pub fn of(text: &str, zone: &TimeZone) -> Self {
        if text.trim().is_empty() {
            return Self::Nothing;
        }
        time(text.trim(), zone)
    }

    /// The instant, where there is one.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) | Self::Zoneless(at) => Some(at),
            Self::Nothing | Self::Unreadable => None,
        }
    }
}

fn time(text: &str, zone: &TimeZone) -> ToldTime {
    // It is one time, not a paragraph.
    if text.len() > 80 || !text.is_ascii() {
        return ToldTime::Unreadable;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return ToldTime::At(at);
    }
    let text = text.replace(['(', ')', '[', ']'], " ");
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let named = words.last().and_then(|word| zone_of(word));
    if named.is_some() {
        words.pop();
    }
    words.retain(|word| !is_filler(word));
    let text = words.join(" ");
    // A zone can stand right behind the time: `12:03Z`, `12:03+02:00`.
    let (text, attached) = match named {
        None => split_zone(&text),
        Some(_) => (text.as_str(), None),
    };
    let Some(civil) = civil(text) else {
        return ToldTime::Unreadable;
    };
    let instant = |zone: &TimeZone| {
        zone.to_ambiguous_zoned(civil)
            .compatible()
            .map(|zoned| zoned.timestamp())
    };
    match named.or(attached) {
        Some(named) => instant(&named).map_or(ToldTime::Unreadable, ToldTime::At),
        None => instant(zone).map_or(ToldTime::Unreadable, ToldTime::Zoneless),
    }
}

fn is_filler(word: &str) -> bool {
    let word = word.trim_end_matches(',');
    ["at", "mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
        || [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ]
        .iter()
        .any(|filler| word.eq_ignore_ascii_case(filler))
}

/// `Z`, `UTC`, `GMT`, `+02:00`, `+0200`, `UTC+2`, `Europe/Berlin`.
fn zone_of(word: &str) -> Option<TimeZone> {
    let upper = word.to_ascii_uppercase();
    if ["Z", "UTC", "GMT"].contains(&upper.as_str()) {
        return Some(TimeZone::UTC);
    }
    let offset = upper
        .strip_prefix("UTC")
        .or_else(|| upper.strip_prefix("GMT"))
        .unwrap_or(&upper);
    if let Some(seconds) = offset_seconds(offset) {
        return Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?));
    }
    let is_name = word.contains('/') && word.starts_with(|first: char| first.is_ascii_alphabetic());
    is_name.then(|| zone(word)).flatten()
}

/// `+02`, `+2`, `+0200`, `+02:00`, `-05:30`.
fn offset_seconds(text: &str) -> Option<i32> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, text.get(1..)?),
        b'-' => (-1, text.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        Some(_) => return None,
        None if rest.len() == 4 => (rest.get(..2)?, rest.get(2..)?),
        None => (rest, "00"),
    };
    if hours.is_empty()
        || hours.len() > 2
        || !(hours.to_owned() + minutes)
            .bytes()
            .all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A zone that follows the minutes or seconds without a space.
fn split_zone(text: &str) -> (&str, Option<TimeZone>) {
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    let tail = text.get(colon..).unwrap_or_default();
    let mark = tail.find(['Z', 'z', '+', '-']).map(|at| colon + at);
    mark.and_then(|at| {
        let zone = zone_of(text.get(at..)?)?;
        Some((text.get(..at)?, Some(zone)))
    })
    .unwrap_or((text, None))
}

/// Formats in which day, month, hour and minute cannot be confused. Years have four digits.
const FORMATS: [&str; 12] = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%b %d %Y %H:%M:%S",
    "%b %d %Y %H:%M",
    "%Y-%m-%d %I:%M %p",
    "%d %b %Y %I:%M %p",
    "%b %d %Y %I:%M %p",
    "%Y/%m/%d %I:%M %p",
];

fn civil(text: &str) -> Option<DateTime> {
    let text = text.replace(',', " ");
    let words: Vec<String> = text.split_whitespace().map(short_month).collect();
    let mut text = words.join(" ");
    // `2026-04-01T12:03`
    if let Some((date, time)) = text.split_once(['T', 't'])
        && date.len() == 10
        && date.ends_with(|last: char| last.is_ascii_digit())
    {
        text = format!("{date} {time}");
    }
    // Fractions of a second tell nothing here.
    if let Some((whole, fraction)) = text.split_once('.')
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
    {
        text = whole.to_owned();
    }
    FORMATS
        .iter()
        .filter_map(|format| DateTime::strptime(format, &text).ok())
        .find(|civil| (1970..=2200).contains(&civil.year()))
}

/// `April` and `April`'s day `1st` as `strptime` reads them.
fn short_month(word: &str) -> String {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = word.to_ascii_lowercase();
    if MONTHS.contains(&lower.as_str()) {
        return lower.get(..3).unwrap_or(&lower).to_owned();
    }
    let day = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| lower.strip_suffix(ending));
    match day {
        Some(day) if !day.is_empty() && day.bytes().all(|byte| byte.is_ascii_digit()) => {
            day.to_owned()
        }
        _ => word.to_owned(),
    }
}
