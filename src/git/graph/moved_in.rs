//! Where the files of a history of its own are on the default branch, where the merges that bring it put them below a directory.
//!
//! A library that comes by subtree merges has its paths without that directory in its own commits: `lib.c` of one of them is
//! `deps/library/lib.c` once it has landed, and never the default branch's own `lib.c`.

use std::collections::{BTreeMap, HashMap};

use super::first_parents::FirstParentLine;
use crate::git::state::log::{Log, LogChange, NONE};

/// A directory without a name: what landed where it was.
const HERE: u32 = 0;

/// Changes whose files are elsewhere on the default branch.
#[derive(Debug, Default)]
pub(in crate::git) struct MovedIn {
    /// By change, in their order: where the file is, and where a renamed one was, or [`NONE`].
    of_changes: Vec<(usize, u32, u32)>,
    /// Paths that no commit tells of, numbered after those of the log: files that did not stay until their merge.
    pub(in crate::git) more_paths: Vec<Vec<u8>>,
}

impl MovedIn {
    /// Of a log.
    pub(in crate::git) fn of(log: &Log, line: &FirstParentLine) -> Self {
        let directories = Directories::of(log, line);
        let mut moved = Self::default();
        if directories.names.len() < 2 {
            return moved;
        }
        let names = directories.names.iter().filter(|name| !name.is_empty());
        let names: Vec<&[u8]> = names.map(Vec::as_slice).collect();
        let is_below = |path: &[u8]| names.iter().any(|name| path.starts_with(name));
        let mut number_of: HashMap<Vec<u8>, u32> = (0_u32..)
            .zip(&log.paths)
            .filter(|(_, path)| is_below(path))
            .map(|(number, path)| (path.clone(), number))
            .collect();
        let mut numbered = |directory: &[u8], path: u32| {
            let Some(name) = log.paths.get(path as usize) else {
                return NONE;
            };
            let name = [directory, name].concat();
            *number_of.entry(name).or_insert_with_key(|name| {
                moved.more_paths.push(name.clone());
                u32::try_from(log.paths.len() + moved.more_paths.len() - 1).unwrap_or(NONE)
            })
        };
        for (at, change) in log.changes.iter().enumerate() {
            let directory = directories.of_commits.get(change.commit as usize);
            let directory = directory.filter(|directory| **directory != HERE);
            if let Some(name) = directory.and_then(|at| directories.names.get(*at as usize)) {
                let path = numbered(name, change.path);
                let previous = numbered(name, change.previous);
                moved.of_changes.push((at, path, previous));
            }
        }
        moved
    }

    /// Where a change's file is on the default branch, and where a renamed one was, or [`NONE`]; `None` where it is at its path.
    pub(in crate::git) fn path(&self, at: usize) -> Option<(u32, u32)> {
        let found = self
            .of_changes
            .binary_search_by_key(&at, |row| row.0)
            .ok()?;
        self.of_changes.get(found).map(|row| (row.1, row.2))
    }

    /// A change with the paths that its file has on the default branch.
    pub(in crate::git) fn landed(&self, at: usize, change: &LogChange) -> LogChange {
        let (path, previous) = self.path(at).unwrap_or((change.path, change.previous));
        LogChange {
            path,
            previous,
            ..*change
        }
    }
}

/// The directory below which each commit's files landed.
struct Directories {
    /// Each ends in a slash, but for the first one.
    names: Vec<Vec<u8>>,
    /// By commit of the default branch: a place in `names`.
    of_commits: Vec<u32>,
}

impl Directories {
    fn of(log: &Log, line: &FirstParentLine) -> Self {
        let mut directories = Self {
            names: vec![Vec::new()],
            of_commits: Vec::new(),
        };
        let n = log.n_default as usize;
        let parents = parents(log, n);
        let is_own = of_its_own(&parents, line);
        let moves = if is_own.contains(&true) {
            moves(log, &parents, &is_own)
        } else {
            BTreeMap::new()
        };
        if moves.is_empty() {
            return directories;
        }
        directories.of_commits = vec![HERE; n];
        let mut from = 0;
        for until in line.places().map(|place| place as usize + 1) {
            directories.settle(&parents, &is_own, &moves, from..until);
            from = until;
        }
        directories
    }

    /// Says it of the commits that came with one of the line's, which is the last of them.
    fn settle(
        &mut self,
        parents: &[&[u32]],
        is_own: &[bool],
        moves: &BTreeMap<(u32, u32), Vec<u8>>,
        group: std::ops::Range<usize>,
    ) {
        if group.len() < 2 {
            return;
        }
        // From the merge back: what a merge moves, and what a later one moves further.
        for place in group.clone().rev() {
            let outer = self.of_commits.get(place).copied().unwrap_or(HERE);
            for (number, parent) in (0_u32..).zip(parents.get(place).copied().unwrap_or_default()) {
                let at = *parent as usize;
                if !group.contains(&at) || is_own.get(at) != Some(&true) {
                    continue;
                }
                let inner = u32::try_from(place).ok();
                let inner = inner.and_then(|place| moves.get(&(place, number)));
                let below = match inner {
                    Some(inner) => {
                        let outer = self.names.get(outer as usize).cloned().unwrap_or_default();
                        self.number([outer.as_slice(), inner].concat())
                    }
                    None => outer,
                };
                if let Some(slot) = self.of_commits.get_mut(at).filter(|slot| **slot == HERE) {
                    *slot = below;
                }
            }
        }
        // A merge that moved nothing that it could be told by: where the history landed before.
        for place in group {
            let is_known = self.of_commits.get(place) != Some(&HERE);
            if is_known || is_own.get(place) != Some(&true) {
                continue;
            }
            let before = parents.get(place).copied().unwrap_or_default().iter();
            let before = before.filter_map(|parent| self.of_commits.get(*parent as usize));
            let before = before.copied().find(|directory| *directory != HERE);
            if let (Some(before), Some(slot)) = (before, self.of_commits.get_mut(place)) {
                *slot = before;
            }
        }
    }

    fn number(&mut self, name: Vec<u8>) -> u32 {
        let known = self.names.iter().position(|known| *known == name);
        let at = known.unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        u32::try_from(at).unwrap_or(HERE)
    }
}

/// The parents of each commit of the default branch, by place.
fn parents(log: &Log, n: usize) -> Vec<&[u32]> {
    let mut from = 0;
    let of_commit = log.commits.iter().take(n).map(|commit| {
        let first = from;
        from += commit.parents.len();
        log.parents.get(first..from).unwrap_or_default()
    });
    of_commit.collect()
}

/// By commit: whether it has no ancestor on the first-parent line, and is not on it.
fn of_its_own(parents: &[&[u32]], line: &FirstParentLine) -> Vec<bool> {
    let mut is_own = vec![true; parents.len()];
    let mut line = line.places().peekable();
    for (place, parents) in (0_u32..).zip(parents) {
        let is_on_line = line.next_if_eq(&place).is_some();
        // What is missing could have been anything.
        let is_related = |parent: &u32| is_own.get(*parent as usize) != Some(&true);
        let is_own_here = !is_on_line && !parents.iter().any(is_related);
        if let Some(slot) = is_own.get_mut(place as usize) {
            *slot = is_own_here;
        }
    }
    is_own
}

/// By merge and parent that is of a history of its own: the directory below which most files that it took from there are.
fn moves(log: &Log, parents: &[&[u32]], is_own: &[bool]) -> BTreeMap<(u32, u32), Vec<u8>> {
    // Where such a history had which content: a name that the default branch has too was not seen to move.
    let mut names_of: HashMap<u32, Vec<u32>> = HashMap::new();
    let own = |change: &&LogChange| is_own.get(change.commit as usize) == Some(&true);
    for change in log.changes.iter().filter(own) {
        if change.after != NONE {
            names_of.entry(change.after).or_default().push(change.path);
        }
    }
    let mut votes: BTreeMap<(u32, u32), BTreeMap<&[u8], u32>> = BTreeMap::new();
    for merge in &log.merges {
        let of_merge = parents.get(merge.commit as usize).copied();
        let own = (0_u32..)
            .zip(of_merge.unwrap_or_default())
            .find(|(_, parent)| is_own.get(**parent as usize) == Some(&true));
        let Some((number, _)) = own else { continue };
        let name = |path: u32| log.paths.get(path as usize).map(Vec::as_slice);
        let seen = merge.parents.iter();
        let seen = seen.filter(|parent| parent.number == number);
        let mut from: Vec<u32> = seen.map(|parent| parent.path).collect();
        if from.is_empty() {
            from.extend(names_of.get(&merge.after).into_iter().flatten());
            from.sort_unstable();
            from.dedup();
        }
        for from in from.into_iter().filter(|from| *from != merge.path) {
            let directory = name(merge.path).zip(name(from));
            let directory = directory.and_then(|(to, from)| to.strip_suffix(from));
            if let Some(directory) = directory.filter(|name| name.ends_with(b"/")) {
                let votes = votes.entry((merge.commit, number)).or_default();
                *votes.entry(directory).or_default() += 1;
            }
        }
    }
    let most = |votes: BTreeMap<&[u8], u32>| {
        let votes = votes.into_iter();
        let most = votes.max_by_key(|(name, n)| (*n, std::cmp::Reverse(name.len())));
        most.map(|(name, _)| name.to_vec())
    };
    let all = votes.into_iter();
    all.filter_map(|(key, votes)| Some((key, most(votes)?)))
        .collect()
}
