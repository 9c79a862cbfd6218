//! `knowledge.truck_factor`: Avelino et al. (2016), by degree of authorship.

use super::holders::{
    FileRow, JudgedFile, file_rows, held, left_out_note, measure_files, truck_factor,
};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::TRUCK_FACTOR;
use crate::work::history::lineage::{FileHistory, file_histories};
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
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
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: TRUCK_FACTOR,
    about: About::System,
    cohort: None,
    needs: &[Need::History],
    source: "Avelino, Passos, Hora, Valente (2016), \"A novel approach for estimating truck factors\", ICPC",
    exclusions: "Merge commits, revisions of .git-blame-ignore-revs, edits by commits above the file limit and commits by automation credit \
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
        .changers()
        .map(|part| {
            let others = history.n_changes.saturating_sub(part.n_changes);
            (
                part.person,
                degree_of_authorship(part.added, part.n_changes, others),
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

/// What the algorithm says of one file: its authors hold it.
#[must_use]
pub fn judged(history: &FileHistory) -> JudgedFile<Vec<PersonId>> {
    JudgedFile::held_by(authors(history))
}

/// The product's files with their authors.
#[must_use]
pub fn rows(reading: &Reading<'_>) -> Vec<FileRow> {
    file_rows(reading, &judged)
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_files(
        &DEFINITION,
        reading,
        &|| Ok(rows(reading)),
        &|rows| truck_factor(reading, &held(rows)),
        &|| {
            let histories = file_histories(reading);
            vec![left_out_note(&histories.left_out)]
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::measure::KeyedRow;
    use crate::metrics::measure::{LedgerRow, Measured};
    use crate::work::Fate;
    use crate::work::history::lineage::PartInFile;

    fn history(people: &[(u32, bool, u32)], n_changes: u32) -> FileHistory {
        let part = |(person, added, n_changes): &(u32, bool, u32)| PartInFile {
            added: *added,
            n_changes: *n_changes,
            ..PartInFile::new(PersonId(*person))
        };
        FileHistory {
            people: people.iter().map(part).collect(),
            n_changes,
            ..FileHistory::new(0)
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
    fn a_reviewer_is_no_author() {
        let mut reviewed = history(&[(0, true, 2)], 2);
        reviewed.people.push(PartInFile {
            n_reviews: 9,
            review_weight: 4.5,
            ..PartInFile::new(PersonId(1))
        });
        assert_eq!(authors(&reviewed), [PersonId(0)]);
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
        let question =
            crate::work::Question::new(&register, &[], vec![], window.until, window, weeks)
                .unwrap();
        let row = |authors: &[u32]| KeyedRow {
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
            key: authors.iter().copied().map(PersonId).collect(),
        };
        let rows = [row(&[]), row(&[]), row(&[]), row(&[]), row(&[0])];
        let rows: Vec<_> = rows.iter().collect();
        let tables = crate::tables::Tables::default();
        let reading = Reading::of(&tables, &question, &question.products[0]);
        let Measured::Value { value, .. } = truck_factor(&reading, &held(&rows)) else {
            unreachable!("five files are enough")
        };
        // Four of five have no author before anybody leaves: more than half.
        assert_eq!(value.get("count"), Some(0.0));
        assert_eq!(value.get("files_then_without_author"), Some(4.0));
    }
}
