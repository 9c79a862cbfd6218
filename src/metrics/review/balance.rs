//! `review.balance`: requests for a review that left the queue, to those that came.

use jiff::Timestamp;

use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Ratio, Recipe, Unit, Value,
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

const REQUESTS: Unit = Unit::Count("requests");

static DEFINITION: Definition = Definition {
    id: "review.balance",
    title: "Reviews out to requests in",
    question: "Does reviewing keep up with what is asked for?",
    definition: "Requests for a review that left the queue in the bucket, to those that came in it. One leaves when it is reviewed, withdrawn, \
                 or when its pull request ends without that review. Each event counts where it falls, so a request may come in one \
                 bucket and leave in another. Below 1 the queue grows.",
    formula: "requests that left / requests that came",
    unit: Unit::Count("out to one in"),
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        NumberDefinition::of("balance", "out to one in", Unit::Count("")),
        NumberDefinition::of("arrived", "came", REQUESTS),
        NumberDefinition::of("departed", "left", REQUESTS),
        NumberDefinition::of("reviewed", "left by a review", REQUESTS),
        NumberDefinition::of("withdrawn", "left by a withdrawal", REQUESTS),
        NumberDefinition::of("ended", "left with the pull request", REQUESTS),
    ],
    about: About::Deeds,
    cohort: Some("came or left in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `ReviewRequestedEvent`, `ReviewRequestRemovedEvent`, `PullRequestReview.submittedAt`; the requests of \
             `review.requested`",
    exclusions: "Requests to bots, to AI reviewers and to whoever answers for the pull request, repeated ones, removals of what nobody had \
                 asked for, and requests made after the pull request had ended are counted apart. Whom GitHub no longer names is unknown. \
                 Without a request in it a bucket has no balance.",
    how_to_read: "Read weeks together: a week below 1 is a holiday, a month below 1 is a queue. Where it holds at 1 because few leave by a review, \
                  changes are merged without the one that was asked for. The interval takes both numbers as independent counts, so it \
                  is rather too wide.",
    can_mislead: "It says nothing of how long anybody waits: a queue of a hundred can be in balance. Reviews that nobody asked for are not in it.",
    sql: include_str!("../../../queries/metrics/review.balance.sql"),
};

/// What a request's event does to the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Arrived,
    Reviewed,
    Withdrawn,
    Ended,
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES,
        &|| {
            let wholes = of_product(reading);
            let requests = replay(reading, &wholes);
            let steps = requests
                .iter()
                .flat_map(|request| steps(reading, request).map(move |step| (request, step)));
            // A row is large: how many there are is known before the first is made.
            let steps: Vec<_> = steps.collect();
            let row = |(request, (at, step)): &(&Request<'_, '_>, (Timestamp, Step))| {
                let fate = request.fate(reading.tables);
                let mut row = request.whole.row(reading, Some(*at), None, fate);
                row.person = request.human(reading.tables);
                KeyedRow { row, key: *step }
            };
            Ok(steps.iter().map(row).collect())
        },
        &|_, rows| estimate(rows),
    )
}

/// A request's arrival and its departure, as far as they fall into the window.
fn steps(
    reading: &Reading<'_>,
    request: &Request<'_, '_>,
) -> impl Iterator<Item = (Timestamp, Step)> {
    let departed = request.end().and_then(|end| {
        let step = match end {
            End::Open => return None,
            End::Reviewed(_) => Step::Reviewed,
            End::Withdrawn(_) => Step::Withdrawn,
            End::Ended { .. } => Step::Ended,
        };
        Some((end.at()?, step))
    });
    let departed = departed.filter(|_| request.fate(reading.tables) == Fate::Included);
    let window = reading.question.window;
    [Some((request.at, Step::Arrived)), departed]
        .into_iter()
        .flatten()
        .filter(move |(at, _)| window.contains(*at))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn estimate(rows: &[&KeyedRow<Step>]) -> Measured {
    let n_of = |step: Step| count(rows.iter().filter(|row| row.key == step).count());
    let n = count(rows.len());
    let arrived = n_of(Step::Arrived);
    if arrived == 0 {
        return Measured::NotApplicable {
            because: "no review was asked for".to_owned(),
        };
    }
    let departed = n - arrived;
    // Of two independent counts one is a binomial share of their sum: the odds of its interval are the interval of their ratio.
    let shares = wilson_interval(Ratio {
        hits: departed,
        of: n,
    });
    let odds = |share: f64| share / (1.0 - share);
    let interval = shares.map(|shares| shares.map(odds));
    Measured::Value {
        n,
        value: Value(vec![
            ("balance", Number::Real(departed as f64 / arrived as f64)),
            ("arrived", Number::Count(arrived)),
            ("departed", Number::Count(departed)),
            ("reviewed", Number::Count(n_of(Step::Reviewed))),
            ("withdrawn", Number::Count(n_of(Step::Withdrawn))),
            ("ended", Number::Count(n_of(Step::Ended))),
        ]),
        interval: interval.filter(|ends| ends.iter().all(|end| end.is_finite())),
    }
}
