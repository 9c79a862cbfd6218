//! Preconditions of figures that do not hold for a product: what is withheld for it, and why. Told before anything else.

use super::knowledge::decay;
use super::review::spoiled;
use crate::work::machine_like::Words;
use crate::work::{Missing, Reading};

/// Why a precondition does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The newest data is old.
    Stale,
    /// An account of a person answers like a machine.
    MachineLike,
}

/// A precondition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Of which kind it is.
    pub cause: Cause,
    /// What is not told, as a noun: `first responses`.
    pub what: &'static str,
    /// Why, and what would change it.
    pub missing: Missing,
}

/// The preconditions that do not hold for a product, in the order in which they are told.
#[must_use]
pub fn of_product(reading: &Reading<'_>) -> Vec<Unmet> {
    let unmet = |cause, what, missing: Option<Missing>| {
        Some(Unmet {
            cause,
            what,
            missing: missing?,
        })
    };
    let because = |words| spoiled::because(reading, words);
    let found = [
        unmet(Cause::Stale, "who knows the files", decay::stale(reading)),
        unmet(Cause::MachineLike, "first responses", because(Words::Any)),
        unmet(Cause::MachineLike, "pickup times", because(Words::Reviews)),
    ];
    found.into_iter().flatten().collect()
}
