//! `manifest.json`: what a team tree was made from, and the digest of each of its files.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::{Granularity, Window};

/// The layout of the file.
const FORMAT: u32 = 1;

/// A team tree's inputs and files. A digest is a SHA-256 in hexadecimal digits: equal digests, equal contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// The layout of the file: 1.
    pub format: u32,
    /// The version that wrote the tree.
    pub version: String,
    /// The instant that it speaks of.
    pub as_of: Timestamp,
    /// The window.
    pub window: Window,
    /// The length of a bucket.
    pub granularity: Granularity,
    /// The facts of the store that it was made from.
    pub facts: String,
    /// The team's register, as far as it is read.
    pub register: String,
    /// Every metric's definition and SQL, by its id.
    pub definitions: BTreeMap<String, String>,
    /// Templates of the user's own, by the file that each made.
    pub templates: BTreeMap<String, String>,
    /// Every other file of the tree, by its path.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// The layout that this version writes.
    #[must_use]
    pub const fn format() -> u32 {
        FORMAT
    }

    /// Reads a manifest.
    ///
    /// # Errors
    /// Text that is no manifest, or one of a layout that this version does not know.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let found: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if found.format == FORMAT {
            Ok(found)
        } else {
            Err(format!(
                "its format is {}, and this version reads {FORMAT}",
                found.format
            ))
        }
    }

    /// What the two trees were made from that is not the same, in words.
    #[must_use]
    pub fn other_inputs(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        let mut differs = |is_other: bool, what: &str| {
            if is_other {
                found.push(what.to_owned());
            }
        };
        differs(self.version != other.version, "the version of linchpin");
        differs(self.facts != other.facts, "the facts of the store");
        differs(self.register != other.register, "the register");
        differs(
            self.definitions != other.definitions,
            "the definitions of metrics",
        );
        differs(self.templates != other.templates, "the templates");
        found
    }
}
