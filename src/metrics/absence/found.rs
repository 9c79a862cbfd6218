//! What is seen of one absence in one product: deployments, merges, turnarounds, open work, waits on the person, their own acts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{PersonId, PrNumber, PullRequestState, RepositoryId};
use crate::metrics::flow::stuck::last_touched;
use crate::metrics::measure::{KeyedRow, LedgerRow, Thing};
use crate::metrics::review::{span_hours, turnaround};
use crate::work::absences::{Period, Phase, Spell};
use crate::work::delivery::deployments::FoundDeployments;
use crate::work::pull_requests::{FullPullRequest, Key, not_human};
use crate::work::requests::{Asked, End, Request};
use crate::work::turns::Replay;
use crate::work::{Fate, Reading};

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A deployment to production that finished in the period.
    Deployment,
    /// A pull request merged in the period.
    Merge,
    /// A review asked for in the period.
    Turnaround,
    /// A pull request open and no draft at the end of the period; the value says whether it was stuck.
    Open,
    /// A review asked of the person that was opened or pending in the period.
    Wait {
        /// When and how it ended; `None`: it has not.
        ended: Option<(Timestamp, &'static str)>,
    },
    /// Something under the person's account.
    Act {
        /// What, as in `reviewed`.
        verb: &'static str,
    },
}

/// Where a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ItemKey {
    /// The period.
    pub phase: Phase,
    /// What it is.
    pub what: What,
    /// The pull request or issue; `None` for a deployment.
    pub number: Option<PrNumber>,
}

/// One row of an absence.
pub type Item = KeyedRow<ItemKey>;

/// What the rows of a product's absences are found in.
pub(super) struct Record<'a, 'w> {
    pub(super) reading: &'w Reading<'a>,
    pub(super) wholes: &'w [FullPullRequest<'a>],
    pub(super) requests: Vec<Request<'a, 'w>>,
    pub(super) replay: Replay<'w>,
    pub(super) deployments: Option<FoundDeployments>,
}

impl Record<'_, '_> {
    /// Every row of one absence, by period and kind.
    pub(super) fn items(&self, spell: &Spell) -> Vec<Item> {
        let mut items = Vec::new();
        for period in spell.periods.iter().filter(|period| !period.is_empty()) {
            self.deployed(period, &mut items);
            self.merged(period, &mut items);
            self.asked(period, &mut items);
            self.open(period, &mut items);
            self.waits(spell.person, period, &mut items);
            self.acts(spell.person, period, &mut items);
        }
        for item in &mut items {
            item.row.areas = [spell.label()].into();
            item.row.person = Some(spell.person);
            item.row.bucket = None;
            let word = item.key.phase.word();
            item.row.subject.words = format!("{word}, {}", item.row.subject.words);
        }
        items
    }

    fn deployed(&self, period: &Period, items: &mut Vec<Item>) {
        let candidates = self.deployments.iter().flat_map(|found| &found.candidates);
        for candidate in candidates.filter(|one| period.window.contains(one.at())) {
            let mut row = candidate.row(self.reading);
            row.subject.words = format!("deployment {}", row.subject.words);
            items.push(keyed(period, What::Deployment, None, row));
        }
    }

    fn merged(&self, period: &Period, items: &mut Vec<Item>) {
        for whole in self.wholes {
            let row = whole.pull_request;
            let merged_at = row
                .merged_at
                .filter(|at| row.state == PullRequestState::Merged && period.window.contains(*at));
            let Some(merged_at) = merged_at else { continue };
            let fate = not_human(self.reading.tables, row.author).unwrap_or(
                if merged_at < row.created_at {
                    Fate::Unknown("merged_before_opened")
                } else {
                    Fate::Included
                },
            );
            let row = self.row(whole, "merged", merged_at, None, fate);
            items.push(keyed(period, What::Merge, Some(whole.key().1), row));
        }
    }

    fn asked(&self, period: &Period, items: &mut Vec<Item>) {
        for request in self
            .requests
            .iter()
            .filter(|one| period.window.contains(one.at))
        {
            let fate = turnaround::fate(request, self.reading.tables);
            let end = request
                .end()
                .and_then(End::at)
                .unwrap_or(self.reading.question.as_of);
            let (value, working_hours) = if fate == Fate::Included {
                span_hours(
                    self.reading.question,
                    request.human(self.reading.tables),
                    request.at,
                    end,
                )
            } else {
                (None, None)
            };
            let mut row = self.row(request.whole, "review asked of", request.at, value, fate);
            row.working_hours = working_hours;
            row.is_running = fate == Fate::Included && request.end() == Some(End::Open);
            items.push(keyed(
                period,
                What::Turnaround,
                Some(request.whole.key().1),
                row,
            ));
        }
    }

    /// Open and no draft at the end of a period, with the instant since which nobody but the author has touched it.
    fn open(&self, period: &Period, items: &mut Vec<Item>) {
        let end = period.window.until;
        let open: Vec<(&FullPullRequest<'_>, Option<Timestamp>)> = self
            .wholes
            .iter()
            .filter(|whole| whole.pull_request.created_at < end)
            .filter(|whole| {
                whole
                    .ended_at(self.reading.question)
                    .is_none_or(|at| at >= end)
            })
            .filter_map(|whole| {
                let life = self.replay.life(whole).ok()?;
                let mut ready = life.ready.iter();
                let ready = ready.find(|span| span.since < end && end <= span.until)?;
                Some((whole, Some(ready.since)))
            })
            .collect();
        let touched = last_touched(self.reading.tables, end, &open);
        for (whole, ready_since) in open {
            let fate =
                not_human(self.reading.tables, whole.pull_request.author).unwrap_or(Fate::Included);
            let Some(quiet_since) = ready_since.max(touched.get(&whole.key()).copied()) else {
                continue;
            };
            let days = self
                .reading
                .question
                .calendars
                .team()
                .working_days_between(quiet_since, end);
            let is_stuck = days
                .is_some_and(|days| days >= self.reading.question.flow.stuck_after_working_days);
            let value = (fate == Fate::Included).then_some(if is_stuck { 1.0 } else { 0.0 });
            let row = self.row(whole, "open at its end", quiet_since, value, fate);
            items.push(keyed(period, What::Open, Some(whole.key().1), row));
        }
    }

    /// Requests to the person that were opened or pending, oldest first.
    fn waits(&self, person: PersonId, period: &Period, items: &mut Vec<Item>) {
        let window = period.window;
        let mut found: Vec<&Request<'_, '_>> = self
            .requests
            .iter()
            .filter(|request| request.asked == Asked::Person(person))
            .filter(|request| request.fate(self.reading.tables) == Fate::Included)
            .filter(|request| request.at < window.until)
            .filter(|request| {
                let left_at = request.end().and_then(End::at);
                left_at.is_none_or(|at| at > window.since)
            })
            .collect();
        found.sort_by_key(|request| (request.at, request.whole.key()));
        for request in found {
            let ended = match request.end() {
                Some(End::Reviewed(at)) => Some((at, "reviewed by this person")),
                Some(End::Withdrawn(at)) => Some((at, "withdrawn")),
                Some(End::Ended { at, is_merged, .. }) => Some((
                    at,
                    if is_merged {
                        "merged without this person's review"
                    } else {
                        "closed without this person's review"
                    },
                )),
                Some(End::Open) | None => None,
            };
            let row = self.row(
                request.whole,
                "waited on the person",
                request.at,
                None,
                Fate::Included,
            );
            items.push(keyed(
                period,
                What::Wait { ended },
                Some(request.whole.key().1),
                row,
            ));
        }
    }

    /// What the record shows under the person's account, by time: one row an instant and page.
    fn acts(&self, person: PersonId, period: &Period, items: &mut Vec<Item>) {
        let facts = &self.reading.tables.facts;
        let mut acts: BTreeMap<(Timestamp, Key), &'static str> = BTreeMap::new();
        let mut add = |who, at: Option<Timestamp>, key: (RepositoryId, PrNumber), what| {
            let is_it = who == Some(person) && self.reading.product.has(key.0);
            if let Some(at) = at.filter(|at| is_it && period.window.contains(*at)) {
                acts.entry((at, key)).or_insert(what);
            }
        };
        // What is told first names the instant: a review comes with its comments, a merge with its event.
        for row in &facts.pull_requests {
            let key = (row.repository, row.number);
            add(row.author, Some(row.created_at), key, "opened");
            add(row.merged_by, row.merged_at, key, "merged");
        }
        for row in &facts.issues {
            let key = (row.repository, row.number);
            add(row.author, Some(row.created_at), key, "opened");
        }
        for row in &facts.reviews {
            let key = (row.repository, row.number);
            add(row.author, Some(row.submitted_at), key, "reviewed");
        }
        for row in &facts.comments {
            let key = (row.repository, row.number);
            add(row.author, Some(row.created_at), key, "commented on");
        }
        for row in &facts.issue_comments {
            let key = (row.repository, row.number);
            add(row.author, Some(row.created_at), key, "commented on");
        }
        for row in &facts.pull_request_commits {
            let key = (row.repository, row.number);
            add(row.author, Some(row.authored_at), key, "wrote a commit of");
        }
        for row in &facts.review_requests {
            let key = (row.repository, row.number);
            add(row.actor, Some(row.at), key, "changed a review request of");
        }
        for row in &facts.timeline {
            let key = (row.repository, row.number);
            add(row.actor, Some(row.at), key, "acted on");
        }
        if acts.is_empty() {
            return;
        }
        let pages = self.pages();
        for ((at, key), verb) in acts {
            let row = LedgerRow {
                origin: None,
                working_hours: None,
                is_running: false,
                person: None,
                authors: Arc::default(),
                product: self.reading.product.name.clone(),
                repository: Some(key.0),
                areas: [].into(),
                subject: Thing::Numbered(key.1).called(format!("the person {verb} {}", key.1)),
                link: pages.get(&key).map(|page| (*page).to_owned()),
                at: Some(at),
                bucket: None,
                value: None,
                fate: Fate::Included,
            };
            items.push(keyed(period, What::Act { verb }, Some(key.1), row));
        }
    }

    /// The pages of pull requests and issues.
    fn pages(&self) -> HashMap<Key, &str> {
        let facts = &self.reading.tables.facts;
        let issues = facts.issues.iter();
        let issues = issues.map(|row| ((row.repository, row.number), row.url.as_str()));
        let pulls = facts.pull_requests.iter();
        let pulls = pulls.map(|row| ((row.repository, row.number), row.url.as_str()));
        issues.chain(pulls).collect()
    }

    fn row(
        &self,
        whole: &FullPullRequest<'_>,
        what: &str,
        at: Timestamp,
        value: Option<f64>,
        fate: Fate,
    ) -> LedgerRow {
        let mut row = whole.row(self.reading, Some(at), value, fate);
        row.subject.words = format!("{what} {}", row.subject.words);
        row
    }
}

fn keyed(period: &Period, what: What, number: Option<PrNumber>, row: LedgerRow) -> Item {
    let phase = period.phase;
    let key = ItemKey {
        phase,
        what,
        number,
    };
    Item { row, key }
}
