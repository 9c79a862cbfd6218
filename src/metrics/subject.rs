//! What the rows of ledgers are about.

use std::fmt;
use std::ops::Deref;

use jiff::civil::Date;

use crate::domain::{CommitPrefix, PrNumber};

/// What a row is about: which thing it is, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Which thing.
    pub thing: Thing,
    /// What it is called: `#12 title`, a commit, a path. Text as it came from GitHub or git: encode it in every sink.
    pub words: String,
}

/// The things that rows are about. A page that names nobody prints of them what cannot hold a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A pull request or an issue.
    Numbered(PrNumber),
    /// A commit, or a deployment or release of it.
    Commit(CommitPrefix),
    /// A deployment or release of a commit that is not known.
    NoCommit,
    /// An incident that a file declares, and no issue tells of.
    Declared,
    /// A workflow run.
    Run(u64),
    /// An area, which is the row's own.
    Area,
    /// A file, or a pattern of files.
    Path,
    /// A day.
    Day(Date),
    /// An absence or a joiner: somebody.
    Person,
}

impl Thing {
    /// The thing under a name.
    #[must_use]
    pub fn called(self, words: impl Into<String>) -> Subject {
        Subject {
            thing: self,
            words: words.into(),
        }
    }

    /// A commit, where it is known.
    #[must_use]
    pub const fn of_commit(commit: Option<CommitPrefix>) -> Self {
        match commit {
            Some(commit) => Self::Commit(commit),
            None => Self::NoCommit,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl Deref for Subject {
    type Target = str;

    fn deref(&self) -> &str {
        &self.words
    }
}
