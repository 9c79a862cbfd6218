//! The shape of a node of `Issues`.

use jiff::Timestamp;
use serde::Deserialize;

use super::{
    Actor, Comment, Connection, CrossReferencedEvent, Label, LabeledEvent, Nullable, PlainEvent,
    nullable, told,
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
    /// Type; null where it has none. Absent where the server does not know types, or where an earlier version did not ask: so are
    /// the four fields that follow.
    #[serde(default, deserialize_with = "told")]
    pub issue_type: Option<Nullable<IssueType>>,
    /// What it is a sub-issue of; null for nothing, and for what may not be seen.
    #[serde(default, deserialize_with = "told")]
    pub parent: Option<Nullable<LinkedIssue>>,
    /// Sub-issues, in their order.
    #[serde(default)]
    pub sub_issues: Option<Connection<LinkedIssue>>,
    /// What blocks it.
    #[serde(default)]
    pub blocked_by: Option<Connection<LinkedIssue>>,
    /// What the organisation's fields say; null where there are no such fields.
    #[serde(default)]
    pub issue_field_values: Option<Connection<FieldValue>>,
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

/// A type of issues.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueType {
    /// Name.
    pub name: String,
}

/// An issue that another one is tied to.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkedIssue {
    /// Number.
    pub number: u64,
    /// Where it is.
    pub repository: NamedRepository,
}

/// A repository of which only the name is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NamedRepository {
    /// `owner/name`.
    pub name_with_owner: String,
}

/// What a field says of an issue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "__typename")]
pub enum FieldValue {
    /// Of a text field.
    #[serde(rename = "IssueFieldTextValue")]
    Text(TextValue),
    /// Of a date field: a day.
    #[serde(rename = "IssueFieldDateValue")]
    Date(TextValue),
    /// Of a number field.
    #[serde(rename = "IssueFieldNumberValue")]
    Number(NumberValue),
    /// Of a field with one of several options: its name.
    #[serde(rename = "IssueFieldSingleSelectValue")]
    SingleSelect(TextValue),
    /// Of a field with some of several options.
    #[serde(rename = "IssueFieldMultiSelectValue")]
    MultiSelect(OptionsValue),
    /// Of a kind that is newer than this version.
    #[serde(other)]
    Other,
}

/// A text with its field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextValue {
    /// The field; null for one that may not be seen.
    #[serde(deserialize_with = "nullable")]
    pub field: Option<FieldName>,
    /// The text.
    pub value: String,
}

/// A number with its field.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberValue {
    /// The field; null for one that may not be seen.
    #[serde(deserialize_with = "nullable")]
    pub field: Option<FieldName>,
    /// The number.
    pub number: f64,
}

/// Names of options with their field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionsValue {
    /// The field; null for one that may not be seen.
    #[serde(deserialize_with = "nullable")]
    pub field: Option<FieldName>,
    /// The names, with commas between them; null for none.
    #[serde(deserialize_with = "nullable")]
    pub options: Option<String>,
}

/// A field of issues.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldName {
    /// `IssueFieldText` and the like.
    #[serde(rename = "__typename")]
    pub type_name: String,
    /// Its name; absent for a kind that is newer than this version.
    #[serde(default)]
    pub name: Option<String>,
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
