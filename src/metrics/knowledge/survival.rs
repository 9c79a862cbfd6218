//! `knowledge.survival`: whose lines are still there.

use std::collections::{BTreeMap, BTreeSet};

use super::holders::{JudgedFile, held, measure_files, name_of};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{count, ratio_value};
use crate::metrics::estimate::effective_number;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Thing,
    Unit,
};
use crate::metrics::number::{FILES, FILES_THEN_WITHOUT_AUTHOR, HITS, NumberDefinition, OF};
use crate::tables::Tables;
use crate::work::file_areas::areas_of_files;
use crate::work::history::surviving::{FileLines, Samples, missing};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "knowledge.survival",
    title: "Surviving lines",
    question: "Whose lines is the code of today made of?",
    definition: "Of the lines that survive in the tree at the window's end, the share by the person with most of them; the effective \
                 number of holders 1/Σp²; and how many people, greatest first, wrote more than half of them. A line belongs to the \
                 author of the commit that last wrote it.",
    formula: "max(lines of one person) / lines;  1/Σ p²;  min k: lines of the k greatest > lines / 2",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("effective_holders", "effective holders"),
        NumberDefinition::bare("holders", "holders"),
        NumberDefinition::bare("holders_of_half", "holders of half"),
        FILES,
        FILES_THEN_WITHOUT_AUTHOR,
    ],
    about: About::Deeds,
    cohort: None,
    needs: &[Need::Ownership],
    source: "Rigby, Zhu, Donadelli, Mockus (2016), \"Quantifying and mitigating turnover-induced knowledge loss\", ICSE: knowledge by \
             line authorship",
    exclusions: "Lines by automation, and generated, vendored, lock and binary files are left out. Revisions of \
                 .git-blame-ignore-revs do not take lines over: theirs are whose `git blame --ignore-revs-file` says, and those that \
                 it marks as like no line before are nobody's. Lines are sampled at the ends of quarters in UTC and at the newest \
                 commit; where the calendar's quarter ends some hours before, what landed in between is among them.",
    how_to_read: "Lines show where a tree comes from, not how well somebody knows it, and never how much somebody works. None of the \
                  figures is the bus factor.",
    can_mislead: "One import of a large file outweighs years of careful changes. Co-authors of a commit are not credited with lines. \
                  Whoever moved code may hold its lines.",
    sql: include_str!("../../../queries/metrics/knowledge.survival.sql"),
};

/// A file's row with its surviving lines by human, by id.
pub type LinesRow = KeyedRow<Vec<(PersonId, u64)>>;

/// What the algorithm says of one file: whose lines it is made of.
#[must_use]
pub fn judged(lines: FileLines) -> JudgedFile<Vec<(PersonId, u64)>> {
    let of: u64 = lines.people.iter().map(|(_, n)| n).sum();
    JudgedFile {
        fate: if of == 0 {
            Fate::Excluded("by_automation")
        } else {
            Fate::Included
        },
        ..JudgedFile::held_by(lines.people)
    }
}

/// The product's files with their surviving lines at the last sample before the as-of instant.
pub fn rows(reading: &Reading<'_>) -> Result<Vec<LinesRow>, Missing> {
    let files = Samples::of(reading).lines_at(
        reading.tables,
        reading.question.as_of,
        &reading.question.zone,
    );
    if let Some(missing) = missing(reading.tables, &files) {
        return Err(missing);
    }
    let areas = areas_of_files(reading);
    let row = |lines: FileLines| {
        let at = usize::try_from(lines.file).ok()?;
        let file = reading.tables.changes.files.get(at)?;
        let judged = judged(lines);
        Some(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: judged.holders.iter().map(|(person, _)| *person).collect(),
                product: reading.product.name.clone(),
                repository: Some(file.repository),
                areas: areas.get(at).map_or(&[][..], Vec::as_slice).into(),
                subject: Thing::Path.called(file.path.clone()),
                link: None,
                at: None,
                bucket: None,
                value: None,
                fate: judged.fate,
            },
            key: judged.holders,
        })
    };
    Ok(files.into_iter().filter_map(row).collect())
}

/// Who, greatest first, wrote more than half of the lines; ties by name, then by id.
#[must_use]
pub fn holders_of_half(tables: &Tables, lines: &BTreeMap<PersonId, u64>) -> BTreeSet<PersonId> {
    let of: u64 = lines.values().sum();
    let mut order: Vec<(PersonId, u64)> = lines.iter().map(|(person, n)| (*person, *n)).collect();
    order.sort_by(|a, b| {
        (b.1.cmp(&a.1)).then_with(|| (name_of(tables, a.0), a.0).cmp(&(name_of(tables, b.0), b.0)))
    });
    let (mut held, mut holders) = (0, BTreeSet::new());
    for (person, n) in order {
        if 2 * held > of {
            break;
        }
        held += n;
        holders.insert(person);
    }
    holders
}

/// The figure of the files of one scope.
#[must_use]
pub fn estimate(reading: &Reading<'_>, files: &[&[(PersonId, u64)]]) -> Measured {
    let n = count(files.len());
    let mut lines: BTreeMap<PersonId, u64> = BTreeMap::new();
    for (person, n) in files.iter().copied().flatten() {
        *lines.entry(*person).or_default() += n;
    }
    let counts: Vec<u64> = lines.values().copied().collect();
    let ratio = Ratio {
        hits: counts.iter().copied().max().unwrap_or_default(),
        of: counts.iter().sum(),
    };
    let half = holders_of_half(reading.tables, &lines);
    let is_orphan = |file: &&&[(PersonId, u64)]| {
        !file.is_empty() && file.iter().all(|(person, _)| half.contains(person))
    };
    let orphaned = count(files.iter().filter(is_orphan).count());
    let mut value = ratio_value(ratio);
    if let Some(effective) = effective_number(&counts) {
        value.0.push(("effective_holders", Number::Real(effective)));
    }
    value.0.extend([
        ("holders", Number::Count(count(counts.len()))),
        ("holders_of_half", Number::Count(count(half.len()))),
        ("files", Number::Count(n)),
        ("files_then_without_author", Number::Count(orphaned)),
    ]);
    Measured::Value {
        n,
        value,
        interval: None,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_files(
        &DEFINITION,
        reading,
        &|| rows(reading),
        &|rows| estimate(reading, &held(rows)),
        &Vec::new,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holders_of_half_the_lines_match_a_hand_count() {
        let check = |lines: &[(u32, u64)], expected: &[u32]| {
            let lines = lines.iter().map(|(id, n)| (PersonId(*id), *n)).collect();
            let expected: BTreeSet<_> = expected.iter().copied().map(PersonId).collect();
            assert_eq!(
                holders_of_half(&Tables::default(), &lines),
                expected,
                "{lines:?}"
            );
        };
        // 60 of 100 is more than half.
        check(&[(0, 60), (1, 40)], &[0]);
        // 50 of 100 is not: the second one is needed.
        check(&[(0, 50), (1, 30), (2, 20)], &[0, 1]);
        // 40 + 35 = 75 of 100.
        check(&[(0, 25), (1, 40), (2, 35)], &[1, 2]);
        check(&[], &[]);
    }
}
