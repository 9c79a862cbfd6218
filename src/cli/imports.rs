//! Reading the files that the register's imports mean: below the register's folder alone, wherever links lead, and up to a bound.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::error::{CliError, ErrorKind};
use super::registers::{Unreadable, folder_of, lies_below, read_below};
use crate::register::{Import, ImportText, Register};
use crate::render::encode::terminal;

/// The most that one file may hold: half a million rows.
const MAX_IMPORT_BYTES: u64 = 64 << 20;
/// The most that all of them may hold together: what is declared is in memory at once.
const MAX_ALL_BYTES: u64 = 256 << 20;
/// The most files and folders that are looked at for one glob.
const MAX_LOOKED_AT: usize = 100_000;
/// How deep `**` goes.
const MAX_DEPTH: usize = 16;

/// Why the files of an import are not read.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("`{0}` is to be looked for among more than {MAX_LOOKED_AT} files")]
    TooMany(String),
    #[error("the files of all imports hold more than {} MiB", MAX_ALL_BYTES >> 20)]
    TooLarge,
}

/// The register with what its files declare; `path` is the register's.
pub(super) fn read(register: Register, path: &Path) -> Result<Register, CliError> {
    if register.imports.is_empty() {
        return Ok(register);
    }
    let home = folder_of(path);
    let texts = texts(&register.imports, &home).map_err(|error| {
        let hint = format!(
            "`[[import]]` of {} names it: what is read lies below the register's folder, and is text in UTF-8",
            terminal(&path.display().to_string())
        );
        CliError::new(ErrorKind::Configuration, error).hint(hint)
    })?;
    Ok(register.with_imports(&texts)?)
}

fn texts(imports: &[Import], home: &Path) -> Result<Vec<ImportText>, Error> {
    let mut texts = Vec::new();
    let mut n_bytes = 0;
    for (at, import) in imports.iter().enumerate() {
        for file in files(&import.path, home)? {
            let text = read_below(home, &home.join(&file), MAX_IMPORT_BYTES)?;
            n_bytes += text.len() as u64;
            if n_bytes > MAX_ALL_BYTES {
                return Err(Error::TooLarge);
            }
            texts.push(ImportText {
                import: at,
                file,
                text,
            });
        }
    }
    Ok(texts)
}

/// The files below a folder that a glob matches, in the order of their names.
fn files(glob: &str, home: &Path) -> Result<Vec<String>, Error> {
    // The register was validated: a glob that cannot be one matches nothing.
    let Ok(matcher) = GlobBuilder::new(glob).literal_separator(true).build() else {
        return Ok(Vec::new());
    };
    let matcher = matcher.compile_matcher();
    let is_plain = |part: &&str| !part.contains(['*', '?', '[', '{']);
    let parts: Vec<&str> = glob.split('/').collect();
    let plain: Vec<&str> = parts.iter().copied().take_while(is_plain).collect();
    // The whole of a path without a sign is a file's.
    let n_plain = plain.len().min(parts.len() - 1);
    let below = plain.get(..n_plain).unwrap_or_default().join("/");
    let depth = if glob.contains("**") {
        MAX_DEPTH
    } else {
        parts.len() - n_plain
    };
    let mut search = Search {
        glob,
        home,
        matcher,
        n_looked_at: 0,
        found: Vec::new(),
    };
    search.look_in(&below, depth)?;
    search.found.sort();
    Ok(search.found)
}

struct Search<'a> {
    glob: &'a str,
    home: &'a Path,
    matcher: GlobMatcher,
    n_looked_at: usize,
    found: Vec<String>,
}

impl Search<'_> {
    fn look_in(&mut self, folder: &str, depth: usize) -> Result<(), Error> {
        let place: PathBuf = self.home.join(folder);
        // A folder that is not there holds no file that matches, which is told.
        if !place.is_dir() {
            return Ok(());
        }
        lies_below(self.home, &place)?;
        let refused = |source| Unreadable::Io {
            path: place.clone(),
            source,
        };
        for entry in std::fs::read_dir(&place).map_err(refused)? {
            let entry = entry.map_err(refused)?;
            self.n_looked_at += 1;
            if self.n_looked_at > MAX_LOOKED_AT {
                return Err(Error::TooMany(self.glob.to_owned()));
            }
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            // A link to a folder is followed only where the glob names it: `**` would go round in circles.
            let kind = entry.file_type().map_err(refused)?;
            if kind.is_dir() {
                let is_hidden = name.starts_with('.') && self.glob.contains("**");
                if depth > 1 && !is_hidden {
                    self.look_in(&path, depth - 1)?;
                }
            } else if self.matcher.is_match(&path) {
                self.found.push(path);
            }
        }
        Ok(())
    }
}
