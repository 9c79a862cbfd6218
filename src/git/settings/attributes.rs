//! Why a path is left out of knowledge: the repository's own attributes, then the rules that hold everywhere.
//!
//! In this order, the first that applies counts: `linguist-generated` and `linguist-vendored` of the tip's `.gitattributes`
//! files (unset, they overrule the defaults); a glob of the configuration; a vendored directory; a lock file.

use gix::bstr::ByteSlice;

use crate::domain::Exclusion;
use crate::git::Error;

/// Directories that hold other people's code, wherever they are in the tree.
const VENDORED_DIRECTORIES: &[&str] = &[
    "vendor",
    "vendored",
    "node_modules",
    "bower_components",
    "third_party",
    "third-party",
    "thirdparty",
    "3rdparty",
    "Godeps",
    "Pods",
    "Carthage",
    ".yarn",
    "jspm_packages",
];

/// Files that a package manager writes.
const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "Gemfile.lock",
    "Gopkg.lock",
    "Package.resolved",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "conda-lock.yml",
    "deno.lock",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pdm.lock",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Attribute files larger than this are not read: git itself stops far later, and none is this large on purpose.
pub(in crate::git) const MAX_ATTRIBUTES_BYTES: usize = 4 << 20;

/// Git's only built-in macro: what is `binary` is not compared.
pub(in crate::git) const BINARY_MACRO: &str = "[attr]binary -diff -merge -text";

/// The rules of one repository.
pub(in crate::git) struct PathRules {
    search: gix::attrs::Search,
    outcome: gix::attrs::search::Outcome,
    has_attributes: bool,
    configured: globset::GlobSet,
}

impl PathRules {
    /// From the tip's attribute files (directory without a slash at the end, content), outermost first, and from globs.
    pub(in crate::git) fn new(
        files: &[(Vec<u8>, Vec<u8>)],
        globs: &[String],
    ) -> Result<Self, Error> {
        let mut search = gix::attrs::Search::default();
        let mut collection = gix::attrs::search::MetadataCollection::default();
        let root = std::path::Path::new("");
        for (directory, content) in files {
            let source = std::path::Path::new(&*directory.to_str_lossy()).join(".gitattributes");
            // Broken lines are skipped, as git does.
            let _ = search.add_patterns_buffer(
                content,
                source,
                Some(root),
                &mut collection,
                directory.is_empty(),
            );
        }
        let mut outcome = gix::attrs::search::Outcome::default();
        outcome.initialize_with_selection(&collection, ["linguist-generated", "linguist-vendored"]);
        let mut configured = globset::GlobSetBuilder::new();
        for glob in globs {
            let glob = globset::GlobBuilder::new(glob)
                .literal_separator(true)
                .build();
            configured.add(glob.map_err(|source| Error::Glob {
                glob: source.glob().unwrap_or_default().to_owned(),
                source,
            })?);
        }
        let configured = configured.build().map_err(|source| Error::Glob {
            glob: globs.join(", "),
            source,
        })?;
        Ok(Self {
            search,
            outcome,
            has_attributes: !files.is_empty(),
            configured,
        })
    }

    /// Why a path is left out; `None`: it counts.
    pub(in crate::git) fn exclusion(&mut self, path: &[u8]) -> Option<Exclusion> {
        let [generated, vendored] = self.attributes(path);
        if generated == Some(true) {
            return Some(Exclusion::Generated);
        }
        if vendored == Some(true) {
            return Some(Exclusion::Vendored);
        }
        if !self.configured.is_empty() && self.configured.is_match(&*path.to_str_lossy()) {
            return Some(Exclusion::Configured);
        }
        let mut parts = path.rsplit(|&byte| byte == b'/');
        let name = parts.next().unwrap_or_default();
        let is_one_of =
            |names: &[&str], part: &[u8]| names.iter().any(|name| name.as_bytes() == part);
        if vendored.is_none() && parts.any(|part| is_one_of(VENDORED_DIRECTORIES, part)) {
            return Some(Exclusion::Vendored);
        }
        (generated.is_none() && is_one_of(LOCK_FILES, name)).then_some(Exclusion::LockFile)
    }

    /// `linguist-generated` and `linguist-vendored`: set, unset, or not mentioned.
    fn attributes(&mut self, path: &[u8]) -> [Option<bool>; 2] {
        if !self.has_attributes {
            return [None, None];
        }
        self.outcome.reset();
        let case = gix::glob::pattern::Case::Sensitive;
        self.search.pattern_matching_relative_path(
            path.as_bstr(),
            case,
            Some(false),
            &mut self.outcome,
        );
        let mut found = [None, None];
        for (slot, matched) in found.iter_mut().zip(self.outcome.iter_selected()) {
            *slot = match matched.assignment.state {
                gix::attrs::StateRef::Set => Some(true),
                gix::attrs::StateRef::Unset => Some(false),
                gix::attrs::StateRef::Value(value) => Some(value.as_bstr() != "false"),
                gix::attrs::StateRef::Unspecified => None,
            };
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_win_over_the_rules_that_hold_everywhere() {
        let files = [
            (Vec::new(), b"*.pb.go linguist-generated\nvendor/ours/** -linguist-vendored\n/ext/** linguist-vendored=true\nCargo.lock -linguist-generated\n".to_vec()),
            (b"sub".to_vec(), b"made.txt linguist-generated=true\n".to_vec()),
        ];
        let mut rules = PathRules::new(&files, &["docs/api/**".to_owned()]).unwrap();
        let mut check =
            |path: &str, expected| assert_eq!(rules.exclusion(path.as_bytes()), expected, "{path}");
        check("a/b.pb.go", Some(Exclusion::Generated));
        check("vendor/theirs/a.c", Some(Exclusion::Vendored));
        check("vendor/ours/a.c", None);
        check("ext/a.c", Some(Exclusion::Vendored));
        check("src/ext/a.c", None);
        check("sub/made.txt", Some(Exclusion::Generated));
        check("made.txt", None);
        check("web/node_modules/x/y.js", Some(Exclusion::Vendored));
        check("vendor", None);
        check("yarn.lock", Some(Exclusion::LockFile));
        check("Cargo.lock", None);
        check("docs/api/x/y.md", Some(Exclusion::Configured));
        check("docs/x.md", None);
    }

    #[test]
    fn a_broken_glob_is_named() {
        let error = PathRules::new(&[], &["a[".to_owned()]).err().unwrap();
        assert_eq!(error.to_string(), "`a[` is not a valid glob");
    }

    #[test]
    fn broken_attributes_are_skipped() {
        let mut rules = PathRules::new(
            &[(
                Vec::new(),
                b"\xff\xfe [attr\n*.c ====\n\"unclosed linguist-generated\n".to_vec(),
            )],
            &[],
        )
        .unwrap();
        assert_eq!(rules.exclusion(b"a.c"), None);
    }
}
