//! Which folders linchpin writes into: missing and empty ones, which it marks, and those that bear its mark.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::DirExt as _;
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::mark::{self, Mark, Purpose};
use super::steps::Steps;
use super::{Audience, Because, Error, Folder, Lock, Refused, mode, names, sync, walk};

/// How a folder is opened to be written.
pub struct Opening<'a> {
    /// What it is made for, where it is not there yet.
    pub purpose: Purpose,
    /// What else it may have been made for.
    pub also: &'a [Purpose],
    /// Who may read it.
    pub audience: Audience,
    /// The file by which writers keep each other out.
    pub lock: &'a str,
    /// Names of files of linchpin's that hold nothing: a folder with these alone is empty.
    pub own: &'a [&'a str],
    /// Whether a folder that holds something and has no sound mark is linchpin's all the same.
    pub adopts: fn(&Folder) -> bool,
}

/// What a folder that is there looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It holds nothing, or nothing that counts.
    Empty,
    /// It has a sound mark.
    Marked(Mark),
    /// It holds something and no sound mark.
    Foreign {
        /// The first name in it.
        first: OsString,
    },
}

/// What systems put into folders on their own.
const NOBODYS: [&str; 2] = ["lost+found", ".DS_Store"];

impl Folder {
    /// Opens a folder that is there; `None` where there is none. Refused: a link, and a way that a clone's link bends.
    pub fn find(place: &Path, audience: Audience) -> Result<Option<Self>, Error> {
        check_way(place)?;
        let opened = |source: std::io::Error| Error::Io {
            path: place.to_owned(),
            act: "opened",
            source,
        };
        let Some(name) = place.file_name() else {
            let full = fs::canonicalize(place).map_err(opened)?;
            let dir = Dir::open_ambient_dir(full, ambient_authority()).map_err(opened)?;
            return Ok(Some(Self::held(dir, place, audience, Steps::default())));
        };
        let parent = Dir::open_ambient_dir(parent_of(place), ambient_authority());
        match parent {
            Ok(parent) => Self::find_in(&parent, name, place, audience, Steps::default()),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(opened(error)),
        }
    }

    fn find_in(
        parent: &Dir,
        name: &OsStr,
        shown: &Path,
        audience: Audience,
        steps: Steps,
    ) -> Result<Option<Self>, Error> {
        match parent.open_dir_nofollow(name) {
            Ok(dir) => Ok(Some(Self::held(dir, shown, audience, steps))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => {
                let found = parent.symlink_metadata(name);
                if found.is_ok_and(|found| found.is_symlink()) {
                    let (path, because) = (shown.to_owned(), Because::Link);
                    return Err(Refused { path, because }.into());
                }
                if is_missing(&error) {
                    return Ok(None);
                }
                Err(Error::Io {
                    path: shown.to_owned(),
                    act: "opened",
                    source: error,
                })
            }
        }
    }

    fn held(dir: Dir, shown: &Path, audience: Audience, steps: Steps) -> Self {
        Self {
            dir,
            shown: shown.to_owned(),
            audience,
            steps,
        }
    }

    /// Opens a folder to write into it and locks it; `waits` is told where another writer has the lock.
    pub fn open(
        place: &Path,
        how: &Opening<'_>,
        waits: impl FnOnce(),
    ) -> Result<(Self, Lock, Mark), Error> {
        Self::find_or_make(place, how.audience)?.taken(how, waits)
    }

    /// The same for a folder in this one.
    pub fn open_below(
        &self,
        name: &str,
        how: &Opening<'_>,
        waits: impl FnOnce(),
    ) -> Result<(Self, Lock, Mark), Error> {
        let shown = self.path(name);
        let find = || {
            let steps = self.steps.clone();
            Self::find_in(&self.dir, OsStr::new(name), &shown, how.audience, steps)
        };
        let folder = if let Some(folder) = find()? {
            folder
        } else {
            self.step()?;
            make_in(&self.dir, Path::new(name), &shown, how.audience)?;
            find()?.ok_or_else(|| not_a_directory(&shown))?
        };
        folder.taken(how, waits)
    }

    /// The folder, checked, locked and then checked again, and marked where it has no sound mark.
    fn taken(self, how: &Opening<'_>, waits: impl FnOnce()) -> Result<(Self, Lock, Mark), Error> {
        self.check(how)?;
        let lock = self.lock(how.lock, waits)?;
        let mark = self.claim(how)?;
        Ok((self, lock, mark))
    }

    /// Opens a folder, made where it is missing, the folders around it too. It is not marked yet.
    pub fn find_or_make(place: &Path, audience: Audience) -> Result<Self, Error> {
        if let Some(folder) = Self::find(place, audience)? {
            return Ok(folder);
        }
        let created = |source: std::io::Error| Error::Io {
            path: place.to_owned(),
            act: "created",
            source,
        };
        let parent = parent_of(place);
        fs::create_dir_all(&parent).map_err(created)?;
        let parent = Dir::open_ambient_dir(&parent, ambient_authority()).map_err(created)?;
        let name = place.file_name().map_or(Path::new(""), Path::new);
        make_in(&parent, name, place, audience)?;
        Self::find(place, audience)?.ok_or_else(|| not_a_directory(place))
    }

    /// Refuses a folder that is not linchpin's, and changes nothing.
    pub fn check(&self, how: &Opening<'_>) -> Result<(), Error> {
        let because = match self.look(how.own)? {
            Look::Empty => return Ok(()),
            Look::Marked(mark) if mark.purpose == how.purpose => return Ok(()),
            Look::Marked(mark) if how.also.contains(&mark.purpose) => return Ok(()),
            Look::Marked(mark) => Because::OtherPurpose {
                found: mark.purpose,
                wanted: how.purpose,
            },
            Look::Foreign { .. } if (how.adopts)(self) => return Ok(()),
            Look::Foreign { first } => Because::Foreign { first },
        };
        Err(self.refused("", because))
    }

    /// The mark of a folder that was checked and locked; written where there is no sound one.
    fn claim(&self, how: &Opening<'_>) -> Result<Mark, Error> {
        self.check(how)?;
        if let Look::Marked(mark) = self.look(how.own)? {
            return Ok(mark);
        }
        let mark = Mark::of(how.purpose);
        self.write_mark(&mark)?;
        Ok(mark)
    }

    /// Writes the mark, for the owner alone where the folder is the owner's alone.
    pub fn write_mark(&self, mark: &Mark) -> Result<(), Error> {
        if self.audience == Audience::Owner {
            mode::restrict(&self.dir).map_err(self.io("", "written"))?;
        }
        self.replace(mark::FILE, &mark.to_bytes())
    }

    /// What the folder looks like, when some of linchpin's own names in it do not count.
    pub fn look(&self, own: &[&str]) -> Result<Look, Error> {
        // A damaged mark, or what stands in its place, is none.
        let bytes = match self.read(mark::FILE) {
            Err(Error::NotAFile { .. }) => None,
            other => other?,
        };
        if let Some(mark) = bytes.as_deref().and_then(Mark::parse) {
            return Ok(Look::Marked(mark));
        }
        for entry in self.dir.entries().map_err(self.io("", "read"))? {
            let first = entry.map_err(self.io("", "read"))?.file_name();
            let counts = first.to_str().is_none_or(|name| {
                !own.contains(&name) && !NOBODYS.contains(&name) && names::kind_of(name).is_none()
            });
            if counts {
                return Ok(Look::Foreign { first });
            }
        }
        Ok(Look::Empty)
    }

    /// Tries whether files can be made in the folder, with one that is removed again.
    pub fn probe(&self) -> Result<(), Error> {
        let tried = || -> std::io::Result<()> {
            let name = names::fresh(names::Temporary::File)?;
            self.audience.create(&self.dir, Path::new(&name))?;
            self.dir.remove_file(&name)
        };
        tried().map_err(self.io("", "written"))
    }

    /// Makes everything of linchpin's in the folder its owner's alone, where it is not; `is_own` names directories and files
    /// by their path. The folder itself comes last, so that what was cut short is begun again.
    pub fn restrict(&self, is_own: impl Fn(&str) -> bool) -> Result<(), Error> {
        if mode::is_private(&self.dir).map_err(self.io("", "read"))? {
            return Ok(());
        }
        let mut pending = vec![String::new()];
        while let Some(directory) = pending.pop() {
            let dir = walk::descend(&self.dir, Path::new(&directory))
                .map_err(self.io(&directory, "read"))?;
            for entry in self.entries(&directory)? {
                let path = match directory.as_str() {
                    "" => entry.name.clone(),
                    _ => format!("{directory}/{}", entry.name),
                };
                if !is_own(&path) {
                    continue;
                }
                self.step()?;
                let at = dir.as_ref().unwrap_or(&self.dir);
                let restricted = match entry.kind {
                    walk::EntryKind::File => mode::restrict_file(at, &entry.name),
                    walk::EntryKind::Directory => {
                        pending.push(path.clone());
                        at.open_dir_nofollow(&entry.name)
                            .and_then(|dir| mode::restrict(&dir))
                    }
                    walk::EntryKind::Other => Ok(()),
                };
                restricted.map_err(self.io(&path, "written"))?;
            }
        }
        self.step()?;
        mode::restrict(&self.dir).map_err(self.io("", "written"))
    }
}

/// Tries whether files can be made in the nearest folder around a place that exists, with one that is removed again.
pub fn probe_around(full: &Path) -> std::io::Result<()> {
    let nearest = full
        .ancestors()
        .find(|path| fs::symlink_metadata(path).is_ok())
        .unwrap_or(full);
    let dir = Dir::open_ambient_dir(nearest, ambient_authority())?;
    let name = names::fresh(names::Temporary::File)?;
    Audience::Everyone.create(&dir, Path::new(&name))?;
    dir.remove_file(&name)
}

fn make_in(parent: &Dir, name: &Path, shown: &Path, audience: Audience) -> Result<(), Error> {
    let made = audience
        .create_directory(parent, name)
        .and_then(|()| sync(parent));
    made.map_err(|source| Error::Io {
        path: shown.to_owned(),
        act: "created",
        source,
    })
}

fn not_a_directory(place: &Path) -> Error {
    Error::Io {
        path: place.to_owned(),
        act: "created",
        source: ErrorKind::NotADirectory.into(),
    }
}

fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn parent_of(place: &Path) -> PathBuf {
    match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Refuses a place to which the way goes through a link of a clone: it came with the clone, and leads where its author chose.
///
/// Links outside of clones are the user's own (`/var` is one on some systems).
fn check_way(place: &Path) -> Result<(), Error> {
    let io = |source| Error::Io {
        path: place.to_owned(),
        act: "opened",
        source,
    };
    let full = std::path::absolute(place).map_err(io)?;
    let mut way = PathBuf::new();
    let mut parts = full.components().peekable();
    while let Some(part) = parts.next() {
        way.push(part);
        // The last one is opened without following it, and refused with the folder's own name.
        let is_last = parts.peek().is_none() && place.file_name().is_some();
        if is_last || !matches!(part, Component::Normal(_)) {
            continue;
        }
        let is_link = fs::symlink_metadata(&way).is_ok_and(|found| found.is_symlink());
        if is_link && way.parent().is_some_and(is_in_a_clone) {
            let link = std::env::current_dir()
                .ok()
                .and_then(|here| Some(way.strip_prefix(here).ok()?.to_owned()))
                .unwrap_or(way);
            return Err(Refused {
                path: place.to_owned(),
                because: Because::LinkOnTheWay { link },
            }
            .into());
        }
    }
    Ok(())
}

fn is_in_a_clone(directory: &Path) -> bool {
    fs::canonicalize(directory).is_ok_and(|full| {
        full.ancestors()
            .any(|outer| fs::symlink_metadata(outer.join(".git")).is_ok())
    })
}
