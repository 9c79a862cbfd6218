//! What somebody had to do with an initiative, in the words of a review: situation, task, result, and the part they had.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::Record;
use super::card::NOT_YET;
use crate::domain::{Issue, PersonId, PrNumber};
use crate::evidence::blocks::{coded, unread};
use crate::evidence::goals::Outcome;
use crate::evidence::index::Index;
use crate::evidence::item::link;

use crate::report::document::Span;
use crate::work::Need;
use crate::work::initiatives::{Initiative, Named, Story};
use crate::work::pull_requests::Key;
use crate::work::roster::{RosterGoal, RosterInitiative};

/// So many of the issues that were open before are told.
const LISTED: usize = 3;

/// The part that somebody had in an initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::evidence) enum Part {
    /// The register names them as its lead.
    Led,
    /// The register names them as its second.
    Second,
    /// They wrote in it.
    Implemented,
}

impl Part {
    /// The word before its name.
    pub(in crate::evidence) const fn word(self) -> &'static str {
        match self {
            Self::Led => "led",
            Self::Second => "second of",
            Self::Implemented => "implemented",
        }
    }
}

/// An initiative in which somebody had a part.
#[derive(Clone, Copy)]
pub(in crate::evidence) struct Piece<'r> {
    /// Its place among all initiatives.
    pub(in crate::evidence) at: usize,
    pub(in crate::evidence) initiative: &'r Initiative,
    pub(in crate::evidence) story: &'r Story,
    pub(in crate::evidence) part: Part,
    declared: Option<&'r RosterInitiative>,
}

impl<'a> Record<'a> {
    /// The initiative of every pull request that is in one, by its page.
    pub(in crate::evidence) fn by_page(&self) -> HashMap<&'a str, usize> {
        let all = self.found.all.iter().enumerate();
        let pages = all.flat_map(|(at, initiative)| {
            let wholes = initiative
                .keys
                .iter()
                .filter_map(|key| self.teller.whole(*key));
            wholes.map(move |whole| (whole.pull_request.url.as_str(), at))
        });
        pages.collect()
    }

    /// The initiatives in which each person had a part.
    pub(in crate::evidence) fn by_person(&self) -> BTreeMap<PersonId, Vec<usize>> {
        let mut found: BTreeMap<PersonId, Vec<usize>> = BTreeMap::new();
        for (at, (initiative, story)) in self.found.all.iter().zip(&self.stories).enumerate() {
            let declared = self.declared(initiative);
            let leads = declared
                .into_iter()
                .flat_map(|one| [one.lead, one.second])
                .flatten();
            let pairs = story.involved.paired.keys();
            let people: BTreeSet<PersonId> = leads
                .chain(story.involved.wrote.keys().copied())
                .chain(pairs.flat_map(|(a, b)| [*a, *b]))
                .collect();
            for person in people {
                found.entry(person).or_default().push(at);
            }
        }
        found
    }

    /// The ids and the titles of all initiatives, in lower case.
    pub(in crate::evidence) fn names_of_all(&self) -> BTreeSet<String> {
        let all = self.found.all.iter();
        all.flat_map(|one| [one.id.clone(), one.title.to_lowercase()])
            .collect()
    }

    /// Those of some initiatives that happened inside the window, with the part that somebody had.
    pub(in crate::evidence) fn pieces(&self, person: PersonId, places: &[usize]) -> Vec<Piece<'_>> {
        let piece = |at: &usize| {
            let (initiative, story) = (self.found.all.get(*at)?, self.stories.get(*at)?);
            let declared = self.declared(initiative);
            let is = |who: Option<PersonId>| who == Some(person);
            let part = match declared {
                Some(one) if is(one.lead) => Part::Led,
                Some(one) if is(one.second) => Part::Second,
                _ => Part::Implemented,
            };
            self.is_inside(story).then_some(Piece {
                at: *at,
                initiative,
                story,
                part,
                declared,
            })
        };
        places.iter().filter_map(piece).collect()
    }

    /// The goals of a person, and the team's, with what came of them.
    pub(in crate::evidence) fn goals_of(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (&'a RosterGoal, &Outcome)> {
        let goals = self.sources.past.question.roster.goals.iter();
        let both = goals.zip(&self.outcomes);
        both.filter(move |(goal, _)| goal.person.is_none_or(|of| of == person))
    }

    /// First and last day; none: it is open.
    pub(in crate::evidence) fn days(&self, story: &Story) -> (Date, Option<Date>) {
        let date = |at| self.sources.date(at);
        (date(story.since), story.until.map(date))
    }

    /// `2026-02-03 → 2026-04-22`.
    pub(in crate::evidence) fn span(&self, story: &Story) -> String {
        let (since, until) = self.days(story);
        let until = until.map_or_else(|| "open".to_owned(), |until| until.to_string());
        format!("{since} → {until}")
    }

    /// The page of its tracking issue, else of its first pull request.
    pub(in crate::evidence) fn first_page(&self, piece: &Piece<'_>) -> Option<Span> {
        let issue = match piece.initiative.named {
            Named::Issue(key) => self.link(key),
            _ => None,
        };
        issue.or_else(|| self.link(*piece.initiative.keys.first()?))
    }

    /// What speaks against it; nothing where the record has nothing.
    pub(in crate::evidence) fn speaks_against(&self, piece: &Piece<'_>) -> Option<Vec<Span>> {
        let story = piece.story;
        (!story.undone.is_empty() || !story.incidents.is_empty()).then(|| self.against(story))
    }

    /// The goal that it serves, where that is the team's or the person's: somebody else's is theirs.
    pub(in crate::evidence) fn goal_for(
        &self,
        piece: &Piece<'_>,
        person: PersonId,
    ) -> Option<&'a RosterGoal> {
        let goal = self.served(piece.declared)?;
        goal.person.is_none_or(|of| of == person).then_some(goal)
    }

    /// What was open before its first change.
    pub(in crate::evidence) fn situation(&self, piece: &Piece<'_>, index: &Index<'_>) -> Vec<Span> {
        let since = piece.story.since;
        let tracking = match piece.initiative.named {
            Named::Issue(key) => Some(key),
            _ => None,
        };
        let closed = piece.initiative.keys.iter().flat_map(|key| {
            let whole = self.teller.whole(*key);
            let numbers = whole.map_or(&[][..], |whole| &whole.pull_request.closes_issues);
            numbers.iter().map(|number| (key.0, PrNumber(*number)))
        });
        let keys: BTreeSet<Key> = closed.chain(tracking).collect();
        let mut open: Vec<&Issue> = keys
            .iter()
            .filter_map(|key| index.issues.get(key).map(|(issue, _)| *issue))
            .filter(|issue| issue.created_at < since)
            .filter(|issue| issue.closed_at.is_none_or(|at| at > since))
            .collect();
        open.sort_by_key(|issue| (issue.created_at, issue.repository, issue.number));
        let began = self.sources.date(since);
        if open.is_empty() {
            let words = self.issues_unread(piece).map_or_else(
                || format!("no issue that it closes was open before its first change on {began}"),
                |because| format!("not observed: {because}"),
            );
            return coded(&words);
        }
        let (plural, was) = if open.len() == 1 {
            ("", "was")
        } else {
            ("s", "were")
        };
        let n = open.len();
        let mut line = vec![Span::text(format!(
            "{n} issue{plural} {was} open before the first change on {began}: "
        ))];
        for (at, issue) in open.iter().take(LISTED).enumerate() {
            if at > 0 {
                line.push(Span::text(", "));
            }
            let key = (issue.repository, issue.number);
            if index.incidents.contains_key(&key) {
                line.push(Span::text("incident "));
            }
            let page = link(self.sources, key.0, key.1, &issue.url);
            line.push(Span::link(page.text, page.url));
            let opened = self.sources.date(issue.created_at);
            line.push(Span::text(format!(" “{}” since {opened}", issue.title)));
        }
        if n > LISTED {
            line.push(Span::text(format!(" and {} more", n - LISTED)));
        }
        line
    }

    /// Why nobody can tell which issues it closes; `None`: they were read.
    fn issues_unread(&self, piece: &Piece<'_>) -> Option<String> {
        let (repository, _) = piece.initiative.keys.first()?;
        let reading = self.sources.past.reading_of(*repository)?;
        unread(reading, Need::Issues).map(|missing| missing.because)
    }

    /// The goal that it serves, the issue that it is tracked in, or its name.
    pub(in crate::evidence) fn task(&self, piece: &Piece<'_>, person: PersonId) -> Vec<Span> {
        if let Some(goal) = self.goal_for(piece, person) {
            let (title, set_on) = (&goal.goal.title, goal.goal.set_on);
            return vec![Span::text(format!("goal “{title}”, set on {set_on}"))];
        }
        let title = &piece.initiative.title;
        match piece.initiative.named {
            Named::Issue(key) => {
                let mut line: Vec<Span> = self.link(key).into_iter().collect();
                line.push(Span::text(format!(" “{title}”")));
                line
            }
            Named::Nobody => vec![
                Span::text(match self.issues_unread(piece) {
                    None => "in no goal and no issue: an entry ",
                    Some(_) => "in no goal; issues were not read: an entry ",
                }),
                Span::Code("[[initiative]]".to_owned()),
                Span::text(" names it"),
            ],
            Named::Register(_) | Named::Milestone | Named::Label => {
                vec![Span::text(format!("“{title}”"))]
            }
        }
    }

    /// The measure of its goal before and after, or why it is not measured.
    pub(in crate::evidence) fn result(&self, piece: &Piece<'_>, person: PersonId) -> Vec<String> {
        let because = |words: &str| vec![format!("[not measured: {words}]")];
        let Some(goal) = self.goal_for(piece, person) else {
            return because(match self.served(piece.declared) {
                Some(_) => "the goal that it serves is somebody else's own",
                None => "it serves no goal with a measure",
            });
        };
        self.measured(piece.initiative, piece.story, goal)
            .map_or_else(|| vec![NOT_YET.to_owned()], |outcome| outcome.0)
    }

    /// Everybody with whom somebody made changes together in it, by name.
    pub(in crate::evidence) fn partners(&self, piece: &Piece<'_>, person: PersonId) -> Vec<String> {
        let pairs = piece.story.involved.paired.keys();
        let others = pairs.filter_map(|(a, b)| match (*a == person, *b == person) {
            (true, _) => Some(*b),
            (_, true) => Some(*a),
            _ => None,
        });
        let names: BTreeSet<String> = others.map(|other| self.name(other)).collect();
        names.into_iter().collect()
    }

    /// The product of each of its pull requests.
    pub(in crate::evidence) fn products(&self, piece: &Piece<'_>) -> BTreeSet<&str> {
        let keys = piece.initiative.keys.iter();
        let readings = keys.filter_map(|key| self.sources.past.reading_of(key.0));
        readings
            .map(|reading| reading.product.name.as_str())
            .filter(|name| !name.is_empty())
            .collect()
    }
}
