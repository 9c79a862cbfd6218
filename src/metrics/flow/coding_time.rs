//! `flow.coding_time`: first commit authored → opened.

use super::{Placed, durations};
use crate::metrics::Metric;
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::work::pull_requests::{FullPullRequest, apart};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.coding_time",
    title: "Coding time",
    question: "How long is a change worked on before others can see it?",
    definition: "Time from the first commit of a pull request to its opening: the earliest author time in its own commit list.",
    formula: "created_at − first_commit_at",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("opened in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequest.createdAt` and `Commit.authoredDate` of `PullRequest.commits`",
    exclusions: "Pull requests opened by automation are counted apart. One of which not every commit is known is unknown, and so is one \
                 whose commits were all authored after its opening: those that it was opened with were replaced.",
    how_to_read: "A long p75 beside a short cycle time says that work is shown late: nobody can help with what they cannot see.",
    can_mislead: "An author who rebases keeps the author times, one who squashes before the opening keeps only the last: the time is a \
                  lower bound. It is elapsed time, nights and other work included, and says nothing of effort.",
    sql: include_str!("../../../queries/metrics/flow.coding_time.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    durations(&DEFINITION, reading, place, std::convert::identity)
}

fn place(reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> Option<Placed> {
    let row = whole.pull_request;
    let at = row.created_at;
    if !reading.question.window.contains(at) {
        return None;
    }
    if let Some(fate) = apart(reading, row) {
        return Some(Placed::apart(Some(at), fate));
    }
    Some(match row.first_commit_at {
        Some(first) => Placed::span(at, first, at, "first_commit_after_the_opening"),
        None => Placed::apart(Some(at), Fate::Unknown("without_commits")),
    })
}
