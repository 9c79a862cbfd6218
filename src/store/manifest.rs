//! The list of committed files, with their sizes and checksums: one JSON line a commit, appended and synced.
//!
//! A line ends in a tab and a checksum of its own: a flipped bit must not make a file be taken for one that was never there.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Error, Mode};

const FILE: &str = "manifest.jsonl";

/// One committed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path below the store, with `/`.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256 of the content, hexadecimal; empty for a file that was removed.
    pub sha256: String,
    /// Whether the file is only about to be replaced by this content.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_announced: bool,
}

impl Entry {
    /// The entry of a file with this content.
    #[must_use]
    pub fn of(path: &str, content: &[u8]) -> Self {
        let digest = Sha256::digest(content);
        let sha256 = digest
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                use std::fmt::Write as _;
                let _ = write!(text, "{byte:02x}");
                text
            });
        Self {
            path: path.to_owned(),
            bytes: content.len() as u64,
            sha256,
            is_announced: false,
        }
    }

    /// The entry that takes a file out of the manifest.
    #[must_use]
    pub fn removal(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            bytes: 0,
            sha256: String::new(),
            is_announced: false,
        }
    }

    /// The entry of a file that is there and is not what it should be: reading it says so.
    pub(super) fn damaged(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            bytes: 0,
            sha256: "damaged".to_owned(),
            is_announced: false,
        }
    }

    /// The entry that announces this content.
    #[must_use]
    pub fn announced(self) -> Self {
        Self {
            is_announced: true,
            ..self
        }
    }
}

/// How a line of the file is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Version 1: JSON alone; also those of today, for a migration that was cut short.
    Plain,
    /// JSON, a tab and a checksum.
    Checked,
}

impl Line {
    /// The entry of a line; `None` for a damaged one.
    fn entry(self, line: &[u8]) -> Option<Entry> {
        match line.iter().rposition(|byte| *byte == b'\t') {
            Some(at) => {
                let (json, sum) = (line.get(..at)?, line.get(at + 1..)?);
                (checksum(json).as_bytes() == sum)
                    .then(|| serde_json::from_slice(json).ok())
                    .flatten()
            }
            None if self == Self::Plain => serde_json::from_slice(line).ok(),
            None => None,
        }
    }
}

fn line(entry: &Entry) -> std::io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry).map_err(std::io::Error::other)?;
    let sum = checksum(&line);
    line.push(b'\t');
    line.extend(sum.as_bytes());
    line.push(b'\n');
    Ok(line)
}

/// The first four bytes of the SHA-256, hexadecimal.
fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(4)
        .fold(String::with_capacity(8), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// All committed files by path.
#[derive(Debug, Default)]
pub struct Manifest {
    entries: BTreeMap<String, Entry>,
    announced: BTreeMap<String, Entry>,
}

impl Manifest {
    /// Reads it, and whether some of it was damaged. A last line without its end was never committed; a writer cuts it off.
    pub fn read(root: &Path, mode: Mode) -> Result<(Self, bool), Error> {
        Self::read_lines(root, mode, Line::Checked)
    }

    /// Reads one in which lines need not have a checksum of their own, as version 1 wrote them.
    pub(super) fn read_old(root: &Path) -> Result<(Self, bool), Error> {
        Self::read_lines(root, Mode::Read, Line::Plain)
    }

    fn read_lines(root: &Path, mode: Mode, kind: Line) -> Result<(Self, bool), Error> {
        let path = root.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok((Self::default(), false));
            }
            Err(source) => {
                return Err(Error::Io {
                    path,
                    act: "read",
                    source,
                });
            }
        };
        let whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let mut manifest = Self::default();
        let mut n_lines = 0_usize;
        let mut is_damaged = false;
        for line in bytes
            .get(..whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match kind.entry(line) {
                Some(entry) => manifest.insert(entry),
                None => is_damaged = true,
            }
            n_lines += 1;
        }
        // Cut off: never committed. But a whole line is one, whatever became of its end.
        let cut = bytes.get(whole..).unwrap_or_default();
        if let Some(entry) = Line::Checked.entry(cut) {
            manifest.insert(entry);
        }
        let is_long = n_lines > 64 + 2 * manifest.entries.len();
        if mode == Mode::Write && !is_damaged && (whole < bytes.len() || is_long) {
            manifest.rewrite(root)?;
        }
        Ok((manifest, is_damaged))
    }

    /// One file's entry.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.get(path)
    }

    /// All entries by path.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// All paths, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Adds or removes files and syncs the list, once for all of them.
    pub fn append(&mut self, root: &Path, entries: Vec<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let path = root.join(FILE);
        let write = || -> std::io::Result<()> {
            let mut lines = Vec::new();
            for entry in &entries {
                lines.extend(line(entry)?);
            }
            let mut file = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)?;
            file.write_all(&lines)?;
            file.sync_data()
        };
        write().map_err(Error::io(&path, "written"))?;
        for entry in entries {
            self.insert(entry);
        }
        Ok(())
    }

    /// Whether a file with this content was about to be committed when its writer ended.
    #[must_use]
    pub fn is_announced(&self, found: &Entry) -> bool {
        self.announced
            .get(&found.path)
            .is_some_and(|entry| entry.sha256 == found.sha256)
    }

    /// Forgets entries, without writing that.
    pub(super) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.entries.retain(|path, _| is_kept(path));
        self.announced.retain(|path, _| is_kept(path));
    }

    /// Takes an entry in, without writing it.
    pub(super) fn insert(&mut self, entry: Entry) {
        if entry.is_announced {
            self.announced.insert(entry.path.clone(), entry);
            return;
        }
        self.announced.remove(&entry.path);
        if entry.sha256.is_empty() {
            self.entries.remove(&entry.path);
        } else {
            self.entries.insert(entry.path.clone(), entry);
        }
    }

    /// Replaces the file by one with a line for each entry.
    pub(super) fn rewrite(&self, root: &Path) -> Result<(), Error> {
        let path = root.join(FILE);
        let temporary = root.join(".manifest.jsonl.tmp");
        let write = || -> std::io::Result<()> {
            let mut bytes = Vec::new();
            for entry in self.entries.values().chain(self.announced.values()) {
                bytes.extend(line(entry)?);
            }
            let mut file = fs::File::create(&temporary)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        write().map_err(Error::io(&path, "written"))?;
        super::sync_directory(root)
    }
}
