//! Reading the registers: only regular files, only up to a bound, and nothing that a clone leads out of itself.

use std::path::{Path, PathBuf};

use super::args::Places;
use super::error::{CliError, ErrorKind};
use crate::register::{self, PrivateRegister, Register};
use crate::render::encode::terminal;

/// The team's register, where none is named.
pub(super) const TEAM: &str = "linchpin.toml";
/// The private register, where none is named.
pub(super) const PRIVATE: &str = "linchpin.private.toml";

/// The team's register alone: the file that is named, or the one of a folder where there is one.
pub(super) fn read_register(places: &Places, home: &Path) -> Result<Register, CliError> {
    Ok(register_and_place(places, home)?.1)
}

/// The same with what its files declare.
pub(super) fn read_register_and_imports(
    places: &Places,
    home: &Path,
) -> Result<Register, CliError> {
    match register_and_place(places, home)? {
        (Some(path), register) => super::imports::read(register, &path),
        (None, register) => Ok(register),
    }
}

fn register_and_place(
    places: &Places,
    home: &Path,
) -> Result<(Option<PathBuf>, Register), CliError> {
    let default = home.join(TEAM);
    match text_of(places.config.as_deref(), &default)? {
        Some((path, text)) => {
            let register = register::parse(&text, &path.display().to_string())?;
            Ok((Some(path), register))
        }
        None => Ok((None, Register::default())),
    }
}

/// The folder in which a register lies, and the files that it names. One that is a link is where it leads to.
pub(super) fn folder_of(register: &Path) -> PathBuf {
    let home = std::fs::canonicalize(register).unwrap_or_else(|_| register.to_owned());
    let home = home.parent().filter(|home| !home.as_os_str().is_empty());
    home.unwrap_or(Path::new(".")).to_owned()
}

/// Where the private register is where none is named: beside the team's.
pub(super) fn default_private_file(places: &Places, home: &Path) -> PathBuf {
    let named = places.private_config.clone();
    let config = places.config.as_deref().and_then(Path::parent);
    named.unwrap_or_else(|| config.unwrap_or(home).join(PRIVATE))
}

pub(super) fn read_private_register(
    places: &Places,
    home: &Path,
) -> Result<(Option<PathBuf>, PrivateRegister), CliError> {
    let default = default_private_file(places, home);
    match text_of(places.private_config.as_deref(), &default)? {
        Some((path, text)) => {
            let register = private_register(&text, &path)?;
            Ok((Some(path), register))
        }
        None => Ok((None, PrivateRegister::default())),
    }
}

/// The private register of a text, with the ladders that lie beside it.
///
/// # Errors
/// What the register or a ladder says cannot be, or a ladder that cannot be read.
pub(super) fn private_register(text: &str, path: &Path) -> Result<PrivateRegister, CliError> {
    let shown = path.display().to_string();
    let register = register::parse_private(text, &shown)?;
    if register.ladders.is_empty() {
        return Ok(register);
    }
    let home = folder_of(path);
    let mut ladders = Vec::new();
    for name in &register.ladders {
        let ladder = home.join(name);
        let text = read_below(&home, &ladder, MAX_REGISTER_BYTES).map_err(|error| {
            let hint = format!(
                "`expectations` of {} names it: put a ladder there, or take it out of the list",
                terminal(&shown)
            );
            CliError::new(ErrorKind::Configuration, error).hint(hint)
        })?;
        ladders.push(register::parse_ladder(
            &text,
            &ladder.display().to_string(),
        )?);
    }
    Ok(register.with_ladders(ladders, &shown)?)
}

/// Why a register, or a file that it names, is not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    /// The file system refused, the text is not UTF-8, or it is a device, a pipe, a directory: reading that might never end.
    #[error("`{}` cannot be read", path.display())]
    Io {
        /// The register.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A link in a clone that leads out of it: whoever wrote the clone chose what would be read, and quoted in an error.
    #[error("`{}` is a link that leads out of its directory", path.display())]
    LeadsOut {
        /// The register.
        path: PathBuf,
    },
    /// More than such a file holds.
    #[error("`{}` is larger than {} MiB", path.display(), most >> 20)]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        most: u64,
    },
}

/// A register is written by hand: a thousand members with their dates are a tenth of this.
const MAX_REGISTER_BYTES: u64 = 4 << 20;

/// The text of a named file, or of a default one where it exists. Only a regular file is read, and only up to a bound.
fn text_of(named: Option<&Path>, default: &Path) -> Result<Option<(PathBuf, String)>, CliError> {
    let path = match named {
        Some(path) => path,
        None if std::fs::symlink_metadata(default).is_ok() => default,
        None => return Ok(None),
    };
    let read = read_bounded(path, named.is_some());
    read.map(|text| Some((path.to_owned(), text)))
        .map_err(|error| {
            let hint = match &error {
                Unreadable::Io { .. } => {
                    "check the path, and that the file is UTF-8 text you may read"
                }
                Unreadable::TooLarge { .. } => {
                    "put a register's text there, or remove it: none is needed"
                }
                Unreadable::LeadsOut { .. } => {
                    "name the file itself with `--config` or `--private-config` if you trust it"
                }
            };
            CliError::new(ErrorKind::Configuration, error).hint(hint)
        })
}

fn read_bounded(path: &Path, is_named: bool) -> Result<String, Unreadable> {
    let refused = |source| Unreadable::Io {
        path: path.to_owned(),
        source,
    };
    // A file that somebody named may be a link to anywhere: it is theirs. One that lay in the clone may not.
    let is_link = std::fs::symlink_metadata(path)
        .map_err(refused)?
        .is_symlink();
    if is_link && !is_named {
        let beside = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        return read_below(beside, path, MAX_REGISTER_BYTES);
    }
    read_file(path, MAX_REGISTER_BYTES)
}

/// The text of a file that lies below a folder, wherever the links on the way lead; of `most` bytes.
pub(super) fn read_below(home: &Path, path: &Path, most: u64) -> Result<String, Unreadable> {
    lies_below(home, path)?;
    read_file(path, most)
}

/// Refuses a file or a folder that a link on the way leads out of a folder.
pub(super) fn lies_below(home: &Path, path: &Path) -> Result<(), Unreadable> {
    let refused = |source| Unreadable::Io {
        path: path.to_owned(),
        source,
    };
    let target = std::fs::canonicalize(path).map_err(refused)?;
    let home = std::fs::canonicalize(home).map_err(refused)?;
    if target.starts_with(home) {
        return Ok(());
    }
    Err(Unreadable::LeadsOut {
        path: path.to_owned(),
    })
}

/// The text of a regular file, up to a bound.
fn read_file(path: &Path, most: u64) -> Result<String, Unreadable> {
    use std::io::Read as _;
    let refused = |source| Unreadable::Io {
        path: path.to_owned(),
        source,
    };
    if !std::fs::metadata(path).map_err(refused)?.is_file() {
        return Err(refused(std::io::Error::other("it is not a regular file")));
    }
    let file = std::fs::File::open(path).map_err(refused)?;
    let mut text = String::new();
    // The size that the file system tells may be wrong, and the file may grow: the reading itself is bounded.
    file.take(most + 1)
        .read_to_string(&mut text)
        .map_err(refused)?;
    if text.len() as u64 > most {
        return Err(Unreadable::TooLarge {
            path: path.to_owned(),
            most,
        });
    }
    Ok(text)
}
