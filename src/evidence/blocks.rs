//! Parts that pages are made of: sentences, lists that fold, and why something was not read.

use crate::report::document::{Block, Span};
use crate::work::{Need, Reading};

/// A paragraph, as [`coded`].
pub(super) fn paragraph(text: impl AsRef<str>) -> Block {
    Block::Paragraph(coded(text.as_ref()))
}

/// A sentence in which what stands between two backticks is a key, a command or a path.
pub(super) fn coded(text: &str) -> Vec<Span> {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return vec![Span::text(text)];
    }
    let spans = parts.into_iter().enumerate().filter_map(|(at, part)| {
        let is_code = at % 2 == 1;
        let span = if is_code {
            Span::Code(part.to_owned())
        } else {
            Span::text(part)
        };
        (!part.is_empty()).then_some(span)
    });
    spans.collect()
}

/// Why a source of a product was not read, as a paragraph; `None` where it was.
pub(super) fn unobserved(reading: &Reading<'_>, need: Need, what: &str) -> Option<Block> {
    let missing = reading.question.missing(reading.product, need)?;
    // That there are none is an observation.
    if missing.because.starts_with("there are no ") {
        return None;
    }
    Some(not_observed(what, &missing.because, missing.fix.as_deref()))
}

/// `Not observed: issues: the token may not read them (fix).`
pub(super) fn not_observed(what: &str, because: &str, fix: Option<&str>) -> Block {
    let fix = fix.map_or_else(String::new, |fix| format!(" ({fix})"));
    paragraph(format!("Not observed: {what}: {because}{fix}."))
}

/// A heading of the first level.
pub(super) fn heading(words: impl Into<String>) -> Block {
    Block::Heading(1, vec![Span::text(words)])
}

/// A bold label and what follows it.
pub(super) fn labelled(label: &str, rest: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut line = vec![Span::Strong(label.to_owned()), Span::text(": ")];
    line.extend(rest);
    line
}

/// `1 action`, `2 actions`.
pub(super) fn count(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// Lines in the open up to a number, else folded; beyond the bound they are counted.
pub(super) fn listed(lines: Vec<Vec<Span>>, noun: &str, open: usize, most: usize) -> Vec<Block> {
    let n = lines.len();
    if n == 0 {
        return Vec::new();
    }
    let mut told = lines;
    told.truncate(most);
    let is_cut = n > most;
    if is_cut {
        told.push(vec![Span::text(format!("and {} more", n - most))]);
    }
    let bullets = vec![Block::Bullets(told)];
    if n <= open {
        return bullets;
    }
    vec![Block::Details {
        summary: count(n, noun),
        blocks: bullets,
    }]
}
