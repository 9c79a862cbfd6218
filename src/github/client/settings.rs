//! How GitHub is asked, and where time comes from.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::Timestamp;

use crate::github::address::ApiAddress;
use crate::github::token::Token;

/// Where time comes from. Only the command line has a real one.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Resolves after a while.
    fn sleep(&self, wait: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// A number in 0..1000 that spreads retries.
    fn jitter(&self) -> u32;
}

/// How GitHub is asked.
#[derive(Debug, Clone)]
pub struct ClientSettings {
    /// Who is asked.
    pub api: ApiAddress,
    /// Whom it is asked as.
    pub token: Token,
    /// The longest time to connect.
    pub connect_timeout: Duration,
    /// The longest silence in an answer.
    pub read_timeout: Duration,
    /// The longest time for one request.
    pub request_timeout: Duration,
    /// The longest wait for a rate limit; beyond it the fetch stops, resumable.
    pub max_wait: Duration,
    /// Percent of the points that stay for others.
    pub reserve_percent: u32,
    /// Requests under way at once, at first; between 1 and 8.
    pub concurrency: usize,
    /// Pull requests hydrated by one request, at first.
    pub batch: usize,
    /// Records that one request lists, at most 100: less is for tests.
    pub page: usize,
    /// The longest answer, in bytes after decompression.
    pub max_answer_bytes: usize,
    /// The most values (texts, numbers, lists, objects) in one answer: each takes many times its bytes in memory.
    pub max_answer_values: usize,
}

impl ClientSettings {
    /// The defaults for an API and a token.
    #[must_use]
    pub fn new(api: ApiAddress, token: Token) -> Self {
        Self {
            api,
            token,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_mins(1),
            max_wait: Duration::from_mins(15),
            reserve_percent: 20,
            concurrency: 4,
            batch: 25,
            page: 100,
            max_answer_bytes: 64 << 20,
            max_answer_values: 2_000_000,
        }
    }
}
