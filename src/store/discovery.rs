//! Which repositories GitHub last listed: `discovery.json`, replaced whole, and the copy that facts were derived with.
//!
//! Two files, so that a report of facts sees the repositories that they were derived with, while a run under way knows newer ones.

use super::{Error, Store, to_json};
use crate::domain::Listings;

/// What was last listed: kept as long as the store, since a night without an answer goes on from it.
pub const DISCOVERY_FILE: &str = "discovery.json";

/// The same as the facts know it.
pub const OF_FACTS: &str = "facts/discovery.json";

/// The format that this program writes and reads.
const FORMAT: u32 = 1;

impl Store {
    /// What was last listed; nothing where it never was, or where the record is damaged: the next fetch lists anew.
    pub fn listings(&self) -> Result<Listings, Error> {
        self.listings_of(DISCOVERY_FILE)
    }

    /// What was listed when the facts were derived.
    pub fn listings_of_facts(&self) -> Result<Listings, Error> {
        self.listings_of(OF_FACTS)
    }

    fn listings_of(&self, file: &str) -> Result<Listings, Error> {
        let bytes = match self.read(file) {
            Err(Error::Damaged { .. }) => None,
            read => read?,
        };
        let read = |bytes: Vec<u8>| serde_json::from_slice::<Listings>(&bytes).ok();
        Ok(bytes
            .and_then(read)
            .filter(|listings| listings.format == FORMAT)
            .unwrap_or_default())
    }

    /// Keeps what was listed.
    pub fn keep_listings(&self, listings: &Listings) -> Result<(), Error> {
        self.commit_file(DISCOVERY_FILE, &listings_bytes(listings))
    }
}

/// Lists as they are kept.
#[must_use]
pub fn listings_bytes(listings: &Listings) -> Vec<u8> {
    to_json(&Listings {
        format: FORMAT,
        ..listings.clone()
    })
}
