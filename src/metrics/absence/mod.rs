//! Declared absences: what the team's figures were meanwhile. Figures of people: the private tree alone.

pub mod found;
pub mod resilience;
