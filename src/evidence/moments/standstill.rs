//! Pull requests that nobody but the author had touched: ended by a review, or still standing.

use jiff::{SignedDuration, Timestamp};

use super::{Subject, count, number};
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Event, Kind, Link, Polarity, Snippet};
use crate::evidence::working_days::{Whose, waited, whole};

/// What is merged later than so many of the team's working days after a review stood still again: the review ended nothing.
const MOVES_ON: f64 = 10.0;

/// Standstills that the person ended, requests that wait for the person, own work that stands still.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for item in subject.items() {
        moments.extend(unblocked(subject, item));
    }
    waiting(subject, moments);
    open(subject, moments);
}

/// The person's first review of somebody's pull request came after a standstill, and it was merged soon after.
fn unblocked(subject: &Subject<'_>, item: &Item<'_>) -> Option<Snippet> {
    let pull_request = item.pull_request;
    if item.is_by(subject.person) || !subject.index.is_human(pull_request.author) {
        return None;
    }
    let merged_at = pull_request
        .merged_at
        .filter(|at| *at < subject.sources.end())?;
    let reviewed_at = item
        .reviews_by(subject.person, merged_at)
        .next()?
        .submitted_at;
    if !subject.is_inside(reviewed_at) {
        return None;
    }
    let (quiet_since, stepped_in_at, days) = stood_still_before(subject, item, reviewed_at)?;
    if (subject.sources).working_days(None, reviewed_at, merged_at) > MOVES_ON {
        return None;
    }
    // Whoever was asked, by name or with their team, and came late ended a wait of their own. Asked when it stood still already,
    // they were called for help.
    let stood_still_at = stood_still_at(subject, quiet_since, stepped_in_at);
    if (subject.index).had_been_asked(item, subject.person, stood_still_at, stepped_in_at) {
        return None;
    }
    let date = |at| subject.sources.date(at);
    let act = Act::default()
        .own("Unblocked ")
        .link(item.link(subject.sources))
        .own(" ")
        .given(&pull_request.title)
        .own(format!(
            " after {} without an event by anyone but its author ({} to {}): reviewed {}, merged {}.",
            whole(days),
            date(quiet_since),
            date(stepped_in_at),
            date(reviewed_at),
            date(merged_at)
        ));
    let mut snippet = subject.about(Kind::Unblocked, reviewed_at, item, act);
    snippet.weight = subject.index.weight(subject.sources, item);
    snippet
        .caveats
        .push("talks outside GitHub are not visible here");
    Some(snippet)
}

/// The last standstill before the person's review, if it was the person who ended it: since when, until when, and working days.
///
/// The person's own comment on the way to the review belongs to the act, not to the time before it: but what stood still again
/// after it, or was set going by somebody else, is not what that comment led to.
fn stood_still_before(
    subject: &Subject<'_>,
    item: &Item<'_>,
    reviewed_at: Timestamp,
) -> Option<(Timestamp, Timestamp, f64)> {
    let enough = subject.sources.past.question.flow.stuck_after_working_days;
    let mut at = reviewed_at;
    loop {
        // Who looks at a draft unblocks nobody.
        let ready_at = item.readiness().since(at)?;
        let last = item.last_outside_event(subject.index, at);
        let quiet_since = last.map_or(ready_at, |last| last.max(ready_at));
        // How long it stood still is told by the team's days, as everywhere: nobody in particular had to move.
        let days = (subject.sources).working_days(None, quiet_since, at);
        if days >= enough {
            let mut comments = item.comments_by(subject.person, reviewed_at);
            let is_own = at == reviewed_at || comments.any(|comment| comment.created_at == at);
            return is_own.then_some((quiet_since, at, days));
        }
        at = last.filter(|last| *last > ready_at)?;
    }
}

/// When something had been without an event for as many of the team's working days as are agreed.
fn stood_still_at(subject: &Subject<'_>, since: Timestamp, until: Timestamp) -> Timestamp {
    let enough = subject.sources.past.question.flow.stuck_after_working_days;
    let mut at = since;
    while at < until && subject.sources.working_days(None, since, at) < enough {
        at = at
            .saturating_add(SignedDuration::from_hours(1))
            .unwrap_or(until);
    }
    at.min(until)
}

/// Requests to the person that were open when the last day ended, oldest first.
fn waiting(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let end = subject.sources.stands_at();
    let mut requests: Vec<(Timestamp, Link)> = subject
        .items()
        .filter(|item| is_open(item, end) && !item.is_by(subject.person))
        .filter_map(|item| {
            let asked_at = item.waits_for_since(subject.person, end)?;
            Some((asked_at, item.link(subject.sources)))
        })
        .collect();
    requests.sort();
    if requests.is_empty() {
        return;
    }
    let events = requests
        .iter()
        .map(|(at, link)| Event {
            at: *at,
            who: Some(subject.person),
            what: "was asked".to_owned(),
            link: link.clone(),
        })
        .collect();
    let on = subject.sources.last_day();
    let n = requests.len();
    let mut act = Act::default()
        .own(format!(
            "{} waited for a review by this person {}: ",
            count(n, "pull request"),
            subject.sources.at_the_end()
        ))
        .list(requests.into_iter().map(|(asked_at, link)| {
            let own = Whose::OfThePage(subject.person);
            let days = waited(subject.sources, own, (asked_at, end));
            (
                link,
                format!(" (asked {}, {days})", subject.sources.date(asked_at)),
            )
        }))
        .own(".");
    if let Some(absence) = subject.sources.absence_words(subject.person, on, on) {
        act = act.own(format!(" {absence}"));
    }
    let is_away = subject
        .sources
        .absence_words(subject.person, on, on)
        .is_some();
    let mut snippet = subject.snippet(Kind::Waiting, on, "waiting", act);
    if is_away {
        snippet.polarity = Polarity::Context;
    }
    snippet.n = number(n);
    snippet.events = events;
    snippet
        .caveats
        .push("an absence, or an answer outside GitHub, is not visible here");
    moments.push(snippet);
}

/// Own pull requests that nobody else had touched for long when the last day ended.
fn open(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let end = subject.sources.stands_at();
    for item in subject
        .items()
        .filter(|item| item.is_by(subject.person) && is_open(item, end))
    {
        let Some(ready_at) = item.readiness().since(end) else {
            continue;
        };
        let quiet_since = item
            .last_outside_event(subject.index, end)
            .map_or(ready_at, |at| at.max(ready_at));
        let days = (subject.sources).working_days(Some(subject.person), quiet_since, end);
        if days < subject.sources.past.question.flow.stuck_after_working_days {
            continue;
        }
        let act = Act::default()
            .own("Own pull request ")
            .link(item.link(subject.sources))
            .own(" ")
            .given(&item.pull_request.title)
            .own(format!(
                " was open {}, without an event by anyone else since {} ({}).",
                subject.sources.at_the_end(),
                subject.sources.date(quiet_since),
                waited(
                    subject.sources,
                    Whose::OfThePage(subject.person),
                    (quiet_since, end)
                )
            ));
        moments.push(subject.about(
            Kind::Open,
            quiet_since.max(subject.sources.past.question.window.since),
            item,
            act,
        ));
    }
}

fn is_open(item: &Item<'_>, end: Timestamp) -> bool {
    item.pull_request.created_at < end && item.pull_request.closed_at.is_none_or(|at| at >= end)
}
