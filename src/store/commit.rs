//! How files are committed: one at a time, or several that wait for the disk together.
//!
//! Most of the time that a commit takes is waiting. So files are staged first, each on the thread that made it, which waits
//! while the others still work; what must come after that, renaming and naming, is done once for all of them.

use std::collections::BTreeMap;

use super::manifest::Entry;
use super::{Error, Store};
use crate::folder::Beside;

/// Threads that stage files which are all there already: they only wait, and the disk takes what waits at once.
const N_WAITING: usize = 4;

/// A file whose content is on the disk beside its place, to be committed by [`Store::commit`]. Dropped, it was never there:
/// what is left of it goes when the store is next opened to be written.
#[derive(Debug)]
#[must_use = "a staged file is not committed"]
pub struct Staged {
    entry: Entry,
    change: Change,
    /// Where its content is; `None` where nothing changes.
    beside: Option<Beside>,
}

impl Staged {
    /// Where it goes.
    pub(super) fn path(&self) -> &str {
        &self.entry.path
    }

    /// Whether the file is there already.
    pub(super) fn is_there(&self) -> bool {
        self.change == Change::Nothing
    }
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
        self.commit(self.stage_files(files)?)
    }

    /// Stages several files; they wait for the disk together.
    pub fn stage_files<B: AsRef<[u8]> + Sync>(
        &self,
        files: &[(String, B)],
    ) -> Result<Vec<Staged>, Error> {
        let stage = |files: &[(String, B)]| -> Result<Vec<Staged>, Error> {
            let staged = files
                .iter()
                .map(|(path, bytes)| self.stage(path, bytes.as_ref()));
            staged.collect()
        };
        let share = files.len().div_ceil(N_WAITING).max(1);
        std::thread::scope(|scope| {
            let threads: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(move || stage(files)))
                .collect();
            let mut staged = Vec::with_capacity(files.len());
            for thread in threads {
                staged.extend(joined(thread)?);
            }
            Ok(staged)
        })
    }

    /// The first half of a commit: the content is written beside its place and synced. May be called by several threads.
    pub fn stage(&self, relative: &str, bytes: &[u8]) -> Result<Staged, Error> {
        self.writable()?;
        let entry = Entry::of(relative, bytes);
        let known = self.locked_manifest().get(relative).cloned();
        let is_there = || {
            let found = self.folder.read(relative);
            found.is_ok_and(|found| found.as_deref() == Some(bytes))
        };
        let change = match known {
            Some(known) if known == entry && is_there() => Change::Nothing,
            Some(_) => Change::Replacement,
            None => Change::New,
        };
        let beside = match change {
            Change::Nothing => None,
            _ => Some(self.folder.write_beside(relative, bytes)?),
        };
        Ok(Staged {
            entry,
            change,
            beside,
        })
    }

    /// The second half: after this returns, all of the staged files survive a crash.
    pub fn commit(&self, staged: Vec<Staged>) -> Result<(), Error> {
        let of = |change: Change| staged.iter().filter(move |staged| staged.change == change);
        // A kill between the rename and the manifest must not look like damage: announce replacements first.
        let replaced: Vec<Entry> = of(Change::Replacement)
            .map(|staged| staged.entry.clone().announced())
            .collect();
        self.locked_manifest().append(&self.folder, replaced)?;
        // By directory: one file in it.
        let mut directories = BTreeMap::new();
        let mut changed = Vec::new();
        for staged in staged {
            let Some(beside) = staged.beside else {
                continue;
            };
            let path = &staged.entry.path;
            self.folder.put_in_place(path, &beside)?;
            let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
            directories.insert(directory.to_owned(), path.clone());
            changed.push(staged.entry);
        }
        for file in directories.values() {
            self.folder.sync_parent(file)?;
        }
        self.locked_manifest().append(&self.folder, changed)
    }

    /// Forgets committed files, then removes them.
    pub fn remove_files(&self, relative: &[String]) -> Result<(), Error> {
        self.writable()?;
        let gone: Vec<Entry> = relative.iter().map(|path| Entry::removal(path)).collect();
        self.locked_manifest().append(&self.folder, gone)?;
        for path in relative {
            self.folder.remove_file(path)?;
        }
        Ok(())
    }
}

/// What a thread came to; its panic is ours.
pub(super) fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
