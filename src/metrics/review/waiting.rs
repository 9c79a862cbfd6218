//! `review.waiting`: requests that are open at the as-of instant, with their age.

use super::span_hours;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::of_product;
use crate::work::requests::{End, Request, replay};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.waiting",
    title: "Reviews waiting",
    question: "Which requests are open now, and for how long?",
    definition: "Requests for a review that are open at the as-of instant: made on an open pull request that is no draft, not withdrawn, \
                 and not yet answered by a review of the person (for a team: of a member). Age runs from the request.",
    formula: "count(open requests);  as of − requested_at",
    unit: Unit::Count("requests"),
    recipe: Recipe::Count,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("requests")),
        NumberDefinition::hours("age_p50_hours", "age median"),
        NumberDefinition::hours("oldest_hours", "oldest"),
    ],
    about: About::Deeds,
    cohort: None,
    needs: &[Need::PullRequests],
    source: "GitHub `ReviewRequestedEvent`, `ReviewRequestRemovedEvent`, `PullRequestReview.submittedAt`",
    exclusions: "The other requests on open pull requests are counted apart: reviewed, withdrawn, on what is a draft at the as-of \
                 instant (it waits for its author), made to bots or to the author.",
    how_to_read: "Start with the oldest. With `--as-of` it shows the same for any past instant.",
    can_mislead: "Age runs from the request even where the pull request was a draft for part of the time. A pull request that everybody \
                  has given up on keeps its requests open for ever.",
    sql: include_str!("../../../queries/metrics/review.waiting.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let mut wholes = of_product(reading);
            wholes.retain(|whole| whole.ended_at(reading.question).is_none());
            let as_of = reading.question.as_of;
            let row = |request: &Request<'_, '_>| {
                let fate = match (request.fate(reading.tables), request.end()) {
                    (Fate::Included, Some(End::Reviewed(_))) => Fate::Excluded("reviewed"),
                    (Fate::Included, Some(End::Withdrawn(_))) => Fate::Excluded("withdrawn"),
                    (Fate::Included, _) if request.whole.readiness().since(as_of).is_none() => {
                        Fate::Excluded("a_draft")
                    }
                    (fate, _) => fate,
                };
                let person = request.human(reading.tables);
                let (value, working_hours) = if fate == Fate::Included {
                    span_hours(reading.question, person, request.at, as_of)
                } else {
                    (None, None)
                };
                let mut row = request.whole.row(reading, None, value, fate);
                row.at = Some(request.at);
                row.bucket = None;
                row.person = person;
                row.is_running = fate == Fate::Included;
                row.working_hours = working_hours;
                KeyedRow { row, key: () }
            };
            Ok(replay(reading, &wholes).iter().map(row).collect())
        },
        &|_, rows| estimate(rows),
    )
}

fn estimate(rows: &[&KeyedRow<()>]) -> Measured {
    let n = count(rows.len());
    let mut ages: Vec<f64> = rows.iter().filter_map(|row| row.row.value).collect();
    ages.sort_by(f64::total_cmp);
    let mut value = vec![("count", Number::Count(n))];
    for (name, p) in [("age_p50_hours", 0.5), ("oldest_hours", 1.0)] {
        if let Some(age) = quantile(&ages, p) {
            value.push((name, Number::Real(age)));
        }
    }
    Measured::Value {
        n,
        value: Value(value),
        interval: None,
    }
}
