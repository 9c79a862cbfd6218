//! Whose doing a figure is, and whether enough people did it for a page that names nobody.
//!
//! An area in which one person works *is* that person. So a figure of what people did carries the people behind it where they
//! are fewer than the register's `minimum_people`: a publishable page then tells how many they were and nothing else.

use crate::domain::PersonId;

use super::measure::{Definition, KeyedRow, LedgerRow};
use crate::work::{Fate, Question};

/// What a metric speaks of: it decides what a page that names nobody may tell of few people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The system: deployments, runs, incidents, files and areas. Told however few people there are.
    System,
    /// What people did: commits, lines, reviews, merges, waits and turns. Told only where enough people did it.
    Deeds,
    /// People themselves: as [`About::Deeds`], and its rows are never listed, since each is somebody.
    People,
    /// What the private register declares: figures of people alone.
    Declared,
}

impl About {
    /// Which people are counted, in words; `None` where nobody is.
    #[must_use]
    pub const fn counted(self) -> Option<&'static str> {
        match self {
            Self::System | Self::Declared => None,
            Self::Deeds => Some(
                "those who wrote what the rows are about (the author of a pull request, the authors of a commit, the holders of \
                 lines) and those whose reviews they are; the smaller number counts",
            ),
            Self::People => Some("the people whom the rows are about"),
        }
    }
}

/// Some numbers of a figure that fewer people than the minimum are behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Few {
    /// The numbers by name; empty: the figure as a whole.
    pub numbers: &'static [&'static str],
    /// Who, each once. Never leaves the program.
    pub people: Vec<PersonId>,
}

/// How many people are enough for a metric's figures.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// `None`: the figures are not about what people did.
    minimum: Option<usize>,
}

impl Group {
    /// The group of a metric.
    #[must_use]
    pub fn of(definition: &Definition, question: &Question) -> Self {
        let is_counted = definition.about.counted().is_some();
        Self {
            minimum: is_counted.then_some(question.minimum_people),
        }
    }

    /// Whether the rows of a cell are the doing of too few: of its included rows, or of all where none is included.
    ///
    /// Those who wrote and those who reviewed are counted apart. Rows that nobody known stands behind tell of nobody.
    pub(super) fn few<K>(self, rows: &[&KeyedRow<K>], included: &[&KeyedRow<K>]) -> Vec<Few> {
        let counted = if included.is_empty() { rows } else { included };
        self.few_of(|| counted.iter().map(|keyed| &keyed.row))
    }

    /// The same of the rows that count.
    pub(in crate::metrics) fn few_of<'a, R>(self, counted: impl Fn() -> R) -> Vec<Few>
    where
        R: Iterator<Item = &'a LedgerRow>,
    {
        let Some(minimum) = self.minimum else {
            return Vec::new();
        };
        let wrote = fewer_than(
            minimum,
            counted().flat_map(|row| row.authors.iter().copied()),
        );
        let reviewed = fewer_than(minimum, counted().filter_map(|row| row.person));
        let people = [wrote, reviewed]
            .into_iter()
            .flatten()
            .filter(|people| !people.is_empty())
            .min_by_key(Vec::len);
        people
            .map(|people| Few {
                numbers: &[],
                people,
            })
            .into_iter()
            .collect()
    }

    /// The same for some numbers of a figure and the people behind them.
    pub(super) fn few_behind(
        self,
        numbers: &'static [&'static str],
        people: impl Iterator<Item = PersonId>,
    ) -> Option<Few> {
        let people = fewer_than(self.minimum?, people)?;
        (!people.is_empty()).then_some(Few { numbers, people })
    }
}

/// The people, each once, where they are fewer than `minimum`; stops looking as soon as they are enough.
fn fewer_than(minimum: usize, people: impl Iterator<Item = PersonId>) -> Option<Vec<PersonId>> {
    let mut found: Vec<PersonId> = Vec::new();
    for person in people {
        if !found.contains(&person) {
            found.push(person);
            if found.len() >= minimum {
                return None;
            }
        }
    }
    found.sort_unstable();
    Some(found)
}

/// Whether a row may be listed where nobody is named: not where it is somebody.
#[must_use]
pub fn is_listable(definition: &Definition, row: &LedgerRow) -> bool {
    definition.about != About::People && row.fate == Fate::Included
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_counted_once_and_only_while_they_are_few() {
        let check = |people: &[u32], expected: Option<&[u32]>| {
            let ids = |ids: &[u32]| ids.iter().copied().map(PersonId).collect::<Vec<_>>();
            assert_eq!(
                fewer_than(3, ids(people).into_iter()),
                expected.map(ids),
                "{people:?}"
            );
        };
        check(&[], Some(&[]));
        check(&[4, 4, 4], Some(&[4]));
        check(&[4, 1, 4], Some(&[1, 4]));
        check(&[4, 1, 2], None);
    }
}
