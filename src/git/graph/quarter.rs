//! Quarter ends (UTC) on the default branch's first-parent line.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::{Bucket, Granularity};

/// The quarters that ended before the tip's own and in which something landed: (end in seconds, place of the commit that
/// was the branch's tip then).
///
/// A commit cannot have landed after the commits above it, so a clock that ran ahead is set back to the next commit's time.
pub(in crate::git) fn ends(line: &[(i64, u32)]) -> Vec<(i64, u32)> {
    let mut ends: Vec<(i64, u32)> = Vec::new();
    let mut landed = i64::MAX;
    let mut current: Option<(i64, i64)> = None;
    let mut is_tips_quarter = true;
    for &(committed, place) in line.iter().rev() {
        landed = landed.min(committed);
        if let Some((start, _)) = current
            && landed >= start
        {
            continue;
        }
        let quarter = quarter_of(landed);
        if !is_tips_quarter {
            ends.push((quarter.1, place));
        }
        is_tips_quarter = false;
        current = Some(quarter);
    }
    ends.reverse();
    ends
}

/// First and last (exclusive) second of an instant's quarter.
fn quarter_of(seconds: i64) -> (i64, i64) {
    let at = Timestamp::from_second(seconds).unwrap_or(if seconds < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    });
    let window = Bucket::of(at, Granularity::Quarter, &TimeZone::UTC).window(&TimeZone::UTC);
    (window.since.as_second(), window.until.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_second()
    }

    #[test]
    fn each_quarter_that_is_over_ends_at_its_last_commit() {
        let line = [
            (at("2025-01-05T00:00:00Z"), 0),
            (at("2025-03-31T23:59:59Z"), 1),
            (at("2025-04-01T00:00:00Z"), 4),
            (at("2025-12-01T00:00:00Z"), 5),
            (at("2025-12-02T00:00:00Z"), 9),
        ];
        assert_eq!(
            ends(&line),
            [
                (at("2025-04-01T00:00:00Z"), 1),
                (at("2025-07-01T00:00:00Z"), 4)
            ]
        );
        assert_eq!(ends(&[]), []);
        assert_eq!(ends(&line[..2]), []);
    }

    #[test]
    fn a_clock_that_ran_ahead_does_not_move_later_commits() {
        let line = [
            (at("2025-01-05T00:00:00Z"), 0),
            (at("2106-01-01T00:00:00Z"), 1),
            (at("2025-05-01T00:00:00Z"), 2),
        ];
        assert_eq!(ends(&line), [(at("2025-04-01T00:00:00Z"), 0)]);
    }
}
