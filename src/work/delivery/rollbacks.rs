//! Which deployments to production took it back to an older commit: the column `is_rollback` of the facts.

use std::collections::{BTreeMap, HashMap};

use super::deployments::Candidate;
use super::shipping::Shipping;
use crate::domain::{CommitId, Deployment, Outcome, RepositoryId};
use crate::register::{DeclaredProduct, Register};
use crate::tables::Repository;
use crate::work::Fate;
use crate::work::pattern::BadPattern;

/// Parents by commit, of one repository.
pub type Parents<'a> = HashMap<CommitId, &'a [CommitId]>;

/// Says of every successful deployment to production whether it is a rollback, as `dora.deployment_rework_rate` sees it.
///
/// Unknown stays unknown: other environments, what did not succeed, and commits that no clone has.
pub fn mark(
    deployments: &mut [Deployment],
    register: &Register,
    repositories: &[Repository],
    histories: &BTreeMap<RepositoryId, Parents<'_>>,
) -> Result<(), BadPattern> {
    let nameless = DeclaredProduct::new(String::new(), Vec::new());
    for repository in repositories {
        let Some(parents) = histories.get(&repository.repository) else {
            continue;
        };
        let holds = |product: &&DeclaredProduct| {
            let mut names = product.repositories.iter();
            names.any(|name| repository.is_called(&name.to_string()))
        };
        let product = if register.products.is_empty() {
            &nameless
        } else if let Some(product) = register.products.iter().find(holds) {
            product
        } else {
            continue;
        };
        let production = regex::Regex::new(&product.production_pattern)
            .map_err(|_| BadPattern(product.production_pattern.clone()))?;
        let mut placed: Vec<(usize, Candidate)> = deployments
            .iter()
            .enumerate()
            .filter(|(_, one)| one.repository == repository.repository)
            .filter(|(_, one)| one.outcome == Outcome::Success)
            .filter(|(_, one)| production.is_match(&one.environment))
            .map(|(at, one)| {
                let candidate = Candidate {
                    deployment: one.clone(),
                    fate: Fate::Included,
                };
                (at, candidate)
            })
            .collect();
        placed.sort_by(|(_, a), (_, b)| {
            (a.at(), &a.deployment.deployment).cmp(&(b.at(), &b.deployment.deployment))
        });
        let candidates: Vec<&Candidate> = placed.iter().map(|(_, candidate)| candidate).collect();
        let shipping = Shipping::of_repository(repository.repository, &candidates, parents);
        for ((at, _), shipped) in placed.iter().zip(&shipping.deployments) {
            if let Some(deployment) = deployments.get_mut(*at) {
                deployment.is_rollback = shipped.is_known.then(|| shipped.is_rollback());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commit(n: u8) -> CommitId {
        format!("{n:040x}").parse().unwrap()
    }

    fn deployment(n: u8, environment: &str, outcome: Outcome, of: u8) -> Deployment {
        let at = format!("2026-03-{n:02}T00:00:00Z").parse().unwrap();
        Deployment {
            repository: RepositoryId(0),
            deployment: format!("DE_{n}"),
            environment: environment.into(),
            commit: Some(commit(of)),
            reference: None,
            created_at: at,
            started_at: None,
            finished_at: Some(at),
            outcome,
            source: "deployments_api".into(),
            is_rollback: None,
            url: None,
        }
    }

    #[test]
    fn a_rollback_is_told_in_production_alone_and_only_of_commits_that_are_known() {
        let (ok, failed) = (Outcome::Success, Outcome::Failure);
        let mut all = [
            deployment(1, "production", ok, 1),
            deployment(2, "production", ok, 2),
            deployment(3, "production", ok, 1),
            deployment(4, "staging", ok, 2),
            deployment(5, "staging", ok, 1),
            deployment(6, "production", failed, 1),
            deployment(7, "production", ok, 9),
        ];
        let parent = [commit(1)];
        let parents: Parents<'_> =
            HashMap::from([(commit(1), [].as_slice()), (commit(2), parent.as_slice())]);
        let repository = Repository {
            repository: RepositoryId(0),
            name: "acme/lamp".into(),
            url: None,
            default_branch: None,
            former_names: Vec::new(),
        };
        let histories = BTreeMap::from([(RepositoryId(0), parents)]);
        mark(&mut all, &Register::default(), &[repository], &histories).unwrap();
        let found: Vec<Option<bool>> = all.iter().map(|one| one.is_rollback).collect();
        assert_eq!(
            found,
            [Some(false), Some(false), Some(true), None, None, None, None]
        );
    }
}
