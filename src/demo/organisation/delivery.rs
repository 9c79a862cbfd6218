//! Deployments with their status histories, releases and tags, and workflow runs.

use jiff::Timestamp;

use super::blueprint::{Blueprint, PARCEL_API, PARCEL_WEB, TIMETABLE};
use super::cast::ACTIONS;
use super::clock::{DAY, Minute, after};
use super::dice::Dice;
use super::growth::{Branch, Grown};
use super::incidents::{IncidentPlan, slots};
use super::life::{End, Life};
use super::plan::{AS_OF_DAY, FIRST_DAY, Job, SLOW_FROM, Work};
use super::truths::{Plants, Share};
use crate::demo::model::{HostDeployment, HostJob, HostRelease, HostWorkflowRun};
use crate::domain::CommitId;

/// The environment that is production.
pub(super) const PRODUCTION: &str = "production";

/// The job that fails where the flake is planted.
pub(super) const FLAKY_JOB: &str = "broker";

/// Everything that was shipped from one repository.
#[derive(Debug, Default)]
pub(super) struct Shipped {
    pub(super) deployments: Vec<HostDeployment>,
    pub(super) releases: Vec<HostRelease>,
    pub(super) tags: Vec<(String, CommitId)>,
    /// By incident: the production deployment that started it, and the one that ended it.
    pub(super) by_incident: Vec<(usize, Option<String>, Option<String>)>,
}

/// A deployment to be.
struct Slot {
    at: Minute,
    commit: CommitId,
    fails: bool,
    environment: &'static str,
    reference: String,
}

/// Deploys what the default branch held at each slot.
pub(super) fn ship(
    repository: usize,
    blueprint: &Blueprint,
    grown: &Grown,
    works: &[(usize, &Job, &Life)],
    incidents: &[IncidentPlan],
    as_of: Timestamp,
) -> Shipped {
    let mut shipped = Shipped::default();
    let planned = calendar(repository, works, incidents);
    let mut succeeded: Vec<(CommitId, String)> = Vec::new();
    let mut n_releases = 0;
    for (at, ends) in planned {
        let is_rollback = ends
            .and_then(|incident| incidents.get(incident))
            .is_some_and(|plan| plan.is_rolled_back);
        let before_last = succeeded
            .len()
            .checked_sub(2)
            .and_then(|at| succeeded.get(at));
        let commit = if is_rollback {
            before_last.map(|(commit, _)| *commit)
        } else {
            grown.tip_at(at)
        };
        let Some(commit) = commit else { continue };
        let starts = incidents
            .iter()
            .position(|plan| plan.repository == repository && plan.slot == at);
        if !is_rollback
            && succeeded.last().is_some_and(|(last, _)| *last == commit)
            && starts.is_none()
        {
            continue;
        }
        let mut dice = Dice::of(&format!("{}/production/{}", blueprint.name, at.0));
        let fails = starts.is_none() && ends.is_none() && dice.chance(5);
        let mut reference = "main".to_owned();
        if repository == TIMETABLE && !fails {
            // A fix between two releases is a patch of the last one.
            n_releases += u32::from(ends.is_none());
            reference = format!("v1.{n_releases}.{}", u32::from(ends.is_some()));
            shipped.tags.push((reference.clone(), commit));
            shipped
                .releases
                .push(release(blueprint, &reference, commit, at));
        }
        let slot = Slot {
            at,
            commit,
            fails,
            environment: PRODUCTION,
            reference,
        };
        let deployment = deploy(blueprint, &slot, &mut dice);
        let node = deployment.node.clone();
        shipped.deployments.push(deployment);
        if let Some(incident) = starts {
            shipped
                .by_incident
                .push((incident, Some(node.clone()), None));
        }
        let mut entries = shipped.by_incident.iter_mut();
        if let Some(entry) = entries.find(|(index, ..)| Some(*index) == ends) {
            entry.2 = Some(node.clone());
        }
        if !fails {
            succeeded.push((commit, node));
        }
    }
    staging(&mut shipped, blueprint, grown);
    if repository == PARCEL_API {
        monthly_tags(&mut shipped, grown);
    }
    supersede(&mut shipped.deployments);
    for deployment in &mut shipped.deployments {
        deployment.statuses.retain(|(_, at)| *at < as_of);
    }
    shipped
        .deployments
        .retain(|deployment| deployment.created_at < as_of);
    shipped
        .deployments
        .sort_by(|a, b| (a.created_at, &a.node).cmp(&(b.created_at, &b.node)));
    shipped
}

/// When production is deployed, and the incident that the deployment ends.
fn calendar(
    repository: usize,
    works: &[(usize, &Job, &Life)],
    incidents: &[IncidentPlan],
) -> Vec<(Minute, Option<usize>)> {
    let mut planned: Vec<(Minute, Option<usize>)> = slots(repository)
        .into_iter()
        .map(|slot| (slot, None))
        .collect();
    for (_, job, life) in works {
        if let (Work::Hotfix { incident }, End::Merged { at, .. }) = (&job.work, life.end)
            && incidents
                .get(*incident)
                .is_some_and(|plan| !plan.is_rolled_back)
        {
            planned.push((at.plus(6), Some(*incident)));
        }
    }
    for (index, incident) in incidents
        .iter()
        .enumerate()
        .filter(|(_, plan)| plan.repository == repository)
    {
        if incident.is_rolled_back {
            planned.push((incident.resolved.plus(-6), Some(index)));
        }
    }
    planned.sort_unstable();
    planned
}

fn deploy(blueprint: &Blueprint, slot: &Slot, dice: &mut Dice) -> HostDeployment {
    let created_at = slot.at.instant();
    let started = after(created_at, dice.between(5, 40));
    let finished = after(started, dice.between(150, 290));
    let mut statuses = vec![
        ("QUEUED".to_owned(), after(created_at, 1)),
        ("IN_PROGRESS".to_owned(), started),
    ];
    if slot.fails {
        statuses.push(("FAILURE".to_owned(), finished));
    } else {
        statuses.push(("SUCCESS".to_owned(), finished));
        // Some deployers report their success twice. It is still one deployment.
        if dice.chance(20) {
            statuses.push(("SUCCESS".to_owned(), after(finished, dice.between(20, 90))));
        }
    }
    HostDeployment {
        node: format!("DE_{}_{}_{}", blueprint.name, slot.environment, slot.at.0),
        environment: slot.environment.to_owned(),
        commit: Some(slot.commit),
        reference: Some(slot.reference.clone()),
        created_at,
        updated_at: statuses
            .iter()
            .map(|(_, at)| *at)
            .fold(created_at, Timestamp::max),
        creator: ACTIONS.login(),
        statuses,
    }
}

fn release(blueprint: &Blueprint, tag: &str, commit: CommitId, at: Minute) -> HostRelease {
    HostRelease {
        node: format!("RE_{}_{tag}", blueprint.name),
        tag_name: tag.to_owned(),
        name: Some(format!("Timetable {tag}")),
        commit: Some(commit),
        is_draft: false,
        is_prerelease: false,
        created_at: after(at.instant(), -120),
        published_at: Some(after(at.instant(), -60)),
        author: ACTIONS.login(),
    }
}

/// Staging gets the branch at the end of every second day.
fn staging(shipped: &mut Shipped, blueprint: &Blueprint, grown: &Grown) {
    let mut last = None;
    let mut at = Minute::at(FIRST_DAY, 5 * DAY + 480);
    while at < Minute::of(AS_OF_DAY) {
        let tip = grown.tip_at(at);
        if let Some(commit) = tip.filter(|tip| last != Some(*tip)) {
            let mut dice = Dice::of(&format!("{}/staging/{}", blueprint.name, at.0));
            let fails = dice.chance(10);
            let slot = Slot {
                at,
                commit,
                fails,
                environment: "staging",
                reference: "main".to_owned(),
            };
            shipped
                .deployments
                .push(deploy(blueprint, &slot, &mut dice));
            last = Some(commit);
        }
        at = at.plus(2 * DAY);
    }
}

fn monthly_tags(shipped: &mut Shipped, grown: &Grown) {
    let mut day = FIRST_DAY.last_of_month();
    while day < AS_OF_DAY {
        if let Some(commit) = grown.tip_at(Minute::of(day)) {
            shipped
                .tags
                .push((format!("{}.{:02}", day.year(), day.month()), commit));
        }
        day = day
            .tomorrow()
            .map_or(AS_OF_DAY, jiff::civil::Date::last_of_month);
    }
}

/// A success makes the environment's earlier deployments inactive, as GitHub does by itself.
fn supersede(deployments: &mut [HostDeployment]) {
    deployments.sort_by(|a, b| (a.created_at, &a.node).cmp(&(b.created_at, &b.node)));
    for environment in [PRODUCTION, "staging"] {
        let mut before: Option<usize> = None;
        for at in 0..deployments.len() {
            let success = deployments
                .get(at)
                .filter(|deployment| deployment.environment == environment)
                .and_then(|deployment| {
                    deployment
                        .statuses
                        .iter()
                        .find(|(state, _)| state == "SUCCESS")
                })
                .map(|(_, at)| *at);
            let Some(success) = success else { continue };
            if let Some(old) = before.and_then(|old| deployments.get_mut(old)) {
                old.statuses
                    .push(("INACTIVE".to_owned(), after(success, 2)));
                old.updated_at = after(success, 2);
            }
            before = Some(at);
        }
    }
}

/// Workflow runs of every push and every production deployment; the flaky share of `integration`.
pub(super) fn runs(
    repository: usize,
    works: &[(&Life, &Branch, &str)],
    shipped: &Shipped,
    plants: &Plants,
    as_of: Timestamp,
) -> (Vec<HostWorkflowRun>, Share) {
    let mut runs = Runs {
        base: 7_000_000 * (u64::try_from(repository).unwrap_or_default() + 1),
        rows: Vec::new(),
    };
    let mut pushed: Vec<(Minute, CommitId, &str)> = works
        .iter()
        .flat_map(|(life, branch, name)| {
            branch
                .heads
                .iter()
                .filter(|(at, _)| {
                    *at >= life.opened || life.pushes.last().is_some_and(|push| push.at == *at)
                })
                .map(|(at, id)| ((*at).max(life.opened), *id, *name))
        })
        .collect();
    pushed.sort_unstable();
    let mut flaky = Share::default();
    for (at, commit, branch) in pushed {
        let mut dice = Dice::of(&format!("{commit}/runs"));
        let is_slow = plants.slowdown && repository == PARCEL_WEB && at >= Minute::of(SLOW_FROM);
        let at = at.instant();
        let minutes = dice.between(4, 11) + if is_slow { 5 } else { 0 };
        let fails = dice.chance(6);
        runs.add("ci", branch, commit, at, &[(minutes, !fails)]);
        if repository == PARCEL_API {
            flaky.of += 1;
            let minutes = dice.between(9, 17);
            if plants.flake && flaky.of % 5 == 3 {
                flaky.hits += 1;
                runs.add(
                    "integration",
                    branch,
                    commit,
                    after(at, 3),
                    &[(minutes, false), (minutes + 2, true)],
                );
            } else {
                runs.add(
                    "integration",
                    branch,
                    commit,
                    after(at, 3),
                    &[(minutes, !dice.chance(4))],
                );
            }
        }
    }
    for deployment in shipped
        .deployments
        .iter()
        .filter(|deployment| deployment.environment == PRODUCTION)
    {
        let is_success = deployment
            .statuses
            .iter()
            .any(|(state, _)| state == "SUCCESS");
        if let Some(commit) = deployment.commit {
            runs.add(
                "deploy",
                "main",
                commit,
                deployment.created_at,
                &[(5, is_success)],
            );
        }
    }
    runs.rows.retain(|run| run.updated_at < as_of);
    (runs.rows, flaky)
}

/// The jobs of an attempt: they start together, and in one that failed the last one did.
fn jobs(workflow: &str, started_at: Timestamp, ended: Timestamp, passed: bool) -> Vec<HostJob> {
    let names: &[&str] = match workflow {
        "integration" => &["contracts", FLAKY_JOB],
        "deploy" => &["deploy"],
        _ => &["lint", "test"],
    };
    let jobs = names.iter().map(|name| {
        let is_last = names.last() == Some(name);
        let conclusion = if passed || !is_last {
            "success"
        } else {
            "failure"
        };
        HostJob {
            name: (*name).to_owned(),
            conclusion: conclusion.to_owned(),
            started_at,
            completed_at: if is_last {
                ended
            } else {
                after(started_at, 150)
            },
        }
    });
    jobs.collect()
}

struct Runs {
    base: u64,
    rows: Vec<HostWorkflowRun>,
}

impl Runs {
    /// One run with its attempts: minutes each took, and whether it passed.
    fn add(
        &mut self,
        name: &str,
        branch: &str,
        commit: CommitId,
        at: Timestamp,
        attempts: &[(i64, bool)],
    ) {
        self.base += 1;
        let mut started = after(at, 20);
        for (attempt, (minutes, passed)) in (1..).zip(attempts) {
            let updated_at = after(started, minutes * 60);
            self.rows.push(HostWorkflowRun {
                run: self.base,
                attempt,
                name: name.to_owned(),
                event: if branch == "main" {
                    "push"
                } else {
                    "pull_request"
                }
                .to_owned(),
                head_branch: Some(branch.to_owned()),
                head_commit: Some(commit),
                status: "completed".to_owned(),
                conclusion: Some(if *passed { "success" } else { "failure" }.to_owned()),
                created_at: at,
                started_at: Some(started),
                updated_at,
                jobs: jobs(name, started, updated_at, *passed),
            });
            started = after(updated_at, 240);
        }
    }
}
