//! Moments in a person's work, each a dated sentence about an observable act.

mod authored;
mod firsts;
mod incidents;
mod reviewed;
mod standstill;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Sources;
use super::index::{Index, Item};
use super::snippet::{Act, Dimension, Kind, Link, Origin, Polarity, Quote, Snippet};
use crate::domain::{Comment, PersonId, Window};

/// Whose moments, and what they are read from.
pub(super) struct Subject<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) index: &'a Index<'a>,
    pub(super) person: PersonId,
    pub(super) login: &'a str,
}

/// All moments of one person inside the window, by date.
pub(super) fn moments(subject: &Subject<'_>) -> Vec<Snippet> {
    let mut moments = Vec::new();
    authored::collect(subject, &mut moments);
    reviewed::collect(subject, &mut moments);
    standstill::collect(subject, &mut moments);
    firsts::collect(subject, &mut moments);
    incidents::collect(subject, &mut moments);
    by_hand(subject, &mut moments);
    moments.sort_by(|a, b| (a.on, a.kind, &a.id).cmp(&(b.on, b.kind, &b.id)));
    moments.dedup_by(|a, b| a.id == b.id);
    moments
}

impl<'a> Subject<'a> {
    /// A snippet with the window's defaults: one event, observed.
    fn snippet(&self, kind: Kind, on: Date, about: &str, act: Act) -> Snippet {
        Snippet {
            id: Snippet::id_of(self.login, kind, on, about),
            on,
            person: self.person,
            kind,
            act,
            window: self.sources.seen(),
            n: 1,
            quote: None,
            caveats: Vec::new(),
            dimensions: dimensions(kind),
            polarity: polarity(kind),
            origin: Origin::Observed,
            areas: Vec::new(),
        }
    }

    /// A snippet about one pull request.
    fn about(&self, kind: Kind, at: Timestamp, item: &Item<'_>, act: Act) -> Snippet {
        let mut snippet = self.snippet(kind, self.sources.date(at), &item.pull_request.url, act);
        snippet.areas = item.areas(self.sources);
        snippet
    }

    /// The pull requests that the person has to do with.
    fn items(&self) -> impl Iterator<Item = &'a Item<'a>> {
        self.index.items_of(self.person)
    }

    fn is_inside(&self, at: Timestamp) -> bool {
        self.sources.seen().contains(at)
    }
}

fn polarity(kind: Kind) -> Polarity {
    match kind {
        Kind::Merged
        | Kind::DecisionRecord
        | Kind::Postmortem
        | Kind::Unblocked
        | Kind::FirstReview
        | Kind::FirstChange
        | Kind::Incident
        | Kind::Reviewed => Polarity::Win,
        Kind::Waiting | Kind::Open | Kind::SentBack => Polarity::Challenge,
        Kind::ChangesRequested | Kind::Manual => Polarity::Context,
    }
}

fn dimensions(kind: Kind) -> Vec<Dimension> {
    match kind {
        Kind::Merged => vec![
            Dimension::TechnicalExecution,
            Dimension::SmallFeatureDelivery,
        ],
        Kind::DecisionRecord => vec![Dimension::ArchitectureDocumentation],
        Kind::Postmortem => vec![
            Dimension::ArchitectureDocumentation,
            Dimension::OwnershipAndInitiative,
        ],
        Kind::Reviewed => vec![Dimension::TeamCommunication],
        Kind::ChangesRequested => vec![Dimension::TechnicalExecution, Dimension::TeamCommunication],
        Kind::Unblocked => vec![
            Dimension::OwnershipAndInitiative,
            Dimension::TeamCommunication,
        ],
        Kind::FirstReview | Kind::FirstChange => vec![Dimension::CrossTeamCollaboration],
        Kind::Incident => vec![
            Dimension::OwnershipAndInitiative,
            Dimension::TechnicalExecution,
        ],
        Kind::Waiting | Kind::Open | Kind::SentBack | Kind::Manual => Vec::new(),
    }
}

/// The longest of some comments, cut to what fits in a few lines.
pub(super) fn excerpt<'a>(comments: impl Iterator<Item = &'a Comment>) -> Option<Quote> {
    const MOST: usize = 280;
    let longest = comments
        .filter(|comment| !comment.body.trim().is_empty())
        .max_by(|a, b| (a.body_length, &b.comment).cmp(&(b.body_length, &a.comment)))?;
    let body = longest.body.trim();
    let mut text: String = body.chars().take(MOST).collect();
    if text.len() < body.len() {
        text.push('…');
    }
    Some(Quote {
        text,
        url: longest.url.clone(),
    })
}

/// `1 comment`, `2 comments`.
fn count(n: usize, noun: &str) -> String {
    if n == 1 {
        format!("1 {noun}")
    } else {
        format!("{n} {noun}s")
    }
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Entries by hand, word for word.
fn by_hand(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let seen = subject.sources.seen();
    let (first, last) = (subject.sources.date(seen.since), subject.sources.last_day());
    for entry in subject
        .sources
        .entries
        .iter()
        .filter(|entry| entry.person == subject.person)
    {
        if entry.on < first || entry.on > last {
            continue;
        }
        let mut act = Act::default().given(&entry.text);
        if let Some(url) = &entry.link {
            act = act.own(" ").link(Link {
                text: "page".to_owned(),
                url: url.clone(),
            });
        }
        let mut snippet = subject.snippet(Kind::Manual, entry.on, &entry.text, act);
        snippet.origin = if entry.is_noted_by_lead {
            Origin::LeadNoted
        } else {
            Origin::SelfReported
        };
        moments.push(snippet);
    }
}

/// The part of a window that evidence has seen.
fn clip(window: Window, seen: Window) -> Window {
    Window {
        since: window.since.max(seen.since),
        until: window.until.min(seen.until),
    }
}
