//! The time that pull requests took, and whose turn it was, added up.
//!
//! An initiative is told against everybody's other work in its days. Sums by the instant of opening answer that for thousands of
//! initiatives without going through all pull requests for each.

use std::iter::Sum;

use jiff::Timestamp;

use super::story::Waits;
use crate::work::turns::{Holder, Lived};

/// Time in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spent {
    /// How many pull requests.
    n: u64,
    /// From opening to production, or as far as they came.
    wall: u64,
    /// On reviewers.
    reviewers: u64,
    /// On deployment.
    deployment: u64,
    /// How many turns were deployment's.
    n_deployment: u64,
}

impl Spent {
    /// Of one life; nothing where it is not known.
    pub(super) fn of(life: &Lived) -> Self {
        let Ok(life) = life else {
            return Self::default();
        };
        let mut spent = Self {
            n: 1,
            ..Self::default()
        };
        for turn in &life.turns {
            let micros = turn.elapsed().micros();
            spent.wall += micros;
            match turn.holder {
                Holder::Reviewers(_) => spent.reviewers += micros,
                Holder::Deploy => {
                    spent.deployment += micros;
                    spent.n_deployment += 1;
                }
                _ => {}
            }
        }
        spent
    }

    /// What is left without a part of it.
    pub(super) const fn without(self, part: Self) -> Self {
        Self {
            n: self.n.saturating_sub(part.n),
            wall: self.wall.saturating_sub(part.wall),
            reviewers: self.reviewers.saturating_sub(part.reviewers),
            deployment: self.deployment.saturating_sub(part.deployment),
            n_deployment: self.n_deployment.saturating_sub(part.n_deployment),
        }
    }

    /// The shares of it; `None` where there is no time.
    #[expect(
        clippy::cast_precision_loss,
        reason = "2^53 microseconds are 285 years"
    )]
    pub(super) fn waits(self) -> Option<Waits> {
        let share = |part: u64| part as f64 / self.wall as f64;
        (self.wall > 0).then(|| Waits {
            n: self.n,
            reviewers: share(self.reviewers),
            deployment: (self.n_deployment > 0).then(|| share(self.deployment)),
        })
    }
}

impl Sum for Spent {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            n: a.n + b.n,
            wall: a.wall + b.wall,
            reviewers: a.reviewers + b.reviewers,
            deployment: a.deployment + b.deployment,
            n_deployment: a.n_deployment + b.n_deployment,
        })
    }
}

/// Sums up to each opening.
#[derive(Debug, Default)]
pub(super) struct SpentByOpening {
    opened: Vec<Timestamp>,
    /// One more than there are openings: of the first none, of the first one, …
    sums: Vec<Spent>,
}

impl SpentByOpening {
    pub(super) fn of(all: impl Iterator<Item = (Timestamp, Spent)>) -> Self {
        let mut all: Vec<_> = all.collect();
        all.sort_by_key(|(at, _)| *at);
        let mut sum = Spent::default();
        let mut sums = vec![sum];
        for (_, spent) in &all {
            sum = [sum, *spent].into_iter().sum();
            sums.push(sum);
        }
        Self {
            opened: all.into_iter().map(|(at, _)| at).collect(),
            sums,
        }
    }

    /// Of what was opened from an instant on, up to and with another.
    pub(super) fn between(&self, since: Timestamp, until: Option<Timestamp>) -> Spent {
        let first = self.opened.partition_point(|at| *at < since);
        let last = until.map_or(self.opened.len(), |until| {
            self.opened.partition_point(|at| *at <= until)
        });
        let up_to = |n: usize| self.sums.get(n).copied().unwrap_or_default();
        up_to(last).without(up_to(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_between_two_instants_are_those_of_what_was_opened_there() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let spent = |n: u64| Spent {
            n: 1,
            wall: n,
            reviewers: n / 2,
            ..Spent::default()
        };
        let all = [(at(5), spent(50)), (at(1), spent(10)), (at(5), spent(2))];
        let sums = SpentByOpening::of(all.into_iter());
        let check = |since: i64, until: Option<i64>, wall: u64, n: u64| {
            let found = sums.between(at(since), until.map(at));
            assert_eq!((found.wall, found.n), (wall, n), "{since} {until:?}");
        };
        check(0, None, 62, 3);
        check(1, Some(1), 10, 1);
        check(2, Some(5), 52, 2);
        check(2, Some(4), 0, 0);
        check(6, None, 0, 0);
        assert_eq!(sums.between(at(2), Some(at(4))).waits(), None);
    }
}
