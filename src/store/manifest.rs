//! The list of committed files, with their sizes and checksums: one JSON line a commit, appended and synced.
//!
//! A line ends in a tab and a checksum of its own: a flipped bit must not make a file be taken for one that was never there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::Error;
use super::mode::Mode;
use crate::folder::{self, Folder, seal};

/// The list's name.
pub(super) const FILE: &str = "manifest.jsonl";

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
        Self {
            path: path.to_owned(),
            bytes: content.len() as u64,
            sha256: seal::digest(content),
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
    ///
    /// A path that leads elsewhere is damage too: the store never wrote one, and never touches what it names.
    fn entry(self, line: &[u8]) -> Option<Entry> {
        let entry = self.any_entry(line)?;
        folder::is_inside(&entry.path).then_some(entry)
    }

    fn any_entry(self, line: &[u8]) -> Option<Entry> {
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

/// The list as it is on the disk; nothing where there is none, or no file in its place.
pub(super) fn bytes(folder: &Folder) -> Result<Vec<u8>, Error> {
    match folder.read(FILE) {
        Ok(bytes) => Ok(bytes.unwrap_or_default()),
        Err(folder::Error::NotAFile { .. }) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

impl Manifest {
    /// Reads it, and whether some of it was damaged. A last line without its end was never committed; a writer cuts it off.
    pub fn read(folder: &Folder, mode: Mode) -> Result<(Self, bool), Error> {
        let bytes = bytes(folder)?;
        let (manifest, found) = Self::parse(&bytes, Line::Checked);
        // Every list begins with a line: one without any lost it.
        let is_damaged = found.damaged > 0 || found.lines == 0;
        let is_long = found.lines > 64 + 2 * manifest.entries.len();
        if mode == Mode::Write && !is_damaged && (found.whole < bytes.len() || is_long) {
            manifest.rewrite(folder)?;
        }
        Ok((manifest, is_damaged))
    }

    /// Reads a list that was read from the disk already.
    pub(super) fn of(bytes: &[u8]) -> (Self, bool) {
        let (manifest, found) = Self::parse(bytes, Line::Checked);
        (manifest, found.damaged > 0 || found.lines == 0)
    }

    /// Reads one in which lines need not have a checksum of their own, as version 1 wrote them.
    pub(super) fn read_old(folder: &Folder) -> Result<(Self, bool), Error> {
        let (manifest, found) = Self::parse(&bytes(folder)?, Line::Plain);
        Ok((manifest, found.damaged > 0))
    }

    /// Whether a folder has a list of a version that names something and is not damaged.
    pub(super) fn is_one(folder: &Folder, version: u32) -> Result<bool, folder::Error> {
        let Some(bytes) = folder.read(FILE)? else {
            return Ok(false);
        };
        let kind = if version == super::migrate::OLDEST {
            Line::Plain
        } else {
            Line::Checked
        };
        let (_, found) = Self::parse(&bytes, kind);
        Ok(found.lines > found.damaged && found.damaged <= found.lines / 2)
    }

    fn parse(bytes: &[u8], kind: Line) -> (Self, Scan) {
        let n_whole = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let mut manifest = Self::default();
        let mut found = Scan {
            lines: 0,
            damaged: 0,
            whole: n_whole,
        };
        for line in bytes
            .get(..n_whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match kind.entry(line) {
                Some(entry) => manifest.insert(entry),
                None => found.damaged += 1,
            }
            found.lines += 1;
        }
        // Cut off: never committed. But a whole line is one, whatever became of its end.
        let cut = bytes.get(n_whole..).unwrap_or_default();
        if let Some(entry) = Line::Checked.entry(cut) {
            manifest.insert(entry);
            found.lines += 1;
        }
        (manifest, found)
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
    pub fn append(&mut self, folder: &Folder, entries: Vec<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for entry in &entries {
            lines.extend(line(entry).map_err(super::io(folder, FILE, "written"))?);
        }
        folder.append(FILE, &lines)?;
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

    /// Replaces the file by one with a line for each entry; a line that says nothing comes first.
    pub(super) fn rewrite(&self, folder: &Folder) -> Result<(), Error> {
        let begin = Entry::removal(FILE);
        let mut bytes = Vec::new();
        let entries = self.entries.values().chain(self.announced.values());
        for entry in std::iter::once(&begin).chain(entries) {
            bytes.extend(line(entry).map_err(super::io(folder, FILE, "written"))?);
        }
        Ok(folder.replace(FILE, &bytes)?)
    }
}

/// What the lines of a list are like.
struct Scan {
    /// How many there are.
    lines: usize,
    /// How many of them say nothing.
    damaged: usize,
    /// Bytes up to the end of the last whole one.
    whole: usize,
}
