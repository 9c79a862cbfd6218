//! The default branch's first-parent line: when each commit landed on it, and what its merges did to the set of files.

use std::collections::HashMap;

use super::landing::places;
use super::moved_in::MovedIn;
use super::walk::Node;
use crate::domain::{ChangeKind, MergedFile};
use crate::git::state::log::{Log, LogChange, NONE};

/// Places of the commits of the first-parent line, oldest first.
pub(in crate::git) struct FirstParentLine(Vec<u32>);

impl FirstParentLine {
    /// Of a log.
    pub(in crate::git) fn of(log: &Log) -> Self {
        let mut first_parents = Vec::with_capacity(log.commits.len());
        let mut from = 0;
        for commit in &log.commits {
            let has_any = !commit.parents.is_empty();
            let first = log.parents.get(from).copied().filter(|_| has_any);
            first_parents.push(first.unwrap_or(NONE));
            from += commit.parents.len();
        }
        let mut line = Vec::new();
        let mut cursor = log.n_default.checked_sub(1);
        while let Some(place) = cursor {
            line.push(place);
            let parent = first_parents.get(place as usize).copied();
            // Parents come first: the way back ends.
            cursor = parent.filter(|&parent| parent < place);
        }
        line.reverse();
        Self(line)
    }

    /// Places of its commits, oldest first.
    pub(in crate::git) fn places(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }

    /// By commit of the default branch: when it landed, in seconds.
    pub(in crate::git) fn landed(&self, log: &Log) -> Vec<i64> {
        let mut landed = vec![0; log.n_default as usize];
        let mut until = landed.len();
        let mut at = i64::MAX;
        for (number, &place) in self.0.iter().enumerate().rev() {
            let commit = log.commits.get(place as usize);
            at = at.min(commit.map_or(i64::MAX, |commit| commit.committed));
            let before = number.checked_sub(1).and_then(|before| self.0.get(before));
            let from = before.map_or(0, |&before| before as usize + 1);
            if let Some(brought) = landed.get_mut(from..until) {
                brought.fill(at);
            }
            until = from;
        }
        landed
    }

    /// What merges did to paths beyond what the changes of the commits say that they brought, in landing order.
    pub(in crate::git) fn merged_files(&self, log: &Log, moved_in: &MovedIn) -> Vec<MergedFile> {
        let n_paths = log.paths.len() + moved_in.more_paths.len();
        let mut sets = Sets {
            told: vec![false; n_paths],
            there: vec![false; n_paths],
            touched: Vec::new(),
            came_from: HashMap::new(),
        };
        let mut found = Vec::new();
        let mut changes = log.changes.iter().enumerate().peekable();
        let mut merges = log.merges.iter().peekable();
        let mut taken = log.taken.iter().peekable();
        let mut line = self.0.iter().peekable();
        for (place, commit) in (0..log.n_default).zip(&log.commits) {
            let is_merge = commit.parents.len() > 1;
            let is_on_line = line.next_if_eq(&&place).is_some();
            while let Some((at, change)) = changes.next_if(|(_, change)| change.commit == place) {
                if !is_merge {
                    sets.change(&moved_in.landed(at, change), is_on_line);
                }
            }
            while let Some(merge) = merges.next_if(|merge| merge.commit == place) {
                let elsewhere = merge
                    .parents
                    .iter()
                    .find(|parent| parent.path != merge.path);
                if let Some(parent) = elsewhere {
                    sets.came_from.insert(merge.path, parent.path);
                }
                if is_on_line {
                    sets.set_there(merge.path, true);
                }
            }
            while let Some(row) = taken.next_if(|row| row.commit == place) {
                if is_on_line {
                    sets.set_there(row.path, row.parent != NONE);
                }
            }
            if is_on_line {
                sets.settle(place, is_merge, &mut found);
            }
        }
        found
    }
}

/// The tip's first-parent line, oldest first: (committer time, place in landing order).
pub(in crate::git) fn first_parents(
    nodes: &[Node],
    tip: Option<u32>,
    order: &[u32],
) -> Vec<(i64, u32)> {
    let place_of = places(nodes.len(), order);
    let mut line = Vec::new();
    let mut cursor = tip;
    while let Some(node) = cursor.and_then(|at| nodes.get(at as usize)) {
        let place = cursor
            .and_then(|at| place_of.get(at as usize))
            .copied()
            .unwrap_or(NONE);
        line.push((node.committed, place));
        cursor = node.parents.first().copied();
    }
    line.reverse();
    line
}

/// Two sets of paths: those that the changes in landing order tell of, and those of the line's tree.
struct Sets {
    told: Vec<bool>,
    there: Vec<bool>,
    /// Paths that may differ.
    touched: Vec<u32>,
    /// Where a merge had a path's file from.
    came_from: HashMap<u32, u32>,
}

impl Sets {
    fn change(&mut self, change: &LogChange, is_on_line: bool) {
        let is_there = change.after != NONE;
        let mut set = |path: u32, is_there: bool| {
            self.touched.push(path);
            for set in [Some(&mut self.told), is_on_line.then_some(&mut self.there)]
                .into_iter()
                .flatten()
            {
                if let Some(slot) = set.get_mut(path as usize) {
                    *slot = is_there;
                }
            }
        };
        if change.kind == ChangeKind::Renamed {
            set(change.previous, false);
        }
        set(change.path, is_there);
    }

    fn set_there(&mut self, path: u32, is_there: bool) {
        self.touched.push(path);
        if let Some(slot) = self.there.get_mut(path as usize) {
            *slot = is_there;
        }
    }

    fn of(set: &[bool], path: u32) -> bool {
        set.get(path as usize) == Some(&true)
    }

    fn tell(&mut self, path: u32, is_there: bool) {
        if let Some(slot) = self.told.get_mut(path as usize) {
            *slot = is_there;
        }
    }

    /// Makes both sets the same; notes what that took.
    fn settle(&mut self, place: u32, is_merge: bool, found: &mut Vec<MergedFile>) {
        let mut touched = std::mem::take(&mut self.touched);
        if is_merge {
            touched.sort_unstable();
            touched.dedup();
            let row = |path: u32, previous_path: Option<u32>, change: ChangeKind| MergedFile {
                commit: place,
                path,
                previous_path,
                change,
            };
            // What came from another place takes it along, before the place is emptied.
            for &path in &touched {
                if Self::of(&self.there, path) && !Self::of(&self.told, path) {
                    let source = self.came_from.get(&path).copied();
                    let source = source.filter(|&source| {
                        Self::of(&self.told, source) && !Self::of(&self.there, source)
                    });
                    if let Some(source) = source {
                        self.tell(source, false);
                    }
                    let change = match source {
                        Some(_) => ChangeKind::Renamed,
                        None => ChangeKind::Added,
                    };
                    self.tell(path, true);
                    found.push(row(path, source, change));
                }
            }
            for &path in &touched {
                if Self::of(&self.told, path) && !Self::of(&self.there, path) {
                    self.tell(path, false);
                    found.push(row(path, None, ChangeKind::Deleted));
                }
            }
            self.came_from.clear();
        }
        touched.clear();
        self.touched = touched;
    }
}
