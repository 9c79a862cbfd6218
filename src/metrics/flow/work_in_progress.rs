//! `flow.work_in_progress`: open pull requests at the end of each day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::{Bucket, Origin, PersonId, RepositoryId, Window};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Recipe, Thing, Unit,
    Value,
};
use crate::metrics::number::NumberDefinition;
use crate::work::pull_requests::{FullPullRequest, apart, of_product};
use crate::work::turns::{Life, lives};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.work_in_progress",
    title: "Work in progress",
    question: "How many pull requests are open at once?",
    definition: "Open pull requests of humans that are no drafts, at the end of each day of the configured time zone. Every day of the window \
                 counts, also one without any: the median, the highest, and the last day's number.",
    formula: "count of pull requests that are open and ready at the end of the day",
    unit: Unit::Count("open pull requests"),
    recipe: Recipe::Whole,
    floor: Floor::One,
    numbers: &[
        NumberDefinition::of("median", "median", Unit::Count("open pull requests")),
        NumberDefinition::bare("highest", "highest"),
        NumberDefinition::bare("last_day", "last day"),
        NumberDefinition::bare("days", "days"),
    ],
    about: About::Deeds,
    cohort: Some("the day is in the bucket"),
    needs: &[Need::PullRequests],
    source: "GitHub `PullRequest.createdAt`, `closedAt`, `ReadyForReviewEvent`, `ConvertToDraftEvent`, `ClosedEvent`, `ReopenedEvent`",
    exclusions: "Drafts, pull requests opened by automation, and those whose end lies before their opening are not counted; nor is a pull \
                 request while it was closed between two openings. A day that is not over at the as-of instant has no number.",
    how_to_read: "By Little's law the wait grows with what is open at once. A rising median with the same number of merges a week says that more \
                  is begun than finished.",
    can_mislead: "Work that is not in a pull request yet is not seen. Forgotten pull requests lift the line for ever: see what needs fresh eyes.",
    sql: include_str!("../../../queries/metrics/flow.work_in_progress.sql"),
};

/// A day and its end.
pub(super) type Day = (Date, Timestamp);

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let days = days(reading.question);
    measure_rows(
        &DEFINITION,
        reading,
        Depth::REPOSITORIES,
        &|| Ok(rows(reading, &days)),
        &|_, rows| estimate(rows),
    )
}

/// The days that end inside the window.
pub(super) fn days(question: &Question) -> Vec<Day> {
    let mut days = Vec::new();
    let mut day = question.zone.to_datetime(question.window.since).date();
    let last = question.window.until.min(question.as_of);
    while let Ok(next) = day.tomorrow() {
        let end = Bucket::start_of(next, &question.zone);
        if end > last {
            break;
        }
        days.push((day, end));
        day = next;
    }
    days
}

/// Where a day's row stands: a repository's day, of which there is a row for each origin that the product has.
type Place = (RepositoryId, Date);

/// One row a repository, origin and day, with the number of its open pull requests.
fn rows(reading: &Reading<'_>, days: &[Day]) -> Vec<KeyedRow<Place>> {
    let wholes = of_product(reading);
    let lives = lives(reading, &wholes);
    let counted: Vec<(&FullPullRequest<'_>, &Life)> = wholes
        .iter()
        .zip(lives.iter())
        .filter(|(whole, _)| apart(reading, whole.pull_request).is_none())
        .filter_map(|(whole, life)| Some((whole, life.as_ref().ok()?)))
        .collect();
    let mut origins: BTreeSet<Origin> = BTreeSet::new();
    origins.extend(
        counted
            .iter()
            .map(|(whole, _)| whole.origin(reading.tables)),
    );
    if origins.is_empty() {
        origins.insert(Origin::NoEvidence);
    }
    let repositories = reading.product.repositories.iter();
    let mut changes: BTreeMap<(RepositoryId, Origin), (Vec<i64>, Authors)> = repositories
        .flat_map(|repository| origins.iter().map(|origin| (*repository, *origin)))
        .map(|key| (key, (vec![0; days.len() + 1], Authors::default())))
        .collect();
    for (whole, life) in counted {
        let key = (whole.pull_request.repository, whole.origin(reading.tables));
        if let Some((changes, authors)) = changes.get_mut(&key) {
            for span in &life.ready {
                if let Some((first, after)) = add(changes, days, *span) {
                    authors.add(first, after, whole.answers_for(reading.tables));
                }
            }
        }
    }
    let mut rows = Vec::new();
    for ((repository, origin), (changes, mut authors)) in changes {
        let mut open = 0;
        for (at, ((day, end), change)) in days.iter().zip(changes).enumerate() {
            open += change;
            let mut row = row(reading, repository, (*day, *end), open);
            row.authors = authors.of_day(at, reading.question.minimum_people);
            row.origin = Some(origin);
            rows.push(KeyedRow {
                row,
                key: (repository, *day),
            });
        }
    }
    rows
}

/// Whose pull requests are open, from day to day.
#[derive(Debug, Default)]
struct Authors {
    /// By day: who has one more open, or one less.
    steps: BTreeMap<usize, Vec<(PersonId, i64)>>,
    open: BTreeMap<PersonId, i64>,
    last: Arc<[PersonId]>,
}

impl Authors {
    fn add(&mut self, first: usize, after: usize, author: Option<PersonId>) {
        if let Some(author) = author {
            self.steps.entry(first).or_default().push((author, 1));
            self.steps.entry(after).or_default().push((author, -1));
        }
    }

    /// Those of a day; no more than `enough`, since more people say nothing more. Days come in order.
    fn of_day(&mut self, day: usize, enough: usize) -> Arc<[PersonId]> {
        if let Some(steps) = self.steps.remove(&day) {
            for (author, step) in steps {
                *self.open.entry(author).or_default() += step;
            }
            self.open.retain(|_, n| *n > 0);
            self.last = self.open.keys().copied().take(enough).collect();
        }
        Arc::clone(&self.last)
    }
}

/// Adds a span to the days at whose end it was running, and tells them: from the first end after its start to the last by its
/// own end, exclusive.
fn add(changes: &mut [i64], days: &[Day], span: Window) -> Option<(usize, usize)> {
    let first = days.partition_point(|(_, end)| *end <= span.since);
    let after = days.partition_point(|(_, end)| *end <= span.until);
    if first >= after {
        return None;
    }
    if let Some(change) = changes.get_mut(first) {
        *change += 1;
    }
    if let Some(change) = changes.get_mut(after) {
        *change -= 1;
    }
    Some((first, after))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn row(reading: &Reading<'_>, repository: RepositoryId, (day, end): Day, open: i64) -> LedgerRow {
    LedgerRow {
        origin: None,
        product: reading.product.name.clone(),
        repository: Some(repository),
        areas: [].into(),
        subject: Thing::Day(day).called(day.to_string()),
        link: None,
        at: Some(end),
        // The end of a day is the first instant of the next: the day itself decides.
        bucket: Some(Bucket::of_date(day, reading.question.granularity)),
        value: Some(open as f64),
        working_hours: None,
        is_running: false,
        person: None,
        authors: Arc::default(),
        fate: Fate::Included,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sums of counts"
)]
fn estimate(rows: &[&KeyedRow<Place>]) -> Measured {
    let mut by_day: BTreeMap<Date, f64> = BTreeMap::new();
    let mut places: BTreeSet<Place> = BTreeSet::new();
    for row in rows {
        let (_, day) = row.key;
        *by_day.entry(day).or_default() += row.row.value.unwrap_or(0.0);
        places.insert(row.key);
    }
    let last = by_day.values().next_back().copied();
    let mut open: Vec<f64> = by_day.into_values().collect();
    open.sort_by(f64::total_cmp);
    let (Some(median), Some(highest), Some(last)) =
        (quantile(&open, 0.5), open.last().copied(), last)
    else {
        return Measured::TooFew { n: 0 };
    };
    Measured::Value {
        n: count(places.len()),
        value: Value(vec![
            ("median", Number::Real(median)),
            ("highest", Number::Count(highest as u64)),
            ("last_day", Number::Count(last as u64)),
            ("days", Number::Count(count(open.len()))),
        ]),
        interval: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_at_the_ends_of_days_that_it_reaches() {
        let at = |hours: i64| {
            let start: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
            start + jiff::SignedDuration::from_hours(hours)
        };
        let days: Vec<Day> = (1..=3)
            .map(|day| (jiff::civil::date(2026, 3, 1 + day), at(24 * i64::from(day))))
            .collect();
        let check = |since, until, expected: [i64; 3]| {
            let mut changes = vec![0; 4];
            let (since, until) = (at(since), at(until));
            add(&mut changes, &days, Window { since, until });
            let mut open = 0;
            let found: Vec<i64> = changes
                .iter()
                .take(3)
                .map(|change| {
                    open += change;
                    open
                })
                .collect();
            assert_eq!(found, expected, "{since} to {until}");
        };
        check(1, 5, [0, 0, 0]);
        check(1, 30, [1, 0, 0]);
        check(23, 100, [1, 1, 1]);
        check(24, 48, [0, 1, 0]);
        check(-50, 24, [1, 0, 0]);
        check(80, 90, [0, 0, 0]);
    }
}
