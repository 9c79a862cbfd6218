//! Pull requests that a bot or a script landed: GitHub calls them closed, and the default branch has them.
//!
//! Bors, ghstack, the bots of Meta and `PyTorch`, Copybara and Node's scripts squash a pull request, push it, and close what is left.
//! That one landed takes two things: a commit of the default branch that names it, made about when it was closed; and a sign that
//! the commit is the pull request, not a mention of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::derive::MinedClone;
use crate::domain::{
    Commit, CommitId, Facts, PersonId, PrNumber, PullRequest, PullRequestState, RepositoryId,
    TimelineEvent,
};
use crate::git;

/// Between the commit and the closing. People and queues close later than they push, and clocks differ.
const AROUND: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The timeline's word for it. GitHub has none.
const LANDED: &str = "landed";

/// Calls the closed pull requests that landed merged, as of their closing, and says so in their timeline.
///
/// `sign` is what the title or a label of one that landed matches.
pub fn settle(facts: &mut Facts, clones: &[MinedClone], sign: &Regex) {
    let mut naming: BTreeMap<(RepositoryId, PrNumber), Vec<&Commit>> = BTreeMap::new();
    for clone in clones {
        for commit in clone.history.landed() {
            if let Some(number) = commit.pull_request {
                let key = (clone.repository, PrNumber(number));
                naming.entry(key).or_default().push(commit);
            }
        }
    }
    if naming.is_empty() {
        return;
    }
    let mut closed_by: BTreeMap<(RepositoryId, PrNumber), Option<PersonId>> = BTreeMap::new();
    for event in facts.timeline.iter().filter(|row| row.event == "closed") {
        closed_by.insert((event.repository, event.number), event.actor);
    }
    let mut landed: Vec<TimelineEvent> = Vec::new();
    for row in &mut facts.pull_requests {
        let key = (row.repository, row.number);
        let (PullRequestState::Closed, Some(closed_at), Some(commits)) =
            (row.state, row.closed_at, naming.get(&key))
        else {
            continue;
        };
        let is_it = |commit: &&&Commit| {
            is_near(commit.committed_at, closed_at)
                && commit.committed_at >= row.created_at - AROUND
                && is_landing(row, commit, sign)
        };
        let Some(commit): Option<CommitId> = commits.iter().rev().find(is_it).map(|found| found.id)
        else {
            continue;
        };
        let actor = closed_by.get(&key).copied().flatten();
        row.state = PullRequestState::Merged;
        row.merged_at = Some(closed_at);
        row.merged_by = actor;
        landed.push(TimelineEvent {
            repository: row.repository,
            number: row.number,
            at: closed_at,
            event: LANDED.to_owned(),
            actor,
            detail: Some(commit.to_string()),
        });
    }
    facts.timeline.extend(landed);
}

fn is_near(committed_at: Timestamp, closed_at: Timestamp) -> bool {
    committed_at.duration_since(closed_at).abs() <= AROUND
}

/// Whether a commit that names a pull request is it: the pull request says that it landed, or the commit does in a line that bots
/// write for that alone, or it is called what a squash of the pull request would be.
fn is_landing(row: &PullRequest, commit: &Commit, sign: &Regex) -> bool {
    let is_signed =
        || sign.is_match(&row.title) || row.labels.iter().any(|label| sign.is_match(label));
    let has_trailer = || git::named_in_subject(&commit.subject) != Some(row.number.0);
    let is_squash = || commit.subject == format!("{} (#{})", row.title, row.number.0);
    is_signed() || has_trailer() || is_squash()
}
