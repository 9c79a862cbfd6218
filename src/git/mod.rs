//! The git layer: commits, changed files and line ownership, mined from a local repository that is never written to.
//!
//! [`mine`] turns a repository into a [`History`]. It agrees with `git log --numstat -M` to the line
//! (see `lines` and `rename` for git's own limits), with `git blame` on whose a line is (see `descent` for the graph, `versions` for
//! merges), and keeps an opaque state by which the next run only reads what is new.
//! Owner of gix; other layers see domain types only.

mod assemble;
mod attributes;
mod commit;
mod decode;
mod descent;
mod ends;
mod engine;
mod families;
mod files;
mod format;
mod history;
pub mod identity;
mod interner;
mod join;
mod known;
mod landing;
mod line;
mod lines;
mod log;
mod look;
mod message;
mod myers;
mod objects;
mod open;
mod parallel;
mod past;
mod patch_id;
mod quarter;
mod remotes;
mod rename;
mod reverts;
mod settings;
mod side;
mod slide;
mod state;
mod survival;
mod text;
mod tracked;
mod tree;
mod versions;
mod walk;

use std::path::{Path, PathBuf};

use crate::domain::History;

pub use format::UnknownFormat;
pub use look::{Look, look};
pub use message::{bare_subject, named_in_subject};
pub use patch_id::{Patch, fork_points, patch_ids};
pub use remotes::{GitHubName, object_home, remote_github_names};
pub use side::{LandedCommit, SideCommit, side_commits};
pub use tracked::tracked_below;

/// What to mine.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, each with its own meaning"
)]
pub struct MineOptions {
    /// Commits of all refs are listed too, marked as not on the default branch.
    pub all_refs: bool,
    /// The default branch's name without `refs/heads/`, as GitHub or the register has it. `None`: the remote's default as the
    /// clone knows it, else the one checked out where the clone has no remote.
    pub default_branch: Option<String>,
    /// Paths that match are left out of knowledge (`docs/generated/**`).
    pub excluded_globs: Vec<String>,
    /// Commits that touch more files are left out of knowledge.
    pub max_files_per_commit: u32,
    /// Renames are found (`git log -M`); else a rename is a deletion and an addition.
    pub renames: bool,
    /// Merges are compared with their first parent instead of not at all.
    pub diff_merges_first_parent: bool,
    /// Line ownership is followed, by quarter and at the tip.
    pub ownership: bool,
    /// Threads to use; `None`: all cores.
    pub threads: Option<usize>,
}

impl Default for MineOptions {
    fn default() -> Self {
        Self {
            all_refs: false,
            default_branch: None,
            excluded_globs: Vec::new(),
            max_files_per_commit: 100,
            renames: true,
            diff_merges_first_parent: false,
            ownership: true,
            threads: None,
        }
    }
}

/// Told how far mining is.
pub trait Progress: Sync {
    /// A phase begins; `total` steps, where that is known.
    fn phase(&self, name: &str, total: Option<u64>);
    /// So many more steps are done. Called from several threads.
    fn advance(&self, by: u64);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}

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

/// What came of mining.
#[derive(Debug, Clone, Default)]
pub struct Mined {
    /// The whole history: what of it is looked at, and as of when, is for its readers to say.
    pub history: History,
    /// Opaque bytes for the next run's `previous`: the same after increments as after a full run.
    pub state: Vec<u8>,
    /// Nothing is new since `previous`: history and state are what they were.
    pub unchanged: bool,
    /// How many commits were read in this run; all of them in a first or a full run.
    pub n_new_commits: u32,
}

/// Mines a repository. With the `state` of an earlier run as `previous`, only new commits are read; where that cannot be
/// continued (a rewritten branch, other options, a damaged state), everything is read again.
pub fn mine(
    repository: &Path,
    options: &MineOptions,
    previous: Option<&[u8]>,
    progress: &dyn Progress,
) -> Result<Mined, Error> {
    assemble::mine(repository, options, previous, progress)
}

/// Whether mining would find what `previous` (a state, or its first [`STATE_HEADER_BYTES`]) already holds. Reads refs only.
pub fn is_current(
    repository: &Path,
    options: &MineOptions,
    previous: &[u8],
) -> Result<bool, Error> {
    assemble::is_current(repository, options, previous)
}

/// How many bytes of a state [`is_current`] looks at.
pub const STATE_HEADER_BYTES: usize = state::HEADER_BYTES;
