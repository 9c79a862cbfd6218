//! `knowledge.concentration_by_kind`: who always writes the decision records, the pipeline, the migrations, the postmortems.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::{Bucket, Granularity, PersonId, Release, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Recipe, Subject, Thing, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::metrics::ownership::share;
use crate::tables::{CommitRow, Tables};
use crate::work::delivery::deployments::commit_page;
use crate::work::quarters::commits_in;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// The kind of published releases, which come from GitHub and need no path.
pub const RELEASES: &str = "releases";

static DEFINITION: Definition = Definition {
    id: "knowledge.concentration_by_kind",
    title: "Always the same person?",
    question: "Does one person write all decision records, pipeline changes, migrations, releases or postmortems?",
    definition: "Of the commits of the window that touch a kind of file, the share credited to the person with most of them, and the \
                 effective number of writers 1/Σp². Kinds are path patterns of the register's [[kind]]; by default: decision records \
                 (adr, adrs, decisions, rfcs), migrations (migrations, alembic/versions, changelog of a database), pipeline (workflows, \
                 CI configuration), postmortems (postmortems, post-mortems), runbooks; records, postmortems and runbooks are documents, \
                 by the ending of their name. Published releases of people are the kind releases. A \
                 co-authored commit is credited in full to each author.",
    formula: "max(commits of the kind credited to one person) / commits of the kind;  1 / Σ p²",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("effective_committers", "effective committers"),
        NumberDefinition::bare("committers", "committers"),
    ],
    about: About::Deeds,
    cohort: Some("committed, or released, in the quarter"),
    needs: &[Need::History, Need::Deployments],
    source: "Definition of this project; share as in Bird et al. (2011), effective number as the inverse of Simpson's index",
    exclusions: "Merge commits, ignored revisions, commits above the file limit and commits and releases by automation are left out and \
                 counted; generated, vendored, lock and binary files are no kind. Drafts and prereleases are no releases.",
    how_to_read: "If one person writes nearly all of a kind, ask who else could write the next one, and pair on it. Who writes which \
                  kind is in `private/lead/single.md`.",
    can_mislead: "Who types a decision record is not who decided. A kind that is rarely touched has few commits: read n.",
    sql: include_str!("../../../queries/metrics/knowledge.concentration_by_kind.sql"),
};

/// A commit or a release of the window, of some kinds.
#[derive(Debug)]
pub struct OfKinds<'a> {
    /// Its kinds.
    pub kinds: Vec<String>,
    /// What it is.
    pub what: What<'a>,
    /// When it was committed, or released.
    pub at: Timestamp,
    /// Who wrote it: humans alone.
    pub people: Vec<PersonId>,
    /// Whether it counts.
    pub fate: Fate,
    bucket: Bucket,
}

/// What is of a kind.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// A commit that touches a file of the kind.
    Commit(&'a CommitRow),
    /// A published release.
    Release(&'a Release),
}

impl What<'_> {
    /// Its repository.
    #[must_use]
    pub const fn repository(self) -> RepositoryId {
        match self {
            Self::Commit(commit) => commit.repository,
            Self::Release(release) => release.repository,
        }
    }

    /// What people call it by: a commit by its first digits, a release by its tag.
    #[must_use]
    pub fn called(self) -> String {
        match self {
            Self::Commit(commit) => commit.commit.short(),
            Self::Release(release) => release.tag_name.clone(),
        }
    }

    /// Its page.
    #[must_use]
    pub fn page(self, tables: &Tables) -> Option<String> {
        match self {
            Self::Commit(commit) => commit_page(tables, commit.repository, commit.commit),
            Self::Release(release) => Some(release.url.clone()),
        }
    }

    fn subject(self, reading: &Reading<'_>) -> Subject {
        match self {
            Self::Commit(commit) => commit.subject_of_row(reading),
            Self::Release(release) => {
                let commit = release.commit.map(|commit| commit.prefix());
                let called = commit.map_or_else(String::new, |commit| commit.to_string());
                Thing::of_commit(commit).called(format!("release of {called}"))
            }
        }
    }
}

/// Hands on the product's commits and releases of the window that are of a kind, one after the other.
pub fn each<'a>(reading: &Reading<'a>, hand_on: &mut dyn FnMut(OfKinds<'a>)) {
    each_commit(reading, hand_on);
    each_release(reading, hand_on);
}

fn each_commit<'a>(reading: &Reading<'a>, hand_on: &mut dyn FnMut(OfKinds<'a>)) {
    let (tables, question) = (reading.tables, reading.question);
    let kinds_of: Vec<Vec<String>> = tables
        .changes
        .files
        .iter()
        .map(|file| {
            if reading.product.has(file.repository) {
                question.kinds.of(&file.path)
            } else {
                Vec::new()
            }
        })
        .collect();
    for commit in commits_in(reading, &kinds_of).filter(|commit| !commit.areas.is_empty()) {
        let bucket = question.bucket(commit.at, Granularity::Quarter);
        let (Some(bucket), Some(row)) = (bucket, tables.commits.get(commit.row)) else {
            continue;
        };
        hand_on(OfKinds {
            kinds: commit.areas,
            what: What::Commit(row),
            at: commit.at,
            people: commit.people,
            fate: commit.exclusion.map_or(Fate::Included, Fate::Excluded),
            bucket,
        });
    }
}

fn each_release<'a>(reading: &Reading<'a>, hand_on: &mut dyn FnMut(OfKinds<'a>)) {
    let (tables, question) = (reading.tables, reading.question);
    let own = tables.facts.releases.iter().filter(|release| {
        reading.product.has(release.repository) && !release.is_draft && !release.is_prerelease
    });
    for release in own {
        let at = release.published_at.filter(|at| *at < question.as_of);
        let bucket = at.and_then(|at| question.bucket(at, Granularity::Quarter));
        let (Some(at), Some(bucket)) = (at, bucket) else {
            continue;
        };
        let author = release.author.filter(|person| tables.is_human(*person));
        hand_on(OfKinds {
            kinds: vec![RELEASES.to_owned()],
            what: What::Release(release),
            at,
            people: author.into_iter().collect(),
            fate: match (release.author, author) {
                (_, Some(_)) => Fate::Included,
                (Some(_), None) => Fate::Excluded("by_automation"),
                (None, None) => Fate::Unknown("author_is_a_ghost"),
            },
            bucket,
        });
    }
}

/// The product's commits and releases by kind, people credited.
fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Vec<PersonId>>> {
    let mut rows = Vec::new();
    each(reading, &mut |one| {
        rows.push(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: one.people.as_slice().into(),
                product: reading.product.name.clone(),
                repository: Some(one.what.repository()),
                areas: one.kinds.into(),
                subject: one.what.subject(reading),
                link: reading.told(|| one.what.page(reading.tables)),
                at: Some(one.at),
                bucket: Some(one.bucket),
                value: None,
                fate: one.fate,
            },
            key: one.people,
        });
    });
    rows
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let rows = rows(reading);
    let found = cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::AREA_BUCKETS,
        &|_, rows| share::estimate(rows),
    );
    // By one person alone, and often enough to say so.
    let alone: BTreeSet<&str> = found
        .iter()
        .filter(|cell| cell.bucket.is_none())
        .filter_map(|cell| {
            let area = cell.scope.area.as_deref()?;
            let Measured::Value { value, .. } = &cell.measured else {
                return None;
            };
            let ratio = value.ratio()?;
            (ratio.hits == ratio.of).then_some(area)
        })
        .collect();
    let alone: Vec<&str> = alone.into_iter().collect();
    let alone = if alone.is_empty() {
        "none".to_owned()
    } else {
        alone.join(", ")
    };
    measure.note(
        reading,
        format!("kinds written by one person alone: {alone}"),
    );
    measure.cells.extend(found);
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}
