//! What goes wrong with a store.

use std::path::PathBuf;

use super::mode::VERSION;
use crate::folder::{self, Refused};

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
    /// The folder, or something in it, is not linchpin's to touch.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A run was killed while it put facts in place.
    #[error("the facts in the store `{}` are unfinished: a run ended while it wrote them", root.display())]
    Unfinished {
        /// The store.
        root: PathBuf,
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

impl From<folder::Error> for Error {
    fn from(error: folder::Error) -> Self {
        match error {
            folder::Error::Io { path, act, source } => Self::Io { path, act, source },
            folder::Error::NotAFile { path } => Self::Damaged {
                path,
                reason: "it is no file".to_owned(),
            },
            folder::Error::Refused(refused) => Self::Refused(refused),
        }
    }
}
