//! `review.sole_approver`: merged pull requests that only one human approved.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::done::fate;
use crate::domain::{PersonId, PullRequestState};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, ratio_value};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Ratio, Recipe, Unit,
};
use crate::metrics::number::RATIO;
use crate::tables::Tables;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.sole_approver",
    title: "Sole approver",
    question: "How often does a change land on one person's approval alone?",
    definition: "Of the merged pull requests with a human approval by somebody else than the author before the merge, the share with \
                 exactly one human approver. In the private tree for each person: of the ones they approved, the share that nobody \
                 else approved.",
    formula: "merged pull requests with one human approver / merged pull requests with at least one",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview.state`, `PullRequest.mergedAt`",
    exclusions: "Merged pull requests without a human approval are counted apart. Approvals by bots, by AI reviewers, by the author, \
                 dismissed ones and those after the merge do not count. A row is one approver of one pull request.",
    how_to_read: "One approver is what most teams agree on: the share alone says little. Read it by area and person, beside the areas \
                  where nobody else approves.",
    can_mislead: "Where two approvals are required it is low by rule. Pairing needs no second pair of eyes on top.",
    sql: include_str!("../../../queries/metrics/review.sole_approver.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS.and_people(),
        &|| {
            let mut rows = Vec::new();
            for whole in of_product(reading) {
                let merged_at = whole.pull_request.merged_at.filter(|at| {
                    reading.question.window.contains(*at)
                        && whole.pull_request.state == PullRequestState::Merged
                });
                let Some(merged_at) = merged_at else { continue };
                let mut add = |person, value, fate| {
                    let mut row = whole.row(reading, Some(merged_at), value, fate);
                    row.person = person;
                    rows.push(KeyedRow {
                        row,
                        key: whole.key(),
                    });
                };
                let approvers = approvers(reading.tables, &whole);
                if approvers.is_empty() {
                    add(None, None, Fate::Excluded("no_human_approval"));
                }
                let value = if approvers.len() == 1 { 1.0 } else { 0.0 };
                for person in approvers {
                    add(Some(person), Some(value), Fate::Included);
                }
            }
            Ok(rows)
        },
        &|_, rows| estimate(reading.question, rows),
    )
}

/// The humans whose approval of somebody else's pull request stood at its end.
pub(super) fn approvers(tables: &Tables, whole: &FullPullRequest<'_>) -> BTreeSet<PersonId> {
    let ended_at = whole
        .pull_request
        .merged_at
        .or(whole.pull_request.closed_at);
    whole
        .reviews
        .iter()
        .filter(|review| ended_at.is_none_or(|ended_at| review.submitted_at <= ended_at))
        .filter(|review| review.approves_at(ended_at.unwrap_or(Timestamp::MAX)))
        .filter(|review| fate(tables, whole, review) == Fate::Included)
        .filter_map(|review| review.author)
        .collect()
}

fn estimate(question: &Question, rows: &[&KeyedRow<Key>]) -> Measured {
    let all: BTreeSet<Key> = rows.iter().map(|row| row.key).collect();
    let alone = rows.iter().filter(|row| row.row.value == Some(1.0));
    let ratio = Ratio {
        hits: count(alone.count()),
        of: count(all.len()),
    };
    let n = count(rows.len());
    // Rows are approvals and the share is of pull requests, of which there may be too few however many approve each.
    if ratio.of < question.minimum_n {
        return Measured::TooFew { n };
    }
    Measured::Value {
        n,
        value: ratio_value(ratio),
        interval: wilson_interval(ratio),
    }
}
