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
    /// Of one row for which there are two reasons at once, the one that is told: what a definition leaves out whatever else is true of
    /// it is no gap in what is known.
    #[must_use]
    pub const fn or(first: Option<Self>, second: Self) -> Self {
        match (first, second) {
            (None | Some(Self::Unknown(_)), Self::Excluded(_)) | (None, _) => second,
            (Some(first), _) => first,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_either_way_is_not_unknown() {
        let excluded = |reason| Fate::Excluded(reason);
        let unknown = |reason| Fate::Unknown(reason);
        let check = |first, second, expected| assert_eq!(Fate::or(first, second), expected);
        check(None, Fate::Included, Fate::Included);
        check(None, unknown("b"), unknown("b"));
        check(Some(unknown("a")), excluded("b"), excluded("b"));
        check(Some(excluded("a")), unknown("b"), excluded("a"));
        // Of two reasons of a kind the first.
        check(Some(excluded("a")), excluded("b"), excluded("a"));
        check(Some(unknown("a")), unknown("b"), unknown("a"));
        // Nothing counts that the first reason keeps out.
        check(Some(unknown("a")), Fate::Included, unknown("a"));
        check(Some(excluded("a")), Fate::Included, excluded("a"));
    }
}
