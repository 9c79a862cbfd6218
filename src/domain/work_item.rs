//! Issues.

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
    /// Everyone who commented, in order of time, with the instant.
    pub comments: Vec<(Option<PersonId>, Timestamp)>,
}
