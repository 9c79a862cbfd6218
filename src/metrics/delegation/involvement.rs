//! `delegation.involvement`: the delegator's share of what happens in scope, by fortnight. Figures of people: private.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use crate::domain::{Bucket, Granularity, PersonId, PullRequest, RepositoryId, ReviewState};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, count, ratio_value};
use crate::metrics::estimate::wilson_interval;
use crate::metrics::measure::{
    About, Cell, Definition, Floor, KeyedRow, Ledger, LedgerRow, Measure, Measured, Number, Ratio,
    Recipe, Scope, Subject, Thing, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::delivery::deployments::commit_page;
use crate::work::pull_requests::Key;
use crate::work::roster::RosterDelegation;
use crate::work::{Fate, Missing, Need, Product, Question, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::History],
    measure,
};

/// Weeks before the start that are looked at too.
const WEEKS_BEFORE: i64 = 8;

static DEFINITION: Definition = Definition {
    id: "delegation.involvement",
    title: "Involvement of the delegator",
    question: "Does the delegator's part in what was handed over fall?",
    definition: "Per declared delegation and fortnight, the delegator's share of the commits, reviews, requests for changes and comments \
                 in scope by the delegator and the receiver. In scope are commits and pull requests that touch the delegation's paths \
                 and pull requests with one of its labels, from eight weeks before its start. A review that requests changes counts \
                 once, as such.",
    formula: "acts of the delegator / (acts of the delegator + acts of the receiver)",
    unit: Unit::Share,
    recipe: Recipe::Whole,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("giver_commits", "giver commits"),
        NumberDefinition::bare("giver_reviews", "giver reviews"),
        NumberDefinition::bare("giver_change_requests", "giver change requests"),
        NumberDefinition::bare("giver_comments", "giver comments"),
        NumberDefinition::bare("receiver_commits", "receiver commits"),
        NumberDefinition::bare("receiver_reviews", "receiver reviews"),
        NumberDefinition::bare("receiver_change_requests", "receiver change requests"),
        NumberDefinition::bare("receiver_comments", "receiver comments"),
        NumberDefinition::bare("before_the_start", "before the start"),
    ],
    about: About::Declared,
    cohort: Some("acted in the fortnight"),
    needs: &[Need::History],
    source: "Definition of this project, after the stages telling, selling, participating, delegating of Hersey and Blanchard (1969): per \
             task, never a label on a person",
    exclusions: "Acts by anybody else in scope are left out and counted. Acts on a declared day of absence of the person are left out: a \
                 holiday is not a hand-over. A delegation without paths and labels is not observed.",
    how_to_read: "Falling is the success signal. A first fortnight with many reviews by the delegator is teaching, not holding on.",
    can_mislead: "Talks, pairing and decisions in meetings are not seen. In a quiet fortnight few acts move the share far: read n.",
    sql: include_str!("../../../queries/metrics/delegation.involvement.sql"),
};

/// What somebody did in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Wrote a commit on the default branch.
    Commit,
    /// Reviewed somebody else's pull request without requesting changes.
    Review,
    /// Requested changes.
    ChangeRequest,
    /// Commented on a pull request.
    Comment,
}

impl Act {
    const fn word(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Review => "review",
            Self::ChangeRequest => "changes requested",
            Self::Comment => "comment",
        }
    }
}

/// One act of one person in the scope of one delegation.
#[derive(Debug, Clone)]
pub struct InScope {
    /// Who.
    pub person: PersonId,
    /// What.
    pub act: Act,
    /// When.
    pub at: Timestamp,
    /// Where.
    pub repository: RepositoryId,
    /// The pull request or commit, as it is called.
    pub subject: Subject,
    /// Its page.
    pub link: Option<String>,
}

/// Whether a delegation says what it covers.
#[must_use]
pub fn has_scope(delegation: &RosterDelegation) -> bool {
    delegation.paths.is_some() || !delegation.labels.is_empty()
}

/// The instant from which on a delegation's acts are looked at.
#[must_use]
pub fn since(question: &Question, delegation: &RosterDelegation) -> Timestamp {
    let first_day = delegation.start_on.saturating_sub(WEEKS_BEFORE.weeks());
    Bucket::start_of(first_day, &question.zone)
}

/// What is in the scope of a delegation in one product, and what people did there.
#[derive(Debug, Default)]
pub struct Covered {
    /// Rows of `tables.commits`.
    pub commits: BTreeSet<u32>,
    /// Pull requests.
    pub pull_requests: HashSet<Key>,
    /// Everything that people did in scope up to the as-of instant, by time.
    pub acts: Vec<InScope>,
}

/// What each delegation of the roster covers, in their order; nothing of one without a scope.
struct OfAll(Vec<Arc<Covered>>);

/// What a delegation covers in one product; found once a reading.
#[must_use]
pub fn covered(reading: &Reading<'_>, delegation: &RosterDelegation) -> Arc<Covered> {
    let all = reading.once(|| {
        let declared = reading.question.roster.delegations.iter();
        let of_one = |one| {
            Arc::new(if has_scope(one) {
                Covered::of(reading, one)
            } else {
                Covered::default()
            })
        };
        OfAll(declared.map(of_one).collect())
    });
    all.0.get(delegation.place).cloned().unwrap_or_default()
}

impl Covered {
    fn of(reading: &Reading<'_>, delegation: &RosterDelegation) -> Self {
        let covers = |path: &str| {
            let paths = delegation.paths.as_ref();
            paths.is_some_and(|paths| paths.is_match(path))
        };
        let tables = reading.tables;
        // Paths are few, and rows that name them many: each is matched once.
        let files = tables.changes.files.iter();
        let is_covered: Vec<bool> = files
            .map(|file| reading.product.has(file.repository) && covers(&file.path))
            .collect();
        let rows = tables.changes.commit.iter().zip(&tables.changes.file);
        let touching = rows.filter(|(_, file)| {
            usize::try_from(**file).is_ok_and(|at| is_covered.get(at) == Some(&true))
        });
        let mut known: HashMap<&str, bool> = HashMap::new();
        let mut pull_requests = HashSet::new();
        let facts = &tables.facts;
        for row in &facts.pull_request_files {
            let is_covered = known
                .entry(row.path.as_str())
                .or_insert_with(|| covers(&row.path));
            if *is_covered && reading.product.has(row.repository) {
                pull_requests.insert((row.repository, row.number));
            }
        }
        let has_label = |row: &&PullRequest| {
            let mut labels = row.labels.iter();
            labels.any(|label| delegation.labels.contains(label))
        };
        let own = facts.pull_requests.iter();
        let labelled = own
            .filter(|row| reading.product.has(row.repository))
            .filter(has_label);
        pull_requests.extend(labelled.map(|row| (row.repository, row.number)));
        let mut covered = Self {
            commits: touching.map(|(row, _)| *row).collect(),
            pull_requests,
            acts: Vec::new(),
        };
        covered.acts = covered.acts(reading, delegation);
        covered
    }

    fn acts(&self, reading: &Reading<'_>, delegation: &RosterDelegation) -> Vec<InScope> {
        let since = since(reading.question, delegation);
        let inside = |at: Timestamp| since <= at && at < reading.question.as_of;
        let mut acts: Vec<InScope> = Vec::new();
        for row in &self.commits {
            let row = usize::try_from(*row).ok();
            let commit = row
                .and_then(|row| reading.tables.commits.get(row))
                .filter(|commit| commit.exclusion.is_none())
                .filter(|commit| inside(commit.committed_at));
            let Some(commit) = commit else { continue };
            acts.extend(commit.authors().map(|person| {
                InScope {
                    person,
                    act: Act::Commit,
                    at: commit.committed_at,
                    repository: commit.repository,
                    subject: Thing::Commit(commit.commit.prefix())
                        .called(format!("{} commit", commit.commit.short())),
                    link: commit_page(reading.tables, commit.repository, commit.commit),
                }
            }));
        }
        let facts = &reading.tables.facts;
        let in_scope: HashMap<Key, &PullRequest> = facts
            .pull_requests
            .iter()
            .map(|row| ((row.repository, row.number), row))
            .filter(|(key, _)| self.pull_requests.contains(key))
            .collect();
        let mut add = |key: Key, person: Option<PersonId>, act: Act, at: Timestamp| {
            let Some(person) = person.filter(|_| inside(at)) else {
                return;
            };
            let Some(pull_request) = in_scope.get(&key) else {
                return;
            };
            let is_own_review = act != Act::Comment && pull_request.author == Some(person);
            if !is_own_review && reading.tables.is_human(person) {
                acts.push(InScope {
                    person,
                    act,
                    at,
                    repository: pull_request.repository,
                    subject: Thing::Numbered(pull_request.number).called(format!(
                        "{} {}",
                        pull_request.number,
                        act.word()
                    )),
                    link: Some(pull_request.url.clone()),
                });
            }
        };
        for review in &facts.reviews {
            let act = if review.verdict == ReviewState::ChangesRequested {
                Act::ChangeRequest
            } else {
                Act::Review
            };
            let key = (review.repository, review.number);
            add(key, review.author, act, review.submitted_at);
        }
        for comment in &facts.comments {
            let key = (comment.repository, comment.number);
            add(key, comment.author, Act::Comment, comment.created_at);
        }
        acts.retain(|act| reading.tables.is_human(act.person));
        acts.sort_by(|a, b| {
            let key = |act: &InScope| (act.at, act.act, act.person);
            (key(a), &a.subject.words).cmp(&(key(b), &b.subject.words))
        });
        acts
    }
}

/// The figures of one product; measured once a reading.
#[must_use]
pub fn figures(reading: &Reading<'_>) -> Arc<Figures> {
    reading.once_a_window(|| Figures(METRIC.of(std::slice::from_ref(reading))))
}

/// What is measured of one product.
#[derive(Debug)]
pub struct Figures(pub Measure);

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    measure.cells.push(whole(reading.product));
    for delegation in reading
        .question
        .roster
        .delegations
        .iter()
        .filter(|found| has_scope(found))
    {
        let rows = rows(reading, delegation);
        if rows.is_empty() {
            continue;
        }
        let found = cells(
            &DEFINITION,
            reading,
            &rows,
            Depth::AREA_BUCKETS,
            &|_, rows| estimate(reading.question, delegation, rows),
        );
        // The figures of the delegation alone: of a person, never of the product.
        let own = found.into_iter().filter(|cell| cell.scope.area.is_some());
        measure.cells.extend(own.map(|mut cell| {
            cell.scope.person = Some(delegation.giver);
            cell
        }));
        measure.rows.extend(rows.into_iter().map(|row| row.row));
    }
    Ok(measure)
}

/// What the team tree says: that figures of people are not there.
///
/// The sentence is the same whether or not a delegation is declared: whether one is stays private too.
fn whole(product: &Product) -> Cell {
    let because = "delegations are between two people: where any is declared, the private tree has its figures".to_owned();
    Cell {
        scope: Scope {
            product: product.name.clone(),
            repository: None,
            area: None,
            person: None,
        },
        bucket: None,
        measured: Measured::NotApplicable { because },
        ledger: Ledger::default(),
        few: Vec::new(),
    }
}

/// The acts in scope as rows: the delegator's and the receiver's count.
fn rows(reading: &Reading<'_>, delegation: &RosterDelegation) -> Vec<KeyedRow<Act>> {
    let row = |act: InScope| {
        let day = reading.question.zone.to_datetime(act.at).date();
        let is_giver = act.person == delegation.giver;
        let fate = if !is_giver && act.person != delegation.receiver {
            Fate::Excluded("by_somebody_else")
        } else if reading.question.roster.is_away(act.person, day) {
            Fate::Excluded("on_a_day_of_absence")
        } else {
            Fate::Included
        };
        KeyedRow {
            row: LedgerRow {
                product: reading.product.name.clone(),
                repository: act.repository,
                areas: [delegation.what.clone()].into(),
                subject: act.subject,
                link: act.link,
                at: Some(act.at),
                bucket: Some(Bucket::of(
                    act.at,
                    Granularity::Fortnight,
                    &reading.question.zone,
                )),
                value: Some(if is_giver { 1.0 } else { 0.0 }),
                working_hours: None,
                is_running: false,
                person: Some(delegation.giver),
                authors: Arc::default(),
                fate,
            },
            key: act.act,
        }
    };
    let covered = covered(reading, delegation);
    covered.acts.iter().cloned().map(row).collect()
}

/// The delegator's share, and both people's acts by kind. A fortnight is listed from its first act on: it is a curve of events.
fn estimate(
    question: &Question,
    delegation: &RosterDelegation,
    rows: &[&KeyedRow<Act>],
) -> Measured {
    let n = count(rows.len());
    let mut of: BTreeMap<(bool, Act), u64> = BTreeMap::new();
    for row in rows {
        *of.entry((row.row.value == Some(1.0), row.key)).or_default() += 1;
    }
    let acts = |is_giver, act| of.get(&(is_giver, act)).copied().unwrap_or_default();
    let ratio = Ratio {
        hits: of
            .iter()
            .filter(|((is_giver, _), _)| *is_giver)
            .map(|(_, n)| n)
            .sum(),
        of: n,
    };
    let start = Bucket::start_of(delegation.start_on, &question.zone);
    let before = rows
        .iter()
        .filter(|row| row.row.at.is_some_and(|at| at < start))
        .count();
    let mut value = ratio_value(ratio);
    value.0.extend([
        ("giver_commits", Number::Count(acts(true, Act::Commit))),
        ("giver_reviews", Number::Count(acts(true, Act::Review))),
        (
            "giver_change_requests",
            Number::Count(acts(true, Act::ChangeRequest)),
        ),
        ("giver_comments", Number::Count(acts(true, Act::Comment))),
        ("receiver_commits", Number::Count(acts(false, Act::Commit))),
        ("receiver_reviews", Number::Count(acts(false, Act::Review))),
        (
            "receiver_change_requests",
            Number::Count(acts(false, Act::ChangeRequest)),
        ),
        (
            "receiver_comments",
            Number::Count(acts(false, Act::Comment)),
        ),
        ("before_the_start", Number::Count(count(before))),
    ]);
    Measured::Value {
        n,
        value,
        interval: wilson_interval(ratio),
    }
}
