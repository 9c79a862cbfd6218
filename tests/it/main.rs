//! One integration binary: every further one would link polars again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod absence;
mod demo;
mod evidence;
mod github;
mod github_faults;
mod github_figures;
mod github_resume;
mod github_retry;
mod github_schema;
mod hostile;
mod pipeline;
mod render;
mod render_given;
mod store;
mod structure;
