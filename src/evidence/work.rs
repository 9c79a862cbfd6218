//! `work.md`: initiatives, the unit that a review is written in, goals with their results, and what was handed over.
//!
//! A card says what is in the record, what speaks against it too, and what is not observed with the reason. Impact is for people to
//! write.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Sources;
use super::goals::{self, Outcome, Stretches};
use super::handing_over;
use super::pack::{Face, subtitle};
use crate::domain::{Bucket, Elapsed, Granularity, PersonId, PullRequestState};
use crate::report::document::{Block, Document, Span};
use crate::report::quantity;
use crate::work::initiatives::{Initiative, Initiatives, Named, Production, Story, Teller, Waits};
use crate::work::pull_requests::Key;
use crate::work::roster::RosterInitiative;
use crate::work::{Need, Past};

/// So many pull requests outside of initiatives are listed.
const LISTED: usize = 30;

/// Hands the record of all people to whoever makes pages of it, as it was at the last instant that evidence may speak of.
pub fn with_record<T>(sources: &Sources<'_>, use_it: impl FnOnce(&Record<'_>) -> T) -> T {
    let mut question = sources.past.question.clone();
    question.as_of = sources.end();
    let readings = sources.past.readings.iter();
    let past = Past {
        tables: sources.past.tables,
        question: &question,
        readings: readings.map(|reading| reading.at(&question)).collect(),
    };
    let sources = Sources {
        past: &past,
        ..*sources
    };
    use_it(&Record::of(&sources))
}

/// What the pages of all people are made from: initiatives with their stories, and what came of the goals.
pub struct Record<'a> {
    sources: &'a Sources<'a>,
    teller: Teller<'a>,
    found: Initiatives,
    /// In the order of the initiatives.
    stories: Vec<Story>,
    /// In the order of the roster's goals.
    outcomes: Vec<Outcome>,
}

impl<'a> Record<'a> {
    fn of(sources: &'a Sources<'a>) -> Self {
        let teller = Teller::of(sources.past);
        let mut found = Initiatives::of(sources.past);
        let mut stories = Vec::new();
        found.all.retain(|initiative| {
            let story = teller.story(initiative);
            let is_told = story.is_some();
            stories.extend(story);
            is_told
        });
        let goals = &sources.past.question.roster.goals;
        let outcomes = goals
            .iter()
            .map(|goal| goals::outcome(sources, goal))
            .collect();
        Self {
            sources,
            teller,
            found,
            stories,
            outcomes,
        }
    }

    /// A person's page; `None` for somebody who is not known.
    #[must_use]
    pub fn document(&self, person: PersonId) -> Option<Document> {
        let sources = self.sources;
        let whose = sources.person(person)?;
        let login = whose.logins.first();
        let face = Face {
            name: &whose.display_name,
            login: login.map_or(whose.display_name.as_str(), |login| &login.0),
        };
        let mut blocks = self.goals(person);
        self.initiatives(person, &mut blocks);
        blocks.extend(handing_over::section(sources, person));
        self.rest(person, &mut blocks);
        Some(Document {
            title: format!("Work: {}", face.words()),
            subtitle: subtitle(sources),
            blocks,
        })
    }

    /// The person's own goals, and the team's.
    fn goals(&self, person: PersonId) -> Vec<Block> {
        let mut blocks = vec![Block::Heading(1, vec![Span::text("Goals")])];
        let goals = &self.sources.past.question.roster.goals;
        for (goal, outcome) in goals.iter().zip(&self.outcomes) {
            if goal.person.is_none_or(|of| of == person) {
                blocks.extend(goals::blocks(self.sources, goal, outcome));
            }
        }
        if blocks.len() == 1 {
            blocks.push(Block::Paragraph(vec![Span::text(
                "None is set: an entry `[[goal]]` of linchpin.private.toml with `title`, `set_on` and `measure` is told here with what came \
                 of it.",
            )]));
        }
        blocks
    }

    /// Whether some of an initiative happened inside the window.
    fn is_inside(&self, story: &Story) -> bool {
        let seen = self.sources.seen();
        story.since < seen.until && story.until.is_none_or(|until| until >= seen.since)
    }

    fn initiatives(&self, person: PersonId, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(1, vec![Span::text("Initiatives")]));
        let roster = &self.sources.past.question.roster;
        let mut reviewed = Vec::new();
        let mut n_shown = 0;
        for (initiative, story) in self.found.all.iter().zip(&self.stories) {
            if !self.is_inside(story) {
                continue;
            }
            let declared = match initiative.named {
                Named::Register(at) => roster.initiatives.get(at),
                _ => None,
            };
            let leads =
                declared.is_some_and(|one| one.lead == Some(person) || one.second == Some(person));
            if leads || story.involved.wrote(person) {
                n_shown += 1;
                blocks.extend(self.card(initiative, story, declared));
            } else if story.involved.reviewed.contains(&person) {
                reviewed.push(vec![
                    Span::text(format!("{} ", self.heading(initiative, story))),
                    Span::Code(initiative.id.clone()),
                ]);
            }
        }
        if n_shown == 0 {
            let missing = self.unread();
            let words = missing.map_or_else(
                || "None of this person's work in the window makes an initiative.".to_owned(),
                |because| format!("Not observed: {because}."),
            );
            blocks.push(Block::Paragraph(vec![Span::text(words)]));
        }
        if !reviewed.is_empty() {
            blocks.push(Block::Details {
                summary: format!("Reviewed in {} further initiatives", reviewed.len()),
                blocks: vec![Block::Bullets(reviewed)],
            });
        }
    }

    /// Why no pull request is known; `None` where some are read.
    fn unread(&self) -> Option<String> {
        let question = self.sources.past.question;
        let mut because = None;
        for reading in &self.sources.past.readings {
            match question.missing(reading.product, Need::PullRequests) {
                None => return None,
                Some(missing) => because = because.or(Some(missing.because)),
            }
        }
        because
    }

    fn name(&self, person: PersonId) -> String {
        let found = self.sources.person(person);
        found.map_or_else(|| "somebody".to_owned(), |found| found.display_name.clone())
    }

    /// Names in their own order, each with something after it.
    fn names<T>(
        &self,
        people: impl Iterator<Item = (PersonId, T)>,
        after: impl Fn(T) -> String,
    ) -> String {
        let mut words: Vec<String> = people
            .map(|(person, of)| format!("{}{}", self.name(person), after(of)))
            .collect();
        words.sort();
        words.join(", ")
    }

    /// `Checkout in two steps · 2026-02-03 → 2026-04-22 · in production 2026-04-24`.
    fn heading(&self, initiative: &Initiative, story: &Story) -> String {
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
            Production::NotObserved(because) => format!("production not observed: {because}"),
        };
        let title = match initiative.named {
            Named::Nobody => format!("{} (unnamed: give it a name)", initiative.title),
            _ => initiative.title.clone(),
        };
        format!("{title} · {} → {until} · {production}", date(story.since))
    }

    fn card(
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
            let author = decision
                .author
                .map_or_else(String::new, |who| format!(", {}", self.name(who)));
            let people = if decision.n_commented == 1 {
                "person"
            } else {
                "people"
            };
            line.extend([
                Span::text(" "),
                Span::Code(decision.path.clone()),
                Span::text(format!(
                    " ({}{author}; {} {people} reviewed or commented)",
                    self.sources.date(decision.at),
                    decision.n_commented
                )),
            ]);
            lines.push(line);
        }
        lines.push(waited(story));
        lines.push(self.against(story));
        lines.extend(self.before_and_after(story, declared));
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
                    "{n} pull request{plural} in {}: {}",
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
    fn against(&self, story: &Story) -> Vec<Span> {
        let mut line = vec![Span::Strong("against it".to_owned()), Span::text(": ")];
        let mut is_first = true;
        let mut gap = |line: &mut Vec<Span>| {
            if !std::mem::take(&mut is_first) {
                line.push(Span::text("; "));
            }
        };
        let date = |at: Timestamp| self.sources.date(at);
        for (key, one) in story
            .taken_back
            .iter()
            .filter(|(_, one)| one.reverted.at < self.sources.end())
        {
            gap(&mut line);
            line.extend(self.link(*key));
            line.push(Span::text(format!(" reverted {}", date(one.reverted.at))));
            if let Some(by) = one.reverted.pull_request.filter(|by| by != key) {
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
            let incident = &placed.incident;
            line.push(Span::text("incident "));
            let key = (incident.repository, incident.number);
            match &placed.url {
                Some(url) => {
                    let link = super::index::link(self.sources, key.0, key.1, url);
                    line.push(Span::link(link.text, link.url));
                }
                None => line.push(Span::text(incident.number.to_string())),
            }
            let severity = incident
                .severity
                .as_ref()
                .map_or_else(String::new, |word| format!(" ({word})"));
            let restored = incident.resolved_at.map_or_else(
                || "not restored yet".to_owned(),
                |at| {
                    let hours = Elapsed::between(incident.started_at, at);
                    let hours = hours.map_or(0.0, Elapsed::hours);
                    format!("restored in {}", quantity::hours(hours))
                },
            );
            line.push(Span::text(format!(
                "{severity}, started {}, put down to a deployment with {n} of these pull requests (evidence: {}), {restored}",
                date(incident.started_at),
                incident.attribution.word().replace('_', " ")
            )));
        }
        if is_first {
            line.push(Span::text(self.nothing_against(story)));
        }
        line
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
        story: &Story,
        declared: Option<&RosterInitiative>,
    ) -> Vec<Vec<Span>> {
        let line =
            |words: String| vec![Span::Strong("before → after".to_owned()), Span::text(words)];
        let sources = self.sources;
        let served = declared.and_then(|one| one.initiative.goal.as_ref());
        let mut goals = sources.past.question.roster.goals.iter();
        let goal = served
            .and_then(|title| goals.find(|known| known.goal.title.eq_ignore_ascii_case(title)));
        let Some(goal) = goal else {
            return vec![line(": [not measured]".to_owned())];
        };
        let title = format!(", goal “{}”: ", goal.goal.title);
        let shipped = match &story.production {
            Production::Shipped { last, .. } => *last,
            Production::NotObserved(_) => None,
        };
        let ended = story
            .until
            .map(|until| shipped.map_or(until, |shipped| shipped.max(until)));
        let stretches = ended.and_then(|ended| {
            Stretches::around(sources, sources.date(story.since), sources.date(ended))
        });
        let Some(stretches) = stretches else {
            return vec![line(format!(
                "{title}[not measured: it is open, or nothing has passed since]"
            ))];
        };
        let outcome = goals::outcome_over(sources, goal, &stretches);
        outcome
            .0
            .into_iter()
            .map(|words| line(format!("{title}{words}")))
            .collect()
    }

    fn link(&self, key: Key) -> Option<Span> {
        let link = match self.teller.whole(key) {
            Some(whole) => super::index::link(self.sources, key.0, key.1, &whole.pull_request.url),
            None => {
                let mut issues = self.sources.past.tables.facts.issues.iter();
                let issue = issues.find(|row| (row.repository, row.number) == key)?;
                super::index::link(self.sources, key.0, key.1, &issue.url)
            }
        };
        Some(Span::link(link.text, link.url))
    }

    /// `2026-02-03 · widgets#12 “Title”, by Ada, merged 2026-02-05`.
    fn dated(&self, key: Key) -> Option<Vec<Span>> {
        let row = self.teller.whole(key)?.pull_request;
        let date = |at: Timestamp| self.sources.date(at);
        let inside = |at: &Timestamp| *at < self.sources.past.question.as_of;
        let state = match (
            row.state,
            row.merged_at.filter(inside),
            row.closed_at.filter(inside),
        ) {
            (PullRequestState::Merged, Some(at), _) => format!("merged {}", date(at)),
            (_, _, Some(at)) => format!("closed without a merge {}", date(at)),
            _ => "open".to_owned(),
        };
        let author = row
            .author
            .map_or_else(String::new, |who| format!(", by {}", self.name(who)));
        let mut line = vec![
            Span::Strong(date(row.created_at).to_string()),
            Span::text(" · "),
        ];
        line.extend(self.link(key));
        line.push(Span::text(format!(
            " “{}”{author}, {} lines, {state}",
            row.title,
            row.additions + row.deletions
        )));
        Some(line)
    }

    /// The person's pull requests that belong to no initiative.
    fn rest(&self, person: PersonId, blocks: &mut Vec<Block>) {
        let seen = self.sources.seen();
        let mut own: Vec<(Timestamp, Key)> = self
            .found
            .rest
            .iter()
            .filter_map(|key| {
                let row = self.teller.whole(*key)?.pull_request;
                let is_own = row.author == Some(person) && seen.contains(row.created_at);
                is_own.then_some((row.created_at, *key))
            })
            .collect();
        own.sort_unstable();
        if own.is_empty() {
            return;
        }
        blocks.push(Block::Heading(1, vec![Span::text("In no initiative")]));
        blocks.push(Block::Paragraph(vec![Span::text(
            "An entry `[[initiative]]` of linchpin.private.toml gives work a name; without one, three pull requests of one person in one \
             area without a gap of ten working days are told together.",
        )]));
        let n = own.len();
        let shown = self.telling(&own);
        let plural = if n == 1 { "" } else { "s" };
        let how = if shown.len() < n {
            format!(
                "; {} are listed: the largest of each quarter, then the newest",
                shown.len()
            )
        } else {
            String::new()
        };
        blocks.push(Block::Details {
            summary: format!("{n} pull request{plural}{how}"),
            blocks: vec![Block::Bullets(
                shown
                    .into_iter()
                    .filter_map(|key| self.dated(key))
                    .collect(),
            )],
        });
    }

    /// Of some pull requests by opening, so many as fit: the largest of each quarter, then the newest.
    fn telling(&self, own: &[(Timestamp, Key)]) -> Vec<Key> {
        let zone = &self.sources.past.question.zone;
        let mut largest: BTreeMap<Bucket, (u64, Key)> = BTreeMap::new();
        for (at, key) in own {
            let row = self.teller.whole(*key).map(|whole| whole.pull_request);
            let lines = row.map_or(0, |row| row.additions + row.deletions);
            let of_quarter = largest.entry(Bucket::of(*at, Granularity::Quarter, zone));
            let most = of_quarter.or_insert((lines, *key));
            if lines > most.0 {
                *most = (lines, *key);
            }
        }
        let mut shown: BTreeSet<Key> = largest.into_values().map(|(_, key)| key).collect();
        for (_, key) in own.iter().rev() {
            if shown.len() < LISTED {
                shown.insert(*key);
            }
        }
        own.iter()
            .map(|(_, key)| *key)
            .filter(|key| shown.contains(key))
            .collect()
    }
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

/// `waited: 31 % on reviewers, 12 % on deployment (n 15; the team's other work 44 %, 9 %)`.
fn waited(story: &Story) -> Vec<Span> {
    let mut line = vec![Span::Strong("waited".to_owned())];
    let shares = |waits: &Waits| {
        let deployment = waits.deployment.map_or_else(
            || "deployment not observed".to_owned(),
            |share| format!("{} on deployment", quantity::percent(share)),
        );
        format!(
            "{} on reviewers, {deployment}",
            quantity::percent(waits.reviewers)
        )
    };
    line.push(Span::text(match (&story.waits, &story.others) {
        (None, _) => ": [not measured]".to_owned(),
        (Some(own), None) => format!(
            ": {} of the time from opening to production (n {}; no other work of the team to compare with)",
            shares(own),
            own.n
        ),
        (Some(own), Some(others)) => format!(
            ": {} of the time from opening to production (n {}; the team's other work in these days {}, n {})",
            shares(own),
            own.n,
            shares(others),
            others.n
        ),
    }));
    line
}
