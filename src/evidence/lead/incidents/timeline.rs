//! What happened around an incident, in order of time: the issue, what was said in it, deployments, the fix, the postmortem.

use jiff::Timestamp;

use super::parts::Parts;
use crate::evidence::blocks::listed;
use crate::evidence::lead::book::Book;
use crate::report::document::{Block, Span};
use crate::work::Fate;
use crate::work::delivery::deployments::Candidate;
use crate::work::delivery::incidents::Placed;
use crate::work::delivery::shipping::Shipped;
use crate::work::pull_requests::Key;

/// How many lines stand in the open, and how many there are at all.
const OPEN: usize = 25;
const MOST: usize = 200;

/// Lines by time; of one instant in the order in which they are gathered.
struct Lines<'a, 'b> {
    book: &'b Book<'a>,
    lines: Vec<(Timestamp, Vec<Span>)>,
}

impl Lines<'_, '_> {
    fn add(&mut self, at: Timestamp, words: impl IntoIterator<Item = Span>) {
        if at < self.book.sources.past.question.as_of {
            let mut line = vec![Span::Strong(self.book.minute(at)), Span::text(" · ")];
            line.extend(words);
            self.lines.push((at, line));
        }
    }

    fn say(&mut self, at: Timestamp, words: impl Into<String>) {
        self.add(at, [Span::text(words)]);
    }
}

pub(super) fn blocks(book: &Book<'_>, parts: &Parts<'_>, placed: &Placed) -> Vec<Block> {
    let mut lines = Lines {
        book,
        lines: Vec::new(),
    };
    let incident = &placed.incident;
    lines.say(incident.started_at, "the incident started");
    deployments(parts, placed, &mut lines);
    if let Some(key) = incident.key.issue() {
        issue(parts, key, &mut lines);
        for number in &placed.fixes {
            fix(parts, (key.0, *number), incident.started_at, &mut lines);
        }
    }
    if let Some(at) = incident.resolved_at {
        lines.say(at, "service was restored");
    }
    let response = parts.responses.get(&incident.key);
    if let Some(postmortem) = response.and_then(|response| response.postmortem.as_ref()) {
        let words = [
            Span::text("postmortem "),
            Span::Code(postmortem.path.clone()),
            Span::text(" merged, with "),
            book.came_with(postmortem.came_with),
        ];
        lines.add(postmortem.at, words);
    }
    let mut lines = lines.lines;
    lines.sort_by_key(|(at, _)| *at);
    let lines = lines.into_iter().map(|(_, line)| line).collect();
    listed(lines, "event", OPEN, MOST)
}

/// Opened, commented on, labelled, closed.
fn issue(parts: &Parts<'_>, key: Key, lines: &mut Lines<'_, '_>) {
    let book = lines.book;
    let known = parts.known.get(&key.into());
    if let Some(issue) = known.and_then(|known| known.issue) {
        let who = book.actor(issue.author);
        lines.add(
            issue.created_at,
            [
                book.page(key, Some(&issue.url)),
                Span::text(format!(" opened by {who}")),
            ],
        );
    }
    for comment in parts.comments.get(&key).into_iter().flatten() {
        let who = book.actor(comment.author);
        let words = if comment.url.is_empty() {
            Span::text("a comment")
        } else {
            Span::link("a comment", comment.url.clone())
        };
        let line = [words, Span::text(format!(" by {who}"))];
        lines.add(comment.created_at, line);
    }
    for event in parts.events.get(&key).into_iter().flatten() {
        let who = book.actor(event.actor);
        match (event.event.as_str(), event.detail.as_deref()) {
            ("labeled", Some(label)) => {
                lines.say(event.at, format!("labelled “{label}” by {who}"));
            }
            ("closed", _) => lines.say(event.at, format!("closed by {who}")),
            ("reopened", _) => lines.say(event.at, format!("reopened by {who}")),
            _ => {}
        }
    }
}

/// The fix, and when production had it.
fn fix(parts: &Parts<'_>, key: Key, started_at: Timestamp, lines: &mut Lines<'_, '_>) {
    let book = lines.book;
    let Some(change) = parts.changes.get(&key) else {
        return;
    };
    if let Some(at) = change.merged_at {
        let words = [
            Span::text("fix "),
            book.link(key),
            Span::text(format!(" “{}” merged", change.title)),
        ];
        lines.add(at, words);
    }
    let shipped = change.shipped_by.and_then(|at| shipped(parts, at));
    if let Some(shipped) = shipped.filter(|shipped| shipped.at >= started_at) {
        let words = [
            Span::text("fix "),
            book.link(key),
            Span::text(" in production"),
        ];
        lines.add(shipped.at, words);
    }
}

pub(super) fn shipped<'a>(parts: &'a Parts<'_>, at: usize) -> Option<&'a Shipped> {
    let (_, shipping) = parts.delivered.as_ref().as_ref().ok()?;
    shipping.deployments.get(at)
}

/// Deployments to production from the one that it is put down to, else from its start, until service was restored.
fn deployments(parts: &Parts<'_>, placed: &Placed, lines: &mut Lines<'_, '_>) {
    let Ok((found, shipping)) = parts.delivered.as_ref() else {
        return;
    };
    let incident = &placed.incident;
    let cause = placed.cause.and_then(|at| shipping.deployments.get(at));
    let from = cause.map_or(incident.started_at, |cause| {
        cause.at.min(incident.started_at)
    });
    let to = incident.resolved_at.or(incident.closed_at);
    let is_inside = |at: Timestamp| from <= at && to.is_none_or(|to| at <= to);
    let inside = found
        .candidates
        .iter()
        .filter(|one| one.fate != Fate::Excluded("not_production") && is_inside(one.at()));
    for candidate in inside {
        let row = &candidate.deployment;
        let is_it = |shipped: &&Shipped| {
            shipped.repository == row.repository && shipped.deployment == row.deployment
        };
        let shipped = shipping.deployments.iter().find(is_it);
        let is_cause = cause.is_some_and(|cause| is_it(&cause));
        let mut line = words(lines.book, parts, candidate, shipped);
        if is_cause {
            line.push(Span::text("; the incident is put down to it"));
        }
        lines.add(candidate.at(), line);
    }
}

fn words(
    book: &Book<'_>,
    parts: &Parts<'_>,
    candidate: &Candidate,
    shipped: Option<&Shipped>,
) -> Vec<Span> {
    let row = &candidate.deployment;
    let kind = match (candidate.fate, shipped) {
        (Fate::Included, Some(shipped)) if shipped.is_rollback() => "rollback",
        (Fate::Included, _) => "deployment",
        _ => "deployment that did not succeed",
    };
    let mut line = vec![Span::text(format!("{kind} "))];
    line.push(deployment(
        book,
        parts,
        row.repository,
        &row.deployment,
        row.reference.as_deref(),
    ));
    line.push(Span::text(format!(" to {}", row.environment)));
    line
}

/// What was deployed, with its page: `widgets v1.4.2`.
pub(super) fn deployment(
    book: &Book<'_>,
    parts: &Parts<'_>,
    repository: crate::domain::RepositoryId,
    id: &str,
    reference: Option<&str>,
) -> Span {
    let what = reference.unwrap_or(id);
    let text = format!("{} {what}", book.sources.repository_name(repository));
    match parts.deployed.get(&(repository, id.to_owned())) {
        Some(url) => Span::link(text, url.clone()),
        None => Span::text(text),
    }
}
