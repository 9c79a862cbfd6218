//! `knowledge.truck_factor`: Avelino et al. (2016), by degree of authorship.

use std::collections::{BTreeMap, BTreeSet};

use super::lineage::{FileHistory, LeftOut, exclusion, file_histories};
use crate::domain::PersonId;
use crate::metrics::aggregate::{count, not_observed};
use crate::metrics::lens::{ProductLens, areas_of_files};
use crate::metrics::measure::{
    Cell, Definition, Fate, Ledger, LedgerRow, Measure, Measured, Need, Number, Scope, Unit, Value,
};
use crate::metrics::{Lens, Metric};
use crate::tables::Tables;

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    measure,
};

static DEFINITION: Definition = Definition {
    id: "knowledge.truck_factor",
    title: "Truck factor",
    question: "How many people would have to leave before most files have no author?",
    definition: "Degree of authorship of a person in a file: DOA = 3.293 + 1.098·FA + 0.164·DL − 0.321·ln(1 + AC), with FA = 1 for who \
                 added it, DL the person's own later changes and AC the changes by others. Authors of a file have DOA/max > 0.75 and \
                 DOA ≥ 3.293. The author of most files is taken away until more than half of the files have no author; the number \
                 taken away is the truck factor.",
    formula: "min k: files without an author after removing the k greatest authors > files / 2",
    unit: Unit::Count("people"),
    cohort: None,
    needs: &[Need::History],
    source: "Avelino, Passos, Hora, Valente (2016), \"A novel approach for estimating truck factors\", ICPC",
    exclusions: "Merge commits, revisions of .git-blame-ignore-revs, commits above the file limit and commits by automation credit \
                 nobody. Generated, vendored, lock and binary files are left out. Each is counted.",
    how_to_read: "Low is a risk, not a failing. Read it beside the silos and per area: one number for a whole product hides where the \
                  risk is.",
    can_mislead: "Authorship never decays in this algorithm: people who left long ago still count. Reviews are not seen. Small files \
                  weigh as much as large ones.",
    sql: include_str!("../../../queries/metrics/knowledge.truck_factor.sql"),
};

/// Degree of authorship: first authorship, own deliveries, deliveries accepted from others.
#[must_use]
pub fn degree_of_authorship(is_first_author: bool, n_deliveries: u32, n_acceptances: u32) -> f64 {
    let first = if is_first_author { 1.098 } else { 0.0 };
    3.293 + first + 0.164 * f64::from(n_deliveries) - 0.321 * f64::from(n_acceptances).ln_1p()
}

/// The authors of a file by degree of authorship, sorted; empty where nobody reaches the threshold.
#[must_use]
pub fn authors(history: &FileHistory) -> Vec<PersonId> {
    let degrees: Vec<(PersonId, f64)> = history
        .by_person
        .iter()
        .map(|(person, deliveries)| {
            let others = history.n_changes.saturating_sub(deliveries.n_changes);
            (
                *person,
                degree_of_authorship(deliveries.added, deliveries.n_changes, others),
            )
        })
        .collect();
    let best = degrees
        .iter()
        .map(|(_, degree)| *degree)
        .fold(0.0, f64::max);
    degrees
        .into_iter()
        .filter(|(_, degree)| *degree >= 3.293 && degree / best > 0.75)
        .map(|(person, _)| person)
        .collect()
}

/// Who is taken away in turn until more than half of the files have no author, with the files then left without.
///
/// Ties are broken by `name`, then by id. Without files nobody is taken away.
#[must_use]
pub fn removals(
    files: &[Vec<PersonId>],
    name: &dyn Fn(PersonId) -> String,
) -> Vec<(PersonId, u64)> {
    let mut held: BTreeMap<PersonId, BTreeSet<usize>> = BTreeMap::new();
    for (file, authors) in files.iter().enumerate() {
        for author in authors {
            held.entry(*author).or_default().insert(file);
        }
    }
    let mut remaining: Vec<usize> = files.iter().map(Vec::len).collect();
    let mut removed = Vec::new();
    let orphans =
        |remaining: &[usize]| count(remaining.iter().filter(|authors| **authors == 0).count());
    while 2 * orphans(&remaining) <= count(files.len()) {
        let greatest = held
            .iter()
            .max_by(|a, b| {
                (a.1.len())
                    .cmp(&b.1.len())
                    .then_with(|| (name(*b.0), b.0).cmp(&(name(*a.0), a.0)))
            })
            .map(|(person, _)| *person);
        let Some(person) = greatest else { break };
        for file in held.remove(&person).unwrap_or_default() {
            if let Some(authors) = remaining.get_mut(file) {
                *authors -= 1;
            }
        }
        removed.push((person, orphans(&remaining)));
    }
    removed
}

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
        let (histories, left_out) = file_histories(tables, lens, product);
        let rows = rows(tables, lens, product, &histories);
        let scope = |repository, area| Scope {
            person: None,
            product: product.name.clone(),
            repository,
            area,
        };
        let mut scopes: BTreeMap<Scope, Vec<&(LedgerRow, Vec<PersonId>)>> = BTreeMap::new();
        for row in &rows {
            scopes.entry(scope(None, None)).or_default().push(row);
            if product.repositories.len() > 1 {
                scopes
                    .entry(scope(Some(row.0.repository), None))
                    .or_default()
                    .push(row);
            }
            for area in &row.0.areas {
                scopes
                    .entry(scope(None, Some(area.clone())))
                    .or_default()
                    .push(row);
            }
        }
        for (scope, rows) in scopes {
            measure.cells.push(cell(tables, lens, scope, &rows));
        }
        measure.notes.push(note(product, &left_out));
        measure.rows.extend(rows.into_iter().map(|(row, _)| row));
    }
    measure
}

fn cell(tables: &Tables, lens: &Lens, scope: Scope, rows: &[&(LedgerRow, Vec<PersonId>)]) -> Cell {
    let ledger = Ledger::of(rows.iter().map(|(row, _)| row));
    let files: Vec<Vec<PersonId>> = rows
        .iter()
        .filter(|(row, _)| row.fate == Fate::Included)
        .map(|(_, authors)| authors.clone())
        .collect();
    let n = count(files.len());
    let name = |person| {
        tables
            .person(person)
            .map_or_else(String::new, |person| person.display_name.clone())
    };
    let removed = removals(&files, &name);
    let measured = if n < lens.minimum_n {
        Measured::TooFew { n }
    } else {
        // Nobody needs to leave where most files have no author to begin with.
        let without = || count(files.iter().filter(|authors| authors.is_empty()).count());
        let orphaned = removed
            .last()
            .map_or_else(without, |(_, orphaned)| *orphaned);
        let authors: BTreeSet<_> = files.iter().flatten().collect();
        let value = Value(vec![
            ("count", Number::Count(count(removed.len()))),
            ("authors", Number::Count(count(authors.len()))),
            ("files", Number::Count(n)),
            ("files_then_without_author", Number::Count(orphaned)),
        ]);
        Measured::Value {
            n,
            value,
            interval: None,
        }
    };
    Cell {
        scope,
        bucket: None,
        measured,
        ledger,
    }
}

fn rows(
    tables: &Tables,
    lens: &Lens,
    product: &ProductLens,
    histories: &[FileHistory],
) -> Vec<(LedgerRow, Vec<PersonId>)> {
    let areas = areas_of_files(tables, lens, product);
    let mut rows = Vec::new();
    for history in histories {
        let Some(at) = usize::try_from(history.file).ok() else {
            continue;
        };
        let Some(file) = tables.changes.files.get(at) else {
            continue;
        };
        let fate = match exclusion(tables, history.file) {
            Some(reason) => Fate::Excluded(reason.word()),
            None if history.by_person.is_empty() => Fate::Unknown("only_changes_left_out"),
            None => Fate::Included,
        };
        let authors = authors(history);
        let row = LedgerRow {
            working_hours: None,
            is_running: false,
            person: None,
            product: product.name.clone(),
            repository: file.repository,
            areas: areas.get(at).cloned().unwrap_or_default(),
            subject: file.path.clone(),
            link: None,
            at: None,
            bucket: None,
            value: None,
            fate,
        };
        rows.push((row, authors));
    }
    rows
}

fn note(product: &ProductLens, left_out: &LeftOut) -> String {
    let parts: Vec<_> = left_out
        .iter()
        .map(|(reason, n)| format!("{} {n}", reason.replace('_', " ")))
        .collect();
    let parts = if parts.is_empty() {
        "none".to_owned()
    } else {
        parts.join(", ")
    };
    format!("{}: file changes that credit nobody: {parts}", product.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::knowledge::lineage::Deliveries;

    fn history(people: &[(u32, bool, u32)], n_changes: u32) -> FileHistory {
        let by_person = people
            .iter()
            .map(|(person, added, n_changes)| {
                (
                    PersonId(*person),
                    Deliveries {
                        added: *added,
                        n_changes: *n_changes,
                    },
                )
            })
            .collect();
        FileHistory {
            file: 0,
            by_person,
            n_changes,
            has_changes_left_out: false,
        }
    }

    #[test]
    fn degree_of_authorship_matches_the_formula_by_hand() {
        // Creator, 2 own changes, 3 by others: 3.293 + 1.098 + 0.328 − 0.321·ln 4 = 4.719 − 0.445 = 4.274.
        assert!((degree_of_authorship(true, 2, 3) - 4.274).abs() < 5e-4);
        // Not the creator, 1 change, 2 by others: 3.293 + 0.164 − 0.321·ln 3 = 3.1043.
        assert!((degree_of_authorship(false, 1, 2) - 3.1043).abs() < 5e-4);
    }

    #[test]
    fn an_author_needs_three_quarters_of_the_best_and_the_threshold() {
        // 0: 4.274 as above. 1: three changes, two by others: 3.293 + 0.492 − 0.353 = 3.432; 3.432/4.274 = 0.803 > 0.75.
        assert_eq!(
            authors(&history(&[(0, true, 2), (1, false, 3)], 5)),
            [PersonId(0), PersonId(1)]
        );
        // 1: one change, four by others: 3.293 + 0.164 − 0.517 = 2.940 < 3.293.
        assert_eq!(
            authors(&history(&[(0, true, 4), (1, false, 1)], 5)),
            [PersonId(0)]
        );
        assert_eq!(authors(&history(&[], 0)), []);
    }

    #[test]
    fn authors_are_removed_until_more_than_half_of_the_files_are_orphans() {
        let name = |person: PersonId| format!("{person:?}");
        let files = |lists: &[&[u32]]| -> Vec<Vec<PersonId>> {
            lists
                .iter()
                .map(|list| list.iter().copied().map(PersonId).collect())
                .collect()
        };
        let check = |lists: &[&[u32]], expected: &[(u32, u64)]| {
            let expected: Vec<_> = expected
                .iter()
                .map(|(person, n)| (PersonId(*person), *n))
                .collect();
            assert_eq!(removals(&files(lists), &name), expected, "{lists:?}");
        };
        // 0 holds three of four: one removal leaves three orphans, more than half.
        check(&[&[0], &[0], &[0], &[1]], &[(0, 3)]);
        // Exactly half is not more than half: the second person goes too.
        check(&[&[0], &[0], &[1], &[2]], &[(0, 2), (1, 3)]);
        // A shared file is no orphan while one author stays.
        check(&[&[0, 1], &[0, 1], &[2]], &[(0, 0), (1, 2)]);
        check(&[], &[]);
    }

    #[test]
    fn where_most_files_have_no_author_nobody_leaves_and_the_files_are_still_counted() {
        let window = crate::domain::Window {
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
            until: "2026-07-01T00:00:00Z".parse().unwrap(),
        };
        let (register, weeks) = (
            crate::register::Register::default(),
            crate::domain::Granularity::Week,
        );
        let lens = Lens::new(&register, &[], vec![], window.until, window, weeks).unwrap();
        let row = |subject: &str, authors: &[u32]| {
            let row = LedgerRow {
                working_hours: None,
                is_running: false,
                person: None,
                product: "p".into(),
                repository: crate::domain::RepositoryId(1),
                areas: vec![],
                subject: subject.into(),
                link: None,
                at: None,
                bucket: None,
                value: None,
                fate: Fate::Included,
            };
            (row, authors.iter().copied().map(PersonId).collect())
        };
        let rows = [
            row("a", &[]),
            row("b", &[]),
            row("c", &[]),
            row("d", &[]),
            row("e", &[0]),
        ];
        let scope = Scope {
            person: None,
            product: "p".into(),
            repository: None,
            area: None,
        };
        let found = cell(
            &Tables::default(),
            &lens,
            scope,
            &rows.iter().collect::<Vec<_>>(),
        );
        let Measured::Value { value, .. } = found.measured else {
            unreachable!("five files are enough")
        };
        // Four of five have no author before anybody leaves: more than half.
        assert_eq!(value.get("count"), Some(0.0));
        assert_eq!(value.get("files_then_without_author"), Some(4.0));
    }

    #[test]
    fn ties_are_broken_by_name() {
        let files = vec![vec![PersonId(0)], vec![PersonId(1)]];
        let name = |person: PersonId| {
            if person == PersonId(0) {
                "zoe".into()
            } else {
                "ada".into()
            }
        };
        assert_eq!(removals(&files, &name)[0].0, PersonId(1));
    }
}
