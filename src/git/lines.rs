//! The difference between two versions of a file, line by line, equal to git's own (`diff.algorithm = myers`) to the line.
//!
//! Equal bytes at both ends are trimmed before anything is tokenised. Git decides which frequent lines to leave out of its
//! search by counting them in the whole files; those counts are only made where they can matter.

use std::hash::Hasher;

use gix::diff::blob::{Algorithm, Diff, Token};

use super::objects::Mix;
use super::tree::common_head;

/// A run of lines replaced by another, in lines counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hunk {
    /// First line before.
    pub(super) before: u32,
    /// Lines before.
    pub(super) n_before: u32,
    /// First line after.
    pub(super) after: u32,
    /// Lines after.
    pub(super) n_after: u32,
}

/// Whether git takes content for binary: a NUL among the first 8,000 bytes.
pub(super) fn is_binary(content: &[u8]) -> bool {
    content.get(..content.len().min(8000)).unwrap_or_default().contains(&0)
}

/// Lines of a text; the last one counts without a line feed too.
pub(super) fn count_lines(content: &[u8]) -> u32 {
    let feeds = count_feeds(content);
    let open = content.last().is_some_and(|&last| last != b'\n');
    u32::try_from(feeds + usize::from(open)).unwrap_or(u32::MAX)
}

fn count_feeds(content: &[u8]) -> usize {
    // Sums of at most 255 bytes fit a byte, which lets the compiler count 16 or 32 of them at once.
    content.chunks(255 * 32).map(count_feeds_of_chunk).sum()
}

fn count_feeds_of_chunk(chunk: &[u8]) -> usize {
    let mut lanes = [0_u8; 32];
    let blocks = chunk.chunks_exact(32);
    let mut rest = 0;
    for &byte in blocks.remainder() {
        rest += usize::from(byte == b'\n');
    }
    for block in blocks {
        for (lane, &byte) in lanes.iter_mut().zip(block) {
            *lane += u8::from(byte == b'\n');
        }
    }
    lanes.iter().map(|&lane| usize::from(lane)).sum::<usize>() + rest
}

/// The length of the bytes that two slices end with in common.
fn common_tail(a: &[u8], b: &[u8]) -> usize {
    const BLOCK: usize = 64;
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count();
    let done = blocks * BLOCK;
    let (a, b) = (a.get(..a.len() - done).unwrap_or_default(), b.get(..b.len() - done).unwrap_or_default());
    done + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

fn split_line(rest: &[u8]) -> (&[u8], &[u8]) {
    let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
    rest.split_at(end)
}

/// Numbers for lines: equal lines have equal numbers. Keeps its memory between uses.
#[derive(Default)]
struct Numbers {
    /// Open addressing: number + 1, or 0.
    slots: Vec<u32>,
    /// By number: hash, start and length in `bytes` of one of the two sides.
    lines: Vec<(u64, u32, u32, bool)>,
}

impl Numbers {
    fn reset(&mut self, expected: usize) {
        let wanted = (expected * 2).next_power_of_two().max(64);
        self.lines.clear();
        if self.slots.len() == wanted {
            self.slots.fill(0);
        } else {
            self.slots.clear();
            self.slots.resize(wanted, 0);
        }
    }

    fn hash(line: &[u8]) -> u64 {
        let mut mix = Mix::default();
        let (words, rest) = line.as_chunks::<8>();
        for word in words {
            mix.write_u64(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (slot, byte) in last.iter_mut().zip(rest) {
            *slot = *byte;
        }
        mix.write_u64(u64::from_le_bytes(last) ^ (line.len() as u64) << 56);
        mix.finish()
    }

    /// The slot of a line: taken by an equal line, or free.
    fn find(&self, hash: u64, line: &[u8], sides: [&[u8]; 2]) -> (usize, Option<u32>) {
        let mask = self.slots.len() - 1;
        let mut at = usize::try_from(hash >> 20).unwrap_or(0) & mask;
        loop {
            let number = match self.slots.get(at) {
                None | Some(0) => return (at, None),
                Some(&taken) => taken - 1,
            };
            if let Some(&(other, start, length, is_after)) = self.lines.get(number as usize)
                && other == hash
            {
                let side = if is_after { sides[1] } else { sides[0] };
                if side.get(start as usize..start as usize + length as usize) == Some(line) {
                    return (at, Some(number));
                }
            }
            at = at + 1 & mask;
        }
    }

    fn number(&mut self, line: &[u8], start: usize, is_after: bool, sides: [&[u8]; 2]) -> u32 {
        let hash = Self::hash(line);
        match self.find(hash, line, sides) {
            (_, Some(number)) => number,
            (slot, None) => {
                let number = u32::try_from(self.lines.len()).unwrap_or(u32::MAX - 1);
                // Objects are bounded to far less than 4 GiB.
                #[expect(clippy::cast_possible_truncation, reason = "objects are smaller than 64 MiB")]
                self.lines.push((hash, start as u32, line.len() as u32, is_after));
                if let Some(slot) = self.slots.get_mut(slot) {
                    *slot = number + 1;
                }
                number
            }
        }
    }
}

/// Compares versions of files; keeps its buffers between comparisons.
pub(super) struct LineDiffer {
    numbers: Numbers,
    before: Vec<Token>,
    after: Vec<Token>,
    diff: Diff,
    /// What the last comparison found, in order.
    pub(super) hunks: Vec<Hunk>,
}

/// Lines added and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineCounts {
    /// Added.
    pub(super) added: u32,
    /// Deleted.
    pub(super) deleted: u32,
}

impl LineDiffer {
    /// With empty buffers.
    pub(super) fn new() -> Self {
        Self { numbers: Numbers::default(), before: Vec::new(), after: Vec::new(), diff: Diff::default(), hunks: Vec::new() }
    }

    /// Counts the lines added and deleted; fills `hunks` too when they are wanted.
    pub(super) fn compare(&mut self, before: &[u8], after: &[u8], with_hunks: bool) -> LineCounts {
        self.hunks.clear();
        let (head, tail) = trim(before, after);
        let middle_before = before.get(head..before.len() - tail).unwrap_or_default();
        let middle_after = after.get(head..after.len() - tail).unwrap_or_default();
        let first = |wanted: bool| if wanted { u32::try_from(count_feeds(before.get(..head).unwrap_or_default())).unwrap_or(0) } else { 0 };
        if middle_before.is_empty() || middle_after.is_empty() {
            let counts = LineCounts { added: count_lines(middle_after), deleted: count_lines(middle_before) };
            if with_hunks && counts != LineCounts::default() {
                let at = first(true);
                self.hunks.push(Hunk { before: at, n_before: counts.deleted, after: at, n_after: counts.added });
            }
            return counts;
        }
        let sides = [middle_before, middle_after];
        self.numbers.reset((middle_before.len() + middle_after.len()) / 16 + 64);
        self.tokenise(sides);
        let mut offset = 0;
        if self.needs_whole_files() {
            self.numbers.reset(0);
            self.tokenise([before, after]);
        } else if with_hunks {
            offset = first(true);
        }
        let n_tokens = u32::try_from(self.numbers.lines.len()).unwrap_or(u32::MAX);
        self.diff.compute_with(Algorithm::Myers, &self.before, &self.after, n_tokens);
        let counts = LineCounts { added: self.diff.count_additions(), deleted: self.diff.count_removals() };
        if with_hunks {
            self.hunks.extend(self.diff.hunks().map(|hunk| Hunk {
                before: hunk.before.start + offset,
                n_before: hunk.before.end - hunk.before.start,
                after: hunk.after.start + offset,
                n_after: hunk.after.end - hunk.after.start,
            }));
        }
        counts
    }

    fn tokenise(&mut self, sides: [&[u8]; 2]) {
        for (is_after, tokens) in [(false, &mut self.before), (true, &mut self.after)] {
            tokens.clear();
            let side = sides[usize::from(is_after)];
            let mut at = 0;
            while at < side.len() {
                let (line, _) = split_line(side.get(at..).unwrap_or_default());
                // The table doubles before it gets crowded: re-insert what is there.
                if self.numbers.lines.len() * 2 >= self.numbers.slots.len() {
                    self.numbers.grow();
                }
                tokens.push(Token(self.numbers.number(line, at, is_after, sides)));
                at += line.len();
            }
        }
    }

    /// Whether git's search could go another way than one that sees only the changed middle.
    ///
    /// It could, where a line that both middles hold has at least seven lines around it that only one of them holds, with
    /// one on each side (then git may leave it out, if it is frequent enough in the whole file), or where the search is long
    /// enough for git to give up on the shortest answer.
    fn needs_whole_files(&self) -> bool {
        if self.before.len() + self.after.len() >= 500 {
            return true;
        }
        let mut in_before = vec![false; self.numbers.lines.len()];
        let mut in_after = in_before.clone();
        let mark = |flags: &mut Vec<bool>, tokens: &[Token]| {
            for token in tokens {
                if let Some(flag) = flags.get_mut(token.0 as usize) {
                    *flag = true;
                }
            }
        };
        mark(&mut in_before, &self.before);
        mark(&mut in_after, &self.after);
        may_leave_out(&self.before, &in_after) || may_leave_out(&self.after, &in_before)
    }
}

impl Numbers {
    fn grow(&mut self) {
        let wanted = self.slots.len() * 2;
        self.slots.clear();
        self.slots.resize(wanted, 0);
        let mask = wanted - 1;
        for (number, (hash, ..)) in self.lines.iter().enumerate() {
            let mut at = usize::try_from(hash >> 20).unwrap_or(0) & mask;
            while self.slots.get(at).is_some_and(|&slot| slot != 0) {
                at = at + 1 & mask;
            }
            if let Some(slot) = self.slots.get_mut(at) {
                *slot = u32::try_from(number + 1).unwrap_or(0);
            }
        }
    }
}

fn may_leave_out(tokens: &[Token], in_other: &[bool]) -> bool {
    let is_matched = |token: &Token| in_other.get(token.0 as usize).copied().unwrap_or(false);
    let unmatched = tokens.iter().filter(|token| !is_matched(token)).count();
    if unmatched < 7 {
        return false;
    }
    let first = tokens.iter().position(|token| !is_matched(token));
    let last = tokens.iter().rposition(|token| !is_matched(token));
    let (Some(first), Some(last)) = (first, last) else { return false };
    tokens.get(first..last).unwrap_or_default().iter().any(is_matched)
}

/// How many bytes of whole lines two texts share at the start and at the end.
fn trim(before: &[u8], after: &[u8]) -> (usize, usize) {
    let mut head = common_head(before, after);
    if head == before.len() && head == after.len() {
        return (head, 0);
    }
    // Back to a line's start. A last line without a feed is a line of its own kind.
    let same = before.get(..head).unwrap_or_default();
    head = same.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let (rest_before, rest_after) = (before.get(head..).unwrap_or_default(), after.get(head..).unwrap_or_default());
    let mut tail = common_tail(rest_before, rest_after);
    let starts_line = |rest: &[u8], tail: usize| {
        let at = rest.len() - tail;
        at == 0 || rest.get(at - 1) == Some(&b'\n')
    };
    if tail > 0 && !(starts_line(rest_before, tail) && starts_line(rest_after, tail)) {
        let same = rest_before.get(rest_before.len() - tail..).unwrap_or_default();
        tail -= same.iter().position(|&byte| byte == b'\n').map_or(tail, |at| at + 1);
    }
    (head, tail)
}

#[cfg(test)]
mod tests {
    use gix::diff::blob::InternedInput;
    use proptest::prelude::*;

    use super::*;

    fn oracle(before: &[u8], after: &[u8]) -> LineCounts {
        let lines = |text: &'static [u8]| text;
        let _ = lines;
        let input = InternedInput::new(before, after);
        let diff = Diff::compute(Algorithm::Myers, &input);
        LineCounts { added: diff.count_additions(), deleted: diff.count_removals() }
    }

    #[test]
    fn counts_match_a_diff_of_the_whole_files() {
        let check = |before: &str, after: &str| {
            let mut differ = LineDiffer::new();
            let got = differ.compare(before.as_bytes(), after.as_bytes(), true);
            assert_eq!(got, oracle(before.as_bytes(), after.as_bytes()), "{before:?} {after:?}");
            let (added, deleted) = differ.hunks.iter().fold((0, 0), |(a, d), hunk| (a + hunk.n_after, d + hunk.n_before));
            assert_eq!((added, deleted), (got.added, got.deleted));
        };
        check("", "a\n");
        check("a", "a\n");
        check("a\nb", "a\nb\nc");
        check("x\n", "yx\n");
        check("a\nb\nc\n", "a\nc\n");
        check("a\na\na\n", "a\na\n");
    }

    proptest! {
        #[test]
        fn any_two_texts_are_compared_like_whole_files(
            before in proptest::collection::vec(0_u8..12, 0..120),
            after in proptest::collection::vec(0_u8..12, 0..120),
            feed in any::<bool>(),
        ) {
            let text = |lines: &[u8]| {
                let mut text: Vec<u8> = lines.iter().flat_map(|line| [b'a' + line, b'\n']).collect();
                if feed {
                    text.pop();
                }
                text
            };
            let (before, after) = (text(&before), text(&after));
            let mut differ = LineDiffer::new();
            prop_assert_eq!(differ.compare(&before, &after, false), oracle(&before, &after));
        }
    }

    #[test]
    fn lines_are_counted_with_or_without_a_last_feed() {
        let check = |text: &[u8], expected| assert_eq!(count_lines(text), expected);
        check(b"", 0);
        check(b"a", 1);
        check(b"a\n", 1);
        check(b"a\nb", 2);
        check(&b"\n".repeat(100_000), 100_000);
    }
}
