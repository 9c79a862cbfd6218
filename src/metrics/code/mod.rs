//! Metrics of what becomes of code.

pub mod rework;
