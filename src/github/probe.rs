//! Looking before fetching: what the token is and may read, what there is to find, and what a fetch would cost.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::client::{Client, Outcome, Unavailable};
use super::error::Error;
use super::fetch::{AT_ONCE, NIGHTS, list_of, overview, permission_of};
use super::operation::SURVEY;
use super::token::TokenKind;
use super::wire::repository::{InRepository, Repository, Survey};
use super::wire::workflow_run::WorkflowRuns;
use crate::domain::{Account, Login, RepoName, Stream};

/// Whether a stream can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Yes; this many records, where GitHub says.
    Readable(Option<u64>),
    /// The token lacks this permission.
    Missing(String),
    /// GitHub gives a reason of its own, and the step that mends it.
    Refused(String, &'static str),
    /// Switched off for the repository.
    Disabled,
    /// Not there, or not shown.
    NotFound,
    /// The server is too old to tell.
    Unknown,
}

/// What a fetch would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Requests, GraphQL and REST together.
    pub requests: u64,
    /// GraphQL points.
    pub points: u64,
}

/// How much there is to fetch of a repository.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pull requests.
    pub pull_requests: u64,
    /// Issues.
    pub issues: u64,
    /// Deployments.
    pub deployments: u64,
    /// Releases.
    pub releases: u64,
    /// Workflow runs.
    pub workflow_runs: u64,
}

impl Counts {
    /// A fetch of everything, of a repository that was never fetched.
    #[must_use]
    pub const fn first(self) -> Cost {
        let pull_requests = self.pull_requests;
        let (batches, batch_points) = hydration(pull_requests);
        let issue_pages = self.issues.div_ceil(50);
        let deployment_pages = self.deployments.div_ceil(100);
        let release_pages = self.releases.div_ceil(100);
        let discovery = pull_requests.div_ceil(100);
        Cost {
            requests: 2
                + discovery
                + batches
                + issue_pages
                + deployment_pages
                + release_pages
                + self.run_pages(),
            // A page of 50 issues with their seven lists is 351 requests inside GitHub.
            points: 2
                + discovery
                + batch_points
                + issue_pages * 4
                + deployment_pages
                + release_pages,
        }
    }

    /// A fetch on a night in which one pull request in a hundred changed, and `n_open` are open.
    #[must_use]
    pub const fn nightly(self, n_open: u64) -> Cost {
        let (batches, batch_points) = hydration(n_open + self.pull_requests.div_ceil(100));
        // Runs of the last 30 days are listed again; GitHub keeps 400 days at most.
        Cost {
            requests: 4 + batches + self.run_pages().div_ceil(13),
            points: 3 + batch_points,
        }
    }

    /// The same night over several repositories, which share its requests.
    #[must_use]
    pub fn nightly_of(all: &[Self]) -> Cost {
        if let [one] = all {
            return one.nightly(0);
        }
        let n = all.len() as u64;
        let pull_requests: u64 = all.iter().map(|one| one.pull_requests).sum();
        let n_changed = pull_requests.div_ceil(100);
        let (batches, batch_points) = hydration(n_changed);
        let at_once = n.div_ceil(AT_ONCE as u64);
        // Runs are asked for where something moved, and once in so many nights where nothing did.
        let n_moved = n.min(n_changed);
        let runs = n_moved + (n - n_moved).div_ceil(NIGHTS.unsigned_abs());
        Cost {
            requests: 2 * at_once + 1 + batches + runs,
            points: n.div_ceil(25) + 2 * at_once + 1 + batch_points,
        }
    }

    const fn run_pages(self) -> u64 {
        let pages = self.workflow_runs.div_ceil(100);
        if pages == 0 { 1 } else { pages }
    }
}

/// A batch of 25 pull requests is 700 requests inside GitHub: 7 points. See the lists in `pull_requests.graphql`.
const fn hydration(n: u64) -> (u64, u64) {
    (n.div_ceil(25), (n * 28).div_ceil(100))
}

/// What a look at one repository found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// What it is called now; `None` where it cannot be seen.
    pub name: Option<String>,
    /// Kind of token.
    pub token: TokenKind,
    /// The server's time minus the local time.
    pub skew: Option<SignedDuration>,
    /// Points an hour, points left and when they come back.
    pub points: Option<(u32, u32, Timestamp)>,
    /// Whether each stream can be read.
    pub access: Vec<(Stream, Access)>,
    /// Default branch.
    pub default_branch: Option<String>,
    /// Read-only.
    pub is_archived: bool,
    /// Ways to merge that are switched on: `merge`, `squash`, `rebase`.
    pub merge_styles: Vec<&'static str>,
    /// Environments of the newest hundred deployments and how many went to each, by name.
    pub environments: Vec<(String, u64)>,
    /// Labels that look like those of incidents.
    pub incident_labels: Vec<String>,
    /// Bots and AI reviewers among the authors of the last hundred pull requests.
    pub bots: Vec<String>,
    /// Others among them whose login says machine, and who count as people.
    pub machine_like: Vec<String>,
    /// A fetch of everything.
    pub first: Cost,
    /// A fetch on a night in which one pull request in a hundred changed.
    pub nightly: Cost,
}

impl Probe {
    /// How many hours the first fetch takes at the rate limit, at least; `None` where the limit is unknown.
    #[must_use]
    pub fn hours_at_limit(&self, reserve_percent: u32) -> Option<u64> {
        let (limit, _, _) = self.points?;
        let usable = u64::from(limit) * u64::from(100_u32.saturating_sub(reserve_percent)) / 100;
        (usable > 0).then(|| self.first.points.div_ceil(usable))
    }
}

/// Looks at one repository: four requests, nothing stored.
pub async fn probe(client: &Client, name: &RepoName) -> Result<Probe, Error> {
    let mut found = Probe {
        name: None,
        token: client.settings().token.kind(),
        skew: None,
        points: None,
        access: Vec::new(),
        default_branch: None,
        is_archived: false,
        merge_styles: Vec::new(),
        environments: Vec::new(),
        incident_labels: Vec::new(),
        bots: Vec::new(),
        machine_like: Vec::new(),
        first: Cost {
            requests: 0,
            points: 0,
        },
        nightly: Cost {
            requests: 0,
            points: 0,
        },
    };
    let seen = overview(client, name).await?;
    found.skew = client.skew();
    let repository = match seen {
        Ok(repository) => repository,
        Err(why) => {
            found.access = super::fetch::STREAMS
                .map(|stream| (stream, access(stream, &why)))
                .to_vec();
            return Ok(found);
        }
    };
    let runs = runs(client, name).await?;
    found.describe(&repository, runs);
    for (stream, counted) in super::fetch::count_settings(client, name).await? {
        let access = match counted {
            Some(Ok(count)) => Access::Readable(Some(count)),
            Some(Err(why)) => access(stream, &why),
            None => Access::Unknown,
        };
        found.access.push((stream, access));
    }
    let n_open = found.survey(client, name, &repository).await?;
    found.estimate(n_open);
    let budget = client.budget();
    if let (Some(limit), Some(remaining), Some(reset_at)) =
        (budget.limit, budget.remaining, budget.reset_at)
    {
        found.points = Some((limit, remaining, reset_at));
    }
    Ok(found)
}

fn access(stream: Stream, why: &Unavailable) -> Access {
    match why {
        Unavailable::Forbidden {
            said: Some(said), ..
        }
        | Unavailable::Blocked { said } => {
            Access::Refused(said.clone(), why.step().unwrap_or_default())
        }
        Unavailable::Forbidden { permission, .. } => Access::Missing(
            permission
                .clone()
                .unwrap_or_else(|| permission_of(stream).to_owned()),
        ),
        Unavailable::NotFound => Access::NotFound,
        Unavailable::Disabled => Access::Disabled,
        Unavailable::Empty => Access::Readable(Some(0)),
    }
}

async fn runs(client: &Client, name: &RepoName) -> Result<Access, Error> {
    let path = format!("/repos/{}/{}/actions/runs", name.owner(), name.name());
    Ok(
        match client
            .get::<WorkflowRuns>(&path, &[("per_page", "1".to_owned())])
            .await?
        {
            Outcome::Data(found, _) => Access::Readable(Some(found.total_count)),
            Outcome::TooBig => Access::Readable(None),
            Outcome::Unavailable(why) => access(Stream::WorkflowRuns, &why),
        },
    )
}

impl Probe {
    fn describe(&mut self, repository: &Repository, runs: Access) {
        let counted = |stream: Stream, count: Option<u64>| {
            let missing = || Access::Missing(permission_of(stream).to_owned());
            (
                stream,
                count.map_or_else(missing, |count| Access::Readable(Some(count))),
            )
        };
        let issues = if repository.has_issues_enabled {
            counted(
                Stream::Issues,
                repository
                    .issues
                    .as_ref()
                    .filter(|list| !list.is_hidden())
                    .map(|list| list.total_count),
            )
        } else {
            (Stream::Issues, Access::Disabled)
        };
        self.access = vec![
            (Stream::Repository, Access::Readable(Some(1))),
            counted(
                Stream::PullRequests,
                repository
                    .pull_requests
                    .as_ref()
                    .filter(|list| !list.is_hidden())
                    .map(|list| list.total_count),
            ),
            issues,
            counted(
                Stream::Deployments,
                repository
                    .deployments
                    .as_ref()
                    .filter(|list| !list.is_hidden())
                    .map(|list| list.total_count),
            ),
            counted(
                Stream::Releases,
                repository
                    .releases
                    .as_ref()
                    .filter(|list| {
                        list.total_count == 0 || list.nodes.iter().flatten().any(Option::is_some)
                    })
                    .map(|list| list.total_count),
            ),
            (Stream::WorkflowRuns, runs),
        ];
        for (stream, access) in &mut self.access {
            if list_of(*stream).is_some_and(|list| repository.unanswered.contains(&list)) {
                *access = Access::Readable(None);
            }
        }
        self.name = Some(repository.name_with_owner.clone());
        self.default_branch = repository
            .default_branch_ref
            .as_ref()
            .map(|reference| reference.name.clone());
        self.is_archived = repository.is_archived;
        let styles = [
            ("merge", repository.merge_commit_allowed),
            ("squash", repository.squash_merge_allowed),
            ("rebase", repository.rebase_merge_allowed),
        ];
        self.merge_styles = styles
            .into_iter()
            .filter(|(_, is_on)| *is_on)
            .map(|(style, _)| style)
            .collect();
    }

    /// Environments, labels and bots; returns how many pull requests are open.
    async fn survey(
        &mut self,
        client: &Client,
        name: &RepoName,
        repository: &Repository,
    ) -> Result<u64, Error> {
        let variables = json!({
            "owner": name.owner(),
            "name": name.name(),
            "issues": repository.issues.is_some() && repository.has_issues_enabled,
            "deployments": repository.deployments.is_some(),
            "pullRequests": repository.pull_requests.is_some(),
        });
        let answer = client
            .graphql::<InRepository<Survey>>(&SURVEY, &variables, false)
            .await?;
        let Outcome::Data(
            InRepository {
                repository: Some(survey),
                ..
            },
            _,
        ) = answer
        else {
            return Ok(0);
        };
        let mut environments: BTreeMap<String, u64> = BTreeMap::new();
        let deployed = survey
            .deployments
            .and_then(|list| list.nodes)
            .into_iter()
            .flatten()
            .flatten();
        for environment in deployed.filter_map(|deployment| deployment.environment) {
            *environments.entry(environment).or_default() += 1;
        }
        self.environments = environments.into_iter().collect();
        let labels = survey
            .labels
            .into_iter()
            .flat_map(super::wire::Connection::into_nodes)
            .map(|label| label.name);
        self.incident_labels = labels.filter(|label| is_like_an_incident(label)).collect();
        self.incident_labels.sort();
        let authors = survey
            .recent
            .and_then(|list| list.nodes)
            .into_iter()
            .flatten()
            .flatten();
        let (mut people, mut bots) = (BTreeSet::new(), BTreeSet::new());
        for author in authors.filter_map(|item| item.author) {
            match Account::of_login(&author.login, author.type_name == "Bot") {
                Account::Human => people.insert(author.login),
                _ => bots.insert(author.login),
            };
        }
        self.bots = bots.into_iter().collect();
        people.retain(|login| Login(login.clone()).looks_like_a_machine());
        self.machine_like = people.into_iter().collect();
        Ok(survey.open.map_or(0, |open| open.total_count))
    }

    fn estimate(&mut self, n_open: u64) {
        let count = |wanted: Stream| {
            let of = self
                .access
                .iter()
                .find(|(stream, _)| *stream == wanted)
                .map(|(_, access)| access);
            if let Some(Access::Readable(Some(count))) = of {
                // A server may claim any number; beyond this one the estimate says nothing anyway.
                (*count).min(1 << 32)
            } else {
                0
            }
        };
        let counts = Counts {
            pull_requests: count(Stream::PullRequests),
            issues: count(Stream::Issues),
            deployments: count(Stream::Deployments),
            releases: count(Stream::Releases),
            workflow_runs: count(Stream::WorkflowRuns),
        };
        self.first = counts.first();
        self.nightly = counts.nightly(n_open.min(1 << 32));
    }
}

/// Whether a label is one that teams give to incidents.
fn is_like_an_incident(label: &str) -> bool {
    let lower = label.to_lowercase();
    let words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let known = [
        "incident",
        "incidents",
        "outage",
        "postmortem",
        "downtime",
        "sev",
        "severity",
    ];
    let mut is_like = false;
    for word in words {
        is_like |= known.contains(&word) || (word.len() == 4 && word.starts_with("sev"));
    }
    is_like
}

#[cfg(test)]
mod tests {
    use super::{Cost, Counts, is_like_an_incident};

    #[test]
    fn repositories_share_the_requests_of_a_night() {
        let one = Counts {
            pull_requests: 10,
            ..Counts::default()
        };
        // Four and four for what they are and what was laid down, the teams, a batch, runs of 20, and of a fourteenth of the rest.
        let Cost { requests, .. } = Counts::nightly_of(&[one; 200]);
        assert_eq!(requests, 4 + 4 + 1 + 1 + 20 + 13);
        assert_eq!(Counts::nightly_of(&[one]), one.nightly(0));
    }

    #[test]
    fn an_incident_label_is_told_by_its_words() {
        for label in [
            "incident",
            "type: incident",
            "SEV1",
            "sev-2",
            "Outage",
            "kind/postmortem",
        ] {
            assert!(is_like_an_incident(label), "{label}");
        }
        for label in ["coincident", "several", "bug", "seven", "incidental"] {
            assert!(!is_like_an_incident(label), "{label}");
        }
    }
}
