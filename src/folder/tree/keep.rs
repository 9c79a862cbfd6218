//! What a tree holds that linchpin did not write, on its way into the tree that takes its place.
//!
//! Each such file gets a second name in the new tree, or a copy where the file system has no second names, before the old
//! tree is touched: there is no instant at which it is nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::fs::{Dir, OpenOptions};

use super::{Kept, Manner, directories_of, made_parent};
use crate::folder::mark::{self, Mark};
use crate::folder::seal::digest;
use crate::folder::walk::{self, EntryKind};
use crate::folder::{Error, Folder};

/// Names that are tried before giving up: as many would have to be taken.
const MAX_NAMES: usize = 10_000;

/// Something to be kept.
#[derive(Debug)]
pub(super) struct ToKeep {
    pub(super) path: PathBuf,
    pub(super) kind: EntryKind,
    /// Whether linchpin wrote it, and somebody changed it since.
    pub(super) is_edited: bool,
}

/// What a tree holds that linchpin did not write, or that somebody changed where that counts.
pub(super) fn foreign(tree: &Dir, mark: &Mark) -> std::io::Result<(Vec<ToKeep>, Vec<PathBuf>)> {
    let below = walk::below(tree)?;
    let mut found = Vec::new();
    for (path, kind) in below.others {
        if path == Path::new(mark::FILE) {
            continue;
        }
        let written = path
            .to_str()
            .and_then(|path| mark.files.get(&slashed(path)));
        let is_edited = match (written, kind) {
            (Some(_), EntryKind::File) if !mark.keeps_edits => continue,
            (Some(written), EntryKind::File) => {
                if digest(&bytes(tree, &path)?) == *written {
                    continue;
                }
                true
            }
            _ => false,
        };
        found.push(ToKeep {
            path,
            kind,
            is_edited,
        });
    }
    let own = directories_of(mark.files.keys());
    let directories = below
        .directories
        .into_iter()
        .filter(|path| {
            path.to_str()
                .is_none_or(|path| !own.contains(slashed(path).as_str()))
        })
        .collect();
    Ok((found, directories))
}

/// A path as marks write it.
fn slashed(path: &str) -> String {
    if cfg!(windows) {
        path.replace('\\', "/")
    } else {
        path.to_owned()
    }
}

/// Puts everything in the old tree that is to be kept into the new one, which has files with these checksums already.
pub(super) fn carry_over(
    old: &Folder,
    mark: &Mark,
    new: &Folder,
    (digests, taken_over): (&BTreeMap<String, String>, &BTreeMap<String, String>),
    manner: Manner,
) -> Result<Vec<Kept>, Error> {
    let mut mark = mark.clone();
    mark.keeps_edits &= manner.keeps_edits;
    let (found, directories) = foreign(&old.dir, &mark).map_err(old.io("", "read"))?;
    let mut taken = Taken::of(digests, &found);
    for path in directories {
        if taken.is_free(&path) && !taken.is_blocked(&path) {
            old.step()?;
            let inside = path.join("-");
            made_parent(new, &inside).map_err(new.io("", "written"))?;
        }
    }
    let mut kept = Vec::new();
    for found in found {
        old.step()?;
        if is_taken_over(&old.dir, &found, taken_over) {
            continue;
        }
        let name = found.path.to_str().map(slashed);
        let same_as_new =
            |digest: &String| name.as_ref().and_then(|name| digests.get(name)) == Some(digest);
        if found.is_edited {
            let edited = bytes(&old.dir, &found.path).map_err(old.io("", "read"))?;
            if same_as_new(&digest(&edited)) || taken.has_copy(&old.dir, &found.path, &edited) {
                continue;
            }
        }
        let word = if found.is_edited { "edited" } else { "kept" };
        let to = place(old, new, &found, word, &mut taken)?;
        kept.push(Kept {
            from: found.path,
            to,
        });
    }
    Ok(kept)
}

/// Whether a draft's text is in the new tree already, as it stands in the old one.
pub(super) fn is_taken_over(
    tree: &Dir,
    found: &ToKeep,
    taken_over: &BTreeMap<String, String>,
) -> bool {
    let name = found.path.to_str().map(slashed);
    let sum = name.and_then(|name| taken_over.get(&name));
    sum.is_some_and(|sum| {
        let bytes = (found.kind == EntryKind::File).then(|| bytes(tree, &found.path));
        bytes.is_some_and(|bytes| bytes.is_ok_and(|bytes| digest(&bytes) == *sum))
    })
}

/// Puts things of an old tree into the one that has taken its place already.
pub(super) fn add(old: &Folder, found: &[ToKeep], new: &Folder, mark: &Mark) -> Result<(), Error> {
    let mut taken = Taken::of(&mark.files, found);
    for found in found {
        old.step()?;
        let word = if found.is_edited { "edited" } else { "kept" };
        place(old, new, found, word, &mut taken)?;
    }
    Ok(())
}

/// Links or copies one thing to the first free place for it.
fn place(
    old: &Folder,
    new: &Folder,
    found: &ToKeep,
    word: &str,
    taken: &mut Taken<'_>,
) -> Result<PathBuf, Error> {
    let error = |source| new.io(&found.path.to_string_lossy(), "kept")(source);
    for to in taken.candidates(found, word) {
        match link_or_copy(&old.dir, &found.path, found.kind, new, &to) {
            Ok(()) => {
                taken.used.insert(to.clone());
                return Ok(to);
            }
            // A file system to which `A` and `a` are one name has another opinion on what is free.
            Err(source) if source.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(error(source)),
        }
    }
    Err(error(ErrorKind::AlreadyExists.into()))
}

/// Paths that are not free in the new tree.
struct Taken<'a> {
    files: &'a BTreeMap<String, String>,
    directories: BTreeSet<&'a str>,
    foreign: BTreeSet<PathBuf>,
    used: BTreeSet<PathBuf>,
}

impl<'a> Taken<'a> {
    fn of(files: &'a BTreeMap<String, String>, found: &[ToKeep]) -> Self {
        let foreign = found.iter().filter(|found| !found.is_edited);
        Self {
            files,
            directories: directories_of(files.keys()),
            foreign: foreign.map(|found| found.path.clone()).collect(),
            used: BTreeSet::new(),
        }
    }

    /// Whether no new file or directory has this path.
    fn is_free(&self, path: &Path) -> bool {
        if path == Path::new(mark::FILE) || self.used.contains(path) {
            return false;
        }
        path.to_str().map(slashed).is_none_or(|path| {
            !self.files.contains_key(&path) && !self.directories.contains(path.as_str())
        })
    }

    /// Whether a new file is where the path needs a directory.
    fn is_blocked(&self, path: &Path) -> bool {
        let mut above = path.ancestors().skip(1);
        above.any(|above| {
            above
                .to_str()
                .is_some_and(|above| self.files.contains_key(&slashed(above)))
        })
    }

    /// Where something may be kept, in the order of preference.
    fn candidates(&self, found: &ToKeep, word: &str) -> Vec<PathBuf> {
        let others = (1..MAX_NAMES).map(|n| self.renamed(&found.path, word, n));
        std::iter::once(found.path.clone())
            .filter(|path| self.is_free(path) && !self.is_blocked(path))
            .chain(others.filter(|path| {
                self.is_free(path) && !self.is_blocked(path) && !self.foreign.contains(path)
            }))
            // Names that are free by their letters, at most a few of which a file system takes for others.
            .take(16)
            .collect()
    }

    /// A path under a name that says why: of the file, or of the directory where a new file has its name.
    fn renamed(&self, path: &Path, word: &str, n: usize) -> PathBuf {
        let blocking = path.ancestors().skip(1).find(|above| {
            above
                .to_str()
                .is_some_and(|above| self.files.contains_key(&slashed(above)))
        });
        match blocking {
            Some(above) => {
                let rest = path.strip_prefix(above).unwrap_or(path);
                with_word(above, word, n).join(rest)
            }
            None => with_word(path, word, n),
        }
    }

    /// Whether an edited file was kept already, by a run that was cut short.
    fn has_copy(&self, old: &Dir, path: &Path, edited: &[u8]) -> bool {
        (1..=self.foreign.len())
            .map(|n| with_word(path, "edited", n))
            .take_while(|copy| self.foreign.contains(copy))
            .any(|copy| bytes(old, &copy).is_ok_and(|found| found == edited))
    }
}

/// `page.md` → `page.edited.md`, `page.edited-2.md`, …
fn with_word(path: &Path, word: &str, n: usize) -> PathBuf {
    let mut name = OsString::from(path.file_stem().unwrap_or_default());
    name.push(".");
    name.push(word);
    if n > 1 {
        name.push(format!("-{n}"));
    }
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    path.with_file_name(name)
}

/// The bytes of a file in a tree; `None` where nothing or anything else has its name.
pub(super) fn regular(tree: &Dir, path: &Path) -> Option<Vec<u8>> {
    let (at, name) = walk::parent(tree, path).ok()?;
    let metadata = at.as_ref().unwrap_or(tree).symlink_metadata(name).ok()?;
    let is_file = metadata.is_file();
    is_file.then(|| bytes(tree, path).ok()).flatten()
}

/// The bytes of a regular file in a tree.
pub(super) fn bytes(tree: &Dir, path: &Path) -> std::io::Result<Vec<u8>> {
    let (at, name) = walk::parent(tree, path)?;
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let mut bytes = Vec::new();
    at.as_ref()
        .unwrap_or(tree)
        .open_with(name, &options)?
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Gives something a second name in another tree, or copies it.
pub(super) fn link_or_copy(
    from: &Dir,
    path: &Path,
    kind: EntryKind,
    new: &Folder,
    to: &Path,
) -> std::io::Result<()> {
    let (source, name) = walk::parent(from, path)?;
    let source = source.as_ref().unwrap_or(from);
    let (target, new_name) = made_parent(new, to)?;
    let target = target.as_ref().unwrap_or(&new.dir);
    match source.hard_link(name, target, new_name) {
        Ok(()) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        Err(_) => {}
    }
    if kind == EntryKind::File {
        let read = bytes(from, path)?;
        let mut file = new.audience.create(target, new_name)?;
        file.write_all(&read)?;
        return file.sync_all();
    }
    #[cfg(unix)]
    {
        let leads_to = source.read_link_contents(name)?;
        target.symlink_contents(leads_to, new_name)
    }
    #[cfg(not(unix))]
    {
        Err(ErrorKind::Unsupported.into())
    }
}
