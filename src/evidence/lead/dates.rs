//! `dates.md`: dates kept. Milestones with a due day: closed by it or after it, and what was in them.

use std::collections::HashMap;

use jiff::civil::Date;

use super::book::Book;
use crate::domain::{Issue, Milestone, RepositoryId, Stream};
use crate::evidence::Page;
use crate::evidence::blocks::{count, listed, not_observed, paragraph};
use crate::report::document::{Block, Span};
use crate::work::Reading;
use crate::work::delivery::actions::{Done, Standing, done, last_day, standing};

const INTRO: &str = "Milestones that were due in the window, closed in it, or are open after their due day. GitHub keeps the last due day \
                     alone: whether it was moved, and how long before that was told, is not observed. What was in a milestone is what \
                     is in it now.";

/// Milestones in the open, and at all.
const OPEN: usize = 30;
const MOST: usize = 300;

pub(super) fn page(book: &Book<'_>) -> Page {
    let mut blocks = Vec::new();
    let mut issues: HashMap<(RepositoryId, &str), Vec<&Issue>> = HashMap::new();
    for issue in &book.sources.past.tables.facts.issues {
        if let Some(title) = issue.milestone.as_deref() {
            let key = (issue.repository, title);
            issues.entry(key).or_default().push(issue);
        }
    }
    for reading in book.readings() {
        blocks.extend(book.heading(&reading.product.name));
        match reading.question.unread(reading.product, Stream::Milestones) {
            Some(missing) => blocks.push(not_observed(
                "milestones",
                &missing.because,
                missing.fix.as_deref(),
            )),
            None => blocks.extend(of_product(book, reading, &issues)),
        }
    }
    book.document("dates", "Dates kept", INTRO, blocks)
}

/// A milestone with a due day, and how it stands to it.
struct Dated<'a> {
    row: &'a Milestone,
    due: Date,
    done: Done,
    standing: Standing,
}

fn of_product(
    book: &Book<'_>,
    reading: &Reading<'_>,
    issues: &HashMap<(RepositoryId, &str), Vec<&Issue>>,
) -> Vec<Block> {
    let question = reading.question;
    let (first, last) = (book.date(question.window.since), book.today());
    let facts = &book.sources.past.tables.facts;
    let rows = facts
        .milestones
        .iter()
        .filter(|row| reading.product.has(row.repository) && row.created_at < question.as_of);
    let mut n_undated = 0;
    let mut dated = Vec::new();
    for row in rows {
        let Some(due) = last_day(row) else {
            n_undated += 1;
            continue;
        };
        let closed_at = row.closed_at.filter(|at| *at < question.as_of);
        let done = closed_at.map_or(Done::Open, Done::At);
        let standing = standing(Some(due), done, last, &question.zone);
        let is_told = (first..=last).contains(&due)
            || closed_at.is_some_and(|at| book.is_inside(at))
            || standing == Standing::Overdue;
        if is_told {
            dated.push(Dated {
                row,
                due,
                done,
                standing,
            });
        }
    }
    dated.sort_by_key(|one| (one.due, one.row.repository, one.row.milestone));
    let mut blocks = Vec::new();
    if n_undated > 0 {
        let n = count(n_undated, "milestone");
        blocks.push(paragraph(format!(
            "Without a due day, and not told here: {n}."
        )));
    }
    if dated.is_empty() {
        blocks.push(paragraph("No milestone was due in the window."));
        return blocks;
    }
    let n = |of: Standing| dated.iter().filter(|one| one.standing == of).count();
    blocks.push(paragraph(format!(
        "{}: closed by the due day {}, closed after it {}, open after it {}, open and still in time {}.",
        count(dated.len(), "milestone"),
        n(Standing::InTime),
        n(Standing::Late),
        n(Standing::Overdue),
        n(Standing::Running)
    )));
    let line = |one: &Dated<'_>| {
        let key = (one.row.repository, one.row.title.as_str());
        let inside = issues.get(&key).map_or(&[][..], Vec::as_slice);
        line(book, reading, one, inside)
    };
    let lines = dated.iter().map(line).collect();
    blocks.extend(listed(lines, "milestone", OPEN, MOST));
    blocks
}

fn line(book: &Book<'_>, reading: &Reading<'_>, one: &Dated<'_>, issues: &[&Issue]) -> Vec<Span> {
    let question = reading.question;
    let days = |from: Date, to: Date| from.until(to).map_or(0, |span| span.get_days());
    let how = match (one.done, one.standing) {
        (Done::At(at), Standing::InTime) => format!("closed {}, in time", book.date(at)),
        (Done::At(at), _) => {
            let on = book.date(at);
            let late = usize::try_from(days(one.due, on)).unwrap_or(0);
            format!("closed {on}, {} after the due day", count(late, "day"))
        }
        (_, Standing::Running) => "open, still in time".to_owned(),
        _ => {
            let late = usize::try_from(days(one.due, book.today())).unwrap_or(0);
            format!("open, {} after the due day", count(late, "day"))
        }
    };
    let known = issues
        .iter()
        .filter(|issue| issue.created_at < question.as_of);
    let standings: Vec<Standing> = known
        .map(|issue| {
            let done = done(issue, question);
            standing(Some(one.due), done, book.today(), &question.zone)
        })
        .collect();
    let n = |of: Standing| standings.iter().filter(|standing| **standing == of).count();
    let inside = if standings.is_empty() {
        "; no issue is in it".to_owned()
    } else {
        let open = n(Standing::Overdue) + n(Standing::Running);
        let dropped = match n(Standing::Dropped) {
            0 => String::new(),
            n => format!(", not planned {n}"),
        };
        format!(
            "; of {} in it closed by then {}, later {}, open {open}{dropped}",
            count(standings.len(), "issue"),
            n(Standing::InTime),
            n(Standing::Late),
        )
    };
    vec![
        Span::text("due "),
        Span::Strong(one.due.to_string()),
        Span::text(" · "),
        Span::link(format!("“{}”", one.row.title.trim()), one.row.url.clone()),
        Span::text(format!(
            " of {}: {how}{inside}",
            book.sources.repository_name(one.row.repository)
        )),
    ]
}
