//! What waited on the person, and what the person did, during the absence.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Away, page};
use crate::domain::RequestAction;
use crate::evidence::Link;
use crate::evidence::index::{Item, Key, link};
use crate::report::document::Span;

/// A review asked of the person, and how that ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wait {
    asked_at: Timestamp,
    link: Link,
    ended: Option<(Timestamp, &'static str)>,
}

impl Wait {
    /// Page, when it was asked, how it ended.
    pub(super) fn spans(&self, away: &Away<'_>) -> Vec<Span> {
        let date = |at| away.sources.date(at);
        let asked_on = date(self.asked_at);
        let rest = match self.ended {
            Some((at, how)) => format!(" asked {asked_on}, {how} {}", date(at)),
            None => format!(
                " asked {asked_on}, pending at the end of {}",
                away.sources.last_day()
            ),
        };
        vec![page(&self.link), Span::text(rest)]
    }
}

/// Requests to the person that were opened or pending during the absence, oldest first.
pub(super) fn on(away: &Away<'_>) -> Vec<Wait> {
    let window = away.during().window;
    let mut waits: Vec<Wait> = away
        .index
        .items_of(away.person)
        .filter(|item| !item.is_by(away.person))
        .flat_map(|item| of_item(away, item))
        .filter(|wait| {
            wait.asked_at < window.until && wait.ended.is_none_or(|(at, _)| at > window.since)
        })
        .collect();
    waits.sort();
    waits
}

/// Every wait of a pull request on the person: asked, until reviewed, withdrawn, merged or closed.
fn of_item(away: &Away<'_>, item: &Item<'_>) -> Vec<Wait> {
    let end = away.sources.end();
    let pull_request = item.pull_request;
    let mut waits: Vec<Wait> = Vec::new();
    let asked = item.requests.iter().filter(|request| {
        request.reviewer == Some(away.person)
            && request.action == RequestAction::Requested
            && request.at < end
    });
    for request in asked {
        let asked_at = request.at;
        // A second request while the first is pending asks for nothing new.
        let is_pending = waits
            .last()
            .is_some_and(|wait| wait.ended.is_none_or(|(at, _)| at > asked_at));
        if is_pending {
            continue;
        }
        let reviewed = item
            .reviews_by(away.person, end)
            .map(|review| (review.submitted_at, "reviewed by this person"))
            .find(|(at, _)| *at >= asked_at);
        let withdrawn = item
            .requests
            .iter()
            .filter(|other| other.reviewer == Some(away.person))
            .find(|other| other.action == RequestAction::Removed && other.at >= asked_at)
            .map(|other| (other.at, "withdrawn"));
        let merged = pull_request
            .merged_at
            .map(|at| (at, "merged without this person's review"));
        let closed = pull_request
            .closed_at
            .filter(|_| merged.is_none())
            .map(|at| (at, "closed without this person's review"));
        let ended = [reviewed, withdrawn, merged, closed]
            .into_iter()
            .flatten()
            .filter(|(at, _)| *at < end)
            .min_by_key(|(at, _)| *at);
        // Asked after the end: a request for a look back waits for nothing.
        if ended.is_some_and(|(at, _)| at < asked_at) {
            continue;
        }
        waits.push(Wait {
            asked_at,
            link: item.link(away.sources),
            ended,
        });
    }
    waits
}

/// What the record shows under the person's account during the absence, by time: one line an instant and page.
pub(super) fn own_acts(away: &Away<'_>) -> Vec<(Timestamp, &'static str, Link)> {
    let (facts, sources) = (away.sources.facts, away.sources);
    let window = away.during().window;
    let mut acts: BTreeMap<(Timestamp, Key), &'static str> = BTreeMap::new();
    let mut add = |who, at: Option<Timestamp>, key: Key, what| {
        if let Some(at) = at.filter(|at| who == Some(away.person) && window.contains(*at)) {
            acts.entry((at, key)).or_insert(what);
        }
    };
    // What is told first names the instant: a review comes with its comments, a merge with its event.
    for row in &facts.pull_requests {
        let key = (row.repository, row.number);
        add(row.author, Some(row.created_at), key, "opened");
        add(row.merged_by, row.merged_at, key, "merged");
    }
    for row in &facts.issues {
        let key = (row.repository, row.number);
        add(row.author, Some(row.created_at), key, "opened");
    }
    for row in &facts.reviews {
        let key = (row.repository, row.number);
        add(row.author, Some(row.submitted_at), key, "reviewed");
    }
    for row in &facts.comments {
        let key = (row.repository, row.number);
        add(row.author, Some(row.created_at), key, "commented on");
    }
    for row in &facts.issue_comments {
        let key = (row.repository, row.number);
        add(row.author, Some(row.created_at), key, "commented on");
    }
    for row in &facts.pull_request_commits {
        let key = (row.repository, row.number);
        add(row.author, Some(row.authored_at), key, "wrote a commit of");
    }
    for row in &facts.review_requests {
        let key = (row.repository, row.number);
        add(row.actor, Some(row.at), key, "changed a review request of");
    }
    for row in &facts.timeline {
        let key = (row.repository, row.number);
        add(row.actor, Some(row.at), key, "acted on");
    }
    acts.into_iter()
        .map(|((at, (repository, number)), what)| {
            let key = (repository, number);
            let url = away
                .index
                .url_of(key)
                .map_or_else(String::new, ToOwned::to_owned);
            (at, what, link(sources, repository, number, &url))
        })
        .collect()
}
