//! Which repositories a register means: its patterns resolved by what GitHub last listed, and by the names that the store knows.

use super::Error;
use crate::domain::{Listings, PatternLine, RepoName, Selector, discovered};
use crate::register::Register;
use crate::store::Store;
use crate::store::discovery::{OF_FACTS, listings_bytes};

/// How an error names the register.
const FILE: &str = "linchpin.toml";

/// The names that a store knows its repositories by now.
#[must_use]
pub fn names(store: &Store) -> Vec<RepoName> {
    let entries = store.repositories().into_iter();
    entries
        .filter_map(|entry| entry.name.parse().ok())
        .collect()
}

/// The register with the repositories that its patterns mean; and what each gave, those of the command line included.
pub fn resolved(
    store: &Store,
    register: &Register,
    listings: &Listings,
) -> Result<(Register, Vec<PatternLine>), Error> {
    let known = names(store);
    let (register, of_register) = register.resolved(listings, &known, FILE)?;
    let asked: Vec<Selector> = listings
        .asked
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect();
    let mut lines = discovered(None, &asked, listings, &known).lines;
    lines.extend(of_register);
    Ok((register, lines))
}

/// What facts that are derived now were derived with; `None` where nothing was ever listed.
pub(super) fn of_facts(store: &Store) -> Result<Option<Vec<u8>>, Error> {
    let listings = store.listings()?;
    let is_there = !store.files_below(OF_FACTS).is_empty();
    Ok((is_there || listings != Listings::default()).then(|| listings_bytes(&listings)))
}

/// Tells facts that stay of a newer list which means the same repositories.
pub fn refresh(store: &Store) -> Result<(), Error> {
    match of_facts(store)? {
        Some(listings) => Ok(store.commit_file(OF_FACTS, &listings)?),
        None => Ok(()),
    }
}
