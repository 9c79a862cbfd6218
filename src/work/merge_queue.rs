//! The merge queue and auto-merge: what an approved change waits for that is nobody.
//!
//! GitHub takes a pull request out of the queue about a second before it merges it, so a removal next to the merge is the landing and
//! no ejection. The instants decide, since older servers tell no reason.

use jiff::{SignedDuration, Timestamp};

use crate::domain::TimelineEvent;
use crate::work::pull_requests::FullPullRequest;

/// How far a removal, or a disarming, and what it belongs to may lie apart.
pub const AROUND: SignedDuration = SignedDuration::from_secs(2);

/// Why the queue gave a pull request back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ejection {
    /// Its checks failed, or did not end in time.
    Checks,
    /// It could not be merged with what was before it.
    Conflict,
    /// Somebody took it out, or emptied the queue.
    ByHand,
    /// For another reason, or for one that is not told.
    Other,
}

/// How a stay in the queue ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// Merged by the queue.
    Landed,
    /// Given back.
    Ejected(Ejection),
    /// Merged by somebody while it was in the queue.
    MergedPast,
    /// It was in the queue at the as-of instant, or when it was closed.
    Unfinished,
}

/// A stay in the merge queue: one attempt to land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Added.
    pub since: Timestamp,
    /// Removed, or merged; `None`: neither is told.
    pub until: Option<Timestamp>,
    /// How it ended.
    pub leaving: Leaving,
}

/// GitHub's words for a removal with a merge that was not the queue's.
const MERGED_PAST: &str = "already_merged";
/// GitHub's words for a landing.
const LANDED: [&str; 2] = ["merged", "merge"];

/// What GitHub's word stands for: the timeline's, and the webhook's of the same removal.
fn ejection(word: Option<&str>) -> Ejection {
    match word {
        Some(
            "failed_checks" | "checks_failed" | "checks_timed_out" | "ci_failure" | "ci_timeout"
            | "no_response",
        ) => Ejection::Checks,
        Some("merge_conflict" | "invalid_merge_commit" | "git_tree_invalid") => Ejection::Conflict,
        Some("manual" | "dequeued" | "queue_cleared") => Ejection::ByHand,
        _ => Ejection::Other,
    }
}

/// The stays of a pull request in the merge queue, in order. Adding what is in the queue, and removing what is not, is nothing.
#[must_use]
pub fn stays(whole: &FullPullRequest<'_>) -> Vec<Stay> {
    let merged_at = whole.pull_request.merged_at;
    let mut stays = Vec::new();
    let mut queued_at = None;
    for row in &whole.timeline {
        match row.event.as_str() {
            "added_to_merge_queue" => queued_at = queued_at.or(Some(row.at)),
            "removed_from_merge_queue" => {
                if let Some(since) = queued_at.take() {
                    let word = row.reason.as_deref();
                    stays.push(Stay {
                        since,
                        until: Some(row.at),
                        leaving: leaving(since, row.at, word, merged_at),
                    });
                }
            }
            _ => {}
        }
    }
    stays.extend(queued_at.map(|since| {
        let landed_at = merged_at.filter(|at| *at >= since);
        Stay {
            since,
            until: landed_at,
            leaving: landed_at.map_or(Leaving::Unfinished, |_| Leaving::Landed),
        }
    }));
    stays
}

fn leaving(
    since: Timestamp,
    removed_at: Timestamp,
    word: Option<&str>,
    merged_at: Option<Timestamp>,
) -> Leaving {
    if word == Some(MERGED_PAST) {
        return Leaving::MergedPast;
    }
    let is_merge = merged_at.is_some_and(|at| since <= at && is_around(at, removed_at));
    if is_merge || word.is_some_and(|word| LANDED.contains(&word)) {
        Leaving::Landed
    } else {
        Leaving::Ejected(ejection(word))
    }
}

fn is_around(a: Timestamp, b: Timestamp) -> bool {
    a.duration_since(b).abs() <= AROUND
}

/// What is known of a pull request's auto-merge at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arming {
    /// Never armed.
    Never,
    /// Armed since then.
    Since(Timestamp),
    /// Armed, and disarmed again.
    Disarmed,
}

/// Whether auto-merge was armed at an instant, whichever way to merge was chosen. What is disarmed by the merge itself, or on the way into
/// the queue, stays armed.
#[must_use]
pub fn arming(whole: &FullPullRequest<'_>, at: Timestamp) -> Arming {
    let before = || whole.timeline.iter().filter(move |row| row.at <= at);
    let disarmed_at = before()
        .filter(|row| is_disarming(whole, row))
        .map(|row| row.at)
        .max();
    let mut armed_at = None;
    let mut was_armed = false;
    for row in before().filter(|row| ENABLED.contains(&row.event.as_str())) {
        was_armed = true;
        // Another way to merge is no new arming.
        if disarmed_at.is_none_or(|disarmed_at| row.at >= disarmed_at) {
            armed_at = armed_at.or(Some(row.at));
        }
    }
    match armed_at {
        Some(armed_at) => Arming::Since(armed_at),
        None if was_armed => Arming::Disarmed,
        None => Arming::Never,
    }
}

/// What arms: a merge commit, a squash or a rebase.
const ENABLED: [&str; 3] = [
    "auto_merge_enabled",
    "auto_squash_enabled",
    "auto_rebase_enabled",
];

/// Whether an event of a pull request disarms: neither the merge nor the way into the queue is beside it.
fn is_disarming(whole: &FullPullRequest<'_>, row: &TimelineEvent) -> bool {
    let mut others = whole.timeline.iter();
    let is_beside = |at: Option<Timestamp>| at.is_some_and(|at| is_around(at, row.at));
    row.event == "auto_merge_disabled"
        && !is_beside(whole.pull_request.merged_at)
        && !others.any(|other| other.event == "added_to_merge_queue" && is_around(other.at, row.at))
}
