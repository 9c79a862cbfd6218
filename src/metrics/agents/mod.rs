//! Agents' part in the work: how much of it is known, and what tells it. Team level only.

pub mod share;
