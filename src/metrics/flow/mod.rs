//! Flow of a pull request: where its time goes. Team level only.

pub mod cycle_time;
pub mod pickup_time;
