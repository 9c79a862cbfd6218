//! `review.waiting_hours`: hours in which a pull request waited for somebody's review.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::span_hours;
use crate::domain::{Bucket, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::{FullPullRequest, Key, apart, of_product};
use crate::work::turns::{Asked, Holder, Turn, lives};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.waiting_hours",
    title: "Hours waited for review",
    question: "For how many hours was it a reviewer's turn?",
    definition: "Hours inside the window in which a pull request's turn was with its reviewers, over all pull requests that people opened. Where several \
                 reviewers were pending, each has an equal part. A wait for a team, or for anyone, belongs to nobody in particular. In \
                 the private tree for each person.",
    formula: "Σ over reviewer turns: hours of the turn inside the window / reviewers pending",
    unit: Unit::WorkingHours,
    recipe: Recipe::Sum,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::working_hours("waited_working_hours", "waited (working hours)"),
        NumberDefinition::hours("waited_hours", "waited"),
        NumberDefinition::bare("pull_requests", "pull requests"),
    ],
    about: About::Deeds,
    cohort: Some("the time falls in the bucket"),
    needs: &[
        Need::PullRequests,
        Need::WorkflowRuns,
        Need::Deployments,
        Need::Commits,
    ],
    source: "The turns of `flow.turns`: GitHub timeline events and reviews",
    exclusions: "Pull requests opened by automation are counted apart. Drafts, and time in which it was the author's, a check's or the merger's turn. Pull requests whose instants contradict \
                 each other have no turns and are unknown. A row is one reviewer's part of one turn in one bucket.",
    how_to_read: "It is the work that waits at a desk, in hours: long because much is asked, because little time is left for it, or \
                  both. Read it beside the requests received.",
    can_mislead: "Nights and weekends are inside elapsed hours. Two pull requests that wait for one person at the same time count \
                  twice: it is waiting work, not somebody's time.",
    sql: include_str!("../../../queries/metrics/review.waiting_hours.sql"),
};

/// One reviewer's part of one turn, inside the window and one bucket.
#[derive(Debug, Clone, Copy)]
pub struct WaitingPart {
    /// Whose; `None`: a team's, or anyone's.
    pub person: Option<PersonId>,
    /// From here on.
    pub since: Timestamp,
    /// Until then, exclusive.
    pub until: Timestamp,
    /// Among how many the time is divided.
    pub n_pending: u64,
    /// The bucket that it lies in.
    pub bucket: Bucket,
}

/// The parts of a life's reviewer turns inside the window, cut at the buckets.
#[must_use]
pub fn parts(question: &Question, turns: &[Turn]) -> Vec<WaitingPart> {
    let mut parts = Vec::new();
    let until = question.window.until.min(question.as_of);
    for turn in turns {
        let (Holder::Reviewers(asked), Some(inside)) =
            (&turn.holder, turn.inside(question.window.since, until))
        else {
            continue;
        };
        let mut since = inside.since;
        while since < inside.until {
            let bucket = Bucket::of(since, question.granularity, &question.zone);
            let end = bucket.window(&question.zone).until.min(inside.until);
            if end <= since {
                break;
            }
            parts.extend(asked.iter().map(|one| WaitingPart {
                person: match one {
                    Asked::Person(person) => Some(*person),
                    Asked::Team(_) | Asked::Anyone => None,
                },
                since,
                until: end,
                n_pending: count(asked.len()),
                bucket,
            }));
            since = end;
        }
    }
    parts
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let wholes = of_product(reading);
            let lives = lives(reading, &wholes);
            let mut rows = Vec::new();
            for (whole, life) in wholes.iter().zip(lives.iter()) {
                let fate = apart(reading, whole.pull_request).unwrap_or(Fate::Included);
                match life {
                    Ok(life) => rows.extend(
                        parts(reading.question, &life.turns)
                            .iter()
                            .map(|part| row(reading, whole, part, fate)),
                    ),
                    Err(reason) => {
                        let fate = Fate::Unknown(reason);
                        let row = whole.row(reading, None, None, fate);
                        rows.push(KeyedRow {
                            row,
                            key: whole.key(),
                        });
                    }
                }
            }
            Ok(rows)
        },
        &|_, rows| estimate(reading.question, rows),
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn row(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    part: &WaitingPart,
    fate: Fate,
) -> KeyedRow<Key> {
    let (elapsed, working) = span_hours(reading.question, part.person, part.since, part.until);
    let share = |hours: f64| hours / part.n_pending as f64;
    let value = elapsed.map(share);
    let mut row = whole.row(reading, Some(part.since), value, fate);
    row.bucket = Some(part.bucket);
    row.working_hours = working.map(share);
    row.person = part.person;
    KeyedRow {
        row,
        key: whole.key(),
    }
}

fn estimate(question: &Question, rows: &[&KeyedRow<Key>]) -> Measured {
    let pull_requests: BTreeSet<Key> = rows.iter().map(|row| row.key).collect();
    let waited = rows.iter().filter_map(|row| row.row.value).sum();
    let pull_requests = count(pull_requests.len());
    let working: Option<f64> = rows.iter().map(|row| row.row.working_hours).sum();
    let working = working.filter(|_| question.calendars.team().has_hours());
    let working = working.map(|hours| ("waited_working_hours", Number::Real(hours)));
    let mut value: Vec<_> = working.into_iter().collect();
    value.extend([
        ("waited_hours", Number::Real(waited)),
        ("pull_requests", Number::Count(pull_requests)),
    ]);
    Measured::Value {
        n: count(rows.len()),
        value: Value(value),
        interval: None,
    }
}
