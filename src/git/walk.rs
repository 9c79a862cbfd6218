//! The commits that a set of tips reaches, and their order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gix::ObjectId;

use super::commit::{self, Parsed};
use super::objects::{IdMap, Reader};
use super::tree::Hole;

/// Where a commit's facts are.
#[derive(Debug)]
pub(super) enum Source {
    /// In the facts of an earlier run, at this index.
    Known(u32),
    /// Just read.
    Read(Box<Parsed>),
}

/// A commit of the graph.
#[derive(Debug)]
pub(super) struct Node {
    /// Its id.
    pub(super) id: ObjectId,
    /// Parents in the graph by node number, in order; those that cannot be read are left out.
    pub(super) parents: Vec<u32>,
    /// Committer time in seconds.
    pub(super) committed: i64,
    /// Its facts.
    pub(super) source: Source,
}

/// Commits already known: looked up instead of read.
pub(super) trait Known {
    /// Index, parents and committer time of a commit; `None` if it is not known.
    fn get(&self, id: &ObjectId) -> Option<(u32, Vec<ObjectId>, i64)>;
}

/// The commits reachable from `tips`; what cannot be read is in the second list.
///
/// Parents of the commits in `boundary` (a shallow clone's edge; sorted) are not followed.
pub(super) fn reachable(
    reader: &mut Reader<'_>,
    tips: &[ObjectId],
    boundary: &[ObjectId],
    known: &dyn Known,
    mut each: impl FnMut(),
) -> (Vec<Node>, Vec<Hole>) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut number: IdMap<Option<u32>> = IdMap::default();
    let mut parents_of: Vec<Vec<ObjectId>> = Vec::new();
    let mut holes = Vec::new();
    let mut pending: Vec<ObjectId> = tips.to_vec();
    while let Some(id) = pending.pop() {
        if number.contains_key(&id) {
            continue;
        }
        let (source, parents, committed) = if let Some((index, parents, committed)) = known.get(&id) {
            (Source::Known(index), parents, committed)
        } else {
            let read = reader.read(&id).and_then(|object| {
                let parsed = (object.kind == gix::objs::Kind::Commit).then(|| commit::parse(&object.bytes)).flatten();
                parsed.ok_or(super::objects::Unreadable::Corrupt)
            });
            match read {
                Ok(parsed) => {
                    let (parents, committed) = (parsed.parents.clone(), parsed.committer.seconds);
                    (Source::Read(Box::new(parsed)), parents, committed)
                }
                Err(why) => {
                    number.insert(id, None);
                    holes.push((id, why));
                    continue;
                }
            }
        };
        each();
        number.insert(id, u32::try_from(nodes.len()).ok());
        let parents = if boundary.binary_search(&id).is_ok() { Vec::new() } else { parents };
        pending.extend(parents.iter().rev().copied());
        nodes.push(Node { id, parents: Vec::new(), committed, source });
        parents_of.push(parents);
    }
    for (node, parents) in nodes.iter_mut().zip(&parents_of) {
        node.parents = parents.iter().filter_map(|parent| number.get(parent).copied().flatten()).collect();
    }
    holes.sort();
    (nodes, holes)
}

/// The order of history: node numbers, and how many of them the default branch's tip reaches (they come first).
///
/// Commits of the default branch are in the order in which they landed: for each commit of the tip's first-parent line,
/// oldest first, the commits that it brought in, then itself. What one commit brought in, and what only other refs reach,
/// is ordered by committer time, then id, parents always before children. So a push only ever appends.
pub(super) fn landing_order(nodes: &[Node], tip: Option<u32>) -> (Vec<u32>, usize) {
    let mut order = Vec::with_capacity(nodes.len());
    let mut is_done = vec![false; nodes.len()];
    let mut line = Vec::new();
    let mut cursor = tip;
    while let Some(at) = cursor {
        line.push(at);
        cursor = nodes.get(at as usize).and_then(|node| node.parents.first().copied());
    }
    for &at in line.iter().rev() {
        append(nodes, &[at], &mut is_done, &mut order);
    }
    let n_default = order.len();
    let rest: Vec<u32> = (0..).zip(nodes).map(|(at, _)| at).filter(|&at: &u32| is_done.get(at as usize) == Some(&false)).collect();
    append(nodes, &rest, &mut is_done, &mut order);
    (order, n_default)
}

/// Appends what `tips` reach and is not done yet: by committer time, then id, parents first.
fn append(nodes: &[Node], tips: &[u32], is_done: &mut [bool], order: &mut Vec<u32>) {
    let is_open = |is_done: &[bool], at: u32| is_done.get(at as usize) == Some(&false);
    // The common case: a commit whose parents are all there.
    if let [tip] = tips
        && let Some(node) = nodes.get(*tip as usize)
        && !node.parents.iter().any(|&parent| is_open(is_done, parent))
    {
        if let Some(done) = is_done.get_mut(*tip as usize) {
            *done = true;
            order.push(*tip);
        }
        return;
    }
    let mut waiting: IdlessMap = IdlessMap::default();
    let mut children: std::collections::HashMap<u32, Vec<u32>, super::objects::Mixed> = std::collections::HashMap::default();
    let mut pending = tips.to_vec();
    let mut ready = BinaryHeap::new();
    let key = |at: u32| nodes.get(at as usize).map(|node| Reverse((node.committed, node.id, at)));
    while let Some(at) = pending.pop() {
        if waiting.contains_key(&at) || !is_open(is_done, at) {
            continue;
        }
        let Some(node) = nodes.get(at as usize) else { continue };
        let mut parents: Vec<u32> = node.parents.iter().copied().filter(|&parent| is_open(is_done, parent)).collect();
        parents.sort_unstable();
        parents.dedup();
        waiting.insert(at, parents.len());
        if parents.is_empty() {
            ready.extend(key(at));
        }
        for &parent in &parents {
            children.entry(parent).or_default().push(at);
        }
        pending.extend(parents);
    }
    while let Some(Reverse((_, _, at))) = ready.pop() {
        if let Some(done) = is_done.get_mut(at as usize) {
            *done = true;
        }
        order.push(at);
        for &child in children.get(&at).map(Vec::as_slice).unwrap_or_default() {
            if let Some(left) = waiting.get_mut(&child) {
                *left -= 1;
                if *left == 0 {
                    ready.extend(key(child));
                }
            }
        }
    }
}

type IdlessMap = std::collections::HashMap<u32, usize, super::objects::Mixed>;

#[cfg(test)]
mod tests {
    use super::*;

    /// Nodes from (committer time, parents), numbered from 0; ids count up.
    fn graph(rows: &[(i64, &[u32])]) -> Vec<Node> {
        rows.iter()
            .enumerate()
            .map(|(at, (committed, parents))| {
                let mut id = [0; 20];
                id[19] = u8::try_from(at).unwrap();
                Node { id: ObjectId::from_bytes_or_panic(&id), parents: parents.to_vec(), committed: *committed, source: Source::Known(0) }
            })
            .collect()
    }

    #[test]
    fn a_merge_comes_right_after_what_it_brought_in() {
        // 0 - 1 - 4(merge of 1 and 3) - 5, with 2 - 3 forked from 0 at an early time.
        let nodes = graph(&[(0, &[]), (10, &[0]), (1, &[0]), (2, &[2]), (20, &[1, 3]), (30, &[4])]);
        assert_eq!(landing_order(&nodes, Some(5)), (vec![0, 1, 2, 3, 4, 5], 6));
        // Seen from the merge's first parent, the branch is only known through another ref.
        assert_eq!(landing_order(&nodes[..4], Some(1)), (vec![0, 1, 2, 3], 2));
    }

    #[test]
    fn a_clock_that_ran_backwards_never_puts_a_child_before_its_parent() {
        let nodes = graph(&[(100, &[]), (5, &[0]), (3, &[0]), (200, &[1, 2])]);
        assert_eq!(landing_order(&nodes, Some(3)).0, [0, 1, 2, 3]);
        let only_others = landing_order(&nodes, None);
        assert_eq!((only_others.0, only_others.1), (vec![0, 2, 1, 3], 0));
    }
}
