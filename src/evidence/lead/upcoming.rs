//! What lies ahead, as the store and the registers tell it: whom open work waits for, and which talks are due.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::this_week::DAYS;
use crate::domain::PersonId;
use crate::evidence::item::link;
use crate::evidence::open_work::{OpenWork, with_whom};
use crate::evidence::sprints::{Verdict, sprints};
use crate::evidence::{Desk, Sources};
use crate::metrics::delegation::scope::{self, InScope};
use crate::report::document::Span;
use crate::work::pull_requests::Key;
use crate::work::roster::{RosterDelegation, RosterFeedback};

/// What lies ahead.
#[derive(Debug, Default)]
pub struct Upcoming {
    /// Open pull requests, by repository and number.
    pub(super) waits: BTreeMap<Key, Wait>,
    /// Talks about feedback and about delegations: the day, and the line.
    pub(super) due: Vec<(Date, Vec<Span>)>,
}

/// With whom an open pull request waits.
#[derive(Debug)]
pub(super) struct Wait {
    /// Since when it is their turn.
    pub(super) since: Date,
    /// `with Ada Berg, Bo Lund`.
    pub(super) with: String,
}

impl Upcoming {
    /// As of the question's instant.
    #[must_use]
    pub fn of(desk: &Desk<'_>) -> Self {
        let sources = desk.sources();
        let open = OpenWork::of(sources);
        let waits = open.all().map(|(key, turn)| {
            let wait = Wait {
                since: sources.date(turn.since),
                with: with_whom(sources, &turn.holder, "its author"),
            };
            (*key, wait)
        });
        let today = sources.date(sources.past.question.as_of);
        let roster = &sources.past.question.roster;
        let feedback = roster.feedback.iter();
        let feedback = feedback.filter_map(|one| feedback_due(sources, one, today));
        let delegations = roster.delegations.iter();
        let delegations = delegations.filter_map(|one| delegation_due(sources, one, today));
        let mut due: Vec<(Date, Vec<Span>)> = feedback.chain(delegations).collect();
        due.sort_by_key(|(day, _)| *day);
        Self {
            waits: waits.collect(),
            due,
        }
    }
}

fn name(sources: &Sources<'_>, person: PersonId) -> String {
    let found = sources.person(person);
    found.map_or_else(|| "somebody".to_owned(), |found| found.display_name.clone())
}

/// The last day that is looked ahead to.
fn horizon(today: Date) -> Date {
    today.saturating_add((DAYS - 1).days())
}

/// Feedback whose last agreed day is near, or whose sprints say that it is to be talked about: kept for long enough, or not kept.
fn feedback_due(
    sources: &Sources<'_>,
    one: &RosterFeedback,
    today: Date,
) -> Option<(Date, Vec<Span>)> {
    let feedback = &one.feedback;
    let back = today.saturating_sub(DAYS.days());
    let stop = feedback.stop_on;
    let is_over = stop.is_some_and(|stop| stop < back);
    if is_over || feedback.given_on > today {
        return None;
    }
    let days = sources.past.question.roster.sprint_days;
    let all = feedback
        .measure
        .map(|measure| sprints(sources, one.person, feedback, measure, days));
    let said = all.as_ref().and_then(|all| match Verdict::of(all) {
        Verdict::Kept(n) => Some(format!("kept {n} sprints in a row, consider closing it")),
        Verdict::NotKept { kept, of } => Some(format!(
            "kept in {kept} of {of} sprints, revisit what was agreed"
        )),
        Verdict::Mixed { .. } | Verdict::TooFew(_) => None,
    });
    let stops = stop.filter(|stop| *stop <= horizon(today));
    if said.is_none() && stops.is_none() {
        return None;
    }
    let day = stops.unwrap_or(today);
    let mut words = format!(
        " · feedback to {}, “{}”, given on {}",
        name(sources, one.person),
        feedback.topic,
        feedback.given_on
    );
    if let Some(stop) = stops {
        let verb = if stop < today { "was" } else { "is" };
        let _ = write!(words, "; it {verb} looked at until {stop}");
    }
    if let Some(said) = said {
        let _ = write!(words, "; {said}");
    }
    let deeds = all.iter().flatten().flat_map(|sprint| &sprint.deeds);
    let deeds: Vec<_> = deeds.collect();
    let mut line = vec![Span::Strong(day.to_string())];
    match (feedback.measure, deeds.iter().max_by_key(|deed| deed.at)) {
        (None, _) => words.push_str("; looked at by hand, no number is told"),
        (Some(_), None) => words.push_str("; n 0 acts to look at"),
        (Some(_), Some(latest)) => {
            let _ = write!(words, "; n {} acts, the latest ", deeds.len());
            line.push(Span::text(words));
            line.push(Span::link(&latest.link.text, &latest.link.url));
            words = String::new();
        }
    }
    words.push_str("; notes: ");
    line.push(Span::text(words));
    line.push(Span::Code(format!("linchpin follow-up {}", feedback.login)));
    Some((day, line))
}

/// A delegation that is not done and whose agreed end is near or over.
fn delegation_due(
    sources: &Sources<'_>,
    one: &RosterDelegation,
    today: Date,
) -> Option<(Date, Vec<Span>)> {
    let due = one.due_on.filter(|due| *due <= horizon(today))?;
    if one.done_on.is_some_and(|done| done <= today) {
        return None;
    }
    let acts: Vec<InScope> = sources
        .past
        .readings
        .iter()
        .flat_map(|reading| scope::covered(reading, one).acts.clone())
        .filter(|act| {
            let is_theirs = act.person == one.giver || act.person == one.receiver;
            is_theirs && sources.date(act.at) >= one.start_on
        })
        .collect();
    let verb = if due < today {
        "was due then and is not marked as done"
    } else {
        "is due"
    };
    let mut words = format!(
        " · delegation “{}” from {} to {} {verb}",
        one.what,
        name(sources, one.giver),
        name(sources, one.receiver)
    );
    let mut line = vec![Span::Strong(due.to_string())];
    if !scope::has_scope(one) {
        words.push_str("; acts are not observed, it names no paths and no labels; ");
        line.push(Span::text(words));
    } else if let Some(latest) = acts.iter().max_by_key(|act| act.at) {
        let _ = write!(
            words,
            "; n {} acts of both since {}, the latest on {} ",
            acts.len(),
            one.start_on,
            sources.date(latest.at)
        );
        line.push(Span::text(words));
        line.push(page(sources, latest));
        line.push(Span::text("; "));
    } else {
        let _ = write!(words, "; n 0 acts of both since {}; ", one.start_on);
        line.push(Span::text(words));
    }
    line.push(Span::Part {
        text: "its card".to_owned(),
        part: "delegation",
    });
    Some((due, line))
}

/// The page of an act.
fn page(sources: &Sources<'_>, act: &InScope) -> Span {
    let repository = sources.repository_name(act.repository);
    let text = match act.subject.thing {
        crate::metrics::measure::Thing::Numbered(number) => {
            link(sources, act.repository, number, "").text
        }
        _ => format!("{repository} {}", act.subject),
    };
    match &act.link {
        Some(url) => Span::link(text, url),
        None => Span::text(text),
    }
}
