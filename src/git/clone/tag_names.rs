//! What the tags of a clone are called: which of them look like releases, told apart by what stands before their number.

use std::collections::BTreeMap;

/// Tags whose names are one text followed by a version: two numbers or more with dots between, or a number of eight digits, a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFamily {
    /// What stands before the version.
    pub prefix: String,
    /// Whether the version is a day.
    pub is_day: bool,
    /// How many there are.
    pub n: usize,
}

impl TagFamily {
    /// A regular expression of just these.
    #[must_use]
    pub fn pattern(&self) -> String {
        let version = if self.is_day {
            "[0-9]{8}"
        } else {
            r"[0-9]+(\.[0-9]+)+"
        };
        format!("^{}{version}$", regex::escape(&self.prefix))
    }
}

/// The families of some tags, the largest first; what is no release, such as `v1.2.0-rc.1`, is in none.
pub(super) fn families<'a>(tags: impl Iterator<Item = &'a str>) -> Vec<TagFamily> {
    let mut found: BTreeMap<(&str, bool), usize> = BTreeMap::new();
    for family in tags.filter_map(family) {
        *found.entry(family).or_default() += 1;
    }
    let mut families: Vec<TagFamily> = found
        .into_iter()
        .map(|((prefix, is_day), n)| TagFamily {
            prefix: prefix.to_owned(),
            is_day,
            n,
        })
        .collect();
    families.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.prefix.cmp(&b.prefix)));
    families
}

fn family(tag: &str) -> Option<(&str, bool)> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let version = |letter: char| letter.is_ascii_digit() || letter == '.';
    let start = tag.trim_end_matches(version).len();
    let (prefix, version) = tag.split_at(start);
    if version.len() == 8 && is_number(version) {
        return Some((prefix, true));
    }
    let is_version = version.contains('.') && version.split('.').all(is_number);
    is_version.then_some((prefix, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_apart_by_what_stands_before_their_version() {
        let tags = [
            "v1.0",
            "v1.2.3",
            "v2.0.0",
            "v2.0.0-rc.1",
            "app-1.2.0",
            "nightly",
            "20260701",
            "v3",
            "1..2",
            ".5.",
        ];
        let found = families(tags.into_iter());
        let found: Vec<(&str, bool, usize)> = found
            .iter()
            .map(|family| (family.prefix.as_str(), family.is_day, family.n))
            .collect();
        // `v2.0.0-rc.1` ends in `.1`, which is no version.
        assert_eq!(found, [("v", false, 3), ("", true, 1), ("app-", false, 1)]);
    }

    #[test]
    fn a_pattern_matches_its_family_and_nothing_else() {
        let tags = [
            "(v)1.0",
            "(v)2.0",
            "v1.0",
            "(v)2.0-beta",
            "x20260701",
            "20260702",
        ];
        for family in families(tags.into_iter()) {
            let pattern = regex::Regex::new(&family.pattern()).unwrap();
            let n = tags.iter().filter(|tag| pattern.is_match(tag)).count();
            assert_eq!(n, family.n, "{family:?}");
        }
    }
}
