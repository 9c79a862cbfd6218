//! What a person did in incidents. Observable acts only: nobody is named as a cause.

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::IssueComment;
use crate::evidence::index::{Item, link};
use crate::evidence::snippet::{Act, Event, Kind, Link, Polarity, Snippet};
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

/// What somebody did in an incident.
#[derive(Default)]
struct Acts<'a> {
    words: Vec<String>,
    events: Vec<Event>,
    own_fixes: Vec<(&'a Item<'a>, Timestamp)>,
    reviewed_fixes: Vec<(&'a Item<'a>, Timestamp)>,
    /// Whether anything but opening it, or being assigned to it: whoever says that something is broken has not mended it yet.
    is_in_it: bool,
}

impl<'a> Acts<'a> {
    fn of(
        subject: &Subject<'a>,
        key: Key,
        known: &Known<'_>,
        comments: &[&IssueComment],
        page: &Link,
    ) -> Self {
        let end = subject.sources.end();
        let mut acts = Self::default();
        let mut event = |at: Timestamp, what: &str, link: &Link| {
            acts.events.push(Event {
                at,
                who: Some(subject.person),
                what: what.to_owned(),
                link: link.clone(),
            });
        };
        if let Some(issue) = known.issue {
            if issue.author == Some(subject.person) {
                acts.words.push("opened the issue".to_owned());
                event(issue.created_at, "opened", page);
            }
            if issue.assignees.contains(&subject.person) {
                acts.words.push("is assigned to it".to_owned());
                event(issue.created_at, "is assigned", page);
            }
        }
        let mut n_written = 0;
        for comment in comments {
            if comment.author == Some(subject.person) && comment.created_at < end {
                n_written += 1;
                let own = Some(comment.url.clone()).filter(|url| !url.is_empty());
                let link = Link {
                    text: page.text.clone(),
                    url: own.unwrap_or_else(|| page.url.clone()),
                };
                event(comment.created_at, "commented", &link);
            }
        }
        if n_written > 0 {
            let n = count(n_written, "comment");
            acts.words.push(format!("wrote {n} in it"));
        }
        for item in subject.items() {
            let row = item.pull_request;
            let is_fix = row.repository == key.0 && row.closes_issues.contains(&key.1.0);
            let Some(merged_at) = row.merged_at.filter(|at| is_fix && *at < end) else {
                continue;
            };
            let link = item.link(subject.sources);
            if item.is_by(subject.person) {
                acts.own_fixes.push((item, merged_at));
                event(merged_at, "merged the fix", &link);
            } else if item.reviews_by(subject.person, end).next().is_some() {
                acts.reviewed_fixes.push((item, merged_at));
                event(merged_at, "reviewed the fix", &link);
            }
        }
        acts.is_in_it =
            n_written > 0 || !acts.own_fixes.is_empty() || !acts.reviewed_fixes.is_empty();
        acts.events.sort();
        acts
    }

    /// The acts in words, fixes with their pages.
    fn told(&self, subject: &Subject<'_>, act: Act) -> Act {
        let mut act = act.own(format!(": {}", self.words.join(", ")));
        let mut is_first = self.words.is_empty();
        for (label, fixes) in [
            ("authored the linked fix ", &self.own_fixes),
            ("reviewed the linked fix ", &self.reviewed_fixes),
        ] {
            if fixes.is_empty() {
                continue;
            }
            act = act.own(if is_first {
                label.to_owned()
            } else {
                format!(", {label}")
            });
            is_first = false;
            act = act.list(fixes.iter().map(|(item, merged_at)| {
                let on = subject.sources.date(*merged_at);
                (item.link(subject.sources), format!(", merged {on}"))
            }));
        }
        act
    }
}

fn incident(
    subject: &Subject<'_>,
    key: Key,
    known: &Known<'_>,
    comments: &[&IssueComment],
) -> Option<Snippet> {
    let sources = subject.sources;
    let url = page(subject, key, known)?;
    let page = link(sources, key.0, key.1, &url);
    let acts = Acts::of(subject, key, known, comments, &page);
    let inside = || {
        let at = acts.events.iter().map(|event| event.at);
        at.filter(|at| subject.is_inside(*at))
    };
    let on = sources.date(inside().min()?);
    let mut act = Act::default().own("Incident ").link(page);
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
    let act = acts.told(subject, act).own(".");
    let mut snippet = subject.snippet(Kind::Incident, on, &url, act);
    snippet.n = super::number(inside().count());
    if !acts.is_in_it {
        snippet.polarity = Polarity::Context;
    }
    let fixes = acts.own_fixes.iter().chain(&acts.reviewed_fixes);
    snippet.areas = fixes.flat_map(|(item, _)| item.areas(sources)).collect();
    snippet.weight = snippet.n;
    snippet.events = acts.events;
    snippet.caveats.push(
        "roles are read from the issue and its linked fix; calls and chats are not visible here",
    );
    Some(snippet)
}
