//! Myers' shortest edit script ("An O(ND) Difference Algorithm and its Variations", 1986), with the shortcuts that git takes
//! when the script gets long, so that both come to the same counts.
//!
//! A box of two sequences is searched from both corners. The search from the far corner is the same search on the reversed
//! sequences; where the two meet, the box is split. Positions count from the search's own corner, diagonals are `x - y`.

/// Matches in a row that make a path look promising.
const SNAKE: i32 = 20;
/// Rounds after which promising paths are taken, and the least after which the search gives up.
const PATIENCE: i32 = 256;
/// The longest script that is found for certain before the search could be cut short: both directions take as many rounds.
pub(super) const LONGEST_CERTAIN: u32 = 2 * PATIENCE.cast_unsigned();
/// No shorter script makes git give up its search.
pub(super) const SHORTEST_GIVEN_UP: u32 = LONGEST_CERTAIN - 2;
/// How much further than its cost a path must have come to be taken.
const GAIN: i32 = 4;

/// The search became longer than the caller allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Keeps its memory between searches.
#[derive(Debug, Default)]
pub(super) struct Myers {
    near: Rounds,
    far: Rounds,
}

/// How far along the first sequence the paths of the last two rounds came, by diagonal.
///
/// A round only has every second diagonal, so that its paths lie side by side; one slot at either end is free.
#[derive(Debug, Default)]
struct Rounds {
    now: Vec<i32>,
    before: Vec<i32>,
}

/// A sequence to compare: tokens, and the line that each stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence<'a> {
    /// Equal lines have equal tokens.
    pub(super) tokens: &'a [u32],
    /// The line of each token.
    pub(super) lines: &'a [u32],
}

impl Sequence<'_> {
    fn cut(self, range: std::ops::Range<usize>) -> Self {
        Self {
            tokens: self.tokens.get(range.clone()).unwrap_or_default(),
            lines: self.lines.get(range).unwrap_or_default(),
        }
    }

    fn mark(self, changed: &mut [bool]) {
        for &line in self.lines {
            if let Some(flag) = changed.get_mut(line as usize) {
                *flag = true;
            }
        }
    }
}

/// Where a box is split, and which halves must be searched to the end.
struct Split {
    /// Edges of the path found, where both directions met.
    length: u32,
    a: usize,
    b: usize,
    is_low_exact: bool,
    is_high_exact: bool,
}

/// One direction of the search.
struct Front<'a, const FAR: bool> {
    rounds: &'a mut Rounds,
    a: &'a [u32],
    b: &'a [u32],
    /// The first and the last diagonal of this round.
    low: i32,
    high: i32,
}

const fn int(length: usize) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "files are smaller than 64 MiB"
    )]
    {
        length as i32
    }
}

/// A position as an index; a negative one is beyond any slice.
const fn index(number: i32) -> usize {
    #[expect(
        clippy::cast_sign_loss,
        reason = "what is negative is meant to be out of range"
    )]
    {
        number as usize
    }
}

impl<'a, const FAR: bool> Front<'a, FAR> {
    fn new(rounds: &'a mut Rounds, a: &'a [u32], b: &'a [u32]) -> Self {
        rounds.now.clear();
        rounds.now.extend([-1, 0, -1]);
        let (low, high) = (0, 0);
        Self {
            rounds,
            a,
            b,
            low,
            high,
        }
    }

    /// The paths of this round, by diagonal.
    fn paths(&self) -> &[i32] {
        let end = self.rounds.now.len().saturating_sub(1);
        self.rounds.now.get(1..end).unwrap_or_default()
    }

    /// Diagonals with their paths, both directions in the same order as seen from the near corner.
    fn by_diagonal(&self) -> impl Iterator<Item = (i32, i32)> {
        let n = self.paths().len();
        (0..n).filter_map(move |at| {
            let at = if FAR { at } else { n - 1 - at };
            Some((self.low + 2 * int(at), *self.paths().get(at)?))
        })
    }

    fn is_equal(&self, x: i32, y: i32) -> bool {
        let token = |tokens: &[u32], at: i32| {
            let at = index(at);
            let at = if FAR {
                tokens.len().wrapping_sub(1).wrapping_sub(at)
            } else {
                at
            };
            tokens.get(at).copied()
        };
        match (token(self.a, x), token(self.b, y)) {
            (Some(a), Some(b)) => a == b,
            _ => false,
        }
    }

    /// Matches in a row from a position on.
    fn matches(&self, x: i32, y: i32) -> i32 {
        let (x, y) = (index(x), index(y));
        let (a, b) = (self.a, self.b);
        int(if FAR {
            let rest = |tokens: &'a [u32], done: usize| {
                let n_left = tokens.len().saturating_sub(done);
                tokens.get(..n_left).unwrap_or_default()
            };
            common_tail(rest(a, x), rest(b, y))
        } else {
            common_head(
                a.get(x..).unwrap_or_default(),
                b.get(y..).unwrap_or_default(),
            )
        })
    }

    /// One edge further on every diagonal, then along the matches. True where a promising run of matches was seen.
    fn advance(&mut self) -> bool {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        let mut rounds = std::mem::take(self.rounds);
        std::mem::swap(&mut rounds.now, &mut rounds.before);
        // Diagonals outside the box are not looked at; a new one has no path before it, which the free slots say.
        let (grows_low, grows_high) = (self.low > -m, self.high < n);
        self.low += if grows_low { -1 } else { 1 };
        self.high += if grows_high { 1 } else { -1 };
        let from = usize::from(!grows_low);
        let to = rounds.before.len() - usize::from(!grows_high);
        let before = rounds.before.get(from..to).unwrap_or_default();
        let now = &mut rounds.now;
        now.clear();
        now.push(-1);
        // From the left a token of the first sequence is left out, from the right one of the second.
        let right = before.get(1..).unwrap_or_default();
        now.extend(
            before
                .iter()
                .zip(right)
                .map(|(left, right)| (left + 1).max(*right)),
        );
        let mut is_promising = false;
        let diagonals = (0..).map(|at| self.low + 2 * at);
        for (x, diagonal) in now.iter_mut().skip(1).zip(diagonals) {
            let y = *x - diagonal;
            // Most end before they begin.
            if self.is_equal(*x, y) {
                let n_matches = self.matches(*x, y);
                is_promising |= n_matches > SNAKE;
                *x += n_matches;
            }
        }
        now.push(-1);
        *self.rounds = rounds;
        is_promising
    }

    /// The first position, in the order of [`Front::by_diagonal`], at which a path has met one of the other direction.
    fn met<const OTHER: bool>(&self, other: &Front<'_, OTHER>) -> Option<(i32, i32)> {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        // Diagonal `d` of one direction is `n - m - d` of the other.
        let (low, high) = (
            self.low.max(n - m - other.high),
            self.high.min(n - m - other.low),
        );
        if low > high {
            return None;
        }
        let place = |diagonal: i32, low: i32| index((diagonal - low) / 2);
        let ours = self.paths();
        let ours = ours.get(place(low, self.low)..=place(high, self.low))?;
        let theirs = other.paths();
        let theirs = theirs.get(place(n - m - high, other.low)..=place(n - m - low, other.low))?;
        let sums = || ours.iter().zip(theirs.iter().rev()).map(|(a, b)| a + b);
        // Nearly always none has: the furthest is found faster than the first.
        if sums().max()? < n {
            return None;
        }
        let is_met = |sum: i32| sum >= n;
        let at = if FAR {
            sums().position(is_met)?
        } else {
            sums().rposition(is_met)?
        };
        let x = *ours.get(at)?;
        Some((x, x - (low + 2 * int(at))))
    }

    /// A position that lies far ahead of the cost, near the middle diagonal and after a run of matches.
    fn promising(&self, cost: i32) -> Option<(i32, i32)> {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        let mut best = (0, None);
        for (diagonal, x) in self.by_diagonal() {
            let y = x - diagonal;
            let gain = x + y - diagonal.abs();
            let is_inside = (SNAKE..n).contains(&x) && (SNAKE..m).contains(&y);
            if gain > GAIN * cost
                && gain > best.0
                && is_inside
                && (1..=SNAKE).all(|back| self.is_equal(x - back, y - back))
            {
                best = (gain, Some((x, y)));
            }
        }
        best.1
    }

    /// The position furthest from the corner.
    fn furthest(&self) -> (i32, i32) {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        let mut best = (-1, (0, 0));
        for (diagonal, x) in self.by_diagonal() {
            let mut x = x.min(n);
            let mut y = x - diagonal;
            if y > m {
                x = m + diagonal;
                y = m;
            }
            if x + y > best.0 {
                best = (x + y, (x, y));
            }
        }
        best.1
    }
}

const BLOCK: usize = 16;

fn common_head<'a>(a: &'a [u32], b: &'a [u32]) -> usize {
    // Most runs end at once; long ones are compared in blocks.
    let first = a
        .iter()
        .zip(b)
        .take(BLOCK)
        .take_while(|(a, b)| a == b)
        .count();
    if first < BLOCK {
        return first;
    }
    let done = BLOCK
        * a.chunks_exact(BLOCK)
            .zip(b.chunks_exact(BLOCK))
            .take_while(|(a, b)| a == b)
            .count();
    let rest = |tokens: &'a [u32]| tokens.iter().skip(done);
    done + rest(a).zip(rest(b)).take_while(|(a, b)| a == b).count()
}

fn common_tail<'a>(a: &'a [u32], b: &'a [u32]) -> usize {
    let first = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take(BLOCK)
        .take_while(|(a, b)| a == b)
        .count();
    if first < BLOCK {
        return first;
    }
    let done = BLOCK
        * a.rchunks_exact(BLOCK)
            .zip(b.rchunks_exact(BLOCK))
            .take_while(|(a, b)| a == b)
            .count();
    let rest = |tokens: &'a [u32]| tokens.iter().rev().skip(done);
    done + rest(a).zip(rest(b)).take_while(|(a, b)| a == b).count()
}

/// Git's rounded square root: a power of two.
pub(super) fn rough_root(mut number: usize) -> usize {
    let mut root = 1;
    while number > 0 {
        root <<= 1;
        number >>= 2;
    }
    root
}

impl Myers {
    /// Marks the lines that only one side has. With `is_bounded`, a search that git might cut short is refused instead.
    pub(super) fn compare(
        &mut self,
        a: Sequence<'_>,
        b: Sequence<'_>,
        changed_a: &mut [bool],
        changed_b: &mut [bool],
        is_bounded: bool,
    ) -> Result<(), TooLong> {
        let limit = int(rough_root(a.tokens.len() + b.tokens.len() + 3)).max(PATIENCE);
        let bound = is_bounded.then_some(PATIENCE);
        let mut boxes = vec![(a, b, false)];
        while let Some((a, b, is_exact)) = boxes.pop() {
            let head = common_head(a.tokens, b.tokens);
            let (a, b) = (a.cut(head..a.tokens.len()), b.cut(head..b.tokens.len()));
            let tail = common_tail(a.tokens, b.tokens);
            let (a, b) = (
                a.cut(0..a.tokens.len() - tail),
                b.cut(0..b.tokens.len() - tail),
            );
            if a.tokens.is_empty() || b.tokens.is_empty() {
                a.mark(changed_a);
                b.mark(changed_b);
                continue;
            }
            let split = self.split(a.tokens, b.tokens, is_exact, limit, bound)?;
            boxes.push((
                a.cut(split.a..a.tokens.len()),
                b.cut(split.b..b.tokens.len()),
                split.is_high_exact,
            ));
            boxes.push((a.cut(0..split.a), b.cut(0..split.b), split.is_low_exact));
        }
        Ok(())
    }

    /// How many tokens a shortest script adds and deletes, if not many more than `most`, nor so many that git might cut the
    /// search short; else refused.
    pub(super) fn length(&mut self, a: &[u32], b: &[u32], most: u32) -> Result<u32, TooLong> {
        let most = most.min(LONGEST_CERTAIN);
        let (a, b) = without_ends(a, b);
        if a.is_empty() || b.is_empty() {
            return Ok(int(a.len() + b.len()).cast_unsigned());
        }
        // Each half of the path is shorter than the whole: a search that is not cut short here is not in them either.
        let rounds = most.div_ceil(2).cast_signed();
        let split = self.split(a, b, false, PATIENCE, Some(rounds))?;
        Ok(split.length)
    }

    /// `bound`: rounds after which the search is refused.
    fn split(
        &mut self,
        a: &[u32],
        b: &[u32],
        is_exact: bool,
        limit: i32,
        bound: Option<i32>,
    ) -> Result<Split, TooLong> {
        let (n, m) = (int(a.len()), int(b.len()));
        // A path is no shorter than what one side has more than the other.
        if bound.is_some_and(|rounds| n.abs_diff(m) > 2 * rounds.cast_unsigned()) && !is_exact {
            return Err(TooLong);
        }
        let mut near = Front::<false>::new(&mut self.near, a, b);
        let mut far = Front::<true>::new(&mut self.far, a, b);
        let is_odd = (n - m) & 1 != 0;
        let near_split = |(x, y): (i32, i32), is_whole: bool| Split {
            length: 0,
            a: index(x),
            b: index(y),
            is_low_exact: true,
            is_high_exact: is_whole,
        };
        let far_split = |(x, y): (i32, i32), is_whole: bool| Split {
            length: 0,
            a: index(n - x),
            b: index(m - y),
            is_low_exact: is_whole,
            is_high_exact: true,
        };
        for cost in 1_i32.. {
            let mut is_promising = near.advance();
            if is_odd && let Some(met) = near.met(&far) {
                let length = 2 * cost.cast_unsigned() - 1;
                return Ok(Split {
                    length,
                    ..near_split(met, true)
                });
            }
            is_promising |= far.advance();
            if !is_odd && let Some(met) = far.met(&near) {
                let length = 2 * cost.cast_unsigned();
                return Ok(Split {
                    length,
                    ..far_split(met, true)
                });
            }
            if is_exact {
                continue;
            }
            if bound.is_some_and(|rounds| cost >= rounds) {
                return Err(TooLong);
            }
            if is_promising && cost > PATIENCE {
                if let Some(position) = near.promising(cost) {
                    return Ok(near_split(position, false));
                }
                if let Some(position) = far.promising(cost) {
                    return Ok(far_split(position, false));
                }
            }
            if cost >= limit {
                break;
            }
        }
        let (near, far) = (near.furthest(), far.furthest());
        Ok(if far.0 + far.1 < near.0 + near.1 {
            near_split(near, false)
        } else {
            far_split(far, false)
        })
    }
}

/// What is left of two sequences without what they start and end with in common.
fn without_ends<'a>(a: &'a [u32], b: &'a [u32]) -> (&'a [u32], &'a [u32]) {
    let head = common_head(a, b);
    let rest = |tokens: &'a [u32]| tokens.get(head..).unwrap_or_default();
    let (a, b) = (rest(a), rest(b));
    let tail = common_tail(a, b);
    let rest = |tokens: &'a [u32]| tokens.get(..tokens.len() - tail).unwrap_or_default();
    (rest(a), rest(b))
}

#[cfg(test)]
mod tests {
    use gix::diff::blob::{Algorithm, Diff, Token};
    use proptest::prelude::*;

    use super::*;

    fn counts(a: &[u32], b: &[u32]) -> (usize, usize) {
        let lines: Vec<u32> = (0..u32::try_from(a.len().max(b.len())).unwrap()).collect();
        let (mut changed_a, mut changed_b) = (vec![false; a.len()], vec![false; b.len()]);
        let side = |tokens| Sequence {
            tokens,
            lines: &lines[..<[u32]>::len(tokens)],
        };
        Myers::default()
            .compare(side(a), side(b), &mut changed_a, &mut changed_b, false)
            .unwrap();
        let kept = |tokens: &[u32], changed: &[bool]| -> Vec<u32> {
            tokens
                .iter()
                .zip(changed)
                .filter(|(_, changed)| !**changed)
                .map(|(token, _)| *token)
                .collect()
        };
        assert_eq!(
            kept(a, &changed_a),
            kept(b, &changed_b),
            "what is kept must be common"
        );
        let n = |changed: &[bool]| changed.iter().filter(|changed| **changed).count();
        (n(&changed_a), n(&changed_b))
    }

    #[test]
    fn a_short_script_is_the_shortest() {
        let check =
            |a: &[u32], b: &[u32], expected| assert_eq!(counts(a, b), expected, "{a:?} {b:?}");
        check(&[], &[], (0, 0));
        check(&[1], &[], (1, 0));
        check(&[1, 2, 3], &[1, 3], (1, 0));
        check(&[1, 2, 3, 1, 2, 2, 1], &[3, 2, 1, 2, 1, 3], (3, 2));
    }

    proptest! {
        #[test]
        fn a_short_script_is_as_short_as_the_minimal_one(
            a in proptest::collection::vec(0_u32..6, 0..60),
            b in proptest::collection::vec(0_u32..6, 0..60),
        ) {
            let tokens = |side: &[u32]| side.iter().map(|&token| Token(token)).collect::<Vec<_>>();
            let mut diff = Diff::default();
            diff.compute_with(Algorithm::MyersMinimal, &tokens(&a), &tokens(&b), 6);
            let expected = (diff.count_removals() as usize, diff.count_additions() as usize);
            prop_assert_eq!(counts(&a, &b), expected);
        }
    }

    #[test]
    fn a_long_search_is_refused_where_the_caller_wants_it_bounded() {
        let a: Vec<u32> = (0..2000).collect();
        let b: Vec<u32> = (0..2000).rev().collect();
        let (mut changed_a, mut changed_b) = (vec![false; 2000], vec![false; 2000]);
        let (one, two) = (
            Sequence {
                tokens: &a,
                lines: &a,
            },
            Sequence {
                tokens: &b,
                lines: &a,
            },
        );
        assert_eq!(
            Myers::default().compare(one, two, &mut changed_a, &mut changed_b, true),
            Err(TooLong)
        );
        let (deleted, added) = counts(&a, &b);
        assert_eq!(deleted, added);
        assert!(deleted < 2000);
    }

    #[test]
    fn the_rough_root_is_a_power_of_two_at_or_above_the_root() {
        for (number, root) in [
            (0, 1),
            (1, 2),
            (3, 2),
            (4, 4),
            (16, 8),
            (1000, 32),
            (1024, 64),
        ] {
            assert_eq!(rough_root(number), root);
        }
    }
}
