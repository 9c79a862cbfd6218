//! The history of files: who added, changed and reviewed each, across renames, up to any instant.

pub(crate) mod cast;
pub mod chronicle;
pub mod fading;
pub(crate) mod ground;
pub mod lineage;
pub(crate) mod replay;
pub mod surviving;
pub mod touches;
