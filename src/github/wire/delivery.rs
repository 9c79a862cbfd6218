//! The shapes of nodes of `Deployments`, `DeploymentsById` and `Releases`.

use jiff::Timestamp;
use serde::Deserialize;

use super::repository::Reference;
use super::{Actor, Connection, Oid, nullable};

/// A deployment.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// `Deployment`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Node id.
    pub id: String,
    /// Numeric id; records of earlier versions have none.
    #[serde(default)]
    pub database_id: Option<u64>,
    /// Environment.
    #[serde(deserialize_with = "nullable")]
    pub environment: Option<String>,
    /// The commit deployed.
    pub commit_oid: String,
    /// Created.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Where it stands; `INACTIVE` says nothing of how it ended.
    #[serde(deserialize_with = "nullable")]
    pub state: Option<String>,
    /// The ref deployed; null once it is deleted.
    #[serde(rename = "ref", deserialize_with = "nullable")]
    pub reference: Option<Reference>,
    /// Who.
    #[serde(deserialize_with = "nullable")]
    pub creator: Option<Actor>,
    /// Status history, newest first.
    #[serde(deserialize_with = "nullable")]
    pub statuses: Option<Connection<Status>>,
}

/// An entry of a status history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Status {
    /// Node id.
    pub id: String,
    /// `SUCCESS`, `FAILURE`, `IN_PROGRESS`, …
    pub state: String,
    /// When.
    pub created_at: Timestamp,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// `Release`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Node id.
    pub id: String,
    /// Numeric id; records of earlier versions have none.
    #[serde(default)]
    pub database_id: Option<u64>,
    /// Tag.
    pub tag_name: String,
    /// Title.
    #[serde(deserialize_with = "nullable")]
    pub name: Option<String>,
    /// Page.
    pub url: String,
    /// Draft.
    pub is_draft: bool,
    /// Prerelease.
    pub is_prerelease: bool,
    /// Created.
    pub created_at: Timestamp,
    /// Published.
    #[serde(deserialize_with = "nullable")]
    pub published_at: Option<Timestamp>,
    /// The tag's commit; null for a draft or a deleted tag.
    #[serde(deserialize_with = "nullable")]
    pub tag_commit: Option<Oid>,
    /// Author; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
}
