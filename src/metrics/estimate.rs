//! Estimates with their uncertainty. Every function is total: no rows, no number.

use super::measure::Ratio;

/// z of a two-sided 80 % interval: the 0.9 quantile of the standard normal distribution.
pub const Z80: f64 = 1.281_551_565_544_600_4;

/// Interpolated quantile (type 7 of Hyndman & Fan 1996: the default of R, `NumPy` and DuckDB's `quantile_cont`).
///
/// `sorted` is ascending; `None` when it is empty.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions are far below 2^53 and never negative"
)]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = p.clamp(0.0, 1.0) * last as f64;
    let below = sorted.get(position.floor() as usize)?;
    let above = sorted.get(position.ceil() as usize)?;
    Some(below + (above - below) * (position - position.floor()))
}

/// 80 % interval of the median by binomial ranks: the narrowest symmetric pair of order statistics that covers it.
///
/// `sorted` is ascending; `None` below five values, where no pair reaches 80 %… or says anything.
#[must_use]
pub fn median_interval(sorted: &[f64]) -> Option<[f64; 2]> {
    let n = sorted.len();
    if n < 5 {
        return None;
    }
    let low = last_covering_rank(n)?;
    Some([*sorted.get(low)?, *sorted.get(n - 1 - low)?])
}

/// The last rank (from 0) for which the median lies between the order statistics `rank` and `n − 1 − rank` with a probability of
/// at least 80 %: one minus twice the binomial tail `P(B(n, ½) ≤ rank)`. One pass: the tail only grows.
#[expect(clippy::cast_precision_loss, reason = "n is far below 2^53")]
fn last_covering_rank(n: usize) -> Option<usize> {
    // Summed in logarithms: 0.5^n underflows from n = 1,075 on.
    let mut ln_term = -(n as f64) * std::f64::consts::LN_2;
    let (mut tail, mut last) = (0.0, None);
    for rank in 0..n.div_ceil(2) {
        if rank > 0 {
            ln_term += ((n - rank + 1) as f64 / rank as f64).ln();
        }
        // Below this the term is 0, which takes the exponential function long to find.
        if ln_term > -750.0 {
            tail += ln_term.exp();
        }
        if 1.0 - 2.0 * tail < 0.8 {
            break;
        }
        last = Some(rank);
    }
    last
}

/// Wilson's 80 % interval of a proportion (Wilson 1927); `None` when the denominator is below five.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn wilson_interval(ratio: Ratio) -> Option<[f64; 2]> {
    if ratio.of < 5 {
        return None;
    }
    let (share, n) = (ratio.share()?, ratio.of as f64);
    let centre = share + Z80 * Z80 / (2.0 * n);
    let margin = Z80 * (share * (1.0 - share) / n + Z80 * Z80 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z80 * Z80 / n;
    // None of them, and all of them, are ends that the formula meets but for rounding.
    let low = if ratio.hits == 0 {
        0.0
    } else {
        ((centre - margin) / scale).max(0.0)
    };
    let high = if ratio.hits == ratio.of {
        1.0
    } else {
        ((centre + margin) / scale).min(1.0)
    };
    Some([low, high])
}

/// 80 % interval of the number of events that such a stretch of time brings, from the number of one stretch (Byar's approximation of
/// the exact Poisson limits; Breslow & Day 1987); `None` below five.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn count_interval(n: u64) -> Option<[f64; 2]> {
    if n < 5 {
        return None;
    }
    let end = |n: f64, z: f64| n * (1.0 - 1.0 / (9.0 * n) + z / (3.0 * n.sqrt())).powi(3);
    let n = n as f64;
    Some([end(n, -Z80), end(n + 1.0, Z80)])
}

/// Effective number of holders, `1 / Σp²` (the inverse of Simpson's index); `None` when nothing is held.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    reason = "the quotient is rounded in any case"
)]
pub fn effective_number(counts: &[u64]) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    // In whole numbers: the order of the counts makes no difference in the last digit.
    let squares: u128 = counts.iter().map(|count| u128::from(*count).pow(2)).sum();
    (total > 0).then(|| u128::from(total).pow(2) as f64 / squares as f64)
}

/// Gini coefficient with the small-sample correction `n / (n − 1)`; zeros belong in `counts`.
///
/// `None` for fewer than two members or when nobody has anything.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn gini(counts: &[u64]) -> Option<f64> {
    let total: u64 = counts.iter().sum();
    if counts.len() < 2 || total == 0 {
        return None;
    }
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let weighted: f64 = sorted
        .iter()
        .enumerate()
        .map(|(at, count)| (at as f64 + 1.0) * *count as f64)
        .sum();
    let uncorrected = 2.0 * weighted / (n * total as f64) - (n + 1.0) / n;
    Some((uncorrected * n / (n - 1.0)).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_a_count_is_that_of_the_exact_limits() {
        // Exact limits (Garwood 1936) from the chi-squared distribution: χ²(0.1; 2n)/2 and χ²(0.9; 2n + 2)/2.
        for (n, low, high) in [(5, 2.433, 9.275), (10, 6.221, 15.407), (47, 38.456, 57.065)] {
            let [found_low, found_high] = count_interval(n).unwrap();
            assert!((found_low - low).abs() < 0.03, "{n}: {found_low}");
            assert!((found_high - high).abs() < 0.03, "{n}: {found_high}");
        }
        assert_eq!(count_interval(4), None);
    }

    fn close(left: f64, right: f64) -> bool {
        (left - right).abs() < 1e-9
    }

    #[test]
    fn a_quantile_is_interpolated() {
        // Positions (n−1)p of 1, 2, 3, 4: 1.5 → 2.5; 2.25 → 3.25; 2.7 → 3.7.
        let sorted = [1.0, 2.0, 3.0, 4.0];
        for (p, expected) in [(0.5, 2.5), (0.75, 3.25), (0.9, 3.7), (0.0, 1.0), (1.0, 4.0)] {
            assert!(close(quantile(&sorted, p).unwrap(), expected), "{p}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn the_median_interval_covers_at_least_80_percent() {
        // n = 5: ranks 1..5 cover 1 − 2·(1/32) = 0.9375; ranks 2..4 only 1 − 2·(6/32) = 0.625.
        assert_eq!(
            median_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]),
            Some([1.0, 5.0])
        );
        // n = 10: ranks 3..8 cover 1 − 2·(56/1024) = 0.890625; ranks 4..7 only 1 − 2·(176/1024) = 0.65625.
        let ten: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(median_interval(&ten), Some([3.0, 8.0]));
        assert_eq!(median_interval(&[1.0, 2.0, 3.0, 4.0]), None);
        let many: Vec<f64> = (0..5000).map(f64::from).collect();
        let [low, high] = median_interval(&many).unwrap();
        // Half-width of the normal approximation: 1.2816·√5000/2 = 45.3 ranks.
        assert!(
            (2452.0..=2456.0).contains(&low) && (2543.0..=2547.0).contains(&high),
            "{low} {high}"
        );
    }

    #[test]
    fn wilsons_interval_matches_the_formula_by_hand() {
        // 8 of 10, z² = 1.642374: centre (0.8 + 0.0821187) / 1.1642374 = 0.757679;
        // margin 1.2815516·√(0.016 + 0.00410594) / 1.1642374 = 0.156082.
        let [low, high] = wilson_interval(Ratio { hits: 8, of: 10 }).unwrap();
        assert!(
            (low - 0.601_597).abs() < 2e-5 && (high - 0.913_761).abs() < 2e-5,
            "{low} {high}"
        );
        assert_eq!(wilson_interval(Ratio { hits: 1, of: 4 }), None);
        for of in 5..200 {
            let [low, _] = wilson_interval(Ratio { hits: 0, of }).unwrap();
            let [_, high] = wilson_interval(Ratio { hits: of, of }).unwrap();
            assert!(
                low.to_bits() == 0 && high.to_bits() == 1_f64.to_bits(),
                "{of}: {low} {high}"
            );
        }
    }

    #[test]
    fn concentration_figures_match_hand_computed_ones() {
        // p = ¾, ¼: 1 / (9/16 + 1/16) = 1.6.
        assert!(close(effective_number(&[3, 1]).unwrap(), 1.6));
        assert_eq!(effective_number(&[0, 0]), None);
        assert_eq!(
            effective_number(&[1, 1, 7, 2, 3]),
            effective_number(&[7, 3, 2, 1, 1])
        );
        // One of four has everything: G = (2·4·8)/(4·8) − 5/4 = 0.75, times 4/3 = 1.
        assert!(close(gini(&[0, 0, 0, 8]).unwrap(), 1.0));
        assert!(close(gini(&[2, 2, 2, 2]).unwrap(), 0.0));
        // 1, 3: 2·(1·1 + 2·3)/(2·4) − 3/2 = 0.25, times 2 = 0.5.
        assert!(close(gini(&[1, 3]).unwrap(), 0.5));
        assert_eq!(gini(&[5]), None);
    }
}
