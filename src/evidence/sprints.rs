//! What was agreed, sprint by sprint from the agreed day on, and what the sprints say together.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::Sources;
use super::measures::{Deed, Row, Standing, row_of};
use crate::domain::{Bucket, PersonId, Window};
use crate::register::{Feedback, PersonMeasure};

/// So many sprints with something to look at, and they say something.
const ENOUGH: usize = 3;
/// No more than one sprint of so many kept it: it is not kept, whichever one that was.
const ONE_OF: usize = 4;
/// More sprints than anybody agrees on.
const MOST: usize = 520;

/// One sprint.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sprint {
    /// First day.
    pub(super) first: Date,
    /// Last day.
    pub(super) last: Date,
    /// Whether it has passed.
    pub(super) is_over: bool,
    /// What was done or asked for in it, by time.
    pub(super) deeds: Vec<Deed>,
    /// Kept.
    pub(super) hits: usize,
    /// Kept and not kept; for a measure of how many there are, what was agreed.
    pub(super) of: usize,
    /// Declared absences that touch it, in words.
    pub(super) absence: Option<String>,
}

impl Sprint {
    /// Whether it says anything: a sprint in which nothing was asked for says nothing.
    pub(super) fn speaks(&self) -> bool {
        self.of > 0
    }

    /// Whether what was agreed was kept, every time.
    pub(super) fn is_kept(&self) -> bool {
        self.speaks() && self.hits >= self.of
    }

    /// `3/4`, or a dash where there was nothing to keep.
    pub(super) fn figure(&self) -> String {
        if self.speaks() {
            format!("{}/{}", self.hits, self.of)
        } else {
            "–".to_owned()
        }
    }

    /// Those that were not kept, by how.
    pub(super) fn not_kept(&self) -> Vec<(&'static str, Vec<&Deed>)> {
        let mut found: Vec<(&'static str, Vec<&Deed>)> = Vec::new();
        for deed in &self.deeds {
            if let Standing::NotKept(how) = deed.standing {
                match found.iter_mut().find(|(known, _)| *known == how) {
                    Some((_, deeds)) => deeds.push(deed),
                    None => found.push((how, vec![deed])),
                }
            }
        }
        found
    }

    /// Those that were kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Deed> {
        let is_kept = |deed: &&Deed| deed.standing == Standing::Kept;
        self.deeds.iter().filter(is_kept)
    }
}

/// The sprints of feedback that names a measure, from the agreed day on, up to the day on which looking stops.
pub(super) fn sprints(
    sources: &Sources<'_>,
    person: PersonId,
    feedback: &Feedback,
    measure: PersonMeasure,
    sprint_days: u32,
) -> Vec<Sprint> {
    let question = sources.past.question;
    let start = |day: Date| Bucket::start_of(day, &question.zone);
    let last_day = feedback
        .stop_on
        .map_or(sources.last_day(), |stop| stop.min(sources.last_day()));
    let length = i64::from(sprint_days.max(1)).days();
    let row = row_of(measure);
    let window = Window {
        since: start(feedback.given_on),
        until: start(last_day.tomorrow().unwrap_or(last_day)),
    };
    let deeds = row.deeds(sources, person, feedback.target, window);
    let mut all = Vec::new();
    let mut first = feedback.given_on;
    while first <= last_day && all.len() < MOST {
        let next = first.saturating_add(length);
        let end = feedback.stop_on.and_then(|stop| stop.tomorrow().ok());
        let end = end.map_or(next, |end| end.min(next));
        let inside = Window {
            since: start(first),
            until: start(end),
        };
        let is_over = inside.until <= sources.end();
        let last = end.yesterday().unwrap_or(end);
        let of_sprint = deeds.iter().filter(|deed| inside.contains(deed.at));
        let mut sprint = Sprint {
            first,
            last: if is_over { last } else { sources.last_day() },
            is_over,
            deeds: of_sprint.cloned().collect(),
            hits: 0,
            of: 0,
            absence: sources.absence_words(person, first, last),
        };
        (sprint.hits, sprint.of) = score(row, &sprint.deeds, feedback.target);
        all.push(sprint);
        if next <= first {
            break;
        }
        first = next;
    }
    all
}

/// How many were kept, of how many.
fn score(row: &Row, deeds: &[Deed], target: Option<f64>) -> (usize, usize) {
    let n = |is_it: fn(Standing) -> bool| deeds.iter().filter(|deed| is_it(deed.standing)).count();
    let hits = n(|standing| standing == Standing::Kept);
    if row.is_of_each {
        let missed = n(|standing| matches!(standing, Standing::NotKept(_)));
        (hits, hits + missed)
    } else {
        // Validation has refused a target below one.
        let mut agreed = 0;
        while agreed < 1_000_000 && f64::from(agreed) < target.unwrap_or(1.0) {
            agreed += 1;
        }
        (hits, usize::try_from(agreed).unwrap_or(usize::MAX))
    }
}

/// What sprints say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The latest so many sprints with something to keep kept all of it: at least three.
    Kept(usize),
    /// Some did.
    Mixed {
        /// Sprints that kept all of it.
        kept: usize,
        /// Sprints with something to keep.
        of: usize,
    },
    /// None of the latest three did, or no more than one of four.
    NotKept {
        /// Sprints that kept all of it.
        kept: usize,
        /// Sprints with something to keep.
        of: usize,
    },
    /// There are too few sprints with something to keep.
    TooFew(usize),
}

impl Verdict {
    /// Of sprints in their order: one that still runs, and one without anything to keep, says nothing.
    pub(super) fn of(sprints: &[Sprint]) -> Self {
        let over = sprints
            .iter()
            .filter(|sprint| sprint.is_over && sprint.speaks());
        let kept: Vec<bool> = over.map(Sprint::is_kept).collect();
        let of = kept.len();
        if of < ENOUGH {
            return Self::TooFew(of);
        }
        let in_a_row = kept.iter().rev().take_while(|kept| **kept).count();
        if in_a_row >= ENOUGH {
            return Self::Kept(in_a_row);
        }
        let none_lately = kept.iter().rev().take(ENOUGH).all(|kept| !kept);
        let n_kept = kept.iter().filter(|kept| **kept).count();
        if none_lately || n_kept * ONE_OF <= of {
            Self::NotKept { kept: n_kept, of }
        } else {
            Self::Mixed { kept: n_kept, of }
        }
    }

    /// In words, after the sprints.
    pub(super) fn words(self) -> String {
        match self {
            Self::Kept(n) => format!("kept {n} sprints in a row; consider closing."),
            Self::Mixed { kept, of } => format!("mixed: kept in {kept} of {of} sprints."),
            Self::NotKept { kept, of } => {
                format!(
                    "not kept: in {kept} of {of} sprints; revisit what was agreed, examples below."
                )
            }
            Self::TooFew(n) => format!(
                "too few to say: {n} {} with something to look at, and three are needed.",
                if n == 1 { "sprint" } else { "sprints" }
            ),
        }
    }
}

/// Which sprint a sentence is of: one that is over is no longer this one.
pub(super) fn when(sprint: &Sprint) -> String {
    let so_far = if sprint.is_over { "" } else { "so far " };
    format!("{so_far}in the sprint {} to {}", sprint.first, sprint.last)
}

/// Whether an instant lies in a sprint.
pub(super) fn holds(sources: &Sources<'_>, sprint: &Sprint, at: Timestamp) -> bool {
    (sprint.first..=sprint.last).contains(&sources.date(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sprints of `hits/of`; `0/0` is one without anything to keep.
    fn of(figures: &[(usize, usize)]) -> Vec<Sprint> {
        let sprint = |(hits, of): &(usize, usize)| Sprint {
            first: jiff::civil::date(2026, 3, 2),
            last: jiff::civil::date(2026, 3, 15),
            is_over: true,
            deeds: Vec::new(),
            hits: *hits,
            of: *of,
            absence: None,
        };
        figures.iter().map(sprint).collect()
    }

    #[test]
    fn three_kept_sprints_in_a_row_are_enough_to_close() {
        let check = |figures: &[(usize, usize)], expected| {
            assert_eq!(Verdict::of(&of(figures)), expected, "{figures:?}");
        };
        check(&[(2, 4), (3, 4), (4, 4), (5, 5), (3, 3)], Verdict::Kept(3));
        // A sprint in which nothing was asked for breaks no row and makes none.
        check(&[(4, 4), (0, 0), (5, 5), (3, 3)], Verdict::Kept(3));
        check(&[(4, 4), (0, 0), (5, 5)], Verdict::TooFew(2));
        check(&[], Verdict::TooFew(0));
    }

    #[test]
    fn what_was_kept_in_one_sprint_of_eight_is_not_kept() {
        let mut figures = vec![(1, 4); 7];
        figures.push((2, 2));
        let verdict = Verdict::of(&of(&figures));
        assert_eq!(verdict, Verdict::NotKept { kept: 1, of: 8 });
        assert!(verdict.words().contains("revisit"));
        // Rising and never whole is not kept either.
        let verdict = Verdict::of(&of(&[(1, 9), (2, 9), (3, 9), (4, 9)]));
        assert_eq!(verdict, Verdict::NotKept { kept: 0, of: 4 });
        let verdict = Verdict::of(&of(&[(4, 4), (1, 2), (3, 3)]));
        assert_eq!(verdict, Verdict::Mixed { kept: 2, of: 3 });
    }

    #[test]
    fn a_sprint_that_runs_decides_nothing() {
        let mut sprints = of(&[(1, 1), (1, 1), (1, 1)]);
        sprints[2].is_over = false;
        assert_eq!(Verdict::of(&sprints), Verdict::TooFew(2));
    }
}
