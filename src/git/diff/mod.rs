//! What differs: between trees file by file, with renames; between texts line by line; and one number for a whole difference.

mod ends;
pub(super) mod files;
pub(super) mod hunk;
pub(super) mod lines;
mod myers;
mod patch_id;
mod rename;
mod slide;
pub(super) mod trees;

pub use patch_id::{Patch, patch_ids};
