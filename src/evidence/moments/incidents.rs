//! What a person did in incidents. Observable acts only: nobody is named as a cause.

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::IssueComment;
use crate::evidence::index::link;
use crate::evidence::snippet::{Act, Kind, Snippet};
use crate::work::delivery::incidents::Known;
use crate::work::pull_requests::Key;

/// Incidents in which the person acted inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for (key, known) in &subject.index.incidents {
        let comments = subject.index.issues.get(key);
        let comments = comments.map_or(&[][..], |(_, comments)| comments.as_slice());
        moments.extend(incident(subject, *key, known, comments));
    }
}

/// The page of an incident: its issue's, or where that would be.
fn page(subject: &Subject<'_>, (repository, number): Key, known: &Known<'_>) -> Option<String> {
    if let Some(issue) = known.issue {
        return Some(issue.url.clone());
    }
    let repository = subject.sources.past.tables.repository(repository)?;
    Some(format!("{}/issues/{}", repository.url.as_ref()?, number.0))
}

fn incident(
    subject: &Subject<'_>,
    key: Key,
    known: &Known<'_>,
    comments: &[&IssueComment],
) -> Option<Snippet> {
    let sources = subject.sources;
    let end = sources.end();
    let url = page(subject, key, known)?;
    let mut at: Vec<Timestamp> = Vec::new();
    let mut acts: Vec<String> = Vec::new();
    if let Some(issue) = known.issue {
        if issue.author == Some(subject.person) {
            acts.push("opened the issue".to_owned());
            at.push(issue.created_at);
        }
        if issue.assignees.contains(&subject.person) {
            acts.push("is assigned to it".to_owned());
            at.push(issue.created_at);
        }
    }
    let written: Vec<Timestamp> = comments
        .iter()
        .filter(|comment| comment.author == Some(subject.person) && comment.created_at < end)
        .map(|comment| comment.created_at)
        .collect();
    if !written.is_empty() {
        acts.push(format!("wrote {} in it", count(written.len(), "comment")));
        at.extend(&written);
    }
    let fixes: Vec<_> = subject
        .items()
        .filter(|item| item.pull_request.repository == key.0)
        .filter(|item| item.pull_request.closes_issues.contains(&key.1.0))
        .filter_map(|item| Some((item, item.pull_request.merged_at.filter(|at| *at < end)?)))
        .collect();
    let own_fixes: Vec<_> = fixes
        .iter()
        .filter(|(item, _)| item.is_by(subject.person))
        .collect();
    let reviewed_fixes: Vec<_> = fixes
        .iter()
        .filter(|(item, _)| {
            !item.is_by(subject.person) && item.reviews_by(subject.person, end).next().is_some()
        })
        .collect();
    at.extend(own_fixes.iter().map(|(_, merged_at)| *merged_at));
    at.extend(reviewed_fixes.iter().map(|(_, merged_at)| *merged_at));
    at.retain(|at| subject.is_inside(*at));
    let on = sources.date(*at.iter().min()?);
    let mut act = Act::default()
        .own("Incident ")
        .link(link(sources, key.0, key.1, &url));
    if let Some(issue) = known.issue {
        act = act.own(" ").given(&issue.title);
    }
    if let Some(severity) = known.severity() {
        let is_told = known.entry.is_some_and(|entry| entry.severity.is_some());
        let word = if is_told {
            ", severity "
        } else {
            ", labelled "
        };
        act = act.own(word).given(&severity);
    }
    act = act.own(format!(": {}", acts.join(", ")));
    for (label, fixes) in [
        ("authored the linked fix ", &own_fixes),
        ("reviewed the linked fix ", &reviewed_fixes),
    ] {
        if !fixes.is_empty() {
            act = act.own(if acts.is_empty() {
                label.to_owned()
            } else {
                format!(", {label}")
            });
            act = act.list(fixes.iter().map(|(item, merged_at)| {
                (
                    item.link(sources),
                    format!(", merged {}", sources.date(*merged_at)),
                )
            }));
            acts.push(String::new());
        }
    }
    let mut snippet = subject.snippet(Kind::Incident, on, &url, act.own("."));
    snippet.n = super::number(at.len());
    snippet.areas = own_fixes
        .iter()
        .chain(&reviewed_fixes)
        .flat_map(|(item, _)| item.areas(sources))
        .collect();
    snippet.caveats.push(
        "roles are read from the issue and its linked fix; calls and chats are not visible here",
    );
    Some(snippet)
}
