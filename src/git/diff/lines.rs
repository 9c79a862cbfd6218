//! The difference between two versions of a file, line by line, equal to git's own (`diff.algorithm = myers`) to the line.
//!
//! Equal bytes at both ends are trimmed before anything is tokenised. Git decides which frequent lines to leave out of its
//! search by counting them in the whole files; those counts are only made where they can matter.

mod changed;
mod numbers;
mod sliding;
mod tokens;

use self::numbers::{Numbers, line_end, small};
use self::sliding::left_out;
use self::tokens::{Match, Tokens, is_left_out};
use super::ends::{common_head, trim};
use super::hunk::{Hunk, LineCounts};
use super::myers::{LONGEST_CERTAIN, Myers, SHORTEST_GIVEN_UP, Sequence, TooLong, rough_root};

/// Lines of a text; the last one counts without a line feed too.
pub(in crate::git) fn count_lines(content: &[u8]) -> u32 {
    let feeds = count_feeds(content);
    let open = content.last().is_some_and(|&last| last != b'\n');
    u32::try_from(feeds + usize::from(open)).unwrap_or(u32::MAX)
}

fn count_feeds(content: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', content).count()
}

/// Compares versions of files; keeps its buffers between comparisons.
pub(in crate::git) struct LineDiffer {
    numbers: Numbers,
    /// Where the lines of the first middle start, and its end.
    starts: Vec<u32>,
    before: Tokens,
    after: Tokens,
    myers: Myers,
    room: Vec<i32>,
    /// Bytes that the last two texts share at the start and at the end.
    trimmed: (usize, usize),
    /// The lines at the start, where hunks were wanted.
    n_head: u32,
    /// Whether the last comparison would have searched otherwise without the part of the common end that `git blame` leaves out.
    is_swayed: bool,
    /// Places of the lines that are searched without that part, on both sides.
    unswayed: [Vec<u32>; 2],
    /// What the last comparison found, in order.
    pub(in crate::git) hunks: Vec<Hunk>,
}

/// What is wanted of a comparison: each more than the one before, and dearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::git) enum Wanted {
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
    pub(in crate::git) fn new() -> Self {
        Self {
            numbers: Numbers::default(),
            starts: Vec::new(),
            before: Tokens::default(),
            after: Tokens::default(),
            myers: Myers::default(),
            room: Vec::new(),
            trimmed: (0, 0),
            n_head: 0,
            is_swayed: false,
            unswayed: [Vec::new(), Vec::new()],
            hunks: Vec::new(),
        }
    }

    /// Counts the lines added and deleted; fills `hunks` too when they are wanted.
    pub(in crate::git) fn compare(
        &mut self,
        before: &[u8],
        after: &[u8],
        wanted: Wanted,
    ) -> LineCounts {
        let with_hunks = wanted > Wanted::Counts;
        self.hunks.clear();
        let (head, tail) = trim(before, after);
        self.trimmed = (head, tail);
        self.is_swayed = false;
        let sides = [
            &before[head..before.len() - tail],
            &after[head..after.len() - tail],
        ];
        if with_hunks {
            self.n_head = small(count_feeds(&before[..head]));
        }
        if sides[0].is_empty() || sides[1].is_empty() {
            let counts = LineCounts {
                added: count_lines(sides[1]),
                deleted: count_lines(sides[0]),
            };
            if with_hunks && counts != LineCounts::default() {
                let at = self.n_head;
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
            self.keep_among([before, after], sides, wanted == Wanted::Hunks);
            // Without a bound, the search always comes to an end.
            let _ = self.search(false);
        }
        let counts = LineCounts {
            added: self.after.n_changed(),
            deleted: self.before.n_changed(),
        };
        if with_hunks {
            self.collect_hunks(self.n_head);
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

    /// Leaves out of the search what git leaves out, given the whole texts; for owners, sees whether the end sways it.
    fn keep_among(&mut self, [before, after]: [&[u8]; 2], sides: [&[u8]; 2], for_owners: bool) {
        let (head, tail) = self.trimmed;
        let cut = if for_owners {
            left_out(before, after, tail).min(tail)
        } else {
            0
        };
        let (near, far) = before[before.len() - tail..].split_at(tail - cut);
        let mut n_around = self.count_around(&before[..head], sides);
        n_around += self.count_around(near, sides);
        if cut > 0 {
            self.keep_as_git(n_around);
            std::mem::swap(&mut self.before.places, &mut self.unswayed[0]);
            std::mem::swap(&mut self.after.places, &mut self.unswayed[1]);
            n_around += self.count_around(far, sides);
        }
        self.keep_as_git(n_around);
        self.is_swayed = cut > 0
            && (self.before.places != self.unswayed[0] || self.after.places != self.unswayed[1]);
    }

    /// Counts the lines of the middles in a text around them, and that text's own.
    fn count_around(&mut self, text: &[u8], sides: [&[u8]; 2]) -> usize {
        let (mut start, mut n_lines) = (0, 0);
        while start < text.len() {
            let (end, hash) = line_end(text, start);
            if let Ok(number) = self.numbers.find(hash, &text[start..end], sides) {
                self.numbers.lines[number as usize].n_around += 1;
            }
            start = end;
            n_lines += 1;
        }
        n_lines
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
            let lines = |text| <[u8]>::split_inclusive(text, |&byte| byte == b'\n').collect::<Vec<_>>();
            for wanted in [Wanted::Counts, Wanted::Hunks, Wanted::HunksOfGit] {
                prop_assert_eq!(differ.compare(&before, &after, wanted), oracle(&before, &after));
                if wanted == Wanted::Counts {
                    continue;
                }
                // The first text with its hunks replaced is the second.
                let (old, new) = (lines(&before), lines(&after));
                for (is_second, text, lines) in [(false, &before, &old), (true, &after, &new)] {
                    let mut found: Vec<&[u8]> = Vec::new();
                    differ.changed_lines(text, is_second, |line| found.push(line));
                    let places = differ.hunks.iter().flat_map(|hunk| {
                        let (from, n) = if is_second {
                            (hunk.after, hunk.n_after)
                        } else {
                            (hunk.before, hunk.n_before)
                        };
                        from as usize..(from + n) as usize
                    });
                    let expected: Vec<&[u8]> = places.map(|at| lines[at]).collect();
                    prop_assert_eq!(found, expected);
                }
                let mut rest = old.as_slice();
                let mut made: Vec<&[u8]> = Vec::new();
                for hunk in &differ.hunks {
                    let n_common = hunk.before as usize - (old.len() - rest.len());
                    made.extend(&rest[..n_common]);
                    made.extend(&new[hunk.after as usize..][..hunk.n_after as usize]);
                    rest = &rest[n_common + hunk.n_before as usize..];
                }
                made.extend(rest);
                prop_assert_eq!(made, new);
            }
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
