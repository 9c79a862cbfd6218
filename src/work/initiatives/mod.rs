//! Initiatives: the pieces of work that a review is written from.
//!
//! A pull request of a person belongs to the first that it matches: what the register names, a milestone, a tracking issue that it
//! closes or mentions, a label `epic:…`, and else to a stretch of one person's work in one area without a gap of ten working days,
//! which nobody has named. A milestone that is called after a time, such as `2026-Q1`, is a time box and no initiative; an incident
//! is none either.

mod story;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub use self::story::{Decision, Involved, Production, Story, Teller, Waits};
use super::file_areas::qualifier;
use super::pages::key_of;
use super::pull_requests::{FullPullRequest, Key, not_human, of_product};
use super::roster::RosterInitiative;
use super::{Past, Reading};
use crate::domain::{Issue, PersonId, RepositoryId};

/// Labels of pull requests that name an initiative begin so.
const EPIC: &str = "epic:";
/// So many pull requests make an issue a tracking issue.
const TRACKED: usize = 2;
/// So many pull requests without a name are told as one piece of work.
const UNNAMED: usize = 3;
/// So many working days without a pull request end an unnamed piece of work.
const GAP_DAYS: f64 = 10.0;

/// Who named an initiative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    /// The register: the place of the entry in its order.
    Register(usize),
    /// A milestone.
    Milestone,
    /// A tracking issue.
    Issue(Key),
    /// A label.
    Label,
    /// Nobody: one person's work in one area.
    Nobody,
}

/// A piece of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Initiative {
    /// Stable: the same piece of work has the same id in every run and store.
    pub id: String,
    /// Its name; of one that nobody named, the area.
    pub title: String,
    /// Who named it.
    pub named: Named,
    /// Its pull requests, by opening.
    pub keys: Vec<Key>,
}

/// All initiatives, by their first pull request, and the pull requests of people that are in none.
#[derive(Debug, Default)]
pub struct Initiatives {
    /// The initiatives.
    pub all: Vec<Initiative>,
    /// Pull requests in none.
    pub rest: BTreeSet<Key>,
}

impl Initiatives {
    /// Finds the initiatives of everybody's pull requests.
    #[must_use]
    pub fn of(past: &Past<'_>) -> Self {
        let marks = Marks::of(past);
        let mut groups: BTreeMap<(Named, String), Vec<(Timestamp, Key)>> = BTreeMap::new();
        let mut unnamed: BTreeMap<(RepositoryId, String, PersonId), Vec<(Timestamp, Key)>> =
            BTreeMap::new();
        let mut found = Self::default();
        for reading in &past.readings {
            for whole in &of_product(reading) {
                let row = whole.pull_request;
                let author = row
                    .author
                    .filter(|_| not_human(past.tables, row.author).is_none());
                let Some(author) = author else { continue };
                let opened = (row.created_at, whole.key());
                if let Some(name) = marks.name(past, reading, whole) {
                    groups.entry(name).or_default().push(opened);
                } else {
                    let area = marks.main_area(reading, whole);
                    let place = (row.repository, area, author);
                    unnamed.entry(place).or_default().push(opened);
                }
            }
        }
        for ((named, name), mut opened) in groups {
            opened.sort_unstable();
            let title = match named {
                Named::Issue(key) => marks.issues.get(&key).map(|issue| issue.title.clone()),
                Named::Register(at) => {
                    let declared = past.question.roster.initiatives.get(at);
                    declared.map(|one| one.initiative.title.clone())
                }
                _ => None,
            };
            found.all.push(Initiative {
                id: id_of(&[kind_of(named), &name]),
                title: title.unwrap_or(name),
                named,
                keys: opened.into_iter().map(|(_, key)| key).collect(),
            });
        }
        for ((repository, area, author), mut opened) in unnamed {
            opened.sort_unstable();
            let name = past
                .tables
                .repository(repository)
                .map_or("?", |row| &row.name);
            for stretch in stretches(past, author, opened) {
                if stretch.len() < UNNAMED {
                    found.rest.extend(stretch);
                    continue;
                }
                let first = stretch
                    .first()
                    .map_or_else(String::new, |key| key.1.to_string());
                let short = name.rsplit('/').next().unwrap_or(name);
                // Top-level directories of several repositories bear the repository's name already.
                let bare = area
                    .split_once(": ")
                    .map_or(area.as_str(), |(_, bare)| bare);
                found.all.push(Initiative {
                    id: id_of(&["unnamed", name, &area, &first]),
                    title: format!("{short}/{bare}"),
                    named: Named::Nobody,
                    keys: stretch,
                });
            }
        }
        let opened = |initiative: &Initiative| {
            let first = initiative.keys.first()?;
            let reading = past.reading_of(first.0)?;
            let wholes = of_product(reading);
            let whole = wholes.iter().find(|whole| whole.key() == *first)?;
            Some(whole.pull_request.created_at)
        };
        found
            .all
            .sort_by_cached_key(|one| (opened(one), one.id.clone()));
        found
    }
}

const fn kind_of(named: Named) -> &'static str {
    match named {
        Named::Register(_) => "register",
        Named::Milestone => "milestone",
        Named::Issue(_) => "issue",
        Named::Label => "label",
        Named::Nobody => "unnamed",
    }
}

/// `in-7c21f0`: a hash of what names it.
fn id_of(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.to_lowercase().as_bytes());
        hasher.update([0]);
    }
    let digest = hasher.finalize();
    let bytes = digest.iter().take(3);
    bytes.fold(String::from("in-"), |id, byte| format!("{id}{byte:02x}"))
}

/// One person's pull requests in one area, parted where nothing was opened for ten of the person's working days.
fn stretches(past: &Past<'_>, author: PersonId, opened: Vec<(Timestamp, Key)>) -> Vec<Vec<Key>> {
    let calendar = past.question.calendars.person(Some(author));
    let mut found: Vec<Vec<Key>> = Vec::new();
    let mut before: Option<Timestamp> = None;
    for (at, key) in opened {
        let gap = before.and_then(|before| calendar.working_days_between(before, at));
        match found
            .last_mut()
            .filter(|_| gap.is_some_and(|days| days < GAP_DAYS))
        {
            Some(stretch) => stretch.push(key),
            None => found.push(vec![key]),
        }
        before = Some(at);
    }
    found
}

/// What pull requests are matched by, looked up once.
struct Marks<'a> {
    issues: BTreeMap<Key, &'a Issue>,
    /// The issues that a pull request closes or mentions, and those that mention it.
    issues_of: HashMap<Key, BTreeSet<Key>>,
    /// Issues that so many pull requests close or mention.
    tracking: BTreeSet<Key>,
    /// Files with their changed lines.
    files: HashMap<Key, Vec<(&'a str, u64)>>,
}

impl<'a> Marks<'a> {
    fn of(past: &Past<'a>) -> Self {
        let facts = &past.tables.facts;
        let as_of = past.question.as_of;
        let rules = &past.question.rules;
        let issues: BTreeMap<Key, &Issue> = facts
            .issues
            .iter()
            .filter(|issue| issue.created_at < as_of && !rules.is_incident(&issue.labels))
            .map(|issue| ((issue.repository, issue.number), issue))
            .collect();
        let pull_requests: BTreeSet<Key> = facts
            .pull_requests
            .iter()
            .filter(|row| row.created_at < as_of && not_human(past.tables, row.author).is_none())
            .map(|row| (row.repository, row.number))
            .collect();
        let mut issues_of: HashMap<Key, BTreeSet<Key>> = HashMap::new();
        let mut tie = |pull_request: Key, issue: Key| {
            if pull_requests.contains(&pull_request) && issues.contains_key(&issue) {
                issues_of.entry(pull_request).or_default().insert(issue);
            }
        };
        for row in &facts.pull_requests {
            for number in &row.closes_issues {
                let issue = (row.repository, crate::domain::PrNumber(*number));
                tie((row.repository, row.number), issue);
            }
        }
        let references = facts
            .timeline
            .iter()
            .filter(|row| row.event == "cross_referenced" && row.at < as_of);
        for row in references {
            let other = row.detail.as_deref().and_then(|text| text.parse().ok());
            let Some(other) = other.map(|number| (row.repository, crate::domain::PrNumber(number)))
            else {
                continue;
            };
            // Whichever of the two mentions the other.
            let own = (row.repository, row.number);
            tie(own, other);
            tie(other, own);
        }
        let mut n_of: BTreeMap<Key, usize> = BTreeMap::new();
        for issue in issues_of.values().flatten() {
            *n_of.entry(*issue).or_default() += 1;
        }
        let tracking = n_of.into_iter().filter(|(_, n)| *n >= TRACKED);
        let mut files: HashMap<Key, Vec<(&str, u64)>> = HashMap::new();
        for file in &facts.pull_request_files {
            let of_key = files.entry((file.repository, file.number)).or_default();
            of_key.push((&file.path, file.additions + file.deletions));
        }
        Self {
            tracking: tracking.map(|(issue, _)| issue).collect(),
            issues,
            issues_of,
            files,
        }
    }

    /// What names a pull request's initiative, the first that does.
    fn name(
        &self,
        past: &Past<'_>,
        reading: &Reading<'_>,
        whole: &FullPullRequest<'_>,
    ) -> Option<(Named, String)> {
        let declared = past.question.roster.initiatives.iter();
        let mut matching = declared
            .enumerate()
            .filter(|(_, one)| self.matches(past, one, whole));
        if let Some((at, one)) = matching.next() {
            return Some((Named::Register(at), one.initiative.title.clone()));
        }
        let own = || self.issues_of.get(&whole.key()).into_iter().flatten();
        let mut milestones = own().filter_map(|key| self.issues.get(key)?.milestone.as_deref());
        if let Some(title) =
            milestones.find(|title| !title.trim().is_empty() && !is_time_box(title))
        {
            // One milestone of a product is kept in each of its repositories under one title.
            let title = with_product(past, &reading.product.name, title);
            return Some((Named::Milestone, title));
        }
        if let Some(key) = own().find(|key| self.tracking.contains(key)) {
            return Some((Named::Issue(*key), format!("{} {}", key.0.0, key.1)));
        }
        let labels = whole.pull_request.labels.iter();
        let mut epics = labels.filter_map(|label| {
            let rest = label.get(..EPIC.len())?.eq_ignore_ascii_case(EPIC);
            rest.then(|| label.get(EPIC.len()..).unwrap_or_default().trim())
        });
        let epic = epics.find(|name| !name.is_empty())?;
        Some((Named::Label, epic.to_owned()))
    }

    /// Whether a pull request belongs to an initiative of the register.
    fn matches(
        &self,
        past: &Past<'_>,
        one: &RosterInitiative,
        whole: &FullPullRequest<'_>,
    ) -> bool {
        let (row, initiative) = (whole.pull_request, &one.initiative);
        let day = past.question.zone.to_datetime(row.created_at).date();
        let is_inside = initiative.from.is_none_or(|from| from <= day)
            && initiative.to.is_none_or(|to| day <= to);
        let tables = past.tables;
        let mut names = initiative.repositories.iter();
        let is_there = initiative.repositories.is_empty()
            || tables
                .repository(row.repository)
                .is_some_and(|found| names.any(|name| found.is_called(&name.to_string())));
        if !is_inside || !is_there {
            return false;
        }
        if !initiative.has_marks() {
            return true;
        }
        let own = || self.issues_of.get(&whole.key()).into_iter().flatten();
        let of_milestone = |title: &String| {
            let mut titles = own().filter_map(|key| self.issues.get(key)?.milestone.as_ref());
            titles.any(|found| found.eq_ignore_ascii_case(title))
        };
        let of_issue = |page: &String| {
            key_of(tables, page).is_some_and(|issue| own().any(|found| *found == issue))
        };
        let has_label = |label: &String| {
            let mut labels = row.labels.iter();
            labels.any(|found| found.eq_ignore_ascii_case(label))
        };
        let touches = || {
            let paths = self.files.get(&whole.key()).into_iter().flatten();
            let globs = one.paths.as_ref();
            globs.is_some_and(|globs| paths.clone().any(|(path, _)| globs.is_match(path)))
        };
        initiative.milestone.as_ref().is_some_and(of_milestone)
            || initiative.issue.as_ref().is_some_and(of_issue)
            || initiative.label.as_ref().is_some_and(has_label)
            || initiative
                .branch_prefix
                .as_ref()
                .is_some_and(|prefix| row.head_branch.starts_with(prefix.as_str()))
            || touches()
    }

    /// The area with most changed lines of a pull request, its repository before it.
    fn main_area(&self, reading: &Reading<'_>, whole: &FullPullRequest<'_>) -> String {
        let repository = whole.pull_request.repository;
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        for (path, n) in self.files.get(&whole.key()).into_iter().flatten() {
            let areas = reading
                .question
                .areas
                .of(repository, path, qualifier(reading, repository));
            for area in areas {
                *lines.entry(area).or_default() += *n;
            }
        }
        let most = lines
            .into_iter()
            .max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)));
        most.map_or_else(|| "no area".to_owned(), |(area, _)| area)
    }
}

/// A title with its product before it, where there is more than one.
fn with_product(past: &Past<'_>, product: &str, title: &str) -> String {
    if past.question.products.len() > 1 && !product.is_empty() {
        format!("{title} ({product})")
    } else {
        title.to_owned()
    }
}

/// Whether a milestone is called after a time: `2026`, `2026-Q1`, `Q3 2026`, `2026-04`, `Sprint 12`, `Week 14`.
fn is_time_box(title: &str) -> bool {
    let words: Vec<String> = title
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_time = |word: &String| {
        let digits =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let numbered = |before: &str| word.strip_prefix(before).is_some_and(digits);
        digits(word)
            || ["q", "h", "w", "kw", "s"]
                .iter()
                .any(|before| numbered(before))
            || TIMES.contains(&word.as_str())
            || MONTHS
                .iter()
                .any(|month| word.starts_with(month) && word.len() <= 9)
    };
    let has_number = words
        .iter()
        .any(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    has_number && words.iter().all(is_time)
}

const TIMES: [&str; 8] = [
    "sprint",
    "iteration",
    "week",
    "month",
    "quarter",
    "cycle",
    "half",
    "fy",
];
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

#[cfg(test)]
mod tests {
    use super::is_time_box;

    #[test]
    fn a_milestone_that_is_called_after_a_time_is_a_time_box() {
        for title in [
            "2026",
            "2026-Q1",
            "Q3 2026",
            "2026-04",
            "Sprint 12",
            "Week 14",
            "April 2026",
            "H2/2026",
        ] {
            assert!(is_time_box(title), "{title}");
        }
        for title in [
            "Checkout",
            "Checkout 2",
            "v1.2",
            "Sprint goals",
            "Marketplace 2026",
            "May",
        ] {
            assert!(!is_time_box(title), "{title}");
        }
    }
}
