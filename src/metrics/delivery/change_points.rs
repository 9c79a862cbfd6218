//! Where the median of a series shifts: Pettitt's rank test, applied by binary segmentation. Deterministic, no permutations.
//!
//! For a series x₁…xₙ with mid-ranks R, `U(t) = 2·Σ_{i≤t} R_i − t·(n + 1)`; K = max |U(t)| and, approximately,
//! `p = 2·exp(−6·K² / (n³ + n²))` (Pettitt 1979). A segment is cut where p is below [`ALPHA`]: at the t with the largest
//! `U(t)² / (t·(n − t))`, the between-group variance of ranks, which unlike K does not lean towards the middle. Both sides
//! have at least [`MIN_SIDE`] values and their medians differ by at least [`MIN_SHIFT`]; the parts are then looked at alike.
//! Ranks make it blind to outliers and to the unit. Ties only make it more cautious.

use crate::metrics::estimate::quantile;

/// A segment is cut where chance alone would explain it less often than this.
pub const ALPHA: f64 = 0.001;
/// Values on each side of a cut.
pub const MIN_SIDE: usize = 12;
/// Difference of the medians, as a share of the smaller one: less is no news to anybody.
pub const MIN_SHIFT: f64 = 0.1;

/// A shift of the median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// Index of the first value after the shift.
    pub at: usize,
    /// Median of the segment before, up to the shift before.
    pub before: f64,
    /// Values in it.
    pub n_before: usize,
    /// Median of the segment after, up to the next shift.
    pub after: f64,
    /// Values in it.
    pub n_after: usize,
}

/// The shifts of a series in order. Values must be finite; O(n log n) for each cut.
#[must_use]
pub fn shifts(series: &[f64]) -> Vec<Shift> {
    let mut cuts = Vec::new();
    let mut pending = vec![(0, series.len())];
    while let Some((from, to)) = pending.pop() {
        if let Some(at) = series.get(from..to).and_then(cut) {
            cuts.push(from + at);
            pending.push((from, from + at));
            pending.push((from + at, to));
        }
    }
    cuts.sort_unstable();
    let mut bounds = vec![0];
    bounds.extend(&cuts);
    bounds.push(series.len());
    bounds
        .windows(3)
        .filter_map(|three| {
            let [from, at, to] = three else { return None };
            let (left, right) = (series.get(*from..*at)?, series.get(*at..*to)?);
            Some(Shift {
                at: *at,
                before: median(left)?,
                n_before: left.len(),
                after: median(right)?,
                n_after: right.len(),
            })
        })
        .collect()
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// The index that splits a segment, where the split is significant and worth telling.
#[expect(
    clippy::cast_precision_loss,
    reason = "series are far below 2^53 values long"
)]
fn cut(segment: &[f64]) -> Option<usize> {
    let n = segment.len();
    if n < 2 * MIN_SIDE {
        return None;
    }
    let ranks = mid_ranks(segment);
    let (mut sum, mut largest) = (0.0, 0.0_f64);
    let (mut farthest, mut at) = (0.0, MIN_SIDE);
    for (index, rank) in ranks.iter().enumerate() {
        sum += rank;
        let t = index + 1;
        let u = (2.0 * sum - t as f64 * (n as f64 + 1.0)).abs();
        largest = largest.max(u);
        if (MIN_SIDE..=n - MIN_SIDE).contains(&t) {
            let apart = u * u / (t as f64 * (n - t) as f64);
            if apart > farthest {
                (farthest, at) = (apart, t);
            }
        }
    }
    let cubed = (n as f64).powi(3) + (n as f64).powi(2);
    let p = 2.0 * (-6.0 * largest * largest / cubed).exp();
    if p >= ALPHA {
        return None;
    }
    let (before, after) = (median(segment.get(..at)?)?, median(segment.get(at..)?)?);
    let smaller = before.min(after);
    (smaller > 0.0 && (after - before).abs() >= MIN_SHIFT * smaller).then_some(at)
}

/// Ranks from 1; equal values share the mean of theirs.
#[expect(
    clippy::cast_precision_loss,
    reason = "series are far below 2^53 values long"
)]
fn mid_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for tied in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let rank = first as f64 + f64::midpoint(tied.len() as f64, 1.0);
        for (_, at) in tied {
            if let Some(slot) = ranks.get_mut(*at) {
                *slot = rank;
            }
        }
        first += tied.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeatable noise between 0 and 1 (`SplitMix64`).
    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = state;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^= mixed >> 31;
            f64::from(u32::try_from(mixed >> 32).unwrap_or_default()) / f64::from(u32::MAX)
        }
    }

    /// Minutes with a long tail, as builds have it.
    fn minutes(noise: &mut impl FnMut() -> f64, scale: f64) -> f64 {
        scale * (1.0 - 0.999 * noise()).ln().mul_add(-0.4, 1.0)
    }

    #[test]
    fn ranks_of_ties_are_shared() {
        // 3 and 3 hold ranks 2 and 3: each 2.5.
        assert_eq!(mid_ranks(&[3.0, 1.0, 3.0, 9.0]), [2.5, 1.0, 2.5, 4.0]);
    }

    #[test]
    fn a_step_is_dated_to_the_value() {
        let mut noise = noise(7);
        let mut series: Vec<f64> = (0..90).map(|_| minutes(&mut noise, 8.0)).collect();
        series.extend((0..60).map(|_| minutes(&mut noise, 13.0)));
        let found = shifts(&series);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((88..=92).contains(&found[0].at), "{found:?}");
        assert!(found[0].before < 11.0 && found[0].after > 15.0, "{found:?}");
        assert_eq!(found[0].n_before + found[0].n_after, 150);
    }

    #[test]
    fn two_steps_are_two_shifts_and_their_segments_do_not_overlap() {
        let mut noise = noise(11);
        let mut series = Vec::new();
        for scale in [8.0, 14.0, 6.0] {
            series.extend((0..70).map(|_| minutes(&mut noise, scale)));
        }
        let found = shifts(&series);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(
            found[0].n_before + found[1].n_before + found[1].n_after,
            210
        );
    }

    #[test]
    fn a_series_without_a_change_has_no_change_point() {
        // 2,000 series of 40 to 400 values. Each is looked at once (a cut is looked into again, so that one false cut can
        // bring more): at α = 0.001 two false alarms are expected, and 8 or more would come by chance once in 900 times.
        let mut n_false = 0;
        for seed in 0..2_000_u64 {
            let mut noise = noise(seed * 7919 + 1);
            let length = 40 + usize::try_from(seed % 10).unwrap() * 40;
            let series: Vec<f64> = (0..length).map(|_| minutes(&mut noise, 8.0)).collect();
            n_false += usize::from(!shifts(&series).is_empty());
        }
        assert!(n_false < 8, "{n_false} of 2000");
    }

    #[test]
    fn one_slow_run_or_a_handful_of_values_is_no_shift() {
        let mut noise = noise(3);
        let mut series: Vec<f64> = (0..100).map(|_| minutes(&mut noise, 8.0)).collect();
        series[60] = 900.0;
        assert_eq!(shifts(&series), []);
        assert_eq!(
            shifts(
                &[1.0; 11]
                    .iter()
                    .chain(&[9.0; 11])
                    .copied()
                    .collect::<Vec<_>>()
            ),
            []
        );
        assert_eq!(shifts(&[5.0; 500]), []);
        assert_eq!(shifts(&[]), []);
    }

    #[test]
    fn a_shift_too_small_to_matter_is_not_told() {
        // Every value is 5 % larger afterwards: certain, and no news.
        let series: Vec<f64> = (0..200)
            .map(|at| if at < 100 { 100.0 } else { 105.0 })
            .collect();
        assert_eq!(shifts(&series), []);
        let series: Vec<f64> = (0..200)
            .map(|at| if at < 100 { 100.0 } else { 111.0 })
            .collect();
        assert_eq!(shifts(&series).len(), 1);
    }
}
