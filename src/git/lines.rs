//! The difference between two versions of a file, line by line, equal to git's own (`diff.algorithm = myers`) to the line.
//!
//! Equal bytes at both ends are trimmed before anything is tokenised. Git decides which frequent lines to leave out of its
//! search by counting them in the whole files; those counts are only made where they can matter.

use super::myers::{LONGEST_CERTAIN, Myers, SHORTEST_GIVEN_UP, Sequence, TooLong, rough_root};
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
    let head = content.get(..content.len().min(8000)).unwrap_or_default();
    memchr::memchr(0, head).is_some()
}

/// Lines of a text; the last one counts without a line feed too.
pub(super) fn count_lines(content: &[u8]) -> u32 {
    let feeds = count_feeds(content);
    let open = content.last().is_some_and(|&last| last != b'\n');
    u32::try_from(feeds + usize::from(open)).unwrap_or(u32::MAX)
}

fn count_feeds(content: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', content).count()
}

/// The length of the bytes that two slices end with in common.
fn common_tail(a: &[u8], b: &[u8]) -> usize {
    let mut done = 0;
    for block in [2048, 256] {
        let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
        let equal = rest_a
            .rchunks_exact(block)
            .zip(rest_b.rchunks_exact(block))
            .take_while(|(a, b)| a == b)
            .count();
        done += equal * block;
    }
    let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
    let ((_, words_a), (_, words_b)) = (rest_a.as_rchunks::<8>(), rest_b.as_rchunks::<8>());
    for (a, b) in words_a.iter().rev().zip(words_b.iter().rev()) {
        let differing = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if differing != 0 {
            return done + differing.leading_zeros() as usize / 8;
        }
        done += 8;
    }
    let (rest_a, rest_b) = (&a[..a.len() - done], &b[..b.len() - done]);
    done + rest_a
        .iter()
        .rev()
        .zip(rest_b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count()
}

/// Whether two lines of the same hash are equal: most are short, and not worth a call.
fn equal(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((words_a, rest_a), (words_b, rest_b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        // The last bytes as a whole word again, overlapping the one before.
        (Some(last_a), Some(last_b)) => {
            word(last_a) == word(last_b)
                && words_a.iter().zip(words_b).all(|(a, b)| word(a) == word(b))
        }
        _ => rest_a.iter().zip(rest_b).all(|(a, b)| a == b),
    }
}

/// Numbers for lines: equal lines have equal numbers. Keeps its memory between uses.
#[derive(Default)]
struct Numbers {
    /// Open addressing: upper half of the hash, number + 1 (0: free).
    slots: Vec<(u32, u32)>,
    /// By number.
    lines: Vec<Known>,
}

/// A line that has a number.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: u64,
    /// Where it was seen first, in the text of its side.
    start: u32,
    length: u32,
    is_after: bool,
    /// Its place among the lines of the first text.
    first: u32,
    n_before: u32,
    n_after: u32,
    /// How often it occurs outside the middles, in either text alike.
    n_around: u32,
}

const fn small(length: usize) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "objects are smaller than 64 MiB"
    )]
    {
        length as u32
    }
}

impl Numbers {
    /// Forgets all lines; there is room for as many as texts of so many bytes are likely to have.
    fn reset(&mut self, bytes: usize) {
        self.lines.clear();
        self.slots.clear();
        self.slots
            .resize((bytes / 16).next_power_of_two().clamp(64, 1 << 14), (0, 0));
    }

    /// The number of a line, or the slot where it belongs.
    fn find(&self, hash: u64, line: &[u8], sides: [&[u8]; 2]) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let (mut at, upper) = (small_hash(hash) & mask, small_hash(hash >> 32));
        loop {
            let (known, number) = self.slots[at];
            if number == 0 {
                return Err(at);
            }
            if known as usize == upper {
                let other = &self.lines[number as usize - 1];
                let side = sides[usize::from(other.is_after)];
                if equal(
                    &side[other.start as usize..(other.start + other.length) as usize],
                    line,
                ) {
                    return Ok(number - 1);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// The number of a line, a new one if need be.
    fn number(
        &mut self,
        (line, hash): (&[u8], u64),
        start: usize,
        place: usize,
        is_after: bool,
        sides: [&[u8]; 2],
    ) -> u32 {
        match self.find(hash, line, sides) {
            Ok(number) => number,
            Err(slot) => {
                let first = if is_after { u32::MAX } else { small(place) };
                let (start, length) = (small(start), small(line.len()));
                self.lines.push(Known {
                    hash,
                    start,
                    length,
                    is_after,
                    first,
                    n_before: 0,
                    n_after: 0,
                    n_around: 0,
                });
                let number = small(self.lines.len());
                self.slots[slot] = (small(small_hash(hash >> 32)), number);
                if self.lines.len() * 2 > self.slots.len() {
                    self.grow();
                }
                number - 1
            }
        }
    }

    fn grow(&mut self) {
        let wanted = self.slots.len() * 4;
        self.slots.clear();
        self.slots.resize(wanted, (0, 0));
        let mask = wanted - 1;
        for (number, line) in (1..).zip(&self.lines) {
            let mut at = small_hash(line.hash) & mask;
            while self.slots[at].1 != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = (small(small_hash(line.hash >> 32)), number);
        }
    }
}

const fn small_hash(hash: u64) -> usize {
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is wanted")]
    {
        hash as u32 as usize
    }
}

/// Compares versions of files; keeps its buffers between comparisons.
pub(super) struct LineDiffer {
    numbers: Numbers,
    /// Where the lines of the first middle start, and its end.
    starts: Vec<u32>,
    before: Tokens,
    after: Tokens,
    myers: Myers,
    room: Vec<i32>,
    /// What the last comparison found, in order.
    pub(super) hunks: Vec<Hunk>,
}

/// One side of a comparison.
#[derive(Default)]
struct Tokens {
    /// The number of every line.
    all: Vec<u32>,
    /// Lines that are searched: their numbers and places.
    kept: Vec<u32>,
    places: Vec<u32>,
    /// Whether the line is on this side only.
    changed: Vec<bool>,
}

/// How a line of one side stands in the other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Never,
    Some,
    Often,
}

/// Lines added and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LineCounts {
    /// Added.
    pub(super) added: u32,
    /// Deleted.
    pub(super) deleted: u32,
}

/// What is wanted of a comparison: each more than the one before, and dearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wanted {
    /// How many lines are added and deleted.
    Counts,
    /// Which ones: those of a shortest script, where the search is not cut short.
    Hunks,
    /// Those that git names. Of several shortest scripts the one that git finds depends on the lines that a middle shares with
    /// the text around the other one: they are part of its search, and lie between what can be matched.
    HunksOfGit,
}

impl LineDiffer {
    /// With empty buffers.
    pub(super) fn new() -> Self {
        Self {
            numbers: Numbers::default(),
            starts: Vec::new(),
            before: Tokens::default(),
            after: Tokens::default(),
            myers: Myers::default(),
            room: Vec::new(),
            hunks: Vec::new(),
        }
    }

    /// Counts the lines added and deleted; fills `hunks` too when they are wanted.
    pub(super) fn compare(&mut self, before: &[u8], after: &[u8], wanted: Wanted) -> LineCounts {
        let with_hunks = wanted > Wanted::Counts;
        self.hunks.clear();
        let (head, tail) = trim(before, after);
        let sides = [
            &before[head..before.len() - tail],
            &after[head..after.len() - tail],
        ];
        let first = || small(count_feeds(&before[..head]));
        if sides[0].is_empty() || sides[1].is_empty() {
            let counts = LineCounts {
                added: count_lines(sides[1]),
                deleted: count_lines(sides[0]),
            };
            if with_hunks && counts != LineCounts::default() {
                let at = first();
                self.hunks.push(Hunk {
                    before: at,
                    n_before: counts.deleted,
                    after: at,
                    n_after: counts.added,
                });
            }
            return counts;
        }
        self.tokenise(sides);
        self.keep_matched();
        if wanted == Wanted::Counts
            && let Some(counts) = self.count_plainly()
        {
            return counts;
        }
        if wanted != Wanted::Hunks || !self.search_plainly() {
            self.count_around([&before[..head], &before[before.len() - tail..]], sides);
            self.keep_as_git(
                count_feeds(&before[..head]) + count_lines(&before[before.len() - tail..]) as usize,
            );
            // Without a bound, the search always comes to an end.
            let _ = self.search(false);
        }
        let counts = LineCounts {
            added: self.after.n_changed(),
            deleted: self.before.n_changed(),
        };
        if with_hunks {
            self.collect_hunks(first());
        }
        counts
    }

    fn tokenise(&mut self, sides: [&[u8]; 2]) {
        let [before, after] = sides;
        self.numbers.reset(before.len());
        self.starts.clear();
        self.before.all.clear();
        self.after.all.clear();
        let mut start = 0;
        while start < before.len() {
            let (end, hash) = line_end(before, start);
            let line = (&before[start..end], hash);
            let place = self.starts.len();
            let number = self.numbers.number(line, start, place, false, sides);
            self.numbers.lines[number as usize].n_before += 1;
            self.starts.push(small(start));
            self.before.all.push(number);
            start = end;
        }
        self.starts.push(small(before.len()));
        // Most lines of the second text follow one another as in the first: those are compared as bytes, many at once.
        let (mut at, mut guess) = (0, 0);
        while at < after.len() {
            if guess + 1 < self.starts.len() {
                let from = self.starts[guess] as usize;
                let same = from + common_head(&before[from..], &after[at..]);
                let mut next = guess;
                while next + 1 < self.starts.len() && self.starts[next + 1] as usize <= same {
                    next += 1;
                }
                // The last line may lack its feed, and then be equal to the beginning of a longer one.
                if next > guess && before[self.starts[next] as usize - 1] != b'\n' {
                    next -= 1;
                }
                if next > guess {
                    at += self.starts[next] as usize - from;
                    for &number in &self.before.all[guess..next] {
                        self.numbers.lines[number as usize].n_after += 1;
                    }
                    self.after
                        .all
                        .extend_from_slice(&self.before.all[guess..next]);
                    guess = next;
                    continue;
                }
            }
            let (end, hash) = line_end(after, at);
            let number = self
                .numbers
                .number((&after[at..end], hash), at, 0, true, sides);
            let line = &mut self.numbers.lines[number as usize];
            line.n_after += 1;
            if line.n_before == 1 {
                guess = line.first as usize + 1;
            } else if line.n_before > 1 {
                guess += 1;
            }
            self.after.all.push(number);
            at = end;
        }
    }

    /// Leaves out of the search what only one side has: it is changed in any case.
    fn keep_matched(&mut self) {
        let lines = &self.numbers.lines;
        self.before
            .keep(|number| lines[number as usize].n_after > 0);
        self.after
            .keep(|number| lines[number as usize].n_before > 0);
    }

    /// Counts the lines added and deleted without looking around the middles; `None` where git might come to something else.
    ///
    /// Git leaves lines out that are frequent in the other text and stand among others of which more than three times as
    /// many are not in it at all, some on each side. How frequent they are outside the middles is not known yet: any may be.
    /// And git searches for what a middle shares with the text around the other one: that changes no shortest script's
    /// length, but which of them is found, and how soon the search is given up.
    fn count_plainly(&mut self) -> Option<LineCounts> {
        let is_surrounded = self.before.has_surrounded() || self.after.has_surrounded();
        if is_surrounded
            && (self.before.has_crowded(&mut self.room) || self.after.has_crowded(&mut self.room))
        {
            return None;
        }
        let (before, after) = (&self.before, &self.after);
        let n_left_out = small(before.n_left_out() + after.n_left_out());
        let most = if is_surrounded {
            SHORTEST_GIVEN_UP.checked_sub(n_left_out + 1)?
        } else {
            LONGEST_CERTAIN
        };
        let found = self.myers.length(&before.kept, &after.kept, most).ok()?;
        if is_surrounded && found > most {
            return None;
        }
        let n_changed = found + n_left_out;
        // What is added beyond what is deleted is what the text grew by.
        let (n_before, n_after) = (small(before.all.len()), small(after.all.len()));
        Some(LineCounts {
            added: (n_changed + n_after).saturating_sub(n_before) / 2,
            deleted: (n_changed + n_before).saturating_sub(n_after) / 2,
        })
    }

    /// Searches without what only one middle has, for a script as short as git's; false where git's might be longer.
    fn search_plainly(&mut self) -> bool {
        let is_surrounded = self.before.has_surrounded() || self.after.has_surrounded();
        !is_surrounded && self.search(true).is_ok()
    }

    /// Counts the lines of the middles in the text around them.
    fn count_around(&mut self, around: [&[u8]; 2], sides: [&[u8]; 2]) {
        for text in around {
            let mut start = 0;
            while start < text.len() {
                let (end, hash) = line_end(text, start);
                if let Ok(number) = self.numbers.find(hash, &text[start..end], sides) {
                    self.numbers.lines[number as usize].n_around += 1;
                }
                start = end;
            }
        }
    }

    /// Leaves out of the search what git leaves out.
    fn keep_as_git(&mut self, n_around: usize) {
        const MOST: usize = 1024;
        let lines = &self.numbers.lines;
        for (side, is_after) in [(&mut self.before, false), (&mut self.after, true)] {
            let often = rough_root(side.all.len() + n_around).min(MOST);
            let matches: Vec<Match> = side
                .all
                .iter()
                .map(|&number| {
                    let line = &lines[number as usize];
                    let n = line.n_around
                        + if is_after {
                            line.n_before
                        } else {
                            line.n_after
                        };
                    match n as usize {
                        0 => Match::Never,
                        n if n >= often => Match::Often,
                        _ => Match::Some,
                    }
                })
                .collect();
            let mut place = 0;
            side.keep(|_| {
                let is_kept = match matches[place] {
                    Match::Never => false,
                    Match::Some => true,
                    Match::Often => !is_left_out(&matches, place),
                };
                place += 1;
                is_kept
            });
        }
    }

    fn search(&mut self, is_bounded: bool) -> Result<(), TooLong> {
        let Self {
            before,
            after,
            myers,
            ..
        } = self;
        let a = Sequence {
            tokens: &before.kept,
            lines: &before.places,
        };
        let b = Sequence {
            tokens: &after.kept,
            lines: &after.places,
        };
        myers.compare(a, b, &mut before.changed, &mut after.changed, is_bounded)
    }

    fn collect_hunks(&mut self, offset: u32) {
        let (mut a, mut b) = (0, 0);
        let (before, after) = (&self.before.changed, &self.after.changed);
        loop {
            while before.get(a) == Some(&false) && after.get(b) == Some(&false) {
                a += 1;
                b += 1;
            }
            let (start_a, start_b) = (a, b);
            while before.get(a) == Some(&true) {
                a += 1;
            }
            while after.get(b) == Some(&true) {
                b += 1;
            }
            if (a, b) == (start_a, start_b) {
                return;
            }
            self.hunks.push(Hunk {
                before: small(start_a) + offset,
                n_before: small(a - start_a),
                after: small(start_b) + offset,
                n_after: small(b - start_b),
            });
        }
    }
}

impl Tokens {
    fn keep(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        for list in [&mut self.kept, &mut self.places] {
            list.clear();
            list.reserve(self.all.len());
        }
        self.changed.clear();
        self.changed.reserve(self.all.len());
        for (place, &number) in (0..).zip(&self.all) {
            let is_kept = is_kept(number);
            if is_kept {
                self.kept.push(number);
                self.places.push(place);
            }
            self.changed.push(!is_kept);
        }
    }

    /// Lines that are changed in any case.
    fn n_left_out(&self) -> usize {
        self.all.len() - self.kept.len()
    }

    fn n_changed(&self) -> u32 {
        self.changed.iter().map(|&changed| u32::from(changed)).sum()
    }

    /// Whether a kept line stands somewhere between seven that are not.
    fn has_surrounded(&self) -> bool {
        if self.n_left_out() < 7 {
            return false;
        }
        let first = self.changed.iter().position(|&changed| changed);
        let last = self.changed.iter().rposition(|&changed| changed);
        match (first, last) {
            (Some(first), Some(last)) => self.changed[first..last].contains(&false),
            _ => false,
        }
    }

    /// Whether a kept line stands among others of which enough are not kept, were every kept one frequent. `room` is
    /// written over.
    fn has_crowded(&self, room: &mut Vec<i32>) -> bool {
        const NONE: i32 = i32::MIN / 4;
        if self.n_left_out() < 7 {
            return false;
        }
        // The most that lines to one side can add up to, from the next one on and with at least one that is not kept, where
        // those that are not kept count 1 and kept ones -3.
        let next = |most: i32, is_changed: bool| {
            if is_changed {
                1 + most.max(0)
            } else {
                (most - 3).max(NONE)
            }
        };
        room.clear();
        let mut most = NONE;
        for &is_changed in &self.changed {
            room.push(most);
            most = next(most, is_changed);
        }
        most = NONE;
        for (&is_changed, &before) in self.changed.iter().rev().zip(room.iter().rev()) {
            // See `is_left_out`: the line itself counts for two.
            if !is_changed && before + most > 6 {
                return true;
            }
            most = next(most, is_changed);
        }
        false
    }
}

/// Where the line that starts at a place ends, its feed included, and its hash: in one pass, a word at a time.
fn line_end(text: &[u8], start: usize) -> (usize, u64) {
    const K: u64 = 0x9e37_79b9_7f4a_7c15;
    const LOW: u64 = 0x0101_0101_0101_0101;
    const FEEDS: u64 = LOW * b'\n' as u64;
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(K);
    let mut hash = 0;
    let (words, rest) = text[start..].as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let others = word ^ FEEDS;
        let feeds = others.wrapping_sub(LOW) & !others & (LOW << 7);
        if feeds != 0 {
            // Up to the highest bit of the first feed.
            let upto = feeds ^ (feeds - 1);
            hash = mix(hash, word & upto);
            let length = at * 8 + feeds.trailing_zeros() as usize / 8 + 1;
            return (start + length, hash ^ hash >> 32);
        }
        hash = mix(hash, word);
    }
    let (mut last, mut length) = (0, words.len() * 8);
    for &byte in rest {
        last |= u64::from(byte) << (8 * (length & 7));
        length += 1;
        if byte == b'\n' {
            break;
        }
    }
    hash = mix(hash, last);
    (start + length, hash ^ hash >> 32)
}

/// Whether git leaves a frequent line out of its search: where, among the lines around it that do not occur a normal number
/// of times, those that never occur are more than three times as many as the frequent ones.
fn is_left_out(matches: &[Match], place: usize) -> bool {
    const WINDOW: usize = 100;
    let count = |around: &mut dyn Iterator<Item = &Match>| {
        let (mut never, mut often) = (0, 0);
        for next in around.take_while(|&&next| next != Match::Some) {
            match next {
                Match::Never => never += 1,
                _ => often += 1,
            }
        }
        (never, often)
    };
    let (never_before, often_before) =
        count(&mut matches[place.saturating_sub(WINDOW)..place].iter().rev());
    let (never_after, often_after) = count(&mut matches[place + 1..].iter().take(WINDOW));
    // The line itself counts once for each direction.
    never_before > 0
        && never_after > 0
        && never_before + never_after > 3 * (often_before + often_after + 2)
}

/// How many bytes of whole lines two texts share at the start and at the end.
fn trim(before: &[u8], after: &[u8]) -> (usize, usize) {
    let mut head = common_head(before, after);
    if head == before.len() && head == after.len() {
        return (head, 0);
    }
    // Back to a line's start. A last line without a feed is a line of its own kind.
    let same = before.get(..head).unwrap_or_default();
    head = same
        .iter()
        .rposition(|&byte| byte == b'\n')
        .map_or(0, |at| at + 1);
    let (rest_before, rest_after) = (
        before.get(head..).unwrap_or_default(),
        after.get(head..).unwrap_or_default(),
    );
    let mut tail = common_tail(rest_before, rest_after);
    let starts_line = |rest: &[u8], tail: usize| {
        let at = rest.len() - tail;
        at == 0 || rest.get(at - 1) == Some(&b'\n')
    };
    if tail > 0 && !(starts_line(rest_before, tail) && starts_line(rest_after, tail)) {
        let same = rest_before
            .get(rest_before.len() - tail..)
            .unwrap_or_default();
        tail -= same
            .iter()
            .position(|&byte| byte == b'\n')
            .map_or(tail, |at| at + 1);
    }
    (head, tail)
}

#[cfg(test)]
mod tests {
    use gix::diff::blob::{Algorithm, Diff, InternedInput};
    use proptest::prelude::*;

    use super::*;

    fn oracle(before: &[u8], after: &[u8]) -> LineCounts {
        let input = InternedInput::new(before, after);
        let diff = Diff::compute(Algorithm::Myers, &input);
        LineCounts {
            added: diff.count_additions(),
            deleted: diff.count_removals(),
        }
    }

    #[test]
    fn counts_match_a_diff_of_the_whole_files() {
        let check = |before: &str, after: &str| {
            let mut differ = LineDiffer::new();
            let got = differ.compare(before.as_bytes(), after.as_bytes(), Wanted::Hunks);
            assert_eq!(
                got,
                oracle(before.as_bytes(), after.as_bytes()),
                "{before:?} {after:?}"
            );
            let (added, deleted) = differ
                .hunks
                .iter()
                .fold((0, 0), |(a, d), hunk| (a + hunk.n_after, d + hunk.n_before));
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
            prop_assert_eq!(differ.compare(&before, &after, Wanted::Counts), oracle(&before, &after));
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
