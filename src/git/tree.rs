//! What differs between trees, on the bytes of the tree objects: equal entries are stepped over, not parsed.

mod bounds;

use gix::{ObjectId, oid};

use super::ends::common_head;
use super::objects::{Reader, Unreadable};
use bounds::Bounds;

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mode {
    /// A regular file.
    File,
    /// A regular file that may be executed.
    Executable,
    /// A symbolic link.
    Link,
    /// A submodule's commit.
    Submodule,
}

impl Mode {
    /// Whether content is compared as lines of a file, and renames may be edited.
    pub(super) const fn is_regular(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }

    /// A small number for it.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::File => 0,
            Self::Executable => 1,
            Self::Link => 2,
            Self::Submodule => 3,
        }
    }

    /// The mode of a number made by [`Mode::code`].
    pub(super) const fn of_code(code: u8) -> Self {
        match code {
            1 => Self::Executable,
            2 => Self::Link,
            3 => Self::Submodule,
            _ => Self::File,
        }
    }
}

/// One side of a changed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Side {
    /// Its mode.
    pub(super) mode: Mode,
    /// Its blob, or a submodule's commit.
    pub(super) id: ObjectId,
}

/// A place where trees differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The path's bytes.
    pub(super) path: Vec<u8>,
    /// Before; `None`: it was not there.
    pub(super) before: Option<Side>,
    /// After; `None`: it is no longer there.
    pub(super) after: Option<Side>,
}

/// A tree that could not be read.
pub(super) type Hole = (ObjectId, Unreadable);

#[derive(Debug, Clone, Copy)]
struct Entry<'a> {
    name: &'a [u8],
    is_tree: bool,
    mode: Mode,
    id: &'a oid,
    end: usize,
}

/// The entry that starts at the first byte; `None` for bytes that are no entry.
fn entry(bytes: &[u8], hash_len: usize) -> Option<Entry<'_>> {
    let mut mode = 0_u32;
    let mut at = 0;
    loop {
        match *bytes.get(at)? {
            b' ' => break,
            digit @ b'0'..=b'7' if at < 7 => mode = mode << 3 | u32::from(digit - b'0'),
            _ => return None,
        }
        at += 1;
    }
    let rest = bytes.get(at + 1..)?;
    let nul = memchr::memchr(0, rest)?;
    let end = at + 1 + nul + 1 + hash_len;
    let id = oid::try_from_bytes(bytes.get(end - hash_len..end)?).ok()?;
    let (is_tree, mode) = match mode & 0o170_000 {
        0o040_000 => (true, Mode::File),
        0o120_000 => (false, Mode::Link),
        0o160_000 => (false, Mode::Submodule),
        _ if mode & 0o100 != 0 => (false, Mode::Executable),
        _ => (false, Mode::File),
    };
    Some(Entry {
        name: rest.get(..nul)?,
        is_tree,
        mode,
        id,
        end,
    })
}

/// The place of the first NUL: names are short, so that a call to find it would cost more than the search.
fn nul(bytes: &[u8]) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let zeros = word.wrapping_sub(LOW) & !word & (LOW << 7);
        if zeros != 0 {
            return Some(at * 8 + zeros.trailing_zeros() as usize / 8);
        }
    }
    let at = rest.iter().position(|&byte| byte == 0)?;
    Some(words.len() * 8 + at)
}

/// Where the entry at the first byte ends: all that is needed to step over it.
fn entry_end(bytes: &[u8], hash_len: usize) -> Option<usize> {
    // A mode takes at least five digits and a space.
    let end = 6 + nul(bytes.get(6..)?)? + 1 + hash_len;
    (end <= bytes.len()).then_some(end)
}

/// Git's order of entries: by name, a directory as if it ended in a slash.
fn order(a: &Entry<'_>, b: &Entry<'_>) -> std::cmp::Ordering {
    let common = a.name.len().min(b.name.len());
    let (head_a, tail_a) = a.name.split_at(common);
    let (head_b, tail_b) = b.name.split_at(common);
    let next = |tail: &[u8], is_tree: bool| {
        tail.first()
            .copied()
            .unwrap_or(if is_tree { b'/' } else { 0 })
    };
    head_a
        .cmp(head_b)
        .then_with(|| next(tail_a, a.is_tree).cmp(&next(tail_b, b.is_tree)))
        .then_with(|| a.name.cmp(b.name))
}

/// Compares trees; keeps its buffers between comparisons.
pub(super) struct Differ<'r, 'p> {
    reader: &'r mut Reader<'p>,
    hash_len: usize,
    path: Vec<u8>,
    /// What the last comparison found, by path.
    pub(super) differences: Vec<Difference>,
    /// Files of the first parent that the last merge does not have.
    pub(super) gone: Vec<Vec<u8>>,
    /// Directories of the first parent that the merge at hand does not have.
    gone_trees: Vec<(Vec<u8>, ObjectId)>,
    /// Trees that could not be read in the last comparison, or were not, because there is no end to them.
    pub(super) holes: Vec<Hole>,
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
    pub(super) fn new(reader: &'r mut Reader<'p>, hash: gix::hash::Kind) -> Self {
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
    pub(super) fn compare(&mut self, before: Option<&oid>, after: Option<&oid>) {
        self.clear();
        self.bounds.begin(after.or(before));
        if before != after {
            self.trees(before, after);
            self.holes.extend(self.bounds.hole());
        }
    }

    /// Whether there was no end to the files of the last comparison.
    pub(super) const fn is_cut(&self) -> bool {
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

    /// Finds the files of a merge that are not those of its first parent. `before` of each is the first parent's.
    ///
    /// The second list holds, for each difference, the file in the other parents. `gone` are the first parent's files that the
    /// merge does not have.
    pub(super) fn compare_merge(
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

/// A merge's tree with its parents' trees, and how far each is read.
struct MergeLevel {
    merged: std::rc::Rc<Vec<u8>>,
    at: usize,
    parents: Vec<(std::rc::Rc<Vec<u8>>, usize)>,
    path_len: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_sorts_as_if_it_ended_in_a_slash() {
        let id = ObjectId::null(gix::hash::Kind::Sha1);
        let make = |name: &'static str, is_tree| Entry {
            name: name.as_bytes(),
            is_tree,
            mode: Mode::File,
            id: &id,
            end: 0,
        };
        assert!(order(&make("a.b", false), &make("a", true)).is_lt());
        assert!(order(&make("a", false), &make("a", true)).is_lt());
        assert!(order(&make("a", true), &make("a0", false)).is_lt());
        assert!(order(&make("a", true), &make("a", true)).is_eq());
    }

    #[test]
    fn bytes_that_are_no_entry_end_a_tree() {
        for bytes in [
            &b""[..],
            b"100644",
            b"100644 name",
            b"100644 name\0short",
            b"x644 a\0",
        ] {
            assert!(entry(bytes, 20).is_none());
        }
        let mut good = b"100755 a\0".to_vec();
        good.extend([1; 20]);
        assert_eq!(entry(&good, 20).unwrap().mode, Mode::Executable);
    }
}
