//! What a line of the page names: the first of its moments, each with its page, title, date and id.

use jiff::civil::Date;

use crate::evidence::snippet::{Link, Snippet, Words};
use crate::report::document::Span;

/// So many moments of a line are named.
pub(super) const NAMED: usize = 4;

/// What a line names.
pub(super) struct Named<'a> {
    pub(super) link: Option<&'a Link>,
    pub(super) title: Option<String>,
    pub(super) on: Date,
    /// The moment that it is of.
    pub(super) id: &'a str,
}

impl<'a> Named<'a> {
    pub(super) fn of(snippet: &'a Snippet) -> Self {
        Self {
            link: snippet.act.first_link(),
            title: snippet.act.0.iter().find_map(title),
            on: snippet.on,
            id: &snippet.id,
        }
    }
}

/// Of each moment its first page with the title, the date and the id.
pub(super) fn listed(snippets: Vec<&Snippet>) -> Vec<Span> {
    named(snippets.into_iter().map(Named::of).collect())
}

pub(super) fn named(all: Vec<Named<'_>>) -> Vec<Span> {
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

pub(super) fn more(n: usize) -> Option<Span> {
    let n_more = n.saturating_sub(NAMED);
    (n_more > 0).then(|| Span::text(format!(" and {n_more} more")))
}

pub(super) fn id(snippet: &Snippet) -> [Span; 2] {
    [Span::text(" "), Span::Code(snippet.id.clone())]
}

/// What the change is called, by those who made it.
fn title(words: &Words) -> Option<String> {
    match words {
        Words::Given(title) => Some(format!("“{title}”")),
        _ => None,
    }
}
