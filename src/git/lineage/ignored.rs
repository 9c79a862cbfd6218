//! Which earlier line each line of an ignored revision stands for: git's definition (`git blame --ignore-rev`).
//!
//! A hunk's lines are matched with those that they replace, the surest match first and never crosswise; what finds nothing there
//! is looked for in the whole earlier text. How alike two lines are is the number of byte pairs that they share, and what one match
//! used up of an earlier line no other match can use. The definition is in git's documentation and its `blame.c`; the code is our own.

mod pairs;
mod surest;

use self::pairs::{Pairs, Places};
use self::surest::surest_matches;
use crate::git::diff::hunk::Hunk;

/// Pairs that two lines must share where they are not of one hunk.
const LEAST_ELSEWHERE: u32 = 10;

/// Texts longer than this are not searched: all that is new in them is like nothing.
const MOST_BYTES: usize = 16 << 20;

/// Steps that one comparison may take. What is left then is like nothing: git would go on, for minutes or for ever.
const MOST_STEPS: u64 = 1 << 30;

/// What a comparison may still cost.
pub(super) struct Steps(u64);

impl Steps {
    /// Takes some; false where too few are left.
    pub(super) fn take(&mut self, steps: usize) -> bool {
        let left = self.0.checked_sub(steps as u64);
        self.0 = left.unwrap_or(0);
        left.is_some()
    }
}

/// For every hunk, for every line after it: the line of the earlier text that it stands for, or `None` where it is like none.
pub(in crate::git) fn stood_for(
    before: &[u8],
    after: &[u8],
    hunks: &[Hunk],
) -> Vec<Vec<Option<u32>>> {
    let nothing = |hunk: &Hunk| vec![None; hunk.n_after as usize];
    if before.len().max(after.len()) > MOST_BYTES {
        return hunks.iter().map(nothing).collect();
    }
    let (mut old, new) = (Pairs::of(before), Pairs::of(after));
    let mut places: Option<Places> = None;
    let mut steps = Steps(MOST_STEPS);
    let mut found = Vec::with_capacity(hunks.len());
    for hunk in hunks {
        let mut lines = surest_matches(&mut old, &new, *hunk, &mut steps);
        for (line, stands_for) in (hunk.after..).zip(&mut lines) {
            if stands_for.is_none() && new.n_pairs(line) >= LEAST_ELSEWHERE {
                let places = places.get_or_insert_with(|| old.places());
                *stands_for = places.most_alike(&old, &new, line, LEAST_ELSEWHERE, &mut steps);
            }
        }
        found.push(lines);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::diff::lines::LineDiffer;

    fn check(before: &str, after: &str, expected: &[Option<u32>]) {
        let mut differ = LineDiffer::new();
        differ.compare_for_owners(before.as_bytes(), after.as_bytes());
        let found = stood_for(before.as_bytes(), after.as_bytes(), &differ.hunks);
        assert_eq!(found.concat(), expected, "{before:?} {after:?}");
    }

    #[test]
    fn a_line_that_was_split_is_stood_for_by_all_its_parts() {
        check(
            "call(first, second)\n",
            "call(\n    first,\n    second,\n)\n",
            &[Some(0), Some(0), Some(0), Some(0)],
        );
    }

    #[test]
    fn what_is_like_no_line_stands_for_none() {
        check("abc\n", "xyz\nabc \n\n", &[None, Some(0), None]);
        check("", "a line of more than ten pairs\n", &[None]);
    }

    #[test]
    fn matches_do_not_cross() {
        // The longer one is the surer one; the other would have to be before it.
        check(
            "alpha one\nbeta two\n",
            "BETA TWO\nALPHA ONE\n",
            &[None, Some(0)],
        );
        check(
            "alpha on\nbeta two hundred\n",
            "BETA TWO HUNDRED\nALPHA ON\n",
            &[Some(1), None],
        );
    }

    #[test]
    fn what_is_not_in_its_hunk_is_looked_for_in_the_whole_text() {
        check(
            "a line that moves from here\nkept\n",
            "A line that moves from here\nkept\n    a line that moves from here\n",
            &[Some(0), None],
        );
        check(
            "first\na line that stays, number one\nkept\n",
            "first\na line that stays, number one\nkept\na line that stays, number one too\n",
            &[Some(1)],
        );
    }

    #[test]
    fn texts_without_an_end_are_like_nothing() {
        let before = "a line of some length\n".repeat(1 << 20);
        let after = before.replace("some", "any");
        let hunk = Hunk {
            before: 0,
            n_before: 1 << 20,
            after: 0,
            n_after: 1 << 20,
        };
        let found = stood_for(before.as_bytes(), after.as_bytes(), &[hunk]);
        assert!(found.concat().iter().all(Option::is_none));
    }
}
