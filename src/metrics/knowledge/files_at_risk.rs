//! `knowledge.files_at_risk`: files that at most one active person knows, by Mirsaeedi & Rigby (2020).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decay::stale;
use super::holders::{FileRow, JudgedFile, file_rows, held, measure_files};
use crate::domain::{PersonId, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{count, ratio_value};
use crate::metrics::drawn::{Drawn, KnownFile, Material};
use crate::metrics::measure::{
    About, Definition, Floor, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::activity::active_people;
use crate::work::history::lineage::FileHistory;
use crate::work::history::surviving::Samples;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "knowledge.files_at_risk",
    title: "Files at risk",
    question: "How many files does at most one active person know?",
    definition: "Share of the living files that at most one active person has ever changed or reviewed, renames followed. Active is who \
                 had any event but on issues in any of the product's repositories in the last 90 days.",
    formula: "files with |{p active: p changed or reviewed the file}| ≤ 1 / files",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("with_nobody_active", "with nobody active"),
        NumberDefinition::bare("with_one_active", "with one active"),
    ],
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "Mirsaeedi, Rigby (2020), \"Mitigating turnover with code review recommendation\", ICSE: files at risk (FaR), authors and \
             reviewers knowledgeable. The authors take activity by quarter; here it is the last 90 days",
    exclusions: "Merge commits, revisions of .git-blame-ignore-revs, edits by commits above the file limit and automation credit nobody. \
                 Generated, vendored, lock and binary files are left out; files with nothing but such changes are unknown.",
    how_to_read: "A review by a second person takes a file off the list: spread reviews, do not forbid specialisation. None of the \
                  figures is the bus factor.",
    can_mislead: "One change or review years ago counts as knowing. Without pull-request facts reviewers are not seen, and the share is \
                  too high. A small file weighs as much as a large one.",
    sql: include_str!("../../../queries/metrics/knowledge.files_at_risk.sql"),
};

/// What the algorithm says of one file: the active people who ever changed or reviewed it know it.
#[must_use]
pub fn judged(history: &FileHistory, active: &BTreeSet<PersonId>) -> JudgedFile<Vec<PersonId>> {
    let people = history.people.iter().map(|part| part.person);
    let known_to: Vec<_> = people.filter(|person| active.contains(person)).collect();
    let is_at_risk = known_to.len() <= 1;
    JudgedFile {
        value: Some(if is_at_risk { 1.0 } else { 0.0 }),
        ..JudgedFile::held_by(known_to)
    }
}

/// The product's files with the active people who ever changed or reviewed each, by id.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<FileRow> {
    let active = active_people(reading);
    file_rows(reading, &|history| judged(history, &active))
}

/// The figure of the files of one scope, of which those who know each are given.
#[must_use]
pub fn estimate(files: &[&[PersonId]]) -> Measured {
    let of = count(files.len());
    let known_to = |n: usize| count(files.iter().filter(|people| people.len() == n).count());
    let (with_nobody, with_one) = (known_to(0), known_to(1));
    let ratio = Ratio {
        hits: with_nobody + with_one,
        of,
    };
    let mut value = ratio_value(ratio);
    value.0.extend([
        ("with_nobody_active", Number::Count(with_nobody)),
        ("with_one_active", Number::Count(with_one)),
    ]);
    Measured::Value {
        n: of,
        value,
        // All there are: nothing is estimated.
        interval: None,
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_files(
        &DEFINITION,
        reading,
        &|| match stale(reading) {
            Some(stale) => Err(stale),
            None => Ok(rows(reading)),
        },
        &|rows| estimate(&held(rows)),
        &Vec::new,
    )?;
    measure.drawn.push(Drawn {
        product: reading.product.name.clone(),
        material: Material::Files(known_files(reading)),
    });
    Ok(measure)
}

/// A file that counts, and who knows it: for the private tree only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldFile {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its path.
    pub path: String,
    /// Its areas; the first one places it.
    pub areas: Arc<[String]>,
    /// Lines that survive at the as-of instant; never 0.
    pub lines: u64,
    /// Active people who ever changed or reviewed it, by id.
    pub people: Vec<PersonId>,
}

/// The files of a product that count and have lines; found once a reading.
#[must_use]
pub fn held_files(reading: &Reading<'_>) -> Arc<HeldFiles> {
    reading.once(|| HeldFiles(files_of(reading)))
}

/// The files of a product.
#[derive(Debug)]
pub struct HeldFiles(pub Vec<HeldFile>);

/// Every file that counts, with the number of active people who know it.
fn known_files(reading: &Reading<'_>) -> Vec<KnownFile> {
    let held = held_files(reading);
    let known = held.0.iter().map(|file| KnownFile {
        repository: file.repository,
        path: file.path.clone(),
        areas: Arc::clone(&file.areas),
        lines: file.lines,
        n_people: count(file.people.len()),
    });
    known.collect()
}

fn files_of(reading: &Reading<'_>) -> Vec<HeldFile> {
    let question = reading.question;
    let samples = Samples::of(reading);
    let mut lines: BTreeMap<(RepositoryId, &str), u64> = BTreeMap::new();
    for file in samples.lines_at(reading.tables, question.as_of, &question.zone) {
        let place = usize::try_from(file.file).ok();
        if let Some(found) = place.and_then(|at| reading.tables.changes.files.get(at)) {
            let sum = file.people.iter().map(|(_, n)| n).sum();
            lines.insert((found.repository, &found.path), sum);
        }
    }
    let known = |row: FileRow| {
        let path = row.row.subject.words.clone();
        let repository = row.row.repository?;
        let lines = lines.get(&(repository, path.as_str())).copied();
        Some(HeldFile {
            repository,
            lines: lines.filter(|lines| *lines > 0)?,
            areas: row.row.areas,
            people: row.key,
            path,
        })
    };
    let counted = rows(reading).into_iter();
    let counted = counted.filter(|row| row.row.fate == Fate::Included);
    counted.filter_map(known).collect()
}
