//! Ownership over time: who changes, reviews and holds the lines of an area, by quarter. Nobody is named here.

pub mod drift;
pub mod handover;
pub mod share;
