//! What stands beside code: tests and documents, by path.

use globset::{Glob, GlobSet, GlobSetBuilder};

use super::kinds::Kinds;

/// The kind of the register that says what tests are.
const TESTS: &str = "tests";
/// The kind of the register that says what documents are.
const DOCUMENTS: &str = "documents";

/// What tests are where the register has no kind of that name.
const USUAL_TESTS: &[&str] = &[
    "**/test/**",
    "**/tests/**",
    "**/__tests__/**",
    "**/spec/**",
    "**/test_*.*",
    "**/*_test.*",
    "**/*_tests.*",
    "**/*.test.*",
    "**/*.spec.*",
    "**/*_spec.*",
    "**/*Test.*",
    "**/*Tests.*",
];

/// What documents are where the register has no kind of that name.
const USUAL_DOCUMENTS: &[&str] = &[
    "docs/**",
    "**/docs/**",
    "**/*.md",
    "**/*.rst",
    "**/*.adoc",
    "**/README*",
];

/// Which paths are tests and which are documents.
#[derive(Debug)]
pub struct BesideCode {
    tests: GlobSet,
    documents: GlobSet,
}

impl BesideCode {
    /// By the register's kinds `tests` and `documents`, else by the usual paths.
    #[must_use]
    pub fn of(kinds: &Kinds) -> Self {
        let of = |name: &str, usual: &[&str]| {
            let declared = kinds.paths_of(name).cloned();
            declared.unwrap_or_else(|| globs(usual))
        };
        Self {
            tests: of(TESTS, USUAL_TESTS),
            documents: of(DOCUMENTS, USUAL_DOCUMENTS),
        }
    }

    /// Whether a path is a test.
    #[must_use]
    pub fn is_test(&self, path: &str) -> bool {
        self.tests.is_match(path)
    }

    /// Whether a path is a document.
    #[must_use]
    pub fn is_document(&self, path: &str) -> bool {
        self.documents.is_match(path)
    }

    /// Whether a path is neither.
    #[must_use]
    pub fn is_code(&self, path: &str) -> bool {
        !self.is_test(path) && !self.is_document(path)
    }
}

fn globs(paths: &[&str]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in paths.iter().filter_map(|path| Glob::new(path).ok()) {
        set.add(glob);
    }
    set.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::parse;

    fn beside(register: &str) -> BesideCode {
        BesideCode::of(&Kinds::new(&parse(register, "it").unwrap()).unwrap())
    }

    #[test]
    fn tests_and_documents_are_told_by_their_usual_paths() {
        let beside = beside("");
        for path in [
            "tests/it/main.rs",
            "web/src/cart.test.ts",
            "api/test_orders.py",
            "api/orders_test.go",
        ] {
            assert!(beside.is_test(path), "{path}");
        }
        for path in ["docs/adr/0001.md", "README.md", "web/docs/guide.txt"] {
            assert!(beside.is_document(path), "{path}");
        }
        for path in ["src/contest.rs", "src/latest/lib.rs", "src/attestation.rs"] {
            assert!(beside.is_code(path), "{path}");
        }
    }

    #[test]
    fn a_kind_of_the_register_goes_before_the_usual_paths() {
        let beside = beside("[[kind]]\nname = \"tests\"\npaths = [\"checks/**\"]\n");
        assert!(beside.is_test("checks/all.rs"));
        assert!(beside.is_code("tests/it/main.rs"));
        assert!(beside.is_document("README.md"));
    }
}
