//! A difference between two texts: runs of lines, and how many.

/// A run of lines replaced by another, in lines counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::git) struct Hunk {
    /// First line before.
    pub(in crate::git) before: u32,
    /// Lines before.
    pub(in crate::git) n_before: u32,
    /// First line after.
    pub(in crate::git) after: u32,
    /// Lines after.
    pub(in crate::git) n_after: u32,
}

/// Lines added and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::git) struct LineCounts {
    /// Added.
    pub(in crate::git) added: u32,
    /// Deleted.
    pub(in crate::git) deleted: u32,
}
