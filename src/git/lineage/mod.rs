//! Whose lines there are: what happens to each file, which version a change builds on, and the owners of lines carried along.

pub(super) mod births;
pub(super) mod descent;
pub(super) mod event;
pub(super) mod families;
mod ignored;
pub(super) mod lives;
pub(super) mod moves;
pub(super) mod past;
pub(super) mod survival;
pub(super) mod versions;
