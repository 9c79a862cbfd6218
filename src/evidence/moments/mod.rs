//! Moments in a person's work, each a dated sentence about an observable act.

mod authored;
mod awaited;
mod changes;
mod committed;
mod delegated;
mod first_days;
mod firsts;
mod incidents;
mod reviewed;
mod standstill;
mod taken_up;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Sources;
use super::blocks::count;
use super::index::Index;
use super::item::Item;
use super::snippet::{Act, Dimension, Event, Kind, Link, Origin, Polarity, Quote, Snippet};
use crate::domain::{
    Bucket, Comment, CommitId, PersonId, RepositoryId, RequestAction, ReviewState, Window,
};
use crate::work::delivery::deployments::commit_page;
use crate::work::threads::own_words;

pub(super) use authored::taken_back;
pub(super) use reviewed::{FIRST_MONDAY, fortnight_of};

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
    committed::collect(subject, &mut moments);
    reviewed::collect(subject, &mut moments);
    standstill::collect(subject, &mut moments);
    firsts::collect(subject, &mut moments);
    first_days::collect(subject, &mut moments);
    taken_up::collect(subject, &mut moments);
    delegated::collect(subject, &mut moments);
    incidents::collect(subject, &mut moments);
    awaited::collect(subject, &mut moments);
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
            weight: 0,
            events: Vec::new(),
        }
    }

    /// A snippet about one pull request.
    fn about(&self, kind: Kind, at: Timestamp, item: &Item<'_>, act: Act) -> Snippet {
        let mut snippet = self.snippet(kind, self.sources.date(at), &item.pull_request.url, act);
        snippet.areas = item.areas(self.sources);
        snippet.events = self.events(item, |_| true);
        snippet
    }

    /// What happened on a pull request up to the end, by time, as far as some people did it.
    fn events(&self, item: &Item<'_>, is_told: impl Fn(Option<PersonId>) -> bool) -> Vec<Event> {
        let end = self.sources.end();
        let page = item.link(self.sources);
        let event = |at, who, what: String, link: &Link| Event {
            at,
            who,
            what,
            link: link.clone(),
        };
        let row = item.pull_request;
        let mut events = vec![event(
            row.created_at,
            row.author,
            "opened".to_owned(),
            &page,
        )];
        for request in &item.requests {
            let whom = request
                .reviewer
                .and_then(|person| self.sources.person(person));
            let whom = whom.map_or_else(
                || {
                    request
                        .team
                        .clone()
                        .unwrap_or_else(|| "somebody".to_owned())
                },
                |person| person.display_name.clone(),
            );
            let what = match request.action {
                RequestAction::Requested => format!("asked {whom}"),
                RequestAction::Removed => format!("took the request to {whom} back"),
            };
            if is_told(request.reviewer) {
                events.push(event(request.at, request.actor, what, &page));
            }
        }
        for review in &item.reviews {
            let what = match review.verdict {
                ReviewState::Approved => "approved",
                ReviewState::ChangesRequested => "asked for changes",
                ReviewState::Commented => "reviewed",
                ReviewState::Dismissed => "reviewed, dismissed later",
            };
            if is_told(review.author) {
                events.push(event(
                    review.submitted_at,
                    review.author,
                    what.to_owned(),
                    &page,
                ));
            }
        }
        for comment in &item.comments {
            let link = Link {
                text: page.text.clone(),
                url: comment.url.clone(),
            };
            if is_told(comment.author) {
                let what = "commented".to_owned();
                events.push(event(comment.created_at, comment.author, what, &link));
            }
        }
        if let Some(at) = row.merged_at {
            events.push(event(at, row.merged_by, "merged".to_owned(), &page));
        } else if let Some(at) = row.closed_at {
            events.push(event(at, None, "closed".to_owned(), &page));
        }
        events.retain(|event| event.at < end);
        events.sort();
        events
    }

    pub(super) fn commit_link(&self, repository: RepositoryId, commit: CommitId) -> Link {
        commit_link(self.sources, repository, commit)
    }

    /// The pull requests of people that the person has to do with: what machines open is nobody's moment.
    pub(super) fn items(&self) -> impl Iterator<Item = &'a Item<'a>> {
        let items = self.index.items_of(self.person);
        items.filter(|item| !item.is_by_a_machine)
    }

    /// What a first change in an area stands for. Where nobody else had changed anything before, the area was nobody else's: whoever
    /// makes a new directory works with no other team by that.
    fn dimensions_of_first_change(&self, area: &str, before: Timestamp) -> Vec<Dimension> {
        let is_others =
            (self.index).was_changed_by_another(self.sources, area, self.person, before);
        let dimension = is_others.then_some(Dimension::CrossTeamCollaboration);
        dimension.into_iter().collect()
    }

    fn is_inside(&self, at: Timestamp) -> bool {
        self.sources.seen().contains(at)
    }
}

/// The page of a commit, shown as `widgets@3f2a91c0de`; without one the text stands alone.
pub(super) fn commit_link(
    sources: &Sources<'_>,
    repository: RepositoryId,
    commit: CommitId,
) -> Link {
    let name = sources.repository_name(repository);
    Link {
        text: format!("{name}@{}", commit.short()),
        url: commit_page(sources.past.tables, repository, commit).unwrap_or_default(),
    }
}

/// What a kind of moment counts as, unless what happened says otherwise.
fn polarity(kind: Kind) -> Polarity {
    match kind {
        Kind::Merged
        | Kind::DecisionRecord
        | Kind::Postmortem
        | Kind::Runbook
        | Kind::Migration
        | Kind::Committed
        | Kind::Paired
        | Kind::Released
        | Kind::FirstDays
        | Kind::Unblocked
        | Kind::FirstReview
        | Kind::FirstChange
        | Kind::Coordinated
        | Kind::Incident
        | Kind::Reviewed => Polarity::Win,
        Kind::Awaited | Kind::Waiting | Kind::SentBack => Polarity::Challenge,
        // That nobody else has looked is no doing of the author's.
        // Nor is it theirs to say that a commit was made for a comment.
        // What was given to an agent is neither by itself.
        Kind::Open | Kind::ChangesRequested | Kind::TakenUp | Kind::Delegated | Kind::Manual => {
            Polarity::Context
        }
    }
}

fn dimensions(kind: Kind) -> Vec<Dimension> {
    match kind {
        Kind::Merged | Kind::Committed | Kind::Migration => vec![
            Dimension::TechnicalExecution,
            Dimension::SmallFeatureDelivery,
        ],
        Kind::DecisionRecord => vec![Dimension::ArchitectureDocumentation],
        Kind::Paired => vec![Dimension::TeamCommunication, Dimension::TechnicalExecution],
        Kind::Released => vec![Dimension::OwnershipAndInitiative],
        Kind::Postmortem | Kind::Runbook => vec![
            Dimension::ArchitectureDocumentation,
            Dimension::OwnershipAndInitiative,
        ],
        Kind::Reviewed => vec![Dimension::TeamCommunication],
        Kind::FirstDays => vec![
            Dimension::TeamCommunication,
            Dimension::OwnershipAndInitiative,
        ],
        Kind::TakenUp | Kind::ChangesRequested => {
            vec![Dimension::TechnicalExecution, Dimension::TeamCommunication]
        }
        Kind::Unblocked => vec![
            Dimension::OwnershipAndInitiative,
            Dimension::TeamCommunication,
        ],
        Kind::FirstReview => vec![Dimension::CrossTeamCollaboration],
        Kind::Coordinated | Kind::Incident => vec![
            Dimension::OwnershipAndInitiative,
            Dimension::TechnicalExecution,
        ],
        Kind::Delegated
        | Kind::Awaited
        | Kind::Waiting
        | Kind::Open
        | Kind::SentBack
        // That depends on whose area it was: `Subject::dimensions_of_first_change`.
        | Kind::FirstChange
        | Kind::Manual => Vec::new(),
    }
}

/// The longest of some comments, cut to what fits in a few lines: what its author wrote, not what it repeats of others or of code.
pub(super) fn excerpt<'a>(comments: impl Iterator<Item = &'a Comment>) -> Option<Quote> {
    const MOST: usize = 280;
    let said = comments.map(|comment| (own_words(&comment.body), comment));
    let said = said.filter(|(words, _)| !words.is_empty());
    let (words, longest) = said.max_by(|(a, one), (b, other)| {
        let (a, b) = (a.chars().count(), b.chars().count());
        (a, &other.comment).cmp(&(b, &one.comment))
    })?;
    Some(Quote {
        text: cut(&words, MOST),
        url: longest.url.clone(),
    })
}

/// The own words of a comment in one line, cut to so many letters; `None` where it has none.
pub(super) fn excerpt_of(body: &str, most: usize) -> Option<String> {
    let words = own_words(body);
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| cut(&line, most))
}

fn cut(words: &str, most: usize) -> String {
    let mut text: String = words.chars().take(most).collect();
    if text.len() < words.len() {
        text.push('…');
    }
    text
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Entries by hand, word for word.
fn by_hand(subject: &Subject<'_>, moments: &mut Vec<Snippet>) {
    let seen = subject.sources.seen();
    let (first, last) = (subject.sources.date(seen.since), subject.sources.today());
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
        snippet.events.push(Event {
            at: Bucket::start_of(entry.on, &subject.sources.past.question.zone),
            who: Some(entry.person),
            what: "an entry of the private register".to_owned(),
            link: Link {
                text: "page".to_owned(),
                url: entry.link.clone().unwrap_or_default(),
            },
        });
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
