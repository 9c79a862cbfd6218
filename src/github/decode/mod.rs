//! From raw records to facts: pure, total, offline. What cannot be decoded is a gap, never a guess.

mod accounts;
mod deliveries;
mod issues;
mod pull_requests;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::error::Error;
use super::wire::Connection;
use crate::domain::{AccountSeen, CommitId, Facts, Gap, PersonId, RepositoryId, Stream};
use crate::store::Store;
use crate::store::raw::{self, Record};
use accounts::Accounts;

/// What a repository is, as GitHub last said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings of a repository"
)]
pub struct RepositoryFacts {
    /// Its key.
    pub repository: RepositoryId,
    /// `owner/name`.
    pub name: String,
    /// Default branch; `None` when empty.
    pub default_branch: Option<String>,
    /// Read-only.
    pub is_archived: bool,
    /// Issues switched on.
    pub has_issues: bool,
    /// Merge commits allowed.
    pub allows_merge_commits: bool,
    /// Squash merges allowed.
    pub allows_squash_merges: bool,
    /// Rebase merges allowed.
    pub allows_rebase_merges: bool,
}

/// Everything that one repository's records say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decoded {
    /// Rows; a [`PersonId`] is an index into `accounts`.
    pub facts: Facts,
    /// Accounts in the order of first sight.
    pub accounts: Vec<AccountSeen>,
    /// Addresses that GitHub links to an account: address and index into `accounts`; sorted, no duplicates.
    pub email_links: Vec<(String, PersonId)>,
    /// The repository; `None` where it was never fetched.
    pub repository: Option<RepositoryFacts>,
}

/// Derives the facts of one repository from its raw records.
pub fn facts(store: &Store, repository: RepositoryId) -> Result<(Decoded, Vec<Gap>), Error> {
    let mut decoder = Decoder {
        repository,
        node: None,
        facts: Facts::default(),
        accounts: Accounts::default(),
        gaps: Vec::new(),
    };
    let mut described = None;
    for (_, record) in latest(store, repository, Stream::Repository, &mut decoder.gaps)? {
        decoder.node = Some(record.id.clone());
        described = repository_facts(repository, &record.node);
    }
    for (id, record) in latest(store, repository, Stream::PullRequests, &mut decoder.gaps)? {
        if let Err(reason) = decoder.pull_request(record) {
            decoder.gap("pull_request", &id, &reason);
        }
    }
    for (id, record) in latest(store, repository, Stream::Issues, &mut decoder.gaps)? {
        if let Err(reason) = decoder.issue(record) {
            decoder.gap("issue", &id, &reason);
        }
    }
    for (id, record) in latest(store, repository, Stream::Deployments, &mut decoder.gaps)? {
        if let Err(reason) = decoder.deployment(record) {
            decoder.gap("deployment", &id, &reason);
        }
    }
    for (id, record) in latest(store, repository, Stream::Releases, &mut decoder.gaps)? {
        if let Err(reason) = decoder.release(&record) {
            decoder.gap("release", &id, &reason);
        }
    }
    for (id, record) in latest(store, repository, Stream::WorkflowRuns, &mut decoder.gaps)? {
        if let Err(reason) = decoder.workflow_run(&record) {
            decoder.gap("workflow_run", &id, &reason);
        }
    }
    sort(&mut decoder.facts);
    decoder.gaps.sort();
    let (accounts, email_links) = decoder.accounts.finish();
    Ok((
        Decoded {
            facts: decoder.facts,
            accounts,
            email_links,
            repository: described,
        },
        decoder.gaps,
    ))
}

/// The newest record of each node, by id, so that the order of arrival changes nothing.
fn latest(
    store: &Store,
    repository: RepositoryId,
    stream: Stream,
    gaps: &mut Vec<Gap>,
) -> Result<BTreeMap<String, Record>, Error> {
    let mut latest = BTreeMap::new();
    let found = raw::read(store, repository, stream, |record| {
        latest.insert(record.id.clone(), record);
    })?;
    gaps.extend(found);
    Ok(latest)
}

fn repository_facts(repository: RepositoryId, node: &Value) -> Option<RepositoryFacts> {
    let is = |name: &str| node.get(name).and_then(Value::as_bool);
    Some(RepositoryFacts {
        repository,
        name: node.get("nameWithOwner")?.as_str()?.to_owned(),
        default_branch: node
            .get("defaultBranchRef")
            .and_then(|reference| reference.get("name"))
            .and_then(Value::as_str)
            .map(str::to_owned),
        is_archived: is("isArchived")?,
        has_issues: is("hasIssuesEnabled")?,
        allows_merge_commits: is("mergeCommitAllowed")?,
        allows_squash_merges: is("squashMergeAllowed")?,
        allows_rebase_merges: is("rebaseMergeAllowed")?,
    })
}

fn sort(facts: &mut Facts) {
    facts.pull_requests.sort_by_key(|row| row.number);
    facts.pull_request_commits.sort_by_key(|row| row.number);
    facts.pull_request_files.sort_by_key(|row| row.number);
    facts
        .reviews
        .sort_by_key(|row| (row.number, row.submitted_at));
    facts
        .comments
        .sort_by_key(|row| (row.number, row.created_at));
    facts
        .review_requests
        .sort_by_key(|row| (row.number, row.at));
    facts.timeline.sort_by_key(|row| (row.number, row.at));
    facts.issues.sort_by_key(|row| row.number);
    facts
        .issue_comments
        .sort_by_key(|row| (row.number, row.created_at));
    facts
        .deployments
        .sort_by(|a, b| (a.created_at, &a.deployment).cmp(&(b.created_at, &b.deployment)));
    facts
        .deployment_statuses
        .sort_by(|a, b| (&a.deployment, a.at).cmp(&(&b.deployment, b.at)));
    facts
        .releases
        .sort_by(|a, b| (a.created_at, &a.release).cmp(&(b.created_at, &b.release)));
    facts
        .workflow_runs
        .sort_by_key(|row| (row.run, row.attempt));
}

struct Decoder {
    repository: RepositoryId,
    node: Option<String>,
    facts: Facts,
    accounts: Accounts,
    gaps: Vec<Gap>,
}

/// The continuations of one record by the path of their list.
type Tails = BTreeMap<String, Vec<Value>>;

fn tails(record: &mut Record) -> Tails {
    let mut tails = Tails::new();
    for (path, page) in std::mem::take(&mut record.tails) {
        tails.entry(path).or_default().push(page);
    }
    tails
}

impl Decoder {
    fn gap(&mut self, kind: &str, subject: &str, reason: &str) {
        self.gaps.push(Gap {
            repository: Some(self.repository),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// A list's first page and its continuations as one. A count that differs from GitHub's is a gap.
    fn whole<T: for<'de> Deserialize<'de>>(
        &mut self,
        subject: &str,
        path: &str,
        first: Option<Connection<T>>,
        tails: &mut Tails,
    ) -> Result<Vec<T>, String> {
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let total = first.total_count;
        let mut n_seen = first.nodes.as_ref().map_or(0, Vec::len);
        let mut list: Vec<T> = first.into_nodes().collect();
        for page in tails.remove(path).unwrap_or_default() {
            let page =
                Connection::<T>::deserialize(page).map_err(|error| format!("shape: {error}"))?;
            n_seen += page.nodes.as_ref().map_or(0, Vec::len);
            list.extend(page.into_nodes());
        }
        if (n_seen as u64) < total {
            let field = path.rsplit('/').next().unwrap_or(path);
            self.gap("list", &format!("{subject} {field}"), "fewer_than_counted");
        }
        Ok(list)
    }
}

/// A commit id from the API; `None` for an empty or foreign text.
fn commit(text: &str) -> Option<CommitId> {
    text.parse().ok()
}
