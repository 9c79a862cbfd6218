//! Paths connected by renames: each family is visited by one thread.

use super::event::{Event, What};
use super::survival::Version;
use crate::git::objects::tree::Side;

/// No family yet.
const NONE: usize = usize::MAX;

/// The contents of a path: each from some snapshot on, with the commit that made it, or `NONE`.
pub(in crate::git) type Contents = Vec<(u32, Option<(Side, u32)>)>;

/// Paths connected by renames, with all that happens to them.
#[derive(Debug, Default)]
pub(in crate::git) struct Family {
    /// By order; inside one commit as it changes them.
    pub(in crate::git) events: Vec<Event>,
    /// By path: from which snapshot on it has which content.
    pub(in crate::git) snapshots: Vec<(u32, Contents)>,
    /// Versions from an earlier run.
    pub(in crate::git) versions: Vec<(u32, Version)>,
}

/// Families under construction.
pub(in crate::git) struct Families {
    /// By path: another path of the same family, or itself for the leader.
    leader: Vec<u32>,
    /// By leader.
    place: Vec<usize>,
    list: Vec<Family>,
    /// Takes what belongs to no known path; stays empty.
    stray: Family,
}

impl Families {
    /// Of `n_paths` paths, each on its own.
    pub(in crate::git) fn new(n_paths: usize) -> Self {
        let leader = (0..u32::try_from(n_paths).unwrap_or(u32::MAX)).collect();
        Self {
            leader,
            place: vec![NONE; n_paths],
            list: Vec::new(),
            stray: Family::default(),
        }
    }

    fn find(&mut self, mut at: u32) -> u32 {
        while let Some(&next) = self.leader.get(at as usize).filter(|&&next| next != at) {
            let after = self.leader.get(next as usize).copied().unwrap_or(next);
            if let Some(slot) = self.leader.get_mut(at as usize) {
                *slot = after;
            }
            at = next;
        }
        at
    }

    /// Makes the paths of an event one family. All events come before the first call of [`Families::of`].
    pub(in crate::git) fn join(&mut self, event: &Event) {
        let mut one = |base: u32| {
            let (a, b) = (self.find(base), self.find(event.path));
            if let Some(slot) = self.leader.get_mut(a.max(b) as usize) {
                *slot = a.min(b);
            }
        };
        match &event.what {
            What::Change { base_path, .. } => one(*base_path),
            What::Merged { parents, .. } => {
                for parent in parents {
                    one(parent.path);
                }
            }
            What::Landed { .. } | What::Base { .. } => {}
        }
    }

    /// The family of a path.
    pub(in crate::git) fn of(&mut self, path: u32) -> &mut Family {
        let leader = self.find(path) as usize;
        if let Some(place) = self.place.get_mut(leader) {
            if *place == NONE {
                *place = self.list.len();
                self.list.push(Family::default());
            }
            if let Some(family) = self.list.get_mut(*place) {
                return family;
            }
        }
        &mut self.stray
    }

    /// All of them, in the order in which they were first asked for.
    pub(in crate::git) fn into_list(self) -> Vec<Family> {
        self.list
    }
}
