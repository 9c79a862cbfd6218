//! Facts by pull request, gathered once for all packs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Sources;
use super::snippet::Link;
use crate::domain::{
    Comment, Issue, IssueComment, PersonId, PrNumber, PullRequestCommit, RepositoryId, Review,
};
use crate::work::Past;
use crate::work::delivery::incidents::{Known, known};
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::requests::{End, replay};

/// A pull request and what happened on it.
pub(super) struct Item<'a> {
    /// It, with its reviews, requests and timeline.
    pub(super) whole: FullPullRequest<'a>,
    /// By time.
    pub(super) comments: Vec<&'a Comment>,
    pub(super) commits: Vec<&'a PullRequestCommit>,
    pub(super) paths: Vec<&'a str>,
    /// The requests to people, as they were opened and ended.
    requested: Vec<PersonRequest>,
}

/// A request to a person.
struct PersonRequest {
    person: PersonId,
    at: Timestamp,
    end: End,
}

impl<'a> std::ops::Deref for Item<'a> {
    type Target = FullPullRequest<'a>;

    fn deref(&self) -> &FullPullRequest<'a> {
        &self.whole
    }
}

/// All of it.
pub(super) struct Index<'a> {
    items: BTreeMap<Key, Item<'a>>,
    /// The pull requests that somebody wrote, was asked to review, reviewed or commented on.
    of_person: BTreeMap<PersonId, BTreeSet<Key>>,
    pub(super) issues: BTreeMap<Key, (&'a Issue, Vec<&'a IssueComment>)>,
    /// What counts as an incident.
    pub(super) incidents: BTreeMap<Key, Known<'a>>,
    /// When the record starts.
    pub(super) starts_at: Option<Timestamp>,
    past: &'a Past<'a>,
}

impl<'a> Index<'a> {
    pub(super) fn of(sources: &Sources<'a>) -> Self {
        let facts = &sources.past.tables.facts;
        let mut items: BTreeMap<Key, Item<'a>> = BTreeMap::new();
        let mut incidents = BTreeMap::new();
        for reading in &sources.past.readings {
            incidents.extend(known(reading));
            let wholes = of_product(reading);
            let mut requested: BTreeMap<Key, Vec<PersonRequest>> = BTreeMap::new();
            for request in replay(reading, &wholes) {
                if let (Some(person), Some(end)) = (request.asked.person(), request.end()) {
                    let at = request.at;
                    let of_whole = requested.entry(request.whole.key()).or_default();
                    of_whole.push(PersonRequest { person, at, end });
                }
            }
            for whole in wholes {
                let key = whole.key();
                items.entry(key).or_insert_with(|| Item {
                    whole,
                    comments: Vec::new(),
                    commits: Vec::new(),
                    paths: Vec::new(),
                    requested: requested.remove(&key).unwrap_or_default(),
                });
            }
        }
        macro_rules! gather {
            ($rows:ident, $field:ident, $value:expr) => {
                for row in &facts.$rows {
                    if let Some(item) = items.get_mut(&(row.repository, row.number)) {
                        item.$field.push($value(row));
                    }
                }
            };
        }
        gather!(comments, comments, |row| row);
        gather!(pull_request_commits, commits, |row| row);
        for row in &facts.pull_request_files {
            if let Some(item) = items.get_mut(&(row.repository, row.number)) {
                item.paths.push(&row.path);
            }
        }
        for item in items.values_mut() {
            item.comments
                .sort_by_key(|comment| (comment.created_at, &comment.comment));
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
            incidents,
            starts_at,
            past: sources.past,
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
        person.is_some_and(|person| self.past.tables.is_human(person))
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
        let acts = self.timeline.iter().filter(|event| event.actor.is_some());
        let acts = acts.map(|event| (event.actor, event.at));
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

    /// Since when a request to somebody was open at an instant; `None`: none was. Asking again restarts no clock.
    pub(super) fn asked_since(&self, person: PersonId, at: Timestamp) -> Option<Timestamp> {
        let is_open = |request: &&PersonRequest| {
            request.at < at && request.end.at().is_none_or(|ended_at| ended_at >= at)
        };
        let mut to_them = (self.requested.iter()).filter(|request| request.person == person);
        to_them.find(is_open).map(|request| request.at)
    }

    /// Whether a request to somebody before an instant was not withdrawn before it.
    pub(super) fn was_asked(&self, person: PersonId, before: Timestamp) -> bool {
        let is_withdrawn = |end| matches!(end, End::Withdrawn(at) if at < before);
        self.requested.iter().any(|request| {
            request.person == person && request.at < before && !is_withdrawn(request.end)
        })
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
            .flat_map(|path| sources.areas_of(repository, path))
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
