//! Why a repository cannot be mined.

use std::path::PathBuf;

use super::clone::UnknownFormat;

/// Why a repository could not be mined. Damage inside it is no error: it is among the history's gaps.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no repository.
    #[error("`{path}` is not a git repository")]
    NotARepository {
        /// The path as given.
        path: PathBuf,
        /// What gix says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is one, and it cannot be opened: its configuration is broken, or it is of a kind that gix does not know.
    #[error("the repository `{path}` cannot be opened")]
    Unusable {
        /// The path as given.
        path: PathBuf,
        /// What gix says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Its format is not one that is read.
    #[error("the repository `{path}` is in a format that is not read")]
    Format {
        /// The path as given.
        path: PathBuf,
        /// What of it is not known.
        source: UnknownFormat,
    },
    /// The clone has several branches of its remote, and nothing says which of them is the default one.
    #[error("nothing says which branch of `{path}` is the default one")]
    NoDefaultBranch {
        /// The path of its git directory.
        path: PathBuf,
    },
    /// The branch that was asked for, or that `HEAD` names, does not exist.
    #[error("the repository has no branch `{branch}`")]
    UnknownBranch {
        /// The branch.
        branch: String,
    },
    /// The refs cannot be listed.
    #[error("the refs of the repository cannot be read")]
    Refs {
        /// What gix says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A glob of the configuration cannot be read.
    #[error("`{glob}` is not a valid glob")]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        source: globset::Error,
    },
}
