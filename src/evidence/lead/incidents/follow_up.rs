//! The follow-up actions of an incident: whose, until when, and how each stands.

use super::parts::Parts;
use crate::evidence::blocks::{count, paragraph};
use crate::evidence::lead::book::Book;
use crate::report::document::{Block, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::Reading;
use crate::work::delivery::actions::{Action, Done, DueFrom, Standing, Tie};
use crate::work::delivery::incidents::Placed;
use crate::work::delivery::response::Response;

pub(super) fn blocks(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Block> {
    let known = parts.known.get(&placed.incident.key);
    if known.is_none_or(|known| known.issue.is_none()) {
        return vec![paragraph("Not observed: there is no issue in the store.")];
    }
    let actions = &response.actions;
    if actions.is_empty() {
        return vec![paragraph(
            "None in the record: no box in the issue, and no later issue that mentions it.",
        )];
    }
    let zone = &reading.question.zone;
    let standings: Vec<Standing> = actions
        .iter()
        .map(|action| action.standing(book.today(), zone))
        .collect();
    let n = |of: Standing| standings.iter().filter(|one| **one == of).count();
    let with_due = actions.iter().filter(|action| action.due.is_some()).count();
    let all = count(actions.len(), "action");
    let summary = if with_due == 0 {
        format!("{all}; none has a due date.")
    } else {
        format!(
            "{all}; {with_due} of them with a due date: done by it {}, done after it {}, open after it {}, open and still in time {}.",
            n(Standing::InTime),
            n(Standing::Late),
            n(Standing::Overdue),
            n(Standing::Running),
        )
    };
    let most = 100;
    let rows = actions.iter().zip(&standings).take(most);
    let table = Table {
        title: "Follow-up actions, by due date".to_owned(),
        columns: ["Action", "What", "Tied by", "Owner", "Due", "State"]
            .map(Column::text)
            .into(),
        rows: rows
            .map(|(action, standing)| row(book, action, *standing))
            .collect(),
        n_omitted: u64::try_from(actions.len().saturating_sub(most)).unwrap_or(0),
    };
    vec![paragraph(summary), Block::Table(table)]
}

fn row(book: &Book<'_>, action: &Action, standing: Standing) -> Vec<TableCell> {
    let page = match action.key.map(|key| book.page(key, action.url.as_deref())) {
        Some(Span::Link { text, url }) => TableCell::Link { text, url },
        _ => TableCell::Text("a box in the issue".to_owned()),
    };
    let tie = match action.tie {
        Tie::Checklist => "checklist",
        Tie::Mention => "mentions the incident",
    };
    let owner = match book.names(action.owners.iter().copied()) {
        names if names.is_empty() => TableCell::Missing(Some("nobody".to_owned())),
        names => TableCell::Text(names),
    };
    let due = match action.due {
        None => TableCell::Missing(Some("no due date".to_owned())),
        Some((day, from)) => TableCell::Text(match from {
            DueFrom::Issue | DueFrom::Checklist => day.to_string(),
            DueFrom::Milestone => format!("{day} (milestone)"),
        }),
    };
    let done = match action.done {
        Done::Open => "open".to_owned(),
        Done::At(at) => format!("done {}", book.date(at)),
        Done::Ticked => "ticked; when is not observed".to_owned(),
        Done::Dropped(at) => format!("closed as not planned {}", book.date(at)),
    };
    let state = match standing {
        Standing::InTime => format!("{done}, in time"),
        Standing::Late => format!("{done}, after its due date"),
        Standing::Overdue => format!("{done}, its due date has passed"),
        Standing::Running => format!("{done}, still in time"),
        Standing::Unknown | Standing::Dropped => done,
    };
    vec![
        page,
        TableCell::Text(format!("“{}”", action.text.trim())),
        TableCell::Text(tie.to_owned()),
        owner,
        due,
        TableCell::Text(state),
    ]
}
