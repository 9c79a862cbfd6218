//! What hands a pull request over, in order of time.

use jiff::Timestamp;

use super::{Asked, Replay};
use crate::domain::{PersonId, RequestAction, ReviewState};
use crate::work::pull_requests::FullPullRequest;

/// What happened. The order of the variants decides among events of one instant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    Closed,
    Reopened,
    Drafted,
    Ready,
    Pushed,
    Withdrawn(Asked),
    Requested(Asked),
    Reviewed(ReviewState, PersonId),
    /// Whose review, and of when; `None` where nothing tells.
    Dismissed(Option<(PersonId, Timestamp)>),
}

/// Every event of a life before its end, by time. What is dated before the opening is taken to happen with it.
pub(crate) fn of_life(
    replay: &Replay<'_>,
    whole: &FullPullRequest<'_>,
    until: Timestamp,
) -> Vec<(Timestamp, Event)> {
    let since = whole.pull_request.created_at;
    let is_human =
        |person: Option<PersonId>| person.is_some_and(|person| replay.tables.is_human(person));
    let mut events: Vec<(Timestamp, Event)> = Vec::new();
    for row in &whole.timeline {
        let event = match row.event.as_str() {
            "closed" => Event::Closed,
            "reopened" => Event::Reopened,
            // Where the review is told, the review itself tells what it had said until then.
            "review_dismissed" if row.detail.is_none() => Event::Dismissed(None),
            _ => continue,
        };
        events.push((row.at, event));
    }
    let readiness = whole.readiness();
    events.extend(readiness.changes().map(|(at, is_ready)| {
        let event = if is_ready {
            Event::Ready
        } else {
            Event::Drafted
        };
        (at, event)
    }));
    events.extend(whole.pushes.iter().map(|push| (push.at, Event::Pushed)));
    for row in &whole.requests {
        let asked = match (&row.team, row.reviewer) {
            (Some(team), _) => Asked::Team(team.clone()),
            (None, Some(person)) if is_human(Some(person)) => Asked::Person(person),
            _ => continue,
        };
        let event = match row.action {
            RequestAction::Requested => Event::Requested(asked),
            RequestAction::Removed => Event::Withdrawn(asked),
        };
        events.push((row.at, event));
    }
    for review in whole.human_reviews(replay.tables) {
        if let Some(person) = review.author {
            let submitted_at = review.submitted_at;
            events.push((submitted_at, Event::Reviewed(review.verdict, person)));
            if let Some(at) = review.dismissed_at {
                let dismissed = Event::Dismissed(Some((person, submitted_at)));
                // A clock that runs backwards dismisses nothing before it was said.
                events.push((at.max(submitted_at), dismissed));
            }
        }
    }
    // The merge closes too, at the end itself: nothing that comes with the end or after it hands over anything.
    events.retain(|(at, _)| *at < until);
    for (at, _) in &mut events {
        *at = (*at).max(since);
    }
    events.sort();
    events
}
