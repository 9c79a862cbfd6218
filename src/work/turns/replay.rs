//! The state machine: one event after the other, and who has the turn after each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::events::{self, Event};
use super::{Asked, Ending, Holder, Life, Replay, Request, Turn};
use crate::domain::{PersonId, RepositoryId, ReviewState, Window};
use crate::tables::Tables;
use crate::work::agents_at_work::at_work;
use crate::work::pull_requests::FullPullRequest;

/// Whose move it is, drafts and closings aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Author,
    Reviewers,
    Merge,
}

/// What a reviewer has said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Approved,
    ChangesRequested,
    Answered,
    Dismissed,
}

struct State<'a> {
    replay: &'a Replay<'a>,
    repository: RepositoryId,
    n_required: u64,
    is_draft: bool,
    is_closed: bool,
    turn: Move,
    /// Whom the pull request waits for, while it is the reviewers'.
    asked: BTreeSet<Asked>,
    /// By person, with the instant of the review.
    verdicts: BTreeMap<PersonId, (Verdict, Timestamp)>,
    /// Whether ready alone is a request: nobody will be asked before the first review.
    waits_for_anyone: bool,
    requests: Vec<Request>,
    ready: Vec<Window>,
}

/// Replays a life up to its end; deployment and checks are not in it yet.
pub(crate) fn life(
    replay: &Replay<'_>,
    whole: &FullPullRequest<'_>,
    ended_at: Option<Timestamp>,
) -> Life {
    let row = whole.pull_request;
    let (since, until) = (row.created_at, ended_at.unwrap_or(replay.as_of));
    let events = events::of_life(replay, whole, until);
    let first_request = events
        .iter()
        .find(|(_, event)| matches!(event, Event::Requested(_)))
        .map(|(at, _)| *at);
    // A review that comes with the merge hands over nothing any more, and still is what it waited for.
    let first_review = whole
        .human_reviews(replay.tables)
        .map(|review| review.submitted_at.max(since))
        .find(|at| *at <= until);
    let will_be_asked =
        first_request.is_some_and(|asked| first_review.is_none_or(|reviewed| asked <= reviewed));
    let mut state = State {
        replay,
        repository: row.repository,
        n_required: n_required(replay, whole, until),
        is_draft: whole.readiness().began_as_draft(),
        is_closed: false,
        turn: Move::Author,
        asked: BTreeSet::new(),
        verdicts: BTreeMap::new(),
        waits_for_anyone: !will_be_asked && (first_review.is_some() || ended_at.is_none()),
        requests: Vec::new(),
        ready: Vec::new(),
    };
    state.made_ready();
    let mut turns = Vec::new();
    let mut from = since;
    for (at, event) in events {
        if at > from {
            append(&mut turns, from, at, state.holder());
            state.note_ready(from, at);
            from = at;
        }
        state.apply(at, event);
    }
    if until > from {
        append(&mut turns, from, until, state.holder());
        state.note_ready(from, until);
    }
    let turns = hand_over(turns, &at_work(replay.tables, whole, &replay.tools, until));
    let mut requests = state.requests;
    for request in requests
        .iter_mut()
        .filter(|request| request.ending == Ending::Open)
    {
        request.until = until;
        if ended_at.is_some() {
            request.ending = Ending::Ended;
        }
    }
    Life {
        since,
        until,
        is_open: ended_at.is_none(),
        turns,
        awaits_deployment: false,
        ready: state.ready,
        requests,
        n_rounds: n_rounds(replay.tables, whole, until),
    }
}

/// The approvals that end the review: those that the branch's rule of today asks for, at least one, and of a merged pull request
/// no more than it had.
fn n_required(replay: &Replay<'_>, whole: &FullPullRequest<'_>, until: Timestamp) -> u64 {
    let row = whole.pull_request;
    let asked_for = replay.required_approvals(row.repository, &row.base_branch);
    let mut n = asked_for.unwrap_or(1);
    if row.merged_at.is_some_and(|at| at < replay.as_of) {
        let approvers: BTreeSet<PersonId> = whole
            .human_reviews(replay.tables)
            .filter(|review| review.submitted_at < until && review.approves_at(until))
            .filter_map(|review| review.author)
            .collect();
        n = n.min(approvers.len() as u64);
    }
    n.max(1)
}

/// Joins what one holder had in a row.
pub(crate) fn append(turns: &mut Vec<Turn>, since: Timestamp, until: Timestamp, holder: Holder) {
    match turns.last_mut() {
        Some(last) if last.holder == holder && last.until == since => last.until = until,
        _ => turns.push(Turn {
            since,
            until,
            holder,
        }),
    }
}

/// Gives agents the time in which they were at work, whosever turn it was.
fn hand_over(turns: Vec<Turn>, spans: &[Window]) -> Vec<Turn> {
    if spans.is_empty() {
        return turns;
    }
    let mut given = Vec::with_capacity(turns.len() + 2 * spans.len());
    for turn in turns {
        let mut from = turn.since;
        for span in spans {
            let (since, until) = (span.since.max(from), span.until.min(turn.until));
            if since >= until {
                continue;
            }
            if since > from {
                append(&mut given, from, since, turn.holder.clone());
            }
            append(&mut given, since, until, Holder::Agent);
            from = until;
        }
        if from < turn.until {
            append(&mut given, from, turn.until, turn.holder);
        }
    }
    given
}

/// Pushes that follow a human review; those without a review between them are one.
pub(crate) fn n_rounds(tables: &Tables, whole: &FullPullRequest<'_>, until: Timestamp) -> u64 {
    let mut reviews = whole
        .human_reviews(tables)
        .map(|review| review.submitted_at)
        .filter(|at| *at < until)
        .peekable();
    let mut n = 0;
    for push in whole.pushes.iter().filter(|push| push.at < until) {
        let mut is_answered = false;
        while reviews.next_if(|review| *review < push.at).is_some() {
            is_answered = true;
        }
        n += u64::from(is_answered);
    }
    n
}

impl State<'_> {
    fn holder(&self) -> Holder {
        if self.is_closed {
            return Holder::Author;
        }
        if self.is_draft {
            return Holder::Draft;
        }
        match self.turn {
            Move::Author => Holder::Author,
            Move::Merge => Holder::Merge,
            Move::Reviewers if self.asked.is_empty() => Holder::Reviewers(vec![Asked::Anyone]),
            Move::Reviewers => Holder::Reviewers(self.asked.iter().cloned().collect()),
        }
    }

    /// Notes that it was open and no draft, if it was, from one event to the next.
    fn note_ready(&mut self, since: Timestamp, until: Timestamp) {
        if self.is_draft || self.is_closed {
            return;
        }
        match self.ready.last_mut() {
            Some(last) if last.until == since => last.until = until,
            _ => self.ready.push(Window { since, until }),
        }
    }

    fn apply(&mut self, at: Timestamp, event: Event) {
        match event {
            Event::Closed => self.is_closed = true,
            Event::Reopened => self.is_closed = false,
            Event::Drafted => self.is_draft = true,
            Event::Ready => {
                self.is_draft = false;
                self.made_ready();
            }
            Event::Pushed => {
                if self.turn == Move::Author && !self.verdicts.is_empty() {
                    self.ask_again();
                }
            }
            Event::Requested(asked) => self.requested(at, asked),
            Event::Withdrawn(asked) => {
                self.close(at, &asked, Ending::Withdrawn);
                if self.asked.remove(&asked)
                    && self.asked.is_empty()
                    && self.turn == Move::Reviewers
                {
                    self.turn = if self.is_approved() {
                        Move::Merge
                    } else {
                        Move::Author
                    };
                }
            }
            Event::Reviewed(verdict, person) => self.reviewed(at, verdict, person),
            Event::Dismissed(None) => self.dismissed(),
            Event::Dismissed(Some((person, submitted_at))) => {
                // A review that a later one of the same person took the place of takes nothing with it.
                if let Some((verdict, said_at)) = self.verdicts.get_mut(&person)
                    && *said_at == submitted_at
                {
                    *verdict = Verdict::Dismissed;
                    self.dismissed();
                }
            }
        }
    }

    /// The turn after a review was dismissed: to merge where that was all that stood in the way, else the reviewers' again, unless
    /// the author still has somebody's requested changes to answer.
    fn dismissed(&mut self) {
        if self.is_approved() {
            self.turn = Move::Merge;
        } else if self.turn != Move::Author || self.n_of(Verdict::ChangesRequested) == 0 {
            self.ask_again();
        }
    }

    /// The turn at ready-for-review, or at an opening without a draft.
    fn made_ready(&mut self) {
        self.turn = if self.is_approved() {
            Move::Merge
        } else if !self.asked.is_empty() || !self.verdicts.is_empty() || self.waits_for_anyone {
            Move::Reviewers
        } else {
            Move::Author
        };
        if self.turn == Move::Reviewers && !self.verdicts.is_empty() {
            self.ask_again();
        }
    }

    /// Whoever is pending, and whoever has answered without approving, has the turn again.
    fn ask_again(&mut self) {
        let unconvinced = self
            .verdicts
            .iter()
            .filter(|(_, (verdict, _))| *verdict != Verdict::Approved)
            .map(|(person, _)| Asked::Person(*person));
        self.asked.extend(unconvinced);
        self.turn = Move::Reviewers;
    }

    fn requested(&mut self, at: Timestamp, asked: Asked) {
        let is_open = |request: &Request| request.ending == Ending::Open && request.asked == asked;
        if !self.requests.iter().any(is_open) {
            self.requests.push(Request {
                asked: asked.clone(),
                since: at,
                until: at,
                ending: Ending::Open,
            });
        }
        self.asked.insert(asked);
        self.turn = Move::Reviewers;
    }

    fn reviewed(&mut self, at: Timestamp, verdict: ReviewState, person: PersonId) {
        for asked in self.answered_by(person) {
            self.close(at, &asked, Ending::Reviewed);
            self.asked.remove(&asked);
        }
        let said = match verdict {
            ReviewState::Approved => Verdict::Approved,
            ReviewState::ChangesRequested => Verdict::ChangesRequested,
            ReviewState::Dismissed => Verdict::Dismissed,
            ReviewState::Commented => Verdict::Answered,
        };
        // A comment takes back no verdict.
        let stands =
            |verdict: &Verdict| matches!(verdict, Verdict::Approved | Verdict::ChangesRequested);
        let earlier = self.verdicts.get(&person);
        if said != Verdict::Answered || !earlier.is_some_and(|(verdict, _)| stands(verdict)) {
            self.verdicts.insert(person, (said, at));
        }
        match verdict {
            ReviewState::Approved if self.is_approved() => self.turn = Move::Merge,
            // Too few approvals yet: it stays where it is, with whoever else is asked.
            ReviewState::Approved => {
                if self.turn == Move::Reviewers && self.asked.is_empty() {
                    self.ask_again();
                }
            }
            ReviewState::ChangesRequested => self.turn = Move::Author,
            ReviewState::Commented | ReviewState::Dismissed => {
                if !(self.turn == Move::Merge && self.is_approved()) {
                    self.turn = Move::Author;
                }
            }
        }
    }

    /// The requests that a review answers: the person's own, and those to teams that the person is in. Of a team whose members
    /// are not known, everyone is one who was not asked in person.
    fn answered_by(&self, person: PersonId) -> Vec<Asked> {
        let own = Asked::Person(person);
        let was_asked = self
            .requests
            .iter()
            .any(|request| request.ending == Ending::Open && request.asked == own);
        let teams = self.asked.iter().filter(|asked| match asked {
            Asked::Team(slug) => {
                let members = self.replay.members(self.repository, slug);
                members.map_or(!was_asked, |members| members.contains(&person))
            }
            Asked::Person(_) | Asked::Anyone => false,
        });
        teams.cloned().chain([own]).collect()
    }

    fn close(&mut self, at: Timestamp, asked: &Asked, ending: Ending) {
        for request in &mut self.requests {
            if request.ending == Ending::Open && request.asked == *asked {
                request.until = at;
                request.ending = ending;
            }
        }
    }

    /// Whether enough have approved and nobody's requested changes stand.
    fn is_approved(&self) -> bool {
        self.n_of(Verdict::ChangesRequested) == 0 && self.n_of(Verdict::Approved) >= self.n_required
    }

    /// How many have said so last.
    fn n_of(&self, wanted: Verdict) -> u64 {
        let verdicts = self.verdicts.values();
        verdicts.filter(|(verdict, _)| *verdict == wanted).count() as u64
    }
}
