//! `one-on-one.md`: a page that two people go on with, a part for each fortnight, the newest above.
//!
//! What is open stands in a part of its own, above: it is as of today. A fortnight's part is brought up to date until the next one is
//! over, and stays after that; what people wrote, open action items among it, stays in any case.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::Sources;
use super::blocks::labelled;
use super::index::Index;
use super::moments::{FIRST_MONDAY, fortnight_of};
use super::open_work::{OpenWork, with_whom};
use super::pack::{Face, spans, unobserved};
use super::snippet::{Kind, Link, Origin, Snippet, Words};
use super::sprints::{Verdict, sprints};
use crate::domain::{Person, PersonId};
use crate::report::document::{Block, Document, Span};
use crate::work::roster::RosterDelegation;
use crate::work::turns::{Asked, Holder, Turn};

/// So many moments of a line are named.
const NAMED: usize = 4;

/// What is due in so many days is told.
const DUE_DAYS: i64 = 28;

/// Two of them a fortnight, in turn.
const QUESTIONS: [&str; 6] = [
    "What should we change?",
    "What did I miss?",
    "What do you want to learn next?",
    "Where do you wait for somebody?",
    "What did nobody see?",
    "What would you hand over, and to whom?",
];

/// What the page is written from.
pub(super) struct Writing<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) index: &'a Index<'a>,
    pub(super) open: &'a OpenWork,
    pub(super) whose: &'a Person,
    pub(super) snippets: &'a [Snippet],
}

impl Writing<'_> {
    pub(super) fn document(&self) -> Document {
        let until = self.sources.last_day();
        let this = fortnight_of(until);
        let before = this.saturating_sub(14.days());
        let mut blocks = vec![
            Block::Paragraph(vec![Span::text(
                "This page goes on from one talk to the next. Write wherever you like, and it stays; linchpin goes on writing between two \
                 of its own lines, for as long as nobody edits what stands there. A new fortnight comes above the older ones.",
            )]),
            Block::Heading(1, vec![Span::text("Open action items")]),
            Block::Blank {
                label: "To do".to_owned(),
                prompt: "[yours to write]".to_owned(),
            },
            Block::Refreshed {
                id: "now".to_owned(),
                is_whole: true,
                blocks: self.now(until),
            },
        ];
        self.fortnight(this, &mut blocks);
        if self.sources.date(self.sources.seen().since) <= before {
            self.fortnight(before, &mut blocks);
        }
        Document {
            title: format!("One-on-one: {}", Face::of(self.whose).words()),
            subtitle: Vec::new(),
            blocks,
        }
    }

    /// A fortnight's part, with two questions and room for notes behind it.
    fn fortnight(&self, first: Date, blocks: &mut Vec<Block>) {
        let last = first.saturating_add(13.days());
        let until = last.min(self.sources.last_day());
        let since = self.sources.date(self.sources.seen().since);
        let so_far = if until < last { ", so far" } else { "" };
        let mut inside = vec![Block::Heading(
            1,
            vec![Span::text(format!("From {first} to {until}{so_far}"))],
        )];
        inside.push(Block::Bullets(self.happened(first, until)));
        blocks.push(Block::Refreshed {
            id: format!("from-{first}"),
            is_whole: since <= first,
            blocks: inside,
        });
        for label in questions(first) {
            blocks.push(Block::Blank {
                label: label.to_owned(),
                prompt: "[yours to answer]".to_owned(),
            });
        }
        blocks.push(Block::Blank {
            label: "Notes".to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }

    /// What happened on some days: at most eight lines.
    fn happened(&self, first: Date, last: Date) -> Vec<Vec<Span>> {
        let inside = || {
            let snippets = self.snippets.iter();
            snippets.filter(|snippet| (first..=last).contains(&snippet.on))
        };
        let of = |kinds: &[Kind]| -> Vec<&Snippet> {
            inside()
                .filter(|snippet| kinds.contains(&snippet.kind))
                .collect()
        };
        let mut lines = Vec::new();
        let shipped = self.shipped(first, last);
        if shipped.is_empty() {
            let because = unobserved(self.sources).into_iter().next();
            let words = because.unwrap_or_else(|| "nothing in these days".to_owned());
            lines.push(labelled("Shipped", vec![Span::text(words)]));
        } else {
            lines.push(labelled("Shipped", named(shipped)));
        }
        // Fortnights are counted on their own calendar: this one has at most one.
        if let Some(reviewed) = of(&[Kind::Reviewed]).last() {
            let mut words = spans(&reviewed.act);
            words.extend(id(reviewed));
            lines.push(labelled("Reviews", words));
        }
        for (label, kinds) in [
            ("Standstills ended", &[Kind::Unblocked][..]),
            ("Incidents", &[Kind::Coordinated, Kind::Incident]),
            ("Firsts", &[Kind::FirstReview, Kind::FirstChange]),
            ("Sent back", &[Kind::SentBack]),
        ] {
            let found = of(kinds);
            if !found.is_empty() {
                lines.push(labelled(label, listed(found)));
            }
        }
        let helped = self.helped(first, last);
        if !helped.is_empty() {
            lines.push(labelled("Helped by", helped));
        }
        let by_hand: Vec<&Snippet> = inside()
            .filter(|snippet| snippet.origin != Origin::Observed)
            .collect();
        if !by_hand.is_empty() {
            let mut words = Vec::new();
            for (at, snippet) in by_hand.iter().take(NAMED).enumerate() {
                if at > 0 {
                    words.push(Span::text("; "));
                }
                words.extend(spans(&snippet.act));
                words.push(Span::text(format!(" ({})", snippet.on)));
                words.extend(id(snippet));
            }
            words.extend(more(by_hand.len()));
            lines.push(labelled("By hand", words));
        }
        lines
    }

    /// Changes and commits of some days. Commits are summed up by month: each is named on its own day.
    fn shipped(&self, first: Date, last: Date) -> Vec<Named<'_>> {
        let is_inside = |named: &Named<'_>| (first..=last).contains(&named.on);
        let snippets = self.snippets.iter();
        let all = snippets.flat_map(|snippet| {
            let change = snippet.kind.is_change().then(|| Named::of(snippet));
            let commits = (snippet.kind == Kind::Committed).then(|| {
                snippet.summed_up().map(|event| Named {
                    link: Some(&event.link),
                    title: event.what.strip_prefix("committed ").map(str::to_owned),
                    on: self.sources.date(event.at),
                    id: &snippet.id,
                })
            });
            change.into_iter().chain(commits.into_iter().flatten())
        });
        let mut all: Vec<Named<'_>> = all.filter(is_inside).collect();
        all.sort_by_key(|named| named.on);
        all
    }

    /// Who reviewed own changes or made changes together with the person, by name, each with the first page of it.
    fn helped(&self, first: Date, last: Date) -> Vec<Span> {
        let sources = self.sources;
        let is_inside = |at| (first..=last).contains(&sources.date(at));
        let mut by: BTreeMap<PersonId, (jiff::Timestamp, Link, &str)> = BTreeMap::new();
        let mut note = |person: PersonId, at, link: Link, what| {
            let known = by.entry(person).or_insert((at, link.clone(), what));
            if at < known.0 {
                *known = (at, link, what);
            }
        };
        let end = sources.end();
        let own = self.index.items_of(self.whose.id);
        for item in own.filter(|item| item.is_by(self.whose.id)) {
            for review in &item.reviews {
                let others = review.author.filter(|by| *by != self.whose.id);
                let others = others.filter(|by| self.index.is_human(Some(*by)));
                if let Some(reviewer) = others
                    && review.submitted_at < end
                    && is_inside(review.submitted_at)
                {
                    note(
                        reviewer,
                        review.submitted_at,
                        item.link(sources),
                        "reviewed",
                    );
                }
            }
        }
        let tables = sources.past.tables;
        let rows = self.index.together_of(self.whose.id);
        for row in rows.filter_map(|at| tables.commits.get(at)) {
            if row.landed_at >= end || !is_inside(row.landed_at) {
                continue;
            }
            let others = row.authors().filter(|by| *by != self.whose.id);
            for other in others.filter(|by| tables.is_human(*by)) {
                let link = super::moments::commit_link(sources, row.repository, row.commit);
                note(other, row.landed_at, link, "made together");
            }
        }
        let mut named: Vec<(&str, _)> = by
            .into_iter()
            .filter_map(|(person, act)| Some((sources.person(person)?.display_name.as_str(), act)))
            .collect();
        named.sort_by(|a, b| a.0.cmp(b.0));
        let mut words = Vec::new();
        for (at, (name, (when, link, what))) in named.into_iter().enumerate() {
            let gap = if at > 0 { "; " } else { "" };
            words.push(Span::text(format!("{gap}{name} ({what} ")));
            words.push(Span::link(link.text, link.url));
            words.push(Span::text(format!(", {})", sources.date(when))));
        }
        words
    }

    /// What is open as of the last day: at most eight lines.
    fn now(&self, until: Date) -> Vec<Block> {
        let of = |kind: Kind| self.snippets.iter().filter(move |one| one.kind == kind);
        let mut lines = Vec::new();
        // Whoever waits for the person, at the end of the window.
        if let Some(waiting) = of(Kind::Waiting).next_back() {
            let mut words = spans(&waiting.act);
            words.extend(id(waiting));
            lines.push(labelled("Waits for this person", words));
        }
        let own = self.open.of_person(self.whose.id);
        if !own.is_empty() {
            let mut words = Vec::new();
            for (at, (key, turn)) in own.iter().take(NAMED).enumerate() {
                if at > 0 {
                    words.push(Span::text("; "));
                }
                if let Some(item) = self.index.item(*key) {
                    let link = item.link(self.sources);
                    words.push(Span::link(link.text, link.url));
                    words.push(Span::text(format!(" “{}”", item.pull_request.title)));
                }
                words.push(Span::text(self.with_whom(turn)));
            }
            words.extend(more(own.len()));
            lines.push(labelled("Own work waits", words));
        }
        let stands: Vec<&Snippet> = of(Kind::Open).collect();
        if !stands.is_empty() {
            lines.push(labelled("Needs fresh eyes", listed(stands)));
        }
        lines.extend(self.feedback(until));
        lines.extend(self.delegations(until));
        lines.extend(self.goals(until));
        if lines.is_empty() {
            lines.push(vec![Span::text("Nothing is open in what was read.")]);
        }
        vec![
            Block::Heading(1, vec![Span::text(format!("Open at the end of {until}"))]),
            Block::Bullets(lines),
        ]
    }

    /// With whom an open pull request waits, since when, and how many of whose working days that is.
    fn with_whom(&self, turn: &Turn) -> String {
        let sources = self.sources;
        let words = with_whom(sources, &turn.holder, "this person");
        let whose = match &turn.holder {
            Holder::Reviewers(asked) => match asked.as_slice() {
                [Asked::Person(person)] => Some(*person),
                _ => None,
            },
            Holder::Author | Holder::Draft | Holder::Merge => Some(self.whose.id),
            Holder::Agent | Holder::Ci | Holder::Deploy => None,
        };
        let days = sources.working_days(whose, turn.since, sources.end());
        let since = sources.date(turn.since);
        let days = format!("{:.0}", days.floor());
        let plural = if days == "1" { "" } else { "s" };
        format!(" {words} since {since} ({days} working day{plural})")
    }

    /// Feedback that is looked at, with what the sprints say.
    fn feedback(&self, until: Date) -> Option<Vec<Span>> {
        let roster = &self.sources.past.question.roster;
        let mut words = Vec::new();
        for one in roster
            .feedback
            .iter()
            .filter(|one| one.person == self.whose.id)
        {
            let feedback = &one.feedback;
            let is_over = feedback.stop_on.is_some_and(|stop| stop < until);
            if is_over || feedback.given_on > until {
                continue;
            }
            let said = feedback.measure.map_or_else(
                || "looked at by hand".to_owned(),
                |measure| {
                    let days = roster.sprint_days;
                    let row = super::measures::row_of(measure);
                    if let Some(because) = row.not_observed(self.sources) {
                        return format!("not observed: {because}");
                    }
                    let all = sprints(self.sources, self.whose.id, feedback, measure, days);
                    let said = Verdict::of(&all).words();
                    said.trim_end_matches('.').replace(", examples below", "")
                },
            );
            let gap = if words.is_empty() { "" } else { " · " };
            words.push(Span::text(format!(
                "{gap}“{}”, agreed {}: {said}",
                feedback.topic, feedback.given_on
            )));
        }
        (!words.is_empty()).then(|| labelled("Feedback", words))
    }

    /// What is handed over and due soon, or was due.
    fn delegations(&self, until: Date) -> Option<Vec<Span>> {
        let soon = until.saturating_add(DUE_DAYS.days());
        let is_due = |one: &&RosterDelegation| {
            let is_open = one.start_on <= until && one.done_on.is_none_or(|done| done > until);
            is_open && one.due_on.is_some_and(|due| due <= soon)
        };
        let declared = self.sources.past.question.roster.delegations.iter();
        let own =
            declared.filter(|one| one.giver == self.whose.id || one.receiver == self.whose.id);
        let mut words = Vec::new();
        for one in own.filter(is_due) {
            let is_giver = one.giver == self.whose.id;
            let (other, to) = if is_giver {
                (one.receiver, "to")
            } else {
                (one.giver, "from")
            };
            let other = self.sources.person(other);
            let other = other.map_or("somebody", |other| other.display_name.as_str());
            let due = one.due_on.map_or_else(String::new, |due| {
                let word = if due < until { "was due" } else { "due" };
                format!(", {word} {due}")
            });
            let gap = if words.is_empty() { "" } else { " · " };
            words.push(Span::text(format!("{gap}“{}” {to} {other}{due}", one.what)));
        }
        (!words.is_empty()).then(|| labelled("Handed over", words))
    }

    /// The person's own goals that are open.
    fn goals(&self, until: Date) -> Option<Vec<Span>> {
        let roster = &self.sources.past.question.roster;
        let own = roster.goals.iter().filter(|one| {
            let goal = &one.goal;
            let is_open = goal.set_on <= until && goal.due_on.is_none_or(|due| due >= until);
            one.person == Some(self.whose.id) && is_open
        });
        let mut words = Vec::new();
        for one in own {
            let gap = if words.is_empty() { "" } else { " · " };
            let due = one.goal.due_on;
            let due = due.map_or_else(String::new, |due| format!(", due {due}"));
            words.push(Span::text(format!(
                "{gap}“{}”, set {}{due}",
                one.goal.title, one.goal.set_on
            )));
        }
        (!words.is_empty()).then(|| labelled("Goals", words))
    }
}

/// The two questions of a fortnight.
fn questions(first: Date) -> [&'static str; 2] {
    let days = FIRST_MONDAY.until(first).map_or(0, |span| span.get_days());
    let turn = usize::try_from(days.div_euclid(14).rem_euclid(3)).unwrap_or(0);
    let of = |at: usize| QUESTIONS.get(at).copied().unwrap_or(QUESTIONS[0]);
    [of(2 * turn), of(2 * turn + 1)]
}

/// What a line names.
struct Named<'a> {
    link: Option<&'a Link>,
    title: Option<String>,
    on: Date,
    /// The moment that it is of.
    id: &'a str,
}

impl<'a> Named<'a> {
    fn of(snippet: &'a Snippet) -> Self {
        Self {
            link: snippet.act.first_link(),
            title: snippet.act.0.iter().find_map(title),
            on: snippet.on,
            id: &snippet.id,
        }
    }
}

/// Of each moment its first page with the title, the date and the id.
fn listed(snippets: Vec<&Snippet>) -> Vec<Span> {
    named(snippets.into_iter().map(Named::of).collect())
}

fn named(all: Vec<Named<'_>>) -> Vec<Span> {
    let mut words = Vec::new();
    let n = all.len();
    for (at, one) in all.into_iter().take(NAMED).enumerate() {
        if at > 0 {
            words.push(Span::text(", "));
        }
        words.extend(one.link.map(|link| Span::link(&link.text, &link.url)));
        if let Some(title) = one.title {
            words.push(Span::text(format!(" {title}")));
        }
        words.push(Span::text(format!(" ({}) ", one.on)));
        words.push(Span::Code(one.id.to_owned()));
    }
    words.extend(more(n));
    words
}

fn more(n: usize) -> Option<Span> {
    let n_more = n.saturating_sub(NAMED);
    (n_more > 0).then(|| Span::text(format!(" and {n_more} more")))
}

fn id(snippet: &Snippet) -> [Span; 2] {
    [Span::text(" "), Span::Code(snippet.id.clone())]
}

/// What the change is called, by those who made it.
fn title(words: &Words) -> Option<String> {
    match words {
        Words::Given(title) => Some(format!("“{title}”")),
        _ => None,
    }
}
