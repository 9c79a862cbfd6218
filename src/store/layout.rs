//! What a store holds: the paths that it writes itself, and how a store without a mark is known for one.

use super::discovery::DISCOVERY_FILE;
use super::manifest::{self, Manifest};
use super::mirrors;
use super::server::SERVER_FILE;
use super::shards::SHARD_FILE;
use super::{FACTS_LOCK, FORGOTTEN_FILE, KEY_FILE, LOCK, REPOSITORIES_FILE, VERSION_FILE};
use crate::folder::{self, EntryKind, Folder, mark};

/// What keeps git from committing a store.
pub(super) const IGNORE_FILE: &str = ".gitignore";

/// Files of linchpin's that hold nothing.
pub(super) const LOCKS: [&str; 2] = [LOCK, FACTS_LOCK];

const FILES: [&str; 12] = [
    KEY_FILE,
    FORGOTTEN_FILE,
    LOCK,
    FACTS_LOCK,
    VERSION_FILE,
    IGNORE_FILE,
    manifest::FILE,
    REPOSITORIES_FILE,
    DISCOVERY_FILE,
    SERVER_FILE,
    SHARD_FILE,
    mark::FILE,
];
const DIRECTORIES: [&str; 5] = ["raw", "facts", "mined", "state", "runs"];

/// Whether a path is that of the mirrors' directory: what is in it keeps itself (see `mirrors`), and no list of files names it.
fn is_of_mirrors(path: &str) -> bool {
    path == mirrors::DIRECTORY
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Small letters, digits, `_` and dots inside: what tables, metrics and streams are called.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.');
    text.bytes().all(is_plain) && !text.starts_with('.') && !text.is_empty()
}

fn is_number_with(text: &str, extension: &str) -> bool {
    text.strip_suffix(extension).is_some_and(is_number)
}

/// Whether a path is that of a directory which the store makes.
pub(super) fn is_directory(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [top] => DIRECTORIES.contains(top),
        ["raw" | "runs", id] => is_number(id),
        ["raw", id, stream] => is_number(id) && is_word(stream),
        ["facts", table] => is_word(table),
        _ => false,
    }
}

/// Whether a path is that of a file with raw answers.
pub(super) fn is_raw(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["raw", id, stream, file] => {
            is_number(id) && is_word(stream) && is_number_with(file, ".jsonl.zst")
        }
        _ => false,
    }
}

/// Whether a path is that of a kept run, or of its rows.
pub(super) fn is_run(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["runs", head] => is_number_with(head, ".json"),
        ["runs", number, rows] => {
            is_number(number) && rows.strip_suffix(".parquet").is_some_and(is_word)
        }
        _ => false,
    }
}

/// Whether a path is that of a file which the store writes.
pub(super) fn is_file(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [top] => FILES.contains(top),
        ["facts", file] => is_word(file),
        ["facts", table, part] => is_word(table) && is_word(part),
        ["mined", file] => is_number_with(file, ".state"),
        ["state", file] => is_number_with(file, ".json"),
        _ => is_raw(path) || is_run(path),
    }
}

/// Whether a path is that of a file on its way into its place, under a name of today or of earlier versions.
pub(super) fn is_leftover(path: &str) -> bool {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let old = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".tmp"));
    folder::is_temporary(name)
        || old.is_some_and(|name| match directory {
            "" => is_file(name),
            _ => is_file(&format!("{directory}/{name}")),
        })
}

/// Every file and directory below a folder that has a path of the store's own, sorted; links and what is not the store's are
/// never entered.
pub(super) fn files(folder: &Folder) -> Result<Vec<String>, folder::Error> {
    let mut found = Vec::new();
    let mut pending = vec![String::new()];
    while let Some(directory) = pending.pop() {
        for entry in folder.entries(&directory)? {
            let path = match directory.as_str() {
                "" => entry.name,
                _ => format!("{directory}/{}", entry.name),
            };
            match entry.kind {
                EntryKind::File if is_file(&path) || is_leftover(&path) => found.push(path),
                EntryKind::Directory if is_directory(&path) => pending.push(path),
                _ => {}
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Whether a folder without a mark is a store that an earlier version made: nothing but what a store has is in it, its
/// version can be read, and so can its list of files.
pub(super) fn is_store(folder: &Folder) -> Result<bool, folder::Error> {
    let entries = folder.entries("")?;
    let is_own = |entry: &folder::Entry| match entry.kind {
        // What stands in the mark's place is no mark: that is why this is asked.
        _ if entry.name == mark::FILE => true,
        EntryKind::File => is_file(&entry.name) || is_leftover(&entry.name),
        EntryKind::Directory => is_directory(&entry.name) || is_of_mirrors(&entry.name),
        EntryKind::Other => false,
    };
    let version = folder.read(VERSION_FILE)?.and_then(version);
    let Some(version) = version.filter(|_| entries.iter().all(is_own)) else {
        return Ok(false);
    };
    if !entries.iter().any(|entry| is_directory(&entry.name)) {
        // Made, and never filled: there is nothing that could be lost.
        return Ok(true);
    }
    Manifest::is_one(folder, version)
}

/// The version that a version file tells.
pub(super) fn version(bytes: Vec<u8>) -> Option<u32> {
    String::from_utf8(bytes).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_knows_its_own_paths() {
        for path in [
            "version",
            "key.json",
            "forgotten.json",
            ".gitignore",
            "raw/0/pull_requests/00000001.jsonl.zst",
            "facts/people/all.parquet",
            "facts/findings.json",
            "mined/12.state",
            "state/0.json",
            "runs/000001.json",
            "runs/000001/flow.cycle_time.parquet",
        ] {
            assert!(is_file(path), "{path}");
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let beside = |name: String| match directory {
                "" => name,
                _ => format!("{directory}/{name}"),
            };
            assert!(is_leftover(&beside(format!(".{name}.tmp"))), "{path}");
            assert!(directory.is_empty() || is_directory(directory), "{path}");
        }
        for path in [
            "notes.txt",
            "raw/2025/measurements.csv",
            "raw/0/issues/notes.txt",
            "raw/0/00000001.jsonl.zst",
            "raw/d/x",
            "facts/.hidden",
            "state/0.json.bak",
            "Raw/0/issues/00000001.jsonl.zst",
        ] {
            assert!(!is_file(path) && !is_raw(path), "{path}");
        }
        for path in [".draft.tmp", "raw/.x.tmp", "raw/0/issues/.notes.tmp"] {
            assert!(!is_leftover(path), "{path}");
        }
        for path in ["raw/d", "data", "raw/0/Issues", "facts/.git", "mined/0"] {
            assert!(!is_directory(path), "{path}");
        }
    }
}
