//! `ownership.drift`: whom CODEOWNERS names, against who maintains.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::domain::{Codeowners, CodeownersLine, PersonId, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, full_count};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Ratio, Recipe, Thing, Unit,
};
use crate::metrics::number::RATIO;
use crate::tables::Tables;
use crate::work::file_areas::areas_of_files;
use crate::work::history::lineage::file_histories;
use crate::work::pull_requests::{Key, reader_of};
use crate::work::quarters::commits_in;
use crate::work::roster::person_of;
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// Below this share of the work by its declared owners, a line of CODEOWNERS has drifted.
const MAINTAINED: f64 = 0.5;

static DEFINITION: Definition = Definition {
    id: "ownership.drift",
    title: "Declared against actual owners",
    question: "Do the people whom CODEOWNERS names maintain what it gives them?",
    definition: "Share of the lines of CODEOWNERS that have drifted: of the commits and reviews of the window on the living files that a \
                 line decides about, less than half were by its declared owners. The last matching line decides, as on GitHub; a \
                 team's owners are its members.",
    formula: "lines with (commits and reviews by declared owners / commits and reviews) < ½, of the lines with at least `minimum_n`",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Definition of this project; matching after GitHub's documentation of CODEOWNERS",
    exclusions: "Lines that decide about no living file and lines without owners are left out. Lines with fewer than `minimum_n` commits and \
                 reviews, and lines whose owners are not known to the facts (a team whose members cannot be read), are unknown. \
                 Automation, merge commits, ignored revisions and commits above the file limit do not count.",
    how_to_read: "A drifted line sends review requests to people who no longer maintain the files: change the line, or the maintainer.",
    can_mislead: "An owner who only decides what may be merged writes and reviews little. A team that everybody is in never drifts.",
    sql: include_str!("../../../queries/metrics/ownership.drift.sql"),
};

/// One line of CODEOWNERS and what happened on its files in the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredLine {
    /// The repository.
    pub repository: RepositoryId,
    /// The line.
    pub line: CodeownersLine,
    /// The people behind its owners: for the private tree only.
    pub owners: BTreeSet<PersonId>,
    /// Owners that the facts do not know.
    pub n_owners_unknown: u64,
    /// Living files that it decides about.
    pub n_files: u64,
    /// Their areas.
    pub areas: BTreeSet<String>,
    /// Commits and reviews on them by person: for the private tree only. A co-authored commit counts for each author.
    pub by_person: BTreeMap<PersonId, u64>,
    /// Commits and reviews on them, and those with an owner among their people.
    pub by_owners: Ratio,
}

/// The people of an owner as CODEOWNERS writes it; `None`: not known.
fn people_of(tables: &Tables, repository: RepositoryId, owner: &str) -> Option<Vec<PersonId>> {
    let Some(name) = owner.strip_prefix('@') else {
        let is_it = |person: &&crate::domain::Person| {
            person
                .emails
                .iter()
                .any(|email| email.key() == owner.to_lowercase())
        };
        return tables
            .people
            .iter()
            .find(is_it)
            .map(|person| vec![person.id]);
    };
    match name.split_once('/') {
        Some((_, team)) => tables
            .facts
            .members_of(repository, team)
            .filter(|members| !members.is_empty()),
        None => person_of(&tables.people, name).map(|person| vec![person]),
    }
}

/// What CODEOWNERS declares of a product.
#[derive(Debug, Clone)]
pub struct Declared {
    /// By repository and line.
    pub lines: Vec<DeclaredLine>,
    /// By file index, the deciding line of every living file as an index into `lines`.
    pub deciding: Vec<Option<usize>>,
    /// Living files that nobody is declared to own, of all.
    pub unowned: Ratio,
}

/// The declared lines of a product with the work on their files.
#[must_use]
pub fn declared(reading: &Reading<'_>) -> Declared {
    let mut lines: Vec<DeclaredLine> = Vec::new();
    let mut at_line: HashMap<(RepositoryId, u64), usize> = HashMap::new();
    for row in reading
        .tables
        .codeowners
        .iter()
        .filter(|row| reading.product.has(row.repository))
    {
        let mut owners = BTreeSet::new();
        let mut n_owners_unknown = 0;
        for owner in &row.owners {
            match people_of(reading.tables, row.repository, owner) {
                Some(people) => owners.extend(people),
                None => n_owners_unknown += 1,
            }
        }
        at_line.insert((row.repository, row.line), lines.len());
        lines.push(DeclaredLine {
            repository: row.repository,
            line: row.line(),
            owners,
            n_owners_unknown,
            n_files: 0,
            areas: BTreeSet::new(),
            by_person: BTreeMap::new(),
            by_owners: Ratio { hits: 0, of: 0 },
        });
    }
    let mut by_repository: BTreeMap<RepositoryId, Vec<CodeownersLine>> = BTreeMap::new();
    for line in &lines {
        let of = by_repository.entry(line.repository).or_default();
        of.push(line.line.clone());
    }
    let asked: BTreeMap<RepositoryId, Codeowners<'_>> = by_repository
        .iter()
        .map(|(repository, lines)| (*repository, Codeowners::new(lines)))
        .collect();
    // The deciding line of every living file, as an index into `lines`.
    let mut deciding: Vec<Option<usize>> = vec![None; reading.tables.changes.files.len()];
    let areas = areas_of_files(reading);
    let mut unowned = Ratio { hits: 0, of: 0 };
    for history in &file_histories(reading).files {
        let Ok(at) = usize::try_from(history.file) else {
            continue;
        };
        let Some(file) = reading
            .tables
            .changes
            .files
            .get(at)
            .filter(|file| file.exclusion.is_none())
        else {
            continue;
        };
        unowned.of += 1;
        let line = asked
            .get(&file.repository)
            .and_then(|asked| asked.line_of(&file.path))
            .and_then(|line| at_line.get(&(file.repository, line.line)).copied());
        let owned = line.and_then(|at| lines.get_mut(at));
        unowned.hits += u64::from(
            owned
                .as_ref()
                .is_none_or(|line| line.line.owners.is_empty()),
        );
        if let (Some(owned), Some(slot)) = (owned, deciding.get_mut(at)) {
            owned.n_files += 1;
            owned
                .areas
                .extend(areas.get(at).into_iter().flatten().cloned());
            *slot = line;
        }
    }
    count_work(reading, &deciding, &mut lines);
    Declared {
        lines,
        deciding,
        unowned,
    }
}

/// Adds the window's commits and reviews, each once a line.
fn count_work(reading: &Reading<'_>, deciding: &[Option<usize>], lines: &mut [DeclaredLine]) {
    let mut credit = |line: usize, people: &[PersonId]| {
        let Some(line) = lines.get_mut(line) else {
            return;
        };
        line.by_owners.of += 1;
        let by_owner = people.iter().any(|person| line.owners.contains(person));
        line.by_owners.hits += u64::from(by_owner);
        for person in people {
            *line.by_person.entry(*person).or_default() += 1;
        }
    };
    for commit in commits_in(reading, deciding) {
        if commit.exclusion.is_none() && reading.question.window.contains(commit.at) {
            for line in &commit.areas {
                credit(*line, &commit.people);
            }
        }
    }
    let mut file_of: HashMap<(RepositoryId, &str), usize> = HashMap::new();
    for (at, file) in reading.tables.changes.files.iter().enumerate() {
        if let Some(Some(line)) = deciding.get(at) {
            file_of.insert((file.repository, file.path.as_str()), *line);
        }
    }
    let mut touched: HashMap<Key, BTreeSet<usize>> = HashMap::new();
    for row in &reading.tables.facts.pull_request_files {
        if let Some(line) = file_of.get(&(row.repository, row.path.as_ref())) {
            touched
                .entry((row.repository, row.number))
                .or_default()
                .insert(*line);
        }
    }
    let opened: HashMap<Key, &crate::domain::PullRequest> = reading
        .tables
        .facts
        .pull_requests
        .iter()
        .filter(|row| {
            reading.product.has(row.repository) && row.created_at < reading.question.as_of
        })
        .map(|row| ((row.repository, row.number), row))
        .collect();
    for review in &reading.tables.facts.reviews {
        let key = (review.repository, review.number);
        let is_inside = review.submitted_at < reading.question.as_of
            && reading.question.window.contains(review.submitted_at);
        let person = opened
            .get(&key)
            .filter(|_| is_inside)
            .and_then(|pull_request| reader_of(reading.tables, pull_request, review));
        for (person, line) in person.into_iter().flat_map(|person| {
            touched
                .get(&key)
                .into_iter()
                .flatten()
                .map(move |line| (person, *line))
        }) {
            credit(line, &[person]);
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let Declared { lines, unowned, .. } = declared(reading);
    if lines.is_empty() {
        return Err(Missing {
            because: "no repository has a CODEOWNERS file".to_owned(),
            fix: None,
        });
    }
    let rows: Vec<KeyedRow<()>> = lines
        .into_iter()
        .map(|line| {
            let (value, fate) = judge(reading.question, &line);
            let row = LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: Arc::default(),
                product: reading.product.name.clone(),
                repository: Some(line.repository),
                areas: line.areas.into_iter().collect(),
                subject: Thing::Path.called(line.line.pattern),
                link: None,
                at: None,
                bucket: None,
                value,
                fate,
            };
            KeyedRow { row, key: () }
        })
        .collect();
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::REPOSITORIES,
        &|_, rows| full_count(rows),
    ));
    let owned = count(rows.len());
    measure.note(
        reading,
        format!(
            "{} of {} living files have no declared owner; CODEOWNERS has {owned} lines",
            unowned.hits, unowned.of
        ),
    );
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

fn judge(question: &Question, line: &DeclaredLine) -> (Option<f64>, Fate) {
    if line.n_files == 0 {
        return (None, Fate::Excluded("decides_about_no_file"));
    }
    if line.line.owners.is_empty() {
        return (None, Fate::Excluded("gives_to_nobody"));
    }
    if line.owners.is_empty() {
        return (None, Fate::Unknown("owners_not_known"));
    }
    if line.by_owners.of < question.minimum_n {
        return (
            None,
            Fate::Unknown("fewer_than_minimum_n_commits_and_reviews"),
        );
    }
    let has_drifted = line
        .by_owners
        .share()
        .is_some_and(|share| share < MAINTAINED);
    (Some(if has_drifted { 1.0 } else { 0.0 }), Fate::Included)
}
