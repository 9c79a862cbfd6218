//! `pairs.matrix`: co-authored changes per pair and quarter. The team tree says how many pairs there are, not who.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::{Bucket, Granularity, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::flow::unreviewed_share::UNLINKED;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::commits::by_nobody;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::Commits],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "pairs.matrix",
    title: "Pairs",
    question: "How many different pairs change code together?",
    definition: "Number of distinct pairs of people with at least one commit that both are credited with, by Co-authored-by trailer, on \
                 the default branch in the window; by quarter. A commit of three people has three pairs. Who pairs with whom is in \
                 `private/lead/pairs.md`.",
    formula: "|{ {a, b}: a ≠ b, a commit is credited to a and b }|",
    unit: Unit::Count("pairs"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("pairs")),
        NumberDefinition::bare("people", "people"),
    ],
    about: About::Deeds,
    cohort: Some("committed in the quarter"),
    needs: &[Need::Commits],
    source: "Definition of this project; GitHub's Co-authored-by convention",
    exclusions: "Commits of one person are left out and counted; so are merge commits, ignored revisions and commits above the file \
                 limit. Automation is nobody's pair. A second address that is linked to nobody may be the author's own: such a pair is unknown, \
                 and counted apart.",
    how_to_read: "Many pairs spread knowledge. It is a number of the team: nobody needs to be in a certain number of pairs.",
    can_mislead: "Pairing without a trailer is not seen. GitHub adds the trailer of suggested changes too, and a squash merge those of \
                  everybody who committed to the branch.",
    sql: include_str!("../../../queries/metrics/pairs.matrix.sql"),
};

/// Two people, the smaller id first.
pub type Pair = (PersonId, PersonId);

/// The pairs of people who are credited together.
fn pairs(people: &[PersonId]) -> Vec<Pair> {
    let people: BTreeSet<PersonId> = people.iter().copied().collect();
    let mut pairs = Vec::new();
    for (at, first) in people.iter().enumerate() {
        pairs.extend(people.iter().skip(at + 1).map(|second| (*first, *second)));
    }
    pairs
}

/// One row a commit and pair; one for a commit without a pair.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Option<Pair>>> {
    rows_of(reading, true)
}

/// The same without those that are left out, which are most.
#[must_use]
pub fn told_rows(reading: &Reading<'_>) -> Vec<KeyedRow<Option<Pair>>> {
    rows_of(reading, false)
}

fn rows_of(reading: &Reading<'_>, with_excluded: bool) -> Vec<KeyedRow<Option<Pair>>> {
    let mut rows = Vec::new();
    for commit in &reading.tables.commits {
        if !reading.product.has(commit.repository) || commit.committed_at >= reading.question.as_of
        {
            continue;
        }
        let Some(bucket) = reading
            .question
            .bucket(commit.committed_at, Granularity::Quarter)
        else {
            continue;
        };
        let people: Vec<PersonId> = commit
            .authors()
            .filter(|person| reading.tables.is_human(*person))
            .collect();
        let authors: Arc<[PersonId]> = people.as_slice().into();
        let row = |fate| LedgerRow {
            origin: None,
            working_hours: None,
            is_running: false,
            person: None,
            authors: Arc::clone(&authors),
            product: reading.product.name.clone(),
            repository: Some(commit.repository),
            areas: [].into(),
            subject: commit.subject_of_row(reading),
            link: commit.page_of_row(reading),
            at: Some(commit.committed_at),
            bucket: Some(bucket),
            value: None,
            fate,
        };
        let known: Vec<PersonId> = people
            .iter()
            .copied()
            .filter(|person| reading.tables.is_known_human(*person))
            .collect();
        let pairs = pairs(&known);
        // An address that nobody has linked may be another one of somebody who is credited already.
        let is_unknown = known.len() < people.len() && people.len() > 1;
        let apart = match commit.exclusion {
            Some(exclusion) => Some(exclusion.word()),
            None if people.is_empty() => Some(by_nobody(reading.tables, commit)),
            None if pairs.is_empty() && !is_unknown => Some("by_one_person"),
            None => None,
        };
        if apart.is_none() && is_unknown {
            rows.push(KeyedRow {
                row: row(Fate::Unknown(UNLINKED)),
                key: None,
            });
        }
        match apart {
            Some(_) if !with_excluded => {}
            Some(reason) => rows.push(KeyedRow {
                row: row(Fate::Excluded(reason)),
                key: None,
            }),
            None => rows.extend(pairs.into_iter().map(|pair| KeyedRow {
                row: row(Fate::Included),
                key: Some(pair),
            })),
        }
    }
    rows
}

/// Co-authored changes by quarter and pair: for the private tree.
#[must_use]
pub fn matrix(rows: &[KeyedRow<Option<Pair>>]) -> BTreeMap<Bucket, BTreeMap<Pair, u64>> {
    let mut matrix: BTreeMap<Bucket, BTreeMap<Pair, u64>> = BTreeMap::new();
    for row in rows {
        if let (Some(pair), Some(bucket)) = (row.key, row.row.bucket) {
            *matrix.entry(bucket).or_default().entry(pair).or_default() += 1;
        }
    }
    matrix
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES,
        &|| Ok(rows(reading)),
        &|_, rows| {
            let n = count(rows.len());
            let pairs: BTreeSet<Pair> = rows.iter().filter_map(|row| row.key).collect();
            let people: BTreeSet<PersonId> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
            Measured::Value {
                n,
                value: Value(vec![
                    ("count", Number::Count(count(pairs.len()))),
                    ("people", Number::Count(count(people.len()))),
                ]),
                interval: None,
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_people_are_three_pairs_and_one_is_none() {
        let check = |people: &[u32], n: usize| {
            let people: Vec<_> = people.iter().copied().map(PersonId).collect();
            assert_eq!(pairs(&people).len(), n, "{people:?}");
        };
        check(&[], 0);
        check(&[1], 0);
        check(&[1, 1], 0);
        check(&[2, 1], 1);
        check(&[3, 1, 2], 3);
        assert_eq!(
            pairs(&[PersonId(2), PersonId(1)]),
            [(PersonId(1), PersonId(2))]
        );
    }
}
