//! How an incident was answered: who coordinated it, how it was kept up to date, its postmortem, and what was to be done after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::actions::{Action, ActionIndex};
use super::incidents::{self, Known, Placed};
use crate::domain::{Elapsed, IncidentKey, Issue, IssueComment, PersonId, PrNumber, RepositoryId};
use crate::work::Reading;
use crate::work::kinds::POSTMORTEMS;
use crate::work::pull_requests::Key;
use crate::work::roster::person_of;
use crate::work::written::{self, CameWith, Document};

/// Where it was read who coordinated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoordinatorFrom {
    /// `coordinator` of the register's entry.
    Register,
    /// Nobody else is assigned to the issue, and they wrote in it.
    Assigned,
}

/// What ties a postmortem to its incident, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The pull request that brought it mentions or closes the incident's issue.
    Change,
    /// The name of its file has the issue's number.
    Number,
    /// The name of its file has the day on which the incident started, and no other incident of the product started on it.
    Day,
}

/// The write-up of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postmortem {
    /// Its path.
    pub path: String,
    /// What it came with.
    pub came_with: CameWith,
    /// When the default branch had it.
    pub at: Timestamp,
    /// Who wrote it, by id.
    pub people: BTreeSet<PersonId>,
    /// What ties it to the incident.
    pub tie: Tie,
}

/// Words of somebody in an issue while it lasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Updates {
    /// How many.
    pub n: u64,
    /// The longest time between two of them, the opening and the end counted as one each.
    pub longest: Elapsed,
    /// The end: restored, else closed; `None`: it lasts.
    pub ended_at: Option<Timestamp>,
}

/// How one incident was answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Response {
    /// Who coordinated, and where that was read; `None`: nobody says.
    pub coordinator: Option<(PersonId, CoordinatorFrom)>,
    /// The coordinator's updates; `None` without one, and where its impact had ended when the issue was opened.
    pub updates: Option<Updates>,
    /// When the impact ended, as far as it is known.
    pub resolved_at: Option<Timestamp>,
    /// Its postmortem.
    pub postmortem: Option<Postmortem>,
    /// Its follow-up actions.
    pub actions: Vec<Action>,
}

impl Response {
    /// How long after the end of the impact the postmortem came; `None` where one of both is not known, or it came before.
    #[must_use]
    pub fn postmortem_after(&self) -> Option<Elapsed> {
        Elapsed::between(self.resolved_at?, self.postmortem.as_ref()?.at)
    }
}

/// The updates that were written between an opening and an end, and the longest time without one; `None` where the end was not
/// after the opening. An end that has not come is the as-of instant.
#[must_use]
pub fn updates(
    opened_at: Timestamp,
    ended_at: Option<Timestamp>,
    as_of: Timestamp,
    written: impl IntoIterator<Item = Timestamp>,
) -> Option<Updates> {
    let ended_at = ended_at.filter(|at| *at <= as_of);
    let until = ended_at.unwrap_or(as_of);
    if until <= opened_at {
        return None;
    }
    let inside = written
        .into_iter()
        .filter(|at| (opened_at..=until).contains(at));
    let mut written: Vec<Timestamp> = inside.collect();
    written.sort_unstable();
    let n = u64::try_from(written.len()).unwrap_or(u64::MAX);
    let (mut longest, mut before) = (Elapsed::from_micros(0), opened_at);
    for next in written.into_iter().chain([until]) {
        longest = longest.max(Elapsed::between(before, next).unwrap_or(longest));
        before = next;
    }
    Some(Updates {
        n,
        longest,
        ended_at,
    })
}

/// How the incidents of a product were answered up to the as-of instant; found once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Responses> {
    reading.once(|| Responses::of(reading))
}

/// The answers by the incidents' keys.
#[derive(Debug, Default)]
pub struct Responses(BTreeMap<IncidentKey, Response>);

impl Responses {
    /// How an incident was answered; `None` for what is none.
    #[must_use]
    pub fn get(&self, key: &IncidentKey) -> Option<&Response> {
        self.0.get(key)
    }

    fn of(reading: &Reading<'_>) -> Self {
        let known = incidents::known(reading);
        if known.is_empty() {
            return Self::default();
        }
        let (placed, _) = incidents::with_or_without_deployments(reading);
        let index = ActionIndex::of(reading);
        let comments = comments(reading, &known);
        let postmortems = Postmortems::of(reading, &placed.all);
        let of_one = |placed: &Placed| {
            let key = &placed.incident.key;
            let known = known.get(key)?;
            let written = key.issue().and_then(|issue| comments.get(&issue));
            let written = written.map_or(&[][..], Vec::as_slice);
            let coordinator = coordinator(reading, known, written);
            let ended_at = placed.incident.resolved_at.or(placed.incident.closed_at);
            let by = coordinator.map(|(person, _)| person);
            let own = written.iter().filter(|row| row.author == by);
            let updates = known.issue.zip(by).and_then(|(issue, _)| {
                let written = own.map(|row| row.created_at);
                updates(issue.created_at, ended_at, reading.question.as_of, written)
            });
            let actions = known.issue.map_or_else(Vec::new, |issue| {
                index.actions(reading, issue, &placed.mentions)
            });
            let response = Response {
                coordinator,
                updates,
                resolved_at: placed.incident.resolved_at,
                postmortem: postmortems.of_incident(placed),
                actions,
            };
            Some((key.clone(), response))
        };
        Self(placed.all.iter().filter_map(of_one).collect())
    }
}

/// The comments of people in incidents, by time.
fn comments<'a>(
    reading: &Reading<'a>,
    known: &BTreeMap<IncidentKey, Known<'_>>,
) -> HashMap<Key, Vec<&'a IssueComment>> {
    let mut comments: HashMap<Key, Vec<&IssueComment>> = HashMap::new();
    for row in &reading.tables.facts.issue_comments {
        let key = (row.repository, row.number);
        if row.created_at < reading.question.as_of && known.contains_key(&key.into()) {
            comments.entry(key).or_default().push(row);
        }
    }
    for written in comments.values_mut() {
        written.sort_by_key(|row| row.created_at);
    }
    comments
}

/// Whom the register names; else whoever alone is assigned to the issue and wrote in it.
fn coordinator(
    reading: &Reading<'_>,
    known: &Known<'_>,
    written: &[&IssueComment],
) -> Option<(PersonId, CoordinatorFrom)> {
    let tables = reading.tables;
    if let Some(login) = known.entry.and_then(|entry| entry.coordinator.as_deref()) {
        let person = person_of(&tables.people, login)?;
        return tables
            .is_human(person)
            .then_some((person, CoordinatorFrom::Register));
    }
    let alone = |issue: &Issue| {
        let assigned = issue.assignees.iter().copied();
        let mut people = assigned.filter(|person| tables.is_human(*person));
        let only = people.next()?;
        people.next().is_none().then_some(only)
    };
    let person = known.issue.and_then(alone)?;
    let has_written = written.iter().any(|row| row.author == Some(person));
    has_written.then_some((person, CoordinatorFrom::Assigned))
}

/// The postmortems of a product, by what can tie them to an incident.
struct Postmortems {
    all: Vec<Postmortem>,
    repositories: Vec<RepositoryId>,
    by_change: HashMap<Key, Vec<usize>>,
    by_number: HashMap<Key, Vec<usize>>,
    by_day: HashMap<Date, Vec<usize>>,
    /// How many incidents started on a day.
    started_on: HashMap<Date, usize>,
    zone: jiff::tz::TimeZone,
}

impl Postmortems {
    fn of(reading: &Reading<'_>, placed: &[Placed]) -> Self {
        let zone = reading.question.zone.clone();
        let mut found = Self {
            all: Vec::new(),
            repositories: Vec::new(),
            by_change: HashMap::new(),
            by_number: HashMap::new(),
            by_day: HashMap::new(),
            started_on: HashMap::new(),
            zone,
        };
        for one in placed {
            let day = found.day(one.incident.started_at);
            *found.started_on.entry(day).or_default() += 1;
        }
        let mut last: Option<(&CameWith, &str)> = None;
        for document in written::of_product(reading).iter() {
            if document.kind != POSTMORTEMS {
                continue;
            }
            let this = (&document.came_with, document.path.as_str());
            // Documents are sorted: those of several writers follow each other.
            if last == Some(this) {
                if let Some(one) = found.all.last_mut() {
                    one.people.insert(document.person);
                }
                continue;
            }
            last = Some(this);
            found.add(document);
        }
        found
    }

    fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    fn add(&mut self, document: &Document) {
        let at = self.all.len();
        let repository = match document.came_with {
            CameWith::PullRequest(key) => {
                self.by_change.entry(key).or_default().push(at);
                key.0
            }
            CameWith::Commit(repository, _) => repository,
        };
        let named = Named::of(&document.path);
        for number in named.numbers {
            let of_number = self.by_number.entry((repository, number)).or_default();
            of_number.push(at);
        }
        if let Some(day) = named.day {
            self.by_day.entry(day).or_default().push(at);
        }
        self.repositories.push(repository);
        self.all.push(Postmortem {
            path: document.path.clone(),
            came_with: document.came_with,
            at: document.at,
            people: BTreeSet::from([document.person]),
            tie: Tie::Change,
        });
    }

    /// The first that came after the incident's start, by the strongest tie that there is.
    fn of_incident(&self, placed: &Placed) -> Option<Postmortem> {
        let incident = &placed.incident;
        let key = incident.key.issue();
        let first = |found: &mut dyn Iterator<Item = usize>, tie: Tie| {
            let all = found.filter_map(|at| self.all.get(at));
            let after = all.filter(|one| one.at >= incident.started_at);
            let one = after.min_by_key(|one| (one.at, &one.path))?;
            Some(Postmortem { tie, ..one.clone() })
        };
        let linked = placed.fixes.iter().chain(&placed.mentions);
        let mut by_change = linked
            .filter_map(|number| self.by_change.get(&(key?.0, *number)))
            .flatten()
            .copied();
        let day = self.day(incident.started_at);
        let is_alone = self.started_on.get(&day) == Some(&1);
        first(&mut by_change, Tie::Change)
            .or_else(|| {
                let found = key.and_then(|key| self.by_number.get(&key));
                let found = found.into_iter().flatten();
                first(&mut found.copied(), Tie::Number)
            })
            .or_else(|| {
                let found = self.by_day.get(&day).filter(|_| is_alone);
                first(&mut found.into_iter().flatten().copied(), Tie::Day)
            })
    }
}

/// What the name of a postmortem's file says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Named {
    day: Option<Date>,
    numbers: Vec<PrNumber>,
}

/// What stands before the number of an incident.
const BEFORE_A_NUMBER: [&str; 7] = [
    "incident",
    "inc",
    "issue",
    "gh",
    "postmortem",
    "mortem",
    "outage",
];

impl Named {
    /// `2026-04-01-checkout.md` has a day; `530-checkout.md`, `incident-530.md` and `2026-04-01-530.md` have a number.
    fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let mut named = Self::default();
        let mut rest = name;
        if let Some(day) = name.get(..10).and_then(|day| day.parse::<Date>().ok()) {
            named.day = Some(day);
            rest = name.get(10..).unwrap_or_default();
        }
        let words: Vec<&str> = rest
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        for (at, word) in words.iter().enumerate() {
            let is_number = !word.starts_with('0') && word.bytes().all(|b| b.is_ascii_digit());
            let before = at.checked_sub(1).and_then(|at| words.get(at));
            let is_called = before.is_none_or(|before| {
                let before = before.to_lowercase();
                BEFORE_A_NUMBER.contains(&before.as_str())
            });
            // `2026-04.md` is called after a month.
            let is_year = before.is_none() && words.get(at + 1).is_some_and(|next| is_part(next));
            if is_number
                && is_called
                && !is_year
                && let Ok(number) = word.parse()
            {
                named.numbers.push(PrNumber(number));
            }
        }
        named
    }
}

/// Whether a word may be the month or day behind a year.
fn is_part(word: &str) -> bool {
    word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-04-01T{text}:00Z").parse().unwrap()
    }

    #[test]
    fn a_gap_counts_from_the_opening_and_to_the_end() {
        let check = |ended: Option<&str>, written: &[&str], expected: Option<(u64, f64)>| {
            let written = written.iter().map(|text| at(text));
            let found = updates(at("10:00"), ended.map(at), at("18:00"), written);
            let found = found.map(|updates| (updates.n, updates.longest.hours()));
            assert_eq!(found, expected);
        };
        check(Some("11:00"), &[], Some((0, 1.0)));
        check(Some("11:00"), &["10:15", "10:30"], Some((2, 0.5)));
        // What came before the opening or after the end was no update of it.
        check(Some("11:00"), &["09:00", "10:30", "12:00"], Some((1, 0.5)));
        check(None, &["16:00", "12:00"], Some((2, 4.0)));
        check(Some("10:00"), &["10:00"], None);
        check(Some("09:00"), &[], None);
    }

    #[test]
    fn a_file_is_called_after_a_day_or_a_number() {
        let check = |path: &str, day: Option<&str>, numbers: &[u64]| {
            let expected = Named {
                day: day.map(|day| day.parse().unwrap()),
                numbers: numbers.iter().copied().map(PrNumber).collect(),
            };
            assert_eq!(Named::of(path), expected, "{path}");
        };
        check("docs/postmortems/2026-04-01.md", Some("2026-04-01"), &[]);
        check("docs/postmortems/530.md", None, &[530]);
        check("docs/postmortems/530-checkout.md", None, &[530]);
        check("docs/postmortems/incident-530.md", None, &[530]);
        check("docs/530/INC_17.md", None, &[17]);
        check(
            "docs/postmortems/2026-04-01-530-lost-orders.md",
            Some("2026-04-01"),
            &[530],
        );
        // Months, parts and years are no numbers of incidents.
        check("docs/postmortems/2026-04.md", None, &[]);
        check("docs/postmortems/checkout-part-2.md", None, &[]);
        check("docs/postmortems/lost-12-orders.md", None, &[]);
        check("docs/postmortems/007.md", None, &[]);
        check("docs/postmortems/é.md", None, &[]);
        check("docs/postmortems/99999999999999999999999.md", None, &[]);
    }
}
