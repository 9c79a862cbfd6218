//! `draft/self-review.md`: goals with their results, accomplishments, what to work on, goals to come, conclusion.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::action::action;
use super::competency::on_level;
use super::expected::Found;
use super::{Review, blank, heading, id_of, labelled, n_of, part, plain};
use crate::domain::Bucket;
use crate::evidence::blocks::{coded, paragraph};
use crate::evidence::goals;
use crate::evidence::pack::dated;
use crate::evidence::sampling::spread;
use crate::evidence::snippet::{Kind, Snippet};
use crate::evidence::work::{Part, Piece};
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::roster::RosterGoal;

/// So many pieces of work stand in the open, and so many have a part of their own.
const OPEN: usize = 5;
const PARTS: usize = 12;
/// So many goals stand in the open.
const GOALS: usize = 6;
/// So many moments outside of initiatives are told, and so many to work on.
const MOMENTS: usize = 6;

pub(super) fn document(review: &Review<'_>) -> Document {
    let mut blocks = vec![
        paragraph(
            "This draft is yours: write wherever you like, and it stays. linchpin goes on writing between two of its own lines, for as \
             long as nobody edits what stands there. What the work meant, and for whom, is yours to say.",
        ),
        review.window(),
    ];
    of_goals(review, &mut blocks);
    accomplishments(review, &mut blocks);
    improvement(review, &mut blocks);
    aspirations(review, &mut blocks);
    blocks.push(part("conclusion", vec![heading(1, "Conclusion")]));
    blocks.push(blank("In three sentences"));
    Document {
        title: format!("Self-review: {}", review.face.words()),
        subtitle: Vec::new(),
        blocks,
    }
}

/// The goals of the window, each a part, with the initiatives that serve it.
fn of_goals(review: &Review<'_>, blocks: &mut Vec<Block>) {
    let record = review.record;
    let zone = &review.sources.past.question.zone;
    let seen = review.sources.seen();
    let is_inside = |goal: &RosterGoal| {
        let starts = Bucket::start_of(goal.goal.set_on, zone);
        let ends = goal.goal.due_on.and_then(|day| day.tomorrow().ok());
        let ends = ends.map(|day| Bucket::start_of(day, zone));
        starts < seen.until && ends.is_none_or(|ends| ends > seen.since)
    };
    let all = record.goals_of(review.pack.person);
    let goals: Vec<_> = all.filter(|(goal, _)| is_inside(goal)).collect();
    let mut intro = vec![heading(1, "Review of goals")];
    if goals.is_empty() {
        intro.push(paragraph(
            "No goal of these days is in the register: an entry `[[goal]]` with `title`, `set_on` and `measure` is told here with what \
             came of it.",
        ));
    }
    blocks.push(part("goals", intro));
    for (at, (goal, outcome)) in goals.into_iter().enumerate() {
        let mut inside = goals::blocks(review.sources, goal, outcome);
        let serving: Vec<Vec<Span>> = review
            .pieces
            .iter()
            .filter(|piece| {
                let served = record.goal_for(piece, review.pack.person);
                served.is_some_and(|served| std::ptr::eq(served, goal))
            })
            .map(|piece| {
                let title = &piece.initiative.title;
                let span = record.span(piece.story);
                let words = format!("“{title}”, {span}, {} ", piece.part.word());
                let line = vec![Span::text(words), Span::Code(piece.initiative.id.clone())];
                labelled("Served by", line)
            })
            .collect();
        if !serving.is_empty() {
            inside.push(Block::Bullets(serving));
        }
        let named = format!(
            "{} {} {}",
            goal.goal.title,
            goal.goal.set_on,
            goal.goal.login.as_deref().unwrap_or_default()
        );
        if at >= GOALS {
            inside = vec![Block::Details {
                summary: goals::heading(review.sources, goal),
                blocks: inside.into_iter().skip(1).collect(),
            }];
        }
        blocks.push(part(id_of("goal", &named), inside));
        blocks.push(blank("What I make of it"));
    }
}

/// Situation, task, action and result of each piece of work, and the moments outside of them.
fn accomplishments(review: &Review<'_>, blocks: &mut Vec<Block>) {
    let mut pieces: Vec<&Piece<'_>> = review.pieces.iter().collect();
    // What the register says the person led comes first, then the largest.
    let leads = |piece: &Piece<'_>| piece.part != Part::Implemented;
    pieces.sort_by_key(|piece| (!leads(piece), Reverse(review.weight(piece)), piece.at));
    let open: BTreeSet<usize> = pieces.iter().take(OPEN).map(|piece| piece.at).collect();
    let rest = pieces.split_off(pieces.len().min(PARTS));
    pieces.sort_by_key(|piece| piece.at);
    let n = pieces.len() + rest.len();
    let mut intro = vec![heading(1, "Accomplishments")];
    let words = if n == 0 {
        review.record.unread().map_or_else(
            || "No initiative of the window names this person or has work of theirs.".to_owned(),
            |because| format!("Initiatives are not observed: {because}."),
        )
    } else if open.len() < n {
        format!(
            "Initiatives with a part of this person: {n}; {} in the open, those led first and then the largest.",
            open.len()
        )
    } else {
        format!("Initiatives with a part of this person: {n}.")
    };
    intro.push(paragraph(&words));
    blocks.push(part("accomplishments", intro));
    for piece in pieces {
        let (title, span) = (&piece.initiative.title, review.record.span(piece.story));
        let id = piece.initiative.id.clone();
        let star = Block::Bullets(star(review, piece));
        if open.contains(&piece.at) {
            let named = vec![
                Span::text(format!("{title} · {span} ")),
                Span::Code(id.clone()),
            ];
            blocks.push(part(id, vec![Block::Heading(2, named), star]));
            blocks.push(blank("Impact"));
        } else {
            let folded = Block::Details {
                summary: format!("{title} · {span} · {id}"),
                blocks: vec![star],
            };
            blocks.push(part(id, vec![folded]));
        }
    }
    let mut last = Vec::new();
    if !rest.is_empty() {
        let line = |piece: &&Piece<'_>| super::action::piece_line(review, piece);
        last.push(Block::Details {
            summary: format!("Further initiatives ({})", rest.len()),
            blocks: vec![Block::Bullets(rest.iter().map(line).collect())],
        });
    }
    last.extend(moments(review));
    blocks.push(part("moments", last));
    blocks.push(blank("What GitHub did not see"));
}

/// The four lines of a piece of work, and what speaks against it.
fn star(review: &Review<'_>, piece: &Piece<'_>) -> Vec<Vec<Span>> {
    let (record, person) = (review.record, review.pack.person);
    let mut lines = vec![
        labelled("Situation", record.situation(piece, review.index)),
        labelled("Task", record.task(piece, person)),
    ];
    for line in action(review, piece, None).lines {
        lines.push(labelled("Action", line));
    }
    for words in record.result(piece, person) {
        lines.push(labelled("Result", coded(&words)));
    }
    lines.extend(record.speaks_against(piece));
    lines
}

/// Wins that no initiative tells; reviews stand in the pack by the fortnight.
fn moments(review: &Review<'_>) -> Vec<Block> {
    let told: BTreeSet<usize> = review.pieces.iter().map(|piece| piece.at).collect();
    let is_apart = |snippet: &&Snippet| {
        let at = review.filing.initiative_of(snippet);
        snippet.speaks_for()
            && snippet.kind != Kind::Reviewed
            && at.is_none_or(|at| !told.contains(&at))
    };
    let all: Vec<&Snippet> = review.pack.snippets.iter().filter(is_apart).collect();
    bullets(review, "Moments outside of initiatives", 2, all)
}

/// A heading with how many there are, and the sentences with their ids.
fn bullets(review: &Review<'_>, title: &str, level: u8, all: Vec<&Snippet>) -> Vec<Block> {
    let n = all.len();
    if n == 0 {
        return vec![
            heading(level, title),
            plain(format!("{}.", super::none(review.sources))),
        ];
    }
    let shown = spread(all, MOMENTS);
    let named = format!("{title} ({})", n_of(shown.len(), n));
    let line = |snippet: &&Snippet| {
        let mut line = dated(snippet);
        line.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
        line
    };
    vec![
        heading(level, named),
        Block::Bullets(shown.iter().map(line).collect()),
    ]
}

/// What waits, came back or was taken back; strengths and growth are the person's to fill in.
fn improvement(review: &Review<'_>, blocks: &mut Vec<Block>) {
    let against = review.pack.snippets.iter();
    let against: Vec<&Snippet> = against.filter(|one| one.speaks_against()).collect();
    blocks.push(part(
        "improvement",
        bullets(review, "Areas for improvement", 1, against),
    ));
    let cell = || TableCell::Text("[yours to write]".to_owned());
    let columns = [
        "Strength",
        "Where it shows",
        "Growth area",
        "How the one serves the other",
    ];
    blocks.push(Block::Table(Table {
        title: "Strengths and growth".to_owned(),
        columns: columns.map(Column::text).into(),
        rows: (0..3).map(|_| (0..4).map(|_| cell()).collect()).collect(),
        n_omitted: 0,
    }));
}

/// Goals that are not due yet, and what of the next level the record does not show.
fn aspirations(review: &Review<'_>, blocks: &mut Vec<Block>) {
    let mut inside = vec![heading(1, "Goals and aspirations")];
    let today = review.sources.last_day();
    let goals = review.record.goals_of(review.pack.person);
    let open = goals.filter(|(goal, _)| goal.goal.due_on.is_some_and(|day| day > today));
    let open: Vec<Vec<Span>> = open
        .map(|(goal, _)| {
            let words = goals::heading(review.sources, goal);
            labelled("Set already", vec![Span::text(words)])
        })
        .collect();
    if !open.is_empty() {
        inside.push(Block::Bullets(open));
    }
    inside.push(match review.level {
        None => paragraph(
            "No level of this person is in the register: an entry `[[level]]` and expectations of it give `draft/competency.md`.",
        ),
        Some(level) => Block::Paragraph(next_level(review, level.next.as_deref())),
    });
    blocks.push(part("aspirations", inside));
    for at in 1..=2 {
        blocks.push(blank(format!("Goal {at}")));
        blocks.push(blank("Target"));
    }
}

fn next_level(review: &Review<'_>, next: Option<&str>) -> Vec<Span> {
    let page = Span::Code("draft/competency.md".to_owned());
    let Some(next) = next else {
        let words = "No level follows in the register. What is expected on this one, with links: ";
        return vec![Span::text(words), page, Span::text(".")];
    };
    let mut open: Vec<&str> = Vec::new();
    for one in on_level(review, next) {
        let name = one.competency.as_str();
        if !open.contains(&name) && Found::of(review, one).is_empty() {
            open.push(name);
        }
    }
    let words = if open.is_empty() {
        "every expectation of it has a link".to_owned()
    } else {
        let quoted: Vec<String> = open.iter().map(|name| format!("“{name}”")).collect();
        format!(
            "without evidence in what was read are {}",
            quoted.join(", ")
        )
    };
    let words = format!("Next level “{next}”: {words}. The links are in ");
    vec![Span::text(words), page, Span::text(".")]
}
