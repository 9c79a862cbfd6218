//! What of somebody's record counts for an expectation, and what speaks against it.

use super::action::{piece_line, short};
use super::{CELL, Review, n_of, nothing};
use crate::evidence::pack::dated;
use crate::evidence::sampling::spread;
use crate::evidence::snippet::Snippet;
use crate::evidence::work::{Part, Piece};
use crate::register::{Expectation, is_same};
use crate::report::document::Span;

/// What was found for one expectation.
pub(super) struct Found<'r> {
    moments: Vec<&'r Snippet>,
    pieces: Vec<Piece<'r>>,
    against: Vec<&'r Snippet>,
    /// Initiatives that it names and nobody knows.
    unknown: Vec<String>,
}

impl<'r> Found<'r> {
    pub(super) fn of(review: &'r Review<'_>, expectation: &Expectation) -> Self {
        let mut found = Self {
            moments: Vec::new(),
            pieces: Vec::new(),
            against: Vec::new(),
            unknown: Vec::new(),
        };
        if !expectation.counts_anything() {
            return found;
        }
        let named = expectation.named_initiatives();
        let unknown = named.filter(|name| !review.filing.knows(name));
        found.unknown = unknown.map(str::to_owned).collect();
        let pieces = review.pieces.iter().filter(|piece| {
            let mut areas = piece.story.areas.iter();
            let is_there = areas.any(|area| is_one_of(area, &expectation.areas));
            counts(expectation, piece) && (expectation.areas.is_empty() || is_there)
        });
        let pieces: Vec<Piece<'_>> = pieces.copied().collect();
        let is_of_pieces = expectation.kinds.is_empty() && !expectation.initiatives.is_empty();
        if is_of_pieces {
            found.pieces = pieces;
            return found;
        }
        let snippets = review.pack.snippets.iter();
        for snippet in snippets.filter(|one| is_meant(review, expectation, &pieces, one)) {
            if snippet.speaks_against() {
                found.against.push(snippet);
            } else if snippet.speaks_for() || expectation.kinds.contains(&snippet.kind) {
                found.moments.push(snippet);
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moments.is_empty() && self.pieces.is_empty()
    }

    /// The cell of what counts: at most so many lines, each with date, page and id.
    pub(super) fn evidence(&self, review: &Review<'_>, most: usize) -> Vec<Vec<Span>> {
        let mut lines = Vec::new();
        let n = self.moments.len() + self.pieces.len();
        lines.extend(
            self.led(review, most)
                .iter()
                .map(|piece| piece_line(review, piece)),
        );
        lines.extend(spread(self.moments.clone(), most).into_iter().map(short));
        let shown = lines.len();
        if n == 0 {
            lines.push(vec![Span::text(nothing(review.sources))]);
        } else {
            lines.push(vec![Span::Emphasis(n_of(shown, n))]);
        }
        for name in &self.unknown {
            lines.push(vec![Span::Emphasis(format!(
                "initiative “{name}”: not in the record"
            ))]);
        }
        lines
    }

    /// The cell of what speaks against it: moments, or what was taken back of an initiative and which incidents are put down to it.
    pub(super) fn counter_evidence(&self, review: &Review<'_>, most: usize) -> Vec<Vec<Span>> {
        let of_piece = |piece: &Piece<'r>| {
            let mut line = vec![Span::Code(piece.initiative.id.clone()), Span::text(" ")];
            line.extend(review.record.speaks_against(piece)?);
            Some(line)
        };
        let mut lines: Vec<Vec<Span>> = self.pieces.iter().filter_map(of_piece).collect();
        let n = lines.len() + self.against.len();
        if n == 0 {
            return vec![vec![Span::text("none in what was read")]];
        }
        lines.truncate(most);
        lines.extend(spread(self.against.clone(), most).into_iter().map(short));
        let shown = lines.len();
        lines.push(vec![Span::Emphasis(n_of(shown, n))]);
        lines
    }

    /// The largest of the initiatives, by their first day.
    fn led(&self, review: &Review<'_>, most: usize) -> Vec<Piece<'r>> {
        let mut pieces = self.pieces.clone();
        let size = |piece: &Piece<'_>| (piece.initiative.keys.len(), review.weight(piece));
        pieces.sort_by_key(|piece| (std::cmp::Reverse(size(piece)), piece.at));
        pieces.truncate(most);
        pieces.sort_by_key(|piece| piece.at);
        pieces
    }

    /// The sentences behind the cells, whole.
    pub(super) fn sentences(&self) -> Vec<Vec<Span>> {
        let shown = |snippets: &[&'r Snippet]| spread(snippets.to_vec(), CELL);
        let both = [shown(&self.moments), shown(&self.against)];
        let with_id = |snippet: &Snippet| {
            let mut line = dated(snippet);
            line.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
            line
        };
        both.into_iter().flatten().map(with_id).collect()
    }
}

/// Which parts a word of an expectation stands for; `None`: it is the name of one initiative.
fn name_of_all(name: &str) -> Option<fn(Part) -> bool> {
    match name.trim() {
        Expectation::LED => Some(|part| part != Part::Implemented),
        Expectation::IMPLEMENTED => Some(|part| part == Part::Implemented),
        _ => None,
    }
}

/// Whether an expectation names an initiative.
fn counts(expectation: &Expectation, piece: &Piece<'_>) -> bool {
    expectation.initiatives.iter().any(|name| {
        name_of_all(name).map_or_else(
            || is_same(name, &piece.initiative.id) || is_same(name, &piece.initiative.title),
            |is_meant| is_meant(piece.part),
        )
    })
}

/// Whether a moment is of the kinds, areas, labels and initiatives that an expectation names.
fn is_meant(
    review: &Review<'_>,
    expectation: &Expectation,
    pieces: &[Piece<'_>],
    snippet: &Snippet,
) -> bool {
    let Expectation {
        kinds,
        areas,
        labels,
        initiatives,
        ..
    } = expectation;
    let is_named = |kind| kinds.contains(&kind);
    let is_of_kind =
        kinds.is_empty() || is_named(snippet.kind) || is_named(snippet.kind.counts_under());
    let mut own = snippet.areas.iter();
    let is_there = areas.is_empty() || own.any(|area| is_one_of(area, areas));
    let is_labelled = || labels.is_empty() || review.filing.has_label(snippet, labels);
    let is_in = || {
        let at = review.filing.initiative_of(snippet);
        initiatives.is_empty() || pieces.iter().any(|piece| Some(piece.at) == at)
    };
    is_of_kind && is_there && is_labelled() && is_in()
}

/// Whether an area of the record, `widgets: billing`, is one of those that are named, with or without the repository; `widgets/billing`
/// is another way to write it.
fn is_one_of(area: &str, named: &[String]) -> bool {
    let (repository, bare) = area.split_once(": ").unwrap_or(("", area));
    let path = format!("{repository}/{bare}");
    named.iter().any(|name| {
        let name = name.trim();
        [area, bare, &path]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_named_with_or_without_its_repository() {
        let check = |area: &str, name: &str, expected: bool| {
            assert_eq!(
                is_one_of(area, &[name.to_owned()]),
                expected,
                "{area} {name}"
            );
        };
        check("widgets: billing", "billing", true);
        check("widgets: billing", "Widgets/Billing", true);
        check("widgets: src", "widgets: src", true);
        check("widgets: src", "gadgets/src", false);
        check("widgets: src", "gadgets: src", false);
        check("widgets: src", "widgets", false);
        check("src", "src", true);
    }
}
