//! Facts by pull request, gathered once for all packs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Sources;
use super::snippet::Link;
use crate::domain::{
    Account, Comment, Issue, IssueComment, PersonId, PrNumber, PullRequest, PullRequestCommit,
    RepositoryId, RequestAction, Review, ReviewRequest,
};

/// A pull request or issue.
pub(super) type Key = (RepositoryId, PrNumber);

/// A pull request and what happened on it.
pub(super) struct Item<'a> {
    pub(super) pull_request: &'a PullRequest,
    /// By time.
    pub(super) reviews: Vec<&'a Review>,
    /// By time.
    pub(super) comments: Vec<&'a Comment>,
    /// By time.
    pub(super) requests: Vec<&'a ReviewRequest>,
    pub(super) commits: Vec<&'a PullRequestCommit>,
    pub(super) paths: Vec<&'a str>,
    /// What people did on the timeline: who and when.
    acts: Vec<(PersonId, Timestamp)>,
}

/// All of it.
pub(super) struct Index<'a> {
    items: BTreeMap<Key, Item<'a>>,
    /// The pull requests that somebody wrote, was asked to review, reviewed or commented on.
    of_person: BTreeMap<PersonId, BTreeSet<Key>>,
    pub(super) issues: BTreeMap<Key, (&'a Issue, Vec<&'a IssueComment>)>,
    /// When the record starts.
    pub(super) starts_at: Option<Timestamp>,
    humans: BTreeSet<PersonId>,
}

impl<'a> Index<'a> {
    pub(super) fn of(sources: &Sources<'a>) -> Self {
        let facts = sources.facts;
        let humans: BTreeSet<PersonId> = sources
            .people
            .iter()
            .filter(|person| person.account == Account::Human)
            .map(|person| person.id)
            .collect();
        let mut items: BTreeMap<Key, Item<'a>> = facts
            .pull_requests
            .iter()
            .map(|pull_request| {
                let item = Item {
                    pull_request,
                    reviews: Vec::new(),
                    comments: Vec::new(),
                    requests: Vec::new(),
                    commits: Vec::new(),
                    paths: Vec::new(),
                    acts: Vec::new(),
                };
                ((pull_request.repository, pull_request.number), item)
            })
            .collect();
        macro_rules! gather {
            ($rows:ident, $field:ident, $value:expr) => {
                for row in &facts.$rows {
                    if let Some(item) = items.get_mut(&(row.repository, row.number)) {
                        item.$field.push($value(row));
                    }
                }
            };
        }
        gather!(reviews, reviews, |row| row);
        gather!(comments, comments, |row| row);
        gather!(review_requests, requests, |row| row);
        gather!(pull_request_commits, commits, |row| row);
        for row in &facts.pull_request_files {
            if let Some(item) = items.get_mut(&(row.repository, row.number)) {
                item.paths.push(&row.path);
            }
        }
        for row in &facts.timeline {
            if let (Some(actor), Some(item)) =
                (row.actor, items.get_mut(&(row.repository, row.number)))
            {
                item.acts.push((actor, row.at));
            }
        }
        for item in items.values_mut() {
            item.reviews
                .sort_by_key(|review| (review.submitted_at, &review.review));
            item.comments
                .sort_by_key(|comment| (comment.created_at, &comment.comment));
            item.requests.sort_by_key(|request| request.at);
        }
        let mut of_person: BTreeMap<PersonId, BTreeSet<Key>> = BTreeMap::new();
        for (key, item) in &items {
            let asked = item.requests.iter().map(|request| request.reviewer);
            let reviewed = item.reviews.iter().map(|review| review.author);
            let commented = item.comments.iter().map(|comment| comment.author);
            let people = asked
                .chain(reviewed)
                .chain(commented)
                .chain([item.pull_request.author]);
            for person in people.flatten() {
                of_person.entry(person).or_default().insert(*key);
            }
        }
        let mut issues: BTreeMap<Key, (&Issue, Vec<&IssueComment>)> = facts
            .issues
            .iter()
            .map(|issue| ((issue.repository, issue.number), (issue, Vec::new())))
            .collect();
        for comment in &facts.issue_comments {
            if let Some((_, comments)) = issues.get_mut(&(comment.repository, comment.number)) {
                comments.push(comment);
            }
        }
        let starts_at = facts
            .pull_requests
            .iter()
            .map(|pull_request| pull_request.created_at)
            .min();
        Self {
            items,
            of_person,
            issues,
            starts_at,
            humans,
        }
    }

    /// The pull requests that somebody has to do with, by repository and number.
    pub(super) fn items_of(&self, person: PersonId) -> impl Iterator<Item = &Item<'a>> {
        self.of_person
            .get(&person)
            .into_iter()
            .flatten()
            .filter_map(|key| self.items.get(key))
    }

    /// Whether somebody is a person: bots and ghosts are not.
    pub(super) fn is_human(&self, person: Option<PersonId>) -> bool {
        person.is_some_and(|person| self.humans.contains(&person))
    }
}

impl Item<'_> {
    pub(super) fn is_by(&self, person: PersonId) -> bool {
        self.pull_request.author == Some(person)
    }

    /// Reviews that somebody submitted on it before an instant.
    pub(super) fn reviews_by(
        &self,
        person: PersonId,
        before: Timestamp,
    ) -> impl Iterator<Item = &Review> {
        self.reviews
            .iter()
            .copied()
            .filter(move |review| review.author == Some(person) && review.submitted_at < before)
    }

    /// Comments that somebody left on it before an instant, inline and in the conversation.
    pub(super) fn comments_by(
        &self,
        person: PersonId,
        before: Timestamp,
    ) -> impl Iterator<Item = &Comment> {
        self.comments
            .iter()
            .copied()
            .filter(move |comment| comment.author == Some(person) && comment.created_at < before)
    }

    /// When it was last touched by a person other than its author, before an instant.
    pub(super) fn last_outside_event(
        &self,
        index: &Index<'_>,
        before: Timestamp,
    ) -> Option<Timestamp> {
        let reviews = self
            .reviews
            .iter()
            .map(|review| (review.author, review.submitted_at));
        let comments = self
            .comments
            .iter()
            .map(|comment| (comment.author, comment.created_at));
        let requests = self
            .requests
            .iter()
            .map(|request| (request.actor, request.at));
        let acts = self.acts.iter().map(|(actor, at)| (Some(*actor), *at));
        reviews
            .chain(comments)
            .chain(requests)
            .chain(acts)
            .filter(|(who, at)| {
                *at < before && *who != self.pull_request.author && index.is_human(*who)
            })
            .map(|(_, at)| at)
            .max()
    }

    /// When a review was last asked of somebody and not withdrawn, before an instant.
    pub(super) fn asked_at(&self, person: PersonId, before: Timestamp) -> Option<Timestamp> {
        let mut asked = None;
        for request in self
            .requests
            .iter()
            .filter(|request| request.reviewer == Some(person) && request.at < before)
        {
            asked = match request.action {
                RequestAction::Requested => Some(request.at),
                RequestAction::Removed => None,
            };
        }
        asked
    }

    /// Its areas, sorted.
    pub(super) fn areas(&self, sources: &Sources<'_>) -> Vec<String> {
        let repository = self.pull_request.repository;
        let name = sources
            .repositories
            .get(&repository)
            .map_or("?", |name| name.name());
        let areas: BTreeSet<String> = self
            .paths
            .iter()
            .flat_map(|path| (sources.areas_of)(repository, path))
            .map(|area| format!("{name}/{area}"))
            .collect();
        areas.into_iter().collect()
    }

    /// Its page.
    pub(super) fn link(&self, sources: &Sources<'_>) -> Link {
        link(
            sources,
            self.pull_request.repository,
            self.pull_request.number,
            &self.pull_request.url,
        )
    }
}

/// A page of a pull request or issue, shown as `widgets#412`.
pub(super) fn link(
    sources: &Sources<'_>,
    repository: RepositoryId,
    number: PrNumber,
    url: &str,
) -> Link {
    let name = sources
        .repositories
        .get(&repository)
        .map_or("?", |name| name.name());
    Link {
        text: format!("{name}{number}"),
        url: url.to_owned(),
    }
}
