//! An interrupted time series: the level and the slope of weekly values before and after a date (Wagner et al. 2002).
//!
//! On either side of the date a straight line is fitted by least squares; the level's change is the gap between the two lines at the
//! date itself, the slope's change the difference of their slopes. Neighbouring weeks are alike, so the uncertainty comes from a
//! jackknife over blocks of [`BLOCK`] weeks (Künsch 1989), one side at a time, with Student's t of the blocks that there are.

use super::estimate::Z80;

/// Weeks looked at on either side, at most.
pub const WEEKS: i64 = 26;
/// Weeks with a value on either side, at least: a line through fewer says nothing.
pub const MIN_WEEKS: usize = 12;
/// Weeks that the jackknife leaves out at a time.
pub const BLOCK: i64 = 4;
/// z of the chance with which an effect should be seen that is there: 80 %.
const Z_POWER: f64 = 0.841_621_233_572_914_3;

/// The value of one week; weeks are counted from the date, the first one after it is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Week {
    /// Which one.
    pub at: i64,
    /// Its value, on a scale on which differences are added up.
    pub value: f64,
}

/// What changed at a date, on the scale of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interruption {
    /// The level after it less the one before.
    pub level: f64,
    /// The slope after it less the one before, a week.
    pub slope: f64,
    /// Standard error of the level's change.
    pub error: f64,
    /// Half of its 80 % interval.
    pub margin: f64,
}

impl Interruption {
    /// The smallest change of the level that so much scatter would have shown four times in five.
    #[must_use]
    pub fn smallest(&self) -> f64 {
        self.margin + Z_POWER * self.error
    }

    /// What changed at the start of the week `date`; `None` where a side has fewer than [`MIN_WEEKS`] weeks with a value, or where
    /// those have no scatter. Weeks farther away than [`WEEKS`] are no part of it.
    #[must_use]
    pub fn at(weeks: &[Week], date: i64) -> Option<Self> {
        let of = |from: i64| {
            let inside = weeks
                .iter()
                .filter(move |week| (from..from + WEEKS).contains(&week.at));
            let weeks: Vec<Week> = inside.copied().collect();
            (weeks.len() >= MIN_WEEKS).then_some(weeks)
        };
        let (before, after) = (of(date - WEEKS)?, of(date)?);
        let lines = [Line::of(&before, date)?, Line::of(&after, date)?];
        let (mut variance, mut freedom) = (0.0, 0.0);
        for side in [&before, &after] {
            let (part, blocks) = jackknife(side, date)?;
            variance += part;
            freedom += blocks - 1.0;
        }
        let error = variance.sqrt();
        let [before, after] = lines;
        (error > 0.0).then_some(Self {
            level: after.level - before.level,
            slope: after.slope - before.slope,
            error,
            margin: t80(freedom) * error,
        })
    }
}

/// A straight line, by its value at the date and its slope a week.
#[derive(Debug, Clone, Copy)]
struct Line {
    level: f64,
    slope: f64,
}

impl Line {
    /// Least squares over the middles of the weeks; `None` for fewer than two.
    #[expect(clippy::cast_precision_loss, reason = "weeks are few")]
    fn of(weeks: &[Week], date: i64) -> Option<Self> {
        let n = weeks.len() as f64;
        let place = |week: &Week| (week.at - date) as f64 + 0.5;
        let middle = weeks.iter().map(place).sum::<f64>() / n;
        let mean = weeks.iter().map(|week| week.value).sum::<f64>() / n;
        let (mut across, mut along) = (0.0, 0.0);
        for week in weeks {
            let from_middle = place(week) - middle;
            across += from_middle * (week.value - mean);
            along += from_middle * from_middle;
        }
        let slope = (along > 0.0).then(|| across / along)?;
        Some(Self {
            level: mean - slope * middle,
            slope,
        })
    }
}

/// The variance of a side's level by leaving out one block after the other, and how many there were; `None` for fewer than two.
#[expect(clippy::cast_precision_loss, reason = "blocks are few")]
fn jackknife(side: &[Week], date: i64) -> Option<(f64, f64)> {
    let block = |week: &Week| (week.at - date).div_euclid(BLOCK);
    let mut blocks: Vec<i64> = side.iter().map(block).collect();
    blocks.dedup();
    let without = |left_out: i64| {
        let kept: Vec<Week> = side
            .iter()
            .filter(|week| block(week) != left_out)
            .copied()
            .collect();
        Some(Line::of(&kept, date)?.level)
    };
    let levels: Vec<f64> = blocks.into_iter().map(without).collect::<Option<_>>()?;
    let n = levels.len() as f64;
    if n < 2.0 {
        return None;
    }
    let mean = levels.iter().sum::<f64>() / n;
    let squares: f64 = levels.iter().map(|level| (level - mean).powi(2)).sum();
    Some((squares * (n - 1.0) / n, n))
}

/// The 0.9 quantile of Student's distribution by the expansion of Cornish and Fisher: from 4 degrees of freedom on, right to 0.01.
fn t80(freedom: f64) -> f64 {
    let z = Z80;
    let first = (z.powi(3) + z) / (4.0 * freedom);
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / (96.0 * freedom * freedom);
    z + first + second
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    fn real(at: i64) -> f64 {
        f64::from(i32::try_from(at).unwrap())
    }

    /// Repeatable scatter around 0, with a standard deviation of about 0.29.
    fn scatter(seed: i64, at: i64) -> f64 {
        let mixed = (at + 1_000 * seed)
            .wrapping_mul(0x9e37_79b9)
            .rem_euclid(1_000_003);
        let mixed = (mixed * mixed + 12_345) % 1_000_003;
        f64::from(u32::try_from(mixed).unwrap()) / 1_000_003.0 - 0.5
    }

    fn series(seed: i64, of: impl Fn(i64) -> f64) -> Vec<Week> {
        (-WEEKS..WEEKS)
            .map(|at| Week {
                at,
                value: of(at) + scatter(seed, at),
            })
            .collect()
    }

    #[test]
    fn quantiles_of_student_match_the_tables() {
        for (freedom, expected) in [(4.0, 1.533), (8.0, 1.397), (12.0, 1.356), (30.0, 1.310)] {
            assert!(
                (t80(freedom) - expected).abs() < 0.01,
                "{freedom}: {}",
                t80(freedom)
            );
        }
    }

    #[test]
    fn lines_without_scatter_give_the_step_and_the_bend() {
        // Before: 1 + 0.1 t; after: 3 + 0.3 t, both at the middle of their weeks.
        let weeks: Vec<Week> = (-12..12)
            .map(|at| {
                let t = real(at) + 0.5;
                let line = if at < 0 { 1.0 + 0.1 * t } else { 3.0 + 0.3 * t };
                Week { at, value: line }
            })
            .collect();
        let [before, after] = [&weeks[..12], &weeks[12..]].map(|side| Line::of(side, 0).unwrap());
        assert!(close(after.level - before.level, 2.0));
        assert!(close(after.slope - before.slope, 0.2));
        // Weeks without any scatter leave an error of rounding alone, or none: no interval is made up.
        let found = Interruption::at(&weeks, 0);
        assert!(found.is_none_or(|found| found.error < 1e-9), "{found:?}");
    }

    #[test]
    fn eleven_weeks_on_a_side_are_too_few_and_far_weeks_are_no_part() {
        let weeks = series(1, |_| 0.0);
        let some = |from: i64, to: i64| -> Vec<Week> {
            weeks
                .iter()
                .filter(|week| (from..to).contains(&week.at))
                .copied()
                .collect()
        };
        assert!(Interruption::at(&some(-12, 12), 0).is_some());
        assert!(Interruption::at(&some(-11, 26), 0).is_none());
        assert!(Interruption::at(&some(-26, 11), 0).is_none());
        let mut far = weeks.clone();
        far.push(Week {
            at: WEEKS,
            value: 1e6,
        });
        far.insert(
            0,
            Week {
                at: -WEEKS - 1,
                value: -1e6,
            },
        );
        assert_eq!(Interruption::at(&far, 0), Interruption::at(&weeks, 0));
    }

    #[test]
    fn a_step_is_seen_and_no_step_is_covered_as_often_as_said() {
        let (mut covered, mut seen, n) = (0, 0, 400);
        for seed in 0..n {
            let flat = Interruption::at(&series(seed, |_| 0.0), 0).unwrap();
            covered += usize::from(flat.level.abs() <= flat.margin);
            let step =
                Interruption::at(&series(seed, |at| if at < 0 { 0.0 } else { 1.0 }), 0).unwrap();
            seen += usize::from(step.level - step.margin > 0.0);
        }
        // 80 % intervals: 320 of 400 expected, ± 3 standard deviations of 8.
        assert!((290..=350).contains(&covered), "{covered} of {n}");
        assert!(seen > 390, "{seen} of {n}");
    }

    #[test]
    fn a_trend_that_goes_on_is_no_step() {
        let weeks = series(5, |at| 0.05 * real(at));
        let found = Interruption::at(&weeks, 0).unwrap();
        assert!(found.level.abs() < found.margin * 2.0, "{found:?}");
        assert!(found.slope.abs() < 0.05, "{found:?}");
    }
}
