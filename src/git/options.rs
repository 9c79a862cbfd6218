//! What to mine, and who is told how far it is.

use std::sync::Arc;

use crate::domain::{Agents, Forgetting};

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
    /// Takes people out of signatures and subjects before any of them is kept; `None`: nobody is forgotten.
    pub forgotten: Option<Arc<dyn Forgetting>>,
    /// Whose signatures are tools': no `.mailmap` makes one of them a person's.
    pub agents: Arc<Agents>,
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
            forgotten: None,
            agents: Arc::new(Agents::known().clone()),
            threads: None,
        }
    }
}

/// Told how far mining is.
pub trait Progress: Sync {
    /// A phase begins; `total` steps, where that is known.
    fn phase(&self, name: &str, total: Option<u64>);
    /// `by` more steps are done. Called from several threads.
    fn advance(&self, by: u64);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn phase(&self, _: &str, _: Option<u64>) {}
    fn advance(&self, _: u64) {}
}
