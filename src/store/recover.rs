//! What is left when one of the store's own lists is damaged: raw answers are found again, what is derived is rebuilt.

use std::collections::BTreeSet;

use serde_json::Value;

use super::manifest::{Entry, Manifest};
use super::{Error, RepositoryEntry, Store, layout, raw};
use crate::domain::{Gap, RepositoryId, Stream};
use crate::folder::{self, Folder};

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
pub(super) fn manifest(folder: &Folder, manifest: &mut Manifest) -> Result<Vec<Gap>, Error> {
    let mut gaps = vec![gap(super::manifest::FILE, "rebuilt")];
    manifest.retain(|path| !is_derived(path));
    for path in layout::files(folder)? {
        let is_list = [super::REPOSITORIES_FILE, super::discovery::DISCOVERY_FILE];
        let is_listed =
            layout::is_raw(&path) || layout::is_run(&path) || is_list.contains(&path.as_str());
        if !is_listed || manifest.get(&path).is_some() {
            continue;
        }
        let bytes = match folder.read(&path) {
            Ok(bytes) => bytes.unwrap_or_default(),
            Err(folder::Error::NotAFile { .. }) => continue,
            Err(error) => return Err(error.into()),
        };
        if layout::is_raw(&path) && !raw::is_whole(&bytes) {
            gaps.push(gap(&path, "damaged"));
            manifest.insert(Entry::damaged(&path));
        } else {
            manifest.insert(Entry::of(&path, &bytes));
        }
    }
    Ok(gaps)
}

/// The repositories that raw answers, states and mined histories speak of, under the keys that they have there.
///
/// A clone without a GitHub name has nothing that says what it was called: its place stays empty for whoever comes next.
pub(super) fn repositories(store: &Store) -> Result<Vec<RepositoryEntry>, Error> {
    let mut ids: BTreeSet<u32> = BTreeSet::new();
    for path in layout::files(&store.folder)? {
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
