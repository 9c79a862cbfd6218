//! JSON that guards itself: its last member is a checksum of all that stands before it.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::content::Content;

const MEMBER: &str = ",\n  \"check\": \"";

/// Whether a text is what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// Its checksum is right.
    Sound,
    /// It has no checksum.
    Missing,
    /// It has one, and it is wrong.
    Broken,
}

/// SHA-256 in hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The same of what may be too much to be in memory at once.
///
/// # Errors
/// Its bytes cannot be made.
pub fn digest_of(content: &impl Content) -> std::io::Result<String> {
    let mut sum = Sha256::new();
    content.pieces(&mut |piece| {
        sum.update(piece);
        Ok(())
    })?;
    Ok(hexadecimal(&sum.finalize()))
}

fn hexadecimal(sum: &[u8]) -> String {
    sum.iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Adds the checksum to a JSON object with at least one member, written over several lines.
#[must_use]
pub fn seal(object: &str) -> String {
    let body = object.trim_end();
    let body = body.strip_suffix('}').unwrap_or(body).trim_end();
    format!("{body}{}", end(body))
}

/// Looks at the checksum of a text.
#[must_use]
pub fn check(text: &str) -> Seal {
    match text.rsplit_once(MEMBER) {
        Some((body, _)) if text.get(body.len()..) == Some(end(body).as_str()) => Seal::Sound,
        Some(_) => Seal::Broken,
        None => Seal::Missing,
    }
}

/// The last member and the end.
fn end(body: &str) -> String {
    let sum = digest(body.as_bytes());
    format!("{MEMBER}{}\"\n}}\n", sum.get(..16).unwrap_or_default())
}
