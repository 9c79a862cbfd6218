//! One writer at a time; and readers wait while facts are put in place.

use super::{Error, FACTS_LOCK, LOCK, Store};
use crate::folder::{Folder, Lock};

/// Takes the writer's lock, or says that somebody else holds it. Never waits.
pub(super) fn take(folder: &Folder) -> Result<Lock, Error> {
    folder.try_lock(LOCK)?.ok_or_else(|| Error::Locked {
        root: folder.shown().to_owned(),
    })
}

impl Store {
    /// Makes readers wait while several files take the place of others. They hold this lock for an instant only.
    pub(super) fn keep_readers_out(&self) -> Result<Lock, Error> {
        Ok(self.folder.lock(FACTS_LOCK, || {})?)
    }
}
