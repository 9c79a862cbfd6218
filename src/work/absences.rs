//! Which absences are long enough, and the periods before, during and after each.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};

use crate::domain::{Bucket, PersonId, Window};
use crate::work::Question;

/// Working days from which a declared absence is looked at.
pub const MINIMUM_WORKING_DAYS: f64 = 10.0;

/// Days that are compared on either side: four weeks.
const DAYS_AROUND: i64 = 28;

/// Fractions of days are summed: ten times a tenth is not one.
const EPSILON: f64 = 1e-6;

/// A place in time relative to an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// The four weeks up to it.
    Before,
    /// The absence.
    During,
    /// The four weeks after it.
    After,
}

impl Phase {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    /// The word used in facts and files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        }
    }
}

/// A stretch of days, as far as it is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// Which one.
    pub phase: Phase,
    /// Its instants; empty where nothing of it is seen.
    pub window: Window,
    /// The first day seen; the first day where none is.
    pub first: Date,
    /// The last day seen; the last day where none is.
    pub last: Date,
    /// The team's working days seen.
    pub working_days: f64,
    /// Why not all of it is seen.
    pub cut: Option<&'static str>,
}

/// A declared absence, and what it is compared with. Absences with no working day between them are one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spell {
    /// Who was away.
    pub person: PersonId,
    /// First day away, as declared.
    pub from: Date,
    /// Last day away, as declared.
    pub to: Date,
    /// Before, during, after.
    pub periods: [Period; 3],
    /// The person's own working days inside the window.
    pub working_days: f64,
}

impl Spell {
    /// Whether it has at least [`MINIMUM_WORKING_DAYS`] working days inside the window.
    #[must_use]
    pub fn is_long_enough(&self) -> bool {
        self.working_days >= MINIMUM_WORKING_DAYS - EPSILON
    }

    /// `2026-03-09 to 2026-03-22`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("{} to {}", self.from, self.to)
    }

    /// The days away.
    #[must_use]
    pub fn during(&self) -> &Period {
        &self.periods[1]
    }
}

impl Period {
    /// Both days are inside.
    fn of(question: &Question, phase: Phase, first: Date, last: Date) -> Self {
        let end = question.window.until.min(question.as_of);
        let (whole_since, whole_until) = (
            Bucket::start_of(first, &question.zone),
            Bucket::start_of(next(last), &question.zone),
        );
        let window = Window {
            since: whole_since.max(question.window.since),
            until: whole_until.min(end),
        };
        let cut = match (window.since > whole_since, window.until < whole_until) {
            (false, false) => None,
            (true, false) => Some("the window starts inside it or after it"),
            (false, true) => Some("the window or the as-of instant ends inside it or before it"),
            (true, true) => Some("the window starts and ends inside it"),
        };
        let is_empty = window.since >= window.until;
        let before_end = window.until.saturating_sub(SignedDuration::from_nanos(1));
        let date = |at| question.zone.to_datetime(at).date();
        Self {
            phase,
            window,
            first: if is_empty { first } else { date(window.since) },
            last: if is_empty {
                last
            } else {
                date(before_end.unwrap_or(window.until))
            },
            working_days: question
                .calendars
                .team()
                .working_days_between(window.since, window.until)
                .unwrap_or(0.0),
            cut,
        }
    }

    /// Whether nothing of it is seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.window.since >= self.window.until
    }
}

/// Every declared absence, by person and date.
#[must_use]
pub fn spells(question: &Question) -> Vec<Spell> {
    let mut joined: Vec<(PersonId, Date, Date)> = Vec::new();
    let declared = question.roster.absences.iter();
    // The roster is sorted by person and first day.
    for absence in declared.filter(|absence| absence.from <= absence.to) {
        match joined.last_mut() {
            Some((person, _, to))
                if *person == absence.person
                    && adjoins(question, absence.person, *to, absence.from) =>
            {
                *to = (*to).max(absence.to);
            }
            _ => joined.push((absence.person, absence.from, absence.to)),
        }
    }
    joined
        .into_iter()
        .map(|(person, from, to)| spell(question, person, from, to))
        .collect()
}

fn spell(question: &Question, person: PersonId, from: Date, to: Date) -> Spell {
    let eve = from.saturating_sub(1.day());
    let periods = [
        Period::of(
            question,
            Phase::Before,
            from.saturating_sub(DAYS_AROUND.days()),
            eve,
        ),
        Period::of(question, Phase::During, from, to),
        Period::of(
            question,
            Phase::After,
            next(to),
            to.saturating_add(DAYS_AROUND.days()),
        ),
    ];
    let window = periods[1].window;
    let own = question.calendars.person(Some(person));
    Spell {
        person,
        from,
        to,
        periods,
        working_days: own
            .working_days_between(window.since, window.until)
            .unwrap_or(0.0),
    }
}

/// Whether no working day of a person lies between the last day of one absence and the first of the next.
fn adjoins(question: &Question, person: PersonId, last: Date, first: Date) -> bool {
    let calendar = question.calendars.person(Some(person));
    let mut day = next(last);
    while day < first {
        if calendar.is_working_day(day) {
            return false;
        }
        day = next(day);
    }
    true
}

fn next(date: Date) -> Date {
    date.saturating_add(1.day())
}
