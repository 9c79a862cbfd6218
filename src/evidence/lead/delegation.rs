//! What was handed over, and what happened while somebody was away.

use jiff::civil::Date;

use super::LeadSources;
use super::names::Names;
use crate::metrics::measure::{Fate, Measured};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

pub(super) const INTRO: &str = "For who hands over, falling involvement is the sign that it works. Every delegation stands for itself; \
                                none says anything about a person.";

pub(super) fn blocks(sources: &LeadSources<'_>, names: &Names<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    delegations(sources, names, &mut blocks);
    hand_overs(sources, &mut blocks);
    absences(sources, names, &mut blocks);
    blocks
}

fn heading(level: u8, text: impl Into<String>) -> Block {
    Block::Heading(level, vec![Span::text(text)])
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(vec![Span::text(text)])
}

/// Declared delegations: the giver's share of the reviews that both gave in scope, by quarter of the review.
fn delegations(sources: &LeadSources<'_>, names: &Names<'_>, blocks: &mut Vec<Block>) {
    blocks.push(heading(1, "Declared delegations"));
    let declared = &sources.lens.roster.delegations;
    if declared.is_empty() {
        blocks.push(paragraph(
            "None is declared. An entry `[[delegation]]` of linchpin.private.toml with `what`, `from`, `to`, `start_on` and `paths` \
             makes its curve.",
        ));
    }
    for one in declared {
        let (giver, receiver) = (names.titled(one.giver), names.titled(one.receiver));
        blocks.push(heading(2, one.what.clone()));
        let due = one
            .due_on
            .map_or_else(String::new, |day| format!(", due on {day}"));
        blocks.push(paragraph(format!(
            "From {giver} to {receiver}, from {} on{due}.",
            one.start_on
        )));
        if let Some(table) = involvement(sources, &one.what, one.start_on) {
            blocks.push(Block::Table(table));
        }
    }
}

/// The figures of `delegation.involvement` for one delegation, where it is measured.
fn involvement(sources: &LeadSources<'_>, what: &str, start_on: Date) -> Option<Table> {
    let measure = sources
        .measures
        .iter()
        .find(|measure| measure.definition.id == "delegation.involvement")?;
    let mut rows = Vec::new();
    for cell in &measure.cells {
        let is_it = cell.scope.area.as_deref() == Some(what);
        let Some(bucket) = cell.bucket.filter(|_| is_it) else {
            continue;
        };
        let (n, share, ends) = match &cell.measured {
            Measured::Value { n, value, interval } => {
                let ends = interval.map(|[low, high]| {
                    format!("{} – {}", quantity::percent(low), quantity::percent(high))
                });
                let share = quantity::headline_number(value).map(quantity::percent);
                (*n, TableCell::number(share), TableCell::number(ends))
            }
            Measured::TooFew { n } => {
                let few = || TableCell::Missing(Some("too few acts to take a share of".to_owned()));
                (*n, few(), few())
            }
            Measured::NotObserved { .. } | Measured::NotApplicable { .. } => continue,
        };
        let when = if bucket.first_day() < start_on {
            "before"
        } else {
            "since"
        };
        rows.push(vec![
            TableCell::Text(bucket.first_day().to_string()),
            TableCell::Text(when.to_owned()),
            share,
            ends,
            TableCell::Number(quantity::count(n)),
        ]);
    }
    (!rows.is_empty()).then(|| Table {
        title: format!("Involvement of who hands over: {what}"),
        columns: vec![
            Column::text("From"),
            Column::text("Against the start"),
            Column::number("Share"),
            Column::number("80 % interval"),
            Column::number("n"),
        ],
        rows,
        n_omitted: 0,
    })
}

/// Hand-overs that the history shows, declared or not.
fn hand_overs(sources: &LeadSources<'_>, blocks: &mut Vec<Block>) {
    blocks.push(heading(1, "Hand-overs found in the history"));
    let measure = sources
        .measures
        .iter()
        .find(|measure| measure.definition.id == "ownership.handover");
    let rows = measure.map(|measure| measure.rows.as_slice());
    let found: Vec<Vec<Span>> = rows
        .unwrap_or_default()
        .iter()
        .filter(|row| row.fate == Fate::Included && row.value == Some(1.0))
        .map(|row| {
            vec![Span::text(format!(
                "{}: {} moved from one person to another ({})",
                row.product,
                row.areas.join(", "),
                row.subject
            ))]
        })
        .collect();
    if found.is_empty() {
        blocks.push(paragraph(
            "None: no area's changes moved from one person to another over two consecutive quarters and stayed.",
        ));
        return;
    }
    blocks.push(Block::Bullets(found));
    blocks.push(Block::Paragraph(vec![
        Span::text("Every area, with its shares by quarter: "),
        Span::Code("linchpin explain ownership.handover".to_owned()),
    ]));
}

/// Absence cards, one heading deeper than they stand alone.
fn absences(sources: &LeadSources<'_>, names: &Names<'_>, blocks: &mut Vec<Block>) {
    blocks.push(heading(1, "Absences"));
    if sources.absences.is_empty() {
        blocks.push(paragraph(
            "No absence of at least ten working days is declared inside the window.",
        ));
    }
    for (person, card) in sources.absences {
        blocks.push(heading(2, names.titled(*person)));
        // What the lead writes belongs on the person's own card, and ends it.
        let is_for_people = |block: &Block| matches!(block, Block::Blank { .. });
        let kept = card
            .blocks
            .iter()
            .position(is_for_people)
            .map_or(card.blocks.len(), |blank| blank.saturating_sub(1));
        let deeper = card.blocks.iter().take(kept).map(|block| match block {
            Block::Heading(level, words) => Block::Heading(level.saturating_add(2), words.clone()),
            other => other.clone(),
        });
        blocks.push(Block::Details {
            summary: format!("Absence card: {}", names.name(*person)),
            blocks: deeper.collect(),
        });
    }
}
