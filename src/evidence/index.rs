//! Facts by pull request, gathered once for all packs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::Sources;
use super::item::{Item, OfSomebody};
use crate::domain::{
    Facts, IncidentKey, Issue, IssueComment, PersonId, PullRequestFile, RepositoryId,
    is_machine_branch,
};
use crate::work::agents_at_work::Tools;
use crate::work::areas::Areas;
use crate::work::delivery::incidents::{Known, known};
use crate::work::delivery::response::{self, Response, Responses};
use crate::work::delivery::undone;
use crate::work::history::touches::first_changes;
use crate::work::pull_requests::{Key, of_product, with_talk};
use crate::work::requests::{Asked, End, Members, replay};
use crate::work::written::{self, CameWith, Document};
use crate::work::{Past, Reading};

/// All of it.
pub(super) struct Index<'a> {
    /// By repository and number.
    items: Vec<Item<'a>>,
    /// The pull requests that somebody wrote, was asked to review, reviewed or commented on, by their places.
    of_person: HashMap<PersonId, Vec<usize>>,
    /// The pull requests that somebody had an agent open, by their places, each with what the agent is called.
    delegated: HashMap<PersonId, Vec<(usize, &'a str)>>,
    pub(super) issues: BTreeMap<Key, (&'a Issue, Vec<&'a IssueComment>)>,
    /// What counts as an incident.
    pub(super) incidents: BTreeMap<Key, Known<'a>>,
    /// When the record starts.
    pub(super) starts_at: Option<Timestamp>,
    /// By person: what they wrote, by what it came with.
    written: BTreeMap<PersonId, BTreeMap<CameWith, Vec<Document>>>,
    /// By person: rows of the commits that name them and others as authors.
    together: BTreeMap<PersonId, Vec<usize>>,
    /// Files that nobody writes by hand.
    generated: HashSet<(RepositoryId, &'a str)>,
    teams: Vec<Members<'a>>,
    /// How incidents were answered, as of the last instant that evidence may speak of.
    responses: OnceLock<Vec<Arc<Responses>>>,
    /// By area with its repository: when each human first changed anything there.
    changed: OnceLock<HashMap<String, BTreeMap<PersonId, Timestamp>>>,
    past: &'a Past<'a>,
    ended: &'a Past<'a>,
}

impl<'a> Index<'a> {
    /// Of the sources, and of the same as they were at the last instant that evidence may speak of.
    pub(super) fn of(sources: &Sources<'a>, ended: &Sources<'a>) -> Self {
        let past = sources.past;
        let facts = &past.tables.facts;
        let mut items: Vec<Item<'a>> = Vec::with_capacity(facts.pull_requests.len());
        let mut incidents = BTreeMap::new();
        let mut of_everybody: BTreeMap<PersonId, BTreeMap<CameWith, Vec<Document>>> =
            BTreeMap::new();
        for reading in &past.readings {
            // Nobody is known to have acted in what a file alone tells of.
            let of_issue = |(key, known): (IncidentKey, Known<'a>)| Some((key.issue()?, known));
            incidents.extend(known(reading).into_iter().filter_map(of_issue));
            for document in written::of_product(reading).iter() {
                let of_person = of_everybody.entry(document.person).or_default();
                let together = of_person.entry(document.came_with).or_default();
                together.push(document.clone());
            }
            items_of(reading, past, &mut items);
        }
        // Where a repository is of several products, the first of them tells.
        items.sort_by_key(|item| item.key());
        items.dedup_by_key(|item| item.key());
        let mut of_person: HashMap<PersonId, Vec<usize>> = HashMap::new();
        for (at, item) in items.iter().enumerate() {
            let asked = item.requests.iter().map(|request| request.reviewer);
            let reviewed = item.reviews.iter().map(|review| review.author);
            let commented = item.comments.iter().map(|comment| comment.author);
            let people = asked
                .chain(reviewed)
                .chain(commented)
                .chain([item.pull_request.author]);
            for person in people.flatten() {
                let places = of_person.entry(person).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        Self {
            delegated: delegated(past, &items),
            items,
            of_person,
            issues: issues(facts),
            incidents,
            starts_at: sources.starts_at(),
            written: of_everybody,
            together: together(past),
            generated: past
                .tables
                .changes
                .files
                .iter()
                .filter(|file| file.exclusion.is_some())
                .map(|file| (file.repository, file.path.as_str()))
                .collect(),
            teams: past.readings.iter().map(Members::of).collect(),
            responses: OnceLock::new(),
            changed: OnceLock::new(),
            past,
            ended: ended.past,
        }
    }

    /// How an incident was answered; `None` for what is none.
    pub(super) fn response(&self, key: Key) -> Option<&Response> {
        let readings = || self.ended.readings.iter();
        let found = self
            .responses
            .get_or_init(|| readings().map(response::of_product).collect());
        let at = readings().position(|reading| reading.product.has(key.0))?;
        found.get(at)?.get(&key.into())
    }

    /// Whether somebody else had changed anything in an area before an instant: by a commit that landed, or a merged pull request.
    pub(super) fn was_changed_by_another(
        &self,
        sources: &Sources<'_>,
        area: &str,
        person: PersonId,
        before: Timestamp,
    ) -> bool {
        let changed = self.changed.get_or_init(|| self.first_changes(sources));
        let mut others = changed.get(area).into_iter().flatten();
        others.any(|(other, at)| *other != person && *at < before)
    }

    fn first_changes(
        &self,
        sources: &Sources<'_>,
    ) -> HashMap<String, BTreeMap<PersonId, Timestamp>> {
        let mut changed: HashMap<String, BTreeMap<PersonId, Timestamp>> = HashMap::new();
        let mut tell = |area: String, person: PersonId, at: Timestamp| {
            let first = changed.entry(area).or_default().entry(person).or_insert(at);
            *first = (*first).min(at);
        };
        for ((repository, area, person), at) in self.past.readings.iter().flat_map(first_changes) {
            let repository = sources.repository_name(repository);
            tell(Areas::with_repository(&repository, &area), person, at);
        }
        for item in &self.items {
            let author = item.pull_request.author.filter(|_| !item.is_by_a_machine);
            if let (Some(author), Some(at)) = (author, item.pull_request.merged_at) {
                for area in item.areas(sources) {
                    tell(area, author, at);
                }
            }
        }
        changed
    }

    /// A pull request by its key.
    pub(super) fn item(&self, key: Key) -> Option<&Item<'a>> {
        let place = self.items.binary_search_by_key(&key, |item| item.key());
        self.items.get(place.ok()?)
    }

    /// What somebody wrote, by what it came with.
    pub(super) fn written_by(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (CameWith, &[Document])> {
        let of_person = self.written.get(&person).into_iter().flatten();
        of_person.map(|(came_with, documents)| (*came_with, documents.as_slice()))
    }

    /// Rows of the commits that somebody made together with others, in their order: no merges, and none that knowledge leaves out.
    pub(super) fn together_of(&self, person: PersonId) -> impl Iterator<Item = usize> {
        self.together.get(&person).into_iter().flatten().copied()
    }

    /// Whether somebody, or a team that they are in or may be in, had been asked for a review before an instant and had not been
    /// let off by another.
    pub(super) fn had_been_asked(
        &self,
        item: &Item<'_>,
        person: PersonId,
        before: Timestamp,
        until: Timestamp,
    ) -> bool {
        let repository = item.pull_request.repository;
        let is_theirs = |asked: Asked<'_>| match asked {
            Asked::Person(asked) => asked == person,
            // Of a team whose members were not read nobody can say that they were not asked.
            Asked::Team(team) => {
                let mut of_teams = self.teams.iter();
                of_teams.find_map(|teams| teams.has(repository, team, person)) != Some(false)
            }
            Asked::Ghost => false,
        };
        let is_let_off = |end| matches!(end, End::Withdrawn(at) if at < until);
        item.requested.iter().any(|request| {
            request.at < before && is_theirs(request.asked) && !is_let_off(request.end)
        })
    }

    /// How large a pull request is, by lines that people write, days, people, areas and closed issues: by powers of two, so that no
    /// one of them is all that counts. Only one person's own work is compared by it.
    pub(super) fn weight(&self, sources: &Sources<'_>, item: &Item<'_>) -> u64 {
        let row = item.pull_request;
        let is_by_hand = |file: &&PullRequestFile| {
            let key = (row.repository, file.path.as_ref());
            !self.generated.contains(&key)
        };
        let by_hand = item.files.iter().filter(is_by_hand);
        let lines: u64 = by_hand.map(|file| file.additions + file.deletions).sum();
        let until = row.merged_at.unwrap_or(sources.end());
        let days = until.duration_since(row.created_at).as_hours().max(0) / 24;
        let reviewers = item.reviews.iter().map(|review| review.author);
        let authors = item.commits.iter().map(|commit| commit.author);
        let people: BTreeSet<PersonId> = reviewers
            .chain(authors)
            .filter(|person| self.is_human(*person))
            .flatten()
            .collect();
        let areas = item.areas(sources).len();
        let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        4 * u64::from((lines + 1).ilog2())
            + 2 * u64::from((days.unsigned_abs() + 1).ilog2())
            + number(people.len())
            + number(areas)
            + number(row.closes_issues.len())
    }

    /// The pull requests that somebody has to do with, by repository and number.
    pub(super) fn items_of(&self, person: PersonId) -> impl Iterator<Item = &Item<'a>> {
        self.of_person
            .get(&person)
            .into_iter()
            .flatten()
            .filter_map(|at| self.items.get(*at))
    }

    /// The pull requests that somebody had an agent open, by repository and number, each with what the agent is called.
    pub(super) fn delegated_by(
        &self,
        person: PersonId,
    ) -> impl Iterator<Item = (&Item<'a>, &'a str)> {
        let places = self.delegated.get(&person).into_iter().flatten();
        places.filter_map(|(at, tool)| Some((self.items.get(*at)?, *tool)))
    }

    /// Whether somebody is a person: bots and ghosts are not.
    pub(super) fn is_human(&self, person: Option<PersonId>) -> bool {
        person.is_some_and(|person| self.past.tables.is_human(person))
    }
}

/// The pull requests of a product, with what hangs on each.
fn items_of<'a>(reading: &'a Reading<'a>, past: &Past<'a>, items: &mut Vec<Item<'a>>) {
    let aftermath = undone::of_product(reading);
    let wholes = of_product(reading);
    let mut requests = replay(reading, &wholes).into_iter().peekable();
    for with_talk in with_talk(reading, &wholes) {
        let (whole, row) = (with_talk.whole, with_talk.whole.pull_request);
        let mut requested = Vec::new();
        while let Some(request) = requests.next_if(|request| request.whole.key() == whole.key()) {
            let (asked, at) = (request.asked, request.at);
            requested.extend(request.end().map(|end| OfSomebody { asked, at, end }));
        }
        let is_human = |person| past.tables.is_human(person);
        let is_bots = row.author.is_some_and(|person| !is_human(person));
        items.push(Item {
            whole,
            comments: with_talk.comments,
            files: with_talk.files,
            undone: aftermath.of(whole.key()).into(),
            requested: requested.into(),
            is_by_a_machine: is_bots || is_machine_branch(&row.head_branch),
        });
    }
}

/// By who had it done: what agents' accounts opened, and what each agent is called.
fn delegated<'a>(past: &Past<'a>, items: &[Item<'a>]) -> HashMap<PersonId, Vec<(usize, &'a str)>> {
    let tools = Tools::of(past.tables);
    let mut of: HashMap<PersonId, Vec<(usize, &str)>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        let tool = item
            .pull_request
            .author
            .and_then(|author| tools.name(author));
        if let (Some(tool), Some(person)) = (tool, item.answers_for(past.tables)) {
            of.entry(person).or_default().push((at, tool));
        }
    }
    of
}

/// By person: rows of the commits that name several people as authors.
fn together(past: &Past<'_>) -> BTreeMap<PersonId, Vec<usize>> {
    let mut of: BTreeMap<PersonId, Vec<usize>> = BTreeMap::new();
    for (at, row) in past.tables.commits.iter().enumerate() {
        let counts = !row.is_merge && row.exclusion.is_none();
        if !counts || row.co_authors.is_empty() || row.landed_at >= past.question.as_of {
            continue;
        }
        for person in row.authors().filter(|person| past.tables.is_human(*person)) {
            of.entry(person).or_default().push(at);
        }
    }
    of
}

/// Every issue with its comments.
fn issues(facts: &Facts) -> BTreeMap<Key, (&Issue, Vec<&IssueComment>)> {
    let mut issues: BTreeMap<Key, (&Issue, Vec<&IssueComment>)> = facts
        .issues
        .iter()
        .map(|issue| ((issue.repository, issue.number), (issue, Vec::new())))
        .collect();
    for comment in &facts.issue_comments {
        if let Some((_, comments)) = issues.get_mut(&(comment.repository, comment.number)) {
            comments.push(comment);
        }
    }
    issues
}

/// The page of an incident: its issue's, or where that would be; else the one that a file declares.
pub(super) fn incident_page(
    sources: &Sources<'_>,
    key: &IncidentKey,
    known: &Known<'_>,
) -> Option<String> {
    if let Some(issue) = known.issue {
        return Some(issue.url.clone());
    }
    let Some((repository, number)) = key.issue() else {
        return known.declared.and_then(|one| one.url.clone());
    };
    let repository = sources.past.tables.repository(repository)?;
    Some(format!("{}/issues/{}", repository.url.as_ref()?, number.0))
}
