//! Red spells: a workflow's failed attempts in a row on one branch, and what turned it green.
//!
//! Attempts are taken in the order in which their runs were created. What has no result (cancelled, skipped) is passed over, and so is
//! what had not ended by the as-of instant.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use super::conclusions::is_failure;
use crate::domain::{CommitId, PrNumber, PullRequest, RepositoryId, WorkflowRun};
use crate::work::Reading;

/// What turned a workflow green again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cure {
    /// The same commit passed: nothing was changed.
    Rerun,
    /// The base was merged into the branch, and nothing else changed: what was broken was mended there.
    Base,
    /// Another commit.
    Push,
    /// It passed, and of which commit is not known.
    Unknown,
}

/// Failed attempts of one workflow on one branch in a row.
#[derive(Debug, Clone, Copy)]
pub struct RedSpell<'a> {
    /// The first failed attempt.
    pub first: &'a WorkflowRun,
    /// The last one.
    pub last: &'a WorkflowRun,
    /// The attempt that passed after it, and what had changed; `None`: none has.
    pub green: Option<(&'a WorkflowRun, Cure)>,
}

/// Where a workflow runs: repository, workflow, event, branch, and the pull request where the event is one's.
type Lane<'a> = (RepositoryId, &'a str, &'a str, &'a str, Option<PrNumber>);

/// A product's red spells, lane by lane, in order of time.
#[must_use]
pub fn red_spells<'a>(reading: &Reading<'a>) -> Vec<RedSpell<'a>> {
    let branches = Branches::of(reading);
    let mut lanes: BTreeMap<Lane<'_>, Vec<&WorkflowRun>> = BTreeMap::new();
    for run in &reading.tables.facts.workflow_runs {
        let as_of = reading.question.as_of;
        let is_seen = run.created_at < as_of && run.updated_at < as_of;
        if is_seen && reading.product.has(run.repository) && is_red(run).is_some() {
            let branch = run.head_branch.as_deref().unwrap_or_default();
            let number = branches.pull_request(run);
            let lane = (run.repository, &*run.name, &*run.event, branch, number);
            lanes.entry(lane).or_default().push(run);
        }
    }
    let mut spells = Vec::new();
    for mut attempts in lanes.into_values() {
        attempts.sort_by_key(|run| (run.created_at, run.run, run.attempt));
        let mut open: Option<RedSpell<'_>> = None;
        for run in attempts {
            if is_red(run) == Some(true) {
                let first = open.map_or(run, |spell| spell.first);
                let (last, green) = (run, None);
                open = Some(RedSpell { first, last, green });
            } else if let Some(spell) = open.take() {
                let green = Some((run, branches.cure(spell.last, run)));
                spells.push(RedSpell { green, ..spell });
            }
        }
        spells.extend(open);
    }
    spells
}

/// Whether an attempt failed, or passed; `None`: it has no result.
fn is_red(run: &WorkflowRun) -> Option<bool> {
    match run.conclusion.as_deref()? {
        "success" => Some(false),
        conclusion if is_failure(conclusion) => Some(true),
        _ => None,
    }
}

/// A commit of a pull request's own list: of which one, and whether it only brings in the base.
#[derive(Debug, Clone, Copy)]
struct OwnCommit {
    number: PrNumber,
    updates_from_base: bool,
}

/// What is known of pull requests' branches.
struct Branches<'a> {
    by_name: HashMap<(RepositoryId, &'a str), Vec<&'a PullRequest>>,
    /// Of a commit that several pull requests have, the first one.
    by_commit: HashMap<(RepositoryId, CommitId), OwnCommit>,
    /// When something else than the base was pushed, as far as that can be told.
    pushed_at: HashMap<(RepositoryId, PrNumber), Vec<Timestamp>>,
}

impl<'a> Branches<'a> {
    fn of(reading: &Reading<'a>) -> Self {
        let facts = &reading.tables.facts;
        let mut by_name: HashMap<_, Vec<&PullRequest>> = HashMap::new();
        for row in &facts.pull_requests {
            if reading.product.has(row.repository) {
                let name = (row.repository, row.head_branch.as_str());
                by_name.entry(name).or_default().push(row);
            }
        }
        let mut by_commit: HashMap<_, OwnCommit> = HashMap::new();
        let mut pushed_at: HashMap<_, Vec<Timestamp>> = HashMap::new();
        for row in &facts.pull_request_commits {
            if !reading.product.has(row.repository) {
                continue;
            }
            let own = OwnCommit {
                number: row.number,
                updates_from_base: row.updates_from_base,
            };
            let known = by_commit.entry((row.repository, row.commit)).or_insert(own);
            if row.number < known.number {
                *known = own;
            }
            if !row.updates_from_base {
                let key = (row.repository, row.number);
                pushed_at.entry(key).or_default().push(row.authored_at);
            }
        }
        for row in &facts.timeline {
            if row.event == "head_ref_force_pushed" && reading.product.has(row.repository) {
                let key = (row.repository, row.number);
                pushed_at.entry(key).or_default().push(row.at);
            }
        }
        Self {
            by_name,
            by_commit,
            pushed_at,
        }
    }

    /// The pull request that a run is of, where its event is one's. Forks call their branches alike: the one that was open then, or
    /// else the one that has the commit.
    fn pull_request(&self, run: &WorkflowRun) -> Option<PrNumber> {
        if !run.event.starts_with("pull_request") {
            return None;
        }
        let name = (run.repository, run.head_branch.as_deref()?);
        let is_open = |row: &&&PullRequest| {
            let ended_at = row.merged_at.or(row.closed_at);
            row.created_at <= run.created_at && ended_at.is_none_or(|at| at >= run.created_at)
        };
        let called = self.by_name.get(&name).map_or(&[][..], Vec::as_slice);
        let mut open = called.iter().filter(is_open);
        if let (Some(one), None) = (open.next(), open.next()) {
            return Some(one.number);
        }
        let own = self.by_commit.get(&(run.repository, run.head_commit?))?;
        Some(own.number)
    }

    /// What had changed between a failed attempt and the one that passed.
    fn cure(&self, red: &WorkflowRun, green: &WorkflowRun) -> Cure {
        let (Some(before), Some(after)) = (red.head_commit, green.head_commit) else {
            return Cure::Unknown;
        };
        if before == after {
            return Cure::Rerun;
        }
        let own = self.by_commit.get(&(green.repository, after));
        let Some(own) = own.filter(|own| own.updates_from_base) else {
            return Cure::Push;
        };
        let pushes = self.pushed_at.get(&(green.repository, own.number));
        let mut pushes = pushes.map_or(&[][..], Vec::as_slice).iter();
        if pushes.any(|at| red.created_at < *at && *at <= green.created_at) {
            return Cure::Push;
        }
        Cure::Base
    }
}
