//! Temporary names: of linchpin's own form, and not to be guessed.

/// What a temporary name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Temporary {
    /// A file on its way into its place.
    File,
    /// A tree on its way into its place, or, once it was exchanged, the one that was there.
    New,
    /// A tree that was moved out of its place.
    Old,
}

const ALL: [Temporary; 3] = [Temporary::File, Temporary::New, Temporary::Old];

impl Temporary {
    const fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::New => "new",
            Self::Old => "old",
        }
    }
}

/// A name that nobody has yet.
pub(super) fn fresh(kind: Temporary) -> std::io::Result<String> {
    use std::fmt::Write as _;
    let mut random = [0_u8; 16];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    let mut name = format!(".linchpin-{}-", kind.word());
    for byte in random {
        let _ = write!(name, "{byte:02x}");
    }
    Ok(name + ".tmp")
}

/// What a name of the exact form that [`fresh`] makes is for; `None` for any other.
pub(super) fn kind_of(name: &str) -> Option<Temporary> {
    let rest = name.strip_prefix(".linchpin-")?.strip_suffix(".tmp")?;
    let (word, random) = rest.split_once('-')?;
    let is_random = random.len() == 32
        && random
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    ALL.into_iter()
        .find(|kind| is_random && kind.word() == word)
}

/// Whether a name is of the form that linchpin gives a file on its way into its place.
#[must_use]
pub fn is_temporary(name: &str) -> bool {
    kind_of(name) == Some(Temporary::File)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_form_is_ones_own() {
        for kind in ALL {
            let (one, other) = (fresh(kind).unwrap(), fresh(kind).unwrap());
            assert_ne!(one, other);
            assert_eq!(kind_of(&one), Some(kind));
            assert_eq!(kind_of(&one.to_uppercase()), None);
            assert_eq!(kind_of(one.trim_end_matches(".tmp")), None);
            assert_eq!(kind_of(&one.replace(".tmp", "0.tmp")), None);
        }
        for foreign in [
            ".draft.tmp",
            ".linchpin-file-.tmp",
            ".linchpin-12.tmp",
            ".manifest.jsonl.tmp",
            "",
        ] {
            assert_eq!(kind_of(foreign), None, "{foreign}");
        }
    }
}
