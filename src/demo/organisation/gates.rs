//! What stands between an approval and the merge in `timetable`: a merge queue that gives some changes back, and auto-merge.

use jiff::Timestamp;
use jiff::civil::{Date, date};

use super::blueprint::{REPOSITORIES, TIMETABLE};
use super::cast::{Actor, COPILOT, is_bot};
use super::clock::{Minute, after};
use super::life::{End, Life};
use super::plan::Job;
use super::truths::{AutoMergeTruth, BypassTruth, MergeQueueTruth, Plants, Share, Truths};
use crate::demo::model::{
    EventKind, HostEvent, HostMergeRule, HostPullRequest, HostRepository, HostReview,
};

/// The last change of `timetable`'s ruleset. When the others were laid down is not told.
pub(super) const RULED_FROM: Date = date(2025, 10, 1);

/// What happens at a gate: when, who did it, and what.
type Step = (Timestamp, Actor, EventKind);

/// What happens before a merge, in order of time.
pub(super) fn before_the_merge(job: &Job, life: &Life, plants: &Plants) -> Vec<Step> {
    let End::Merged { at, by } = life.end else {
        return Vec::new();
    };
    if job.repository != TIMETABLE {
        return Vec::new();
    }
    let mut steps = Vec::new();
    // Dice of their own, so that nothing else moves.
    let mut dice = job.dice("gates");
    let (is_ejected, is_armed, is_disarmed) = (dice.chance(15), dice.chance(45), dice.chance(15));
    let merged_at = at.instant();
    let seconds = |before: i64| after(merged_at, -before);
    if plants.auto_merge && is_armed && job.author.is_team() {
        let reviewed = life.reviews.last().map_or(life.opened, |review| review.at);
        let armed_at = after(reviewed.max(life.opened).instant(), 45);
        if armed_at < seconds(480) {
            steps.push((armed_at, by, EventKind::AutoRebaseEnabled));
            if is_disarmed {
                steps.push((after(armed_at, 20), by, EventKind::AutoMergeDisabled));
            }
        }
    }
    if plants.merge_queue {
        let removed = |reason| EventKind::RemovedFromMergeQueue {
            reason: Some(reason),
        };
        if is_ejected {
            steps.push((seconds(450), by, EventKind::AddedToMergeQueue));
            steps.push((seconds(300), by, removed("failed_checks")));
        }
        steps.push((seconds(240), by, EventKind::AddedToMergeQueue));
        // As GitHub does: what lands leaves the queue a second before it is merged.
        steps.push((seconds(1), by, removed("merged")));
    }
    steps
}

/// What a merge needs in a repository.
pub(super) fn ruleset(repository: usize, plants: &Plants) -> HostMergeRule {
    let is_told = repository == TIMETABLE;
    HostMergeRule {
        required_approvals: 1,
        required_checks: vec!["check".to_owned()],
        has_merge_queue: is_told && plants.merge_queue,
        updated_at: is_told.then(ruled_from),
        ..HostMergeRule::default()
    }
}

fn ruled_from() -> Timestamp {
    Minute::of(RULED_FROM).instant()
}

/// The truths about gates that one repository adds, counted from what was generated. Changes of automation are in no figure.
pub(super) fn witness(
    truths: &mut Truths,
    repository: usize,
    host: &HostRepository,
    plants: &Plants,
) {
    if repository != TIMETABLE {
        return;
    }
    let product = REPOSITORIES[repository].product.to_owned();
    let is_counted = |row: &&HostPullRequest| {
        let author = row.author.as_deref();
        row.merged_at.is_some()
            && author.is_some()
            && (!is_bot(author) || row.author == COPILOT.login())
    };
    let merged: Vec<&HostPullRequest> = host.pull_requests.iter().filter(is_counted).collect();
    let n_of = |is_it: fn(&EventKind) -> bool| {
        let events = merged.iter().flat_map(|row| &row.timeline);
        count(events.filter(|event| is_it(&event.what)))
    };
    if plants.merge_queue {
        truths.merge_queue = Some(MergeQueueTruth {
            product: product.clone(),
            n_landed: count(merged.iter()),
            n_attempts: n_of(|what| matches!(what, EventKind::AddedToMergeQueue)),
            n_ejected: n_of(|what| {
                let failed = Some("failed_checks");
                matches!(what, EventKind::RemovedFromMergeQueue { reason } if *reason == failed)
            }),
        });
    }
    if plants.auto_merge {
        let has = |row: &&&HostPullRequest, is_it: fn(&EventKind) -> bool| {
            let mut events = row.timeline.iter();
            events.any(|event: &HostEvent| is_it(&event.what))
        };
        let armed: Vec<&&HostPullRequest> = merged
            .iter()
            .filter(|row| has(row, |what| matches!(what, EventKind::AutoRebaseEnabled)))
            .collect();
        let is_off = |what: &EventKind| matches!(what, EventKind::AutoMergeDisabled);
        let n_disarmed = count(armed.iter().filter(|row| has(row, is_off)));
        truths.auto_merge = Some(AutoMergeTruth {
            product: product.clone(),
            n_merged: count(armed.iter()) - n_disarmed,
            n_disarmed,
        });
    }
    let ruled: Vec<&&HostPullRequest> = merged
        .iter()
        .filter(|row| row.merged_at >= Some(ruled_from()))
        .collect();
    let is_bypass = |row: &&&&HostPullRequest| {
        let approves = |review: &HostReview| {
            review.state == "APPROVED"
                && review.author != row.author
                && review.submitted_at <= row.merged_at
        };
        !row.reviews.iter().any(approves)
    };
    truths.bypass = Some(BypassTruth {
        product,
        share: Share {
            hits: count(ruled.iter().filter(is_bypass)),
            of: count(ruled.iter()),
        },
    });
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or_default()
}
