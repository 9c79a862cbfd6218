//! Which deployments of a product count: the configured sources in order, the first with data wins.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{
    CommitId, DeclaredDeployment, Deployment, ImportKind, Outcome, RepositoryId, WorkflowRun,
};
use crate::register::DeploymentSource;
use crate::tables::Tables;
use crate::work::delivery::conclusions::is_failure;
use crate::work::{Fate, Missing, Product, Reading};

/// A deployment and whether it is a successful one to production.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The deployment.
    pub deployment: Deployment,
    /// Included: successful and to production.
    pub fate: Fate,
    /// The file that declares it; `None`: none does.
    pub declared_in: Option<Arc<str>>,
}

impl Candidate {
    /// The instant that places it in a bucket: finished, else created.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.deployment
            .finished_at
            .unwrap_or(self.deployment.created_at)
    }
}

/// A commit's page on GitHub; `None` for a repository without one.
#[must_use]
pub fn commit_page(tables: &Tables, repository: RepositoryId, commit: CommitId) -> Option<String> {
    let url = tables.repository(repository)?.url.as_deref()?;
    // Millions are made: each is given the room that it needs at once.
    let mut page = String::with_capacity(url.len() + 8 + 2 * commit.as_bytes().len());
    let _ = write!(page, "{url}/commit/{commit}");
    Some(page)
}

/// The deployments of one product.
#[derive(Debug, Clone)]
pub struct FoundDeployments {
    /// The source they are from.
    pub source: DeploymentSource,
    /// All of them up to the as-of instant, by time: also failed ones and other environments.
    pub candidates: Vec<Candidate>,
}

/// Looks through the product's sources; `Err` says what was seen where no source has a production deployment.
pub fn of_product(reading: &Reading<'_>) -> Result<FoundDeployments, Missing> {
    if let Some(parts) = reading.product.owns_parts_alone("a deployment") {
        return Err(parts);
    }
    let mut seen = Vec::new();
    let has_files = reading.question.declared.has(ImportKind::Deployments);
    let is_asked = |source: &&DeploymentSource| has_files || **source != DeploymentSource::Import;
    let mut files = declaring(reading);
    for source in reading.product.sources.iter().filter(is_asked) {
        let mut deployments = from_source(reading, *source);
        deployments.retain(|deployment| deployment.created_at < reading.question.as_of);
        if matches!(source, DeploymentSource::Releases | DeploymentSource::Tags) {
            deployments = once_a_commit(deployments);
        }
        let mut candidates: Vec<Candidate> = deployments
            .into_iter()
            .map(|deployment| Candidate {
                fate: fate(&deployment, *source, reading),
                declared_in: (*source == DeploymentSource::Import)
                    .then(|| files.remove(&(deployment.repository, deployment.deployment.clone())))
                    .flatten(),
                deployment,
            })
            .collect();
        candidates.sort_by(|a, b| {
            (a.at(), &a.deployment.deployment).cmp(&(b.at(), &b.deployment.deployment))
        });
        if candidates
            .iter()
            .any(|candidate| candidate.fate != Fate::Excluded("not_production"))
        {
            return Ok(FoundDeployments {
                source: *source,
                candidates,
            });
        }
        seen.push(describe(*source, &candidates, reading.product));
    }
    Err(Missing {
        because: format!("no production deployment in any source ({})", seen.join("; ")),
        fix: Some(
            "name the environments with `production_pattern`, or the deploying workflows, releases or tags with `deployments` \
             under `[[product]]` in linchpin.toml"
                .to_owned(),
        ),
    })
}

fn describe(source: DeploymentSource, candidates: &[Candidate], product: &Product) -> String {
    let word = source.word();
    if !candidates.is_empty() {
        let mut environments: Vec<_> = candidates
            .iter()
            .map(|candidate| candidate.deployment.environment.as_str())
            .collect();
        environments.sort_unstable();
        environments.dedup();
        return format!("{word}: environments seen: {}", environments.join(", "));
    }
    match source {
        DeploymentSource::Tags if product.tags.is_none() => {
            format!("{word}: no `tag_pattern` configured")
        }
        DeploymentSource::WorkflowRuns if product.workflows.is_none() => {
            format!("{word}: no `workflow_pattern` configured")
        }
        _ => format!("{word}: none"),
    }
}

fn fate(deployment: &Deployment, source: DeploymentSource, reading: &Reading<'_>) -> Fate {
    // A file that names no environment declares what reached production.
    let names_environment = match source {
        DeploymentSource::DeploymentsApi => true,
        DeploymentSource::Import => deployment.environment != source.word(),
        _ => false,
    };
    if names_environment && !reading.product.production.is_match(&deployment.environment) {
        return Fate::Excluded("not_production");
    }
    match (deployment.outcome, deployment.finished_at) {
        (Outcome::Success, Some(finished_at)) if finished_at >= reading.question.as_of => {
            Fate::Unknown("not_finished")
        }
        (Outcome::Success, Some(finished_at)) if finished_at < deployment.created_at => {
            Fate::Unknown("finished_before_created")
        }
        (Outcome::Success, _) => Fate::Included,
        (Outcome::Failure, _) => Fate::Excluded("failed"),
        (Outcome::Skipped, _) => Fate::Excluded("cancelled_or_skipped"),
        (Outcome::Pending, _) => Fate::Unknown("not_finished"),
    }
}

fn from_source(reading: &Reading<'_>, source: DeploymentSource) -> Vec<Deployment> {
    // Of a repository that a team owns parts of, no deployment is the team's.
    let inside = |repository: RepositoryId| reading.product.has_all(repository);
    let at_once = |repository, name: &str, commit, at| Deployment {
        repository,
        deployment: name.to_owned(),
        environment: source.word().to_owned(),
        commit,
        reference: Some(name.to_owned()),
        created_at: at,
        started_at: None,
        finished_at: Some(at),
        outcome: Outcome::Success,
        source: source.word().to_owned(),
        url: None,
    };
    let facts = &reading.tables.facts;
    match source {
        DeploymentSource::DeploymentsApi => facts
            .deployments
            .iter()
            .filter(|row| inside(row.repository))
            .cloned()
            .collect(),
        DeploymentSource::Releases => facts
            .releases
            .iter()
            .filter(|row| inside(row.repository) && !row.is_draft && !row.is_prerelease)
            .filter_map(|row| {
                let tagged = || {
                    let tag =
                        reading.tables.tags.iter().find(|tag| {
                            tag.repository == row.repository && tag.name == row.tag_name
                        });
                    tag.map(|tag| tag.commit)
                };
                let at = row.published_at?;
                let deployment = at_once(
                    row.repository,
                    &row.tag_name,
                    row.commit.or_else(tagged),
                    at,
                );
                Some(Deployment {
                    url: Some(row.url.clone()),
                    ..deployment
                })
            })
            .collect(),
        DeploymentSource::Tags => reading
            .tables
            .tags
            .iter()
            .filter(|tag| {
                inside(tag.repository)
                    && reading
                        .product
                        .tags
                        .as_ref()
                        .is_some_and(|tags| tags.is_match(&tag.name))
            })
            .map(|tag| at_once(tag.repository, &tag.name, Some(tag.commit), tag.tagged_at))
            .collect(),
        DeploymentSource::WorkflowRuns => workflow_runs(reading),
        DeploymentSource::Import => declared(reading),
        DeploymentSource::Merges => reading
            .tables
            .commits
            .iter()
            .filter(|commit| inside(commit.repository))
            .filter(|commit| commit.is_merge || commit.pull_request.is_some())
            .map(|commit| {
                at_once(
                    commit.repository,
                    &commit.commit.short(),
                    Some(commit.commit),
                    commit.committed_at,
                )
            })
            .collect(),
    }
}

/// What the files of the register declare.
fn declared(reading: &Reading<'_>) -> Vec<Deployment> {
    let source = DeploymentSource::Import.word();
    let declared = &reading.question.declared;
    let commit = declared.commits(reading.tables);
    let of = |repository: &RepositoryId| {
        let repository = *repository;
        let commit = &commit;
        let row = move |one: &DeclaredDeployment| Deployment {
            repository,
            deployment: one.id.clone(),
            environment: one.environment.clone().unwrap_or_else(|| source.to_owned()),
            commit: commit(repository, one),
            reference: one
                .commit
                .clone()
                .filter(|text| text.parse::<CommitId>().is_err()),
            created_at: one.at,
            started_at: None,
            finished_at: (one.outcome != Outcome::Pending).then_some(one.at),
            outcome: one.outcome,
            source: source.to_owned(),
            url: one.url.clone(),
        };
        declared.deployments_of(repository).map(row)
    };
    let whole = reading.product.repositories.iter();
    let whole = whole.filter(|one| reading.product.has_all(**one));
    whole.flat_map(of).collect()
}

/// The file that declares each of a product's deployments.
fn declaring(reading: &Reading<'_>) -> BTreeMap<(RepositoryId, String), Arc<str>> {
    let repositories = reading.product.repositories.iter();
    let of = |repository: &RepositoryId| {
        let repository = *repository;
        let all = reading.question.declared.deployments_of(repository);
        all.map(move |one| ((repository, one.id.clone()), Arc::clone(&one.place.file)))
    };
    repositories.flat_map(of).collect()
}

/// Several tags or releases of one commit (`v6`, `v6.0` and `v6.0.0`; one for each package) are one deployment: as of the first of
/// them, under the longest name, which says most.
fn once_a_commit(deployments: Vec<Deployment>) -> Vec<Deployment> {
    let mut kept: Vec<Deployment> = Vec::new();
    let mut place_of: BTreeMap<(RepositoryId, CommitId), usize> = BTreeMap::new();
    for deployment in deployments {
        let known = deployment
            .commit
            .map(|commit| (deployment.repository, commit))
            .map(|key| *place_of.entry(key).or_insert(kept.len()))
            .and_then(|place| kept.get_mut(place));
        let Some(first) = known else {
            kept.push(deployment);
            continue;
        };
        let created_at = first.created_at.min(deployment.created_at);
        let finished_at = first.finished_at.min(deployment.finished_at);
        let rank = |one: &Deployment| (one.deployment.len(), one.deployment.clone());
        if rank(&deployment) > rank(first) {
            *first = deployment;
        }
        (first.created_at, first.finished_at) = (created_at, finished_at);
    }
    kept
}

/// The last attempt of every run of a deploying workflow.
fn workflow_runs(reading: &Reading<'_>) -> Vec<Deployment> {
    let Some(pattern) = &reading.product.workflows else {
        return Vec::new();
    };
    let mut last = BTreeMap::new();
    for run in &reading.tables.facts.workflow_runs {
        if reading.product.repositories.contains(&run.repository) && pattern.is_match(&run.name) {
            let kept = last.entry((run.repository, run.run)).or_insert(run);
            if run.attempt > kept.attempt {
                *kept = run;
            }
        }
    }
    last.into_values()
        .map(|run| Deployment {
            repository: run.repository,
            deployment: run.run.to_string(),
            environment: run.name.clone(),
            commit: run.head_commit,
            reference: run.head_branch.clone(),
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: (outcome_of(run) != Outcome::Pending).then_some(run.updated_at),
            outcome: outcome_of(run),
            source: DeploymentSource::WorkflowRuns.word().to_owned(),
            url: Some(run.url.clone()),
        })
        .collect()
}

/// How a deploying run ended. One that waits for an approval has not run yet.
fn outcome_of(run: &WorkflowRun) -> Outcome {
    match run.conclusion.as_deref() {
        None | Some("action_required") => Outcome::Pending,
        Some("success") => Outcome::Success,
        Some(conclusion) if is_failure(conclusion) => Outcome::Failure,
        Some(_) => Outcome::Skipped,
    }
}
