//! The byte pairs of lines: what says how alike two of them are.

use std::collections::HashMap;

use super::Steps;
use crate::git::objects::hash::Mixed;

/// The byte pairs of every line of a text, with how often each is in it.
///
/// Letters count in lower case, white space is one character whatever it is, and there is some before and after every line.
/// Two characters of white space are no pair.
pub(super) struct Pairs {
    /// By line: where its pairs begin; and the end of the last one's.
    starts: Vec<usize>,
    /// The two bytes of each; sorted inside a line.
    keys: Vec<u32>,
    /// Beside each pair.
    counts: Vec<u32>,
    /// By line: the sum of its counts.
    totals: Vec<u32>,
}

/// A byte as pairs have it.
const fn character(byte: u8) -> u32 {
    match byte {
        b' ' | b'\t' | b'\n' | b'\r' => 0,
        byte => byte.to_ascii_lowercase() as u32,
    }
}

impl Pairs {
    /// Of all lines of a text.
    pub(super) fn of(text: &[u8]) -> Self {
        let mut all = Self {
            starts: vec![0],
            keys: Vec::with_capacity(text.len()),
            counts: Vec::with_capacity(text.len()),
            totals: Vec::new(),
        };
        let mut of_line: Vec<u32> = Vec::new();
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            of_line.clear();
            let mut last = 0;
            for next in line.iter().map(|&byte| character(byte)).chain([0]) {
                let pair = last | next << 8;
                if pair != 0 {
                    of_line.push(pair);
                }
                last = next;
            }
            of_line.sort_unstable();
            for same in of_line.chunk_by(|one, next| one == next) {
                all.keys.extend(same.first());
                all.counts.push(count(same.len()));
            }
            all.starts.push(all.keys.len());
            all.totals.push(count(of_line.len()));
        }
        all
    }

    fn range(&self, line: u32) -> std::ops::Range<usize> {
        let at = line as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => start..end,
            _ => 0..0,
        }
    }

    fn of_line(&self, line: u32) -> impl Iterator<Item = (u32, u32)> {
        let range = self.range(line);
        let pairs = self.keys.get(range.clone()).unwrap_or_default();
        let counts = self.counts.get(range).unwrap_or_default();
        pairs.iter().copied().zip(counts.iter().copied())
    }

    /// Pairs of a line, before any was taken away.
    pub(super) fn n_pairs(&self, line: u32) -> u32 {
        self.totals.get(line as usize).copied().unwrap_or(0)
    }

    /// Distinct pairs of a line: what looking at it costs.
    pub(super) fn cost(&self, line: u32) -> usize {
        self.range(line).len() + 1
    }

    /// How many pairs a line has in common with one of another text.
    pub(super) fn in_common(&self, line: u32, other: &Self, other_line: u32) -> u32 {
        let mut theirs = other.of_line(other_line).peekable();
        let mut n = 0;
        for (pair, ours) in self.of_line(line) {
            while theirs.next_if(|their| their.0 < pair).is_some() {}
            if let Some((_, their)) = theirs.next_if(|their| their.0 == pair) {
                n += ours.min(their);
            }
        }
        n
    }

    /// Takes the pairs of a line of another text away from a line.
    pub(super) fn take_away(&mut self, line: u32, other: &Self, other_line: u32) {
        let range = self.range(line);
        let pairs = self.keys.get(range.clone()).unwrap_or_default();
        let counts = self.counts.get_mut(range).unwrap_or_default();
        let mut theirs = other.of_line(other_line).peekable();
        for (pair, ours) in pairs.iter().zip(counts) {
            while theirs.next_if(|their| their.0 < *pair).is_some() {}
            if let Some((_, their)) = theirs.next_if(|their| their.0 == *pair) {
                *ours = ours.saturating_sub(their);
            }
        }
    }

    /// Where every pair is.
    pub(super) fn places(&self) -> Places {
        let mut of_pairs: HashMap<u32, Vec<(u32, usize)>, Mixed> = HashMap::default();
        for line in 0..count(self.totals.len()) {
            for at in self.range(line) {
                if let Some(&pair) = self.keys.get(at) {
                    of_pairs.entry(pair).or_default().push((line, at));
                }
            }
        }
        Places {
            of_pairs,
            shared: vec![0; self.totals.len()],
            touched: Vec::new(),
        }
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// By pair: the lines that have it.
pub(super) struct Places {
    /// Line, and the place of its count.
    of_pairs: HashMap<u32, Vec<(u32, usize)>, Mixed>,
    /// By line: pairs shared with the line that is looked for; zeros between searches.
    shared: Vec<u32>,
    touched: Vec<u32>,
}

impl Places {
    /// The line of `old` that shares most pairs with a line of `new`, at least so many: of several the one whose number is nearest,
    /// of two the later one.
    pub(super) fn most_alike(
        &mut self,
        old: &Pairs,
        new: &Pairs,
        line: u32,
        least: u32,
        steps: &mut Steps,
    ) -> Option<u32> {
        let Self {
            of_pairs,
            shared,
            touched,
        } = self;
        let mut is_whole = true;
        for (pair, wanted) in new.of_line(line) {
            let places = of_pairs.get(&pair).map(Vec::as_slice).unwrap_or_default();
            is_whole &= steps.take(places.len() + 1);
            if !is_whole {
                break;
            }
            for &(place, at) in places {
                let n = old.counts.get(at).map_or(0, |&n| n.min(wanted));
                if let Some(shared) = shared.get_mut(place as usize).filter(|_| n > 0) {
                    if *shared == 0 {
                        touched.push(place);
                    }
                    *shared += n;
                }
            }
        }
        let mut best = None;
        for place in touched.drain(..) {
            let n = shared.get_mut(place as usize).map_or(0, std::mem::take);
            if is_whole && n >= least {
                let rank = (n, std::cmp::Reverse(place.abs_diff(line)), place);
                best = best.max(Some(rank));
            }
        }
        best.map(|(_, _, place)| place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_share_pairs_whatever_their_case_and_white_space() {
        let check = |one: &str, other: &str, expected: u32| {
            let (a, b) = (Pairs::of(one.as_bytes()), Pairs::of(other.as_bytes()));
            assert_eq!(a.in_common(0, &b, 0), expected, "{one:?} {other:?}");
            assert_eq!(b.in_common(0, &a, 0), expected, "{other:?} {one:?}");
        };
        // "at" is twice in both.
        check("cat mat", "father rather", 2);
        check("tim", "mit", 0);
        check("a", "A\n", 2);
        check("Ab\tc", "  ab   C  \r\n", 5);
        check("", " \t\n", 0);
        check(")\n", "call(first, second)\n", 1);
        // Two bytes of one character, and what is before it.
        check("é", "éa", 2);
    }

    #[test]
    fn what_was_taken_away_is_shared_no_more() {
        let mut old = Pairs::of(b"aaa bbb\nabab\n");
        let new = Pairs::of(b"aaa\nab\n");
        assert_eq!(old.in_common(0, &new, 0), 4);
        old.take_away(0, &new, 0);
        assert_eq!(old.in_common(0, &new, 0), 0);
        assert_eq!(old.in_common(1, &new, 1), 3);
        old.take_away(1, &new, 1);
        // One "ab" of two is left.
        assert_eq!(old.in_common(1, &new, 1), 1);
    }
}
