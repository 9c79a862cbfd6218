//! Surviving lines by file and person at sampled instants.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::lineage::exclusion;
use crate::domain::{Account, Bucket, Granularity, PersonId, RepositoryId};
use crate::tables::Tables;
use crate::work::{Missing, Reading};

/// Lines of humans and agents in one file at its repository's sampled instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLines {
    /// Index into `tables.changes.files`.
    pub file: u32,
    /// Lines by human, by id.
    pub people: Vec<(PersonId, u64)>,
    /// Lines by agents: nobody's knowledge.
    pub by_agents: u64,
}

/// The last instant of samples that speak of `at`: the end of the quarter in UTC where a quarter of the zone ends at `at`.
///
/// Mining samples at the ends of quarters in UTC. East of Greenwich a quarter ends hours before that, and without this it would
/// be given the lines of the quarter before it. For that, lines of commits that landed in the hours between are among them, where
/// the store was mined later than `at`.
#[must_use]
pub fn sampled_until(at: Timestamp, zone: &TimeZone) -> Timestamp {
    let before = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
    let quarter = Bucket::of(before, Granularity::Quarter, zone);
    if quarter.window(zone).until == at {
        quarter.window(&TimeZone::UTC).until.max(at)
    } else {
        at
    }
}

/// The instants at which a product's repositories were sampled, and where the rows of each are.
#[derive(Debug, Default)]
pub struct Samples(Vec<(RepositoryId, Timestamp, Range<usize>)>);

impl Samples {
    /// The samples of a product: one pass over the table.
    #[must_use]
    pub fn of(reading: &Reading<'_>) -> Self {
        let owned = &reading.tables.ownership;
        let mut samples: Vec<(RepositoryId, Timestamp, Range<usize>)> = Vec::new();
        for (at, (as_of, file)) in owned.as_of.iter().zip(&owned.file).enumerate() {
            let file = usize::try_from(*file)
                .ok()
                .and_then(|file| reading.tables.changes.files.get(file));
            let Some(file) = file.filter(|file| reading.product.has(file.repository)) else {
                continue;
            };
            match samples.last_mut() {
                Some((repository, sampled_at, rows))
                    if (*repository, *sampled_at, rows.end) == (file.repository, *as_of, at) =>
                {
                    rows.end = at + 1;
                }
                _ => samples.push((file.repository, *as_of, at..at + 1)),
            }
        }
        Self(samples)
    }

    /// The files at the last sampled instants at or before `at`, by file; files that are left out are not among them.
    ///
    /// The end of a quarter in `zone` is that of the same quarter in UTC: see [`sampled_until`].
    #[must_use]
    pub fn lines_at(&self, tables: &Tables, at: Timestamp, zone: &TimeZone) -> Vec<FileLines> {
        let at = sampled_until(at, zone);
        let mut last: BTreeMap<RepositoryId, Timestamp> = BTreeMap::new();
        for (repository, as_of, _) in self.0.iter().filter(|(_, as_of, _)| *as_of <= at) {
            let kept = last.entry(*repository).or_insert(*as_of);
            *kept = (*kept).max(*as_of);
        }
        let owned = &tables.ownership;
        let mut lines: Vec<(u32, PersonId, u64)> = Vec::new();
        let is_last = |(repository, as_of, _): &&(RepositoryId, Timestamp, Range<usize>)| {
            last.get(repository) == Some(as_of)
        };
        for (_, _, rows) in self.0.iter().filter(is_last) {
            let (Some(files), Some(people), Some(counts)) = (
                owned.file.get(rows.clone()),
                owned.person.get(rows.clone()),
                owned.lines.get(rows.clone()),
            ) else {
                continue;
            };
            let rows = files.iter().zip(people).zip(counts);
            let counted = rows.filter(|((file, _), _)| exclusion(tables, **file).is_none());
            lines.extend(counted.map(|((file, person), n)| (*file, *person, u64::from(*n))));
        }
        // They come by path and person already.
        if !lines.is_sorted() {
            lines.sort_unstable();
        }
        let mut files: Vec<FileLines> = Vec::new();
        for (file, person, n) in lines {
            if files.last().is_none_or(|last| last.file != file) {
                files.push(FileLines {
                    file,
                    people: Vec::new(),
                    by_agents: 0,
                });
            }
            let account = tables.person(person).map(|person| person.account);
            match (files.last_mut(), account) {
                (Some(last), Some(Account::Human)) => match last.people.last_mut() {
                    Some((same, lines)) if *same == person => *lines += n,
                    _ => last.people.push((person, n)),
                },
                (Some(last), Some(Account::AiReviewer)) => last.by_agents += n,
                _ => {}
            }
        }
        files
    }
}

/// Why surviving lines cannot be told; `None` where some were sampled.
#[must_use]
pub fn missing(tables: &Tables, files: &[FileLines]) -> Option<Missing> {
    let (because, fix) = if tables.ownership.file.is_empty() {
        let fix = "run `linchpin mine` on a clone with its history";
        ("surviving lines were not mined", Some(fix.to_owned()))
    } else {
        let because = "no surviving lines were sampled by then: they are at the ends of quarters and at the newest commit";
        (because, None)
    };
    files.is_empty().then(|| Missing {
        because: because.to_owned(),
        fix,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_that_ends_before_midnight_in_utc_has_the_lines_of_its_own_end() {
        let check = |zone: &str, at: &str, expected: &str| {
            let zone = TimeZone::get(zone).unwrap();
            let until = sampled_until(at.parse().unwrap(), &zone);
            assert_eq!(until.to_string(), expected, "{at}");
        };
        check(
            "Europe/Lisbon",
            "2025-03-31T23:00:00Z",
            "2025-04-01T00:00:00Z",
        );
        check("Asia/Tokyo", "2025-06-30T15:00:00Z", "2025-07-01T00:00:00Z");
        // Behind UTC the sample was taken before the quarter ended.
        check(
            "America/Lima",
            "2025-07-01T05:00:00Z",
            "2025-07-01T05:00:00Z",
        );
        // Not the end of a quarter: what landed later is not known yet.
        check(
            "Europe/Lisbon",
            "2025-03-31T22:59:59Z",
            "2025-03-31T22:59:59Z",
        );
        check(
            "Europe/Lisbon",
            "2025-04-30T23:00:00Z",
            "2025-04-30T23:00:00Z",
        );
    }
}
