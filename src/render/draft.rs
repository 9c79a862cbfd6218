//! Drafts: documents that linchpin begins and a person goes on with.
//!
//! A draft is written once. Afterwards linchpin changes nothing in it but the parts that it put between two lines of its own,
//! `<!-- linchpin:begin ID DIGEST -->` and `<!-- linchpin:end ID -->`, and each of those only while its text still has the digest:
//! a part that somebody edited stays as it is. A third line, `<!-- linchpin:parts ID … -->`, says which parts the draft has been
//! given, so that one that somebody took out does not come back. Everything else in the file is the person's, byte for byte.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::pack;
use crate::report::{Block, Document};

/// So many digits of the digest of a part stand in its first line.
const DIGITS: usize = 12;

const BEGIN: &str = "<!-- linchpin:begin ";
const END: &str = "<!-- linchpin:end ";
const PARTS: &str = "<!-- linchpin:parts ";
const CLOSE: &str = " -->";

/// A draft as linchpin would begin it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Above the first part.
    head: String,
    parts: Vec<Part>,
}

/// A part that linchpin keeps up to date, and what follows it: blanks to be filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    id: String,
    text: String,
    /// Whether it tells of all that it is about: one that the window cuts says less than the one that is there.
    is_whole: bool,
    after: String,
}

/// A draft that was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The file.
    pub text: String,
    /// The parts that somebody edited, and for which there would be another text.
    pub edited: Vec<String>,
}

impl Draft {
    /// The draft of a document, whose [`Block::Refreshed`] are its parts.
    #[must_use]
    pub fn of(document: &Document) -> Self {
        let (mut head, mut parts) = (pack::head(document), Vec::<Part>::new());
        for block in &document.blocks {
            if let Block::Refreshed {
                id,
                is_whole,
                blocks,
            } = block
            {
                let mut text = String::new();
                pack::write_blocks(&mut text, blocks);
                parts.push(Part {
                    id: id.clone(),
                    text,
                    is_whole: *is_whole,
                    after: String::new(),
                });
                continue;
            }
            let text = parts.last_mut().map_or(&mut head, |part| &mut part.after);
            text.push('\n');
            pack::write_block(text, block);
        }
        Self { head, parts }
    }

    /// The file, where there is none yet.
    #[must_use]
    pub fn begun(&self) -> String {
        let ids: Vec<&str> = self.parts.iter().map(|part| part.id.as_str()).collect();
        let mut text = format!("{PARTS}{}{CLOSE}\n\n{}", ids.join(" "), self.head);
        for part in &self.parts {
            text.push('\n');
            text.push_str(&part.written());
            text.push_str(&part.after);
        }
        text
    }

    /// The file, from the one that is there. A file in which linchpin finds no line of its own stays as it is.
    #[must_use]
    pub fn merged(&self, there: &str) -> Merged {
        if there.trim().is_empty() {
            let text = self.begun();
            return Merged {
                text,
                edited: Vec::new(),
            };
        }
        let pieces = pieces(there);
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for piece in &pieces {
            match piece {
                Piece::Part { id, .. } => known.extend([*id]),
                Piece::Parts { ids, .. } => known.extend(ids),
                Piece::Text(_) => {}
            }
        }
        let is_known = |part: &&Part| known.contains(part.id.as_str());
        let mut fresh: Vec<&Part> = Vec::new();
        if pieces.iter().any(|piece| !matches!(piece, Piece::Text(_))) {
            fresh.extend(self.parts.iter().filter(|part| !is_known(part)));
        }
        let ends = if there.contains("\r\n") { "\r\n" } else { "\n" };
        let native = |text: &str| text.replace('\n', ends);
        let (mut text, mut edited) = (String::new(), Vec::new());
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for piece in &pieces {
            let (id, whole) = match piece {
                Piece::Text(whole) => {
                    text.push_str(whole);
                    continue;
                }
                Piece::Parts { whole, .. } => {
                    text.push_str(&with_ids(whole, &fresh));
                    continue;
                }
                Piece::Part { id, whole, .. } => (*id, *whole),
            };
            let today = self.parts.iter().position(|part| part.id == id);
            let Some((at, today)) = today.and_then(|at| Some((at, self.parts.get(at)?))) else {
                text.push_str(whole);
                continue;
            };
            // What is new and comes before it in the draft of today comes before it here.
            let is_before = |part: &&Part| {
                let place = self.parts.iter().position(|one| one.id == part.id);
                place.is_some_and(|place| place < at)
            };
            let n_before = fresh.iter().take_while(|part| is_before(part)).count();
            for part in fresh.drain(..n_before) {
                text.push_str(&native(&format!("{}{}\n", part.written(), part.after)));
            }
            // A copy that somebody made of a part is theirs.
            let is_first = seen.insert(id);
            let is_same = piece.text().as_deref() == Some(today.text.as_str());
            if is_first && !is_same && piece.is_untouched() && today.is_whole {
                text.push_str(&native(&today.written()));
                continue;
            }
            if is_first && !is_same && today.is_whole {
                edited.push(id.to_owned());
            }
            text.push_str(whole);
        }
        for part in fresh {
            if !text.ends_with('\n') {
                text.push_str(ends);
            }
            text.push_str(&native(&format!("\n{}{}", part.written(), part.after)));
        }
        Merged { text, edited }
    }
}

impl Part {
    /// The part with the two lines around it.
    fn written(&self) -> String {
        let Self { id, text, .. } = self;
        let digest = short(text);
        format!("{BEGIN}{id} {digest}{CLOSE}\n{text}{END}{id}{CLOSE}\n")
    }
}

/// The digest of a part's text, whatever ends its lines.
fn short(text: &str) -> String {
    let digest = Sha256::digest(text.replace("\r\n", "\n").as_bytes());
    digest
        .iter()
        .take(DIGITS / 2)
        .fold(String::with_capacity(DIGITS), |mut digits, byte| {
            let _ = write!(digits, "{byte:02x}");
            digits
        })
}

/// A stretch of a file.
enum Piece<'a> {
    /// A person's, or what stands around parts.
    Text(&'a str),
    /// The line that names the parts.
    Parts { whole: &'a str, ids: Vec<&'a str> },
    /// A part with the two lines around it.
    Part {
        id: &'a str,
        digest: &'a str,
        inside: &'a str,
        whole: &'a str,
    },
}

impl Piece<'_> {
    fn text(&self) -> Option<String> {
        match self {
            Self::Part { inside, .. } => Some(inside.replace("\r\n", "\n")),
            _ => None,
        }
    }

    fn is_untouched(&self) -> bool {
        matches!(self, Self::Part { digest, inside, .. } if short(inside) == *digest)
    }
}

/// A line of linchpin's without its ends: `<!-- linchpin:begin ID DIGEST -->` → `ID DIGEST`.
fn between<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    let line = line.strip_suffix('\n').unwrap_or(line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    line.strip_prefix(start)?.strip_suffix(CLOSE)
}

fn is_id(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    !text.is_empty() && text.chars().all(is_plain)
}

/// The id and the digest of a first line.
fn begun(line: &str) -> Option<(&str, &str)> {
    let (id, digest) = between(line, BEGIN)?.split_once(' ')?;
    (is_id(id) && is_id(digest)).then_some((id, digest))
}

/// The stretches of a file; together they are the file.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(line) = text
        .get(at..)
        .and_then(|rest| rest.split_inclusive('\n').next())
    {
        let inside_at = at + line.len();
        let found = if let Some((id, digest)) = begun(line) {
            end_of(text, inside_at, id).map(|(inside, end)| Piece::Part {
                id,
                digest,
                inside,
                whole: text.get(at..end).unwrap_or_default(),
            })
        } else {
            let ids: Option<Vec<&str>> = between(line, PARTS).map(|ids| ids.split(' ').collect());
            let ids = ids.filter(|ids| ids.iter().all(|id| is_id(id)));
            ids.map(|ids| Piece::Parts { whole: line, ids })
        };
        match found {
            Some(piece) => {
                let length = match &piece {
                    Piece::Part { whole, .. } | Piece::Parts { whole, .. } | Piece::Text(whole) => {
                        whole.len()
                    }
                };
                pieces.extend(
                    text.get(from..at)
                        .filter(|text| !text.is_empty())
                        .map(Piece::Text),
                );
                pieces.push(piece);
                at += length;
                from = at;
            }
            None => at = inside_at,
        }
    }
    pieces.extend(
        text.get(from..)
            .filter(|text| !text.is_empty())
            .map(Piece::Text),
    );
    pieces
}

/// What stands up to the last line of a part, and where that line ends; `None` where another part begins before.
fn end_of<'a>(text: &'a str, from: usize, id: &str) -> Option<(&'a str, usize)> {
    let mut at = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        if between(line, END) == Some(id) {
            return Some((text.get(from..at)?, at + line.len()));
        }
        if begun(line).is_some() {
            return None;
        }
        at += line.len();
    }
    None
}

/// The line that names the parts, with those that are new.
fn with_ids(line: &str, fresh: &[&Part]) -> String {
    let Some((before, after)) = line.rsplit_once(CLOSE) else {
        return line.to_owned();
    };
    let mut ids = String::new();
    for part in fresh {
        let _ = write!(ids, " {}", part.id);
    }
    format!("{before}{ids}{CLOSE}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Span;

    fn draft(parts: &[(&str, &[&str])]) -> Draft {
        let blank = |label: &str| Block::Blank {
            label: label.to_owned(),
            prompt: "[yours to write]".to_owned(),
        };
        let mut blocks = vec![Block::Paragraph(vec![Span::text("Add what is missing.")])];
        for (id, lines) in parts {
            let bullets = lines.iter().map(|line| vec![Span::text(*line)]).collect();
            blocks.push(Block::Refreshed {
                id: (*id).to_owned(),
                is_whole: !id.ends_with("cut"),
                blocks: vec![
                    Block::Heading(1, vec![Span::text(*id)]),
                    Block::Bullets(bullets),
                ],
            });
            blocks.push(blank("Impact"));
        }
        blocks.push(blank("Next"));
        Draft::of(&Document {
            title: "Brag".to_owned(),
            subtitle: Vec::new(),
            blocks,
        })
    }

    #[test]
    fn a_draft_that_nobody_touched_is_the_one_of_today() {
        let old = draft(&[("q1", &["one"]), ("q2", &["two"])]);
        let new = draft(&[("q1", &["one", "more"]), ("q2", &[])]);
        let merged = new.merged(&old.begun());
        assert_eq!(merged.text, new.begun());
        assert_eq!(merged.edited, [] as [&str; 0]);
        assert_eq!(new.merged(&merged.text).text, merged.text, "twice is once");
        // Whatever ends its lines.
        let windows = old.begun().replace('\n', "\r\n");
        assert_eq!(new.merged(&windows).text, new.begun().replace('\n', "\r\n"));
    }

    #[test]
    fn no_character_that_somebody_typed_is_lost_wherever_it_stands() {
        let old = draft(&[("q1", &["one"]), ("q2", &["two", "three"])]);
        let new = draft(&[
            ("q0", &["0"]),
            ("q1", &["uno"]),
            ("q2", &[]),
            ("q3", &["tres"]),
        ]);
        let begun = old.begun();
        let begun_at: Vec<usize> = (0..=begun.len()).collect();
        for typed in ["Ж", "a", "1", " ", "\nЖ\n", "<!-- Ж -->", " -->", "Ж\r\n"] {
            for at in &begun_at {
                let there = format!("{}{typed}{}", &begun[..*at], &begun[*at..]);
                let merged = new.merged(&there);
                let is_inside = merged.text.matches(typed.trim()).count()
                    >= there.matches(typed.trim()).count();
                let is_marked = typed.contains('Ж') || typed.contains("-->");
                assert!(
                    is_inside || !is_marked,
                    "{typed:?} at {at}:\n{there}\n→\n{}",
                    merged.text
                );
                let lines =
                    |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
                // The line that was typed into is there, unless it is the one that names the parts.
                let line = there[..*at].matches('\n').count();
                let line = lines(&there)[line].clone();
                assert!(
                    line.starts_with(PARTS)
                        || lines(&begun).contains(&line)
                        || lines(&merged.text).contains(&line),
                    "{typed:?} at {at}: {line:?}\n{}",
                    merged.text
                );
                let again = new.merged(&merged.text);
                assert_eq!(again.text, merged.text, "{typed:?} at {at}");
            }
        }
    }

    #[test]
    fn a_part_that_somebody_edited_stays_and_the_others_are_refreshed() {
        let old = draft(&[("q1", &["one"]), ("q2", &["two"])]);
        let there = old.begun().replace("- one", "- one, and why");
        let merged = draft(&[("q1", &["uno"]), ("q2", &["dos"])]).merged(&there);
        assert_eq!(merged.edited, ["q1"]);
        assert!(merged.text.contains("- one, and why") && !merged.text.contains("uno"));
        assert!(merged.text.contains("- dos") && !merged.text.contains("- two"));
    }

    #[test]
    fn a_new_part_has_its_place_and_one_that_was_taken_out_stays_out() {
        let old = draft(&[("q1", &["one"]), ("q3", &["three"])]);
        let new = draft(&[
            ("q1", &["one"]),
            ("q2", &["two"]),
            ("q3", &["three"]),
            ("q4", &["four"]),
        ]);
        let order = |text: &str| -> Vec<String> {
            let begins = text.lines().filter_map(begun);
            begins.map(|(id, _)| id.to_owned()).collect()
        };
        let merged = new.merged(&old.begun()).text;
        assert_eq!(order(&merged), ["q1", "q2", "q3", "q4"]);
        assert_eq!(merged.matches("**Impact:**").count(), 4);
        let (before, rest) = merged.split_once("<!-- linchpin:begin q2").unwrap();
        let (_, after) = rest.split_once("<!-- linchpin:end q2 -->\n").unwrap();
        let without = format!("{before}{after}");
        assert_eq!(order(&new.merged(&without).text), ["q1", "q3", "q4"]);
    }

    #[test]
    fn a_file_without_a_line_of_linchpins_stays_as_it_is() {
        let new = draft(&[("q1", &["one"])]);
        for there in [
            "# Mine\n\nAll mine",
            "\u{feff}x",
            "<!-- linchpin:end q1 -->\n",
        ] {
            assert_eq!(new.merged(there).text, there);
        }
        assert_eq!(new.merged(" \n").text, new.begun());
    }

    #[test]
    fn a_part_that_the_window_cuts_takes_nothing_away() {
        let old = draft(&[("q1-cut", &["one", "two"])]);
        let new = draft(&[("q1-cut", &["two"])]);
        assert_eq!(new.merged(&old.begun()).text, old.begun());
    }

    #[test]
    fn what_others_wrote_cannot_end_a_part() {
        let old = draft(&[(
            "q1",
            &["<!-- linchpin:end q1 -->", "x\n<!-- linchpin:end q1 -->\ny"],
        )]);
        let new = draft(&[("q1", &["y"])]);
        assert_eq!(new.merged(&old.begun()).text, new.begun());
    }
}
