//! The mark: a file that linchpin leaves in every folder it makes, and by which it knows the folder again.
//!
//! It is JSON with a checksum of its own as the last member, so that a damaged mark is known for one.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::seal::{Seal, check, seal};

/// The mark's name.
pub const FILE: &str = ".linchpin-folder";

/// A mark is not read beyond this: a tree of some ten thousand files fits.
const MAX_BYTES: usize = 16 << 20;

/// What a folder was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// A store.
    Store,
    /// An output folder: `team/`, `export/` and `private/` are made in it.
    Report,
    /// The demo's output folder.
    Demo,
    /// The folder of private trees.
    Private,
    /// A tree that is replaced whole.
    Tree,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "a store",
            Self::Report => "reports",
            Self::Demo => "the demo",
            Self::Private => "private trees",
            Self::Tree => "a generated tree",
        })
    }
}

/// What a mark says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What the folder was made for.
    #[serde(rename = "linchpin")]
    pub purpose: Purpose,
    /// For whoever finds the file.
    note: String,
    /// The layout version of a store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layout: Option<u32>,
    /// The name of a tree, where it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether a file of a tree that somebody changed is kept beside the new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keeps_edits: bool,
    /// The files that linchpin wrote into a tree, with their SHA-256 where edits are kept.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, String>,
    /// The drafts in which a person wrote, with the SHA-256 of what was written last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drafts: BTreeMap<String, String>,
    /// The drafts of the tree before whose text is in the ones of this tree, with the SHA-256 that they had there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub taken_over: BTreeMap<String, String>,
}

impl Mark {
    /// The mark of a folder.
    #[must_use]
    pub fn of(purpose: Purpose) -> Self {
        Self {
            purpose,
            note: "linchpin made this folder and replaces what it wrote here; other files stay"
                .to_owned(),
            layout: None,
            name: None,
            keeps_edits: false,
            files: BTreeMap::new(),
            drafts: BTreeMap::new(),
            taken_over: BTreeMap::new(),
        }
    }

    /// The bytes of its file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and a map of strings: an error cannot happen, and an empty mark would be known for damaged.
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        seal(&text).into_bytes()
    }

    /// Reads a mark; `None` for a damaged one.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > MAX_BYTES {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        match check(text) {
            Seal::Sound => serde_json::from_str(text).ok(),
            Seal::Missing | Seal::Broken => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::seal::digest;

    #[test]
    fn a_mark_is_json_that_is_read_again_and_any_flipped_bit_is_noticed() {
        let mut mark = Mark::of(Purpose::Tree);
        mark.files.insert("a.md".to_owned(), digest(b"a"));
        for mark in [Mark::of(Purpose::Store), mark] {
            let bytes = mark.to_bytes();
            assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
            assert_eq!(Mark::parse(&bytes).as_ref(), Some(&mark));
            for at in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[at / 8] ^= 1 << (at % 8);
                assert_eq!(Mark::parse(&flipped), None, "bit {at}");
            }
            for end in 0..bytes.len() {
                assert_eq!(Mark::parse(&bytes[..end]), None, "cut at {end}");
            }
            assert_eq!(Mark::parse(&[bytes.as_slice(), b"x"].concat()), None);
        }
    }
}
