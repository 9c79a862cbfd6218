//! The demo: a synthetic organisation with planted truths, served by an in-process fake GitHub and a generated clone.

pub mod fake;
pub mod model;
pub mod organisation;
pub mod repository;
