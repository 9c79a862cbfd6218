//! How a store is opened, and the layout that this program knows.

/// The layout version that this program writes and reads.
pub const VERSION: u32 = 2;

/// Whether a store is opened to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Created where it is missing; locked against other writers.
    Write,
    /// Read only; no lock, no change.
    Read,
}
