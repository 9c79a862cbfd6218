//! Patterns of the register.

/// A register pattern that no longer compiles (validation refuses it earlier).
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a pattern")]
pub struct BadPattern(pub String);
