//! Relative paths that stay where they are.

/// Whether a relative path stays below a folder: names with `/` between them, and none that leads elsewhere.
#[must_use]
pub fn is_inside(relative: &str) -> bool {
    relative.split('/').all(is_name)
}

/// Whether a text is one name: no way up, no separator, no drive or stream of Windows, nothing that Windows would cut off.
#[must_use]
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(['/', '\\', ':', '\0']) && !name.ends_with(['.', ' '])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_is_none() {
        for path in [
            "a",
            "a/b",
            "raw/0/issues/00000001.jsonl.zst",
            ".gitignore",
            "a..b",
            "…/é",
        ] {
            assert!(is_inside(path), "{path:?}");
        }
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/..", "../a", "a/../b", "a\\b",
            "..\\a", "C:", "C:/a", "a:b", "a\0b", "a. ", "...", ".. /a",
        ] {
            assert!(!is_inside(path), "{path:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_inside_has_no_way_up(path in "[./a\\\\: ]{0,12}") {
            if is_inside(&path) {
                let parts: Vec<_> = std::path::Path::new(&path).components().collect();
                proptest::prop_assert!(parts.iter().all(|part| matches!(part, std::path::Component::Normal(_))));
                proptest::prop_assert_eq!(parts.len(), path.split('/').count());
            }
        }
    }
}
