//! `dora.change_lead_time`: first commit of a change → first production deployment that contains it.

use jiff::Timestamp;

use crate::domain::{Elapsed, PullRequestState};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, quantiles, strata};
use crate::metrics::estimate::quantile;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, LedgerRow, Measure, Measured, Number, Recipe, Unit,
};
use crate::metrics::number::{
    NumberDefinition, P50, P75, P90, WORKING_P50, WORKING_P75, WORKING_P90,
};
use crate::tables::CommitRow;
use crate::work::commits::authors_of;
use crate::work::delivery::deployments::FoundDeployments;
use crate::work::delivery::landing::{self, Landings};
use crate::work::delivery::shipping::{self, Shipped, Shipping, contradicted, not_shipped};
use crate::work::origins;
use crate::work::pull_requests::{self, FullPullRequest, apart, apart_commit};
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::Commits],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "dora.change_lead_time",
    title: "Change lead time",
    question: "How long does a change take from its first commit to production?",
    definition: "Time from the authored time of a change's first commit to the end of the first successful production deployment that \
                 contains it. A change is a merged pull request, or a commit pushed directly. Beside it: merge to deployment.",
    formula: "deployment.finished_at − min(first authored_at of its own commits, opened_at)",
    unit: Unit::WorkingHours,
    recipe: Recipe::Median,
    floor: Floor::MinimumN,
    numbers: &[
        WORKING_P50,
        WORKING_P75,
        WORKING_P90,
        P50,
        P75,
        P90,
        NumberDefinition::hours("merge_to_deploy_hours", "merge to deploy"),
    ],
    about: About::Deeds,
    cohort: Some("deployed in the bucket"),
    needs: &[Need::Deployments, Need::Commits],
    source: "DORA, \"Software delivery performance metrics\" (2026): change lead time; containment by git ancestry over all that tags and \
             deployments reach, then by `(cherry picked from commit …)` and patch-id",
    exclusions: "The first deployment of a repository is the baseline: what it shipped is unknown. So is a change that a deployment of a \
                 commit which the clone lacks may have shipped, one that was deployed before it was merged, and a pull request of \
                 which not every commit is known. Changes by automation, merge commits without a pull request, pull requests merged \
                 into a branch that is not deployed and changes not deployed yet are counted apart. A rollback ships nothing.",
    how_to_read: "Compare it with merge-to-deploy: where that is short, the time goes into writing and reviewing; where it is long, \
                  into waiting for a deployment.",
    can_mislead: "A rebase or a squash may rewrite author times; the pull request's own commit list is used where GitHub has it. \
                  Without GitHub every commit of the default branch is a change of its own, and a fix made on a release branch alone \
                  is not seen. A pick with conflicts has another patch-id: without git's sentence it ships with the next release.",
    sql: include_str!("../../../queries/metrics/dora.change_lead_time.sql"),
};

/// Merged → in production, in hours, beside the lead time of the row.
type MergeToDeploy = Option<f64>;

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let delivered = shipping::of_product(reading);
    let (found, shipping) = delivered.as_ref().as_ref().map_err(Clone::clone)?;
    let (rows, note) = rows(reading, found, shipping);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::REPOSITORIES,
        &|_, rows| estimate(rows),
    ));
    measure.strata = strata(&DEFINITION, reading, &rows, &|_, rows| estimate(rows));
    measure.note(reading, note);
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

fn rows(
    reading: &Reading<'_>,
    found: &FoundDeployments,
    shipping: &Shipping,
) -> (Vec<KeyedRow<MergeToDeploy>>, String) {
    let wholes = pull_requests::of_product(reading);
    let landings = landing::of_product(reading, &wholes);
    let mut rows = Vec::new();
    for whole in &wholes {
        rows.extend(pull_request_row(reading, whole, &landings, shipping));
    }
    for (row, commit) in reading.tables.commits.iter().enumerate() {
        if reading.product.has(commit.repository) && !landings.is_absorbed_row(row) {
            let shipped = shipping.first_of_row(row);
            rows.extend(commit_row(reading, commit, (shipping, shipped)));
        }
    }
    let rungs: Vec<_> = landings
        .rungs()
        .iter()
        .map(|(rung, n)| format!("{} {n}", rung.word()))
        .collect();
    let n_unknown = shipping
        .deployments
        .iter()
        .filter(|d| !d.is_known && reading.question.window.contains(d.at))
        .count();
    let landed = if rungs.is_empty() {
        "none".to_owned()
    } else {
        rungs.join(", ")
    };
    let note = format!(
        "deployments from {}; pull requests placed by: {landed}; deployments of a commit that the history does not have: {n_unknown}",
        found.source.word()
    );
    (rows, note)
}

fn pull_request_row(
    reading: &Reading<'_>,
    whole: &FullPullRequest<'_>,
    landings: &Landings,
    shipping: &Shipping,
) -> Option<KeyedRow<MergeToDeploy>> {
    let row = whole.pull_request;
    if row.state != PullRequestState::Merged {
        return None;
    }
    let merged_at = row.merged_at.filter(|at| *at < reading.question.as_of)?;
    let merged_here = reading.question.window.contains(merged_at);
    let apart = apart(reading, row);
    let listed = |own| {
        merged_here.then(|| KeyedRow {
            row: whole.row(reading, None, None, Fate::or(apart, own)),
            key: None,
        })
    };
    let default_branch = reading
        .tables
        .repository(row.repository)
        .and_then(|found| found.default_branch.as_deref());
    let Some(commit) = landings.commit(whole.key()) else {
        let elsewhere = default_branch.is_some_and(|default| default != row.base_branch);
        return listed(if elsewhere {
            Fate::Excluded("merged_into_another_branch")
        } else {
            Fate::Unknown("landing_commit_not_found")
        });
    };
    let Some(shipped) = shipping.first(row.repository, commit) else {
        let waiting = if landings.is_on_default_branch(row.repository, commit) {
            not_shipped(shipping, row.repository, merged_at)
        } else {
            Fate::Excluded("merged_into_another_branch")
        };
        return listed(waiting);
    };
    if !reading.question.window.contains(shipped.at) {
        return None;
    }
    let apart = apart.or_else(|| contradicted(shipping, shipped, merged_at));
    let (start, apart) = match row.first_commit_at {
        Some(first) => (first.min(row.created_at), apart),
        // The opening is no stand-in: the work may have begun long before it.
        None => (
            row.created_at,
            apart.or(Some(Fate::Unknown("first_commit_unknown"))),
        ),
    };
    let (value, fate) = lead(start, shipped, apart);
    let merge_to_deploy = Elapsed::between(merged_at, shipped.at).map(Elapsed::hours);
    Some(KeyedRow {
        row: LedgerRow {
            working_hours: value.and_then(|_| working(reading.question, start, shipped)),
            ..whole.row(reading, Some(shipped.at), value, fate)
        },
        key: merge_to_deploy,
    })
}

fn commit_row(
    reading: &Reading<'_>,
    commit: &CommitRow,
    (shipping, shipped): (&Shipping, Option<&Shipped>),
) -> Option<KeyedRow<MergeToDeploy>> {
    let apart = commit
        .is_merge
        .then_some(Fate::Excluded("merge_commit"))
        .or_else(|| apart_commit(reading, commit));
    let at = match shipped {
        Some(shipped) if reading.question.window.contains(shipped.at) => Some(shipped.at),
        None if reading.question.window.contains(commit.committed_at) => None,
        _ => return None,
    };
    let (value, fate) = if let Some(shipped) = shipped {
        let apart = apart.or_else(|| contradicted(shipping, shipped, commit.committed_at));
        lead(commit.authored_at, shipped, apart)
    } else {
        let waiting = not_shipped(shipping, commit.repository, commit.committed_at);
        (None, Fate::or(apart, waiting))
    };
    let working_hours = shipped
        .filter(|_| fate == Fate::Included)
        .and_then(|shipped| working(reading.question, commit.authored_at, shipped));
    let row = LedgerRow {
        origin: Some(origins::of_commit(reading.tables, commit)),
        working_hours,
        is_running: false,
        person: None,
        authors: authors_of(reading, commit),
        product: reading.product.name.clone(),
        repository: Some(commit.repository),
        areas: [].into(),
        subject: commit.subject_of_row(reading),
        link: commit.page_of_row(reading),
        at,
        bucket: at.and_then(|at| reading.question.bucket(at, reading.question.granularity)),
        value,
        fate,
    };
    let merge_to_deploy = shipped
        .and_then(|shipped| Elapsed::between(commit.committed_at, shipped.at))
        .map(Elapsed::hours);
    Some(KeyedRow {
        row,
        key: merge_to_deploy,
    })
}

/// The same in the team's working hours, where they are agreed.
fn working(question: &Question, start: Timestamp, shipped: &Shipped) -> Option<f64> {
    let elapsed = question
        .calendars
        .team()
        .working_between(start, shipped.at)?;
    Some(elapsed.hours())
}

fn lead(start: Timestamp, shipped: &Shipped, apart: Option<Fate>) -> (Option<f64>, Fate) {
    if let Some(fate) = apart {
        return (None, fate);
    }
    match Elapsed::between(start, shipped.at) {
        Some(elapsed) => (Some(elapsed.hours()), Fate::Included),
        None => (None, Fate::Unknown("deployed_before_authored")),
    }
}

fn estimate(rows: &[&KeyedRow<MergeToDeploy>]) -> Measured {
    match quantiles(DEFINITION.unit, rows) {
        Measured::Value {
            n,
            mut value,
            interval,
        } => {
            let mut waits: Vec<f64> = rows.iter().filter_map(|row| row.key).collect();
            waits.sort_by(f64::total_cmp);
            if let Some(wait) = quantile(&waits, 0.5) {
                value.0.push(("merge_to_deploy_hours", Number::Real(wait)));
            }
            Measured::Value { n, value, interval }
        }
        other => other,
    }
}
