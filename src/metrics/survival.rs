//! Durations of which some still run: the product-limit estimate of Kaplan and Meier (1958).

use super::estimate::Z80;

/// A duration and whether it had ended when it was last seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lifetime {
    /// Hours passed.
    pub hours: f64,
    /// Whether it still ran: the true duration is longer than `hours`.
    pub is_running: bool,
}

/// The share that lasts longer than each duration at which something ended.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    n: usize,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    hours: f64,
    surviving: f64,
    /// Greenwood's standard error (1926) of `surviving`.
    error: f64,
}

impl SurvivalCurve {
    /// The curve of lifetimes. One that still runs counts as at risk up to its hours, endings at the same instant included.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn of(lifetimes: &[Lifetime]) -> Self {
        let mut sorted = lifetimes.to_vec();
        sorted.sort_by(|a, b| a.hours.total_cmp(&b.hours));
        let n = sorted.len();
        let (mut surviving, mut variance_sum) = (1.0, 0.0);
        let mut steps = Vec::new();
        let mut n_before = 0_usize;
        for group in sorted.chunk_by(|a, b| a.hours.total_cmp(&b.hours).is_eq()) {
            let at_risk = (n - n_before) as f64;
            let ended = group.iter().filter(|life| !life.is_running).count() as f64;
            n_before += group.len();
            let Some(first) = group.first().filter(|_| ended > 0.0) else {
                continue;
            };
            surviving *= 1.0 - ended / at_risk;
            // At the last ending nobody is left and Greenwood's term is infinite; the error of a share of 0 is 0.
            variance_sum += if at_risk > ended {
                ended / (at_risk * (at_risk - ended))
            } else {
                0.0
            };
            steps.push(Step {
                hours: first.hours,
                surviving,
                error: surviving * f64::sqrt(variance_sum),
            });
        }
        Self { n, steps }
    }

    /// The shortest duration that at most a share of `1 − p` outlasts; `None` where the curve does not get there.
    #[must_use]
    pub fn quantile(&self, p: f64) -> Option<f64> {
        // Half of an even number of rows must count as half in spite of rounding.
        const ROUNDING: f64 = 1e-12;
        self.steps
            .iter()
            .find(|step| step.surviving <= 1.0 - p + ROUNDING)
            .map(|step| step.hours)
    }

    /// 80 % interval of the median: every duration at which the curve does not differ from one half (Brookmeyer & Crowley 1982).
    ///
    /// `None` below five lifetimes, and where the upper end is not reached yet.
    #[must_use]
    pub fn median_interval(&self) -> Option<[f64; 2]> {
        if self.n < 5 {
            return None;
        }
        let bound = |side: f64| {
            self.steps
                .iter()
                .find(|step| step.surviving + side * Z80 * step.error <= 0.5)
                .map(|step| step.hours)
        };
        Some([bound(-1.0)?, bound(1.0)?])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lives(text: &str) -> Vec<Lifetime> {
        text.split_whitespace()
            .map(|word| Lifetime {
                hours: word.trim_end_matches('+').parse().unwrap(),
                is_running: word.ends_with('+'),
            })
            .collect()
    }

    #[test]
    fn the_curve_matches_the_product_limit_by_hand() {
        // 1, 2+, 3, 4+, 5: S(1) = 4/5; S(3) = 4/5 · 2/3 = 8/15; S(5) = 8/15 · 0 = 0.
        let curve = SurvivalCurve::of(&lives("1 2+ 3 4+ 5"));
        let shares: Vec<f64> = curve.steps.iter().map(|step| step.surviving).collect();
        for (found, expected) in shares.iter().zip([0.8, 8.0 / 15.0, 0.0]) {
            assert!((found - expected).abs() < 1e-12, "{shares:?}");
        }
        assert_eq!(curve.quantile(0.5), Some(5.0));
        // Greenwood at 3: S·√(1/(5·4) + 1/(3·2)) = 0.5333·√0.21667 = 0.248253.
        assert!((curve.steps[1].error - 0.248_253).abs() < 1e-6);
        // 0.8 − 1.2816·0.8·√0.05 = 0.5708 > ½; 0.5333 − 1.2816·0.2483 = 0.2152 ≤ ½ → 3; upper only at 5.
        assert_eq!(curve.median_interval(), Some([3.0, 5.0]));
    }

    #[test]
    fn a_wait_that_still_runs_makes_the_median_longer_and_never_shorter() {
        let ended = SurvivalCurve::of(&lives("1 2 3 4 5"));
        let running = SurvivalCurve::of(&lives("1 2 3+ 4 5"));
        assert_eq!(ended.quantile(0.5), Some(3.0));
        assert_eq!(running.quantile(0.5), Some(4.0));
    }

    #[test]
    fn a_median_that_is_not_reached_is_no_number() {
        let curve = SurvivalCurve::of(&lives("1 2+ 3+ 4+ 5+"));
        assert_eq!(curve.quantile(0.5), None);
        assert_eq!(curve.median_interval(), None);
        assert_eq!(SurvivalCurve::of(&[]).quantile(0.5), None);
    }

    #[test]
    fn half_of_an_even_number_is_half() {
        // S(2) = 3/4 · 2/3 = 0.5 up to rounding.
        assert_eq!(
            SurvivalCurve::of(&lives("1 2 3 4")).quantile(0.5),
            Some(2.0)
        );
    }
}
