//! The commits that a set of tips reaches, and their order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};
use std::sync::{Condvar, Mutex, PoisonError};

use gix::ObjectId;

use super::commit::{self, Parsed};
use super::objects::{IdMap, Mixed, Packs, Reader, Unreadable};
use super::parallel::over_chunks;
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

/// What a thread found out about a commit.
struct Found {
    source: Source,
    /// Of a known commit; those of a commit just read are with what was read.
    parents: Vec<ObjectId>,
    committed: i64,
}

impl Found {
    fn parents(&self) -> &[ObjectId] {
        match &self.source {
            Source::Known(_) => &self.parents,
            Source::Read(parsed) => &parsed.parents,
        }
    }
}

/// A commit's id, and what was found out about it.
type Row = (ObjectId, Result<Found, Unreadable>);

/// What is still to be read, and what was ever asked for.
struct Frontier {
    pending: Vec<ObjectId>,
    seen: HashSet<ObjectId, Mixed>,
    /// Threads that are reading and may still find more.
    n_busy: usize,
}

/// The commits reachable from `tips`; what cannot be read is in the second list. In no order.
///
/// Parents of the commits in `boundary` (a shallow clone's edge; sorted) are not followed.
pub(super) fn reachable(
    packs: &Packs,
    tips: &[ObjectId],
    boundary: &[ObjectId],
    known: &(dyn Known + Sync),
    threads: usize,
    advance: &(dyn Fn(u64) + Sync),
) -> (Vec<Node>, Vec<Hole>) {
    let seen: HashSet<ObjectId, Mixed> = tips.iter().copied().collect();
    let pending: Vec<ObjectId> = seen.iter().copied().collect();
    let frontier = Mutex::new(Frontier {
        pending,
        seen,
        n_busy: 0,
    });
    let changed = Condvar::new();
    let found = over_chunks(
        threads,
        threads,
        || packs.reader(4 << 20),
        |reader, _| read_reachable(reader, &frontier, &changed, boundary, known, advance),
    );
    let n_found = found.iter().map(Vec::len).sum();
    let mut number: IdMap<u32> = IdMap::with_capacity_and_hasher(n_found, Mixed::default());
    let mut rows: Vec<(ObjectId, Found)> = Vec::with_capacity(n_found);
    let mut holes = Vec::new();
    for (id, found) in found.into_iter().flatten() {
        match found {
            Ok(found) => {
                number.insert(id, u32::try_from(rows.len()).unwrap_or(u32::MAX));
                rows.push((id, found));
            }
            Err(why) => holes.push((id, why)),
        }
    }
    let nodes = rows.into_iter().map(|(id, found)| {
        let parents = if boundary.binary_search(&id).is_ok() {
            &[]
        } else {
            found.parents()
        };
        let known = parents.iter().filter_map(|parent| number.get(parent));
        Node {
            id,
            parents: known.copied().collect(),
            committed: found.committed,
            source: found.source,
        }
    });
    let nodes = nodes.collect();
    holes.sort();
    (nodes, holes)
}

fn read_reachable(
    reader: &mut Reader<'_>,
    frontier: &Mutex<Frontier>,
    changed: &Condvar,
    boundary: &[ObjectId],
    known: &(dyn Known + Sync),
    advance: &(dyn Fn(u64) + Sync),
) -> Vec<Row> {
    /// Commits that a thread takes at once, so that threads seldom wait for each other.
    const BATCH: usize = 8;
    let mut found = Vec::new();
    let mut parents_found: Vec<ObjectId> = Vec::new();
    let mut batch: Vec<ObjectId> = Vec::new();
    let mut is_busy = false;
    loop {
        {
            // A thread that panicked has taken the whole run down with it.
            let mut state = frontier.lock().unwrap_or_else(PoisonError::into_inner);
            for parent in parents_found.drain(..) {
                if state.seen.insert(parent) {
                    state.pending.push(parent);
                }
            }
            state.n_busy -= usize::from(is_busy);
            while state.pending.is_empty() && state.n_busy > 0 {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.pending.is_empty() {
                changed.notify_all();
                return found;
            }
            let rest = state.pending.len().saturating_sub(BATCH);
            batch.extend(state.pending.drain(rest..).rev());
            // Where history is a line there is nothing to share: then one thread follows it, and wakes nobody.
            if !state.pending.is_empty() {
                changed.notify_one();
            }
            state.n_busy += 1;
            is_busy = true;
        }
        advance(batch.len() as u64);
        for id in batch.drain(..) {
            let row = read_commit(reader, &id, known);
            if let Ok(found) = &row
                && boundary.binary_search(&id).is_err()
            {
                parents_found.extend_from_slice(found.parents());
            }
            found.push((id, row));
        }
    }
}

fn read_commit(
    reader: &mut Reader<'_>,
    id: &ObjectId,
    known: &(dyn Known + Sync),
) -> Result<Found, Unreadable> {
    if let Some((index, parents, committed)) = known.get(id) {
        return Ok(Found {
            source: Source::Known(index),
            parents,
            committed,
        });
    }
    let object = reader.read(id)?;
    let parsed = (object.kind == gix::objs::Kind::Commit)
        .then(|| commit::parse(&object.bytes))
        .flatten();
    let parsed = parsed.ok_or(Unreadable::Corrupt)?;
    Ok(Found {
        committed: parsed.committer.seconds,
        parents: Vec::new(),
        source: Source::Read(Box::new(parsed)),
    })
}

/// The order of history: node numbers, and how many of them the default branch's tip reaches (they come first).
///
/// Commits of the default branch are in the order in which they landed: for each commit of the tip's first-parent line,
/// oldest first, the commits that it brought in, then itself. What one commit brought in, and what only other refs reach,
/// is ordered by committer time, then id, parents always before children. So a push only ever appends.
pub(super) fn landing_order(nodes: &[Node], tip: Option<u32>) -> (Vec<u32>, usize) {
    let mut landing = Landing::new(nodes);
    let mut line = Vec::new();
    let mut cursor = tip;
    while let Some(at) = cursor {
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
struct Standing {
    is_done: bool,
    is_seen: bool,
    /// Parents that are to come first.
    n_waiting: u32,
    /// The last place of its children in [`Landing::children`], or [`NONE`].
    children: u32,
}

/// No place.
const NONE: u32 = u32::MAX;

/// History put into order, commit by commit.
struct Landing<'a> {
    nodes: &'a [Node],
    order: Vec<u32>,
    standing: Vec<Standing>,
    /// A child, and the place of the next child of the same parent.
    children: Vec<(u32, u32)>,
    pending: Vec<u32>,
    parents: Vec<u32>,
    ready: BinaryHeap<Reverse<(i64, ObjectId, u32)>>,
}

impl<'a> Landing<'a> {
    fn new(nodes: &'a [Node]) -> Self {
        let new = Standing {
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
