//! From the layout of an older version to today's, one version after the other.
//!
//! A step may be cut short at any instant and begun again: the version is written last.

use std::path::Path;

use super::manifest::Manifest;
use super::{Error, recover};

/// By version: what makes it the next one.
type Step = fn(&Path) -> Result<(), Error>;

/// The steps, from version 1 on.
const STEPS: [Step; 1] = [check_lines];

/// The oldest version that can be brought up to date.
pub(super) const OLDEST: u32 = 1;

/// Brings a store that nobody else writes from a version up to today's; `written` is told each version that is reached.
pub(super) fn migrate(
    root: &Path,
    found: u32,
    written: impl Fn(u32) -> Result<(), Error>,
) -> Result<(), Error> {
    for (version, step) in (OLDEST..).zip(STEPS) {
        if version >= found {
            step(root)?;
            written(version + 1)?;
        }
    }
    Ok(())
}

/// 1 → 2: each line of the manifest gets a checksum of its own.
fn check_lines(root: &Path) -> Result<(), Error> {
    let (mut manifest, is_damaged) = Manifest::read_old(root)?;
    if is_damaged {
        recover::manifest(root, &mut manifest)?;
    }
    manifest.rewrite(root)
}
