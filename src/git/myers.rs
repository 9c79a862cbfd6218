//! Myers' shortest edit script ("An O(ND) Difference Algorithm and its Variations", 1986), with the shortcuts that git takes
//! when the script gets long, so that both come to the same counts.
//!
//! A box of two sequences is searched from both corners. The search from the far corner is the same search on the reversed
//! sequences; where the two meet, the box is split. Positions count from the search's own corner, diagonals are `x - y`.

// Indices are computed from lengths that this file controls; no input can take them out of range.

/// Matches in a row that make a path look promising.
const SNAKE: i32 = 20;
/// Rounds after which promising paths are taken, and the least after which the search gives up.
const PATIENCE: i32 = 256;
/// No shorter script makes git give up its search: both directions take as many rounds first.
pub(super) const SHORTEST_GIVEN_UP: u32 = 2 * PATIENCE.cast_unsigned() - 2;
/// How much further than its cost a path must have come to be taken.
const GAIN: i32 = 4;

/// The search became longer than the caller allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLong;

/// Keeps its memory between searches.
#[derive(Debug, Default)]
pub(super) struct Myers {
    near: Vec<i32>,
    far: Vec<i32>,
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
            tokens: &self.tokens[range.clone()],
            lines: &self.lines[range],
        }
    }

    fn mark(self, changed: &mut [bool]) {
        for &line in self.lines {
            changed[line as usize] = true;
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
    /// By diagonal, shifted: how far along the first sequence.
    reach: &'a mut [i32],
    a: &'a [u32],
    b: &'a [u32],
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

const fn index(number: i32) -> usize {
    #[expect(
        clippy::cast_sign_loss,
        reason = "shifted diagonals and positions are not negative"
    )]
    {
        number as usize
    }
}

impl<'a, const FAR: bool> Front<'a, FAR> {
    fn new(reach: &'a mut [i32], a: &'a [u32], b: &'a [u32]) -> Self {
        let mut front = Self {
            reach,
            a,
            b,
            low: 0,
            high: 0,
        };
        *front.at(0) = 0;
        front
    }

    fn at(&mut self, diagonal: i32) -> &mut i32 {
        &mut self.reach[index(diagonal + int(self.b.len()) + 1)]
    }

    fn get(&self, diagonal: i32) -> i32 {
        self.reach[index(diagonal + int(self.b.len()) + 1)]
    }

    fn is_equal(&self, x: i32, y: i32) -> bool {
        if FAR {
            self.a[self.a.len() - 1 - index(x)] == self.b[self.b.len() - 1 - index(y)]
        } else {
            self.a[index(x)] == self.b[index(y)]
        }
    }

    /// Matches in a row from a position on.
    fn matches(&self, x: i32, y: i32) -> i32 {
        // Most end before they begin.
        if !self.is_equal(x, y) {
            return 0;
        }
        let (x, y) = (index(x), index(y));
        int(if FAR {
            common_tail(&self.a[..self.a.len() - x], &self.b[..self.b.len() - y])
        } else {
            common_head(&self.a[x..], &self.b[y..])
        })
    }

    /// One edge further on every diagonal, then along the matches. True where a promising run of matches was seen; `met` is
    /// asked at every new position and ends the round with that position.
    fn advance(&mut self, met: impl Fn(i32, i32) -> bool) -> Result<bool, (i32, i32)> {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        if self.low > -m {
            self.low -= 1;
            *self.at(self.low - 1) = -1;
        } else {
            self.low += 1;
        }
        if self.high < n {
            self.high += 1;
            *self.at(self.high + 1) = -1;
        } else {
            self.high -= 1;
        }
        let mut is_promising = false;
        // Both directions look at the diagonals in the same order as seen from the near corner.
        let (mut diagonal, step) = if FAR { (self.low, 2) } else { (self.high, -2) };
        while (self.low..=self.high).contains(&diagonal) {
            let (left, right) = (self.get(diagonal - 1), self.get(diagonal + 1));
            let start = if left >= right { left + 1 } else { right };
            let y = start - diagonal;
            let is_inside = start < n && (0..m).contains(&y);
            let x = if is_inside {
                start + self.matches(start, y)
            } else {
                start
            };
            is_promising |= x - start > SNAKE;
            *self.at(diagonal) = x;
            if met(diagonal, x) {
                return Err((x, x - diagonal));
            }
            diagonal += step;
        }
        Ok(is_promising)
    }

    fn reaches(&self, diagonal: i32) -> Option<i32> {
        (self.low..=self.high)
            .contains(&diagonal)
            .then(|| self.get(diagonal))
    }

    fn diagonals(&self) -> impl Iterator<Item = i32> + use<FAR> {
        let (low, high) = (self.low, self.high);
        (0..=(high - low) / 2).map(move |at| if FAR { low + 2 * at } else { high - 2 * at })
    }

    /// A position that lies far ahead of the cost, near the middle diagonal and after a run of matches.
    fn promising(&self, cost: i32) -> Option<(i32, i32)> {
        let (n, m) = (int(self.a.len()), int(self.b.len()));
        let mut best = (0, None);
        for diagonal in self.diagonals() {
            let x = self.get(diagonal);
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
        for diagonal in self.diagonals() {
            let mut x = self.get(diagonal).min(n);
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

fn common_head(a: &[u32], b: &[u32]) -> usize {
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
    done + a[done..]
        .iter()
        .zip(&b[done..])
        .take_while(|(a, b)| a == b)
        .count()
}

fn common_tail(a: &[u32], b: &[u32]) -> usize {
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
    let (a, b) = (&a[..a.len() - done], &b[..b.len() - done]);
    done + a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count()
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
        let limit = self.make_room(a.tokens.len() + b.tokens.len() + 3);
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
            let split = self.split(a.tokens, b.tokens, is_exact, limit, is_bounded)?;
            boxes.push((
                a.cut(split.a..a.tokens.len()),
                b.cut(split.b..b.tokens.len()),
                split.is_high_exact,
            ));
            boxes.push((a.cut(0..split.a), b.cut(0..split.b), split.is_low_exact));
        }
        Ok(())
    }

    /// How many tokens a shortest script adds and deletes; refused where git might cut the search short.
    pub(super) fn length(&mut self, a: &[u32], b: &[u32]) -> Result<u32, TooLong> {
        let head = common_head(a, b);
        let (a, b) = (&a[head..], &b[head..]);
        let tail = common_tail(a, b);
        let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
        if a.is_empty() || b.is_empty() {
            return Ok(int(a.len() + b.len()).cast_unsigned());
        }
        let limit = self.make_room(a.len() + b.len() + 3);
        // Each half of the path is shorter than the whole: a search that is not cut short here is not in them either.
        self.split(a, b, false, limit, true)
            .map(|split| split.length)
    }

    /// Room for so many diagonals; returns the rounds after which the search gives up.
    fn make_room(&mut self, n_diagonals: usize) -> i32 {
        self.near.resize(n_diagonals.max(self.near.len()), 0);
        self.far.resize(n_diagonals.max(self.far.len()), 0);
        int(rough_root(n_diagonals)).max(PATIENCE)
    }

    fn split(
        &mut self,
        a: &[u32],
        b: &[u32],
        is_exact: bool,
        limit: i32,
        is_bounded: bool,
    ) -> Result<Split, TooLong> {
        let (n, m) = (int(a.len()), int(b.len()));
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
            let mut is_promising = match near.advance(|diagonal, x| {
                is_odd
                    && far
                        .reaches(n - m - diagonal)
                        .is_some_and(|other| x + other >= n)
            }) {
                Ok(is_promising) => is_promising,
                Err(met) => {
                    let length = 2 * cost.cast_unsigned() - 1;
                    return Ok(Split {
                        length,
                        ..near_split(met, true)
                    });
                }
            };
            is_promising |= match far.advance(|diagonal, x| {
                !is_odd
                    && near
                        .reaches(n - m - diagonal)
                        .is_some_and(|other| x + other >= n)
            }) {
                Ok(is_promising) => is_promising,
                Err(met) => {
                    let length = 2 * cost.cast_unsigned();
                    return Ok(Split {
                        length,
                        ..far_split(met, true)
                    });
                }
            };
            if is_exact {
                continue;
            }
            if is_bounded && cost >= PATIENCE {
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
