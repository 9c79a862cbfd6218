//! Review requests replayed from events: when each was made, whom it was made to, and how it ended.
//!
//! A request lasts from its own event (never from the publication of the pull request) until the person asked submits a
//! review, the request is withdrawn, or the pull request ends. A request to a team lasts until one of its members reviews; of
//! a team whose members are not known, until anybody but the author does. Asking again while a request is open is no new
//! request; asking again after the review is one.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::{Elapsed, PersonId, RepositoryId, RequestAction, Review};
use crate::tables::Tables;
use crate::work::pull_requests::{FullPullRequest, not_human};
use crate::work::{Fate, Reading};

/// Who was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked<'a> {
    /// A person, human or not.
    Person(PersonId),
    /// A team, by its slug.
    Team(&'a str),
    /// Somebody whom GitHub no longer names.
    Ghost,
}

impl Asked<'_> {
    /// The person, where one was asked.
    #[must_use]
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Team(_) | Self::Ghost => None,
        }
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It is open at the as-of instant.
    Open,
    /// Who was asked, or a member of the team, submitted a review.
    Reviewed(Timestamp),
    /// It was taken back.
    Withdrawn(Timestamp),
    /// The pull request was merged or closed first.
    Ended {
        /// When.
        at: Timestamp,
        /// Whether it was merged.
        is_merged: bool,
        /// Whether the review came after that.
        is_reviewed_later: bool,
    },
}

impl End {
    /// When; `None` while it is open.
    #[must_use]
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::Open => None,
            Self::Reviewed(at) | Self::Withdrawn(at) | Self::Ended { at, .. } => Some(at),
        }
    }
}

/// What a request's event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestStep {
    /// A request that opened a wait.
    Request(End),
    /// Asked although a request to the same person or team was open.
    Repeated,
    /// Withdrawn although no request was open.
    RemovedUnasked,
    /// Asked after the pull request had ended.
    AfterTheEnd,
}

/// One event of a pull request's requests.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a, 'w> {
    /// The pull request.
    pub whole: &'w FullPullRequest<'a>,
    /// Who was asked.
    pub asked: Asked<'a>,
    /// When.
    pub at: Timestamp,
    /// What the event is, and how the request ended.
    pub kind: RequestStep,
}

impl Request<'_, '_> {
    /// Whether the request belongs in figures about people: `Included`, unless a bot, the author or nobody was asked, or the
    /// event opened no request.
    #[must_use]
    pub fn fate(&self, tables: &Tables) -> Fate {
        let of_person = match self.asked {
            Asked::Person(person) if Some(person) == self.whole.answers_for(tables) => {
                Some(Fate::Excluded("own_pull_request"))
            }
            Asked::Person(person) => match not_human(tables, Some(person)) {
                Some(Fate::Unknown(_)) => Some(Fate::Unknown("reviewer_is_a_ghost")),
                fate => fate,
            },
            Asked::Team(_) => None,
            Asked::Ghost => Some(Fate::Unknown("reviewer_is_a_ghost")),
        };
        of_person.unwrap_or(match self.kind {
            RequestStep::Request(_) => Fate::Included,
            RequestStep::Repeated => Fate::Excluded("already_requested"),
            RequestStep::RemovedUnasked => Fate::Excluded("removed_without_a_request"),
            RequestStep::AfterTheEnd => Fate::Excluded("requested_after_the_end"),
        })
    }

    /// The person asked, where it is a human: bots have no figures of their own.
    #[must_use]
    pub fn human(&self, tables: &Tables) -> Option<PersonId> {
        self.asked
            .person()
            .filter(|person| tables.is_human(*person))
    }

    /// How it ended; `None` for an event that opened no request.
    #[must_use]
    pub const fn end(&self) -> Option<End> {
        match self.kind {
            RequestStep::Request(end) => Some(end),
            RequestStep::Repeated | RequestStep::RemovedUnasked | RequestStep::AfterTheEnd => None,
        }
    }

    /// Whether it is open at an instant.
    #[must_use]
    pub fn is_open_at(&self, instant: Timestamp) -> bool {
        self.end()
            .is_some_and(|end| self.at <= instant && end.at().is_none_or(|at| at > instant))
    }

    /// From the request to its end, or to the as-of instant.
    #[must_use]
    pub fn age(&self, as_of: Timestamp) -> Option<Elapsed> {
        Elapsed::between(self.at, self.end()?.at().unwrap_or(as_of))
    }
}

/// Every event of the requests of some pull requests: by pull request, whom was asked, and time.
#[must_use]
pub fn replay<'a, 'w>(
    reading: &Reading<'a>,
    wholes: &'w [FullPullRequest<'a>],
) -> Vec<Request<'a, 'w>> {
    let members = Members::of(reading);
    let mut all = Vec::new();
    for whole in wholes.iter().filter(|whole| !whole.requests.is_empty()) {
        let mut asked: Vec<Asked<'a>> = whole.requests.iter().map(whom).collect();
        asked.sort_unstable();
        asked.dedup();
        for asked in asked {
            replay_one(reading, &members, whole, asked, &mut all);
        }
    }
    all
}

fn whom(row: &crate::domain::ReviewRequest) -> Asked<'_> {
    match (row.reviewer, row.team.as_deref()) {
        (Some(person), _) => Asked::Person(person),
        (None, Some(team)) => Asked::Team(team),
        (None, None) => Asked::Ghost,
    }
}

/// A step in the life of the requests to one person or team. Of one instant, asking comes before the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Asked,
    Removed,
    Reviewed,
}

fn replay_one<'a, 'w>(
    reading: &Reading<'_>,
    members: &Members<'_>,
    whole: &'w FullPullRequest<'a>,
    asked: Asked<'a>,
    all: &mut Vec<Request<'a, 'w>>,
) {
    let ended_at = whole.ended_at(reading.question);
    let events = whole.requests.iter().filter(|row| whom(row) == asked);
    let mut steps: Vec<(Timestamp, Step)> = events
        .map(|row| {
            let step = match row.action {
                RequestAction::Requested => Step::Asked,
                RequestAction::Removed => Step::Removed,
            };
            (row.at, step)
        })
        .collect();
    let answers = |review: &&Review| match asked {
        Asked::Person(person) => review.author == Some(person),
        Asked::Team(team) => members.may_answer(reading.tables, whole, team, review),
        Asked::Ghost => false,
    };
    let reviews = whole.reviews.iter().filter(answers);
    steps.extend(reviews.map(|review| (review.submitted_at, Step::Reviewed)));
    steps.sort_unstable();
    let mut open: Option<usize> = None;
    for (at, step) in steps {
        let is_over = ended_at.is_some_and(|ended_at| at > ended_at);
        let kind = match (step, open) {
            (Step::Asked, _) if is_over => RequestStep::AfterTheEnd,
            (Step::Asked, Some(_)) => RequestStep::Repeated,
            (Step::Asked, None) => {
                open = Some(all.len());
                RequestStep::Request(End::Open)
            }
            (Step::Removed, None) => RequestStep::RemovedUnasked,
            (Step::Reviewed, None) => continue,
            (Step::Removed | Step::Reviewed, Some(index)) => {
                let end = match (step, ended_at) {
                    (_, Some(ended_at)) if is_over => End::Ended {
                        at: ended_at,
                        is_merged: whole.pull_request.merged_at.is_some(),
                        is_reviewed_later: step == Step::Reviewed,
                    },
                    (Step::Removed, _) => End::Withdrawn(at),
                    _ => End::Reviewed(at),
                };
                if let Some(request) = all.get_mut(index) {
                    request.kind = RequestStep::Request(end);
                }
                open = None;
                continue;
            }
        };
        all.push(Request {
            whole,
            asked,
            at,
            kind,
        });
    }
    if let (Some(request), Some(at)) = (open.and_then(|index| all.get_mut(index)), ended_at) {
        request.kind = RequestStep::Request(End::Ended {
            at,
            is_merged: whole.pull_request.merged_at.is_some(),
            is_reviewed_later: false,
        });
    }
}

/// Who is in which team, as far as it was read.
#[derive(Debug)]
pub struct Members<'a> {
    /// By repository and slug; a team that is not in here has members nobody knows.
    teams: BTreeMap<(RepositoryId, &'a str), BTreeSet<PersonId>>,
}

impl<'a> Members<'a> {
    /// The teams that a product's reviews are asked of.
    #[must_use]
    pub fn of(reading: &Reading<'a>) -> Self {
        let mut teams: BTreeMap<(RepositoryId, &'a str), BTreeSet<PersonId>> = BTreeMap::new();
        let inside = |repository: &RepositoryId| reading.product.repositories.contains(repository);
        for row in reading
            .tables
            .facts
            .teams
            .iter()
            .filter(|row| inside(&row.repository))
        {
            teams.entry((row.repository, &row.team)).or_default();
        }
        for row in &reading.tables.facts.team_members {
            if let Some(members) = teams.get_mut(&(row.repository, row.team.as_str())) {
                members.insert(row.person);
            }
        }
        Self { teams }
    }

    /// Whether somebody is in a team; `None` where its members are not known.
    #[must_use]
    pub fn has(&self, repository: RepositoryId, team: &str, person: PersonId) -> Option<bool> {
        let members = self.teams.get(&(repository, team))?;
        (!members.is_empty()).then(|| members.contains(&person))
    }

    /// Whether a review answers for the team: a human's, not the author's, and a member's where members are known.
    fn may_answer(
        &self,
        tables: &Tables,
        whole: &FullPullRequest<'_>,
        team: &str,
        review: &Review,
    ) -> bool {
        let repository = whole.pull_request.repository;
        review.author.is_some_and(|person| {
            tables.is_human(person)
                && review.author != whole.answers_for(tables)
                && self.has(repository, team, person) != Some(false)
        })
    }
}
