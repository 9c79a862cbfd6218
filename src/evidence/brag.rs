//! `brag.md`: the person's own list of things done, dated, to be added to.

use jiff::civil::Date;

use super::Sources;
use super::pack::{Face, dated, subtitle};
use super::snippet::{Origin, Polarity, Snippet};
use crate::report::document::{Block, Document, Span};

/// Everything that counts as a win, and every entry by hand, under its month.
pub(super) fn document(sources: &Sources<'_>, face: &Face<'_>, snippets: &[Snippet]) -> Document {
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "Add what GitHub cannot see: designs talked through, people helped, decisions prepared. Entries in the private register \
         appear here marked as self-reported.",
    )])];
    let mut month: Option<Date> = None;
    let mut bullets = Vec::new();
    let listed = |snippet: &&Snippet| {
        snippet.polarity == Polarity::Win || snippet.origin != Origin::Observed
    };
    for snippet in snippets.iter().filter(listed) {
        let first = snippet.on.first_of_month();
        if month != Some(first) {
            flush(&mut blocks, &mut bullets);
            blocks.push(Block::Heading(
                1,
                vec![Span::text(format!(
                    "{:04}-{:02}",
                    first.year(),
                    first.month()
                ))],
            ));
            month = Some(first);
        }
        let mut bullet = dated(snippet);
        if snippet.origin == Origin::SelfReported {
            bullet.push(Span::text(" "));
            bullet.push(Span::Emphasis("self-reported".to_owned()));
        }
        bullets.push(bullet);
    }
    flush(&mut blocks, &mut bullets);
    Document {
        title: format!("Brag document: {}", face.words()),
        subtitle: subtitle(sources),
        blocks,
    }
}

fn flush(blocks: &mut Vec<Block>, bullets: &mut Vec<Vec<Span>>) {
    if !bullets.is_empty() {
        blocks.push(Block::Bullets(std::mem::take(bullets)));
    }
}
