//! What somebody did, in lines with date, page and id.

use super::{Review, labelled, n_of};
use crate::evidence::sampling::spread;
use crate::evidence::snippet::Snippet;
use crate::evidence::work::{Part, Piece};
use crate::report::document::Span;

/// So many changes of a piece of work are linked, and so many other moments.
const CHANGES: usize = 4;
const FURTHER: usize = 3;

/// `2026-02-03 merged widgets#12 ev-0123456789`.
pub(super) fn short(snippet: &Snippet) -> Vec<Span> {
    let word = snippet.kind.word().replace('_', " ");
    let mut line = vec![Span::text(format!("{} {word} ", snippet.on))];
    if let Some(page) = snippet.act.first_link() {
        line.extend([Span::link(&page.text, &page.url), Span::text(" ")]);
    }
    let n_more = snippet.act.links().len().saturating_sub(1);
    if snippet.kind.is_of_a_stretch() && n_more > 0 {
        line.push(Span::text(format!("and {n_more} more ")));
    }
    if snippet.kind.is_change() && snippet.speaks_against() {
        line.push(Span::text("taken back "));
    }
    line.push(Span::Code(snippet.id.clone()));
    line
}

/// `2026-02-03 led “Checkout in two steps” widgets#12 in-7c21f0`.
pub(super) fn piece_line(review: &Review<'_>, piece: &Piece<'_>) -> Vec<Span> {
    let (since, _) = review.record.days(piece.story);
    let (word, title) = (piece.part.word(), &piece.initiative.title);
    let mut line = vec![Span::text(format!("{since} {word} “{title}” "))];
    if let Some(page) = review.record.first_page(piece) {
        line.extend([page, Span::text(" ")]);
    }
    line.push(Span::Code(piece.initiative.id.clone()));
    line
}

/// What the person did in a piece of work.
pub(super) struct Action<'a> {
    pub(super) lines: Vec<Vec<Span>>,
    /// The moments that the lines name.
    pub(super) named: Vec<&'a Snippet>,
}

/// What the person did in a piece of work; only what is asked for, where something is.
pub(super) fn action<'a>(
    review: &Review<'a>,
    piece: &Piece<'_>,
    asked: Option<&dyn Fn(&Snippet) -> bool>,
) -> Action<'a> {
    let mut lines = Vec::new();
    let mut named = Vec::new();
    let story = piece.story;
    let n = piece.initiative.keys.len();
    let plural = |n: usize, one: &str, more: &str| {
        let noun = if n == 1 { one } else { more };
        format!("{n} {noun}")
    };
    let whole = format!(
        "{} by {}, {} merged",
        plural(n, "pull request", "pull requests"),
        plural(story.involved.wrote.len(), "person", "people"),
        story.n_merged
    );
    match piece.part {
        Part::Led => lines.push(vec![Span::text(format!(
            "Led the initiative (register): {whole}."
        ))]),
        Part::Second => lines.push(vec![Span::text(format!(
            "Second of the initiative (register): {whole}."
        ))]),
        Part::Implemented => {}
    }
    let own = review.moments_of(piece).iter().copied();
    let own = own.filter(|snippet| asked.is_none_or(|is_asked| is_asked(snippet)));
    let (changes, others): (Vec<&'a Snippet>, Vec<&'a Snippet>) =
        own.partition(|snippet| snippet.kind.is_change());
    let (against, others): (Vec<&'a Snippet>, Vec<&'a Snippet>) = others
        .into_iter()
        .partition(|snippet| snippet.speaks_against());
    for (label, moments, most) in [
        ("Implemented", changes, CHANGES),
        ("Further", others, FURTHER),
        ("Against", against, FURTHER),
    ] {
        let n = moments.len();
        let shown = spread(moments, most);
        if !shown.is_empty() {
            lines.push(listed(label, &shown, n));
            named.extend(shown);
        }
    }
    let partners = review.record.partners(piece, review.pack.person);
    if asked.is_none() && !partners.is_empty() {
        lines.push(vec![Span::text(format!(
            "Made changes together with {}.",
            partners.join(", ")
        ))]);
    }
    if lines.is_empty() {
        lines.push(vec![Span::text(
            "no merged change of this person in it is in the window",
        )]);
    }
    Action { lines, named }
}

/// A label, the moments in a row, and how many there are.
fn listed(label: &str, moments: &[&Snippet], n: usize) -> Vec<Span> {
    let mut line = Vec::new();
    for (at, snippet) in moments.iter().enumerate() {
        if at > 0 {
            line.push(Span::text(", "));
        }
        line.extend(short(snippet));
    }
    line.push(Span::text(" "));
    line.push(Span::Emphasis(n_of(moments.len(), n)));
    labelled(label, line)
}
