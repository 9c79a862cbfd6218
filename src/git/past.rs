//! Owners of versions that an earlier run saw and did not keep: made again from the nearest kept version before them.

use std::collections::HashMap;
use std::sync::OnceLock;

use gix::ObjectId;

use crate::domain::CommitId;

use super::engine::{commit_id, object_id};
use super::interner::Interner;
use super::lines::{LineDiffer, count_lines};
use super::log::{Log, LogChange, NONE};
use super::objects::{Mixed, Reader, Unreadable};
use super::survival::Runs;
use super::text::{Textness, text};
use super::tree::{Mode, Side};
use super::versions::Version;

/// What an earlier run saw, looked up by version.
pub(super) struct Past<'a> {
    log: &'a Log,
    blobs: &'a Interner<CommitId, Mixed>,
    ignored: &'a [ObjectId],
    /// By path: how its files are compared.
    text: &'a [Textness],
    index: OnceLock<Index>,
}

/// A version: path and content, by number.
type Key = (u32, u32);

struct Index {
    /// By version, then in order: places among the changes (or, from `n_changes` on, among the merges) that made it.
    makers: Vec<(Key, u32)>,
    /// By version: places among the kept ones.
    kept: Vec<(Key, u32)>,
}

/// The rows of a key, in order.
fn rows(sorted: &[(Key, u32)], key: Key) -> &[(Key, u32)] {
    let start = sorted.partition_point(|row| row.0 < key);
    let rest = sorted.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|row| row.0 == key))
        .unwrap_or_default()
}

/// Where a version's owners come from.
#[derive(Debug, Clone, Copy)]
enum Origin {
    /// A kept version, by its place.
    Kept(u32),
    /// The change or merge that made it.
    Maker(u32),
}

/// What a version was made from.
struct Base {
    side: Side,
    textness: Textness,
    /// Where the owners of its lines come from; `None` where it is no file.
    origin: Option<Origin>,
}

/// Owners that were made again, by the change or merge that made the version: shared by the lookups of one family.
pub(super) type Memo = HashMap<u32, Runs>;

impl<'a> Past<'a> {
    /// Of an earlier run's facts; `blobs` numbers its contents as it does, and `ignored` are the revisions of
    /// `.git-blame-ignore-revs`, sorted; `text` says by path how its files are compared.
    pub(super) fn new(
        log: &'a Log,
        blobs: &'a Interner<CommitId, Mixed>,
        ignored: &'a [ObjectId],
        text: &'a [Textness],
    ) -> Self {
        Self {
            log,
            blobs,
            ignored,
            text,
            index: OnceLock::new(),
        }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let n_default = self.log.n_default;
            let changes = self.log.changes.iter().zip(0..);
            let n_changes = u32::try_from(self.log.changes.len()).unwrap_or(NONE);
            let is_merge = |change: &LogChange| {
                let commit = self.log.commits.get(change.commit as usize);
                commit.is_some_and(|commit| commit.parents.len() > 1)
            };
            let by_changes = changes
                .filter(|(change, _)| {
                    change.after != NONE && change.commit < n_default && !is_merge(change)
                })
                .map(|(change, at)| ((change.path, change.after), at));
            let by_merges = self.log.merges.iter().zip(n_changes..);
            let mut makers: Vec<(Key, u32)> = by_changes
                .chain(by_merges.map(|(merge, at)| ((merge.path, merge.after), at)))
                .collect();
            makers.sort_unstable();
            let kept = self.log.versions.iter().zip(0..);
            let mut kept: Vec<(Key, u32)> = kept
                .map(|(version, at)| ((version.path, version.blob), at))
                .collect();
            kept.sort_unstable();
            Index { makers, kept }
        })
    }

    /// The newest version of a path with some content that was made before a commit; `None` if there is none, or if one on
    /// the way to it cannot be read.
    pub(super) fn version(
        &self,
        path: u32,
        blob: &ObjectId,
        before: u32,
        memo: &mut Memo,
        (reader, differ): (&mut Reader<'_>, &mut LineDiffer),
    ) -> Option<Version> {
        let blob = self.blobs.known(&commit_id(blob)?)?;
        let origin = self.origin((path, blob), before)?;
        let made_by = match origin {
            Origin::Kept(at) => self.log.versions.get(at as usize)?.made_by,
            Origin::Maker(maker) => self.commit_of(maker)?,
        };
        // Versions wait on the stack until those that they build on are made.
        let mut waiting = vec![origin];
        while let Some(&next) = waiting.last() {
            let Origin::Maker(maker) = next else {
                waiting.pop();
                continue;
            };
            if memo.contains_key(&maker) {
                waiting.pop();
                continue;
            }
            let bases = self.bases(maker)?;
            let n_waiting = waiting.len();
            for Base { origin, .. } in &bases {
                if matches!(origin, Some(Origin::Maker(base)) if !memo.contains_key(base)) {
                    waiting.extend(*origin);
                }
            }
            if waiting.len() == n_waiting {
                let runs = self.make(maker, &bases, memo, reader, differ)?;
                memo.insert(maker, runs);
                waiting.pop();
            }
        }
        Some(Version {
            runs: self.runs_of(origin, memo)?,
            made_by,
            used_by: NONE,
        })
    }

    fn commit_of(&self, maker: u32) -> Option<u32> {
        match self.log.changes.get(maker as usize) {
            Some(change) => Some(change.commit),
            None => Some(
                self.log
                    .merges
                    .get(maker as usize - self.log.changes.len())?
                    .commit,
            ),
        }
    }

    /// The newest version made before a commit: strictly earlier in landing order, so that the way back always ends.
    fn origin(&self, key: Key, before: u32) -> Option<Origin> {
        let index = self.index();
        if let Some(&(_, kept)) = rows(&index.kept, key).last()
            && self
                .log
                .versions
                .get(kept as usize)
                .is_some_and(|version| version.made_by < before)
        {
            return Some(Origin::Kept(kept));
        }
        let is_earlier = |maker: &u32| self.commit_of(*maker).is_some_and(|by| by < before);
        let makers = rows(&index.makers, key);
        let mut newest_first = makers.iter().rev().map(|&(_, maker)| maker);
        newest_first.find(is_earlier).map(Origin::Maker)
    }

    fn runs_of(&self, origin: Origin, memo: &Memo) -> Option<Runs> {
        match origin {
            Origin::Kept(at) => Some(Runs(self.log.versions.get(at as usize)?.runs.clone())),
            Origin::Maker(maker) => memo.get(&maker).cloned(),
        }
    }

    fn textness(&self, path: u32) -> Textness {
        self.text.get(path as usize).copied().unwrap_or_default()
    }

    /// What a version was made from.
    fn bases(&self, maker: u32) -> Option<Vec<Base>> {
        let base = |path: u32, blob: u32, mode: Mode, by: u32| {
            let origin = if mode.is_regular() {
                Some(self.origin((path, blob), by)?)
            } else {
                None
            };
            Some(Base {
                side: self.side(blob, mode)?,
                textness: self.textness(path),
                origin,
            })
        };
        if let Some(change) = self.log.changes.get(maker as usize) {
            let path = if change.previous == NONE {
                change.path
            } else {
                change.previous
            };
            if change.before == NONE {
                return Some(Vec::new());
            }
            return Some(vec![base(
                path,
                change.before,
                change.before_mode,
                change.commit,
            )?]);
        }
        let merge = self
            .log
            .merges
            .get(maker as usize - self.log.changes.len())?;
        let parents = merge.parents.iter();
        parents
            .map(|&(path, blob, mode)| base(path, blob, mode, merge.commit))
            .collect()
    }

    fn make(
        &self,
        maker: u32,
        bases: &[Base],
        memo: &Memo,
        reader: &mut Reader<'_>,
        differ: &mut LineDiffer,
    ) -> Option<Runs> {
        let known: Vec<(Side, Textness, Runs)> = bases
            .iter()
            .map(|base| {
                let runs = base
                    .origin
                    .map_or(Some(Runs::default()), |origin| self.runs_of(origin, memo));
                Some((base.side, base.textness, runs?))
            })
            .collect::<Option<_>>()?;
        let commit = self.log.commits.get(self.commit_of(maker)? as usize)?;
        let Some(change) = self.log.changes.get(maker as usize) else {
            let merge = self
                .log
                .merges
                .get(maker as usize - self.log.changes.len())?;
            let after = self.side(merge.after, merge.after_mode)?;
            let after = (after, self.textness(merge.path));
            return merged_runs(&known, after, commit.author, reader, differ);
        };
        let after = self.side(change.after, change.after_mode)?;
        let Some(new) = lines_of(reader, after, self.textness(change.path)).ok()? else {
            return Some(Runs::default());
        };
        let Some((before, textness, runs)) = known.first() else {
            return Some(Runs::of_one(count_lines(&new), commit.author));
        };
        let Some(old) = lines_of(reader, *before, *textness).ok()? else {
            return Some(Runs::of_one(count_lines(&new), commit.author));
        };
        if before.id == after.id {
            return Some(runs.clone());
        }
        let is_ignored =
            object_id(&commit.id).is_some_and(|id| self.ignored.binary_search(&id).is_ok());
        differ.compare_for_owners(&old, &new);
        Some(runs.changed(&differ.hunks, commit.author, is_ignored))
    }

    fn side(&self, blob: u32, mode: Mode) -> Option<Side> {
        Some(Side {
            mode,
            id: object_id(self.log.blobs.get(blob as usize)?)?,
        })
    }
}

/// A content whose lines have owners: a text file's do.
fn lines_of(
    reader: &mut Reader<'_>,
    side: Side,
    textness: Textness,
) -> Result<Option<std::rc::Rc<Vec<u8>>>, Unreadable> {
    if side.mode.is_regular() {
        text(reader, side, textness)
    } else {
        Ok(None)
    }
}

/// The owners of a merge's result: each line's is that of the first parent that has it, else the merge's author.
pub(super) fn merged_runs(
    parents: &[(Side, Textness, Runs)],
    (after, textness): (Side, Textness),
    owner: u32,
    reader: &mut Reader<'_>,
    differ: &mut LineDiffer,
) -> Option<Runs> {
    /// Marks lines that no parent looked at so far has; no signature has this number.
    const PENDING: u32 = u32::MAX - 1;
    let Some(new) = lines_of(reader, after, textness).ok()? else {
        return Some(Runs::default());
    };
    let mut runs = Runs::of_one(count_lines(&new), PENDING);
    for (side, textness, theirs) in parents {
        if let Some(old) = lines_of(reader, *side, *textness).ok()? {
            differ.compare_for_owners(&old, &new);
            runs = runs.filled_from(theirs, &differ.hunks, PENDING);
        }
    }
    Some(runs.replaced(PENDING, owner))
}
