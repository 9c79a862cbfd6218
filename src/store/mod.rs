//! The store: what was fetched and mined, kept so that a kill at any instant loses nothing that was committed.
//!
//! A file is committed by writing a temporary one, syncing it, renaming it into place, syncing its directory and then
//! naming it in the manifest; several files, each of them so, with one list of names. State is written last. So a file that the manifest does not name was never there, and a
//! state never speaks of a file that is not. Only raw answers are precious: all else can be rebuilt from them.

mod commit;
pub mod discovery;
mod error;
pub mod facts;
pub mod forgotten;
mod key;
mod layout;
mod lock;
pub mod manifest;
mod migrate;
pub mod mirrors;
mod mode;
mod open;
pub mod raw;
mod reading;
mod recover;
mod repositories;
pub mod runs;
pub mod server;
mod shards;
pub mod state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::Serialize;

use crate::domain::Gap;
use crate::folder::{self, Folder, Lock, seal};
use manifest::Manifest;

pub use commit::Staged;
pub use error::Error;
pub use forgotten::{Erased, Forgotten, Whom};
pub use key::Key;
pub use mode::{Mode, VERSION};
pub use reading::reading;
pub use repositories::RepositoryEntry;
pub use shards::ShardCertificate;

const VERSION_FILE: &str = "version";
const REPOSITORIES_FILE: &str = "repositories.json";
/// What pseudonyms are made with: kept when the store is emptied, so that they stay.
const KEY_FILE: &str = "key.json";
/// Whom the store has forgotten: kept when it is emptied, so that they stay out.
pub const FORGOTTEN_FILE: &str = "forgotten.json";
/// What the one writer holds.
const LOCK: &str = "lock";
/// What the writer holds while it puts facts in place.
const FACTS_LOCK: &str = "facts.lock";

/// A directory of committed files.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    folder: Folder,
    mode: Mode,
    manifest: Mutex<Manifest>,
    /// The bytes of the manifest that a reader goes by.
    listed: Vec<u8>,
    repositories: Mutex<Vec<RepositoryEntry>>,
    recovered: Mutex<Vec<Gap>>,
    forgotten: Mutex<Arc<Forgotten>>,
    _lock: Option<Lock>,
}

/// SHA-256 of some bytes in hexadecimal digits: equal texts, equal contents.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    seal::digest(bytes)
}

/// An error about a file of the store's folder.
fn io(
    folder: &Folder,
    relative: &str,
    act: &'static str,
) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = folder.shown().join(relative);
    move |source| Error::Io { path, act, source }
}

impl Store {
    /// Reads which repositories there are; where the list is damaged or gone, it is made again from what speaks of them.
    fn list_repositories(&self) -> Result<(), Error> {
        let listed = match self.read(REPOSITORIES_FILE) {
            Ok(None) if self.files_below("raw/").is_empty() => return Ok(()),
            Ok(bytes) => bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
            Err(Error::Damaged { .. }) => None,
            Err(error) => return Err(error),
        };
        if let Some(entries) = listed {
            *self.locked_repositories() = entries;
            return Ok(());
        }
        let entries = recover::repositories(self)?;
        let bytes = to_json(&entries);
        *self.locked_repositories() = entries;
        self.recovered
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .push(recover::repositories_gap());
        if self.mode == Mode::Write {
            // Facts are derived anew, so that they say what happened.
            self.remove_files(&self.files_below("facts/"))?;
            self.commit_file(REPOSITORIES_FILE, &bytes)?;
        }
        Ok(())
    }

    /// Empties the store: of what is the store's own nothing is left but the folder.
    pub fn clear(&self) -> Result<(), Error> {
        self.writable()?;
        let nothing = Manifest::default();
        nothing.rewrite(&self.folder)?;
        *self.locked_manifest() = nothing;
        self.locked_repositories().clear();
        let files = layout::files(&self.folder)?;
        for path in files.iter().filter(|path| path.contains('/')) {
            self.folder.remove_file(path)?;
        }
        self.folder.remove_directory(mirrors::DIRECTORY)?;
        self.folder.remove_file(REPOSITORIES_FILE)?;
        self.folder.remove_file(discovery::DISCOVERY_FILE)?;
        Ok(())
    }

    /// What was damaged when the store was opened, and made again.
    #[must_use]
    pub fn recovered(&self) -> Vec<Gap> {
        self.recovered
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the store may be written.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// A committed file's bytes, checked against the manifest; `None` for one that was never committed.
    pub fn read(&self, relative: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(entry) = self.locked_manifest().get(relative).cloned() else {
            return Ok(None);
        };
        let path = self.root.join(relative);
        let bytes = match self.folder.read(relative) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err(missing(path)),
            Err(error) => return Err(error.into()),
        };
        let found = manifest::Entry::of(relative, &bytes);
        if found == entry || self.locked_manifest().is_announced(&found) {
            return Ok(Some(bytes));
        }
        Err(Error::Damaged {
            path,
            reason: "its checksum differs from the manifest's".to_owned(),
        })
    }

    /// Relative paths of the committed files below a directory (`raw/0/issues/`), sorted.
    #[must_use]
    pub fn files_below(&self, prefix: &str) -> Vec<String> {
        self.locked_manifest()
            .paths()
            .filter(|path| path.starts_with(prefix))
            .map(str::to_owned)
            .collect()
    }

    /// Makes every file-system step after the next `steps` fail: how tests stand in for a kill or a full disk.
    #[doc(hidden)]
    pub fn fail_after(&self, steps: u64) {
        self.folder.fail_after(steps);
    }

    /// Reads a file that guards itself and is in no manifest: a state.
    pub(crate) fn read_unlisted(&self, relative: &str) -> Result<Option<Vec<u8>>, Error> {
        match self.folder.read(relative) {
            // What is no file is none: it is written again.
            Err(folder::Error::NotAFile { .. }) => Ok(None),
            other => Ok(other?),
        }
    }

    /// Replaces a file that guards itself and is in no manifest: a state. An unchanged one is left alone.
    pub(crate) fn replace_unlisted(&self, relative: &str, bytes: &[u8]) -> Result<(), Error> {
        if self.read_unlisted(relative)?.as_deref() == Some(bytes) {
            return Ok(());
        }
        self.writable()?;
        Ok(self.folder.replace(relative, bytes)?)
    }

    /// Whether every committed file of some directories is there with its size: a quick look, which reads none of them.
    pub fn are_there(&self, prefix: &str) -> Result<bool, Error> {
        let mut expected: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for entry in self.locked_manifest().entries() {
            if let Some((directory, name)) = entry.path.rsplit_once('/')
                && entry.path.starts_with(prefix)
            {
                let names = expected.entry(directory.to_owned()).or_default();
                names.insert(name.to_owned(), entry.bytes);
            }
        }
        for (directory, names) in expected {
            let found = self.folder.sizes(&directory, names.keys())?;
            if found
                .iter()
                .zip(names.values())
                .any(|(found, size)| *found != Some(*size))
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the store has a file with this content, by its list.
    pub(super) fn is_listed(&self, path: &str, bytes: &[u8]) -> bool {
        let entry = manifest::Entry::of(path, bytes);
        self.locked_manifest().get(path) == Some(&entry)
    }

    fn writable(&self) -> Result<(), Error> {
        if self.mode == Mode::Read {
            Err(Error::ReadOnly {
                root: self.root.clone(),
            })
        } else {
            Ok(())
        }
    }

    fn locked_manifest(&self) -> std::sync::MutexGuard<'_, Manifest> {
        self.manifest
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn locked_repositories(&self) -> std::sync::MutexGuard<'_, Vec<RepositoryEntry>> {
        self.repositories
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn missing(path: PathBuf) -> Error {
    Error::Damaged {
        path,
        reason: "the file is missing".to_owned(),
    }
}

fn to_json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    // The store's own structs have string keys and no failing serializer: an error cannot happen, and an empty file would
    // be noticed as damage.
    let mut bytes = serde_json::to_vec_pretty(value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Counters by name, for tests and reports: files and bytes under each top directory.
#[must_use]
pub fn sizes(store: &Store) -> BTreeMap<String, (u64, u64)> {
    let mut sizes = BTreeMap::new();
    for entry in store.locked_manifest().entries() {
        let top = entry.path.split('/').next().unwrap_or_default().to_owned();
        let slot: &mut (u64, u64) = sizes.entry(top).or_default();
        slot.0 += 1;
        slot.1 += entry.bytes;
    }
    sizes
}
