//! Pairs: who changes code together.

pub mod matrix;
