//! What happens to files, commit by commit: what the births of lines are followed along.

use crate::git::objects::tree::Side;

/// Something that happens to a path.
#[derive(Debug, Clone)]
pub(in crate::git) struct Event {
    /// The commit's place in landing order.
    pub(in crate::git) order: u32,
    /// The path's number.
    pub(in crate::git) path: u32,
    /// What happens.
    pub(in crate::git) what: What,
}

/// See [`Event`].
#[derive(Debug, Clone)]
pub(in crate::git) enum What {
    /// A commit changes the file.
    Change {
        /// The change's number among all changes.
        change: u32,
        /// The path it builds on: its own, or where a renamed file was.
        base_path: u32,
        /// The commit that made the version it builds on; `NONE` where there is none.
        base: u32,
        /// Before.
        before: Option<Side>,
        /// After.
        after: Option<Side>,
        /// The birth of the new lines; `None`: they are not followed here.
        birth: Option<u32>,
        /// Whether `.git-blame-ignore-revs` names the commit.
        is_ignored: bool,
    },
    /// A merge leaves the file unlike that of every parent.
    Merged {
        /// The parents' files.
        parents: Vec<MergedFrom>,
        /// The result.
        after: Side,
        /// The birth of the lines that no parent has.
        birth: u32,
        /// Whether `.git-blame-ignore-revs` names the merge.
        is_ignored: bool,
    },
    /// A merge of the first-parent line has another version of the file than its first parent.
    Landed {
        /// The commit that made the first parent's version, or `NONE`: it has no such file.
        before: u32,
        /// The commit that made the merge's version, or `NONE`: the file is gone.
        after: u32,
    },
    /// The file exists, and nothing is known of what came before.
    Base {
        /// Its content.
        after: Side,
    },
}

/// A file of a merge's parent.
#[derive(Debug, Clone, Copy)]
pub(in crate::git) struct MergedFrom {
    /// Which parent, from 0.
    pub(in crate::git) number: u32,
    /// Its path there.
    pub(in crate::git) path: u32,
    /// The commit that made this version, or `NONE`.
    pub(in crate::git) maker: u32,
    /// Its content.
    pub(in crate::git) side: Side,
}
