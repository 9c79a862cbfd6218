//! Whose turn it is on what is open: with whom somebody's own work waits.

use std::collections::BTreeMap;

use crate::domain::PersonId;
use crate::evidence::Sources;
use crate::work::pull_requests::{Key, of_product};
use crate::work::turns::{Replay, Turn};

/// The last turn of every open pull request, by author and number.
#[derive(Debug, Default)]
pub(super) struct OpenWork(BTreeMap<PersonId, Vec<(Key, Turn)>>);

impl OpenWork {
    /// As of the question's instant. Lives that contradict themselves have no turns.
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let mut of: BTreeMap<PersonId, Vec<(Key, Turn)>> = BTreeMap::new();
        for reading in &sources.past.readings {
            let wholes = of_product(reading);
            let all = wholes.iter();
            let mut open = all
                .filter(|whole| whole.ended_at(reading.question).is_none())
                .peekable();
            if open.peek().is_none() {
                continue;
            }
            let replay = Replay::of(reading, &wholes);
            for whole in open {
                let turn = replay.life(whole).ok();
                let turn = turn.and_then(|life| life.turns.last().cloned());
                if let (Some(author), Some(turn)) = (whole.authors.first(), turn) {
                    of.entry(*author).or_default().push((whole.key(), turn));
                }
            }
        }
        Self(of)
    }

    /// Somebody's, by repository and number.
    pub(super) fn of_person(&self, person: PersonId) -> &[(Key, Turn)] {
        self.0.get(&person).map_or(&[], Vec::as_slice)
    }
}
