//! Whose turn it was: every pull request's life, split into intervals with exactly one holder.
//!
//! The rules, in the order in which they decide:
//!
//! - A draft is held by nobody but itself (`draft`), also when it is converted back; a pull request that was closed and reopened
//!   was the author's in between.
//! - Ready for review, it belongs to the requested reviewers: from the moment it is ready, or from the first request if that came
//!   later but before any review; until then the author has not asked. Where nobody was asked and somebody reviewed it all the
//!   same, or it is still open, it waits for anyone; where it ended without a request or a review, the author never let go of it.
//! - A review that requests changes or comments hands it to the author; so does the withdrawal of the last request.
//! - A push after a review, or a further request, hands it to the reviewers again: those still pending, and those who have
//!   answered without approving. `pushedDate` is null in GitHub's API, so a push is a commit of the pull request's own list that
//!   was authored after the opening, or a forced push of the timeline. A commit that was authored before a review and pushed
//!   after it is not seen. Merging the base into the branch is no push.
//! - What a review said holds until it was dismissed, though GitHub shows it as dismissed ever since.
//! - The last required approval hands it to whoever merges (`merge`): as many as the branch's rule asks for today, one where no
//!   rule is known or it asks for none, and no more than a merged pull request had, since yesterday's rule is not told. A later comment or push leaves it there, since the approval
//!   still stands; requested changes, a dismissal that leaves too few approvals and a further request take it back.
//! - While it may be merged, the time in the merge queue or under a workflow run of one of its own commits is `ci`.
//! - An agent that is at work has it (`agent`), whosever turn it was: from a person's comment that calls it by `@login`, or from
//!   the opening of a pull request that it opened itself, to its last push before the next human act. A call counts where a push
//!   of that agent follows, with no person's push between them. What an agent pushes hands over as an author's push does: it goes
//!   back to whoever had to act next. When an agent began that nobody called is not told, and until its push the turn stays where
//!   it was.
//! - From its merge until the first successful production deployment that contains it, it waits for deployment (`deploy`).
//!
//! Only humans ask and review, and only humans and agents push; what else a bot or a vanished account does hands over nothing. Reviews and requests after the
//! end hand over nothing either.

mod checks;
mod events;
mod replay;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use self::checks::Checks;
pub(crate) use self::replay::n_rounds;
use crate::domain::{Elapsed, MergeRule, PersonId, RepositoryId, Window};
use crate::tables::Tables;
use crate::work::Reading;
use crate::work::agents_at_work::Tools;
use crate::work::delivery::landing::{self, Landings};
use crate::work::delivery::shipping::{self, Delivered, contradicted};
use crate::work::pull_requests::FullPullRequest;

/// Whom a review is asked of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asked {
    /// A person.
    Person(PersonId),
    /// A team, by its slug, until one of its members reviews.
    Team(String),
    /// Nobody in particular: it waits for anyone's review.
    Anyone,
}

/// Who has the turn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A draft: nobody is asked for anything.
    Draft,
    /// The author: to ask for a review, or to answer one.
    Author,
    /// An agent that is at work on it.
    Agent,
    /// Those whose review it waits for, sorted, never empty. The wait is divided equally among them.
    Reviewers(Vec<Asked>),
    /// Checks or the merge queue, once it may be merged.
    Ci,
    /// Whoever merges: it is approved.
    Merge,
    /// The next deployment: it is merged.
    Deploy,
}

impl Holder {
    /// The words of [`Holder::word`], in the order of a change's way.
    pub const WORDS: [&'static str; 7] = [
        "draft", "author", "agent", "reviewer", "ci", "merge", "deploy",
    ];

    /// The word used in facts and files.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Author => "author",
            Self::Agent => "agent",
            Self::Reviewers(_) => "reviewer",
            Self::Ci => "ci",
            Self::Merge => "merge",
            Self::Deploy => "deploy",
        }
    }
}

/// One interval of a life, half-open, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// From here on.
    pub since: Timestamp,
    /// Until then, exclusive.
    pub until: Timestamp,
    /// Who had the turn.
    pub holder: Holder,
}

impl Turn {
    /// How long it was.
    #[must_use]
    pub fn elapsed(&self) -> Elapsed {
        Elapsed::between(self.since, self.until).unwrap_or_default()
    }

    /// The wait of each pending reviewer: equal parts that add up to the turn to the microsecond. Empty for other holders.
    #[must_use]
    pub fn shares(&self) -> Vec<(&Asked, Elapsed)> {
        let Holder::Reviewers(asked) = &self.holder else {
            return Vec::new();
        };
        let n = asked.len().max(1) as u64;
        let (part, rest) = (self.elapsed().micros() / n, self.elapsed().micros() % n);
        (0..)
            .zip(asked)
            .map(|(at, one)| (one, Elapsed::from_micros(part + u64::from(at < rest))))
            .collect()
    }

    /// The part of the turn inside a window; `None` where they do not meet.
    #[must_use]
    pub fn inside(&self, since: Timestamp, until: Timestamp) -> Option<Self> {
        let (since, until) = (self.since.max(since), self.until.min(until));
        (since < until).then(|| Self {
            since,
            until,
            holder: self.holder.clone(),
        })
    }
}

/// How a review that was asked for ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ending {
    /// The one asked reviewed, or a member of the team did.
    Reviewed,
    /// The request was withdrawn.
    Withdrawn,
    /// The pull request was merged or closed first.
    Ended,
    /// It is open at the as-of instant.
    Open,
}

/// A review asked of somebody, until it ended. Asking again while it is open asks for nothing new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whom.
    pub asked: Asked,
    /// When it was asked; a draft can be asked for too.
    pub since: Timestamp,
    /// When it ended; the as-of instant while it is open.
    pub until: Timestamp,
    /// How.
    pub ending: Ending,
}

/// A pull request's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Opened.
    pub since: Timestamp,
    /// Merged, closed, or the as-of instant.
    pub until: Timestamp,
    /// Whether it is still open at the as-of instant.
    pub is_open: bool,
    /// Every interval in order of time, adjacent ones of one holder joined: from `since` without a hole to `until`, and on to
    /// production where a `deploy` turn follows.
    pub turns: Vec<Turn>,
    /// Whether the last turn is a wait for a deployment that has not come by the as-of instant.
    pub awaits_deployment: bool,
    /// When it was open and no draft, in order.
    pub ready: Vec<Window>,
    /// Every review asked for, in order of the asking.
    pub requests: Vec<Request>,
    /// How often the author, or an agent, pushed after a review, before the end: commits without a review between them are one push.
    pub n_rounds: u64,
}

impl Life {
    /// From the opening to the end of the last turn.
    #[must_use]
    pub fn wall(&self) -> Elapsed {
        let until = self.turns.last().map_or(self.until, |turn| turn.until);
        Elapsed::between(self.since, until).unwrap_or_default()
    }
}

/// A life, or the contradiction that leaves the pull request without one.
pub type Lived = Result<Life, &'static str>;

/// The lives of a product's pull requests, in their order; replayed once a reading.
#[must_use]
pub fn lives(reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) -> Arc<Vec<Lived>> {
    reading.once(|| {
        let replay = Replay::of(reading, wholes);
        wholes.iter().map(|whole| replay.life(whole)).collect()
    })
}

/// Members by repository and slug.
type Teams<'a> = BTreeMap<RepositoryId, BTreeMap<&'a str, BTreeSet<PersonId>>>;

/// What lives are replayed with: one for a product, so that runs and deployments are looked through once.
#[derive(Debug)]
pub struct Replay<'a> {
    tables: &'a Tables,
    as_of: Timestamp,
    checks: Checks,
    production: Option<(Arc<Delivered>, Arc<Landings>)>,
    teams: Teams<'a>,
    rules: BTreeMap<RepositoryId, &'a MergeRule>,
    /// What each agent is called.
    tools: Tools<'a>,
}

impl<'a> Replay<'a> {
    /// Prepares the replay of a product's pull requests. Linear in runs, commits and deployments.
    #[must_use]
    pub fn of(reading: &Reading<'a>, wholes: &[FullPullRequest<'_>]) -> Self {
        let delivered = shipping::of_product(reading);
        let production = delivered.is_ok().then(|| {
            let landings = landing::of_product(reading, wholes);
            (delivered, landings)
        });
        Self {
            production,
            ..Self::of_open(reading)
        }
    }

    /// The same for pull requests that are open at the question's instant: none of them waits for a deployment.
    #[must_use]
    pub fn of_open(reading: &Reading<'a>) -> Self {
        Self {
            tables: reading.tables,
            as_of: reading.question.as_of,
            checks: Checks::of(reading),
            production: None,
            teams: teams(reading.tables),
            tools: Tools::of(reading.tables),
            rules: reading
                .tables
                .facts
                .merge_rules
                .iter()
                .map(|rule| (rule.repository, rule))
                .collect(),
        }
    }

    /// How many approvals a merge into a branch of a repository needs; `None` where no rule is known.
    #[must_use]
    pub fn required_approvals(&self, repository: RepositoryId, branch: &str) -> Option<u64> {
        self.rules
            .get(&repository)
            .filter(|rule| rule.branch == branch)
            .map(|rule| rule.required_approvals)
    }

    /// The members of a team; `None` where they are not known.
    fn members(&self, repository: RepositoryId, team: &str) -> Option<&BTreeSet<PersonId>> {
        self.teams.get(&repository)?.get(team)
    }

    /// The life of one pull request; `Err` names the contradiction that leaves it without one.
    pub fn life(&self, whole: &FullPullRequest<'_>) -> Result<Life, &'static str> {
        let row = whole.pull_request;
        let ended_at = row.ended_at(self.as_of);
        if ended_at.is_some_and(|at| at < row.created_at) {
            return Err(if row.merged_at.is_some() {
                "merged_before_opened"
            } else {
                "closed_before_opened"
            });
        }
        let mut life = replay::life(self, whole, ended_at);
        life.turns = self.checks.split(life.turns, whole);
        self.append_deployment(&mut life, whole);
        // A hundred thousand lives are kept at once.
        life.turns.shrink_to_fit();
        life.ready.shrink_to_fit();
        life.requests.shrink_to_fit();
        Ok(life)
    }

    /// Adds the wait for production to a merged pull request, where deployments are observed and its landing is known.
    fn append_deployment(&self, life: &mut Life, whole: &FullPullRequest<'_>) {
        let row = whole.pull_request;
        let (Some((delivered, landings)), Some(merged_at)) = (&self.production, row.merged_at)
        else {
            return;
        };
        let Ok((_, shipping)) = delivered.as_ref() else {
            return;
        };
        if life.is_open {
            return;
        }
        let Some(commit) = landings.commit(whole.key()) else {
            return;
        };
        let until = match shipping.first(row.repository, commit) {
            // What the first deployment shipped, and what a deployment of an unknown commit may have, came there nobody knows when.
            Some(shipped) if contradicted(shipping, shipped, merged_at).is_some() => return,
            Some(shipped) => shipped.at,
            None if shipping.may_have_shipped(row.repository, merged_at, None) => return,
            None if !landings.is_on_default_branch(row.repository, commit) => return,
            None if shipping
                .deployments
                .iter()
                .any(|one| one.repository == row.repository) =>
            {
                life.awaits_deployment = true;
                self.as_of
            }
            None => return,
        };
        if until > merged_at {
            life.turns.push(Turn {
                since: merged_at,
                until,
                holder: Holder::Deploy,
            });
        }
    }
}

/// Members by team; a team whose members nobody told has no entry.
fn teams(tables: &Tables) -> Teams<'_> {
    let mut teams = Teams::new();
    for row in &tables.facts.teams {
        let of_repository = teams.entry(row.repository).or_default();
        of_repository.entry(&row.team).or_default();
    }
    for row in &tables.facts.team_members {
        let members = teams
            .get_mut(&row.repository)
            .and_then(|teams| teams.get_mut(row.team.as_str()));
        if let Some(members) = members {
            members.insert(row.person);
        }
    }
    teams
}
