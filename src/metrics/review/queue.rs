//! `review.queue`: open requests at the end of every day, replayed from events.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::domain::{Bucket, Elapsed, PersonId, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::drawn::{Drawn, Material, QueueDay};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Recipe, Thing, Unit,
    Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::of_product;
use crate::work::requests::{End, Request, replay};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "review.queue",
    title: "Review queue",
    question: "How long is the queue of reviews at the end of a day?",
    definition: "Open requests at the end of each day (in the team's time zone), replayed from the events: made by then, and not yet \
                 reviewed, withdrawn or overtaken by the end of the pull request. Printed are the mean over all days, the most on one \
                 day, the requests that came and went, and the age of the oldest. In the private tree for each person asked.",
    formula: "Σ open requests at the end of each day / days",
    unit: Unit::Count("open requests"),
    recipe: Recipe::Whole,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("mean_open", "mean open", Unit::Count("open requests")),
        NumberDefinition::bare("most_open", "most open"),
        NumberDefinition::bare("arrivals", "arrivals"),
        NumberDefinition::bare("departures", "departures"),
        NumberDefinition::bare("days", "days"),
        NumberDefinition::hours("oldest_hours", "oldest"),
    ],
    about: About::Deeds,
    cohort: Some("the day falls in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `ReviewRequestedEvent`, `ReviewRequestRemovedEvent`, `PullRequestReview.submittedAt`; Little (1961) for the \
             relation of queue, arrivals and wait",
    exclusions: "Requests to bots and to the pull request's own author, repeated ones, removals of what nobody had asked for, and \
                 requests made after the end are counted apart.",
    how_to_read: "A queue that stays longer than a day's departures means that a new request waits more than a day. More arrivals than \
                  departures for weeks is a queue that will not clear by itself.",
    can_mislead: "Days without work count too, and nothing leaves on them. A request to a team is in the team's queue and in nobody's. \
                  Requests on drafts are in the queue, though a draft waits for its author: `review.waiting` leaves them out.",
    sql: include_str!("../../../queries/metrics/review.queue.sql"),
};

/// One day of one queue.
#[derive(Debug, Clone, Copy, Default)]
struct Day {
    /// Its date; tells apart what is summed over people and repositories.
    on: Date,
    open: u64,
    arrived: u64,
    departed: u64,
    /// The oldest open request's age at the day's end, in hours.
    oldest: Option<f64>,
}

/// Whose queue: a person's, or (`None`) that of all teams asked.
type Owner = (RepositoryId, Option<PersonId>);

/// The days that end inside the window and not after the as-of instant, with their ends.
#[derive(Debug)]
struct Days {
    ends: Vec<(Date, Timestamp)>,
}

impl Days {
    fn of(question: &Question) -> Self {
        let until = question.window.until.min(question.as_of);
        let mut day = question.zone.to_datetime(question.window.since).date();
        let mut ends = Vec::new();
        loop {
            let next = day.saturating_add(1.day());
            let Ok(end) = question.zone.to_timestamp(next.at(0, 0, 0, 0)) else {
                break;
            };
            if end > until || next == day {
                break;
            }
            ends.push((day, end));
            day = next;
        }
        Self { ends }
    }

    /// The day that an instant falls on: the first that ends after it.
    fn of_instant(&self, at: Timestamp) -> usize {
        self.ends.partition_point(|(_, end)| *end <= at)
    }

    /// How many there are, by bucket and (under `None`) in the window.
    fn counts(&self, question: &Question) -> BTreeMap<Option<Bucket>, u64> {
        let mut counts = BTreeMap::new();
        for (day, _) in &self.ends {
            for bucket in [None, Some(Bucket::of_date(*day, question.granularity))] {
                *counts.entry(bucket).or_default() += 1;
            }
        }
        counts
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let days = Days::of(reading.question);
    let counts = days.counts(reading.question);
    let wholes = of_product(reading);
    let requests = replay(reading, &wholes);
    let mut by_day: BTreeMap<Date, QueueDay> = days.ends.iter().map(|(on, _)| empty(*on)).collect();
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES.and_people(),
        &|| {
            let mut rows = queue_rows(reading, &days, &requests);
            rows.extend(apart_rows(reading, &requests));
            Ok(rows)
        },
        &|bucket, rows| estimate(counts.get(&bucket).copied().unwrap_or_default(), rows),
    )?;
    for queue in queues(reading, &days, &requests).into_values() {
        let mut open: i64 = 0;
        for ((day, step), (on, _)) in queue.days.iter().zip(&queue.steps).zip(&days.ends) {
            open += step;
            if let Some(sum) = by_day.get_mut(on) {
                sum.open += u64::try_from(open).unwrap_or_default();
                sum.arrived += day.arrived;
                sum.departed += day.departed;
                sum.oldest = match (sum.oldest, day.oldest) {
                    (Some(a), Some(b)) => Some(a.max(b)),
                    (a, b) => a.or(b),
                };
            }
        }
    }
    measure.drawn.push(Drawn {
        product: reading.product.name.clone(),
        material: Material::Queue(by_day.into_values().collect()),
    });
    Ok(measure)
}

/// A day on which nothing is in the queue.
const fn empty(on: Date) -> (Date, QueueDay) {
    let day = QueueDay {
        on,
        open: 0,
        arrived: 0,
        departed: 0,
        oldest: None,
    };
    (on, day)
}

/// One owner's queue over all days: changes of its length, and the oldest request at each day's end.
struct Queue {
    days: Vec<Day>,
    /// By day: how much longer the queue is than the day before.
    steps: Vec<i64>,
    /// By day: the next one whose oldest request is not known yet (path-compressed).
    unfilled: Vec<usize>,
}

impl Queue {
    fn new(n: usize) -> Self {
        Self {
            days: vec![Day::default(); n],
            steps: vec![0; n + 1],
            unfilled: (0..=n).collect(),
        }
    }

    fn next_unfilled(&mut self, from: usize) -> usize {
        let mut at = from;
        while let Some(next) = self.unfilled.get(at).copied().filter(|next| *next != at) {
            let after = self.unfilled.get(next).copied().unwrap_or(next);
            if let Some(slot) = self.unfilled.get_mut(at) {
                *slot = after;
            }
            at = next;
        }
        at
    }

    /// Adds a request that is open at the ends of some days. Older requests are added first.
    fn add(&mut self, from: usize, to: usize, at: Timestamp, days: &Days) {
        if let Some(step) = self.steps.get_mut(from) {
            *step += 1;
        }
        if let Some(step) = self.steps.get_mut(to) {
            *step -= 1;
        }
        let mut day = self.next_unfilled(from);
        while day < to {
            let age = days
                .ends
                .get(day)
                .and_then(|(_, end)| Elapsed::between(at, *end));
            if let Some(slot) = self.days.get_mut(day) {
                slot.oldest = age.map(Elapsed::hours);
            }
            if let Some(slot) = self.unfilled.get_mut(day) {
                *slot = day + 1;
            }
            day = self.next_unfilled(day);
        }
    }
}

/// Every owner's queue. Linear in the requests and in owners times days.
fn queues(
    reading: &Reading<'_>,
    days: &Days,
    requests: &[Request<'_, '_>],
) -> BTreeMap<Owner, Queue> {
    let n = days.ends.len();
    let mut counted: Vec<&Request<'_, '_>> = requests
        .iter()
        .filter(|request| request.fate(reading.tables) == Fate::Included)
        .collect();
    counted.sort_by_key(|request| request.at);
    let mut queues: BTreeMap<Owner, Queue> = BTreeMap::new();
    for request in counted {
        let left_at = request.end().and_then(End::at);
        if left_at.is_some_and(|at| at < reading.question.window.since) {
            continue;
        }
        let owner = (
            request.whole.pull_request.repository,
            request.asked.person(),
        );
        let queue = queues.entry(owner).or_insert_with(|| Queue::new(n));
        let from = days.of_instant(request.at);
        let to = left_at.map_or(n, |at| days.of_instant(at));
        queue.add(from, to, request.at, days);
        if let Some(day) = queue
            .days
            .get_mut(from)
            .filter(|_| request.at >= reading.question.window.since)
        {
            day.arrived += 1;
        }
        if let Some(day) = queue.days.get_mut(to).filter(|_| left_at.is_some()) {
            day.departed += 1;
        }
    }
    queues
}

/// A row for every owner and day on which something is in the queue, comes or goes.
fn queue_rows(
    reading: &Reading<'_>,
    days: &Days,
    requests: &[Request<'_, '_>],
) -> Vec<KeyedRow<Day>> {
    let mut rows = Vec::new();
    for ((repository, person), queue) in queues(reading, days, requests) {
        let mut open: i64 = 0;
        for ((mut day, step), (date, end)) in
            queue.days.into_iter().zip(queue.steps).zip(&days.ends)
        {
            open += step;
            day.on = *date;
            day.open = u64::try_from(open).unwrap_or_default();
            if day.open + day.arrived + day.departed == 0 {
                continue;
            }
            let row = LedgerRow {
                origin: None,
                product: reading.product.name.clone(),
                repository: Some(repository),
                areas: [].into(),
                subject: Thing::Day(*date).called(format!(
                    "{date}: {} open, {} came, {} went",
                    day.open, day.arrived, day.departed
                )),
                link: None,
                at: Some(*end),
                bucket: Some(Bucket::of_date(*date, reading.question.granularity)),
                value: Some(as_real(day.open)),
                working_hours: None,
                is_running: false,
                person,
                authors: Arc::default(),
                fate: Fate::Included,
            };
            rows.push(KeyedRow { row, key: day });
        }
    }
    rows
}

/// The events that are in nobody's queue.
fn apart_rows(reading: &Reading<'_>, requests: &[Request<'_, '_>]) -> Vec<KeyedRow<Day>> {
    let row = |request: &Request<'_, '_>| {
        let fate = request.fate(reading.tables);
        let mut row = request.whole.row(reading, Some(request.at), None, fate);
        row.person = request.human(reading.tables);
        KeyedRow {
            row,
            key: Day::default(),
        }
    };
    requests
        .iter()
        .filter(|request| reading.question.window.contains(request.at))
        .filter(|request| request.fate(reading.tables) != Fate::Included)
        .map(row)
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn as_real(n: u64) -> f64 {
    n as f64
}

fn estimate(n_days: u64, rows: &[&KeyedRow<Day>]) -> Measured {
    let n = count(rows.len());
    let mut by_day: BTreeMap<Date, u64> = BTreeMap::new();
    for row in rows {
        *by_day.entry(row.key.on).or_default() += row.key.open;
    }
    if n_days == 0 {
        return Measured::TooFew { n };
    }
    let total = as_real(by_day.values().sum());
    let sum = |part: fn(&Day) -> u64| Number::Count(rows.iter().map(|row| part(&row.key)).sum());
    let mut value = vec![
        ("mean_open", Number::Real(total / as_real(n_days))),
        (
            "most_open",
            Number::Count(by_day.values().copied().max().unwrap_or_default()),
        ),
        ("arrivals", sum(|day| day.arrived)),
        ("departures", sum(|day| day.departed)),
        ("days", Number::Count(n_days)),
    ];
    let oldest = rows.iter().filter_map(|row| row.key.oldest);
    if let Some(oldest) = oldest.reduce(f64::max) {
        value.push(("oldest_hours", Number::Real(oldest)));
    }
    Measured::Value {
        n,
        value: Value(value),
        interval: None,
    }
}
