//! The graph of commits: which are reached, in what order and when they landed, where work left the default branch, and which
//! commits take others back.

pub(super) mod first_parents;
mod fork;
pub(super) mod known;
pub(super) mod landing;
pub(super) mod moved_in;
pub(super) mod quarter;
pub(super) mod reverts;
mod side;
pub(super) mod walk;

pub use fork::fork_points;
pub use side::{LandedCommit, SideCommit, side_commits};
