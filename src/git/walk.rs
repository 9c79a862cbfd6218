//! The commits that a set of tips reaches, and their order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
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

/// What a thread found out about a commit: its source, parents and committer time.
type Found = (ObjectId, Result<(Source, Vec<ObjectId>, i64), Unreadable>);

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
    let mut nodes: Vec<Node> = Vec::new();
    let mut number: IdMap<Option<u32>> = IdMap::default();
    let mut parents_of: Vec<Vec<ObjectId>> = Vec::new();
    let mut holes = Vec::new();
    for (id, found) in found.into_iter().flatten() {
        match found {
            Ok((source, parents, committed)) => {
                number.insert(id, u32::try_from(nodes.len()).ok());
                nodes.push(Node {
                    id,
                    parents: Vec::new(),
                    committed,
                    source,
                });
                parents_of.push(parents);
            }
            Err(why) => holes.push((id, why)),
        }
    }
    for (node, parents) in nodes.iter_mut().zip(&parents_of) {
        node.parents = parents
            .iter()
            .filter_map(|parent| number.get(parent).copied().flatten())
            .collect();
    }
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
) -> Vec<Found> {
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
            changed.notify_all();
            while state.pending.is_empty() && state.n_busy > 0 {
                state = changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if state.pending.is_empty() {
                return found;
            }
            let rest = state.pending.len().saturating_sub(BATCH);
            batch.extend(state.pending.drain(rest..).rev());
            state.n_busy += 1;
            is_busy = true;
        }
        advance(batch.len() as u64);
        for id in batch.drain(..) {
            let row = read_commit(reader, &id, known);
            if let Ok((_, parents, _)) = &row
                && boundary.binary_search(&id).is_err()
            {
                parents_found.extend_from_slice(parents);
            }
            let row = row.map(|(source, parents, committed)| {
                let parents = if boundary.binary_search(&id).is_ok() {
                    Vec::new()
                } else {
                    parents
                };
                (source, parents, committed)
            });
            found.push((id, row));
        }
    }
}

fn read_commit(
    reader: &mut Reader<'_>,
    id: &ObjectId,
    known: &(dyn Known + Sync),
) -> Result<(Source, Vec<ObjectId>, i64), Unreadable> {
    if let Some((index, parents, committed)) = known.get(id) {
        return Ok((Source::Known(index), parents, committed));
    }
    let object = reader.read(id)?;
    let parsed = (object.kind == gix::objs::Kind::Commit)
        .then(|| commit::parse(&object.bytes))
        .flatten();
    let parsed = parsed.ok_or(Unreadable::Corrupt)?;
    let (parents, committed) = (parsed.parents.clone(), parsed.committer.seconds);
    Ok((Source::Read(Box::new(parsed)), parents, committed))
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
        cursor = nodes
            .get(at as usize)
            .and_then(|node| node.parents.first().copied());
    }
    for &at in line.iter().rev() {
        append(nodes, &[at], &mut is_done, &mut order);
    }
    let n_default = order.len();
    let rest: Vec<u32> = (0..)
        .zip(nodes)
        .map(|(at, _)| at)
        .filter(|&at: &u32| is_done.get(at as usize) == Some(&false))
        .collect();
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
    let mut waiting: HashMap<u32, usize, Mixed> = HashMap::default();
    let mut children: HashMap<u32, Vec<u32>, Mixed> = HashMap::default();
    let mut pending = tips.to_vec();
    let mut ready = BinaryHeap::new();
    let key = |at: u32| {
        nodes
            .get(at as usize)
            .map(|node| Reverse((node.committed, node.id, at)))
    };
    while let Some(at) = pending.pop() {
        if waiting.contains_key(&at) || !is_open(is_done, at) {
            continue;
        }
        let Some(node) = nodes.get(at as usize) else {
            continue;
        };
        let mut parents: Vec<u32> = node
            .parents
            .iter()
            .copied()
            .filter(|&parent| is_open(is_done, parent))
            .collect();
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
