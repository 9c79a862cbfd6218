//! `flow.unreviewed_share`: merged without any human review and without a co-author.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::merged_inside;
use crate::domain::{CommitId, PersonId, RepositoryId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, cells, share, strata};
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Recipe, Unit,
};
use crate::metrics::number::RATIO;
use crate::tables::Tables;
use crate::work::delivery::ancestry::{self, Ancestry};
use crate::work::delivery::landing::{self, Landings};
use crate::work::pull_requests::{FullPullRequest, Key, of_product};
use crate::work::writers::signed;
use crate::work::{Fate, Missing, Need, Reading};

/// The registry row.
pub const METRIC: Metric = Metric {
    definition: &DEFINITION,
    gate: &[Need::PullRequests],
    measure,
};

static DEFINITION: Definition = Definition {
    id: "flow.unreviewed_share",
    title: "Merged without a second pair of eyes",
    question: "How much reaches the default branch that only its author has seen?",
    definition: "Merged pull requests without any review by a human other than the author up to the merge and without a human co-author, \
                 among all merged ones. A change that two people wrote counts as reviewed by the pair; where the \
                 second address is linked to nobody it may be the author's own, and it is not known. Where more of the changes that \
                 landed in the window came without a pull request than with one, the repository has no pull-request flow, and the \
                 question does not arise.",
    formula: "merged without review and co-author / merged",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: RATIO,
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests, Need::Commits],
    source: "GitHub `PullRequestReview`, authors of `PullRequest.commits`; git `Co-authored-by` trailers",
    exclusions: "Pull requests opened by automation, closed without a merge or still open are counted apart, and so are all of a repository \
                 without a pull-request flow. Reviews and co-authorship by bots count as none.",
    how_to_read: "It says how often the team went without review, not whether that was right: documentation and reverts often need \
                  none. Look at the areas.",
    can_mislead: "Pairing without a trailer looks unreviewed. An approval in seconds counts as a review.",
    sql: include_str!("../../../queries/metrics/flow.unreviewed_share.sql"),
};

/// Why it is not known whether two people wrote a change: an address that nobody has linked may be the author's own.
pub const UNLINKED: &str = "unlinked_address";

/// Whether another human than the author wrote part of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Other {
    Nobody,
    /// Somebody signed under an address that nobody has linked.
    Unknown,
    Known,
}

/// Why a repository's pull requests do not count.
const NO_FLOW: &str = "no_pull_request_flow";

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = Measure::of(&DEFINITION);
    let rows = rows(reading);
    let mut found = cells(&DEFINITION, reading, &rows, Depth::AREAS, &|_, rows| {
        share(rows)
    });
    let mut by_origin = strata(&DEFINITION, reading, &rows, &|_, rows| share(rows));
    for cell in found.iter_mut().chain(&mut by_origin) {
        let none = cell.ledger.included == 0 && cell.ledger.excluded.contains_key(NO_FLOW);
        if none {
            cell.measured = Measured::NotApplicable {
                because: "most changes land on the default branch without a pull request"
                    .to_owned(),
            };
        }
    }
    measure.cells.extend(found);
    measure.strata.extend(by_origin);
    measure.rows.extend(rows.into_iter().map(|row| row.row));
    Ok(measure)
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<()>> {
    let wholes = of_product(reading);
    let landings = landing::of_product(reading, &wholes);
    let pairs = Pairs::of(reading, &wholes);
    let without_flow = without_flow(reading, &wholes, &landings);
    wholes
        .iter()
        .filter_map(|whole| {
            let merged_at = match merged_inside(reading, whole) {
                Ok(merged_at) => merged_at,
                Err(placed) => return placed.map(|placed| placed.row(reading, whole)),
            };
            let (value, fate) = if without_flow.contains(&whole.pull_request.repository) {
                (None, Fate::Excluded(NO_FLOW))
            } else {
                let wrote = pairs.wrote(reading.tables, whole, landings.commit(whole.key()));
                match wrote {
                    _ if is_reviewed(reading.tables, whole, merged_at) => {
                        (Some(0.0), Fate::Included)
                    }
                    Other::Known => (Some(0.0), Fate::Included),
                    Other::Unknown => (None, Fate::Unknown(UNLINKED)),
                    Other::Nobody => (Some(1.0), Fate::Included),
                }
            };
            let row = whole.row(reading, Some(merged_at), value, fate);
            Some(KeyedRow { row, key: () })
        })
        .collect()
}

fn is_reviewed(tables: &Tables, whole: &FullPullRequest<'_>, merged_at: jiff::Timestamp) -> bool {
    whole
        .human_reviews(tables)
        .any(|review| review.submitted_at <= merged_at)
}

/// Repositories into which more human changes landed directly than through merged pull requests, in the window.
fn without_flow(
    reading: &Reading<'_>,
    wholes: &[FullPullRequest<'_>],
    landings: &Landings,
) -> HashSet<RepositoryId> {
    let mut balance: HashMap<RepositoryId, i64> = HashMap::new();
    for (row, commit) in reading.tables.commits.iter().enumerate() {
        let is_direct = reading.product.repositories.contains(&commit.repository)
            && !commit.is_merge
            && reading.question.window.contains(commit.committed_at)
            && reading.tables.is_human(commit.author)
            && !landings.is_absorbed_row(row);
        if is_direct {
            *balance.entry(commit.repository).or_default() -= 1;
        }
    }
    for whole in wholes {
        if merged_inside(reading, whole).is_ok() {
            *balance.entry(whole.pull_request.repository).or_default() += 1;
        }
    }
    balance
        .into_iter()
        .filter(|(_, balance)| *balance < 0)
        .map(|(repository, _)| repository)
        .collect()
}

/// Which pull requests more than one human wrote.
struct Pairs {
    ancestry: Arc<Ancestry>,
    /// Those of which GitHub lists a commit by another human than the author.
    listed: HashSet<Key>,
}

impl Pairs {
    fn of(reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) -> Self {
        let author_of: HashMap<Key, Option<PersonId>> = wholes
            .iter()
            .map(|whole| (whole.key(), whole.answers_for(reading.tables)))
            .collect();
        // Rows come by pull request: its author is looked up once for many of them.
        let mut last: Option<(Key, Option<Option<PersonId>>)> = None;
        let listed = reading
            .tables
            .facts
            .pull_request_commits
            .iter()
            .filter_map(|row| {
                let key = (row.repository, row.number);
                let author = match last {
                    Some((same, author)) if same == key => author,
                    _ => author_of.get(&key).copied(),
                };
                last = Some((key, author));
                let is_other = row.author != author? && reading.tables.is_human(row.author?);
                is_other.then_some(key)
            });
        Self {
            listed: listed.collect(),
            ancestry: ancestry::of_product(reading),
        }
    }

    /// Whether another human than the author wrote part of a pull request.
    fn wrote(
        &self,
        tables: &Tables,
        whole: &FullPullRequest<'_>,
        landed: Option<CommitId>,
    ) -> Other {
        if self.listed.contains(&whole.key()) {
            return Other::Known;
        }
        let answers = whole.answers_for(tables);
        let other = |person: PersonId| {
            if Some(person) == answers || !tables.is_human(person) {
                Other::Nobody
            } else if tables.is_known_human(person) {
                Other::Known
            } else {
                Other::Unknown
            }
        };
        let others = signed(tables, &self.ancestry, whole, landed).map(other);
        others.max().unwrap_or(Other::Nobody)
    }
}
