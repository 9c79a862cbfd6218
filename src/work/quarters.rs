//! Shares of changes, reviews and merge decisions per area, quarter and person.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Bucket, Granularity, PersonId, RepositoryId};
use crate::tables::CommitRow;
use crate::work::commits::{BY_AGENT, by_nobody};
use crate::work::file_areas::FileAreas;
use crate::work::{Reading, pull_requests};

/// What one person did in one area and quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acts {
    /// Commits touching the area.
    pub n_changes: u64,
    /// Reviews of pull requests touching the area.
    pub n_reviews: u64,
    /// Pull requests touching the area that the person merged.
    pub n_merges: u64,
}

/// Acts by area, quarter and person; humans only.
pub type Acted = BTreeMap<String, BTreeMap<Bucket, BTreeMap<PersonId, Acts>>>;

/// One commit and the places it touches: areas by name, or whatever else files are sorted into.
#[derive(Debug, Clone)]
pub struct CommitIn<L> {
    /// Row of `tables.commits`.
    pub row: usize,
    /// Its repository.
    pub repository: RepositoryId,
    /// When it was committed.
    pub at: Timestamp,
    /// Places, sorted, each once; may be empty.
    pub areas: L,
    /// Humans credited; empty: automation.
    pub people: Vec<PersonId>,
    /// Why it is left out; `None`: it counts.
    pub exclusion: Option<&'static str>,
}

/// The product's non-merge commits up to the as-of instant with the areas of their files.
#[must_use]
pub fn commits_in_areas(reading: &Reading<'_>) -> Vec<CommitIn<Arc<[String]>>> {
    let places = FileAreas::of(reading);
    // Many commits touch the same areas: their names are kept once.
    let mut known: HashMap<Vec<u32>, Arc<[String]>> = HashMap::new();
    let named = commits_in(reading, places.of_files()).map(|commit| {
        let areas = known.entry(commit.areas).or_insert_with_key(|touched| {
            let names = touched.iter().filter_map(|at| places.name(*at));
            names.map(str::to_owned).collect()
        });
        CommitIn {
            row: commit.row,
            repository: commit.repository,
            at: commit.at,
            areas: Arc::clone(areas),
            people: commit.people,
            exclusion: commit.exclusion,
        }
    });
    named.collect()
}

/// The product's non-merge commits up to the as-of instant with the places of their files, which `places` gives by file index.
/// One pass: changes are grouped by commit.
pub fn commits_in<'a, P, L>(
    reading: &Reading<'a>,
    places: &'a [L],
) -> impl Iterator<Item = CommitIn<Vec<P>>> + 'a
where
    P: Ord + Clone + 'a,
    &'a L: IntoIterator<Item = &'a P>,
{
    let (reading, changes) = (reading.clone(), &reading.tables.changes);
    let mut touched: Vec<&P> = Vec::new();
    changes.runs.iter().filter_map(move |(row, own)| {
        let commit = asked(&reading, row)?;
        touched.clear();
        let mut counts = false;
        let files = changes.file.get(own).unwrap_or_default().iter();
        for file in files.filter_map(|file| usize::try_from(*file).ok()) {
            let is_counted = |file: &crate::tables::changes::File| file.exclusion.is_none();
            if changes.files.get(file).is_some_and(is_counted) {
                counts = true;
                touched.extend(places.get(file).into_iter().flatten());
            }
        }
        touched.sort_unstable();
        touched.dedup();
        counts.then(|| commit_in(&reading, (row, commit), &touched))
    })
}

/// The commit of a row, where it is the product's and was there at the as-of instant.
fn asked<'a>(reading: &'a Reading<'_>, row: usize) -> Option<&'a CommitRow> {
    let commit = reading.tables.commits.get(row)?;
    let is_asked =
        reading.product.has(commit.repository) && commit.committed_at < reading.question.as_of;
    is_asked.then_some(commit)
}

fn commit_in<P: Clone>(
    reading: &Reading<'_>,
    (row, commit): (usize, &CommitRow),
    places: &[&P],
) -> CommitIn<Vec<P>> {
    let people: Vec<_> = commit
        .authors()
        .filter(|person| reading.tables.is_human(*person))
        .collect();
    CommitIn {
        row,
        repository: commit.repository,
        at: commit.committed_at,
        areas: places.iter().map(|place| (*place).clone()).collect(),
        exclusion: match commit.exclusion {
            Some(exclusion) => Some(exclusion.word()),
            None if people.is_empty() => Some(by_nobody(reading.tables, commit)),
            None => None,
        },
        people,
    }
}

/// Commits that agents alone wrote, by area and quarter, of the product's commits over the whole history up to the as-of instant.
#[must_use]
pub fn by_agents(
    reading: &Reading<'_>,
    commits: &[CommitIn<Arc<[String]>>],
) -> BTreeMap<String, BTreeMap<Bucket, u64>> {
    let mut found: BTreeMap<String, BTreeMap<Bucket, u64>> = BTreeMap::new();
    let is_theirs = |commit: &&CommitIn<_>| commit.exclusion == Some(BY_AGENT);
    for commit in commits.iter().filter(is_theirs) {
        let quarter = Bucket::of(commit.at, Granularity::Quarter, &reading.question.zone);
        for area in commit.areas.iter() {
            let area = found.entry(area.clone()).or_default();
            *area.entry(quarter).or_default() += 1;
        }
    }
    found
}

/// Who did what, of the product's commits and its pull requests over the whole history up to the as-of instant.
#[must_use]
pub fn acted(reading: &Reading<'_>, commits: &[CommitIn<Arc<[String]>>]) -> Acted {
    let mut acted = Acted::new();
    let quarter_of = |at| Bucket::of(at, Granularity::Quarter, &reading.question.zone);
    let mut act = |area: &str, quarter: Bucket, person: PersonId, add: fn(&mut Acts)| {
        // Most areas are known: their names are not copied for each commit.
        if !acted.contains_key(area) {
            acted.insert(area.to_owned(), BTreeMap::new());
        }
        if let Some(area) = acted.get_mut(area) {
            add(area.entry(quarter).or_default().entry(person).or_default());
        }
    };
    for commit in commits.iter().filter(|commit| commit.exclusion.is_none()) {
        let quarter = quarter_of(commit.at);
        for area in commit.areas.iter() {
            for person in &commit.people {
                act(area, quarter, *person, |acts| acts.n_changes += 1);
            }
        }
    }
    for whole in pull_requests::of_product(reading) {
        let reviews: Vec<_> = whole
            .human_reviews(reading.tables)
            .filter_map(|review| Some((review.author?, review.submitted_at)))
            .collect();
        let merge = whole
            .pull_request
            .merged_by
            .filter(|person| reading.tables.is_human(*person))
            .zip(whole.pull_request.merged_at);
        for area in whole.areas.iter() {
            for (person, at) in &reviews {
                act(area, quarter_of(*at), *person, |acts| acts.n_reviews += 1);
            }
            if let Some((person, at)) = merge.filter(|(_, at)| *at < reading.question.as_of) {
                act(area, quarter_of(at), person, |acts| acts.n_merges += 1);
            }
        }
    }
    acted
}
