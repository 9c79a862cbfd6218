//! `review.first_response`: ready for review → first human comment or review by somebody else.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{span_hours, spoiled};
use crate::domain::{Comment, PullRequestState};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, censored_quantiles, measure_rows};
use crate::metrics::measure::{About, Definition, Floor, KeyedRow, Measure, Recipe, Unit};
use crate::metrics::number::CENSORED_WAIT;
use crate::work::machine_like::Words;
use crate::work::pull_requests::{FullPullRequest, Key, apart as is_apart, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.first_response",
    title: "First response",
    question: "How long does an author wait for the first human word?",
    definition: "Time from the moment a pull request is ready for review to the first comment or review after it by a human other \
                 than its author, whatever was said before; where it became ready more than once, from the last moment before that \
                 word. Pull requests still waiting count with their time so far (Kaplan–Meier). A different question from the \
                 turnaround of a request, and never mixed with it.",
    formula: "first_human_comment_or_review_at − ready_at",
    unit: Unit::WorkingHours,
    recipe: Recipe::CensoredMedian,
    floor: Floor::MinimumN,
    numbers: CENSORED_WAIT,
    about: About::Deeds,
    cohort: Some("ready in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `ReadyForReviewEvent`, `PullRequestReview`, `IssueComment`; Kaplan & Meier (1958), Brookmeyer & Crowley (1982)",
    exclusions: "Pull requests opened by automation, still in draft, merged or closed with words from before they were ready alone, or without a \
                 word, are counted apart. Words by bots, by AI reviewers and by the author do not end the wait.",
    how_to_read: "The first word need not be a review: it tells an author that somebody is there. Read turnaround for the reviewer's \
                  side of it.",
    can_mislead: "Where an account of a person answers like a machine, the figure is withheld until the register says what it is. A greeting ends the wait as well as a review does. Words said elsewhere are not seen.",
    sql: include_str!("../../../queries/metrics/review.first_response.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut spoken: HashMap<Key, Vec<&Comment>> = HashMap::new();
    for comment in &reading.tables.facts.comments {
        if comment.created_at < reading.question.as_of {
            let key = (comment.repository, comment.number);
            spoken.entry(key).or_default().push(comment);
        }
    }
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let place = |whole: &FullPullRequest<'_>| {
                let words = spoken.get(&whole.key()).map_or(&[][..], Vec::as_slice);
                let (at, end, is_running, fate) = classify(reading, whole, words)?;
                let (value, working_hours) = match (at, end) {
                    (Some(at), Some(end)) if fate == Fate::Included => {
                        span_hours(reading.question, None, at, end)
                    }
                    _ => (None, None),
                };
                let mut row = whole.row(reading, at, value, fate);
                row.is_running = is_running;
                row.working_hours = working_hours;
                Some(KeyedRow { row, key: () })
            };
            Ok(of_product(reading).iter().filter_map(place).collect())
        },
        &|_, rows| censored_quantiles(DEFINITION.unit, rows),
    )?;
    spoiled::withhold(&mut measure, reading, Words::Any);
    Ok(measure)
}

/// When it was ready, when it was answered, whether it still waits, and whether it counts.
type Placed = (Option<Timestamp>, Option<Timestamp>, bool, Fate);

/// `None`: no concern of the window.
fn classify(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    words: &[&Comment],
) -> Option<Placed> {
    let row = whole.pull_request;
    let ended_at = whole.ended_at(reading.question);
    let answers = whole.answers_for(reading.tables);
    let is_apart = is_apart(reading, row);
    let others = words.iter().filter(|comment| {
        comment.author != answers
            && comment
                .author
                .is_some_and(|person| reading.tables.is_human(person))
    });
    let mut said: Vec<Timestamp> = others
        .map(|comment| comment.created_at)
        .chain(
            whole
                .human_reviews(reading.tables)
                .map(|review| review.submitted_at),
        )
        .collect();
    said.sort_unstable();
    let readiness = whole.readiness();
    // What is said of a draft answers nobody who waits.
    let answer = said
        .iter()
        .find_map(|at| Some((readiness.since(*at)?, *at)));
    let end = ended_at.unwrap_or(reading.question.as_of);
    let answered = answer.filter(|(_, at)| *at <= end);
    let Some(ready_at) = answered
        .map(|(ready_at, _)| ready_at)
        .or_else(|| readiness.since(end))
    else {
        // A draft that ended belongs nowhere; one that is open is listed in the window's ledger.
        return ended_at.is_none().then(|| {
            let fate = Fate::or(is_apart, Fate::Excluded("still_a_draft"));
            (None, None, false, fate)
        });
    };
    if !reading.question.window.contains(ready_at) {
        return None;
    }
    let apart = |own| Some((Some(ready_at), None, false, Fate::or(is_apart, own)));
    match (answered, ended_at) {
        (Some(_), _) | (None, None) if is_apart.is_some() => apart(Fate::Included),
        (Some((_, at)), _) => Some((Some(ready_at), Some(at), false, Fate::Included)),
        (None, Some(_)) if answer.is_some() => apart(Fate::Excluded("answered_after_the_end")),
        (None, Some(ended_at)) if said.first().is_some_and(|at| *at <= ended_at) => {
            apart(Fate::Excluded("answered_before_ready"))
        }
        (None, Some(_)) if row.state == PullRequestState::Merged => {
            apart(Fate::Excluded("merged_without_a_word"))
        }
        (None, Some(_)) => apart(Fate::Excluded("closed_without_a_word")),
        (None, None) => Some((
            Some(ready_at),
            Some(reading.question.as_of),
            true,
            Fate::Included,
        )),
    }
}
