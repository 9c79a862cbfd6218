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
    definition: "Requests for a review that are open at the as-of instant: made on an open pull request, not withdrawn, and not yet \
                 answered by a review of the person (for a team: of a member). Age runs from the request.",
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
    exclusions: "The other requests on open pull requests are counted apart: reviewed, withdrawn, made to bots or to the author.",
    how_to_read: "Start with the oldest. With `--as-of` it shows the same for any past instant.",
    can_mislead: "A request on a draft waits for the author, not for the reviewer, and is in here all the same. A pull request that \
                  everybody has given up on keeps its requests open for ever.",
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
            let row = |request: &Request<'_, '_>| {
                let fate = match (request.fate(reading.tables), request.end()) {
                    (Fate::Included, Some(End::Reviewed(_))) => Fate::Excluded("reviewed"),
                    (Fate::Included, Some(End::Withdrawn(_))) => Fate::Excluded("withdrawn"),
                    (fate, _) => fate,
                };
                let person = request.human(reading.tables);
                let (value, working_hours) = if fate == Fate::Included {
                    span_hours(reading.question, person, request.at, reading.question.as_of)
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
