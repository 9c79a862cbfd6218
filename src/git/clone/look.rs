//! A quick look at a clone: refs and the shallow boundary, no history.

use std::path::Path;

use super::tag_names::{self, TagFamily};
use super::{format, open, refs};
use crate::git::{Error, MineOptions};

/// What a clone is, at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Whether history is cut off.
    pub is_shallow: bool,
    /// Whether contents may be missing that were left out on purpose (`git clone --filter`).
    pub is_partial: bool,
    /// The default branch; `None` where there is none, or `HEAD` is detached.
    pub default_branch: Option<String>,
    /// Whether there is any commit on it.
    pub has_commits: bool,
    /// Tags.
    pub n_tags: usize,
    /// Those that look like releases, by what stands before their version; the largest family first.
    pub tag_families: Vec<TagFamily>,
}

/// Looks at a clone; reads refs only.
pub fn look(repository: &Path, options: &MineOptions) -> Result<Look, Error> {
    let repository = open::open(repository)?;
    let tips = refs::tips(&repository, options)?;
    Ok(Look {
        is_shallow: !tips.boundary.is_empty(),
        is_partial: format::is_partial(&repository),
        default_branch: tips.branch,
        has_commits: tips.head.is_some(),
        n_tags: tips.tags.len(),
        tag_families: tag_names::families(tips.tags.iter().map(|(name, _)| name.as_str())),
    })
}
