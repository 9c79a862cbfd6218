//! What moments are looked up by: labels, initiatives and teams, gathered once for everybody.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::{Issue, PersonId, PrNumber};
use crate::evidence::Sources;
use crate::evidence::snippet::Snippet;
use crate::evidence::work::Record;
use crate::work::pull_requests::Key;

/// Labels, initiatives and teams.
pub(in crate::evidence) struct Filing<'a> {
    /// By page of a pull request or issue: its labels, and those of the issues that it closes.
    labels: HashMap<&'a str, BTreeSet<&'a str>>,
    /// By page of a pull request: the place of its initiative.
    initiatives: HashMap<&'a str, usize>,
    of_person: BTreeMap<PersonId, Vec<usize>>,
    /// By page.
    issues: HashMap<&'a str, &'a Issue>,
    /// By page of a pull request: the issues that it closes.
    closes: HashMap<&'a str, Vec<Key>>,
    /// Ids and titles of initiatives, in lower case.
    names: BTreeSet<String>,
    /// By person; `None`: no team was read.
    teams: Option<BTreeMap<PersonId, BTreeSet<&'a str>>>,
}

impl<'a> Filing<'a> {
    pub(in crate::evidence) fn of(sources: &Sources<'a>, record: &Record<'a>) -> Self {
        let facts = &sources.past.tables.facts;
        let of_issue: HashMap<Key, &[String]> = facts
            .issues
            .iter()
            .filter(|row| !row.labels.is_empty())
            .map(|row| ((row.repository, row.number), row.labels.as_slice()))
            .collect();
        let closing = facts.pull_requests.iter();
        let closing = closing.filter(|row| !row.closes_issues.is_empty());
        let closes = closing.map(|row| {
            let numbers = row.closes_issues.iter();
            let keys = numbers.map(|number| (row.repository, PrNumber(*number)));
            (row.url.as_str(), keys.collect::<Vec<Key>>())
        });
        let mut labels: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        for row in &facts.pull_requests {
            let of_closed = row.closes_issues.iter().filter_map(|number| {
                let key = (row.repository, PrNumber(*number));
                of_issue.get(&key).copied()
            });
            let all = of_closed.flatten().chain(&row.labels).map(String::as_str);
            let all: BTreeSet<&str> = all.collect();
            if !all.is_empty() {
                labels.insert(&row.url, all);
            }
        }
        for row in facts.issues.iter().filter(|row| !row.labels.is_empty()) {
            let of_page = labels.entry(&row.url).or_default();
            of_page.extend(row.labels.iter().map(String::as_str));
        }
        let teams = (!facts.teams.is_empty()).then(|| {
            let mut teams: BTreeMap<PersonId, BTreeSet<&str>> = BTreeMap::new();
            for row in &facts.team_members {
                teams.entry(row.person).or_default().insert(&row.team);
            }
            teams
        });
        Self {
            labels,
            initiatives: record.by_page(),
            of_person: record.by_person(),
            issues: facts
                .issues
                .iter()
                .map(|row| (row.url.as_str(), row))
                .collect(),
            closes: closes.collect(),
            names: record.names_of_all(),
            teams,
        }
    }

    /// The place of the initiative that a moment is in.
    pub(super) fn initiative_of(&self, snippet: &Snippet) -> Option<usize> {
        let page = snippet
            .act
            .first_link()
            .filter(|_| !snippet.kind.is_of_a_stretch())?;
        self.initiatives.get(page.url.as_str()).copied()
    }

    /// The places of the initiatives in which somebody had a part.
    pub(super) fn of_person(&self, person: PersonId) -> &[usize] {
        self.of_person.get(&person).map_or(&[], Vec::as_slice)
    }

    /// The issue of a page.
    pub(super) fn issue(&self, url: &str) -> Option<&'a Issue> {
        self.issues.get(url).copied()
    }

    /// The issues that the pull request of a page closes.
    pub(super) fn closed_by(&self, url: &str) -> &[Key] {
        self.closes.get(url).map_or(&[], Vec::as_slice)
    }

    /// Whether an initiative has this id or title.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.contains(&name.trim().to_lowercase())
    }

    /// Whether what a moment is of has one of some labels, or an issue that it closes.
    pub(super) fn has_label(&self, snippet: &Snippet, wanted: &[String]) -> bool {
        let page = snippet
            .act
            .first_link()
            .filter(|_| !snippet.kind.is_of_a_stretch());
        let labels = page.and_then(|page| self.labels.get(page.url.as_str()));
        let mut labels = labels.into_iter().flatten();
        labels.any(|known| wanted.iter().any(|one| known.eq_ignore_ascii_case(one)))
    }

    /// The teams of some people; `None`: no team was read.
    pub(super) fn teams_of(
        &self,
        people: impl Iterator<Item = PersonId>,
    ) -> Option<BTreeSet<&'a str>> {
        let teams = self.teams.as_ref()?;
        let of = people.filter_map(|person| teams.get(&person));
        Some(of.flatten().copied().collect())
    }
}
