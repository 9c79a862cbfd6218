//! The history of files: who added, changed and reviewed each, across renames, up to any instant.

pub mod chronicle;
pub mod fading;
pub mod lineage;
pub(crate) mod path_holders;
pub(crate) mod people_of_file;
pub(crate) mod replay;
pub mod surviving;
pub mod touches;
