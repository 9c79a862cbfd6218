//! Own pull requests: merged, and sent back.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::ReviewState;
use crate::evidence::Sources;
use crate::evidence::index::Item;
use crate::evidence::snippet::{Act, Kind, Snippet};
use crate::work::kinds::{DECISION_RECORDS, POSTMORTEMS};

/// Own pull requests that were merged inside the window.
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
}

fn merged(subject: &Subject<'_>, item: &Item<'_>, merged_at: Timestamp) -> Snippet {
    let pull_request = item.pull_request;
    let kind = kind_of(subject.sources, &item.paths);
    let opened_on = subject.sources.date(pull_request.created_at);
    let mut reviewers: Vec<_> = item
        .reviews
        .iter()
        .filter(|review| review.author != pull_request.author && review.submitted_at <= merged_at)
        .filter(|review| subject.index.is_human(review.author))
        .filter_map(|review| review.author)
        .collect();
    reviewers.sort_unstable();
    reviewers.dedup();
    let reviewed = match reviewers.len() {
        0 => "merged without a review by a person".to_owned(),
        n => format!(
            "reviewed by {}",
            if n == 1 {
                "1 person".to_owned()
            } else {
                format!("{n} people")
            }
        ),
    };
    let what = match kind {
        Kind::DecisionRecord => "Wrote a decision record in ",
        Kind::Postmortem => "Wrote a postmortem in ",
        _ => "Authored ",
    };
    let mut act = Act::default()
        .own(what)
        .link(item.link(subject.sources))
        .own(" ")
        .given(&pull_request.title)
        .own(format!(
            ": opened {opened_on}, {reviewed}, merged {}",
            subject.sources.date(merged_at)
        ));
    let closes: Vec<_> = pull_request
        .closes_issues
        .iter()
        .filter_map(|number| {
            let (issue, _) = subject
                .index
                .issues
                .get(&(pull_request.repository, crate::domain::PrNumber(*number)))?;
            let link = crate::evidence::index::link(
                subject.sources,
                issue.repository,
                issue.number,
                &issue.url,
            );
            Some((link, String::new()))
        })
        .collect();
    if !closes.is_empty() {
        act = act.own("; closes ").list(closes);
    }
    let mut snippet = subject.about(kind, merged_at, item, act.own("."));
    if reviewers.is_empty() {
        snippet
            .caveats
            .push("pairing before the merge is not visible here");
    }
    snippet
}

/// A decision record or a postmortem by the kinds of its files, as the register has them; otherwise a change.
fn kind_of(sources: &Sources<'_>, paths: &[&str]) -> Kind {
    let kinds: BTreeSet<String> = paths
        .iter()
        .flat_map(|path| sources.past.question.kinds.of(path))
        .collect();
    if kinds.contains(DECISION_RECORDS) {
        Kind::DecisionRecord
    } else if kinds.contains(POSTMORTEMS) {
        Kind::Postmortem
    } else {
        Kind::Merged
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
