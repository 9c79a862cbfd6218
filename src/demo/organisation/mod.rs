//! The demo organisation: people, repositories and eighteen months of work, made up, with truths planted in it.
//!
//! [`build`] is a pure function of [`Plants`]: no clock, no chance but its own, so that the same plants give the same bytes.
//! What is planted, and where, is told in `fixtures/demo/README.md`.

mod agents;
mod blueprint;
mod cast;
mod clock;
mod conversation;
mod delivery;
mod desk;
mod dice;
mod edits;
mod gates;
mod growth;
mod incidents;
mod life;
mod plan;
mod plants;
mod text;
mod truths;
mod vocabulary;
mod witness;
mod wording;
mod work_items;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::demo::model::{
    Host, HostDeployment, HostEnvironment, HostIssue, HostMilestone, HostRepository, HostTeam,
};
use crate::demo::repository::{GeneratedRepository, null_id};

use blueprint::REPOSITORIES;
use cast::{Actor, INES, MARA, OSKAR, TOMAS, YUKI};
use clock::Minute;
use desk::Desk;
use growth::Branch;
use incidents::IncidentPlan;
use life::{End, Life};
use plan::{AS_OF_DAY, FIRST_DAY, Job, QUARTERS};
use wording::Wording;
use work_items::{Around, IssuePlan};

pub use truths::{
    AgentAreaTruth, AgentsTruth, BottleneckTruth, DriftTruth, EpicTruth, FeedbackTruth, FlakeTruth,
    HandOverTruth, HolidayTruth, IncidentTruth, LateActionTruth, MenteeTruth, MergeWaitTruth,
    PersonTruth, Plants, RepositoryTruth, RevertTruth, RollbackTruth, SelfApprovalTruth, Share,
    SiloTruth, SlowdownTruth, StuckTruth, Truths,
};

/// The organisation's login.
pub const ORGANISATION: &str = "lighthouse";

/// Everything generated.
#[derive(Debug)]
pub struct World {
    /// What the fake GitHub serves.
    pub host: Host,
    /// The git repositories, in the host's order.
    pub repositories: Vec<GeneratedRepository>,
    /// The team register, `linchpin.toml`.
    pub register_toml: String,
    /// The private register, `linchpin.private.toml`.
    pub private_register_toml: String,
    /// The ladders that it names, by their paths beside it: the examples that ship.
    pub ladders: [(&'static str, &'static str); 2],
    /// The instant everything is seen from.
    pub as_of: Timestamp,
    /// What must be found.
    pub truths: Truths,
}

/// Builds the organisation.
#[must_use]
pub fn build(plants: &Plants) -> World {
    let as_of = TimeZone::UTC
        .to_timestamp(AS_OF_DAY.at(0, 0, 0, 0))
        .unwrap_or(Timestamp::UNIX_EPOCH);
    let incidents = incidents::plan(plants);
    let mut desk = Desk::default();
    let mut planned = plan::jobs(plants, &incidents);
    agents::jobs(&mut planned, plants);
    let mut jobs: Vec<(Job, Life)> = planned
        .into_iter()
        .map(|job| {
            let life = match job.delegator {
                Some(_) => agents::live(&job, plants),
                None => life::live(&job, &mut desk, plants),
            };
            (job, life)
        })
        .collect();
    jobs.retain(|(_, life)| life.opened < Minute::of(AS_OF_DAY));
    let issues = work_items::plan(&jobs, &incidents, plants);
    let (wordings, issue_numbers) = number(&jobs, &issues, plants);

    let mut world = World {
        host: Host {
            accounts: cast::accounts(),
            teams: teams(),
            repositories: Vec::new(),
        },
        repositories: Vec::new(),
        register_toml: register(plants),
        private_register_toml: private_register(plants),
        ladders: LADDERS,
        as_of,
        truths: witness::people(),
    };
    let making = Making {
        plants,
        as_of,
        jobs: &jobs,
        wordings: &wordings,
        incidents: &incidents,
        issues: &issues,
        issue_numbers: &issue_numbers,
    };
    for repository in 0..REPOSITORIES.len() {
        making.repository(repository, &mut world);
    }
    witness::whole(&mut world.truths, &world.host, plants);
    world
}

/// What every repository is made from.
struct Making<'a> {
    plants: &'a Plants,
    as_of: Timestamp,
    jobs: &'a [(Job, Life)],
    wordings: &'a [Wording],
    incidents: &'a [IncidentPlan],
    issues: &'a [IssuePlan],
    issue_numbers: &'a [u64],
}

impl Making<'_> {
    fn repository(&self, repository: usize, world: &mut World) {
        let blueprint = &REPOSITORIES[repository];
        let works: Vec<(usize, &Job, &Life, &Wording)> = self
            .jobs
            .iter()
            .zip(self.wordings)
            .enumerate()
            .filter(|(_, ((job, _), _))| job.repository == repository)
            .map(|(index, ((job, life), wording))| (index, job, life, wording))
            .collect();
        let grown = growth::grow(repository, blueprint, &works, self.plants);
        let lives: Vec<(usize, &Job, &Life)> = works
            .iter()
            .map(|(index, job, life, _)| (*index, *job, *life))
            .collect();
        let shipped = delivery::ship(
            repository,
            blueprint,
            &grown,
            &lives,
            self.incidents,
            self.as_of,
        );
        let mut host = HostRepository {
            owner: ORGANISATION.to_owned(),
            name: blueprint.name.to_owned(),
            former_names: blueprint
                .former_name
                .map(|name| format!("{ORGANISATION}/{name}"))
                .into_iter()
                .collect(),
            node: format!("R_{}", blueprint.name),
            database_id: 880_000 + u64::try_from(repository).unwrap_or_default(),
            default_branch: Some("main".to_owned()),
            has_issues: true,
            created_at: Some(Minute::of(FIRST_DAY).instant()),
            viewer_administers: false,
            ruleset: Some(gates::ruleset(repository, self.plants)),
            milestones: milestones(self.as_of),
            ..HostRepository::default()
        };
        let empty = Branch::default();
        let branch = |index: &usize| grown.branches.get(index).unwrap_or(&empty);
        for (index, job, life, wording) in &works {
            let numbered = self.issues.iter().zip(self.issue_numbers);
            let closes: Vec<u64> = numbered
                .filter(|(issue, _)| issue.closed_by == Some(*index))
                .map(|(_, number)| *number)
                .collect();
            host.pull_requests.push(conversation::pull_request(
                job,
                life,
                wording,
                branch(index),
                &closes,
                (self.as_of, self.plants),
            ));
        }
        host.pull_requests
            .sort_by_key(|pull_request| pull_request.number);
        host.issues = self.issues(repository, &works);
        let pushed: Vec<(&Life, &Branch, &str)> = works
            .iter()
            .map(|(index, _, life, wording)| (*life, branch(index), wording.branch.as_str()))
            .collect();
        let (runs, flaky) = delivery::runs(repository, &pushed, &shipped, self.plants, self.as_of);
        host.workflow_runs = runs;
        let seen = witness::Seen {
            index: repository,
            host: &host,
            n_commits: grown.n_commits,
            shipped: &shipped,
            issues: self.issues,
            numbers: self.issue_numbers,
            flaky,
        };
        witness::repository(&mut world.truths, &seen, self.plants);
        agents::witness(&mut world.truths, repository, &lives, &host, self.plants);
        gates::witness(&mut world.truths, repository, &host, self.plants);
        host.environments = environments(&shipped.deployments);
        host.deployments = shipped.deployments;
        host.releases = shipped.releases;
        world.repositories.push(GeneratedRepository {
            owner: ORGANISATION.to_owned(),
            name: blueprint.name.to_owned(),
            branch: "main".to_owned(),
            tip: grown.tip_at(Minute::of(AS_OF_DAY)).unwrap_or_else(null_id),
            tags: shipped.tags,
            objects: grown.objects,
        });
        world.host.repositories.push(host);
    }

    /// The number of an incident's issue.
    fn incident(&self, incident: usize) -> Option<u64> {
        let mut issues = self.issues.iter();
        let at = issues.position(|issue| issue.incident == Some(incident))?;
        self.issue_numbers.get(at).copied()
    }

    /// The number of an incident's follow-up action.
    fn action(&self, incident: usize, is_late: bool) -> Option<u64> {
        let mut issues = self.issues.iter();
        let is_it = |of: &work_items::Follows| of.incident == incident && of.is_late == is_late;
        let at = issues.position(|issue| issue.follows.as_ref().is_some_and(is_it))?;
        self.issue_numbers.get(at).copied()
    }

    /// What mentions an incident's issue, and since when: its follow-up actions and its postmortem.
    fn mentions(
        &self,
        incident: usize,
        works: &[(usize, &Job, &Life, &Wording)],
    ) -> Vec<(u64, Minute)> {
        let follows = |issue: &&IssuePlan| issue.follows.is_some_and(|of| of.incident == incident);
        let numbered = self.issues.iter().zip(self.issue_numbers);
        let actions = numbered
            .filter(|(issue, _)| follows(issue))
            .map(|(issue, number)| (*number, issue.opened));
        let postmortems = works
            .iter()
            .filter(|(_, job, ..)| {
                matches!(job.work, plan::Work::Postmortem { incident: of } if of == incident)
            })
            .map(|(_, _, life, wording)| (wording.number, life.opened));
        actions.chain(postmortems).collect()
    }

    fn issues(
        &self,
        repository: usize,
        works: &[(usize, &Job, &Life, &Wording)],
    ) -> Vec<HostIssue> {
        let mut issues = Vec::new();
        for (issue, number) in self.issues.iter().zip(self.issue_numbers) {
            if issue.repository != repository {
                continue;
            }
            let incident = issue
                .incident
                .and_then(|incident| self.incidents.get(incident));
            let closing = issue.closed_by.and_then(|job| {
                Some((
                    self.wordings.get(job)?.number,
                    self.jobs.get(job)?.1.ended()?,
                ))
            });
            // Somebody found the change in one incident of three, and wrote it into the issue.
            let is_found_out = issue.incident.is_some_and(|index| index % 3 == 0);
            let caused_by =
                incident.filter(|_| is_found_out).and_then(|incident| {
                    let merged_before = works.iter().filter_map(|(_, _, life, wording)| match life
                        .end
                    {
                        End::Merged { at, .. } if at <= incident.slot => Some((at, wording.number)),
                        _ => None,
                    });
                    merged_before.max().map(|(_, number)| number)
                });
            let job = issue
                .closed_by
                .and_then(|job| self.jobs.get(job))
                .map(|(job, _)| job);
            let mentions = issue
                .incident
                .map_or_else(Vec::new, |at| self.mentions(at, works));
            let around = Around {
                number: *number,
                listed: issue.incident.and_then(|at| self.action(at, false)),
                actions: issue.incident.map_or_else(Vec::new, |at| {
                    let actions = [self.action(at, false), self.action(at, true)];
                    actions.into_iter().flatten().collect()
                }),
                follows: issue.follows.and_then(|of| self.incident(of.incident)),
                mentions,
                closing,
                job,
                incident,
                caused_by,
                as_of: self.as_of,
            };
            issues.push(work_items::issue(issue, &around, self.plants));
        }
        issues
    }
}

/// Numbers pull requests and issues of each repository in the order they were opened.
fn number(jobs: &[(Job, Life)], issues: &[IssuePlan], plants: &Plants) -> (Vec<Wording>, Vec<u64>) {
    let words = |(job, _): &(Job, Life)| Wording::of(job, plants);
    let mut wordings: Vec<Wording> = jobs.iter().map(words).collect();
    let mut issue_numbers = vec![0; issues.len()];
    let mut opened: Vec<(Minute, bool, usize, usize)> = Vec::new();
    opened.extend(
        issues
            .iter()
            .enumerate()
            .map(|(at, issue)| (issue.opened, false, at, issue.repository)),
    );
    opened.extend(
        jobs.iter()
            .enumerate()
            .map(|(at, (job, life))| (life.opened, true, at, job.repository)),
    );
    opened.sort_unstable();
    let mut next: BTreeMap<usize, u64> = BTreeMap::new();
    for (_, is_pull_request, at, repository) in opened {
        let number = next.entry(repository).or_default();
        *number += 1;
        if is_pull_request {
            if let Some(wording) = wordings.get_mut(at) {
                wording.number = *number;
            }
        } else if let Some(slot) = issue_numbers.get_mut(at) {
            *slot = *number;
        }
    }
    (wordings, issue_numbers)
}

/// A milestone a quarter, open until the quarter is over.
fn milestones(as_of: Timestamp) -> Vec<HostMilestone> {
    let first = |day: Date| Minute::of(day).instant();
    (1..)
        .zip(QUARTERS.windows(2).enumerate())
        .filter_map(|(number, (quarter, days))| {
            let [from, to] = days else { return None };
            let (created_at, due_at) = (first(*from), first(*to));
            let closed_at = Some(due_at).filter(|due_at| *due_at < as_of);
            Some(HostMilestone {
                number,
                title: plan::quarter_label(quarter),
                created_at,
                due_at: Some(due_at),
                closed_at,
                updated_at: closed_at.unwrap_or(created_at),
            })
        })
        .collect()
}

/// The environments that were deployed to; production takes one branch alone.
fn environments(deployments: &[HostDeployment]) -> Vec<HostEnvironment> {
    let names: BTreeSet<&str> = deployments
        .iter()
        .map(|deployment| deployment.environment.as_str())
        .collect();
    names
        .into_iter()
        .map(|name| HostEnvironment {
            name: name.to_owned(),
            has_branch_policy: name == delivery::PRODUCTION,
            ..HostEnvironment::default()
        })
        .collect()
}

fn teams() -> Vec<HostTeam> {
    let team = |slug: &str, members: &[Actor]| HostTeam {
        organisation: ORGANISATION.to_owned(),
        slug: slug.to_owned(),
        node: format!("T_{slug}"),
        members: members.iter().filter_map(|actor| actor.login()).collect(),
    };
    vec![
        team("parcels", &[INES, MARA, OSKAR, TOMAS, YUKI]),
        team("timetable", &[MARA, OSKAR, TOMAS, YUKI, INES]),
    ]
}

/// The team register: with the joiner's day where one joins inside the record, and the day on which agents were rolled out.
fn register(plants: &Plants) -> String {
    let mut text = include_str!("../../../fixtures/demo/linchpin.toml").to_owned();
    if plants.joiner {
        text = text.replace(
            "joined_on = \"2024-12-02\"",
            &format!("joined_on = \"{FIRST_DAY}\""),
        );
    }
    if plants.agents {
        text += include_str!("../../../fixtures/demo/agents.toml");
    }
    text
}

const LADDERS: [(&str, &str); 2] = [
    (
        "expectations/competencies.toml",
        include_str!("../../../reports/expectations/competencies.toml"),
    ),
    (
        "expectations/tech-lead.toml",
        include_str!("../../../reports/expectations/tech-lead.toml"),
    ),
];

fn private_register(plants: &Plants) -> String {
    let mut text = include_str!("../../../fixtures/demo/linchpin.private.toml").to_owned();
    if plants.holiday {
        text += include_str!("../../../fixtures/demo/absence.toml");
    }
    if plants.bottleneck {
        text += include_str!("../../../fixtures/demo/delegation.toml");
    }
    if plants.mentee {
        text += include_str!("../../../fixtures/demo/buddy.toml");
    }
    text
}
