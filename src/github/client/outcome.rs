//! What an answer comes to.

use serde::Deserialize;
use serde_json::Value;

/// An answer that could be used.
#[derive(Debug)]
pub enum Outcome<T> {
    /// The data; with the errors that came beside it.
    Data(T, Vec<GraphqlError>),
    /// Too much was asked: ask for less.
    TooBig,
    /// There is nothing to read, and why.
    Unavailable(Unavailable),
}

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unavailable {
    /// The token may not.
    Forbidden {
        /// The permission that GitHub says is missing, where it says so.
        permission: Option<String>,
        /// The field that may not be read, where it is not all that was asked for.
        field: Option<String>,
    },
    /// Not there, or not shown.
    NotFound,
    /// Switched off or withheld.
    Disabled,
    /// Holds nothing.
    Empty,
}

/// An error of a GraphQL answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct GraphqlError {
    /// GitHub's type: `NOT_FOUND`, `RATE_LIMITED`, ….
    #[serde(rename = "type", default)]
    pub kind: Option<String>,
    /// Where in the answer.
    #[serde(default)]
    pub path: Vec<Value>,
    /// What it says.
    pub message: String,
}

impl GraphqlError {
    /// Whether it says that the token may not.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(
            self.kind.as_deref(),
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES")
        ) || self.message.contains("not accessible by")
    }
}

impl GraphqlError {
    /// Whether it says that something is not there.
    #[must_use]
    pub fn says_not_found(&self) -> bool {
        self.kind.as_deref() == Some("NOT_FOUND")
    }

    /// Whether it is about another of the nodes asked for than the one at a position. One without a path may be about any.
    #[must_use]
    pub fn is_elsewhere(&self, at: usize) -> bool {
        self.path.first().and_then(Value::as_str) == Some("nodes")
            && self
                .path
                .get(1)
                .and_then(Value::as_u64)
                .is_some_and(|told| u64::try_from(at).ok() != Some(told))
    }
}

/// The field of a repository that may not be read.
pub(super) fn forbidden_field(errors: &[GraphqlError]) -> Option<String> {
    let error = errors.iter().find(|error| error.is_forbidden())?;
    error.path.get(1).and_then(Value::as_str).map(str::to_owned)
}

/// Why there is no repository in an answer.
pub(super) fn missing_repository(errors: &[GraphqlError]) -> Unavailable {
    if errors.iter().any(GraphqlError::is_forbidden) {
        Unavailable::Forbidden {
            permission: None,
            field: forbidden_field(errors),
        }
    } else {
        Unavailable::NotFound
    }
}
