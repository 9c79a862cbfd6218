//! Dated, linked evidence about one person's work, from facts: moments, sampled evenly, linted, put into packs.
//!
//! Everything here is a pure function of [`Sources`]. A sentence names an observable act, its date and its page; words that judge,
//! guess or read minds are refused ([`lint`]). Nothing ranks people, and no incident or revert is put down to anybody.

pub mod absence;
pub mod brag;
pub mod follow_up;
mod index;
pub mod lead;
pub mod lint;
mod moments;
pub mod one_on_one;
pub mod pack;
pub mod sampling;
pub mod snippet;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{Facts, Person, PersonId, RepoName, RepositoryId, Window, WorkCalendar};

pub use pack::{Pack, packs};
pub use snippet::{Act, Dimension, Kind, Link, Origin, Polarity, Quote, Snippet, Words};

/// What evidence is taken from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Facts, after [`Facts::relabel`].
    pub facts: &'a Facts,
    /// Everyone: bots have no pack, and what they do is nobody's evidence.
    pub people: &'a [Person],
    /// Names of the repositories.
    pub repositories: &'a BTreeMap<RepositoryId, RepoName>,
    /// Moments outside it are not evidence of this pack.
    pub window: Window,
    /// The instant everything is seen from.
    pub as_of: Timestamp,
    /// Decides which day and month an instant belongs to.
    pub zone: &'a TimeZone,
    /// The team's working days.
    pub calendar: &'a WorkCalendar,
    /// Labels that make an issue an incident.
    pub incident_labels: &'a [String],
    /// After so many working days without an event by anyone but its author, a pull request is stuck.
    pub stuck_after_working_days: f64,
    /// The areas that a path belongs to.
    pub areas_of: &'a dyn Fn(RepositoryId, &str) -> Vec<String>,
    /// What GitHub cannot see, written down by hand.
    pub entries: &'a [Entry],
    /// Declared absences: named wherever a count falls into one.
    pub absences: &'a [Absence],
}

/// A declared absence; both days are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// Who.
    pub person: PersonId,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub to: Date,
}

/// An entry by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose.
    pub person: PersonId,
    /// When.
    pub on: Date,
    /// What, in one sentence, as it was written.
    pub text: String,
    /// A page, where there is one.
    pub link: Option<String>,
    /// Whether the lead noted it; else the person did.
    pub is_noted_by_lead: bool,
}

impl Sources<'_> {
    /// The civil date of an instant.
    fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The last instant that evidence may speak of: the window's end, or the as-of instant.
    fn end(&self) -> Timestamp {
        self.window.until.min(self.as_of)
    }

    /// The last civil day that evidence may speak of.
    fn last_day(&self) -> Date {
        let before = self.end().saturating_sub(SignedDuration::from_nanos(1));
        self.date(before.unwrap_or(self.end()))
    }

    /// A person's declared absences that touch some days, in words; `None` without any.
    fn absence_words(&self, person: PersonId, first: Date, last: Date) -> Option<String> {
        let absences = self.absences.iter();
        let mut touching: Vec<&Absence> = absences
            .filter(|absence| {
                absence.person == person && absence.from <= last && absence.to >= first
            })
            .collect();
        touching.sort_by_key(|absence| (absence.from, absence.to));
        let spans: Vec<String> = touching
            .iter()
            .map(|absence| format!("{} to {}", absence.from, absence.to))
            .collect();
        (!spans.is_empty()).then(|| format!("Declared absence: {}.", spans.join(", ")))
    }

    /// The window up to [`Sources::end`].
    fn seen(&self) -> Window {
        Window {
            since: self.window.since,
            until: self.end(),
        }
    }
}
