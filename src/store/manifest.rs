//! The list of committed files, with their sizes and checksums: one JSON line a commit, appended and synced.

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

    /// The entry that announces this content.
    #[must_use]
    pub fn announced(self) -> Self {
        Self {
            is_announced: true,
            ..self
        }
    }
}

/// All committed files by path.
#[derive(Debug, Default)]
pub struct Manifest {
    entries: BTreeMap<String, Entry>,
    announced: BTreeMap<String, Entry>,
}

impl Manifest {
    /// Reads it. A last line without its end was never committed; a writer cuts it off.
    pub fn read(root: &Path, mode: Mode) -> Result<Self, Error> {
        let path = root.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
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
        for line in bytes
            .get(..whole)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let entry: Entry = serde_json::from_slice(line).map_err(|error| Error::Damaged {
                path: path.clone(),
                reason: error.to_string(),
            })?;
            manifest.insert(entry);
            n_lines += 1;
        }
        if mode == Mode::Write && (whole < bytes.len() || n_lines > 64 + 2 * manifest.entries.len())
        {
            manifest.rewrite(root)?;
        }
        Ok(manifest)
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

    /// Adds or removes a file and syncs the list.
    pub fn append(&mut self, root: &Path, entry: Entry) -> Result<(), Error> {
        let path = root.join(FILE);
        let write = || -> std::io::Result<()> {
            let mut line = serde_json::to_vec(&entry).map_err(std::io::Error::other)?;
            line.push(b'\n');
            let mut file = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)?;
            file.write_all(&line)?;
            file.sync_data()
        };
        write().map_err(Error::io(&path, "written"))?;
        self.insert(entry);
        Ok(())
    }

    /// Whether a file with this content was about to be committed when its writer ended.
    #[must_use]
    pub fn is_announced(&self, found: &Entry) -> bool {
        self.announced
            .get(&found.path)
            .is_some_and(|entry| entry.sha256 == found.sha256)
    }

    fn insert(&mut self, entry: Entry) {
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

    fn rewrite(&self, root: &Path) -> Result<(), Error> {
        let path = root.join(FILE);
        let temporary = root.join(".manifest.jsonl.tmp");
        let write = || -> std::io::Result<()> {
            let mut bytes = Vec::new();
            for entry in self.entries.values().chain(self.announced.values()) {
                serde_json::to_writer(&mut bytes, entry).map_err(std::io::Error::other)?;
                bytes.push(b'\n');
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
