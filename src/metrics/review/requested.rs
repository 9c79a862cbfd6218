//! `review.requested`: reviews asked for.

use std::collections::BTreeSet;

use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::{Key, of_product};
use crate::work::requests::{Asked, Request, replay};
use crate::work::{Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.requested",
    title: "Reviews requested",
    question: "How many reviews were asked for?",
    definition: "Requests for a review made in the bucket, to people and to teams. Asking again while a request is open is no new \
                 request; asking again after the review is one. In the private tree also for each person asked.",
    formula: "count(review requests made in the bucket)",
    unit: Unit::Count("requests"),
    recipe: Recipe::Count,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("count", "count", Unit::Count("requests")),
        NumberDefinition::bare("pull_requests", "pull requests"),
        NumberDefinition::bare("to_teams", "to teams"),
    ],
    about: About::Deeds,
    cohort: Some("requested in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `ReviewRequestedEvent`, `ReviewRequestRemovedEvent`",
    exclusions: "Requests to bots, to AI reviewers and to the pull request's own author, repeated ones, removals of what nobody had \
                 asked for, and requests made after the pull request had ended are counted apart. Whom GitHub no longer names is \
                 unknown.",
    how_to_read: "Set it beside the reviews done: requests that outnumber them for weeks are a queue that grows.",
    can_mislead: "Code owners are asked automatically, wanted or not. Work that is asked for in a chat, or picked up unasked, is not \
                  here.",
    sql: include_str!("../../../queries/metrics/review.requested.sql"),
};

/// The pull request, and whether a team was asked.
type Event = (Key, bool);

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let wholes = of_product(reading);
            let row = |request: &Request<'_, '_>| {
                let mut row = request.whole.row(
                    reading,
                    Some(request.at),
                    None,
                    request.fate(reading.tables),
                );
                row.person = request.human(reading.tables);
                KeyedRow {
                    row,
                    key: (request.whole.key(), matches!(request.asked, Asked::Team(_))),
                }
            };
            Ok(replay(reading, &wholes)
                .iter()
                .filter(|request| reading.question.window.contains(request.at))
                .map(row)
                .collect())
        },
        &|_, rows| estimate(rows),
    )
}

fn estimate(rows: &[&KeyedRow<Event>]) -> Measured {
    let n = count(rows.len());
    let pull_requests: BTreeSet<Key> = rows.iter().map(|row| row.key.0).collect();
    let to_teams = rows.iter().filter(|row| row.key.1).count();
    Measured::Value {
        n,
        value: Value(vec![
            ("count", Number::Count(n)),
            ("pull_requests", Number::Count(count(pull_requests.len()))),
            ("to_teams", Number::Count(count(to_teams))),
        ]),
        interval: None,
    }
}
