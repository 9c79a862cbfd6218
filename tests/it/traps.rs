//! The traps that other tools fell into: one test each, named after it, in one module a family.

mod delivery;
mod flow;
mod knowledge;
mod reading;
mod review;
