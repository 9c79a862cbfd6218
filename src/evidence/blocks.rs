//! Parts that pages are made of: sentences, lists that fold, and why something was not read.

use jiff::civil::Date;

use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::{Missing, Need, Reading};

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

/// Why a source of a product was not read; `None` where it was. That there are none is an observation.
pub(super) fn unread(reading: &Reading<'_>, need: Need) -> Option<Missing> {
    let missing = reading.question.missing(reading.product, need)?;
    (!missing.because.starts_with("there are no ")).then_some(missing)
}

/// Why a source of a product was not read, as a paragraph; `None` where it was.
pub(super) fn unobserved(reading: &Reading<'_>, need: Need, what: &str) -> Option<Block> {
    let missing = unread(reading, need)?;
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

/// `1 line`, `1 204 lines`: a registry noun in the number that fits.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn counted(n: impl Into<u64>, plural: &str) -> String {
    quantity::counted(n.into() as f64, plural)
}

/// `2026-01-05 to 2026-03-01`; a single day is said once.
pub(super) fn days(first: Date, last: Date) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("{first} to {last}")
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_two_backticks_is_a_key() {
        let spans = coded("log in with `gh auth login`, and run again");
        let key = Span::Code("gh auth login".to_owned());
        let around = [Span::text("log in with "), Span::text(", and run again")];
        let [before, after] = around;
        assert_eq!(spans, [before, key, after]);
        // One alone sets nothing off.
        assert_eq!(coded("a ` b"), [Span::text("a ` b")]);
    }

    #[test]
    fn one_is_no_more_than_one_and_a_day_is_said_once() {
        assert_eq!(counted(1_u64, "files"), "1 file");
        assert_eq!(counted(2_u64, "lines"), "2 lines");
        let day = |text: &str| text.parse().unwrap();
        assert_eq!(days(day("2026-05-21"), day("2026-05-21")), "2026-05-21");
        assert_eq!(
            days(day("2026-05-21"), day("2026-05-22")),
            "2026-05-21 to 2026-05-22"
        );
    }
}
