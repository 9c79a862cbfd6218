//! `flow.size`: lines and files of merged changes that people and agents wrote.

use std::collections::HashMap;

use super::merged_inside;
use crate::domain::{Exclusion, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests, Need::History],
    measure,
};

const LINES: Unit = Unit::Count("lines");
const FILES: Unit = Unit::Count("files");

static DEFINITION: Definition = Definition {
    id: "flow.size",
    title: "Size of a change",
    question: "How much has somebody to read to review a change?",
    definition: "Lines added and deleted by a merged pull request in the files that count, and how many of these there are. Generated and \
                 vendored files, lock files and the paths that the register leaves out do not count. It is what GitHub shows: the \
                 difference to the branch that it merges into, so that a stacked pull request is measured against its own base.",
    formula: "Σ (lines added + lines deleted) over the counted files of a merged pull request",
    unit: LINES,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("p50", "median", LINES),
        NumberDefinition::of("p75", "p75", LINES),
        NumberDefinition::of("p90", "p90", LINES),
        NumberDefinition::of("files_p50", "median of files", FILES),
        NumberDefinition::of("files_p75", "p75 of files", FILES),
        NumberDefinition::of("files_p90", "p90 of files", FILES),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests, Need::History],
    source: "GitHub `PullRequest.files`; git attributes `linguist-generated` and `linguist-vendored`, names of lock files, the register's \
             `[mining] exclude`",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart, and so are those without a file \
                 or with none that counts. Where GitHub lists fewer files than there are, or a path is not in the default branch's \
                 history, so that nobody can say what kind of file it is, the size is unknown.",
    how_to_read: "Small changes are read, large ones are skimmed. Look at p90: the largest tenth takes most of the reviewing, and is where an \
                  agreed limit pays.",
    can_mislead: "Lines are no effort: a moved file counts none, a reformatted one all. What is merged into another pull request's branch \
                  counts there again. Attributes are those of today.",
    sql: include_str!("../../../queries/metrics/flow.size.sql"),
};

/// What a pull request's files come to.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    n_listed: u64,
    /// Files of which nobody can say what kind they are.
    n_unknown: u64,
    n_counted: u64,
    lines: u64,
}

impl Size {
    /// Whether it is a size; `Err`: why not.
    fn fate(self, n_files: u64) -> Fate {
        if n_files == 0 && self.n_listed == 0 {
            Fate::Excluded("changes_no_file")
        } else if self.n_listed < n_files {
            Fate::Unknown("files_not_listed")
        } else if self.n_unknown > 0 {
            Fate::Unknown("path_not_in_history")
        } else if self.n_counted == 0 {
            Fate::Excluded("no_file_that_counts")
        } else {
            Fate::Included
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let sizes = sizes(reading);
            let wholes = of_product(reading);
            let size = |whole: &FullPullRequest<'_>| {
                let size = sizes.get(&whole.key());
                size.copied().unwrap_or_default()
            };
            Ok(wholes
                .iter()
                .filter_map(|whole| row(reading, whole, size(whole)))
                .collect())
        },
        &|_, rows| estimate(rows),
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn row(reading: &Reading<'_>, whole: &FullPullRequest<'_>, size: Size) -> Option<KeyedRow<f64>> {
    let row = match merged_inside(reading, whole) {
        Ok(merged_at) => {
            let fate = size.fate(whole.pull_request.n_files);
            let value = (fate == Fate::Included).then_some(size.lines as f64);
            whole.row(reading, Some(merged_at), value, fate)
        }
        Err(placed) => placed?.row(reading, whole).row,
    };
    Some(KeyedRow {
        row,
        key: size.n_counted as f64,
    })
}

/// What the files of the pull requests of a product come to.
fn sizes(reading: &Reading<'_>) -> HashMap<Key, Size> {
    let files = reading.tables.changes.files.iter();
    let kinds: HashMap<(RepositoryId, &str), Option<Exclusion>> = files
        .filter(|file| reading.product.has(file.repository))
        .map(|file| ((file.repository, file.path.as_ref()), file.exclusion))
        .collect();
    let mut sizes: HashMap<Key, Size> = HashMap::new();
    let listed = reading.tables.facts.pull_request_files.iter();
    for file in listed.filter(|file| reading.product.has(file.repository)) {
        let size = sizes.entry((file.repository, file.number)).or_default();
        size.n_listed += 1;
        match kinds.get(&(file.repository, file.path.as_ref())) {
            None => size.n_unknown += 1,
            Some(Some(
                Exclusion::Generated
                | Exclusion::Vendored
                | Exclusion::LockFile
                | Exclusion::Configured,
            )) => {}
            Some(_) => {
                size.n_counted += 1;
                size.lines += file.additions + file.deletions;
            }
        }
    }
    sizes
}

fn estimate(rows: &[&KeyedRow<f64>]) -> Measured {
    let mut measured = quantiles(DEFINITION.unit, rows);
    if let Measured::Value { value, .. } = &mut measured {
        let mut files: Vec<f64> = rows.iter().map(|row| row.key).collect();
        files.sort_by(f64::total_cmp);
        for (name, p) in [("files_p50", 0.5), ("files_p75", 0.75), ("files_p90", 0.9)] {
            let point = quantile(&files, p).map(Number::Real);
            value.0.extend(point.map(|point| (name, point)));
        }
    }
    measured
}
