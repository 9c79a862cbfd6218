//! Waits that are long enough for somebody to wonder.

use std::time::Duration;

use jiff::Timestamp;

use crate::github::retry::Reply;

/// Shorter waits are not told.
pub(super) const WORTH_TELLING: Duration = Duration::from_secs(5);

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// The points of this hour are used up.
    RateLimit,
    /// Only the reserve is left.
    Reserve,
    /// GitHub asked for fewer requests.
    SecondaryLimit,
    /// The next try of a request that failed.
    Retry,
}

impl WaitFor {
    /// What an answer that is asked for again waits for.
    pub(super) fn of(reply: &Reply) -> Self {
        let is_limit = reply
            .error_types
            .iter()
            .any(|kind| kind.starts_with("RATE_LIMIT"))
            || (reply.remaining == Some(0) && matches!(reply.status, Some(403 | 429)));
        if is_limit {
            Self::RateLimit
        } else {
            Self::Retry
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::RateLimit => "GitHub's rate limit",
            Self::Reserve => "more points (the rest is kept for others)",
            Self::SecondaryLimit => "GitHub's secondary rate limit",
            Self::Retry => "the next try",
        }
    }
}

/// A wait that begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// What for.
    pub why: WaitFor,
    /// Until when, by the server's clock.
    pub until: Timestamp,
    /// How long.
    pub length: Duration,
}
