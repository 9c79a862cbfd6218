//! `review.concentration`: how much of the reviewing rests on one person, without saying who.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Bucket, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value, strata};
use crate::metrics::estimate::{effective_number, gini, wilson_interval};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::origins::is_own_review;
use crate::work::pull_requests::of_product;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.concentration",
    title: "Review concentration",
    question: "How much of the reviewing rests on one person?",
    definition: "Share of the submitted reviews that the person with most of them gave; effective number of reviewers 1/Σp²; Gini \
                 coefficient over all active members, zeros included, corrected by n/(n−1). Nobody is named.",
    formula: "max(reviews of one person) / all reviews;  1 / Σ p²;  G · n / (n − 1)",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("effective_reviewers", "effective reviewers"),
        NumberDefinition::bare("gini", "gini"),
        NumberDefinition::bare("active_members", "active members"),
    ],
    about: About::Deeds,
    cohort: Some("submitted in the bucket"),
    needs: &[Need::PullRequests, Need::Commits],
    source: "Simpson (1949) for 1/Σp²; Gini (1912) with the small-sample correction of Deltas (2003)",
    exclusions: "Reviews of one's own pull request, by bots and by AI reviewers are counted apart. Only people with a commit, a pull \
                 request or a review in the window are active members.",
    how_to_read: "A share that stays high while the effective number stays near one says that everything waits for one person. Falling \
                  concentration after a delegation is the delegation working.",
    can_mislead: "A small team is concentrated by nature: read the number of active members first. Comments outside reviews are not \
                  counted. The interval treats the person with most reviews as given.",
    sql: include_str!("../../../queries/metrics/review.concentration.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let rows = rows(reading);
    let active = active_members(reading);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::AREAS,
        &|bucket, rows| estimate(rows, active.get(&bucket)),
    ));
    measure.strata = strata(&DEFINITION, reading, &rows, &|bucket, rows| {
        estimate(rows, active.get(&bucket))
    });
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// The reviews submitted in the window, keyed by reviewer.
fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Option<PersonId>>> {
    let mut rows = Vec::new();
    for whole in of_product(reading) {
        for review in whole
            .reviews
            .iter()
            .filter(|review| reading.question.window.contains(review.submitted_at))
        {
            let fate = if is_own_review(reading.tables, whole.pull_request, review) {
                Fate::Excluded("own_pull_request")
            } else {
                crate::work::pull_requests::not_human(reading.tables, review.author)
                    .unwrap_or(Fate::Included)
            };
            let mut row = whole.row(reading, Some(review.submitted_at), None, fate);
            row.person = review
                .author
                .filter(|person| reading.tables.is_human(*person));
            rows.push(KeyedRow {
                row,
                key: review.author,
            });
        }
    }
    rows
}

/// Humans with a commit, a pull request or a review, by bucket and (under `None`) in the whole window.
fn active_members(reading: &Reading<'_>) -> BTreeMap<Option<Bucket>, BTreeSet<PersonId>> {
    let mut active: BTreeMap<Option<Bucket>, BTreeSet<PersonId>> = BTreeMap::new();
    let mut see = |person: Option<PersonId>, at: jiff::Timestamp| {
        if let (Some(person), Some(bucket)) = (
            person,
            reading.question.bucket(at, reading.question.granularity),
        ) && reading.tables.is_human(person)
        {
            active.entry(None).or_default().insert(person);
            active.entry(Some(bucket)).or_default().insert(person);
        }
    };
    for commit in reading
        .tables
        .commits
        .iter()
        .filter(|commit| reading.product.repositories.contains(&commit.repository))
    {
        commit
            .authors()
            .for_each(|person| see(Some(person), commit.authored_at));
    }
    for whole in of_product(reading) {
        see(whole.pull_request.author, whole.pull_request.created_at);
        whole
            .reviews
            .iter()
            .for_each(|review| see(review.author, review.submitted_at));
    }
    active
}

fn estimate(
    rows: &[&KeyedRow<Option<PersonId>>],
    members: Option<&BTreeSet<PersonId>>,
) -> Measured {
    let n = count(rows.len());
    let mut reviews: BTreeMap<PersonId, u64> = BTreeMap::new();
    rows.iter()
        .filter_map(|row| row.key)
        .for_each(|person| *reviews.entry(person).or_default() += 1);
    let counts: Vec<u64> = reviews.values().copied().collect();
    let ratio = Ratio {
        hits: counts.iter().copied().max().unwrap_or_default(),
        of: n,
    };
    let mut value = ratio_value(ratio);
    if let Some(effective) = effective_number(&counts) {
        value
            .0
            .push(("effective_reviewers", Number::Real(effective)));
    }
    let with_zeros: Vec<u64> = members
        .into_iter()
        .flatten()
        .map(|person| reviews.get(person).copied().unwrap_or_default())
        .collect();
    if let Some(gini) = gini(&with_zeros) {
        value.0.push(("gini", Number::Real(gini)));
    }
    value
        .0
        .push(("active_members", Number::Count(count(with_zeros.len()))));
    Measured::Value {
        n,
        value,
        interval: wilson_interval(ratio),
    }
}
