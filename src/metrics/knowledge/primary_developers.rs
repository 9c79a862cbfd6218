//! `knowledge.primary_developers`: Cosentino et al. (2015), by non-consecutive changes.

use std::collections::BTreeSet;

use super::holders::{JudgedFile, file_rows, held, measure_files};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::count;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::{FILES, FILES_THEN_WITHOUT_AUTHOR, NumberDefinition};
use crate::work::history::lineage::FileHistory;
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// Shares are sums of fractions: one that is equal to its bound reaches it.
const EPSILON: f64 = 1e-9;

static DEFINITION: Definition = Definition {
    id: "knowledge.primary_developers",
    title: "Primary and secondary developers",
    question: "How many people hold a relevant part of the knowledge?",
    definition: "A person's knowledge of a file is the share of its changes by that person, several changes in a row counted once. Of D \
                 people who changed the file, those with at least 1/D are its primary developers and those with at least half of that \
                 its secondary ones. The knowledge of an area is the sum over its files for their primary and secondary developers, \
                 and the same bounds name its primary and secondary developers: their number is the figure.",
    formula: "K(p, f) = changes of p not following one of p / such changes;  primary iff K ≥ 1/D, secondary iff 1/(2D) ≤ K < 1/D;  K(p, \
              area) = Σ_f K(p, f), of its sum",
    unit: Unit::Count("people"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("people")),
        NumberDefinition::bare("primary", "primary"),
        NumberDefinition::bare("secondary", "secondary"),
        NumberDefinition::bare("developers", "developers"),
        FILES,
        FILES_THEN_WITHOUT_AUTHOR,
    ],
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Cosentino, Cánovas Izquierdo, Cabot (2015), \"Assessing the bus factor of Git repositories\", SANER: metric of distinct \
             (non-consecutive) changes, default bounds, at the level of files",
    exclusions: "Merge commits, revisions of .git-blame-ignore-revs, edits by commits above the file limit and automation credit nobody. \
                 Generated, vendored, lock and binary files are left out. Reviews are not seen by this algorithm.",
    how_to_read: "Read it beside the truck factors: this one counts everybody with a relevant part, not how many must leave. None of the \
                  figures is the bus factor.",
    can_mislead: "Knowledge never decays in this algorithm. Its bounds move with the number of people: many passers-by make a low bar.",
    sql: include_str!("../../../queries/metrics/knowledge.primary_developers.sql"),
};

/// A file's row with the knowledge of its primary and secondary developers, by id.
pub type KnownRow = KeyedRow<Vec<(PersonId, f64)>>;

/// Knowledge of a file's primary and secondary developers, by id.
#[must_use]
pub fn known(history: &FileHistory) -> Vec<(PersonId, f64)> {
    let turns: Vec<(PersonId, u32)> = history
        .changers()
        .map(|part| (part.person, part.n_turns))
        .collect();
    let all: u64 = turns.iter().map(|(_, n)| u64::from(*n)).sum();
    let n_people = count(turns.len());
    turns
        .into_iter()
        // K ≥ 1/(2D), in whole numbers.
        .filter(|(_, n)| 2 * n_people * u64::from(*n) >= all)
        .map(|(person, n)| (person, f64::from(n) / approximate(all)))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn approximate(count: u64) -> f64 {
    count as f64
}

/// Primary and secondary developers of some files, each by id, and how many people there are at all.
#[must_use]
pub fn developers(files: &[&[(PersonId, f64)]]) -> (BTreeSet<PersonId>, BTreeSet<PersonId>, usize) {
    // By id, so that it is looked up without a search: there are few people and many files.
    let mut knowledge: Vec<Option<f64>> = Vec::new();
    for (person, known) in files.iter().copied().flatten() {
        let at = usize::try_from(person.0).unwrap_or(usize::MAX);
        if at >= knowledge.len() {
            knowledge.resize(at.saturating_add(1), None);
        }
        if let Some(slot) = knowledge.get_mut(at) {
            *slot = Some(slot.unwrap_or_default() + known);
        }
    }
    let all: f64 = knowledge.iter().flatten().sum();
    let n_people = knowledge.iter().flatten().count();
    let bar = 1.0 / approximate(count(n_people).max(1));
    let mut named = (BTreeSet::new(), BTreeSet::new(), n_people);
    let people = (0_u32..).map(PersonId).zip(knowledge);
    for (person, known) in people.filter_map(|(person, known)| Some((person, known?))) {
        let share = known / all;
        if share + EPSILON >= bar {
            named.0.insert(person);
        } else if share + EPSILON >= bar / 2.0 {
            named.1.insert(person);
        }
    }
    named
}

/// What the algorithm says of one file: its primary and secondary developers hold it.
#[must_use]
pub fn judged(history: &FileHistory) -> JudgedFile<Vec<(PersonId, f64)>> {
    JudgedFile::held_by(known(history))
}

/// The product's files with their primary and secondary developers.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<KnownRow> {
    file_rows(reading, &judged)
}

/// The figure of the files of one scope.
#[must_use]
pub fn estimate(files: &[&[(PersonId, f64)]]) -> Measured {
    let n = count(files.len());
    let (primary, secondary, n_people) = developers(files);
    let gone: BTreeSet<PersonId> = primary.union(&secondary).copied().collect();
    let is_orphan =
        |file: &&&[(PersonId, f64)]| file.iter().all(|(person, _)| gone.contains(person));
    let orphaned = files.iter().filter(is_orphan).count();
    Measured::Value {
        n,
        value: Value(vec![
            ("count", Number::Count(count(gone.len()))),
            ("primary", Number::Count(count(primary.len()))),
            ("secondary", Number::Count(count(secondary.len()))),
            ("developers", Number::Count(count(n_people))),
            ("files", Number::Count(n)),
            ("files_then_without_author", Number::Count(count(orphaned))),
        ]),
        interval: None,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_files(
        &DEFINITION,
        reading,
        &|| Ok(rows(reading)),
        &|rows| estimate(&held(rows)),
        &Vec::new,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::measure::LedgerRow;
    use crate::work::Fate;
    use crate::work::history::lineage::PartInFile;

    fn history(turns: &[(u32, u32)]) -> FileHistory {
        let part = |(person, n_turns): &(u32, u32)| PartInFile {
            n_turns: *n_turns,
            n_changes: *n_turns,
            ..PartInFile::new(PersonId(*person))
        };
        FileHistory {
            people: turns.iter().map(part).collect(),
            ..FileHistory::new(0)
        }
    }

    fn people(known: &[(PersonId, f64)]) -> Vec<u32> {
        known.iter().map(|(person, _)| person.0).collect()
    }

    #[test]
    fn a_file_s_developers_match_the_bounds_by_hand() {
        // Two people: 1/D = ½, half of it ¼. 3 of 4 and 1 of 4: ¾ is primary, ¼ just secondary.
        assert_eq!(people(&known(&history(&[(0, 3), (1, 1)]))), [0, 1]);
        // 4 of 5 and 1 of 5: 0.2 < ¼.
        assert_eq!(people(&known(&history(&[(0, 4), (1, 1)]))), [0]);
        // Four people: bounds ¼ and ⅛. 5, 2, 1 and 2 of 10: ½ primary, 0.2 secondary, 0.1 neither, 0.2 secondary.
        assert_eq!(
            people(&known(&history(&[(0, 5), (1, 2), (2, 1), (3, 2)]))),
            [0, 1, 3]
        );
    }

    #[test]
    fn an_area_s_developers_match_the_sums_by_hand() {
        let row = |known: &[(u32, f64)]| KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                product: "p".into(),
                repository: Some(crate::domain::RepositoryId(1)),
                areas: [].into(),
                subject: crate::metrics::measure::Thing::Path.called("a"),
                link: None,
                at: None,
                bucket: None,
                value: None,
                fate: Fate::Included,
            },
            key: known.iter().map(|(id, k)| (PersonId(*id), *k)).collect(),
        };
        // Knowledge 0: 1 + 1 + ¾ = 2.75; 1: ¼ + ½ = 0.75; 2: ½. Sum 4; D = 3, bounds ⅓ and ⅙.
        // 2.75/4 = 0.6875 ≥ ⅓ primary; 0.75/4 = 0.1875 ≥ ⅙ secondary; 0.5/4 = 0.125 < ⅙ neither.
        let rows = [
            row(&[(0, 1.0)]),
            row(&[(0, 1.0)]),
            row(&[(0, 0.75), (1, 0.25)]),
            row(&[(1, 0.5), (2, 0.5)]),
        ];
        let (primary, secondary, n_people) = developers(&held(&rows.iter().collect::<Vec<_>>()));
        assert_eq!(n_people, 3);
        assert_eq!(primary, BTreeSet::from([PersonId(0)]));
        assert_eq!(secondary, BTreeSet::from([PersonId(1)]));
    }
}
