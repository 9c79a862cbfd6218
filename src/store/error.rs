//! What goes wrong with a store.

use std::path::{Path, PathBuf};

use super::VERSION;

/// What went wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("`{}` could not be {act}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried: `read`, `written`, …
        act: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// Another writer holds the lock.
    #[error("the store `{}` is being written by another run", root.display())]
    Locked {
        /// The store.
        root: PathBuf,
    },
    /// The store is of a version that this program does not read.
    #[error("the store `{}` has version `{found}`, and this program reads version `{VERSION}`", root.display())]
    Version {
        /// The store.
        root: PathBuf,
        /// Its version, as written.
        found: String,
    },
    /// The store is of an older version, and was opened for reading.
    #[error("the store `{}` has version `{found}`, and this program reads version `{VERSION}`", root.display())]
    Outdated {
        /// The store.
        root: PathBuf,
        /// Its version.
        found: u32,
    },
    /// There is no store where one was to be read.
    #[error("there is no store at `{}`", root.display())]
    Missing {
        /// Where it was looked for.
        root: PathBuf,
    },
    /// A committed file is not what was committed.
    #[error("`{}` in the store is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Something tried to write to a store that was opened for reading.
    #[error("the store `{}` was opened for reading", root.display())]
    ReadOnly {
        /// The store.
        root: PathBuf,
    },
}

impl Error {
    pub(super) fn io(path: &Path, act: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, act, source }
    }
}
