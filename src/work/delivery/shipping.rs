//! Which deployment first shipped a commit: by ancestry, for all deployments in one pass over the history.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::ancestry::{self, Ancestry, RowSet};
use super::deployments::{self, Candidate, FoundDeployments};
use crate::domain::{CommitId, Deployment, RepositoryId};
use crate::work::{Fate, Missing, Reading};

/// The deployments of a product and what they shipped.
pub type Delivered = Result<(FoundDeployments, Shipping), Missing>;

/// Which way a deployment moved its environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Course {
    /// To a commit that it had not run, or to the one that it runs.
    Onward,
    /// Back to an older commit: a rollback. It ships nothing.
    Back,
    /// Back as well, but by chance: it was created before the deployment that finished ahead of it. It ships nothing, and
    /// nobody decided to go back.
    Overtaken,
}

/// A successful production deployment, placed in its repository's history.
#[derive(Debug, Clone)]
pub struct Shipped {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its id inside repository and source.
    pub deployment: String,
    /// Its environment.
    pub environment: String,
    /// The ref deployed.
    pub reference: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it finished.
    pub at: Timestamp,
    /// The commit; `None`: GitHub no longer names it.
    pub commit: Option<CommitId>,
    /// Whether the history knows the commit.
    pub is_known: bool,
    /// The first of its repository: what it shipped is unknown.
    pub is_baseline: bool,
    /// Which way it moved its environment.
    pub course: Course,
    /// What its environment ran before: index into [`Shipping::deployments`].
    pub previous: Option<usize>,
}

/// Every successful production deployment by time, and for every commit the one that shipped it first.
#[derive(Debug, Default)]
pub struct Shipping {
    /// By repository, then time of success.
    pub deployments: Vec<Shipped>,
    ancestry: Arc<Ancestry>,
    /// By commit row: the deployment that shipped it first, counted from 1; 0 for none.
    first: Vec<u32>,
    /// When commits that nobody here knows were deployed, sorted.
    unknown: Vec<(RepositoryId, Timestamp)>,
}

impl Shipped {
    /// Whether it took its environment back to an older commit on purpose.
    #[must_use]
    pub fn is_rollback(&self) -> bool {
        self.course == Course::Back
    }

    /// Whether it fell behind by finishing late.
    #[must_use]
    pub fn is_overtaken(&self) -> bool {
        self.course == Course::Overtaken
    }
}

/// A product's deployments and what they shipped, or why there are none; placed once a reading.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Arc<Result<(FoundDeployments, Shipping), Missing>> {
    reading.once(|| {
        let found = deployments::of_product(reading)?;
        let ancestry = ancestry::of_product(reading);
        let shipping = Shipping::of(ancestry, &found);
        Ok((found, shipping))
    })
}

impl Shipping {
    /// Places a product's deployments in the histories of its repositories. Linear in commits plus deployments.
    #[must_use]
    pub fn of(ancestry: Arc<Ancestry>, found: &FoundDeployments) -> Self {
        let mut shipping = Self {
            first: vec![0; ancestry.n_rows()],
            ancestry,
            deployments: Vec::new(),
            unknown: Vec::new(),
        };
        let mut by_repository: BTreeMap<RepositoryId, Vec<&Candidate>> = BTreeMap::new();
        for candidate in found
            .candidates
            .iter()
            .filter(|candidate| candidate.fate == Fate::Included)
        {
            by_repository
                .entry(candidate.deployment.repository)
                .or_default()
                .push(candidate);
        }
        for (repository, candidates) in by_repository {
            shipping.place(repository, &candidates);
        }
        shipping.ship_copies();
        let unknown = shipping.deployments.iter().filter(|one| !one.is_known);
        shipping.unknown = unknown.map(|one| (one.repository, one.at)).collect();
        shipping.unknown.sort_unstable();
        shipping
    }

    /// A change whose copy is in production is in production.
    fn ship_copies(&mut self) {
        let ancestry = Arc::clone(&self.ancestry);
        // As ancestry alone tells: a copy of a copy was resolved when the facts were derived.
        let shipped: Vec<(usize, u32)> = ancestry
            .copies()
            .filter_map(|(original, copy)| Some((original, *self.first.get(copy)?)))
            .filter(|(_, number)| *number > 0)
            .collect();
        for (original, number) in shipped {
            if let Some(slot) = self.first.get_mut(original)
                && (*slot == 0 || number < *slot)
            {
                *slot = number;
            }
        }
    }

    /// Places one repository's deployments, given by time of success.
    fn place(&mut self, repository: RepositoryId, candidates: &[&Candidate]) {
        let ancestry = Arc::clone(&self.ancestry);
        let mut previous: HashMap<&str, usize> = HashMap::new();
        let mut shipped_to: HashMap<&str, RowSet> = HashMap::new();
        let mut has_baseline = false;
        for candidate in candidates {
            let deployment = &candidate.deployment;
            let environment = deployment.environment.as_str();
            let index = self.deployments.len();
            let known = deployment
                .commit
                .and_then(|commit| Some((commit, ancestry.row(repository, commit)?)));
            let before = previous.get(environment).copied();
            let running = before.and_then(|at| self.deployments.get(at));
            let mut course = Course::Onward;
            if let Some((commit, row)) = known {
                let there = shipped_to.entry(environment).or_default();
                let is_behind = there.contains(row)
                    && running.is_some_and(|running| running.commit != Some(commit));
                let is_earlier =
                    running.is_some_and(|running| deployment.created_at < running.created_at);
                course = match (is_behind, is_earlier) {
                    (false, _) => Course::Onward,
                    (true, false) => Course::Back,
                    (true, true) => Course::Overtaken,
                };
                ancestry.walk(row, |ancestor| there.insert(ancestor));
                let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
                let first = &mut self.first;
                ancestry.walk(row, |ancestor| match first.get_mut(ancestor) {
                    Some(slot) if *slot == 0 => {
                        *slot = number;
                        true
                    }
                    _ => false,
                });
                previous.insert(environment, index);
            }
            self.deployments.push(Shipped {
                repository,
                deployment: deployment.deployment.clone(),
                environment: deployment.environment.clone(),
                reference: deployment.reference.clone(),
                created_at: deployment.created_at,
                at: candidate.at(),
                commit: deployment.commit,
                is_known: known.is_some(),
                is_baseline: !has_baseline,
                course,
                previous: before,
            });
            has_baseline |= known.is_some();
        }
    }

    /// The deployment that first shipped a commit; `None` while none has.
    #[must_use]
    pub fn first(&self, repository: RepositoryId, commit: CommitId) -> Option<&Shipped> {
        self.deployments.get(self.first_index(repository, commit)?)
    }

    /// The same for the commit of a row of `tables.commits`.
    #[must_use]
    pub fn first_of_row(&self, row: usize) -> Option<&Shipped> {
        self.deployments.get(self.index_of_row(row)?)
    }

    /// The index of the deployment that first shipped a commit.
    #[must_use]
    pub fn first_index(&self, repository: RepositoryId, commit: CommitId) -> Option<usize> {
        self.index_of_row(self.ancestry.row(repository, commit)?)
    }

    fn index_of_row(&self, row: usize) -> Option<usize> {
        usize::try_from(*self.first.get(row)?).ok()?.checked_sub(1)
    }

    /// Whether the history has the commit of a deployment.
    #[must_use]
    pub fn knows(&self, deployment: &Deployment) -> bool {
        deployment
            .commit
            .is_some_and(|commit| self.first_index(deployment.repository, commit).is_some())
    }

    /// Whether a change that was ready at an instant may have shipped with a deployment whose commit nobody here knows, before
    /// another one that did (`None`: none did).
    #[must_use]
    pub fn may_have_shipped(
        &self,
        repository: RepositoryId,
        from: Timestamp,
        before: Option<Timestamp>,
    ) -> bool {
        let start = self
            .unknown
            .partition_point(|one| *one < (repository, from));
        self.unknown.get(start).is_some_and(|(other, at)| {
            *other == repository && before.is_none_or(|before| *at < before)
        })
    }

    /// The environments, sorted.
    #[must_use]
    pub fn environments(&self) -> BTreeSet<&str> {
        self.deployments
            .iter()
            .map(|shipped| shipped.environment.as_str())
            .collect()
    }
}

/// What became of a change that no deployment here contains: it waits, unless one whose commit nobody here knows may have it.
#[must_use]
pub fn not_shipped(shipping: &Shipping, repository: RepositoryId, merged_at: Timestamp) -> Fate {
    if shipping.may_have_shipped(repository, merged_at, None) {
        Fate::Unknown("deployed_commit_unknown")
    } else {
        Fate::Excluded("not_deployed_yet")
    }
}

/// Why the first deployment here that contains a change need not be the first one, or cannot be.
#[must_use]
pub fn contradicted(shipping: &Shipping, shipped: &Shipped, merged_at: Timestamp) -> Option<Fate> {
    if shipped.is_baseline {
        // What the first one shipped is unknown whatever else is.
        return Some(Fate::Unknown("baseline_deployment"));
    }
    if shipped.at < merged_at {
        return Some(Fate::Unknown("deployed_before_merged"));
    }
    shipping
        .may_have_shipped(shipped.repository, merged_at, Some(shipped.at))
        .then_some(Fate::Unknown("deployed_commit_unknown"))
}
