//! Why a number moved between two runs: its rows are compared one by one, and the parts add up to the change.
//!
//! The rows of the earlier run are turned into those of the later one in fixed steps (the window moves on, new events come in,
//! late data, changed labels, identity, configuration, definition); after each step the figure is computed again, and the step's
//! part is the difference. Parts therefore add up by construction. Where a figure cannot be computed from its rows alone (it
//! weighs people or files), the rows that came and went are counted and no part is claimed.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::estimate::quantile;
use super::measure::{Definition, LedgerRow, Measure, Measured, Recipe, Thing, Unit};
use super::survival::{Lifetime, SurvivalCurve};
use crate::domain::{RepositoryId, Window};
use crate::tables::run::RunRow;

/// What a run was: everything that its figures depend on besides the facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunHead {
    /// Format of this record: 1.
    pub format: u32,
    /// The instant it spoke of.
    pub as_of: Timestamp,
    /// Its window.
    pub window: Window,
    /// The program's version.
    pub version: String,
    /// Checksum of the registers.
    pub configuration: String,
    /// Checksum of who is who.
    pub identity: String,
    /// Checksums of the people one by one, in order: newcomers change nothing about who the others are. Empty: not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// Which repositories each product had. Empty: not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<RunRepository>,
    /// Checksum of every metric's definition.
    pub definitions: BTreeMap<String, String>,
    /// The figures of products over the window.
    pub figures: Vec<RunFigure>,
}

/// A repository of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRepository {
    /// The product.
    pub product: String,
    /// The repository's key in the store: it survives a rename.
    pub repository: RepositoryId,
    /// What it was called.
    pub name: String,
}

/// A figure of a product over the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunFigure {
    /// The metric's id.
    pub metric: String,
    /// The product.
    pub product: String,
    /// Rows behind it.
    pub n: Option<u64>,
    /// Its headline number; `None`: too few, not observed, not applicable.
    pub value: Option<f64>,
    /// Whether the number and the rows' values are working hours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_working: bool,
}

/// A run with its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// What it was.
    pub head: RunHead,
    /// The ledgers of its metrics.
    pub rows: Vec<RunRow>,
}

/// Why rows differ. The order is the order of the steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The row lies outside the later window, or only inside it because the window starts earlier.
    Window,
    /// It happened after the earlier run.
    NewEvents,
    /// It happened before, and was not known.
    LateData,
    /// The row describes a state, and the later run looked at a later (or an earlier) instant.
    Instant,
    /// The row is known to both, and counts otherwise now.
    Relabelled,
    /// It differs, and who is who has changed.
    Identity,
    /// It differs, and the registers have changed.
    Configuration,
    /// It differs, and the metric's definition has changed.
    Definition,
    /// It was known and no longer is.
    Gone,
}

impl Cause {
    /// All, in the order of the steps.
    pub const ALL: [Self; 9] = [
        Self::Window,
        Self::NewEvents,
        Self::LateData,
        Self::Instant,
        Self::Relabelled,
        Self::Identity,
        Self::Configuration,
        Self::Definition,
        Self::Gone,
    ];

    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Window => "the window moved",
            Self::NewEvents => "new events",
            Self::LateData => "late data",
            Self::Instant => "the state at another instant",
            Self::Relabelled => "rows that count otherwise now",
            Self::Identity => "rows that count otherwise since who is who changed",
            Self::Configuration => "rows that count otherwise since the configuration changed",
            Self::Definition => "rows that count otherwise since the definition changed",
            Self::Gone => "no longer there",
        }
    }
}

/// One part of a movement.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovementPart {
    /// Why.
    pub cause: Cause,
    /// Rows that came into the figure.
    pub n_in: u64,
    /// Rows that left it.
    pub n_out: u64,
    /// Rows in both whose value differs.
    pub n_changed: u64,
    /// What it did to the number; `None` where the figure cannot be computed from rows alone.
    pub effect: Option<f64>,
    /// Pages or subjects of some of the rows, in order.
    pub examples: Vec<String>,
}

/// How one figure moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Movement {
    /// The metric's id.
    pub metric: String,
    /// The product.
    pub product: String,
    /// The earlier figure.
    pub before: RunFigure,
    /// The later one.
    pub after: RunFigure,
    /// Why, in the order of the steps; parts without a row are left out. Effects add up to `after − before`.
    pub parts: Vec<MovementPart>,
}

/// Rows listed as examples of a part.
const N_EXAMPLES: usize = 5;

/// The rows of one metric as a run keeps them, in an order of their own.
#[must_use]
pub fn rows(measure: &Measure) -> Vec<RunRow> {
    let mut rows: Vec<RunRow> = measure
        .rows
        .iter()
        .map(|row| run_row(measure.definition, row))
        .collect();
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    rows
}

/// The window's figures of products, by metric.
#[must_use]
pub fn figures(measures: &[Measure]) -> Vec<RunFigure> {
    let mut figures = Vec::new();
    for measure in measures {
        let whole = measure.team_cells().filter(|cell| {
            cell.bucket.is_none() && cell.scope.area.is_none() && cell.scope.repository.is_none()
        });
        figures.extend(whole.map(|cell| {
            let (n, value, unit) = match &cell.measured {
                Measured::Value { n, value, .. } => {
                    let share = value.ratio().map(super::measure::Ratio::share);
                    let number = share.unwrap_or_else(|| value.headline());
                    (Some(*n), number, measure.definition.headline_unit(value))
                }
                Measured::TooFew { n } => (Some(*n), None, Unit::Hours),
                Measured::NotObserved { .. }
                | Measured::NotApplicable { .. }
                | Measured::Withheld { .. } => (None, None, Unit::Hours),
            };
            RunFigure {
                metric: measure.definition.id.to_owned(),
                product: cell.scope.product.clone(),
                n,
                value,
                is_working: unit == Unit::WorkingHours,
            }
        }));
    }
    figures
}

/// Everything in a definition that decides its numbers or their reading, as one text.
#[must_use]
pub fn definition_text(definition: &Definition) -> String {
    let clock = match definition.unit {
        Unit::WorkingHours => "on the agreed clock",
        Unit::Hours | Unit::Share | Unit::Count(_) => "",
    };
    [
        definition.definition,
        definition.formula,
        definition.exclusions,
        definition.sql,
        clock,
    ]
    .join("\n")
}

/// What a metric's recipe gives for a product over the window; `None` where rows alone do not give its figure.
#[must_use]
pub fn from_rows(measure: &Measure, product: &str) -> Option<f64> {
    let rows: Vec<RunRow> = measure
        .rows
        .iter()
        .filter(|row| row.product == product)
        .map(|row| run_row(measure.definition, row))
        .collect();
    measure.definition.recipe.value(&included(rows.iter()))
}

fn run_row(definition: &Definition, row: &LedgerRow) -> RunRow {
    let (fate, reason) = row.fate.words();
    RunRow {
        metric: definition.id.to_owned(),
        product: row.product.clone(),
        repository: row.repository,
        key: row.link.clone().unwrap_or_else(|| key(row)),
        at: row.at,
        value: row.amount(definition.unit).map(|(_, amount)| amount),
        is_running: row.is_running,
        fate: fate.to_owned(),
        reason: reason.map(str::to_owned),
    }
}

/// What a row without a page is known by from run to run: counts told after it (`src/parser: 12 commits in 547 days`) are no part
/// of it, or the same thing would be another one at every instant.
fn key(row: &LedgerRow) -> String {
    match row.subject.thing {
        Thing::Area => row.areas.first().cloned().unwrap_or_default(),
        Thing::Day(day) => day.to_string(),
        Thing::Numbered(number) => number.to_string(),
        Thing::Run(run) => format!("run {run}"),
        Thing::Declared | Thing::Commit(_) | Thing::NoCommit | Thing::Path | Thing::Person => {
            row.subject.words.clone()
        }
    }
}

fn order(row: &RunRow) -> impl Ord + '_ {
    (
        &row.metric,
        &row.product,
        row.repository,
        &row.key,
        row.at,
        row.value.map(f64::to_bits),
        &row.fate,
        &row.reason,
    )
}

/// How every figure moved that differs in its number, its n or its rows, by metric and product.
#[must_use]
pub fn movements(before: &Run, after: &Run) -> Vec<Movement> {
    type Key<'a> = (&'a str, &'a str);
    let mut found = Vec::new();
    let mut pairs: BTreeMap<Key<'_>, [Option<&RunFigure>; 2]> = BTreeMap::new();
    for (side, run) in [before, after].into_iter().enumerate() {
        for figure in &run.head.figures {
            let pair = pairs.entry((&figure.metric, &figure.product)).or_default();
            if let Some(slot) = pair.get_mut(side) {
                *slot = Some(figure);
            }
        }
    }
    let mut rows: BTreeMap<Key<'_>, [Vec<&RunRow>; 2]> = BTreeMap::new();
    for (side, run) in [before, after].into_iter().enumerate() {
        for row in &run.rows {
            let pair = rows.entry((&row.metric, &row.product)).or_default();
            if let Some(side) = pair.get_mut(side) {
                side.push(row);
            }
        }
    }
    for (key, [old, new]) in pairs {
        let none = || RunFigure {
            metric: key.0.to_owned(),
            product: key.1.to_owned(),
            n: None,
            value: None,
            is_working: false,
        };
        let (old, new) = (
            old.cloned().unwrap_or_else(none),
            new.cloned().unwrap_or_else(none),
        );
        let [old_rows, new_rows] = rows.remove(&key).unwrap_or_default();
        let parts = parts(before, after, (&old, &new), &old_rows, &new_rows);
        if old != new || !parts.is_empty() {
            found.push(Movement {
                metric: key.0.to_owned(),
                product: key.1.to_owned(),
                before: old,
                after: new,
                parts,
            });
        }
    }
    found
}

/// One row on its way from the earlier run to the later one.
struct Step<'a> {
    cause: Cause,
    old: Option<&'a RunRow>,
    new: Option<&'a RunRow>,
}

fn parts(
    before: &Run,
    after: &Run,
    (old_figure, new_figure): (&RunFigure, &RunFigure),
    old: &[&RunRow],
    new: &[&RunRow],
) -> Vec<MovementPart> {
    let mut steps = paired(old, new);
    for step in &mut steps {
        step.cause = cause(before, after, &old_figure.metric, step);
    }
    let counts = |row: Option<&RunRow>| row.is_some_and(|row| row.fate == "included");
    steps.retain(|step| !is_same(step) && (counts(step.old) || counts(step.new)));
    // Hours of two clocks have no difference.
    let is_one_clock = old_figure.is_working == new_figure.is_working;
    let recompute = is_one_clock
        .then(|| {
            Recipe::of(
                &old_figure.metric,
                (old_figure.value, included(old.iter().copied())),
                (new_figure.value, included(new.iter().copied())),
            )
        })
        .flatten();
    let mut current: Vec<&RunRow> = old.to_vec();
    let mut value = old_figure.value;
    let mut parts = Vec::new();
    for cause in Cause::ALL {
        let of_cause: Vec<&Step<'_>> = steps.iter().filter(|step| step.cause == cause).collect();
        if of_cause.is_empty() {
            continue;
        }
        let gone: HashSet<*const RunRow> = of_cause
            .iter()
            .filter_map(|step| step.old)
            .map(std::ptr::from_ref)
            .collect();
        current.retain(|row| !gone.contains(&std::ptr::from_ref(*row)));
        current.extend(of_cause.iter().filter_map(|step| step.new));
        let next = recompute.and_then(|recipe| recipe.value(&included(current.iter().copied())));
        let effect = match (recompute, value, next) {
            (Some(_), Some(value), Some(next)) => Some(next - value),
            _ => None,
        };
        value = next.or(value);
        let n = |is_it: fn(bool, bool) -> bool| {
            let found = of_cause
                .iter()
                .filter(|step| is_it(counts(step.old), counts(step.new)));
            u64::try_from(found.count()).unwrap_or(u64::MAX)
        };
        let examples = of_cause
            .iter()
            .filter_map(|step| step.new.or(step.old))
            .map(|row| row.key.clone())
            .take(N_EXAMPLES);
        parts.push(MovementPart {
            cause,
            n_in: n(|old, new| !old && new),
            n_out: n(|old, new| old && !new),
            n_changed: n(|old, new| old && new),
            effect,
            examples: examples.collect(),
        });
    }
    // A step through a set without a number breaks the sum: then no part is claimed.
    if parts.iter().any(|part| part.effect.is_none()) {
        for part in &mut parts {
            part.effect = None;
        }
    }
    parts
}

/// Rows of both runs side by side; several rows about one thing are paired in order.
fn paired<'a>(old: &[&'a RunRow], new: &[&'a RunRow]) -> Vec<Step<'a>> {
    type Thing<'a> = (Option<RepositoryId>, &'a str);
    let mut by_thing: BTreeMap<Thing<'a>, [Vec<&'a RunRow>; 2]> = BTreeMap::new();
    for (side, rows) in [old, new].into_iter().enumerate() {
        for row in rows {
            let pair = by_thing
                .entry((row.repository, row.key.as_str()))
                .or_default();
            if let Some(side) = pair.get_mut(side) {
                side.push(row);
            }
        }
    }
    let mut steps = Vec::new();
    for [mut old, mut new] in by_thing.into_values() {
        // What is the same in both is paired first, so that one new row does not make its neighbours look changed.
        old.retain(|old_row| {
            let same = new.iter().position(|new_row| new_row == old_row);
            same.map(|at| new.remove(at)).is_none()
        });
        let length = old.len().max(new.len());
        for at in 0..length {
            steps.push(Step {
                cause: Cause::Gone,
                old: old.get(at).copied(),
                new: new.get(at).copied(),
            });
        }
    }
    steps
}

fn is_same(step: &Step<'_>) -> bool {
    matches!((step.old, step.new), (Some(old), Some(new)) if old == new)
}

fn cause(before: &Run, after: &Run, metric: &str, step: &Step<'_>) -> Cause {
    let (a, b) = (&before.head, &after.head);
    let changed = if a.definitions.get(metric) != b.definitions.get(metric) {
        Some(Cause::Definition)
    } else if a.configuration != b.configuration {
        Some(Cause::Configuration)
    } else if !is_one_identity(a, b) {
        Some(Cause::Identity)
    } else {
        None
    };
    let mut rows = [step.old, step.new].into_iter().flatten();
    // A state differs at another instant whatever else has changed: which of the two it was is not told apart.
    if a.as_of != b.as_of && rows.all(|row| row.at.is_none()) {
        return Cause::Instant;
    }
    match (step.old, step.new) {
        (None, Some(new)) => match new.at {
            Some(at) if at >= a.window.until => Cause::NewEvents,
            Some(at) if at < a.window.since => Cause::Window,
            _ => changed.unwrap_or(Cause::LateData),
        },
        (Some(old), None) => match old.at {
            Some(at) if !b.window.contains(at) => Cause::Window,
            _ => changed.unwrap_or(Cause::Gone),
        },
        (Some(old), Some(new)) => {
            // Something still open at the earlier run has ended since, or has simply gone on.
            let ended_since = old.at != new.at && new.at.is_some_and(|at| at >= a.window.until);
            if ended_since || (old.is_running && old.fate == new.fate) {
                Cause::NewEvents
            } else {
                changed.unwrap_or(Cause::Relabelled)
            }
        }
        (None, None) => Cause::Gone,
    }
}

/// Whether everybody whom the earlier run knew is the same in the later one.
fn is_one_identity(before: &RunHead, after: &RunHead) -> bool {
    if before.people.is_empty() || after.people.is_empty() {
        return before.identity == after.identity;
    }
    let known: HashSet<&String> = after.people.iter().collect();
    before.people.iter().all(|person| known.contains(person))
}

fn included<'a>(rows: impl Iterator<Item = &'a RunRow>) -> Vec<&'a RunRow> {
    rows.filter(|row| row.fate == "included").collect()
}

impl Recipe {
    /// The metric's own recipe, where it gives both runs' numbers from their rows: below the minimum n there is none to give.
    fn of(
        metric: &str,
        (old, old_rows): (Option<f64>, Vec<&RunRow>),
        (new, new_rows): (Option<f64>, Vec<&RunRow>),
    ) -> Option<Self> {
        let recipe = super::find(metric)?.definition.recipe;
        let close = |left: f64, right: f64| (left - right).abs() <= 1e-9 * left.abs().max(1.0);
        let gives = |value: Option<f64>, rows: &[&RunRow]| match (value, recipe.value(rows)) {
            (Some(value), Some(found)) => close(value, found),
            _ => false,
        };
        (gives(old, &old_rows) && gives(new, &new_rows)).then_some(recipe)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    fn value(self, rows: &[&RunRow]) -> Option<f64> {
        let values = || rows.iter().filter_map(|row| row.value);
        match self {
            Self::Median => {
                let mut sorted: Vec<f64> = values().collect();
                sorted.sort_by(f64::total_cmp);
                quantile(&sorted, 0.5)
            }
            Self::CensoredMedian => {
                let lifetimes: Vec<Lifetime> = rows
                    .iter()
                    .filter_map(|row| {
                        Some(Lifetime {
                            hours: row.value?,
                            is_running: row.is_running,
                        })
                    })
                    .collect();
                SurvivalCurve::of(&lifetimes).quantile(0.5)
            }
            Self::Share => {
                let is_hit = |value: &f64| value.total_cmp(&1.0).is_eq();
                (!rows.is_empty())
                    .then(|| values().filter(is_hit).count() as f64 / rows.len() as f64)
            }
            Self::Count => Some(rows.len() as f64),
            Self::Sum => Some(values().sum()),
            Self::Whole => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::Fate;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn run(as_of: &str, value: f64, rows: &[(&str, &str, f64)]) -> Run {
        Run {
            head: RunHead {
                format: 1,
                as_of: at(as_of),
                window: Window {
                    since: at("2026-01-01T00:00:00Z"),
                    until: at(as_of),
                },
                version: "1".into(),
                configuration: "c".into(),
                identity: "i".into(),
                people: Vec::new(),
                repositories: Vec::new(),
                definitions: BTreeMap::new(),
                figures: vec![RunFigure {
                    metric: "flow.cycle_time".into(),
                    product: "lamp".into(),
                    n: u64::try_from(rows.len()).ok(),
                    value: Some(value),
                    is_working: false,
                }],
            },
            rows: rows
                .iter()
                .map(|(key, on, hours)| RunRow {
                    metric: "flow.cycle_time".into(),
                    product: "lamp".into(),
                    repository: Some(RepositoryId(0)),
                    key: (*key).to_owned(),
                    at: Some(at(on)),
                    value: Some(*hours),
                    is_running: false,
                    fate: "included".into(),
                    reason: None,
                })
                .collect(),
        }
    }

    const JANUARY: &str = "2026-01-20T00:00:00Z";
    const FEBRUARY: &str = "2026-02-10T00:00:00Z";

    #[test]
    fn the_parts_of_a_movement_add_up_to_it() {
        // Medians: 10, 20, 30 → 20. Late 40 → 25. New 60, 70 → 35.
        let before = run(
            "2026-02-01T00:00:00Z",
            20.0,
            &[
                ("#1", JANUARY, 10.0),
                ("#2", JANUARY, 20.0),
                ("#3", JANUARY, 30.0),
            ],
        );
        let after = run(
            "2026-03-01T00:00:00Z",
            35.0,
            &[
                ("#1", JANUARY, 10.0),
                ("#2", JANUARY, 20.0),
                ("#3", JANUARY, 30.0),
                ("#4", JANUARY, 40.0),
                ("#5", FEBRUARY, 60.0),
                ("#6", FEBRUARY, 70.0),
            ],
        );
        let moved = movements(&before, &after);
        let parts = &moved[0].parts;
        let causes: Vec<_> = parts.iter().map(|part| (part.cause, part.n_in)).collect();
        assert_eq!(causes, [(Cause::NewEvents, 2), (Cause::LateData, 1)]);
        // New events first: 10 20 30 60 70 → 30 (+10); then the late 40 → 35 (+5).
        let effects: Vec<_> = parts.iter().map(|part| part.effect.unwrap()).collect();
        assert_eq!(effects, [10.0, 5.0]);
        assert!((effects.iter().sum::<f64>() - 15.0).abs() < 1e-12);
    }

    #[test]
    fn a_row_that_counts_otherwise_is_relabelled_unless_the_configuration_changed() {
        let before = run(
            "2026-02-01T00:00:00Z",
            15.0,
            &[("#1", JANUARY, 10.0), ("#2", JANUARY, 20.0)],
        );
        let mut after = run(
            "2026-02-01T00:00:00Z",
            10.0,
            &[("#1", JANUARY, 10.0), ("#2", JANUARY, 20.0)],
        );
        after.rows[1].fate = "excluded".into();
        after.rows[1].reason = Some("by_automation".into());
        let check = |after: &Run, expected| {
            let moved = movements(&before, after);
            assert_eq!(moved[0].parts[0].cause, expected);
            assert_eq!(moved[0].parts[0].n_out, 1);
            assert_eq!(moved[0].parts[0].effect, Some(-5.0));
        };
        check(&after, Cause::Relabelled);
        after.head.configuration = "other".into();
        check(&after, Cause::Configuration);
    }

    #[test]
    fn a_figure_that_rows_alone_do_not_give_claims_no_part() {
        let before = run("2026-02-01T00:00:00Z", 0.77, &[("#1", JANUARY, 10.0)]);
        let after = run(
            "2026-02-01T00:00:00Z",
            0.66,
            &[("#1", JANUARY, 10.0), ("#2", JANUARY, 20.0)],
        );
        let moved = movements(&before, &after);
        assert_eq!(moved[0].parts[0].effect, None);
        assert_eq!(moved[0].parts[0].n_in, 1);
    }

    #[test]
    fn hours_of_two_clocks_have_no_difference() {
        let before = run("2026-02-01T00:00:00Z", 40.0, &[("#1", JANUARY, 40.0)]);
        let mut after = run("2026-02-01T00:00:00Z", 10.0, &[("#1", JANUARY, 10.0)]);
        after.head.figures[0].is_working = true;
        after.head.configuration = "hours are agreed now".into();
        let part = &movements(&before, &after)[0].parts[0];
        assert_eq!((part.cause, part.n_changed), (Cause::Configuration, 1));
        assert_eq!(part.effect, None);
    }

    #[test]
    fn newcomers_change_nothing_about_who_the_others_are() {
        let mut before = run("2026-02-01T00:00:00Z", 10.0, &[("#1", JANUARY, 10.0)]);
        let mut after = run("2026-02-01T00:00:00Z", 30.0, &[("#1", JANUARY, 30.0)]);
        before.head.people = vec!["ada".into(), "ben".into()];
        let mut check = |identity: &str, people: &[&str], expected| {
            after.head.identity = identity.into();
            after.head.people = people.iter().map(|&person| person.to_owned()).collect();
            assert_eq!(movements(&before, &after)[0].parts[0].cause, expected);
        };
        check("j", &["ada", "ben", "cleo"], Cause::Relabelled);
        check("j", &["ada", "ben and cleo"], Cause::Identity);
        // A run of an earlier version kept the sum alone.
        check("j", &[], Cause::Identity);
        check("i", &[], Cause::Relabelled);
    }

    #[test]
    fn a_state_differs_at_another_instant_and_no_cause_is_made_up_for_it() {
        let state = |as_of: &str, rows: &[(&str, &str, f64)]| {
            let mut run = run(as_of, 1.0, rows);
            for row in &mut run.rows {
                row.at = None;
            }
            run
        };
        let before = state(
            "2026-02-01T00:00:00Z",
            &[("a.rs", JANUARY, 1.0), ("b.rs", JANUARY, 0.0)],
        );
        let mut after = state(
            "2026-03-01T00:00:00Z",
            &[("a.rs", JANUARY, 0.0), ("c.rs", JANUARY, 1.0)],
        );
        after.head.configuration = "other".into();
        let causes = |after: &Run| -> Vec<Cause> {
            let moved = movements(&before, after);
            moved[0].parts.iter().map(|part| part.cause).collect()
        };
        assert_eq!(causes(&after), [Cause::Instant]);
        // At the same instant it is the configuration.
        after.head.as_of = before.head.as_of;
        assert_eq!(causes(&after), [Cause::Configuration]);
    }

    #[test]
    fn a_count_is_no_part_of_what_a_row_is_about() {
        let check = |subject: crate::metrics::measure::Subject, areas: &[&str], expected: &str| {
            let row = LedgerRow {
                origin: None,
                product: "p".into(),
                repository: Some(RepositoryId(1)),
                areas: areas.iter().map(|area| (*area).to_owned()).collect(),
                subject,
                link: None,
                at: None,
                bucket: None,
                value: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: [].into(),
                fate: Fate::Included,
            };
            assert_eq!(key(&row), expected);
        };
        let area = Thing::Area.called("src/parser: 12 commits in 547 days");
        check(area, &["src/parser"], "src/parser");
        let day = "2026-01-05".parse().unwrap();
        let day = Thing::Day(day).called("2026-01-05: 3 open, 1 came, 0 went");
        check(day, &[], "2026-01-05");
        check(Thing::Path.called("src/2: 3.rs"), &["src"], "src/2: 3.rs");
        let numbered = Thing::Numbered(crate::domain::PrNumber(12));
        check(numbered.called("#12 fix: 3 errors"), &[], "#12");
    }

    #[test]
    fn nothing_moves_between_a_run_and_itself() {
        let once = run("2026-02-01T00:00:00Z", 10.0, &[("#1", JANUARY, 10.0)]);
        assert_eq!(movements(&once, &once), []);
    }
}
