//! What only the command line has: the clock, the environment, progress.

use std::path::PathBuf;

use jiff::Timestamp;

use super::progress::Progress;

/// The outside world of one invocation.
#[derive(Debug)]
pub struct Context {
    /// When the command started.
    pub now: Timestamp,
    /// Progress.
    pub progress: Progress,
    /// Whether no more than what programs read is asked for.
    pub is_quiet: bool,
    /// The file in which a job of GitHub's takes its summary; `None`: no such job runs.
    pub job_summary: Option<PathBuf>,
}

/// Where a job of GitHub's takes its summary.
#[must_use]
pub fn job_summary() -> Option<PathBuf> {
    variable("GITHUB_STEP_SUMMARY")
        .filter(|place| !place.is_empty())
        .map(PathBuf::from)
}

/// The clock's instant in whole seconds: git knows no finer time, and nobody types a finer one again as `--as-of`.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// An environment variable that is set and UTF-8.
#[must_use]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
