//! What is mined from a clone: `[mining]`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which commits are mined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refs {
    /// Those that the default branch reaches.
    #[default]
    Default,
    /// Those that any ref reaches; the others are marked as not on the default branch.
    All,
}

/// What is recorded of merges.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Merges {
    /// That they are there.
    #[default]
    Recorded,
    /// What changed against their first parent, too.
    FirstParent,
}

/// What mining reads, and what it leaves out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mining {
    /// Which commits are mined. Figures are of those on the default branch, whichever are; who is who is
    /// told from all of them.
    #[schemars(example = &"all")]
    pub refs: Refs,
    /// What is recorded of merges. Figures are of the changes that were merged, each counted once, whatever is.
    #[schemars(example = &"first-parent")]
    pub merges: Merges,
    /// Globs of paths left out of the knowledge metrics.
    #[schemars(example = ["docs/generated/**"])]
    pub exclude: Vec<String>,
    /// Commits that touch more files are left out of the knowledge metrics.
    #[schemars(example = 100)]
    pub max_files_per_commit: u32,
    /// Whether the store keeps mirrors of GitHub repositories that have no clone here; `--no-clone` says no, too.
    #[schemars(example = true)]
    pub clones: bool,
    /// What all mirrors together may take on the disk.
    #[schemars(example = &"50 GB", with = "String")]
    pub disk: Disk,
}

impl Mining {
    /// What facts are derived under, as a text: where clones come from is none of it.
    #[must_use]
    pub fn of_facts(&self) -> String {
        let Self {
            refs,
            merges,
            exclude,
            max_files_per_commit,
            ..
        } = self;
        format!(
            "Mining {{ refs: {refs:?}, merges: {merges:?}, exclude: {exclude:?}, max_files_per_commit: {max_files_per_commit} }}"
        )
    }
}

/// Room on a disk, in bytes: `500 MB`, `50 GB`, `2 TB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Disk(u64);

/// Units and what they are in bytes, the largest first.
const UNITS: [(&str, u64); 4] = [
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
];

impl Disk {
    /// Bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self(50_000_000_000)
    }
}

impl From<Disk> for String {
    fn from(disk: Disk) -> Self {
        let whole = UNITS.iter().find(|(_, unit)| disk.0.is_multiple_of(*unit));
        match whole {
            Some((name, unit)) => format!("{} {name}", disk.0 / unit),
            None => format!("{} kB", disk.0.div_ceil(1_000)),
        }
    }
}

impl TryFrom<String> for Disk {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let parsed = || {
            let text = text.trim();
            let (number, unit) = text.split_at_checked(text.len().checked_sub(2)?)?;
            let (_, unit) = UNITS
                .iter()
                .find(|(name, _)| unit.eq_ignore_ascii_case(name))?;
            number.trim().parse::<u64>().ok()?.checked_mul(*unit)
        };
        parsed()
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no room on a disk such as `500 MB` or `50 GB`: a whole number and kB, MB, GB or TB"))
    }
}

impl Default for Mining {
    fn default() -> Self {
        Self {
            refs: Refs::default(),
            merges: Merges::default(),
            exclude: Vec::new(),
            max_files_per_commit: 100,
            clones: true,
            disk: Disk::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_on_a_disk_is_a_number_and_its_unit() {
        let bytes = |text: &str| Disk::try_from(text.to_owned()).ok().map(Disk::bytes);
        assert_eq!(bytes("50 GB"), Some(50_000_000_000));
        assert_eq!(bytes(" 500mb"), Some(500_000_000));
        assert_eq!(bytes("0 kB"), Some(0));
        for text in [
            "",
            "B",
            "50",
            "GB",
            "-1 GB",
            "1.5 GB",
            "99999999999 TB",
            "5 éB",
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
        assert_eq!(String::from(Disk::default()), "50 GB");
    }
}
