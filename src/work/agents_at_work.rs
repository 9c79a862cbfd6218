//! Agents at work on a pull request: since when, and until which push.

use std::collections::HashMap;

use jiff::Timestamp;

use super::pull_requests::FullPullRequest;
use super::pushes::Push;
use crate::domain::{Account, PersonId, Window};
use crate::tables::Tables;

/// What each agent's account or signature is called: the name that comments call it by too.
#[derive(Debug, Default)]
pub(crate) struct Tools<'a>(HashMap<PersonId, &'a str>);

impl<'a> Tools<'a> {
    pub(crate) fn of(tables: &'a Tables) -> Self {
        let agents = tables.people.iter();
        let agents = agents.filter(|person| person.account == Account::AiReviewer);
        let mut tools: HashMap<_, _> = agents
            .map(|person| (person.id, person.display_name.as_str()))
            .collect();
        for row in &tables.facts.provenance {
            if let (Some(agent), Some(tool)) = (row.agent, &row.tool)
                && let Some(called) = tools.get_mut(&agent)
            {
                *called = tool;
            }
        }
        Self(tools)
    }

    /// What an agent is called; `None`: it is none.
    pub(crate) fn name(&self, agent: PersonId) -> Option<&'a str> {
        self.0.get(&agent).copied()
    }

    fn is_called(&self, agent: Option<PersonId>, tool: &str) -> bool {
        let called = agent.and_then(|agent| self.0.get(&agent));
        called.is_some_and(|called| *called == tool)
    }
}

/// When agents were at work on a pull request before its end, in order and apart from each other.
pub(crate) fn at_work(
    tables: &Tables,
    whole: &FullPullRequest<'_>,
    tools: &Tools<'_>,
    until: Timestamp,
) -> Vec<Window> {
    let pushes = whole.pushes.iter().copied();
    let pushes: Vec<Push> = pushes.filter(|push| push.at < until).collect();
    if pushes.iter().all(|push| push.agent.is_none()) {
        return Vec::new();
    }
    let acts = human_acts(tables, whole);
    let row = whole.pull_request;
    let mut spans = Vec::new();
    let opener = row.author.and_then(|author| tools.0.get(&author));
    if let Some(tool) = opener {
        let next = acts.iter().find(|act| **act > row.created_at);
        spans.extend(
            last_push(&pushes, tools, tool, row.created_at, next).map(|last| Window {
                since: row.created_at,
                until: last,
            }),
        );
    }
    for comment in &whole.comments {
        let is_human = comment.author.is_some_and(|author| tables.is_human(author));
        let (Some(tool), true) = (&comment.calls_agent, is_human) else {
            continue;
        };
        let called_at = comment.created_at.max(row.created_at);
        // Where a person pushes first, what was asked of the agent has lapsed.
        let first = pushes
            .iter()
            .filter(|push| push.at > called_at)
            .find(|push| push.agent.is_none() || tools.is_called(push.agent, tool));
        let Some(first) = first.filter(|push| push.agent.is_some()) else {
            continue;
        };
        let next = acts.iter().find(|act| **act > first.at);
        spans.extend(
            last_push(&pushes, tools, tool, called_at, next).map(|last| Window {
                since: called_at,
                until: last,
            }),
        );
    }
    joined(spans)
}

/// The last push of an agent after an instant and before the next human act.
fn last_push(
    pushes: &[Push],
    tools: &Tools<'_>,
    tool: &str,
    since: Timestamp,
    next: Option<&Timestamp>,
) -> Option<Timestamp> {
    let before = |push: &&Push| push.at > since && next.is_none_or(|next| push.at < *next);
    let own = pushes.iter().filter(before);
    own.filter(|push| tools.is_called(push.agent, tool))
        .map(|push| push.at)
        .next_back()
}

/// Whatever people did on a pull request, by time.
fn human_acts(tables: &Tables, whole: &FullPullRequest<'_>) -> Vec<Timestamp> {
    let is_human = |who: Option<PersonId>| who.is_some_and(|who| tables.is_human(who));
    let reviews = whole
        .reviews
        .iter()
        .map(|row| (row.author, row.submitted_at));
    let comments = whole
        .comments
        .iter()
        .map(|row| (row.author, row.created_at));
    let requests = whole.requests.iter().map(|row| (row.actor, row.at));
    let timeline = whole.timeline.iter().map(|row| (row.actor, row.at));
    let told = reviews.chain(comments).chain(requests).chain(timeline);
    let told = told.filter(|(who, _)| is_human(*who)).map(|(_, at)| at);
    let pushed = whole.pushes.iter().filter(|push| push.agent.is_none());
    let mut acts: Vec<Timestamp> = told.chain(pushed.map(|push| push.at)).collect();
    acts.sort_unstable();
    acts
}

/// Spans in order; those that meet are one.
fn joined(mut spans: Vec<Window>) -> Vec<Window> {
    spans.sort_unstable_by_key(|span| (span.since, span.until));
    let mut joined: Vec<Window> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.since <= last.until => last.until = last.until.max(span.until),
            _ => joined.push(span),
        }
    }
    joined
}
