//! `absence.resilience`: the team's figures while somebody was away, against the four weeks on either side. Private.

use std::sync::Arc;

use super::found::{Item, Record, What};
use crate::metrics::Metric;
use crate::metrics::aggregate::count;
use crate::metrics::measure::{
    About, Cell, Definition, Floor, Ledger, LedgerRow, Measure, Measured, Number, Recipe, Scope,
    Thing, Unit, Value,
};
use crate::metrics::number::NumberDefinition;
use crate::metrics::survival::{Lifetime, SurvivalCurve};
use crate::work::absences::{Period, Spell, spells};
use crate::work::delivery::deployments;
use crate::work::pull_requests::of_product;
use crate::work::turns::Replay;
use crate::work::{Fate, Missing, Need, Product, Question, Reading, requests};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "absence.resilience",
    title: "Absences",
    question: "Does the work go on while one person is away?",
    definition: "For every declared absence of at least 10 of the person's working days inside the window, per product: reviews that \
                 waited on the person, the person's own events, successful production deployments, merged pull requests, review \
                 turnaround, and the pull requests open and stuck at the end, during the absence and in the four weeks on either side. \
                 Absences with no working day between them are one. Private: the team tree has no figure.",
    formula: "the same figures over [from − 28 days, from), [from, to + 1 day) and [to + 1 day, to + 29 days), each cut to the window and \
              the as-of instant, beside the team's working days in each",
    unit: Unit::Count("reviews that waited on the person"),
    recipe: Recipe::Whole,
    floor: Floor::One,
    numbers: NUMBERS.as_flattened(),
    about: About::Declared,
    cohort: None,
    needs: &[Need::PullRequests, Need::Deployments, Need::Issues],
    source: "Definition of this project; absences from the private register's [[absence]]; the figures as in dora.deployment_frequency, \
             review.turnaround and flow.stuck",
    exclusions: "Shorter absences are counted apart. Within a period: deployments that failed or went elsewhere, merges and requests of \
                 automation, requests withdrawn or overtaken by the end of the pull request. Before the first pull request or deployment \
                 on record nothing is known, and no number is given.",
    how_to_read: "Compare the columns per working day. A two-week absence with stable figures is evidence that the team does not wait on \
                  one person; what waited is a list to hand over next time. It judges the team's resilience, never the person.",
    can_mislead: "A release freeze or a holiday season falls together with absences. Events under the person's account may be scheduled \
                  jobs or automatic merges, and questions kept for the return are not seen. Few turnarounds have no median.",
    sql: include_str!("../../../queries/metrics/absence.resilience.sql"),
};

/// One absence in one product.
#[derive(Debug, Clone)]
pub struct Resilience {
    /// The product.
    pub product: String,
    /// The absence.
    pub spell: Spell,
    /// Before, during, after; `None` for a period of which nothing is seen.
    pub figures: [PeriodFigures; 3],
    /// Every row, by period and kind.
    pub items: Vec<Item>,
}

/// The figures of one period; `None`: not observed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PeriodFigures {
    /// The team's working days.
    pub working_days: Option<f64>,
    /// Successful production deployments.
    pub deployments: Option<u64>,
    /// Merged pull requests of people.
    pub merged: Option<u64>,
    /// Reviews asked for.
    pub turnaround: Option<Turnaround>,
    /// Open at the end, no draft.
    pub open: Option<u64>,
    /// Of those, untouched by anyone but the author for as long as agreed.
    pub stuck: Option<u64>,
    /// Reviews asked of the person that were opened or pending.
    pub waited: Option<u64>,
    /// Events under the person's account.
    pub own_events: Option<u64>,
}

/// Reviews asked for in a period: from the request to the review by the person asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Turnaround {
    /// How many.
    pub n: u64,
    /// How many of them still wait at the as-of instant.
    pub running: u64,
    /// Median hours (Kaplan–Meier), from the minimum n on and where it is reached.
    pub median: Option<f64>,
    /// The same in working hours, where hours are agreed.
    pub working_median: Option<f64>,
    /// 80 % interval of the median: of the one in working hours, where hours are agreed.
    pub interval: Option<[f64; 2]>,
}

/// Every absence that is long enough, in one product; `Err` where its pull requests are not there.
pub fn of_product_absences(reading: &Reading<'_>) -> Result<Vec<Resilience>, Missing> {
    if let Some(missing) = reading
        .question
        .missing(reading.product, Need::PullRequests)
    {
        return Err(missing);
    }
    let long: Vec<Spell> = spells(reading.question)
        .into_iter()
        .filter(|spell| spell.is_long_enough() && reading.tables.is_human(spell.person))
        .collect();
    if long.is_empty() {
        return Ok(Vec::new());
    }
    let wholes = of_product(reading);
    let record = Record {
        reading,
        wholes: &wholes,
        requests: requests::replay(reading, &wholes),
        replay: Replay::of(reading, &wholes),
        deployments: deployments::of_product(reading).ok(),
    };
    let first_opened = wholes.iter().map(|whole| whole.pull_request.created_at);
    let first_opened = first_opened.min();
    let candidates = record
        .deployments
        .iter()
        .flat_map(|found| &found.candidates);
    let first_deployed = candidates
        .filter(|one| one.fate == Fate::Included)
        .map(deployments::Candidate::at)
        .min();
    let one = |spell: Spell| {
        let items = record.items(&spell);
        let figures = spell.periods.map(|period| {
            let is_after = |first: Option<_>| first.is_some_and(|at| at < period.window.until);
            let seen = (is_after(first_opened), is_after(first_deployed));
            figures(reading.question, &period, seen, &items)
        });
        Resilience {
            product: reading.product.name.clone(),
            spell,
            figures,
            items,
        }
    };
    Ok(long.into_iter().map(one).collect())
}

/// The figures of one period from its rows. Before the first record nothing is known: no record is not "none".
fn figures(
    question: &Question,
    period: &Period,
    (has_pull_requests, has_deployments): (bool, bool),
    items: &[Item],
) -> PeriodFigures {
    if period.is_empty() {
        return PeriodFigures::default();
    }
    let rows = |is_it: fn(&What) -> bool| {
        items
            .iter()
            .filter(move |item| item.key.phase == period.phase && is_it(&item.key.what))
            .map(|item| &item.row)
            .filter(|row| row.fate == Fate::Included)
    };
    let n = |is_it: fn(&What) -> bool| has_pull_requests.then(|| count(rows(is_it).count()));
    let stuck = rows(|what| matches!(what, What::Open)).filter(|row| row.value == Some(1.0));
    PeriodFigures {
        working_days: Some(period.working_days),
        deployments: has_deployments
            .then(|| count(rows(|what| matches!(what, What::Deployment)).count())),
        merged: n(|what| matches!(what, What::Merge)),
        turnaround: has_pull_requests
            .then(|| turnaround(question, rows(|what| matches!(what, What::Turnaround)))),
        open: n(|what| matches!(what, What::Open)),
        stuck: has_pull_requests.then(|| count(stuck.count())),
        waited: n(|what| matches!(what, What::Wait { .. })),
        own_events: n(|what| matches!(what, What::Act { .. })),
    }
}

fn turnaround<'a>(question: &Question, rows: impl Iterator<Item = &'a LedgerRow>) -> Turnaround {
    let rows: Vec<&LedgerRow> = rows.collect();
    let n = count(rows.len());
    let lives = |value: fn(&LedgerRow) -> Option<f64>| -> Vec<Lifetime> {
        let life = |row: &&LedgerRow| {
            let hours = value(row)?;
            let is_running = row.is_running;
            Some(Lifetime { hours, is_running })
        };
        rows.iter().filter_map(life).collect()
    };
    let (elapsed, working) = (lives(|row| row.value), lives(|row| row.working_hours));
    let curve = SurvivalCurve::of(&elapsed);
    let is_enough = n > 0 && n >= question.minimum_n;
    let median = curve.quantile(0.5).filter(|_| is_enough);
    let is_worked = median.is_some() && working.len() == elapsed.len();
    let worked = is_worked.then(|| SurvivalCurve::of(&working));
    Turnaround {
        n,
        running: count(elapsed.iter().filter(|life| life.is_running).count()),
        median,
        working_median: worked.as_ref().and_then(|curve| curve.quantile(0.5)),
        interval: median.and_then(|_| worked.as_ref().unwrap_or(&curve).median_interval()),
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let found = match of_product_absences(reading) {
        Ok(found) => found,
        Err(missing) => {
            return Err(missing);
        }
    };
    measure.cells.push(whole(reading.product));
    for one in found {
        let rows: Vec<LedgerRow> = one.items.iter().map(|item| item.row.clone()).collect();
        let ledger = Ledger::of(&rows);
        measure.cells.push(Cell {
            scope: Scope {
                origin: None,
                product: reading.product.name.clone(),
                repository: None,
                area: Some(one.spell.label()),
                person: Some(one.spell.person),
            },
            bucket: None,
            measured: measured(&one, &ledger),
            ledger,
            few: Vec::new(),
        });
        measure.rows.extend(rows);
    }
    measure.rows.extend(short(reading));
    Ok(measure)
}

fn measured(one: &Resilience, ledger: &Ledger) -> Measured {
    let [_, during, _] = &one.figures;
    if during.waited.is_none() {
        return Measured::NotObserved {
            because: "the record of pull requests starts after the absence".to_owned(),
            fix: Some("fetch a deeper past with `--since`".to_owned()),
        };
    }
    Measured::Value {
        n: ledger.included,
        value: value(&one.figures),
        interval: None,
    }
}

/// What the team tree says: that figures of people are not there.
///
/// The sentence is the same whether or not an absence is declared: whether one is stays private too.
fn whole(product: &Product) -> Cell {
    let because = "declared absences are people's own: where there are any, the private tree has their figures";
    Cell {
        scope: Scope {
            origin: None,
            product: product.name.clone(),
            repository: None,
            area: None,
            person: None,
        },
        bucket: None,
        measured: Measured::NotApplicable {
            because: because.to_owned(),
        },
        ledger: Ledger::default(),
        few: Vec::new(),
    }
}

/// Absences without a figure, each a row.
fn short(reading: &Reading<'_>) -> Vec<LedgerRow> {
    let repository = reading.product.repositories.first().copied();
    spells(reading.question)
        .into_iter()
        .filter_map(|spell| {
            let fate = if !reading.tables.is_human(spell.person) {
                Fate::Excluded("not_a_person")
            } else if spell.during().is_empty() {
                Fate::Excluded("outside_the_window")
            } else if !spell.is_long_enough() {
                Fate::Excluded("fewer_than_ten_working_days")
            } else {
                return None;
            };
            Some(LedgerRow {
                origin: None,
                product: reading.product.name.clone(),
                repository,
                areas: [spell.label()].into(),
                subject: Thing::Person.called("absence"),
                link: None,
                at: None,
                bucket: None,
                value: None,
                working_hours: None,
                is_running: false,
                person: Some(spell.person),
                authors: Arc::default(),
                fate,
            })
        })
        .collect()
}

/// The numbers of a period, under names that start with its word.
macro_rules! numbers {
    ($phase:literal) => {
        [
            NumberDefinition::of(
                concat!($phase, "_waited"),
                concat!($phase, " waited"),
                Unit::Count("reviews that waited on the person"),
            ),
            NumberDefinition::bare(
                concat!($phase, "_own_events"),
                concat!($phase, " own events"),
            ),
            NumberDefinition::bare(
                concat!($phase, "_deployments"),
                concat!($phase, " deployments"),
            ),
            NumberDefinition::bare(concat!($phase, "_merged"), concat!($phase, " merged")),
            NumberDefinition::bare(concat!($phase, "_open"), concat!($phase, " open")),
            NumberDefinition::bare(concat!($phase, "_stuck"), concat!($phase, " stuck")),
            NumberDefinition::bare(
                concat!($phase, "_turnarounds"),
                concat!($phase, " turnarounds"),
            ),
            NumberDefinition::bare(
                concat!($phase, "_turnarounds_running"),
                concat!($phase, " turnarounds running"),
            ),
            NumberDefinition::hours(
                concat!($phase, "_turnaround_p50"),
                concat!($phase, " turnaround median"),
            ),
            NumberDefinition::working_hours(
                concat!($phase, "_turnaround_working_p50"),
                concat!($phase, " turnaround median of working hours"),
            ),
            NumberDefinition::bare(
                concat!($phase, "_working_days"),
                concat!($phase, " working days"),
            ),
        ]
    };
}

/// The numbers of the periods during, before and after an absence.
static NUMBERS: [[NumberDefinition; 11]; 3] =
    [numbers!("during"), numbers!("before"), numbers!("after")];

/// The numbers of all periods; the first says how many reviews waited on the person during the absence.
fn value(figures: &[PeriodFigures; 3]) -> Value {
    let [before, during, after] = figures;
    let mut numbers = Vec::new();
    for (declared, of) in NUMBERS.iter().zip([during, before, after]) {
        let turnaround = of.turnaround.as_ref();
        let found = [
            of.waited.map(Number::Count),
            of.own_events.map(Number::Count),
            of.deployments.map(Number::Count),
            of.merged.map(Number::Count),
            of.open.map(Number::Count),
            of.stuck.map(Number::Count),
            turnaround.map(|found| Number::Count(found.n)),
            turnaround.map(|found| Number::Count(found.running)),
            turnaround.and_then(|found| found.median).map(Number::Real),
            turnaround
                .and_then(|found| found.working_median)
                .map(Number::Real),
            of.working_days.map(Number::Real),
        ];
        let named = declared.iter().zip(found);
        numbers.extend(named.filter_map(|(declared, number)| Some((declared.name, number?))));
    }
    Value(numbers)
}
