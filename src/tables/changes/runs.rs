//! Which changes each commit made: one entry a commit, where there are ten times as many changes.

use std::ops::Range;

/// By commit, in the order of the changes: its row of [`Tables::commits`](crate::tables::Tables::commits), and where its changes end.
/// They begin where those before them end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs(Vec<Run>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    row: u32,
    end: u32,
}

impl Runs {
    /// How many changes there are.
    #[must_use]
    pub fn n_changes(&self) -> usize {
        self.0.last().map_or(0, |run| wide(run.end))
    }

    /// Adds a change of the commit of a row.
    pub fn push(&mut self, row: u32) {
        let end = narrow(self.n_changes() + 1);
        match self.0.last_mut() {
            Some(last) if last.row == row => last.end = end,
            _ => self.0.push(Run { row, end }),
        }
    }

    /// Puts those of others after these.
    pub fn extend(&mut self, others: Self) {
        let first = narrow(self.n_changes());
        let mut others = others.0.into_iter().map(|run| Run {
            end: run.end.saturating_add(first),
            ..run
        });
        let last = self.0.last().map(|run| run.row);
        // A row group may end in the middle of a commit.
        if let Some(next) = others.next() {
            if last == Some(next.row) {
                self.0.pop();
            }
            self.0.push(next);
        }
        self.0.extend(others);
    }

    /// Each row with its changes.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let mut from = 0;
        self.0.iter().map(move |run| {
            let changes = from..wide(run.end);
            from = changes.end;
            (wide(run.row), changes)
        })
    }

    /// The changes of the commit of a row.
    #[must_use]
    pub fn of(&self, row: usize) -> Range<usize> {
        let at = self.0.partition_point(|run| wide(run.row) < row);
        match self.0.get(at) {
            Some(run) if wide(run.row) == row => {
                let before = at.checked_sub(1).and_then(|at| self.0.get(at));
                before.map_or(0, |run| wide(run.end))..wide(run.end)
            }
            _ => 0..0,
        }
    }

    /// The row of a change.
    #[must_use]
    pub fn row_of(&self, change: usize) -> Option<usize> {
        let at = self.0.partition_point(|run| wide(run.end) <= change);
        self.0.get(at).map(|run| wide(run.row))
    }

    /// Keeps those of the changes that stay, by change.
    pub(in crate::tables) fn keep(&mut self, stays: &[bool]) {
        let (mut from, mut end) = (0, 0);
        self.0.retain_mut(|run| {
            let own = stays.get(from..wide(run.end)).unwrap_or_default();
            let n_stay = own.iter().filter(|stays| **stays).count();
            from = wide(run.end);
            end += n_stay;
            run.end = narrow(end);
            n_stay > 0
        });
    }

    /// Gives rows other numbers: by row, its new one.
    pub(in crate::tables) fn renumber(&mut self, place: &[u32]) {
        for run in &mut self.0 {
            run.row = place.get(wide(run.row)).copied().unwrap_or(run.row);
        }
    }
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(rows: &[u32]) -> Runs {
        let mut runs = Runs::default();
        for row in rows {
            runs.push(*row);
        }
        runs
    }

    fn told(runs: &Runs) -> Vec<(usize, Range<usize>)> {
        runs.iter().collect()
    }

    #[test]
    fn a_commit_has_the_changes_that_were_pushed_for_it() {
        let runs = runs(&[1, 1, 4, 6, 6, 6]);
        assert_eq!(told(&runs), [(1, 0..2), (4, 2..3), (6, 3..6)]);
        assert_eq!([runs.of(1), runs.of(4), runs.of(6)], [0..2, 2..3, 3..6]);
        for row in [0, 2, 5, 7] {
            assert!(runs.of(row).is_empty(), "{row}");
        }
        let rows: Vec<_> = (0..7).map(|change| runs.row_of(change)).collect();
        let known = [1, 1, 4, 6, 6, 6].map(Some);
        assert_eq!(rows, [known.as_slice(), &[None]].concat());
        assert_eq!(Runs::default().of(0), 0..0);
    }

    #[test]
    fn parts_put_one_after_the_other_are_what_one_is() {
        let all = [0, 0, 3, 3, 3, 5];
        for middle in 0..=all.len() {
            let (before, after) = all.split_at(middle);
            let mut together = runs(before);
            together.extend(runs(after));
            assert_eq!(together, runs(&all), "{middle}");
        }
    }

    #[test]
    fn what_stays_keeps_its_commit() {
        let mut kept = runs(&[1, 1, 4, 6, 6]);
        kept.keep(&[false, true, false, true, true]);
        assert_eq!(kept, runs(&[1, 6, 6]));
        kept.renumber(&[0, 0, 9, 9, 9, 9, 2]);
        assert_eq!(told(&kept), [(0, 0..1), (2, 1..3)]);
        kept.keep(&[false; 3]);
        assert_eq!(kept, Runs::default());
    }
}
