//! `ownership.share`: how much of an area's changes rests on one person, by quarter.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{Bucket, Granularity, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value};
use crate::metrics::estimate::{effective_number, wilson_interval};
use crate::metrics::group::Group;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::file_areas::areas_of_files;
use crate::work::history::surviving::Samples;
use crate::work::pull_requests::of_product;
use crate::work::quarters::commits_in_areas;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "ownership.share",
    title: "Ownership share",
    question: "How much of the changing of an area rests on one person, and how does that move?",
    definition: "Per area and quarter, the share of the commits that are credited to the person with most of them, and the effective \
                 number of committers 1/Σp². Beside it the largest number by one person, and all, of the lines that survive at the \
                 end, of the reviews of others' pull requests that touch the area, and of the merges of such pull requests. A \
                 co-authored commit is credited in full to each author. Nobody is named.",
    formula: "max(commits credited to one person) / commits;  1 / Σ p²;  max and sum by person of lines, reviews, merges",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("effective_committers", "effective committers"),
        NumberDefinition::bare("committers", "committers"),
        NumberDefinition::bare("lines_of_one", "lines of one"),
        NumberDefinition::bare("lines", "lines"),
        NumberDefinition::bare("reviews_of_one", "reviews of one"),
        NumberDefinition::bare("reviews", "reviews"),
        NumberDefinition::bare("merges_of_one", "merges of one"),
        NumberDefinition::bare("merges", "merges"),
    ],
    about: About::Deeds,
    cohort: Some("committed in the quarter"),
    needs: &[Need::History, Need::Subjects, Need::Ownership],
    source: "Bird et al. (2011), \"Don't touch my code!\", FSE: ownership as the largest share of commits",
    exclusions: "Merge commits, ignored revisions, commits above the file limit, commits by automation, and generated, vendored, lock \
                 and binary files are left out and counted.",
    how_to_read: "A share that moves from high to lower while the area keeps changing is ownership being spread. Who reviews and who \
                  decides on a merge often moves before who writes. Read it with n.",
    can_mislead: "Commits are not effort. One large refactoring by one person moves a quarter.",
    sql: include_str!("../../../queries/metrics/ownership.share.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let rows = rows(reading);
    let group = Group::of(&DEFINITION, reading.question);
    let mut found = cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::AREA_BUCKETS,
        &|_, rows| estimate(rows),
    );
    let others = others(reading);
    for cell in found
        .iter_mut()
        .filter(|cell| cell.scope.repository.is_none())
    {
        let place = (cell.scope.area.clone(), cell.bucket);
        if let (Measured::Value { value, .. }, Some(others)) =
            (&mut cell.measured, others.get(&place))
        {
            for (held, names) in [
                (&others.lines, &["lines_of_one", "lines"]),
                (&others.reviews, &["reviews_of_one", "reviews"]),
                (&others.merges, &["merges_of_one", "merges"]),
            ] {
                let [most, all] = *names;
                if let Some(n) = held.values().max() {
                    let few = group.few_behind(names, held.keys().copied());
                    cell.few.extend(few);
                    value.0.push((most, Number::Count(*n)));
                    value.0.push((all, Number::Count(held.values().sum())));
                }
            }
        }
    }
    measure.cells.extend(found);
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// What people hold and decide in one place and bucket besides commits: for the private tree by person, here in sums.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// Surviving lines at the end.
    pub lines: BTreeMap<PersonId, u64>,
    /// Reviews of others' pull requests that touch the area.
    pub reviews: BTreeMap<PersonId, u64>,
    /// Pull requests that touch the area, by who merged them.
    pub merges: BTreeMap<PersonId, u64>,
}

/// An area (`None`: all) and a quarter (`None`: the window).
pub type AreaBucket = (Option<String>, Option<Bucket>);

/// Lines, reviews and merge decisions of the window, by place.
#[must_use]
pub fn others(reading: &Reading<'_>) -> BTreeMap<AreaBucket, Held> {
    let mut held: BTreeMap<AreaBucket, Held> = BTreeMap::new();
    for whole in of_product(reading) {
        let areas: Vec<Option<String>> = whole
            .areas
            .iter()
            .cloned()
            .map(Some)
            .chain([None])
            .collect();
        let mut add = |at: Timestamp, credit: &dyn Fn(&mut Held)| {
            let Some(quarter) = reading
                .question
                .bucket(at, Granularity::Quarter)
                .filter(|_| at < reading.question.as_of)
            else {
                return;
            };
            for area in &areas {
                for bucket in [None, Some(quarter)] {
                    credit(held.entry((area.clone(), bucket)).or_default());
                }
            }
        };
        for review in whole.human_reviews(reading.tables) {
            if let Some(person) = review.author {
                add(review.submitted_at, &|held| {
                    *held.reviews.entry(person).or_default() += 1;
                });
            }
        }
        let decision = whole
            .pull_request
            .merged_by
            .zip(whole.pull_request.merged_at);
        if let Some((person, at)) = decision.filter(|(person, _)| reading.tables.is_human(*person))
        {
            add(at, &|held| *held.merges.entry(person).or_default() += 1);
        }
    }
    let areas_of = areas_of_files(reading);
    let quarters = Bucket::spine(
        reading.question.window,
        Granularity::Quarter,
        &reading.question.zone,
    );
    let asked = quarters
        .into_iter()
        .filter(|quarter| reading.question.quarters.has(*quarter));
    let ends = asked.map(|quarter| {
        let end = quarter.window(&reading.question.zone).until;
        (Some(quarter), end.min(reading.question.as_of))
    });
    let samples = Samples::of(reading);
    for (bucket, end) in ends.chain([(None, reading.question.as_of)]) {
        let mut by_area: BTreeMap<Option<&String>, BTreeMap<PersonId, u64>> = BTreeMap::new();
        for file in samples.lines_at(reading.tables, end, &reading.question.zone) {
            let areas = usize::try_from(file.file)
                .ok()
                .and_then(|at| areas_of.get(at));
            for area in areas.into_iter().flatten().map(Some).chain([None]) {
                let lines = by_area.entry(area).or_default();
                for (person, n) in &file.people {
                    *lines.entry(*person).or_default() += n;
                }
            }
        }
        for (area, lines) in by_area {
            held.entry((area.cloned(), bucket)).or_default().lines = lines;
        }
    }
    held
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Vec<PersonId>>> {
    let mut rows = Vec::new();
    for commit in commits_in_areas(reading) {
        let Some(bucket) = reading.question.bucket(commit.at, Granularity::Quarter) else {
            continue;
        };
        let Some(row) = reading.tables.commits.get(commit.row) else {
            continue;
        };
        rows.push(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: commit.people.as_slice().into(),
                product: reading.product.name.clone(),
                repository: Some(commit.repository),
                areas: commit.areas,
                subject: row.subject_of_row(reading),
                link: row.page_of_row(reading),
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

/// The largest share of the rows credited to one person, and the effective number of people.
#[must_use]
pub fn estimate(rows: &[&KeyedRow<Vec<PersonId>>]) -> Measured {
    let n = count(rows.len());
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
