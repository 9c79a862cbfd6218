//! What a delegation covers, and what people did there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use crate::domain::{Bucket, PersonId, PullRequest, RepositoryId, ReviewState};
use crate::metrics::measure::{Subject, Thing};
use crate::work::pull_requests::Key;
use crate::work::roster::RosterDelegation;
use crate::work::{Question, Reading};

/// Weeks before the start that are looked at too.
const WEEKS_BEFORE: i64 = 8;

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
    pub(super) const fn word(self) -> &'static str {
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
    /// Rows of `tables.commits`, in order.
    pub commits: Vec<usize>,
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
        let is_covered =
            |file: &u32| usize::try_from(*file).is_ok_and(|at| is_covered.get(at) == Some(&true));
        let runs = tables.changes.runs.iter();
        let touching = runs.filter(|(_, changes)| {
            let files = tables.changes.file.get(changes.clone());
            files.unwrap_or_default().iter().any(is_covered)
        });
        let commits = touching.map(|(row, _)| row).collect();
        let mut known: HashMap<&str, bool> = HashMap::new();
        let mut pull_requests = HashSet::new();
        let facts = &tables.facts;
        for row in &facts.pull_request_files {
            let is_covered = known
                .entry(row.path.as_ref())
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
            commits,
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
            let commit = reading.tables.commits.get(*row);
            let commit = commit
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
                        .called(reading.told(|| format!("{} commit", commit.commit.short()))),
                    link: commit.page_of_row(reading),
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
