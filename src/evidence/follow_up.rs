//! Notes for agreed feedback follow-ups: what was reviewed, sprint by sprint, since the observation was agreed.
//!
//! A note counts and links; whether a comment was helpful is for people to say. It is about requests and reviews, because that is
//! what the record shows: another observable is quoted, and has to be looked at by hand.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::index::{Index, Item};
use super::moments::{excerpt, fortnight_of};
use super::pack::Face;
use super::{Link, Sources};
use crate::domain::{PersonId, Window};
use crate::register::FollowUp;
use crate::report::document::{Block, Document, Span};

/// The most sprints in a trend, and pull requests in a list.
const LISTED: usize = 12;
/// So many excerpts are attached.
const EXCERPTS: usize = 3;
/// So many sprints of improvement in a row, and the note asks whether to close.
const ENOUGH: usize = 2;

/// The note of one follow-up; `None` for somebody who is not known.
#[must_use]
pub fn document(sources: &Sources<'_>, person: PersonId, follow_up: &FollowUp) -> Option<Document> {
    let whose = sources.person(person)?;
    let face = Face {
        name: &whose.display_name,
        login: &follow_up.login,
    };
    let index = Index::of(sources);
    let sprints = sprints(sources, &index, person, follow_up);
    let agreed = format!(
        "Agreed on {}: {}. {}",
        follow_up.agreed_on,
        follow_up.observable,
        follow_up.stop_on.map_or_else(
            || "No date to stop.".to_owned(),
            |day| format!("Looked at until {day}.")
        )
    );
    let mut blocks = vec![Block::Paragraph(vec![Span::Emphasis(agreed)])];
    if let Some((last, before)) = sprints.split_last() {
        blocks.push(Block::Paragraph(last.sentence(sources, before.last())));
        if sprints.len() > 1 {
            blocks.push(Block::Paragraph(vec![Span::text(trend(&sprints))]));
        }
        let window = last.window;
        let said = last
            .reviewed
            .iter()
            .flat_map(|(item, _)| item.comments_by(person, sources.end()))
            .filter(|comment| window.contains(comment.created_at));
        for quote in said
            .filter_map(|comment| excerpt(std::iter::once(comment)))
            .take(EXCERPTS)
        {
            blocks.push(Block::Quote(quote.text.clone()));
            blocks.push(Block::Paragraph(vec![Span::link("excerpt", quote.url)]));
        }
    } else {
        blocks.push(Block::Paragraph(vec![Span::text(
            "No sprint has passed since.",
        )]));
    }
    Some(Document {
        title: format!("{}: {}", follow_up.topic, face.words()),
        subtitle: vec![Span::text(format!(
            "Sprints are fortnights from Monday ({}), as of {}. Requests to a team are not counted as requests to a person.",
            sources
                .past
                .question
                .zone
                .iana_name()
                .unwrap_or("local time"),
            sources.past.question.as_of
        ))],
        blocks,
    })
}

/// One fortnight.
struct Sprint<'a> {
    first: Date,
    last: Date,
    is_over: bool,
    window: Window,
    /// Reviewed in it, with the comments left up to now.
    reviewed: Vec<(&'a Item<'a>, usize)>,
    /// First asked in it and not let off, and of them reviewed up to now.
    n_asked: usize,
    n_answered: usize,
    /// Asked in it, open, and not reviewed.
    waiting: Vec<&'a Item<'a>>,
    absence: Option<String>,
}

/// The sprints from the agreement on that are over; where none is, the one that runs.
fn sprints<'a>(
    sources: &Sources<'_>,
    index: &'a Index<'a>,
    person: PersonId,
    follow_up: &FollowUp,
) -> Vec<Sprint<'a>> {
    let last_day = follow_up
        .stop_on
        .map_or(sources.last_day(), |stop| stop.min(sources.last_day()));
    let mut first = fortnight_of(follow_up.agreed_on);
    let mut all = Vec::new();
    while first <= last_day && all.len() < 520 {
        all.push(Sprint::of(sources, index, person, first));
        first = first.saturating_add(14.days());
    }
    if all.iter().any(|sprint| sprint.is_over) {
        all.retain(|sprint| sprint.is_over);
    }
    all
}

impl<'a> Sprint<'a> {
    fn of(sources: &Sources<'_>, index: &'a Index<'a>, person: PersonId, first: Date) -> Self {
        let next = first.saturating_add(14.days());
        let end = sources.end();
        let midnight = |day: Date| {
            sources
                .past
                .question
                .zone
                .to_timestamp(day.at(0, 0, 0, 0))
                .unwrap_or(Timestamp::MAX)
        };
        let window = Window {
            since: midnight(first),
            until: midnight(next).min(end),
        };
        let last = next.yesterday().unwrap_or(next);
        let mut sprint = Self {
            first,
            last: last.min(sources.last_day()),
            is_over: midnight(next) <= end,
            window,
            reviewed: Vec::new(),
            n_asked: 0,
            n_answered: 0,
            waiting: Vec::new(),
            absence: sources.absence_words(person, first, last),
        };
        for item in index.items_of(person).filter(|item| !item.is_by(person)) {
            let is_reviewed = item.reviews_by(person, end).next().is_some();
            let mut reviews = item.reviews_by(person, end);
            if reviews.any(|review| window.contains(review.submitted_at)) {
                let n = item.comments_by(person, end).count();
                sprint.reviewed.push((item, n));
            }
            let mut requests = item.requests.iter();
            let asked = requests.find(|request| request.reviewer == Some(person));
            let is_asked_now = asked.is_some_and(|request| window.contains(request.at));
            // A request that was withdrawn before a review asks for nothing.
            let counts = is_reviewed || item.was_asked(person, end);
            if is_asked_now && counts {
                sprint.n_asked += 1;
                sprint.n_answered += usize::from(is_reviewed);
                let closed_at = item.pull_request.closed_at;
                if !is_reviewed && closed_at.is_none_or(|at| at >= end) {
                    sprint.waiting.push(item);
                }
            }
        }
        sprint
    }

    /// `Reviewed 5 PRs this sprint (…) and left comments on each: …`, or `Reviewed 1 of 6 requested PRs this sprint; …`.
    fn sentence(&self, sources: &Sources<'_>, before: Option<&Self>) -> Vec<Span> {
        let dates = format!("({} to {})", self.first, self.last);
        let when = if self.is_over {
            "this sprint"
        } else {
            "so far this sprint"
        };
        let prs = |n: usize| if n == 1 { "PR" } else { "PRs" };
        let mut words = Vec::new();
        let is_behind = self.n_answered < self.n_asked;
        if is_behind || self.reviewed.is_empty() && self.n_asked > 0 {
            let mut text = format!(
                "Reviewed {} of {} requested {} {when} {dates}",
                self.n_answered,
                self.n_asked,
                prs(self.n_asked)
            );
            if !self.waiting.is_empty() {
                let verb = if self.waiting.len() == 1 { "is" } else { "are" };
                let _ = write!(text, "; {} {verb} still waiting: ", self.waiting.len());
            }
            words.push(Span::text(text));
            let waiting: Vec<(Link, String)> = self
                .waiting
                .iter()
                .map(|item| (item.link(sources), String::new()))
                .collect();
            list(&mut words, waiting);
            let n_over = self.n_asked - self.n_answered - self.waiting.len();
            if n_over > 0 {
                words.push(Span::text(format!("; {n_over} merged or closed first")));
            }
            if !self.reviewed.is_empty() {
                words.push(Span::text(format!(
                    ". Left comments on {}: ",
                    self.on_how_many()
                )));
            }
        } else if self.reviewed.is_empty() {
            words.push(Span::text(format!(
                "No review was asked for {when} {dates}, and none given"
            )));
        } else {
            let n = self.reviewed.len();
            words.push(Span::text(format!(
                "Reviewed {n} {} {when} {dates} and left comments on {}: ",
                prs(n),
                self.on_how_many()
            )));
        }
        let comments: Vec<(Link, String)> = self
            .reviewed
            .iter()
            .map(|(item, n)| (item.link(sources), format!(" ({n})")))
            .collect();
        list(&mut words, comments);
        let mut rest = ".".to_owned();
        if let Some(before) = before {
            let _ = match before.n_asked {
                0 => write!(rest, " Sprint before: none requested."),
                asked => write!(rest, " Sprint before: {} of {asked}.", before.n_answered),
            };
        }
        if let Some(absence) = &self.absence {
            let _ = write!(rest, " {absence}");
        }
        if self.reviewed.iter().any(|(_, n)| *n > 0) {
            rest += " \"Constructive\" is your call; excerpts attached.";
        }
        words.push(Span::text(rest));
        words
    }

    /// `each`, or `2 of 5`.
    fn on_how_many(&self) -> String {
        let with = self.reviewed.iter().filter(|(_, n)| *n > 0).count();
        if with == self.reviewed.len() {
            "each".to_owned()
        } else {
            format!("{with} of {}", self.reviewed.len())
        }
    }
}

fn list(words: &mut Vec<Span>, links: Vec<(Link, String)>) {
    let n = links.len();
    for (at, (link, note)) in links.into_iter().take(LISTED).enumerate() {
        if at > 0 {
            words.push(Span::text(", "));
        }
        words.push(Span::link(link.text, link.url));
        if !note.is_empty() {
            words.push(Span::text(note));
        }
    }
    if n > LISTED {
        words.push(Span::text(format!(" and {} more", n - LISTED)));
    }
}

/// `Since 2026-03-01: 1/2, 5/5, 4/4. Improving for 2 sprints; consider closing.`
fn trend(sprints: &[Sprint<'_>]) -> String {
    let shown = sprints.len().saturating_sub(LISTED);
    let shown = sprints.get(shown..).unwrap_or_default();
    let pairs: Vec<(usize, usize)> = shown
        .iter()
        .map(|sprint| (sprint.n_answered, sprint.n_asked))
        .collect();
    let words: Vec<String> = pairs
        .iter()
        .map(|(hits, of)| format!("{hits}/{of}"))
        .collect();
    let since = shown
        .first()
        .map_or_else(String::new, |sprint| sprint.first.to_string());
    let mut text = format!("Since {since}: {}.", words.join(", "));
    let improving = improving(&pairs);
    if improving >= ENOUGH {
        let _ = write!(
            text,
            " Improving for {improving} sprints; consider closing."
        );
    }
    text
}

/// For how many of the latest sprints the answered share was above the one before, or all of it. Sprints in which nothing was
/// asked say nothing; the first one has nothing to be compared with.
fn improving(pairs: &[(usize, usize)]) -> usize {
    let asked: Vec<(usize, usize)> = pairs.iter().copied().filter(|(_, of)| *of > 0).collect();
    asked
        .iter()
        .zip(asked.iter().skip(1))
        .rev()
        .take_while(|((hits_before, before), (hits, of))| {
            hits == of || hits * before > hits_before * of
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn improvement_is_counted_from_the_latest_sprint_back() {
        let check = |pairs: &[(usize, usize)], expected| assert_eq!(improving(pairs), expected);
        // The design's own example: 1/2, 5/5, 4/4 improves for two sprints.
        check(&[(1, 2), (5, 5), (4, 4)], 2);
        check(&[(5, 5), (1, 2)], 0);
        check(&[(1, 4), (2, 4), (1, 4), (2, 4)], 1);
        // 1/2 → 0 asked → 3/4: the empty sprint says nothing.
        check(&[(1, 2), (0, 0), (3, 4)], 1);
        check(&[(0, 3)], 0);
        check(&[], 0);
    }
}
