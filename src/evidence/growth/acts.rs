//! What a person's quarters are told from: rows of the metrics' ledgers and threads of review, found once for everybody.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _};

use crate::domain::{Bucket, Granularity, PersonId, Window, side_by_side};
use crate::evidence::Sources;
use crate::evidence::measures::{ASKED_AWAY, Standing, reviewed};
use crate::metrics::Metric;
use crate::metrics::flow::{first_approval, review_rounds};
use crate::metrics::measure::{LedgerRow, Thing, Unit};
use crate::metrics::review::turnaround;
use crate::work::pull_requests::{Key, of_product};
use crate::work::threads::{self, Thread};
use crate::work::{Fate, Need, Question, Reading};

/// So many quarters are told: two years.
const QUARTERS: i64 = 8;

/// A merged pull request of a person.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) key: Key,
    /// When it was merged.
    pub(super) at: Timestamp,
    pub(super) quarter: Bucket,
    /// Review rounds; `None`: nobody reviewed it before the merge.
    pub(super) rounds: Option<f64>,
    /// How long it waited for its first approval; `None`: that cannot be told, and [`Change::unapproved`] says why.
    pub(super) approval: Option<(Unit, f64)>,
    /// The same in elapsed hours.
    pub(super) elapsed: Option<f64>,
    pub(super) unapproved: Option<&'static str>,
}

/// A review that was asked of a person.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) key: Key,
    /// When it was asked for.
    pub(super) at: Timestamp,
    pub(super) quarter: Bucket,
    pub(super) standing: Standing,
}

/// A thread that somebody opened on a person's change.
#[derive(Debug, Clone)]
pub(super) struct OnOwn {
    pub(super) key: Key,
    pub(super) quarter: Bucket,
    pub(super) thread: Thread,
}

/// What is known of one person, by time.
#[derive(Debug, Clone, Default)]
pub(super) struct Own {
    pub(super) changes: Vec<Change>,
    pub(super) requests: Vec<Request>,
    pub(super) threads: Vec<OnOwn>,
}

impl Own {
    /// When the last of it was.
    pub(super) fn latest(&self) -> Option<Timestamp> {
        let changes = self.changes.iter().map(|one| one.at);
        let requests = self.requests.iter().map(|one| one.at);
        let threads = self.threads.iter().map(|one| one.thread.at);
        changes.chain(requests).chain(threads).max()
    }
}

/// What is known of everybody.
#[derive(Debug)]
pub struct Growth {
    /// From the first one that the record has; at most eight.
    pub(super) quarters: Vec<Bucket>,
    /// From the first of the quarters up to the last instant that evidence may speak of.
    pub(super) window: Window,
    pub(super) of: BTreeMap<PersonId, Own>,
}

impl Growth {
    pub(in crate::evidence) fn of(sources: &Sources<'_>, starts_at: Option<Timestamp>) -> Self {
        let quarters = quarters(sources, starts_at);
        let zone = &sources.past.question.zone;
        let since = quarters.first().map(|first| first.window(zone).since);
        let window = Window {
            since: since.unwrap_or(sources.end()),
            until: sources.end(),
        };
        let mut question: Question = sources.past.question.clone();
        (question.window, question.as_of) = (window, window.until);
        let mut growth = Self {
            quarters,
            window,
            of: BTreeMap::new(),
        };
        let of_each = side_by_side(&sources.past.readings, &|reading| {
            let mut of_product = Self {
                quarters: Vec::new(),
                window,
                of: BTreeMap::new(),
            };
            let reading = reading.at(&question);
            let need = Need::PullRequests;
            if question.missing(reading.product, need).is_none() {
                of_product.changes(&reading);
                of_product.requests(&reading);
                of_product.threads(&reading);
            }
            of_product.of
        });
        for (person, told) in of_each.into_iter().flatten() {
            let own = growth.of.entry(person).or_default();
            own.changes.extend(told.changes);
            own.requests.extend(told.requests);
            own.threads.extend(told.threads);
        }
        for own in growth.of.values_mut() {
            own.changes.sort_by_key(|one| (one.at, one.key));
            own.requests.sort_by_key(|one| (one.at, one.key));
            own.threads.sort_by_key(|one| (one.thread.at, one.key));
        }
        growth
    }

    fn changes(&mut self, reading: &Reading<'_>) {
        let mut changes: BTreeMap<Key, (PersonId, Change)> = BTreeMap::new();
        for row in rows(&review_rounds::METRIC, reading) {
            let (Some(key), Some(at), Some(author)) = (key_of(&row), row.at, row.authors.first())
            else {
                continue;
            };
            // Only what was merged is placed in a quarter of its merge.
            let is_merged = !matches!(row.fate, Fate::Excluded("closed_without_merge"));
            if is_merged {
                let rounds = row.value.filter(|_| row.fate == Fate::Included);
                let change = Change {
                    key,
                    at,
                    quarter: quarter(reading, at),
                    rounds,
                    approval: None,
                    elapsed: None,
                    unapproved: None,
                };
                changes.insert(key, (*author, change));
            }
        }
        for row in first_approval::rows(reading) {
            let change = key_of(&row).and_then(|key| changes.get_mut(&key));
            let Some((_, change)) = change else { continue };
            match row.fate {
                Fate::Included => {
                    change.approval = row.amount(Unit::WorkingHours);
                    change.elapsed = row.value;
                }
                Fate::Excluded(why) | Fate::Unknown(why) => change.unapproved = Some(why),
            }
        }
        for (author, change) in changes.into_values() {
            self.of.entry(author).or_default().changes.push(change);
        }
    }

    fn requests(&mut self, reading: &Reading<'_>) {
        for row in rows(&turnaround::METRIC, reading) {
            let (Some(key), Some(at), Some(person)) = (key_of(&row), row.at, row.person) else {
                continue;
            };
            let day = reading.question.zone.to_datetime(at).date();
            let standing = if reading.question.roster.is_away(person, day) {
                Some(Standing::Apart(ASKED_AWAY))
            } else {
                reviewed(&row)
            };
            if let Some(standing) = standing {
                let own = self.of.entry(person).or_default();
                own.requests.push(Request {
                    key,
                    at,
                    quarter: quarter(reading, at),
                    standing,
                });
            }
        }
    }

    fn threads(&mut self, reading: &Reading<'_>) {
        let threads = threads::of_product(reading);
        for whole in of_product(reading) {
            let Some(author) = whole.authors.first() else {
                continue;
            };
            for thread in threads.of(whole.key()) {
                if self.window.contains(thread.at) {
                    let own = self.of.entry(*author).or_default();
                    own.threads.push(OnOwn {
                        key: whole.key(),
                        quarter: quarter(reading, thread.at),
                        thread: *thread,
                    });
                }
            }
        }
    }
}

fn rows(metric: &Metric, reading: &Reading<'_>) -> Vec<LedgerRow> {
    metric.of(std::slice::from_ref(reading)).rows
}

fn key_of(row: &LedgerRow) -> Option<Key> {
    match row.subject.thing {
        Thing::Numbered(number) => Some((row.repository?, number)),
        _ => None,
    }
}

fn quarter(reading: &Reading<'_>, at: Timestamp) -> Bucket {
    Bucket::of(at, Granularity::Quarter, &reading.question.zone)
}

/// The quarters up to the last day, from the first that the record has: whole ones, wherever the window begins.
fn quarters(sources: &Sources<'_>, starts_at: Option<Timestamp>) -> Vec<Bucket> {
    let zone = &sources.past.question.zone;
    let Some(starts_at) = starts_at.filter(|at| *at < sources.end()) else {
        return Vec::new();
    };
    let last = Bucket::of_date(sources.last_day(), Granularity::Quarter).first_day();
    let earliest = last.saturating_sub((3 * (QUARTERS - 1)).months());
    let window = Window {
        since: Bucket::start_of(earliest, zone).max(starts_at),
        until: sources.end(),
    };
    Bucket::spine(window, Granularity::Quarter, zone)
}
