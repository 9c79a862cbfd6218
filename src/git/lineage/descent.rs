//! Which commit made the file that a change builds on: followed along the graph, path by path, as `git blame` follows it.
//!
//! A path has in a commit the version that it has in the first parent, unless the commit changes it; in a merge also the version of
//! another parent, where its content is that parent's and not the first one's. So one content that came twice (a fix and its
//! backport) is that of the branch it is looked at from.

use std::iter::{Enumerate, Peekable};
use std::sync::Arc;

use super::event::{Event, What};
use crate::git::state::log::{Log, LogChange, LogMerge, LogTaken, NONE};

/// Entries of a node: what changes copies few, and what is asked for lies near.
const WIDTH: usize = 16;

/// The commits, by place, that made the versions of all paths as one commit has them. Copies share what they have in common.
#[derive(Debug, Clone, Default)]
pub(in crate::git) struct Makers {
    root: Option<Arc<Node>>,
    height: u32,
}

#[derive(Debug, Clone)]
enum Node {
    Inner([Option<Arc<Node>>; WIDTH]),
    Leaf([u32; WIDTH]),
}

impl Node {
    fn new(height: u32) -> Self {
        if height == 0 {
            Self::Leaf([NONE; WIDTH])
        } else {
            Self::Inner([const { None }; WIDTH])
        }
    }
}

fn digit(path: u32, height: u32) -> usize {
    (path >> (4 * height)) as usize % WIDTH
}

impl Makers {
    /// Of `n_paths` paths, none of which is there.
    fn of(n_paths: usize) -> Self {
        let mut height = 0;
        while n_paths > WIDTH << (4 * height) {
            height += 1;
        }
        Self { root: None, height }
    }

    /// The place of the commit that made a path's version; [`NONE`] where that is not known.
    pub(in crate::git) fn maker(&self, path: u32) -> u32 {
        let mut node = self.root.as_ref();
        let mut height = self.height;
        while let Some(at) = node {
            match &**at {
                Node::Leaf(makers) => return makers.get(digit(path, 0)).copied().unwrap_or(NONE),
                Node::Inner(nodes) => {
                    node = nodes.get(digit(path, height)).and_then(Option::as_ref);
                    height = height.saturating_sub(1);
                }
            }
        }
        NONE
    }

    fn set(&mut self, path: u32, maker: u32) {
        let mut height = self.height;
        let mut slot = &mut self.root;
        loop {
            let node = Arc::make_mut(slot.get_or_insert_with(|| Arc::new(Node::new(height))));
            match node {
                Node::Leaf(makers) => {
                    if let Some(at) = makers.get_mut(digit(path, 0)) {
                        *at = maker;
                    }
                    return;
                }
                Node::Inner(nodes) => match nodes.get_mut(digit(path, height)) {
                    Some(next) => slot = next,
                    None => return,
                },
            }
            height = height.saturating_sub(1);
        }
    }

    /// The paths whose makers differ from those of another commit, with their makers here.
    pub(in crate::git) fn differing(&self, before: &Self) -> Vec<(u32, u32)> {
        let mut found = Vec::new();
        let mut pending = vec![(before.root.as_ref(), self.root.as_ref(), 0_u32)];
        while let Some((old, new, prefix)) = pending.pop() {
            if old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new)) {
                continue;
            }
            let first = prefix << 4;
            match (old.map(|node| &**node), new.map(|node| &**node)) {
                (old, Some(Node::Leaf(new))) => {
                    let old = match old {
                        Some(Node::Leaf(old)) => *old,
                        _ => [NONE; WIDTH],
                    };
                    let makers = (first..).zip(old.iter().zip(new));
                    let differing = makers.filter(|(_, (old, new))| old != new);
                    found.extend(differing.map(|(path, (_, new))| (path, *new)));
                }
                (old, Some(Node::Inner(new))) => {
                    for (at, new) in (first..).zip(new) {
                        let old = match old {
                            Some(Node::Inner(old)) => {
                                old.get(digit(at, 0)).and_then(Option::as_ref)
                            }
                            _ => None,
                        };
                        pending.push((old, new.as_ref(), at));
                    }
                }
                // Nodes are never taken out: a version that is gone is there as none.
                (_, None) => {}
            }
        }
        found.sort_unstable();
        found
    }
}

/// What of an earlier run's facts builds on which version.
#[derive(Debug, Default)]
pub(in crate::git) struct OldBases {
    /// By change: the maker of what it builds on, or [`NONE`].
    pub(in crate::git) of_changes: Vec<u32>,
    /// By merge and parent: the maker of the parent's file, or [`NONE`].
    pub(in crate::git) of_merges: Vec<Vec<u32>>,
}

/// What came of following.
pub(in crate::git) struct Followed {
    /// What the old facts build on.
    pub(in crate::git) old_bases: OldBases,
    /// The makers at the snapshots.
    pub(in crate::git) makers: Vec<Makers>,
    /// What merges did to the files of the first-parent line, in order.
    pub(in crate::git) landed: Vec<Event>,
}

/// Follows all paths through the history of the default branch.
pub(in crate::git) struct Descent<'a> {
    /// By place: places of the parents.
    pub(in crate::git) parents: &'a [Vec<u32>],
    pub(in crate::git) n_paths: usize,
    /// What is known of before.
    pub(in crate::git) old: &'a Log,
    /// In order.
    pub(in crate::git) events: &'a mut [Event],
    /// In order.
    pub(in crate::git) taken: &'a [LogTaken],
    /// Places at which the makers are wanted, in order.
    pub(in crate::git) snapshots: &'a [u32],
    /// Places of the first-parent line, oldest first.
    pub(in crate::git) line: &'a [u32],
}

/// What makes versions, each in landing order.
struct Rows<'a> {
    old: &'a Log,
    changes: Peekable<Enumerate<std::slice::Iter<'a, LogChange>>>,
    merges: Peekable<Enumerate<std::slice::Iter<'a, LogMerge>>>,
    old_taken: Peekable<std::slice::Iter<'a, LogTaken>>,
    taken: Peekable<std::slice::Iter<'a, LogTaken>>,
    events: Peekable<std::slice::IterMut<'a, Event>>,
    bases: OldBases,
}

impl Rows<'_> {
    /// The paths that a commit makes a version of, takes one over of or, with [`NONE`], leaves without one, with the maker. `maker` tells what a parent has.
    fn made(
        &mut self,
        place: u32,
        is_merge: bool,
        maker: &dyn Fn(u32, u32) -> u32,
    ) -> Vec<(u32, u32)> {
        let mut made: Vec<(u32, u32)> = Vec::new();
        let is_it = |(_, change): &(usize, &LogChange)| change.commit == place;
        while let Some((at, change)) = self.changes.next_if(is_it) {
            if is_merge || place >= self.old.n_default {
                continue;
            }
            let base_path = if change.previous == NONE {
                change.path
            } else {
                change.previous
            };
            if let Some(base) = self.bases.of_changes.get_mut(at) {
                *base = maker(0, base_path);
            }
            made.extend(versions(
                change.path,
                base_path,
                change.after != NONE,
                place,
            ));
        }
        let is_it = |(_, merge): &(usize, &LogMerge)| merge.commit == place;
        while let Some((at, merge)) = self.merges.next_if(is_it) {
            if let Some(bases) = self.bases.of_merges.get_mut(at) {
                let parents = merge.parents.iter();
                *bases = parents
                    .map(|parent| maker(parent.number, parent.path))
                    .collect();
            }
            made.push((merge.path, place));
        }
        for rows in [&mut self.old_taken, &mut self.taken] {
            while let Some(row) = rows.next_if(|row| row.commit == place) {
                made.push((row.path, maker(row.parent, row.path)));
            }
        }
        while let Some(event) = self.events.next_if(|event| event.order == place) {
            match &mut event.what {
                What::Change {
                    base_path,
                    base,
                    after,
                    birth: Some(_),
                    ..
                } => {
                    *base = maker(0, *base_path);
                    made.extend(versions(event.path, *base_path, after.is_some(), place));
                }
                What::Change { .. } | What::Landed { .. } => {}
                What::Merged { parents, .. } => {
                    for parent in parents {
                        parent.maker = maker(parent.number, parent.path);
                    }
                    made.push((event.path, place));
                }
                What::Base { .. } => made.push((event.path, place)),
            }
        }
        // What is gone from one place may come to another, and something else to where it was.
        made.sort_by_key(|(_, maker)| *maker != NONE);
        made
    }
}

/// What a change does to the versions of a path and of the one that it builds on.
fn versions(
    path: u32,
    base_path: u32,
    is_there: bool,
    place: u32,
) -> impl Iterator<Item = (u32, u32)> {
    let gone = (path != base_path).then_some((base_path, NONE));
    gone.into_iter()
        .chain([(path, if is_there { place } else { NONE })])
}

/// What the commits have that others are still to build on.
struct States {
    /// By place.
    of_commits: Vec<Option<Makers>>,
    /// By place: how many commits are still to build on it.
    n_children: Vec<u32>,
    nothing: Makers,
}

impl States {
    fn of(parents: &[Vec<u32>], n_paths: usize) -> Self {
        let mut n_children = vec![0_u32; parents.len()];
        for parent in parents.iter().flatten() {
            if let Some(n) = n_children.get_mut(*parent as usize) {
                *n += 1;
            }
        }
        Self {
            of_commits: vec![None; parents.len()],
            n_children,
            nothing: Makers::of(n_paths),
        }
    }

    fn maker(&self, commit: u32, path: u32) -> u32 {
        let state = self
            .of_commits
            .get(commit as usize)
            .and_then(Option::as_ref);
        state.map_or(NONE, |state| state.maker(path))
    }

    /// What the first parent has, to be changed in place where nobody else builds on it. Parents that are done with are dropped.
    fn built_on(&mut self, parents: &[u32]) -> Makers {
        let first = parents.first().map(|first| *first as usize);
        let is_last = first.and_then(|first| self.n_children.get(first)) == Some(&1);
        let slot = first.and_then(|first| self.of_commits.get_mut(first));
        let state = slot.and_then(|slot| if is_last { slot.take() } else { slot.clone() });
        for parent in parents {
            if let Some(n) = self.n_children.get_mut(*parent as usize) {
                *n = n.saturating_sub(1);
                if *n == 0
                    && let Some(slot) = self.of_commits.get_mut(*parent as usize)
                {
                    *slot = None;
                }
            }
        }
        state.unwrap_or_else(|| self.nothing.clone())
    }
}

impl Descent<'_> {
    /// Fills in what the events build on; returns the same for the old facts, the makers at the snapshots, and what new merges of the
    /// first-parent line did to its files.
    pub(in crate::git) fn follow(self) -> Followed {
        let old = self.old;
        let mut rows = Rows {
            old,
            changes: old.changes.iter().enumerate().peekable(),
            merges: old.merges.iter().enumerate().peekable(),
            old_taken: old.taken.iter().peekable(),
            taken: self.taken.iter().peekable(),
            events: self.events.iter_mut().peekable(),
            bases: OldBases {
                of_changes: vec![NONE; old.changes.len()],
                of_merges: vec![Vec::new(); old.merges.len()],
            },
        };
        let mut wanted = Vec::with_capacity(self.snapshots.len());
        let mut snapshots = self.snapshots.iter().peekable();
        let mut line = self.line.iter().peekable();
        let mut landed = Vec::new();
        let mut states = States::of(self.parents, self.n_paths);
        for (place, parents) in (0_u32..).zip(self.parents) {
            let made = rows.made(place, parents.len() > 1, &|parent, path| {
                let parent = parents.get(parent as usize);
                parent.map_or(NONE, |parent| states.maker(*parent, path))
            });
            let is_on_line = line.next_if(|at| **at == place).is_some();
            if is_on_line && parents.len() > 1 && place >= old.n_default {
                for &(path, after) in &made {
                    let before = parents.first().map_or(NONE, |at| states.maker(*at, path));
                    if before != after {
                        let what = What::Landed { before, after };
                        landed.push(Event {
                            order: place,
                            path,
                            what,
                        });
                    }
                }
            }
            let mut next = states.built_on(parents);
            for (path, maker) in made {
                next.set(path, maker);
            }
            if place.checked_add(1) == Some(old.n_default) {
                // The edge of a shallow clone brought files that no change tells of: those that are still there are known.
                for version in old.versions.iter().filter(|version| version.is_in_tip) {
                    if next.maker(version.path) == NONE {
                        next.set(version.path, version.made_by);
                    }
                }
            }
            while snapshots.next_if(|at| **at == place).is_some() {
                wanted.push(next.clone());
            }
            if let Some(slot) = states.of_commits.get_mut(place as usize) {
                *slot = Some(next);
            }
        }
        Followed {
            old_bases: rows.bases,
            makers: wanted,
            landed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_share_and_differ_where_they_were_set() {
        let mut first = Makers::of(5_000);
        for path in [0, 15, 16, 255, 256, 4_999] {
            first.set(path, path + 1);
        }
        let mut second = first.clone();
        assert_eq!(second.differing(&first), []);
        second.set(16, 7);
        second.set(4_097, 8);
        assert_eq!(second.differing(&first), [(16, 7), (4_097, 8)]);
        assert_eq!((first.maker(16), second.maker(16)), (17, 7));
        assert_eq!(first.maker(4_097), NONE);
        assert_eq!(second.differing(&Makers::of(5_000)).len(), 7);
        let one = {
            let mut one = Makers::of(1);
            one.set(0, 3);
            one
        };
        assert_eq!(
            (one.maker(0), one.differing(&Makers::of(1))),
            (3, vec![(0, 3)])
        );
    }
}
