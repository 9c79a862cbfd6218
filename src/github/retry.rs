//! What to do with an answer: one pure function, so that every rule is a row of a table.

use std::time::Duration;

use jiff::Timestamp;

use super::client::is_blocked;

/// Tries of one request before it is given up.
pub const MAX_ATTEMPTS: u32 = 5;

/// What came back, as far as the decision needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status; `None` when no whole answer came (timeout, cut connection, body too large).
    pub status: Option<u16>,
    /// Whether the answer is larger than anything that is asked for.
    pub is_too_large: bool,
    /// `retry-after`, in seconds from now, in whichever of its two forms it came.
    pub retry_after: Option<u64>,
    /// `x-ratelimit-remaining`.
    pub remaining: Option<u64>,
    /// `x-ratelimit-reset`.
    pub reset_at: Option<Timestamp>,
    /// Types of the GraphQL errors; a type that is absent is an empty text.
    pub error_types: Vec<String>,
    /// The messages of the errors, or the message of a REST answer, in lower case.
    pub message: String,
    /// Whether there is usable data.
    pub has_data: bool,
    /// Whether the body could be parsed.
    pub is_parsed: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Use it. Errors beside data are for the caller to re-queue.
    Accept,
    /// Ask the same again after a while.
    Wait(Duration),
    /// Ask for less after a while; where less is impossible, the same again.
    Split(Duration),
    /// As `Wait`, and ask less at once from now on.
    SlowDown(Duration),
    /// The token may not read this: go on with other streams.
    Forbidden,
    /// Not there, or not shown.
    NotFound,
    /// Switched off, or gone.
    Disabled,
    /// GitHub keeps everybody out.
    Blocked,
    /// An empty repository.
    Empty,
    /// The token is refused.
    Unauthorised,
    /// The rate limit holds longer than the caller wants to wait.
    RateLimited(Timestamp),
    /// The server sends its callers elsewhere.
    Redirected,
    /// The document is wrong.
    Rejected,
    /// Tried often enough.
    GiveUp,
}

/// Settings of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The longest wait for a rate limit.
    pub max_wait: Duration,
}

/// Decides. `attempt` counts from 1; `jitter` is in 0..1000.
#[must_use]
pub fn decide(
    reply: &Reply,
    attempt: u32,
    now: Timestamp,
    policy: Policy,
    jitter: u32,
) -> Decision {
    let has_type = |wanted: &str| reply.error_types.iter().any(|found| found == wanted);
    if reply.is_too_large {
        // The same again would be as large: only less of it can help.
        return if attempt < 2 {
            Decision::Split(Duration::ZERO)
        } else {
            Decision::GiveUp
        };
    }
    let Some(status) = reply.status else {
        return again(attempt, Decision::Split, jitter);
    };
    let is_secondary =
        reply.message.contains("secondary rate limit") || reply.message.contains("abuse detection");
    let is_limit_status = matches!(status, 403 | 429);
    if is_secondary || (is_limit_status && reply.retry_after.is_some()) {
        if attempt >= MAX_ATTEMPTS {
            return Decision::GiveUp;
        }
        let seconds = reply.retry_after.unwrap_or(0).max(60);
        let wait =
            Duration::from_secs(seconds).saturating_add(Duration::from_millis(u64::from(jitter)));
        return if wait <= policy.max_wait {
            Decision::SlowDown(wait)
        } else {
            Decision::RateLimited(after(now, Duration::from_secs(seconds)))
        };
    }
    if has_type("RATE_LIMITED")
        || has_type("RATE_LIMIT")
        || (is_limit_status && reply.remaining == Some(0))
    {
        let reset_at = reply
            .reset_at
            .unwrap_or_else(|| after(now, Duration::from_mins(1)));
        let seconds = reset_at.as_second().saturating_sub(now.as_second()).max(0);
        let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or(0).saturating_add(1));
        return if wait <= policy.max_wait && attempt < MAX_ATTEMPTS {
            Decision::Wait(wait)
        } else {
            Decision::RateLimited(reset_at)
        };
    }
    match status {
        401 => Decision::Unauthorised,
        403 if is_blocked(&reply.message) => Decision::Blocked,
        403 => Decision::Forbidden,
        404 if attempt < 2 => Decision::Wait(Duration::from_millis(500 + u64::from(jitter))),
        404 => Decision::NotFound,
        409 => Decision::Empty,
        410 => Decision::Disabled,
        451 => Decision::Blocked,
        408 | 429 | 500..=599 => again(attempt, Decision::Split, jitter),
        200..=299 if !reply.is_parsed => again(attempt, Decision::Wait, jitter),
        200..=299 if reply.has_data => Decision::Accept,
        200..=299 if reply.error_types.is_empty() && reply.message.is_empty() => Decision::Accept,
        200..=299 => without_data(reply, attempt, jitter),
        300..=399 => Decision::Redirected,
        _ => Decision::Rejected,
    }
}

fn without_data(reply: &Reply, attempt: u32, jitter: u32) -> Decision {
    let has_type = |wanted: &str| reply.error_types.iter().any(|found| found == wanted);
    if has_type("NOT_FOUND") {
        return Decision::NotFound;
    }
    if is_blocked(&reply.message) {
        return Decision::Blocked;
    }
    // A refusal may come inside an answer of status 200, without a type and without a path.
    let is_refusal = [
        "not accessible by",
        "saml enforcement",
        "allow list",
        "forbids access",
    ]
    .iter()
    .any(|words| reply.message.contains(words));
    if has_type("FORBIDDEN") || has_type("INSUFFICIENT_SCOPES") || is_refusal {
        return Decision::Forbidden;
    }
    // One trouble has many spellings: `timedout` and `loading` are whole messages of the live service.
    let is_too_big = has_type("MAX_NODE_LIMIT_EXCEEDED")
        || has_type("RESOURCE_LIMITS_EXCEEDED")
        || has_type("SERVICE_UNAVAILABLE")
        || [
            "something went wrong",
            "timeout",
            "timedout",
            "timed out",
            "loading",
            "resource limit",
            "temporarily unavailable",
        ]
        .iter()
        .any(|words| reply.message.contains(words));
    if is_too_big {
        return again(attempt, Decision::Split, jitter);
    }
    Decision::Rejected
}

/// Exponential back-off with full jitter: up to 1, 2, 4, … 60 seconds.
fn again(attempt: u32, then: impl FnOnce(Duration) -> Decision, jitter: u32) -> Decision {
    if attempt >= MAX_ATTEMPTS {
        return Decision::GiveUp;
    }
    let ceiling = 1_000_u64
        .saturating_mul(1 << attempt.saturating_sub(1).min(6))
        .min(60_000);
    then(Duration::from_millis(
        ceiling * u64::from(jitter.min(999)) / 1_000,
    ))
}

fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = jiff::SignedDuration::try_from(wait).unwrap_or(jiff::SignedDuration::MAX);
    now.saturating_add(wait).unwrap_or(Timestamp::MAX)
}
