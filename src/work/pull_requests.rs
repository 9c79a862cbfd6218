//! Pull requests with everything that hangs on them, grouped once for all metrics that walk them.

use std::sync::Arc;

use jiff::Timestamp;

use super::Question;
pub use super::gathering::Key;
use super::gathering::{Gathered, Talk};
use super::origins;
use super::pushes::Push;
use super::rows::{Rows, row};
use crate::domain::{
    Account, Comment, Origin, PersonId, PullRequest, PullRequestCommit, PullRequestFile,
    RequestAction, Review, ReviewRequest, TimelineEvent,
};
use crate::tables::{CommitRow, Tables};
use crate::work::{Fate, Reading};

/// A pull request and what belongs to it, in order of time.
#[derive(Debug, Clone, Copy)]
pub struct FullPullRequest<'a> {
    /// The row.
    pub pull_request: &'a PullRequest,
    /// Submitted reviews, by time.
    pub reviews: Rows<'a, Review>,
    /// Requests and removals, by time.
    pub requests: Rows<'a, ReviewRequest>,
    /// Its own commits, as GitHub lists them.
    pub commits: Rows<'a, PullRequestCommit>,
    /// Drafts, closings, forced pushes, the merge queue, dismissals, …: everything but requests, by time.
    pub timeline: Rows<'a, TimelineEvent>,
    /// Pushes that can be told after its opening, by time: its own commits by their author time, and forced pushes. What automation
    /// pushed, and merges of the base into it, are left out.
    pub pushes: &'a [Push],
    /// Its comments, by time, where an agent pushed: nothing asks for those of others.
    pub comments: Rows<'a, Comment>,
    /// The areas of its files, sorted.
    pub areas: &'a Arc<[String]>,
    /// Who answers for it: its author, or whoever had an agent open it.
    pub authors: &'a Arc<[PersonId]>,
}

/// A product's pull requests, by repository and number; grouped once a reading.
#[must_use]
pub fn of_product<'a>(reading: &'a Reading<'_>) -> Vec<FullPullRequest<'a>> {
    gathered(reading).map_or_else(Vec::new, |gathered| wholes(reading, gathered))
}

fn gathered<'a>(reading: &'a Reading<'_>) -> Option<&'a Gathered> {
    reading.lent(|| Gathered::of(reading))
}

/// A pull request with everything that was said on it, and its files.
#[derive(Debug, Clone, Copy)]
pub struct WithTalk<'a> {
    /// The pull request.
    pub whole: FullPullRequest<'a>,
    /// Its comments, by time, whoever pushed to it.
    pub comments: Rows<'a, Comment>,
    /// Its files.
    pub files: Rows<'a, PullRequestFile>,
}

/// Some pull requests of [`of_product`] that are all of them, in their order, with everything that was said.
pub fn with_talk<'a, 'w>(
    reading: &'a Reading<'_>,
    wholes: &'w [FullPullRequest<'a>],
) -> impl Iterator<Item = WithTalk<'a>> + use<'a, 'w> {
    let facts = &reading.tables.facts;
    let talk = gathered(reading)
        .and_then(|gathered| reading.lent(|| Talk::of(reading, gathered)))
        .into_iter();
    talk.flat_map(move |talk| {
        let all = wholes.iter().enumerate();
        all.map(|(at, whole)| WithTalk {
            whole: *whole,
            comments: Rows::of(&facts.comments, talk.comments.get(at)),
            files: Rows::of(&facts.pull_request_files, talk.files.get(at)),
        })
    })
}

/// Those of a product that are open at the question's instant, for whoever asks for no other of that instant.
#[derive(Debug)]
pub struct OpenOnes(Gathered);

impl OpenOnes {
    /// Of a product.
    #[must_use]
    pub fn of(reading: &Reading<'_>) -> Self {
        Self(Gathered::of_open(reading))
    }

    /// They, by repository and number.
    #[must_use]
    pub fn wholes<'a>(&'a self, reading: &'a Reading<'_>) -> Vec<FullPullRequest<'a>> {
        wholes(reading, &self.0)
    }
}

fn wholes<'a>(reading: &'a Reading<'_>, gathered: &'a Gathered) -> Vec<FullPullRequest<'a>> {
    let facts = &reading.tables.facts;
    let all = gathered.pull_requests.iter().enumerate();
    let both = gathered.areas.iter().zip(&gathered.authors);
    let whole = |((at, pull_request), (areas, authors)): ((usize, &u32), (&'a _, &'a _))| {
        Some(FullPullRequest {
            pull_request: row(&facts.pull_requests, *pull_request)?,
            reviews: Rows::of(&facts.reviews, gathered.reviews.get(at)),
            requests: Rows::of(&facts.review_requests, gathered.requests.get(at)),
            commits: Rows::of(&facts.pull_request_commits, gathered.commits.get(at)),
            timeline: Rows::of(&facts.timeline, gathered.timeline.get(at)),
            pushes: gathered.pushes.get(at),
            comments: Rows::of(&facts.comments, gathered.comments.get(at)),
            areas,
            authors,
        })
    };
    let mut wholes = Vec::with_capacity(gathered.pull_requests.len());
    wholes.extend(all.zip(both).filter_map(whole));
    wholes
}

/// When a pull request was ready for review, from its opening on: every change of it, ready and draft in turn. Closing it, or
/// opening it again, changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readiness(Vec<(Timestamp, bool)>);

impl Readiness {
    /// Since when it had been ready at an instant; `None`: it was a draft, or not opened yet.
    #[must_use]
    pub fn since(&self, at: Timestamp) -> Option<Timestamp> {
        let so_far = self.0.iter().take_while(|(from, _)| *from <= at);
        so_far
            .last()
            .filter(|(_, is_ready)| *is_ready)
            .map(|(from, _)| *from)
    }

    /// Whether it was opened as a draft.
    #[must_use]
    pub fn began_as_draft(&self) -> bool {
        self.0.first().is_none_or(|(_, is_ready)| !is_ready)
    }

    /// The changes after the opening: when, and whether it became ready.
    pub fn changes(&self) -> impl Iterator<Item = (Timestamp, bool)> + '_ {
        self.0.iter().copied().skip(1)
    }
}

impl FullPullRequest<'_> {
    /// Repository and number.
    #[must_use]
    pub fn key(&self) -> Key {
        (self.pull_request.repository, self.pull_request.number)
    }

    /// When it was merged or closed; `None` while it is open at the as-of instant.
    #[must_use]
    pub fn ended_at(&self, question: &Question) -> Option<Timestamp> {
        self.pull_request.ended_at(question.as_of)
    }

    /// Human reviews by somebody else than whoever answers for it, by time.
    pub fn human_reviews<'b>(
        &'b self,
        tables: &'b Tables,
    ) -> impl Iterator<Item = &'b Review> + 'b {
        self.reviews
            .iter()
            .filter(move |review| reviewer_of(tables, self.pull_request, review).is_some())
    }

    /// When it was ready for review.
    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let row = self.pull_request;
        let mut changes: Vec<(Timestamp, bool)> = self
            .timeline
            .iter()
            .filter_map(|event| match event.event.as_str() {
                "ready_for_review" => Some((event.at.max(row.created_at), true)),
                "convert_to_draft" => Some((event.at.max(row.created_at), false)),
                _ => None,
            })
            .collect();
        changes.sort_unstable();
        // The first change tells what it was before. Facts without a timeline still know when a draft became ready.
        let began_ready = match changes.first() {
            Some((_, is_ready)) => !is_ready,
            None => row.ready_at.is_some_and(|at| at <= row.created_at),
        };
        if changes.is_empty() {
            let later = row.ready_at.filter(|at| *at > row.created_at);
            changes.extend(later.map(|at| (at, true)));
        }
        changes.insert(0, (row.created_at, began_ready));
        changes.dedup_by_key(|(_, is_ready)| *is_ready);
        Readiness(changes)
    }

    /// The first instant at which a review was asked of a person or a team; `None` where none was. A bot is not asked.
    #[must_use]
    pub fn first_requested_at(&self, tables: &Tables) -> Option<Timestamp> {
        self.requests
            .iter()
            .filter(|row| row.reviewer.is_none_or(|person| tables.is_human(person)))
            .find(|row| row.action == RequestAction::Requested)
            .map(|row| row.at)
    }
}

/// The human who reviewed somebody else's pull request; `None` for a bot, a ghost or whoever answers for it.
#[must_use]
pub fn reviewer_of(
    tables: &Tables,
    pull_request: &PullRequest,
    review: &Review,
) -> Option<PersonId> {
    let answers = origins::answers_for(tables, pull_request);
    review
        .author
        .filter(|person| tables.is_human(*person) && Some(*person) != answers)
}

/// The human who read somebody else's pull request: also one that they had an agent open, since reading is how they know it;
/// `None` for a bot, a ghost or the author.
#[must_use]
pub fn reader_of(tables: &Tables, pull_request: &PullRequest, review: &Review) -> Option<PersonId> {
    review
        .author
        .filter(|person| tables.is_human(*person) && Some(*person) != pull_request.author)
}

/// Why a pull request is not among those that figures of flow are made of; `None`: it is. Agents' are.
#[must_use]
pub fn apart(reading: &Reading<'_>, row: &PullRequest) -> Option<Fate> {
    let origin = origins::of_pull_request(reading.tables, row);
    let is_settled = matches!(origin, Origin::Agent | Origin::Automation);
    let of_author = (!is_settled).then(|| not_human(reading.tables, row.author));
    of_author
        .flatten()
        .or_else(|| unasked(reading.question, origin))
}

/// The same of a commit that is a change of its own.
#[must_use]
pub fn apart_commit(reading: &Reading<'_>, row: &CommitRow) -> Option<Fate> {
    let origin = origins::of_commit(reading.tables, row);
    let is_settled = matches!(origin, Origin::Agent | Origin::Automation);
    let of_author = (!is_settled).then(|| not_human(reading.tables, Some(row.author)));
    of_author
        .flatten()
        .or_else(|| unasked(reading.question, origin))
}

/// Why an origin is not asked about; `None`: it is.
fn unasked(question: &Question, origin: Origin) -> Option<Fate> {
    if question.origins.contains(&origin) {
        return None;
    }
    Some(Fate::Excluded(match origin {
        Origin::Agent => "by_agent",
        Origin::PersonWithAgent => "with_an_agent",
        Origin::Automation => "by_automation",
        Origin::NoEvidence => "without_evidence_of_an_agent",
    }))
}

/// Why an author keeps a row out of figures about people; `None` for a human.
#[must_use]
pub fn not_human(tables: &Tables, author: Option<PersonId>) -> Option<Fate> {
    let account = author
        .and_then(|person| tables.person(person))
        .map(|person| person.account);
    match account {
        Some(Account::Human) => None,
        Some(Account::Automation) => Some(Fate::Excluded("by_automation")),
        Some(Account::AiReviewer) => Some(Fate::Excluded("by_ai")),
        Some(Account::Ghost) | None => Some(Fate::Unknown("author_is_a_ghost")),
    }
}
