//! What differs between trees, on the bytes of the tree objects: equal entries are stepped over, not parsed.

mod bounds;
mod merge;

use crate::git::objects::tree::{Entry, Hole, Side, entry, entry_end, order};
use gix::{ObjectId, oid};

use self::bounds::Bounds;
use super::ends::common_head;
use crate::git::objects::object::Unreadable;
use crate::git::objects::reader::Reader;

/// A place where trees differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Difference {
    /// The path's bytes.
    pub(in crate::git) path: Vec<u8>,
    /// Before; `None`: it was not there.
    pub(in crate::git) before: Option<Side>,
    /// After; `None`: it is no longer there.
    pub(in crate::git) after: Option<Side>,
}

/// Compares trees; keeps its buffers between comparisons.
pub(in crate::git) struct Differ<'r, 'p> {
    reader: &'r mut Reader<'p>,
    hash_len: usize,
    path: Vec<u8>,
    /// What the last comparison found, by path.
    pub(in crate::git) differences: Vec<Difference>,
    /// Files of the first parent that the last merge does not have.
    pub(in crate::git) gone: Vec<Vec<u8>>,
    /// Directories of the first parent that the merge at hand does not have.
    gone_trees: Vec<(Vec<u8>, ObjectId)>,
    /// Trees that could not be read in the last comparison, or were not, because there is no end to them.
    pub(in crate::git) holes: Vec<Hole>,
    bounds: Bounds,
}

/// Two trees that are being compared, and how far.
struct Level {
    before: std::rc::Rc<Vec<u8>>,
    after: std::rc::Rc<Vec<u8>>,
    at_before: usize,
    at_after: usize,
    path_len: usize,
}

impl<'r, 'p> Differ<'r, 'p> {
    /// Compares with a reader's objects.
    pub(in crate::git) fn new(reader: &'r mut Reader<'p>, hash: gix::hash::Kind) -> Self {
        Self {
            reader,
            hash_len: hash.len_in_bytes(),
            path: Vec::new(),
            differences: Vec::new(),
            gone: Vec::new(),
            gone_trees: Vec::new(),
            holes: Vec::new(),
            bounds: Bounds::default(),
        }
    }

    fn clear(&mut self) {
        self.path.clear();
        self.differences.clear();
        self.gone.clear();
        self.gone_trees.clear();
        self.holes.clear();
    }

    /// Finds what changed from one tree to another; `None` is the empty tree.
    pub(in crate::git) fn compare(&mut self, before: Option<&oid>, after: Option<&oid>) {
        self.clear();
        self.bounds.begin(after.or(before));
        if before != after {
            self.trees(before, after);
            self.holes.extend(self.bounds.hole());
        }
    }

    /// Whether there was no end to the files of the last comparison.
    pub(in crate::git) const fn is_cut(&self) -> bool {
        self.bounds.is_full
    }

    fn bytes(&mut self, id: Option<&oid>) -> Option<std::rc::Rc<Vec<u8>>> {
        let id = match id {
            Some(id) if !id.is_empty_tree() => id,
            _ => return Some(std::rc::Rc::default()),
        };
        match self.reader.read(id) {
            Ok(object) if object.kind == gix::objs::Kind::Tree => Some(object.bytes),
            Ok(_) => {
                self.holes.push((id.to_owned(), Unreadable::Corrupt));
                None
            }
            Err(why) => {
                self.holes.push((id.to_owned(), why));
                None
            }
        }
    }

    /// Opens a pair of trees; `None` where one cannot be read, or where the comparison has gone far enough.
    fn level(&mut self, before: Option<&oid>, after: Option<&oid>, depth: usize) -> Option<Level> {
        let id = after.or(before)?;
        if !self
            .bounds
            .allow(id, depth, self.path.len(), self.differences.len())
        {
            return None;
        }
        let (before, after) = (self.bytes(before)?, self.bytes(after)?);
        self.bounds.read(before.len() + after.len());
        Some(Level {
            before,
            after,
            at_before: 0,
            at_after: 0,
            path_len: self.path.len(),
        })
    }

    /// Walks two trees side by side. The levels are on the heap: how deep they nest is for the repository's author to say.
    fn trees(&mut self, before: Option<&oid>, after: Option<&oid>) {
        let Some(mut level) = self.level(before, after, 0) else {
            return;
        };
        let mut outer: Vec<Level> = Vec::new();
        loop {
            if let Some((before, after)) = self.next_subtrees(&mut level) {
                let inner = self.level(before.as_deref(), after.as_deref(), outer.len() + 1);
                match inner {
                    Some(inner) => outer.push(std::mem::replace(&mut level, inner)),
                    None => self.path.truncate(level.path_len),
                }
            } else {
                let Some(up) = outer.pop() else { return };
                level = up;
                self.path.truncate(level.path_len);
            }
        }
    }

    /// Notes the files that differ, up to the next subtrees that do; the path is then theirs.
    fn next_subtrees(&mut self, level: &mut Level) -> Option<(Option<ObjectId>, Option<ObjectId>)> {
        let (before, after) = (
            std::rc::Rc::clone(&level.before),
            std::rc::Rc::clone(&level.after),
        );
        let mut a = before.get(level.at_before..).unwrap_or_default();
        let mut b = after.get(level.at_after..).unwrap_or_default();
        loop {
            let equal = common_head(a, b);
            if equal == a.len() && equal == b.len() {
                return None;
            }
            let mut at = 0;
            while let Some(end) = a
                .get(at..)
                .and_then(|rest| entry_end(rest, self.hash_len))
                .filter(|end| at + end <= equal)
            {
                at += end;
            }
            (a, b) = (
                a.get(at..).unwrap_or_default(),
                b.get(at..).unwrap_or_default(),
            );
            let (left, right) = (entry(a, self.hash_len), entry(b, self.hash_len));
            if left.is_none() && right.is_none() {
                return None;
            }
            let order = match (&left, &right) {
                (Some(left), Some(right)) => order(left, right),
                (Some(_), None) => std::cmp::Ordering::Less,
                _ => std::cmp::Ordering::Greater,
            };
            let left = left.filter(|_| order.is_le());
            let right = right.filter(|_| order.is_ge());
            a = a
                .get(left.map_or(0, |entry| entry.end)..)
                .unwrap_or_default();
            b = b
                .get(right.map_or(0, |entry| entry.end)..)
                .unwrap_or_default();
            if let Some(subtrees) = self.pair(left, right) {
                level.at_before = before.len() - a.len();
                level.at_after = after.len() - b.len();
                return Some(subtrees);
            }
            self.path.truncate(level.path_len);
            if self.bounds.is_full(self.differences.len()) {
                return None;
            }
        }
    }

    /// Notes a pair of files; returns a pair of subtrees, with the path at them.
    fn pair(
        &mut self,
        left: Option<Entry<'_>>,
        right: Option<Entry<'_>>,
    ) -> Option<(Option<ObjectId>, Option<ObjectId>)> {
        let name = left.or(right)?.name;
        if let (Some(left), Some(right)) = (left, right)
            && left.id == right.id
            && left.is_tree == right.is_tree
            && left.mode == right.mode
        {
            return None;
        }
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(name);
        let subtree = |entry: Option<Entry<'_>>| {
            entry
                .filter(|entry| entry.is_tree)
                .map(|entry| entry.id.to_owned())
        };
        let side = |entry: Option<Entry<'_>>| {
            entry.filter(|entry| !entry.is_tree).map(|entry| Side {
                mode: entry.mode,
                id: entry.id.to_owned(),
            })
        };
        // In git's order a file and a directory of one name are two entries: a pair is of one kind.
        let (before, after) = (subtree(left), subtree(right));
        if before.is_some() || after.is_some() {
            return Some((before, after));
        }
        self.differences.push(Difference {
            path: self.path.clone(),
            before: side(left),
            after: side(right),
        });
        None
    }
}
