//! `showcase-<product>.md`: what a stakeholder reads, in three parts: what shipped, what came of it, and what stands against it.

use jiff::Timestamp;

use super::public::Public;
use super::{result, risk};
use crate::domain::{Milestone, RepositoryId};
use crate::evidence::blocks::{count, heading, labelled, not_observed, paragraph};
use crate::evidence::work::shares_of_time;
use crate::report::document::{Block, Document, Span};
use crate::report::withheld::people_words;
use crate::work::delivery::actions::{Done, done};
use crate::work::initiatives::{Initiative, Named, Production, Story, with_product};
use crate::work::{Need, Reading};

const INTRO: &str = "Initiatives are milestones, tracking issues and labels `epic:…`. What a private register says (its initiatives, goals and \
                     feedback) is not published. Of an initiative that few people wrote, the name, the dates and the number of those people \
                     are told, and nothing else.";

/// So many initiatives are told one by one; the others in a line each.
const CARDS: usize = 20;
/// At most so many lines.
const MOST: usize = 200;

/// How an initiative stands at the as-of instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// All of it is merged or closed, and some of it is in production: the last since then.
    Shipped(Timestamp),
    /// All of it is merged or closed, then; production is not known.
    Ended(Timestamp),
    /// A pull request of it is open, or what tracks it is.
    Open,
}

/// An initiative of the product with what is told of it.
pub(super) struct Told<'a> {
    pub(super) initiative: &'a Initiative,
    pub(super) story: &'a Story,
    pub(super) state: State,
}

impl Told<'_> {
    /// How many people wrote it, where they are too few to be told of.
    pub(super) fn few(&self, public: &Public<'_>) -> Option<u64> {
        let n = self.story.involved.writers().len();
        (n < public.minimum()).then(|| u64::try_from(n).unwrap_or(u64::MAX))
    }
}

pub(super) fn document(public: &Public<'_>) -> Document {
    let told = told(public);
    let mut blocks = vec![heading("Relevant: what shipped")];
    blocks.extend(shipped(public, &told));
    blocks.push(heading("Result: before and after"));
    blocks.extend(result::blocks(public));
    blocks.push(heading("Risk: what stands against it, and what is next"));
    blocks.extend(risk::blocks(public, &told));
    public.document("Showcase", INTRO, blocks)
}

/// The initiatives of the product that people named, in the window or open.
fn told<'a>(public: &'a Public<'_>) -> Vec<Told<'a>> {
    let is_own = |initiative: &Initiative| {
        let mut keys = initiative.keys.iter();
        let is_named = matches!(
            initiative.named,
            Named::Milestone | Named::Issue(_) | Named::Label
        );
        is_named && keys.any(|(repository, _)| public.reading.product.has(*repository))
    };
    let all = public.record.told();
    let inside = all.filter(|(initiative, story)| is_own(initiative) && is_told(public, story));
    inside
        .map(|(initiative, story)| Told {
            initiative,
            story,
            state: state(public, initiative, story),
        })
        .collect()
}

/// Whether something of it happened in the window: work on it, or that it reached production.
fn is_told(public: &Public<'_>, story: &Story) -> bool {
    let seen = public.sources.seen();
    let arrived = match story.production {
        Production::Shipped { last, .. } => last,
        Production::NotObserved(_) => None,
    };
    public.record.is_inside(story) || arrived.is_some_and(|at| seen.contains(at))
}

fn state(public: &Public<'_>, initiative: &Initiative, story: &Story) -> State {
    let Some(until) = story.until.filter(|_| !is_open(public, initiative)) else {
        return State::Open;
    };
    match story.production {
        Production::Shipped {
            last: Some(last), ..
        } => State::Shipped(last),
        _ => State::Ended(until),
    }
}

/// Whether the milestone or the issue that tracks it is open.
fn is_open(public: &Public<'_>, initiative: &Initiative) -> bool {
    let past = public.sources.past;
    let facts = &past.tables.facts;
    match initiative.named {
        Named::Issue(key) => {
            let mut issues = facts.issues.iter();
            let issue = issues.find(|row| (row.repository, row.number) == key);
            issue.is_some_and(|issue| done(issue, past.question) == Done::Open)
        }
        Named::Milestone => milestones(public.reading).any(|row| {
            let name = with_product(past, &public.reading.product.name, &row.title);
            name == initiative.title && is_open_milestone(public.reading, row)
        }),
        Named::Label | Named::Register(_) | Named::Nobody => false,
    }
}

/// The milestones of a product that were there at the as-of instant.
pub(super) fn milestones<'a>(reading: &Reading<'a>) -> impl Iterator<Item = &'a Milestone> {
    let (product, as_of) = (reading.product, reading.question.as_of);
    let rows = reading.tables.facts.milestones.iter();
    rows.filter(move |row| product.has(row.repository) && row.created_at < as_of)
}

pub(super) fn is_open_milestone(reading: &Reading<'_>, row: &Milestone) -> bool {
    row.closed_at.is_none_or(|at| at >= reading.question.as_of)
}

/// That pull requests were not read, and why.
pub(super) fn unread(public: &Public<'_>) -> Option<Block> {
    let reading = public.reading;
    let missing = reading
        .question
        .missing(reading.product, Need::PullRequests)?;
    let fix = missing.fix.as_deref();
    Some(not_observed("pull requests", &missing.because, fix))
}

/// What reached production, the last first; then what ended without that being known.
fn shipped(public: &Public<'_>, told: &[Told<'_>]) -> Vec<Block> {
    if let Some(block) = unread(public) {
        return vec![block];
    }
    let mut ended: Vec<(Timestamp, &Told<'_>)> = told
        .iter()
        .filter_map(|one| match one.state {
            State::Shipped(at) | State::Ended(at) => Some((at, one)),
            State::Open => None,
        })
        .collect();
    ended.sort_by(|(a, one), (b, other)| {
        let by_id = one.initiative.id.cmp(&other.initiative.id);
        b.cmp(a).then(by_id)
    });
    if ended.is_empty() {
        return vec![paragraph(
            "No initiative ended in the window: pull requests name theirs by an issue's milestone, by an issue that two of them close or \
             mention, or by a label `epic:…`.",
        )];
    }
    let mut blocks = Vec::new();
    for (_, one) in ended.iter().take(CARDS) {
        blocks.extend(card(public, one));
    }
    let rest = ended.get(CARDS..).unwrap_or_default();
    if !rest.is_empty() {
        let mut lines: Vec<Vec<Span>> = rest
            .iter()
            .take(MOST)
            .map(|(_, one)| title(public, one))
            .collect();
        if rest.len() > MOST {
            lines.push(vec![Span::text(format!("and {} more", rest.len() - MOST))]);
        }
        blocks.push(Block::Details {
            summary: format!(
                "{} that ended before these",
                count(rest.len(), "initiative")
            ),
            blocks: vec![Block::Bullets(lines)],
        });
    }
    blocks
}

/// `Checkout in two steps · 2026-02-03 → 2026-04-22 · in production 2026-04-24`, with the id and the page of what tracks it.
pub(super) fn title(public: &Public<'_>, one: &Told<'_>) -> Vec<Span> {
    let words = public.record.heading(one.initiative, one.story);
    vec![
        Span::text(format!("{words} ")),
        Span::Code(one.initiative.id.clone()),
    ]
}

fn card(public: &Public<'_>, one: &Told<'_>) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(2, title(public, one))];
    let mut lines = Vec::new();
    if let Named::Issue(key) = one.initiative.named
        && let Some(link) = public.record.link(key)
    {
        lines.push(labelled("tracked in", [link]));
    }
    if let State::Shipped(at) = one.state {
        let days = public.sources.date(at) - public.sources.date(one.story.since);
        let days = usize::try_from(days.get_days()).unwrap_or(0);
        lines.push(labelled(
            "time",
            [Span::text(format!(
                "{} from the first pull request to the last of it in production",
                count(days, "day")
            ))],
        ));
    }
    if let Some(few) = one.few(public) {
        lines.push(labelled(
            "written by",
            [Span::text(people_words(Some(few)))],
        ));
        blocks.push(Block::Bullets(lines));
        return blocks;
    }
    lines.extend(details(public, one));
    blocks.push(Block::Bullets(lines));
    blocks.extend(pull_requests(public, one));
    blocks
}

/// What is told of an initiative that enough people wrote.
fn details(public: &Public<'_>, one: &Told<'_>) -> Vec<Vec<Span>> {
    let story = one.story;
    let writers = story.involved.writers().len();
    let mut lines = vec![labelled(
        "written by",
        [Span::text(format!("{writers} people"))],
    )];
    for decision in &story.decisions {
        let mut line = labelled("decision", public.record.link(decision.key));
        line.extend([
            Span::text(" "),
            Span::Code(decision.path.clone()),
            Span::text(format!(" ({})", public.sources.date(decision.at))),
        ]);
        lines.push(line);
    }
    let waited = match &story.waits {
        // Whoever reviewed is told of too.
        _ if story.involved.reviewed.len() < public.minimum() => {
            let n = u64::try_from(story.involved.reviewed.len()).unwrap_or(u64::MAX);
            format!("[not told: reviewed by {}]", people_words(Some(n)))
        }
        None => "[not measured]".to_owned(),
        Some(waits) => format!("{} (n {})", shares_of_time(waits), waits.n),
    };
    lines.push(labelled("waited", [Span::text(waited)]));
    lines.push(public.record.against(story));
    lines
}

/// Its pull requests, folded: days and pages, no titles and nobody.
fn pull_requests(public: &Public<'_>, one: &Told<'_>) -> Option<Block> {
    let line = |key: &(RepositoryId, crate::domain::PrNumber)| {
        let row = public.record.pull_request(*key)?;
        let mut line = vec![
            Span::Strong(public.sources.date(row.created_at).to_string()),
            Span::text(" · "),
        ];
        line.extend(public.record.link(*key));
        line.push(Span::text(format!(", {}", public.record.state(row))));
        Some(line)
    };
    let keys = &one.initiative.keys;
    let mut lines: Vec<Vec<Span>> = keys.iter().filter_map(line).collect();
    let n = lines.len();
    lines.truncate(MOST);
    if n > MOST {
        lines.push(vec![Span::text(format!("and {} more", n - MOST))]);
    }
    (n > 0).then(|| Block::Details {
        summary: count(n, "pull request"),
        blocks: vec![Block::Bullets(lines)],
    })
}
