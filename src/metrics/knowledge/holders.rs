//! Files, the people who hold each by some algorithm, and what is left when people go: shared by the bus-factor figures.

use std::sync::Arc;

use crate::domain::PersonId;
use crate::metrics::aggregate::{Depth, Population, count, measure_rows};
use crate::metrics::measure::{
    Definition, KeyedRow, LedgerRow, Measure, Measured, Number, Thing, Value,
};
use crate::tables::Tables;
use crate::work::file_areas::areas_of_files;
use crate::work::history::lineage::{FileHistory, LeftOut, exclusion, file_histories};
use crate::work::{Fate, Missing, Reading};

/// A file's row and who holds it, by id.
pub type FileRow = KeyedRow<Vec<PersonId>>;

/// What an algorithm says of one file that is not left out: its fate, who holds it, and the row's value.
pub struct JudgedFile<H> {
    /// Included, or why not.
    pub fate: Fate,
    /// Who holds it: people by id, with whatever the algorithm knows of them.
    pub holders: H,
    /// The row's value.
    pub value: Option<f64>,
}

impl<H: Default> JudgedFile<H> {
    /// Included, held by `holders`.
    #[must_use]
    pub const fn held_by(holders: H) -> Self {
        Self {
            fate: Fate::Included,
            holders,
            value: None,
        }
    }

    /// Not measurable.
    #[must_use]
    pub fn unknown(reason: &'static str) -> Self {
        Self::apart(Fate::Unknown(reason))
    }

    /// Held by nobody, for the reason of its fate.
    #[must_use]
    pub fn apart(fate: Fate) -> Self {
        Self {
            fate,
            ..Self::held_by(H::default())
        }
    }
}

/// What an algorithm says of a file: nothing of one that is left out.
pub fn judged<H: Default>(
    tables: &Tables,
    history: &FileHistory,
    judge: &dyn Fn(&FileHistory) -> JudgedFile<H>,
) -> JudgedFile<H> {
    match exclusion(tables, history.file) {
        Some(reason) => JudgedFile::apart(Fate::Excluded(reason.word())),
        None if history.changers().next().is_none() => JudgedFile::unknown("only_changes_left_out"),
        None => judge(history),
    }
}

/// A row for every living file of a product: left out with its reason, or as `judge` says.
pub fn file_rows<H: Default>(
    reading: &Reading<'_>,
    judge: &dyn Fn(&FileHistory) -> JudgedFile<H>,
) -> Vec<KeyedRow<H>> {
    let histories = file_histories(reading);
    let areas = areas_of_files(reading);
    let row = |history: &FileHistory| {
        let at = usize::try_from(history.file).ok()?;
        let file = reading.tables.changes.files.get(at)?;
        let judged = judged(reading.tables, history, judge);
        Some(KeyedRow {
            row: LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: Arc::default(),
                product: reading.product.name.clone(),
                repository: Some(file.repository),
                areas: areas.get(at).map_or(&[][..], Vec::as_slice).into(),
                subject: Thing::Path.called(file.path.clone()),
                link: None,
                at: None,
                bucket: None,
                value: judged.value,
                fate: judged.fate,
            },
            key: judged.holders,
        })
    };
    histories.files.iter().filter_map(row).collect()
}

/// Measures a state of files: rows of a product with a history, then figures of product, repositories and areas.
pub fn measure_files<K>(
    definition: &'static Definition,
    reading: &Reading<'_>,
    rows: &Population<'_, K>,
    estimate: &dyn Fn(&[&KeyedRow<K>]) -> Measured,
    notes: &dyn Fn() -> Vec<String>,
) -> Result<Measure, Missing> {
    let mut measure = measure_rows(definition, reading, Depth::AREAS, rows, &|_, rows| {
        estimate(rows)
    })?;
    for text in notes() {
        measure.note(reading, text);
    }
    Ok(measure)
}

/// Display names by id, for breaking ties.
#[must_use]
pub fn name_of(tables: &Tables, person: PersonId) -> &str {
    tables
        .person(person)
        .map_or("", |person| person.display_name.as_str())
}

/// Who leaves in turn until more than half of the files are held by nobody, with the files then left without.
///
/// The holder of most files goes first; ties are broken by `name`, then by id. How many files a person holds does not change
/// when another one leaves, so the order is fixed at the start. Without files nobody leaves.
#[must_use]
pub fn removals<'a>(
    files: &[&[PersonId]],
    name: &dyn Fn(PersonId) -> &'a str,
) -> Vec<(PersonId, u64)> {
    let mut held: Vec<(PersonId, usize)> = Vec::new();
    for (file, holders) in files.iter().enumerate() {
        held.extend(holders.iter().map(|holder| (*holder, file)));
    }
    held.sort_unstable();
    let mut order: Vec<(PersonId, &[(PersonId, usize)])> = held
        .chunk_by(|a, b| a.0 == b.0)
        .filter_map(|files| Some((files.first()?.0, files)))
        .collect();
    order.sort_by(|a, b| {
        (b.1.len().cmp(&a.1.len())).then_with(|| (name(a.0), a.0).cmp(&(name(b.0), b.0)))
    });
    let mut remaining: Vec<usize> = files.iter().map(|holders| holders.len()).collect();
    let mut orphans = count(remaining.iter().filter(|holders| **holders == 0).count());
    let mut removed = Vec::new();
    for (person, files_held) in order {
        if 2 * orphans > count(files.len()) {
            break;
        }
        for (_, file) in files_held {
            if let Some(holders) = remaining.get_mut(*file) {
                *holders -= 1;
                orphans += u64::from(*holders == 0);
            }
        }
        removed.push((person, orphans));
    }
    removed
}

/// Who holds each file of some rows.
#[must_use]
pub fn held<'a, H>(rows: &[&'a KeyedRow<Vec<H>>]) -> Vec<&'a [H]> {
    rows.iter().map(|row| row.key.as_slice()).collect()
}

/// The truck factor of the files of one scope by whichever algorithm named the holders.
#[must_use]
pub fn truck_factor(reading: &Reading<'_>, files: &[&[PersonId]]) -> Measured {
    let n = count(files.len());
    let removed = removals(files, &|person| name_of(reading.tables, person));
    // Nobody needs to leave where most files have no author to begin with.
    let without = || count(files.iter().filter(|holders| holders.is_empty()).count());
    let orphaned = removed
        .last()
        .map_or_else(without, |(_, orphaned)| *orphaned);
    let mut authors: Vec<PersonId> = files.iter().copied().flatten().copied().collect();
    authors.sort_unstable();
    authors.dedup();
    Measured::Value {
        n,
        value: Value(vec![
            ("count", Number::Count(count(removed.len()))),
            ("authors", Number::Count(count(authors.len()))),
            ("files", Number::Count(n)),
            ("files_then_without_author", Number::Count(orphaned)),
        ]),
        interval: None,
    }
}

/// The remark about changes that credit nobody.
#[must_use]
pub fn left_out_note(left_out: &LeftOut) -> String {
    let parts: Vec<_> = left_out
        .iter()
        .map(|(reason, n)| format!("{} {n}", reason.replace('_', " ")))
        .collect();
    let parts = if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    };
    format!("file changes that credit nobody: {parts}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lists: &[&[u32]], names: &dyn Fn(PersonId) -> &'static str, expected: &[(u32, u64)]) {
        let files: Vec<Vec<PersonId>> = lists
            .iter()
            .map(|list| list.iter().copied().map(PersonId).collect())
            .collect();
        let files: Vec<&[PersonId]> = files.iter().map(Vec::as_slice).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(person, n)| (PersonId(*person), *n))
            .collect();
        assert_eq!(removals(&files, names), expected, "{lists:?}");
    }

    #[test]
    fn authors_are_removed_until_more_than_half_of_the_files_are_orphans() {
        let check = |lists: &[&[u32]], expected: &[(u32, u64)]| check(lists, &|_| "", expected);
        // 0 holds three of four: one removal leaves three orphans, more than half.
        check(&[&[0], &[0], &[0], &[1]], &[(0, 3)]);
        // Exactly half is not more than half: the second person goes too.
        check(&[&[0], &[0], &[1], &[2]], &[(0, 2), (1, 3)]);
        // A shared file is no orphan while one author stays.
        check(&[&[0, 1], &[0, 1], &[2]], &[(0, 0), (1, 2)]);
        // Where most files have no author, nobody has to leave.
        check(&[&[], &[], &[], &[0]], &[]);
        check(&[], &[]);
    }

    #[test]
    fn ties_are_broken_by_name() {
        let name = |person: PersonId| if person == PersonId(0) { "zoe" } else { "ada" };
        check(&[&[0], &[1]], &name, &[(1, 1), (0, 2)]);
    }
}
