//! What is erased of forgotten people: raw answers are written anew without them, and what is derived goes.

use std::path::PathBuf;

use super::Forgotten;
use crate::store::facts::INPUTS;
use crate::store::{Error, Store, raw};

/// What is derived from raw answers and clones, or kept of earlier runs: it goes whole, and is made again without them.
const DERIVED: [&str; 3] = ["facts/", "mined/", "runs/"];

/// What erasing did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Records of raw answers that were written anew.
    pub n_records: u64,
    /// Kept runs that are gone.
    pub n_runs: usize,
    /// Files that are damaged, so that nobody knows what is in them: they stay as they are.
    pub unread: Vec<PathBuf>,
}

impl Store {
    /// What erasing would do: nothing is changed.
    pub fn would_erase(&self, forgotten: &Forgotten) -> Result<Erased, Error> {
        let mut erased = Erased {
            n_runs: crate::store::runs::numbers(self).len(),
            ..Erased::default()
        };
        for path in self.files_below("raw/") {
            match raw::without(self, &path, forgotten)? {
                Some(found) => {
                    erased.n_records += found.n_changed;
                    if !found.is_whole {
                        erased.unread.push(self.root.join(&path));
                    }
                }
                None => erased.unread.push(self.root.join(&path)),
            }
        }
        Ok(erased)
    }

    pub(super) fn erase(&self, forgotten: &Forgotten) -> Result<Erased, Error> {
        self.writable()?;
        let mut erased = Erased {
            n_runs: crate::store::runs::numbers(self).len(),
            ..Erased::default()
        };
        {
            let _alone = self.keep_readers_out()?;
            // First what says that facts are whole: a kill leaves facts that are known for unfinished.
            self.remove_files(&[INPUTS.to_owned()])?;
            for part in DERIVED {
                self.remove_files(&self.files_below(part))?;
            }
        }
        for path in self.files_below("raw/") {
            match raw::without(self, &path, forgotten)? {
                Some(found) => {
                    if found.n_changed > 0 {
                        self.commit_file(&path, &found.bytes)?;
                    }
                    erased.n_records += found.n_changed;
                    if !found.is_whole {
                        erased.unread.push(self.root.join(&path));
                    }
                }
                None => erased.unread.push(self.root.join(&path)),
            }
        }
        Ok(erased)
    }
}
