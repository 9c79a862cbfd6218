//! `review.turnaround`: request → first review by the person asked.

use super::span_hours;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, censored_quantiles, measure_rows};
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Recipe, Unit};
use crate::metrics::number::CENSORED_WAIT;
use crate::tables::Tables;
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
    id: "review.turnaround",
    title: "Review turnaround",
    question: "How long does somebody who is asked for a review take to give it?",
    definition: "Time from a request for a review to the first review that the person asked submits afterwards; for a request to a \
                 team, to the first by a member. The clock starts at the request, never at the publication of the pull request. \
                 Open requests count with their time so far (Kaplan–Meier).",
    formula: "first_review_by_them_at − requested_at;  the median is where the share still waiting falls to one half",
    unit: Unit::WorkingHours,
    recipe: Recipe::CensoredMedian,
    floor: Floor::MinimumN,
    numbers: CENSORED_WAIT,
    about: About::Deeds,
    cohort: Some("requested in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `ReviewRequestedEvent`, `PullRequestReview.submittedAt`; Kaplan & Meier (1958), Brookmeyer & Crowley (1982)",
    exclusions: "Requests withdrawn, or overtaken because the pull request was merged or closed without the review, are counted \
                 apart; so are those to bots and to the author. Reviews that nobody asked the person for have no turnaround.",
    how_to_read: "Compare p50 with the team's own agreement, then look at p90: a few requests that wait for days are what people \
                  remember. Where many are overtaken, others did the review first.",
    can_mislead: "A request made on a draft runs before anybody can review it. Nights, weekends and holidays are inside the elapsed \
                  hours; read the working hours where they are agreed. Few requests make a wide interval.",
    sql: include_str!("../../../queries/metrics/review.turnaround.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let wholes = of_product(reading);
            let row = |request: &Request<'_, '_>| {
                let fate = fate(request, reading.tables);
                let person = request.human(reading.tables);
                let end = request
                    .end()
                    .and_then(End::at)
                    .unwrap_or(reading.question.as_of);
                let (value, working_hours) = if fate == Fate::Included {
                    span_hours(reading.question, person, request.at, end)
                } else {
                    (None, None)
                };
                let mut row = request.whole.row(reading, Some(request.at), value, fate);
                row.person = person;
                row.is_running = fate == Fate::Included && request.end() == Some(End::Open);
                row.working_hours = working_hours;
                KeyedRow { row, key: () }
            };
            Ok(replay(reading, &wholes)
                .iter()
                .filter(|request| reading.question.window.contains(request.at))
                .map(row)
                .collect())
        },
        &|_, rows| censored_quantiles(DEFINITION.unit, rows),
    )
}

/// Whether a request has a turnaround, and why not.
pub(in crate::metrics) fn fate(request: &Request<'_, '_>, tables: &Tables) -> Fate {
    match (request.fate(tables), request.end()) {
        (Fate::Included, Some(End::Withdrawn(_))) => Fate::Excluded("withdrawn"),
        (
            Fate::Included,
            Some(End::Ended {
                is_merged,
                is_reviewed_later,
                ..
            }),
        ) => Fate::Excluded(match (is_merged, is_reviewed_later) {
            (_, true) => "reviewed_after_the_end",
            (true, false) => "merged_without_their_review",
            (false, false) => "closed_without_their_review",
        }),
        (fate, _) => fate,
    }
}
