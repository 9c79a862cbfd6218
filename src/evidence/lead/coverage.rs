//! Whose evidence there is, and whose there is none yet: so that a bias of the record shows.

use std::collections::BTreeMap;

use serde::Serialize;

use super::LeadSources;
use super::names::Names;
use crate::domain::PersonId;
use crate::evidence::{Kind, Pack, Polarity};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

pub(super) const INTRO: &str = "What the record on GitHub holds about whom. Little evidence says that the record is thin, never that the \
                                work was: pairing, design, mentoring and support leave nothing there. Ask, and write it down by hand.";

/// One person's evidence.
#[derive(Debug, Clone, Serialize)]
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
    /// The day of the latest one.
    pub latest_on: Option<String>,
}

/// Everybody on the team, by name: also those without any.
pub(super) fn coverage(sources: &LeadSources<'_>, names: &Names<'_>) -> Vec<CoverageLine> {
    let pack = |person: PersonId| sources.packs.iter().find(|pack| pack.person == person);
    let line = |person: PersonId| {
        let snippets = pack(person).map_or(&[][..], |pack: &Pack| pack.snippets.as_slice());
        let n = |claim: &dyn Fn(&crate::evidence::Snippet) -> bool| {
            u64::try_from(snippets.iter().filter(|snippet| claim(snippet)).count())
                .unwrap_or(u64::MAX)
        };
        CoverageLine {
            name: names.name(person),
            moments: n(&|_| true),
            wins: n(&|snippet| snippet.polarity == Polarity::Win),
            challenges: n(&|snippet| snippet.polarity == Polarity::Challenge),
            kinds: Kind::ALL
                .map(|kind| (kind.title(), n(&|snippet| snippet.kind == kind)))
                .into(),
            latest_on: snippets
                .iter()
                .map(|snippet| snippet.on)
                .max()
                .map(|day| day.to_string()),
        }
    };
    names.team().into_iter().map(line).collect()
}

/// Writes the table.
pub(super) fn blocks(lines: &[CoverageLine]) -> Vec<Block> {
    let mut columns = vec![
        Column::text("Person"),
        Column::number("Moments"),
        Column::number("Wins"),
        Column::number("Challenges"),
    ];
    columns.push(Column::text("Latest"));
    columns.push(Column::text("Nothing yet of"));
    let row = |line: &CoverageLine| {
        let mut cells = vec![TableCell::Text(line.name.clone())];
        let counts = [line.moments, line.wins, line.challenges];
        cells.extend(counts.map(|n| TableCell::Number(quantity::count(n))));
        cells.push(line.latest_on.clone().map_or_else(
            || TableCell::Missing(Some("none yet".to_owned())),
            TableCell::Text,
        ));
        let none = Kind::ALL
            .iter()
            .map(|kind| kind.title())
            .filter(|title| line.kinds.get(title) == Some(&0));
        cells.push(TableCell::Text(none.collect::<Vec<_>>().join(", ")));
        cells
    };
    let mut blocks = vec![Block::Table(Table {
        title: "Evidence of everybody, by name".to_owned(),
        columns,
        rows: lines.iter().map(row).collect(),
        n_omitted: 0,
    })];
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
