//! The clone as it lies on disk: opened without writing to it, its format, its refs, its remotes, its index.

mod format;
mod look;
pub(super) mod open;
pub(super) mod refs;
mod remotes;
mod tag_names;
mod tracked;

pub use format::UnknownFormat;
pub use look::{Look, look};
pub use remotes::{GitHubName, object_home, remote_github_names};
pub use tag_names::TagFamily;
pub use tracked::tracked_below;
