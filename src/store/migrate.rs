//! From the layout of an older version to today's, one version after the other.
//!
//! A step may be cut short at any instant and begun again: the version is written last.

use super::manifest::Manifest;
use super::{Error, VERSION_FILE, recover};
use crate::folder::Folder;

/// By version: what makes it the next one.
type Step = fn(&Folder) -> Result<(), Error>;

/// The steps, from version 1 on.
const STEPS: [Step; 1] = [check_lines];

/// The oldest version that can be brought up to date.
pub(super) const OLDEST: u32 = 1;

/// Brings a store that nobody else writes from a version up to today's, and writes each version that is reached.
pub(super) fn migrate(folder: &Folder, found: u32) -> Result<(), Error> {
    for (version, step) in (OLDEST..).zip(STEPS) {
        if version >= found {
            step(folder)?;
            folder.replace(VERSION_FILE, format!("{}\n", version + 1).as_bytes())?;
        }
    }
    Ok(())
}

/// 1 → 2: each line of the manifest gets a checksum of its own.
fn check_lines(folder: &Folder) -> Result<(), Error> {
    let (mut manifest, is_damaged) = Manifest::read_old(folder)?;
    if is_damaged {
        recover::manifest(folder, &mut manifest)?;
    }
    manifest.rewrite(folder)
}
