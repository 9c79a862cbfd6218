//! Own pull requests: merged, and sent back; and what the person wrote in others'.

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::{PersonId, ReviewState};
use crate::evidence::item::{Item, link};
use crate::evidence::snippet::{Act, Event, Kind, Polarity, Snippet};
use crate::work::delivery::undone::{Turn, Undone};
use crate::work::kinds::{DECISION_RECORDS, POSTMORTEMS, RUNBOOKS};
use crate::work::written::{CameWith, Document, WRITTEN};

/// Own pull requests that were merged inside the window, and documents that the person wrote elsewhere.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for item in subject.items().filter(|item| item.is_by(subject.person)) {
        let Some(merged_at) = item
            .pull_request
            .merged_at
            .filter(|at| subject.is_inside(*at))
        else {
            continue;
        };
        moments.push(merged(subject, item, merged_at));
        moments.extend(sent_back(subject, item, merged_at));
    }
    for (came_with, documents) in subject.index.written_by(subject.person) {
        moments.extend(elsewhere(subject, came_with, documents));
    }
}

/// What a document is called, and the moment that writing it is.
fn called(kind: &str) -> (Kind, &'static str) {
    match kind {
        DECISION_RECORDS => (Kind::DecisionRecord, "decision record"),
        POSTMORTEMS => (Kind::Postmortem, "postmortem"),
        RUNBOOKS => (Kind::Runbook, "runbook"),
        _ => (Kind::Migration, "migration"),
    }
}

/// What a change is called after: the first kind of what was written in it, and how many documents are of the kind.
fn kind_of(documents: &[Document]) -> Option<(Kind, &'static str, usize)> {
    let n = |kind: &str| documents.iter().filter(|one| one.kind == kind).count();
    let kind = WRITTEN.into_iter().find(|kind| n(kind) > 0)?;
    let (moment, noun) = called(kind);
    Some((moment, noun, n(kind)))
}

/// `a decision record`, `3 decision records`.
fn some(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("a {noun}")
    } else {
        count(n, noun)
    }
}

/// The people who reviewed a pull request before it was merged.
fn reviewers(subject: &Subject<'_>, item: &Item<'_>, merged_at: Timestamp) -> Vec<PersonId> {
    let mut reviewers: Vec<_> = item
        .reviews
        .iter()
        .filter(|review| review.author != item.pull_request.author)
        .filter(|review| review.submitted_at <= merged_at)
        .filter(|review| subject.index.is_human(review.author))
        .filter_map(|review| review.author)
        .collect();
    reviewers.sort_unstable();
    reviewers.dedup();
    reviewers
}

fn merged(subject: &Subject<'_>, item: &Item<'_>, merged_at: Timestamp) -> Snippet {
    let sources = subject.sources;
    let pull_request = item.pull_request;
    let opened_on = sources.date(pull_request.created_at);
    let reviewers = reviewers(subject, item, merged_at);
    let merged_on = sources.date(merged_at);
    let merged = match reviewers.len() {
        0 => format!("merged {merged_on} without a review by a person"),
        1 => format!("reviewed by 1 person, merged {merged_on}"),
        n => format!("reviewed by {n} people, merged {merged_on}"),
    };
    let own = CameWith::PullRequest(item.key());
    let mut written = subject.index.written_by(subject.person);
    let written = written.find(|(came_with, _)| *came_with == own);
    let written = written.and_then(|(_, documents)| kind_of(documents));
    // A migration beside the code that needs it is a part of the change; any other document is what the change is called after.
    let is_all = |n: usize| n * 2 >= item.files.len();
    let (kind, what, beside) = match written {
        Some((Kind::Migration, noun, n)) if !is_all(n) => {
            (Kind::Merged, "Authored ".to_owned(), Some(some(n, noun)))
        }
        Some((kind, noun, n)) => (kind, format!("Wrote {} in ", some(n, noun)), None),
        None => (Kind::Merged, "Authored ".to_owned(), None),
    };
    let mut act = Act::default()
        .own(what)
        .link(item.link(sources))
        .own(" ")
        .given(&pull_request.title)
        .own(format!(": opened {opened_on}, {merged}"));
    let closes: Vec<_> = pull_request
        .closes_issues
        .iter()
        .filter_map(|number| {
            let key = (pull_request.repository, crate::domain::PrNumber(*number));
            let (issue, _) = subject.index.issues.get(&key)?;
            let link = link(sources, issue.repository, issue.number, &issue.url);
            Some((link, String::new()))
        })
        .collect();
    if !closes.is_empty() {
        act = act.own("; closes ").list(closes);
    }
    if let Some(beside) = beside {
        act = act.own(format!("; adds {beside}"));
    }
    let undone: Vec<_> = item
        .undone
        .iter()
        .filter(|undone| undone.reverted.at < sources.end())
        .collect();
    for undone in &undone {
        act = taken_back(subject, item, act.own("; "), undone);
    }
    let mut snippet = subject.about(kind, merged_at, item, act.own("."));
    snippet.weight = subject.index.weight(sources, item);
    if !undone.is_empty() {
        // It went out and came back: what that says is for people to write.
        snippet.polarity = Polarity::Context;
    }
    if reviewers.is_empty() {
        snippet
            .caveats
            .push("pairing before the merge is not visible here");
    }
    snippet
}

/// When and in what the work of a pull request was taken back, and in what it came again.
pub(in crate::evidence) fn taken_back(
    subject: &Subject<'_>,
    item: &Item<'_>,
    act: Act,
    undone: &Undone,
) -> Act {
    let act = turned(subject, item, act, "reverted ", undone.reverted);
    let again = undone
        .again
        .filter(|again| again.at < subject.sources.end());
    match again {
        Some(again) => turned(subject, item, act, ", brought in again ", again),
        None => act,
    }
}

/// A date, and the page of what turned the work round.
fn turned(subject: &Subject<'_>, item: &Item<'_>, act: Act, word: &str, turn: Turn) -> Act {
    let sources = subject.sources;
    let repository = item.pull_request.repository;
    let by = turn.pull_request.and_then(|key| subject.index.item(key));
    let link = by.map_or_else(
        || subject.commit_link(repository, turn.commit),
        |by| by.link(sources),
    );
    act.own(format!("{word}{} in ", sources.date(turn.at)))
        .link(link)
}

/// Documents that the person wrote in somebody else's pull request, or without one.
fn elsewhere(
    subject: &Subject<'_>,
    came_with: CameWith,
    documents: &[Document],
) -> Option<Snippet> {
    let at = documents.iter().map(|document| document.at).min()?;
    let (kind, noun, n) = kind_of(documents)?;
    if !subject.is_inside(at) {
        return None;
    }
    let on = subject.sources.date(at);
    let act = Act::default().own(format!("Wrote {}, ", some(n, noun)));
    let paths = documents.iter().map(|document| document.path.as_str());
    let act = act.given(&paths.take(3).collect::<Vec<_>>().join(", "));
    match came_with {
        CameWith::PullRequest(key) => {
            let item = subject.index.item(key)?;
            let is_own = item.is_by(subject.person) && item.pull_request.merged_at.is_some();
            if is_own || item.is_by_a_machine {
                return None;
            }
            let act = act
                .own(", in a pull request by somebody else, ")
                .link(item.link(subject.sources))
                .own(" ")
                .given(&item.pull_request.title)
                .own(format!(": on the default branch since {on}."));
            Some(subject.about(kind, at, item, act))
        }
        CameWith::Commit(repository, commit) => {
            let link = subject.commit_link(repository, commit);
            let act = act
                .own(" in ")
                .link(link.clone())
                .own(format!(": on the default branch since {on}."));
            let about = format!("{repository:?} {commit}");
            let mut snippet = subject.snippet(kind, on, &about, act);
            snippet.events.push(Event {
                at,
                who: Some(subject.person),
                what: "committed".to_owned(),
                link,
            });
            Some(snippet)
        }
    }
}

/// Changes were requested on it more than once before it was merged.
fn sent_back(subject: &Subject<'_>, item: &Item<'_>, merged_at: Timestamp) -> Option<Snippet> {
    let requests: Vec<_> = item
        .reviews
        .iter()
        .filter(|review| {
            review.verdict == ReviewState::ChangesRequested && review.submitted_at <= merged_at
        })
        .filter(|review| {
            review.author != item.pull_request.author && subject.index.is_human(review.author)
        })
        .collect();
    if requests.len() < 2 {
        return None;
    }
    let act = Act::default()
        .own("Received ")
        .own(count(requests.len(), "request"))
        .own(" for changes on ")
        .link(item.link(subject.sources))
        .own(" ")
        .given(&item.pull_request.title)
        .own(format!(
            " before it was merged on {}.",
            subject.sources.date(merged_at)
        ));
    let mut snippet = subject.about(Kind::SentBack, merged_at, item, act);
    snippet.n = super::number(requests.len());
    snippet
        .caveats
        .push("the content of the requests: the page behind the link holds it");
    Some(snippet)
}
