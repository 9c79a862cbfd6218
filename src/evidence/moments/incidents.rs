//! What a person did in incidents. Observable acts only: nobody is named as a cause.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Subject, count};
use crate::domain::{IssueComment, PrNumber};
use crate::evidence::index::incident_page;
use crate::evidence::item::{Item, link};
use crate::evidence::measures::amount;
use crate::evidence::snippet::{Act, Event, Kind, Link, Polarity, Snippet};
use crate::report::quantity;
use crate::work::delivery::incidents::{Known, SeverityFrom};
use crate::work::delivery::response::{CoordinatorFrom, Postmortem, Response};
use crate::work::pull_requests::Key;
use crate::work::written::CameWith;

/// Incidents in which the person acted inside the window.
pub(super) fn collect(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let fixes = fixes(subject);
    for (key, known) in &subject.index.incidents {
        let comments = subject.index.issues.get(key);
        let comments = comments.map_or(&[][..], |(_, comments)| comments.as_slice());
        let fixes = fixes.get(key).map_or(&[][..], Vec::as_slice);
        moments.extend(incident(subject, *key, known, (comments, fixes)));
    }
}

/// By incident: the merged pull requests that closed it and that the person has to do with, each with when it was merged.
fn fixes<'a>(subject: &Subject<'a>) -> HashMap<Key, Vec<Fix<'a>>> {
    let end = subject.sources.end();
    let mut fixes: HashMap<Key, Vec<Fix<'a>>> = HashMap::new();
    for item in subject.items() {
        let row = item.pull_request;
        let Some(merged_at) = row.merged_at.filter(|at| *at < end) else {
            continue;
        };
        let closed: BTreeSet<u64> = row.closes_issues.iter().copied().collect();
        for number in closed {
            let key = (row.repository, PrNumber(number));
            if subject.index.incidents.contains_key(&key) {
                fixes.entry(key).or_default().push((item, merged_at));
            }
        }
    }
    fixes
}

/// A merged pull request, and when it was merged.
type Fix<'a> = (&'a Item<'a>, Timestamp);

/// What somebody did in an incident.
#[derive(Default)]
struct Acts<'a> {
    words: Vec<String>,
    events: Vec<Event>,
    own_fixes: Vec<Fix<'a>>,
    reviewed_fixes: Vec<Fix<'a>>,
    /// Whether anything but opening it, or being assigned to it: whoever says that something is broken has not mended it yet.
    is_in_it: bool,
}

impl<'a> Acts<'a> {
    fn of(
        subject: &Subject<'a>,
        known: &Known<'_>,
        (comments, fixes): (&[&IssueComment], &[Fix<'a>]),
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
        for &(item, merged_at) in fixes {
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
        let act = act.own(format!(": {}", self.words.join(", ")));
        self.with_fixes(subject, act, self.words.is_empty())
    }

    /// The fixes alone.
    fn fixes_told(&self, subject: &Subject<'_>, act: Act) -> Act {
        self.with_fixes(subject, act, false)
    }

    fn with_fixes(&self, subject: &Subject<'_>, mut act: Act, mut is_first: bool) -> Act {
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

fn incident<'a>(
    subject: &Subject<'a>,
    key: Key,
    known: &Known<'_>,
    about: (&[&IssueComment], &[Fix<'a>]),
) -> Option<Snippet> {
    let sources = subject.sources;
    let url = incident_page(sources, &key.into(), known)?;
    let page = link(sources, key.0, key.1, &url);
    let mut acts = Acts::of(subject, known, about, &page);
    let coordinated = Coordinated::of(subject, key);
    if let Some(coordinated) = &coordinated {
        coordinated.add_events(subject, known, &page, &mut acts);
    }
    let inside = || {
        let own = acts.events.iter();
        let own = own.filter(|event| event.who == Some(subject.person));
        own.map(|event| event.at)
            .filter(|at| subject.is_inside(*at))
    };
    let on = sources.date(inside().min()?);
    let begun = if coordinated.is_some() {
        "Coordinated incident "
    } else {
        "Incident "
    };
    let mut act = Act::default().own(begun).link(page);
    if let Some(issue) = known.issue {
        act = act.own(" ").given(&issue.title);
    }
    if let Some((severity, from)) = known.severity() {
        let word = match from {
            SeverityFrom::Label => ", labelled ",
            SeverityFrom::Register | SeverityFrom::Declared | SeverityFrom::Field => ", severity ",
        };
        act = act.own(word).given(&severity);
    }
    let (kind, act) = match &coordinated {
        Some(coordinated) => {
            let act = acts.fixes_told(subject, coordinated.updates_told(act));
            (Kind::Coordinated, coordinated.postmortem_told(subject, act))
        }
        None => (Kind::Incident, acts.told(subject, act)),
    };
    let mut snippet = subject.snippet(kind, on, &url, act.own("."));
    snippet.n = super::number(inside().count());
    if !acts.is_in_it && coordinated.is_none() {
        snippet.polarity = Polarity::Context;
    }
    let fixes = acts.own_fixes.iter().chain(&acts.reviewed_fixes);
    snippet.areas = fixes.flat_map(|(item, _)| item.areas(sources)).collect();
    snippet.weight = snippet.n;
    snippet.events = acts.events;
    snippet.caveats.push(
        "roles are read from the register, the issue and its linked fix; calls and chats are not visible here",
    );
    Some(snippet)
}

/// How an incident was answered that the person coordinated.
struct Coordinated<'a> {
    response: &'a Response,
    from: CoordinatorFrom,
}

impl<'a> Coordinated<'a> {
    fn of(subject: &Subject<'a>, key: Key) -> Option<Self> {
        let response = subject.index.response(key)?;
        let (person, from) = response.coordinator?;
        (person == subject.person).then_some(Self { response, from })
    }

    /// What it was told from, beside the person's own acts.
    fn add_events(
        &self,
        subject: &Subject<'_>,
        known: &Known<'_>,
        page: &Link,
        acts: &mut Acts<'_>,
    ) {
        let started_at = known.entry.and_then(|entry| entry.started_at);
        let opened_at = known.issue.map(|issue| issue.created_at);
        if self.from == CoordinatorFrom::Register
            && let Some(at) = opened_at.or(started_at)
        {
            acts.events.push(Event {
                at,
                who: Some(subject.person),
                what: "is named as coordinator".to_owned(),
                link: page.clone(),
            });
        }
        if let Some(at) = self.response.resolved_at {
            acts.events.push(Event {
                at,
                who: None,
                what: "resolved".to_owned(),
                link: page.clone(),
            });
        }
        if let Some(postmortem) = &self.response.postmortem {
            acts.events.push(Event {
                at: postmortem.at,
                who: None,
                what: "postmortem".to_owned(),
                link: brought_with(subject, postmortem),
            });
        }
        acts.events.sort();
    }

    /// ` (9 updates, longest gap 22 min)`.
    fn updates_told(&self, act: Act) -> Act {
        let Some(updates) = &self.response.updates else {
            return act;
        };
        let n = usize::try_from(updates.n).unwrap_or(usize::MAX);
        let gap = quantity::hours(updates.longest.hours());
        let lasts = if updates.ended_at.is_none() {
            ", not resolved yet"
        } else {
            ""
        };
        let n = count(n, "update");
        act.own(format!(" ({n}, longest gap {gap}{lasts})"))
    }

    /// `; postmortem widgets#540 26 h after it was resolved`: in hours, as it is asked for within two days.
    fn postmortem_told(&self, subject: &Subject<'_>, act: Act) -> Act {
        let Some(postmortem) = &self.response.postmortem else {
            return act;
        };
        let act = act
            .own("; postmortem ")
            .link(brought_with(subject, postmortem));
        let after = match (self.response.postmortem_after(), self.response.resolved_at) {
            (Some(after), _) => {
                format!(" {} h after it was resolved", amount(after.hours()))
            }
            (None, Some(_)) => " before it was resolved".to_owned(),
            (None, None) => String::new(),
        };
        act.own(after)
    }
}

/// The page of what brought a postmortem.
fn brought_with(subject: &Subject<'_>, postmortem: &Postmortem) -> Link {
    match postmortem.came_with {
        CameWith::PullRequest(key) => {
            let item = subject.index.item(key);
            item.map_or_else(
                || link(subject.sources, key.0, key.1, ""),
                |item| item.link(subject.sources),
            )
        }
        CameWith::Commit(repository, commit) => subject.commit_link(repository, commit),
    }
}
