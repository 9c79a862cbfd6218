//! Metrics: from what happened to measures with ledgers. Pure and synchronous: no IO, no clock.
//!
//! One metric is one file with a [`Definition`], the needs that gate it and a function from a [`Reading`] to a [`Measure`]; the
//! registry below lists them all. Polars stays behind `tables`: a metric sees typed columns and rows.

pub mod absence;
pub mod agents;
pub mod aggregate;
pub mod agreements;
pub mod code;
pub mod counts;
pub mod delegation;
pub mod delivery;
pub mod drawn;
pub mod estimate;
pub mod events;
pub mod flow;
pub mod gate;
pub mod group;
mod interrupted;
pub mod knowledge;
pub mod life_table;
pub mod material;
pub mod measure;
mod metric;
pub mod movement;
pub mod number;
pub mod onboarding;
pub mod ownership;
pub mod pairs;
pub mod recent;
pub mod relations;
pub mod review;
pub mod rows;
pub mod share;
mod shares;
pub mod subject;
pub mod survival;
pub mod unmet;

pub use measure::{Definition, Measure};
pub use metric::Metric;

use self::knowledge::panel;
use crate::domain::side_by_side;
use crate::tables::Tables;
use crate::work::{Question, Reading};

impl Metric {
    /// What it says of each of some products, in their order and one after the other: a ledger that is not kept is gone before the
    /// next product has one.
    pub fn parts<'a>(
        &self,
        readings: &'a [Reading<'_>],
    ) -> impl Iterator<Item = Measure> + use<'a> {
        let metric = *self;
        readings.iter().map(move |reading| metric.part(reading))
    }

    fn part(&self, reading: &Reading<'_>) -> Measure {
        let (question, product) = (reading.question, reading.product);
        let mut needs = self.gate.iter();
        let missing = needs.find_map(|need| question.missing(product, *need));
        match missing.map_or_else(|| (self.measure)(reading), Err) {
            Ok(part) => shares::with_shares(panel::with_quarters(part, reading), reading),
            Err(missing) => {
                let mut part = Measure::of(self.definition);
                part.cells.push(aggregate::not_observed(product, missing));
                part
            }
        }
    }

    /// What it says of some products, in their order.
    #[must_use]
    pub fn of(&self, readings: &[Reading<'_>]) -> Measure {
        Measure::of_parts(self.definition, self.parts(readings))
    }

    /// What it says of every product of a question: the products side by side, each by itself.
    #[must_use]
    pub fn over(&self, tables: &Tables, question: &Question) -> Measure {
        let readings = Reading::of_products(tables, question);
        let parts = side_by_side(&readings, &|reading| self.part(reading));
        Measure::of_parts(self.definition, parts)
    }
}

/// Every metric, in the order of reports.
pub const REGISTRY: &[Metric] = &[
    delivery::deployment_frequency::METRIC,
    delivery::change_lead_time::METRIC,
    delivery::change_fail_rate::METRIC,
    delivery::failed_deployment_recovery_time::METRIC,
    delivery::deployment_rework_rate::METRIC,
    delivery::flake_rate::METRIC,
    delivery::ci_duration::METRIC,
    flow::cycle_time::METRIC,
    flow::holders::METRIC,
    flow::coding_time::METRIC,
    flow::pickup_time::METRIC,
    flow::review_time::METRIC,
    flow::review_rounds::METRIC,
    flow::merge_wait::METRIC,
    flow::deploy_wait::METRIC,
    flow::work_in_progress::METRIC,
    flow::stuck::METRIC,
    flow::unreviewed_share::METRIC,
    flow::size::METRIC,
    flow::work_mix::METRIC,
    flow::predictability::METRIC,
    flow::effect::METRIC,
    gate::merge_queue::METRIC,
    gate::auto_merge::METRIC,
    gate::approval_wait::METRIC,
    gate::bypass_share::METRIC,
    gate::red_to_green::METRIC,
    review::requested::METRIC,
    review::done::METRIC,
    review::waiting::METRIC,
    review::turnaround::METRIC,
    review::first_response::METRIC,
    review::queue::METRIC,
    review::balance::METRIC,
    review::waiting_hours::METRIC,
    review::concentration::METRIC,
    review::sole_approver::METRIC,
    review::absence_what_if::METRIC,
    agents::share::METRIC,
    review::independent_share::METRIC,
    review::hours_per_change::METRIC,
    code::rework::METRIC,
    knowledge::unowned_lines::METRIC,
    knowledge::truck_factor::METRIC,
    knowledge::truck_factor_decayed::METRIC,
    knowledge::primary_developers::METRIC,
    knowledge::survival::METRIC,
    knowledge::files_at_risk::METRIC,
    knowledge::orphans_if::METRIC,
    knowledge::silos::METRIC,
    knowledge::concentration_by_kind::METRIC,
    ownership::share::METRIC,
    ownership::drift::METRIC,
    ownership::handover::METRIC,
    delegation::involvement::METRIC,
    absence::resilience::METRIC,
    pairs::matrix::METRIC,
    onboarding::milestones::METRIC,
];

/// The metric of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Metric> {
    REGISTRY.iter().find(|metric| metric.definition.id == id)
}

/// The metric that somebody typed: an id, or the end of only one (`pickup_time`), whatever its case.
#[must_use]
pub fn typed(name: &str) -> Option<&'static Metric> {
    let name = name.to_lowercase();
    let is_tail = |metric: &&Metric| {
        let tail = metric.definition.id.split_once('.');
        tail.is_some_and(|(_, tail)| tail == name)
    };
    let mut tails = REGISTRY.iter().filter(is_tail);
    find(&name).or_else(|| tails.next().filter(|_| tails.next().is_none()))
}

/// All metrics over a question. What they have in common is computed once.
#[must_use]
pub fn measure_all(tables: &Tables, question: &Question) -> Vec<Measure> {
    let readings = Reading::of_products(tables, question);
    of_each(&|_| true, &|metric| metric.of(&readings))
}

/// What `of` makes of every metric that is asked for by its id, in the order of reports.
///
/// Several threads measure at once. Each metric is a function of the readings alone, so their number changes no result.
pub fn of_each<T: Send>(
    is_asked: &dyn Fn(&str) -> bool,
    of: &(dyn Fn(&Metric) -> T + Sync),
) -> Vec<T> {
    // What replays histories takes longest and stands last.
    let asked = REGISTRY.iter().rev();
    let from_the_last: Vec<&Metric> = asked
        .filter(|metric| is_asked(metric.definition.id))
        .collect();
    let mut made = side_by_side(&from_the_last, &|metric| of(metric));
    made.reverse();
    made
}
