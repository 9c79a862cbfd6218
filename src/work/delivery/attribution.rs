//! The ladder of evidence from an incident to the deployment that is held to have started it.
//!
//! No rung blames a deployment after the incident started, and none but the first one further back than the bound: what somebody
//! named is not cut by a rule of thumb. A named cause that cannot be one is not replaced by a weaker guess.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::landing::Landings;
use super::shipping::{Shipped, Shipping};
use crate::domain::{
    Cause, CommitId, Elapsed, Incident, NoCause, PrNumber, PullRequest, RepositoryId, Rung,
};
use crate::tables::Tables;
use crate::work::Product;
use crate::work::pull_requests::Key;

/// What is known of a product when its incidents are attributed.
#[derive(Debug)]
pub struct Ladder<'a> {
    /// The facts.
    pub tables: &'a Tables,
    /// The product.
    pub product: &'a Product,
    /// Its successful production deployments.
    pub shipping: &'a Shipping,
    /// Where the pull requests in question landed.
    pub landings: &'a Landings,
    /// Its merged pull requests.
    pub pull_requests: &'a BTreeMap<Key, &'a PullRequest>,
    /// Its hotfixes and the incidents that they are linked to.
    pub hotfixes: &'a BTreeMap<Key, Vec<PrNumber>>,
    /// How far back a deployment may lie.
    pub bound: Elapsed,
    /// Nothing after this instant is looked at.
    pub as_of: Timestamp,
}

/// What is linked to one incident.
#[derive(Debug)]
pub struct Linked<'a> {
    /// What somebody named as the cause.
    pub cause: Option<&'a Cause>,
    /// Merged pull requests that close it.
    pub closers: &'a [PrNumber],
    /// Numbers that refer to it.
    pub referrers: &'a [PrNumber],
}

/// The pull request that a cause names; `None` for other causes, and for repositories that are not the product's.
pub fn named_pull_request(
    cause: &Cause,
    own: Option<RepositoryId>,
    repository_of: impl Fn(&str) -> Option<RepositoryId>,
) -> Option<Key> {
    match cause {
        Cause::PullRequest { repository, number } => {
            let repository = match repository {
                Some(name) => repository_of(&name.to_string())?,
                None => own?,
            };
            Some((repository, *number))
        }
        Cause::Nothing | Cause::Commit(_) | Cause::Deployment(_) => None,
    }
}

/// What became of a named cause.
enum Named {
    /// It is a deployment, or was first shipped by one.
    Deployed(usize),
    /// It is known, and in no deployment.
    Waiting,
    /// Nothing of that name is known.
    Unheard,
}

impl Ladder<'_> {
    /// The deployment on the highest rung, or why there is none.
    pub fn climb(
        &self,
        incident: &Incident,
        linked: &Linked<'_>,
    ) -> Result<(usize, Rung), NoCause> {
        if let Some(cause) = linked.cause {
            match self.named(cause, incident.key.repository()) {
                _ if *cause == Cause::Nothing => return Err(NoCause::Declared),
                Named::Deployed(at) => {
                    return match self.age(at, incident) {
                        Some(_) => Ok((at, Rung::Explicit)),
                        None => Err(NoCause::AfterTheStart),
                    };
                }
                Named::Waiting => return Err(NoCause::NotDeployed),
                Named::Unheard => {}
            }
        }
        self.referring(incident, linked)
            .map(|at| (at, Rung::Explicit))
            .or_else(|| Some((self.reverted(incident, linked)?, Rung::Revert)))
            .or_else(|| Some((self.rolled_back(incident)?, Rung::Rollback)))
            .or_else(|| Some((self.hotfixed(incident)?, Rung::Hotfix)))
            .or_else(|| Some((self.patched(incident)?, Rung::PatchRelease)))
            .or_else(|| Some((self.nearest(incident, |_| true)?, Rung::Nearest)))
            .ok_or(NoCause::NoneWithinTheBound)
    }

    /// When the linked fix or revert first reached production after the incident had started.
    #[must_use]
    pub fn fix_deployed_at(
        &self,
        repository: RepositoryId,
        started_at: Timestamp,
        closers: &[PrNumber],
        referrers: &[PrNumber],
    ) -> Option<Timestamp> {
        let reverts = referrers
            .iter()
            .filter(|number| !self.reverted_by((repository, **number)).is_empty());
        let shipped = closers.iter().chain(reverts).filter_map(|number| {
            let commit = self.landings.commit((repository, *number))?;
            self.shipping.first(repository, commit)
        });
        shipped
            .map(|shipped| shipped.at)
            .filter(|at| *at >= started_at)
            .min()
    }

    fn shipped(&self, at: usize) -> Option<&Shipped> {
        self.shipping.deployments.get(at)
    }

    /// Whether a deployment finished before the incident started, and within the bound.
    fn is_eligible(&self, at: usize, incident: &Incident) -> bool {
        self.age(at, incident).is_some_and(|age| age <= self.bound)
    }

    /// How long before the incident's start a deployment finished; `None`: after it.
    fn age(&self, at: usize, incident: &Incident) -> Option<Elapsed> {
        Elapsed::between(self.shipped(at)?.at, incident.started_at)
    }

    fn named(&self, cause: &Cause, own: Option<RepositoryId>) -> Named {
        let deployed = |repository, commit| {
            self.shipping
                .first_index(repository, commit)
                .map_or(Named::Waiting, Named::Deployed)
        };
        match cause {
            Cause::Nothing => Named::Unheard,
            Cause::PullRequest { .. } => {
                let repository_of = |name: &str| {
                    let known = self.product.repositories.iter().copied();
                    known
                        .filter_map(|id| self.tables.repository(id))
                        .find(|found| found.is_called(name))
                        .map(|found| found.repository)
                };
                let Some(key) = named_pull_request(cause, own, repository_of)
                    .filter(|key| self.pull_requests.contains_key(key))
                else {
                    return Named::Unheard;
                };
                self.landings
                    .commit(key)
                    .map_or(Named::Waiting, |commit| deployed(key.0, commit))
            }
            Cause::Commit(prefix) => match self.commit(prefix, own) {
                Some((repository, commit)) => deployed(repository, commit),
                None => Named::Unheard,
            },
            Cause::Deployment(id) => {
                let matching = |shipped: &Shipped| {
                    shipped.deployment == *id || shipped.reference.as_deref() == Some(id)
                };
                let found = || {
                    self.shipping
                        .deployments
                        .iter()
                        .enumerate()
                        .filter(|(_, shipped)| matching(shipped))
                };
                let here = found().rfind(|(_, shipped)| Some(shipped.repository) == own);
                here.or_else(|| found().next_back())
                    .map_or(Named::Unheard, |(at, _)| Named::Deployed(at))
            }
        }
    }

    /// The only commit of the product with an id that begins so; of the incident's own repository first.
    fn commit(&self, prefix: &str, own: Option<RepositoryId>) -> Option<(RepositoryId, CommitId)> {
        let inside = |repository| self.product.repositories.contains(&repository);
        let mut found: Vec<(RepositoryId, CommitId)> = self
            .tables
            .commits
            .iter()
            .filter(|row| inside(row.repository) && row.commit.starts_with(prefix))
            .map(|row| (row.repository, row.commit))
            .collect();
        let is_own = |(repository, _): &(RepositoryId, CommitId)| Some(*repository) == own;
        if found.iter().any(is_own) {
            found.retain(is_own);
        }
        match found.as_slice() {
            [only] => Some(*only),
            _ => None,
        }
    }

    /// Rung 1 without a word: a change that refers to the incident and was deployed before it started.
    fn referring(&self, incident: &Incident, linked: &Linked<'_>) -> Option<usize> {
        let repository = incident.key.repository()?;
        linked
            .referrers
            .iter()
            .filter(|number| !linked.closers.contains(number))
            .filter_map(|number| {
                let commit = self.landings.commit((repository, *number))?;
                self.shipping.first_index(repository, commit)
            })
            .filter(|at| self.is_eligible(*at, incident))
            .max_by_key(|at| self.shipped(*at).map(|shipped| shipped.at))
    }

    /// The commits that a pull request reverts.
    fn reverted_by(&self, key: Key) -> Vec<CommitId> {
        self.landings.reverts(key)
    }

    /// Rung 2: what shipped the change that a linked pull request reverts.
    fn reverted(&self, incident: &Incident, linked: &Linked<'_>) -> Option<usize> {
        let repository = incident.key.repository()?;
        let numbers = linked.closers.iter().chain(linked.referrers);
        numbers
            .flat_map(|number| self.reverted_by((repository, *number)))
            .filter_map(|commit| self.shipping.first_index(repository, commit))
            .filter(|at| self.is_eligible(*at, incident))
            .max_by_key(|at| self.shipped(*at).map(|shipped| shipped.at))
    }

    /// Whether an instant lies between the incident's start and the end of the reaction to it.
    fn is_reaction(&self, at: Timestamp, incident: &Incident) -> bool {
        let end = incident
            .resolved_at
            .max(incident.closed_at)
            .unwrap_or(self.as_of);
        incident.started_at <= at && at <= end
    }

    /// Rung 3: what was undone by the first rollback after the start.
    fn rolled_back(&self, incident: &Incident) -> Option<usize> {
        self.shipping
            .deployments
            .iter()
            .filter(|shipped| shipped.is_rollback() && self.is_reaction(shipped.at, incident))
            .filter_map(|shipped| {
                let undone = shipped.previous?;
                let elsewhere = Some(shipped.repository) != incident.key.repository();
                Some((elsewhere, shipped.at, undone))
            })
            .filter(|(.., undone)| self.is_eligible(*undone, incident))
            .min()
            .map(|(.., undone)| undone)
    }

    /// Rung 4: what the repository of a hotfix ran, where the hotfix is linked to the incident or answered it in time.
    fn hotfixed(&self, incident: &Incident) -> Option<usize> {
        let answers = |key: &Key, linked: &Vec<PrNumber>| {
            let own = incident.key.issue();
            if own.is_some_and(|(of, number)| key.0 == of && linked.contains(&number)) {
                return true;
            }
            // A hotfix of another incident answers that one.
            let opened = self.pull_requests.get(key).map(|row| row.created_at);
            let shipped = self
                .landings
                .commit(*key)
                .and_then(|commit| self.shipping.first(key.0, commit));
            linked.is_empty()
                && opened.is_some_and(|at| at >= incident.started_at)
                && shipped.is_some_and(|shipped| self.is_reaction(shipped.at, incident))
        };
        let found = self
            .hotfixes
            .iter()
            .filter(|(key, linked)| answers(key, linked));
        found
            .filter_map(|((repository, _), _)| {
                let elsewhere = Some(*repository) != incident.key.repository();
                let cause = self.nearest(incident, |shipped| shipped.repository == *repository)?;
                Some((elsewhere, cause))
            })
            .min_by_key(|(elsewhere, cause)| {
                (
                    *elsewhere,
                    std::cmp::Reverse(self.shipped(*cause).map(|shipped| shipped.at)),
                )
            })
            .map(|(_, cause)| cause)
    }

    /// Rung 5: a release whose successor, out while the incident lasted, is a patch of the same line.
    fn patched(&self, incident: &Incident) -> Option<usize> {
        let mut found: Option<(bool, usize)> = None;
        for repository in &self.product.repositories {
            let Some(at) = self.nearest(incident, |shipped| shipped.repository == *repository)
            else {
                continue;
            };
            let Some((shipped, released)) = self
                .shipped(at)
                .and_then(|shipped| Some((shipped, version(shipped)?)))
            else {
                continue;
            };
            let next = self.shipping.deployments.iter().skip(at + 1).find(|next| {
                next.repository == *repository && next.environment == shipped.environment
            });
            let is_patched = next.is_some_and(|next| {
                self.is_reaction(next.at, incident)
                    && version(next).is_some_and(|patch| {
                        (patch.0, patch.1) == (released.0, released.1) && patch.2 > released.2
                    })
            });
            let elsewhere = Some(*repository) != incident.key.repository();
            if is_patched && found.is_none_or(|(other, _)| other && !elsewhere) {
                found = Some((elsewhere, at));
            }
        }
        found.map(|(_, at)| at)
    }

    /// Rung 6: the latest eligible deployment that fits; the incident's own repository decides between equal instants.
    fn nearest(&self, incident: &Incident, fits: impl Fn(&Shipped) -> bool) -> Option<usize> {
        self.shipping
            .deployments
            .iter()
            .enumerate()
            .filter(|(at, shipped)| fits(shipped) && self.is_eligible(*at, incident))
            .max_by_key(|(at, shipped)| {
                (
                    shipped.at,
                    Some(shipped.repository) == incident.key.repository(),
                    *at,
                )
            })
            .map(|(at, _)| at)
    }
}

/// Major, minor and patch of a release's tag: `v1.4.2`, `lamp-1.4.2`. A prerelease has none.
fn version(shipped: &Shipped) -> Option<(u64, u64, u64)> {
    let tag = shipped.reference.as_deref()?.rsplit('/').next()?;
    let start = tag.find(|first: char| first.is_ascii_digit())?;
    let mut parts = tag.get(start..)?.split('.');
    let mut next = || parts.next()?.parse::<u64>().ok();
    let found = (next()?, next()?, next()?);
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::delivery::shipping::Course;

    #[test]
    fn a_version_has_three_numbers() {
        let check = |tag: &str, expected: Option<(u64, u64, u64)>| {
            let shipped = Shipped {
                repository: RepositoryId(0),
                deployment: String::new(),
                environment: String::new(),
                reference: Some(tag.to_owned()),
                created_at: Timestamp::UNIX_EPOCH,
                at: Timestamp::UNIX_EPOCH,
                commit: None,
                is_known: false,
                is_baseline: false,
                course: Course::Onward,
                previous: None,
            };
            assert_eq!(version(&shipped), expected, "{tag}");
        };
        check("v1.4.2", Some((1, 4, 2)));
        check("lamp-10.0.1", Some((10, 0, 1)));
        check("refs/tags/v1.4.2", Some((1, 4, 2)));
        check("v1.4", None);
        check("v1.4.2-rc.1", None);
        check("v1.4.2.3", None);
        check("main", None);
        check("2026.04", None);
    }
}
