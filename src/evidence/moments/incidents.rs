//! What a person did in incidents. Observable acts only: nobody is named as a cause.

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::{Issue, IssueComment};
use crate::evidence::index::link;
use crate::evidence::snippet::{Act, Kind, Snippet};

/// Incidents in which the person acted inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    for (issue, comments) in subject.index.issues.values() {
        let is_incident = issue.labels.iter().any(|label| {
            subject
                .sources
                .incident_labels
                .iter()
                .any(|wanted| wanted.eq_ignore_ascii_case(label))
        });
        if is_incident {
            moments.extend(incident(subject, issue, comments));
        }
    }
}

fn incident(subject: &Subject<'_>, issue: &Issue, comments: &[&IssueComment]) -> Option<Snippet> {
    let sources = subject.sources;
    let end = sources.end();
    let mut at: Vec<Timestamp> = Vec::new();
    let mut acts: Vec<String> = Vec::new();
    if issue.author == Some(subject.person) {
        acts.push("opened the issue".to_owned());
        at.push(issue.created_at);
    }
    if issue.assignees.contains(&subject.person) {
        acts.push("is assigned to it".to_owned());
        at.push(issue.created_at);
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
        .filter(|item| item.pull_request.repository == issue.repository)
        .filter(|item| item.pull_request.closes_issues.contains(&issue.number.0))
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
    let severity = issue
        .labels
        .iter()
        .find(|label| label.to_ascii_lowercase().starts_with("sev"));
    let mut act = Act::default()
        .own("Incident ")
        .link(link(sources, issue.repository, issue.number, &issue.url))
        .own(" ")
        .given(&issue.title);
    if let Some(severity) = severity {
        act = act.own(", labelled ").given(severity);
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
    let mut snippet = subject.snippet(Kind::Incident, on, &issue.url, act.own("."));
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
