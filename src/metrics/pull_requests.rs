//! Pull requests with everything that hangs on them, grouped once for all metrics that walk them.

use std::collections::HashMap;

use super::lens::{Lens, ProductLens, qualifier};
use super::measure::{Fate, LedgerRow};
use crate::domain::{
    Account, CommitId, PersonId, PrNumber, PullRequest, RepositoryId, RequestAction, Review,
    ReviewRequest, TimelineEvent,
};
use crate::tables::Tables;

/// The key of a pull request: numbers of different repositories collide.
pub type Key = (RepositoryId, PrNumber);

/// A pull request and what belongs to it, in order of time.
#[derive(Debug)]
pub struct Whole<'a> {
    /// The row.
    pub pull_request: &'a PullRequest,
    /// Submitted reviews, by time.
    pub reviews: Vec<&'a Review>,
    /// Requests and removals, by time.
    pub requests: Vec<&'a ReviewRequest>,
    /// Ids of its own commits.
    pub commits: Vec<(CommitId, jiff::Timestamp)>,
    /// Drafts, closings, forced pushes, the merge queue, dismissals, …: everything but requests, by time.
    pub timeline: Vec<&'a TimelineEvent>,
    /// Pushes that can be told after its opening, by time: its own commits by their author time, and forced pushes. What bots
    /// pushed is left out.
    pub pushes: Vec<jiff::Timestamp>,
    /// The areas of its files, sorted.
    pub areas: Vec<String>,
}

/// A product's pull requests, by repository and number.
#[must_use]
pub fn of_product<'a>(tables: &'a Tables, lens: &Lens, product: &ProductLens) -> Vec<Whole<'a>> {
    let inside = |repository: RepositoryId| product.repositories.contains(&repository);
    let mut wholes: Vec<Whole<'a>> = tables
        .facts
        .pull_requests
        .iter()
        .filter(|row| inside(row.repository) && row.created_at < lens.as_of)
        .map(Whole::bare)
        .collect();
    wholes.sort_by_key(Whole::key);
    let at: HashMap<Key, usize> = wholes
        .iter()
        .enumerate()
        .map(|(at, whole)| (whole.key(), at))
        .collect();
    let facts = &tables.facts;
    for row in facts
        .reviews
        .iter()
        .filter(|row| row.submitted_at < lens.as_of)
    {
        if let Some(at) = at.get(&(row.repository, row.number)) {
            wholes[*at].reviews.push(row);
        }
    }
    for row in facts
        .review_requests
        .iter()
        .filter(|row| row.at < lens.as_of)
    {
        if let Some(at) = at.get(&(row.repository, row.number)) {
            wholes[*at].requests.push(row);
        }
    }
    for row in &facts.pull_request_commits {
        if let Some(at) = at.get(&(row.repository, row.number)) {
            let whole = &mut wholes[*at];
            whole.commits.push((row.commit, row.authored_at));
            let by_machine = row.author.is_some_and(|person| !tables.is_human(person));
            let since = whole.pull_request.created_at;
            if !by_machine && since < row.authored_at && row.authored_at < lens.as_of {
                whole.pushes.push(row.authored_at);
            }
        }
    }
    for row in facts.timeline.iter().filter(|row| row.at < lens.as_of) {
        if let Some(at) = at.get(&(row.repository, row.number)) {
            let whole = &mut wholes[*at];
            let by_machine = row.actor.is_some_and(|person| !tables.is_human(person));
            if row.event == "head_ref_force_pushed" && !by_machine {
                whole.pushes.push(row.at);
            }
            whole.timeline.push(row);
        }
    }
    for row in &facts.pull_request_files {
        if let Some(at) = at.get(&(row.repository, row.number)) {
            let areas = lens.areas.of(
                row.repository,
                &row.path,
                qualifier(tables, product, row.repository),
            );
            wholes[*at].areas.extend(areas);
        }
    }
    for whole in &mut wholes {
        whole
            .reviews
            .sort_by(|a, b| (a.submitted_at, &a.review).cmp(&(b.submitted_at, &b.review)));
        whole.requests.sort_by(|a, b| {
            let key = |row: &ReviewRequest| (row.at, row.action, row.reviewer);
            (key(a), &a.team).cmp(&(key(b), &b.team))
        });
        whole.timeline.sort_by(|a, b| {
            (a.at, &a.event, &a.detail, a.actor).cmp(&(b.at, &b.event, &b.detail, b.actor))
        });
        whole.pushes.sort_unstable();
        whole.pushes.dedup();
        whole.areas.sort();
        whole.areas.dedup();
    }
    wholes
}

impl<'a> Whole<'a> {
    /// A pull request with nothing on it yet.
    #[must_use]
    pub fn bare(pull_request: &'a PullRequest) -> Self {
        Self {
            pull_request,
            reviews: Vec::new(),
            requests: Vec::new(),
            commits: Vec::new(),
            timeline: Vec::new(),
            pushes: Vec::new(),
            areas: Vec::new(),
        }
    }
}

impl Whole<'_> {
    /// Repository and number.
    #[must_use]
    pub fn key(&self) -> Key {
        (self.pull_request.repository, self.pull_request.number)
    }

    /// When it was merged or closed; `None` while it is open at the as-of instant.
    #[must_use]
    pub fn ended_at(&self, lens: &Lens) -> Option<jiff::Timestamp> {
        let row = self.pull_request;
        row.merged_at
            .or(row.closed_at)
            .filter(|at| *at < lens.as_of)
    }

    /// Human reviews by somebody else than the author, by time.
    pub fn human_reviews<'b>(
        &'b self,
        tables: &'b Tables,
    ) -> impl Iterator<Item = &'b Review> + 'b {
        self.reviews
            .iter()
            .copied()
            .filter(move |review| reviewer_of(tables, self.pull_request, review).is_some())
    }

    /// The first instant at which a review was asked of a person or a team; `None` where none was. A bot is not asked.
    #[must_use]
    pub fn first_requested_at(&self, tables: &Tables) -> Option<jiff::Timestamp> {
        self.requests
            .iter()
            .filter(|row| row.reviewer.is_none_or(|person| tables.is_human(person)))
            .find(|row| row.action == RequestAction::Requested)
            .map(|row| row.at)
    }

    /// A ledger row of this pull request, placed by an instant.
    #[must_use]
    pub fn row(
        &self,
        lens: &Lens,
        product: &ProductLens,
        at: Option<jiff::Timestamp>,
        value: Option<f64>,
        fate: Fate,
    ) -> LedgerRow {
        LedgerRow {
            working_hours: None,
            is_running: false,
            person: None,
            product: product.name.clone(),
            repository: self.pull_request.repository,
            areas: self.areas.clone(),
            subject: format!("{} {}", self.pull_request.number, self.pull_request.title),
            link: Some(self.pull_request.url.clone()),
            at,
            bucket: at.and_then(|at| lens.bucket(at, lens.granularity)),
            value,
            fate,
        }
    }
}

/// The human who reviewed somebody else's pull request; `None` for a bot, a ghost or the author.
#[must_use]
pub fn reviewer_of(
    tables: &Tables,
    pull_request: &PullRequest,
    review: &Review,
) -> Option<PersonId> {
    review
        .author
        .filter(|person| tables.is_human(*person) && Some(*person) != pull_request.author)
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
