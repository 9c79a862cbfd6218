//! What the conclusion of a check or of a workflow run means.

/// Whether a run ended as failed.
#[must_use]
pub fn is_failure(conclusion: &str) -> bool {
    matches!(conclusion, "failure" | "timed_out" | "startup_failure")
}

/// Whether a run ended without passing or failing.
#[must_use]
pub fn is_no_result(conclusion: &str) -> bool {
    matches!(
        conclusion,
        "cancelled" | "skipped" | "neutral" | "stale" | "action_required"
    )
}
