//! Delegation: whether the delegator's part in what was handed over falls.

pub mod involvement;
pub mod scope;
