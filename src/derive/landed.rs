//! Pull requests that a bot or a script landed: GitHub calls them closed, and the default branch has them.
//!
//! Bors, ghstack, the bots of Meta and `PyTorch`, Copybara and Node's scripts squash a pull request, push it, and close what is left.
//! That one landed takes two things: a commit of the default branch that names it, made about when it was closed; and a sign that
//! the commit is the pull request, not a mention of it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use regex::Regex;

use super::MinedClone;
use crate::domain::{
    Commit, CommitId, Facts, PersonId, PrNumber, PullRequest, PullRequestState, RepositoryId,
    TimelineEvent,
};
use crate::git;

/// Between the commit and the closing. People and queues close later than they push, and clocks differ.
const AROUND: SignedDuration = SignedDuration::from_hours(3 * 24);

/// Calls the closed pull requests that landed merged, as of their closing, and says so in their timeline.
///
/// `sign` is what the title or a label of one that landed matches.
pub fn settle(facts: &mut Facts, clone: &MinedClone, sign: &Regex) {
    let mut naming: BTreeMap<(RepositoryId, PrNumber), Vec<&Commit>> = BTreeMap::new();
    for commit in clone.history.landed() {
        if let Some(number) = commit.pull_request {
            let key = (clone.repository, PrNumber(number));
            naming.entry(key).or_default().push(commit);
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
                && row.created_at.duration_since(commit.committed_at) <= AROUND
                && is_landing(row, commit, sign)
        };
        let Some(commit): Option<CommitId> = commits.iter().rev().find(is_it).map(|found| found.id)
        else {
            continue;
        };
        row.state = PullRequestState::Merged;
        row.merged_at = Some(closed_at);
        row.merged_by = closed_by.get(&key).copied().flatten();
        landed.push(TimelineEvent {
            repository: row.repository,
            number: row.number,
            at: closed_at,
            event: TimelineEvent::LANDED.to_owned(),
            // The closing is the deed; this only says what it was.
            actor: None,
            detail: Some(commit.to_string()),
            reason: None,
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::{History, Origin, SignatureId};
    use crate::register::Register;

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1_000_000 / 3 + hours)
    }

    /// A commit of the default branch made at an hour, that names pull request 7.
    fn commit(subject: &str, at: i64) -> Commit {
        Commit {
            id: format!("{at:040x}").parse().unwrap(),
            parents: Vec::new(),
            author: SignatureId(0),
            committer: SignatureId(0),
            authored_at: hour(at),
            author_offset_seconds: 0,
            committed_at: hour(at),
            committer_offset_seconds: 0,
            landed_at: hour(at),
            co_authors: Vec::new(),
            marks: Vec::new(),
            subject: subject.to_owned(),
            pull_request: Some(7),
            reverts: None,
            cherry_picked_from: None,
            on_default_branch: true,
            exclusion: None,
            n_files: None,
            lines_added: None,
            lines_deleted: None,
        }
    }

    /// Whether pull request 7, opened at 0 and closed at 100 under a title and a label, landed with a commit.
    fn lands(title: &str, label: &str, commit: Commit, pattern: &str) -> bool {
        lands_of(hour(0), title, label, commit, pattern)
    }

    /// The same of one that was opened at another instant.
    fn lands_of(
        created_at: Timestamp,
        title: &str,
        label: &str,
        commit: Commit,
        pattern: &str,
    ) -> bool {
        let repository = RepositoryId(0);
        let clone = MinedClone {
            repository,
            path: PathBuf::new(),
            history: History {
                commits: vec![commit],
                ..History::default()
            },
        };
        let mut facts = Facts::default();
        facts.pull_requests.push(PullRequest {
            repository,
            number: PrNumber(7),
            node: String::new(),
            title: title.to_owned(),
            url: String::new(),
            author: None,
            state: PullRequestState::Closed,
            is_draft: false,
            created_at,
            ready_at: None,
            first_commit_at: None,
            merged_at: None,
            closed_at: Some(hour(100)),
            updated_at: hour(100),
            merged_by: None,
            merge_commit: None,
            base_branch: "main".into(),
            head_branch: "fix".into(),
            additions: 0,
            deletions: 0,
            n_files: 0,
            n_commits: 0,
            n_reviews: 0,
            n_comments: 0,
            labels: vec![label.to_owned()],
            closes_issues: Vec::new(),
            origin: Origin::NoEvidence,
            answers_for: None,
        });
        settle(&mut facts, &clone, &Regex::new(pattern).unwrap());
        let row = &facts.pull_requests[0];
        let is_merged = row.state == PullRequestState::Merged;
        assert_eq!(row.merged_at, is_merged.then(|| hour(100)));
        assert_eq!(facts.timeline.len(), usize::from(is_merged));
        is_merged
    }

    #[test]
    fn a_closed_pull_request_landed_where_both_sides_say_so() {
        let pattern = Register::default().landed_pattern;
        let check = |title: &str, label: &str, subject: &str, at: i64, expected: bool| {
            let found = lands(title, label, commit(subject, at), &pattern);
            assert_eq!(found, expected, "{title}, {label}, {subject}, {at}");
        };
        check("[Merged by Bors] - Fix", "bug", "Fix it (#7)", 99, true);
        check("Fix", "Merged", "Fix it (#7)", 99, true);
        check("Fix", "landed", "Fix it (#7)", 99, true);
        // A squash of it, whoever made it, and a trailer that bots write for that alone.
        check("Fix", "bug", "Fix (#7)", 99, true);
        check("Fix", "bug", "Fix", 99, true);
        // Somebody else's commit that names it.
        check("Fix", "bug", "Fix it another way (#7)", 99, false);
        check("Fix", "unmerged", "Fix it another way (#7)", 99, false);
        // Long before or after it was closed, or before it was there.
        check("Fix", "Merged", "Fix it (#7)", 100 - 80, false);
        check("Fix", "Merged", "Fix it (#7)", 100 + 80, false);
        check("Fix", "Merged", "Fix it (#7)", 100 + 70, true);
    }

    #[test]
    fn the_sign_is_the_teams_to_choose() {
        let subject = || commit("Fix it (#7)", 99);
        assert!(!lands("Fix", "shipped", subject(), "^merged$"));
        assert!(lands("Fix", "shipped", subject(), "^shipped$"));
    }

    #[test]
    fn an_instant_at_the_end_of_time_is_no_trouble() {
        for created_at in [Timestamp::MIN, Timestamp::MAX] {
            let lands = lands_of(
                created_at,
                "[Merged by Bors] - Fix",
                "",
                commit("Fix (#7)", 99),
                &Register::default().landed_pattern,
            );
            assert_eq!(lands, created_at == Timestamp::MIN);
        }
    }
}
