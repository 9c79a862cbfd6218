//! Issues and incidents that somebody is assigned to.

use jiff::Timestamp;

use super::asked::{Asked, Deed, Standing, amount, count};
use crate::domain::{Elapsed, Issue, IssueComment};
use crate::work::delivery::{incidents, shipping};
use crate::work::pull_requests::Key;

pub(super) fn replied(asked: &Asked<'_>) -> Vec<Deed> {
    let of = |(issue, comments): (&Issue, Vec<&IssueComment>)| {
        let at = issue.created_at;
        if issue.author == Some(asked.person) || !asked.question.window.contains(at) {
            return None;
        }
        let first = comments.first().map(|comment| comment.created_at);
        let closed_at = issue.closed_at.filter(|at| *at < asked.question.as_of);
        let hours = asked.hours(at, first.or(closed_at).unwrap_or(asked.question.as_of))?;
        let standing = match (first, hours <= asked.target) {
            (Some(_), true) => Standing::Kept,
            (Some(_), false) => Standing::NotKept("later"),
            (None, _) if closed_at.is_some() => Standing::NotKept("closed without a reply"),
            (None, true) => Standing::Running("still in time"),
            (None, false) => Standing::NotKept("without a reply"),
        };
        Some(Deed {
            at,
            link: asked.link(issue.repository, &issue.number.to_string(), &issue.url),
            found: first.map_or_else(String::new, |_| format!("{} h", amount(hours))),
            standing,
        })
    };
    asked.assigned().into_iter().filter_map(of).collect()
}

pub(super) fn updated(asked: &Asked<'_>) -> Vec<Deed> {
    let mut deeds = Vec::new();
    let assigned = asked.assigned();
    for reading in asked.readings {
        let delivered = shipping::of_product(reading);
        let placed = delivered.as_ref().as_ref().ok();
        let placed = placed.map(|(_, shipping)| incidents::of_product(reading, shipping));
        let resolved_at = |key: Key| {
            let all = placed.as_ref()?.all.iter();
            let mut of_key =
                all.filter(|one| (one.incident.repository, one.incident.number) == key);
            of_key.next()?.incident.resolved_at
        };
        let known = incidents::known(reading);
        for (issue, comments) in &assigned {
            let (at, key) = (issue.created_at, (issue.repository, issue.number));
            if !known.contains_key(&key) || !asked.question.window.contains(at) {
                continue;
            }
            let ended = resolved_at(key).or(issue.closed_at);
            let until = ended
                .unwrap_or(asked.question.as_of)
                .min(asked.question.as_of);
            let link = asked.link(issue.repository, &issue.number.to_string(), &issue.url);
            if until <= at {
                deeds.push(Deed {
                    at,
                    link,
                    found: String::new(),
                    standing: Standing::Apart("its impact had ended when it was opened"),
                });
                continue;
            }
            let written = comments.iter().map(|comment| comment.created_at);
            let written: Vec<Timestamp> = written.filter(|at| *at <= until).collect();
            let n = u64::try_from(written.len()).unwrap_or(u64::MAX);
            let mut longest = 0.0_f64;
            let mut before = at;
            for next in written.into_iter().chain([until]) {
                let gap = Elapsed::between(before, next).map_or(0.0, Elapsed::hours);
                longest = longest.max(gap);
                before = before.max(next);
            }
            let standing = if longest <= asked.target {
                Standing::Kept
            } else {
                Standing::NotKept("with a longer gap")
            };
            deeds.push(Deed {
                at,
                link,
                found: format!("{}, longest gap {} h", count(n, "update"), amount(longest)),
                standing,
            });
        }
    }
    deeds
}

pub(super) fn done_by_due(asked: &Asked<'_>) -> Vec<Deed> {
    let milestones = &asked.sources.past.tables.facts.milestones;
    let of = |(issue, _): (&Issue, Vec<&IssueComment>)| {
        let title = issue.milestone.as_ref()?;
        let mut named = milestones.iter();
        let milestone =
            named.find(|row| row.repository == issue.repository && row.title == *title)?;
        let at = milestone.due_at?;
        let closed_at = issue.closed_at.filter(|at| *at < asked.question.as_of);
        let standing = match closed_at {
            Some(closed_at) if closed_at <= at => Standing::Kept,
            Some(_) => Standing::NotKept("closed later"),
            None => Standing::NotKept("still open"),
        };
        Some(Deed {
            at,
            link: asked.link(issue.repository, &issue.number.to_string(), &issue.url),
            found: closed_at.map_or_else(String::new, |at| {
                format!("closed {}", asked.sources.date(at))
            }),
            standing,
        })
    };
    asked.assigned().into_iter().filter_map(of).collect()
}
