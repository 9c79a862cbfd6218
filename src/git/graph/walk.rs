//! The commits that a set of tips reaches.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, PoisonError};

use gix::ObjectId;

use super::known::{Known, Reached};
use crate::domain::CommitId;
use crate::git::objects::commit::{self, Parsed};
use crate::git::objects::hash::{IdMap, Mixed};
use crate::git::objects::id::object_id;
use crate::git::objects::object::Unreadable;
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::Hole;
use crate::git::parallel::over_chunks;
use crate::git::state::log::NONE;

/// Where a commit's facts are.
#[derive(Debug)]
pub(in crate::git) enum Source {
    /// In the facts of an earlier run, at this index.
    Known(u32),
    /// Just read.
    Read(Box<Parsed>),
}

/// A commit of the graph.
#[derive(Debug)]
pub(in crate::git) struct Node {
    /// Its id.
    pub(in crate::git) id: ObjectId,
    /// Parents in the graph by node number, in order; those that cannot be read are left out.
    pub(in crate::git) parents: Vec<u32>,
    /// Committer time in seconds.
    pub(in crate::git) committed: i64,
    /// Its facts.
    pub(in crate::git) source: Source,
}

/// A commit's id, and what was read of it.
type Row = (ObjectId, Result<Box<Parsed>, Unreadable>);

/// What is still to be read, and what was ever asked for.
#[derive(Default)]
struct Frontier {
    pending: Vec<ObjectId>,
    seen: HashSet<ObjectId, Mixed>,
    /// Threads that are reading and may still find more.
    n_busy: usize,
    /// Places of known commits that were come upon.
    known: Vec<u32>,
}

impl Frontier {
    fn ask(&mut self, id: ObjectId) {
        if self.seen.insert(id) {
            self.pending.push(id);
        }
    }
}

/// The commits reachable from `tips`; what cannot be read is in the second list. In no order, but that what is known comes
/// first, by place.
///
/// Parents of the commits in `boundary` (a shallow clone's edge; sorted) are not followed.
pub(in crate::git) fn reachable(
    packs: &Packs,
    tips: &[ObjectId],
    boundary: &[ObjectId],
    known: &Known<'_>,
    threads: usize,
    advance: &(dyn Fn(u64) + Sync),
) -> (Vec<Node>, Vec<Hole>) {
    let mut reached = Reached::new(known, boundary);
    let mut rows: Vec<(ObjectId, Box<Parsed>)> = Vec::new();
    let mut holes: Vec<Hole> = Vec::new();
    let mut frontier = Frontier::default();
    let mut asked: Vec<ObjectId> = tips.to_vec();
    loop {
        let mut places = Vec::new();
        for id in asked {
            match known.place(&id) {
                Some(place) => places.push(place),
                None => frontier.ask(id),
            }
        }
        places.append(&mut frontier.known);
        for id in reached.reach(places) {
            frontier.ask(id);
        }
        asked = Vec::new();
        if frontier.pending.is_empty() {
            break;
        }
        let shared = Mutex::new(frontier);
        let changed = Condvar::new();
        let found = over_chunks(
            threads,
            threads,
            || packs.reader(4 << 20),
            |reader, _| read_reachable(reader, &shared, &changed, boundary, known, advance),
        );
        for (id, row) in found.into_iter().flatten() {
            match row {
                Ok(parsed) => rows.push((id, parsed)),
                Err(why) => holes.push((id, why)),
            }
        }
        frontier = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    }
    holes.sort();
    (nodes(known, &reached, rows, boundary), holes)
}

/// The graph of what is known and reached, and what was read.
fn nodes(
    known: &Known<'_>,
    reached: &Reached<'_>,
    rows: Vec<(ObjectId, Box<Parsed>)>,
    boundary: &[ObjectId],
) -> Vec<Node> {
    let mut number_of_place = vec![NONE; known.log.commits.len()];
    let mut n: u32 = 0;
    for (number, _) in number_of_place
        .iter_mut()
        .zip(&reached.seen)
        .filter(|(_, seen)| **seen)
    {
        *number = n;
        n += 1;
    }
    let mut number: IdMap<u32> = IdMap::with_capacity_and_hasher(rows.len(), Mixed::default());
    number.extend(rows.iter().map(|(id, _)| *id).zip(n..));
    let of_place = |place: u32| {
        number_of_place
            .get(place as usize)
            .copied()
            .filter(|&at| at != NONE)
    };
    let number_of = |id: &ObjectId| {
        let read = number.get(id).copied();
        read.or_else(|| of_place(known.place(id)?))
    };
    let mut nodes = Vec::with_capacity(reached.n + rows.len());
    for (place, commit) in (0..).zip(&known.log.commits) {
        let Some(id) = of_place(place).and_then(|_| object_id(&commit.id)) else {
            continue;
        };
        let parents = if reached.is_edge(place) {
            Vec::new()
        } else {
            let parent = |(id, parent): (&CommitId, u32)| match parent {
                NONE => number.get(&object_id(id)?).copied(),
                parent => of_place(parent),
            };
            known.parents(place).filter_map(parent).collect()
        };
        nodes.push(Node {
            id,
            parents,
            committed: commit.committed,
            source: Source::Known(place),
        });
    }
    for (id, parsed) in rows {
        let parents: &[ObjectId] = if boundary.binary_search(&id).is_ok() {
            &[]
        } else {
            &parsed.parents
        };
        nodes.push(Node {
            id,
            parents: parents.iter().filter_map(number_of).collect(),
            committed: parsed.committer.seconds,
            source: Source::Read(parsed),
        });
    }
    nodes
}

fn read_reachable(
    reader: &mut Reader<'_>,
    frontier: &Mutex<Frontier>,
    changed: &Condvar,
    boundary: &[ObjectId],
    known: &Known<'_>,
    advance: &(dyn Fn(u64) + Sync),
) -> Vec<Row> {
    /// Commits that a thread takes at once, so that threads seldom wait for each other.
    const BATCH: usize = 8;
    let mut found = Vec::new();
    let mut parents_found: Vec<ObjectId> = Vec::new();
    let mut places_found: Vec<u32> = Vec::new();
    let mut batch: Vec<ObjectId> = Vec::new();
    let mut is_busy = false;
    loop {
        {
            // A thread that panicked has taken the whole run down with it.
            let mut state = frontier.lock().unwrap_or_else(PoisonError::into_inner);
            for parent in parents_found.drain(..) {
                state.ask(parent);
            }
            state.known.append(&mut places_found);
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
            let row = read_commit(reader, &id);
            if let Ok(parsed) = &row
                && boundary.binary_search(&id).is_err()
            {
                for parent in &parsed.parents {
                    match known.place(parent) {
                        Some(place) => places_found.push(place),
                        None => parents_found.push(*parent),
                    }
                }
            }
            found.push((id, row));
        }
    }
}

fn read_commit(reader: &mut Reader<'_>, id: &ObjectId) -> Result<Box<Parsed>, Unreadable> {
    let object = reader.read(id)?;
    let parsed = (object.kind == gix::objs::Kind::Commit)
        .then(|| commit::parse(&object.bytes))
        .flatten();
    Ok(Box::new(parsed.ok_or(Unreadable::Corrupt)?))
}
