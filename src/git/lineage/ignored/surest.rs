//! Matches of a hunk's lines with those that they replace: the surest first, the others on its two sides.

use super::Steps;
use super::pairs::Pairs;
use crate::git::diff::hunk::Hunk;

/// A line is compared with those that are at most so far from where it would be if both sides were equally long.
const REACH: i64 = 10;

/// A likeness is weighed by so much less the distance: of equally alike lines the nearest one is best.
const FULL_WEIGHT: i64 = 1000;

/// Likenesses that are kept at once: more lines than that are like nothing.
const MOST_LIKENESSES: usize = 1 << 25;

/// What is known of a line's matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    /// Not yet looked for, or in doubt since another line was matched.
    Unknown,
    /// It is like no line.
    None,
    /// With these lines of the earlier text, of which the first is the best.
    Of {
        best: i64,
        second: i64,
        sureness: i64,
    },
}

/// Lines of a hunk and those that they may match; in lines of the two texts.
#[derive(Debug, Clone, Copy)]
struct Part {
    before: i64,
    n_before: i64,
    after: i64,
    n_after: i64,
}

/// A hunk that is searched.
struct Search<'a> {
    old: &'a mut Pairs,
    new: &'a Pairs,
    whole: Part,
    reach: i64,
    /// By line and distance: how alike; −1 where that is not known.
    likenesses: Vec<i32>,
    /// By line.
    matches: Vec<Match>,
    steps: &'a mut Steps,
}

/// For every new line of a hunk the line of the earlier text that it matches. What matched is taken away from that line's pairs.
pub(super) fn surest_matches(
    old: &mut Pairs,
    new: &Pairs,
    hunk: Hunk,
    steps: &mut Steps,
) -> Vec<Option<u32>> {
    let whole = Part {
        before: i64::from(hunk.before),
        n_before: i64::from(hunk.n_before),
        after: i64::from(hunk.after),
        n_after: i64::from(hunk.n_after),
    };
    let n_lines = hunk.n_after as usize;
    let reach = REACH.min(whole.n_before - 1);
    let width = usize::try_from(2 * reach + 1).unwrap_or(0);
    if n_lines == 0 || width == 0 || n_lines.saturating_mul(width) > MOST_LIKENESSES {
        return vec![None; n_lines];
    }
    let mut search = Search {
        old,
        new,
        whole,
        reach,
        likenesses: vec![-1; n_lines * width],
        matches: vec![Match::Unknown; n_lines],
        steps,
    };
    search.run();
    let found = search.matches.iter();
    found
        .map(|found| match found {
            Match::Of { best, .. } => u32::try_from(*best).ok(),
            Match::Unknown | Match::None => None,
        })
        .collect()
}

impl Search<'_> {
    fn run(&mut self) {
        // The part before the surest match first, then the one after it: they share the line that was matched.
        let mut waiting = vec![self.whole];
        while let Some(part) = waiting.pop() {
            if !self.steps.take(usize::try_from(part.n_after).unwrap_or(0)) {
                self.forget(part);
                continue;
            }
            let Some((line, matched)) = self.surest(part) else {
                continue;
            };
            if let (Ok(matched), Ok(line)) = (u32::try_from(matched), u32::try_from(line)) {
                self.old.take_away(matched, self.new, line);
            }
            self.doubt(part, line, matched);
            let (end_before, end_after) = (part.before + part.n_before, part.after + part.n_after);
            let later = Part {
                before: matched,
                n_before: end_before - matched,
                after: line + 1,
                n_after: end_after - line - 1,
            };
            let earlier = Part {
                n_before: matched + 1 - part.before,
                n_after: line - part.after,
                ..part
            };
            let parts = [later, earlier].into_iter();
            waiting.extend(parts.filter(|part| part.n_after > 0));
        }
    }

    /// Where a line would be in the earlier text if both sides of the hunk were equally long.
    fn nearest(&self, line: i64) -> i64 {
        let whole = self.whole;
        ((line - whole.after) * 2 + 1) * whole.n_before / (whole.n_after * 2) + whole.before
    }

    fn matched(&mut self, line: i64) -> Option<&mut Match> {
        let at = usize::try_from(line - self.whole.after).ok()?;
        self.matches.get_mut(at)
    }

    fn likeness_at(&self, line: i64, other: i64) -> Option<usize> {
        let distance = other - self.nearest(line);
        let place = (line - self.whole.after) * (2 * self.reach + 1) + distance + self.reach;
        usize::try_from(place)
            .ok()
            .filter(|_| distance.abs() <= self.reach)
    }

    /// The line of a part whose match is the surest, of several the first one, and what it matches.
    fn surest(&mut self, part: Part) -> Option<(i64, i64)> {
        let mut surest = None;
        let mut most = -1;
        for line in part.after..part.after + part.n_after {
            if self.matched(line).copied() == Some(Match::Unknown) {
                let found = self.look(part, line);
                if let Some(slot) = self.matched(line) {
                    *slot = found;
                }
            }
            if let Some(Match::Of { best, sureness, .. }) = self.matched(line).copied()
                && sureness > most
            {
                most = sureness;
                surest = Some((line, best));
            }
        }
        surest
    }

    /// Compares a line with those of the part that are near to it.
    fn look(&mut self, part: Part, line: i64) -> Match {
        let nearest = self.nearest(line);
        let from = (nearest - self.reach).max(part.before);
        let until = (nearest + self.reach + 1).min(part.before + part.n_before);
        let (mut best, mut second) = ((0, part.before), (0, part.before));
        for other in from..until {
            let likeness = self.likeness(line, other, (other - nearest).abs());
            if likeness > best.0 {
                (best, second) = ((likeness, other), best);
            } else if likeness > second.0 {
                second = (likeness, other);
            }
        }
        if best.0 == 0 {
            return Match::None;
        }
        // Two good matches are less sure than one, and better than a single poor one.
        Match::Of {
            best: best.1,
            second: second.1,
            sureness: best.0 * 2 - second.0,
        }
    }

    fn likeness(&mut self, line: i64, other: i64, distance: i64) -> i64 {
        let at = self.likeness_at(line, other);
        if let Some(&known) = at
            .and_then(|at| self.likenesses.get(at))
            .filter(|known| **known >= 0)
        {
            return i64::from(known);
        }
        let (Ok(new_line), Ok(old_line)) = (u32::try_from(line), u32::try_from(other)) else {
            return 0;
        };
        let cost = self.new.cost(new_line) + self.old.cost(old_line);
        if !self.steps.take(cost) {
            return 0;
        }
        let shared = self.new.in_common(new_line, self.old, old_line);
        let likeness = i64::from(shared) * (FULL_WEIGHT - distance);
        if let Some(slot) = at.and_then(|at| self.likenesses.get_mut(at)) {
            *slot = i32::try_from(likeness).unwrap_or(i32::MAX);
        }
        likeness
    }

    /// Drops what a match makes wrong: how alike its earlier line is to others, and matches that would cross it.
    fn doubt(&mut self, part: Part, line: i64, matched: i64) {
        let span = ((2 * self.reach + 1) * self.whole.n_after - 1) / self.whole.n_before;
        let from = (line - span).max(part.after);
        let until = (line + span + 1).min(part.after + part.n_after);
        for near in from..until {
            let at = self.likeness_at(near, matched);
            if let Some(slot) = at.and_then(|at| self.likenesses.get_mut(at)) {
                *slot = -1;
            }
            let Some(slot) = self.matched(near).filter(|_| near != line) else {
                continue;
            };
            if let Match::Of { best, second, .. } = *slot {
                let is_crossed = if near < line {
                    best.max(second) >= matched
                } else {
                    best.min(second) <= matched
                };
                if is_crossed {
                    *slot = Match::Unknown;
                }
            }
        }
    }

    /// A part that is too dear to be searched is like nothing.
    fn forget(&mut self, part: Part) {
        for line in part.after..part.after + part.n_after {
            if let Some(slot) = self.matched(line) {
                *slot = Match::None;
            }
        }
    }
}
