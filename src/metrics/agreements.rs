//! What the team has agreed with itself, against what was measured: kept, crossed, accepted for a while, or not measured.
//!
//! Thresholds come from the register alone; none ships with the program.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::measure::{Definition, LedgerRow, Measure, Measured, Ratio, Thing, Unit, Value};
use super::{Metric, find};
use crate::domain::{PrNumber, PullRequestState, RepositoryId, side_by_side};
use crate::register::{Limit, Register, nearest};
use crate::tables::Repository;
use crate::work::pull_requests::{apart, of_product};
use crate::work::{Fate, Product, Question, Reading};

/// Whether an agreement holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// It holds.
    Kept,
    /// It does not.
    Crossed,
    /// It does not, and the team has accepted that for a while.
    Accepted {
        /// Why.
        reason: String,
        /// The last quiet day.
        until: Date,
    },
    /// There is no figure to hold it against.
    NotMeasured {
        /// Why not.
        because: String,
    },
}

/// A work item that crosses an agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number there.
    pub number: Option<PrNumber>,
    /// What it is, as it came.
    pub subject: String,
    /// Its page.
    pub link: Option<String>,
    /// Working days that it has waited.
    pub working_days: Option<f64>,
}

/// One agreement held against one scope.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// The metric that it is about.
    pub metric: &'static str,
    /// Product, repository or area.
    pub scope: String,
    /// What was agreed: `share at most 0.2`.
    pub agreed: String,
    /// What was found; `None`: no figure, or an agreement about work items.
    pub found: Option<f64>,
    /// The unit of what was found.
    pub unit: Unit,
    /// Rows behind the figure.
    pub n: Option<u64>,
    /// 80 % interval of what was found; there is one of headline numbers alone.
    pub interval: Option<[f64; 2]>,
    /// Whether it holds.
    pub standing: Standing,
    /// The work items that cross it, where it is about those.
    pub items: Vec<Item>,
}

/// An agreement about what does not exist.
#[derive(Debug, thiserror::Error)]
pub enum BadLimit {
    /// No such metric.
    #[error("`agreements.limit` names `{0}`, which is no metric")]
    Metric(String),
    /// The metric has no such number.
    #[error(
        "`agreements.limit` of `{metric}` names the number `{number}`, which it does not have: {known}"
    )]
    Number {
        /// The metric.
        metric: &'static str,
        /// The name that was meant to be one of its numbers.
        number: String,
        /// The numbers that it has, and the nearest name where there is one.
        known: String,
    },
}

impl BadLimit {
    /// The error of a limit about a number that the metric does not declare; `None` where it does, or names none.
    fn of_number(definition: &'static Definition, limit: &Limit) -> Option<Self> {
        let name = limit.number.as_deref()?;
        let is_share = name == "share" && definition.unit == Unit::Share;
        if is_share || definition.number(name).is_some() {
            return None;
        }
        let names = || definition.numbers.iter().map(|number| number.name);
        let known = nearest(name, names()).map_or_else(
            || format!("it has {}", names().collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        Some(Self::Number {
            metric: definition.id,
            number: name.to_owned(),
            known,
        })
    }
}

/// The metric of what stands still.
const STUCK: &str = "flow.stuck";

/// The measures that a register's agreements are held against: nothing else is measured.
#[must_use]
pub fn asked(register: &Register, readings: &[Reading<'_>]) -> Vec<Measure> {
    let metrics: Vec<&Metric> = metrics_of(register).into_iter().filter_map(find).collect();
    side_by_side(&metrics, &|metric| metric.of(readings))
}

/// The same of what was measured already, with no more of it than they need.
#[must_use]
pub fn of_measures(register: &Register, measures: &[Measure]) -> Vec<Measure> {
    let ids = metrics_of(register);
    let own = measures.iter();
    let own = own.filter(|measure| ids.contains(measure.definition.id));
    own.map(|measure| Measure {
        cells: measure
            .team_cells()
            .filter(|cell| cell.bucket.is_none())
            .cloned()
            .collect(),
        rows: match measure.definition.id {
            STUCK => measure
                .rows
                .iter()
                .filter(|row| stands_still(row))
                .cloned()
                .collect(),
            _ => Vec::new(),
        },
        ..Measure::of(measure.definition)
    })
    .collect()
}

/// The metrics that a register's agreements are about.
#[must_use]
pub fn metrics_of(register: &Register) -> BTreeSet<&str> {
    let agreed = &register.agreements;
    let limits = agreed.limits.iter().map(|limit| limit.metric.as_str());
    let stuck = agreed.stuck_after_working_days.map(|_| STUCK);
    limits.chain(stuck).collect()
}

/// Included are all that are open: the value says which of them stand still.
fn stands_still(row: &LedgerRow) -> bool {
    row.fate == Fate::Included && row.value == Some(1.0)
}

/// What was agreed of first reviews, held against the pull requests of each product; nothing where nothing is agreed.
#[must_use]
pub fn of_first_reviews(register: &Register, readings: &[Reading<'_>]) -> Vec<Agreement> {
    let agreed = register.agreements.first_review_within_working_days;
    agreed.map_or_else(Vec::new, |days| {
        let readings = readings.iter();
        readings
            .map(|reading| first_reviews(days, reading))
            .collect()
    })
}

/// Holds every agreement of the register against the measures of all products, by metric and scope.
///
/// # Errors
/// A limit on a metric that has no measure, or on a number that the metric does not have.
pub fn agreements(
    register: &Register,
    measures: &[Measure],
    readings: &[Reading<'_>],
) -> Result<Vec<Agreement>, BadLimit> {
    let Some(Reading {
        tables, question, ..
    }) = readings.first()
    else {
        return Ok(Vec::new());
    };
    let of_first_reviews = of_first_reviews(register, readings);
    held(
        register,
        measures,
        of_first_reviews,
        &tables.repositories,
        question,
    )
}

/// The same where products were read one after the other: beside the measures of all of them stand their [`of_first_reviews`].
///
/// # Errors
/// As [`agreements`].
pub fn held(
    register: &Register,
    measures: &[Measure],
    of_first_reviews: Vec<Agreement>,
    repositories: &[Repository],
    question: &Question,
) -> Result<Vec<Agreement>, BadLimit> {
    let mut found = Vec::new();
    if question.products.is_empty() {
        return Ok(found);
    }
    for limit in &register.agreements.limits {
        let measure = measures
            .iter()
            .find(|measure| measure.definition.id == limit.metric)
            .ok_or_else(|| BadLimit::Metric(limit.metric.clone()))?;
        if let Some(bad) = BadLimit::of_number(measure.definition, limit) {
            return Err(bad);
        }
        found.extend(against_limit(limit, measure, repositories, question));
    }
    found.extend(of_first_reviews);
    if let Some(days) = register.agreements.stuck_after_working_days {
        let stuck = measures
            .iter()
            .find(|measure| measure.definition.id == STUCK);
        if let Some(measure) = stuck {
            found.extend(question.products.iter().map(|product| {
                let items = measure
                    .rows
                    .iter()
                    .filter(|row| row.product == product.name && stands_still(row))
                    .filter_map(|row| {
                        Some(Item {
                            repository: row.repository?,
                            number: match row.subject.thing {
                                Thing::Numbered(number) => Some(number),
                                _ => None,
                            },
                            subject: row.subject.words.clone(),
                            link: row.link.clone(),
                            working_days: None,
                        })
                    });
                about_items(
                    measure.definition.id,
                    product,
                    format!(
                        "no open pull request is left alone for {}",
                        days_words(days)
                    ),
                    items.collect(),
                )
            }));
        }
    }
    let today = question.zone.to_datetime(question.as_of).date();
    for agreement in &mut found {
        if agreement.standing == Standing::Crossed {
            let accepted = register.accepted.iter().find(|accepted| {
                accepted.metric == agreement.metric
                    && accepted
                        .scope
                        .as_ref()
                        .is_none_or(|scope| scope.eq_ignore_ascii_case(&agreement.scope))
                    && today <= accepted.until
            });
            if let Some(accepted) = accepted {
                agreement.standing = Standing::Accepted {
                    reason: accepted.reason.clone(),
                    until: accepted.until,
                };
            }
        }
    }
    found.sort_by(|a, b| (a.metric, &a.scope, &a.agreed).cmp(&(b.metric, &b.scope, &b.agreed)));
    Ok(found)
}

/// A limit against the window's figure of every scope that it speaks of: products, unless it names a scope.
fn against_limit(
    limit: &Limit,
    measure: &Measure,
    repositories: &[Repository],
    question: &Question,
) -> Vec<Agreement> {
    let words = |scope: &super::measure::Scope| match (&scope.area, scope.repository) {
        (Some(area), _) => area.clone(),
        (None, Some(id)) => repositories
            .iter()
            .find(|row| row.repository == id)
            .map_or_else(String::new, |found| found.name.clone()),
        (None, None) => scope.product.clone(),
    };
    // What a team owns is of products: held against both, one crossing would be told twice.
    let is_of_a_team = |scope: &super::measure::Scope| {
        let mut teams = question.teams.iter();
        teams.any(|team| team.name == scope.product)
    };
    let is_meant = |scope: &super::measure::Scope| match &limit.scope {
        _ if is_of_a_team(scope) => false,
        Some(name) => words(scope).eq_ignore_ascii_case(name),
        None => scope.area.is_none() && scope.repository.is_none(),
    };
    let agreed = limit.words();
    let unit = measure.definition.unit;
    let mut found: Vec<Agreement> = measure
        .team_cells()
        .filter(|cell| cell.bucket.is_none() && is_meant(&cell.scope))
        .map(|cell| {
            let none = |because: String| (None, None, None, Standing::NotMeasured { because });
            let mut unit = unit;
            let (found, n, interval, standing) = match &cell.measured {
                Measured::Value { n, value, interval } => {
                    let name = limit.number.as_deref();
                    match number(measure.definition, value, name) {
                        Some((number, found_unit, is_headline)) => {
                            let interval = interval.filter(|_| is_headline);
                            unit = found_unit;
                            let standing = if limit.holds(number) {
                                Standing::Kept
                            } else {
                                Standing::Crossed
                            };
                            (Some(number), Some(*n), interval, standing)
                        }
                        None => none(format!(
                            "the figure has no number `{}`",
                            limit.number.as_deref().unwrap_or_default()
                        )),
                    }
                }
                Measured::TooFew { n } => none(format!("too few to summarise, n = {n}")),
                Measured::NotObserved { because, .. } => none(format!("not observed: {because}")),
                Measured::NotApplicable { because } => none(format!("not applicable: {because}")),
                Measured::Withheld { .. } => none("withheld".to_owned()),
            };
            Agreement {
                metric: measure.definition.id,
                scope: words(&cell.scope),
                agreed: agreed.clone(),
                found,
                unit,
                n,
                interval,
                standing,
                items: Vec::new(),
            }
        })
        .collect();
    if found.is_empty() {
        let is_team = limit.scope.as_ref().is_some_and(|name| {
            let mut teams = question.teams.iter();
            teams.any(|team| team.name.eq_ignore_ascii_case(name))
        });
        found.push(Agreement {
            metric: measure.definition.id,
            scope: limit.scope.clone().unwrap_or_else(|| {
                question
                    .products
                    .iter()
                    .map(|product| product.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            }),
            agreed,
            found: None,
            unit,
            n: None,
            interval: None,
            standing: Standing::NotMeasured {
                because: if is_team {
                    "it is a team: limits are held against products, areas and repositories"
                        .to_owned()
                } else {
                    "no figure of this scope".to_owned()
                },
            },
            items: Vec::new(),
        });
    }
    found
}

/// The number that a limit is about (`None`: the headline) with its unit, and whether it is the headline.
fn number(definition: &Definition, value: &Value, name: Option<&str>) -> Option<(f64, Unit, bool)> {
    let share = value.ratio().and_then(Ratio::share);
    let headline = definition.headline_unit(value);
    match name {
        None | Some("share") if share.is_some() => Some((share?, headline, true)),
        None => Some((value.headline()?, headline, true)),
        Some(name) => {
            let is_headline = value.0.first().is_some_and(|(first, _)| *first == name);
            let unit = definition
                .number(name)
                .map_or(definition.unit, |declared| declared.unit);
            Some((value.get(name)?, unit, is_headline && share.is_none()))
        }
    }
}

/// Open pull requests that have waited for a first human review longer than agreed.
fn first_reviews(days: f64, reading: &Reading<'_>) -> Agreement {
    let (tables, question) = (reading.tables, reading.question);
    let calendar = question.calendars.team();
    let items = of_product(reading).into_iter().filter_map(|whole| {
        let row = whole.pull_request;
        let is_open = row.state == PullRequestState::Open
            || row
                .closed_at
                .is_none_or(|closed_at| closed_at >= question.as_of);
        let ready_at = row.ready_at.filter(|ready_at| *ready_at < question.as_of)?;
        let waits = is_open
            && apart(reading, row).is_none()
            && whole.human_reviews(tables).next().is_none();
        let waited = calendar.working_days_between(ready_at, question.as_of)?;
        (waits && waited > days).then(|| Item {
            repository: row.repository,
            number: Some(row.number),
            subject: format!("{} {}", row.number, row.title),
            link: Some(row.url.clone()),
            working_days: Some(waited),
        })
    });
    about_items(
        "flow.pickup_time",
        reading.product,
        format!("a first review comes within {}", days_words(days)),
        items.collect(),
    )
}

/// `1 working day`, `2.5 working days`.
fn days_words(days: f64) -> String {
    let plural = if (days - 1.0).abs() < f64::EPSILON {
        ""
    } else {
        "s"
    };
    format!("{days} working day{plural}")
}

fn about_items(
    metric: &'static str,
    product: &Product,
    agreed: String,
    items: Vec<Item>,
) -> Agreement {
    Agreement {
        metric,
        scope: product.name.clone(),
        agreed,
        found: None,
        unit: Unit::Count("pull requests"),
        n: u64::try_from(items.len()).ok(),
        interval: None,
        standing: if items.is_empty() {
            Standing::Kept
        } else {
            Standing::Crossed
        },
        items,
    }
}
