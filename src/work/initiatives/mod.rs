//! Initiatives: the pieces of work that a review is written from.
//!
//! A pull request of a person belongs to the first that it matches: what the register names, a milestone, a tracking issue that it
//! closes or mentions, itself or a part of it, a label `epic:…`, and else to a stretch of one person's work in one area without a
//! gap of ten working days, which nobody has named. A milestone that is called after a time, such as `2026-Q1`, is a time box and no
//! initiative; an incident is none either.

mod marks;
mod spent;
mod story;
mod teller;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use self::marks::with_product;
use self::marks::{AreasOfPaths, Marks};
pub use self::story::{Decision, Involved, Production, Story, Waits};
pub use self::teller::Teller;
use super::Past;
use super::areas::Areas;
use super::pull_requests::{Key, not_human, of_product, with_talk};
use crate::domain::{PersonId, RepositoryId};

/// So many pull requests without a name are told as one piece of work.
const UNNAMED: usize = 3;
/// So many working days without a pull request end an unnamed piece of work.
const GAP_DAYS: f64 = 10.0;

/// Who named an initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// The register: the place of the entry in its order.
    Register(usize),
    /// A milestone.
    Milestone,
    /// A tracking issue.
    Issue(Key),
    /// A label.
    Label,
    /// Nobody: one person's work in one area.
    Nobody,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiative {
    /// Stable: the same piece of work has the same id in every run and store.
    pub id: String,
    /// Its name; of one that nobody named, the area.
    pub title: String,
    /// Who named it.
    pub named: Named,
    /// Its pull requests, by opening.
    pub keys: Vec<Key>,
}

/// All initiatives, by their first pull request, and the pull requests of people that are in none.
#[derive(Debug, Default)]
pub struct Initiatives {
    /// The initiatives.
    pub all: Vec<Initiative>,
    /// Pull requests in none.
    pub rest: BTreeSet<Key>,
}

/// Where work without a name is done: a repository, the area in it, and whose work it is.
type Place = (RepositoryId, Option<String>, PersonId);

impl Initiatives {
    /// Finds the initiatives of everybody's pull requests.
    #[must_use]
    pub fn of(past: &Past<'_>) -> Self {
        let marks = Marks::of(past);
        let mut groups: BTreeMap<(Named, String), Vec<(Timestamp, Key)>> = BTreeMap::new();
        let mut unnamed: BTreeMap<Place, Vec<(Timestamp, Key)>> = BTreeMap::new();
        let mut rest = BTreeSet::new();
        for reading in &past.readings {
            let mut areas = AreasOfPaths::default();
            for with_talk in with_talk(reading, &of_product(reading)) {
                let (whole, files) = (&with_talk.whole, with_talk.files);
                let row = whole.pull_request;
                let author = row
                    .author
                    .filter(|_| not_human(past.tables, row.author).is_none());
                let Some(author) = author else { continue };
                let opened = (row.created_at, whole.key());
                if let Some(name) = marks.name(past, reading, &with_talk) {
                    groups.entry(name).or_default().push(opened);
                } else {
                    let area = areas.main_area(reading, files);
                    let place = (row.repository, area, author);
                    unnamed.entry(place).or_default().push(opened);
                }
            }
        }
        // Each with the opening of its first pull request, by which they stand.
        let mut all: Vec<(Option<Timestamp>, Initiative)> = Vec::new();
        for ((named, name), mut opened) in groups {
            opened.sort_unstable();
            let first = opened.first().map(|(at, _)| *at);
            let title = match named {
                Named::Issue(key) => marks.issues.get(&key).map(|issue| issue.title.clone()),
                Named::Register(at) => {
                    let declared = past.question.roster.initiatives.get(at);
                    declared.map(|one| one.initiative.title.clone())
                }
                _ => None,
            };
            let initiative = Initiative {
                id: id_of(&[kind_of(named), &name]),
                title: title.unwrap_or(name),
                named,
                keys: opened.into_iter().map(|(_, key)| key).collect(),
            };
            all.push((first, initiative));
        }
        for ((repository, area, author), mut opened) in unnamed {
            opened.sort_unstable();
            let name = past
                .tables
                .repository(repository)
                .map_or("?", |row| &row.name);
            for stretch in stretches(past, author, opened) {
                if stretch.len() < UNNAMED {
                    rest.extend(stretch.into_iter().map(|(_, key)| key));
                    continue;
                }
                let opened = stretch.first().map(|(at, _)| *at);
                let first = stretch
                    .first()
                    .map_or_else(String::new, |(_, key)| key.1.to_string());
                let short = name.rsplit('/').next().unwrap_or(name);
                let title = area.as_deref().map_or_else(
                    || short.to_owned(),
                    |area| Areas::with_repository(short, area),
                );
                let key = area.as_deref().unwrap_or("no area");
                let initiative = Initiative {
                    id: id_of(&["unnamed", name, key, &first]),
                    title,
                    named: Named::Nobody,
                    keys: stretch.into_iter().map(|(_, key)| key).collect(),
                };
                all.push((opened, initiative));
            }
        }
        all.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
        Self {
            all: all.into_iter().map(|(_, initiative)| initiative).collect(),
            rest,
        }
    }
}

const fn kind_of(named: Named) -> &'static str {
    match named {
        Named::Register(_) => "register",
        Named::Milestone => "milestone",
        Named::Issue(_) => "issue",
        Named::Label => "label",
        Named::Nobody => "unnamed",
    }
}

/// `in-7c21f0`: a hash of what names it.
fn id_of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.to_lowercase().as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let bytes = digest.iter().take(3);
    bytes.fold(String::from("in-"), |id, byte| format!("{id}{byte:02x}"))
}

/// One person's pull requests in one area, parted where nothing was opened for ten of the person's working days.
fn stretches(
    past: &Past<'_>,
    author: PersonId,
    opened: Vec<(Timestamp, Key)>,
) -> Vec<Vec<(Timestamp, Key)>> {
    let calendar = past.question.calendars.person(Some(author));
    let mut found: Vec<Vec<(Timestamp, Key)>> = Vec::new();
    let mut before: Option<Timestamp> = None;
    for (at, key) in opened {
        let gap = before.and_then(|before| calendar.working_days_between(before, at));
        match found
            .last_mut()
            .filter(|_| gap.is_some_and(|days| days < GAP_DAYS))
        {
            Some(stretch) => stretch.push((at, key)),
            None => found.push(vec![(at, key)]),
        }
        before = Some(at);
    }
    found
}
