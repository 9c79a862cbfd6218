//! Rows counted by reason.

use serde::{Serialize, Serializer};

/// How many rows have each reason, in the order of the reasons. A figure has none to three of them, and there are millions of
/// figures: a list takes a tenth of what a tree would.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(Vec<(&'static str, u64)>);

impl Counts {
    /// Counts more rows of a reason.
    pub fn add(&mut self, reason: &'static str, n: u64) {
        match self.0.binary_search_by_key(&reason, |(known, _)| known) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known += n;
                }
            }
            Err(at) => {
                self.0.reserve_exact(1);
                self.0.insert(at, (reason, n));
            }
        }
    }

    /// How many have a reason; `None`: it never came up.
    #[must_use]
    pub fn get(&self, reason: &str) -> Option<&u64> {
        let found = self.0.iter().find(|(known, _)| *known == reason);
        found.map(|(_, n)| n)
    }

    /// Whether a reason came up.
    #[must_use]
    pub fn contains_key(&self, reason: &str) -> bool {
        self.get(reason).is_some()
    }

    /// Whether none did.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.0.iter().copied()
    }

    /// All rows.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().map(|(_, n)| n).sum()
    }
}

impl FromIterator<(&'static str, u64)> for Counts {
    fn from_iter<T: IntoIterator<Item = (&'static str, u64)>>(counts: T) -> Self {
        let mut all = Self::default();
        for (reason, n) in counts {
            all.add(reason, n);
        }
        all
    }
}

impl<const N: usize> From<[(&'static str, u64); N]> for Counts {
    fn from(counts: [(&'static str, u64); N]) -> Self {
        counts.into_iter().collect()
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_order_and_add_up() {
        let mut counts = Counts::from([("late", 2), ("by_automation", 1)]);
        counts.add("late", 3);
        let told: Vec<_> = counts.iter().collect();
        assert_eq!(told, [("by_automation", 1), ("late", 5)]);
        assert_eq!((counts.total(), counts.get("early")), (6, None));
        assert_eq!(
            serde_json::to_string(&counts).unwrap(),
            r#"{"by_automation":1,"late":5}"#
        );
    }
}
