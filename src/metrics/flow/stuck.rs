//! `flow.stuck`: open pull requests that nobody but the author has touched for days.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::PersonId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, full_count, measure_rows};
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Note, Recipe, Unit};
use crate::metrics::number::RATIO;
use crate::tables::Tables;
use crate::work::pull_requests::{FullPullRequest, Key, apart, of_product};
use crate::work::turns::lives;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.stuck",
    title: "Needs fresh eyes",
    question: "Which open work has nobody looked at for days?",
    definition: "Open pull requests that are no drafts and had no event by any human but the author for as many working days as the team has \
                 agreed on, or for 3, among all open ones that are no drafts. The clock starts when it became ready.",
    formula: "open, and working days since max(ready, last event by another human) ≥ the agreement",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::Deeds,
    cohort: None,
    needs: &[Need::PullRequests],
    source: "The team's agreement `stuck_after_working_days`; GitHub reviews, comments and timeline",
    exclusions: "Drafts and pull requests opened by automation are counted apart. Events by bots move nothing.",
    how_to_read: "A list to go through together, with the date since which each stands still: look at it, split it, or close it. It speaks of \
                  work, never of a person.",
    can_mislead: "What is waiting for a release, or is talked about elsewhere, looks stuck. An event is no progress.",
    sql: include_str!("../../../queries/metrics/flow.stuck.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading)),
        &|_, rows| full_count(rows),
    )?;
    let days = reading.question.flow.stuck_after_working_days;
    let text = if reading.question.flow.is_agreed {
        format!("the team has agreed on {days} working days")
    } else {
        format!("{days} working days, since the team has agreed on no other number")
    };
    // The agreement is the team's, not a product's.
    measure.notes.push(Note {
        product: None,
        text,
    });
    Ok(measure)
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<()>> {
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    let open: Vec<(&FullPullRequest<'_>, Option<Timestamp>)> = wholes
        .iter()
        .zip(lives.iter())
        .filter_map(|(whole, life)| {
            let life = life.as_ref().ok().filter(|life| life.is_open)?;
            let ready = life.ready.last().filter(|span| span.until == life.until);
            Some((whole, ready.map(|span| span.since)))
        })
        .collect();
    let touched = last_touched(reading.tables, reading.question.as_of, &open);
    open.into_iter()
        .map(|(whole, ready_since)| {
            let own = match ready_since {
                None => Fate::Excluded("a_draft"),
                Some(_) => Fate::Included,
            };
            let fate = Fate::or(apart(reading, whole.pull_request), own);
            let quiet_since = ready_since.max(touched.get(&whole.key()).copied());
            let days = quiet_since.and_then(|since| {
                reading
                    .question
                    .calendars
                    .team()
                    .working_days_between(since, reading.question.as_of)
            });
            let is_stuck =
                days.is_some_and(|days| days >= reading.question.flow.stuck_after_working_days);
            let counted = (fate == Fate::Included).then_some(if is_stuck { 1.0 } else { 0.0 });
            let mut row = whole.row(reading, quiet_since, counted, fate);
            row.bucket = None;
            row.is_running = is_stuck && fate == Fate::Included;
            KeyedRow { row, key: () }
        })
        .collect()
}

/// The last event by a human other than whoever answers for it before an instant, of the pull requests given.
pub(in crate::metrics) fn last_touched(
    tables: &Tables,
    before: Timestamp,
    open: &[(&FullPullRequest<'_>, Option<Timestamp>)],
) -> HashMap<Key, Timestamp> {
    let authors: HashMap<Key, Option<PersonId>> = open
        .iter()
        .map(|(whole, _)| (whole.key(), whole.answers_for(tables)))
        .collect();
    let facts = &tables.facts;
    let reviews = facts
        .reviews
        .iter()
        .map(|row| ((row.repository, row.number), row.author, row.submitted_at));
    let comments = facts
        .comments
        .iter()
        .map(|row| ((row.repository, row.number), row.author, row.created_at));
    let requests = facts
        .review_requests
        .iter()
        .map(|row| ((row.repository, row.number), row.actor, row.at));
    let timeline = facts
        .timeline
        .iter()
        .map(|row| ((row.repository, row.number), row.actor, row.at));
    let mut last: HashMap<Key, Timestamp> = HashMap::new();
    for (key, who, at) in reviews.chain(comments).chain(requests).chain(timeline) {
        let by_another = who.is_some_and(|who| tables.is_human(who))
            && authors.get(&key).is_some_and(|author| *author != who);
        if by_another && at < before {
            let slot = last.entry(key).or_insert(at);
            *slot = (*slot).max(at);
        }
    }
    last
}
