//! `review.independent_share`: agents' merged changes that somebody reviewed who neither had them done nor wrote part of them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{CommitId, Origin, PersonId};
use crate::metrics::Metric;
use crate::metrics::aggregate::{Depth, count, measure_rows, share};
use crate::metrics::flow::merged_inside;
use crate::metrics::flow::unreviewed_share::UNLINKED;
use crate::metrics::measure::{
    About, Definition, Floor, KeyedRow, Measure, Measured, Number, Recipe, Unit,
};
use crate::metrics::number::{HITS, NumberDefinition, OF};
use crate::work::delivery::ancestry::{self, Ancestry};
use crate::work::delivery::landing;
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
    id: "review.independent_share",
    title: "Agents' changes that somebody else reviewed",
    question: "Of what agents wrote, how much has somebody looked at who did not have it done?",
    definition: "Merged pull requests that an agent opened or wrote and that, up to the merge, a human reviewed who is neither the one that \
                 had the agent do it nor an author or co-author of any of its commits, among all whose delegator is known. The others \
                 were seen by those who made them alone (`own_only`) or by no human (`by_nobody`).",
    formula: "reviewed by a human who is neither delegator nor committer / merged changes of agents with a known delegator",
    unit: Unit::Share,
    recipe: Recipe::Share,
    floor: Floor::MinimumN,
    numbers: &[
        HITS,
        OF,
        NumberDefinition::bare("own_only", "seen by those who made it alone"),
        NumberDefinition::bare("by_nobody", "seen by no human"),
    ],
    about: About::Deeds,
    cohort: Some("merged in the bucket"),
    needs: &[Need::PullRequests, Need::Commits],
    source: "GitHub `PullRequestReview`, authors of `PullRequest.commits`; git authors and `Co-authored-by` trailers; delegators of the \
             table `provenance`",
    exclusions: "Only pull requests of agents are looked at. Those closed without a merge or still open are counted apart. Where nobody knows \
                 who had the agent do it, and where an address that is linked to nobody may be the only reviewer's own, it is unknown, \
                 and never a no. Merges of the base into the branch make nobody a committer; reviews after the merge and those of bots \
                 count as none.",
    how_to_read: "GitHub lets whoever started an agent approve its pull request on many plans: that is a review of own work. What nobody else \
                  has seen is not wrong, but one person answers for it alone.",
    can_mislead: "Delegators are told by descriptions and trailers; where tools do not name them the unknown ones are most, so read the \
                  coverage first. A review by a word or in seconds counts. Who pushed for somebody else by force is not seen.",
    sql: include_str!("../../../queries/metrics/review.independent_share.sql"),
};

/// Who has seen a change before it was merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Somebody else.
    ByOthers,
    /// Those who made it alone.
    OwnOnly,
    /// No human.
    ByNobody,
    /// It does not count, or cannot be told.
    Unsaid,
}

fn measure(reading: &Reading<'_>) -> Result<Measure, Missing> {
    let mut measure = measure_rows(
        &DEFINITION,
        reading,
        Depth::AREAS,
        &|| Ok(rows(reading)),
        &|_, rows| estimate(rows),
    )?;
    for cell in &mut measure.cells {
        if cell.ledger.population() == 0 {
            cell.measured = Measured::NotApplicable {
                because: "nothing tells of a pull request by an agent".to_owned(),
            };
        }
    }
    Ok(measure)
}

fn rows(reading: &Reading<'_>) -> Vec<KeyedRow<Seen>> {
    let mut wholes = of_product(reading);
    let landings = landing::of_product(reading, &wholes);
    wholes.retain(|whole| whole.origin(reading.tables) == Origin::Agent);
    let committers = Committers::of(reading, &wholes);
    let row = |whole: &FullPullRequest<'_>| {
        let merged_at = match merged_inside(reading, whole) {
            Ok(merged_at) => merged_at,
            Err(placed) => {
                let row = placed?.row(reading, whole).row;
                return Some(KeyedRow {
                    row,
                    key: Seen::Unsaid,
                });
            }
        };
        let landed = landings.commit(whole.key());
        let (key, fate) = match committers.seen(reading, whole, landed, merged_at) {
            Ok(seen) => (seen, Fate::Included),
            Err(reason) => (Seen::Unsaid, Fate::Unknown(reason)),
        };
        let is_hit = key == Seen::ByOthers;
        let value = (fate == Fate::Included).then_some(if is_hit { 1.0 } else { 0.0 });
        let row = whole.row(reading, Some(merged_at), value, fate);
        Some(KeyedRow { row, key })
    };
    wholes.iter().filter_map(row).collect()
}

/// Who wrote part of the pull requests that are asked about.
struct Committers {
    ancestry: Arc<Ancestry>,
    /// Authors of the commits that GitHub lists, but for merges of the base.
    listed: HashMap<Key, HashSet<PersonId>>,
}

impl Committers {
    fn of(reading: &Reading<'_>, wholes: &[FullPullRequest<'_>]) -> Self {
        let mut listed: HashMap<Key, HashSet<PersonId>> = wholes
            .iter()
            .map(|whole| (whole.key(), HashSet::new()))
            .collect();
        for row in &reading.tables.facts.pull_request_commits {
            if !row.updates_from_base
                && let Some(author) = row.author
                && let Some(authors) = listed.get_mut(&(row.repository, row.number))
            {
                authors.insert(author);
            }
        }
        Self {
            ancestry: ancestry::of_product(reading),
            listed,
        }
    }

    /// Who has seen a pull request by its merge; `Err`: why nobody can say.
    fn seen(
        &self,
        reading: &Reading<'_>,
        whole: &FullPullRequest<'_>,
        landed: Option<CommitId>,
        merged_at: Timestamp,
    ) -> Result<Seen, &'static str> {
        let tables = reading.tables;
        let delegator = whole.answers_for(tables).ok_or("delegator_unknown")?;
        let reviews = whole.reviews.iter();
        let mut reviewers: BTreeSet<PersonId> = reviews
            .filter(|review| review.submitted_at <= merged_at)
            .filter_map(|review| review.author)
            .filter(|person| tables.is_human(*person))
            .collect();
        if reviewers.is_empty() {
            return Ok(Seen::ByNobody);
        }
        let mut unlinked = BTreeSet::new();
        let signed = signed(tables, &self.ancestry, whole, landed);
        for person in signed.chain([delegator]) {
            reviewers.remove(&person);
            if tables.is_human(person) && !tables.is_known_human(person) {
                unlinked.insert(person);
            }
        }
        if let Some(authors) = self.listed.get(&whole.key()) {
            reviewers.retain(|person| !authors.contains(person));
        }
        if reviewers.is_empty() {
            return Ok(Seen::OwnOnly);
        }
        // Each address that is linked to nobody may be one reviewer's own: beyond them somebody else is left.
        if reviewers.len() <= unlinked.len() {
            return Err(UNLINKED);
        }
        Ok(Seen::ByOthers)
    }
}

fn estimate(rows: &[&KeyedRow<Seen>]) -> Measured {
    let n_of = |seen: Seen| count(rows.iter().filter(|row| row.key == seen).count());
    let mut measured = share(rows);
    if let Measured::Value { value, .. } = &mut measured {
        let numbers = &mut value.0;
        numbers.push(("own_only", Number::Count(n_of(Seen::OwnOnly))));
        numbers.push(("by_nobody", Number::Count(n_of(Seen::ByNobody))));
    }
    measured
}
