//! `review.absence_what_if`: areas that would have no recent reviewer if one person were away.

use std::sync::Arc;

use super::areas::{AreaReviewers, by_area};
use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, ratio_value};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Thing,
    Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.absence_what_if",
    title: "Areas with one reviewer",
    question: "Which areas would have no recent reviewer if one person were away?",
    definition: "Share of the areas in which only one person reviewed others' pull requests in the 180 days before the as-of instant. \
                 Beside it the areas in which only one person approved. In the private tree with the person.",
    formula: "areas with exactly one human reviewer in 180 days / areas with at least `minimum_n` pull requests reviewed in 180 days",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("with_one_approver", "with one approver"),
    ],
    about: About::System,
    cohort: None,
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequestReview`; the area of a pull request is that of its files",
    exclusions: "Areas with fewer than `minimum_n` pull requests reviewed in 180 days are unknown. Reviews by the author, by bots and by AI \
                 reviewers do not count, nor do those of people who have left the team.",
    how_to_read: "Ask a second person to review there before the first one is away. An area that one person writes and another one \
                  reviews has two who know it.",
    can_mislead: "An area that changes seldom is unknown, not safe. Who could review and was never asked is not seen.",
    sql: include_str!("../../../queries/metrics/review.absence_what_if.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::PRODUCT.and_people(),
        &|| {
            let row = |(name, area): (String, AreaReviewers)| {
                let n = area.n_reviewed();
                let only = area.only_reviewer();
                let (value, fate) = match n {
                    n if n < reading.question.minimum_n => {
                        (None, Fate::Unknown("fewer_than_minimum_n_reviewed"))
                    }
                    _ => (Some(if only.is_some() { 1.0 } else { 0.0 }), Fate::Included),
                };
                KeyedRow {
                    key: area.only_approver(),
                    row: LedgerRow {
                        origin: None,
                        product: reading.product.name.clone(),
                        repository: Some(area.repository),
                        subject: Thing::Area
                            .called(format!("{name}: {n} pull requests reviewed in 180 days")),
                        areas: [name].into(),
                        link: None,
                        at: None,
                        bucket: None,
                        value,
                        working_hours: None,
                        is_running: false,
                        person: only.filter(|_| fate == Fate::Included),
                        authors: Arc::default(),
                        fate,
                    },
                }
            };
            Ok(by_area(reading).into_iter().map(row).collect())
        },
        &|_, rows| estimate(rows),
    )?;

    let alone = measure
        .rows
        .iter()
        .filter(|row| row.product == reading.product.name && row.value == Some(1.0));
    let mut names: Vec<&str> = alone
        .flat_map(|row| row.areas.iter().map(String::as_str))
        .collect();
    names.sort_unstable();
    if !names.is_empty() {
        let text = format!("areas with one reviewer: {}", names.join(", "));
        measure.note(reading, text);
    }
    Ok(measure)
}

fn estimate(rows: &[&KeyedRow<Option<PersonId>>]) -> Measured {
    let ratio = Ratio {
        hits: count(rows.iter().filter(|row| row.row.value == Some(1.0)).count()),
        of: count(rows.len()),
    };
    let mut value = ratio_value(ratio);
    let with_one_approver = rows.iter().filter(|row| row.key.is_some()).count();
    value
        .0
        .push(("with_one_approver", Number::Count(count(with_one_approver))));
    Measured::Value {
        n: ratio.of,
        value,
        // All there are: nothing is estimated.
        interval: None,
    }
}
