//! How files are committed: one at a time, or several that wait for the disk together.
//!
//! Most of the time that a commit takes is waiting. So files are staged first, each on the thread that made it, which waits
//! while the others still work; what must come after that, renaming and naming, is done once for all of them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::manifest::Entry;
use super::{Error, Store};

/// Threads that stage files which are all there already: they only wait, and the disk takes what waits at once.
const N_WAITING: usize = 4;

/// A file whose content is on the disk beside its place, to be committed by [`Store::commit`]. Dropped, it was never there:
/// what is left of it goes when the store is next opened to be written.
#[derive(Debug)]
#[must_use = "a staged file is not committed"]
pub struct Staged {
    entry: Entry,
    change: Change,
}

/// What committing a staged file means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// The file is there already.
    Nothing,
    /// It is new.
    New,
    /// It takes the place of another.
    Replacement,
}

impl Store {
    /// Commits a file: after this returns it survives a crash, before it is not there. Replaces an older version at once.
    ///
    /// The path is relative, with `/`. An unchanged file is left alone.
    pub fn commit_file(&self, relative: &str, bytes: &[u8]) -> Result<(), Error> {
        self.commit(vec![self.stage(relative, bytes)?])
    }

    /// Commits several files, as [`Store::commit_file`] does each of them: cut short, any of them may be there or not.
    pub fn commit_files<B: AsRef<[u8]> + Sync>(&self, files: &[(String, B)]) -> Result<(), Error> {
        let stage = |files: &[(String, B)]| -> Result<Vec<Staged>, Error> {
            let staged = files
                .iter()
                .map(|(path, bytes)| self.stage(path, bytes.as_ref()));
            staged.collect()
        };
        let share = files.len().div_ceil(N_WAITING).max(1);
        let staged = std::thread::scope(|scope| {
            let threads: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || stage(files)))
                .collect();
            let mut staged = Vec::with_capacity(files.len());
            for thread in threads {
                staged.extend(joined(thread)?);
            }
            Ok::<_, Error>(staged)
        })?;
        self.commit(staged)
    }

    /// The first half of a commit: the content is written beside its place and synced. May be called by several threads.
    pub fn stage(&self, relative: &str, bytes: &[u8]) -> Result<Staged, Error> {
        let entry = Entry::of(relative, bytes);
        let path = self.root.join(relative);
        let known = self.locked_manifest().get(relative).cloned();
        let is_there = || fs::read(&path).is_ok_and(|found| found == bytes);
        let change = match known {
            Some(known) if known == entry && is_there() => Change::Nothing,
            Some(_) => Change::Replacement,
            None => Change::New,
        };
        if change != Change::Nothing {
            self.write_beside(&path, bytes)?;
        }
        Ok(Staged { entry, change })
    }

    /// The second half: after this returns, all of the staged files survive a crash.
    pub fn commit(&self, staged: Vec<Staged>) -> Result<(), Error> {
        let of = |change: Change| staged.iter().filter(move |staged| staged.change == change);
        // A kill between the rename and the manifest must not look like damage: announce replacements first.
        let replaced: Vec<Entry> = of(Change::Replacement)
            .map(|staged| staged.entry.clone().announced())
            .collect();
        if !replaced.is_empty() {
            self.step()?;
            self.locked_manifest().append(&self.root, replaced)?;
        }
        let mut directories = BTreeSet::new();
        let changed: Vec<Entry> = staged
            .into_iter()
            .filter(|staged| staged.change != Change::Nothing)
            .map(|staged| staged.entry)
            .collect();
        for entry in &changed {
            let path = self.root.join(&entry.path);
            self.step()?;
            put_in_place(&path)?;
            directories.insert(path.parent().unwrap_or(&self.root).to_owned());
        }
        for directory in directories {
            sync_directory(&directory)?;
        }
        if changed.is_empty() {
            return Ok(());
        }
        self.step()?;
        self.locked_manifest().append(&self.root, changed)
    }

    /// Forgets committed files, then removes them.
    pub fn remove_files(&self, relative: &[String]) -> Result<(), Error> {
        for path in relative {
            self.writable()?;
            self.step()?;
            self.locked_manifest()
                .append(&self.root, vec![Entry::removal(path)])?;
            let full = self.root.join(path);
            self.step()?;
            if full.exists() {
                fs::remove_file(&full).map_err(Error::io(&full, "removed"))?;
            }
        }
        Ok(())
    }

    /// Replaces a file that no manifest names.
    pub(super) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.write_beside(path, bytes)?;
        self.step()?;
        put_in_place(path)?;
        sync_directory(path.parent().unwrap_or(&self.root))
    }

    /// The temporary file, synced.
    fn write_beside(&self, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        self.writable()?;
        self.step()?;
        let parent = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(parent).map_err(Error::io(parent, "created"))?;
        let temporary = beside(path);
        let write = || -> std::io::Result<()> {
            let mut file = fs::File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().map_err(Error::io(&temporary, "written"))
    }
}

/// Where a file is before it is in its place.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.tmp"))
}

fn put_in_place(path: &Path) -> Result<(), Error> {
    fs::rename(beside(path), path).map_err(Error::io(path, "written"))
}

/// Makes what happened to the names in a directory survive a crash.
pub(super) fn sync_directory(directory: &Path) -> Result<(), Error> {
    // Windows cannot open a directory as a file, and needs no such sync.
    if cfg!(unix) {
        fs::File::open(directory)
            .and_then(|file| file.sync_all())
            .map_err(Error::io(directory, "written"))?;
    }
    Ok(())
}

/// What a thread came to; its panic is ours.
pub(super) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
