//! Folders that linchpin made itself, and the only way in which it writes anything into one.
//!
//! A [`Folder`] is a directory handle. Whatever is below it is reached one name at a time, each opened relative to the one
//! before it, and a link is never followed: so nothing that lies in a clone can lead a read, a write or a removal elsewhere.
//! Which folders may be written says [`open`], and a mark that linchpin leaves in each of them ([`mark`]) says which ones it
//! made. Files appear whole: they are written under a name that nobody can guess and renamed into place.

mod content;
mod directory;
mod error;
mod lock;
pub mod mark;
mod mode;
mod names;
pub mod open;
mod path;
pub mod seal;
mod steps;
pub mod tree;
mod walk;

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::ops::Deref;
use std::path::{Path, PathBuf};

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::fs::{Dir, OpenOptions};

pub use error::{Because, Error, Refused};
pub use lock::Lock;
pub use mode::Audience;
pub use names::is_temporary;
pub use path::{is_inside, is_name};
pub use walk::{Entry, EntryKind};

use steps::Steps;

/// A directory that linchpin made, held open.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    shown: PathBuf,
    audience: Audience,
    steps: Steps,
}

/// A file that is written and synced under a temporary name beside its place.
#[derive(Debug)]
#[must_use = "what is beside its place is not in it"]
pub struct Beside {
    name: String,
}

/// The directory of a file: the folder itself or one that was opened below it.
enum At<'a> {
    Root(&'a Dir),
    Below(Dir),
}

impl Deref for At<'_> {
    type Target = Dir;

    fn deref(&self) -> &Dir {
        match self {
            Self::Root(dir) => dir,
            Self::Below(dir) => dir,
        }
    }
}

impl Folder {
    /// The path under which the user knows it: for messages alone.
    #[must_use]
    pub fn shown(&self) -> &Path {
        &self.shown
    }

    /// Makes every file-system step after the next `steps` fail: how tests stand in for a kill or a full disk.
    #[doc(hidden)]
    pub fn fail_after(&self, steps: u64) {
        self.steps.fail_after(steps);
    }

    /// The bytes of a file; `None` where there is none.
    pub fn read(&self, relative: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some((at, name)) = self.parent(relative)? else {
            return Ok(None);
        };
        let mut options = OpenOptions::new();
        options.read(true);
        let Some(file) = self.file(&at, name, relative, &mut options, "read")? else {
            return Ok(None);
        };
        let read = || -> std::io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            bytes.reserve_exact(usize::try_from(file.metadata()?.len()).unwrap_or(0));
            file.take(u64::MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().map(Some).map_err(self.io(relative, "read"))
    }

    /// The size of a file in bytes; `None` where there is no regular file.
    pub fn size(&self, relative: &str) -> Result<Option<u64>, Error> {
        let Some((at, name)) = self.parent(relative)? else {
            return Ok(None);
        };
        match at.symlink_metadata(name) {
            Ok(metadata) => Ok(metadata.is_file().then(|| metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.io(relative, "read")(error)),
        }
    }

    /// The sizes of some regular files of one directory, in their order; `None` for one that is not there.
    pub fn sizes<'a>(
        &self,
        directory: &str,
        names: impl Iterator<Item = &'a String>,
    ) -> Result<Vec<Option<u64>>, Error> {
        let found = match self.parent(directory)? {
            Some((at, name)) => self.directory(&at, name, directory)?,
            None => None,
        };
        let size = |name: &String| {
            let metadata = found.as_ref()?.symlink_metadata(name).ok()?;
            metadata.is_file().then(|| metadata.len())
        };
        Ok(names.map(size).collect())
    }

    /// Writes and syncs a file beside its place, the directories on the way to it made where they are missing.
    pub fn write_beside(&self, relative: &str, bytes: &[u8]) -> Result<Beside, Error> {
        self.step()?;
        let (at, _) = self.made_parent(relative)?;
        let write = || -> std::io::Result<Beside> {
            let name = names::fresh(names::Temporary::File)?;
            let mut file = self.audience.create(&at, Path::new(&name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
            Ok(Beside { name })
        };
        write().map_err(self.io(relative, "written"))
    }

    /// Renames what was written beside a place into it. What the place held is gone then, if it was a regular file or an
    /// empty directory; anything else there is not linchpin's and refused.
    pub fn put_in_place(&self, relative: &str, beside: &Beside) -> Result<(), Error> {
        self.step()?;
        let (at, name) = self.made_parent(relative)?;
        self.clear_for_a_file(&at, name, relative)?;
        at.rename(&beside.name, &at, name)
            .map_err(self.io(relative, "written"))
    }

    /// Replaces a file at once: after this returns it survives a crash.
    pub fn replace(&self, relative: &str, bytes: &[u8]) -> Result<(), Error> {
        let beside = self.write_beside(relative, bytes)?;
        self.put_in_place(relative, &beside)?;
        self.sync_parent(relative)
    }

    /// Makes what happened to the names beside a file survive a crash.
    pub fn sync_parent(&self, relative: &str) -> Result<(), Error> {
        self.step()?;
        let Some((at, _)) = self.parent(relative)? else {
            return Ok(());
        };
        sync(&at).map_err(self.io(relative, "written"))
    }

    /// Adds bytes to the end of a file and syncs them.
    ///
    /// A file that has another name elsewhere (a backup made of hard links) is copied first: that one stays as it is.
    pub fn append(&self, relative: &str, bytes: &[u8]) -> Result<(), Error> {
        self.step()?;
        let (at, name) = self.made_parent(relative)?;
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        self.audience.mode(&mut options);
        let Some(mut file) = self.file(&at, name, relative, &mut options, "written")? else {
            return Err(self.io(relative, "written")(ErrorKind::NotFound.into()));
        };
        if mode::is_shared(&file) {
            let mut all = self.read(relative)?.unwrap_or_default();
            all.extend(bytes);
            return self.replace(relative, &all);
        }
        let mut write = || -> std::io::Result<()> {
            file.write_all(bytes)?;
            file.sync_data()
        };
        write().map_err(self.io(relative, "written"))
    }

    /// Removes a regular file, if there is one; anything else at its place stays.
    pub fn remove_file(&self, relative: &str) -> Result<(), Error> {
        self.step()?;
        let Some((at, name)) = self.parent(relative)? else {
            return Ok(());
        };
        match at.symlink_metadata(name) {
            Ok(metadata) if metadata.is_file() => {
                at.remove_file(name).map_err(self.io(relative, "removed"))
            }
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.io(relative, "removed")(error)),
        }
    }

    /// What a directory holds, sorted; `""` for the folder itself. Names that are no UTF-8 are left out: linchpin has none.
    pub fn entries(&self, relative: &str) -> Result<Vec<Entry>, Error> {
        let opened = match relative {
            "" => None,
            _ => match self.parent(relative)? {
                Some((at, name)) => match self.directory(&at, name, relative)? {
                    Some(dir) => Some(dir),
                    None => return Ok(Vec::new()),
                },
                None => return Ok(Vec::new()),
            },
        };
        let dir = opened.as_ref().unwrap_or(&self.dir);
        walk::entries(dir).map_err(self.io(relative, "read"))
    }

    fn step(&self) -> Result<(), Error> {
        self.steps.take().map_err(self.io("", "written"))
    }

    /// An error that names a file of the folder.
    fn io(
        &self,
        relative: &str,
        act: &'static str,
    ) -> impl FnOnce(std::io::Error) -> Error + use<> {
        let path = self.path(relative);
        move |source| Error::Io { path, act, source }
    }

    /// A file's path, for messages alone.
    fn path(&self, relative: &str) -> PathBuf {
        match relative {
            "" => self.shown.clone(),
            _ => self.shown.join(relative),
        }
    }

    fn refused(&self, relative: &str, because: Because) -> Error {
        let path = self.path(relative);
        Refused { path, because }.into()
    }

    /// The directory that a file is in, with the file's name; `None` where that directory is missing.
    fn parent<'a, 'b>(&'a self, relative: &'b str) -> Result<Option<(At<'a>, &'b str)>, Error> {
        self.walk_to(relative, |_, _, _| Ok(false))
    }

    /// The same, made where it is missing.
    fn made_parent<'a, 'b>(&'a self, relative: &'b str) -> Result<(At<'a>, &'b str), Error> {
        let make = |at: &Dir, name: &str, until: &str| {
            self.step()?;
            self.audience
                .create_directory(at, Path::new(name))
                .and_then(|()| sync(at))
                .map_err(self.io(until, "created"))?;
            Ok(true)
        };
        let missing = || self.io(relative, "created")(ErrorKind::NotFound.into());
        self.walk_to(relative, make)?.ok_or_else(missing)
    }

    fn walk_to<'a, 'b>(
        &'a self,
        relative: &'b str,
        make: impl Fn(&Dir, &str, &str) -> Result<bool, Error>,
    ) -> Result<Option<(At<'a>, &'b str)>, Error> {
        if !is_inside(relative) {
            return Err(self.refused(relative, Because::LeadsElsewhere));
        }
        let mut at = At::Root(&self.dir);
        let (mut from, mut rest) = (0, relative);
        while let Some((name, after)) = rest.split_once('/') {
            from += name.len();
            let until = relative.get(..from).unwrap_or(relative);
            let mut found = self.directory(&at, name, until)?;
            if found.is_none() && make(&at, name, until)? {
                found = self.directory(&at, name, until)?;
            }
            let Some(dir) = found else { return Ok(None) };
            at = At::Below(dir);
            (from, rest) = (from + 1, after);
        }
        Ok(Some((at, rest)))
    }

    /// Opens a directory by its name; `None` where there is none.
    fn directory(&self, at: &Dir, name: &str, until: &str) -> Result<Option<Dir>, Error> {
        match at.open_dir_nofollow(name) {
            Ok(dir) => Ok(Some(dir)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) if is_link(at, name) => {
                drop(error);
                Err(self.refused(until, Because::Link))
            }
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                Err(self.refused(until, Because::NotADirectory))
            }
            Err(error) => Err(self.io(until, "opened")(error)),
        }
    }

    /// Opens a regular file by its name; `None` where there is none.
    fn file(
        &self,
        at: &Dir,
        name: &str,
        relative: &str,
        options: &mut OpenOptions,
        act: &'static str,
    ) -> Result<Option<File>, Error> {
        // Without waiting: a pipe that lies there would keep the program for ever.
        options.follow(FollowSymlinks::No).nonblock(true);
        let file = match at.open_with(name, options) {
            Ok(file) => file.into_std(),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(_) if is_link(at, name) => return Err(self.refused(relative, Because::Link)),
            Err(error) if is_directory(at, name) => {
                drop(error);
                return Err(self.not_a_file(relative));
            }
            Err(error) => return Err(self.io(relative, act)(error)),
        };
        let metadata = file.metadata().map_err(self.io(relative, act))?;
        if metadata.is_file() {
            Ok(Some(file))
        } else {
            Err(self.not_a_file(relative))
        }
    }

    fn not_a_file(&self, relative: &str) -> Error {
        Error::NotAFile {
            path: self.path(relative),
        }
    }

    /// Makes room for a file where an empty directory has its place, and refuses to lose anything else.
    fn clear_for_a_file(&self, at: &Dir, name: &str, relative: &str) -> Result<(), Error> {
        match at.symlink_metadata(name) {
            Ok(metadata) if metadata.is_file() => Ok(()),
            Ok(metadata) if metadata.is_dir() => at
                .remove_dir(name)
                .map_err(|_| self.refused(relative, Because::NotAFile)),
            Ok(metadata) if metadata.is_symlink() => Err(self.refused(relative, Because::Link)),
            Ok(_) => Err(self.refused(relative, Because::NotAFile)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(self.io(relative, "written")(error)),
        }
    }
}

fn is_link(at: &Dir, name: &str) -> bool {
    at.symlink_metadata(name)
        .is_ok_and(|metadata| metadata.is_symlink())
}

fn is_directory(at: &Dir, name: &str) -> bool {
    at.symlink_metadata(name)
        .is_ok_and(|metadata| metadata.is_dir())
}

/// Makes what happened to the names in a directory survive a crash.
fn sync(dir: &Dir) -> std::io::Result<()> {
    // Windows cannot open a directory as a file, and needs no such sync.
    if cfg!(unix) {
        dir.open(".")?.into_std().sync_all()?;
    }
    Ok(())
}
