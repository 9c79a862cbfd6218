//! `draft/competency.md`: what is expected on the level and on the next one, with the links that count for it and against it.

use super::expected::Found;
use super::{CELL, Review, blank, heading, id_of, part, scope};
use crate::evidence::blocks::paragraph;
use crate::register::{Expectation, is_same};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::roster::RosterLevel;

pub(super) fn document(review: &Review<'_>, level: &RosterLevel) -> Document {
    let mut blocks = vec![
        paragraph(
            "This draft prepares a talk: what is expected, and what the record shows of it. Links are spread over the window, at most \
             four a cell: that there are few says what the record holds, and a cell without any is a question. Numbers from 1 to 10 are \
             yours alone.",
        ),
        review.window(),
        part(
            "level",
            vec![
                Block::Paragraph(level_line(level)),
                Block::Paragraph(scope::line(review)),
            ],
        ),
    ];
    for (competency, expected) in competencies(review, level) {
        blocks.push(part(
            id_of("competency", competency),
            cells(review, level, competency, &expected),
        ));
        blocks.push(blank(format!("{competency}, 1–10")));
        blocks.push(blank("Why this number? What would make it a 10?"));
    }
    Document {
        title: format!("Competencies: {}", review.face.words()),
        subtitle: Vec::new(),
        blocks,
    }
}

/// `Level: engineer since 2026-03-01 (register); next: senior engineer.`
pub(super) fn level_line(level: &RosterLevel) -> Vec<Span> {
    let since = level
        .since
        .map_or_else(String::new, |day| format!(" since {day}"));
    let next = level
        .next
        .as_ref()
        .map_or_else(|| "none".to_owned(), |next| format!("“{next}”"));
    vec![
        Span::Strong("Level".to_owned()),
        Span::text(format!(
            ": “{}”{since} (register); next: {next}.",
            level.level
        )),
    ]
}

/// The competencies of the level and of the next one, in the order of the register, with what is expected: on the level first.
fn competencies<'a>(
    review: &Review<'a>,
    level: &RosterLevel,
) -> Vec<(&'a str, Vec<&'a Expectation>)> {
    let mut found: Vec<(&str, Vec<&Expectation>)> = Vec::new();
    for of in [Some(&level.level), level.next.as_ref()]
        .into_iter()
        .flatten()
    {
        for one in on_level(review, of) {
            match found
                .iter_mut()
                .find(|(name, _)| is_same(name, &one.competency))
            {
                Some((_, expected)) => expected.push(one),
                None => found.push((&one.competency, vec![one])),
            }
        }
    }
    found
}

/// What is expected on a level.
pub(super) fn on_level<'a>(
    review: &Review<'a>,
    level: &str,
) -> impl Iterator<Item = &'a Expectation> {
    let all = review.sources.past.question.roster.expectations.iter();
    all.filter(move |one| is_same(&one.level, level))
}

fn cells(
    review: &Review<'_>,
    level: &RosterLevel,
    competency: &str,
    expected: &[&Expectation],
) -> Vec<Block> {
    let mut rows = Vec::new();
    let mut sentences = Vec::new();
    for one in expected {
        let found = Found::of(review, one);
        let when = if is_same(&one.level, &level.level) {
            "now"
        } else {
            "next"
        };
        let named = vec![
            vec![
                Span::Strong(format!("“{}”", one.level)),
                Span::text(format!(" ({when})")),
            ],
            vec![Span::text(format!("“{}”", one.text))],
        ];
        rows.push(vec![
            TableCell::Lines(named),
            TableCell::Lines(found.evidence(review, CELL)),
            TableCell::Lines(found.counter_evidence(review, CELL)),
        ]);
        for sentence in found.sentences() {
            if !sentences.contains(&sentence) {
                sentences.push(sentence);
            }
        }
    }
    let mut blocks = vec![
        heading(1, competency),
        Block::Table(Table {
            title: format!("Expected of {competency}"),
            columns: ["Expected", "Evidence", "Against"].map(Column::text).into(),
            rows,
            n_omitted: 0,
        }),
    ];
    if !sentences.is_empty() {
        blocks.push(Block::Details {
            summary: format!("The sentences behind the links ({})", sentences.len()),
            blocks: vec![Block::Bullets(sentences)],
        });
    }
    blocks
}
