//! Whether something that happened counts for a question.

/// Whether a row counts, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// In the figure.
    Included,
    /// Not in the figure, for a reason that the definition names.
    Excluded(&'static str),
    /// Belongs in the population, but cannot be measured.
    Unknown(&'static str),
}

impl Fate {
    /// As files and answers have it: the word, and the reason where it is not in the figure.
    #[must_use]
    pub const fn words(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Included => ("included", None),
            Self::Excluded(reason) => ("excluded", Some(reason)),
            Self::Unknown(reason) => ("unknown", Some(reason)),
        }
    }
}
