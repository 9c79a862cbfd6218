//! An object of git, decoded, and why one could not be.

use std::rc::Rc;

use gix::objs::Kind;

/// Objects larger than this are not decoded: the same reason as git's own `core.bigFileThreshold`, with a bound that keeps
/// memory small.
pub(in crate::git) const MAX_OBJECT_BYTES: u64 = 64 << 20;

/// Why an object could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::git) enum Unreadable {
    /// It is in no pack and no loose file: a partial or a damaged clone.
    Missing,
    /// It is there and cannot be decoded.
    Corrupt,
    /// It is larger than the bound.
    TooLarge,
    /// Git takes it for binary without reading it, or by its first bytes: it has no lines to be counted.
    Opaque,
    /// It is a tree inside more trees than git looks into.
    TooDeep,
    /// It is a tree beyond the number of files that are looked at.
    TooMany,
}

impl Unreadable {
    /// The gap's reason.
    pub(in crate::git) const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing_object",
            Self::Corrupt => "corrupt_object",
            Self::TooLarge => "too_large",
            Self::Opaque => "binary",
            Self::TooDeep => "too_deep",
            Self::TooMany => "too_many_files",
        }
    }
}

/// A decoded object.
#[derive(Debug, Clone)]
pub(in crate::git) struct Object {
    /// Commit, tree, blob or tag.
    pub(in crate::git) kind: Kind,
    /// Its content.
    pub(in crate::git) bytes: Rc<Vec<u8>>,
}
