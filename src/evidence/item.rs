//! A pull request with what evidence asks of it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::Sources;
use super::index::Index;
use super::snippet::Link;
use crate::domain::{Comment, PersonId, PrNumber, PullRequestFile, RepositoryId, Review};
use crate::work::areas::Areas;
use crate::work::delivery::undone::Undone;
use crate::work::pull_requests::FullPullRequest;
use crate::work::requests::{Asked, End};
use crate::work::rows::Rows;

/// A pull request and what happened on it.
pub(super) struct Item<'a> {
    /// It, with its reviews, requests and timeline.
    pub(super) whole: FullPullRequest<'a>,
    /// By time.
    pub(super) comments: Rows<'a, Comment>,
    pub(super) files: Rows<'a, PullRequestFile>,
    /// What took its work back.
    pub(super) undone: Box<[Undone]>,
    /// The requests, as they were opened and ended.
    pub(super) requested: Box<[OfSomebody<'a>]>,
    /// Whether it is a machine's: nobody's moment, whoever answered it.
    pub(super) is_by_a_machine: bool,
}

/// A request to a person or a team.
pub(super) struct OfSomebody<'a> {
    pub(super) asked: Asked<'a>,
    pub(super) at: Timestamp,
    pub(super) end: End,
}

impl<'a> std::ops::Deref for Item<'a> {
    type Target = FullPullRequest<'a>;

    fn deref(&self) -> &FullPullRequest<'a> {
        &self.whole
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

    /// Since when it had waited for a review by somebody at an instant; `None`: it did not. A draft waits for its author.
    pub(super) fn waits_for_since(&self, person: PersonId, at: Timestamp) -> Option<Timestamp> {
        self.readiness().since(at)?;
        self.asked_since(person, at)
    }

    /// Since when a request to somebody was open at an instant; `None`: none was. Asking again restarts no clock.
    fn asked_since(&self, person: PersonId, at: Timestamp) -> Option<Timestamp> {
        let is_open = |request: &&OfSomebody<'_>| {
            request.at < at && request.end.at().is_none_or(|ended_at| ended_at >= at)
        };
        let is_theirs = |request: &&OfSomebody<'_>| request.asked.person() == Some(person);
        let mut to_them = self.requested.iter().filter(is_theirs);
        to_them.find(is_open).map(|request| request.at)
    }

    /// Whether a request to somebody before an instant was not withdrawn before it.
    pub(super) fn was_asked(&self, person: PersonId, before: Timestamp) -> bool {
        let is_withdrawn = |end| matches!(end, End::Withdrawn(at) if at < before);
        self.requested.iter().any(|request| {
            request.asked.person() == Some(person)
                && request.at < before
                && !is_withdrawn(request.end)
        })
    }

    /// Its areas with their repository, sorted.
    pub(super) fn areas(&self, sources: &Sources<'_>) -> Vec<String> {
        let repository = self.pull_request.repository;
        let name = sources.repository_name(repository);
        let own = self.files.iter();
        let own = own.flat_map(|file| sources.areas_of(repository, &file.path));
        let areas: BTreeSet<String> = own
            .map(|area| Areas::with_repository(&name, &area))
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
    let name = sources.repository_name(repository);
    Link {
        text: format!("{name}{number}"),
        url: url.to_owned(),
    }
}
