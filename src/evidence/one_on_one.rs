//! `one-on-one.md`: at most ten lines about the last two weeks.

use jiff::ToSpan as _;

use super::Sources;
use super::pack::{Face, spans, unobserved};
use super::snippet::{Kind, Link, Snippet, Words};
use crate::report::document::{Block, Document, Span};

/// How many days one conversation looks back.
const DAYS: i64 = 14;

/// The last two weeks: shipped, reviewed, incidents, firsts, what waits, and two questions.
pub(super) fn document(sources: &Sources<'_>, face: &Face<'_>, snippets: &[Snippet]) -> Document {
    let until = sources.last_day();
    let since = until.saturating_sub((DAYS - 1).days());
    let of = |kinds: &[Kind]| -> Vec<&Snippet> {
        snippets
            .iter()
            .filter(|snippet| kinds.contains(&snippet.kind) && snippet.on >= since)
            .collect()
    };
    let mut lines = Vec::new();
    let shipped = |snippet: &&Snippet| snippet.kind.is_change() || snippet.kind == Kind::Committed;
    let inside = snippets.iter().filter(|snippet| snippet.on >= since);
    let authored: Vec<&Snippet> = inside.filter(shipped).collect();
    lines.push(if authored.is_empty() {
        let because = unobserved(sources).into_iter().next();
        let words = because.unwrap_or_else(|| "nothing in these days".to_owned());
        vec![
            Span::Strong("Shipped".to_owned()),
            Span::text(format!(": {words}")),
        ]
    } else {
        listed("Shipped", &authored)
    });
    // Fortnights are counted on their own calendar: the last one that has an end inside.
    if let Some(reviewed) = of(&[Kind::Reviewed]).last() {
        lines.push(whole("Reviews", reviewed));
    }
    for (label, kinds) in [
        ("Standstills ended", &[Kind::Unblocked][..]),
        ("Incidents", &[Kind::Coordinated, Kind::Incident]),
        ("Firsts", &[Kind::FirstReview, Kind::FirstChange]),
    ] {
        let found = of(kinds);
        if !found.is_empty() {
            lines.push(listed(label, &found));
        }
    }
    lines.extend(
        of(&[Kind::Waiting])
            .last()
            .map(|waiting| whole("Waiting", waiting)),
    );
    let open = of(&[Kind::Open]);
    if !open.is_empty() {
        lines.push(listed("Needs fresh eyes", &open));
    }
    lines.truncate(8);
    let mut blocks = vec![Block::Bullets(lines)];
    for label in ["What should we change?", "What did I miss?"] {
        blocks.push(Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to ask]".to_owned(),
        });
    }
    Document {
        title: format!("One-on-one: {}", face.words()),
        subtitle: vec![Span::text(format!(
            "From {since} to {until}, as of {}.",
            sources.past.question.as_of
        ))],
        blocks,
    }
}

/// A label, and the first page of each moment with its title.
fn listed(label: &str, snippets: &[&Snippet]) -> Vec<Span> {
    let mut line = vec![Span::Strong(label.to_owned()), Span::text(": ")];
    for (at, snippet) in snippets.iter().enumerate() {
        if at > 0 {
            line.push(Span::text(", "));
        }
        line.extend(first_link(snippet).map(|link| Span::link(&link.text, &link.url)));
        if let Some(title) = snippet.act.0.iter().find_map(title) {
            line.push(Span::text(format!(" {title}")));
        }
        line.push(Span::text(format!(" ({})", snippet.on)));
    }
    line
}

/// What the change is called, by those who made it.
fn title(words: &Words) -> Option<String> {
    match words {
        Words::Given(title) => Some(format!("“{title}”")),
        _ => None,
    }
}

fn first_link(snippet: &Snippet) -> Option<&Link> {
    snippet.act.0.iter().find_map(|words| match words {
        Words::Link(link) => Some(link),
        _ => None,
    })
}

/// A label and a whole sentence.
fn whole(label: &str, snippet: &Snippet) -> Vec<Span> {
    let mut line = vec![Span::Strong(label.to_owned()), Span::text(": ")];
    line.extend(spans(&snippet.act));
    line
}
