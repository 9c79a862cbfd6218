//! Reviews of others' pull requests: by fortnight, and those that asked for changes.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{Subject, clip, count, excerpt, number};
use crate::domain::{ReviewState, Window};
use crate::evidence::index::Item;
use crate::evidence::snippet::{Act, Kind, Link, Polarity, Snippet};

/// Fortnights start on every second Monday, counted from this one.
const FIRST_MONDAY: Date = jiff::civil::date(2024, 1, 1);

/// Reviews inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let seen = subject.sources.seen();
    let mut start = fortnight_of(subject.sources.date(seen.since));
    let last = subject.sources.last_day();
    let mut before = None;
    while start <= last {
        let next = start.saturating_add(14.days());
        let fortnight = Fortnight::of(subject, start, next);
        moments.extend(fortnight.snippet(subject, before));
        before = Some((fortnight.n_answered(), fortnight.asked.len()));
        if next <= start {
            break;
        }
        start = next;
    }
    changes_requested(subject, moments);
}

/// The first day of the fortnight that a day falls into.
fn fortnight_of(day: Date) -> Date {
    let days = FIRST_MONDAY.until(day).map_or(0, |span| span.get_days());
    FIRST_MONDAY.saturating_add(days.div_euclid(14).saturating_mul(14).days())
}

/// What was asked of a person in a fortnight, and what they reviewed.
struct Fortnight<'a> {
    window: Window,
    start: Date,
    last_day: Date,
    /// Pull requests whose review was asked for, and whether the person has reviewed since.
    asked: Vec<(&'a Item<'a>, bool)>,
    /// Pull requests reviewed that nobody had asked the person for.
    unasked: Vec<&'a Item<'a>>,
    /// Pull requests of earlier fortnights, reviewed in this one.
    earlier: Vec<&'a Item<'a>>,
    /// Pull requests commented on and never reviewed.
    commented: Vec<&'a Item<'a>>,
}

impl<'a> Fortnight<'a> {
    fn of(subject: &Subject<'a>, start: Date, next: Date) -> Self {
        let midnight = |day: Date| {
            subject
                .sources
                .past
                .question
                .zone
                .to_timestamp(day.at(0, 0, 0, 0))
                .unwrap_or(subject.sources.end())
        };
        let window = clip(
            Window {
                since: midnight(start),
                until: midnight(next),
            },
            subject.sources.seen(),
        );
        let end = subject.sources.end();
        let mut note = Self {
            window,
            start,
            last_day: next
                .yesterday()
                .unwrap_or(next)
                .min(subject.sources.last_day()),
            asked: Vec::new(),
            unasked: Vec::new(),
            earlier: Vec::new(),
            commented: Vec::new(),
        };
        for item in subject.items().filter(|item| !item.is_by(subject.person)) {
            let first_asked = item
                .requests
                .iter()
                .find(|request| request.reviewer == Some(subject.person))
                .map(|request| request.at);
            let reviews: Vec<Timestamp> = item
                .reviews_by(subject.person, end)
                .map(|review| review.submitted_at)
                .collect();
            let first = first_asked
                .into_iter()
                .chain(reviews.first().copied())
                .min();
            let is_reviewed_now = reviews.iter().any(|at| window.contains(*at));
            if first_asked.is_some_and(|at| window.contains(at)) {
                // A request that was withdrawn before a review asks for nothing.
                if !reviews.is_empty() || item.was_asked(subject.person, end) {
                    note.asked.push((item, !reviews.is_empty()));
                }
            } else if is_reviewed_now && first.is_some_and(|at| window.contains(at)) {
                note.unasked.push(item);
            } else if is_reviewed_now {
                note.earlier.push(item);
            } else if reviews.is_empty()
                && item
                    .comments_by(subject.person, end)
                    .any(|comment| window.contains(comment.created_at))
            {
                note.commented.push(item);
            }
        }
        note
    }

    fn n_answered(&self) -> usize {
        self.asked
            .iter()
            .filter(|(_, is_reviewed)| *is_reviewed)
            .count()
    }

    /// The note of the fortnight; `None` where nothing was asked and nothing reviewed.
    fn snippet(&self, subject: &Subject<'_>, before: Option<(usize, usize)>) -> Option<Snippet> {
        let n = self.asked.len() + self.unasked.len() + self.earlier.len() + self.commented.len();
        if n == 0 {
            return None;
        }
        let end = subject.sources.end();
        let answered = || {
            self.asked
                .iter()
                .filter(|(_, is_reviewed)| *is_reviewed)
                .map(|(item, _)| *item)
        };
        let reviewed: Vec<&Item<'_>> = answered().chain(self.unasked.iter().copied()).collect();
        let mut act = self.head();
        if !reviewed.is_empty() {
            let comments = |item: &Item<'_>| item.comments_by(subject.person, end).count();
            act = act.own("; comments left on each: ");
            act = act.list(
                reviewed
                    .iter()
                    .map(|item| (item.link(subject.sources), format!(" ({})", comments(item)))),
            );
        }
        act = self.elsewhere(subject, act);
        act = self.unanswered(subject, act);
        act = act.own(".");
        let is_asked = |(_, asked): &(usize, usize)| *asked > 0 || !self.asked.is_empty();
        if let Some((answered, asked)) = before.filter(is_asked) {
            act = act.own(if asked == 0 {
                " Fortnight before: none requested.".to_owned()
            } else {
                format!(" Fortnight before: {answered} of {asked}.")
            });
        }
        if let Some(absence) =
            subject
                .sources
                .absence_words(subject.person, self.start, self.last_day)
        {
            act = act.own(format!(" {absence}"));
        }
        let mut snippet =
            subject.snippet(Kind::Reviewed, self.last_day, &self.start.to_string(), act);
        snippet.window = self.window;
        snippet.n = number(n);
        snippet.polarity = self.polarity(&reviewed);
        snippet.quote = excerpt(
            reviewed
                .iter()
                .chain(&self.commented)
                .flat_map(|item| item.comments_by(subject.person, end)),
        );
        snippet
            .caveats
            .push("requests to a team are not counted as requests to this person");
        snippet.areas = reviewed
            .iter()
            .flat_map(|item| item.areas(subject.sources))
            .collect();
        snippet.areas.sort();
        snippet.areas.dedup();
        Some(snippet)
    }

    /// How many were asked for and reviewed, and how many nobody had asked for.
    fn head(&self) -> Act {
        let dates = format!("from {} to {}", self.start, self.last_day);
        let (n_asked, n_unasked) = (self.asked.len(), self.unasked.len());
        let mut text = match (n_asked, n_unasked) {
            (0, 0) => format!("Took part in others' pull requests {dates}"),
            (0, _) => format!(
                "Reviewed {} without a request to this person {dates}",
                count(n_unasked, "pull request")
            ),
            _ => format!(
                "Reviewed {} of {} requested {dates}",
                self.n_answered(),
                count(n_asked, "pull request")
            ),
        };
        if n_asked > 0 && n_unasked > 0 {
            let _ = write!(text, ", and {n_unasked} without a request to this person");
        }
        Act::default().own(text)
    }

    /// Reviews of earlier fortnights' pull requests, and comments without a review.
    fn elsewhere(&self, subject: &Subject<'_>, mut act: Act) -> Act {
        if !self.earlier.is_empty() {
            act = act.own("; reviewed from earlier fortnights: ");
            act = act.list(
                self.earlier
                    .iter()
                    .map(|item| (item.link(subject.sources), String::new())),
            );
        }
        if !self.commented.is_empty() {
            let end = subject.sources.end();
            act = act.own("; comments without a review: ");
            act = act.list(self.commented.iter().map(|item| {
                let comments = item.comments_by(subject.person, end);
                let n = comments
                    .filter(|comment| self.window.contains(comment.created_at))
                    .count();
                (item.link(subject.sources), format!(" ({n})"))
            }));
        }
        act
    }

    /// A review done is a win; requests that all stayed open are a challenge; talk alone is context.
    fn polarity(&self, reviewed: &[&Item<'_>]) -> Polarity {
        if !reviewed.is_empty() || !self.earlier.is_empty() {
            Polarity::Win
        } else if self.asked.is_empty() {
            Polarity::Context
        } else {
            Polarity::Challenge
        }
    }

    /// What was asked for and not reviewed: still waiting, or over without it.
    fn unanswered(&self, subject: &Subject<'_>, mut act: Act) -> Act {
        let end = subject.sources.end();
        let rest = || {
            self.asked
                .iter()
                .filter(|(_, is_reviewed)| !is_reviewed)
                .map(|(item, _)| *item)
        };
        let is_open = |item: &&Item<'_>| item.pull_request.closed_at.is_none_or(|at| at >= end);
        let links = |items: Vec<&Item<'_>>| -> Vec<(Link, String)> {
            items
                .into_iter()
                .map(|item| (item.link(subject.sources), String::new()))
                .collect()
        };
        let waiting: Vec<&Item<'_>> = rest().filter(is_open).collect();
        let over: Vec<&Item<'_>> = rest().filter(|item| !is_open(item)).collect();
        if !waiting.is_empty() {
            act = act
                .own(format!(
                    "; still waiting at the end of {}: ",
                    subject.sources.last_day()
                ))
                .list(links(waiting));
        }
        if !over.is_empty() {
            act = act
                .own("; merged or closed without this person's review: ")
                .list(links(over));
        }
        act
    }
}

/// Reviews that asked for changes, and what followed.
fn changes_requested(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let end = subject.sources.end();
    for item in subject.items().filter(|item| !item.is_by(subject.person)) {
        let review = item.reviews_by(subject.person, end).find(|review| {
            review.verdict == ReviewState::ChangesRequested
                && subject.is_inside(review.submitted_at)
        });
        let Some(review) = review else { continue };
        let at = review.submitted_at;
        let inline = usize::try_from(review.n_inline_comments).unwrap_or(usize::MAX);
        let n_commits = item
            .commits
            .iter()
            .filter(|commit| commit.authored_at > at && commit.authored_at < end)
            .count();
        let approved_at = item
            .reviews_by(subject.person, end)
            .find(|later| later.verdict == ReviewState::Approved && later.submitted_at > at)
            .map(|later| later.submitted_at);
        let mut act = Act::default()
            .own("Requested changes on ")
            .link(item.link(subject.sources))
            .own(" ")
            .given(&item.pull_request.title)
            .own(format!(" with {}", count(inline, "inline comment")));
        // An amended commit keeps its author time: none counted does not mean that none followed.
        if n_commits > 0 {
            act = act.own(format!("; {} followed", count(n_commits, "commit")));
        }
        if let Some(approved_at) = approved_at {
            act = act.own(format!("; approved {}", subject.sources.date(approved_at)));
        }
        let mut snippet = subject.about(Kind::ChangesRequested, at, item, act.own("."));
        // The comments of a review carry its instant; a margin of a minute covers rounding.
        let until = at
            .saturating_add(jiff::SignedDuration::from_mins(1))
            .unwrap_or(at);
        snippet.quote = excerpt(
            item.comments_by(subject.person, until)
                .filter(|comment| comment.created_at >= at),
        );
        moments.push(snippet);
    }
}
