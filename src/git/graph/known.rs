//! Commits that an earlier run read, and those of them that are reached now.

use std::collections::HashMap;

use gix::ObjectId;

use crate::domain::CommitId;
use crate::git::objects::hash::Mixed;
use crate::git::objects::id::{commit_id, object_id};
use crate::git::state::log::{Log, NONE};

/// Commits already known: looked up instead of read.
pub(in crate::git) struct Known<'a> {
    pub(in crate::git) log: &'a Log,
    places: HashMap<CommitId, u32, Mixed>,
    /// By place: where its parents begin in [`Log::parents`]; with the end of the last.
    parents_from: Vec<u32>,
}

impl<'a> Known<'a> {
    /// The commits of a log.
    pub(in crate::git) fn of(log: &'a Log) -> Self {
        let mut parents_from = Vec::with_capacity(log.commits.len() + 1);
        let mut from = 0;
        for commit in &log.commits {
            parents_from.push(from);
            from += u32::try_from(commit.parents.len()).unwrap_or(0);
        }
        parents_from.push(from);
        Self {
            log,
            places: log
                .commits
                .iter()
                .map(|commit| commit.id)
                .zip(0..)
                .collect(),
            parents_from,
        }
    }

    /// The place of a commit; `None` if it is not known.
    pub(in crate::git) fn place(&self, id: &ObjectId) -> Option<u32> {
        if self.places.is_empty() {
            return None;
        }
        self.places.get(&commit_id(id)?).copied()
    }

    /// The parents of a commit: id, and place or [`NONE`].
    pub(in crate::git) fn parents(&self, place: u32) -> impl Iterator<Item = (&'a CommitId, u32)> {
        let at = place as usize;
        let ids = self
            .log
            .commits
            .get(at)
            .map(|commit| commit.parents.as_slice());
        let bounds = self.parents_from.get(at).zip(self.parents_from.get(at + 1));
        let places =
            bounds.and_then(|(&from, &to)| self.log.parents.get(from as usize..to as usize));
        ids.unwrap_or_default()
            .iter()
            .zip(places.unwrap_or_default().iter().copied())
    }
}

/// Those of the known commits that were reached so far.
pub(in crate::git) struct Reached<'a> {
    known: &'a Known<'a>,
    boundary: &'a [ObjectId],
    /// By place.
    pub(in crate::git) seen: Vec<bool>,
    /// How many were.
    pub(in crate::git) n: usize,
    pending: Vec<u32>,
}

impl<'a> Reached<'a> {
    /// None so far. `boundary` is a shallow clone's edge, sorted.
    pub(in crate::git) fn new(known: &'a Known<'a>, boundary: &'a [ObjectId]) -> Self {
        Self {
            known,
            boundary,
            seen: vec![false; known.log.commits.len()],
            n: 0,
            pending: Vec::new(),
        }
    }

    /// Reaches what some known commits reach; returns the parents on the way that are not known themselves: holes of the
    /// earlier run, which may have been filled since.
    pub(in crate::git) fn reach(&mut self, places: impl IntoIterator<Item = u32>) -> Vec<ObjectId> {
        let mut unknown = Vec::new();
        self.pending.extend(places);
        while let Some(place) = self.pending.pop() {
            match self.seen.get_mut(place as usize) {
                Some(seen) if !*seen => *seen = true,
                _ => continue,
            }
            self.n += 1;
            for (id, parent) in self.known.parents(place) {
                if parent != NONE {
                    self.pending.push(parent);
                } else if !self.is_edge(place) {
                    unknown.extend(object_id(id));
                }
            }
        }
        unknown
    }

    /// Whether a commit is at a shallow clone's edge: its parents are not followed.
    pub(in crate::git) fn is_edge(&self, place: u32) -> bool {
        !self.boundary.is_empty()
            && self
                .known
                .log
                .commits
                .get(place as usize)
                .and_then(|commit| object_id(&commit.id))
                .is_some_and(|id| self.boundary.binary_search(&id).is_ok())
    }
}
