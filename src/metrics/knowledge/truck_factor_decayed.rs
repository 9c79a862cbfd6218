//! `knowledge.truck_factor_decayed`: recency-weighted changes and reviews, after Jabrayilzade et al. (2022).

use super::holders::{FileRow, JudgedFile, file_rows, held, measure_files, truck_factor};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::TRUCK_FACTOR;
use crate::work::history::lineage::FileHistory;
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// A major contributor of a file has more than this share of the greatest contribution to it.
const MAJOR: f64 = 0.75;

static DEFINITION: Definition = Definition {
    id: "knowledge.truck_factor_decayed",
    title: "Truck factor, recent work",
    question: "How many people would have to leave before nobody who knows them recently is left for most files?",
    definition: "A person's contribution to a file is the sum of e^(−days/90) over the person's changes and of half of that over the \
                 reviews of others' pull requests that touch it, in the last 547 days. Major contributors have more than 75 % of the \
                 file's greatest contribution. The major contributor of most files is taken away until more than half of the files \
                 have none; the number taken away is the figure.",
    formula: "A(p, f) = Σ changes e^(−d/90) + ½ · Σ reviews e^(−d/90), d ≤ 547;  major iff A / max A > 0.75;  min k: files without a \
              major contributor after removing the k greatest > files / 2",
    unit: Unit::Count("people"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: TRUCK_FACTOR,
    about: About::System,
    cohort: None,
    needs: &[Need::History, Need::Ownership],
    source: "After Jabrayilzade, Evtikhiev, Tüzün, Kovalenko (2022), \"Bus factor in practice\", ICSE-SEIP: decay constant of 90 days, \
             window of 547 days (one and a half years), weight ½ of a review and threshold of 75 % as in the authors' \
             bus-factor-explorer. Left out: its bonus for the first author, its logarithmic terms for others' work, and meetings",
    exclusions: "Files that nobody changed or reviewed in 547 days are unknown. Merge commits, revisions of .git-blame-ignore-revs, \
                 edits by commits above the file limit and automation credit nobody. Generated, vendored, lock and binary files are left out.",
    how_to_read: "Beside the truck factor: where this one is lower, the knowledge that authorship promises is old. None of the \
                  figures is the bus factor.",
    can_mislead: "Who knows a stable file well and has not touched it for a while fades. A busy quarter of one person lowers it. Reviews \
                  count for every file of the pull request, read or not.",
    sql: include_str!("../../../queries/metrics/knowledge.truck_factor_decayed.sql"),
};

/// The major contributors of a file, by id; empty where nobody touched it lately.
#[must_use]
pub fn majors(history: &FileHistory) -> Vec<PersonId> {
    let best = history
        .people
        .iter()
        .map(crate::work::history::lineage::PartInFile::recent_weight)
        .fold(0.0, f64::max);
    history
        .people
        .iter()
        .filter(|part| best > 0.0 && part.recent_weight() / best > MAJOR)
        .map(|part| part.person)
        .collect()
}

/// What the algorithm says of one file: its major contributors hold it.
#[must_use]
pub fn judged(history: &FileHistory) -> JudgedFile<Vec<PersonId>> {
    let majors = majors(history);
    if majors.is_empty() {
        JudgedFile::unknown("untouched_in_547_days")
    } else {
        JudgedFile::held_by(majors)
    }
}

/// The product's files with their major contributors.
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
        &Vec::new,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::history::fading::weight;
    use crate::work::history::lineage::PartInFile;
    use jiff::{SignedDuration, Timestamp};

    /// A file with changes and reviews, each given by the days since it, by person.
    fn history(people: &[(u32, &[i64], &[i64])]) -> FileHistory {
        let as_of: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let sum = |days: &[i64]| {
            let weigh = |days: &i64| {
                weight(as_of - SignedDuration::from_hours(24 * days), as_of).unwrap_or(0.0)
            };
            days.iter().map(weigh).sum::<f64>()
        };
        let part = |(person, changes, reviews): &(u32, &[i64], &[i64])| PartInFile {
            change_weight: sum(changes),
            review_weight: 0.5 * sum(reviews),
            ..PartInFile::new(PersonId(*person))
        };
        FileHistory {
            people: people.iter().map(part).collect(),
            ..FileHistory::new(0)
        }
    }

    #[test]
    fn recent_changes_and_reviews_make_a_major_contributor() {
        let check = |people: &[(u32, &[i64], &[i64])], expected: &[u32]| {
            let expected: Vec<_> = expected.iter().copied().map(PersonId).collect();
            assert_eq!(majors(&history(people)), expected, "{people:?}");
        };
        // 0: one change today, 1. 1: one change 27 days ago, e^(−0.3) = 0.7408 < 0.75; 25 days ago e^(−0.2778) = 0.7575 > 0.75.
        check(&[(0, &[0], &[]), (1, &[27], &[])], &[0]);
        check(&[(0, &[0], &[]), (1, &[25], &[])], &[0, 1]);
        // Two reviews today weigh what one change does: 2 · ½ = 1. One weighs ½, and ½ / 1 < 0.75.
        check(&[(0, &[0], &[]), (1, &[], &[0, 0])], &[0, 1]);
        check(&[(0, &[0], &[]), (1, &[], &[0])], &[0]);
        // Ten changes 548 days ago weigh nothing; one 547 days ago, e^(−6.078) = 0.0023, is the greatest contribution.
        check(&[(0, &[548; 10], &[]), (1, &[547], &[])], &[1]);
        check(&[(0, &[548; 10], &[])], &[]);
    }
}
