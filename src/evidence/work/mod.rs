//! `work.md`: initiatives, the unit that a review is written in, goals with their results, and what was handed over.
//!
//! A card says what is in the record, what speaks against it too, and what is not observed with the reason. Impact is for people to
//! write.

mod card;
mod own_acts;
mod pieces;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::Sources;
use super::blocks::{count, counted, paragraph};
use super::goals::{self, Outcome};
use super::handing_over;
use super::pack::Face;
use crate::domain::{Bucket, Granularity, PersonId, PullRequest, PullRequestState, side_by_side};
use crate::report::document::{Block, Document, Span};
use crate::work::Need;
use crate::work::initiatives::{Decision, Initiative, Initiatives, Named, Story, Teller};
use crate::work::pull_requests::Key;
use crate::work::roster::RosterInitiative;

pub(super) use self::card::{restored, shares_of_time};
pub(super) use self::pieces::{Part, Piece};

/// How many pull requests outside of initiatives are listed.
const LISTED: usize = 30;

/// What the pages of all people are made from: initiatives with their stories, and what came of the goals.
pub struct Record<'a> {
    sources: &'a Sources<'a>,
    subtitle: Vec<Span>,
    teller: Teller<'a>,
    found: Initiatives,
    /// In the order of the initiatives.
    stories: Vec<Story>,
    /// Each author's pull requests that are in no initiative, by opening.
    rest: BTreeMap<PersonId, Vec<(Timestamp, Key)>>,
    /// In the order of the roster's goals.
    outcomes: Vec<Outcome>,
    /// By id of an initiative: the measure of the goal that it serves, before and after.
    measured: Mutex<HashMap<String, Option<Outcome>>>,
}

impl<'a> Record<'a> {
    pub(super) fn of(sources: &'a Sources<'a>, subtitle: Vec<Span>) -> Self {
        let (teller, mut found) = std::thread::scope(|scope| {
            let found = scope.spawn(|| Initiatives::of(sources.past));
            let teller = Teller::of(sources.past);
            match found.join() {
                Ok(found) => (teller, found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        });
        let told = side_by_side(&found.all, &|initiative| teller.story(initiative));
        let mut is_told = told.iter().map(Option::is_some);
        found.all.retain(|_| is_told.next().unwrap_or_default());
        let stories = told.into_iter().flatten().collect();
        let mut rest: BTreeMap<PersonId, Vec<(Timestamp, Key)>> = BTreeMap::new();
        for key in &found.rest {
            let row = teller.whole(*key).map(|whole| whole.pull_request);
            if let Some((author, opened)) = row.and_then(|row| Some((row.author?, row.created_at)))
            {
                rest.entry(author).or_default().push((opened, *key));
            }
        }
        for own in rest.values_mut() {
            own.sort_unstable();
        }
        let goals = &sources.past.question.roster.goals;
        let outcomes = goals
            .iter()
            .map(|goal| goals::outcome(sources, goal))
            .collect();
        Self {
            sources,
            subtitle,
            teller,
            found,
            stories,
            rest,
            outcomes,
            measured: Mutex::default(),
        }
    }

    fn kept_measures(&self) -> MutexGuard<'_, HashMap<String, Option<Outcome>>> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person's page; `None` for somebody who is not known.
    #[must_use]
    pub fn document(&self, person: PersonId) -> Option<Document> {
        let sources = self.sources;
        let whose = sources.person(person)?;
        let face = Face::of(whose);
        let mut blocks = self.goals(person);
        self.initiatives(person, &mut blocks);
        blocks.extend(handing_over::section(sources, person));
        self.rest(person, &mut blocks);
        Some(Document {
            title: format!("Work: {}", face.words()),
            subtitle: self.subtitle.clone(),
            blocks,
        })
    }

    /// One initiative by its id, with every pull request of it.
    #[must_use]
    pub fn initiative(&self, id: &str) -> Option<Document> {
        let both = self.found.all.iter().zip(&self.stories);
        let (initiative, story) = both
            .into_iter()
            .find(|(initiative, _)| initiative.id == id)?;
        Some(Document {
            title: format!("Initiative {id}"),
            subtitle: self.subtitle.clone(),
            blocks: self.card(initiative, story, self.declared(initiative)),
        })
    }

    /// Every initiative with its story, by the first pull request.
    pub(super) fn told(&self) -> impl Iterator<Item = (&Initiative, &Story)> {
        self.found.all.iter().zip(&self.stories)
    }

    /// The initiatives of the window in which somebody is the declared second, each with its dates and its id.
    pub(super) fn seconded(&self, person: PersonId) -> Vec<Vec<Span>> {
        let both = self.found.all.iter().zip(&self.stories);
        let inside = both.filter(|(_, story)| self.is_inside(story));
        let second = inside.filter(|(initiative, _)| {
            let declared = self.declared(initiative);
            declared.is_some_and(|one| one.second == Some(person))
        });
        second
            .map(|(initiative, story)| {
                vec![
                    Span::text(format!("{} ", self.heading(initiative, story))),
                    Span::Code(initiative.id.clone()),
                ]
            })
            .collect()
    }

    /// What the register says of an initiative that it names.
    fn declared(&self, initiative: &Initiative) -> Option<&RosterInitiative> {
        match initiative.named {
            Named::Register(at) => self.sources.past.question.roster.initiatives.get(at),
            _ => None,
        }
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
            blocks.push(paragraph(
                "None is set: an entry `[[goal]]` of linchpin.private.toml with `title`, `set_on` and `measure` is told here with what came \
                 of it.",
            ));
        }
        blocks
    }

    /// Whether some of an initiative happened inside the window.
    pub(super) fn is_inside(&self, story: &Story) -> bool {
        let seen = self.sources.seen();
        story.since < seen.until && story.until.is_none_or(|until| until >= seen.since)
    }

    fn initiatives(&self, person: PersonId, blocks: &mut Vec<Block>) {
        blocks.push(Block::Heading(1, vec![Span::text("Initiatives")]));
        let mut reviewed = Vec::new();
        let mut n_shown = 0;
        for (initiative, story) in self.found.all.iter().zip(&self.stories) {
            if !self.is_inside(story) {
                continue;
            }
            let declared = self.declared(initiative);
            let leads =
                declared.is_some_and(|one| one.lead == Some(person) || one.second == Some(person));
            let own = self.own_acts(initiative, story, person);
            if leads || own.wrote {
                n_shown += 1;
                blocks.extend(self.card(initiative, story, declared));
            } else if own.reviewed {
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
            blocks.push(paragraph(words));
        }
        if !reviewed.is_empty() {
            blocks.push(Block::Details {
                summary: format!(
                    "Reviewed in {}",
                    count(reviewed.len(), "further initiative")
                ),
                blocks: vec![Block::Bullets(reviewed)],
            });
        }
    }

    /// Why no pull request is known; `None` where some are read.
    pub(super) fn unread(&self) -> Option<String> {
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

    pub(super) fn name(&self, person: PersonId) -> String {
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

    pub(super) fn link(&self, key: Key) -> Option<Span> {
        let url = if let Some(whole) = self.teller.whole(key) {
            &whole.pull_request.url
        } else {
            let mut issues = self.sources.past.tables.facts.issues.iter();
            &issues.find(|row| (row.repository, row.number) == key)?.url
        };
        let link = super::item::link(self.sources, key.0, key.1, url);
        Some(Span::link(link.text, link.url))
    }

    /// `merged 2026-02-05`: how a pull request stands.
    pub(super) fn state(&self, row: &PullRequest) -> String {
        let date = |at: Timestamp| self.sources.date(at);
        let inside = |at: &Timestamp| *at < self.sources.past.question.as_of;
        match (
            row.state,
            row.merged_at.filter(inside),
            row.closed_at.filter(inside),
        ) {
            (PullRequestState::Merged, Some(at), _) => format!("merged {}", date(at)),
            (_, _, Some(at)) => format!("closed without a merge {}", date(at)),
            _ => "open".to_owned(),
        }
    }

    /// The records of decisions that a pull request brought.
    pub(super) fn decisions_of(&self, key: Key) -> Vec<Decision> {
        self.teller.decisions_of(key)
    }

    /// A pull request.
    pub(super) fn pull_request(&self, key: Key) -> Option<&'a PullRequest> {
        Some(self.teller.whole(key)?.pull_request)
    }

    /// `2026-02-03 · widgets#12 “Title”, by Ada, merged 2026-02-05`.
    fn dated(&self, key: Key) -> Option<Vec<Span>> {
        let row = self.pull_request(key)?;
        let state = self.state(row);
        let author = row
            .author
            .map_or_else(String::new, |who| format!(", by {}", self.name(who)));
        let mut line = vec![
            Span::Strong(self.sources.date(row.created_at).to_string()),
            Span::text(" · "),
        ];
        line.extend(self.link(key));
        line.push(Span::text(format!(
            " “{}”{author}, {}, {state}",
            row.title,
            counted(row.additions + row.deletions, "lines")
        )));
        Some(line)
    }

    /// The person's pull requests that belong to no initiative.
    fn rest(&self, person: PersonId, blocks: &mut Vec<Block>) {
        let seen = self.sources.seen();
        let own = self.rest.get(&person).into_iter().flatten();
        let own: Vec<(Timestamp, Key)> = own
            .copied()
            .filter(|(opened, _)| seen.contains(*opened))
            .collect();
        if own.is_empty() {
            return;
        }
        blocks.push(Block::Heading(1, vec![Span::text("In no initiative")]));
        blocks.push(paragraph(
            "An entry `[[initiative]]` of linchpin.private.toml gives work a name; without one, three pull requests of one person in one \
             area without a gap of ten working days are told together.",
        ));
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
