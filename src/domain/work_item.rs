//! Issues: what they say, of what type they are, what they are tied to, their comments.

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
    /// The name of its type, as it came; `None`: it has none, or [`Issue::untold`] has [`IssuePart::Type`].
    pub issue_type: Option<String>,
    /// What nobody told of it: an older server does not know it, the token may not read it, or it was not asked for when the
    /// issue was fetched. What is listed here is not known to be absent.
    pub untold: Vec<IssuePart>,
}

impl Issue {
    /// Whether a part of it was told: then what is not there does not exist.
    #[must_use]
    pub fn tells(&self, part: IssuePart) -> bool {
        !self.untold.contains(&part)
    }
}

/// A part of an issue that not every server tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IssuePart {
    /// Its type.
    Type,
    /// The issue that it is a sub-issue of.
    Parent,
    /// Its sub-issues.
    SubIssues,
    /// The issues that block it.
    BlockedBy,
    /// What the organisation's fields say of it.
    Fields,
}

/// How an issue is tied to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IssueRelation {
    /// The other one is the one that it is a part of.
    Parent,
    /// The other one is a part of it.
    SubIssue,
    /// The other one has to be done first.
    BlockedBy,
}

/// An issue's tie to another one, which may be in a repository that the store does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueLink {
    /// Its repository.
    pub repository: RepositoryId,
    /// Its number.
    pub number: PrNumber,
    /// What the other one is to it.
    pub relation: IssueRelation,
    /// The other one's repository, `owner/name` as it was called when the issue was fetched.
    pub other_repository: String,
    /// The other one's number.
    pub other_number: PrNumber,
}

impl IssueLink {
    /// The other one, as people write it: `owner/name#12`.
    #[must_use]
    pub fn other(&self) -> String {
        format!("{}{}", self.other_repository, self.other_number)
    }
}

/// Of what kind a field of issues is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldKind {
    /// Free text.
    Text,
    /// A day.
    Date,
    /// A number.
    Number,
    /// One of several options.
    SingleSelect,
    /// Some of several options, with commas between them.
    MultiSelect,
}

/// What a field of the organisation says of an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueField {
    /// The issue's repository.
    pub repository: RepositoryId,
    /// The issue's number.
    pub number: PrNumber,
    /// The field's name, as it came.
    pub field: String,
    /// The field's kind.
    pub kind: FieldKind,
    /// The value, as it came; a number in its shortest form.
    pub value: String,
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
