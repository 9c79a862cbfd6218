//! Lines that a commit takes out in one place and puts in at another: they were moved, or indented anew, and not thrown away.
//!
//! Two lines are the same text where they are equal without the blanks around them and have enough letters and digits to be told
//! from a bracket. One line that is put in stands for one that is taken out, the oldest first.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::survival::UNKNOWN;
use crate::git::objects::hash::Mixed;
use crate::git::state::log::LogLife;

/// Letters and digits that a line needs to be known again.
const LEAST_ALPHANUMERIC: usize = 10;

/// A line taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Removed {
    /// Its commit and text.
    key: u64,
    birth: u32,
    commit: u32,
}

/// Texts of the lines that commits put in and take out, as numbers.
#[derive(Debug, Default)]
pub(in crate::git) struct Texts {
    added: Vec<u64>,
    removed: Vec<Removed>,
}

/// The commit and text of a line as a number; `None` where it could be any line.
fn key(commit: u32, line: &[u8]) -> Option<u64> {
    let line = line.trim_ascii();
    // Bytes beyond ASCII are letters of other alphabets.
    let counts = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    (line.iter().filter(counts).count() >= LEAST_ALPHANUMERIC).then(|| {
        let mut hasher = DefaultHasher::new();
        (commit, line).hash(&mut hasher);
        hasher.finish()
    })
}

impl Texts {
    /// A line that a commit puts in.
    pub(in crate::git) fn added(&mut self, commit: u32, line: &[u8]) {
        self.added.extend(key(commit, line));
    }

    /// A line that a commit takes out.
    pub(in crate::git) fn removed(&mut self, commit: u32, birth: u32, line: &[u8]) {
        if birth == UNKNOWN {
            return;
        }
        if let Some(key) = key(commit, line) {
            self.removed.push(Removed { key, birth, commit });
        }
    }

    /// Says of each row how many of the lines that left were moved. `step` tells with which step a commit landed.
    pub(in crate::git) fn settle(
        texts: &[Self],
        rows: &mut [LogLife],
        step: impl Fn(u32) -> Option<u32>,
    ) {
        let mut n_added: HashMap<u64, u32, Mixed> = HashMap::default();
        let mut removed: Vec<Removed> = Vec::new();
        for text in texts {
            n_added.extend(text.removed.iter().map(|line| (line.key, 0)));
            removed.extend_from_slice(&text.removed);
        }
        for key in texts.iter().flat_map(|text| &text.added) {
            if let Some(n) = n_added.get_mut(key) {
                *n += 1;
            }
        }
        removed.retain(|line| n_added.get(&line.key).is_some_and(|n| *n > 0));
        removed.sort_unstable();
        for line in removed {
            let Some(left) = n_added.get_mut(&line.key).filter(|n| **n > 0) else {
                continue;
            };
            *left -= 1;
            let row = step(line.commit).and_then(|step| {
                let at =
                    rows.binary_search_by_key(&(step, line.birth), |row| (row.step, row.birth));
                rows.get_mut(at.ok()?)
            });
            // A line may be moved and then thrown away on its way to the default branch: no more than left it.
            if let Some(row) = row.filter(|row| row.moved < row.left) {
                row.moved += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &[u8] = b"    let total = sum(values);\n";

    fn moved(texts: &[Texts], left: u32) -> u32 {
        let mut rows = [LogLife {
            step: 5,
            birth: 1,
            entered: 0,
            left,
            moved: 0,
        }];
        Texts::settle(texts, &mut rows, |commit| (commit == 4).then_some(5));
        rows[0].moved
    }

    #[test]
    fn a_line_that_comes_again_elsewhere_was_moved() {
        let (mut one, mut other) = (Texts::default(), Texts::default());
        one.removed(4, 1, LONG);
        one.removed(4, 1, LONG);
        one.removed(4, 1, b"}\n");
        other.added(4, b"let total = sum(values);");
        other.added(4, b"}\n");
        // One that comes again stands for one that went.
        assert_eq!(moved(&[one, other], 9), 1);
    }

    #[test]
    fn what_another_commit_adds_was_not_moved() {
        let mut texts = Texts::default();
        texts.removed(4, 1, LONG);
        texts.added(3, LONG);
        assert_eq!(moved(&[texts], 9), 0);
    }

    #[test]
    fn no_more_is_moved_than_left() {
        let mut texts = Texts::default();
        for _ in 0..3 {
            texts.removed(4, 1, LONG);
            texts.added(4, LONG);
        }
        assert_eq!(moved(&[texts], 2), 2);
    }
}
