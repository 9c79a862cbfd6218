//! A merge's tree beside those of its parents: the files that are not the first parent's.

use gix::{ObjectId, oid};

use super::{Differ, Difference};
use crate::git::diff::ends::common_head;
use crate::git::objects::tree::{Entry, Side, entry, entry_end, order};

/// A merge's tree with its parents' trees, and how far each is read.
struct MergeLevel {
    merged: std::rc::Rc<Vec<u8>>,
    at: usize,
    parents: Vec<(std::rc::Rc<Vec<u8>>, usize)>,
    path_len: usize,
}

impl Differ<'_, '_> {
    /// Finds the files of a merge that are not those of its first parent. `before` of each is the first parent's.
    ///
    /// The second list holds, for each difference, the file in the other parents. `gone` are the first parent's files that the
    /// merge does not have.
    pub(in crate::git) fn compare_merge(
        &mut self,
        parents: &[ObjectId],
        merge: &oid,
    ) -> Vec<Vec<Option<Side>>> {
        self.clear();
        self.bounds.begin(Some(merge));
        let mut others = Vec::new();
        let parents: Vec<_> = parents.iter().map(|&id| Some(id)).collect();
        let Some(mut level) = self.merge_level(&parents, merge, 0) else {
            self.holes.extend(self.bounds.hole());
            return others;
        };
        let mut outer: Vec<MergeLevel> = Vec::new();
        loop {
            if let Some((parents, merge)) = self.next_merged_subtree(&mut level, &mut others) {
                match self.merge_level(&parents, &merge, outer.len() + 1) {
                    Some(inner) => outer.push(std::mem::replace(&mut level, inner)),
                    None => self.path.truncate(level.path_len),
                }
            } else {
                let Some(up) = outer.pop() else { break };
                level = up;
                self.path.truncate(level.path_len);
            }
        }
        let differences = std::mem::take(&mut self.differences);
        for (path, tree) in std::mem::take(&mut self.gone_trees) {
            self.path = path;
            self.trees(Some(&tree), None);
        }
        let gone = std::mem::replace(&mut self.differences, differences);
        self.gone.extend(gone.into_iter().map(|file| file.path));
        self.path.clear();
        self.holes.extend(self.bounds.hole());
        others
    }

    /// Notes an entry of the first parent that the merge does not have.
    fn is_gone(&mut self, entry: &Entry<'_>) {
        let mut path = self.path.clone();
        if !path.is_empty() {
            path.push(b'/');
        }
        path.extend_from_slice(entry.name);
        if entry.is_tree {
            self.gone_trees.push((path, entry.id.to_owned()));
        } else {
            self.gone.push(path);
        }
    }

    fn merge_level(
        &mut self,
        parents: &[Option<ObjectId>],
        merge: &oid,
        depth: usize,
    ) -> Option<MergeLevel> {
        if !self
            .bounds
            .allow(merge, depth, self.path.len(), self.differences.len())
        {
            return None;
        }
        let merged = self.bytes(Some(merge))?;
        let parents = parents
            .iter()
            .map(|parent| Some((self.bytes(parent.as_deref())?, 0)))
            .collect::<Option<_>>()?;
        Some(MergeLevel {
            merged,
            at: 0,
            parents,
            path_len: self.path.len(),
        })
    }

    /// Notes the merged files that the first parent does not have, up to the next such subtree; the path is then its.
    fn next_merged_subtree(
        &mut self,
        level: &mut MergeLevel,
        others: &mut Vec<Vec<Option<Side>>>,
    ) -> Option<(Vec<Option<ObjectId>>, ObjectId)> {
        let merged = std::rc::Rc::clone(&level.merged);
        let contents: Vec<_> = level
            .parents
            .iter()
            .map(|(bytes, at)| (std::rc::Rc::clone(bytes), *at))
            .collect();
        let mut rests: Vec<&[u8]> = contents
            .iter()
            .map(|(bytes, at)| bytes.get(*at..).unwrap_or_default())
            .collect();
        let mut rest = merged.get(level.at..).unwrap_or_default();
        loop {
            // What the first parent has too is stepped over.
            if let Some(first) = rests.first_mut() {
                let equal = common_head(rest, first);
                let mut at = 0;
                while let Some(end) = rest
                    .get(at..)
                    .and_then(|rest| entry_end(rest, self.hash_len))
                    .filter(|end| at + end <= equal)
                {
                    at += end;
                }
                rest = rest.get(at..).unwrap_or_default();
                *first = first.get(at..).unwrap_or_default();
            }
            let Some(next) = entry(rest, self.hash_len) else {
                let mut first = rests.first().copied().unwrap_or_default();
                while let Some(gone) = entry(first, self.hash_len) {
                    self.is_gone(&gone);
                    first = first.get(gone.end..).unwrap_or_default();
                }
                return None;
            };
            // Step over the bytes that every side has, then find the entry in each parent.
            let mut matches: Vec<Option<Entry<'_>>> = Vec::with_capacity(rests.len());
            for (number, side) in rests.iter_mut().enumerate() {
                let mut found = None;
                while let Some(candidate) = entry(side, self.hash_len) {
                    match order(&candidate, &next) {
                        std::cmp::Ordering::Less => {
                            if number == 0 {
                                self.is_gone(&candidate);
                            }
                            *side = side.get(candidate.end..).unwrap_or_default();
                        }
                        std::cmp::Ordering::Equal => {
                            *side = side.get(candidate.end..).unwrap_or_default();
                            found = Some(candidate);
                            break;
                        }
                        std::cmp::Ordering::Greater => break,
                    }
                }
                matches.push(found);
            }
            rest = rest.get(next.end..).unwrap_or_default();
            let is_same = |found: Entry<'_>| found.id == next.id && found.is_tree == next.is_tree;
            if matches.first().copied().flatten().is_some_and(is_same) {
                continue;
            }
            if !self.path.is_empty() {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(next.name);
            if next.is_tree {
                let subtree = |found: &Option<Entry<'_>>| {
                    found
                        .filter(|found| found.is_tree)
                        .map(|found| found.id.to_owned())
                };
                level.at = merged.len() - rest.len();
                for ((bytes, at), rest) in level.parents.iter_mut().zip(&rests) {
                    *at = bytes.len() - rest.len();
                }
                return Some((matches.iter().map(subtree).collect(), next.id.to_owned()));
            }
            let side = |entry: &Option<Entry<'_>>| {
                entry.filter(|entry| !entry.is_tree).map(|entry| Side {
                    mode: entry.mode,
                    id: entry.id.to_owned(),
                })
            };
            self.differences.push(Difference {
                path: self.path.clone(),
                before: matches.first().and_then(side),
                after: side(&Some(next)),
            });
            others.push(matches.iter().skip(1).map(side).collect());
            self.path.truncate(level.path_len);
            if self.bounds.is_full(self.differences.len()) {
                return None;
            }
        }
    }
}
