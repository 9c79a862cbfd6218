//! The follow-up actions of an incident: whose, until when, and how each stands.

use super::parts::Parts;
use crate::domain::IssuePart;
use crate::evidence::blocks::{count, paragraph};
use crate::evidence::lead::book::Book;
use crate::report::document::{Block, Span};
use crate::report::table::{Column, Table, TableCell};
use crate::work::Reading;
use crate::work::delivery::actions::{Action, Done, DueFrom, Standing, Tie};
use crate::work::delivery::incidents::Placed;
use crate::work::delivery::response::Response;

/// Why sub-issues may be missing.
const SUB_ISSUES_UNTOLD: &str = "Sub-issues are not observed: GitHub did not tell of them when the issue was last fetched. An issue \
                                 that an earlier version fetched is asked again when it changes.";

/// What is said of an issue that was never fetched.
const NOT_IN_STORE: &str = "not in the store";

pub(super) fn blocks(
    book: &Book<'_>,
    reading: &Reading<'_>,
    parts: &Parts<'_>,
    placed: &Placed,
    response: &Response,
) -> Vec<Block> {
    let known = parts.known.get(&placed.incident.key);
    let Some(issue) = known.and_then(|known| known.issue) else {
        return vec![paragraph("Not observed: there is no issue in the store.")];
    };
    let mut blocks = Vec::new();
    let tells_sub_issues = issue.tells(IssuePart::SubIssues);
    if !tells_sub_issues {
        blocks.push(paragraph(SUB_ISSUES_UNTOLD));
    }
    let actions = &response.actions;
    if actions.is_empty() {
        blocks.push(paragraph(if tells_sub_issues {
            "None in the record: no sub-issue, no box in the issue, and no later issue that mentions it."
        } else {
            "None in the record: no box in the issue, and no later issue that mentions it."
        }));
        return blocks;
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
    blocks.extend([paragraph(summary), Block::Table(table)]);
    blocks
}

fn row(book: &Book<'_>, action: &Action, standing: Standing) -> Vec<TableCell> {
    let is_unseen = action.done == Done::Unseen;
    let page = match action.key.map(|key| book.page(key, action.url.as_deref())) {
        Some(Span::Link { text, url }) => TableCell::Link { text, url },
        _ if is_unseen => TableCell::Text(action.text.clone()),
        _ => TableCell::Text("a box in the issue".to_owned()),
    };
    let what = if is_unseen {
        TableCell::Missing(Some(NOT_IN_STORE.to_owned()))
    } else {
        TableCell::Text(format!("“{}”", action.text.trim()))
    };
    let tie = match action.tie {
        Tie::SubIssue => "sub-issue",
        Tie::Checklist => "checklist",
        Tie::Mention => "mentions the incident",
    };
    let owner = match book.names(action.owners.iter().copied()) {
        _ if is_unseen => TableCell::Missing(Some(NOT_IN_STORE.to_owned())),
        names if names.is_empty() => TableCell::Missing(Some("nobody".to_owned())),
        names => TableCell::Text(names),
    };
    let due = match action.due {
        None if is_unseen => TableCell::Missing(Some(NOT_IN_STORE.to_owned())),
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
        Done::Unseen => NOT_IN_STORE.to_owned(),
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
        what,
        TableCell::Text(tie.to_owned()),
        owner,
        due,
        TableCell::Text(state),
    ]
}
