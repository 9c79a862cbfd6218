//! Which repositories are read: those of the format that git has written for twenty years, and no other.
//!
//! Git stops at a format or an extension that it does not know: to read on would be to read something else than what is there.

use std::path::Path;

use gix::bstr::ByteSlice as _;
use gix::config::Source;

use crate::git::Error;

/// The newest `core.repositoryFormatVersion` there is.
const NEWEST: i64 = 1;

/// Extensions that change nothing about objects and refs, or that gix itself reads. They are written in small letters.
const KNOWN: &[&str] = &[
    "noop",
    "noop-v1",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "objectformat",
    "compatobjectformat",
    "refstorage",
    "relativeworktrees",
    "submodulepathconfig",
];

/// Why a repository is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownFormat {
    /// The refs are kept in another way than as files.
    #[error(
        "its refs are kept as `{storage}` (`extensions.refStorage`), and only files can be read"
    )]
    RefStorage {
        /// What the configuration says.
        storage: String,
    },
    /// Git forbids to read on where an extension is not known.
    #[error("it has the extension `extensions.{name}`, which is not known")]
    Extension {
        /// The extension.
        name: String,
    },
    /// A format from the future.
    #[error(
        "its `core.repositoryFormatVersion` is {version}, and {NEWEST} is the newest that is known"
    )]
    Version {
        /// The version.
        version: i64,
    },
}

/// Refuses a repository whose format is not known.
pub(super) fn check(repository: &gix::Repository, path: &Path) -> Result<(), Error> {
    let refuse = |source| {
        Err(Error::Format {
            path: path.to_owned(),
            source,
        })
    };
    let version = version(repository);
    if version > NEWEST {
        return refuse(UnknownFormat::Version { version });
    }
    for (name, value) in extensions(repository) {
        if name == "refstorage" && !value.eq_ignore_ascii_case("files") {
            return refuse(UnknownFormat::RefStorage { storage: value });
        }
        // Repositories of the first format may carry any: git looks at none of them there.
        if version == NEWEST && !KNOWN.contains(&name.as_str()) {
            return refuse(UnknownFormat::Extension { name });
        }
    }
    Ok(())
}

/// Whether something was left out on purpose when the repository was cloned: what it lacks is not damaged.
pub(super) fn is_partial(repository: &gix::Repository) -> bool {
    let config = repository.config_snapshot();
    let is_promised = |section: &gix::config::file::SectionRef<'_>| {
        let value = |name: &str| section.body().value(name);
        value("partialclonefilter").is_some()
            || value("promisor").is_some_and(|value| value.eq_ignore_ascii_case(b"true"))
    };
    config
        .plumbing()
        .sections_by_name("remote")
        .is_some_and(|mut sections| sections.any(|section| is_promised(&section)))
        || extensions(repository).any(|(name, _)| name == "partialclone")
}

/// Whether `git log` would follow `refs/replace/` here.
pub(super) fn follows_replacements(repository: &gix::Repository) -> bool {
    let config = repository.config_snapshot();
    let of_repository = |meta: &gix::config::file::Metadata| is_own(meta.source);
    let found = config
        .plumbing()
        .boolean_filter("core.useReplaceRefs", of_repository);
    !matches!(found, Ok(Some(false)))
}

/// The repository's own configuration, and not what this program sets.
const fn is_own(source: Source) -> bool {
    matches!(source, Source::Local | Source::Worktree)
}

fn version(repository: &gix::Repository) -> i64 {
    let config = repository.config_snapshot();
    let of_repository = |meta: &gix::config::file::Metadata| is_own(meta.source);
    let found = config
        .plumbing()
        .integer_filter("core.repositoryFormatVersion", of_repository);
    found.ok().flatten().unwrap_or(0)
}

/// Names, in small letters, and values of the extensions.
fn extensions(repository: &gix::Repository) -> impl Iterator<Item = (String, String)> {
    let config = repository.config_snapshot();
    let mut found = Vec::new();
    let sections = config.plumbing().sections_by_name("extensions");
    for section in sections.into_iter().flatten() {
        if !is_own(section.meta().source) {
            continue;
        }
        let header = section.header();
        let group = header.subsection_name();
        for name in section.value_names() {
            let value = section.body().value(&name).unwrap_or_default();
            let name = match group {
                Some(group) => format!("{}.{name}", group.to_str_lossy()),
                None => name,
            };
            found.push((name.to_ascii_lowercase(), value.to_str_lossy().into_owned()));
        }
    }
    found.into_iter()
}
