//! `growing-others.md`: what somebody did with others on their work: the first days of those who were new, changes made together,
//! comments that a commit followed, initiatives in which they were second.
//!
//! The other person is named, as in the pack, and nobody's numbers stand beside anybody else's.

use super::Sources;
use super::blocks::heading;
use super::pack::{Face, dated, subtitle, unobserved};
use super::snippet::{Kind, Snippet};
use super::work::Record;
use crate::domain::Person;
use crate::report::document::{Block, Document, Span};

/// So many lines of a section stand in the open.
const OPEN: usize = 6;
/// So many lines of a moment are listed.
const LISTED: usize = 60;

pub(super) fn document(
    sources: &Sources<'_>,
    record: &Record<'_>,
    whose: &Person,
    snippets: &[Snippet],
) -> Document {
    let of = |kind: Kind| -> Vec<&Snippet> {
        let of_kind = snippets.iter().filter(|snippet| snippet.kind == kind);
        of_kind.collect()
    };
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "What was done with others on their work, as far as the record shows it. Mentoring in talks, at a desk or in calls is not visible \
         here: write it below.",
    )])];
    let unread = unobserved(sources);
    if !unread.is_empty() {
        let bullets = unread.into_iter().map(|words| vec![Span::text(words)]);
        blocks.push(Block::Bullets(bullets.collect()));
    }
    let n_before = blocks.len();
    let new = of(Kind::FirstDays);
    if !new.is_empty() {
        blocks.push(heading("With people who were new"));
        for snippet in new {
            blocks.push(Block::Bullets(vec![line(snippet)]));
            blocks.extend(acts(sources, snippet));
        }
    }
    let weeks = buddy_weeks(sources, whose);
    if !weeks.is_empty() {
        blocks.push(heading("Buddy weeks"));
        blocks.push(Block::Bullets(weeks));
    }
    for (title, kind) in [
        ("Changes made together", Kind::Paired),
        ("Comments that a commit followed", Kind::TakenUp),
    ] {
        section(title, &of(kind), &mut blocks);
    }
    let second = record.seconded(whose.id);
    if !second.is_empty() {
        blocks.push(heading("Second in an initiative"));
        blocks.push(Block::Bullets(second));
    }
    if blocks.len() == n_before {
        blocks.push(Block::Paragraph(vec![Span::text(
            "Nothing of this kind is in what was read.",
        )]));
    }
    blocks.push(heading("Yours to write"));
    for label in ["Who grew, and how it shows", "What GitHub did not see"] {
        blocks.push(Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to write]".to_owned(),
        });
    }
    Document {
        title: format!("Growing others: {}", Face::of(whose).words()),
        subtitle: subtitle(sources),
        blocks,
    }
}

/// Date, act and id.
fn line(snippet: &Snippet) -> Vec<Span> {
    let mut line = dated(snippet);
    line.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
    line
}

/// The newest moments in the open, the others folded.
fn section(title: &str, snippets: &[&Snippet], blocks: &mut Vec<Block>) {
    if snippets.is_empty() {
        return;
    }
    blocks.push(heading(title));
    let (earlier, latest) = snippets.split_at(snippets.len().saturating_sub(OPEN));
    let bullets = |some: &[&Snippet]| Block::Bullets(some.iter().map(|one| line(one)).collect());
    blocks.push(bullets(latest));
    if !earlier.is_empty() {
        blocks.push(Block::Details {
            summary: format!("Earlier ones ({})", earlier.len()),
            blocks: vec![bullets(earlier)],
        });
    }
}

/// Everything that a moment was made from, act by act.
fn acts(sources: &Sources<'_>, snippet: &Snippet) -> Option<Block> {
    let n = snippet.events.len();
    let shown = snippet.events.iter().take(LISTED);
    let bullets = shown.map(|event| {
        vec![
            Span::Strong(sources.date(event.at).to_string()),
            Span::text(format!(" · {} ", event.what)),
            Span::link(&event.link.text, &event.link.url),
        ]
    });
    let left_out = if n > LISTED {
        format!(", the first {LISTED}")
    } else {
        String::new()
    };
    (n > 0).then(|| Block::Details {
        summary: format!("Act by act ({n}{left_out})"),
        blocks: vec![Block::Bullets(bullets.collect())],
    })
}

/// The declared weeks that touch the window.
fn buddy_weeks(sources: &Sources<'_>, whose: &Person) -> Vec<Vec<Span>> {
    let (first, last) = (sources.date(sources.seen().since), sources.last_day());
    let declared = sources.past.question.roster.buddies.iter();
    let own = declared
        .filter(|buddy| buddy.person == whose.id && buddy.from <= last && buddy.to >= first);
    own.filter_map(|buddy| {
        let joiner = sources.person(buddy.joiner)?;
        Some(vec![
            Span::Strong(format!("{} to {}", buddy.from, buddy.to)),
            Span::text(format!(
                " · buddy of {}, by the register",
                joiner.display_name
            )),
        ])
    })
    .collect()
}
