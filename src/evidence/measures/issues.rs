//! Issues and incidents that somebody is assigned to.

use super::asked::{Asked, Deed, Standing, amount, count};
use crate::domain::{Bucket, Issue, IssueComment};
use crate::work::delivery::actions::{self, Done, Dues, done, standing};
use crate::work::delivery::response::updates;
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
            let mut of_key = all.filter(|one| one.incident.key.issue() == Some(key));
            of_key.next()?.incident.resolved_at
        };
        let known = incidents::known(reading);
        for (issue, comments) in &assigned {
            let (at, key) = (issue.created_at, (issue.repository, issue.number));
            if !known.contains_key(&key.into()) || !asked.question.window.contains(at) {
                continue;
            }
            let ended_at = resolved_at(key).or(issue.closed_at);
            let link = asked.link(issue.repository, &issue.number.to_string(), &issue.url);
            let written = comments.iter().map(|comment| comment.created_at);
            let Some(found) = updates(at, ended_at, asked.question.as_of, written) else {
                deeds.push(Deed {
                    at,
                    link,
                    found: String::new(),
                    standing: Standing::Apart("its impact had ended when it was opened"),
                });
                continue;
            };
            let longest = found.longest.hours();
            let standing = if longest <= asked.target {
                Standing::Kept
            } else {
                Standing::NotKept("with a longer gap")
            };
            deeds.push(Deed {
                at,
                link,
                found: format!(
                    "{}, longest gap {} h",
                    count(found.n, "update"),
                    amount(longest)
                ),
                standing,
            });
        }
    }
    deeds
}

pub(super) fn done_by_due(asked: &Asked<'_>) -> Vec<Deed> {
    let dues = Dues::of(&asked.sources.past.tables.facts.milestones);
    let zone = &asked.question.zone;
    let today = asked.sources.date(asked.question.as_of);
    let of = |(issue, _): (&Issue, Vec<&IssueComment>)| {
        let (due, _) = dues.on(issue)?;
        let done = done(issue, asked.question);
        let closed_at = match done {
            Done::At(at) | Done::Dropped(at) => Some(at),
            Done::Open | Done::Ticked | Done::Unseen => None,
        };
        let standing = match standing(Some(due), done, today, zone) {
            actions::Standing::InTime => Standing::Kept,
            actions::Standing::Late => Standing::NotKept("closed later"),
            actions::Standing::Running => Standing::Running("still in time"),
            actions::Standing::Overdue => Standing::NotKept("still open"),
            actions::Standing::Dropped => Standing::Apart("closed as not planned"),
            actions::Standing::Unknown => return None,
        };
        Some(Deed {
            at: Bucket::start_of(due, zone),
            link: asked.link(issue.repository, &issue.number.to_string(), &issue.url),
            found: closed_at.map_or_else(String::new, |at| {
                format!("closed {}", asked.sources.date(at))
            }),
            standing,
        })
    };
    asked.assigned().into_iter().filter_map(of).collect()
}
