//! Waits in working days, with whose days they are: a wait on somebody is told by their calendar, what is agreed by the team's.

use jiff::Timestamp;

use super::Sources;
use crate::domain::PersonId;
use crate::metrics::measure::Unit;
use crate::report::quantity;

/// Whose calendar a wait is told by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The team's.
    Team,
    /// That of the person whose page it is.
    OfThePage(PersonId),
    /// That of somebody whom the sentence has named.
    Named(PersonId),
}

impl Whose {
    fn person(self) -> Option<PersonId> {
        match self {
            Self::Team => None,
            Self::OfThePage(person) | Self::Named(person) => Some(person),
        }
    }

    /// `by the team's calendar`, after a number of days or hours.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Team => "by the team's calendar",
            Self::OfThePage(_) => "by this person's calendar",
            Self::Named(_) => "by their calendar",
        }
    }
}

/// `5 working days`: whole ones, for people.
pub(super) fn whole(days: f64) -> String {
    let n = format!("{:.0}", days.floor());
    if n == "1" {
        "1 working day".to_owned()
    } else {
        format!("{n} working days")
    }
}

/// `5 working days by their calendar`, of a wait.
pub(super) fn waited(
    sources: &Sources<'_>,
    whose: Whose,
    (from, to): (Timestamp, Timestamp),
) -> String {
    let days = sources.working_days(whose.person(), from, to);
    format!("{} {}", whole(days), whose.words())
}

/// An amount on the agreed clock: of working hours it says by whose calendar, of elapsed time there is nothing to say.
pub(super) fn on_clock((unit, amount): (Unit, f64), whose: Whose) -> String {
    let told = quantity::alone(unit, amount);
    match unit {
        Unit::WorkingHours => format!("{told} {}", whose.words()),
        _ => told,
    }
}

/// A wait on the agreed clock, with the elapsed time where no working time lies in it: from a holiday to the next early morning is not
/// at once.
pub(super) fn with_elapsed((unit, amount): (Unit, f64), elapsed: Option<f64>) -> String {
    let told = quantity::alone(unit, amount);
    match elapsed {
        Some(hours) if unit == Unit::WorkingHours && amount <= 0.0 && hours > 0.0 => {
            format!("{told}, {} elapsed", quantity::hours(hours))
        }
        _ => told,
    }
}
