//! The follow-up actions of an incident: its issue's sub-issues, what its checklists list, and the issues that mention it; whose,
//! until when, and how each stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::checklist::{self, Entry, Named};
use crate::domain::{
    Issue, IssueLink, IssueRelation, Milestone, PersonId, PrNumber, PullRequest, RepositoryId,
};
use crate::work::pages::key_of;
use crate::work::parents::Parents;
use crate::work::pull_requests::Key;
use crate::work::roster::person_of;
use crate::work::{Question, Reading};

/// What ties an action to its incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// A sub-issue of the incident's issue.
    SubIssue,
    /// A box of a checklist in the incident's issue.
    Checklist,
    /// An issue that was opened after the incident's and mentions it.
    Mention,
}

/// Where a due date was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DueFrom {
    /// `Due: 2026-04-08` in the action's own issue.
    Issue,
    /// `due 2026-04-08` in the incident's checklist.
    Checklist,
    /// The milestone of the action's issue.
    Milestone,
}

/// Whether an action is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// It is not.
    Open,
    /// It is, since then.
    At(Timestamp),
    /// Its box is ticked: nobody records when.
    Ticked,
    /// Its issue was closed as not planned, or as a duplicate.
    Dropped(Timestamp),
    /// Its issue is not in the store, so nothing is known of it.
    Unseen,
}

/// How an action stands to its due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Done on the due day or before.
    InTime,
    /// Done after the due day.
    Late,
    /// Open, and the due day has not passed.
    Running,
    /// Open, and the due day has passed.
    Overdue,
    /// Nobody wrote down when it is due, or when it was done.
    Unknown,
    /// It was given up.
    Dropped,
}

/// A follow-up action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its issue or pull request; `None` for a box that names none, and for a sub-issue in a repository that the store does not have.
    pub key: Option<Key>,
    /// The issue's title, or what stands behind the box, as it came; `owner/name#12` of an issue that the store does not have.
    pub text: String,
    /// The issue's page.
    pub url: Option<String>,
    /// What ties it to the incident.
    pub tie: Tie,
    /// Who is to do it, by id.
    pub owners: Vec<PersonId>,
    /// The last day on which it is in time, and where that was read.
    pub due: Option<(Date, DueFrom)>,
    /// Whether it is done.
    pub done: Done,
}

impl Action {
    /// How it stands to its due date as of a day.
    #[must_use]
    pub fn standing(&self, today: Date, zone: &TimeZone) -> Standing {
        standing(self.due.map(|(day, _)| day), self.done, today, zone)
    }
}

/// How something stands to its due date: a whole day is in time.
#[must_use]
pub fn standing(due: Option<Date>, done: Done, today: Date, zone: &TimeZone) -> Standing {
    match (due, done) {
        (_, Done::Dropped(_)) => Standing::Dropped,
        (None, _) | (_, Done::Ticked | Done::Unseen) => Standing::Unknown,
        (Some(due), Done::At(at)) if zone.to_datetime(at).date() <= due => Standing::InTime,
        (Some(_), Done::At(_)) => Standing::Late,
        (Some(due), Done::Open) if today <= due => Standing::Running,
        (Some(_), Done::Open) => Standing::Overdue,
    }
}

/// Whether an issue is done at the as-of instant.
#[must_use]
pub fn done(issue: &Issue, question: &Question) -> Done {
    let is_dropped = matches!(
        issue.state_reason.as_deref(),
        Some("not_planned" | "duplicate")
    );
    match issue.closed_at.filter(|at| *at < question.as_of) {
        None => Done::Open,
        Some(at) if is_dropped => Done::Dropped(at),
        Some(at) => Done::At(at),
    }
}

/// The last day of a milestone. GitHub keeps the day as an instant of it in UTC, whatever the zone of whoever set it.
#[must_use]
pub fn last_day(milestone: &Milestone) -> Option<Date> {
    let due_at = milestone.due_at?;
    Some(Zoned::new(due_at, TimeZone::UTC).date())
}

/// When issues are due: as their bodies say, else with their milestones.
#[derive(Debug, Default)]
pub struct Dues<'a>(HashMap<(RepositoryId, &'a str), Date>);

impl<'a> Dues<'a> {
    /// Of some milestones. Issues name theirs by its title.
    #[must_use]
    pub fn of(milestones: &'a [Milestone]) -> Self {
        let due = |row: &'a Milestone| Some(((row.repository, row.title.as_str()), last_day(row)?));
        Self(milestones.iter().filter_map(due).collect())
    }

    /// The last day on which an issue is closed in time, and where that was read.
    #[must_use]
    pub fn on(&self, issue: &Issue) -> Option<(Date, DueFrom)> {
        if let Some(day) = checklist::due(&issue.body) {
            return Some((day, DueFrom::Issue));
        }
        let title = issue.milestone.as_deref()?;
        let day = self.0.get(&(issue.repository, title))?;
        Some((*day, DueFrom::Milestone))
    }
}

/// What the actions of many incidents are looked up in, gathered once.
pub struct ActionIndex<'a> {
    issues: HashMap<Key, &'a Issue>,
    pull_requests: HashMap<Key, &'a PullRequest>,
    /// By the issue that tells of them, in their order.
    sub_issues: HashMap<Key, Vec<&'a IssueLink>>,
    /// By the issue that they are parts of.
    parts: BTreeMap<Key, Vec<Key>>,
    /// Issues that were opened after the as-of instant.
    later: BTreeSet<Key>,
    dues: Dues<'a>,
}

impl<'a> ActionIndex<'a> {
    /// Of everything that the store knows: an action may lie in another product.
    #[must_use]
    pub fn of(reading: &Reading<'a>) -> Self {
        let facts = &reading.tables.facts;
        let as_of = reading.question.as_of;
        let issues = facts.issues.iter().filter(|row| row.created_at < as_of);
        let later = facts.issues.iter().filter(|row| row.created_at >= as_of);
        let mut sub_issues: HashMap<Key, Vec<&IssueLink>> = HashMap::new();
        let links = facts.issue_links.iter();
        for row in links.filter(|row| row.relation == IssueRelation::SubIssue) {
            let of_issue = sub_issues.entry((row.repository, row.number)).or_default();
            of_issue.push(row);
        }
        let opened = facts.pull_requests.iter();
        let opened = opened.filter(|row| row.created_at < as_of);
        Self {
            issues: issues
                .map(|row| ((row.repository, row.number), row))
                .collect(),
            pull_requests: opened
                .map(|row| ((row.repository, row.number), row))
                .collect(),
            sub_issues,
            parts: Parents::of(reading.tables).parts(),
            later: later.map(|row| (row.repository, row.number)).collect(),
            dues: Dues::of(&facts.milestones),
        }
    }

    /// The actions of an incident's issue, by due date, those without one last.
    #[must_use]
    pub fn actions(
        &self,
        reading: &Reading<'_>,
        incident: &Issue,
        mentions: &[PrNumber],
    ) -> Vec<Action> {
        let own = (incident.repository, incident.number);
        let mut by_key: BTreeMap<Key, Action> = BTreeMap::new();
        let mut rest = Vec::new();
        for entry in checklist::read(&incident.body) {
            let action = self.of_box(reading, own.0, entry);
            match action.key {
                Some(key) if key == own => {}
                Some(key) => {
                    by_key.entry(key).or_insert(action);
                }
                None => rest.push(action),
            }
        }
        for action in self.sub_issues(reading, own) {
            match action.key {
                // Where a box names it too, what the box adds to its issue stays.
                Some(key) => by_key.entry(key).or_insert(action).tie = Tie::SubIssue,
                None => rest.push(action),
            }
        }
        for number in mentions {
            let key = (own.0, *number);
            let Some(issue) = self.issues.get(&key) else {
                continue;
            };
            // What was there before the incident was not opened to follow it up.
            let is_later = issue.created_at >= incident.created_at;
            if key != own && !is_incident(reading, issue) && is_later {
                by_key
                    .entry(key)
                    .or_insert_with(|| self.of_issue(reading, issue, Tie::Mention));
            }
        }
        let mut actions: Vec<Action> = by_key.into_values().chain(rest).collect();
        actions.sort_by_key(|action| {
            let due = action.due.map(|(day, _)| day);
            (due.is_none(), due, action.key.is_none(), action.key)
        });
        actions
    }

    /// The sub-issues of an incident's issue, by its own word or theirs; those that are incidents themselves, or were opened after
    /// the as-of instant, are none.
    fn sub_issues(&self, reading: &Reading<'_>, own: Key) -> Vec<Action> {
        let mut actions = Vec::new();
        for link in self.sub_issues.get(&own).into_iter().flatten() {
            let key = key_of(reading.tables, &link.other());
            let is_seen =
                key.is_some_and(|key| self.issues.contains_key(&key) || self.later.contains(&key));
            if !is_seen {
                actions.push(Action {
                    key,
                    text: link.other(),
                    url: None,
                    tie: Tie::SubIssue,
                    owners: Vec::new(),
                    due: None,
                    done: Done::Unseen,
                });
            }
        }
        let parts = self.parts.get(&own).into_iter().flatten();
        let parts = parts.filter(|key| **key != own);
        let issues = parts.filter_map(|key| self.issues.get(key));
        let followed = issues.filter(|issue| !is_incident(reading, issue));
        actions.extend(followed.map(|issue| self.of_issue(reading, issue, Tie::SubIssue)));
        actions
    }

    fn of_issue(&self, reading: &Reading<'_>, issue: &Issue, tie: Tie) -> Action {
        let owners = issue.assignees.iter().copied();
        let owners = owners.filter(|person| reading.tables.is_human(*person));
        Action {
            key: Some((issue.repository, issue.number)),
            text: issue.title.clone(),
            url: Some(issue.url.clone()),
            tie,
            owners: owners.collect(),
            due: self.dues.on(issue),
            done: done(issue, reading.question),
        }
    }

    fn of_box(&self, reading: &Reading<'_>, own: RepositoryId, entry: Entry) -> Action {
        let key = entry.page.as_ref().and_then(|page| match page {
            Named::Own(number) => Some((own, *number)),
            Named::Page(page) => key_of(reading.tables, page),
        });
        let logins = entry.logins.iter();
        let mut named: Vec<PersonId> = logins
            .filter_map(|login| person_of(&reading.tables.people, login))
            .filter(|person| reading.tables.is_human(*person))
            .collect();
        named.dedup();
        let due = entry.due.map(|day| (day, DueFrom::Checklist));
        if let Some(issue) = key.and_then(|key| self.issues.get(&key)) {
            let mut action = self.of_issue(reading, issue, Tie::Checklist);
            if action.owners.is_empty() {
                action.owners = named;
            }
            // The issue's own word goes before the checklist's, and that before the milestone's.
            let is_own = matches!(action.due, Some((_, DueFrom::Issue)));
            if !is_own && due.is_some() {
                action.due = due;
            }
            return action;
        }
        let ticked = if entry.is_done {
            Done::Ticked
        } else {
            Done::Open
        };
        let Some((key, row)) = key.and_then(|key| Some((key, self.pull_requests.get(&key)?)))
        else {
            return Action {
                key: None,
                text: entry.text,
                url: None,
                tie: Tie::Checklist,
                owners: named,
                due,
                done: ticked,
            };
        };
        if named.is_empty() {
            let author = row.author.into_iter();
            named.extend(author.filter(|person| reading.tables.is_human(*person)));
        }
        let seen = |at: Option<Timestamp>| at.filter(|at| *at < reading.question.as_of);
        let done = match (seen(row.merged_at), seen(row.closed_at)) {
            (Some(at), _) => Done::At(at),
            (None, Some(at)) => Done::Dropped(at),
            (None, None) => Done::Open,
        };
        Action {
            key: Some(key),
            text: row.title.clone(),
            url: Some(row.url.clone()),
            tie: Tie::Checklist,
            owners: named,
            due,
            done,
        }
    }
}

/// Whether an issue is an incident itself: that is no action to follow another one up.
fn is_incident(reading: &Reading<'_>, issue: &Issue) -> bool {
    let rules = &reading.question.rules;
    let key = (issue.repository, issue.number);
    rules.is_incident(issue) || rules.entries.contains_key(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_of_a_due_day_is_in_time() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let at = |text: &str| Done::At(text.parse().unwrap());
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let due = Some(day("2026-04-08"));
        let check = |done: Done, today: &str, expected: Standing| {
            assert_eq!(
                standing(due, done, day(today), &berlin),
                expected,
                "{done:?} {today}"
            );
        };
        check(at("2026-04-08T21:59:00Z"), "2026-05-01", Standing::InTime);
        check(at("2026-04-08T22:01:00Z"), "2026-05-01", Standing::Late);
        check(Done::Open, "2026-04-08", Standing::Running);
        check(Done::Open, "2026-04-09", Standing::Overdue);
        check(Done::Ticked, "2026-04-09", Standing::Unknown);
        check(Done::Unseen, "2026-04-09", Standing::Unknown);
        check(
            Done::Dropped(Timestamp::UNIX_EPOCH),
            "2026-04-01",
            Standing::Dropped,
        );
        assert_eq!(
            standing(None, Done::Open, day("2026-04-08"), &berlin),
            Standing::Unknown
        );
    }
}
