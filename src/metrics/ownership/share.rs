//! `ownership.share`: how much of an area's changes rests on one person, by quarter.

use std::collections::{BTreeMap, BTreeSet};

use super::quarters::commits_in_areas;
use crate::domain::{Granularity, PersonId};
use crate::metrics::aggregate::{Depth, Keyed, cells, count, not_observed, ratio_value};
use crate::metrics::delivery::deployments::commit_page;
use crate::metrics::estimate::{effective_number, wilson_interval};
use crate::metrics::lens::{ProductLens, areas_of_files};
use crate::metrics::measure::{
    Definition, Fate, LedgerRow, Measure, Measured, Need, Number, Ratio, Unit,
};
use crate::metrics::{Lens, Metric};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

static DEFINITION: Definition = Definition {
    id: "ownership.share",
    title: "Ownership share",
    question: "How much of the changing of an area rests on one person, and how does that move?",
    definition: "Per area and quarter, the share of the commits that are credited to the person with most of them; the effective number \
                 of committers 1/Σp²; and, at the window's end, the largest share of the surviving lines. A co-authored commit is \
                 credited in full to each author. Nobody is named.",
    formula: "max(commits credited to one person) / commits;  1 / Σ p²;  max(lines of one person) / lines",
    unit: Unit::Share,
    cohort: Some("committed in the quarter"),
    needs: &[Need::History],
    source: "Bird et al. (2011), \"Don't touch my code!\", FSE: ownership as the largest share of commits",
    exclusions: "Merge commits, ignored revisions, commits above the file limit, commits by automation, and generated, vendored, lock \
                 and binary files are left out and counted.",
    how_to_read: "A share that moves from high to lower while the area keeps changing is ownership being spread. Read it with n.",
    can_mislead: "Commits are not effort. One large refactoring by one person moves a quarter.",
    sql: include_str!("../../../queries/metrics/ownership.share.sql"),
};

fn measure(tables: &Tables, lens: &Lens) -> Measure {
    let mut measure = Measure {
        definition: &DEFINITION,
        cells: Vec::new(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for product in &lens.products {
        if let Some(missing) = lens.missing(product, Need::History) {
            measure.cells.push(not_observed(product, missing));
            continue;
        }
        let rows = rows(tables, lens, product);
        let mut product_cells = cells(product, &rows, Depth::AREA_BUCKETS, &|_, rows| {
            estimate(lens, rows)
        });
        let lines = surviving(tables, lens, product);
        for cell in product_cells
            .iter_mut()
            .filter(|cell| cell.bucket.is_none() && cell.scope.repository.is_none())
        {
            if let (Measured::Value { value, .. }, Some(people)) =
                (&mut cell.measured, lines.get(&cell.scope.area))
            {
                let of: u64 = people.values().sum();
                let most = people.values().copied().max().unwrap_or_default();
                value.0.push(("lines_of_one", Number::Count(most)));
                value.0.push(("lines", Number::Count(of)));
            }
        }
        measure.cells.extend(product_cells);
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    measure
}

fn rows(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<Keyed<Vec<PersonId>>> {
    let mut rows = Vec::new();
    for commit in commits_in_areas(tables, lens, product) {
        let Some(bucket) = lens.bucket(commit.at, Granularity::Quarter) else {
            continue;
        };
        let Some(row) = tables.commits.get(commit.row) else {
            continue;
        };
        rows.push(Keyed {
            row: LedgerRow {
                working_hours: None,
                is_running: false,
                person: None,
                product: product.name.clone(),
                repository: commit.repository,
                areas: commit.areas,
                subject: format!("{} {}", row.commit.short(), row.subject),
                link: commit_page(tables, row.repository, row.commit),
                at: Some(commit.at),
                bucket: Some(bucket),
                value: None,
                fate: commit.exclusion.map_or(Fate::Included, Fate::Excluded),
            },
            key: commit.people,
        });
    }
    rows
}

fn estimate(lens: &Lens, rows: &[&Keyed<Vec<PersonId>>]) -> Measured {
    let n = count(rows.len());
    if n < lens.minimum_n {
        return Measured::TooFew { n };
    }
    let mut credited: BTreeMap<PersonId, u64> = BTreeMap::new();
    rows.iter()
        .flat_map(|row| &row.key)
        .for_each(|person| *credited.entry(*person).or_default() += 1);
    let counts: Vec<u64> = credited.values().copied().collect();
    let ratio = Ratio {
        hits: counts.iter().copied().max().unwrap_or_default(),
        of: n,
    };
    let mut value = ratio_value(ratio);
    if let Some(effective) = effective_number(&counts) {
        value
            .0
            .push(("effective_committers", Number::Real(effective)));
    }
    value
        .0
        .push(("committers", Number::Count(count(counts.len()))));
    Measured::Value {
        n,
        value,
        interval: wilson_interval(ratio),
    }
}

/// Surviving human lines at the last instant that ownership was sampled at or before the as-of instant, by area (`None`: all).
fn surviving(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
) -> BTreeMap<Option<String>, BTreeMap<PersonId, u64>> {
    let areas_of = areas_of_files(tables, lens, product);
    let mut lines: BTreeMap<Option<String>, BTreeMap<PersonId, u64>> = BTreeMap::new();
    let owned = &tables.ownership;
    let file_of = |at: usize| {
        owned
            .file
            .get(at)
            .and_then(|file| usize::try_from(*file).ok())
    };
    // The last sample of each repository: they need not be of the same instant.
    let mut last = BTreeMap::new();
    for (at, as_of) in owned
        .as_of
        .iter()
        .enumerate()
        .filter(|(_, as_of)| **as_of <= lens.as_of)
    {
        if let Some(file) = file_of(at).and_then(|file| tables.changes.files.get(file)) {
            let kept = last.entry(file.repository).or_insert(*as_of);
            *kept = (*kept).max(*as_of);
        }
    }
    let samples: BTreeSet<_> = last
        .into_iter()
        .filter(|(repository, _)| product.repositories.contains(repository))
        .collect();
    for (at, as_of) in owned.as_of.iter().enumerate() {
        let (Some(file), Some(person), Some(n)) =
            (file_of(at), owned.person.get(at), owned.lines.get(at))
        else {
            continue;
        };
        let Some(found) = tables.changes.files.get(file) else {
            continue;
        };
        if !samples.contains(&(found.repository, *as_of))
            || found.exclusion.is_some()
            || !tables.is_human(*person)
        {
            continue;
        }
        let areas = areas_of.get(file).into_iter().flatten().cloned().map(Some);
        for area in areas.chain([None]) {
            *lines.entry(area).or_default().entry(*person).or_default() += u64::from(*n);
        }
    }
    lines
}
