//! The store's own mirrors of repositories: bare git repositories below `clones/`, by the number that the store gave each.
//!
//! A mirror is no committed file: it can be fetched anew, so that no manifest names it. A new one is filled beside its place
//! (`clones/3.new`) and takes it whole; `HEAD` and `packed-refs` of one that is there are replaced one after the other, last.

use std::path::PathBuf;

use super::{Error, Store};
use crate::domain::RepositoryId;
use crate::folder::EntryKind;

/// Where mirrors are.
pub(super) const DIRECTORY: &str = "clones";

/// Says that mining found damage in a mirror; holds what it was.
const DAMAGED: &str = "damaged";

/// Holds what mining finds in a mirror although it was fetched anew: the repository is so.
const TOLERATED: &str = "tolerated";

/// Which of a repository's mirrors is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The one that is read.
    Kept,
    /// One that is being made, to take its place.
    New,
}

fn path(repository: RepositoryId, place: Place) -> String {
    let ending = match place {
        Place::Kept => "git",
        Place::New => "new",
    };
    format!("{DIRECTORY}/{}.{ending}", repository.0)
}

/// Where one is moved while another takes its place.
fn aside(repository: RepositoryId) -> String {
    format!("{DIRECTORY}/{}.old", repository.0)
}

impl Store {
    /// The directory of a repository's mirror; `None` where it has none. No link is on the way to it.
    pub fn mirror(&self, repository: RepositoryId) -> Result<Option<PathBuf>, Error> {
        let place = path(repository, Place::Kept);
        let has_head = self.folder.size(&format!("{place}/HEAD"))?.is_some();
        // Opened by their names, links refused: what reads them goes by the path.
        self.folder.entries(&format!("{place}/objects/pack"))?;
        self.folder.entries(&format!("{place}/refs"))?;
        Ok(has_head.then(|| self.root.join(place)))
    }

    /// Begins a mirror beside the place of a repository's: `files` and `directories` are what a repository without commits has.
    /// What an earlier beginning left is removed.
    pub fn begin_mirror(
        &self,
        repository: RepositoryId,
        files: &[(&str, &str)],
        directories: &[&str],
    ) -> Result<PathBuf, Error> {
        self.writable()?;
        let place = path(repository, Place::New);
        self.folder.remove_directory(&place)?;
        for directory in directories {
            self.folder
                .make_directory(&format!("{place}/{directory}"))?;
        }
        for (file, text) in files {
            self.folder
                .replace(&format!("{place}/{file}"), text.as_bytes())?;
        }
        Ok(self.root.join(place))
    }

    /// Replaces a file of a mirror at once.
    pub fn write_mirror(
        &self,
        repository: RepositoryId,
        place: Place,
        file: &str,
        text: &str,
    ) -> Result<(), Error> {
        self.writable()?;
        let path = format!("{}/{file}", path(repository, place));
        Ok(self.folder.replace(&path, text.as_bytes())?)
    }

    /// Puts a mirror that was begun into its place; the one that was there goes.
    pub fn finish_mirror(&self, repository: RepositoryId) -> Result<PathBuf, Error> {
        self.writable()?;
        let (kept, new) = (path(repository, Place::Kept), path(repository, Place::New));
        let aside = aside(repository);
        self.folder.remove_directory(&aside)?;
        if self.mirror(repository)?.is_some() {
            self.folder.rename_directory(&kept, &aside)?;
        } else {
            self.folder.remove_directory(&kept)?;
        }
        self.folder.rename_directory(&new, &kept)?;
        self.folder.remove_directory(&aside)?;
        Ok(self.root.join(kept))
    }

    /// Removes what was begun beside a repository's mirror, and puts back what an interruption left beside its place.
    pub fn tidy_mirror(&self, repository: RepositoryId) -> Result<(), Error> {
        self.writable()?;
        let aside = aside(repository);
        let has_aside = self.folder.size(&format!("{aside}/HEAD"))?.is_some();
        if has_aside && self.mirror(repository)?.is_none() {
            self.folder
                .rename_directory(&aside, &path(repository, Place::Kept))?;
        }
        self.folder.remove_directory(&aside)?;
        Ok(self
            .folder
            .remove_directory(&path(repository, Place::New))?)
    }

    /// Bytes of all mirrors.
    pub fn mirror_bytes(&self) -> Result<u64, Error> {
        let mut bytes = 0;
        let mut pending = vec![DIRECTORY.to_owned()];
        while let Some(directory) = pending.pop() {
            for entry in self.folder.entries(&directory)? {
                let path = format!("{directory}/{}", entry.name);
                match entry.kind {
                    EntryKind::Directory => pending.push(path),
                    EntryKind::File => bytes += self.folder.size(&path)?.unwrap_or(0),
                    EntryKind::Other => {}
                }
            }
        }
        Ok(bytes)
    }

    /// The number of a mirror's packs.
    pub fn n_mirror_packs(&self, repository: RepositoryId) -> Result<usize, Error> {
        let place = path(repository, Place::Kept);
        let entries = self.folder.entries(&format!("{place}/objects/pack"))?;
        let is_pack = |name: &str| {
            std::path::Path::new(name)
                .extension()
                .is_some_and(|found| found == "pack")
        };
        Ok(entries.iter().filter(|entry| is_pack(&entry.name)).count())
    }

    /// The repositories that have a mirror, sorted.
    pub fn mirrors(&self) -> Result<Vec<RepositoryId>, Error> {
        let number = |name: &str| name.strip_suffix(".git")?.parse().ok().map(RepositoryId);
        let mut found: Vec<RepositoryId> = self
            .folder
            .entries(DIRECTORY)?
            .iter()
            .filter_map(|entry| number(&entry.name))
            .collect();
        found.sort();
        Ok(found)
    }

    /// Notes that mining found damage in a mirror, so that the next fetch makes it anew; nothing where a mirror that was made anew had
    /// the same. `what` tells one damage from another.
    pub fn note_damage(&self, repository: RepositoryId, what: &str) -> Result<bool, Error> {
        let place = path(repository, Place::Kept);
        let tolerated = self.folder.read(&format!("{place}/{TOLERATED}"))?;
        if tolerated.as_deref() == Some(what.as_bytes()) {
            return Ok(false);
        }
        self.write_mirror(repository, Place::Kept, DAMAGED, what)?;
        Ok(true)
    }

    /// The damage that was noted of a mirror.
    pub fn noted_damage(&self, repository: RepositoryId) -> Result<Option<String>, Error> {
        let place = path(repository, Place::Kept);
        let noted = self.folder.read(&format!("{place}/{DAMAGED}"))?;
        Ok(noted.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Has a mirror that is begun know the damage for which it is made: found again, it is the repository's own.
    pub fn tolerate_damage(&self, repository: RepositoryId, what: &str) -> Result<(), Error> {
        self.write_mirror(repository, Place::New, TOLERATED, what)
    }
}
