//! What somebody owns of the repositories: whole ones, and of others the files at some paths.

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobSet;

use super::codeowners::OwnedBy;
use super::id::RepositoryId;

/// Whole repositories, and parts of others.
#[derive(Debug, Clone, Default)]
pub struct Owned {
    /// Repositories of which everything is owned.
    pub(crate) whole: BTreeSet<RepositoryId>,
    /// Of others: a file is owned that any of these has.
    pub(crate) parts: BTreeMap<RepositoryId, Vec<Paths>>,
}

/// Some paths of one repository.
#[derive(Debug, Clone)]
pub enum Paths {
    /// Those that globs match.
    Globs(GlobSet),
    /// Those whose deciding line of CODEOWNERS names an owner.
    Codeowners(OwnedBy),
}

impl Paths {
    /// Whether a path is among them.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        match self {
            Self::Globs(globs) => globs.is_match(path),
            Self::Codeowners(owned) => owned.has(path),
        }
    }
}

impl Owned {
    /// The repositories of which something is owned.
    #[must_use]
    pub fn repositories(&self) -> BTreeSet<RepositoryId> {
        let parts = self.parts.keys().copied();
        parts.chain(self.whole.iter().copied()).collect()
    }

    /// Whether all of a repository is owned.
    #[must_use]
    pub fn has_all(&self, repository: RepositoryId) -> bool {
        self.whole.contains(&repository)
    }

    /// Whether a repository is owned in parts alone.
    #[must_use]
    pub fn has_part(&self, repository: RepositoryId) -> bool {
        !self.has_all(repository) && self.parts.contains_key(&repository)
    }

    /// Whether a file is owned.
    #[must_use]
    pub fn has(&self, repository: RepositoryId, path: &str) -> bool {
        self.has_all(repository)
            || self
                .parts
                .get(&repository)
                .is_some_and(|parts| parts.iter().any(|paths| paths.has(path)))
    }
}
