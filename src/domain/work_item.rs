//! Issues and their comments.

use jiff::Timestamp;

use super::id::{PersonId, PrNumber, RepositoryId};

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number.
    pub number: PrNumber,
    /// Title, as it came.
    pub title: String,
    /// Page.
    pub url: String,
    /// Who opened it.
    pub author: Option<PersonId>,
    /// Opened.
    pub created_at: Timestamp,
    /// Closed.
    pub closed_at: Option<Timestamp>,
    /// Why it is closed, or open again, in GitHub's word in lower case: `completed`, `not_planned`, `duplicate`, `reopened`;
    /// `None`: nobody says.
    pub state_reason: Option<String>,
    /// Last change.
    pub updated_at: Timestamp,
    /// Label names, sorted.
    pub labels: Vec<String>,
    /// Assignees.
    pub assignees: Vec<PersonId>,
    /// Milestone title.
    pub milestone: Option<String>,
    /// Body, as it came: read for `Start time:` and `Resolved time:` fields.
    pub body: String,
}

/// A comment on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueComment {
    /// Its repository.
    pub repository: RepositoryId,
    /// The issue.
    pub number: PrNumber,
    /// GraphQL node id.
    pub comment: String,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// When.
    pub created_at: Timestamp,
    /// Page.
    pub url: String,
}
