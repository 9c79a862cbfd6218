//! `onboarding.milestones`: first documentation, first code, first review, people met. Figures of people: private.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Bucket, Elapsed, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, share};
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Ledger, LedgerRow, Measure, Measured, Number, Recipe,
    Scope, Thing, Unit, Value,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::history::touches::Touch;
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::written::CameWith;
use crate::work::{Fate, Missing, Need, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

/// The first weeks of a joiner: four.
const FIRST_DAYS: i64 = 28;

static DEFINITION: Definition = Definition {
    id: "onboarding.milestones",
    title: "Onboarding",
    question: "How soon is a joiner part of the work?",
    definition: "Share of the members who joined in the window and merged a first pull request with code in their first four weeks. \
                 In `private/lead/onboarding.md`, per joiner: elapsed hours from the start of the day of joining to the first pull request opened \
                 with documentation only, to the first merged one with code and to the first review given, and the distinct people met \
                 in four weeks: who reviewed or was reviewed by the joiner, or is credited with a commit together with the joiner.",
    formula: "joiners with a code pull request merged before joined_on + 28 days / joiners of at least 28 days",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("people_met", "people met"),
        NumberDefinition::hours("first_docs_hours", "first docs"),
        NumberDefinition::hours("first_code_hours", "first code"),
        NumberDefinition::hours("first_review_hours", "first review"),
    ],
    about: About::People,
    cohort: None,
    needs: &[Need::PullRequests, Need::Commits],
    source: "Definition of this project; joiners from joined_on of the register's [[member]]",
    exclusions: "Members who joined outside the window, and joiners without any event in the product, are left out; members without \
                 joined_on, and joiners of the last 28 days, are unknown. Documentation is .md, .rst, .adoc and .txt, and what lies in a \
                 directory docs.",
    how_to_read: "A fast first merge says something about the system: access, documentation, small first tasks. It is never a target \
                  for a person.",
    can_mislead: "People met in meetings and at lunch are not seen. A joiner in two products is a joiner in each.",
    sql: include_str!("../../../queries/metrics/onboarding.milestones.sql"),
};

/// A pull request with which something was reached for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct First {
    /// When.
    pub at: Timestamp,
    /// The pull request.
    pub key: Key,
}

/// What one joiner reached, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestones {
    /// Who.
    pub person: PersonId,
    /// Start of the day of joining.
    pub joined_at: Timestamp,
    /// First pull request opened with documentation only.
    pub first_docs: Option<First>,
    /// First merged pull request with code.
    pub first_code: Option<First>,
    /// First review of somebody else's pull request.
    pub first_review: Option<First>,
    /// Who was met in four weeks, with the first review or commit by which they met.
    pub met: BTreeMap<PersonId, Touch>,
}

impl Milestones {
    /// Whether anything of the joiner is seen.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        self.first_docs.is_some()
            || self.first_code.is_some()
            || self.first_review.is_some()
            || !self.met.is_empty()
    }

    /// Somebody whom the joiner met; the first time counts.
    fn meet(&mut self, person: PersonId, touch: Touch) {
        let first = self.met.entry(person).or_insert(touch);
        *first = (*first).min(touch);
    }

    fn end_of_first_weeks(&self) -> Timestamp {
        self.joined_at
            .saturating_add(SignedDuration::from_hours(24 * FIRST_DAYS))
            .unwrap_or(Timestamp::MAX)
    }
}

/// Whether a path is documentation.
#[must_use]
pub fn is_documentation(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".md", ".rst", ".adoc", ".txt"]
        .iter()
        .any(|ending| lower.ends_with(ending))
        || lower.starts_with("docs/")
        || lower.contains("/docs/")
}

/// The members who joined inside the window, and the start of the day on which they did.
#[must_use]
pub fn joiners(question: &Question) -> Vec<(PersonId, Timestamp)> {
    let members = question.roster.members.iter();
    let joined = members.filter_map(|member| {
        let joined_at = Bucket::start_of(member.joined_on?, &question.zone);
        let is_inside = question.window.contains(joined_at) && joined_at < question.as_of;
        is_inside.then_some((member.person, joined_at))
    });
    joined.collect()
}

/// The milestones of everybody in `joined`, by their order.
#[must_use]
pub fn milestones(reading: &Reading<'_>, joined: &[(PersonId, Timestamp)]) -> Vec<Milestones> {
    let mut found: Vec<Milestones> = joined
        .iter()
        .map(|(person, joined_at)| Milestones {
            person: *person,
            joined_at: *joined_at,
            first_docs: None,
            first_code: None,
            first_review: None,
            met: BTreeMap::new(),
        })
        .collect();
    let at: HashMap<PersonId, usize> = joined
        .iter()
        .enumerate()
        .map(|(at, (person, _))| (*person, at))
        .collect();
    if at.is_empty() {
        return found;
    }
    // Whether a pull request's files are documentation only; without files it is neither that nor code.
    let mut only_docs: HashMap<Key, bool> = HashMap::new();
    for row in &reading.tables.facts.pull_request_files {
        let is_docs = is_documentation(&row.path);
        only_docs
            .entry((row.repository, row.number))
            .and_modify(|all| *all &= is_docs)
            .or_insert(is_docs);
    }
    let earliest = |slot: &mut Option<First>, at: Timestamp, key: Key| {
        let found = First { at, key };
        *slot = Some(slot.map_or(found, |first| first.min(found)));
    };
    for whole in of_product(reading) {
        let FullPullRequest { pull_request, .. } = &whole;
        let key = whole.key();
        let docs = only_docs.get(&key).copied();
        let author = pull_request.author;
        if let Some(joiner) = author.and_then(|person| found.get_mut(*at.get(&person)?)) {
            let opened = pull_request.created_at;
            if docs == Some(true) && opened >= joiner.joined_at {
                earliest(&mut joiner.first_docs, opened, key);
            }
            let merged = pull_request.merged_at.filter(|merged| {
                docs == Some(false)
                    && *merged >= joiner.joined_at
                    && *merged < reading.question.as_of
            });
            if let Some(merged) = merged {
                earliest(&mut joiner.first_code, merged, key);
            }
        }
        for review in whole.human_reviews(reading.tables) {
            let Some(reviewer) = review.author else {
                continue;
            };
            let submitted = review.submitted_at;
            let touch = Touch {
                at: submitted,
                with: CameWith::PullRequest(key),
            };
            if let Some(joiner) = at.get(&reviewer).and_then(|at| found.get_mut(*at))
                && submitted >= joiner.joined_at
            {
                earliest(&mut joiner.first_review, submitted, key);
                let human = author.filter(|person| reading.tables.is_human(*person));
                if submitted < joiner.end_of_first_weeks()
                    && let Some(author) = human
                {
                    joiner.meet(author, touch);
                }
            }
            if let Some(joiner) = author.and_then(|person| found.get_mut(*at.get(&person)?))
                && submitted >= joiner.joined_at
                && submitted < joiner.end_of_first_weeks()
            {
                joiner.meet(reviewer, touch);
            }
        }
    }
    met_by_commits(reading, &at, &mut found);
    found
}

/// Whom the joiners met by being credited with a commit together.
fn met_by_commits(reading: &Reading<'_>, at: &HashMap<PersonId, usize>, found: &mut [Milestones]) {
    for commit in &reading.tables.commits {
        if !reading.product.has(commit.repository)
            || commit.co_authors.is_empty()
            || commit.committed_at >= reading.question.as_of
        {
            continue;
        }
        let people: Vec<PersonId> = commit
            .authors()
            .filter(|person| reading.tables.is_human(*person))
            .collect();
        for person in &people {
            if let Some(joiner) = at.get(person).and_then(|at| found.get_mut(*at))
                && commit.committed_at >= joiner.joined_at
                && commit.committed_at < joiner.end_of_first_weeks()
            {
                let touch = Touch {
                    at: commit.committed_at,
                    with: CameWith::Commit(commit.repository, commit.commit),
                };
                for other in people.iter().filter(|other| *other != person) {
                    joiner.meet(*other, touch);
                }
            }
        }
    }
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let joined = joiners(reading.question);
    let reached = milestones(reading, &joined);
    let rows = rows(reading, &reached);
    measure.cells.extend(cells(
        &DEFINITION,
        reading,
        &rows,
        Depth::PRODUCT,
        &|_, rows| share(rows),
    ));
    for joiner in reached.iter().filter(|joiner| joiner.is_seen()) {
        let own = rows
            .iter()
            .map(|row| &row.row)
            .filter(|row| row.person == Some(joiner.person));
        measure.cells.push(Cell {
            scope: Scope {
                origin: None,
                product: reading.product.name.clone(),
                repository: None,
                area: None,
                person: Some(joiner.person),
            },
            bucket: None,
            measured: Measured::Value {
                n: 1,
                value: figures(joiner),
                interval: None,
            },
            ledger: Ledger::of(own),
            few: Vec::new(),
        });
    }
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

/// A joiner's milestones as numbers; what was not reached is not there.
fn figures(joiner: &Milestones) -> Value {
    let mut numbers = vec![(
        "people_met",
        Number::Count(crate::metrics::aggregate::count(joiner.met.len())),
    )];
    for (name, first) in [
        ("first_docs_hours", joiner.first_docs),
        ("first_code_hours", joiner.first_code),
        ("first_review_hours", joiner.first_review),
    ] {
        let elapsed = first.and_then(|first| Elapsed::between(joiner.joined_at, first.at));
        numbers.extend(elapsed.map(|elapsed| (name, Number::Real(elapsed.hours()))));
    }
    Value(numbers)
}

/// One row a member.
fn rows(reading: &Reading<'_>, reached: &[Milestones]) -> Vec<KeyedRow<()>> {
    let repository = reading.product.repositories.first().copied();
    let members = reading.question.roster.members.iter();
    members
        .map(|member| {
            let joiner = reached.iter().find(|joiner| joiner.person == member.person);
            let (value, fate) = match joiner {
                None if member.joined_on.is_none() => {
                    (None, Fate::Unknown("joined_on_not_declared"))
                }
                None => (None, Fate::Excluded("joined_outside_the_window")),
                Some(joiner) if !joiner.is_seen() => {
                    (None, Fate::Excluded("no_event_in_this_product"))
                }
                Some(joiner) if joiner.end_of_first_weeks() > reading.question.as_of => {
                    (None, Fate::Unknown("joined_less_than_four_weeks_ago"))
                }
                Some(joiner) => {
                    let in_time = joiner
                        .first_code
                        .is_some_and(|first| first.at < joiner.end_of_first_weeks());
                    (Some(if in_time { 1.0 } else { 0.0 }), Fate::Included)
                }
            };
            KeyedRow {
                row: LedgerRow {
                    origin: None,
                    product: reading.product.name.clone(),
                    repository,
                    areas: [].into(),
                    subject: Thing::Person.called("joiner"),
                    link: None,
                    at: joiner.map(|joiner| joiner.joined_at),
                    bucket: None,
                    value,
                    working_hours: None,
                    is_running: false,
                    person: Some(member.person),
                    authors: Arc::default(),
                    fate,
                },
                key: (),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documentation_is_told_by_ending_or_directory() {
        let check = |path: &str, expected| assert_eq!(is_documentation(path), expected, "{path}");
        check("README.md", true);
        check("docs/build.sh", true);
        check("web/docs/index.html", true);
        check("src/docs.rs", false);
        check("booking/seat.rs", false);
    }
}
