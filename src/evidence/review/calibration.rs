//! `draft/calibration.md`: one page a person, in the same form for everybody, so that people can talk about one and the same record.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::competency::{level_line, on_level};
use super::expected::Found;
use super::{Review, blank, heading, n_of, part, plain, scope};
use crate::domain::{Bucket, Granularity, Stream};
use crate::evidence::blocks::paragraph;
use crate::evidence::goals;
use crate::evidence::pack::{UNSEEN, dated};
use crate::evidence::sampling::spread;
use crate::evidence::snippet::Snippet;
use crate::report::document::{Block, Document, Span};
use crate::report::table::{Column, Table, TableCell};

/// So many links a cell, the largest of all among them.
const STRONGEST: usize = 3;
/// So many moments speak against.
const AGAINST: usize = 4;
/// So many goals stand in the open, and so many names in a list.
const LISTED: usize = 6;

pub(super) fn document(review: &Review<'_>) -> Document {
    let blocks = vec![
        paragraph(
            "One page, in the same form for everybody. It holds what the record shows and what it does not; nobody is set beside anybody. \
             Ratings are for people to give, with their reasons.",
        ),
        review.window(),
        part("level", vec![heading(1, "Level"), level(review)]),
        part("expectations", expectations(review)),
        part("goals", goals(review)),
        part("against", against(review)),
        part(
            "scope",
            vec![heading(1, "Scope"), Block::Paragraph(scope::line(review))],
        ),
        part("record", record(review)),
        heading(1, "For the talk"),
        blank("Rating, and why"),
        blank("What the record misses"),
        blank("What was decided, by whom, on which day"),
    ];
    Document {
        title: format!("Calibration: {}", review.face.words()),
        subtitle: Vec::new(),
        blocks,
    }
}

fn level(review: &Review<'_>) -> Block {
    review.level.map_or_else(
        || paragraph("No level of this person is in the register."),
        |level| Block::Paragraph(level_line(level)),
    )
}

fn expectations(review: &Review<'_>) -> Vec<Block> {
    let mut blocks = vec![heading(1, "Expectations")];
    let Some(level) = review.level else {
        blocks.push(paragraph(
            "Without a level there is no expectation to hold against the record.",
        ));
        return blocks;
    };
    let row = |one| {
        let found = Found::of(review, one);
        vec![
            TableCell::Lines(vec![
                vec![Span::Strong(one.competency.clone())],
                vec![Span::text(format!("“{}”", one.text))],
            ]),
            TableCell::Lines(found.evidence(review, STRONGEST)),
            TableCell::Lines(found.counter_evidence(review, STRONGEST)),
        ]
    };
    blocks.push(Block::Table(Table {
        title: format!("Expected on the level “{}”", level.level),
        columns: ["Expected", "Evidence", "Against"].map(Column::text).into(),
        rows: on_level(review, &level.level).map(row).collect(),
        n_omitted: 0,
    }));
    blocks
}

fn goals(review: &Review<'_>) -> Vec<Block> {
    let mut blocks = vec![heading(1, "Goals with their results")];
    let mut lines: Vec<Vec<Span>> = Vec::new();
    for (goal, outcome) in review.record.goals_of(review.pack.person) {
        let named = goals::heading(review.sources, goal);
        for result in &outcome.0 {
            lines.push(vec![
                Span::Strong(named.clone()),
                Span::text(format!(": {result}")),
            ]);
        }
    }
    if lines.is_empty() {
        blocks.push(paragraph("No goal is in the register."));
        return blocks;
    }
    let rest = lines.split_off(lines.len().min(LISTED));
    blocks.push(Block::Bullets(lines));
    if !rest.is_empty() {
        blocks.push(Block::Details {
            summary: format!("Further results ({})", rest.len()),
            blocks: vec![Block::Bullets(rest)],
        });
    }
    blocks
}

fn against(review: &Review<'_>) -> Vec<Block> {
    let all = review.pack.snippets.iter();
    let all: Vec<&Snippet> = all.filter(|one| one.speaks_against()).collect();
    let n = all.len();
    if n == 0 {
        let none = format!("{}.", super::none(review.sources));
        return vec![heading(1, "Against"), plain(none)];
    }
    let shown = spread(all, AGAINST);
    let line = |snippet: &&Snippet| {
        let mut line = dated(snippet);
        line.extend([Span::text(" "), Span::Code(snippet.id.clone())]);
        line
    };
    vec![
        heading(1, format!("Against ({})", n_of(shown.len(), n))),
        Block::Bullets(shown.iter().map(line).collect()),
    ]
}

/// How thin the record is, what it cannot see, and its digest.
fn record(review: &Review<'_>) -> Vec<Block> {
    let sources = review.sources;
    let person = review.pack.person;
    let mut lines = vec![vec![Span::text(weeks(review))]];
    if let Some(member) = member(review) {
        lines.push(vec![Span::text(member)]);
    }
    let first = sources.date(sources.seen().since);
    let since = review.level.and_then(|level| level.since);
    if let Some(since) = since.filter(|since| *since > first) {
        lines.push(vec![Span::text(format!(
            "On this level since {since}: what is older in this window is of the time before."
        ))]);
    }
    let absence = sources.absence_words(person, first, sources.last_day());
    lines.extend(absence.map(|words| vec![Span::text(words)]));
    lines.extend(unread(review).map(|words| vec![Span::text(words)]));
    let unseen = UNSEEN.iter().map(|words| vec![Span::text(*words)]);
    vec![
        heading(1, "What the record cannot see, and how thin it is"),
        Block::Bullets(lines),
        Block::Details {
            summary: "What no record on GitHub shows".to_owned(),
            blocks: vec![Block::Bullets(unseen.collect())],
        },
        Block::Paragraph(digest(review)),
    ]
}

/// `19 of 26 weeks have a moment of this person.`
fn weeks(review: &Review<'_>) -> String {
    let zone = &review.sources.past.question.zone;
    let spine = Bucket::spine(review.sources.seen(), Granularity::Week, zone);
    let mut held: BTreeSet<Bucket> = BTreeSet::new();
    for snippet in &review.pack.snippets {
        held.extend((snippet.days(zone)).map(|day| Bucket::of_date(day, Granularity::Week)));
    }
    // A week that has only begun is one where it has a moment.
    let last = review.sources.last_day();
    let is_lived = |week: &&Bucket| week.first_day() <= last || held.contains(*week);
    let weeks = spine.iter().filter(is_lived).count();
    let n = spine.iter().filter(|week| held.contains(week)).count();
    let n_moments = review.pack.snippets.len();
    let plural = if n_moments == 1 { "" } else { "s" };
    format!("{n} of {weeks} weeks have a moment of this person ({n_moments} moment{plural}).")
}

fn member(review: &Review<'_>) -> Option<String> {
    let mut members = review.sources.past.question.roster.members.iter();
    let member = members.find(|member| member.person == review.pack.person)?;
    let lead = if member.is_lead {
        ", leads the team"
    } else {
        ""
    };
    let left = member
        .left_on
        .map_or_else(String::new, |day| format!(" until {day}"));
    let joined = member.joined_on?;
    Some(format!(
        "On the team since {joined}{left} (register){lead}."
    ))
}

/// Repositories of which something was not read whole.
fn unread(review: &Review<'_>) -> Option<String> {
    let question = review.sources.past.question;
    let streams = [
        (Stream::History, "history"),
        (Stream::PullRequests, "pull requests"),
        (Stream::Issues, "issues"),
    ];
    let mut missing: Vec<String> = Vec::new();
    for row in &review.sources.past.tables.repositories {
        let is_read = |stream: Stream| {
            let mut lines = question.certificates.iter();
            lines.any(|line| {
                line.repository == row.repository && line.stream == stream && line.is_whole()
            })
        };
        let of = streams.iter().filter(|(stream, _)| !is_read(*stream));
        let of: Vec<&str> = of.map(|(_, word)| *word).collect();
        if !of.is_empty() {
            missing.push(format!("{} ({})", row.name, of.join(", ")));
        }
    }
    if missing.is_empty() {
        return None;
    }
    missing.sort();
    let n = missing.len();
    missing.truncate(LISTED);
    let more = if n > LISTED {
        format!(" and {} more", n - LISTED)
    } else {
        String::new()
    };
    let plural = if n == 1 { "repository" } else { "repositories" };
    Some(format!(
        "{n} {plural} not read whole: {}{more}.",
        missing.join(", ")
    ))
}

/// What two people hold who see the same digest: the ids, days and sentences of every line.
fn digest(review: &Review<'_>) -> Vec<Span> {
    let mut hasher = Sha256::new();
    for line in &review.pack.lines {
        hasher.update(format!("{} {} {}\n", line.id, line.on, line.act).as_bytes());
    }
    let n = review.pack.lines.len();
    let plural = if n == 1 { "" } else { "s" };
    let digest = hasher.finalize();
    let digits = digest.iter();
    let digits = digits.fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
    vec![
        Span::Strong("Digest of the evidence".to_owned()),
        Span::text(": "),
        Span::Code(digits),
        Span::text(format!(
            ", of {n} line{plural}: who sees the same holds the same. It is SHA-256 of what "
        )),
        Span::Code("jq -r '\"\\(.id) \\(.on) \\(.act)\"' evidence.jsonl".to_owned()),
        Span::text(" prints."),
    ]
}
