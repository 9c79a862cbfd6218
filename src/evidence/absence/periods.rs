//! Which absences are long enough, and the periods before, during and after each.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::MINIMUM_WORKING_DAYS;
use crate::domain::{PersonId, Window};
use crate::evidence::{Sources, working_days};

/// Days that are compared on either side: four weeks.
const DAYS_AROUND: i64 = 28;

/// Fractions of days are summed: ten times a tenth is not one.
const EPSILON: f64 = 1e-6;

/// A declared absence, and what it is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spell {
    /// First day away, as declared.
    pub(super) from: Date,
    /// Last day away, as declared.
    pub(super) to: Date,
    /// Before, during, after.
    pub(super) periods: [Period; 3],
}

/// A stretch of days, as far as it is seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    /// `before`, `during` or `after`.
    pub(super) name: &'static str,
    /// Its instants; empty where nothing of it is seen.
    pub(super) window: Window,
    /// The first day seen.
    pub(super) first: Date,
    /// The last day seen.
    pub(super) last: Date,
    /// Working days seen.
    pub(super) working_days: f64,
    /// Why not all of it is seen.
    pub(super) cut: Option<&'static str>,
}

impl Period {
    /// Both days are inside.
    fn of(sources: &Sources<'_>, name: &'static str, first: Date, last: Date) -> Self {
        let (whole_since, whole_until) = (midnight(sources, first), midnight(sources, next(last)));
        let window = Window {
            since: whole_since.max(sources.window.since),
            until: whole_until.min(sources.end()),
        };
        let cut = match (window.since > whole_since, window.until < whole_until) {
            (false, false) => None,
            (true, false) => Some("the window starts inside it or after it"),
            (false, true) => Some("the window or the as-of instant ends inside it or before it"),
            (true, true) => Some("the window starts and ends inside it"),
        };
        let is_empty = window.since >= window.until;
        let before_end = window.until.saturating_sub(SignedDuration::from_nanos(1));
        Self {
            name,
            window,
            first: if is_empty {
                first
            } else {
                sources.date(window.since)
            },
            last: if is_empty {
                last
            } else {
                sources.date(before_end.unwrap_or(window.until))
            },
            working_days: working_days::between(
                window.since,
                window.until,
                sources.zone,
                sources.holidays,
            ),
            cut,
        }
    }

    /// Whether nothing of it is seen.
    pub(super) fn is_empty(&self) -> bool {
        self.window.since >= self.window.until
    }
}

/// The absences of a person with enough working days inside the window, by date.
pub(super) fn spells(sources: &Sources<'_>, person: PersonId) -> Vec<Spell> {
    let mut declared: Vec<(Date, Date)> = sources
        .absences
        .iter()
        .filter(|absence| absence.person == person && absence.from <= absence.to)
        .map(|absence| (absence.from, absence.to))
        .collect();
    declared.sort_unstable();
    let mut joined: Vec<(Date, Date)> = Vec::new();
    for (from, to) in declared {
        match joined.last_mut() {
            Some(last) if adjoins(sources, last.1, from) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
        .into_iter()
        .map(|(from, to)| spell(sources, from, to))
        .filter(|spell| spell.periods[1].working_days >= MINIMUM_WORKING_DAYS - EPSILON)
        .collect()
}

fn spell(sources: &Sources<'_>, from: Date, to: Date) -> Spell {
    let back = next(to);
    Spell {
        from,
        to,
        periods: [
            Period::of(
                sources,
                "before",
                from.saturating_sub(DAYS_AROUND.days()),
                from.saturating_sub(1.day()),
            ),
            Period::of(sources, "during", from, to),
            Period::of(
                sources,
                "after",
                back,
                to.saturating_add(DAYS_AROUND.days()),
            ),
        ],
    }
}

/// Whether no working day lies between the last day of one absence and the first of the next.
fn adjoins(sources: &Sources<'_>, last: Date, first: Date) -> bool {
    let (end, start) = (midnight(sources, next(last)), midnight(sources, first));
    working_days::between(end, start, sources.zone, sources.holidays) < EPSILON
}

fn next(date: Date) -> Date {
    date.saturating_add(1.day())
}

fn midnight(sources: &Sources<'_>, date: Date) -> Timestamp {
    sources
        .zone
        .to_timestamp(date.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::MAX)
}

/// Working days as text: whole ones without a fraction.
pub(super) fn days(days: f64) -> String {
    if (days - days.round()).abs() < EPSILON {
        format!("{days:.0}")
    } else {
        format!("{days:.1}")
    }
}
