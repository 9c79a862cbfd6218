//! One run of mining: from a repository, and the state that an earlier run left, to its history and the next run's state.

mod engine;
mod history;
mod interner;
mod join;
mod lives;
mod mine;
mod signing;

pub use mine::{Mined, has_history_of, is_current, mine};
