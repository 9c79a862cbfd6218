//! Who did something in an initiative inside the window.

use super::Record;
use crate::domain::PersonId;
use crate::work::initiatives::{Initiative, Story};

/// What somebody did in an initiative.
#[derive(Debug, Default)]
pub(super) struct OwnActs {
    /// A pull request of theirs was open or merged, or some of it they made with somebody.
    pub(super) wrote: bool,
    /// They reviewed some of it.
    pub(super) reviewed: bool,
}

impl Record<'_> {
    /// What somebody did inside the window in an initiative, which may be older than the window and go on after it.
    pub(super) fn own_acts(
        &self,
        initiative: &Initiative,
        story: &Story,
        person: PersonId,
    ) -> OwnActs {
        let seen = self.sources.seen();
        let tables = self.sources.past.tables;
        let has_own = story.involved.wrote.contains_key(&person);
        let wrote = story.involved.wrote(person);
        if !wrote && !story.involved.reviewed.contains(&person) {
            return OwnActs::default();
        }
        // Commits of a pair are not told apart by day.
        let mut own = OwnActs {
            wrote: wrote && !has_own,
            reviewed: false,
        };
        for whole in initiative
            .keys
            .iter()
            .filter_map(|key| self.teller.whole(*key))
        {
            let row = whole.pull_request;
            let is_there =
                row.created_at < seen.until && row.closed_at.is_none_or(|at| at >= seen.since);
            own.wrote |= has_own && is_there && whole.authors.contains(&person);
            own.reviewed |= whole
                .human_reviews(tables)
                .any(|row| row.author == Some(person) && seen.contains(row.submitted_at));
        }
        own
    }
}
