//! The births of lines of versions that an earlier run saw and did not keep: made again from the nearest kept version before them.

use std::collections::HashMap;
use std::sync::OnceLock;

use gix::ObjectId;

use super::births::Births;
use super::descent::OldBases;
use super::ignored::stood_for;
use super::survival::{Runs, UNKNOWN, Version};
use crate::git::diff::hunk::Hunk;
use crate::git::diff::lines::{LineDiffer, count_lines};
use crate::git::objects::id::object_id;
use crate::git::objects::object::Unreadable;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::{Mode, Side};
use crate::git::settings::text::{Textness, text};
use crate::git::state::log::{Log, LogChange, LogMerge, NONE};

/// What an earlier run saw, looked up by version.
pub(in crate::git) struct Past<'a> {
    log: &'a Log,
    bases: &'a OldBases,
    births: &'a Births,
    ignored: &'a [ObjectId],
    /// By path: how its files are compared.
    text: &'a [Textness],
    index: OnceLock<Index>,
}

/// A version: its path, and the place of the commit that made it.
type Key = (u32, u32);

struct Index {
    /// By version: places among the changes (or, from `n_changes` on, among the merges) that made it.
    makers: Vec<(Key, u32)>,
    /// By version: places among the kept ones.
    kept: Vec<(Key, u32)>,
}

/// The row of a key.
fn row(sorted: &[(Key, u32)], key: Key) -> Option<u32> {
    let at = sorted.binary_search_by_key(&key, |row| row.0).ok()?;
    sorted.get(at).map(|row| row.1)
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
pub(in crate::git) type Memo = HashMap<u32, Runs>;

impl<'a> Past<'a> {
    /// Of an earlier run's facts; `bases` says what each of them builds on, `births` which lines are born of it, `ignored` are the revisions of
    /// `.git-blame-ignore-revs`, sorted; `text` says by path how its files are compared.
    pub(in crate::git) fn new(
        log: &'a Log,
        bases: &'a OldBases,
        births: &'a Births,
        ignored: &'a [ObjectId],
        text: &'a [Textness],
    ) -> Self {
        Self {
            log,
            bases,
            births,
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
                .map(|(change, at)| ((change.path, change.commit), at));
            let by_merges = self.log.merges.iter().zip(n_changes..);
            let mut makers: Vec<(Key, u32)> = by_changes
                .chain(by_merges.map(|(merge, at)| ((merge.path, merge.commit), at)))
                .collect();
            makers.sort_unstable();
            let kept = self.log.versions.iter().zip(0..);
            let mut kept: Vec<(Key, u32)> = kept
                .map(|(version, at)| ((version.path, version.made_by), at))
                .collect();
            kept.sort_unstable();
            Index { makers, kept }
        })
    }

    /// The version of a path that a commit made; `None` if it made none, or if one on the way to it cannot be read.
    pub(in crate::git) fn version(
        &self,
        path: u32,
        made_by: u32,
        memo: &mut Memo,
        (reader, differ): (&mut Reader<'_>, &mut LineDiffer),
    ) -> Option<Version> {
        let origin = self.origin((path, made_by))?;
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
            blob: object_id(self.log.blobs.get(self.blob_of(origin)? as usize)?)?,
            runs: self.runs_of(origin, memo)?,
            made_by,
            used_by: NONE,
        })
    }

    /// The content of a version.
    fn blob_of(&self, origin: Origin) -> Option<u32> {
        match origin {
            Origin::Kept(at) => Some(self.log.versions.get(at as usize)?.blob),
            Origin::Maker(maker) => match self.log.changes.get(maker as usize) {
                Some(change) => Some(change.after),
                None => Some(self.merge(maker)?.after),
            },
        }
    }

    fn merge(&self, maker: u32) -> Option<&LogMerge> {
        let at = (maker as usize).checked_sub(self.log.changes.len())?;
        self.log.merges.get(at)
    }

    fn origin(&self, key: Key) -> Option<Origin> {
        let index = self.index();
        let kept = row(&index.kept, key).map(Origin::Kept);
        kept.or_else(|| row(&index.makers, key).map(Origin::Maker))
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
        let by = self.log.commit_of_maker(maker)?;
        // Always an earlier commit, so that the way back ends; and the content that the change was made from.
        let base = |path: u32, made_by: u32, blob: u32, mode: Mode| {
            let origin = if mode.is_regular() {
                let origin = self.origin((path, made_by)).filter(|_| made_by < by)?;
                (self.blob_of(origin)? == blob).then_some(())?;
                Some(origin)
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
            let made_by = *self.bases.of_changes.get(maker as usize)?;
            return Some(vec![base(
                path,
                made_by,
                change.before,
                change.before_mode,
            )?]);
        }
        let at = (maker as usize).checked_sub(self.log.changes.len())?;
        let makers = self.bases.of_merges.get(at)?;
        let parents = self.merge(maker)?.parents.iter().zip(makers);
        parents
            .map(|(parent, made_by)| base(parent.path, *made_by, parent.blob, parent.mode))
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
        let commit = self
            .log
            .commits
            .get(self.log.commit_of_maker(maker)? as usize)?;
        let birth = self.births.of_maker(maker);
        let is_ignored =
            object_id(&commit.id).is_some_and(|id| self.ignored.binary_search(&id).is_ok());
        let Some(change) = self.log.changes.get(maker as usize) else {
            let merge = self.merge(maker)?;
            let after = self.side(merge.after, merge.after_mode)?;
            let after = (after, self.textness(merge.path));
            return merged_runs(&known, after, (birth, is_ignored), reader, differ);
        };
        let after = self.side(change.after, change.after_mode)?;
        let Some(new) = lines_of(reader, after, self.textness(change.path)).ok()? else {
            return Some(Runs::default());
        };
        let Some((before, textness, runs)) = known.first() else {
            return Some(Runs::of_one(count_lines(&new), birth));
        };
        let Some(old) = lines_of(reader, *before, *textness).ok()? else {
            return Some(Runs::of_one(count_lines(&new), birth));
        };
        if before.id == after.id {
            return Some(runs.clone());
        }
        differ.compare_for_owners(&old, &new);
        Some(next_runs(
            runs,
            [&old, &new],
            &differ.hunks,
            (birth, is_ignored),
        ))
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

/// The births of the lines that a commit made of a text: what is new is born of it.
///
/// A commit that is to be ignored passes it on to the births of the lines that it stands for. What is like no line is nobody's:
/// `git blame` would give it to the commit, and mark it, but whoever formats a file shall not own a part of it.
pub(in crate::git) fn next_runs(
    before: &Runs,
    [old, new]: [&[u8]; 2],
    hunks: &[Hunk],
    (birth, is_ignored): (u32, bool),
) -> Runs {
    if is_ignored {
        before.passed_on(hunks, &stood_for(old, new, hunks), UNKNOWN)
    } else {
        before.changed(hunks, birth)
    }
}

/// The births of the lines of a merge's result: those of the parent that has just that; else each line's is that of the first parent
/// that has it, or the merge itself; a merge that is to be ignored passes on what is its own, to one parent after the other.
pub(in crate::git) fn merged_runs(
    parents: &[(Side, Textness, Runs)],
    (after, textness): (Side, Textness),
    (birth, is_ignored): (u32, bool),
    reader: &mut Reader<'_>,
    differ: &mut LineDiffer,
) -> Option<Runs> {
    /// Marks lines that no parent looked at so far has; no birth has this number.
    const PENDING: u32 = u32::MAX - 1;
    let Some(new) = lines_of(reader, after, textness).ok()? else {
        return Some(Runs::default());
    };
    // A file that came from another place as it was is that parent's, whatever the others have here.
    if let Some((_, _, theirs)) = parents.iter().find(|(side, ..)| side.id == after.id) {
        return Some(theirs.clone());
    }
    let mut runs = Runs::of_one(count_lines(&new), PENDING);
    for (side, textness, theirs) in parents {
        if let Some(old) = lines_of(reader, *side, *textness).ok()? {
            differ.compare_for_owners(&old, &new);
            runs = runs.filled_from(theirs, &differ.hunks, PENDING);
        }
    }
    if !is_ignored {
        return Some(runs.replaced(PENDING, birth));
    }
    for (side, textness, theirs) in parents {
        if let Some(old) = lines_of(reader, *side, *textness).ok()? {
            differ.compare_for_owners(&old, &new);
            let stood_for = stood_for(&old, &new, &differ.hunks);
            runs = runs.filled(
                &theirs.passed_on(&differ.hunks, &stood_for, PENDING),
                PENDING,
            );
        }
    }
    Some(runs.replaced(PENDING, UNKNOWN))
}
