//! Why a mirror could not be brought up to date.

use std::path::PathBuf;

/// Why a mirror is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The mirror itself cannot be read.
    #[error("the mirror cannot be read")]
    Mirror(#[source] crate::git::Error),
    /// A file of the mirror could not be written or removed.
    #[error("`{}` could not be written", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The disk is full, or may not be written.
    #[error("the objects that came could not be written")]
    Unwritten {
        /// Why not.
        source: std::io::Error,
    },
    /// More came than there is room for.
    #[error("more than {most} bytes came")]
    TooMuch {
        /// The bound.
        most: u64,
    },
    /// The server does not speak the protocol, or the connection broke.
    #[error("the server's answer cannot be used: {said}")]
    Protocol {
        /// What is wrong with it, on one line.
        said: String,
    },
    /// What came does not hold together.
    #[error(
        "the server sent {n} objects that name others which are neither there nor came, such as {first}"
    )]
    Incomplete {
        /// One that is missing.
        first: String,
        /// How many name a missing one.
        n: usize,
    },
}

impl Error {
    /// What gix says, or what the connection said, on one line.
    pub(super) fn protocol(error: impl std::error::Error + 'static) -> Self {
        if let Some(source) = storage(&error) {
            return Self::Unwritten { source };
        }
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(next) = cause {
            let text = next.to_string();
            if !said.contains(&text) {
                said.push_str(": ");
                said.push_str(&text);
            }
            cause = next.source();
        }
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        Self::Protocol { said }
    }
}

/// The cause where it is that a disk is full or may not be written.
fn storage(error: &(dyn std::error::Error + 'static)) -> Option<std::io::Error> {
    use std::io::ErrorKind;
    let mut cause = Some(error);
    while let Some(next) = cause {
        let found = next.downcast_ref::<std::io::Error>();
        if let Some(kind) = found.map(std::io::Error::kind)
            && matches!(
                kind,
                ErrorKind::StorageFull
                    | ErrorKind::QuotaExceeded
                    | ErrorKind::ReadOnlyFilesystem
                    | ErrorKind::FileTooLarge
            )
        {
            return Some(kind.into());
        }
        cause = next.source();
    }
    None
}
