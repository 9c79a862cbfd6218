//! `dora.deployment_rework_rate`: unplanned deployments that happened because of something already in production.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::RepositoryId;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Ratio, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::delivery::deployments::FoundDeployments;
use crate::work::delivery::incidents::{self, Incidents};
use crate::work::delivery::reverts::Reverts;
use crate::work::delivery::shipping::{self, Shipping};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::Commits],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "dora.deployment_rework_rate",
    title: "Deployment rework rate",
    question: "How many deployments only repair what an earlier one broke?",
    definition: "Share of the successful production deployments that were unplanned: a rollback, a deployment whose changes contain a \
                 revert of a change already in production, or one whose changes contain a hotfix linked to an incident that had started.",
    formula: "deployments that are a rollback or ship a revert or a hotfix / successful production deployments",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("rollbacks", "rollbacks"),
        NumberDefinition::bare("reverts", "reverts"),
        NumberDefinition::bare("hotfixes", "hotfixes"),
    ],
    about: About::System,
    cohort: Some("finished in the bucket"),
    needs: &[Need::Deployments, Need::Commits, Need::Issues],
    source: "DORA, \"Software delivery performance metrics\" (2026): deployment rework rate; `This reverts commit …`, `Reverts \
             owner/name#12` or a subject `Revert \"…\"` of commits, hotfix labels and branches of pull requests that close or refer to an incident",
    exclusions: "Failed deployments and other environments are counted apart. A revert of a change that had not been deployed does not \
                 count, nor does one that only takes a revert back, nor a hotfix that no incident is linked to. What the first deployment of a repository contains is unknown.",
    how_to_read: "Rework is capacity spent twice. Read it beside the change fail rate: a failed deployment that is repaired by the next \
                  planned one appears only there.",
    can_mislead: "A revert by hand, without git's sentence in the message, is not seen. A fix rolled forward under a plain branch name is \
                  planned work to this metric.",
    sql: include_str!("../../../queries/metrics/dora.deployment_rework_rate.sql"),
};

/// What makes a deployment rework; several may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rework {
    /// An older commit again.
    Rollback,
    /// A revert of a change already in production.
    Revert,
    /// A hotfix linked to an incident.
    Hotfix,
}

impl Rework {
    const fn word(self) -> &'static str {
        match self {
            Self::Rollback => "rollback",
            Self::Revert => "revert",
            Self::Hotfix => "hotfix",
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let delivered = shipping::of_product(reading);
    let (found, shipping) = delivered.as_ref().as_ref().map_err(Clone::clone)?;
    let incidents = incidents::of_product(reading, shipping);
    let rows = rows(reading, found, shipping, &incidents);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::REPOSITORIES,
        &|_, rows| estimate(rows),
    ));
    let n_overtaken = shipping
        .deployments
        .iter()
        .filter(|shipped| reading.question.window.contains(shipped.at) && shipped.is_overtaken())
        .count();
    if n_overtaken > 0 {
        measure.note(reading, format!("deployments that an earlier started one finished ahead of, no rollbacks: {n_overtaken}"));
    }
    if let Some(missing) = reading.question.missing(reading.product, Need::Issues) {
        measure.note(
            reading,
            format!(
                "hotfixes for incidents are not observed, so that the rate is a lower bound: {}",
                missing.because
            ),
        );
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// What makes deployments rework, by repository and id.
type Reworks = BTreeMap<(RepositoryId, String), BTreeSet<Rework>>;

/// Every deployment of a product that is rework.
#[must_use]
pub fn of_shipping(reading: &Reading<'_>, shipping: &Shipping, incidents: &Incidents) -> Reworks {
    let mut reworks: Vec<(usize, Rework)> = Vec::new();
    for (at, shipped) in shipping.deployments.iter().enumerate() {
        if shipped.is_rollback() {
            reworks.push((at, Rework::Rollback));
        }
    }
    for (repository, commit, reverted) in Reverts::of(reading).all() {
        let shipped = |id| shipping.first_index(repository, id);
        // The order of the indices is the order in production.
        if let (Some(at), Some(before)) = (shipped(commit), shipped(reverted))
            && before < at
        {
            reworks.push((at, Rework::Revert));
        }
    }
    for (key, linked) in &incidents.hotfixes {
        let shipped = incidents
            .landings
            .commit(*key)
            .and_then(|commit| shipping.first_index(key.0, commit));
        let Some((at, shipped)) = shipped.and_then(|at| Some((at, shipping.deployments.get(at)?)))
        else {
            continue;
        };
        let answers = incidents.all.iter().any(|placed| {
            let issue = placed.incident.key.issue();
            issue.is_some_and(|(of, number)| of == key.0 && linked.contains(&number))
                && placed.incident.started_at <= shipped.at
        });
        if answers && !shipped.is_baseline {
            reworks.push((at, Rework::Hotfix));
        }
    }
    let mut found = Reworks::new();
    for (at, rework) in reworks {
        if let Some(shipped) = shipping.deployments.get(at) {
            found
                .entry((shipped.repository, shipped.deployment.clone()))
                .or_default()
                .insert(rework);
        }
    }
    found
}

fn rows(
    reading: &Reading<'_>,
    found: &FoundDeployments,
    shipping: &Shipping,
    incidents: &Incidents,
) -> Vec<KeyedRow<BTreeSet<Rework>>> {
    let mut reworks = of_shipping(reading, shipping, incidents);
    let baselines: BTreeSet<(RepositoryId, &str)> = shipping
        .deployments
        .iter()
        .filter(|shipped| shipped.is_baseline || !shipped.is_known)
        .map(|shipped| (shipped.repository, shipped.deployment.as_str()))
        .collect();
    let mut rows = Vec::new();
    for candidate in &found.candidates {
        if !reading.question.window.contains(candidate.at()) {
            continue;
        }
        let deployment = &candidate.deployment;
        let mut row = candidate.row(reading);
        let mut key = BTreeSet::new();
        if row.fate == Fate::Included {
            if baselines.contains(&(deployment.repository, deployment.deployment.as_str())) {
                row.fate = Fate::Unknown(if shipping.knows(deployment) {
                    "baseline_deployment"
                } else {
                    "commit_not_in_the_history"
                });
            } else {
                let of = (deployment.repository, deployment.deployment.clone());
                key = reworks.remove(&of).unwrap_or_default();
                row.value = Some(if key.is_empty() { 0.0 } else { 1.0 });
                if !key.is_empty() {
                    let words: Vec<_> = key.iter().map(|rework| rework.word()).collect();
                    row.subject.words = format!("{}: {}", row.subject.words, words.join(", "));
                }
            }
        }
        rows.push(KeyedRow { row, key });
    }
    rows
}

fn estimate(rows: &[&KeyedRow<BTreeSet<Rework>>]) -> Measured {
    let n = |claim: &dyn Fn(&BTreeSet<Rework>) -> bool| {
        count(rows.iter().filter(|row| claim(&row.key)).count())
    };
    let ratio = Ratio {
        hits: n(&|key| !key.is_empty()),
        of: count(rows.len()),
    };
    let mut value = ratio_value(ratio);
    for (name, rework) in [
        ("rollbacks", Rework::Rollback),
        ("reverts", Rework::Revert),
        ("hotfixes", Rework::Hotfix),
    ] {
        value
            .0
            .push((name, Number::Count(n(&|key| key.contains(&rework)))));
    }
    Measured::Value {
        n: ratio.of,
        value,
        interval: wilson_interval(ratio),
    }
}
