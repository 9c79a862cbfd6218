//! A figure of two stretches of days as one line: what it was and what it is, with n, intervals and days.

use crate::metrics::measure::{Definition, Measured};
use crate::report::quantity;
use crate::report::strip::apart;

/// What there was on one side.
pub(super) enum Side {
    Found {
        n: u64,
        /// In words, without the interval.
        text: String,
        /// Whether the words say n: `3.7 % (1 of 27)`.
        tells_n: bool,
        ends: Option<[String; 2]>,
        number: f64,
    },
    Missing(String),
}

impl Side {
    fn words(&self) -> String {
        match self {
            Self::Found { text, .. } => text.clone(),
            Self::Missing(because) => format!("[not measured: {because}]"),
        }
    }

    fn n(&self) -> String {
        match self {
            Self::Found { n, .. } => n.to_string(),
            Self::Missing(_) => "–".to_owned(),
        }
    }

    /// Whether n has to be said beside the words.
    const fn lacks_n(&self) -> bool {
        matches!(self, Self::Found { tells_n: false, .. })
    }

    /// `8.1 h to 11.0 h`.
    fn interval(&self) -> Option<String> {
        match self {
            Self::Found {
                ends: Some([low, high]),
                ..
            } => Some(format!("{low} to {high}")),
            _ => None,
        }
    }
}

/// What was measured, in words.
pub(super) fn side(measured: &Measured, definition: &Definition) -> Side {
    match measured {
        Measured::Value { n, value, interval } => {
            let Some(number) = quantity::headline_number(value) else {
                return Side::Missing("no figure".to_owned());
            };
            let unit = definition.headline_unit(value);
            let ratio = value.ratio();
            let text = ratio.map_or_else(|| quantity::alone(unit, number), quantity::ratio);
            Side::Found {
                n: *n,
                text,
                tells_n: ratio.is_some_and(|ratio| ratio.of == *n),
                ends: interval.map(|ends| quantity::interval(unit, number, ends)),
                number,
            }
        }
        Measured::TooFew { n } => Side::Missing(format!("too few to summarise, n {n}")),
        Measured::NotObserved { because, .. } => Side::Missing(because.clone()),
        Measured::NotApplicable { because } => Side::Missing(format!("not applicable: {because}")),
        Measured::Withheld { .. } => Side::Missing("withheld".to_owned()),
    }
}

/// A figure of two stretches of days, the first and the second, as the line of a goal. Without one of the first it is of the second
/// alone, and why there is none is handed on: figures of one source have the same reason, and it is said once.
pub(super) fn compared(
    definition: &Definition,
    name: &str,
    [before, after]: [&Measured; 2],
    days: &[String; 2],
) -> (String, Option<String>) {
    let title = format!("{}, {name}", definition.title);
    let is_not_told = interval(before)
        .zip(interval(after))
        .is_some_and(|(before, after)| apart(after, before).is_none());
    let (before, after) = (side(before, definition), side(after, definition));
    match (before, &after) {
        (Side::Missing(because), Side::Found { .. }) => {
            (alone(&title, &after, days), Some(because))
        }
        (before, _) => {
            let told = line(&title, &before, &after, days);
            let told = if is_not_told {
                format!("{told} Not told apart: the intervals overlap.")
            } else {
                told
            };
            (told, None)
        }
    }
}

const fn interval(measured: &Measured) -> Option<[f64; 2]> {
    match measured {
        Measured::Value { interval, .. } => *interval,
        _ => None,
    }
}

/// `Pickup time, widgets: 3.8 h (n 93; 80 % interval 3.2 h to 4.6 h); …`.
fn alone(title: &str, after: &Side, [_, days]: &[String; 2]) -> String {
    let mut notes = Vec::new();
    if after.lacks_n() {
        notes.push(format!("n {}", after.n()));
    }
    notes.extend(after.interval().map(|ends| format!("80 % interval {ends}")));
    format!("{title}: {}; {days}.", with_notes(after.words(), &notes))
}

/// Notes stand in brackets, but not behind others.
fn with_notes(words: String, notes: &[String]) -> String {
    let notes = notes.join("; ");
    match words {
        words if notes.is_empty() => words,
        words if words.ends_with(')') => format!("{words}, {notes}"),
        words => format!("{words} ({notes})"),
    }
}

/// `Pickup time, widgets: 9.5 h → 3.8 h (n 88 → 93; 80 % interval 8.1 h to 11.0 h → 3.2 h to 4.6 h); … → ….`
pub(super) fn line(title: &str, before: &Side, after: &Side, days: &[String; 2]) -> String {
    let [first, second] = days;
    if let (Side::Missing(_), Side::Found { .. }) = (before, after) {
        let now = alone(title, after, days);
        return format!("{now} Before, {first}: {}.", before.words());
    }
    let mut notes = Vec::new();
    if before.lacks_n() || after.lacks_n() {
        notes.push(format!("n {} → {}", before.n(), after.n()));
    }
    let ends = [before.interval(), after.interval()];
    if ends.iter().any(Option::is_some) {
        let [earlier, later] = ends.map(|ends| ends.unwrap_or_else(|| "–".to_owned()));
        notes.push(format!("80 % interval {earlier} → {later}"));
    }
    let both = format!("{} → {}", before.words(), after.words());
    let told = with_notes(both, &notes);
    format!("{title}: {told}; {first} → {second}.")
}
