//! Whose turn it is on what is open: with whom somebody's own work waits.

use std::collections::BTreeMap;

use crate::domain::PersonId;
use crate::evidence::Sources;
use crate::work::pull_requests::{Key, OpenOnes};
use crate::work::turns::{Asked, Holder, Replay, Turn};

/// With whom it waits, in words; `author` says who its author is.
pub(super) fn with_whom(sources: &Sources<'_>, holder: &Holder, author: &str) -> String {
    let name = |asked: &Asked| match asked {
        Asked::Person(person) => {
            let known = sources.person(*person);
            known.map_or_else(|| "somebody".to_owned(), |known| known.display_name.clone())
        }
        Asked::Team(team) => format!("the team {team}"),
        Asked::Anyone => "whoever reviews it: nobody is asked".to_owned(),
    };
    match holder {
        Holder::Reviewers(asked) => {
            let mut names: Vec<String> = asked.iter().map(name).collect();
            names.sort();
            format!("with {}", names.join(", "))
        }
        Holder::Author => format!("with {author}"),
        Holder::Agent => "with an agent that works on it".to_owned(),
        Holder::Draft => "as a draft".to_owned(),
        Holder::Ci => "for its checks".to_owned(),
        Holder::Merge => "for a merge".to_owned(),
        Holder::Deploy => "for a deployment".to_owned(),
    }
}

/// The last turn of every open pull request, by author and number.
#[derive(Debug, Default)]
pub(super) struct OpenWork(BTreeMap<PersonId, Vec<(Key, Turn)>>);

impl OpenWork {
    /// As of the question's instant. Lives that contradict themselves have no turns.
    pub(super) fn of(sources: &Sources<'_>) -> Self {
        let mut of: BTreeMap<PersonId, Vec<(Key, Turn)>> = BTreeMap::new();
        for reading in &sources.past.readings {
            let open = OpenOnes::of(reading);
            let wholes = open.wholes(reading);
            if wholes.is_empty() {
                continue;
            }
            let replay = Replay::of_open(reading);
            for whole in wholes {
                let turn = replay.life(&whole).ok();
                let turn = turn.and_then(|life| life.turns.last().cloned());
                if let (Some(author), Some(turn)) = (whole.authors.first(), turn) {
                    of.entry(*author).or_default().push((whole.key(), turn));
                }
            }
        }
        Self(of)
    }

    /// As it stood at the end of the last day, or at the last instant of a day that is not over.
    pub(super) fn at_the_end(sources: &Sources<'_>) -> Self {
        sources.as_of(sources.stands_at(), Self::of)
    }

    /// Everybody's.
    pub(super) fn all(&self) -> impl Iterator<Item = &(Key, Turn)> {
        self.0.values().flatten()
    }

    /// Somebody's, by repository and number.
    pub(super) fn of_person(&self, person: PersonId) -> &[(Key, Turn)] {
        self.0.get(&person).map_or(&[], Vec::as_slice)
    }
}
