//! The card of an initiative: what is in the record of it, and what speaks against it too.

use jiff::Timestamp;

use super::Record;
use crate::domain::Elapsed;
use crate::evidence::blocks::coded;
use crate::evidence::goals::{self, Outcome, Stretches};
use crate::evidence::item::link;
use crate::report::document::{Block, Span};
use crate::report::quantity;
use crate::work::delivery::incidents::Placed;
use crate::work::initiatives::{Initiative, Named, Production, Story, Waits};
use crate::work::roster::{RosterGoal, RosterInitiative};

/// Why there is no after.
pub(super) const NOT_YET: &str = "[not measured: it is open, or nothing has passed since]";

impl Record<'_> {
    /// `Checkout in two steps · 2026-02-03 → 2026-04-22 · in production 2026-04-24`.
    pub(in crate::evidence) fn heading(&self, initiative: &Initiative, story: &Story) -> String {
        let date = |at: Timestamp| self.sources.date(at).to_string();
        let until = story.until.map_or_else(|| "open".to_owned(), date);
        let production = match &story.production {
            Production::Shipped { of: 0, .. } => "nothing merged".to_owned(),
            Production::Shipped { n: 0, .. } => "not known to be in production".to_owned(),
            Production::Shipped { n, of, last } => {
                let last = last.map_or_else(String::new, date);
                if n == of {
                    format!("in production {last}")
                } else {
                    format!("{n} of {of} in production, the last {last}")
                }
            }
            // Why stands once in the card.
            Production::NotObserved(_) => "production not observed".to_owned(),
        };
        let title = match initiative.named {
            Named::Nobody => format!("{} (unnamed: give it a name)", initiative.title),
            _ => initiative.title.clone(),
        };
        format!("{title} · {} → {until} · {production}", date(story.since))
    }

    pub(super) fn card(
        &self,
        initiative: &Initiative,
        story: &Story,
        declared: Option<&RosterInitiative>,
    ) -> Vec<Block> {
        let mut heading = vec![Span::text(format!("{} ", self.heading(initiative, story)))];
        heading.push(Span::Code(initiative.id.clone()));
        let mut lines = vec![self.people(initiative, story, declared)];
        for decision in &story.decisions {
            let mut line = vec![Span::Strong("decision".to_owned()), Span::text(": ")];
            line.extend(self.link(decision.key));
            let authors = decision.authors.iter();
            let authors: Vec<String> = authors.map(|who| self.name(*who)).collect();
            let authors = authors.join(" and ");
            let people = if decision.n_commented == 1 {
                "person"
            } else {
                "people"
            };
            line.extend([
                Span::text(" "),
                Span::Code(decision.path.clone()),
                Span::text(format!(
                    " ({}, {authors}; {} {people} reviewed or commented)",
                    self.sources.date(decision.at),
                    decision.n_commented
                )),
            ]);
            lines.push(line);
        }
        lines.push(waited(story));
        lines.push(self.against(story));
        lines.extend(self.before_and_after(initiative, story, declared));
        let areas: Vec<&str> = story.areas.iter().map(String::as_str).collect();
        let n = initiative.keys.len();
        let plural = if n == 1 { "" } else { "s" };
        let mut states = Vec::new();
        for (n, word) in [
            (story.n_merged, "merged"),
            (story.n_open, "open"),
            (story.n_closed, "closed without a merge"),
        ] {
            if n > 0 {
                states.push(format!("{n} {word}"));
            }
        }
        vec![
            Block::Heading(2, heading),
            Block::Bullets(lines),
            Block::Details {
                summary: format!(
                    "{n} pull request{plural} in {} ({})",
                    joined(&areas),
                    states.join(", ")
                ),
                blocks: vec![Block::Bullets(
                    initiative
                        .keys
                        .iter()
                        .filter_map(|key| self.dated(*key))
                        .collect(),
                )],
            },
            Block::Blank {
                label: "Impact".to_owned(),
                prompt: "[yours to write]".to_owned(),
            },
        ]
    }

    /// `led: Ada (register) · wrote: Ada 9, Bo 6 · reviewed: Chi · paired: Ada + Bo (4 commits)`.
    fn people(
        &self,
        initiative: &Initiative,
        story: &Story,
        declared: Option<&RosterInitiative>,
    ) -> Vec<Span> {
        let mut parts = Vec::new();
        match (declared, initiative.named) {
            (Some(one), _) => {
                if let Some(lead) = one.lead {
                    parts.push(format!("led: {} (register)", self.name(lead)));
                }
                if let Some(second) = one.second {
                    parts.push(format!("second: {} (register)", self.name(second)));
                }
            }
            (None, Named::Issue(key)) => {
                let mut issues = self.sources.past.tables.facts.issues.iter();
                let issue = issues.find(|row| (row.repository, row.number) == key);
                let assigned = issue.map_or(&[][..], |issue| issue.assignees.as_slice());
                if !assigned.is_empty() {
                    let of = assigned.iter().map(|person| (*person, ()));
                    parts.push(format!(
                        "assigned to the issue: {}",
                        self.names(of, |()| String::new())
                    ));
                }
            }
            _ => {}
        }
        if parts.is_empty() {
            parts.push("led: not declared".to_owned());
        }
        let involved = &story.involved;
        let wrote = involved.wrote.iter().map(|(person, n)| (*person, *n));
        parts.push(format!(
            "wrote: {}",
            or_nobody(self.names(wrote, |n| format!(" {n}")))
        ));
        let reviewed = involved.reviewed.iter().map(|person| (*person, ()));
        parts.push(format!(
            "reviewed: {}",
            or_nobody(self.names(reviewed, |()| String::new()))
        ));
        let mut pairs: Vec<String> = involved
            .paired
            .iter()
            .map(|((a, b), n)| {
                let mut both = [self.name(*a), self.name(*b)];
                both.sort();
                let plural = if *n == 1 { "" } else { "s" };
                format!("{} ({n} commit{plural})", both.join(" + "))
            })
            .collect();
        pairs.sort();
        if !pairs.is_empty() {
            parts.push(format!("paired: {}", pairs.join(", ")));
        }
        let mut line = vec![Span::text(parts.join(" · "))];
        if let Named::Issue(key) = initiative.named {
            line.push(Span::text(" · tracked in "));
            line.extend(self.link(key));
        }
        line
    }

    /// Reverts, and incidents put down to a deployment that first shipped some of it. Nobody is named: they are the work's.
    pub(in crate::evidence) fn against(&self, story: &Story) -> Vec<Span> {
        let mut line = vec![Span::Strong("against it".to_owned()), Span::text(": ")];
        let mut is_first = true;
        let mut gap = |line: &mut Vec<Span>| {
            if !std::mem::take(&mut is_first) {
                line.push(Span::text("; "));
            }
        };
        let date = |at: Timestamp| self.sources.date(at);
        for (key, one) in &story.undone {
            gap(&mut line);
            line.extend(self.link(*key));
            line.push(Span::text(format!(" reverted {}", date(one.reverted.at))));
            if let Some(by) = one.reverted.pull_request {
                line.push(Span::text(" in "));
                line.extend(self.link(by));
            }
            if let Some(again) = one.again {
                line.push(Span::text(", again"));
                if let Some(key) = again.pull_request {
                    line.push(Span::text(" as "));
                    line.extend(self.link(key));
                }
                line.push(Span::text(format!(" {}", date(again.at))));
            }
        }
        for (placed, n) in &story.incidents {
            gap(&mut line);
            line.extend(self.incident(placed));
            line.push(Span::text(format!(
                ", put down to a deployment with {n} of these pull requests (evidence: {}), {}",
                placed.incident.attribution.word().replace('_', " "),
                restored(placed)
            )));
        }
        if is_first {
            line.push(Span::text(self.nothing_against(story)));
        }
        line
    }

    /// `incident widgets#530 (sev2), started 2026-03-18`.
    pub(in crate::evidence) fn incident(&self, placed: &Placed) -> Vec<Span> {
        let incident = &placed.incident;
        // An id that a file declares goes without its page: where that leads, nobody here knows.
        let page = match (&placed.url, incident.key.issue()) {
            (Some(url), Some((repository, number))) => {
                let page = link(self.sources, repository, number, url);
                Span::link(page.text, page.url)
            }
            _ => Span::text(incident.key.to_string()),
        };
        let severity = incident
            .severity
            .as_ref()
            .map_or_else(String::new, |word| format!(" (“{word}”)"));
        let started = self.sources.date(incident.started_at);
        let rest = Span::text(format!("{severity}, started {started}"));
        vec![Span::text("incident "), page, rest]
    }

    /// What is said where nothing speaks against it: as far as the record goes.
    fn nothing_against(&self, story: &Story) -> String {
        let incidents = match &story.production {
            Production::NotObserved(because) => format!("incidents not observed: {because}"),
            Production::Shipped { .. } => "no incident put down to a deployment of it".to_owned(),
        };
        let has_history = !self.sources.past.tables.commits.is_empty();
        let reverts = if has_history {
            "no revert in the history"
        } else {
            "reverts not observed: no history was read"
        };
        format!("{reverts}, {incidents}")
    }

    /// The measure of the goal that it serves, eight weeks before it began and eight after it was in production.
    fn before_and_after(
        &self,
        initiative: &Initiative,
        story: &Story,
        declared: Option<&RosterInitiative>,
    ) -> Vec<Vec<Span>> {
        let line = |title: Span, words: &str| {
            let mut line = vec![Span::Strong("before → after".to_owned()), title];
            line.extend(coded(words));
            line
        };
        let Some(goal) = self.served(declared) else {
            return vec![line(Span::text(": "), "[not measured]")];
        };
        let title = Span::text(format!(", goal “{}”: ", goal.goal.title));
        let Some(outcome) = self.measured(initiative, story, goal) else {
            return vec![line(title, NOT_YET)];
        };
        outcome
            .0
            .iter()
            .map(|words| line(title.clone(), words))
            .collect()
    }
}

impl<'a> Record<'a> {
    /// The goal that a declared initiative serves.
    pub(super) fn served(&self, declared: Option<&RosterInitiative>) -> Option<&'a RosterGoal> {
        let title = declared?.initiative.goal.as_ref()?;
        let mut goals = self.sources.past.question.roster.goals.iter();
        goals.find(|known| known.goal.title.eq_ignore_ascii_case(title))
    }

    /// A goal's measure, eight weeks before an initiative began and eight after it was in production; `None`: it is open, or nothing
    /// has passed since.
    pub(super) fn measured(
        &self,
        initiative: &Initiative,
        story: &Story,
        goal: &RosterGoal,
    ) -> Option<Outcome> {
        // A metric over two windows is a lot of work, and everybody in an initiative is told of the same.
        let known = self.kept_measures().get(&initiative.id).cloned();
        known.unwrap_or_else(|| {
            let found = self.measure(story, goal);
            let mut measured = self.kept_measures();
            measured.insert(initiative.id.clone(), found.clone());
            found
        })
    }

    fn measure(&self, story: &Story, goal: &RosterGoal) -> Option<Outcome> {
        let sources = self.sources;
        let shipped = match &story.production {
            Production::Shipped { last, .. } => *last,
            Production::NotObserved(_) => None,
        };
        let until = story.until?;
        let ended = shipped.map_or(until, |shipped| shipped.max(until));
        let stretches = Stretches::around(sources, sources.date(story.since), sources.date(ended))?;
        Some(goals::outcome_over(sources, goal, &stretches))
    }
}

/// How long an incident lasted, in words.
pub(in crate::evidence) fn restored(placed: &Placed) -> String {
    let incident = &placed.incident;
    incident.resolved_at.map_or_else(
        || "not restored yet".to_owned(),
        |at| {
            let hours = Elapsed::between(incident.started_at, at);
            let hours = hours.map_or(0.0, Elapsed::hours);
            format!("restored in {}", quantity::hours(hours))
        },
    )
}

fn or_nobody(names: String) -> String {
    if names.is_empty() {
        "nobody".to_owned()
    } else {
        names
    }
}

fn joined(words: &[&str]) -> String {
    match words {
        [] => "no area".to_owned(),
        [only] => (*only).to_owned(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}

/// `31 % on reviewers, 12 % on deployment`.
fn shares(waits: &Waits) -> String {
    let reviewers = format!("{} on reviewers", quantity::percent(waits.reviewers));
    match waits.deployment {
        Some(share) => format!("{reviewers}, {} on deployment", quantity::percent(share)),
        None => reviewers,
    }
}

/// The shares with the time that they are of: what is not known to be in production ends with its merge, its close or the window.
pub(in crate::evidence) fn shares_of_time(waits: &Waits) -> String {
    let of = match waits.deployment {
        Some(_) => "of the time from opening to production, or as far as they came",
        None => "of the time from opening to the end, deployment not observed",
    };
    format!("{} {of}", shares(waits))
}

/// `waited: 31 % on reviewers, 12 % on deployment of the time … (n 15; the team's other work 44 %, 9 %)`.
fn waited(story: &Story) -> Vec<Span> {
    let mut line = vec![Span::Strong("waited".to_owned())];
    line.push(Span::text(match (&story.waits, &story.others) {
        (None, _) => ": [not measured]".to_owned(),
        (Some(own), None) => format!(
            ": {} (n {}; no other work of the team to compare with)",
            shares_of_time(own),
            own.n
        ),
        (Some(own), Some(others)) => format!(
            ": {} (n {}; the team's other work in these days {}, n {})",
            shares_of_time(own),
            own.n,
            shares(others),
            others.n
        ),
    }));
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_shares_are_of_is_that_of_all_which_are_counted() {
        let waits = |deployment| Waits {
            n: 20,
            reviewers: 0.36,
            deployment,
        };
        let check = |deployment, expected: &str| {
            let told = shares_of_time(&waits(deployment));
            assert_eq!(told.replace('\u{a0}', " "), expected);
        };
        // Those closed without a merge are among the twenty, and never come to production.
        check(
            Some(0.1),
            "36 % on reviewers, 10 % on deployment of the time from opening to production, or as far as they came",
        );
        check(
            None,
            "36 % on reviewers of the time from opening to the end, deployment not observed",
        );
    }
}
