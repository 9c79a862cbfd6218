//! One writer at a time. The lock is the operating system's, so that it ends with the program however that ends.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::Error;

/// An exclusive lock on a store, held until dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    /// Gives the lock back at once. Closing the file alone would not do while a program that is just being started still has
    /// its copy of it.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Lock {
    /// Takes the lock, or says that somebody else holds it. Never waits.
    pub fn take(root: &Path) -> Result<Self, Error> {
        let path = root.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Error::io(&path, "written"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked {
                root: root.to_owned(),
            }),
            Err(TryLockError::Error(source)) => Err(Error::Io {
                path,
                act: "locked",
                source,
            }),
        }
    }
}
