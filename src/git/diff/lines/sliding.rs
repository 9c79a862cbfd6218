//! The difference as `git blame` sees it: which of several equal lines is the new one.

use super::{LineDiffer, Wanted};
use crate::git::diff::ends::common_tail;
use crate::git::diff::hunk::{Hunk, LineCounts};
use crate::git::diff::slide::{Window, slid};

impl LineDiffer {
    /// [`compare`](Self::compare) with hunks, each where `git blame` has it.
    pub(in crate::git) fn compare_for_owners(&mut self, before: &[u8], after: &[u8]) -> LineCounts {
        let counts = self.compare(before, after, Wanted::Hunks);
        if !self.is_swayed && !self.may_slide(before, after) {
            return counts;
        }
        let known = self.trimmed.1;
        let left_out = left_out(before, after, known);
        let (before, after) = (
            &before[..before.len() - left_out],
            &after[..after.len() - left_out],
        );
        // Without that end another script may be as short, and what was found in it is elsewhere.
        if left_out > known || self.is_swayed {
            self.compare(before, after, Wanted::Hunks);
        } else {
            self.trimmed.1 -= left_out;
        }
        // A few lines around the middles nearly always do.
        let (head, tail) = self.trimmed;
        let (from, n_lines) = lines_back(&before[..head]);
        let cut = lines_on(&before[before.len() - tail..]);
        let window = Window {
            first: self.n_head - n_lines,
            is_cut: [from > 0, cut > 0],
        };
        let (near_before, near_after) = (
            &before[from..before.len() - cut],
            &after[from..after.len() - cut],
        );
        if !slid(near_before, near_after, window, &mut self.hunks) {
            slid(before, after, Window::default(), &mut self.hunks);
        }
        counts
    }

    /// Whether the first line of any run of changed lines equals the one after its end, or its last one the one before it.
    fn may_slide(&self, before: &[u8], after: &[u8]) -> bool {
        let (head, tail) = self.trimmed;
        let sides = [
            &before[head..before.len() - tail],
            &after[head..after.len() - tail],
        ];
        let around = [
            last_line(&before[..head]),
            first_line(&before[before.len() - tail..]),
        ];
        if sides[0].is_empty() || sides[1].is_empty() {
            return sides
                .into_iter()
                .filter(|side| !side.is_empty())
                .any(|side| {
                    around[0] == Some(last_line(side).unwrap_or_default())
                        || around[1] == Some(first_line(side).unwrap_or_default())
                });
        }
        let text = |number: u32| self.numbers.line(number, sides);
        let first = self.n_head;
        let may = |all: &[u32], start: u32, n: u32| {
            if n == 0 {
                return false;
            }
            let start = (start - first) as usize;
            let end = start + n as usize;
            let up = match start.checked_sub(1) {
                Some(above) => all[above] == all[end - 1],
                None => around[0] == Some(text(all[end - 1])),
            };
            up || match all.get(end) {
                Some(&below) => below == all[start],
                None => around[1] == Some(text(all[start])),
            }
        };
        self.hunks.iter().any(|hunk| {
            let Hunk {
                before,
                n_before,
                after,
                n_after,
            } = *hunk;
            may(&self.before.all, before, n_before) || may(&self.after.all, after, n_after)
        })
    }
}

/// Bytes of the common end that `git blame` leaves out before it compares: whole kilobytes, back to the start of a line. A
/// change slides no further than that. So many bytes of whole lines are `known` to be common.
pub(super) fn left_out(before: &[u8], after: &[u8], known: usize) -> usize {
    let (rest_before, rest_after) = (
        &before[..before.len() - known],
        &after[..after.len() - known],
    );
    let tail = (known + common_tail(rest_before, rest_after)) / 1024 * 1024;
    let common = &before[before.len() - tail..];
    tail - memchr::memchr(b'\n', common).map_or(common.len(), |at| at + 1)
}

/// Lines on either side that a change is first slid among.
const NEAR: u32 = 32;

/// Where the last few lines of a text start, and how many they are.
fn lines_back(text: &[u8]) -> (usize, u32) {
    let (mut start, mut n) = (text.len(), 0);
    while start > 0 && n < NEAR {
        start = memchr::memrchr(b'\n', &text[..start - 1]).map_or(0, |at| at + 1);
        n += 1;
    }
    (start, n)
}

/// How many bytes a text has after its first few lines.
fn lines_on(text: &[u8]) -> usize {
    let mut feeds = memchr::memchr_iter(b'\n', text);
    let last = feeds.nth(NEAR as usize - 1);
    last.map_or(0, |at| text.len() - at - 1)
}

/// The first line of a text, with its feed; `None` where there is none.
fn first_line(text: &[u8]) -> Option<&[u8]> {
    text.split_inclusive(|&byte| byte == b'\n').next()
}

/// The last line of a text, with its feed; `None` where there is none.
fn last_line(text: &[u8]) -> Option<&[u8]> {
    let (_, rest) = text.split_last()?;
    let start = memchr::memrchr(b'\n', rest).map_or(0, |at| at + 1);
    text.get(start..)
}
