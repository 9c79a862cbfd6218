//! Which lines of a text are searched for in the other, and which are changed in any case.

/// One side of a comparison.
#[derive(Default)]
pub(super) struct Tokens {
    /// The number of every line.
    pub(super) all: Vec<u32>,
    /// Lines that are searched: their numbers.
    pub(super) kept: Vec<u32>,
    /// Places of the lines that are searched.
    pub(super) places: Vec<u32>,
    /// Whether the line is on this side only.
    pub(super) changed: Vec<bool>,
}

/// How a line of one side stands in the other text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Match {
    /// It does not occur.
    Never,
    /// It does.
    Some,
    /// It occurs too often to say much.
    Often,
}

impl Tokens {
    /// Says which lines are searched.
    pub(super) fn keep(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
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
    pub(super) fn n_left_out(&self) -> usize {
        self.all.len() - self.kept.len()
    }

    /// Lines that only this side has.
    pub(super) fn n_changed(&self) -> u32 {
        self.changed.iter().map(|&changed| u32::from(changed)).sum()
    }

    /// Whether a kept line stands somewhere between seven that are not.
    pub(super) fn has_surrounded(&self) -> bool {
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
    pub(super) fn has_crowded(&self, room: &mut Vec<i32>) -> bool {
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

/// Whether git leaves a frequent line out of its search: where, among the lines around it that do not occur a normal number
/// of times, those that never occur are more than three times as many as the frequent ones.
pub(super) fn is_left_out(matches: &[Match], place: usize) -> bool {
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
