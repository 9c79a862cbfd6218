//! The facts of a history as they are kept from run to run: before `.mailmap`, attributes and exclusions are applied.

use std::sync::Arc;

use crate::domain::{ChangeKind, CommitId};

use super::tree::Mode;

/// No number: in columns where most rows have one.
pub(super) const NONE: u32 = u32::MAX;

/// A commit. Signatures are indices into [`Log::signatures`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogCommit {
    pub(super) id: CommitId,
    pub(super) parents: Vec<CommitId>,
    pub(super) author: u32,
    pub(super) committer: u32,
    pub(super) authored: i64,
    pub(super) committed: i64,
    pub(super) author_offset: i32,
    pub(super) committer_offset: i32,
    pub(super) co_authors: Vec<u32>,
    pub(super) subject: String,
    pub(super) pull_request: Option<u64>,
    /// What the message says is taken back: digits of an id, `#` and a number, or nothing.
    pub(super) reverted: String,
    pub(super) cherry_picked_from: Option<CommitId>,
    /// Whether it was compared with its (first) parent.
    pub(super) is_diffed: bool,
    /// What went wrong with it, in order.
    pub(super) gaps: Vec<LogGap>,
}

/// A hole found while a commit was mined.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogGap {
    /// `commit`, `tree`, `blob`.
    pub(super) kind: String,
    /// An id or a path.
    pub(super) subject: String,
    /// Why.
    pub(super) reason: String,
}

/// A changed file. Paths are indices into [`Log::paths`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogChange {
    pub(super) commit: u32,
    pub(super) path: u32,
    /// Or [`NONE`].
    pub(super) previous: u32,
    pub(super) kind: ChangeKind,
    /// Or [`NONE`].
    pub(super) added: u32,
    /// Or [`NONE`].
    pub(super) deleted: u32,
    pub(super) is_binary: bool,
    /// The content before: an index into [`Log::blobs`], or [`NONE`].
    pub(super) before: u32,
    /// Its mode.
    pub(super) before_mode: Mode,
    /// The content after: an index into [`Log::blobs`], or [`NONE`].
    pub(super) after: u32,
    /// Its mode.
    pub(super) after_mode: Mode,
}

impl LogChange {
    /// Whether the (last) content is a regular file's.
    pub(super) fn is_file(&self) -> bool {
        if self.after == NONE {
            self.before_mode.is_regular()
        } else {
            self.after_mode.is_regular()
        }
    }
}

/// A merge that left a file unlike that of every parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogMerge {
    pub(super) commit: u32,
    pub(super) path: u32,
    /// The result: an index into [`Log::blobs`].
    pub(super) after: u32,
    pub(super) after_mode: Mode,
    /// The parents' files. A parent without the file has none.
    pub(super) parents: Vec<LogParent>,
}

/// A file in a parent of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogParent {
    /// Which parent, from 0.
    pub(super) number: u32,
    pub(super) path: u32,
    /// An index into [`Log::blobs`].
    pub(super) blob: u32,
    pub(super) mode: Mode,
}

/// A file of a merge that is not the first parent's, but another one's; or one of the first parent's that the merge does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LogTaken {
    pub(super) commit: u32,
    pub(super) path: u32,
    /// Which parent, from 1; [`NONE`] for a file that is gone.
    pub(super) parent: u32,
}

/// Surviving lines at the end of a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogOwnership {
    /// Index into [`Log::quarters`], or their number for the tip.
    pub(super) quarter: u32,
    pub(super) path: u32,
    pub(super) owner: u32,
    pub(super) lines: u32,
}

/// The owners of one version of a file that later commits may build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogVersion {
    pub(super) path: u32,
    /// The content: an index into [`Log::blobs`].
    pub(super) blob: u32,
    /// The commit that made it, by index.
    pub(super) made_by: u32,
    /// The last commit that changed or deleted it, by index, or [`NONE`].
    pub(super) used_by: u32,
    pub(super) is_in_tip: bool,
    /// (lines, owner).
    pub(super) runs: Arc<Vec<(u32, u32)>>,
}

/// The facts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// In landing order.
    pub(super) commits: Vec<LogCommit>,
    /// The places of their parents, one commit's after the other's; [`NONE`] for one that is not among them.
    pub(super) parents: Vec<u32>,
    /// How many of them the default branch reaches; they come first.
    pub(super) n_default: u32,
    /// Names and addresses as they were written, in order of first sight.
    pub(super) signatures: Vec<(String, String)>,
    /// Raw bytes, in order of first sight.
    pub(super) paths: Vec<Vec<u8>>,
    /// By commit, then path.
    pub(super) changes: Vec<LogChange>,
    /// Ids of contents, in order of first sight.
    pub(super) blobs: Vec<CommitId>,
    /// By commit, then path.
    pub(super) merges: Vec<LogMerge>,
    /// By commit, then path.
    pub(super) taken: Vec<LogTaken>,
    /// Quarter ends that have ownership: (seconds, commit index).
    pub(super) quarters: Vec<(i64, u32)>,
    /// By quarter, path, owner; the tip's come last.
    pub(super) ownership: Vec<LogOwnership>,
    /// By path and maker.
    pub(super) versions: Vec<LogVersion>,
    /// Holes that belong to no commit that could be read.
    pub(super) gaps: Vec<LogGap>,
}
