//! How a contribution fades with age.

use jiff::{SignedDuration, Timestamp};

/// Days after which a contribution weighs 1/e, and the length of the window: Jabrayilzade et al. (2022).
pub const DECAY_DAYS: f64 = 90.0;
/// Contributions older than this many days weigh nothing.
pub const WINDOW_DAYS: i64 = 547;
/// Weight of a review against a commit.
pub const REVIEW_WEIGHT: f64 = 0.5;

/// `exp(−days/90)` inside the window of 547 days; `None` outside.
#[must_use]
pub fn weight(at: Timestamp, as_of: Timestamp) -> Option<f64> {
    let age = as_of.duration_since(at);
    if age.is_negative() || age > SignedDuration::from_hours(24 * WINDOW_DAYS) {
        return None;
    }
    Some((-age.as_secs_f64() / 86_400.0 / DECAY_DAYS).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contribution_fades_to_a_third_in_ninety_days_and_to_nothing_after_547() {
        let as_of: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let days_ago = |days: i64| as_of - SignedDuration::from_hours(24 * days);
        assert!((weight(as_of, as_of).unwrap() - 1.0).abs() < 1e-12);
        // e^−1 = 0.367879.
        assert!((weight(days_ago(90), as_of).unwrap() - 0.367_879).abs() < 1e-6);
        assert!(weight(days_ago(547), as_of).is_some());
        assert_eq!(weight(days_ago(548), as_of), None);
        assert_eq!(weight(as_of + SignedDuration::from_hours(1), as_of), None);
    }
}
