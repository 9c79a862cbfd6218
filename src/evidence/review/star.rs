//! `draft/star.md`: situation, task, action and result by dimension; whether it went as it was meant to is the person's to say.

use std::collections::BTreeSet;

use super::action::action;
use super::{Review, blank, heading, is_of_several, part};
use crate::evidence::blocks::{coded, paragraph};
use crate::evidence::pack::dated;
use crate::evidence::sampling::spread;
use crate::evidence::snippet::{Dimension, Kind, Snippet};
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
        paragraph(
            "This draft is yours: a row for each piece of work that stands for a dimension. ✅ or ⚠️ and the next step are below each table, \
             where whatever you write stays.",
        ),
        review.window(),
    ];
    let mut told = Told::default();
    for dimension in Dimension::ALL {
        let rows = rows(review, dimension, &mut told);
        let mut inside = vec![heading(1, sentence_case(dimension.words()))];
        if rows.is_empty() {
            let snippets = &review.pack.snippets;
            let has_one = snippets.iter().any(|one| stands(one, dimension));
            inside.push(paragraph(if has_one {
                "Its moments stand in the rows above: each act is told once."
            } else {
                "No moment of it is in what was read."
            }));
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

/// What stands in a row already.
#[derive(Default)]
struct Told<'a> {
    /// Places of pieces of work, once for each row.
    pieces: Vec<usize>,
    /// Ids of moments, and the pages that they are of.
    acts: BTreeSet<&'a str>,
}

impl<'a> Told<'a> {
    fn has(&self, snippet: &Snippet) -> bool {
        acts(snippet).any(|act| self.acts.contains(act))
    }

    fn note(&mut self, snippet: &'a Snippet) {
        self.acts.extend(acts(snippet));
    }
}

/// What a moment is known by: its id, and its page where it is of one.
fn acts(snippet: &Snippet) -> impl Iterator<Item = &str> {
    let page = snippet.act.first_link();
    let page = page.filter(|_| !snippet.kind.is_of_a_stretch());
    std::iter::once(snippet.id.as_str()).chain(page.map(|page| page.url.as_str()))
}

/// Whether a moment stands for a dimension.
fn stands(snippet: &Snippet, dimension: Dimension) -> bool {
    snippet.dimensions.contains(&dimension) && snippet.speaks_for()
}

/// The rows of a dimension: the pieces of work that stand for it, those first that stand for no other yet, then the largest; else
/// moments of their own. No act stands in two rows.
fn rows<'a>(review: &Review<'a>, dimension: Dimension, told: &mut Told<'a>) -> Vec<Vec<TableCell>> {
    let mut pieces: Vec<&Piece<'_>> = review
        .pieces
        .iter()
        .filter(|piece| {
            let is_lead =
                piece.part != Part::Implemented && dimension == Dimension::OwnershipAndInitiative;
            let mut moments = review.moments_of(piece).iter();
            is_lead || moments.any(|one| stands(one, dimension) && !told.has(one))
        })
        .collect();
    pieces.sort_by_key(|piece| {
        let n_told = told.pieces.iter().filter(|at| **at == piece.at).count();
        (n_told, std::cmp::Reverse(review.weight(piece)), piece.at)
    });
    pieces.truncate(ROWS);
    pieces.sort_by_key(|piece| piece.at);
    told.pieces.extend(pieces.iter().map(|piece| piece.at));
    let mut rows = Vec::new();
    for piece in pieces {
        rows.push(of_piece(review, piece, dimension, told));
    }
    let mut pages: BTreeSet<&str> = BTreeSet::new();
    let alone = review.pack.snippets.iter().filter(|snippet| {
        let is_alone = review.filing.initiative_of(snippet).is_none();
        is_alone && stands(snippet, dimension) && !told.has(snippet)
    });
    // Two moments of one page are one act.
    let alone = alone.filter(|snippet| {
        let one: &'a Snippet = snippet;
        let is_new = acts(one).all(|act| !pages.contains(act));
        pages.extend(acts(one));
        is_new
    });
    let alone = spread(alone.collect(), ROWS.saturating_sub(rows.len()));
    for one in alone {
        told.note(one);
        rows.push(of_moment(review, one, dimension));
    }
    rows
}

fn lines(lines: Vec<Vec<Span>>) -> TableCell {
    TableCell::Lines(lines)
}

fn own() -> TableCell {
    TableCell::Text("✅ / ⚠️: yours, below".to_owned())
}

fn of_piece<'a>(
    review: &Review<'a>,
    piece: &Piece<'_>,
    dimension: Dimension,
    told: &mut Told<'a>,
) -> Vec<TableCell> {
    let is_asked = |one: &Snippet| one.dimensions.contains(&dimension) && !told.has(one);
    let action = action(review, piece, Some(&is_asked));
    for snippet in action.named.iter().copied() {
        told.note(snippet);
    }
    let record = review.record;
    let person = review.pack.person;
    let result = record.result(piece, person).into_iter();
    let mut result: Vec<Vec<Span>> = result.map(|words| coded(&words)).collect();
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
        lines(action.lines),
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
    /// What was open before a moment outside of every initiative, and what it was about: the issue that it is of, that its change closes
    /// or writes up.
    fn before(&self, snippet: &Snippet) -> (Vec<Span>, Vec<Span>) {
        let of = |words: &str| vec![Span::text(words)];
        match self.issue_of(snippet) {
            Some((issue, page)) => {
                let opened = self.sources.date(issue.created_at);
                let situation = vec![page.clone(), Span::text(format!(" open since {opened}"))];
                let task = vec![page, Span::text(format!(" “{}”", issue.title))];
                (situation, task)
            }
            None => match (without_issue(snippet), self.issues_unread(snippet)) {
                (Standing::OfItself(words) | Standing::NoIssue(words), None) => {
                    (of(words), of("in no goal and no issue"))
                }
                (Standing::OfItself(words), Some(_)) => (of(words), of(UNREAD)),
                (Standing::NoIssue(_), Some(because)) => {
                    let situation = coded(&format!("issues were not read: {because}"));
                    (situation, of(UNREAD))
                }
            },
        }
    }
}

/// The task of what may be about an issue that was not read.
const UNREAD: &str = "in no goal; issues were not read";

/// What stands in the place of what was open before, where no issue is known.
enum Standing {
    /// The action says so itself.
    OfItself(&'static str),
    /// None is known: nobody can say so where issues were not read.
    NoIssue(&'static str),
}

const fn without_issue(snippet: &Snippet) -> Standing {
    match snippet.kind {
        Kind::Unblocked => Standing::OfItself("the standstill that the action tells of"),
        _ if is_of_several(snippet) => {
            Standing::OfItself("more changes than one: no issue stands before all of them")
        }
        kind if kind.is_change() => Standing::NoIssue("no issue that it closes is in the record"),
        _ => Standing::NoIssue("no issue is tied to it in the record"),
    }
}
