//! When lines enter the default branch and when they leave it: the balance of each step of its first-parent line, by birth.
//!
//! A step is a commit of the first-parent line. What it does to the lines of one family of paths is added up first: a file that a
//! merge moved neither loses nor gains lines.

use super::survival::{Runs, UNKNOWN};
use crate::git::state::log::LogLife;

/// Lines put in and taken out by one step so far, by birth. Keeps its memory between families.
#[derive(Debug, Default)]
pub(in crate::git) struct Balance {
    by_birth: Vec<i64>,
    touched: Vec<u32>,
}

impl Balance {
    /// Of nothing, for `n` births.
    pub(in crate::git) fn new(n: usize) -> Self {
        Self {
            by_birth: vec![0; n],
            touched: Vec::new(),
        }
    }

    /// A file of a step: its lines before and after.
    pub(in crate::git) fn change(&mut self, before: &Runs, after: &Runs) {
        let (mut before, mut after) = (before.0.as_slice(), after.0.as_slice());
        // Most of a file stays as it was.
        while let (Some((one, rest)), Some((other, rest_after))) =
            (before.split_first(), after.split_first())
            && one == other
        {
            (before, after) = (rest, rest_after);
        }
        while let (Some((one, rest)), Some((other, rest_after))) =
            (before.split_last(), after.split_last())
            && one == other
        {
            (before, after) = (rest, rest_after);
        }
        for &(lines, birth) in before {
            self.add(birth, -i64::from(lines));
        }
        for &(lines, birth) in after {
            self.add(birth, i64::from(lines));
        }
    }

    fn add(&mut self, birth: u32, lines: i64) {
        if birth == UNKNOWN {
            return;
        }
        if let Some(slot) = self.by_birth.get_mut(birth as usize) {
            if *slot == 0 {
                self.touched.push(birth);
            }
            *slot += lines;
        }
    }

    /// Ends the step: its rows, by birth.
    pub(in crate::git) fn settle(&mut self, step: u32, rows: &mut Vec<LogLife>) {
        self.touched.sort_unstable();
        self.touched.dedup();
        for birth in self.touched.drain(..) {
            let slot = self.by_birth.get_mut(birth as usize);
            rows.extend(row(step, birth, slot.map_or(0, std::mem::take)));
        }
    }
}

/// What a step did to the lines of a birth, `lines` of which it put in, or took out where that is negative.
fn row(step: u32, birth: u32, lines: i64) -> Option<LogLife> {
    let amount = |lines: i64| u32::try_from(lines.max(0)).unwrap_or(u32::MAX);
    (lines != 0).then(|| LogLife {
        step,
        birth,
        entered: amount(lines),
        left: amount(-lines),
        moved: 0,
    })
}

/// The rows of all families by step and birth, one for each: which paths are one family depends on what a run looks at.
pub(in crate::git) fn added_up(mut rows: Vec<LogLife>) -> Vec<LogLife> {
    rows.sort_unstable();
    let is_one = |a: &LogLife, b: &LogLife| (a.step, a.birth) == (b.step, b.birth);
    let net = |row: &LogLife| i64::from(row.entered) - i64::from(row.left);
    rows.chunk_by(is_one)
        .filter_map(|rows| {
            let first = rows.first()?;
            row(first.step, first.birth, rows.iter().map(net).sum())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(runs: &[(u32, u32)]) -> Runs {
        Runs(std::sync::Arc::new(runs.to_vec()))
    }

    fn check(files: &[[&[(u32, u32)]; 2]], expected: &[(u32, u32, u32)]) {
        let mut balance = Balance::new(5);
        for _ in 0..2 {
            for [before, after] in files {
                balance.change(&runs(before), &runs(after));
            }
            let mut rows = Vec::new();
            balance.settle(7, &mut rows);
            assert!(rows.iter().all(|row| (row.step, row.moved) == (7, 0)));
            let found: Vec<_> = rows
                .iter()
                .map(|row| (row.birth, row.entered, row.left))
                .collect();
            assert_eq!(found, expected, "{files:?}");
        }
    }

    #[test]
    fn a_step_takes_lines_from_births_and_adds_its_own() {
        check(
            &[[&[(3, 1), (2, 2), (1, 1)], &[(2, 1), (4, 4), (2, 2)]]],
            &[(1, 0, 2), (4, 4, 0)],
        );
        check(&[[&[(3, 1)], &[(3, 1)]]], &[]);
        check(&[[&[(3, 1)], &[]]], &[(1, 0, 3)]);
    }

    #[test]
    fn a_file_that_moves_neither_loses_nor_gains_lines() {
        check(&[[&[(3, 1), (1, 2)], &[]], [&[], &[(3, 1)]]], &[(2, 0, 1)]);
    }

    #[test]
    fn lines_of_whom_nobody_knows_are_no_births() {
        check(&[[&[(3, UNKNOWN), (1, 0)], &[(1, 0)]]], &[]);
    }
}
