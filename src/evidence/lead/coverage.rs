//! Whose evidence there is, and whose there is none yet: so that a bias of the record shows.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Serialize;

use super::LeadSources;
use super::names::Names;
use crate::domain::{Bucket, Granularity, PersonId, Window};
use crate::evidence::blocks::paragraph;
use crate::evidence::{Kind, Pack, Polarity, Snippet};
use crate::report::document::{Block, Span};
use crate::report::table::{Column, Table, TableCell};

pub(super) const INTRO: &str = "What the record on GitHub holds of whom. Little evidence says that the record is thin, never that the \
                                work was: pairing, design, mentoring and support leave nothing there. Ask, and write it down by hand.";

/// What a lead can give somebody a chance at.
const OPPORTUNITIES: [Kind; 10] = [
    Kind::DecisionRecord,
    Kind::Postmortem,
    Kind::Runbook,
    Kind::Migration,
    Kind::Paired,
    Kind::Released,
    Kind::FirstReview,
    Kind::FirstChange,
    Kind::Coordinated,
    Kind::Incident,
];

/// One person's evidence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CoverageLine {
    /// Name.
    pub name: String,
    /// Moments found.
    pub moments: u64,
    /// Moments that may count as wins.
    pub wins: u64,
    /// Moments that may count as challenges.
    pub challenges: u64,
    /// Moments by kind, in the order of the evidence document.
    pub kinds: BTreeMap<&'static str, u64>,
    /// By month, `2026-03`: `win`, `challenge`, `both`, `context` or `none`.
    pub months: BTreeMap<String, &'static str>,
    /// The day of the latest one.
    pub latest_on: Option<String>,
}

/// Everybody on the team, by name: also those without any.
pub(super) fn coverage(sources: &LeadSources<'_>, names: &Names<'_>) -> Vec<CoverageLine> {
    let months = months(sources);
    let zone = &sources.question.zone;
    let pack = |person: PersonId| sources.packs.iter().find(|pack| pack.person == person);
    let line = |pack: &Pack| {
        let snippets = pack.snippets.as_slice();
        let held = held(snippets, zone);
        let n = |claim: &dyn Fn(&Snippet) -> bool| {
            u64::try_from(snippets.iter().filter(|snippet| claim(snippet)).count())
                .unwrap_or(u64::MAX)
        };
        CoverageLine {
            name: names.name(pack.person),
            moments: n(&|_| true),
            wins: n(&|snippet| snippet.polarity == Polarity::Win),
            challenges: n(&|snippet| snippet.polarity == Polarity::Challenge),
            kinds: Kind::ALL
                .map(|kind| (kind.title(), n(&|snippet| snippet.kind == kind)))
                .into(),
            months: months
                .iter()
                .map(|month| {
                    (
                        month.to_string(),
                        held.get(month).copied().unwrap_or("none"),
                    )
                })
                .collect(),
            latest_on: snippets
                .iter()
                .map(|snippet| snippet.on)
                .max()
                .map(|day| day.to_string()),
        }
    };
    names
        .team()
        .into_iter()
        .filter_map(pack)
        .map(line)
        .collect()
}

/// The months of the window.
fn months(sources: &LeadSources<'_>) -> Vec<Bucket> {
    let (window, as_of) = (sources.question.window, sources.question.as_of);
    let window = Window {
        since: window.since,
        until: window.until.min(as_of),
    };
    Bucket::spine(window, Granularity::Month, &sources.question.zone)
}

/// What the months hold of somebody: those that hold anything.
fn held(snippets: &[Snippet], zone: &TimeZone) -> BTreeMap<Bucket, &'static str> {
    let mut polarities: BTreeMap<Bucket, (bool, bool)> = BTreeMap::new();
    for snippet in snippets {
        for day in snippet.days(zone) {
            let month = Bucket::of_date(day, Granularity::Month);
            let (win, challenge) = polarities.entry(month).or_default();
            *win |= snippet.polarity == Polarity::Win;
            *challenge |= snippet.polarity == Polarity::Challenge;
        }
    }
    let word = |(win, challenge)| match (win, challenge) {
        (true, true) => "both",
        (true, false) => "win",
        (false, true) => "challenge",
        (false, false) => "context",
    };
    let months = polarities.into_iter();
    months.map(|(month, of)| (month, word(of))).collect()
}

/// One sign a month.
fn sign(held: &str) -> char {
    match held {
        "both" => '◆',
        "win" => '▲',
        "challenge" => '▽',
        "context" => '○',
        _ => '□',
    }
}

/// Writes the strips: no counts stand beside each other.
pub(super) fn blocks(lines: &[CoverageLine]) -> Vec<Block> {
    if lines.is_empty() {
        return vec![paragraph(
            "Nobody to tell of: the register declares no `[[member]]`, and nobody has evidence in the window.",
        )];
    }
    let span = lines.first().and_then(|line| {
        let (first, last) = (line.months.keys().next()?, line.months.keys().next_back()?);
        Some(format!("{first} to {last}"))
    });
    let mut columns = vec![
        Column::text("Person"),
        Column::text(&format!("Months, {}", span.unwrap_or_default())),
    ];
    columns.push(Column::text("Latest"));
    columns.push(Column::text("Nothing yet of"));
    let row = |line: &CoverageLine| {
        let mut cells = vec![TableCell::Text(line.name.clone())];
        let strip: String = line.months.values().map(|held| sign(held)).collect();
        cells.push(TableCell::Text(strip));
        cells.push(line.latest_on.clone().map_or_else(
            || TableCell::Missing(Some("none yet".to_owned())),
            TableCell::Text,
        ));
        let none = OPPORTUNITIES
            .iter()
            .map(|kind| kind.title())
            .filter(|title| line.kinds.get(title) == Some(&0));
        cells.push(TableCell::Text(none.collect::<Vec<_>>().join(", ")));
        cells
    };
    let mut blocks = vec![Block::Paragraph(vec![Span::text(
        "A sign a month: ▲ something done, ▽ something that waits or came back, ◆ both, ○ moments that are neither, □ \
         nothing in the record.",
    )])];
    blocks.push(Block::Table(Table {
        title: "Evidence of everybody, by name".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        n_omitted: 0,
    }));
    let without: Vec<&str> = lines
        .iter()
        .filter(|line| line.moments == 0)
        .map(|line| line.name.as_str())
        .collect();
    if !without.is_empty() {
        blocks.push(Block::Paragraph(vec![Span::text(format!(
            "No evidence yet: {}.",
            without.join(", ")
        ))]));
    }
    blocks.push(Block::Paragraph(vec![
        Span::text("The moments themselves, with dates and pages: "),
        Span::Code("linchpin person <login>".to_owned()),
    ]));
    blocks
}
