//! `draft/brag.md`: the person's own list of things done, dated, to be added to: at most a screen a quarter.

use std::collections::BTreeMap;

use super::Sources;
use super::blocks::paragraph;
use super::pack::{Face, dated, subtitle};
use super::sampling::sample;
use super::snippet::{Kind, Origin, Snippet};
use crate::domain::{Bucket, Granularity};
use crate::report::document::{Block, Document, Span};

/// How many moments of a quarter stand in the open; the others are folded.
const SHOWN: usize = 16;

/// The page's path.
pub const STEM: &str = "draft/brag";

/// Every line of the page by its id, by date: what is added to a draft that is appended to.
pub(super) fn lines(snippets: &[Snippet]) -> Vec<(String, Vec<Span>)> {
    let listed = snippets.iter().filter(|snippet| snippet.speaks_for());
    listed
        .map(|snippet| (snippet.id.clone(), bullet(snippet)))
        .collect()
}

/// Everything that counts as a win, and every entry by hand, under its quarter.
pub(super) fn document(sources: &Sources<'_>, face: &Face<'_>, snippets: &[Snippet]) -> Document {
    let mut blocks = vec![
        paragraph(
            "This draft is yours: write wherever you like, and it stays. linchpin goes on writing between two of its own lines, for as \
             long as nobody edits what stands there. Add what GitHub cannot see: designs talked through, people helped, decisions \
             prepared. Entries in the private register appear here marked as self-reported. `linchpin person LOGIN --append` adds what is new at the \
             end, and from then on leaves the quarters as they are.",
        ),
        Block::Refreshed {
            id: "window".to_owned(),
            is_whole: true,
            blocks: vec![Block::Paragraph(subtitle(sources))],
        },
    ];
    let mut quarters: BTreeMap<Bucket, Vec<Snippet>> = BTreeMap::new();
    for snippet in snippets.iter().filter(|snippet| snippet.speaks_for()) {
        let quarter = Bucket::of_date(snippet.on, Granularity::Quarter);
        quarters.entry(quarter).or_default().push(snippet.clone());
    }
    for (quarter, snippets) in quarters {
        blocks.push(Block::Refreshed {
            id: quarter.to_string().to_lowercase(),
            is_whole: is_whole(sources, quarter),
            blocks: of_quarter(quarter, &snippets),
        });
        blocks.push(Block::Blank {
            label: format!("What GitHub did not see in {quarter}"),
            prompt: "[yours to write]".to_owned(),
        });
    }
    Document {
        title: format!("Brag document: {}", face.words()),
        subtitle: Vec::new(),
        blocks,
    }
}

/// Whether the window holds a quarter, or as much of it as there is yet.
fn is_whole(sources: &Sources<'_>, quarter: Bucket) -> bool {
    let of_quarter = quarter.window(&sources.past.question.zone);
    let is_begun = sources.past.question.window.since <= of_quarter.since;
    let end = of_quarter.until.min(sources.past.question.as_of);
    is_begun && sources.end() >= end
}

fn of_quarter(quarter: Bucket, snippets: &[Snippet]) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(1, vec![Span::text(quarter.to_string())])];
    let (reviews, others): (Vec<Snippet>, Vec<Snippet>) = snippets
        .iter()
        .cloned()
        .partition(|snippet| snippet.kind == Kind::Reviewed);
    let shown = sample(&others, SHOWN);
    let folded: Vec<&Snippet> = others
        .iter()
        .filter(|snippet| !shown.iter().any(|one| one.id == snippet.id))
        .collect();
    if !shown.is_empty() {
        blocks.push(Block::Bullets(shown.into_iter().map(bullet).collect()));
    }
    for (summary, snippets) in [
        ("Further moments", folded),
        ("Reviews, by fortnight", reviews.iter().collect()),
    ] {
        if !snippets.is_empty() {
            blocks.push(Block::Details {
                summary: format!("{summary} ({})", snippets.len()),
                blocks: vec![Block::Bullets(snippets.into_iter().map(bullet).collect())],
            });
        }
    }
    blocks
}

fn bullet(snippet: &Snippet) -> Vec<Span> {
    let mut bullet = dated(snippet);
    if snippet.origin == Origin::SelfReported {
        bullet.push(Span::text(" "));
        bullet.push(Span::Emphasis("self-reported".to_owned()));
    }
    bullet.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
    bullet
}
