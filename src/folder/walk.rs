//! What directories hold, links never followed.

use std::path::{Path, PathBuf};

use cap_fs_ext::DirExt as _;
use cap_std::fs::{Dir, FileType};

/// What something in a directory is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A link, a pipe, a device.
    Other,
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: String,
    /// What it names.
    pub kind: EntryKind,
}

fn kind_of(found: FileType) -> Option<EntryKind> {
    if found.is_file() {
        Some(EntryKind::File)
    } else if found.is_dir() {
        Some(EntryKind::Directory)
    } else if found.is_symlink() {
        Some(EntryKind::Other)
    } else {
        None
    }
}

/// The names of a directory that are UTF-8, sorted.
pub(super) fn entries(dir: &Dir) -> std::io::Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = raw_entries(dir)?
        .into_iter()
        .filter_map(|(name, kind)| {
            let name = name.to_str()?.to_owned();
            Some(Entry { name, kind })
        })
        .collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn raw_entries(dir: &Dir) -> std::io::Result<Vec<(PathBuf, EntryKind)>> {
    let mut found = Vec::new();
    for entry in dir.entries()? {
        let entry = entry?;
        let name = PathBuf::from(entry.file_name());
        let kind = match kind_of(entry.file_type()?) {
            Some(kind) => kind,
            // Some file systems do not tell with the name what it names.
            None => kind_of(dir.symlink_metadata(&name)?.file_type()).unwrap_or(EntryKind::Other),
        };
        found.push((name, kind));
    }
    Ok(found)
}

/// Everything below a directory: its directories, each after the one that it is in, and all else.
#[derive(Debug, Default)]
pub(super) struct Below {
    pub(super) directories: Vec<PathBuf>,
    pub(super) others: Vec<(PathBuf, EntryKind)>,
}

/// Walks a directory.
pub(super) fn below(dir: &Dir) -> std::io::Result<Below> {
    let mut found = Below::default();
    let mut pending = vec![PathBuf::new()];
    while let Some(path) = pending.pop() {
        let opened = descend(dir, &path)?;
        for (name, kind) in raw_entries(opened.as_ref().unwrap_or(dir))? {
            let path = path.join(name);
            if kind == EntryKind::Directory {
                found.directories.push(path.clone());
                pending.push(path);
            } else {
                found.others.push((path, kind));
            }
        }
    }
    found.directories.sort();
    found.others.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found)
}

/// Opens a directory below another, one name at a time; `None` for the directory itself.
pub(super) fn descend(dir: &Dir, path: &Path) -> std::io::Result<Option<Dir>> {
    let mut at: Option<Dir> = None;
    for part in path.components() {
        let next = at
            .as_ref()
            .unwrap_or(dir)
            .open_dir_nofollow(part.as_os_str())?;
        at = Some(next);
    }
    Ok(at)
}

/// The directory that a path is in, and the path's name.
pub(super) fn parent<'a>(dir: &Dir, path: &'a Path) -> std::io::Result<(Option<Dir>, &'a Path)> {
    let parent = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().map_or(Path::new(""), Path::new);
    Ok((descend(dir, parent)?, name))
}
