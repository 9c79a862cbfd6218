//! What goes wrong with a folder.

use std::ffi::OsString;
use std::path::PathBuf;

use super::mark::Purpose;

/// What went wrong with a folder.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("`{}` could not be {act}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried: `read`, `written`, …
        act: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// Something else than a regular file is where one was to be read.
    #[error("`{}` is no file", path.display())]
    NotAFile {
        /// Its place.
        path: PathBuf,
    },
    /// It is not linchpin's to touch.
    #[error(transparent)]
    Refused(#[from] Refused),
}

/// Something that linchpin does not touch, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is left alone: {because}", path.display())]
pub struct Refused {
    /// The folder, or what is in the way in it.
    pub path: PathBuf,
    /// Why it is not linchpin's.
    pub because: Because,
}

/// Why something is not linchpin's to touch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Because {
    /// It is a link: what it leads to was not meant, or not made by linchpin.
    #[error("it is a link, and linchpin follows none")]
    Link,
    /// The way to it goes through a link of a clone.
    #[error("`{}` on the way to it is a link inside a clone", link.display())]
    LinkOnTheWay {
        /// The link.
        link: PathBuf,
    },
    /// It holds something, and has no mark.
    #[error("it holds `{}`, and linchpin did not make it", first.display())]
    Foreign {
        /// The first name in it.
        first: OsString,
    },
    /// It has a mark for something else.
    #[error("linchpin made it for {found}, not for {wanted}")]
    OtherPurpose {
        /// What its mark says.
        found: Purpose,
        /// What it was to be opened for.
        wanted: Purpose,
    },
    /// Git tracks it, so it came with the clone or belongs to its history.
    #[error("git tracks `{file}`")]
    Tracked {
        /// The first tracked file.
        file: String,
    },
    /// Something other than a file has a file's place.
    #[error("it is no file, and linchpin made only files there")]
    NotAFile,
    /// Something other than a directory has a directory's place.
    #[error("it is no directory, and linchpin made one there")]
    NotADirectory,
    /// The path does not stay below the folder.
    #[error("the path leads elsewhere")]
    LeadsElsewhere,
}
