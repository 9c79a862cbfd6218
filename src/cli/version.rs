//! Which build this is: its version and, where whoever built it said so, the commit it was built from.

use std::sync::LazyLock;

/// The commit that a build was told of: `.ci/run` and release jobs set `LINCHPIN_COMMIT`, a build by hand need not.
const COMMIT: Option<&str> = option_env!("LINCHPIN_COMMIT");

/// What `--version` prints after the program's name.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> =
        LazyLock::new(|| with_commit(env!("CARGO_PKG_VERSION"), COMMIT));
    &VERSION
}

/// `0.1.0 (3f2a91c0b4d7)`: the commit in the twelve digits by which git knows it even in large repositories. What is no commit's
/// id is left out, so that nothing else a build happens to find in its environment is printed.
fn with_commit(version: &str, commit: Option<&str>) -> String {
    let commit = commit.map(str::trim).filter(|commit| {
        commit.len() >= 7 && commit.chars().all(|digit| digit.is_ascii_hexdigit())
    });
    match commit {
        Some(commit) => {
            let short: String = commit.chars().take(12).collect();
            format!("{version} ({short})")
        }
        None => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_says_which_commit_it_is_of_where_it_was_told() {
        let commit = "3f2a91c0b4d7e6a5f8c9b0a1d2e3f4a5b6c7d8e9";
        assert_eq!(with_commit("0.1.0", Some(commit)), "0.1.0 (3f2a91c0b4d7)");
        assert_eq!(with_commit("0.1.0", Some("3f2a91c\n")), "0.1.0 (3f2a91c)");
    }

    #[test]
    fn a_build_that_was_told_of_no_commit_says_its_version_alone() {
        for told in [None, Some(""), Some("  "), Some("main"), Some("3f2a9")] {
            assert_eq!(with_commit("0.1.0", told), "0.1.0", "{told:?}");
        }
    }
}
