//! Answers about a repository, and of lists inside one.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Actor, Connection, Label, RateLimit, nullable};

/// `Repository`, and every operation that asks for one repository: `T` is what is asked of it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
pub struct InRepository<T> {
    /// Null where GitHub does not know it or does not show it.
    #[serde(deserialize_with = "nullable")]
    pub repository: Option<T>,
    /// Points.
    #[serde(deserialize_with = "nullable")]
    pub rate_limit: Option<RateLimit>,
}

/// An operation that asks for nodes by id.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
pub struct InNodes<T> {
    /// In the order of the ids; null for one that is gone or could not be answered.
    pub nodes: Vec<Option<T>>,
    /// Points.
    #[serde(deserialize_with = "nullable")]
    pub rate_limit: Option<RateLimit>,
}

/// An operation that asks for one node by id.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
pub struct InNode<T> {
    /// Null where it is gone.
    #[serde(deserialize_with = "nullable")]
    pub node: Option<T>,
    /// Points.
    #[serde(deserialize_with = "nullable")]
    pub rate_limit: Option<RateLimit>,
}

/// What a repository is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "GitHub answers them so")]
pub struct Repository {
    /// Node id: survives a rename and a transfer.
    pub id: String,
    /// Numeric id.
    #[serde(deserialize_with = "nullable")]
    pub database_id: Option<u64>,
    /// `owner/name` now.
    pub name_with_owner: String,
    /// Read-only.
    pub is_archived: bool,
    /// Without a commit.
    pub is_empty: bool,
    /// Issues switched on.
    pub has_issues_enabled: bool,
    /// Created.
    pub created_at: Timestamp,
    /// When something was last pushed to any of its branches; null where nothing ever was.
    #[serde(deserialize_with = "nullable")]
    pub pushed_at: Option<Timestamp>,
    /// Merge commits allowed.
    pub merge_commit_allowed: bool,
    /// Squash merges allowed.
    pub squash_merge_allowed: bool,
    /// Rebase merges allowed.
    pub rebase_merge_allowed: bool,
    /// Who owns it.
    pub owner: Owner,
    /// Default branch; null when empty.
    #[serde(deserialize_with = "nullable")]
    pub default_branch_ref: Option<Reference>,
    /// The twenty pull requests that changed last; absent where they were not asked for, null where they may not be read.
    #[serde(default)]
    pub pull_requests: Option<Newest<PullRequestId>>,
    /// Newest change of an issue; as above.
    #[serde(default)]
    pub issues: Option<Newest<Updated>>,
    /// Newest deployment; as above.
    #[serde(default)]
    pub deployments: Option<Newest<Created>>,
    /// The newest twenty releases, as they came; as above.
    #[serde(default)]
    pub releases: Option<Connection<serde_json::Value>>,
    /// Lists that GitHub could not answer, not even alone: noted by whoever asked, not part of an answer.
    #[serde(skip)]
    pub unanswered: Vec<&'static str>,
}

/// The owner of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// `Organization` or `User`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// The login.
    pub login: String,
}

/// A branch or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Its short name.
    pub name: String,
    /// What it points at; absent where it was not asked for.
    #[serde(default)]
    pub target: Option<Head>,
}

/// The commit that a branch points at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// Its newest check suites, the newest last: each workflow run has one. Null where the token may not read them.
    #[serde(default)]
    pub check_suites: Option<Newest<Updated>>,
}

/// How many there are, and the newest of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
pub struct Newest<T> {
    /// How many.
    pub total_count: u64,
    /// Some of them.
    #[serde(deserialize_with = "nullable")]
    pub nodes: Option<Vec<Option<T>>>,
}

impl<T> Newest<T> {
    /// Those that may be seen.
    pub fn seen(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().flatten().flatten()
    }

    /// Whether they are all that there is down to an instant: the newest first, none of them hidden.
    pub fn reach(&self, floor: Timestamp, at: impl Fn(&T) -> Timestamp) -> bool {
        let nodes = self.nodes.as_deref().unwrap_or_default();
        let is_hidden = nodes.iter().any(Option::is_none);
        let is_below = self.seen().any(|node| at(node) < floor);
        !is_hidden && (is_below || nodes.len() as u64 >= self.total_count)
    }

    /// What is known of the newest one's time.
    pub fn newest(&self, at: impl Fn(&T) -> Timestamp) -> NewestAt {
        match self.nodes.iter().flatten().flatten().next() {
            Some(newest) => NewestAt::At(at(newest)),
            None if self.total_count == 0 => NewestAt::None,
            None => NewestAt::Hidden,
        }
    }

    /// Whether there are some, and the token may not see them.
    #[must_use]
    pub fn is_hidden(&self) -> bool {
        self.total_count > 0 && self.nodes.iter().flatten().flatten().next().is_none()
    }
}

/// When the newest of a list was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewestAt {
    /// Then.
    At(Timestamp),
    /// The list is empty.
    None,
    /// There is one, and it may not be seen.
    Hidden,
}

impl NewestAt {
    /// Whether nothing can have happened since an instant.
    #[must_use]
    pub fn is_before(self, instant: Timestamp) -> bool {
        match self {
            Self::At(at) => at < instant,
            Self::None => true,
            Self::Hidden => false,
        }
    }
}

/// When something last changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Updated {
    /// When.
    pub updated_at: Timestamp,
}

/// When something was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Created {
    /// When.
    pub created_at: Timestamp,
}

/// `PullRequestIds`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PullRequestIds {
    /// One page.
    pub pull_requests: Connection<PullRequestId>,
}

/// What discovery tells of a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PullRequestId {
    /// Node id.
    pub id: String,
    /// Number.
    pub number: u64,
    /// Last change.
    pub updated_at: Timestamp,
    /// `OPEN`, `CLOSED` or `MERGED`.
    pub state: String,
}

/// `Issues`: one page of nodes kept as they came.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issues {
    /// One page.
    pub issues: Connection<serde_json::Value>,
}

/// `Deployments`: one page of nodes kept as they came.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployments {
    /// One page.
    pub deployments: Connection<serde_json::Value>,
}

/// `IssueOutlines`, `PullRequestOutlines`: one page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlines {
    /// One page.
    pub list: Connection<Outline>,
}

/// What is told of a node to find out whether the store has it as it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Outline {
    /// Node id.
    pub id: String,
    /// Number.
    pub number: u64,
    /// Last change.
    pub updated_at: Timestamp,
    /// Labels, the first page.
    #[serde(deserialize_with = "nullable")]
    pub labels: Option<Connection<Label>>,
}

/// `DeploymentOutlines`: one page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeploymentOutlines {
    /// One page.
    pub list: Connection<DeploymentOutline>,
}

/// The same of a deployment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeploymentOutline {
    /// Node id.
    pub id: String,
    /// Database id.
    #[serde(deserialize_with = "nullable")]
    pub database_id: Option<u64>,
    /// Last change.
    pub updated_at: Timestamp,
}

/// `Releases`: one page of nodes kept as they came.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Releases {
    /// One page.
    pub releases: Connection<serde_json::Value>,
}

/// `Survey`: what a repository works with. A list that was not asked for is absent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Labels, the first hundred.
    #[serde(default)]
    pub labels: Option<Connection<Label>>,
    /// The newest hundred deployments.
    #[serde(default)]
    pub deployments: Option<Newest<Environment>>,
    /// Open pull requests.
    #[serde(default)]
    pub open: Option<Total>,
    /// Authors of the hundred pull requests that changed last.
    #[serde(default)]
    pub recent: Option<Recent>,
}

/// A deployment's environment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Its name.
    #[serde(deserialize_with = "nullable")]
    pub environment: Option<String>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Total {
    /// How many.
    pub total_count: u64,
}

/// The pull requests that changed last.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recent {
    /// At most a hundred.
    #[serde(deserialize_with = "nullable")]
    pub nodes: Option<Vec<Option<Authored>>>,
}

/// Who wrote something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authored {
    /// Null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
}
