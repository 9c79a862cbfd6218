//! Pull requests that an agent opened and that the person had it do, each a dated act.

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::PersonId;
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Kind, Snippet};
use crate::work::turns::n_rounds;

/// Opened inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let own = subject.index.delegated_by(subject.person);
    let inside = own.filter(|(item, _)| subject.is_inside(item.pull_request.created_at));
    moments.extend(inside.map(|(item, tool)| of(subject, item, tool)));
}

fn of(subject: &Subject<'_>, item: &Item<'_>, tool: &str) -> Snippet {
    let sources = subject.sources;
    let row = item.pull_request;
    let merged_at = row.merged_at.filter(|at| *at < sources.end());
    let closed_at = row.closed_at.filter(|at| *at < sources.end());
    let until = merged_at.or(closed_at).unwrap_or(sources.end());
    let mut act = Act::default()
        .own("Delegated ")
        .link(item.link(sources))
        .own(" ")
        .given(&row.title)
        .own(" to ")
        .given(tool)
        .own(format!(": opened {}", sources.date(row.created_at)));
    let n_rounds = n_rounds(sources.past.tables, &item.whole, until);
    if n_rounds > 0 {
        let n = usize::try_from(n_rounds).unwrap_or(usize::MAX);
        act = act.own(format!(", {} after a review", count(n, "round")));
    }
    let reviewers = reviewers(subject, item, until);
    if reviewers.is_empty() {
        act = act.own(", without a review by another person");
    }
    for (at, reviewer) in reviewers.into_iter().enumerate() {
        act = act
            .own(if at == 0 { ", reviewed by " } else { ", " })
            .given(reviewer);
    }
    act = match (merged_at, closed_at) {
        (Some(at), _) => act.own(format!(", merged {}.", sources.date(at))),
        (None, Some(at)) => act.own(format!(", closed {}.", sources.date(at))),
        (None, None) => act.own(", open."),
    };
    let mut snippet = subject.about(Kind::Delegated, row.created_at, item, act);
    snippet
        .caveats
        .push("who had it done is told by the description or by the agent's commits");
    snippet
}

/// Who else reviewed it up to an instant, each once, the first to review first.
fn reviewers<'a>(subject: &'a Subject<'_>, item: &Item<'_>, until: Timestamp) -> Vec<&'a str> {
    let tables = subject.sources.past.tables;
    let mut seen: Vec<PersonId> = Vec::new();
    for review in item.human_reviews(tables) {
        let who = review.author.filter(|_| review.submitted_at <= until);
        seen.extend(who.filter(|who| !seen.contains(who)));
    }
    let people = seen.into_iter().filter_map(|id| subject.sources.person(id));
    people.map(|person| person.display_name.as_str()).collect()
}
