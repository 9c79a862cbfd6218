//! `one-on-one.md`: a page that two people go on with, a part for each fortnight, the newest above.
//!
//! What is open stands in a part of its own, above: it is as of today. A fortnight's part is brought up to date until the next one is
//! over, and stays after that; what people wrote, open action items among it, stays in any case.

mod named;
mod now;

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use self::named::{NAMED, Named, id, listed, more, named};
use super::Sources;
use super::blocks::{coded, labelled};
use super::index::Index;
use super::moments::{FIRST_MONDAY, fortnight_of};
use super::open_work::OpenWork;
use super::pack::{Face, spans, unobserved};
use super::snippet::{Kind, Link, Origin, Snippet};
use crate::domain::{Person, PersonId};
use crate::report::document::{Block, Document, Span};

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
        let this = fortnight_of(self.last_day());
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
                blocks: self.now(self.sources.last_day()),
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

    /// The last day that the fortnights tell of: a day that has only begun is one of theirs where something happened on it.
    fn last_day(&self) -> Date {
        let latest = self.snippets.iter().map(|snippet| snippet.on).max();
        let last = self.sources.last_day();
        latest.map_or(last, |day| day.max(last))
    }

    /// A fortnight's part, with two questions and room for notes behind it.
    fn fortnight(&self, first: Date, blocks: &mut Vec<Block>) {
        let last = first.saturating_add(13.days());
        let until = last.min(self.last_day());
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
            lines.push(labelled("Shipped", coded(&words)));
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
}

/// The two questions of a fortnight.
fn questions(first: Date) -> [&'static str; 2] {
    let days = FIRST_MONDAY.until(first).map_or(0, |span| span.get_days());
    let turn = usize::try_from(days.div_euclid(14).rem_euclid(3)).unwrap_or(0);
    let of = |at: usize| QUESTIONS.get(at).copied().unwrap_or(QUESTIONS[0]);
    [of(2 * turn), of(2 * turn + 1)]
}
