//! Where changes come from, and who answers for them: the one place that says so of pull requests and commits.
//!
//! The facts carry what evidence tells; who opened or wrote something is told by the account. Everything that asks whose own a
//! pull request is asks [`answers_for`]: an agent's is its delegator's, since a delegator's review of it is a review of own work.

use std::collections::HashMap;

use super::Reading;
use super::pull_requests::{FullPullRequest, Key};
use crate::domain::{
    Account, CommitId, Origin, PersonId, Provenance, PullRequest, RepositoryId, Review,
};
use crate::tables::{CommitRow, Tables};

/// Where a pull request comes from.
#[must_use]
pub fn of_pull_request(tables: &Tables, row: &PullRequest) -> Origin {
    of_author(tables, row.author, row.origin)
}

/// Where a commit comes from.
#[must_use]
pub fn of_commit(tables: &Tables, row: &CommitRow) -> Origin {
    let told = row.origin.unwrap_or(Origin::NoEvidence);
    of_author(tables, Some(row.author), told)
}

fn of_author(tables: &Tables, author: Option<PersonId>, told: Origin) -> Origin {
    let account = author
        .and_then(|id| tables.person(id))
        .map(|one| one.account);
    match (account, told) {
        (Some(Account::AiReviewer), _) => Origin::Agent,
        (Some(Account::Automation), Origin::NoEvidence | Origin::PersonWithAgent) => {
            Origin::Automation
        }
        _ => told,
    }
}

/// The person who answers for a pull request: its author, or whoever had an agent open it; `None`: not known.
#[must_use]
pub fn answers_for(tables: &Tables, row: &PullRequest) -> Option<PersonId> {
    let author = row.author.filter(|author| tables.is_human(*author));
    let delegator = || row.answers_for.filter(|person| tables.is_human(*person));
    author.or_else(delegator)
}

/// The person who answers for a commit: its author, or whoever had an agent write it; `None`: not known.
#[must_use]
pub fn answers_for_commit(tables: &Tables, row: &CommitRow) -> Option<PersonId> {
    let author = Some(row.author).filter(|author| tables.is_human(*author));
    author.or_else(|| row.delegator.filter(|person| tables.is_human(*person)))
}

/// Whether a review is of the reviewer's own work: as its author, or as whoever had an agent do it.
#[must_use]
pub fn is_own_review(tables: &Tables, pull_request: &PullRequest, review: &Review) -> bool {
    review.author.is_some()
        && (review.author == pull_request.author
            || review.author == answers_for(tables, pull_request))
}

impl FullPullRequest<'_> {
    /// Where it comes from.
    #[must_use]
    pub fn origin(&self, tables: &Tables) -> Origin {
        of_pull_request(tables, self.pull_request)
    }

    /// The person who answers for it; `None`: not known.
    #[must_use]
    pub fn answers_for(&self, tables: &Tables) -> Option<PersonId> {
        answers_for(tables, self.pull_request)
    }
}

/// What tells of agents, by what it tells of: the strongest first.
#[derive(Debug, Default)]
pub struct Evidence<'a> {
    pull_requests: HashMap<Key, Vec<&'a Provenance>>,
    commits: HashMap<(RepositoryId, CommitId), Vec<&'a Provenance>>,
}

impl<'a> Evidence<'a> {
    /// What the tables tell of the repositories of a reading.
    #[must_use]
    pub fn of(reading: &Reading<'a>) -> Self {
        let mut found = Self::default();
        let rows = reading.tables.facts.provenance.iter();
        for row in rows.filter(|row| reading.product.has(row.repository)) {
            match (row.commit, row.number, &row.review) {
                (Some(commit), _, _) => {
                    let key = (row.repository, commit);
                    found.commits.entry(key).or_default().push(row);
                }
                (None, Some(number), None) => {
                    let key = (row.repository, number);
                    found.pull_requests.entry(key).or_default().push(row);
                }
                _ => {}
            }
        }
        let lists = found.pull_requests.values_mut();
        for list in lists.chain(found.commits.values_mut()) {
            list.sort_by_key(|row| (row.rung, *row));
        }
        found
    }

    /// What tells of a pull request, the strongest first.
    #[must_use]
    pub fn of_pull_request(&self, key: Key) -> &[&'a Provenance] {
        self.pull_requests.get(&key).map_or(&[], Vec::as_slice)
    }

    /// What tells of a commit, the strongest first.
    #[must_use]
    pub fn of_commit(&self, repository: RepositoryId, commit: CommitId) -> &[&'a Provenance] {
        let found = self.commits.get(&(repository, commit));
        found.map_or(&[], Vec::as_slice)
    }
}
