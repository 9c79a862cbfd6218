//! What somebody did with a person who was new: reviews of their pull requests and changes made together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{Subject, number};
use crate::domain::{Bucket, PersonId, ReviewState, Window};
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Event, Kind, Snippet};
use crate::work::pull_requests::Key;

/// So many days after joining somebody is new.
const DAYS: i64 = 90;

/// What a commit of both is called.
const TOGETHER: &str = "made together";
/// What a joiner's first change in an area is called.
const FIRST: &str = "the first merged change in";

/// So many acts are named in the sentence; all of them are among what it was made from.
const NAMED: usize = 5;

/// The days in which somebody is new to whom the person may have been of help.
struct Days {
    joiner: PersonId,
    first: Date,
    last: Date,
    /// Whether the person is the declared buddy, and from when to when.
    buddy: Option<(Date, Date)>,
    /// Whether the day of joining is declared.
    is_joining: bool,
}

/// One moment for each person who was new inside the window and with whom there was something to do.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for days in everybody_new(subject) {
        moments.extend(of(subject, &days));
    }
}

/// Members in the ninety days after they joined, and whoever has the person as their buddy.
fn everybody_new(subject: &Subject<'_>) -> Vec<Days> {
    let roster = &subject.sources.past.question.roster;
    let mut found: BTreeMap<PersonId, Days> = BTreeMap::new();
    for member in &roster.members {
        let Some(first) = member.joined_on.filter(|_| member.person != subject.person) else {
            continue;
        };
        found.insert(
            member.person,
            Days {
                joiner: member.person,
                first,
                last: first.saturating_add((DAYS - 1).days()),
                buddy: None,
                is_joining: true,
            },
        );
    }
    for buddy in &roster.buddies {
        if buddy.person != subject.person {
            continue;
        }
        let days = found.entry(buddy.joiner).or_insert(Days {
            joiner: buddy.joiner,
            first: buddy.from,
            last: buddy.to,
            buddy: None,
            is_joining: false,
        });
        let known = days.buddy.get_or_insert((buddy.from, buddy.to));
        *known = (known.0.min(buddy.from), known.1.max(buddy.to));
        days.first = days.first.min(buddy.from);
        days.last = days.last.max(buddy.to);
    }
    found.into_values().collect()
}

fn of(subject: &Subject<'_>, days: &Days) -> Option<Snippet> {
    let sources = subject.sources;
    let zone = &sources.past.question.zone;
    let end = days.last.tomorrow().unwrap_or(days.last);
    let whole = Window {
        since: Bucket::start_of(days.first, zone),
        until: Bucket::start_of(end, zone),
    };
    let inside = super::clip(whole, sources.seen());
    if inside.since >= inside.until {
        return None;
    }
    let joiner = sources.person(days.joiner)?;
    let mut events = reviewed(subject, days, inside);
    events.extend(together(subject, days, inside));
    events.sort();
    let last = events.last()?.at;
    let mut head = if days.is_joining {
        Act::default().own("In the first 90 days of ")
    } else {
        Act::default().own("In the first weeks of ")
    };
    head = head
        .given(&joiner.display_name)
        .own(format!(", from {}", days.first));
    if let Some((from, to)) = days.buddy {
        head = head.own(format!(", buddy from {from} to {to} by the register"));
    }
    let mut act = head.own(": ");
    // Firsts, then reviews, then what was made together: each of them by time.
    let mut named: Vec<&Event> = events.iter().collect();
    named.sort_by_key(|event| (event.what == TOGETHER, !event.what.contains(FIRST)));
    for (at, event) in named.into_iter().take(NAMED).enumerate() {
        if at > 0 {
            act = act.own("; ");
        }
        let on = sources.date(event.at);
        act = act
            .own(format!("{on} {} ", event.what))
            .link(event.link.clone());
    }
    if events.len() > NAMED {
        act = act.own(format!("; and {} more", events.len() - NAMED));
    }
    let about = joiner
        .logins
        .first()
        .map_or(&joiner.display_name, |login| &login.0);
    let mut snippet = subject.snippet(Kind::FirstDays, sources.date(last), about, act.own("."));
    snippet.window = inside;
    snippet.n = number(events.len());
    snippet.weight = snippet.n;
    snippet.events = events;
    snippet
        .caveats
        .push("what was said at a desk or in a call is not visible here");
    Some(snippet)
}

/// The person's first review of each pull request of the joiner, with the firsts that it belongs to.
fn reviewed(subject: &Subject<'_>, days: &Days, inside: Window) -> Vec<Event> {
    let sources = subject.sources;
    let own = subject.items().filter(|item| item.is_by(days.joiner));
    let reviews = own.filter_map(|item| {
        let mut reviews = item.reviews_by(subject.person, inside.until);
        let review = reviews.find(|review| inside.contains(review.submitted_at))?;
        Some((item, review))
    });
    let reviews: Vec<_> = reviews.collect();
    if reviews.is_empty() {
        return Vec::new();
    }
    let firsts = firsts(subject, days.joiner);
    let event = |(item, review): (&Item<'_>, &crate::domain::Review)| {
        let verdict = match review.verdict {
            ReviewState::Approved => "approved",
            ReviewState::ChangesRequested => "asked for changes on",
            ReviewState::Commented | ReviewState::Dismissed => "reviewed",
        };
        let areas = firsts.get(&item.key()).map_or(&[][..], Vec::as_slice);
        let is_before = |merged_at: Timestamp| review.submitted_at <= merged_at;
        let is_first = !areas.is_empty() && item.pull_request.merged_at.is_some_and(is_before);
        let first = if is_first {
            format!(" {FIRST} {},", areas.join(" and "))
        } else {
            String::new()
        };
        Event {
            at: review.submitted_at,
            who: Some(subject.person),
            what: format!("{verdict}{first}"),
            link: item.link(sources),
        }
    };
    reviews.into_iter().map(event).collect()
}

/// By pull request: the areas in which it is the first change of somebody that was merged.
fn firsts(subject: &Subject<'_>, person: PersonId) -> BTreeMap<Key, Vec<String>> {
    let end = subject.sources.end();
    let mut first: BTreeMap<String, (Timestamp, Key)> = BTreeMap::new();
    for item in subject.index.items_of(person) {
        let merged_at = item.pull_request.merged_at.filter(|at| *at < end);
        let Some(merged_at) = merged_at.filter(|_| item.is_by(person)) else {
            continue;
        };
        for area in item.areas(subject.sources) {
            let known = first.entry(area).or_insert((merged_at, item.key()));
            *known = (*known).min((merged_at, item.key()));
        }
    }
    let mut of: BTreeMap<Key, Vec<String>> = BTreeMap::new();
    for (area, (_, key)) in first {
        of.entry(key).or_default().push(area);
    }
    of
}

/// Commits that name both as authors.
fn together(subject: &Subject<'_>, days: &Days, inside: Window) -> Vec<Event> {
    let tables = subject.sources.past.tables;
    let rows = subject.index.together_of(subject.person);
    let rows = rows.filter_map(|at| tables.commits.get(at));
    rows.filter(|row| inside.contains(row.landed_at))
        .filter(|row| row.authors().any(|author| author == days.joiner))
        .map(|row| Event {
            at: row.landed_at,
            who: Some(row.author),
            what: TOGETHER.to_owned(),
            link: subject.commit_link(row.repository, row.commit),
        })
        .collect()
}
