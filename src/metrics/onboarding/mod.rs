//! Onboarding: how soon a joiner is part of the work.

pub mod milestones;
