//! Which file a change belongs to, where files move.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::ChangeKind;

pub(crate) const NONE: u32 = u32::MAX;

pub(crate) fn index(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// Paths and who holds them, while history is replayed. A path's index is its file's.
pub(crate) struct PathHolders {
    pub(crate) n_lineages: u32,
    /// File → the lineage that is at this path.
    at_path: Vec<u32>,
    /// File → the lineage that was last seen at this path, also after it moved away.
    last_at_path: Vec<u32>,
    /// Paths that several lineages held, with the instants from which on they did.
    held_again: HashMap<u32, Vec<(Timestamp, u32)>>,
    alive: Vec<bool>,
}

impl PathHolders {
    pub(crate) fn new(n_files: usize) -> Self {
        Self {
            n_lineages: 0,
            at_path: vec![NONE; n_files],
            last_at_path: vec![NONE; n_files],
            held_again: HashMap::new(),
            alive: vec![false; n_files],
        }
    }

    /// The lineage that a change belongs to. A deleted path keeps its lineage: added again, it is the same file to those who
    /// knew it.
    pub(crate) fn lineage(
        &mut self,
        kind: ChangeKind,
        file: u32,
        previous: Option<u32>,
        at: Timestamp,
    ) -> Option<u32> {
        let moved = previous.filter(|_| kind == ChangeKind::Renamed);
        let mut lineage = NONE;
        if let Some(previous) = moved {
            if let Some(slot) = self.at_path.get_mut(index(previous)) {
                lineage = std::mem::replace(slot, NONE);
            }
            if let Some(alive) = self.alive.get_mut(index(previous)) {
                *alive = false;
            }
        } else {
            lineage = *self.at_path.get(index(file))?;
        }
        if lineage == NONE {
            lineage = self.n_lineages;
            self.n_lineages = lineage.checked_add(1)?;
        }
        *self.at_path.get_mut(index(file))? = lineage;
        *self.alive.get_mut(index(file))? = kind != ChangeKind::Deleted;
        let last = self.last_at_path.get_mut(index(file))?;
        if *last != lineage {
            if *last != NONE {
                let held = self
                    .held_again
                    .entry(file)
                    .or_insert_with(|| vec![(Timestamp::MIN, *last)]);
                held.push((at, lineage));
            }
            *last = lineage;
        }
        Some(lineage)
    }

    /// Takes away what is at a path, as a merge does that keeps it out.
    pub(crate) fn remove(&mut self, file: u32) {
        if let Some(alive) = self.alive.get_mut(index(file)) {
            *alive = false;
        }
    }

    /// The lineage that moved away from a path where nothing has been since.
    pub(crate) fn moved_on(&self, file: u32) -> Option<u32> {
        let (now, last) = (
            self.at_path.get(index(file))?,
            self.last_at_path.get(index(file))?,
        );
        (*now == NONE && *last != NONE).then_some(*last)
    }

    /// The lineage that held a path at an instant; the only one that ever did, where there was one.
    pub(crate) fn held_at(&self, file: u32, at: Timestamp) -> Option<u32> {
        let last = self.last_at_path.get(index(file)).copied();
        let at_that_time = self.held_again.get(&file).and_then(|held| {
            held.iter()
                .rev()
                .find(|(since, _)| *since <= at)
                .map(|(_, lineage)| *lineage)
        });
        at_that_time.or(last).filter(|lineage| *lineage != NONE)
    }

    /// The living files with their lineages, by file index.
    pub(crate) fn living(&self) -> Vec<(u32, u32)> {
        (0_u32..)
            .zip(self.at_path.iter().zip(&self.alive))
            .filter(|(_, (lineage, alive))| **alive && **lineage != NONE)
            .map(|(file, (lineage, _))| (file, *lineage))
            .collect()
    }
}
