//! Many lives of whole days, of which some still run: the product-limit estimate of Kaplan and Meier (1958) from counts by day.
//!
//! What landed together lives and dies together: a revert takes a whole change away. So the interval takes changes for the units
//! that chance draws (the linearised variance of ln S with clusters: Williams 1995, "Product-limit survival functions with correlated
//! survival times", Lifetime Data Analysis 1), and not lines.

use super::estimate::Z80;
use super::measure::Ratio;

/// Lives of one cluster that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// The last whole day (from 0) on which they were seen.
    pub day: u64,
    /// How many; at least 1.
    pub n: u64,
    /// Whether they ended on that day; else nobody looked any longer.
    pub has_ended: bool,
}

/// The share that lives for some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surviving {
    /// The share.
    pub share: f64,
    /// Its 80 % interval; `None` below five clusters, and where none or all have ended.
    pub interval: Option<[f64; 2]>,
}

/// Lives of clusters, one cluster after the other.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    lives: Vec<Lives>,
    /// Where each cluster ends.
    ends: Vec<usize>,
}

impl Clusters {
    /// Adds a cluster.
    pub fn add<'a>(&mut self, lives: impl IntoIterator<Item = &'a Lives>) {
        self.lives.extend(lives);
        self.ends.push(self.lives.len());
    }

    fn each(&self) -> impl Iterator<Item = &[Lives]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let ranges = starts.zip(&self.ends);
        ranges.filter_map(|(from, to)| self.lives.get(from..*to))
    }
}

/// What happens to those at risk on one day.
#[derive(Debug, Clone, Copy, Default)]
struct Day {
    leaving: u64,
    ended: u64,
}

/// What happens on each of the first days, and how many lives there are.
fn first_days(lives: &[Lives], days: u64) -> (Vec<Day>, u64) {
    let n_days = usize::try_from(days).unwrap_or(usize::MAX);
    let mut found = vec![Day::default(); n_days];
    for lives in lives {
        let day = usize::try_from(lives.day).ok();
        if let Some(day) = day.and_then(|day| found.get_mut(day)) {
            day.leaving += lives.n;
            day.ended += if lives.has_ended { lives.n } else { 0 };
        }
    }
    (found, lives.iter().map(|lives| lives.n).sum())
}

/// The share of lives that last for at least `days` whole days. `None` without any.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn surviving(clusters: &Clusters, days: u64) -> Option<Surviving> {
    let (by_day, mut at_risk) = first_days(&clusters.lives, days);
    if at_risk == 0 {
        return None;
    }
    let mut share = 1.0;
    // By day: what an ending on it adds to a cluster's part in the error, and what everyone at risk until then takes from it.
    let (mut steps, mut taken) = (Vec::with_capacity(by_day.len()), 0.0);
    for Day { leaving, ended } in &by_day {
        let left = (at_risk - ended) as f64;
        if *ended > 0 {
            share *= left / at_risk as f64;
        }
        let weight = if left > 0.0 { 1.0 / left } else { 0.0 };
        if *ended > 0 {
            taken += *ended as f64 / at_risk as f64 * weight;
        }
        steps.push((weight, taken));
        at_risk -= leaving;
    }
    let step = |day: u64| steps.get(usize::try_from(day).ok()?);
    let part = |lives: &Lives| match step(lives.day) {
        Some((weight, taken)) if lives.has_ended => lives.n as f64 * (weight - taken),
        Some((_, taken)) => -(lives.n as f64) * taken,
        None => -(lives.n as f64) * taken,
    };
    let squares = clusters
        .each()
        .map(|lives| lives.iter().map(part).sum::<f64>().powi(2))
        .sum();
    let is_open = share > 0.0 && share < 1.0;
    let interval = error(clusters.ends.len(), squares)
        .filter(|_| is_open)
        .map(|error| {
            let factor = (Z80 * error).exp();
            [share / factor, (share * factor).min(1.0)]
        });
    Some(Surviving { share, interval })
}

/// The shares of lives that last for at least each of some numbers of whole days, which grow. Empty without any lives.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn curve(lives: &[Lives], days: &[u64]) -> Vec<f64> {
    let (by_day, mut at_risk) = first_days(lives, days.last().copied().unwrap_or(0));
    if at_risk == 0 {
        return Vec::new();
    }
    let (mut share, mut told) = (1.0, (0_u64..).zip(by_day).peekable());
    let last_for = |days: &u64| {
        while let Some((_, day)) = told.next_if(|(day, _)| day < days) {
            if day.ended > 0 {
                share *= (at_risk - day.ended) as f64 / at_risk as f64;
            }
            at_risk -= day.leaving;
        }
        share
    };
    days.iter().map(last_for).collect()
}

/// The standard error of a sum of clusters' parts, from their squares; `None` below five.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn error(n_clusters: usize, squares: f64) -> Option<f64> {
    let n = n_clusters as f64;
    (n_clusters >= 5).then(|| (squares * n / (n - 1.0)).sqrt())
}

/// 80 % interval of a share whose cases come in clusters: the linearised variance of a ratio of sums (Cochran 1977, *Sampling
/// Techniques*, ch. 6). `None` below five clusters.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
pub fn clustered_interval(clusters: &[Ratio]) -> Option<[f64; 2]> {
    let whole = clusters
        .iter()
        .fold(Ratio { hits: 0, of: 0 }, |sum, one| Ratio {
            hits: sum.hits + one.hits,
            of: sum.of + one.of,
        });
    let share = whole.share()?;
    let part = |one: &Ratio| (one.hits as f64 - share * one.of as f64) / whole.of as f64;
    let squares = clusters.iter().map(|one| part(one).powi(2)).sum();
    let margin = Z80 * error(clusters.len(), squares)?;
    Some([(share - margin).max(0.0), (share + margin).min(1.0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows are by cluster.
    fn clusters(rows: &[(u32, u64, u64, bool)]) -> Clusters {
        let mut clusters = Clusters::default();
        for rows in rows.chunk_by(|a, b| a.0 == b.0) {
            let lives = rows
                .iter()
                .map(|&(_, day, n, has_ended)| Lives { day, n, has_ended });
            clusters.add(&lives.collect::<Vec<_>>());
        }
        clusters
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn the_product_limit_matches_a_hand_count() {
        // Ten lines: 2 end on day 3, 1 is not looked at after day 3, 2 end on day 5, 5 are seen until day 9.
        let lives = clusters(&[
            (0, 3, 2, true),
            (0, 3, 1, false),
            (1, 5, 2, true),
            (1, 9, 5, false),
        ]);
        let share = |days| surviving(&lives, days).unwrap().share;
        close(share(3), 1.0);
        close(share(4), 0.8);
        // 0.8 · 5/7.
        close(share(6), 0.8 * 5.0 / 7.0);
        close(share(90), 0.8 * 5.0 / 7.0);
        assert_eq!(surviving(&clusters(&[]), 9), None);
        let drawn = curve(&lives.lives, &[0, 3, 4, 6, 90]);
        for (found, expected) in drawn
            .iter()
            .zip([1.0, 1.0, 0.8, 0.8 * 5.0 / 7.0, 0.8 * 5.0 / 7.0])
        {
            close(*found, expected);
        }
        assert_eq!((drawn.len(), curve(&[], &[0, 3])), (5, Vec::new()));
    }

    #[test]
    fn without_clusters_the_error_is_greenwoods() {
        // 10 lives, each its own cluster: 3 end on day 1, and nothing else happens. Greenwood: √(3 / (10·7)) of ln S; n/(n − 1) = 10/9.
        let rows: Vec<_> = (0..10)
            .map(|at| (at, if at < 3 { 1 } else { 8 }, 1, at < 3))
            .collect();
        let found = surviving(&clusters(&rows), 5).unwrap();
        close(found.share, 0.7);
        let error = (3.0_f64 / 70.0 * 10.0 / 9.0).sqrt();
        let [low, high] = found.interval.unwrap();
        close(low, 0.7 * (-Z80 * error).exp());
        close(high, 0.7 * (Z80 * error).exp());
    }

    #[test]
    fn lines_that_die_together_are_one_chance_and_not_many() {
        let of = |n: u64| {
            let rows: Vec<_> = (0..10)
                .map(|at| (at, if at < 3 { 1 } else { 8 }, n, at < 3))
                .collect();
            surviving(&clusters(&rows), 5).unwrap()
        };
        let (one, hundred) = (of(1), of(100));
        close(one.share, hundred.share);
        close(one.interval.unwrap()[0], hundred.interval.unwrap()[0]);
    }

    #[test]
    fn few_clusters_have_no_interval() {
        let rows: Vec<_> = (0..4).map(|at| (at, 1, 50, at < 2)).collect();
        assert_eq!(surviving(&clusters(&rows), 5).unwrap().interval, None);
        let four = [Ratio { hits: 10, of: 50 }; 4];
        assert_eq!(clustered_interval(&four), None);
    }

    #[test]
    fn the_interval_of_a_share_is_that_of_its_clusters() {
        // Shares of 1 and 0 in clusters of 10: parts ±5/100, variance 10·0.0025·10/9 = 1/36; standard error 1/6.
        let ratio = |hits| Ratio { hits, of: 10 };
        let clusters: Vec<Ratio> = (0..10)
            .map(|at| ratio(if at < 5 { 10 } else { 0 }))
            .collect();
        let [low, high] = clustered_interval(&clusters).unwrap();
        close(low, 0.5 - Z80 / 6.0);
        close(high, 0.5 + Z80 / 6.0);
    }
}
