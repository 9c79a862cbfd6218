//! linchpin
pub mod cli;
pub mod demo;
pub mod domain;
pub mod evidence;
pub mod git;
pub mod github;
pub mod metrics;
pub mod register;
pub mod render;
pub mod report;
pub mod store;
pub mod tables;
