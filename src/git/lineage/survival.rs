//! Where each line of a file comes from, carried forward from version to version.
//!
//! A line's owner here is its birth, by number (see `births`); the births' authors own the lines.

use gix::ObjectId;
use std::sync::Arc;

use crate::git::diff::hunk::Hunk;

/// The owner of lines whose author cannot be known: they were written before a shallow clone's first commit, or in content
/// that is missing, or by a revision that is to be ignored, and are like no line before it.
pub(in crate::git) const UNKNOWN: u32 = u32::MAX;

/// The lines of one version of a file, as runs of (lines, owner). Neighbouring runs have different owners.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::git) struct Runs(pub(in crate::git) Arc<Vec<(u32, u32)>>);

fn push(runs: &mut Vec<(u32, u32)>, lines: u32, owner: u32) {
    if lines == 0 {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.1 == owner => last.0 += lines,
        _ => runs.push((lines, owner)),
    }
}

/// Takes runs one after another.
struct Cursor<'a> {
    rest: &'a [(u32, u32)],
    left: u32,
}

impl<'a> Cursor<'a> {
    fn new(runs: &'a [(u32, u32)]) -> Self {
        Self {
            rest: runs,
            left: runs.first().map_or(0, |run| run.0),
        }
    }

    fn take_rest(&mut self, mut each: impl FnMut(u32, u32)) {
        while let Some(&(_, owner)) = self.rest.first() {
            each(self.left, owner);
            self.rest = self.rest.get(1..).unwrap_or_default();
            self.left = self.rest.first().map_or(0, |run| run.0);
        }
    }

    fn take(&mut self, mut lines: u32, mut each: impl FnMut(u32, u32)) {
        while lines > 0 {
            let Some(&(_, owner)) = self.rest.first() else {
                // The version before is not known in full.
                each(lines, UNKNOWN);
                return;
            };
            let taken = lines.min(self.left);
            each(taken, owner);
            lines -= taken;
            self.left -= taken;
            if self.left == 0 {
                self.rest = self.rest.get(1..).unwrap_or_default();
                self.left = self.rest.first().map_or(0, |run| run.0);
            }
        }
    }
}

impl Runs {
    /// A version that one owner wrote.
    pub(in crate::git) fn of_one(lines: u32, owner: u32) -> Self {
        let mut runs = Vec::new();
        push(&mut runs, lines, owner);
        Self(Arc::new(runs))
    }

    /// The next version: lines of the hunks belong to `owner`, the others keep theirs.
    pub(in crate::git) fn changed(&self, hunks: &[Hunk], owner: u32) -> Self {
        self.next(hunks, |runs, _, hunk| push(runs, hunk.n_after, owner))
    }

    /// The next version where `.git-blame-ignore-revs` names its commit: a line of the hunks belongs to the owner of the line that
    /// it stands for, and to `nobody` where it stands for none.
    pub(in crate::git) fn passed_on(
        &self,
        hunks: &[Hunk],
        stood_for: &[Vec<Option<u32>>],
        nobody: u32,
    ) -> Self {
        let owners = Owners::of(self);
        self.next(hunks, |runs, at, _| {
            for line in stood_for.get(at).into_iter().flatten() {
                push(runs, 1, line.map_or(nobody, |line| owners.of_line(line)));
            }
        })
    }

    /// The next version; `new` adds the lines of each hunk, which it is given with its number.
    fn next(
        &self,
        hunks: &[Hunk],
        mut new: impl FnMut(&mut Vec<(u32, u32)>, usize, &Hunk),
    ) -> Self {
        let mut runs = Vec::with_capacity(self.0.len() + 2 * hunks.len());
        let mut cursor = Cursor::new(&self.0);
        let mut before = 0;
        for (at, hunk) in hunks.iter().enumerate() {
            cursor.take(hunk.before.saturating_sub(before), |lines, owner| {
                push(&mut runs, lines, owner);
            });
            cursor.take(hunk.n_before, |_, _| {});
            new(&mut runs, at, hunk);
            before = hunk.before + hunk.n_before;
        }
        cursor.take_rest(|lines, owner| push(&mut runs, lines, owner));
        runs.shrink_to_fit();
        Self(Arc::new(runs))
    }

    /// The owners of the lines that hunks take out, in order.
    pub(in crate::git) fn removed(&self, hunks: &[Hunk]) -> Vec<(u32, u32)> {
        let mut removed = Vec::new();
        let (mut cursor, mut before) = (Cursor::new(&self.0), 0);
        for hunk in hunks {
            cursor.take(hunk.before.saturating_sub(before), |_, _| {});
            cursor.take(hunk.n_before, |lines, owner| {
                removed.push((lines, owner));
            });
            before = hunk.before + hunk.n_before;
        }
        removed
    }

    /// The owners of a merge's result where a parent's version lacks some: lines of `hunks` (against that parent) stay as
    /// they are here, all others that are still `pending` here take the parent's owner.
    pub(in crate::git) fn filled_from(&self, parent: &Self, hunks: &[Hunk], pending: u32) -> Self {
        self.filled(&parent.changed(hunks, pending), pending)
    }

    /// The same with what is still `pending` taken from another list of the same lines' owners.
    pub(in crate::git) fn filled(&self, theirs: &Self, pending: u32) -> Self {
        let mut runs = Vec::new();
        let mut other = Cursor::new(&theirs.0);
        for &(lines, owner) in self.0.iter() {
            if owner == pending {
                other.take(lines, |lines, owner| push(&mut runs, lines, owner));
            } else {
                other.take(lines, |_, _| {});
                push(&mut runs, lines, owner);
            }
        }
        Self(Arc::new(runs))
    }

    /// The same lines with one owner replaced.
    pub(in crate::git) fn replaced(&self, from: u32, to: u32) -> Self {
        let mut runs = Vec::with_capacity(self.0.len());
        for &(lines, owner) in self.0.iter() {
            push(&mut runs, lines, if owner == from { to } else { owner });
        }
        Self(Arc::new(runs))
    }

    /// Lines by author, by the author's number; `authors` has them by birth. Unknown ones are left out.
    pub(in crate::git) fn totals(&self, authors: &[u32]) -> Vec<(u32, u32)> {
        let mut totals: Vec<(u32, u32)> = self
            .0
            .iter()
            .filter_map(|&(lines, birth)| Some((*authors.get(birth as usize)?, lines)))
            .collect();
        totals.sort_unstable();
        totals.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 += next.1;
            }
            is_same
        });
        totals
    }
}

/// The owners of single lines.
struct Owners<'a> {
    runs: &'a [(u32, u32)],
    /// By run: the line after its last one.
    ends: Vec<u32>,
}

impl<'a> Owners<'a> {
    fn of(runs: &'a Runs) -> Self {
        let ends = runs.0.iter().scan(0_u32, |end, run| {
            *end = end.saturating_add(run.0);
            Some(*end)
        });
        Self {
            runs: &runs.0,
            ends: ends.collect(),
        }
    }

    fn of_line(&self, line: u32) -> u32 {
        let at = self.ends.partition_point(|&end| end <= line);
        self.runs.get(at).map_or(UNKNOWN, |run| run.1)
    }
}

/// The owners of a version, and who made and used it last.
#[derive(Debug, Clone)]
pub(in crate::git) struct Version {
    /// The content.
    pub(in crate::git) blob: ObjectId,
    /// The owners of its lines.
    pub(in crate::git) runs: Runs,
    /// The commit that made it, in landing order.
    pub(in crate::git) made_by: u32,
    /// The last commit that built on it or deleted it, or `NONE`.
    pub(in crate::git) used_by: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(runs: &[(u32, u32)]) -> Runs {
        Runs(Arc::new(runs.to_vec()))
    }

    const fn hunk(before: u32, n_before: u32, after: u32, n_after: u32) -> Hunk {
        Hunk {
            before,
            n_before,
            after,
            n_after,
        }
    }

    #[test]
    fn lines_outside_the_hunks_keep_their_owner() {
        let check = |hunks: &[Hunk], expected: &[(u32, u32)]| {
            assert_eq!(
                runs(&[(3, 1), (2, 2)]).changed(hunks, 9),
                runs(expected),
                "{hunks:?}"
            );
        };
        check(&[], &[(3, 1), (2, 2)]);
        check(&[hunk(0, 0, 0, 2)], &[(2, 9), (3, 1), (2, 2)]);
        check(&[hunk(2, 2, 2, 1)], &[(2, 1), (1, 9), (1, 2)]);
        check(&[hunk(0, 5, 0, 0)], &[]);
        check(&[hunk(3, 2, 3, 0)], &[(3, 1)]);
        check(
            &[hunk(0, 1, 0, 1), hunk(5, 0, 5, 1)],
            &[(1, 9), (2, 1), (2, 2), (1, 9)],
        );
    }

    #[test]
    fn an_ignored_revision_passes_its_lines_on_to_the_owners_before_it() {
        let check = |hunks: &[Hunk], stood_for: &[&[Option<u32>]], expected: &[(u32, u32)]| {
            let stood_for: Vec<_> = stood_for.iter().map(|lines| lines.to_vec()).collect();
            assert_eq!(
                runs(&[(1, 1), (2, 2)]).passed_on(hunks, &stood_for, UNKNOWN),
                runs(expected),
                "{hunks:?}"
            );
        };
        let replaced = [hunk(0, 2, 0, 2)];
        check(&replaced, &[&[Some(0), Some(1)]], &[(1, 1), (2, 2)]);
        check(&replaced, &[&[Some(2), Some(2)]], &[(3, 2)]);
        check(
            &replaced,
            &[&[Some(0), None]],
            &[(1, 1), (1, UNKNOWN), (1, 2)],
        );
        // A line may stand for one that is still there.
        let added = [hunk(0, 1, 0, 1), hunk(3, 0, 3, 2)];
        check(
            &added,
            &[&[Some(0)], &[Some(0), None]],
            &[(1, 1), (2, 2), (1, 1), (1, UNKNOWN)],
        );
    }

    #[test]
    fn a_merge_takes_what_its_first_parent_lacks_from_the_second() {
        let merged = runs(&[(2, 1), (2, 9), (1, 1)]);
        let second = runs(&[(1, 3), (1, 4)]);
        // The second parent has the third line of the merge only.
        let got = merged.filled_from(&second, &[hunk(0, 1, 0, 2), hunk(2, 0, 3, 2)], 9);
        assert_eq!(got, runs(&[(2, 1), (1, 4), (1, 9), (1, 1)]));
        assert_eq!(got.replaced(9, 1), runs(&[(2, 1), (1, 4), (2, 1)]));
    }

    #[test]
    fn totals_leave_unknown_lines_out() {
        assert_eq!(
            runs(&[(2, 0), (1, UNKNOWN), (3, 1), (1, 2)]).totals(&[5, 1, 5]),
            [(1, 3), (5, 3)]
        );
    }
}
