//! Opening a store: which folders are one, of what version, and what is cleaned up before it is written.

use std::path::Path;
use std::sync::Mutex;

use super::layout::{self, IGNORE_FILE, LOCKS};
use super::manifest::{self, Manifest};
use super::{Error, Mode, Store, VERSION, VERSION_FILE, lock, migrate, recover};
use crate::folder::mark::{Mark, Purpose};
use crate::folder::open::Look;
use crate::folder::{Audience, Because, Folder, Refused};

impl Store {
    /// Opens the store in a directory; for writing, creates it, takes the lock and removes what was never committed.
    ///
    /// Refused for writing: a directory that holds something, and is neither marked as a store nor one of an older version.
    pub fn open(root: &Path, mode: Mode) -> Result<Self, Error> {
        let store = match mode {
            Mode::Write => Self::open_to_write(root)?,
            Mode::Read => Self::open_to_read(root)?,
        };
        store.know_forgotten(store.read_forgotten()?);
        store.list_repositories()?;
        if mode == Mode::Write && store.forgotten().is_unfinished() {
            // Somebody was being forgotten when the program ended.
            store.finish_forgetting()?;
        }
        Ok(store)
    }

    fn open_to_read(root: &Path) -> Result<Self, Error> {
        let missing = || Error::Missing {
            root: root.to_owned(),
        };
        let folder = Folder::find(root, Audience::Owner)?.ok_or_else(missing)?;
        let layout = match folder.look(&LOCKS)? {
            Look::Marked(mark) if mark.purpose == Purpose::Store => mark.layout,
            _ => None,
        };
        if layout.is_none() && folder.size(VERSION_FILE)?.is_none() {
            return Err(missing());
        }
        match version_of(&folder, layout)? {
            StoreVersion::Current | StoreVersion::Damaged => {}
            StoreVersion::Older(found) => {
                let root = root.to_owned();
                return Err(Error::Outdated { root, found });
            }
        }
        let listed = manifest::bytes(&folder)?;
        let (mut manifest, mut is_damaged) = Manifest::of(&listed);
        let mut recovered = Vec::new();
        is_damaged &= !listed.is_empty() || is_filled(&folder)?;
        if is_damaged {
            recovered = recover::manifest(&folder, &mut manifest)?;
        }
        Ok(Self {
            root: root.to_owned(),
            folder,
            mode: Mode::Read,
            manifest: Mutex::new(manifest),
            listed,
            repositories: Mutex::new(Vec::new()),
            recovered: Mutex::new(recovered),
            forgotten: Mutex::default(),
            _lock: None,
        })
    }

    fn open_to_write(root: &Path) -> Result<Self, Error> {
        let folder = Folder::find_or_make(root, Audience::Owner)?;
        // Nothing is made in a folder that is not a store, not even a lock.
        check(&folder)?;
        let lock = lock::take(&folder)?;
        let layout = check(&folder)?;
        // The modes of an older store come before the mark, which says that they are right.
        folder.restrict(|path| layout::is_file(path) || layout::is_directory(path))?;
        match version_of(&folder, layout)? {
            StoreVersion::Current => {}
            StoreVersion::Older(found) => migrate::migrate(&folder, found)?,
            StoreVersion::Damaged => {
                // The version comes last: a store without one is new, or its mark tells the version.
                mark(&folder, layout)?;
                folder.replace(VERSION_FILE, format!("{VERSION}\n").as_bytes())?;
            }
        }
        mark(&folder, layout)?;
        if folder.size(IGNORE_FILE)?.is_none() {
            folder.replace(IGNORE_FILE, b"*\n")?;
        }
        let (mut manifest, is_damaged) = Manifest::read(&folder, Mode::Write)?;
        let mut recovered = Vec::new();
        if is_damaged {
            if is_filled(&folder)? {
                recovered = recover::manifest(&folder, &mut manifest)?;
            }
            manifest.rewrite(&folder)?;
        }
        let store = Self {
            root: root.to_owned(),
            folder,
            mode: Mode::Write,
            manifest: Mutex::new(manifest),
            listed: Vec::new(),
            repositories: Mutex::new(Vec::new()),
            recovered: Mutex::new(recovered),
            forgotten: Mutex::default(),
            _lock: Some(lock),
        };
        store.sweep()?;
        Ok(store)
    }

    /// Removes files that never came into their place, and raw files that no manifest names: of the store's own form alone.
    fn sweep(&self) -> Result<(), Error> {
        for path in layout::files(&self.folder)? {
            let is_uncommitted =
                layout::is_raw(&path) && self.locked_manifest().get(&path).is_none();
            if layout::is_leftover(&path) || is_uncommitted {
                self.folder.remove_file(&path)?;
            }
        }
        Ok(())
    }
}

/// Refuses a folder that is no store; else what layout its mark tells, if it has a sound one.
fn check(folder: &Folder) -> Result<Option<u32>, Error> {
    let because = match folder.look(&LOCKS)? {
        Look::Empty => return Ok(None),
        Look::Marked(mark) if mark.purpose == Purpose::Store => return Ok(mark.layout),
        Look::Marked(mark) => Because::OtherPurpose {
            found: mark.purpose,
            wanted: Purpose::Store,
        },
        Look::Foreign { .. } if layout::is_store(folder)? => return Ok(None),
        Look::Foreign { first } => Because::Foreign { first },
    };
    let path = folder.shown().to_owned();
    Err(Refused { path, because }.into())
}

/// Whether the folder holds anything that a list of files should name.
fn is_filled(folder: &Folder) -> Result<bool, Error> {
    let files = layout::files(folder)?;
    Ok(files.iter().any(|path| path.contains('/')))
}

/// Marks a store, unless it is marked.
fn mark(folder: &Folder, layout: Option<u32>) -> Result<(), Error> {
    if layout == Some(VERSION) {
        return Ok(());
    }
    let mut mark = Mark::of(Purpose::Store);
    mark.layout = Some(VERSION);
    Ok(folder.write_mark(&mark)?)
}

/// What the version of a store is like.
enum StoreVersion {
    /// This program's.
    Current,
    /// One that can be brought up to date.
    Older(u32),
    /// It is not there or cannot be read, and the store is this program's all the same.
    Damaged,
}

/// Looks at the version file; a version that this program does not read is an error.
///
/// The mark tells the layout too, and a program with a newer one writes it there first.
fn version_of(folder: &Folder, layout: Option<u32>) -> Result<StoreVersion, Error> {
    let other = |found: String| Error::Version {
        root: folder.shown().to_owned(),
        found,
    };
    if let Some(newer) = layout.filter(|layout| *layout > VERSION) {
        return Err(other(newer.to_string()));
    }
    let bytes = match folder.read(VERSION_FILE) {
        Err(crate::folder::Error::NotAFile { .. }) => None,
        read => read?,
    };
    let Some(bytes) = bytes else {
        return Ok(StoreVersion::Damaged);
    };
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    match text.parse::<u32>() {
        Ok(VERSION) => Ok(StoreVersion::Current),
        Ok(old) if (migrate::OLDEST..VERSION).contains(&old) => Ok(StoreVersion::Older(old)),
        Ok(_) if layout.is_some() && is_one_bit_off(&bytes) => Ok(StoreVersion::Damaged),
        Err(_) if layout.is_some() => Ok(StoreVersion::Damaged),
        _ => Err(other(text)),
    }
}

/// Whether a version file is this program's but for one bit that flipped.
fn is_one_bit_off(bytes: &[u8]) -> bool {
    let whole = format!("{VERSION}\n");
    let n_bits: u32 = whole
        .bytes()
        .zip(bytes)
        .map(|(one, other)| (one ^ other).count_ones())
        .sum();
    bytes.len() == whole.len() && n_bits == 1
}
