//! From ledger rows to figures: the one place where rows are grouped by scope and bucket.

use std::collections::BTreeMap;

use super::estimate::{median_interval, quantile, wilson_interval};
use super::group::Group;
use super::measure::{
    Cell, Definition, KeyedRow, Ledger, LedgerRow, Measure, Measured, Number, Ratio, Recipe, Scope,
    Unit, Value,
};
use super::survival::{Lifetime, SurvivalCurve};
use crate::domain::{Bucket, Origin, PersonId, RepositoryId};
use crate::work::{Fate, Missing, Product, Question, Reading, Scopes};

/// How a metric turns the included rows of one cell into a figure, told the bucket (`None`: the window).
pub type Estimate<'a, K> = dyn Fn(Option<Bucket>, &[&KeyedRow<K>]) -> Measured + 'a;

/// Which figures areas get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AreaDepth {
    /// None.
    None,
    /// One over the window.
    Window,
    /// One over the window and one a bucket.
    Buckets,
}

/// Which scopes below the product get figures of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Each repository, where the product has several.
    pub repositories: bool,
    /// Areas.
    pub areas: AreaDepth,
    /// Each person that has a row, with buckets. Such figures stay in the private tree.
    pub people: bool,
}

impl Depth {
    /// The product alone.
    pub const PRODUCT: Self = Self {
        repositories: false,
        areas: AreaDepth::None,
        people: false,
    };
    /// Product and repositories.
    pub const REPOSITORIES: Self = Self {
        repositories: true,
        ..Self::PRODUCT
    };
    /// Product, repositories and areas; buckets for the first two.
    pub const AREAS: Self = Self {
        areas: AreaDepth::Window,
        ..Self::REPOSITORIES
    };
    /// Product and areas with their buckets.
    pub const AREA_BUCKETS: Self = Self {
        areas: AreaDepth::Buckets,
        ..Self::REPOSITORIES
    };

    /// The same with figures of people.
    #[must_use]
    pub const fn and_people(self) -> Self {
        Self {
            people: true,
            ..self
        }
    }

    /// What of it a question asks for.
    const fn within(self, scopes: Scopes) -> Self {
        match scopes {
            Scopes::Every => self,
            Scopes::Parts => Self {
                people: false,
                ..self
            },
        }
    }
}

/// How a metric lists the population of one product, or says what it lacks.
pub type Population<'a, K> = dyn Fn() -> Result<Vec<KeyedRow<K>>, Missing> + 'a;

/// The measure of one product from its rows.
pub fn measure_rows<K>(
    definition: &'static Definition,
    reading: &Reading<'_>,
    depth: Depth,
    rows: &Population<'_, K>,
    estimate: &Estimate<'_, K>,
) -> Result<Measure, Missing> {
    let rows = rows()?;
    let mut measure = Measure::of(definition);
    measure.cells = cells(definition, reading, &rows, depth, estimate);
    measure.strata = strata(definition, reading, &rows, estimate);
    measure.rows = rows.into_iter().map(|row| row.row).collect();
    Ok(measure)
}

/// Figures of one product from its rows: the window and every bucket that has a row, in every scope.
///
/// `estimate` sees the bucket (`None`: the window) and the included rows of one cell; it is not called where there are fewer than
/// the metric's [`Floor`](super::measure::Floor), and without any there is never a zero.
pub fn cells<K>(
    definition: &Definition,
    reading: &Reading<'_>,
    rows: &[KeyedRow<K>],
    depth: Depth,
    estimate: &Estimate<'_, K>,
) -> Vec<Cell> {
    let whole = Scope {
        origin: None,
        product: reading.product.name.clone(),
        repository: None,
        area: None,
        person: None,
    };
    let depth = depth.within(reading.question.scopes);
    let several = reading.product.repositories.len() > 1;
    let mut repositories: BTreeMap<RepositoryId, Vec<&KeyedRow<K>>> = BTreeMap::new();
    let mut areas: BTreeMap<&str, Vec<&KeyedRow<K>>> = BTreeMap::new();
    let mut people: BTreeMap<PersonId, Vec<&KeyedRow<K>>> = BTreeMap::new();
    for row in rows {
        if let Some(repository) = row.row.repository.filter(|_| depth.repositories && several) {
            repositories.entry(repository).or_default().push(row);
        }
        if depth.areas != AreaDepth::None {
            for area in row.row.areas.iter() {
                areas.entry(area).or_default().push(row);
            }
        }
        if let Some(person) = row.row.person.filter(|_| depth.people) {
            people.entry(person).or_default().push(row);
        }
    }
    let mut figures = Figures {
        definition,
        question: reading.question,
        group: Group::of(definition, reading.question),
        estimate,
        cells: Vec::new(),
    };
    let all: Vec<_> = rows.iter().collect();
    figures.add_scope(&whole, &all, true);
    for (area, rows) in areas {
        let scope = Scope {
            area: Some(area.to_owned()),
            ..whole.clone()
        };
        figures.add_scope(&scope, &rows, depth.areas == AreaDepth::Buckets);
    }
    for (repository, rows) in repositories {
        let scope = Scope {
            repository: Some(repository),
            ..whole.clone()
        };
        figures.add_scope(&scope, &rows, true);
    }
    for (person, rows) in people {
        let scope = Scope {
            person: Some(person),
            ..whole.clone()
        };
        figures.add_scope(&scope, &rows, true);
    }
    figures.cells
}

/// Figures of one product by origin, from the same rows: the window and every bucket that has a row. None, where the metric is not
/// told by origin, where a row has none, and where no row has to do with an agent: the whole is all that there is then.
pub fn strata<K>(
    definition: &Definition,
    reading: &Reading<'_>,
    rows: &[KeyedRow<K>],
    estimate: &Estimate<'_, K>,
) -> Vec<Cell> {
    let has_part = |row: &KeyedRow<K>| {
        matches!(
            row.row.origin,
            Some(Origin::Agent | Origin::PersonWithAgent)
        )
    };
    // What is about no change alone, such as a day of a queue, is no origin's: the others would not add up to the whole.
    let has_none = |row: &KeyedRow<K>| row.row.origin.is_none();
    let is_told = definition.is_by_origin() && rows.iter().any(has_part);
    if !is_told || rows.iter().any(has_none) {
        return Vec::new();
    }
    let mut origins: BTreeMap<Origin, Vec<&KeyedRow<K>>> = BTreeMap::new();
    for row in rows {
        if let Some(origin) = row.row.origin {
            origins.entry(origin).or_default().push(row);
        }
    }
    let mut figures = Figures {
        definition,
        question: reading.question,
        group: Group::of(definition, reading.question),
        estimate,
        cells: Vec::new(),
    };
    for (origin, rows) in origins {
        let scope = Scope {
            product: reading.product.name.clone(),
            repository: None,
            area: None,
            person: None,
            origin: Some(origin),
        };
        figures.add_scope(&scope, &rows, true);
    }
    figures.cells
}

/// The figures of one metric and product while they are made.
struct Figures<'a, K> {
    definition: &'a Definition,
    question: &'a Question,
    group: Group,
    estimate: &'a Estimate<'a, K>,
    cells: Vec<Cell>,
}

impl<K> Figures<'_, K> {
    /// The window's figure of a scope and, where wanted, those of its buckets.
    fn add_scope(&mut self, scope: &Scope, rows: &[&KeyedRow<K>], with_buckets: bool) {
        let mut buckets: BTreeMap<Bucket, Vec<&KeyedRow<K>>> = BTreeMap::new();
        if with_buckets {
            for row in rows {
                if let Some(bucket) = row.row.bucket {
                    buckets.entry(bucket).or_default().push(row);
                }
            }
        }
        self.add(scope, None, rows);
        for (bucket, inside) in buckets {
            self.add(scope, Some(bucket), &inside);
        }
    }

    fn add(&mut self, scope: &Scope, bucket: Option<Bucket>, rows: &[&KeyedRow<K>]) {
        let included: Vec<_> = rows
            .iter()
            .copied()
            .filter(|row| row.row.fate == Fate::Included)
            .collect();
        let measured = self
            .definition
            .summarised(self.question, included.len(), || {
                (self.estimate)(bucket, &included)
            });
        // A figure of a person stays in the private tree.
        let few = match scope.person {
            Some(_) => Vec::new(),
            None => self.group.few(rows, &included),
        };
        self.cells.push(Cell {
            scope: scope.clone(),
            bucket,
            measured,
            ledger: Ledger::of(rows.iter().map(|row| &row.row)),
            few,
        });
    }
}

/// The single cell of a product whose data is not there.
#[must_use]
pub fn not_observed(product: &Product, missing: Missing) -> Cell {
    Cell {
        scope: Scope {
            origin: None,
            person: None,
            product: product.name.clone(),
            repository: None,
            area: None,
        },
        bucket: None,
        measured: Measured::NotObserved {
            because: missing.because,
            fix: missing.fix,
        },
        ledger: Ledger::default(),
        few: Vec::new(),
    }
}

/// The points of a distribution that are printed.
const POINTS: [(f64, &str, &str); 3] = [
    (0.5, "p50", "working_p50"),
    (0.75, "p75", "working_p75"),
    (0.9, "p90", "working_p90"),
];

/// The distribution of some rows' durations on one clock.
#[derive(Debug)]
struct Clock<D> {
    is_working: bool,
    durations: D,
}

impl<D> Clock<D> {
    /// The clocks that every row has been read from, the one of the headline first.
    fn of(unit: Unit, elapsed: D, working: Option<D>) -> Vec<Self> {
        let clock = |is_working, durations| Self {
            is_working,
            durations,
        };
        let mut clocks = vec![clock(false, elapsed)];
        clocks.extend(working.map(|working| clock(true, working)));
        if unit == Unit::WorkingHours {
            clocks.reverse();
        }
        clocks
    }

    /// The printed points of the distribution that it reaches, under their names.
    fn points(&self, at: impl Fn(&D, f64) -> Option<f64>) -> Vec<(&'static str, Number)> {
        let named = |(p, elapsed, working)| {
            let name = if self.is_working { working } else { elapsed };
            Some((name, Number::Real(at(&self.durations, p)?)))
        };
        POINTS.into_iter().filter_map(named).collect()
    }
}

/// p50, p75 and p90 of the rows' values with the interval of the median.
///
/// Where every row has working hours too, there are `working_p50`, `working_p75` and `working_p90`: first, and with the interval,
/// where the unit is on the agreed clock; else after the others.
pub fn quantiles<K>(unit: Unit, rows: &[&KeyedRow<K>]) -> Measured {
    quantiles_of(unit, &bare(rows))
}

/// The rows without what their metric needs beside them.
fn bare<'a, K>(rows: &[&'a KeyedRow<K>]) -> Vec<&'a LedgerRow> {
    rows.iter().map(|row| &row.row).collect()
}

/// What a recipe makes of rows alone; `None` where it needs more than them.
#[must_use]
pub fn by_recipe(definition: &Definition, rows: &[&LedgerRow]) -> Option<Measured> {
    match definition.recipe {
        Recipe::Median => Some(quantiles_of(definition.unit, rows)),
        Recipe::CensoredMedian => Some(censored_quantiles_of(definition.unit, rows)),
        Recipe::Share => Some(share_of(rows)),
        Recipe::Count | Recipe::Sum | Recipe::Whole => None,
    }
}

/// The same of amounts on one clock, each with whether it still runs; `None` too where a median is not reached yet.
#[must_use]
pub fn of_amounts(
    definition: &Definition,
    unit: Unit,
    amounts: &[(f64, bool)],
) -> Option<Measured> {
    let is_working = unit == Unit::WorkingHours;
    let measured = match definition.recipe {
        Recipe::Median => {
            let mut durations: Vec<f64> = amounts.iter().map(|(amount, _)| *amount).collect();
            durations.sort_by(f64::total_cmp);
            let clock = Clock {
                is_working,
                durations,
            };
            distribution(&[clock], amounts.len())
        }
        Recipe::CensoredMedian => {
            let lives: Vec<Lifetime> = amounts
                .iter()
                .map(|(hours, is_running)| Lifetime {
                    hours: *hours,
                    is_running: *is_running,
                })
                .collect();
            let clock = Clock {
                is_working,
                durations: SurvivalCurve::of(&lives),
            };
            censored_distribution(&[clock], &lives)
        }
        Recipe::Share => {
            let hits = amounts.iter().filter(|(amount, _)| *amount > 0.0).count();
            share_among(hits, amounts.len())
        }
        Recipe::Count | Recipe::Sum | Recipe::Whole => return None,
    };
    (!matches!(measured, Measured::NotApplicable { .. })).then_some(measured)
}

/// Sorted durations on the clocks that they were read from.
fn distribution(clocks: &[Clock<Vec<f64>>], n: usize) -> Measured {
    let points = clocks
        .iter()
        .flat_map(|clock| clock.points(|sorted, p| quantile(sorted, p)));
    Measured::Value {
        n: count(n),
        value: Value(points.collect()),
        interval: clocks
            .first()
            .and_then(|clock| median_interval(&clock.durations)),
    }
}

/// Durations of which some still run, on the clocks that they were read from.
fn censored_distribution(clocks: &[Clock<SurvivalCurve>], lives: &[Lifetime]) -> Measured {
    let n = count(lives.len());
    let running = count(lives.iter().filter(|life| life.is_running).count());
    let headline = clocks.first().map(|clock| &clock.durations);
    let Some(curve) = headline.filter(|curve| curve.quantile(0.5).is_some()) else {
        return Measured::NotApplicable {
            because: format!("the median is not reached yet: {running} of {n} still run"),
        };
    };
    let points = clocks
        .iter()
        .flat_map(|clock| clock.points(SurvivalCurve::quantile));
    let mut numbers: Vec<_> = points.collect();
    numbers.push(("running", Number::Count(running)));
    Measured::Value {
        n,
        value: Value(numbers),
        interval: curve.median_interval(),
    }
}

fn share_among(hits: usize, of: usize) -> Measured {
    let ratio = Ratio {
        hits: count(hits),
        of: count(of),
    };
    Measured::Value {
        n: ratio.of,
        value: ratio_value(ratio),
        interval: wilson_interval(ratio),
    }
}

fn quantiles_of(unit: Unit, rows: &[&LedgerRow]) -> Measured {
    let sorted = |value: fn(&LedgerRow) -> Option<f64>| {
        let mut values: Vec<f64> = rows
            .iter()
            .filter_map(|row| value(row))
            .filter(|value| value.is_finite())
            .collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let values = sorted(|row| row.value);
    let working = sorted(|row| row.working_hours);
    let n = count(values.len());
    if n == 0 {
        return Measured::TooFew { n };
    }
    let is_whole = working.len() == values.len();
    let n = values.len();
    distribution(&Clock::of(unit, values, is_whole.then_some(working)), n)
}

/// p50, p75 and p90 after Kaplan and Meier over rows of which some still run.
///
/// A point that the survival curve does not reach has no number; `running` says how many rows had not ended. Where not even
/// half have ended, the median is not reached and the figure says so instead of a number. Working hours as in [`quantiles`].
pub fn censored_quantiles<K>(unit: Unit, rows: &[&KeyedRow<K>]) -> Measured {
    censored_quantiles_of(unit, &bare(rows))
}

fn censored_quantiles_of(unit: Unit, rows: &[&LedgerRow]) -> Measured {
    let lifetimes = |value: fn(&LedgerRow) -> Option<f64>| -> Vec<Lifetime> {
        rows.iter()
            .filter_map(|row| {
                let hours = value(row).filter(|hours| hours.is_finite())?;
                let is_running = row.is_running;
                Some(Lifetime { hours, is_running })
            })
            .collect()
    };
    let elapsed = lifetimes(|row| row.value);
    let working = lifetimes(|row| row.working_hours);
    let n = count(elapsed.len());
    if n == 0 {
        return Measured::TooFew { n };
    }
    let is_whole = working.len() == elapsed.len();
    let clocks = Clock::of(
        unit,
        SurvivalCurve::of(&elapsed),
        is_whole.then(|| SurvivalCurve::of(&working)),
    );
    censored_distribution(&clocks, &elapsed)
}

/// The share of rows whose value is 1, with Wilson's interval.
pub fn share<K>(rows: &[&KeyedRow<K>]) -> Measured {
    share_of(&bare(rows))
}

fn share_of(rows: &[&LedgerRow]) -> Measured {
    let hits = rows.iter().filter(|row| row.value == Some(1.0)).count();
    share_among(hits, rows.len())
}

/// The same of rows that are all there are (files at the tip, what is open now): nothing is estimated, and there is no interval.
pub fn full_count<K>(rows: &[&KeyedRow<K>]) -> Measured {
    match share(rows) {
        Measured::Value { n, value, .. } => Measured::Value {
            n,
            value,
            interval: None,
        },
        other => other,
    }
}

/// A ratio as a value that keeps its parts.
#[must_use]
pub fn ratio_value(ratio: Ratio) -> Value {
    Value(vec![
        ("hits", Number::Count(ratio.hits)),
        ("of", Number::Count(ratio.of)),
    ])
}

/// A length as a count.
#[must_use]
pub fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
