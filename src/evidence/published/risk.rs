//! What stands against the work, and what is next: incidents of the window, initiatives that are not done, and what is due.

use jiff::civil::Date;

use super::public::Public;
use super::showcase::{State, Told, is_open_milestone, milestones, title, unread};
use crate::domain::{Milestone, Stream};
use crate::evidence::blocks::{count, listed, not_observed, paragraph};
use crate::evidence::work::restored;
use crate::report::document::{Block, Span};
use crate::report::withheld::people_words;
use crate::work::delivery::actions::last_day;
use crate::work::delivery::incidents;

/// Lines in the open, and at all.
const OPEN: usize = 20;
const MOST: usize = 200;

pub(super) fn blocks(public: &Public<'_>, told: &[Told<'_>]) -> Vec<Block> {
    let heading = |words: &str| Block::Heading(2, vec![Span::text(words)]);
    let mut blocks = vec![heading("Incidents that began in the window")];
    blocks.extend(incidents_of(public));
    blocks.push(heading("Initiatives that are not done"));
    blocks.extend(open(public, told));
    blocks.push(heading("Open milestones with a due day"));
    blocks.extend(due(public));
    blocks
}

fn incidents_of(public: &Public<'_>) -> Vec<Block> {
    let reading = public.reading;
    if let Some(missing) = incidents::missing(reading) {
        let fix = missing.fix.as_deref();
        return vec![not_observed("incidents", &missing.because, fix)];
    }
    let (found, _) = incidents::with_or_without_deployments(reading);
    let seen = public.sources.seen();
    let mut inside: Vec<_> = found
        .all
        .iter()
        .filter(|placed| seen.contains(placed.incident.started_at))
        .collect();
    inside.sort_by_key(|placed| {
        let incident = &placed.incident;
        (incident.started_at, &incident.key)
    });
    if inside.is_empty() {
        return vec![paragraph("None.")];
    }
    let lines = inside.into_iter().map(|placed| {
        let mut line = public.record.incident(placed);
        line.push(Span::text(format!(", {}", restored(placed))));
        line
    });
    listed(lines.collect(), "incident", OPEN, MOST)
}

/// What is open, with what of it is done and what stands against it.
fn open(public: &Public<'_>, told: &[Told<'_>]) -> Vec<Block> {
    if let Some(block) = unread(public) {
        return vec![block];
    }
    let lines: Vec<Vec<Span>> = told
        .iter()
        .filter(|one| one.state == State::Open)
        .map(|one| {
            let mut line = title(public, one);
            if let Some(few) = one.few(public) {
                let people = people_words(Some(few));
                line.push(Span::text(format!(": written by {people}")));
                return line;
            }
            let story = one.story;
            line.push(Span::text(format!(
                ": {} merged, {} open, {} closed without a merge; ",
                story.n_merged, story.n_open, story.n_closed
            )));
            line.extend(public.record.against(story));
            line
        })
        .collect();
    if lines.is_empty() {
        return vec![paragraph("None.")];
    }
    listed(lines, "initiative", OPEN, MOST)
}

/// Open milestones with a due day, the first due first.
fn due(public: &Public<'_>) -> Vec<Block> {
    let reading = public.reading;
    if let Some(missing) = reading.question.unread(reading.product, Stream::Milestones) {
        let fix = missing.fix.as_deref();
        return vec![not_observed("milestones", &missing.because, fix)];
    }
    let dated = |row: &'_ Milestone| Some((last_day(row)?, row.repository, row.milestone));
    let mut rows: Vec<(_, &Milestone)> = milestones(reading)
        .filter(|row| is_open_milestone(reading, row))
        .filter_map(|row| Some((dated(row)?, row)))
        .collect();
    rows.sort_by_key(|(at, _)| *at);
    if rows.is_empty() {
        return vec![paragraph("None.")];
    }
    let today = public.sources.last_day();
    let lines = rows
        .into_iter()
        .map(|((due, ..), row)| line(public, row, due, today));
    listed(lines.collect(), "milestone", OPEN, MOST)
}

fn line(public: &Public<'_>, row: &Milestone, due: Date, today: Date) -> Vec<Span> {
    let late = usize::try_from((today - due).get_days()).unwrap_or(0);
    let late = match late {
        0 => String::new(),
        days => format!(", open {} after it", count(days, "day")),
    };
    vec![
        Span::text("due "),
        Span::Strong(due.to_string()),
        Span::text(" · "),
        Span::link(format!("“{}”", row.title.trim()), row.url.clone()),
        Span::text(format!(
            " of {}{late}",
            public.sources.repository_name(row.repository)
        )),
    ]
}
