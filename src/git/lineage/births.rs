//! Where lines come from: what one commit of the default branch wrote in one file is born together, and has one number.
//!
//! Numbers follow the order of history, so that a push only adds to them: who wrote a line, and when, is looked up by its birth.

use crate::git::state::log::{Log, NONE};

/// The births of a log. What makes a version of a file is a change (by its number) or a merge (by its number after the changes).
#[derive(Debug, Default)]
pub(in crate::git) struct Births {
    /// By birth: what made it.
    makers: Vec<u32>,
    /// By what makes versions: its birth, or [`NONE`].
    of_makers: Vec<u32>,
}

impl Births {
    /// Of a log: of its changes by commits with one parent or none, and of the files that its merges left unlike every parent's.
    pub(in crate::git) fn of(log: &Log) -> Self {
        let n_changes = u32::try_from(log.changes.len()).unwrap_or(NONE);
        let mut births = Self {
            makers: Vec::with_capacity(log.changes.len() + log.merges.len()),
            of_makers: vec![NONE; log.changes.len() + log.merges.len()],
        };
        let mut merges = (n_changes..).zip(&log.merges).peekable();
        for (at, change) in (0..n_changes).zip(&log.changes) {
            while let Some((at, _)) = merges.next_if(|(_, merge)| merge.commit < change.commit) {
                births.add(at);
            }
            let commit = log.commits.get(change.commit as usize);
            let is_merge = commit.is_none_or(|commit| commit.parents.len() > 1);
            if change.commit < log.n_default && !is_merge {
                births.add(at);
            }
        }
        for (at, _) in merges {
            births.add(at);
        }
        births
    }

    fn add(&mut self, maker: u32) {
        let number = u32::try_from(self.makers.len()).unwrap_or(NONE);
        if let Some(slot) = self.of_makers.get_mut(maker as usize) {
            *slot = number;
        }
        self.makers.push(maker);
    }

    /// The birth of what a change or merge wrote; [`NONE`] where it wrote nothing of its own.
    pub(in crate::git) fn of_maker(&self, maker: u32) -> u32 {
        self.of_makers.get(maker as usize).copied().unwrap_or(NONE)
    }

    /// What made a birth: the number of a change, or that of a merge after the changes.
    pub(in crate::git) fn maker(&self, birth: u32) -> Option<u32> {
        self.makers.get(birth as usize).copied()
    }

    /// By birth: the author's number.
    pub(in crate::git) fn authors(&self, log: &Log) -> Vec<u32> {
        let author = |&maker: &u32| {
            let commit = log.commit_of_maker(maker)?;
            Some(log.commits.get(commit as usize)?.author)
        };
        let authors = self.makers.iter();
        authors.map(|maker| author(maker).unwrap_or(NONE)).collect()
    }
}
