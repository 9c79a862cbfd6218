//! The shapes of GitHub's answers, field for field as the documents in `queries/github` ask for them.
//!
//! A field that is missing, or that nobody asked for, is an error: GraphQL answers exactly the selection, so either means
//! that a document and its struct have drifted apart. Nullable fields must be there too, as null.

pub mod delivery;
pub mod issue;
pub mod owner;
pub mod pull_request;
pub mod repository;
pub mod settings;
pub mod workflow_run;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

/// A nullable field that must be present.
fn nullable<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

/// The value of a field that is there: null says that there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nullable<T>(pub Option<T>);

/// A field that not every server tells: `None` where it is absent, which is not null.
fn told<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Nullable<T>>, D::Error> {
    Option::deserialize(deserializer).map(|found| Some(Nullable(found)))
}

/// How a list continues.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PageInfo {
    /// Whether there is more.
    pub has_next_page: bool,
    /// Where to go on.
    #[serde(deserialize_with = "nullable")]
    pub end_cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "camelCase",
    deny_unknown_fields,
    bound = "T: Deserialize<'de>"
)]
pub struct Connection<T> {
    /// How many there are.
    pub total_count: u64,
    /// How it continues.
    pub page_info: PageInfo,
    /// What is on the page; an element that may not be seen is null.
    #[serde(deserialize_with = "nullable")]
    pub nodes: Option<Vec<Option<T>>>,
}

impl<T> Connection<T> {
    /// The elements that may be seen.
    pub fn into_nodes(self) -> impl Iterator<Item = T> {
        self.nodes.into_iter().flatten().flatten()
    }
}

/// Points: what the request cost and what is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RateLimit {
    /// Points an hour.
    pub limit: u32,
    /// Points that the request cost.
    pub cost: u32,
    /// Points left.
    pub remaining: u32,
    /// When there are `limit` again.
    pub reset_at: Timestamp,
}

/// Who did something. `id`, `databaseId` and `name` depend on the type and may be absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actor {
    /// `User`, `Bot`, `Mannequin`, `Organization`, `EnterpriseUserAccount`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// The login; a bot's is without `[bot]`.
    pub login: String,
    /// Node id.
    #[serde(default)]
    pub id: Option<String>,
    /// Numeric id.
    #[serde(default)]
    pub database_id: Option<u64>,
    /// Profile name.
    #[serde(default)]
    pub name: Option<String>,
}

/// A node id, where only that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeId {
    /// The id.
    pub id: String,
}

/// A commit of which only the id is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oid {
    /// The object id.
    pub oid: String,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Its name.
    pub name: String,
}

/// A comment of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Comment {
    /// Node id.
    pub id: String,
    /// Written.
    pub created_at: Timestamp,
    /// Page.
    pub url: String,
    /// Text.
    pub body: String,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
}

/// A timeline event that says when and who.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlainEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
}

/// A label was put on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabeledEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// Which.
    pub label: Label,
}

/// Another issue or pull request referred to this one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CrossReferencedEvent {
    /// When.
    pub created_at: Timestamp,
    /// Who; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub actor: Option<Actor>,
    /// Whether the reference comes from another repository.
    pub is_cross_repository: bool,
    /// From where.
    pub source: Source,
}

/// What refers: an issue or a pull request.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `Issue` or `PullRequest`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Its number.
    pub number: u64,
}
