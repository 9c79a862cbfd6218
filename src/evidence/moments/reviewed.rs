//! Reviews of others' pull requests, by fortnight; those that asked for changes stand before them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::changes::new_excerpt;
use super::{Subject, clip, count, number};
use crate::domain::{ReviewState, Window};
use crate::evidence::item::Item;
use crate::evidence::snippet::{Act, Event, Kind, Link, Polarity, Snippet};

/// Fortnights start on every second Monday, counted from this one.
pub(in crate::evidence) const FIRST_MONDAY: Date = jiff::civil::date(2024, 1, 1);

/// Reviews inside the window. No excerpt stands twice: a review that asked for changes goes before the fortnight that it is in.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let mut quoted = BTreeSet::new();
    super::changes::collect(subject, &mut quoted, moments);
    let seen = subject.sources.seen();
    let mut start = fortnight_of(subject.sources.date(seen.since));
    let last = subject.sources.today();
    let mut before: Option<Fortnight<'_>> = None;
    while start <= last {
        let next = start.saturating_add(14.days());
        let fortnight = Fortnight::of(subject, start, next);
        moments.extend(fortnight.snippet(subject, before.as_ref(), &mut quoted));
        before = Some(fortnight);
        if next <= start {
            break;
        }
        start = next;
    }
}

/// The first day of the fortnight that a day falls into.
pub(in crate::evidence) fn fortnight_of(day: Date) -> Date {
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
    /// Of those asked for and not reviewed: how many there was time for, by the person's own days.
    n_left: usize,
    /// What machines opened, and the person reviewed.
    of_machines: Vec<&'a Item<'a>>,
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
        let (end, stands_at) = (subject.sources.end(), subject.sources.stands_at());
        let mut note = Self {
            window,
            start,
            last_day: next.yesterday().unwrap_or(next),
            asked: Vec::new(),
            unasked: Vec::new(),
            earlier: Vec::new(),
            commented: Vec::new(),
            n_left: 0,
            of_machines: subject
                .index
                .items_of(subject.person)
                .filter(|item| item.is_by_a_machine)
                .filter(|item| {
                    let mut reviews = item.reviews_by(subject.person, end);
                    reviews.any(|review| window.contains(review.submitted_at))
                })
                .collect(),
        };
        let enough = subject.sources.past.question.flow.stuck_after_working_days;
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
                // A request that was withdrawn before a review asks for nothing, and one of a day that has only begun for nothing
                // yet.
                let is_asked = first_asked.is_some_and(|at| at < stands_at)
                    && item.was_asked(subject.person, end);
                if !reviews.is_empty() || is_asked {
                    note.asked.push((item, !reviews.is_empty()));
                    let until = item.pull_request.closed_at.map_or(end, |at| at.min(end));
                    let own = Some(subject.person);
                    let days = first_asked
                        .map_or(0.0, |at| (subject.sources).working_days(own, at, until));
                    if reviews.is_empty() && days >= enough {
                        note.n_left += 1;
                    }
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
        note.last_day = note.last_day.min(if note.is_after(subject, stands_at) {
            subject.sources.today()
        } else {
            subject.sources.last_day()
        });
        note
    }

    /// Whether the person did something of it from an instant on.
    fn is_after(&self, subject: &Subject<'_>, at: Timestamp) -> bool {
        let end = subject.sources.end();
        let asked = self.asked.iter().map(|(item, _)| *item);
        let others = [&self.unasked, &self.earlier, &self.commented];
        let mut all = asked.chain(others.into_iter().flatten().copied());
        all.any(|item| {
            let reviews = item.reviews_by(subject.person, end);
            let reviews = reviews.map(|review| review.submitted_at);
            let comments = item.comments_by(subject.person, end);
            let mut acts = reviews.chain(comments.map(|comment| comment.created_at));
            acts.any(|act| act >= at && self.window.contains(act))
        })
    }

    fn n_answered(&self) -> usize {
        self.asked
            .iter()
            .filter(|(_, is_reviewed)| *is_reviewed)
            .count()
    }

    /// The note of the fortnight; `None` where nothing was asked and nothing reviewed.
    fn snippet(
        &self,
        subject: &Subject<'_>,
        before: Option<&Self>,
        quoted: &mut BTreeSet<String>,
    ) -> Option<Snippet> {
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
            act = act.own(": ").list(reviewed.iter().map(|item| {
                let left = left_on(subject, item, end);
                (item.link(subject.sources), format!(" ({left})"))
            }));
        }
        act = self.elsewhere(subject, act);
        act = self.unanswered(subject, act);
        if !self.of_machines.is_empty() {
            let n = self.of_machines.len();
            act = act.own(format!(
                "; reviews of machines' pull requests left out: {n}"
            ));
        }
        act = act.own(".");
        let is_asked = |before: &&Self| !before.asked.is_empty() || !self.asked.is_empty();
        let before = before.filter(is_asked);
        if let Some(before) = before {
            act = act.own(match before.asked.len() {
                0 => " Fortnight before: none requested.".to_owned(),
                asked => format!(" Fortnight before: {} of {asked}.", before.n_answered()),
            });
        }
        let absence = subject
            .sources
            .absence_words(subject.person, self.start, self.last_day);
        if let Some(absence) = &absence {
            act = act.own(format!(" {absence}"));
        }
        let mut snippet =
            subject.snippet(Kind::Reviewed, self.last_day, &self.start.to_string(), act);
        snippet.window = self.window;
        snippet.n = number(n);
        snippet.polarity = self.polarity(&reviewed, absence.is_some());
        let all = || reviewed.iter().chain(&self.commented);
        let comments = all().flat_map(|item| item.comments_by(subject.person, end));
        let inside = comments.filter(|comment| self.window.contains(comment.created_at));
        snippet.quote = new_excerpt(inside, quoted);
        snippet.weight = number(reviewed.len());
        snippet.events = self.events(subject, before);
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
        let dates = if self.start == self.last_day {
            format!("on {}", self.start)
        } else {
            format!("from {} to {}", self.start, self.last_day)
        };
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
                (
                    item.link(subject.sources),
                    format!(" ({})", count(n, "comment")),
                )
            }));
        }
        act
    }

    /// All that was asked for was reviewed: a win. Less than half of what there was time for: a challenge, unless the person was
    /// away. What lies between, and talk alone, is context.
    fn polarity(&self, reviewed: &[&Item<'_>], is_away: bool) -> Polarity {
        let n_answered = self.n_answered();
        let has_reviewed = !reviewed.is_empty() || !self.earlier.is_empty();
        if n_answered == self.asked.len() && has_reviewed {
            Polarity::Win
        } else if n_answered < self.n_left && !is_away {
            Polarity::Challenge
        } else {
            Polarity::Context
        }
    }

    /// The requests to the person, and the person's reviews and comments, with those of the fortnight that it is told against.
    fn events(&self, subject: &Subject<'_>, before: Option<&Self>) -> Vec<Event> {
        let asked = self
            .asked
            .iter()
            .chain(before.iter().flat_map(|one| &one.asked));
        let asked = asked.map(|(item, _)| *item);
        let others = [
            &self.unasked,
            &self.earlier,
            &self.commented,
            &self.of_machines,
        ];
        let all = asked.chain(others.into_iter().flatten().copied());
        let is_theirs = |who| who == Some(subject.person);
        let mut events: Vec<Event> = all
            .flat_map(|item| subject.events(item, is_theirs))
            .collect();
        events.sort();
        events.dedup();
        events
    }

    /// What was asked for and not reviewed: still waiting, or over without it.
    fn unanswered(&self, subject: &Subject<'_>, mut act: Act) -> Act {
        let end = subject.sources.stands_at();
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
                    "; still waiting {}: ",
                    subject.sources.at_the_end()
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

/// What somebody left on a pull request: comments, or what stands there without one.
fn left_on(subject: &Subject<'_>, item: &Item<'_>, end: Timestamp) -> String {
    let n = item.comments_by(subject.person, end).count();
    if n > 0 {
        return count(n, "comment");
    }
    let Some(last) = item.reviews_by(subject.person, end).last() else {
        return "no comment".to_owned();
    };
    let verdict = match last.verdict {
        ReviewState::Approved => "approved",
        ReviewState::ChangesRequested => "changes requested",
        ReviewState::Commented | ReviewState::Dismissed => "reviewed",
    };
    let with_text = item.reviews_by(subject.person, end);
    let has_text = with_text.into_iter().any(|review| review.body_length > 0);
    format!(
        "{verdict} {}",
        if has_text {
            "with a text"
        } else {
            "without a comment"
        }
    )
}
