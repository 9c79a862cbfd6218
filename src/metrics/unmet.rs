//! Preconditions of figures that do not hold for a product: what is withheld for it, and why. Told before anything else.

use super::knowledge::decay;
use super::lens::{Lens, Missing, ProductLens};
use super::review::machine_like::{self, Words};
use crate::tables::Tables;

/// A precondition that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// What is not told, as a noun: `first responses`.
    pub what: &'static str,
    /// Why, and what would change it.
    pub missing: Missing,
}

/// The preconditions that do not hold for a product, in the order in which they are told.
#[must_use]
pub fn of_product(tables: &Tables, lens: &Lens, product: &ProductLens) -> Vec<Unmet> {
    let unmet = |what, missing: Option<Missing>| {
        Some(Unmet {
            what,
            missing: missing?,
        })
    };
    let spoiled = |words| machine_like::spoiled(tables, lens, product, words);
    let found = [
        unmet("who knows the files", decay::stale(tables, lens, product)),
        unmet("first responses", spoiled(Words::Any)),
        unmet("pickup times", spoiled(Words::Reviews)),
    ];
    found.into_iter().flatten().collect()
}
