//! Pushes to a pull request's branch, and who made them.

use jiff::Timestamp;

use crate::domain::{Account, PersonId};
use crate::tables::Tables;

/// A push to a pull request's branch, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Push {
    /// When: a commit's author time, or a forced push's own.
    pub at: Timestamp,
    /// The agent that pushed; `None`: a person, or nobody knows who.
    pub agent: Option<PersonId>,
}

impl Push {
    /// By somebody's account; `None` where a push of theirs says nothing.
    pub(super) fn by(tables: &Tables, at: Timestamp, who: Option<PersonId>) -> Option<Self> {
        let account = who.map(|id| tables.person(id).map(|one| one.account));
        match account {
            None | Some(Some(Account::Human)) => Some(Self { at, agent: None }),
            Some(Some(Account::AiReviewer)) => Some(Self { at, agent: who }),
            Some(Some(Account::Automation | Account::Ghost) | None) => None,
        }
    }
}
