//! `draft/star.md`: situation, task, action and result by dimension; whether it went as it was meant to is the person's to say.

use super::action::action;
use super::{Review, blank, heading, part, text};
use crate::evidence::pack::dated;
use crate::evidence::sampling::spread;
use crate::evidence::snippet::{Dimension, Snippet};
use crate::evidence::work::{Part, Piece};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};

/// So many rows a dimension.
const ROWS: usize = 2;

const COLUMNS: [&str; 6] = [
    "Dimension",
    "Situation",
    "Task",
    "Action",
    "Result",
    "Self-assessment and next step",
];

pub(super) fn document(review: &Review<'_>) -> Document {
    let mut blocks = vec![
        text(
            "This draft is yours: a row for each piece of work that stands for a dimension. ✅ or ⚠️ and the next step are below each table, \
             where whatever you write stays.",
        ),
        review.window(),
    ];
    let mut told: Vec<usize> = Vec::new();
    for dimension in Dimension::ALL {
        let rows = rows(review, dimension, &mut told);
        let mut inside = vec![heading(1, sentence_case(dimension.words()))];
        if rows.is_empty() {
            inside.push(text("No moment of it is in what was read."));
        } else {
            inside.push(Block::Table(Table {
                title: format!("Situation, task, action, result: {}", dimension.words()),
                columns: COLUMNS.map(Column::text).into(),
                rows,
                n_omitted: 0,
            }));
        }
        blocks.push(part(dimension.words().replace(' ', "-"), inside));
        blocks.push(blank("✅ or ⚠️, self-assessment"));
        blocks.push(blank("Next step"));
    }
    Document {
        title: format!("STAR table: {}", review.face.words()),
        subtitle: Vec::new(),
        blocks,
    }
}

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The rows of a dimension: the pieces of work that stand for it, those first that stand for no other yet, then the largest; else
/// moments of their own.
fn rows(review: &Review<'_>, dimension: Dimension, told: &mut Vec<usize>) -> Vec<Vec<TableCell>> {
    let stands = |snippet: &Snippet| snippet.dimensions.contains(&dimension);
    let mut pieces: Vec<&Piece<'_>> = review
        .pieces
        .iter()
        .filter(|piece| {
            let is_lead =
                piece.part != Part::Implemented && dimension == Dimension::OwnershipAndInitiative;
            is_lead
                || review
                    .moments_of(piece)
                    .iter()
                    .any(|one| stands(one) && one.speaks_for())
        })
        .collect();
    pieces.sort_by_key(|piece| {
        let n_told = told.iter().filter(|at| **at == piece.at).count();
        (n_told, std::cmp::Reverse(review.weight(piece)), piece.at)
    });
    pieces.truncate(ROWS);
    pieces.sort_by_key(|piece| piece.at);
    told.extend(pieces.iter().map(|piece| piece.at));
    let mut rows: Vec<Vec<TableCell>> = pieces
        .into_iter()
        .map(|piece| of_piece(review, piece, dimension))
        .collect();
    let alone = review.pack.snippets.iter().filter(|snippet| {
        stands(snippet) && snippet.speaks_for() && review.filing.initiative_of(snippet).is_none()
    });
    let alone = spread(alone.collect(), ROWS.saturating_sub(rows.len()));
    rows.extend(
        alone
            .into_iter()
            .map(|one| of_moment(review, one, dimension)),
    );
    rows
}

fn lines(lines: Vec<Vec<Span>>) -> TableCell {
    TableCell::Lines(lines)
}

fn own() -> TableCell {
    TableCell::Text("✅ / ⚠️: yours, below".to_owned())
}

fn of_piece(review: &Review<'_>, piece: &Piece<'_>, dimension: Dimension) -> Vec<TableCell> {
    let record = review.record;
    let person = review.pack.person;
    let result = record.result(piece, person).into_iter();
    let mut result: Vec<Vec<Span>> = result.map(|words| vec![Span::text(words)]).collect();
    result.extend(record.speaks_against(piece));
    let named = vec![
        Span::text(format!("“{}” ", piece.initiative.title)),
        Span::Code(piece.initiative.id.clone()),
    ];
    vec![
        lines(vec![
            vec![Span::text(dimension.words())],
            named,
            vec![Span::text(record.span(piece.story))],
        ]),
        lines(vec![record.situation(piece, review.index)]),
        lines(vec![record.task(piece, person)]),
        lines(action(review, piece, Some(dimension))),
        lines(result),
        own(),
    ]
}

/// A moment outside of every initiative.
fn of_moment(review: &Review<'_>, snippet: &Snippet, dimension: Dimension) -> Vec<TableCell> {
    let (situation, task) = review.before(snippet);
    let mut act = dated(snippet);
    act.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
    vec![
        lines(vec![vec![Span::text(dimension.words())]]),
        lines(vec![situation]),
        lines(vec![task]),
        lines(vec![act]),
        lines(vec![vec![Span::text(
            "[not measured: one act has no before and after]",
        )]]),
        own(),
    ]
}

impl Review<'_> {
    /// What was open before a moment outside of every initiative, and what it was about: the issue that its change closes.
    fn before(&self, snippet: &Snippet) -> (Vec<Span>, Vec<Span>) {
        let of = |words: &str| vec![Span::text(words)];
        match self.issue_of(snippet) {
            Some((issue, page)) => {
                let opened = self.sources.date(issue.created_at);
                let situation = vec![page.clone(), Span::text(format!(" open since {opened}"))];
                let task = vec![page, Span::text(format!(" “{}”", issue.title))];
                (situation, task)
            }
            None => (
                of("no issue that it closes is in the record"),
                of("in no goal and no issue"),
            ),
        }
    }
}
