//! Facts as columns. Owns polars, every column name, and Parquet as their form on disk.
//!
//! A row struct and its table are declared together in `rows`; a field's name *is* its column's name, so that a column is
//! named once (invariant I5). Changed files and surviving lines, of which there are millions, are columnar in memory too
//! ([`changes`], [`ownership`]).

pub mod changes;
mod column;
pub mod commits;
pub mod flow;
mod joined;
mod landed;
pub mod owned;
mod owned_sheet;
pub mod ownership;
mod parquet;
pub mod pseudonymous;
pub mod question;
pub mod relation;
mod rows;
pub mod run;
pub mod sheet;

pub use changes::Changes;
pub use commits::CommitRow;
pub use joined::Joined;
pub use ownership::SurvivingLines;
pub use parquet::{row_groups, rows_from_parquet, rows_of_group, rows_to_parquet};
pub use rows::{
    CodeownersRow, LineLifeRow, MergedFileRow, PatchRow, Repository, Row, SideRow, TagRow, Unpacked,
};

use std::collections::HashMap;

use crate::domain::{CommitId, Facts, PatchId, Person, PersonId, RepositoryId};

/// Everything that metrics are computed from.
#[derive(Debug, Clone, Default)]
pub struct Tables {
    /// Repositories, by id.
    pub repositories: Vec<Repository>,
    /// People, by id: `people[id]`.
    pub people: Vec<Person>,
    /// Commits, by repository, parents before children; as read from a store, those on default branches alone.
    pub commits: Vec<CommitRow>,
    /// Changed files, in the order of `commits`; as read from a store, without those of merges.
    pub changes: Changes,
    /// What merges did to the set of files besides, in the order of `commits`.
    pub merged_files: Vec<MergedFileRow>,
    /// Surviving lines.
    pub ownership: SurvivingLines,
    /// What became of the lines that commits of default branches wrote, in the order of `commits`.
    pub line_lives: Vec<LineLifeRow>,
    /// Commits that only tags, releases and deployments reach, by repository and id.
    pub side_commits: Vec<SideRow>,
    /// Tags, by repository and time.
    pub tags: Vec<TagRow>,
    /// Patch-ids of changes that reached the default branch under another id.
    pub patches: Vec<PatchRow>,
    /// Lines of CODEOWNERS as mined, by repository and line.
    pub codeowners: Vec<CodeownersRow>,
    /// GitHub's facts.
    pub facts: Facts,
}

impl Tables {
    /// The person behind an id.
    #[must_use]
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.get(usize::try_from(id.0).ok()?)
    }

    /// Where changes reached the default branch under another commit id: by repository and commit as it was before.
    ///
    /// The last commit of a line of work that was squashed is there too. Several equal changes are in the order of the facts.
    #[must_use]
    pub fn same_patches(&self) -> HashMap<(RepositoryId, CommitId), Vec<CommitId>> {
        let mut landed: HashMap<(RepositoryId, PatchId), Vec<CommitId>> = HashMap::new();
        for row in self.patches.iter().filter(|row| row.on_default_branch) {
            let key = (row.repository, row.patch_id);
            landed.entry(key).or_default().push(row.commit);
        }
        let mut found = HashMap::new();
        // A whole line of work says more than its last commit alone.
        for is_whole in [false, true] {
            for row in &self.patches {
                if row.base.is_some() == is_whole
                    && !row.on_default_branch
                    && let Some(commits) = landed.get(&(row.repository, row.patch_id))
                {
                    found.insert((row.repository, row.commit), commits.clone());
                }
            }
        }
        found
    }

    /// Whether the id stands for a human account.
    #[must_use]
    pub fn is_human(&self, id: PersonId) -> bool {
        self.person(id).is_some_and(Person::is_human)
    }

    /// Whether it is known which human the id stands for: two of them are two people.
    #[must_use]
    pub fn is_known_human(&self, id: PersonId) -> bool {
        self.person(id)
            .is_some_and(|person| person.is_human() && person.is_known)
    }

    /// The repository behind an id.
    #[must_use]
    pub fn repository(&self, id: RepositoryId) -> Option<&Repository> {
        self.repositories
            .iter()
            .find(|repository| repository.repository == id)
    }
}

/// Tables that are read together, or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactTable {
    /// Commits: whose, and when.
    Commits,
    /// How commits follow from others: parents, what they revert and pick, patch-ids and tags; brings the commits too.
    Descent,
    /// What commits are called; brings the commits too.
    Subjects,
    /// Changed files; brings the commits too.
    Files,
    /// Surviving lines, and when others went; brings the changed files too.
    Lines,
    /// Pull requests, their files and reviews.
    PullRequests,
    /// The commits of pull requests.
    Pushes,
    /// Comments, review requests and the timeline of pull requests.
    Talk,
    /// What comments say; brings what is said around them too.
    Bodies,
    /// Deployments, releases and workflow runs.
    Deliveries,
    /// Issues with their comments and events.
    Issues,
}

impl FactTable {
    /// Every part.
    pub const ALL: [Self; 11] = [
        Self::Commits,
        Self::Descent,
        Self::Subjects,
        Self::Files,
        Self::Lines,
        Self::PullRequests,
        Self::Pushes,
        Self::Talk,
        Self::Bodies,
        Self::Deliveries,
        Self::Issues,
    ];
}

/// A table that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A column is missing, or holds something else than it should.
    #[error("column `{column}` {message}")]
    Column {
        /// Its name.
        column: String,
        /// What is wrong.
        message: String,
    },
    /// Not a Parquet file, or a damaged one.
    #[error("the Parquet file cannot be {action}: {message}")]
    Parquet {
        /// `read` or `written`.
        action: &'static str,
        /// What the codec said.
        message: String,
    },
}
