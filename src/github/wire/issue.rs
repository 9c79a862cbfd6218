//! The shape of a node of `Issues`.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Actor, Comment, Connection, CrossReferencedEvent, Label, LabeledEvent, PlainEvent, nullable,
};

/// An issue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Issue {
    /// `Issue`.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Node id.
    pub id: String,
    /// Number.
    pub number: u64,
    /// Title.
    pub title: String,
    /// Text.
    pub body: String,
    /// Page.
    pub url: String,
    /// Opened.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Closed.
    #[serde(deserialize_with = "nullable")]
    pub closed_at: Option<Timestamp>,
    /// `COMPLETED`, `NOT_PLANNED`, `DUPLICATE` or `REOPENED`; null where nobody said. Earlier versions did not ask.
    #[serde(default)]
    pub state_reason: Option<String>,
    /// Author; null for a ghost.
    #[serde(deserialize_with = "nullable")]
    pub author: Option<Actor>,
    /// Milestone.
    #[serde(deserialize_with = "nullable")]
    pub milestone: Option<Milestone>,
    /// Assignees; GitHub allows ten.
    pub assignees: Connection<Actor>,
    /// Labels.
    #[serde(deserialize_with = "nullable")]
    pub labels: Option<Connection<Label>>,
    /// Conversation.
    pub comments: Connection<Comment>,
    /// Timeline.
    pub timeline_items: Connection<Event>,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Title.
    pub title: String,
}

/// A timeline event of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "__typename")]
pub enum Event {
    /// Closed.
    #[serde(rename = "ClosedEvent")]
    Closed(PlainEvent),
    /// Reopened.
    #[serde(rename = "ReopenedEvent")]
    Reopened(PlainEvent),
    /// Labelled.
    #[serde(rename = "LabeledEvent")]
    Labeled(LabeledEvent),
    /// Referred to from elsewhere.
    #[serde(rename = "CrossReferencedEvent")]
    CrossReferenced(CrossReferencedEvent),
}
