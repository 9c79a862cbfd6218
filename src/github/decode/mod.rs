//! From raw records to facts: pure, total, offline. What cannot be decoded is a gap, never a guess.

mod accounts;
mod deliveries;
mod issues;
mod listing;
mod pull_requests;
mod read;
mod settings;

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::Error;
use super::wire::Connection;
use crate::domain::{AccountSeen, CommitId, Facts, Gap, PersonId, RepositoryId, Stream};
use crate::store::Store;
use crate::store::raw::{self, Record};
use crate::store::state;
use accounts::Accounts;
pub(in crate::github) use listing::listed;
pub(in crate::github) use pull_requests::PENDING;
use read::read;

/// Why an element of a list is left out: it does not have the shape that GitHub promises.
const UNREADABLE: &str = "unreadable";

/// Why a list is left out: GitHub answered null where its schema promises a list.
const NOT_ANSWERED: &str = "not_answered";

/// Why an element of a list is left out: the token may not see it.
const NOT_SHOWN: &str = "not_shown";

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
    /// Accounts, sorted by login and node id.
    pub accounts: Vec<AccountSeen>,
    /// Addresses that GitHub links to an account: address and index into `accounts`; sorted, no duplicates.
    pub email_links: Vec<(String, PersonId)>,
    /// The repository; `None` where it was never fetched.
    pub repository: Option<RepositoryFacts>,
    /// How many records or parts of records of a stream came and could not be read: it is not complete, whatever was fetched.
    pub n_dropped: BTreeMap<Stream, u64>,
}

/// The default branch of a repository as GitHub last told it; `None` where it was never asked.
pub fn default_branch(store: &Store, repository: RepositoryId) -> Result<Option<String>, Error> {
    let mut found = None;
    raw::read_latest(store, repository, Stream::Repository, |record| {
        let name = record.node.pointer("/defaultBranchRef/name");
        found = name.and_then(Value::as_str).map(str::to_owned);
    })?;
    Ok(found)
}

/// Derives the facts of one repository from its raw records.
pub fn facts(store: &Store, repository: RepositoryId) -> Result<(Decoded, Vec<Gap>), Error> {
    let mut decoder = Decoder {
        repository,
        node: None,
        facts: Facts::default(),
        accounts: Accounts::default(),
        gaps: Vec::new(),
        n_dropped: BTreeMap::new(),
    };
    let mut described = None;
    let known = state::read(store, repository)?;
    let streams = [
        Stream::Repository,
        Stream::PullRequests,
        Stream::Issues,
        Stream::Deployments,
        Stream::Releases,
        Stream::WorkflowRuns,
        Stream::MergeRules,
        Stream::Milestones,
        Stream::Environments,
        Stream::Teams,
    ];
    for stream in streams {
        let mut n_records = 0;
        let n_gaps = decoder.gaps.len();
        let gaps = raw::read_latest(store, repository, stream, |record| {
            n_records += 1;
            let id = record.id.clone();
            let done = match stream {
                Stream::PullRequests => decoder.pull_request(record),
                Stream::Issues => decoder.issue(record),
                Stream::Deployments => decoder.deployment(record),
                Stream::Releases => decoder.release(&record),
                Stream::WorkflowRuns => decoder.workflow_run(&record),
                Stream::MergeRules | Stream::Milestones | Stream::Environments | Stream::Teams => {
                    decoder.settings(stream, record)
                }
                Stream::Repository | Stream::History => {
                    decoder.node = Some(record.id);
                    described = repository_facts(repository, &record.node);
                    Ok(())
                }
            };
            if let Err(reason) = done {
                decoder.gap(kind_of(stream), &id, &reason);
            }
        })?;
        let is_dropped = |gap: &&Gap| {
            gap.kind == kind_of(stream) || [UNREADABLE, NOT_ANSWERED].contains(&gap.reason.as_str())
        };
        let n_dropped = decoder.gaps.iter().skip(n_gaps).filter(is_dropped).count() as u64;
        if n_dropped > 0 {
            decoder.n_dropped.insert(stream, n_dropped);
        }
        let n_known = known
            .streams
            .get(stream.word())
            .map_or(0, |slot| slot.n_records);
        if gaps.is_empty() && n_records < n_known {
            // A file is gone together with the line that named it.
            decoder.gap("raw_stream", stream.word(), "records_lost");
        }
        decoder.gaps.extend(gaps);
    }
    decoder.gaps.sort();
    let (accounts, email_links, order) = decoder.accounts.finish();
    let mut facts = decoder.facts;
    facts.relabel(|PersonId(at)| order.get(at as usize).copied().unwrap_or(PersonId(at)));
    sort(&mut facts);
    Ok((
        Decoded {
            facts,
            accounts,
            email_links,
            repository: described,
            n_dropped: decoder.n_dropped,
        },
        decoder.gaps,
    ))
}

const fn kind_of(stream: Stream) -> &'static str {
    match stream {
        Stream::PullRequests => "pull_request",
        Stream::Issues => "issue",
        Stream::Deployments => "deployment",
        Stream::Releases => "release",
        Stream::WorkflowRuns => "workflow_run",
        Stream::MergeRules => "merge_rule",
        Stream::Milestones => "milestone",
        Stream::Environments => "environment",
        Stream::Teams => "team",
        Stream::Repository | Stream::History => "repository",
    }
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
        .issue_links
        .sort_by_key(|row| (row.number, row.relation));
    facts.issue_fields.sort_by_key(|row| row.number);
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
    facts
        .workflow_jobs
        .sort_by_key(|row| (row.run, row.attempt, row.job));
    facts.teams.sort_by(|a, b| a.team.cmp(&b.team));
    facts
        .team_members
        .sort_by(|a, b| (&a.team, a.person).cmp(&(&b.team, b.person)));
    facts.milestones.sort_by_key(|row| row.milestone);
    facts
        .environments
        .sort_by(|a, b| a.environment.cmp(&b.environment));
}

struct Decoder {
    repository: RepositoryId,
    node: Option<String>,
    facts: Facts,
    accounts: Accounts,
    gaps: Vec<Gap>,
    n_dropped: BTreeMap<Stream, u64>,
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
    /// A record's node; elements of its lists that cannot be read are gaps.
    fn node<T: serde::de::DeserializeOwned>(&mut self, record: Record) -> Result<T, String> {
        let id = record.id;
        let (node, broken) = read(record.node)?;
        for field in broken {
            self.gap("element", &format!("{id} {field}"), UNREADABLE);
        }
        Ok(node)
    }

    fn gap(&mut self, kind: &str, subject: &str, reason: &str) {
        self.gaps.push(Gap {
            repository: Some(self.repository),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            reason: reason.to_owned(),
        });
    }

    /// A list that GitHub promises never to be null: where it is, it could not be answered, which is not an empty list.
    fn promised<T: serde::de::DeserializeOwned>(
        &mut self,
        subject: &str,
        path: &str,
        first: Option<Connection<T>>,
        tails: &mut Tails,
    ) -> Result<Vec<T>, String> {
        if first.is_none() {
            self.gap("list", &format!("{subject} {path}"), NOT_ANSWERED);
        }
        self.whole(subject, path, first, tails)
    }

    /// A list's first page and its continuations as one. A count that differs from GitHub's is a gap.
    fn whole<T: serde::de::DeserializeOwned>(
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
        let mut has_more = first.page_info.has_next_page;
        let mut list: Vec<T> = first.into_nodes().collect();
        for page in tails.remove(path).unwrap_or_default() {
            let (page, broken) = read::<Connection<T>>(page)?;
            for _ in broken {
                self.gap("element", &format!("{subject} {path}"), UNREADABLE);
            }
            n_seen += page.nodes.as_ref().map_or(0, Vec::len);
            has_more = page.page_info.has_next_page;
            list.extend(page.into_nodes());
        }
        if list.len() < n_seen {
            let field = path.rsplit('/').next().unwrap_or(path);
            self.gap("list", &format!("{subject} {field}"), NOT_SHOWN);
        }
        // A timeline's count may include types that were not asked for: there only an unread page tells.
        let is_counted = path != "timelineItems";
        if has_more || (is_counted && (n_seen as u64) < total) {
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
