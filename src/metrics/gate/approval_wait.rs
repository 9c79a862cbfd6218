//! `gate.approval_wait`: how long deployments waited for an approval of a protected environment.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::not_applicable;
use crate::domain::{Deployment, Elapsed, Environment, RepositoryId, Stream};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, measure_rows, quantiles};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Recipe, Thing, Unit,
};
use crate::metrics::number::WAIT;
use crate::work::delivery::deployments::commit_page;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::Deployments],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "gate.approval_wait",
    title: "Wait for a deployment's approval",
    question: "How long does a deployment wait for somebody to let it through?",
    definition: "Time from a deployment's status `waiting` to the first `queued`, `in_progress` or `success` after it, in environments that \
                 ask for a reviewer today. The areas of this metric are environments. Where the environment has a wait timer too, \
                 only what lasted more than a minute longer than the timer waited for the approval.",
    formula: "at of the first status queued, in_progress or success after waiting − at of waiting",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: WAIT,
    about: About::System,
    cohort: Some("began to wait in the bucket"),
    needs: &[Need::Deployments],
    source: "GitHub `DeploymentStatus.state` of the Deployments API; `Environment.protectionRules`",
    exclusions: "Deployments that never waited are no part of it. Those that still wait, that failed or were superseded while they waited \
                 (rejected, expired and cancelled ones look alike), or whose environment asks for no reviewer are counted apart. Where the \
                 timer may have been the longer wait, or nobody knows what protects the environment, it is unknown.",
    how_to_read: "A change that is done waits here for one person's click. Long waits at night and over weekends ask whether the approval \
                  still decides anything, or who else may give it.",
    can_mislead: "What protects an environment is told as of today, and a protection rule of an app is not told at all: its wait counts \
                  where a reviewer is asked for too. Batches that are approved once a day wait on purpose.",
    sql: include_str!("../../../queries/metrics/gate.approval_wait.sql"),
};

/// What a wait timer may last longer than it says.
const LATE: SignedDuration = SignedDuration::from_mins(1);

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    if let Some(missing) = reading
        .question
        .unread(reading.product, Stream::Deployments)
    {
        return Err(missing);
    }
    let waits = Waits::of(reading);
    if waits.by_deployment.is_empty() {
        let because = "no deployment waited for an approval";
        return Ok(not_applicable(&DEFINITION, reading, because));
    }
    measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading, &waits)),
        &|_, rows| quantiles(DEFINITION.unit, rows),
    )
}

/// When a deployment began to wait, and the first instants after that at which it went on, failed and became inactive.
#[derive(Debug, Clone, Copy)]
struct Wait {
    since: Timestamp,
    went_on: Option<Timestamp>,
    failed: Option<Timestamp>,
    ended: Option<Timestamp>,
}

/// The waits of a product's deployments, by repository and deployment.
struct Waits<'a> {
    by_deployment: BTreeMap<(RepositoryId, &'a str), Wait>,
}

impl<'a> Waits<'a> {
    fn of(reading: &Reading<'a>) -> Self {
        let statuses = || {
            let rows = reading.tables.facts.deployment_statuses.iter();
            rows.filter(|row| {
                reading.product.has(row.repository) && row.at < reading.question.as_of
            })
        };
        let mut by_deployment: BTreeMap<(RepositoryId, &str), Wait> = BTreeMap::new();
        for row in statuses().filter(|row| row.state == "waiting") {
            let wait = by_deployment
                .entry((row.repository, &row.deployment))
                .or_insert(Wait {
                    since: row.at,
                    went_on: None,
                    failed: None,
                    ended: None,
                });
            wait.since = wait.since.min(row.at);
        }
        for row in statuses() {
            let Some(wait) = by_deployment.get_mut(&(row.repository, row.deployment.as_str()))
            else {
                continue;
            };
            let first = match row.state.as_str() {
                "queued" | "in_progress" | "success" => &mut wait.went_on,
                "failure" | "error" => &mut wait.failed,
                "inactive" => &mut wait.ended,
                _ => continue,
            };
            if row.at > wait.since {
                *first = Some(first.map_or(row.at, |at| at.min(row.at)));
            }
        }
        Self { by_deployment }
    }
}

impl Wait {
    /// Until when it waited for a reviewer, in an environment; `Err` says why that is not known, or why it did not.
    fn approved_at(self, environment: Option<&Environment>) -> Result<Timestamp, Fate> {
        let before =
            |at: Timestamp, other: Option<Timestamp>| other.is_none_or(|other| at <= other);
        let went_on = self
            .went_on
            .filter(|at| before(*at, self.failed) && before(*at, self.ended));
        let Some(environment) = environment else {
            return Err(Fate::Unknown("environment_not_known"));
        };
        if environment.reviewers.is_empty() {
            return Err(Fate::Excluded("no_reviewer_asked_for"));
        }
        let Some(went_on) = went_on else {
            return Err(Fate::Excluded(match (self.failed, self.ended) {
                (None, None) => "still_waiting",
                (Some(failed), ended) if before(failed, ended) => "failed_while_waiting",
                _ => "superseded_while_waiting",
            }));
        };
        let minutes = environment.wait_minutes.unwrap_or(0);
        let timer = SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX));
        if minutes > 0 && went_on.duration_since(self.since) <= timer.saturating_add(LATE) {
            return Err(Fate::Unknown("timer_may_be_longer"));
        }
        Ok(went_on)
    }
}

fn rows(reading: &Reading<'_>, waits: &Waits<'_>) -> Vec<KeyedRow<()>> {
    let facts = &reading.tables.facts;
    let environments: BTreeMap<(RepositoryId, &str), &Environment> = facts
        .environments
        .iter()
        .map(|row| ((row.repository, row.environment.as_str()), row))
        .collect();
    let mut rows: Vec<KeyedRow<()>> = Vec::new();
    for deployment in &facts.deployments {
        let key = (deployment.repository, deployment.deployment.as_str());
        let Some(wait) = waits.by_deployment.get(&key) else {
            continue;
        };
        if !reading.question.window.contains(wait.since) {
            continue;
        }
        let environment = environments.get(&(deployment.repository, &deployment.environment));
        let approved_at = wait.approved_at(environment.copied());
        let row = row(reading, deployment, wait.since, approved_at);
        rows.push(KeyedRow { row, key: () });
    }
    rows
}

fn row(
    reading: &Reading<'_>,
    deployment: &Deployment,
    since: Timestamp,
    approved_at: Result<Timestamp, Fate>,
) -> LedgerRow {
    let until = approved_at.ok();
    let elapsed = until.and_then(|until| Elapsed::between(since, until));
    let calendars = &reading.question.calendars;
    let working = until.and_then(|until| calendars.team().working_between(since, until));
    let what = deployment
        .commit
        .map_or_else(|| "an unknown commit".to_owned(), |commit| commit.short());
    let link = || commit_page(reading.tables, deployment.repository, deployment.commit?);
    LedgerRow {
        product: reading.product.name.clone(),
        repository: Some(deployment.repository),
        areas: [deployment.environment.clone()].into(),
        subject: Thing::of_commit(deployment.commit.map(|commit| commit.prefix())).called(format!(
            "{} of {what} to {}",
            deployment.deployment, deployment.environment
        )),
        link: deployment.url.clone().or_else(link),
        at: Some(since),
        bucket: reading.question.bucket(since, reading.question.granularity),
        value: elapsed.map(Elapsed::hours),
        working_hours: working.map(Elapsed::hours),
        is_running: false,
        person: None,
        authors: [].into(),
        origin: None,
        fate: approved_at.map_or_else(|fate| fate, |_| Fate::Included),
    }
}
