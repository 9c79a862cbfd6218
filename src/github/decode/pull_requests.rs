//! A pull request's record as rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decoder, Tails, commit, tails};
use crate::domain::agents::{self, requester};
use crate::domain::provenance::Rung;
use crate::domain::{
    Agents, Comment, CommentKind, Origin, PersonId, PrNumber, Provenance, ProvenanceKind,
    PullRequest, PullRequestCommit, PullRequestFile, PullRequestState, RequestAction, Review,
    ReviewRequest, ReviewState, TimelineEvent,
};
use crate::github::wire;
use crate::github::wire::pull_request::{AssignedEvent, Event, ReviewRequestEvent};
use crate::store::raw::Record;

/// More lines of one description say nothing more.
const MOST_FOOTERS: usize = 8;

/// A review that its author has not submitted yet; only they are shown it.
pub(in crate::github) const PENDING: &str = "PENDING";

impl Decoder {
    /// Adds a pull request's rows; an error says why there are none.
    pub(super) fn pull_request(&mut self, mut record: Record) -> Result<(), String> {
        let mut tails = tails(&mut record);
        let node: wire::pull_request::PullRequest = self.node(record)?;
        let number = PrNumber(node.number);
        let subject = format!("{number}");
        let state = match node.state.as_str() {
            "OPEN" => PullRequestState::Open,
            "MERGED" => PullRequestState::Merged,
            "CLOSED" => PullRequestState::Closed,
            other => return Err(format!("unknown state {other}")),
        };
        let n_gaps = self.gaps.len();
        let commits = self.promised(&subject, "commits", node.commits, &mut tails)?;
        let all_commits_came = self.gaps.len() == n_gaps;
        let files = self.whole(&subject, "files", node.files, &mut tails)?;
        let reviews = self.whole(&subject, "reviews", node.reviews, &mut tails)?;
        let threads = self.promised(&subject, "reviewThreads", node.review_threads, &mut tails)?;
        let comments = self.promised(&subject, "comments", node.comments, &mut tails)?;
        let events = self.promised(&subject, "timelineItems", node.timeline_items, &mut tails)?;
        let labels = self.whole(&subject, "labels", node.labels, &mut tails)?;
        let closing = self.whole(
            &subject,
            "closingIssuesReferences",
            node.closing_issues_references,
            &mut tails,
        )?;

        let author = self.accounts.of(node.author);
        let merged_by = self.accounts.of(node.merged_by);
        let n_commits = commits.len() as u64;
        // The commit that did not come may have been the first.
        let first_commit_at = self
            .commits(number, commits, &node.base_ref_name)
            .filter(|_| all_commits_came);
        self.described(
            number,
            &node.url,
            node.description.as_deref().unwrap_or_default(),
        );
        let n_files = files.len() as u64;
        for file in files {
            self.facts.pull_request_files.push(PullRequestFile {
                repository: self.repository,
                number,
                path: file.path.into(),
                additions: file.additions,
                deletions: file.deletions,
            });
        }
        let unsubmitted: BTreeSet<String> = reviews
            .iter()
            .filter(|review| review.state == PENDING)
            .map(|review| review.id.clone())
            .collect();
        let (n_comments, n_inline) =
            self.comments(number, threads, comments, &unsubmitted, &mut tails)?;
        let dismissals = dismissals(&events);
        let n_reviews = self.reviews(number, reviews, &n_inline, &dismissals);
        let told = self.timeline(number, events);
        // A record without a ready event was opened ready, unless it is a draft now.
        let ready_at = if node.is_draft {
            None
        } else {
            Some(told.ready_at.unwrap_or(node.created_at))
        };
        let merge_commit = told
            .merge_commit
            .or_else(|| node.merge_commit.and_then(|id| commit(&id.oid)));
        let mut labels: Vec<String> = labels.into_iter().map(|label| label.name).collect();
        labels.sort();
        let closes_issues = self.own_issues(closing);
        self.facts.pull_requests.push(PullRequest {
            repository: self.repository,
            number,
            node: node.id,
            title: node.title,
            url: node.url,
            author,
            state,
            is_draft: node.is_draft,
            created_at: node.created_at,
            ready_at,
            first_commit_at,
            merged_at: node.merged_at,
            closed_at: node.closed_at,
            updated_at: node.updated_at,
            merged_by,
            merge_commit,
            base_branch: node.base_ref_name,
            head_branch: node.head_ref_name,
            additions: node.additions,
            deletions: node.deletions,
            n_files: node.changed_files.max(n_files),
            n_commits,
            n_reviews,
            n_comments,
            labels,
            closes_issues,
            origin: Origin::NoEvidence,
            answers_for: None,
        });
        Ok(())
    }

    /// The numbers of the issues of this repository, sorted.
    fn own_issues(&self, issues: Vec<wire::pull_request::ClosingIssue>) -> Vec<u64> {
        let home = self.node.as_deref();
        let own = issues
            .into_iter()
            .filter(|issue| home.is_none_or(|home| issue.repository.id == home));
        let mut numbers: Vec<u64> = own.map(|issue| issue.number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Keeps what tools write below a description: the lines that say so, and the one that says who had it done.
    fn described(&mut self, number: PrNumber, url: &str, body: &str) {
        let list = Agents::known();
        let told = |line| Some((line, list.footer(line).or_else(|| list.trailer(line))?));
        let footers: Vec<(&str, agents::Told)> =
            body.lines().filter_map(told).take(MOST_FOOTERS).collect();
        let Some((_, first)) = footers.first() else {
            return;
        };
        let tool = first.tool.clone();
        let is_told = |line: &str| footers.iter().any(|(known, _)| *known == line);
        let asked = body
            .lines()
            .find(|line| !is_told(line) && requester(line).is_some());
        let asked = asked.map(|line| (line, agents::Told { tool, model: None }));
        let rows: Vec<_> = footers.iter().cloned().chain(asked).collect();
        for (line, told) in rows {
            self.facts.provenance.push(Provenance {
                repository: self.repository,
                kind: ProvenanceKind::PullRequest,
                number: Some(number),
                commit: None,
                review: None,
                rung: Rung::Convention,
                tool: told.tool,
                model: told.model,
                agent: None,
                delegator: None,
                evidence: Provenance::quoted(line),
                link: Some(url.to_owned()),
            });
        }
    }

    /// Adds a pull request's commits; returns the earliest author time, where every commit has one.
    fn commits(
        &mut self,
        number: PrNumber,
        commits: Vec<wire::pull_request::PullRequestCommit>,
        base: &str,
    ) -> Option<jiff::Timestamp> {
        let mut first_commit_at: Option<jiff::Timestamp> = None;
        let mut all_are_dated = true;
        for wire::pull_request::PullRequestCommit { commit: row } in commits {
            let (name, email, user) = row.author.map_or((None, None, None), |author| {
                (author.name, author.email, author.user)
            });
            let author = self.accounts.of(user);
            let author = author.or_else(|| {
                let (name, email) = (name.unwrap_or_default(), email.as_deref()?);
                self.accounts.of_agent(&name, email)
            });
            self.accounts.link(email, author);
            let headline = row.message_headline.unwrap_or_default();
            let updates_from_base = merged_branch(&headline) == Some(base);
            let Some(authored_at) = row.authored_date else {
                all_are_dated = false;
                self.gap("pull_request_commit", &number.to_string(), "no_author_time");
                continue;
            };
            first_commit_at =
                Some(first_commit_at.map_or(authored_at, |first| first.min(authored_at)));
            match commit(&row.oid) {
                Some(id) => self.facts.pull_request_commits.push(PullRequestCommit {
                    repository: self.repository,
                    number,
                    commit: id,
                    authored_at,
                    author,
                    updates_from_base,
                }),
                None => self.gap(
                    "pull_request_commit",
                    &number.to_string(),
                    "not_a_commit_id",
                ),
            }
        }
        first_commit_at.filter(|_| all_are_dated)
    }

    /// Adds inline and conversation comments; returns how many, and the inline ones by review.
    ///
    /// GitHub shows the token's owner their own comments before they are submitted: nobody else has seen those.
    fn comments(
        &mut self,
        number: PrNumber,
        threads: Vec<wire::pull_request::Thread>,
        comments: Vec<wire::Comment>,
        unsubmitted: &BTreeSet<String>,
        tails: &mut Tails,
    ) -> Result<(u64, BTreeMap<String, u64>), String> {
        let mut n_inline: BTreeMap<String, u64> = BTreeMap::new();
        let mut n_comments = comments.len() as u64;
        for thread in threads {
            let path = format!("reviewThreads/{}/comments", thread.id);
            for row in self.whole(&number.to_string(), &path, Some(thread.comments), tails)? {
                let review = row.pull_request_review;
                if review
                    .as_ref()
                    .is_some_and(|review| unsubmitted.contains(&review.id))
                {
                    continue;
                }
                n_comments += 1;
                if let Some(review) = review {
                    *n_inline.entry(review.id).or_default() += 1;
                }
                let author = self.accounts.of(row.author);
                self.facts.comments.push(Comment {
                    repository: self.repository,
                    number,
                    comment: row.id,
                    kind: CommentKind::Inline,
                    author,
                    created_at: row.created_at,
                    path: Some(thread.path.clone()),
                    thread: Some(thread.id.clone()),
                    body_length: row.body.chars().count() as u64,
                    url: row.url,
                    calls_agent: None,
                    body: row.body,
                });
            }
        }
        for row in comments {
            let author = self.accounts.of(row.author);
            self.facts.comments.push(Comment {
                repository: self.repository,
                number,
                comment: row.id,
                kind: CommentKind::Conversation,
                author,
                created_at: row.created_at,
                path: None,
                thread: None,
                body_length: row.body.chars().count() as u64,
                url: row.url,
                calls_agent: None,
                body: row.body,
            });
        }
        Ok((n_comments, n_inline))
    }

    /// Adds submitted reviews; returns how many.
    fn reviews(
        &mut self,
        number: PrNumber,
        reviews: Vec<wire::pull_request::Review>,
        n_inline: &BTreeMap<String, u64>,
        dismissals: &Dismissals,
    ) -> u64 {
        let mut n_reviews = 0;
        for row in reviews {
            if row.state == PENDING {
                continue;
            }
            let Some(state) = review_state(&row.state) else {
                self.gap("review", &number.to_string(), "unknown_state");
                continue;
            };
            let Some(submitted_at) = row.submitted_at else {
                self.gap("review", &number.to_string(), "no_submission_time");
                continue;
            };
            n_reviews += 1;
            let author = self.accounts.of(row.author);
            let dismissal = dismissals
                .get(&row.id)
                .filter(|_| state == ReviewState::Dismissed);
            self.facts.reviews.push(Review {
                repository: self.repository,
                number,
                n_inline_comments: n_inline.get(&row.id).copied().unwrap_or(0),
                review: row.id,
                author,
                state,
                verdict: dismissal.map_or(state, |(_, verdict)| *verdict),
                dismissed_at: dismissal.map(|(at, _)| *at),
                submitted_at,
                body_length: row.body.chars().count() as u64,
            });
        }
        n_reviews
    }

    fn timeline(&mut self, number: PrNumber, events: Vec<Event>) -> Told {
        let mut told = Told::default();
        for event in events {
            let mut reason = None;
            let (word, at, actor, detail) = match event {
                Event::ReviewRequested(event) => {
                    self.request(number, RequestAction::Requested, event);
                    continue;
                }
                Event::ReviewRequestRemoved(event) => {
                    self.request(number, RequestAction::Removed, event);
                    continue;
                }
                Event::ReadyForReview(event) => {
                    told.ready_at = told.ready_at.max(Some(event.created_at));
                    ("ready_for_review", event.created_at, event.actor, None)
                }
                Event::ConvertToDraft(event) => {
                    ("convert_to_draft", event.created_at, event.actor, None)
                }
                Event::HeadRefForcePushed(event) => (
                    "head_ref_force_pushed",
                    event.created_at,
                    event.actor,
                    event.after_commit.map(|id| id.oid),
                ),
                Event::Merged(event) => {
                    let oid = event.commit.map(|id| id.oid);
                    told.merge_commit = oid.as_deref().and_then(commit).or(told.merge_commit);
                    ("merged", event.created_at, event.actor, oid)
                }
                Event::Closed(event) => ("closed", event.created_at, event.actor, None),
                Event::Reopened(event) => ("reopened", event.created_at, event.actor, None),
                Event::ReviewDismissed(event) => (
                    "review_dismissed",
                    event.created_at,
                    event.actor,
                    event.review.map(|review| review.id),
                ),
                Event::AddedToMergeQueue(event) => {
                    ("added_to_merge_queue", event.created_at, event.actor, None)
                }
                Event::RemovedFromMergeQueue(event) => {
                    reason = event.reason.map(|reason| reason.to_lowercase());
                    (
                        "removed_from_merge_queue",
                        event.created_at,
                        event.actor,
                        None,
                    )
                }
                Event::AutoMergeEnabled(event) => {
                    ("auto_merge_enabled", event.created_at, event.actor, None)
                }
                Event::AutoSquashEnabled(event) => {
                    ("auto_squash_enabled", event.created_at, event.actor, None)
                }
                Event::AutoRebaseEnabled(event) => {
                    ("auto_rebase_enabled", event.created_at, event.actor, None)
                }
                Event::AutoMergeDisabled(event) => {
                    ("auto_merge_disabled", event.created_at, event.actor, None)
                }
                Event::Assigned(event) => {
                    self.assigned(number, event);
                    continue;
                }
                Event::Labeled(event) => (
                    "labeled",
                    event.created_at,
                    event.actor,
                    Some(event.label.name),
                ),
                Event::CrossReferenced(event) => {
                    let source =
                        (!event.is_cross_repository).then(|| event.source.number.to_string());
                    ("cross_referenced", event.created_at, event.actor, source)
                }
            };
            let actor = self.accounts.of(actor);
            self.event(number, at, word, actor, (detail, reason));
        }
        told
    }

    pub(super) fn event(
        &mut self,
        number: PrNumber,
        at: jiff::Timestamp,
        word: &str,
        actor: Option<PersonId>,
        (detail, reason): (Option<String>, Option<String>),
    ) {
        self.facts.timeline.push(TimelineEvent {
            repository: self.repository,
            number,
            at,
            event: word.to_owned(),
            actor,
            detail,
            reason,
        });
    }

    /// An agent assigns its pull request to whoever had it started. What an agent is, nobody knows here: a row of everything that
    /// a bot assigned to somebody, of which those stay that an agent did.
    fn assigned(&mut self, number: PrNumber, event: AssignedEvent) {
        let (Some(actor), Some(assignee)) = (event.actor, event.assignee) else {
            return;
        };
        if actor.type_name != "Bot" || assignee.type_name != "User" {
            return;
        }
        self.facts.provenance.push(Provenance {
            repository: self.repository,
            kind: ProvenanceKind::PullRequest,
            number: Some(number),
            commit: None,
            review: None,
            rung: Rung::Platform,
            tool: None,
            model: None,
            agent: self.accounts.of(Some(actor)),
            delegator: self.accounts.of(Some(assignee)),
            evidence: Provenance::quoted("assigned by the agent to who had it started"),
            link: None,
        });
    }

    fn request(&mut self, number: PrNumber, action: RequestAction, event: ReviewRequestEvent) {
        let actor = self.accounts.of(event.actor);
        let (reviewer, team) = match event.requested_reviewer {
            Some(reviewer) if reviewer.type_name == "Team" => (None, reviewer.slug),
            Some(reviewer) => (self.accounts.of_reviewer(reviewer), None),
            None => (None, None),
        };
        self.facts.review_requests.push(ReviewRequest {
            repository: self.repository,
            number,
            at: event.created_at,
            action,
            reviewer,
            team,
            actor,
        });
    }
}

/// The branch that a merge says it brings in: `Merge branch 'main' into fix`, `Merge remote-tracking branch 'origin/main'`.
fn merged_branch(headline: &str) -> Option<&str> {
    let local = headline.strip_prefix("Merge branch '");
    let remote = || {
        let rest = headline.strip_prefix("Merge remote-tracking branch '")?;
        rest.split_once('/').map(|(_, branch)| branch)
    };
    let (branch, _) = local.or_else(remote)?.split_once('\'')?;
    Some(branch)
}

/// When each dismissed review was dismissed, and what it had said, by its node id.
type Dismissals = BTreeMap<String, (jiff::Timestamp, ReviewState)>;

/// The dismissals of which the timeline tells everything; of a review that was dismissed twice the last one.
fn dismissals(events: &[Event]) -> Dismissals {
    let mut dismissals = Dismissals::new();
    for event in events {
        if let Event::ReviewDismissed(event) = event
            && let Some(review) = &event.review
            && let Some(verdict) = event
                .previous_review_state
                .as_deref()
                .and_then(review_state)
        {
            dismissals.insert(review.id.clone(), (event.created_at, verdict));
        }
    }
    dismissals
}

/// The verdict that GitHub's word stands for.
fn review_state(word: &str) -> Option<ReviewState> {
    Some(match word {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "COMMENTED" => ReviewState::Commented,
        "DISMISSED" => ReviewState::Dismissed,
        _ => return None,
    })
}

/// What the timeline tells of the pull request itself.
#[derive(Default)]
struct Told {
    ready_at: Option<jiff::Timestamp>,
    merge_commit: Option<crate::domain::CommitId>,
}

#[cfg(test)]
mod tests {
    use super::merged_branch;

    #[test]
    fn a_merge_names_the_branch_that_it_brings_in() {
        let check = |headline: &str, expected: Option<&str>| {
            assert_eq!(merged_branch(headline), expected, "{headline}");
        };
        check("Merge branch 'main' into fix", Some("main"));
        check(
            "Merge branch 'main' of https://github.com/acme/lamp into fix",
            Some("main"),
        );
        check(
            "Merge remote-tracking branch 'origin/release/1.2' into fix",
            Some("release/1.2"),
        );
        check("Merge branch 'fix' into main", Some("fix"));
        check("Merge pull request #1 from a/main", None);
        check("Merge branch main", None);
    }
}
