//! Dated, linked evidence about one person's work, from facts: moments, sampled evenly, linted, put into packs.
//!
//! Everything here is a pure function of [`Sources`]. A sentence names an observable act, its date and its page; words that judge,
//! guess or read minds are refused ([`lint`]). Nothing ranks people, and no incident or revert is put down to anybody.

pub mod absence;
mod before_after;
mod blocks;
mod bottleneck;
pub mod brag;
mod coverage;
pub mod desk;
pub mod follow_up;
mod goals;
mod growing_others;
pub mod growth;
pub mod handing_over;
mod index;
mod item;
pub mod lead;
pub mod lint;
pub mod measures;
mod moments;
pub mod one_on_one;
mod open_work;
pub mod pack;
pub mod published;
mod review;
pub mod sampling;
mod situation;
pub mod snippet;
mod sprints;
pub mod work;
mod working_days;

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{Bucket, Person, PersonId, RepoName, RepositoryId, Window};
use crate::work::Past;
use crate::work::file_areas::qualifier;
use crate::work::roster::RosterAbsence;

pub use desk::{Desk, Page, with_desk};
pub use pack::Pack;
pub use snippet::{Act, Dimension, Kind, Link, Origin, Polarity, Quote, Snippet, Words};

/// What evidence is taken from.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// What is asked, what happened, and everyone: bots have no pack, and what they do is nobody's evidence.
    pub past: &'a Past<'a>,
    /// Names of the repositories.
    pub repositories: &'a BTreeMap<RepositoryId, RepoName>,
    /// What GitHub cannot see, written down by hand.
    pub entries: &'a [Entry],
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

/// The end of a window: a date, and the time too where it ends inside that day, of which a date alone would say that nothing is told.
fn up_to(end: Timestamp, zone: &TimeZone) -> String {
    let end = zone.to_datetime(end);
    if end.time() == Time::midnight() {
        end.date().to_string()
    } else {
        format!("{} {:02}:{:02}", end.date(), end.hour(), end.minute())
    }
}

impl<'a> Sources<'a> {
    /// Somebody, by id.
    fn person(&self, person: PersonId) -> Option<&'a Person> {
        self.past.tables.person(person)
    }

    /// Working days of a person between two instants: by their own calendar, wherever a wait is told.
    fn working_days(&self, person: Option<PersonId>, from: Timestamp, to: Timestamp) -> f64 {
        let calendar = self.past.question.calendars.person(person);
        calendar.working_days_between(from, to).unwrap_or(0.0)
    }

    /// The areas of a path.
    fn areas_of(&self, repository: RepositoryId, path: &str) -> Vec<String> {
        self.past
            .reading_of(repository)
            .map_or_else(Vec::new, |reading| {
                let qualifier = qualifier(reading, repository);
                self.past.question.areas.of(repository, path, qualifier)
            })
    }

    /// A repository as sentences call it: without its owner.
    fn repository_name(&self, repository: RepositoryId) -> String {
        if let Some(name) = self.repositories.get(&repository) {
            return name.name().to_owned();
        }
        // One that is on no server has the name of its folder.
        let known = self.past.tables.repository(repository);
        known.map_or_else(String::new, |known| known.name.clone())
    }

    /// The civil date of an instant.
    fn date(&self, at: Timestamp) -> Date {
        self.past.question.zone.to_datetime(at).date()
    }

    /// The last instant that evidence may speak of: the window's end, or the as-of instant.
    fn end(&self) -> Timestamp {
        self.past
            .question
            .window
            .until
            .min(self.past.question.as_of)
    }

    /// When the record of pull requests starts: the first that was opened of all that were read.
    fn starts_at(&self) -> Option<Timestamp> {
        let rows = self.past.tables.facts.pull_requests.iter();
        rows.map(|row| row.created_at).min()
    }

    /// The same as it was at another instant, for whoever tells of that.
    fn as_of<T>(&self, at: Timestamp, use_it: impl FnOnce(&Sources<'_>) -> T) -> T {
        if at == self.past.question.as_of {
            return use_it(self);
        }
        let mut question = self.past.question.clone();
        question.as_of = at;
        let readings = self.past.readings.iter();
        let past = Past {
            tables: self.past.tables,
            question: &question,
            readings: readings.map(|reading| reading.at(&question)).collect(),
        };
        use_it(&Sources {
            past: &past,
            ..*self
        })
    }

    /// The day of the last instant that evidence may speak of: what happened on it until then is told.
    fn today(&self) -> Date {
        let before = self.end().saturating_sub(SignedDuration::from_nanos(1));
        self.date(before.unwrap_or(self.end()))
    }

    /// The last day that is told as a day: the one of the last instant once half of it is over, else the one before it, where the
    /// window has that. An hour after midnight a day, and a month that begins with it, has not been lived.
    fn last_day(&self) -> Date {
        let today = self.today();
        let half = Bucket::start_of(today, &self.past.question.zone)
            .saturating_add(SignedDuration::from_hours(12));
        let is_lived = half.is_ok_and(|half| half <= self.end());
        let first = self.date(self.past.question.window.since);
        let before = today.yesterday().ok().filter(|before| *before >= first);
        before.filter(|_| !is_lived).unwrap_or(today)
    }

    /// The instant at which what is open is told: the end of the last day, or the last instant of a day that is not over.
    fn stands_at(&self) -> Timestamp {
        let zone = &self.past.question.zone;
        let next = self.last_day().tomorrow();
        let over = next.map_or(Timestamp::MAX, |next| Bucket::start_of(next, zone));
        self.end().min(over)
    }

    /// [`Sources::stands_at`] in words: `at the end of 2026-06-30`, or `on 2026-07-01 at 15:04`.
    fn at_the_end(&self) -> String {
        let at = self.past.question.zone.to_datetime(self.stands_at());
        let last = self.last_day();
        if at.date() > last {
            format!("at the end of {last}")
        } else {
            format!("on {last} at {:02}:{:02}", at.hour(), at.minute())
        }
    }

    /// A person's declared absences that touch some days, in words; `None` without any.
    fn absence_words(&self, person: PersonId, first: Date, last: Date) -> Option<String> {
        let absences = self.past.question.roster.absences.iter();
        let mut touching: Vec<&RosterAbsence> = absences
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
            since: self.past.question.window.since,
            until: self.end(),
        }
    }
}
