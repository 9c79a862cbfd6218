//! Locks of a folder. They are the operating system's, so that they end with the program however that ends.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;

use cap_std::fs::OpenOptions;

use super::{Error, Folder};

/// A lock, held until dropped.
#[derive(Debug)]
pub struct Lock {
    /// `None` where the file system has no locks.
    file: Option<File>,
}

impl Drop for Lock {
    /// Gives the lock back at once. Closing the file alone would not do while a program that is just being started still has
    /// its copy of it.
    fn drop(&mut self) {
        if let Some(file) = &self.file {
            let _ = file.unlock();
        }
    }
}

impl Folder {
    /// Takes a lock for oneself; `None` where somebody else has it. Never waits.
    pub fn try_lock(&self, name: &str) -> Result<Option<Lock>, Error> {
        let file = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { file: Some(file) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.io(name, "locked")(source)),
        }
    }

    /// Takes a lock for oneself, and waits for it as long as somebody else has it; `waits` is told once, before that.
    ///
    /// Where the file system has no locks nobody is kept out: what is written is still written whole.
    pub fn lock(&self, name: &str, waits: impl FnOnce()) -> Result<Lock, Error> {
        let file = self.lock_file(name)?;
        let locked = match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                waits();
                file.lock()
            }
            Err(TryLockError::Error(source)) => Err(source),
            Ok(()) => Ok(()),
        };
        match locked {
            Ok(()) => Ok(Lock { file: Some(file) }),
            Err(error) if has_no_locks(&error) => Ok(Lock { file: None }),
            Err(source) => Err(self.io(name, "locked")(source)),
        }
    }

    /// Waits until nobody has a lock; `waits` is told once, before that. Changes nothing, so it works where nothing can be
    /// written; without a lock file there is nobody to wait for.
    pub fn wait_for(&self, name: &str, waits: impl FnOnce()) -> Result<(), Error> {
        let Some((at, name)) = self.parent(name)? else {
            return Ok(());
        };
        let mut options = OpenOptions::new();
        options.read(true);
        let Ok(Some(file)) = self.file(&at, name, name, &mut options, "read") else {
            return Ok(());
        };
        if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            waits();
            file.lock_shared().map_err(self.io(name, "locked"))?;
        }
        let _ = file.unlock();
        Ok(())
    }

    fn lock_file(&self, name: &str) -> Result<File, Error> {
        let at = &self.dir;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true);
        self.audience.mode(&mut options);
        let mut opened = self.file(at, name, name, &mut options, "written");
        if matches!(opened, Err(Error::NotAFile { .. })) {
            self.clear_for_a_file(at, name, name)?;
            opened = self.file(at, name, name, &mut options, "written");
        }
        opened?.ok_or_else(|| self.io(name, "written")(ErrorKind::NotFound.into()))
    }
}

/// Whether a file system knows no locks at all.
fn has_no_locks(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    {
        use rustix::io::Errno;
        let number = error.raw_os_error();
        [Errno::NOLCK, Errno::NOSYS, Errno::OPNOTSUPP]
            .iter()
            .any(|known| number == Some(known.raw_os_error()))
            || error.kind() == ErrorKind::Unsupported
    }
    #[cfg(not(unix))]
    {
        error.kind() == ErrorKind::Unsupported
    }
}
