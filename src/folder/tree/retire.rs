//! Trees that are no longer in their place, and what kills left of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cap_std::fs::{Dir, Metadata};

use super::keep::{self, ToKeep};
use super::walk::{self, EntryKind};
use crate::folder::mark::{self, Mark, Purpose};
use crate::folder::names::{self, Temporary};
use crate::folder::open::Look;
use crate::folder::{Audience, Entry, Error, Folder, is_name, sync};

impl Folder {
    /// Puts back a tree that a kill left beside its place, and removes what is left of others. The caller has the lock, so
    /// none of them is being written.
    pub(super) fn clear_leftovers(&self) -> Result<(), Error> {
        let leftovers: Vec<(Temporary, String)> = self
            .entries("")?
            .into_iter()
            .filter_map(|entry| Some((names::kind_of(&entry.name)?, entry)))
            .filter(|(kind, entry)| (entry.kind == EntryKind::File) == (*kind == Temporary::File))
            .filter(|(_, entry)| entry.kind != EntryKind::Other)
            .map(|(kind, entry)| (kind, entry.name))
            .collect();
        for (kind, name) in &leftovers {
            match kind {
                Temporary::File => self.remove_file(name)?,
                Temporary::Old => self.put_back(name)?,
                Temporary::New => {}
            }
        }
        for (kind, name) in &leftovers {
            if *kind != Temporary::File {
                // One that cannot be removed is in nobody's way.
                let _ = self.retire(name, None, true);
            }
        }
        Ok(())
    }

    /// Gives an old tree its name again, where nothing has it.
    fn put_back(&self, leftover: &str) -> Result<(), Error> {
        let Some((_, mark)) = self.leftover(leftover)? else {
            return Ok(());
        };
        let Some(name) = mark.name.filter(|name| is_name(name)) else {
            return Ok(());
        };
        if self.dir.symlink_metadata(&name).is_err() {
            self.step()?;
            self.dir
                .rename(leftover, &self.dir, &name)
                .and_then(|()| sync(&self.dir))
                .map_err(self.io(&name, "written"))?;
        }
        Ok(())
    }

    /// A leftover that bears the mark of a tree.
    fn leftover(&self, name: &str) -> Result<Option<(Self, Mark)>, Error> {
        let Some(tree) = self.below(name, Audience::Everyone)? else {
            return Ok(None);
        };
        Ok(match tree.look(&[])? {
            Look::Marked(mark) if mark.purpose == Purpose::Tree => Some((tree, mark)),
            Look::Empty => Some((tree, Mark::of(Purpose::Tree))),
            // A kill while the mark was written, which comes first of all, leaves a part of it and nothing else.
            Look::Foreign { .. } if tree.entries("")?.iter().all(is_mark) => {
                Some((tree, Mark::of(Purpose::Tree)))
            }
            Look::Marked(_) | Look::Foreign { .. } => None,
        })
    }

    /// Removes a tree that is no longer in its place: what linchpin wrote, once all else is in the tree that took the place.
    /// Without such a tree, one that holds anything else stays. Its mark knows the place, unless somebody renamed the tree.
    pub(super) fn retire(
        &self,
        name: &str,
        place: Option<&str>,
        keeps_edits: bool,
    ) -> Result<(), Error> {
        let Some((tree, mut mark)) = self.leftover(name)? else {
            return Ok(());
        };
        mark.keeps_edits &= keeps_edits;
        let (found, _) = keep::foreign(&tree.dir, &mark).map_err(tree.io("", "read"))?;
        if !found.is_empty() {
            let successor = place.or(mark.name.as_deref()).filter(|name| is_name(name));
            let Some(successor) = successor.and_then(|name| self.tree(name).ok().flatten()) else {
                return Ok(());
            };
            let (new, new_mark) = successor;
            let there = There::of(&new.dir, &new_mark).map_err(new.io("", "read"))?;
            let missing: Vec<ToKeep> = found
                .into_iter()
                .filter(|found| !keep::is_taken_over(&tree.dir, found, &new_mark.taken_over))
                // What was made of a draft is of no use beside the draft: in the tree in place is what it was made from, or more.
                .filter(|found| !keep::is_taken_over(&tree.dir, found, &mark.drafts))
                .filter(|found| !there.has(&new.dir, &tree.dir, found))
                .collect();
            keep::add(&tree, &missing, &new, &new_mark)?;
            sync(&new.dir).map_err(new.io("", "written"))?;
        }
        self.discard(name)
    }

    /// Removes a tree beside its place, with all that is in it; the mark last.
    pub(super) fn discard(&self, name: &str) -> Result<(), Error> {
        let Some(tree) = self.below(name, Audience::Everyone)? else {
            return Ok(());
        };
        let error = || tree.io("", "removed");
        let below = walk::below(&tree.dir).map_err(error())?;
        for (path, _) in &below.others {
            if path != Path::new(mark::FILE) {
                self.step()?;
                let (at, name) = walk::parent(&tree.dir, path).map_err(error())?;
                at.as_ref()
                    .unwrap_or(&tree.dir)
                    .remove_file(name)
                    .map_err(error())?;
            }
        }
        for path in below.directories.iter().rev() {
            self.step()?;
            let (at, name) = walk::parent(&tree.dir, path).map_err(error())?;
            at.as_ref()
                .unwrap_or(&tree.dir)
                .remove_dir(name)
                .map_err(error())?;
        }
        tree.remove_file(mark::FILE)?;
        drop(tree);
        self.step()?;
        self.dir.remove_dir(name).map_err(self.io(name, "removed"))
    }
}

fn is_mark(entry: &Entry) -> bool {
    entry.name == mark::FILE && entry.kind == EntryKind::File
}

/// What a tree in its place holds besides what linchpin wrote.
struct There {
    files: Vec<(PathBuf, u64)>,
    nodes: BTreeSet<(u64, u64)>,
}

impl There {
    fn of(tree: &Dir, mark: &Mark) -> std::io::Result<Self> {
        let (found, _) = keep::foreign(tree, mark)?;
        let (mut files, mut nodes) = (Vec::new(), BTreeSet::new());
        for found in found {
            let metadata = metadata(tree, &found.path)?;
            nodes.extend(node(&metadata));
            if found.kind == EntryKind::File {
                files.push((found.path, metadata.len()));
            }
        }
        Ok(Self { files, nodes })
    }

    /// Whether the tree holds something from another one: under a second name, or as a copy.
    fn has(&self, tree: &Dir, other: &Dir, found: &ToKeep) -> bool {
        let Ok(metadata) = metadata(other, &found.path) else {
            return false;
        };
        if node(&metadata).any(|node| self.nodes.contains(&node)) {
            return true;
        }
        let same_size = self
            .files
            .iter()
            .filter(|(_, size)| found.kind == EntryKind::File && *size == metadata.len());
        let Ok(bytes) = keep::bytes(other, &found.path) else {
            return false;
        };
        let mut copies = same_size
            .map(|(path, _)| path)
            .chain(std::iter::once(&found.path));
        copies.any(|path| keep::bytes(tree, path).is_ok_and(|copy| copy == bytes))
    }
}

fn metadata(tree: &Dir, path: &Path) -> std::io::Result<Metadata> {
    let (at, name) = walk::parent(tree, path)?;
    at.as_ref().unwrap_or(tree).symlink_metadata(name)
}

/// What tells a file from every other.
#[cfg(unix)]
fn node(metadata: &Metadata) -> impl Iterator<Item = (u64, u64)> + use<> {
    use cap_std::fs::MetadataExt as _;
    std::iter::once((metadata.dev(), metadata.ino()))
}

/// The system does not say.
#[cfg(not(unix))]
fn node(_: &Metadata) -> impl Iterator<Item = (u64, u64)> + use<> {
    std::iter::empty()
}
