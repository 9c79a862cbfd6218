//! Comments in reviews that a commit on the same file followed, by whose change it was and the quarter.

use std::collections::BTreeMap;

use super::{Subject, number};
use crate::domain::{Bucket, Granularity, PersonId};
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Event, Kind, Link, Snippet};
use crate::work::threads::{self, Followed, Thread};

/// So many of them are linked.
const NAMED: usize = 5;

/// Inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let zone = &subject.sources.past.question.zone;
    let mut found: BTreeMap<(Bucket, PersonId), Vec<(&Item<'_>, Thread)>> = BTreeMap::new();
    for item in subject.items().filter(|item| !item.is_by(subject.person)) {
        let (Some(author), Some(reading)) = (
            item.pull_request.author,
            subject
                .sources
                .past
                .reading_of(item.pull_request.repository),
        ) else {
            continue;
        };
        for thread in threads::of_product(reading).of(item.key()) {
            let is_own = thread.by == subject.person && subject.is_inside(thread.at);
            let end = subject.sources.end();
            if is_own && matches!(thread.followed, Followed::By(_, at) if at < end) {
                let quarter = Bucket::of(thread.at, Granularity::Quarter, zone);
                let of = found.entry((quarter, author)).or_default();
                of.push((item, *thread));
            }
        }
    }
    for ((quarter, author), mut threads) in found {
        threads.sort_by_key(|(item, thread)| (thread.at, item.key()));
        moments.extend(of(subject, quarter, author, &threads));
    }
}

fn of(
    subject: &Subject<'_>,
    quarter: Bucket,
    author: PersonId,
    threads: &[(&Item<'_>, Thread)],
) -> Option<Snippet> {
    let sources = subject.sources;
    let author = sources.person(author)?;
    let mut act = Act::default()
        .own("Comments on pull requests of ")
        .given(&author.display_name)
        .own(format!(
            " in {quarter} that a commit on the same file followed: "
        ));
    let mut events = Vec::new();
    for (at, (item, thread)) in threads.iter().enumerate() {
        let (Some(comment), Followed::By(commit, followed_at)) =
            (thread.opened(sources.past.tables), thread.followed)
        else {
            continue;
        };
        let link = Link {
            text: item.link(sources).text,
            url: comment.url.clone(),
        };
        if at < NAMED {
            if at > 0 {
                act = act.own(", ");
            }
            let on = sources.date(thread.at);
            act = act.link(link.clone()).own(format!(" ({on}, "));
            act = act
                .given(comment.path.as_deref().unwrap_or_default())
                .own(")");
        }
        events.push(Event {
            at: thread.at,
            who: Some(subject.person),
            what: format!(
                "commented on {}",
                comment.path.as_deref().unwrap_or_default()
            ),
            link,
        });
        events.push(Event {
            at: followed_at,
            who: item.pull_request.author,
            what: "committed to the file".to_owned(),
            link: subject.commit_link(item.pull_request.repository, commit),
        });
    }
    if threads.len() > NAMED {
        act = act.own(format!(" and {} more", threads.len() - NAMED));
    }
    let on = sources.date(threads.last()?.1.at);
    let login = author
        .logins
        .first()
        .map_or(&author.display_name, |login| &login.0);
    let about = format!("{login} {quarter}");
    let mut snippet = subject.snippet(Kind::TakenUp, on, &about, act.own("."));
    snippet.n = number(threads.len());
    events.sort();
    events.dedup();
    snippet.events = events;
    snippet
        .caveats
        .push("that a commit followed a comment does not say that it was made for it");
    Some(snippet)
}
