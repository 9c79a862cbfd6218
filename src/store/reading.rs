//! Reading a store that somebody may be writing: everything is of one commit, or is read again.
//!
//! A reader reads the list of files once and holds every file against it, so that it cannot take a newer one for the one that
//! was listed. Facts are put in place together: before the first of them the entry of what they were derived from goes, and it
//! comes back last. A list without it says that facts are unfinished: the reader waits for the writer, if there is one.

use std::path::Path;

use super::facts::INPUTS;
use super::{Error, FACTS_LOCK, Mode, Store};

/// Times that a store may change under its reader before that gives up.
const TRIES: usize = 50;

/// Reads a store; again, where another program changed it meanwhile. `waits` is told when that is waited for.
pub fn reading<T, E: From<Error>>(
    root: &Path,
    waits: impl Fn(),
    read: impl Fn(&Store) -> Result<T, E>,
) -> Result<T, E> {
    for _ in 1..TRIES {
        let store = Store::open(root, Mode::Read)?;
        if !store.is_settled() {
            store
                .folder
                .wait_for(FACTS_LOCK, &waits)
                .map_err(Error::from)?;
            if store.is_superseded()? {
                continue;
            }
            let root = root.to_owned();
            return Err(Error::Unfinished { root }.into());
        }
        let is_sound = store.recovered().is_empty();
        let done = read(&store);
        if (done.is_err() || !is_sound) && store.is_superseded()? {
            continue;
        }
        return done;
    }
    read(&Store::open(root, Mode::Read)?)
}

impl Store {
    /// Whether no facts are there, or all of them are of one derivation; and nobody is just being forgotten.
    fn is_settled(&self) -> bool {
        if self.forgotten().is_unfinished() {
            return false;
        }
        let manifest = self.locked_manifest();
        manifest.get(INPUTS).is_some() || !manifest.paths().any(|path| path.starts_with("facts/"))
    }

    /// Whether the list of files is another one by now.
    fn is_superseded(&self) -> Result<bool, Error> {
        Ok(super::manifest::bytes(&self.folder)? != self.listed)
    }
}
