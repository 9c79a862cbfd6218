//! `knowledge.concentration_by_kind`: who always writes the decision records, the pipeline, the migrations, the postmortems.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Granularity, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Recipe, Thing, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::metrics::ownership::share;
use crate::work::delivery::deployments::commit_page;
use crate::work::quarters::{CommitIn, commits_in};
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

/// The product's commits and releases by kind, people credited.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Vec<PersonId>>> {
    let kinds_of: Vec<Vec<String>> = reading
        .tables
        .changes
        .files
        .iter()
        .map(|file| {
            if reading.product.has(file.repository) {
                reading.question.kinds.of(&file.path)
            } else {
                Vec::new()
            }
        })
        .collect();
    let mut rows = Vec::new();
    for commit in commits_in(reading, &kinds_of) {
        let Some(bucket) = reading.question.bucket(commit.at, Granularity::Quarter) else {
            continue;
        };
        let Some(row) = reading.tables.commits.get(commit.row) else {
            continue;
        };
        let CommitIn {
            repository,
            at,
            areas,
            people,
            exclusion,
            ..
        } = commit;
        if areas.is_empty() {
            continue;
        }
        rows.push(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: people.as_slice().into(),
                product: reading.product.name.clone(),
                repository: Some(repository),
                areas: areas.into(),
                subject: Thing::Commit(row.commit.prefix()).called(row.label()),
                link: commit_page(reading.tables, row.repository, row.commit),
                at: Some(at),
                bucket: Some(bucket),
                value: None,
                fate: exclusion.map_or(Fate::Included, Fate::Excluded),
            },
            key: people,
        });
    }
    for release in &reading.tables.facts.releases {
        let Some(at) = release
            .published_at
            .filter(|at| *at < reading.question.as_of)
        else {
            continue;
        };
        let bucket = reading.question.bucket(at, Granularity::Quarter);
        if bucket.is_none()
            || !reading.product.has(release.repository)
            || release.is_draft
            || release.is_prerelease
        {
            continue;
        }
        let author = release
            .author
            .filter(|person| reading.tables.is_human(*person));
        let commit = release.commit.map(|commit| commit.prefix());
        let called = commit.map_or_else(String::new, |commit| commit.to_string());
        rows.push(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: author.into_iter().collect(),
                product: reading.product.name.clone(),
                repository: Some(release.repository),
                areas: [RELEASES.to_owned()].into(),
                subject: Thing::of_commit(commit).called(format!("release of {called}")),
                link: Some(release.url.clone()),
                at: Some(at),
                bucket,
                value: None,
                fate: match (release.author, author) {
                    (_, Some(_)) => Fate::Included,
                    (Some(_), None) => Fate::Excluded("by_automation"),
                    (None, None) => Fate::Unknown("author_is_a_ghost"),
                },
            },
            key: author.into_iter().collect(),
        });
    }
    rows
}

/// Who wrote what of each kind in the window, by kind and person: for the private tree.
#[must_use]
pub fn writers(rows: &[KeyedRow<Vec<PersonId>>]) -> BTreeMap<&str, BTreeMap<PersonId, u64>> {
    let mut writers: BTreeMap<&str, BTreeMap<PersonId, u64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.row.fate == Fate::Included) {
        for kind in row.row.areas.iter() {
            for person in &row.key {
                *writers.entry(kind).or_default().entry(*person).or_default() += 1;
            }
        }
    }
    writers
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
