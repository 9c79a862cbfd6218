//! `OwnerRepositories`, `TeamRepositories`, `RepositoriesById`: which repositories there are.

use serde::Deserialize;

use super::{Connection, RateLimit, nullable};

/// `OwnerRepositories`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfOwner {
    /// Null where there is no such owner, or it is not shown.
    #[serde(deserialize_with = "nullable")]
    pub repository_owner: Option<OwnerList>,
    /// Points.
    #[serde(deserialize_with = "nullable")]
    pub rate_limit: Option<RateLimit>,
}

/// An owner with one page of repositories.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerList {
    /// `Organization` or `User`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// The login as it is spelt.
    pub login: String,
    /// One page.
    pub repositories: Connection<ListedRepository>,
}

/// `TeamRepositories`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfTeam {
    /// Null where there is no such organisation, or it is not shown.
    #[serde(deserialize_with = "nullable")]
    pub organization: Option<Organisation>,
    /// Points.
    #[serde(deserialize_with = "nullable")]
    pub rate_limit: Option<RateLimit>,
}

/// An organisation with one of its teams.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Null where there is no such team, or it is not shown.
    #[serde(deserialize_with = "nullable")]
    pub team: Option<TeamList>,
}

/// A team with one page of repositories.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamList {
    /// One page.
    pub repositories: Connection<ListedRepository>,
}

/// A repository in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedRepository {
    /// Node id.
    pub id: String,
    /// `owner/name` now.
    pub name_with_owner: String,
    /// Read-only.
    pub is_archived: bool,
    /// A fork of another one.
    pub is_fork: bool,
    /// KiB on GitHub's disk.
    #[serde(deserialize_with = "nullable")]
    pub disk_usage: Option<u64>,
    /// Topics: GitHub allows twenty.
    pub repository_topics: Topics,
    /// How many pull requests there are; absent where it was not asked for.
    #[serde(default)]
    pub pull_requests: Option<super::repository::Total>,
    /// How many issues; as above.
    #[serde(default)]
    pub issues: Option<super::repository::Total>,
}

/// A repository's topics.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topics {
    /// All of them.
    #[serde(deserialize_with = "nullable")]
    pub nodes: Option<Vec<Option<RepositoryTopic>>>,
}

/// A topic of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepositoryTopic {
    /// The topic.
    pub topic: Topic,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Its word.
    pub name: String,
}

/// Where a repository is now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Whereabouts {
    /// `Repository`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Node id.
    pub id: String,
    /// `owner/name` now.
    pub name_with_owner: String,
}
