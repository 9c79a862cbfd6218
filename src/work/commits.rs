//! What one person committed to the default branches, as git tells it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::Reading;
use super::delivery::landing;
use super::file_areas::areas_of_files;
use super::{origins, pull_requests};
use crate::domain::{CommitId, Origin, PersonId, RepositoryId};
use crate::tables::{CommitRow, Tables};

/// A commit that somebody made, alone or with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id.
    pub commit: CommitId,
    /// When the default branch had it.
    pub at: Timestamp,
    /// Its author.
    pub author: PersonId,
    /// The people credited, the author first.
    pub people: Vec<PersonId>,
    /// First line.
    pub subject: String,
    /// The areas that it touches, sorted.
    pub areas: Vec<String>,
    /// How many files it changes.
    pub n_files: u64,
    /// Whether it came with a pull request.
    pub came_with_a_pull_request: bool,
}

/// The commits of a product that credit somebody, in landing order: no merges, and none that knowledge leaves out.
#[must_use]
pub fn of_person(reading: &Reading<'_>, person: PersonId) -> Vec<Made> {
    let tables = reading.tables;
    let all = reading.once(|| Rows::of(reading));
    let rows = all.0.get(&person).map_or(&[][..], Vec::as_slice);
    if rows.is_empty() {
        return Vec::new();
    }
    let landings = landing::of_product(reading, &pull_requests::of_product(reading));
    let made = |at: usize| {
        let row = tables.commits.get(at)?;
        let (areas, n_files) = touched(reading, at);
        Some(Made {
            repository: row.repository,
            commit: row.commit,
            at: row.landed_at,
            author: row.author,
            people: row
                .authors()
                .filter(|person| tables.is_human(*person))
                .collect(),
            subject: row.subject.to_string(),
            areas,
            n_files,
            came_with_a_pull_request: landings.is_absorbed_row(at),
        })
    };
    rows.iter().filter_map(|at| made(*at)).collect()
}

/// By person: rows of the commits that credit them.
struct Rows(HashMap<PersonId, Vec<usize>>);

impl Rows {
    fn of(reading: &Reading<'_>) -> Self {
        let mut of: HashMap<PersonId, Vec<usize>> = HashMap::new();
        let rows = reading.tables.commits.iter().enumerate();
        let rows = rows
            .filter(|(_, row)| reading.product.has(row.repository) && !row.is_merge)
            .filter(|(_, row)| row.exclusion.is_none() && row.landed_at < reading.question.as_of);
        for (at, row) in rows {
            for author in row.authors() {
                of.entry(author).or_default().push(at);
            }
        }
        Self(of)
    }
}

/// When a product's history starts; `None` without one.
#[must_use]
pub fn starts_at(reading: &Reading<'_>) -> Option<Timestamp> {
    struct Start(Option<Timestamp>);
    let start = reading.always(|| {
        let commits = reading.tables.commits.iter();
        let own = commits.filter(|row| reading.product.has(row.repository));
        Start(own.map(|row| row.landed_at).min())
    });
    start.0
}

/// The areas that the commit of a row touches, sorted, and how many files it changes.
fn touched(reading: &Reading<'_>, row: usize) -> (Vec<String>, u64) {
    let areas_of = areas_of_files(reading);
    let files = reading.tables.changes.files_of(row);
    let at = files.iter().filter_map(|file| usize::try_from(*file).ok());
    let areas: BTreeSet<&String> = at.filter_map(|file| areas_of.get(file)).flatten().collect();
    let n_files = u64::try_from(files.len()).unwrap_or(u64::MAX);
    (areas.into_iter().cloned().collect(), n_files)
}

/// Who wrote a commit, humans only; of an agent's, whoever had it written.
#[must_use]
pub fn authors_of(reading: &Reading<'_>, commit: &CommitRow) -> Arc<[PersonId]> {
    let people = commit
        .authors()
        .filter(|person| reading.tables.is_human(*person));
    let delegator = commit
        .delegator
        .filter(|person| reading.tables.is_human(*person));
    people.chain(delegator).collect()
}

/// Why a commit that agents alone wrote credits nobody.
pub const BY_AGENT: &str = "by_agent";

/// Why a commit that no person wrote credits nobody.
#[must_use]
pub fn by_nobody(tables: &Tables, commit: &CommitRow) -> &'static str {
    match origins::of_commit(tables, commit) {
        Origin::Agent => BY_AGENT,
        _ => "by_automation",
    }
}
