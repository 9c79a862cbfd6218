//! Kinds of files by path: decision records, pipeline, migrations, postmortems, and what a team adds.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::pattern::BadPattern;
use crate::register::Register;

/// What records of decisions are called, whoever names their paths.
pub const DECISION_RECORDS: &str = "decision records";
/// What write-ups of incidents are called, whoever names their paths.
pub const POSTMORTEMS: &str = "postmortems";
/// What instructions for running the product are called, whoever names their paths.
pub const RUNBOOKS: &str = "runbooks";
/// What changes of a database's shape are called, whoever names their paths.
pub const MIGRATIONS: &str = "migrations";

/// The kinds that take a document, wherever it lies: a program in a directory of postmortems is none.
const DOCUMENTS: [&str; 3] = [DECISION_RECORDS, POSTMORTEMS, RUNBOOKS];

/// How names of documents end.
const ENDINGS: [&str; 12] = [
    ".md",
    ".markdown",
    ".mdx",
    ".rst",
    ".adoc",
    ".asciidoc",
    ".txt",
    ".org",
    ".tex",
    ".html",
    ".pdf",
    ".docx",
];

/// The kinds without any in the register. Releases come from GitHub and have no path.
pub const DEFAULTS: &[(&str, &[&str])] = &[
    (
        DECISION_RECORDS,
        &["**/adr/**", "**/adrs/**", "**/decisions/**", "**/rfcs/**"],
    ),
    (
        MIGRATIONS,
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
    (RUNBOOKS, &["**/runbooks/**"]),
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
            .filter(|(name, globs)| globs.is_match(path) && takes(name, path))
            .map(|(name, _)| name.clone())
            .collect()
    }
}

/// Whether a kind takes a file of such a name.
fn takes(kind: &str, path: &str) -> bool {
    let lower = path.to_lowercase();
    !DOCUMENTS.contains(&kind) || ENDINGS.iter().any(|ending| lower.ends_with(ending))
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
        check("docs/runbooks/restore.md", &["runbooks"]);
        check("docs/postmortems/handler.py", &[]);
        check("docs/adr/template.svg", &[]);
        check("app/migrations/__init__.py", &["migrations"]);
    }

    #[test]
    fn a_program_is_no_postmortem_whatever_the_register_names() {
        let text = "[[kind]]\nname = \"postmortems\"\npaths = [\"incidents/**\"]\n";
        let register = crate::register::parse(text, "linchpin.toml").unwrap();
        let kinds = Kinds::new(&register).unwrap();
        assert_eq!(kinds.of("incidents/handler.py"), [] as [&str; 0]);
        assert_eq!(kinds.of("incidents/2026-02.md"), ["postmortems"]);
    }
}
