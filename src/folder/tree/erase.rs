//! Trees that are removed for good: what linchpin wrote goes; what people wrote goes only where that was asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{keep, mark, walk};
use crate::folder::{Because, Error, Folder, is_name};

/// How much of a tree is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing: it is only looked at.
    Look,
    /// What linchpin wrote, as it wrote it.
    Own,
    /// Everything.
    Everything,
}

/// Something of a tree that people wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its path in the tree.
    pub path: PathBuf,
    /// Why it is not linchpin's.
    pub why: Why,
}

/// Why something in a tree is not linchpin's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A draft or a page in which somebody wrote.
    Edited,
    /// linchpin did not make it.
    Foreign,
}

impl Why {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Edited => "linchpin began it, and somebody wrote in it",
            Self::Foreign => "linchpin did not make it",
        }
    }
}

impl Folder {
    /// Removes the tree of a name in this folder, which the caller has locked. Returns what people wrote in it, which is what is
    /// left unless everything was to go; `None` where there is no such tree. Refused: a tree that linchpin did not make.
    pub fn erase_tree(&self, name: &str, how: Erasure) -> Result<Option<Vec<Written>>, Error> {
        if !is_name(name) {
            return Err(self.refused(name, Because::LeadsElsewhere));
        }
        if how != Erasure::Look {
            self.clear_leftovers()?;
        }
        let Some((tree, mark)) = self.tree(name)? else {
            return Ok(None);
        };
        let (found, _) = keep::foreign(&tree.dir, &mark).map_err(tree.io("", "read"))?;
        let why = |found: &keep::ToKeep| {
            let is_draft = |path: &str| mark.drafts.contains_key(&path.replace('\\', "/"));
            match found.path.to_str() {
                _ if found.is_edited => Why::Edited,
                Some(path) if is_draft(path) => Why::Edited,
                _ => Why::Foreign,
            }
        };
        let written: Vec<Written> = found
            .iter()
            .map(|found| Written {
                path: found.path.clone(),
                why: why(found),
            })
            .collect();
        match how {
            Erasure::Look => {}
            Erasure::Own if !written.is_empty() => tree.remove_all_but(&written)?,
            Erasure::Own | Erasure::Everything => {
                drop(tree);
                self.discard(name)?;
            }
        }
        Ok(Some(written))
    }

    /// Removes all of a tree but what people wrote, and the mark by which the tree is known.
    fn remove_all_but(&self, written: &[Written]) -> Result<(), Error> {
        let error = || self.io("", "removed");
        let stays: BTreeSet<&Path> = written.iter().map(|one| one.path.as_path()).collect();
        let below = walk::below(&self.dir).map_err(error())?;
        for (path, _) in &below.others {
            if path == Path::new(mark::FILE) || stays.contains(path.as_path()) {
                continue;
            }
            self.step()?;
            let (at, name) = walk::parent(&self.dir, path).map_err(error())?;
            at.as_ref()
                .unwrap_or(&self.dir)
                .remove_file(name)
                .map_err(error())?;
        }
        for path in below.directories.iter().rev() {
            let is_above = |one: &&Path| one.starts_with(path);
            if !stays.iter().any(is_above) {
                self.step()?;
                let (at, name) = walk::parent(&self.dir, path).map_err(error())?;
                at.as_ref()
                    .unwrap_or(&self.dir)
                    .remove_dir(name)
                    .map_err(error())?;
            }
        }
        Ok(())
    }
}
