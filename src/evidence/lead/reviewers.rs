//! The reviewer table: who is asked, who reviews, what waits, and what only one person approves.

mod receipts;

use schemars::JsonSchema;
use serde::Serialize;

use self::receipts::receipts;
use super::bottleneck::PULL_REQUESTS_UNREAD;
use super::columns::folded;
use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::PersonId;
use crate::metrics::measure::{LedgerRow, Measured, Number, Unit};
use crate::report::chart::Chart;
use crate::report::document::{Block, Span};
use crate::report::figure::trend;
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::Fate;

pub(super) const INTRO: &str = "How requests for reviews are spread, what waits, and where one person alone approves. Numbers of \
                                people are for talking with them: a long turnaround says something of how much is asked of \
                                somebody, and nothing of their worth.";

/// What tells why somebody of whom nothing was requested may be waited for.
const WAITS_WORDS: &str = "Requested, and the turnaround with its n, are of requests made in the window. What waits now, and the hours \
                           waited in the window, are of earlier requests too, and of pull requests that waited again after a review \
                           without a new request.";

/// One person's load in one product.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reviewer {
    /// Name.
    pub name: String,
    /// First login.
    pub login: Option<String>,
    /// Whether the person leads the team.
    pub is_lead: bool,
    /// Absences, joining, leaving.
    pub read_with: Vec<String>,
    /// Requests received.
    pub requested: u64,
    /// Reviews submitted.
    pub done: u64,
    /// Pull requests reviewed, and of how many the person commented on.
    pub commented_on: Option<[u64; 2]>,
    /// Requests open as of the instant, oldest first.
    pub waiting: Vec<WaitingLine>,
    /// Request → review; `None` where nothing was asked.
    pub turnaround: Option<Turnaround>,
    /// Open requests at the end of a day, on average.
    pub queue_mean: Option<f64>,
    /// Hours of pull requests' lives that waited on the person; `None` where not measured.
    pub waiting_hours: Option<f64>,
    /// The same in working hours, where hours are agreed.
    pub waiting_working_hours: Option<f64>,
    /// Pull requests approved alone, and approved.
    pub sole_approver: Option<[u64; 2]>,
    /// Areas in which nobody else has approved in 180 days.
    pub approves_alone: Vec<String>,
    /// Areas in which nobody else has reviewed in 180 days.
    pub reviews_alone: Vec<String>,
    #[serde(skip)]
    person: PersonId,
}

/// An open request.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WaitingLine {
    /// `widgets#412`.
    pub pull_request: String,
    /// Its page.
    pub url: Option<String>,
    /// When it was asked for.
    pub asked_on: String,
    /// Hours since.
    pub hours: f64,
    /// The same in working hours of whoever is asked, where hours are agreed.
    pub working_hours: Option<f64>,
}

impl WaitingLine {
    /// How long it has waited, on the agreed clock.
    fn amount(&self) -> (Unit, f64) {
        let working = self.working_hours;
        working.map_or((Unit::Hours, self.hours), |hours| {
            (Unit::WorkingHours, hours)
        })
    }

    /// The same, below a column that says its unit.
    fn words(&self) -> String {
        let (unit, amount) = self.amount();
        quantity::amount(unit, amount)
    }
}

/// Request → review by the person.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Turnaround {
    /// Requests behind it, open ones included.
    pub n: u64,
    /// Open ones among them.
    pub running: u64,
    /// Median in elapsed hours; `None` with too few, or while not even half have ended.
    pub p50: Option<f64>,
    /// 90 % quantile in elapsed hours.
    pub p90: Option<f64>,
    /// Median in working hours, where hours are agreed.
    pub working_p50: Option<f64>,
    /// 90 % quantile in working hours, where hours are agreed.
    pub working_p90: Option<f64>,
    /// 80 % interval of the median in working hours, where hours are agreed; else of the one in elapsed hours.
    pub interval: Option<[f64; 2]>,
}

impl Turnaround {
    /// The median on the agreed clock.
    fn median(&self) -> Option<(Unit, f64)> {
        let working = self.working_p50.map(|hours| (Unit::WorkingHours, hours));
        working.or_else(|| Some((Unit::Hours, self.p50?)))
    }
}

/// Everybody's load, by name.
pub(super) fn reviewers(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
) -> Vec<Reviewer> {
    let of = product.name.as_str();
    let one = |person: PersonId| {
        let areas =
            |only: fn(&crate::metrics::review::areas::AreaReviewers) -> Option<PersonId>| {
                let found = product.reviewers.iter().filter(|(_, area)| {
                    only(area) == Some(person) && area.n_reviewed() >= sources.question.minimum_n
                });
                found.map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
        let number = |metric: &str, name: &str| count(names, metric, of, person, name);
        let pair = |metric: &str, hits: &str, all: &str| {
            Some([
                count(names, metric, of, person, hits)?,
                count(names, metric, of, person, all)?,
            ])
        };
        let waited = |name: &str| {
            names
                .value("review.waiting_hours", of, person)
                .and_then(|value| value.get(name))
        };
        Reviewer {
            name: names.name(person),
            login: names.login(person),
            is_lead: names.is_lead(person),
            read_with: names.read_with(person),
            requested: number("review.requested", "count").unwrap_or_default(),
            done: number("review.done", "count").unwrap_or_default(),
            commented_on: pair("review.done", "commented_on", "pull_requests"),
            waiting: waiting(names, of, person),
            turnaround: turnaround(names, of, person),
            queue_mean: names
                .value("review.queue", of, person)
                .and_then(|value| value.get("mean_open")),
            waiting_hours: waited("waited_hours"),
            waiting_working_hours: waited("waited_working_hours"),
            sole_approver: sole_approver(names, of, person),
            approves_alone: areas(crate::metrics::review::areas::AreaReviewers::only_approver),
            reviews_alone: areas(crate::metrics::review::areas::AreaReviewers::only_reviewer),
            person,
        }
    };
    names.reviewers(of).into_iter().map(one).collect()
}

fn count(
    names: &Names<'_>,
    metric: &str,
    product: &str,
    person: PersonId,
    name: &str,
) -> Option<u64> {
    let numbers = &names.value(metric, product, person)?.0;
    numbers.iter().find_map(|(key, number)| match number {
        Number::Count(count) if *key == name => Some(*count),
        _ => None,
    })
}

/// Alone and all, also where there are too few for a share.
fn sole_approver(names: &Names<'_>, product: &str, person: PersonId) -> Option<[u64; 2]> {
    let rows = names.rows("review.sole_approver", product, person);
    let included = |row: &&&LedgerRow| row.fate == Fate::Included;
    let all = rows.iter().filter(included).count();
    let alone = rows
        .iter()
        .filter(included)
        .filter(|row| row.value == Some(1.0))
        .count();
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    (all > 0).then(|| [count(alone), count(all)])
}

fn waiting(names: &Names<'_>, product: &str, person: PersonId) -> Vec<WaitingLine> {
    let mut lines: Vec<WaitingLine> = names
        .rows("review.waiting", product, person)
        .iter()
        .filter(|row| row.fate == Fate::Included)
        .filter_map(|row| {
            let (pull_request, url) = match names.link(row) {
                Span::Link { text, url } => (text, Some(url)),
                Span::Text(text) => (text, None),
                _ => return None,
            };
            Some(WaitingLine {
                pull_request,
                url,
                asked_on: names.date(row.at?).to_string(),
                hours: row.value?,
                working_hours: row.working_hours,
            })
        })
        .collect();
    lines.sort_by(|a, b| {
        b.hours
            .total_cmp(&a.hours)
            .then_with(|| a.pull_request.cmp(&b.pull_request))
    });
    lines
}

fn turnaround(names: &Names<'_>, product: &str, person: PersonId) -> Option<Turnaround> {
    let cell = names.figure("review.turnaround", product, person)?;
    let rows = names.rows("review.turnaround", product, person);
    let running = rows.iter().filter(|row| row.is_running).count();
    let (value, interval) = match &cell.measured {
        Measured::Value {
            value, interval, ..
        } => (Some(value), *interval),
        _ => (None, None),
    };
    let get = |name| value.and_then(|value| value.get(name));
    (cell.ledger.included > 0).then(|| Turnaround {
        n: cell.ledger.included,
        running: u64::try_from(running).unwrap_or(u64::MAX),
        p50: get("p50"),
        p90: get("p90"),
        working_p50: get("working_p50"),
        working_p90: get("working_p90"),
        interval,
    })
}

/// Writes the table, what to read it with, and everybody's receipts.
pub(super) fn write(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    (product, number): (&ProductSources, usize),
    reviewers: &[Reviewer],
    blocks: &mut Vec<Block>,
) {
    let heading = |text: &str| Block::Heading(2, vec![Span::text(text)]);
    blocks.push(heading("Everybody's reviews"));
    if !names.is_observed("review.requested", &product.name) {
        blocks.push(Block::Paragraph(vec![Span::text(PULL_REQUESTS_UNREAD)]));
        return;
    }
    let unit = sources.question.wait_unit();
    blocks.extend(folded(table(&product.name, reviewers, unit), 1));
    let waited = reviewers
        .iter()
        .any(|row| !row.waiting.is_empty() || row.waiting_hours.is_some_and(|hours| hours > 0.0));
    if waited {
        blocks.push(Block::Paragraph(vec![Span::text(WAITS_WORDS)]));
    }
    let queue = sources
        .measures
        .iter()
        .find(|measure| measure.definition.id == "review.queue");
    let question = sources.question;
    if let Some(chart) =
        queue.and_then(|queue| trend(queue, &product.name, question.window, &question.zone))
    {
        // Names of products may differ in letters that no file has.
        let id = format!("queue-{number}-{}", product.name);
        blocks.push(Block::Chart(Box::new(Chart { id, ..chart })));
    }
    let notes: Vec<Vec<Span>> = reviewers
        .iter()
        .filter(|row| !row.read_with.is_empty())
        .map(|row| {
            vec![
                Span::Strong(row.name.clone()),
                Span::text(format!(": {}", row.read_with.join("; "))),
            ]
        })
        .collect();
    if !notes.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text("To be read with:")]));
        blocks.push(Block::Bullets(notes));
    }
    for row in reviewers {
        let receipts = receipts(sources, names, &product.name, row);
        if !receipts.is_empty() {
            blocks.push(Block::Details {
                summary: format!("Receipts: {}", row.name),
                blocks: receipts,
            });
        }
    }
}

fn table(product: &str, reviewers: &[Reviewer], unit: Unit) -> Table {
    let is_working = unit == Unit::WorkingHours;
    let has_hours = reviewers.iter().any(|row| row.waiting_hours.is_some());
    let mut columns = vec![
        Column::text("Person"),
        Column::number("Requested"),
        Column::number("Reviews done"),
        Column::number("Waiting now"),
        Column::number(if is_working {
            "Oldest, working hours"
        } else {
            "Oldest"
        }),
        Column::number(if is_working {
            "Turnaround, median of working hours"
        } else {
            "Turnaround, median"
        }),
        Column::number("80 % interval"),
        Column::number("n"),
        Column::number("Commented on"),
        Column::number("Queue, mean a day"),
    ];
    if has_hours {
        columns.push(Column::number(if is_working {
            "Waiting, working hours"
        } else {
            "Waiting hours"
        }));
    }
    columns.push(Column::number("Approved alone"));
    columns.push(Column::text("Areas they alone approve"));
    let row = |row: &Reviewer| {
        let of =
            |pair: Option<[u64; 2]>| {
                TableCell::number(pair.map(|[hits, of]| {
                    format!("{} of {}", quantity::count(hits), quantity::count(of))
                }))
            };
        let waits = row.turnaround.as_ref();
        let interval = waits.and_then(|found| {
            let (unit, median) = found.median()?;
            let [low, high] = quantity::interval(unit, median, found.interval?);
            Some(format!("{low} – {high}"))
        });
        let median = waits.map_or_else(
            || TableCell::Missing(Some("no request to measure".to_owned())),
            |found| {
                found.median().map_or_else(
                    || {
                        TableCell::Missing(Some(
                            "too few requests, or too few have ended".to_owned(),
                        ))
                    },
                    |(unit, median)| TableCell::Number(quantity::amount(unit, median)),
                )
            },
        );
        let name = if row.is_lead {
            format!("{} (lead)", row.name)
        } else {
            row.name.clone()
        };
        let mut cells = vec![
            TableCell::Text(name),
            TableCell::Number(quantity::count(row.requested)),
            TableCell::Number(quantity::count(row.done)),
            TableCell::Number(row.waiting.len().to_string()),
            TableCell::number(row.waiting.first().map(WaitingLine::words)),
            median,
            TableCell::number(interval),
            TableCell::Number(quantity::count(waits.map_or(0, |found| found.n))),
            of(row.commented_on),
            TableCell::number(row.queue_mean.map(quantity::plain)),
        ];
        if has_hours {
            let working = row.waiting_working_hours;
            cells.push(TableCell::number(working.map_or_else(
                || row.waiting_hours.map(quantity::hours),
                |hours| Some(quantity::working_hours(hours)),
            )));
        }
        cells.push(of(row.sole_approver));
        cells.push(TableCell::Text(if row.approves_alone.is_empty() {
            "none".to_owned()
        } else {
            row.approves_alone.join(", ")
        }));
        cells
    };
    Table {
        title: format!("Reviews of {product}, by name"),
        columns,
        rows: reviewers.iter().map(row).collect(),
        n_omitted: 0,
    }
}
