//! The order of history: that in which commits landed on the default branch.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use gix::ObjectId;

use super::walk::{Node, Source};
use crate::git::state::log::NONE;

/// The order of history: node numbers, and how many of them the default branch's tip reaches (they come first).
///
/// Commits of the default branch are in the order in which they landed: for each commit of the tip's first-parent line,
/// oldest first, the commits that it brought in, then itself. What one commit brought in, and what only other refs reach,
/// is ordered by committer time, then id, parents always before children. So a push only ever appends.
///
/// What landed up to an earlier tip needs no second look where that tip is on the first-parent line: the first `n_landed`
/// nodes are it, in order.
pub(in crate::git) fn landing_order(
    nodes: &[Node],
    tip: Option<u32>,
    n_landed: usize,
) -> (Vec<u32>, usize) {
    let mut landing = Landing::new(nodes);
    let mut line = Vec::new();
    let mut cursor = tip;
    let landed = u32::try_from(n_landed).unwrap_or(NONE);
    while let Some(at) = cursor {
        if at.checked_add(1) == Some(landed) {
            (0..landed).for_each(|at| landing.done(at));
            break;
        }
        line.push(at);
        cursor = nodes
            .get(at as usize)
            .and_then(|node| node.parents.first().copied());
    }
    for &at in line.iter().rev() {
        landing.append(&[at]);
    }
    let n_default = landing.order.len();
    let rest: Vec<u32> = (0..)
        .zip(nodes)
        .map(|(at, _)| at)
        .filter(|&at: &u32| landing.is_open(at))
        .collect();
    landing.append(&rest);
    (landing.order, n_default)
}

/// How a node stands while history is ordered.
#[derive(Clone, Copy)]
struct NodeState {
    is_done: bool,
    is_seen: bool,
    /// Parents that are to come first.
    n_waiting: u32,
    /// The last place of its children in [`Landing::children`], or [`NONE`].
    children: u32,
}

/// History put into order, commit by commit.
struct Landing<'a> {
    nodes: &'a [Node],
    order: Vec<u32>,
    standing: Vec<NodeState>,
    /// A child, and the place of the next child of the same parent.
    children: Vec<(u32, u32)>,
    pending: Vec<u32>,
    parents: Vec<u32>,
    ready: BinaryHeap<Reverse<(i64, ObjectId, u32)>>,
}

impl<'a> Landing<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        let new = NodeState {
            is_done: false,
            is_seen: false,
            n_waiting: 0,
            children: NONE,
        };
        Self {
            nodes,
            order: Vec::with_capacity(nodes.len()),
            standing: vec![new; nodes.len()],
            children: Vec::new(),
            pending: Vec::new(),
            parents: Vec::new(),
            ready: BinaryHeap::new(),
        }
    }

    fn is_open(&self, at: u32) -> bool {
        let standing = self.standing.get(at as usize);
        standing.is_some_and(|standing| !standing.is_done)
    }

    fn done(&mut self, at: u32) {
        if let Some(standing) = self.standing.get_mut(at as usize) {
            standing.is_done = true;
            self.order.push(at);
        }
    }

    fn ready(&mut self, at: u32) {
        if let Some(node) = self.nodes.get(at as usize) {
            self.ready.push(Reverse((node.committed, node.id, at)));
        }
    }

    /// Appends what `tips` reach and is not done yet: by committer time, then id, parents first.
    fn append(&mut self, tips: &[u32]) {
        // The common case: a commit whose parents are all there.
        if let [tip] = tips
            && let Some(node) = self.nodes.get(*tip as usize)
            && !node.parents.iter().any(|&parent| self.is_open(parent))
        {
            return self.done(*tip);
        }
        self.children.clear();
        self.pending.extend_from_slice(tips);
        while let Some(at) = self.pending.pop() {
            self.wait(at);
        }
        while let Some(Reverse((_, _, at))) = self.ready.pop() {
            self.done(at);
            let standing = self.standing.get(at as usize);
            let mut next = standing.map_or(NONE, |standing| standing.children);
            while let Some(&(child, after)) = self.children.get(next as usize) {
                next = after;
                if let Some(standing) = self.standing.get_mut(child as usize) {
                    standing.n_waiting -= 1;
                    if standing.n_waiting == 0 {
                        self.ready(child);
                    }
                }
            }
        }
    }

    /// Lets a commit wait for its parents.
    fn wait(&mut self, at: u32) {
        let Some(node) = self.nodes.get(at as usize) else {
            return;
        };
        match self.standing.get_mut(at as usize) {
            Some(standing) if !standing.is_seen && !standing.is_done => standing.is_seen = true,
            _ => return,
        }
        let mut parents = std::mem::take(&mut self.parents);
        parents.clear();
        parents.extend(node.parents.iter().filter(|&&parent| self.is_open(parent)));
        parents.sort_unstable();
        parents.dedup();
        if parents.is_empty() {
            self.ready(at);
        }
        if let Some(standing) = self.standing.get_mut(at as usize) {
            standing.n_waiting = u32::try_from(parents.len()).unwrap_or(NONE);
        }
        for &parent in &parents {
            let place = u32::try_from(self.children.len()).unwrap_or(NONE);
            if let Some(standing) = self.standing.get_mut(parent as usize) {
                self.children.push((at, standing.children));
                standing.children = place;
            }
        }
        self.pending.extend_from_slice(&parents);
        self.parents = parents;
    }
}

/// How many nodes at the beginning are what had landed before, in order: all or none.
///
/// Known nodes come first, by place. None, where one is not reached any more, or where an object that was missing is there now,
/// so that more had landed than was known.
pub(in crate::git) fn n_landed(nodes: &[Node], n_default: u32) -> usize {
    let landed = nodes.get(..n_default as usize).unwrap_or_default();
    let is_last = |node: &Node| matches!(node.source, Source::Known(at) if at.checked_add(1) == Some(n_default));
    let is_closed = |node: &Node| node.parents.iter().all(|&parent| parent < n_default);
    if landed.last().is_some_and(is_last) && landed.iter().all(is_closed) {
        landed.len()
    } else {
        0
    }
}

/// By node number: its place in an order of nodes, or [`NONE`].
pub(in crate::git) fn places(n_nodes: usize, order: &[u32]) -> Vec<u32> {
    let mut place_of = vec![NONE; n_nodes];
    for (place, &at) in (0..).zip(order) {
        if let Some(slot) = place_of.get_mut(at as usize) {
            *slot = place;
        }
    }
    place_of
}

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
                Node {
                    id: ObjectId::from_bytes_or_panic(&id),
                    parents: parents.to_vec(),
                    committed: *committed,
                    source: Source::Known(0),
                }
            })
            .collect()
    }

    #[test]
    fn a_merge_comes_right_after_what_it_brought_in() {
        // 0 - 1 - 4(merge of 1 and 3) - 5, with 2 - 3 forked from 0 at an early time.
        let nodes = graph(&[
            (0, &[]),
            (10, &[0]),
            (1, &[0]),
            (2, &[2]),
            (20, &[1, 3]),
            (30, &[4]),
        ]);
        assert_eq!(
            landing_order(&nodes, Some(5), 0),
            (vec![0, 1, 2, 3, 4, 5], 6)
        );
        // Seen from the merge's first parent, the branch is only known through another ref.
        assert_eq!(
            landing_order(&nodes[..4], Some(1), 0),
            (vec![0, 1, 2, 3], 2)
        );
    }

    #[test]
    fn a_clock_that_ran_backwards_never_puts_a_child_before_its_parent() {
        let nodes = graph(&[(100, &[]), (5, &[0]), (3, &[0]), (200, &[1, 2])]);
        assert_eq!(landing_order(&nodes, Some(3), 0).0, [0, 1, 2, 3]);
        let only_others = landing_order(&nodes, None, 0);
        assert_eq!((only_others.0, only_others.1), (vec![0, 2, 1, 3], 0));
    }

    #[test]
    fn what_landed_before_keeps_its_order_unless_the_line_left_it() {
        let rows: &[(i64, &[u32])] = &[
            (0, &[]),
            (10, &[0]),
            (1, &[0]),
            (20, &[1, 2]),
            (5, &[0]),
            (30, &[3, 4]),
        ];
        // Node numbers of what is known are its places: the merge landed after both of its parents.
        let nodes = graph(rows);
        let whole = landing_order(&nodes, Some(5), 0);
        assert_eq!(whole, (vec![0, 1, 2, 3, 4, 5], 6));
        assert_eq!(landing_order(&nodes, Some(5), 4), whole);
        // From another tip the earlier one is not on the line, and nothing is taken over.
        assert_eq!(
            landing_order(&nodes, Some(4), 4),
            (vec![0, 4, 2, 1, 3, 5], 2)
        );
    }
}
