//! Where git shows a change that could stand in several places: slid together with its neighbours, to line up with a change of
//! the other side, else to where the indentation says that a block begins (`diff.indentHeuristic`, git's default).
//!
//! The number of lines never changes by it, only which of several equal lines is called the new one.

use super::hunk::Hunk;

/// Lines further than this from a group's end are no place for it.
const MAX_SLIDING: usize = 100;
/// Indentation beyond this is as good as this.
const MAX_INDENT: i32 = 200;
/// Blank lines that are looked at in each direction.
const MAX_BLANKS: i32 = 20;

/// One side of a comparison.
pub(super) struct Lines<'a> {
    /// Lines with their feeds.
    pub(super) rows: Vec<&'a [u8]>,
    /// By line: whether only this side has it.
    pub(super) changed: Vec<bool>,
    /// The lowest and the highest place that a group has been at.
    reached: (usize, usize),
}

impl<'a> Lines<'a> {
    /// The lines of a text, some runs of them (first, number) changed.
    pub(super) fn of(text: &'a [u8], runs: impl Iterator<Item = (u32, u32)>) -> Self {
        // Far faster than `split_inclusive`.
        let mut rows = Vec::with_capacity(text.len() / 24 + 1);
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text).map(|at| at + 1) {
            rows.extend(text.get(start..end));
            start = end;
        }
        rows.extend(text.get(start..).filter(|rest| !rest.is_empty()));
        let mut changed = vec![false; rows.len()];
        for (first, n) in runs {
            for flag in changed.iter_mut().skip(first as usize).take(n as usize) {
                *flag = true;
            }
        }
        Self {
            rows,
            changed,
            reached: (usize::MAX, 0),
        }
    }

    fn reach(&mut self, group: Group) {
        let (low, high) = self.reached;
        self.reached = (low.min(group.start), high.max(group.end));
    }

    fn is_changed(&self, at: usize) -> bool {
        self.changed.get(at) == Some(&true)
    }

    fn set(&mut self, at: usize, changed: bool) {
        if let Some(flag) = self.changed.get_mut(at) {
            *flag = changed;
        }
    }

    /// Whether a group was so near to a cut that lines beyond it might have counted.
    fn is_near_cut(&self, window: Window) -> bool {
        /// Blank lines that are looked at, and the lines at both ends of them.
        const MARGIN: usize = 22;
        let ((low, high), [start, end]) = (self.reached, window.is_cut);
        start && low < MARGIN || end && high + MARGIN > self.rows.len()
    }

    fn are_equal(&self, a: usize, b: usize) -> bool {
        matches!((self.rows.get(a), self.rows.get(b)), (Some(a), Some(b)) if a == b)
    }

    /// Columns of white space before the text; −1 for a line without any.
    fn indent(&self, at: usize) -> i32 {
        let mut indent = 0;
        for &byte in self.rows.get(at).copied().unwrap_or_default() {
            match byte {
                b' ' => indent += 1,
                b'\t' => indent += 8 - indent % 8,
                b'\n' | b'\r' | 0x0b | 0x0c => {}
                _ => return indent,
            }
            if indent >= MAX_INDENT {
                return MAX_INDENT;
            }
        }
        -1
    }

    /// Blank lines from a place on, and the indentation of the text after them; −1 where there is none.
    fn past_blanks(&self, places: impl Iterator<Item = usize>) -> (i32, i32) {
        let mut n_blanks = 0;
        for at in places {
            let indent = self.indent(at);
            if indent != -1 {
                return (n_blanks, indent);
            }
            n_blanks += 1;
            if n_blanks == MAX_BLANKS {
                return (n_blanks, 0);
            }
        }
        (n_blanks, -1)
    }

    /// How bad it is to split the text before a line.
    fn split_score(&self, split: usize) -> Score {
        let is_end = split >= self.rows.len();
        let own_indent = if is_end { -1 } else { self.indent(split) };
        let (blanks_before, indent_before) = self.past_blanks((0..split).rev());
        let (blanks_after, indent_after) = self.past_blanks(split + 1..self.rows.len());
        let mut penalty = 0;
        if indent_before == -1 && blanks_before == 0 {
            penalty += 1;
        }
        if is_end {
            penalty += 21;
        }
        let blanks_after = if own_indent == -1 {
            1 + blanks_after
        } else {
            0
        };
        let n_blanks = blanks_before + blanks_after;
        penalty += -30 * n_blanks + 6 * blanks_after;
        let indent = if own_indent == -1 {
            indent_after
        } else {
            own_indent
        };
        let either = |with_blanks, without| {
            if n_blanks == 0 { without } else { with_blanks }
        };
        if indent != -1 && indent_before != -1 {
            penalty += match indent.cmp(&indent_before) {
                std::cmp::Ordering::Greater => either(10, -4),
                std::cmp::Ordering::Equal => 0,
                std::cmp::Ordering::Less if indent_after != -1 && indent_after > indent => {
                    either(17, 24)
                }
                std::cmp::Ordering::Less => either(17, 23),
            };
        }
        Score { indent, penalty }
    }
}

#[derive(Debug, Clone, Copy)]
struct Score {
    indent: i32,
    penalty: i32,
}

impl Score {
    fn plus(self, other: Self) -> Self {
        Self {
            indent: self.indent + other.indent,
            penalty: self.penalty + other.penalty,
        }
    }

    /// A deeper indentation weighs as much as a penalty of 60.
    fn is_at_most(self, other: Self) -> bool {
        60 * (self.indent - other.indent).signum() + (self.penalty - other.penalty) <= 0
    }
}

/// A run of changed lines, possibly empty: both sides have the same number of groups, one before each common line.
#[derive(Debug, Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn first(side: &Lines<'_>) -> Self {
        let mut group = Self { start: 0, end: 0 };
        group.extend(side);
        group
    }

    const fn is_empty(self) -> bool {
        self.start == self.end
    }

    fn extend(&mut self, side: &Lines<'_>) {
        while side.is_changed(self.end) {
            self.end += 1;
        }
    }

    fn extend_back(&mut self, side: &Lines<'_>) {
        while self.start > 0 && side.is_changed(self.start - 1) {
            self.start -= 1;
        }
    }

    fn go_on(&mut self, side: &Lines<'_>) -> bool {
        if self.end >= side.rows.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = self.start;
        self.extend(side);
        true
    }

    fn go_back(&mut self, side: &Lines<'_>) {
        if self.start > 0 {
            self.end = self.start - 1;
            self.start = self.end;
            self.extend_back(side);
        }
    }

    fn slide_down(&mut self, side: &mut Lines<'_>) -> bool {
        if !side.are_equal(self.start, self.end) {
            return false;
        }
        side.set(self.start, false);
        side.set(self.end, true);
        self.start += 1;
        self.end += 1;
        self.extend(side);
        true
    }

    fn slide_up(&mut self, side: &mut Lines<'_>) -> bool {
        if self.start == 0 || !side.are_equal(self.start - 1, self.end - 1) {
            return false;
        }
        self.start -= 1;
        self.end -= 1;
        side.set(self.start, true);
        side.set(self.end, false);
        self.extend_back(side);
        true
    }
}

/// Moves the changes of both sides to where git shows them.
pub(super) fn slide(before: &mut Lines<'_>, after: &mut Lines<'_>) {
    compact(before, after);
    compact(after, before);
}

/// What part of two texts is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Window {
    /// The number of its first line.
    pub(super) first: u32,
    /// Whether there are lines before it, and after it.
    pub(super) is_cut: [bool; 2],
}

/// Moves the hunks between two texts, parts of whole ones, to where git shows them; false, and nothing is moved, where what is
/// outside the window might play a part.
pub(super) fn slid(before: &[u8], after: &[u8], window: Window, hunks: &mut Vec<Hunk>) -> bool {
    let first = window.first;
    let runs = hunks.iter();
    let mut before = Lines::of(
        before,
        runs.map(|hunk| (hunk.before - first, hunk.n_before)),
    );
    let runs = hunks.iter();
    let mut after = Lines::of(after, runs.map(|hunk| (hunk.after - first, hunk.n_after)));
    slide(&mut before, &mut after);
    if before.is_near_cut(window) || after.is_near_cut(window) {
        return false;
    }
    hunks.clear();
    let (mut a, mut b) = (0, 0);
    while a < before.rows.len() || b < after.rows.len() {
        let (start_a, start_b) = (a, b);
        while before.is_changed(a) {
            a += 1;
        }
        while after.is_changed(b) {
            b += 1;
        }
        if (a, b) != (start_a, start_b) {
            let number = |lines: usize| u32::try_from(lines).unwrap_or(u32::MAX);
            hunks.push(Hunk {
                before: number(start_a) + first,
                n_before: number(a - start_a),
                after: number(start_b) + first,
                n_after: number(b - start_b),
            });
        }
        a += 1;
        b += 1;
    }
    true
}

fn compact(side: &mut Lines<'_>, other: &Lines<'_>) {
    let (mut group, mut opposite) = (Group::first(side), Group::first(other));
    loop {
        if !group.is_empty() {
            settle(&mut group, &mut opposite, side, other);
        }
        if !group.go_on(side) || !opposite.go_on(other) {
            return;
        }
    }
}

fn settle(group: &mut Group, opposite: &mut Group, side: &mut Lines<'_>, other: &Lines<'_>) {
    let (mut is_aligned, mut n_lines, mut earliest_end);
    loop {
        n_lines = group.end - group.start;
        while group.slide_up(side) {
            opposite.go_back(other);
        }
        side.reach(*group);
        earliest_end = group.end;
        is_aligned = !opposite.is_empty();
        while group.slide_down(side) {
            opposite.go_on(other);
            is_aligned |= !opposite.is_empty();
        }
        side.reach(*group);
        // It may have met a neighbour and become one with it: then there is new room.
        if n_lines == group.end - group.start {
            break;
        }
    }
    if group.end == earliest_end {
        return;
    }
    if is_aligned {
        while opposite.is_empty() && group.slide_up(side) {
            opposite.go_back(other);
        }
        return;
    }
    let first = earliest_end
        .max(group.end.saturating_sub(n_lines + 1))
        .max(group.end.saturating_sub(MAX_SLIDING));
    let mut best: Option<(Score, usize)> = None;
    for end in first..=group.end {
        let score = side
            .split_score(end)
            .plus(side.split_score(end.saturating_sub(n_lines)));
        if best.is_none_or(|(least, _)| score.is_at_most(least)) {
            best = Some((score, end));
        }
    }
    let best = best.map_or(group.end, |(_, end)| end);
    while group.end > best && group.slide_up(side) {
        opposite.go_back(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text lines, those that only this side has marked with `+`.
    fn side(text: &str) -> Lines<'_> {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        Lines {
            changed: lines.iter().map(|line| line.starts_with('+')).collect(),
            rows: lines
                .iter()
                .map(|line| line.trim_start_matches('+').as_bytes())
                .collect(),
            reached: (usize::MAX, 0),
        }
    }

    #[test]
    fn a_change_slides_to_where_a_block_begins() {
        let check = |before: &str, after: &str, expected: &[usize]| {
            let (mut before, mut after) = (side(before), side(after));
            slide(&mut before, &mut after);
            let changed: Vec<usize> = (0..after.rows.len())
                .filter(|&at| after.is_changed(at))
                .collect();
            assert_eq!(changed, expected);
        };
        // Shown as a whole function, not from one function's end to the next one's.
        check(
            "fn a() {\n    x\n}\n",
            "fn a() {\n    x\n+}\n+\n+fn b() {\n+    y\n}\n",
            &[3, 4, 5, 6],
        );
        // Nothing to choose from.
        check("a\nb\n", "a\n+c\nb\n", &[1]);
        // Equal lines: the last place.
        check("a\na\n", "+a\na\na\n", &[2]);
        check("", "+a\n+a\n", &[0, 1]);
    }

    #[test]
    fn a_change_lines_up_with_one_of_the_other_side() {
        let (mut before, mut after) = (side("a\n+b\nx\n"), side("+x\na\nx\n"));
        slide(&mut before, &mut after);
        assert_eq!(after.changed, [true, false, false]);
        assert_eq!(before.changed, [false, true, false]);
    }
}
