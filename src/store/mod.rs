//! The store: what was fetched and mined, kept so that a kill at any instant loses nothing that was committed.
//!
//! A file is committed by writing a temporary one, syncing it, renaming it into place, syncing its directory and then
//! naming it in the manifest; several files, each of them so, with one list of names. State is written last. So a file that the manifest does not name was never there, and a
//! state never speaks of a file that is not. Only raw answers are precious: all else can be rebuilt from them.

mod commit;
mod error;
pub mod facts;
pub mod lock;
pub mod manifest;
mod migrate;
pub mod raw;
mod recover;
mod repositories;
pub mod runs;
pub mod state;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

use crate::domain::Gap;
use commit::sync_directory;
use lock::Lock;
use manifest::Manifest;

pub use commit::Staged;
pub use error::Error;
pub use repositories::RepositoryEntry;

/// The layout version that this program writes and reads.
pub const VERSION: u32 = 2;

const VERSION_FILE: &str = "version";
const REPOSITORIES_FILE: &str = "repositories.json";

/// Whether a store is opened to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Created where it is missing; locked against other writers.
    Write,
    /// Read only; no lock, no change.
    Read,
}

/// A directory of committed files.
#[derive(Debug)]
pub struct Store {
    root: PathBuf,
    mode: Mode,
    manifest: Mutex<Manifest>,
    repositories: Mutex<Vec<RepositoryEntry>>,
    recovered: Mutex<Vec<Gap>>,
    steps_left: AtomicU64,
    _lock: Option<Lock>,
}

/// SHA-256 of some bytes in hexadecimal digits: equal texts, equal contents.
#[must_use]
pub fn checksum(bytes: &[u8]) -> String {
    manifest::Entry::of("", bytes).sha256
}

impl Store {
    /// Opens the store in a directory; for writing, creates it, takes the lock and removes what was never committed.
    pub fn open(root: &Path, mode: Mode) -> Result<Self, Error> {
        let lock = match mode {
            Mode::Write => {
                fs::create_dir_all(root).map_err(Error::io(root, "created"))?;
                Some(Lock::take(root)?)
            }
            Mode::Read if !root.join(VERSION_FILE).exists() => {
                return Err(Error::Missing {
                    root: root.to_owned(),
                });
            }
            Mode::Read => None,
        };
        let version_path = root.join(VERSION_FILE);
        if version_path.exists() {
            up_to_date(root, mode)?;
        }
        let (mut manifest, is_damaged) = Manifest::read(root, mode)?;
        let mut recovered = Vec::new();
        if is_damaged {
            recovered = recover::manifest(root, &mut manifest)?;
            if mode == Mode::Write {
                manifest.rewrite(root)?;
            }
        }
        let store = Self {
            root: root.to_owned(),
            mode,
            manifest: Mutex::new(manifest),
            repositories: Mutex::new(Vec::new()),
            recovered: Mutex::new(recovered),
            steps_left: AtomicU64::new(u64::MAX),
            _lock: lock,
        };
        if mode == Mode::Write {
            if !version_path.exists() {
                store.replace(&root.join(".gitignore"), b"*\n")?;
                store.replace(&version_path, format!("{VERSION}\n").as_bytes())?;
            }
            store.sweep()?;
        }
        store.list_repositories()?;
        Ok(store)
    }

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
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Damaged {
                    path,
                    reason: "the file is missing".to_owned(),
                });
            }
            Err(source) => {
                return Err(Error::Io {
                    path,
                    act: "read",
                    source,
                });
            }
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
        self.steps_left.store(steps, Ordering::SeqCst);
    }

    /// Reads a file that guards itself and is in no manifest: a state.
    pub(crate) fn read_unlisted(&self, relative: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.root.join(relative);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Io {
                path,
                act: "read",
                source,
            }),
        }
    }

    /// Replaces a file that guards itself and is in no manifest: a state. An unchanged one is left alone.
    pub(crate) fn replace_unlisted(&self, relative: &str, bytes: &[u8]) -> Result<(), Error> {
        if self.read_unlisted(relative)?.as_deref() == Some(bytes) {
            return Ok(());
        }
        self.replace(&self.root.join(relative), bytes)
    }

    fn step(&self) -> Result<(), Error> {
        let one_less = |left: u64| match left {
            u64::MAX => Some(left),
            left => left.checked_sub(1),
        };
        let left = self
            .steps_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less);
        left.map(|_| ()).map_err(|_| Error::Io {
            path: self.root.clone(),
            act: "written",
            source: std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left on device"),
        })
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

    /// Removes temporary files and raw files that no manifest names.
    fn sweep(&self) -> Result<(), Error> {
        let mut pending = vec![self.root.clone()];
        while let Some(directory) = pending.pop() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(source) => {
                    return Err(Error::Io {
                        path: directory,
                        act: "read",
                        source,
                    });
                }
            };
            for entry in entries {
                let path = entry.map_err(Error::io(&directory, "read"))?.path();
                if path.is_dir() {
                    pending.push(path);
                    continue;
                }
                let name = path
                    .file_name()
                    .map(|name| name.to_string_lossy().into_owned())
                    .unwrap_or_default();
                let relative = path
                    .strip_prefix(&self.root)
                    .map(|path| path.to_string_lossy().replace('\\', "/"));
                let is_leftover = name
                    .strip_suffix(".tmp")
                    .is_some_and(|stem| stem.starts_with('.'));
                let is_uncommitted_raw = relative.is_ok_and(|path| {
                    path.starts_with("raw/") && self.locked_manifest().get(&path).is_none()
                });
                if is_leftover || is_uncommitted_raw {
                    fs::remove_file(&path).map_err(Error::io(&path, "removed"))?;
                }
            }
        }
        Ok(())
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

/// Checks the version of a store that exists; for writing, an older one is brought up to date.
fn up_to_date(root: &Path, mode: Mode) -> Result<(), Error> {
    let path = root.join(VERSION_FILE);
    let text = fs::read_to_string(&path).map_err(Error::io(&path, "read"))?;
    let found = text.trim().to_owned();
    let (root, oldest) = (root.to_owned(), migrate::OLDEST);
    match found.parse::<u32>() {
        Ok(VERSION) => Ok(()),
        Ok(old) if (oldest..VERSION).contains(&old) => match mode {
            Mode::Read => Err(Error::Outdated { root, found: old }),
            Mode::Write => migrate::migrate(&root, old, |version| {
                let temporary = root.join(".version.tmp");
                let write = || -> std::io::Result<()> {
                    let mut file = fs::File::create(&temporary)?;
                    file.write_all(format!("{version}\n").as_bytes())?;
                    file.sync_all()?;
                    fs::rename(&temporary, &path)
                };
                write().map_err(Error::io(&path, "written"))?;
                sync_directory(&root)
            }),
        },
        _ => Err(Error::Version { root, found }),
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
