//! What lies at the root of the clone that a command is typed in, and not where it is typed: registers, a store, reports.

use std::path::{Path, PathBuf};

use super::args::{OUT, Places, STORE};
use super::registers::{PRIVATE, TEAM};
use super::workspace::top_of;

/// Where things are that the arguments leave to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The folder of registers that are not named; empty: this one.
    pub registers: PathBuf,
    /// The store.
    pub store: PathBuf,
    /// The folder of reports.
    pub out: PathBuf,
}

impl Found {
    /// Looks here first, then at the root of the clone around. What is at neither place will be here, and what is named is there.
    #[must_use]
    pub fn of(places: &Places) -> Self {
        let root = root_around();
        let is_there = |folder: &Path, name: &str| folder.join(name).symlink_metadata().is_ok();
        let is_only_at_the_root = |names: &[&str]| {
            let mut names = names.iter();
            !names.clone().any(|name| is_there(Path::new(""), name))
                && names.any(|name| root.as_deref().is_some_and(|root| is_there(root, name)))
        };
        let home = |names: &[&str]| match &root {
            Some(root) if is_only_at_the_root(names) => root.clone(),
            _ => PathBuf::new(),
        };
        let folder = |given: &Path, usual: &str| match given {
            given if given == Path::new(usual) => home(&[usual]).join(usual),
            given => given.to_owned(),
        };
        Self {
            registers: home(&[TEAM, PRIVATE]),
            store: folder(&places.store, STORE),
            out: folder(&places.out, OUT),
        }
    }
}

/// The way from here up to the root of the clone around, such as `../..`; `None` where here is one, or there is none.
fn root_around() -> Option<PathBuf> {
    let here = PathBuf::from(".");
    let top = top_of(here.clone());
    if top == here {
        return None;
    }
    let whole = std::fs::canonicalize(&here).ok()?;
    let below = whole.strip_prefix(&top).ok()?;
    Some(below.components().map(|_| "..").collect())
}
