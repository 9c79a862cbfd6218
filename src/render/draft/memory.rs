//! Drafts that are appended to: what they have been given is remembered in a line of its own, `<!-- linchpin:given ID … -->`, so that a
//! line which somebody moved, changed or took out does not come again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use jiff::civil::Date;

use super::{BEGIN, CLOSE, Draft, GIVEN, Merged, Part, Piece, pieces, with_words};
use crate::render::pack;
use crate::report::{Block, Span};

/// How the id of a part that was appended begins.
const ADDED: &str = "added-";

/// What may be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addition {
    on: Date,
    lines: Vec<Line>,
}

/// A line of a list, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    id: String,
    /// Its day: `2026-06-24`.
    day: String,
    /// Without its id.
    sentence: String,
    whole: String,
}

impl Draft {
    /// The same draft, which remembers the ids of the lines that it was given.
    #[must_use]
    pub fn remembering(mut self) -> Self {
        self.remembers = true;
        self
    }

    /// The same draft, appended to instead of brought up to date: with the lines, by id, that it has not been given by a day.
    #[must_use]
    pub fn appending(&self, on: Date, lines: &[(String, Vec<Span>)]) -> Self {
        let line = |(id, spans): &(String, Vec<Span>)| {
            let mut whole = String::new();
            pack::write_block(&mut whole, &Block::Bullets(vec![spans.clone()]));
            let bare = whole.trim_end().trim_start_matches("- ");
            let sentence = bare.trim_end_matches(&format!(" `{id}`")).to_owned();
            let day = sentence.trim_start_matches("**").chars().take(10).collect();
            Line {
                id: id.clone(),
                day,
                sentence,
                whole,
            }
        };
        Self {
            addition: Some(Addition {
                on,
                lines: lines.iter().map(line).collect(),
            }),
            ..self.clone()
        }
    }
}

/// The ids of evidence in a text.
pub(super) fn ids_in(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let ids = words.filter(|word| word.starts_with("ev-"));
    ids.map(str::to_owned).collect()
}

/// Whether somebody has had it appended to.
pub(super) fn is_appended_to(pieces: &[Piece<'_>]) -> bool {
    let is_added =
        |piece: &Piece<'_>| matches!(piece, Piece::Part { id, .. } if id.starts_with(ADDED));
    pieces.iter().any(is_added)
}

/// The line that remembers some ids; nothing without any.
pub(super) fn given_line(ids: &BTreeSet<String>) -> String {
    if ids.is_empty() {
        return String::new();
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    format!("\n{GIVEN}{}{CLOSE}\n", ids.join(" "))
}

/// A file with further ids in its memory, which is begun at its end where it has none.
pub(super) fn remembered(text: &str, ids: &BTreeSet<String>, ends: &str) -> String {
    let pieces = pieces(text);
    let known: BTreeSet<&str> = known(&pieces);
    let new: BTreeSet<String> = ids
        .iter()
        .filter(|id| !known.contains(id.as_str()))
        .cloned()
        .collect();
    if new.is_empty() {
        return text.to_owned();
    }
    let mut told = String::with_capacity(text.len());
    let mut is_written = false;
    for piece in &pieces {
        match piece {
            Piece::Given { whole, .. } if !is_written => {
                told.push_str(&with_words(whole, new.iter().map(String::as_str)));
                is_written = true;
            }
            piece => told.push_str(piece.whole()),
        }
    }
    if !is_written {
        if !told.is_empty() && !told.ends_with('\n') {
            told.push_str(ends);
        }
        told.push_str(&given_line(&new).replace('\n', ends));
    }
    told
}

fn known<'a>(pieces: &[Piece<'a>]) -> BTreeSet<&'a str> {
    let mut known = BTreeSet::new();
    for piece in pieces {
        if let Piece::Given { ids, .. } = piece {
            known.extend(ids.iter().copied());
        }
    }
    known
}

impl Addition {
    /// The file with a part for what it has not been given, at its end; as it is where there is nothing.
    pub(super) fn appended(&self, draft: &Draft, there: &str) -> Merged {
        let found = pieces(there);
        let ends = if there.contains("\r\n") { "\r\n" } else { "\n" };
        let known = known(&found);
        let as_it_is = || Merged {
            text: there.to_owned(),
            edited: Vec::new(),
            is_appended_to: false,
        };
        if known.is_empty() {
            // A draft of an earlier version remembers nothing: what it could have been given by now counts as given.
            let given: BTreeSet<String> = self.lines.iter().map(|line| line.id.clone()).collect();
            let mut merged = draft.up_to_date(there);
            merged.text = remembered(&merged.text, &given, ends);
            return merged;
        }
        let fresh: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| !known.contains(line.id.as_str()))
            .filter(|line| !there.contains(&line.id) && !there.contains(&line.sentence))
            .collect();
        let Some(latest) = fresh.iter().map(|line| line.day.as_str()).max() else {
            return as_it_is();
        };
        let taken = |id: &str| there.contains(&format!("{BEGIN}{id} "));
        let first = format!("{ADDED}{}", self.on);
        let mut others = (2_u32..).map(|n| format!("{first}-{n}"));
        let id = if taken(&first) {
            others.find(|id| !taken(id)).unwrap_or(first)
        } else {
            first
        };
        let mut inside = format!("## Added: up to {latest}\n\n");
        for line in &fresh {
            inside.push_str(&line.whole);
        }
        let part = Part {
            id,
            text: inside,
            is_whole: true,
            after: String::new(),
        };
        let mut text = there.to_owned();
        if !text.ends_with('\n') {
            text.push_str(ends);
        }
        let _ = write!(
            text,
            "{}",
            format!("\n{}", part.written()).replace('\n', ends)
        );
        let given = fresh.iter().map(|line| line.id.clone()).collect();
        Merged {
            text: remembered(&text, &given, ends),
            edited: Vec::new(),
            is_appended_to: false,
        }
    }
}
