//! What is left when one of the store's own lists is damaged: raw answers are found again, what is derived is rebuilt.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::manifest::{Entry, Manifest};
use super::{Error, RepositoryEntry, Store, raw};
use crate::domain::{Gap, RepositoryId, Stream};

fn gap(subject: &str, reason: &str) -> Gap {
    Gap {
        repository: None,
        kind: "store".to_owned(),
        subject: subject.to_owned(),
        reason: reason.to_owned(),
    }
}

/// What can be derived again: after damage it is, since nobody knows which part of it was forgotten.
fn is_derived(path: &str) -> bool {
    path.starts_with("facts/") || path.starts_with("mined/")
}

/// Completes a manifest of which some lines could not be read, from the files that are there.
///
/// A file is renamed into place whole, so one that can be read is what was committed. One that cannot be stays in the
/// manifest as damaged: its stream is fetched anew.
pub(super) fn manifest(root: &Path, manifest: &mut Manifest) -> Result<Vec<Gap>, Error> {
    let mut gaps = vec![gap("manifest.jsonl", "rebuilt")];
    manifest.retain(|path| !is_derived(path));
    for path in files(root)? {
        let is_own = !path.contains('/') && path != super::REPOSITORIES_FILE;
        if is_own
            || is_derived(&path)
            || path.starts_with("state/")
            || manifest.get(&path).is_some()
        {
            continue;
        }
        let full = root.join(&path);
        let bytes = fs::read(&full).map_err(Error::io(&full, "read"))?;
        if path.starts_with("raw/") && !raw::is_whole(&bytes) {
            gaps.push(gap(&path, "damaged"));
            manifest.insert(Entry::damaged(&path));
        } else {
            manifest.insert(Entry::of(&path, &bytes));
        }
    }
    Ok(gaps)
}

/// Every file below a directory that is no leftover, sorted.
fn files(root: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut pending = vec![root.to_owned()];
    while let Some(directory) = pending.pop() {
        let entries = fs::read_dir(&directory).map_err(Error::io(&directory, "read"))?;
        for entry in entries {
            let path = entry.map_err(Error::io(&directory, "read"))?.path();
            let name = path.file_name().map(std::ffi::OsStr::to_string_lossy);
            if path.is_dir() {
                pending.push(path);
            } else if name.is_some_and(|name| !name.starts_with('.'))
                && let Ok(relative) = path.strip_prefix(root)
            {
                found.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The repositories that raw answers, states and mined histories speak of, under the keys that they have there.
///
/// A clone without a GitHub name has nothing that says what it was called: its place stays empty for whoever comes next.
pub(super) fn repositories(store: &Store) -> Result<Vec<RepositoryEntry>, Error> {
    let mut ids: BTreeSet<u32> = BTreeSet::new();
    for path in files(store.root())? {
        let mut parts = path.split('/');
        let (top, second) = (parts.next(), parts.next());
        let id: Option<u32> = second
            .filter(|_| matches!(top, Some("raw" | "state" | "mined")))
            .and_then(|name| name.split('.').next()?.parse().ok());
        ids.extend(id);
    }
    let mut entries = Vec::new();
    for id in 0..ids.last().map_or(0, |last| last + 1) {
        let id = RepositoryId(id);
        let mut entry = RepositoryEntry::nameless(id);
        raw::read_latest(store, id, Stream::Repository, |record| {
            if let Some(name) = record.node.get("nameWithOwner").and_then(Value::as_str) {
                name.clone_into(&mut entry.name);
                entry.keys = vec![name.to_lowercase()];
                entry.node = Some(record.id);
            }
        })?;
        entries.push(entry);
    }
    Ok(entries)
}

/// The gap that says that the list of repositories was made again.
pub(super) fn repositories_gap() -> Gap {
    gap(super::REPOSITORIES_FILE, "rebuilt")
}
