//! The git layer: commits, changed files and line ownership, mined from a local repository that is never written to, unless it is a
//! mirror of linchpin's own.
//!
//! [`mine`] turns a repository into a [`History`](crate::domain::History). It agrees with `git log --numstat -M` to the line (see
//! `diff::lines` and `diff::rename` for git's own limits), with `git blame` on whose a line is (see `lineage::descent` for the
//! graph, `lineage::versions` for merges), and keeps an opaque state by which the next run only reads what is new.
//! Owner of gix; other layers see domain types only.
//!
//! | room | holds |
//! |---|---|
//! | `objects` | what git stores: packs, ids, commits and their messages, trees, contents |
//! | `clone` | the clone as it lies on disk: opening, format, refs, remotes, index |
//! | `diff` | what differs: trees, renames, lines, patch-ids |
//! | `settings` | what the repository says of how it is to be read: attributes, `.mailmap`, CODEOWNERS |
//! | `state` | what is kept from run to run, and its bytes |
//! | `graph` | commits: the walk, the order of landing, fork points, reverts |
//! | `lineage` | whose lines there are: versions of files and the owners of their lines |
//! | `run` | one run of mining, from a repository to its history |
//! | [`mirror`] | bare repositories of linchpin's own, brought up to date over HTTP |
//! | [`identity`] | which accounts and signatures are one person |
//!
//! A room uses those above it, never those below; `identity` uses none, `mirror` only `objects` and `clone`.

mod clone;
mod diff;
mod error;
mod graph;
pub mod identity;
mod lineage;
pub mod mirror;
mod objects;
mod options;
mod parallel;
mod run;
mod settings;
mod state;

pub use clone::{
    GitHubName, Look, TagFamily, UnknownFormat, look, object_home, remote_github_names,
    tracked_below,
};
pub use diff::{Patch, patch_ids};
pub use error::Error;
pub use graph::{LandedCommit, SideCommit, fork_points, side_commits};
pub use objects::{bare_subject, named_in_subject};
pub use options::{MineOptions, Progress, Silent};
pub use run::{Mined, has_history_of, is_current, mine};

/// How many bytes of a state [`is_current`] looks at.
pub const STATE_HEADER_BYTES: usize = state::HEADER_BYTES;
