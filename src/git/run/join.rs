//! Old and new facts put together: in landing order, with numbers by first sight, as a full run would have made them.

mod numbers;

use std::ops::Range;

use crate::domain::CommitId;

use self::numbers::Numbers;
use super::interner::Interner;
use crate::git::graph::landing::places;
use crate::git::graph::walk::{Node, Source};
use crate::git::lineage::survival::Version;
use crate::git::objects::hash::Mixed;
use crate::git::objects::id::commit_id;
use crate::git::parallel::joined;
use crate::git::state::log::{
    Log, LogChange, LogCommit, LogGap, LogLife, LogMerge, LogOwnership, LogTaken, LogVersion, NONE,
};

/// A commit read in this run.
pub(super) struct New {
    /// In landing order.
    pub(super) place: u32,
    pub(super) commit: LogCommit,
    /// Its changes among the new ones.
    pub(super) changes: Range<usize>,
}

/// What a run has gathered. Numbers of signatures, paths and contents are those of the interners.
pub(super) struct Parts {
    /// The earlier run's facts; what the interners were seeded with is taken out.
    pub(super) old: Log,
    /// By place.
    pub(super) new: Vec<New>,
    pub(super) n_default: usize,
    pub(super) signatures: Interner<(String, String)>,
    pub(super) paths: Interner<Vec<u8>>,
    pub(super) blobs: Interner<CommitId, Mixed>,
    pub(super) changes: Vec<LogChange>,
    pub(super) merges: Vec<LogMerge>,
    pub(super) taken: Vec<LogTaken>,
    /// Snapshot, path, owner, lines.
    pub(super) rows: Vec<(u32, u32, u32, u32)>,
    /// What the new steps did, by step and birth.
    pub(super) lives: Vec<LogLife>,
    /// Path, content, version, whether it is in the tip.
    pub(super) versions: Vec<(u32, u32, Version, bool)>,
}

/// New numbers.
struct Renumbered {
    signatures: Numbers,
    paths: Numbers,
    blobs: Numbers,
}

impl Renumbered {
    fn renumber(&mut self, merges: &mut [LogMerge], taken: &mut [LogTaken]) {
        for row in taken {
            row.path = self.paths.of(row.path);
        }
        for merge in merges {
            merge.path = self.paths.of(merge.path);
            merge.after = self.blobs.of(merge.after);
            for parent in &mut merge.parents {
                parent.path = self.paths.of(parent.path);
                parent.blob = self.blobs.of(parent.blob);
            }
        }
    }

    /// Gives numbers to owners that no commit named, in the order of the rows.
    fn sign(&mut self, known: &[LogOwnership], new: &[LogOwnership]) {
        if !self.signatures.new.contains(&NONE) {
            return;
        }
        for row in known.iter().chain(new) {
            self.signatures.of(row.owner);
        }
    }

    /// By quarter, path, owner. What is known keeps its order unless a number changed; what is new comes after it.
    fn ownership(
        &self,
        mut known: Vec<LogOwnership>,
        mut new: Vec<LogOwnership>,
    ) -> Vec<LogOwnership> {
        let renumber = |rows: &mut [LogOwnership]| {
            for row in rows {
                row.path = self.paths.known(row.path);
                row.owner = self.signatures.known(row.owner);
            }
        };
        if !(self.paths.is_as_before() && self.signatures.is_as_before()) {
            renumber(&mut known);
            if !known.is_sorted() {
                known.sort_unstable();
            }
            renumber(&mut new);
        }
        new.sort_unstable();
        known.append(&mut new);
        known
    }

    /// By path and maker.
    fn versions(
        &self,
        versions: Vec<(u32, u32, Version, bool)>,
        ids: &[CommitId],
    ) -> Vec<LogVersion> {
        let renumbered = |(path, blob, version, is_in_tip): (u32, u32, Version, bool)| LogVersion {
            path: self.paths.known(path),
            blob: self.blobs.known(blob),
            made_by: version.made_by,
            used_by: version.used_by,
            is_in_tip,
            runs: version.runs.0,
        };
        let mut versions: Vec<LogVersion> = versions.into_iter().map(renumbered).collect();
        versions.sort_by_key(|version| {
            (
                version.path,
                version.made_by,
                ids.get(version.blob as usize),
            )
        });
        versions
    }
}

impl Parts {
    /// The log of everything.
    pub(super) fn join(
        self,
        nodes: &[Node],
        order: &[u32],
        quarters: Vec<(i64, u32)>,
        mut gaps: Vec<LogGap>,
    ) -> Log {
        let Self {
            old,
            new,
            n_default,
            signatures,
            paths,
            blobs,
            changes,
            merges,
            taken,
            rows,
            lives,
            versions,
        } = self;
        let mut numbers = Renumbered {
            signatures: Numbers::new(signatures.len()),
            paths: Numbers::new(paths.len()),
            blobs: Numbers::new(blobs.len()),
        };
        let mut log = Log {
            n_default: u32::try_from(n_default).unwrap_or(NONE),
            quarters,
            ..Log::default()
        };
        let place_of_old = commits(
            &mut log,
            &mut numbers,
            (old.commits, &old.changes),
            (new, &changes),
            nodes,
            order,
        );
        log.parents = parent_places(&log.commits, nodes, order);
        // Merges of the default branch keep their places: what is new comes after what is known.
        let place_now = |commit: u32| place_of_old.get(commit as usize).copied().unwrap_or(NONE);
        let known_merges = old.merges.into_iter().map(|merge| LogMerge {
            commit: place_now(merge.commit),
            ..merge
        });
        log.merges = known_merges.chain(merges).collect();
        let known_taken = old.taken.into_iter().map(|row| LogTaken {
            commit: place_now(row.commit),
            ..row
        });
        log.taken = known_taken.chain(taken).collect();
        // Paths and contents that no change names get their numbers in an order that does not depend on the run.
        let unseen = log
            .merges
            .iter()
            .map(|merge| merge.path)
            .chain(log.taken.iter().map(|row| row.path))
            .chain(versions.iter().map(|version| version.0));
        let unseen = unseen
            .chain(rows.iter().map(|row| row.1))
            .chain(old.ownership.iter().map(|row| row.path));
        numbers.paths.add_unseen(unseen, &paths);
        numbers.renumber(&mut log.merges, &mut log.taken);
        numbers
            .blobs
            .add_unseen(versions.iter().map(|version| version.1), &blobs);
        log.blobs = numbers.blobs.reorder(blobs.into_values());
        let n_old_quarters = u32::try_from(old.quarters.len()).unwrap_or(NONE);
        let new_rows: Vec<LogOwnership> = rows
            .into_iter()
            .map(|(snapshot, path, owner, lines)| LogOwnership {
                quarter: n_old_quarters + snapshot,
                path,
                owner,
                lines,
            })
            .collect();
        // Births and steps are numbered as before: a push only adds to both.
        log.lives = old.lives;
        log.lives.extend(lives);
        let mut known_rows = old.ownership;
        known_rows.truncate(known_rows.partition_point(|row| row.quarter < n_old_quarters));
        numbers.sign(&known_rows, &new_rows);
        (log.ownership, log.versions) = std::thread::scope(|scope| {
            let ownership = scope.spawn(|| numbers.ownership(known_rows, new_rows));
            let versions = numbers.versions(versions, &log.blobs);
            (joined(ownership), versions)
        });
        log.signatures = numbers.signatures.reorder(signatures.into_values());
        log.paths = numbers.paths.reorder(paths.into_values());
        gaps.sort();
        gaps.dedup();
        log.gaps = gaps;
        log
    }
}

/// Fills in commits and changes; returns the new places of the old commits.
fn commits(
    log: &mut Log,
    numbers: &mut Renumbered,
    (old_commits, old_changes): (Vec<LogCommit>, &[LogChange]),
    (new, new_changes): (Vec<New>, &[LogChange]),
    nodes: &[Node],
    order: &[u32],
) -> Vec<u32> {
    let mut old_ranges: Vec<Range<usize>> = vec![0..0; old_commits.len()];
    for (at, change) in old_changes.iter().enumerate() {
        if let Some(range) = old_ranges.get_mut(change.commit as usize) {
            *range = if range.end == 0 {
                at..at + 1
            } else {
                range.start..at + 1
            };
        }
    }
    let mut place_of_old = vec![NONE; old_commits.len()];
    let known = |at: u32| match nodes.get(at as usize).map(|node| &node.source) {
        Some(Source::Known(known)) => Some(*known as usize),
        _ => None,
    };
    // By place: the changes of the commit.
    let mut ranges: Vec<&[LogChange]> = Vec::with_capacity(order.len());
    let mut fresh = new.iter().peekable();
    for (place, &at) in (0..).zip(order) {
        let changes = if let Some(new) = fresh.next_if(|new| new.place == place) {
            new_changes.get(new.changes.clone())
        } else {
            known(at).and_then(|known| {
                *place_of_old.get_mut(known)? = place;
                old_changes.get(old_ranges.get(known)?.clone())
            })
        };
        ranges.push(changes.unwrap_or_default());
    }
    let Renumbered {
        signatures,
        paths,
        blobs,
    } = numbers;
    std::thread::scope(|scope| {
        let changes = scope.spawn(|| changes(&ranges, paths, blobs));
        let mut old_commits: Vec<Option<LogCommit>> = old_commits.into_iter().map(Some).collect();
        let mut new = new.into_iter().peekable();
        log.commits.reserve_exact(order.len());
        for (place, &at) in (0..).zip(order) {
            let commit = match new.next_if(|new| new.place == place) {
                Some(new) => Some(new.commit),
                None => known(at).and_then(|known| old_commits.get_mut(known)?.take()),
            };
            log.commits
                .extend(commit.map(|commit| renumbered(commit, signatures)));
        }
        log.changes = joined(changes);
    });
    place_of_old
}

/// The places of the commits' parents, one commit's after the other's.
fn parent_places(commits: &[LogCommit], nodes: &[Node], order: &[u32]) -> Vec<u32> {
    let place_of = places(nodes.len(), order);
    let mut places = Vec::with_capacity(commits.len());
    for (commit, &at) in commits.iter().zip(order) {
        let parents = nodes.get(at as usize).map(|node| node.parents.as_slice());
        let mut parents = parents.unwrap_or_default().iter().peekable();
        // Parents that are not in the graph are left out of the node's, which are in order otherwise.
        places.extend(commit.parents.iter().map(|id| {
            let is_it = |at: &&u32| {
                let node = nodes.get(**at as usize);
                node.and_then(|node| commit_id(&node.id)) == Some(*id)
            };
            let at = parents.next_if(is_it);
            at.and_then(|&at| place_of.get(at as usize))
                .copied()
                .unwrap_or(NONE)
        }));
    }
    places
}

fn renumbered(mut commit: LogCommit, signatures: &mut Numbers) -> LogCommit {
    commit.author = signatures.of(commit.author);
    commit.committer = signatures.of(commit.committer);
    for person in &mut commit.co_authors {
        *person = signatures.of(*person);
    }
    commit.gaps.sort();
    commit.gaps.dedup();
    commit
}

/// Changes by place, with their new numbers.
fn changes(by_place: &[&[LogChange]], paths: &mut Numbers, blobs: &mut Numbers) -> Vec<LogChange> {
    let mut changes = Vec::with_capacity(by_place.iter().map(|changes| changes.len()).sum());
    for (commit, of_commit) in (0..).zip(by_place) {
        changes.extend(of_commit.iter().map(|change| {
            let previous = paths.of(change.previous);
            let path = paths.of(change.path);
            let (before, after) = (blobs.of(change.before), blobs.of(change.after));
            LogChange {
                commit,
                path,
                previous,
                before,
                after,
                ..*change
            }
        }));
    }
    changes
}
