//! What the team has agreed with itself: kept, crossed, or accepted until a day.

use super::LeadSources;
use crate::metrics::agreements::{Agreement, Standing};
use crate::register::Accepted;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

pub(super) const INTRO: &str = "What the team has agreed with itself, held against the figures. A risk that is known may be accepted until \
                                a day: it is not told until then, and told again afterwards.";

pub(super) fn blocks(sources: &LeadSources<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    if sources.agreements.is_empty() {
        blocks.push(Block::Paragraph(vec![
            Span::text("None is written down: "),
            Span::Code("[agreements]".to_owned()),
            Span::text(" of linchpin.toml takes "),
            Span::Code("first_review_within_working_days".to_owned()),
            Span::text(", "),
            Span::Code("stuck_after_working_days".to_owned()),
            Span::text(" and limits on any metric."),
        ]));
    } else {
        blocks.push(Block::Table(table(sources.agreements)));
    }
    blocks.push(Block::Heading(1, vec![Span::text("Accepted for a while")]));
    if sources.accepted.is_empty() {
        blocks.push(Block::Paragraph(vec![
            Span::text("Nothing is: an entry "),
            Span::Code("[[accepted]]".to_owned()),
            Span::text(
                " of linchpin.toml with metric, scope, reason and until accepts a known risk.",
            ),
        ]));
        return blocks;
    }
    let question = sources.question;
    let today = question.zone.to_datetime(question.as_of).date();
    let mut accepted: Vec<&Accepted> = sources.accepted.iter().collect();
    accepted.sort_by(|a, b| (a.until, &a.metric, &a.scope).cmp(&(b.until, &b.metric, &b.scope)));
    let bullet = |one: &Accepted| {
        let scope = one.scope.as_deref().unwrap_or("everywhere");
        let state = if today <= one.until {
            format!("quiet until {}", one.until)
        } else {
            format!("ran out on {}: decide anew", one.until)
        };
        vec![
            Span::Code(one.metric.clone()),
            Span::text(format!(", {scope}: ")),
            Span::Strong(state),
            Span::text(format!(" ({})", one.reason)),
        ]
    };
    blocks.push(Block::Bullets(accepted.into_iter().map(bullet).collect()));
    blocks
}

fn table(agreements: &[Agreement]) -> Table {
    let row = |one: &Agreement| {
        let state = match &one.standing {
            Standing::Kept => "kept".to_owned(),
            Standing::Crossed => "crossed".to_owned(),
            Standing::Accepted { reason, until } => format!("accepted until {until}: {reason}"),
            Standing::NotMeasured { because } => format!("not measured: {because}"),
        };
        let found = match (one.found, one.n) {
            (Some(found), _) => Some(quantity::alone(one.unit, found)),
            (None, Some(n)) => Some(format!("{} pull requests", quantity::count(n))),
            _ => None,
        };
        vec![
            TableCell::Text(one.agreed.clone()),
            TableCell::Text(one.scope.clone()),
            TableCell::number(found),
            TableCell::number(one.n.map(quantity::count)),
            TableCell::Text(state),
        ]
    };
    Table {
        title: "Agreements against the figures".to_owned(),
        columns: vec![
            Column::text("Agreed"),
            Column::text("Where"),
            Column::number("Found"),
            Column::number("n"),
            Column::text("State"),
        ],
        rows: agreements.iter().map(row).collect(),
        n_omitted: 0,
    }
}
