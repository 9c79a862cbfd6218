//! `knowledge.orphans_if`: what nobody active would know any more if one person left.

use std::collections::{BTreeMap, BTreeSet};

use super::decay::stale;
use super::files_at_risk;
use super::holders::{FileRow, measure_files};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{count, ratio_value};
use crate::metrics::measure::{
    About, Definition, Floor, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "knowledge.orphans_if",
    title: "Orphans if one person leaves",
    question: "How much would nobody active know any more if one person left?",
    definition: "For each active person, the files that only that person among the active ones has ever changed or reviewed; the figure \
                 is the greatest number that one person's leaving would orphan, of the files that somebody active knows. Beside it: \
                 how many people would orphan a file, and in how many areas nobody active would be left.",
    formula: "max over p of |{files: {active who changed or reviewed it} = {p}}| / |{files: somebody active did}|",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("people_who_would", "people who would"),
        NumberDefinition::bare("files_of_one_person", "files of one person"),
        NumberDefinition::bare("areas_of_one_person", "areas of one person"),
    ],
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Definition of this project, with knowledge and activity as in knowledge.files_at_risk (Mirsaeedi, Rigby 2020) and the \
             question of Cosentino, Cánovas Izquierdo, Cabot (2015): which files become orphans if somebody disappears",
    exclusions: "Files that nobody active knows already are left out and counted. Otherwise as knowledge.files_at_risk.",
    how_to_read: "Who it is stands in the private tree alone. The team's question is which areas need a second person.",
    can_mislead: "One review years ago keeps a file from being an orphan. Leaving is simulated for one person at a time.",
    sql: include_str!("../../../queries/metrics/knowledge.orphans_if.sql"),
};

/// The product's files with the active people who ever changed or reviewed each, by id; the value is 1 for those with one.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<FileRow> {
    let mut rows = files_at_risk::rows(reading);
    for row in &mut rows {
        if row.row.fate != Fate::Included {
            continue;
        }
        match row.key.len() {
            0 => {
                row.row.fate = Fate::Excluded("nobody_active_knows_it_already");
                row.row.value = None;
            }
            1 => row.row.value = Some(1.0),
            _ => row.row.value = Some(0.0),
        }
    }
    rows
}

/// Files that only one person knows, by that person.
#[must_use]
pub fn known_to_one(rows: &[&FileRow]) -> BTreeMap<PersonId, u64> {
    let mut alone: BTreeMap<PersonId, u64> = BTreeMap::new();
    for row in rows {
        if let [only] = row.key.as_slice() {
            *alone.entry(*only).or_default() += 1;
        }
    }
    alone
}

/// Files that only one person knows, by that person and area: for the private tree only. A file of two areas counts in both.
#[must_use]
pub fn by_person_and_area(reading: &Reading<'_>) -> BTreeMap<PersonId, BTreeMap<String, u64>> {
    let mut found: BTreeMap<PersonId, BTreeMap<String, u64>> = BTreeMap::new();
    for row in rows(reading) {
        if let ([only], Fate::Included) = (row.key.as_slice(), row.row.fate) {
            let areas = found.entry(*only).or_default();
            for area in row.row.areas.iter() {
                *areas.entry(area.clone()).or_default() += 1;
            }
        }
    }
    found
}

/// Areas that only one person knows anything of, by that person.
#[must_use]
pub fn areas_known_to_one(rows: &[&FileRow]) -> BTreeMap<PersonId, BTreeSet<String>> {
    let mut known: BTreeMap<&String, BTreeSet<PersonId>> = BTreeMap::new();
    for row in rows {
        for area in row.row.areas.iter() {
            known.entry(area).or_default().extend(&row.key);
        }
    }
    let mut alone: BTreeMap<PersonId, BTreeSet<String>> = BTreeMap::new();
    for (area, people) in known {
        if let (Some(only), 1) = (people.first(), people.len()) {
            alone.entry(*only).or_default().insert(area.clone());
        }
    }
    alone
}

fn estimate(rows: &[&FileRow]) -> Measured {
    let n = count(rows.len());
    let alone = known_to_one(rows);
    let ratio = Ratio {
        hits: alone.values().copied().max().unwrap_or_default(),
        of: n,
    };
    let n_areas: usize = areas_known_to_one(rows).values().map(BTreeSet::len).sum();
    let mut value = ratio_value(ratio);
    value.0.extend([
        ("people_who_would", Number::Count(count(alone.len()))),
        ("files_of_one_person", Number::Count(alone.values().sum())),
        ("areas_of_one_person", Number::Count(count(n_areas))),
    ]);
    Measured::Value {
        n,
        value,
        // All there are: nothing is estimated.
        interval: None,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_files(
        &DEFINITION,
        reading,
        &|| match stale(reading) {
            Some(stale) => Err(stale),
            None => Ok(rows(reading)),
        },
        &|rows| estimate(rows),
        &Vec::new,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::measure::KeyedRow;
    use crate::metrics::measure::LedgerRow;

    #[test]
    fn orphans_match_a_hand_count() {
        let row = |area: &str, people: &[u32]| KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                product: "p".into(),
                repository: Some(crate::domain::RepositoryId(1)),
                areas: [area.into()].into(),
                subject: crate::metrics::measure::Thing::Path.called("a"),
                link: None,
                at: None,
                bucket: None,
                value: None,
                fate: Fate::Included,
            },
            key: people.iter().copied().map(PersonId).collect(),
        };
        // 0 alone knows two files of `core` and one of `docs`, 1 alone one of `docs`; `core` has nobody but 0.
        let rows = [
            row("core", &[0]),
            row("core", &[0]),
            row("docs", &[0]),
            row("docs", &[1]),
            row("docs", &[0, 1]),
        ];
        let rows: Vec<_> = rows.iter().collect();
        assert_eq!(
            known_to_one(&rows),
            BTreeMap::from([(PersonId(0), 3), (PersonId(1), 1)])
        );
        assert_eq!(
            areas_known_to_one(&rows),
            BTreeMap::from([(PersonId(0), BTreeSet::from(["core".to_owned()]))])
        );
    }
}
