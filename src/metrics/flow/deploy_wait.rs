//! `flow.deploy_wait`: merged → in production.

use super::Placed;
use crate::domain::PullRequestState;
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::measure::{About, Definition, Floor, Measure, Recipe, Unit};
use crate::metrics::number::WAIT;
use crate::work::delivery::landing::{self, Landings};
use crate::work::delivery::shipping::{self, Shipping, contradicted, not_shipped};
use crate::work::pull_requests::{FullPullRequest, apart, of_product};
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.deploy_wait",
    title: "Deploy wait",
    question: "How long does a merged change wait to reach production?",
    definition: "Time from the merge of a pull request to the end of the first successful production deployment that contains it.",
    formula: "first deployment that contains the change − merged_at",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::Deeds,
    cohort: Some("deployed in the bucket"),
    needs: &[Need::PullRequests, Need::Deployments, Need::Commits],
    source: "GitHub `PullRequest.mergedAt`, deployments as `dora.deployment_frequency` finds them, git ancestry",
    exclusions: "Pull requests opened by automation, merged into a branch that is not deployed, or not deployed yet are counted apart. What \
                 the first deployment of a repository shipped, what landed through a commit that the history does not have, what was \
                 deployed before it was merged, and what a deployment of a commit that the clone lacks may have shipped, is unknown.",
    how_to_read: "It is the batch in front of production: teams that deploy each merge see minutes. A long wait beside a short cycle time \
                  says that releases, not reviews, are the bottleneck.",
    can_mislead: "A change behind a switch is deployed before anyone can use it. Deployments that nobody records are not seen.",
    sql: include_str!("../../../queries/metrics/flow.deploy_wait.sql"),
};

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| {
            let delivered = shipping::of_product(reading);
            let (_, shipping) = delivered.as_ref().as_ref().map_err(Missing::clone)?;
            let wholes = of_product(reading);
            let landings = landing::of_product(reading, &wholes);
            Ok(wholes
                .iter()
                .filter_map(|whole| {
                    let placed = place(reading, whole, &landings, shipping)?;
                    Some(placed.row(reading, whole))
                })
                .collect())
        },
        &|_, rows| quantiles(DEFINITION.unit, rows),
    )
}

fn place(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    landings: &Landings,
    shipping: &Shipping,
) -> Option<Placed> {
    let row = whole.pull_request;
    if row.state != PullRequestState::Merged {
        return None;
    }
    let merged_at = row.merged_at.filter(|at| *at < reading.question.as_of)?;
    let apart = apart(reading, row);
    // What has not reached production is listed in the window in which it was merged, in no bucket.
    let waiting = |fate| {
        let merged_here = reading.question.window.contains(merged_at);
        merged_here.then(|| Placed::apart(None, Fate::or(apart, fate)))
    };
    let Some(commit) = landings.commit(whole.key()) else {
        let default_branch = reading
            .tables
            .repository(row.repository)
            .and_then(|found| found.default_branch.as_deref());
        let elsewhere = default_branch.is_some_and(|default| default != row.base_branch);
        return waiting(if elsewhere {
            Fate::Excluded("merged_into_another_branch")
        } else {
            Fate::Unknown("landing_commit_not_found")
        });
    };
    let Some(shipped) = shipping.first(row.repository, commit) else {
        return waiting(if landings.is_on_default_branch(row.repository, commit) {
            not_shipped(shipping, row.repository, merged_at)
        } else {
            Fate::Excluded("merged_into_another_branch")
        });
    };
    if !reading.question.window.contains(shipped.at) {
        return None;
    }
    Some(if let Some(fate) = apart {
        Placed::apart(Some(shipped.at), fate)
    } else if let Some(fate) = contradicted(shipping, shipped, merged_at) {
        Placed::apart(Some(shipped.at), fate)
    } else {
        Placed::span(shipped.at, merged_at, shipped.at, "deployed_before_merged")
    })
}
