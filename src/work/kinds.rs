//! Kinds of files by path: decision records, pipeline, migrations, postmortems, and what a team adds.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::pattern::BadPattern;
use crate::register::Register;

/// What records of decisions are called, whoever names their paths.
pub const DECISION_RECORDS: &str = "decision records";
/// What write-ups of incidents are called, whoever names their paths.
pub const POSTMORTEMS: &str = "postmortems";

/// The kinds without any in the register. Releases come from GitHub and have no path.
pub const DEFAULTS: &[(&str, &[&str])] = &[
    (
        DECISION_RECORDS,
        &["**/adr/**", "**/adrs/**", "**/decisions/**", "**/rfcs/**"],
    ),
    (
        "migrations",
        &[
            "**/migrations/**",
            "**/alembic/versions/**",
            "**/db/changelog/**",
        ],
    ),
    (
        "pipeline",
        &[
            ".github/workflows/**",
            ".github/actions/**",
            ".gitlab-ci.yml",
            ".circleci/**",
            ".buildkite/**",
            "**/Jenkinsfile",
            "azure-pipelines*.yml",
        ],
    ),
    (POSTMORTEMS, &["**/postmortems/**", "**/post-mortems/**"]),
];

/// Named sets of path patterns.
#[derive(Debug, Clone)]
pub struct Kinds(Vec<(String, GlobSet)>);

impl Kinds {
    /// The register's kinds; [`DEFAULTS`] where it has none.
    pub(crate) fn new(register: &Register) -> Result<Self, BadPattern> {
        let built = |name: &str, paths: &mut dyn Iterator<Item = &str>| {
            let mut set = GlobSetBuilder::new();
            for path in paths {
                set.add(Glob::new(path).map_err(|_| BadPattern(path.to_owned()))?);
            }
            let set = set.build().map_err(|_| BadPattern(name.to_owned()))?;
            Ok((name.to_owned(), set))
        };
        let kinds: Result<Vec<_>, _> = if register.kinds.is_empty() {
            DEFAULTS
                .iter()
                .map(|(name, paths)| built(name, &mut paths.iter().copied()))
                .collect()
        } else {
            register
                .kinds
                .iter()
                .map(|kind| built(&kind.name, &mut kind.paths.iter().map(String::as_str)))
                .collect()
        };
        let mut kinds = kinds?;
        kinds.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Self(kinds))
    }

    /// The paths of a kind; `None` where there is none of that name.
    #[must_use]
    pub fn paths_of(&self, name: &str) -> Option<&GlobSet> {
        let mut kinds = self.0.iter();
        let found = kinds.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, paths)| paths)
    }

    /// The kinds of a path, sorted.
    #[must_use]
    pub fn of(&self, path: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(_, globs)| globs.is_match(path))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_whole_directories() {
        let kinds = Kinds::new(&Register::default()).unwrap();
        let check = |path: &str, expected: &[&str]| assert_eq!(kinds.of(path), expected, "{path}");
        check("docs/adr/0001-use-queues.md", &["decision records"]);
        check("adr/0001.md", &["decision records"]);
        check("src/adrift/lib.rs", &[]);
        check("booking/migrations/0007_seats.sql", &["migrations"]);
        check(".github/workflows/ci.yml", &["pipeline"]);
        check(".github/CODEOWNERS", &[]);
        check("docs/postmortems/2026-02.md", &["postmortems"]);
    }
}
