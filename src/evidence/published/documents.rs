//! `documents-<product>.md`: documents, and what changed in the code beside them since somebody last changed them.

use super::public::Public;
use crate::evidence::blocks::{count, listed, paragraph, unobserved};
use crate::report::document::{Block, Document, Span};
use crate::report::withheld::people_words;
use crate::work::Need;
use crate::work::beside_code::BesideCode;
use crate::work::documents::{Commits, Life, Since, lives, since_changed};
use crate::work::kinds::{DECISION_RECORDS, POSTMORTEMS, RUNBOOKS};

const INTRO: &str = "Documents that are there, by path: the day on which people last changed each, and the number of commits by people since then \
                     that changed code below the nearest directory above it which holds code. Sweeping commits and those of automation \
                     are left out on both sides. Decision records and postmortems are of their day, and are not listed. Where fewer than \
                     the minimum of people made those commits, the number of people is told instead; `at least` stands where the exact \
                     number, held against another document's, would tell what so few people did.";

/// Lines in the open, and at all.
const OPEN: usize = 40;
const MOST: usize = 1_000;

pub(super) fn document(public: &Public<'_>) -> Document {
    public.document("Documents and the code beside them", INTRO, blocks(public))
}

fn blocks(public: &Public<'_>) -> Vec<Block> {
    let reading = public.reading;
    if let Some(block) = unobserved(reading, Need::History, "documents") {
        return vec![block];
    }
    let kinds = &reading.question.kinds;
    let beside_code = BesideCode::of(kinds);
    let is_document = |path: &str| {
        let kinds = kinds.of(path);
        let is = |kind: &str| kinds.iter().any(|known| known == kind);
        let is_dated = is(DECISION_RECORDS) || is(POSTMORTEMS);
        !is_dated && (beside_code.is_document(path) || is(RUNBOOKS))
    };
    let mut found = lives(reading, &is_document);
    found.retain(|life| life.gone_at.is_none());
    if found.is_empty() {
        return vec![paragraph(
            "There is none: `[[kind]]` with the name `documents` says where they are kept.",
        )];
    }
    let prose = [DECISION_RECORDS, POSTMORTEMS, RUNBOOKS];
    let is_prose = |path: &str| {
        let of_path = kinds.of(path);
        prose
            .iter()
            .any(|kind| of_path.iter().any(|known| known == kind))
    };
    let is_code = |path: &str| beside_code.is_code(path) && !is_prose(path);
    let changed = since_changed(reading, &found, &is_code, public.minimum());
    let (mut outlived, mut others) = (Vec::new(), Vec::new());
    for (life, since) in found.iter().zip(&changed) {
        let is_quiet = since
            .as_ref()
            .is_none_or(|since| since.commits == Commits::Counted(0));
        let words = line(public, life, since.as_ref());
        if is_quiet {
            others.push(words);
        } else {
            outlived.push(words);
        }
    }
    let heading = |words: &str| Block::Heading(1, vec![Span::text(words)]);
    let none = || vec![paragraph("None.")];
    let mut blocks = vec![heading("Code changed since")];
    let is_empty = outlived.is_empty();
    let list = listed(outlived, "document", OPEN, MOST);
    blocks.extend(if is_empty { none() } else { list });
    blocks.push(heading("Nothing changed since, or not observed"));
    let is_empty = others.is_empty();
    let list = listed(others, "document", OPEN, MOST);
    blocks.extend(if is_empty { none() } else { list });
    blocks
}

/// `docs/runbooks/restore.md · last changed 2026-02-03 · since then 41 commits in engine`.
fn line(public: &Public<'_>, life: &Life, since: Option<&Since>) -> Vec<Span> {
    let mut words = Vec::new();
    if public.reading.product.repositories.len() > 1 {
        let name = public.sources.repository_name(life.repository);
        words.push(Span::text(format!("{name}: ")));
    }
    words.push(Span::Code(life.path.clone()));
    let Some(changed_at) = life.changed_at else {
        words.push(Span::text(
            " · no commit by people changed it, as far as the history goes",
        ));
        return words;
    };
    let day = public.sources.date(changed_at);
    words.push(Span::text(format!(" · last changed {day}")));
    let Some(since) = since else {
        words.push(Span::text(" · no directory above it holds code"));
        return words;
    };
    words.push(Span::text(match since.commits {
        Commits::Counted(0) => " · no commit since then in ".to_owned(),
        Commits::Counted(n) => format!(" · since then {} in ", count(n, "commit")),
        Commits::AtLeast(n) => format!(" · since then at least {} in ", count(n, "commit")),
        Commits::OfFew(people) => {
            let people = people_words(u64::try_from(people).ok());
            format!(" · since then commits of {people} in ")
        }
    }));
    if since.directory.is_empty() {
        words.push(Span::text("the whole repository"));
    } else {
        words.push(Span::Code(since.directory.clone()));
    }
    words
}
