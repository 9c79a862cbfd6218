//! Where a comparison of trees ends although the trees do not: a few objects can stand for billions of files.

use std::collections::HashSet;

use gix::{ObjectId, oid};

use crate::git::objects::hash::Mixed;
use crate::git::objects::object::Unreadable;
use crate::git::objects::tree::Hole;

/// Directories inside directories: git's own limit (`core.maxTreeDepth`).
const MAX_DEPTH: usize = 2_048;

/// The longest path: far beyond what any file system takes.
const MAX_PATH: usize = 1 << 16;

/// Files that one comparison lists.
const MAX_FILES: usize = 600_000;

/// Trees and files of one comparison after which it is counted how often they repeat: no ordinary commit has so many.
const MANY_TREES: usize = 1_000;
const MANY_FILES: usize = 20_000;

/// Files after that which may lie in trees that were looked into before.
const MAX_REPEATED_FILES: usize = 100_000;

/// Trees after that, and how often each of them may be there on average.
const MANY_REPEATED: usize = 5_000;
const MAX_REPEATS: usize = 64;

/// Bytes of trees that one comparison reads: the same ones may come again and again.
const MAX_BYTES: usize = 1 << 31;

/// How far one comparison has come, and why it was ended.
#[derive(Default)]
pub(super) struct Bounds {
    n_trees: usize,
    seen: HashSet<ObjectId, Mixed>,
    n_bytes: usize,
    /// Files listed when the last tree was come upon, whether that tree was there before, and what all such trees listed.
    n_files: usize,
    is_again: bool,
    n_repeated_files: usize,
    pub(super) is_full: bool,
    root: Option<ObjectId>,
    /// The first tree that was not looked into.
    cut: Option<(ObjectId, Unreadable)>,
}

impl Bounds {
    /// Begins anew, at a root.
    pub(super) fn begin(&mut self, root: Option<&oid>) {
        if !self.seen.is_empty() || self.cut.is_some() {
            *self = Self::default();
        }
        (self.n_trees, self.n_bytes) = (0, 0);
        self.root = root.map(ToOwned::to_owned);
    }

    /// Notes what was read of trees.
    #[inline]
    pub(super) fn read(&mut self, bytes: usize) {
        self.n_bytes += bytes;
    }

    /// Whether a tree may be looked into.
    #[inline]
    pub(super) fn allow(&mut self, id: &oid, depth: usize, path: usize, n_files: usize) -> bool {
        self.n_trees += 1;
        if depth > MAX_DEPTH || path > MAX_PATH {
            self.end(id, Unreadable::TooDeep);
            return false;
        }
        if self.n_trees <= MANY_TREES && n_files <= MANY_FILES {
            return true;
        }
        self.allow_many(id, n_files)
    }

    fn allow_many(&mut self, id: &oid, n_files: usize) -> bool {
        if self.is_again {
            self.n_repeated_files += n_files.saturating_sub(self.n_files);
        }
        (self.n_files, self.is_again) = (n_files, !self.seen.insert(id.to_owned()));
        let is_repeated =
            self.n_trees > MANY_REPEATED && self.n_trees / self.seen.len() > MAX_REPEATS;
        if is_repeated
            || n_files >= MAX_FILES
            || self.n_repeated_files > MAX_REPEATED_FILES
            || self.n_bytes > MAX_BYTES
        {
            self.fill();
        }
        !self.is_full
    }

    /// Whether no more files are listed.
    #[inline]
    pub(super) fn is_full(&mut self, n_files: usize) -> bool {
        if n_files >= MAX_FILES {
            self.fill();
        }
        self.is_full
    }

    fn fill(&mut self) {
        self.is_full = true;
        if let Some(root) = self.root {
            self.end(&root, Unreadable::TooMany);
        }
    }

    fn end(&mut self, id: &oid, why: Unreadable) {
        self.cut.get_or_insert_with(|| (id.to_owned(), why));
    }

    /// What is told of a comparison that was ended.
    pub(super) const fn hole(&self) -> Option<Hole> {
        self.cut
    }
}
