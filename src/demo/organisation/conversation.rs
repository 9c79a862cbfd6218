//! A pull request as the host serves it: its life, its branch and its words put together.

use jiff::Timestamp;

use super::cast::{Actor, GHOST, RABBIT};
use super::clock::{Minute, after};
use super::dice::Dice;
use super::edits::slug;
use super::gates::before_the_merge;
use super::growth::Branch;
use super::life::{AskedActor, End, Life, LifeReview, Remark, Verdict};
use super::plan::{AGREED_ON, COMMENTER, Job, Work};
use super::truths::Plants;
use super::vocabulary::Words;
use super::wording::{Wording, words_of};
use crate::demo::model::{
    EventKind, HostComment, HostEvent, HostPullRequest, HostReview, HostThread,
};

struct Scribe<'a> {
    job: &'a Job,
    node: String,
    words: Words,
    dice: Dice,
    reviews: Vec<HostReview>,
    threads: Vec<HostThread>,
    comments: Vec<HostComment>,
    timeline: Vec<HostEvent>,
    paths: Vec<String>,
    /// Somebody leaves a comment with every review from here on.
    comments_from: Option<Minute>,
}

/// Puts one pull request together.
pub(super) fn pull_request(
    job: &Job,
    life: &Life,
    wording: &Wording,
    branch: &Branch,
    closes: &[u64],
    (as_of, plants): (Timestamp, &Plants),
) -> HostPullRequest {
    let mut scribe = Scribe {
        job,
        node: format!("PR_{}_{}", job.blueprint().name, wording.number),
        words: words_of(job),
        dice: job.dice("conversation"),
        reviews: Vec::new(),
        threads: Vec::new(),
        comments: Vec::new(),
        timeline: Vec::new(),
        paths: branch.files.iter().map(|file| file.path.clone()).collect(),
        comments_from: plants.feedback.then(|| Minute::of(AGREED_ON)),
    };
    scribe.requests(life);
    scribe.states(life, branch, plants);
    scribe.reviews(life);
    scribe.conversation(life);
    if let Work::Hotfix { .. } = job.work {
        scribe.event(
            after(life.opened.instant(), 5),
            Some(job.author),
            EventKind::Labeled {
                label: "hotfix".to_owned(),
            },
        );
    }
    let (merged_at, closed_at, merged_by) = match life.end {
        End::Open => (None, None, None),
        End::Merged { at, by } => (Some(at.instant()), Some(at.instant()), by.login()),
        End::Closed { at, .. } => (None, Some(at.instant()), None),
    };
    scribe.timeline.retain(|event| event.at < as_of);
    scribe.timeline.sort_by_key(|event| event.at);
    scribe.reviews.sort_by_key(|review| review.submitted_at);
    scribe.comments.sort_by_key(|comment| comment.created_at);
    let is_draft = life.ready.is_some_and(|ready| ready.instant() >= as_of);
    let updated_at = scribe.last_change(life);
    HostPullRequest {
        number: wording.number,
        node: scribe.node,
        title: wording.title.clone(),
        body: closes.iter().fold(wording.body.clone(), |body, number| {
            format!("{body}\n\nCloses #{number}")
        }),
        author: job.author.login(),
        is_draft,
        created_at: life.opened.instant(),
        merged_at,
        closed_at,
        updated_at,
        merged_by,
        merge_commit: branch.landed,
        base_branch: "main".to_owned(),
        head_branch: wording.branch.clone(),
        additions: branch.files.iter().map(|file| file.additions).sum(),
        deletions: branch.files.iter().map(|file| file.deletions).sum(),
        labels: wording.labels.clone(),
        commits: branch.commits.clone(),
        files: branch.files.clone(),
        reviews: scribe.reviews,
        threads: scribe.threads,
        comments: scribe.comments,
        timeline: scribe.timeline,
        closes_issues: closes.to_vec(),
    }
}

impl Scribe<'_> {
    fn event(&mut self, at: Timestamp, actor: Option<Actor>, what: EventKind) {
        let node = format!(
            "EV_{}_{}_{}",
            self.node,
            self.timeline.len(),
            slug(event_word(&what))
        );
        self.timeline.push(HostEvent {
            node,
            at,
            actor: actor.and_then(Actor::login),
            what,
        });
    }

    fn requests(&mut self, life: &Life) {
        for (at, asked, is_withdrawn) in &life.requests {
            let (reviewer, team) = match asked {
                AskedActor::Person(who) => (who.login(), None),
                AskedActor::Team => (None, Some(self.job.blueprint().team.to_owned())),
            };
            let what = if *is_withdrawn {
                EventKind::ReviewRequestRemoved { reviewer, team }
            } else {
                EventKind::ReviewRequested { reviewer, team }
            };
            self.event(at.instant(), Some(self.job.author), what);
        }
    }

    /// Draft, ready, forced pushes, closed, reopened, merged.
    fn states(&mut self, life: &Life, branch: &Branch, plants: &Plants) {
        let author = Some(self.job.author);
        if let Some(ready) = life.ready {
            self.event(ready.instant(), author, EventKind::ReadyForReview);
        }
        for (push, (at, head)) in life.pushes.iter().zip(&branch.heads) {
            if push.is_forced && *at > life.opened {
                self.event(
                    at.instant(),
                    author,
                    EventKind::HeadRefForcePushed { after: Some(*head) },
                );
            }
        }
        if let Some((closed, again)) = life.blip {
            self.event(closed.instant(), author, EventKind::Closed);
            self.event(again.instant(), author, EventKind::Reopened);
        }
        match life.end {
            End::Open => {}
            End::Merged { at, by } => {
                for (at, who, what) in before_the_merge(self.job, life, plants) {
                    self.event(at, Some(who), what);
                }
                self.event(
                    at.instant(),
                    Some(by),
                    EventKind::Merged {
                        commit: branch.landed,
                    },
                );
                self.event(after(at.instant(), 1), Some(by), EventKind::Closed);
            }
            End::Closed { at, by } => self.event(at.instant(), Some(by), EventKind::Closed),
        }
    }

    fn reviews(&mut self, life: &Life) {
        let pushes: Vec<Minute> = life.pushes.iter().map(|push| push.at).collect();
        for (at, review) in life.reviews.iter().enumerate() {
            let node = format!("PRR_{}_{at}", self.node);
            let instant = review.at.instant();
            let body = self.review_body(review);
            let state = match review.verdict {
                Verdict::Approved => "APPROVED",
                Verdict::ChangesRequested => "CHANGES_REQUESTED",
                Verdict::Commented => "COMMENTED",
                Verdict::Dismissed => "DISMISSED",
            };
            self.reviews.push(HostReview {
                node: node.clone(),
                author: review.who.login(),
                state: state.to_owned(),
                submitted_at: Some(instant),
                body,
            });
            if review.verdict == Verdict::Dismissed {
                let next = pushes.iter().find(|push| **push > review.at);
                if let Some(next) = next {
                    self.event(
                        after(next.instant(), 20),
                        Some(self.job.author),
                        EventKind::ReviewDismissed {
                            review: node.clone(),
                            was: "CHANGES_REQUESTED",
                        },
                    );
                }
            }
            let answered_at = pushes.iter().find(|push| **push > review.at).copied();
            self.inline(&node, review, instant, answered_at);
        }
    }

    fn review_body(&mut self, review: &LifeReview) -> String {
        if review.who == RABBIT {
            return self.words.sentence("robot remarks", &mut self.dice);
        }
        let heading = match review.verdict {
            Verdict::Approved if self.dice.chance(45) => return self.agreed_text(review),
            Verdict::Approved => "review approvals",
            Verdict::ChangesRequested | Verdict::Dismissed => "review change requests",
            Verdict::Commented => "review remarks",
        };
        self.words.sentence(heading, &mut self.dice)
    }

    /// What is said with a review that would have been silent: something where that was agreed. Its dice are its own, so that
    /// nothing else moves.
    fn agreed_text(&self, review: &LifeReview) -> String {
        let is_agreed = self.comments_from.is_some_and(|from| review.at >= from);
        if review.who != COMMENTER || !is_agreed {
            return String::new();
        }
        let mut dice = self.job.dice("agreed");
        self.words.sentence("review approvals", &mut dice)
    }

    /// A review's inline comments, each opening a thread, and the author's answers.
    fn inline(
        &mut self,
        review_node: &str,
        review: &LifeReview,
        at: Timestamp,
        answered: Option<Minute>,
    ) {
        let heading = if review.who == RABBIT {
            "robot remarks"
        } else {
            "inline comments"
        };
        for index in 0..review.n_inline {
            let Some(path) = self.dice.pick(&self.paths).cloned() else {
                return;
            };
            let comment = |node: String, author: Option<String>, created_at, body, review: &str| {
                HostComment {
                    node,
                    author,
                    created_at,
                    body,
                    review: Some(review.to_owned()),
                }
            };
            let body = self.words.sentence(heading, &mut self.dice);
            let node = format!("PRRC_{review_node}_{index}");
            let mut comments = vec![comment(
                node.clone(),
                review.who.login(),
                at,
                body,
                review_node,
            )];
            if let Some(answered) = answered.filter(|_| self.dice.chance(60)) {
                // On GitHub an answer in a thread is a review of its author's own.
                let answer_at = after(
                    answered.instant(),
                    40 + i64::try_from(index).unwrap_or_default(),
                );
                let answer_review = format!("PRR_{node}_answer");
                let body = self.words.sentence("author replies", &mut self.dice);
                self.reviews.push(HostReview {
                    node: answer_review.clone(),
                    author: self.job.author.login(),
                    state: "COMMENTED".to_owned(),
                    submitted_at: Some(answer_at),
                    body: String::new(),
                });
                comments.push(comment(
                    format!("{node}_answer"),
                    self.job.author.login(),
                    answer_at,
                    body,
                    &answer_review,
                ));
            }
            self.threads.push(HostThread {
                node: format!("PRRT_{review_node}_{index}"),
                path,
                is_resolved: comments.len() > 1,
                comments,
            });
        }
    }

    fn conversation(&mut self, life: &Life) {
        for (at, (minute, who, remark)) in life.comments.iter().enumerate() {
            let body = match remark {
                Remark::StepsIn => {
                    "Picked this up because it was waiting; will review today.".to_owned()
                }
                Remark::CallsAgent => "@copilot please answer the remarks above.".to_owned(),
                Remark::Talk => self.words.sentence("conversation comments", &mut self.dice),
            };
            self.comments.push(HostComment {
                node: format!("IC_{}_{at}", self.node),
                author: if *who == GHOST { None } else { who.login() },
                created_at: minute.instant(),
                body,
                review: None,
            });
        }
    }

    fn last_change(&self, life: &Life) -> Timestamp {
        let pushes = life.pushes.iter().map(|push| push.at.instant());
        let events = self.timeline.iter().map(|event| event.at);
        let reviews = self.reviews.iter().filter_map(|review| review.submitted_at);
        let comments = self.comments.iter().map(|comment| comment.created_at);
        pushes
            .chain(events)
            .chain(reviews)
            .chain(comments)
            .fold(life.opened.instant(), Timestamp::max)
    }
}

fn event_word(what: &EventKind) -> &'static str {
    match what {
        EventKind::ReviewRequested { .. } => "requested",
        EventKind::ReviewRequestRemoved { .. } => "unrequested",
        EventKind::ReadyForReview => "ready",
        EventKind::ConvertToDraft => "draft",
        EventKind::HeadRefForcePushed { .. } => "forced",
        EventKind::Merged { .. } => "merged",
        EventKind::Closed => "closed",
        EventKind::Reopened => "reopened",
        EventKind::ReviewDismissed { .. } => "dismissed",
        EventKind::AddedToMergeQueue => "queued",
        EventKind::RemovedFromMergeQueue { .. } => "unqueued",
        EventKind::AutoMergeEnabled => "armed",
        EventKind::AutoSquashEnabled => "armed-squash",
        EventKind::AutoRebaseEnabled => "armed-rebase",
        EventKind::AutoMergeDisabled => "disarmed",
        EventKind::Labeled { .. } => "labelled",
        EventKind::CrossReferenced { .. } => "referenced",
        EventKind::Assigned { .. } => "assigned",
    }
}
