//! What is mined from a clone: `[mining]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which commits are mined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refs {
    /// Those that the default branch reaches.
    #[default]
    Default,
    /// Those that any ref reaches; the others are marked as not on the default branch.
    All,
}

/// What is recorded of merges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Merges {
    /// That they are there.
    #[default]
    Recorded,
    /// What changed against their first parent, too.
    FirstParent,
}

/// What mining reads, and what it leaves out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mining {
    /// Which commits are mined. Figures are of those on the default branch, whichever are; who is who is
    /// told from all of them.
    #[schemars(example = &"all")]
    pub refs: Refs,
    /// What is recorded of merges. Figures are of the changes that were merged, each counted once, whatever is.
    #[schemars(example = &"first-parent")]
    pub merges: Merges,
    /// Globs of paths left out of the knowledge metrics.
    #[schemars(example = ["docs/generated/**"])]
    pub exclude: Vec<String>,
    /// Commits that touch more files are left out of the knowledge metrics.
    #[schemars(example = 100)]
    pub max_files_per_commit: u32,
}

impl Default for Mining {
    fn default() -> Self {
        Self {
            refs: Refs::default(),
            merges: Merges::default(),
            exclude: Vec::new(),
            max_files_per_commit: 100,
        }
    }
}
