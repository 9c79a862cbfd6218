//! What names the initiative of a pull request, the first that does.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Named;
use crate::domain::{Issue, PrNumber, PullRequestFile, RepositoryId};
use crate::work::file_areas::qualifier;
use crate::work::pages::key_of;
use crate::work::parents::Parents;
use crate::work::pull_requests::{Key, WithTalk, not_human};
use crate::work::roster::RosterInitiative;
use crate::work::rows::Rows;
use crate::work::{Past, Reading};

/// Labels of pull requests that name an initiative begin so.
const EPIC: &str = "epic:";
/// So many pull requests make an issue a tracking issue.
const TRACKED: usize = 2;

/// What pull requests are matched by, looked up once.
pub(super) struct Marks<'a> {
    pub(super) issues: BTreeMap<Key, &'a Issue>,
    /// The issues that a pull request closes or mentions, and those that mention it.
    issues_of: HashMap<Key, BTreeSet<Key>>,
    /// What those are parts of.
    above: HashMap<Key, BTreeSet<Key>>,
    /// Issues that so many pull requests close or mention.
    tracking: BTreeSet<Key>,
    /// Issues of which, or of a part of which, so many do.
    epics: BTreeSet<Key>,
}

impl<'a> Marks<'a> {
    pub(super) fn of(past: &Past<'a>) -> Self {
        let facts = &past.tables.facts;
        let as_of = past.question.as_of;
        let rules = &past.question.rules;
        let issues: BTreeMap<Key, &Issue> = facts
            .issues
            .iter()
            .filter(|issue| issue.created_at < as_of && !rules.is_incident(issue))
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
                let issue = (row.repository, PrNumber(*number));
                tie((row.repository, row.number), issue);
            }
        }
        let references = facts
            .timeline
            .iter()
            .filter(|row| row.event == "cross_referenced" && row.at < as_of);
        for row in references {
            let other = row.detail.as_deref().and_then(|text| text.parse().ok());
            let Some(other) = other.map(|number| (row.repository, PrNumber(number))) else {
                continue;
            };
            // Whichever of the two mentions the other.
            let own = (row.repository, row.number);
            tie(own, other);
            tie(other, own);
        }
        let parents = Parents::of(past.tables);
        let mut above: HashMap<Key, BTreeSet<Key>> = HashMap::new();
        for (pull_request, own) in &issues_of {
            let found = own.iter().flat_map(|issue| parents.above(*issue));
            let found: BTreeSet<Key> = found.filter(|key| issues.contains_key(key)).collect();
            if !found.is_empty() {
                above.insert(*pull_request, found);
            }
        }
        let tracking = named_often(issues_of.values().flatten());
        let wholes = issues_of.iter().flat_map(|(pull_request, own)| {
            let above = above.get(pull_request);
            let whole: BTreeSet<&Key> = own.iter().chain(above.into_iter().flatten()).collect();
            whole
        });
        let epics = named_often(wholes);
        Self {
            issues,
            issues_of,
            above,
            tracking,
            epics,
        }
    }

    /// What names a pull request's initiative, the first that does.
    pub(super) fn name(
        &self,
        past: &Past<'_>,
        reading: &Reading<'_>,
        with_talk: &WithTalk<'_>,
    ) -> Option<(Named, String)> {
        let whole = &with_talk.whole;
        let declared = past.question.roster.initiatives.iter();
        let mut matching = declared
            .enumerate()
            .filter(|(_, one)| self.matches(past, one, with_talk));
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
        let above = || self.above.get(&whole.key()).into_iter().flatten();
        if let Some(key) = own().chain(above()).find(|key| self.epics.contains(key)) {
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
    fn matches(&self, past: &Past<'_>, one: &RosterInitiative, with_talk: &WithTalk<'_>) -> bool {
        let whole = &with_talk.whole;
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
            let above = self.above.get(&whole.key()).into_iter().flatten();
            let mut all = own().chain(above);
            key_of(tables, page).is_some_and(|issue| all.any(|found| *found == issue))
        };
        let has_label = |label: &String| {
            let mut labels = row.labels.iter();
            labels.any(|found| found.eq_ignore_ascii_case(label))
        };
        let touches = || {
            let globs = one.paths.as_ref();
            globs.is_some_and(|globs| {
                let mut files = with_talk.files.iter();
                files.any(|file| globs.is_match(file.path.as_ref()))
            })
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
}

/// The areas of the paths of a product's pull requests: each path is looked at once.
#[derive(Default)]
pub(super) struct AreasOfPaths<'a>(HashMap<(RepositoryId, &'a str), Vec<String>>);

impl<'a> AreasOfPaths<'a> {
    /// The area with most changed lines of a pull request, its repository before it; `None` where no file of it is in an area, or none
    /// is known.
    pub(super) fn main_area(
        &mut self,
        reading: &Reading<'_>,
        files: Rows<'a, PullRequestFile>,
    ) -> Option<String> {
        let mut of_files: Vec<(&'a PullRequestFile, u64)> = Vec::with_capacity(files.len());
        for file in &files {
            let repository = file.repository;
            let areas = self.0.entry((repository, &file.path));
            areas.or_insert_with(|| {
                let qualifier = qualifier(reading, repository);
                reading.question.areas.of(repository, &file.path, qualifier)
            });
            of_files.push((file, file.additions + file.deletions));
        }
        let mut lines: BTreeMap<&str, u64> = BTreeMap::new();
        for (file, n) in of_files {
            let areas = self.0.get(&(file.repository, file.path.as_ref()));
            for area in areas.into_iter().flatten() {
                *lines.entry(area).or_default() += n;
            }
        }
        let most = lines.into_iter().max_by(|a, b| (a.1, b.0).cmp(&(b.1, a.0)));
        most.map(|(area, _)| area.to_owned())
    }
}

/// The issues that are among some so often that they are tracking issues.
fn named_often<'k>(issues: impl Iterator<Item = &'k Key>) -> BTreeSet<Key> {
    let mut n_of: BTreeMap<Key, usize> = BTreeMap::new();
    for issue in issues {
        *n_of.entry(*issue).or_default() += 1;
    }
    let often = n_of.into_iter().filter(|(_, n)| *n >= TRACKED);
    often.map(|(issue, _)| issue).collect()
}

/// A milestone's title as its initiative is called: with its product behind it, where there is more than one.
#[must_use]
pub fn with_product(past: &Past<'_>, product: &str, title: &str) -> String {
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
