//! Trees that are replaced whole: a kill at any instant leaves the old one or the new one.
//!
//! The new tree is written beside the old one, under a name that nobody can guess, with a mark that lists its files; then the
//! two exchange their names in one step. Where a file system cannot do that, the old one is moved aside first, and whoever
//! writes next puts it back if a kill fell between. What linchpin did not write is in the new tree before it takes its place.

mod erase;
mod keep;
mod retire;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use cap_fs_ext::DirExt as _;
use cap_std::fs::Dir;

use super::mark::{self, Mark, Purpose};
use super::names::{self, Temporary};
use super::open::Look;
use super::seal::{digest, digest_of};
use super::walk::{self, EntryKind};
use super::{Audience, Because, Error, Folder, is_name, sync};

pub use super::content::{Content, Made};
pub use erase::{Erasure, Why, Written};

/// Something in a tree that linchpin did not write, and where it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its path in the old tree.
    pub from: PathBuf,
    /// Its path in the new one.
    pub to: PathBuf,
}

/// A file of a tree that a person goes on with: it is made from the one that is there.
pub struct Draft<'a> {
    /// Its path, with `/`.
    pub path: &'a str,
    /// Every byte that a person wrote is in what it makes.
    pub merge: &'a Merge<'a>,
    /// A generated file that is made of the draft as it is now, and its path.
    pub made_of_it: Option<MadeOfIt<'a>>,
}

/// Makes the new bytes of a draft from those that are there, and from whether they are what linchpin wrote last.
pub type Merge<'a> = dyn Fn(Option<&[u8]>, bool) -> Vec<u8> + 'a;

/// A path, and the bytes from those of the draft.
pub type MadeOfIt<'a> = (&'a str, &'a dyn Fn(&[u8]) -> Vec<u8>);

/// How a tree is written.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// Who may read it.
    pub audience: Audience,
    /// Whether a file that somebody changed is kept beside the new one; else it is generated, and overwritten.
    pub keeps_edits: bool,
    /// Whether two names are exchanged in one step where the system can: only tests say no.
    pub exchanges: bool,
}

impl Manner {
    /// A generated tree.
    #[must_use]
    pub const fn generated(audience: Audience) -> Self {
        Self {
            audience,
            keeps_edits: false,
            exchanges: true,
        }
    }
}

impl Folder {
    /// Replaces the tree of a name in this folder, which the caller has locked, by some files (relative paths with `/`).
    ///
    /// Returns what was kept under another name than it had. Refused: a tree that linchpin did not make.
    pub fn replace_tree<B: Content>(
        &self,
        name: &str,
        files: &[(String, B)],
        manner: Manner,
    ) -> Result<Vec<Kept>, Error> {
        self.replace_tree_and_drafts(name, files, &[], manner)
    }

    /// The same with drafts, which are no generated files: what people wrote into them goes on.
    pub fn replace_tree_and_drafts<B: Content>(
        &self,
        name: &str,
        files: &[(String, B)],
        drafts: &[Draft<'_>],
        manner: Manner,
    ) -> Result<Vec<Kept>, Error> {
        if !is_name(name) {
            return Err(self.refused(name, Because::LeadsElsewhere));
        }
        self.clear_leftovers()?;
        let old = self.tree(name)?;
        let fresh = names::fresh(Temporary::New).map_err(self.io(name, "written"))?;
        let written = self.write_tree(&fresh, name, (files, drafts), manner, old.as_ref());
        let has_old = old.is_some();
        // Some systems do not rename what is open.
        drop(old);
        let swapped = written.and_then(|kept| {
            let aside = self.put_tree_in_place(name, &fresh, has_old, manner.exchanges)?;
            Ok((kept, aside))
        });
        let (kept, aside) = match swapped {
            Ok(done) => done,
            Err(error) => {
                // The old tree is still in place; what is left of the new one is of no use.
                let _ = self.discard(&fresh);
                return Err(error);
            }
        };
        self.step()?;
        sync(&self.dir).map_err(self.io(name, "written"))?;
        if let Some(aside) = aside {
            // The new tree is in place, whatever becomes of the old one: what cannot be removed now is removed next time.
            let _ = self.retire(&aside, Some(name), manner.keeps_edits);
        }
        Ok(kept
            .into_iter()
            .filter(|kept| kept.from != kept.to)
            .collect())
    }

    /// Refuses a name under which no tree could be put in place, and changes nothing.
    pub fn check_tree(&self, name: &str) -> Result<(), Error> {
        self.tree(name).map(|_| ())
    }

    /// The tree of a name with its mark, or an empty directory; `None` where there is nothing.
    fn tree(&self, name: &str) -> Result<Option<(Self, Mark)>, Error> {
        match self.dir.symlink_metadata(name) {
            Ok(found) if found.is_dir() => {}
            Ok(found) if found.is_symlink() => return Err(self.refused(name, Because::Link)),
            Ok(_) => return Err(self.refused(name, Because::NotAFile)),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(name, "read")(error)),
        }
        let Some(tree) = self.below(name, Audience::Everyone)? else {
            return Ok(None);
        };
        let because = match tree.look(&[])? {
            Look::Empty => return Ok(Some((tree, Mark::of(Purpose::Tree)))),
            Look::Marked(mark) if mark.purpose == Purpose::Tree => return Ok(Some((tree, mark))),
            Look::Marked(mark) => Because::OtherPurpose {
                found: mark.purpose,
                wanted: Purpose::Tree,
            },
            Look::Foreign { first } => Because::Foreign { first },
        };
        Err(self.refused(name, because))
    }

    /// A directory in this folder as a folder of its own; `None` where there is none.
    fn below(&self, name: &str, audience: Audience) -> Result<Option<Self>, Error> {
        let found = self.directory(&self.dir, name, name)?;
        Ok(found.map(|dir| Self {
            dir,
            shown: self.path(name),
            audience,
            steps: self.steps.clone(),
        }))
    }

    /// Writes the new tree, all of it synced.
    fn write_tree<B: Content>(
        &self,
        fresh: &str,
        name: &str,
        (files, drafts): (&[(String, B)], &[Draft<'_>]),
        manner: Manner,
        old: Option<&(Self, Mark)>,
    ) -> Result<Vec<Kept>, Error> {
        self.step()?;
        manner
            .audience
            .create_directory(&self.dir, Path::new(fresh))
            .map_err(self.io(name, "created"))?;
        let missing = || self.io(name, "created")(ErrorKind::NotFound.into());
        let mut tree = self.below(fresh, manner.audience)?.ok_or_else(missing)?;
        tree.shown = self.path(name);
        // What is generated is overwritten whatever became of it: its checksums would only make marks differ.
        let mut digests: BTreeMap<String, String> = BTreeMap::new();
        for (path, content) in files {
            let sum = if manner.keeps_edits {
                digest_of(content).map_err(self.io(path, "written"))?
            } else {
                String::new()
            };
            digests.insert(path.clone(), sum);
        }
        let mut mark = Mark::of(Purpose::Tree);
        mark.name = Some(name.to_owned());
        mark.keeps_edits = manner.keeps_edits;
        mark.files.clone_from(&digests);
        let mut drafted: Vec<(&str, Vec<u8>)> = Vec::new();
        for draft in drafts {
            let path = Path::new(draft.path);
            let there = old.and_then(|(old, _)| keep::regular(&old.dir, path));
            let before = there.as_deref().map(digest);
            let written = old.and_then(|(_, mark)| mark.files.get(draft.path));
            let bytes = (draft.merge)(there.as_deref(), before.as_ref() == written);
            let sum = digest(&bytes);
            digests.insert(draft.path.to_owned(), sum.clone());
            // A draft in which somebody wrote is theirs from then on: nothing but a draft of its name takes its place.
            let is_generated = before.is_none() || before.as_ref() == written;
            let list = if is_generated {
                &mut mark.files
            } else {
                &mut mark.drafts
            };
            list.insert(draft.path.to_owned(), sum);
            mark.taken_over
                .extend(before.map(|before| (draft.path.to_owned(), before)));
            if let Some((path, make)) = draft.made_of_it {
                let made = make(&bytes);
                let edits = manner.keeps_edits.then(|| digest(&made));
                digests.insert(path.to_owned(), edits.clone().unwrap_or_default());
                mark.files
                    .insert(path.to_owned(), edits.unwrap_or_default());
                drafted.push((path, made));
            }
            drafted.push((draft.path, bytes));
        }
        // The mark comes first: without it whoever finds this after a kill could not know whose it is.
        tree.put(mark::FILE, &mark.to_bytes())?;
        for (path, content) in files {
            tree.put(path, content)?;
        }
        for (path, bytes) in &drafted {
            tree.put(path, bytes)?;
        }
        let kept = match old {
            Some((old, old_mark)) => {
                keep::carry_over(old, old_mark, &tree, (&digests, &mark.taken_over), manner)?
            }
            None => Vec::new(),
        };
        self.step()?;
        sync_tree(&tree.dir).map_err(tree.io("", "written"))?;
        Ok(kept)
    }

    /// Writes a new file of a tree that nobody sees yet.
    fn put(&self, relative: &str, content: &impl Content) -> Result<(), Error> {
        self.step()?;
        let make = |at: &Dir, name: &str, until: &str| {
            self.audience
                .create_directory(at, Path::new(name))
                .map_err(self.io(until, "created"))?;
            Ok(true)
        };
        let missing = || self.io(relative, "created")(ErrorKind::NotFound.into());
        let (at, name) = self.walk_to(relative, make)?.ok_or_else(missing)?;
        let write = || {
            let mut file = self.audience.create(&at, Path::new(name))?;
            content.pieces(&mut |piece| file.write_all(piece))
        };
        write().map_err(self.io(relative, "written"))
    }

    /// Gives the new tree its name. Returns the name under which the old one is now.
    fn put_tree_in_place(
        &self,
        name: &str,
        fresh: &str,
        has_old: bool,
        exchanges: bool,
    ) -> Result<Option<String>, Error> {
        self.step()?;
        let io = |source| self.io(name, "written")(source);
        if !has_old {
            self.dir.rename(fresh, &self.dir, name).map_err(io)?;
            return Ok(None);
        }
        if exchanges && exchange(&self.dir, fresh, name).map_err(io)? {
            return Ok(Some(fresh.to_owned()));
        }
        let aside = names::fresh(Temporary::Old).map_err(io)?;
        self.dir.rename(name, &self.dir, &aside).map_err(io)?;
        let put = self
            .step()
            .and_then(|()| self.dir.rename(fresh, &self.dir, name).map_err(io));
        if let Err(error) = put {
            let _ = self
                .step()
                .map(|()| self.dir.rename(&aside, &self.dir, name));
            return Err(error);
        }
        Ok(Some(aside))
    }
}

/// Exchanges two names in one step; whether the system can do that.
fn exchange(dir: &Dir, a: &str, b: &str) -> std::io::Result<bool> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::io::Errno;
        let done = rustix::fs::renameat_with(dir, a, dir, b, rustix::fs::RenameFlags::EXCHANGE);
        match done {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP | Errno::PERM) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    {
        let _ = (dir, a, b);
        Ok(false)
    }
}

/// Syncs everything in a tree: at once where the system can, since each file by itself would wait for the disk.
fn sync_tree(dir: &Dir) -> std::io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::io::Errno;
        match rustix::fs::syncfs(dir.open(".")?) {
            Ok(()) => return Ok(()),
            Err(Errno::NOSYS | Errno::PERM | Errno::OPNOTSUPP) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let below = walk::below(dir)?;
    for (path, kind) in &below.others {
        if *kind == EntryKind::File {
            let (at, name) = walk::parent(dir, path)?;
            at.as_ref()
                .unwrap_or(dir)
                .open(name)?
                .into_std()
                .sync_all()?;
        }
    }
    for path in below.directories.iter().rev() {
        if let Some(at) = walk::descend(dir, path)? {
            sync(&at)?;
        }
    }
    sync(dir)
}

/// The directories that some files are in.
fn directories_of<'a>(files: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    for file in files {
        let mut rest = file.as_str();
        while let Some((directory, _)) = rest.rsplit_once('/') {
            found.insert(directory);
            rest = directory;
        }
    }
    found
}

/// Opens the directory of a path in a tree, made where it is missing.
fn made_parent<'a>(tree: &Folder, path: &'a Path) -> std::io::Result<(Option<Dir>, &'a Path)> {
    let mut at: Option<Dir> = None;
    for part in path.parent().into_iter().flat_map(Path::components) {
        let here = at.as_ref().unwrap_or(&tree.dir);
        tree.audience
            .create_directory(here, Path::new(part.as_os_str()))?;
        at = Some(here.open_dir_nofollow(part.as_os_str())?);
    }
    Ok((at, path.file_name().map_or(Path::new(""), Path::new)))
}
