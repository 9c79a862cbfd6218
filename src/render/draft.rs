//! Drafts: documents that linchpin begins and a person goes on with.
//!
//! A draft is written once. Afterwards linchpin changes nothing in it but the parts that it put between two lines of its own,
//! `<!-- linchpin:begin ID DIGEST -->` and `<!-- linchpin:end ID -->`, and each of those only while its text still has the digest:
//! a part that somebody edited stays as it is. A third line, `<!-- linchpin:parts ID … -->`, says which parts the draft has been
//! given, so that one that somebody took out does not come back; a fourth, `<!-- linchpin:given ID … -->`, does the same for the lines
//! of a draft that is appended to, which from then on is appended to alone. Everything else in the file is the person's, byte for byte.

mod memory;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use self::memory::{Addition, given_line, ids_in, is_appended_to, remembered};
use super::pack;
use crate::report::{Block, Document};

/// So many digits of the digest of a part stand in its first line.
const DIGITS: usize = 12;

const BEGIN: &str = "<!-- linchpin:begin ";
const END: &str = "<!-- linchpin:end ";
const PARTS: &str = "<!-- linchpin:parts ";
const GIVEN: &str = "<!-- linchpin:given ";
const CLOSE: &str = " -->";

/// A draft as linchpin would begin it today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Above the first part.
    head: String,
    parts: Vec<Part>,
    /// Whether the file keeps in mind which lines of evidence it was given.
    remembers: bool,
    /// What is added at its end, where it is not brought up to date.
    addition: Option<Addition>,
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
    /// Whether it stays as it is, as it has been appended to and goes on so.
    pub is_appended_to: bool,
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
        Self {
            head,
            parts,
            remembers: false,
            addition: None,
        }
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
        if self.remembers {
            let parts = self.parts.iter();
            text.push_str(&given_line(
                &parts.flat_map(|part| ids_in(&part.text)).collect(),
            ));
        }
        text
    }

    /// Whether linchpin finds a line of its own in a file.
    #[must_use]
    pub fn is_one(there: &str) -> bool {
        let pieces = pieces(there);
        pieces.iter().any(|piece| !matches!(piece, Piece::Text(_)))
    }

    /// The file, from the one that is there. A file in which linchpin finds no line of its own stays as it is.
    #[must_use]
    pub fn merged(&self, there: &str) -> Merged {
        let as_it_is = |text: String, is_appended_to| Merged {
            text,
            edited: Vec::new(),
            is_appended_to,
        };
        if there.trim().is_empty() {
            return as_it_is(self.begun(), false);
        }
        if !Self::is_one(there) {
            return as_it_is(there.to_owned(), false);
        }
        match &self.addition {
            Some(addition) => addition.appended(self, there),
            None if self.remembers && is_appended_to(&pieces(there)) => {
                as_it_is(there.to_owned(), true)
            }
            None => self.up_to_date(there),
        }
    }

    /// The file with its parts brought up to date.
    fn up_to_date(&self, there: &str) -> Merged {
        let pieces = pieces(there);
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for piece in &pieces {
            match piece {
                Piece::Part { id, .. } => known.extend([*id]),
                Piece::Parts { ids, .. } => known.extend(ids),
                Piece::Given { .. } | Piece::Text(_) => {}
            }
        }
        let is_known = |part: &&Part| known.contains(part.id.as_str());
        let mut fresh: Vec<&Part> = self.parts.iter().filter(|part| !is_known(part)).collect();
        let mut given = BTreeSet::new();
        for part in &fresh {
            given.extend(ids_in(&part.text));
        }
        let ends = if there.contains("\r\n") { "\r\n" } else { "\n" };
        let native = |text: &str| text.replace('\n', ends);
        let (mut text, mut edited) = (String::new(), Vec::new());
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for piece in &pieces {
            let (id, whole) = match piece {
                Piece::Text(whole) | Piece::Given { whole, .. } => {
                    text.push_str(whole);
                    continue;
                }
                Piece::Parts { whole, .. } => {
                    let new = fresh.iter().map(|part| part.id.as_str());
                    text.push_str(&with_words(whole, new));
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
                given.extend(ids_in(&today.text));
            } else {
                if is_first && !is_same && today.is_whole {
                    edited.push(id.to_owned());
                }
                text.push_str(whole);
            }
            // What is new and would come at the end comes right behind a part that nothing of a person's follows in the draft of
            // today: so the newest of a row is above the older ones.
            if is_first && today.after.is_empty() && !self.goes_on(at, &known) {
                let n_behind = fresh.len();
                for part in fresh.drain(..n_behind) {
                    text.push_str(&native(&format!("\n{}{}", part.written(), part.after)));
                }
            }
        }
        for part in fresh {
            if !text.ends_with('\n') {
                text.push_str(ends);
            }
            text.push_str(&native(&format!("\n{}{}", part.written(), part.after)));
        }
        if self.remembers {
            let has_memory = pieces
                .iter()
                .any(|piece| matches!(piece, Piece::Given { .. }));
            if !has_memory {
                // A draft of an earlier version: what it could have been given by now counts as given.
                given.extend(self.parts.iter().flat_map(|part| ids_in(&part.text)));
            }
            text = remembered(&text, &given, ends);
        }
        Merged {
            text,
            edited,
            is_appended_to: false,
        }
    }
}

impl Draft {
    /// Whether a part that the file has comes after a place in the draft of today.
    fn goes_on(&self, at: usize, known: &BTreeSet<&str>) -> bool {
        let mut later = self.parts.iter().skip(at + 1);
        later.any(|part| known.contains(part.id.as_str()))
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
    /// The line that names what it was given.
    Given { whole: &'a str, ids: Vec<&'a str> },
    /// A part with the two lines around it.
    Part {
        id: &'a str,
        digest: &'a str,
        inside: &'a str,
        whole: &'a str,
    },
}

impl<'a> Piece<'a> {
    const fn whole(&self) -> &'a str {
        match self {
            Self::Text(whole)
            | Self::Parts { whole, .. }
            | Self::Given { whole, .. }
            | Self::Part { whole, .. } => whole,
        }
    }

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
            let named = |start| {
                let ids: Vec<&str> = between(line, start)?.split(' ').collect();
                ids.iter().all(|id| is_id(id)).then_some(ids)
            };
            let parts = named(PARTS).map(|ids| Piece::Parts { whole: line, ids });
            parts.or_else(|| named(GIVEN).map(|ids| Piece::Given { whole: line, ids }))
        };
        match found {
            Some(piece) => {
                let length = piece.whole().len();
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

/// A line that names parts or what was given, with those that are new.
fn with_words<'a>(line: &str, new: impl Iterator<Item = &'a str>) -> String {
    let Some((before, after)) = line.rsplit_once(CLOSE) else {
        return line.to_owned();
    };
    let mut ids = String::new();
    for id in new {
        let _ = write!(ids, " {id}");
    }
    format!("{before}{ids}{CLOSE}{after}")
}

#[cfg(test)]
mod tests;
