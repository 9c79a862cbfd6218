//! `week.md`: at most eight moments of the last seven days over the whole team, and who had none for four weeks.
//!
//! Nothing is stored: which moments the pages of the weeks before named is computed from the facts, oldest week first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::domain::PersonId;
use crate::evidence::blocks::coded;
use crate::evidence::pack::unobserved;
use crate::evidence::snippet::{Event, Kind, Polarity, Snippet, Words};
use crate::evidence::{Desk, Pack, Page, Sources};
use crate::report::document::{Block, Document, Span};

/// So many moments stand on a page.
const MOST: usize = 8;
/// So many of them, where there are any, tell of what came back or stands still.
const HARD: usize = 2;
/// So many weeks without a mention are told.
const QUIET: usize = 4;
/// So many pages are computed, so that whoever was named longest ago comes first.
const WEEKS: usize = 12;

/// What can be told in one sentence without a count, what is rare first.
const TOLD: [Kind; 16] = [
    Kind::Coordinated,
    Kind::Incident,
    Kind::Postmortem,
    Kind::Unblocked,
    Kind::DecisionRecord,
    Kind::Manual,
    Kind::Released,
    Kind::Runbook,
    Kind::FirstChange,
    Kind::FirstReview,
    Kind::Migration,
    Kind::Merged,
    Kind::Committed,
    Kind::Reviewed,
    Kind::SentBack,
    Kind::Open,
];

pub(super) fn page(desk: &Desk<'_>, packs: &[Pack]) -> Page {
    let sources = desk.sources();
    let team = Team::of(sources, packs);
    let pages = team.pages();
    let (first, last) = week(sources.last_day(), 0);
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "Moments of seven days for a talk, one a person where there is one. They are picked by kind, and whoever was named longest ago \
         comes first; nobody is ranked, and a week without a moment says that the record holds none.",
    )])];
    let unread = unobserved(sources);
    if !unread.is_empty() {
        let bullets = unread.iter().map(|words| coded(words));
        blocks.push(Block::Bullets(bullets.collect()));
    }
    let nothing = Vec::new();
    let shown = pages.last().unwrap_or(&nothing);
    for (polarity, title) in [
        (Polarity::Win, "Wins"),
        (Polarity::Context, "Context"),
        (Polarity::Challenge, "Challenges"),
    ] {
        let of = shown.iter().filter(|one| one.polarity == polarity);
        let mut of: Vec<&Snippet> = of.copied().collect();
        of.sort_by_key(|one| (day_of(sources, one, (first, last)), &one.id));
        if !of.is_empty() {
            blocks.push(Block::Heading(1, vec![Span::text(title)]));
            let lines = of.into_iter().map(|one| line(sources, one, (first, last)));
            blocks.push(Block::Bullets(lines.collect()));
        }
    }
    if shown.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(
            "Nothing of these days that this page tells is in what was read.",
        )]));
    }
    blocks.push(Block::Heading(
        1,
        vec![Span::text("Not mentioned for four weeks")],
    ));
    blocks.extend(team.quiet(&pages));
    Page::generated(
        "week",
        Document {
            title: "The week".to_owned(),
            subtitle: vec![Span::text(format!(
                "From {first} to {last}, as of {}. For the lead alone.",
                sources.past.question.as_of
            ))],
            blocks,
        },
    )
}

/// The first and the last day of the seven days that ended so many weeks ago.
fn week(last_day: Date, ago: usize) -> (Date, Date) {
    let weeks = i64::try_from(ago).unwrap_or(0);
    let last = last_day.saturating_sub((7 * weeks).days());
    (last.saturating_sub(6.days()), last)
}

/// Who is on the team, and what can be told of each.
struct Team<'a> {
    sources: &'a Sources<'a>,
    /// By name.
    people: Vec<(&'a str, PersonId, &'a [Snippet])>,
}

impl<'a> Team<'a> {
    fn of(sources: &'a Sources<'a>, packs: &'a [Pack]) -> Self {
        let today = sources.last_day();
        let members = &sources.past.question.roster.members;
        // Without a register nobody is known to have come or gone.
        let is_on_it = |person: PersonId| {
            let mut own = members.iter().filter(|member| member.person == person);
            members.is_empty()
                || own.any(|member| {
                    let has_joined = member.joined_on.is_none_or(|day| day <= today);
                    has_joined && member.left_on.is_none_or(|day| day >= today)
                })
        };
        let mut people: Vec<_> = packs
            .iter()
            .filter(|pack| is_on_it(pack.person))
            .filter_map(|pack| {
                let name = sources.person(pack.person)?.display_name.as_str();
                Some((name, pack.person, pack.snippets.as_slice()))
            })
            .collect();
        people.sort_by_key(|(name, person, _)| (*name, *person));
        people.dedup_by_key(|(_, person, _)| *person);
        Self { sources, people }
    }

    /// The moments that the page of each week names, oldest week first: as many weeks as the window holds whole.
    fn pages(&self) -> Vec<Vec<&'a Snippet>> {
        let (since, last_day) = (
            self.sources.date(self.sources.seen().since),
            self.sources.last_day(),
        );
        let whole = (0..WEEKS).take_while(|ago| week(last_day, *ago).0 >= since);
        let mut named_in: BTreeMap<PersonId, usize> = BTreeMap::new();
        let mut pages = Vec::new();
        for ago in (0..whole.count().max(1)).rev() {
            let page = self.page(week(last_day, ago), &named_in);
            for snippet in &page {
                named_in.insert(snippet.person, pages.len() + 1);
            }
            pages.push(page);
        }
        pages
    }

    fn page(
        &self,
        (first, last): (Date, Date),
        named_in: &BTreeMap<PersonId, usize>,
    ) -> Vec<&'a Snippet> {
        // Alphabetical, whoever was named longest ago first.
        let mut people: Vec<_> = self.people.iter().collect();
        people.sort_by_key(|(_, person, _)| named_in.get(person).copied().unwrap_or(0));
        let of = |snippets: &'a [Snippet], is_hard_one: bool| {
            let inside = |one: &&Snippet| is_of(self.sources, one, (first, last));
            snippets
                .iter()
                .filter(inside)
                .filter(|one| is_hard(one) == is_hard_one && TOLD.contains(&one.kind))
                .min_by_key(|one| {
                    let place = TOLD.iter().position(|kind| *kind == one.kind);
                    (place, Reverse(one.weight), one.on, &one.id)
                })
        };
        let mut chosen: Vec<&Snippet> = Vec::new();
        let hard = people
            .iter()
            .filter_map(|(.., snippets)| of(snippets, true));
        chosen.extend(hard.take(HARD));
        // Whoever has nothing yet goes before whoever has.
        for has_one in [false, true] {
            for (_, person, snippets) in people.iter().copied() {
                let has = chosen.iter().any(|one| one.person == *person);
                let more = of(snippets, false).or_else(|| of(snippets, true));
                let more = more.filter(|more| chosen.iter().all(|one| one.id != more.id));
                let is_second = has && has_one && more.is_some_and(|one| !is_hard(one));
                let only_hard = chosen
                    .iter()
                    .filter(|one| one.person == *person)
                    .all(|one| is_hard(one));
                if chosen.len() < MOST && (!has || is_second && only_hard) {
                    chosen.extend(more);
                }
            }
        }
        chosen
    }

    /// Who was on the team for four weeks and is named on none of their pages, by name.
    fn quiet(&self, pages: &[Vec<&Snippet>]) -> Vec<Block> {
        if pages.len() < QUIET {
            let n = pages.len();
            let plural = if n == 1 { "" } else { "s" };
            return vec![Block::Paragraph(vec![Span::text(format!(
                "Not told: the window holds {n} whole week{plural}."
            ))])];
        }
        let members = &self.sources.past.question.roster.members;
        if members.is_empty() {
            return vec![Block::Paragraph(vec![
                Span::text("Not told: no "),
                Span::Code("[[member]]".to_owned()),
                Span::text(" says who is on the team."),
            ])];
        }
        let (first, _) = week(self.sources.last_day(), QUIET - 1);
        let latest = || pages.iter().rev().take(QUIET).flatten();
        let quiet = self.people.iter().filter(|(_, person, _)| {
            let mut own = members.iter().filter(|member| member.person == *person);
            let was_there = own.all(|member| member.joined_on.is_none_or(|day| day <= first));
            was_there && latest().all(|one| one.person != *person)
        });
        let lines: Vec<Vec<Span>> = quiet
            .map(|(name, person, _)| {
                let away = self
                    .sources
                    .absence_words(*person, first, self.sources.last_day());
                let away = away.map_or_else(String::new, |away| format!(". {away}"));
                vec![Span::text(format!("{name}{away}"))]
            })
            .collect();
        if lines.is_empty() {
            return vec![Block::Paragraph(vec![Span::text(
                "Everybody who was on the team for these four weeks had a moment on one of their pages.",
            )])];
        }
        vec![
            Block::Bullets(lines),
            Block::Paragraph(vec![Span::text(
                "It says that the record is thin, never that the work was: ask, and write it down by hand.",
            )]),
        ]
    }
}

/// The first that a sentence which sums up commits or reviews has from some days.
fn first_of<'a>(
    sources: &Sources<'_>,
    snippet: &'a Snippet,
    (first, last): (Date, Date),
) -> Option<&'a Event> {
    let inside = |event: &&Event| (first..=last).contains(&sources.date(event.at));
    snippet.summed_up().find(inside)
}

/// Whether a moment is of some days.
fn is_of(sources: &Sources<'_>, snippet: &Snippet, days: (Date, Date)) -> bool {
    if snippet.kind.is_of_a_stretch() {
        return first_of(sources, snippet, days).is_some();
    }
    (days.0..=days.1).contains(&snippet.on)
}

/// The day of a moment that is of some days.
fn day_of(sources: &Sources<'_>, snippet: &Snippet, days: (Date, Date)) -> Date {
    first_of(sources, snippet, days).map_or(snippet.on, |event| sources.date(event.at))
}

/// What came back, stands still, or was taken back.
fn is_hard(snippet: &Snippet) -> bool {
    let is_turned = snippet.kind.is_change() && snippet.polarity == Polarity::Context;
    is_turned || matches!(snippet.kind, Kind::SentBack | Kind::Open)
}

/// `2026-06-24 · Ada Berg: ended the standstill of widgets#12 “Title” ev-…`, without a count.
fn line(sources: &Sources<'_>, snippet: &Snippet, days: (Date, Date)) -> Vec<Span> {
    let name = sources.person(snippet.person);
    let name = name.map_or("somebody", |person| person.display_name.as_str());
    let id = [Span::text(" "), Span::Code(snippet.id.clone())];
    let mut told = vec![
        Span::Strong(day_of(sources, snippet, days).to_string()),
        Span::text(format!(" · {name}: ")),
    ];
    if let Some(event) = first_of(sources, snippet, days) {
        let what = match (snippet.kind, event.what.as_str()) {
            (Kind::Reviewed, "commented") => "commented on",
            (Kind::Reviewed, _) => "reviewed",
            (_, what) => what,
        };
        let link = &event.link;
        told.push(Span::text(format!("{what} ")));
        told.push(Span::link(&link.text, &link.url));
        told.extend(id);
        return told;
    }
    let mut given = snippet.act.0.iter().filter_map(|words| match words {
        Words::Given(given) => Some(given.as_str()),
        _ => None,
    });
    let verb = match snippet.kind {
        Kind::Coordinated => "coordinated the incident".to_owned(),
        Kind::Incident => "took part in the incident".to_owned(),
        Kind::Postmortem => "wrote a postmortem in".to_owned(),
        Kind::Unblocked => "ended the standstill of".to_owned(),
        Kind::DecisionRecord => "wrote a decision record in".to_owned(),
        Kind::Released => "published".to_owned(),
        Kind::Runbook => "wrote a runbook in".to_owned(),
        Kind::Migration => "wrote a migration in".to_owned(),
        Kind::FirstChange | Kind::FirstReview => {
            let what = if snippet.kind == Kind::FirstChange {
                "changed"
            } else {
                "reviewed"
            };
            let area = given.next().unwrap_or_default();
            format!("{what} for the first time in the area “{area}”:")
        }
        Kind::SentBack => "was asked for changes again on".to_owned(),
        Kind::Open => "had open, without an event by anyone else for days,".to_owned(),
        Kind::Merged if is_hard(snippet) => "made, taken back since,".to_owned(),
        Kind::Merged => "made".to_owned(),
        _ => String::new(),
    };
    if !verb.is_empty() {
        told.push(Span::text(format!("{verb} ")));
    }
    if verb.is_empty() {
        let text = given.next().unwrap_or_default();
        told.push(Span::text(format!("“{text}”")));
    } else {
        let link = snippet.act.first_link();
        told.extend(link.map(|link| Span::link(&link.text, &link.url)));
        if let Some(title) = given.next() {
            told.push(Span::text(format!(" “{title}”")));
        }
    }
    told.extend(id);
    told
}
