//! The drafts that a review is written from: self-review, STAR table, competencies, calibration.
//!
//! They say nothing that the pack, the goals and the initiatives do not say: each line has its date, its page and its id. What it
//! meant, and every number on a scale, is for people to write.

mod action;
mod calibration;
mod competency;
mod expected;
mod filing;
mod scope;
mod self_review;
mod star;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::Sources;
use super::blocks::{coded, labelled, unread};
use super::desk::Page;
use super::index::Index;
use super::item::link;
use super::pack::{Face, Pack, subtitle, unobserved, unread_sources};
use super::snippet::Snippet;
use super::work::{Part, Piece, Record};
use crate::domain::Issue;
use crate::report::document::{Block, Span};
use crate::work::Need;
use crate::work::pages::key_of;
use crate::work::pull_requests::Key;
use crate::work::roster::RosterLevel;
use crate::work::written::CameWith;

pub(super) use filing::Filing;

/// So many links stand in a cell.
const CELL: usize = 4;

/// Somebody's review: what its drafts are made from.
struct Review<'a> {
    sources: &'a Sources<'a>,
    index: &'a Index<'a>,
    record: &'a Record<'a>,
    filing: &'a Filing<'a>,
    face: &'a Face<'a>,
    pack: &'a Pack,
    level: Option<&'a RosterLevel>,
    /// Initiatives in which the person had a part in the window.
    pieces: Vec<Piece<'a>>,
    /// The person's moments, by the initiative that their page is in.
    moments: BTreeMap<usize, Vec<&'a Snippet>>,
}

/// The drafts of one person. Without a level there is nothing that competencies could be held against, and no such page.
pub(super) fn pages(
    sources: &Sources<'_>,
    index: &Index<'_>,
    record: &Record<'_>,
    filing: &Filing<'_>,
    face: &Face<'_>,
    pack: &Pack,
) -> Vec<Page> {
    let review = Review::of(sources, index, record, filing, face, pack);
    let mut pages = vec![
        Page::draft("draft/self-review", self_review::document(&review)),
        Page::draft("draft/star", star::document(&review)),
    ];
    let competency = review
        .level
        .map(|level| competency::document(&review, level));
    pages.extend(competency.map(|page| Page::draft("draft/competency", page)));
    pages.push(Page::draft(
        "draft/calibration",
        calibration::document(&review),
    ));
    pages
}

impl<'a> Review<'a> {
    fn of(
        sources: &'a Sources<'a>,
        index: &'a Index<'a>,
        record: &'a Record<'a>,
        filing: &'a Filing<'a>,
        face: &'a Face<'a>,
        pack: &'a Pack,
    ) -> Self {
        let mut moments: BTreeMap<usize, Vec<&Snippet>> = BTreeMap::new();
        for snippet in &pack.snippets {
            if let Some(at) = filing.initiative_of(snippet) {
                moments.entry(at).or_default().push(snippet);
            }
        }
        let mut pieces = record.pieces(pack.person, filing.of_person(pack.person));
        // It went on in the window, and the person's own changes in it were before or after: that is nothing to review. Whoever the
        // register says leads it has it all the same.
        pieces.retain(|piece| piece.part != Part::Implemented || moments.contains_key(&piece.at));
        Self {
            sources,
            index,
            record,
            filing,
            face,
            pack,
            level: sources.past.question.roster.level_of(pack.person),
            pieces,
            moments,
        }
    }

    /// The person's moments in an initiative.
    fn moments_of(&self, piece: &Piece<'_>) -> &[&'a Snippet] {
        self.moments.get(&piece.at).map_or(&[], Vec::as_slice)
    }

    /// How large the person's own part in an initiative is, to order one person's work: no number that is printed.
    fn weight(&self, piece: &Piece<'_>) -> u64 {
        let moments = self.moments_of(piece).iter();
        moments.map(|snippet| snippet.weight).sum()
    }

    /// The issue that a moment is about, with its page: the moment's own, the first that its change closes, or the incident that its
    /// change is the postmortem of.
    fn issue_of(&self, snippet: &Snippet) -> Option<(&'a Issue, Span)> {
        let page = snippet
            .act
            .first_link()
            .filter(|_| !is_of_several(snippet))?;
        let of_key = |key: Key| {
            let (issue, _) = self.index.issues.get(&key)?;
            let page = link(self.sources, key.0, key.1, &issue.url);
            Some((*issue, Span::link(page.text, page.url)))
        };
        if let Some(issue) = self.filing.issue(&page.url) {
            return of_key((issue.repository, issue.number));
        }
        let mut closed = self.filing.closed_by(&page.url).iter();
        let closed = closed.find_map(|key| of_key(*key));
        closed.or_else(|| of_key(self.incident_written_up_at(&page.url)?))
    }

    /// Why nobody can tell whether an issue is tied to a moment: the issues of its product were not read, or of any product where the
    /// moment has no page.
    fn issues_unread(&self, snippet: &Snippet) -> Option<String> {
        let past = &self.sources.past;
        let key = snippet
            .act
            .first_link()
            .and_then(|page| key_of(past.tables, &page.url));
        let own = key.and_then(|(repository, _)| past.reading_of(repository));
        let missing = match own {
            Some(reading) => unread(reading, Need::Issues),
            None => past
                .readings
                .iter()
                .find_map(|reading| unread(reading, Need::Issues)),
        };
        missing.map(|missing| missing.because)
    }

    /// The incident whose postmortem came with the pull request of a page.
    fn incident_written_up_at(&self, url: &str) -> Option<Key> {
        let came_with = |key: &Key| {
            let postmortem = self.index.response(*key)?.postmortem.as_ref()?;
            match postmortem.came_with {
                CameWith::PullRequest(brought) => self.index.item(brought),
                CameWith::Commit(..) => None,
            }
        };
        let mut incidents = self.index.incidents.keys();
        let is_it = |key: &&Key| came_with(key).is_some_and(|item| item.pull_request.url == url);
        incidents.find(is_it).copied()
    }

    /// The part that says whose window it is, and what was not read.
    fn window(&self) -> Block {
        let mut blocks = vec![Block::Paragraph(subtitle(self.sources))];
        let missing = unobserved(self.sources);
        if !missing.is_empty() {
            let bullets = missing.iter().map(|words| coded(words));
            blocks.push(Block::Bullets(bullets.collect()));
        }
        part("window", blocks)
    }
}

/// Whether a moment tells of more than one act.
const fn is_of_several(snippet: &Snippet) -> bool {
    snippet.kind.is_of_a_stretch() && snippet.events.len() > 1
}

/// A part that linchpin goes on writing.
fn part(id: impl Into<String>, blocks: Vec<Block>) -> Block {
    Block::Refreshed {
        id: id.into(),
        is_whole: true,
        blocks,
    }
}

/// A paragraph of what people wrote, as it is: a backtick of theirs sets nothing off.
fn plain(words: impl Into<String>) -> Block {
    Block::Paragraph(vec![Span::text(words)])
}

fn blank(label: impl Into<String>) -> Block {
    Block::Blank {
        label: label.into(),
        prompt: "[yours to write]".to_owned(),
    }
}

fn heading(level: u8, words: impl Into<String>) -> Block {
    Block::Heading(level, vec![Span::text(words)])
}

/// The id of a part that is about something with a name: the name as far as it can stand there, and a digest of it.
fn id_of(kind: &str, name: &str) -> String {
    let name = name.trim().to_lowercase();
    let mut id = kind.to_owned();
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()).take(5) {
        let _ = write!(id, "-{word}");
    }
    id.push('-');
    let digest = Sha256::digest(name.as_bytes());
    digest
        .iter()
        .take(3)
        .fold(id, |id, byte| format!("{id}{byte:02x}"))
}

/// `n 3`, or `4 of 12 shown`.
fn n_of(shown: usize, n: usize) -> String {
    if shown < n {
        format!("{shown} of {n} shown")
    } else {
        format!("n {n}")
    }
}

/// What there is nothing of is told as far as it was read.
fn nothing(sources: &Sources<'_>) -> &'static str {
    if unobserved(sources).is_empty() {
        "no GitHub evidence: ask"
    } else {
        "no evidence in what was read: ask"
    }
}

/// That there is none, as far as it was read, and what was not.
fn none(sources: &Sources<'_>) -> String {
    let unread = unread_sources(sources).into_iter();
    let unread: Vec<String> = unread.map(|(what, _)| what).collect();
    if unread.is_empty() {
        "None in the record of these days".to_owned()
    } else {
        format!("None in what was read; not read: {}", unread.join("; "))
    }
}
