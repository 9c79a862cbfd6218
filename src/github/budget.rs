//! Points: how many are left, and how many must stay.

use jiff::Timestamp;

/// What GitHub last said of the points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// Points an hour, where known.
    pub limit: Option<u32>,
    /// Points left, where known.
    pub remaining: Option<u32>,
    /// When they come back.
    pub reset_at: Option<Timestamp>,
    /// Points spent by this run.
    pub spent: u64,
}

impl Budget {
    /// Notes an answer's `rateLimit`.
    pub fn note(&mut self, limit: u32, cost: u32, remaining: u32, reset_at: Timestamp) {
        // Answers overtake each other: of one hour, the smallest remainder is the newest.
        let is_newer = self.reset_at.is_none_or(|known| reset_at > known);
        self.limit = Some(limit);
        self.remaining = if is_newer {
            Some(remaining)
        } else {
            Some(
                self.remaining
                    .map_or(remaining, |known| known.min(remaining)),
            )
        };
        self.reset_at = if is_newer {
            Some(reset_at)
        } else {
            self.reset_at
        };
        self.spent += u64::from(cost);
    }

    /// Until when to hold back so that `reserve_percent` of the points stay; `None`: there is no need.
    #[must_use]
    pub fn hold_until(&self, reserve_percent: u32, now: Timestamp) -> Option<Timestamp> {
        let (limit, remaining, reset_at) = (self.limit?, self.remaining?, self.reset_at?);
        let reserve = u64::from(limit) * u64::from(reserve_percent.min(100)) / 100;
        (u64::from(remaining) <= reserve && reset_at > now).then_some(reset_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_kept_until_the_reset() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut budget = Budget::default();
        assert_eq!(budget.hold_until(20, at(0)), None);
        budget.note(5_000, 1, 1_001, at(3_600));
        assert_eq!(budget.hold_until(20, at(0)), None);
        budget.note(5_000, 1, 1_000, at(3_600));
        assert_eq!(budget.hold_until(20, at(0)), Some(at(3_600)));
        assert_eq!(budget.hold_until(20, at(3_600)), None);
        budget.note(5_000, 1, 1_500, at(3_600));
        assert_eq!(
            budget.remaining,
            Some(1_000),
            "an overtaken answer does not give points back"
        );
        budget.note(5_000, 1, 4_999, at(7_200));
        assert_eq!((budget.hold_until(20, at(3_700)), budget.spent), (None, 4));
    }
}
