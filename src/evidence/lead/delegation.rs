//! What was handed over, and what happened while somebody was away.

use super::columns::pictured;
use super::names::Names;
use super::{LeadSources, crossing};
use crate::domain::Bucket;
use crate::metrics::measure::{Measured, Scope};
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};
use crate::work::roster::RosterDelegation;

pub(super) const INTRO: &str = "For who hands over, falling involvement is the sign that it works. Every delegation stands for itself; \
                                none says anything of a person.";

pub(super) fn blocks(sources: &LeadSources<'_>, names: &Names<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    delegations(sources, names, &mut blocks);
    hand_overs(sources, names, &mut blocks);
    absences(sources, names, &mut blocks);
    blocks
}

fn heading(level: u8, text: impl Into<String>) -> Block {
    Block::Heading(level, vec![Span::text(text)])
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(vec![Span::text(text)])
}

/// Declared delegations: how the parts of both cross over, and the giver's by fortnight as a table.
fn delegations(sources: &LeadSources<'_>, names: &Names<'_>, blocks: &mut Vec<Block>) {
    blocks.push(heading(1, "Declared delegations"));
    let declared = &sources.question.roster.delegations;
    if declared.is_empty() {
        blocks.push(paragraph(
            "None is declared. An entry `[[delegation]]` of linchpin.private.toml with `what`, `from`, `to`, `start_on` and `paths` \
             makes its curve.",
        ));
    }
    for (number, one) in (1_usize..).zip(declared) {
        blocks.push(heading(2, one.what.clone()));
        let card = number
            .checked_sub(1)
            .and_then(|at| sources.delegations.get(at));
        blocks.extend(card.cloned().unwrap_or_default());
        for product in sources.products {
            let crossing = crossing::picture(sources, names, &product.name, one, number);
            if let Some(crossing) = crossing {
                blocks.extend(pictured(crossing, 2));
            }
            let curve = Curve::of(sources, &product.name, one);
            if curve.cells.is_empty() {
                continue;
            }
            blocks.push(Block::Details {
                summary: format!("Fortnight by fortnight: {}", product.name),
                blocks: vec![Block::Table(curve.table())],
            });
        }
    }
}

/// The figures of `delegation.involvement` for one delegation in one product, by fortnight.
struct Curve<'a> {
    product: &'a str,
    delegation: &'a RosterDelegation,
    /// In order.
    cells: Vec<(Bucket, &'a Measured)>,
}

impl<'a> Curve<'a> {
    fn of(
        sources: &'a LeadSources<'a>,
        product: &'a str,
        delegation: &'a RosterDelegation,
    ) -> Self {
        let measure = sources
            .measures
            .iter()
            .find(|measure| measure.definition.id == "delegation.involvement");
        let cells = measure.map_or([].as_slice(), |measure| measure.cells.as_slice());
        let is_it = |scope: &Scope| {
            scope.product == product
                && scope.area.as_deref() == Some(delegation.what.as_str())
                && scope.person == Some(delegation.giver)
        };
        let cells = cells.iter().filter(|cell| is_it(&cell.scope));
        Self {
            product,
            delegation,
            cells: cells
                .filter_map(|cell| Some((cell.bucket?, &cell.measured)))
                .collect(),
        }
    }

    fn table(&self) -> Table {
        let row = |(bucket, measured): &(Bucket, &Measured)| {
            let (n, share, ends) = match measured {
                Measured::Value { n, value, interval } => {
                    let ends = interval.map(|[low, high]| {
                        format!("{} – {}", quantity::percent(low), quantity::percent(high))
                    });
                    let share = quantity::headline_number(value).map(quantity::percent);
                    (*n, TableCell::number(share), TableCell::number(ends))
                }
                Measured::TooFew { n } => {
                    let few =
                        || TableCell::Missing(Some("too few acts to take a share of".to_owned()));
                    (*n, few(), few())
                }
                Measured::NotObserved { .. }
                | Measured::NotApplicable { .. }
                | Measured::Withheld { .. } => return None,
            };
            let when = if bucket.first_day() < self.delegation.start_on {
                "before"
            } else {
                "since"
            };
            Some(vec![
                TableCell::Text(bucket.first_day().to_string()),
                TableCell::Text(when.to_owned()),
                share,
                ends,
                TableCell::Number(quantity::count(n)),
            ])
        };
        Table {
            title: format!(
                "Involvement of who hands over, {}: {}",
                self.product, self.delegation.what
            ),
            columns: vec![
                Column::text("From"),
                Column::text("Against the start"),
                Column::number("Share"),
                Column::number("80 % interval"),
                Column::number("n"),
            ],
            rows: self.cells.iter().filter_map(row).collect(),
            n_omitted: 0,
        }
    }
}

/// Hand-overs that the history shows, declared or not: who gave and who received.
fn hand_overs(sources: &LeadSources<'_>, names: &Names<'_>, blocks: &mut Vec<Block>) {
    blocks.push(heading(1, "Hand-overs found in the history"));
    let mut found = Vec::new();
    for product in sources.products {
        found.extend(product.handovers.iter().map(|one| {
            let mut line = vec![
                Span::Strong(format!("{}, {}", product.name, one.area)),
                Span::text(format!(
                    ": from {} to {}, between {} and {}; ",
                    names.titled(one.giver),
                    names.titled(one.receiver),
                    one.from,
                    one.to
                )),
            ];
            // As they came to pass, whatever the order in which one would expect them.
            let mut stages = one.stages.clone();
            stages.sort_by_key(|(stage, at, _)| (*at, *stage));
            if stages.is_empty() {
                line.push(Span::text("no review shows its stages"));
            }
            for (place, (stage, at, key)) in stages.iter().enumerate() {
                let comma = if place > 0 { ", " } else { "" };
                let words = format!("{comma}{} from {} (", stage.words(), names.date(*at));
                line.push(Span::text(words));
                let name = sources.repositories.get(&key.0);
                let text = format!("{}{}", name.map_or("", |name| name.name()), key.1);
                line.push(match product.pages.get(key) {
                    Some(url) => Span::link(text, url),
                    None => Span::text(text),
                });
                line.push(Span::text(")"));
            }
            line.push(Span::text("."));
            line
        }));
    }
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
