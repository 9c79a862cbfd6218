//! The files that commits change: trees compared, renames found. Content is only read for renames.

use gix::ObjectId;

use super::rename::{Candidate, Fingerprint, renames};
use super::trees::{Differ, Difference};
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;
use crate::git::objects::tree::{Hole, Side};
use crate::git::parallel::in_order;

/// Decoded trees that a thread keeps.
const TREE_CACHE: usize = 20 << 20;
/// Decoded contents that a thread keeps while it looks for renames.
const RENAME_CACHE: usize = 6 << 20;
/// Commits that a thread takes at once: neighbours share trees.
const CHUNK: usize = 128;

/// What to compare for one commit.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent wishes, any of which may be there"
)]
pub(in crate::git) struct Task {
    /// The commit's tree.
    pub(in crate::git) tree: ObjectId,
    /// Its parents' trees, in order; those that are not there are left out.
    pub(in crate::git) parents: Vec<ObjectId>,
    /// Whether the first parent is there, if it has any.
    pub(in crate::git) first_is_there: bool,
    /// Whether its changes are wanted (against the first parent, or the empty tree).
    pub(in crate::git) wants_changes: bool,
    /// Whether renames are looked for among them.
    pub(in crate::git) wants_renames: bool,
    /// Whether the merged files that are not the first parent's are wanted.
    pub(in crate::git) wants_merged: bool,
    /// Whether all its files are wanted, as a base of what comes later (the edge of a shallow clone).
    pub(in crate::git) wants_all: bool,
}

/// One changed file.
#[derive(Debug, Clone)]
pub(in crate::git) struct Changed {
    /// The path after the change (before it, for a deletion).
    pub(in crate::git) path: Vec<u8>,
    /// Where a renamed file was.
    pub(in crate::git) previous: Option<Vec<u8>>,
    /// Before.
    pub(in crate::git) before: Option<Side>,
    /// After.
    pub(in crate::git) after: Option<Side>,
}

/// A merged file like that of no parent.
#[derive(Debug, Clone)]
pub(in crate::git) struct Merged {
    /// Its path.
    pub(in crate::git) path: Vec<u8>,
    /// The parents' files, in order, with the parents' numbers and their paths: a parent may have the file under an older name,
    /// or not at all.
    pub(in crate::git) parents: Vec<(u32, Vec<u8>, Side)>,
    /// The result.
    pub(in crate::git) after: Side,
}

/// The files of one commit.
#[derive(Debug, Default)]
pub(in crate::git) struct Files {
    /// By path.
    pub(in crate::git) changes: Vec<Changed>,
    /// By path.
    pub(in crate::git) merged: Vec<Merged>,
    /// By path: the merged files that are not the first parent's, but another one's, with its number.
    pub(in crate::git) taken: Vec<(Vec<u8>, u32)>,
    /// The first parent's files that the merge does not have.
    pub(in crate::git) gone: Vec<Vec<u8>>,
    /// Every file, by path, where asked for.
    pub(in crate::git) all: Vec<(Vec<u8>, Side)>,
    /// Whether there was no end to them.
    pub(in crate::git) is_cut: bool,
    /// Trees that could not be read.
    pub(in crate::git) holes: Vec<Hole>,
}

/// Compares the trees of many commits on several threads; `take` gets what was found in the order of the tasks.
pub(in crate::git) fn of_commits(
    packs: &Packs,
    hash: gix::hash::Kind,
    tasks: &[Task],
    threads: usize,
    advance: &(dyn Fn(u64) + Sync),
    mut take: impl FnMut(Files) + Send,
) {
    let chunks: Vec<&[Task]> = tasks.chunks(CHUNK).collect();
    in_order(
        threads,
        chunks.len(),
        || (packs.reader(TREE_CACHE), packs.reader(RENAME_CACHE)),
        |(trees, contents), at| {
            let tasks = chunks.get(at).copied().unwrap_or_default();
            let files: Vec<Files> = tasks
                .iter()
                .map(|task| of_commit(trees, contents, hash, task))
                .collect();
            advance(tasks.len() as u64);
            files
        },
        |files| files.into_iter().for_each(&mut take),
    );
}

fn of_commit(
    trees: &mut Reader<'_>,
    contents: &mut Reader<'_>,
    hash: gix::hash::Kind,
    task: &Task,
) -> Files {
    let mut files = Files::default();
    let mut differ = Differ::new(trees, hash);
    if task.wants_changes {
        differ.compare(task.parents.first().map(|id| &**id), Some(&task.tree));
        files.holes.append(&mut differ.holes);
        files.is_cut |= differ.is_cut();
        files.changes = with_renames(
            std::mem::take(&mut differ.differences),
            task.wants_renames,
            contents,
        );
    }
    if task.wants_merged {
        let others = differ.compare_merge(&task.parents, &task.tree);
        files.holes.append(&mut differ.holes);
        files.is_cut |= differ.is_cut();
        let (mut found, mut sides) = (Vec::new(), Vec::new());
        for (file, others) in std::mem::take(&mut differ.differences)
            .into_iter()
            .zip(others)
        {
            let is_it = |side: &Option<Side>| *side == file.after;
            let parent = (1_u32..).zip(&others).find(|(_, side)| is_it(side));
            if let Some((parent, _)) = parent {
                files.taken.push((file.path, parent));
            } else {
                found.push(file);
                sides.push(others);
            }
        }
        files.gone = std::mem::take(&mut differ.gone);
        files.gone.sort_unstable();
        files.merged = merged(found, sides, task, &mut differ, contents);
    }
    if task.wants_all {
        differ.compare(None, Some(&task.tree));
        files.holes.append(&mut differ.holes);
        files.is_cut |= differ.is_cut();
        let all = std::mem::take(&mut differ.differences);
        files.all = all
            .into_iter()
            .filter_map(|file| Some((file.path, file.after?)))
            .collect();
    }
    files
}

/// A parent's file with its path.
type Named = Option<(Vec<u8>, Side)>;

/// Merged files with their parents' files: those of the same path, else what was renamed to it.
fn merged(
    found: Vec<Difference>,
    others: Vec<Vec<Option<Side>>>,
    task: &Task,
    differ: &mut Differ<'_, '_>,
    contents: &mut Reader<'_>,
) -> Vec<Merged> {
    /// Parents of a merge whose renames are looked for: an octopus of hundreds is not worth it.
    const MAX_PARENTS: usize = 16;
    let mut sides: Vec<Vec<Named>> = found
        .iter()
        .zip(others)
        .map(|(file, others)| {
            let same = std::iter::once(file.before).chain(others);
            same.map(|side| side.map(|side| (file.path.clone(), side)))
                .collect()
        })
        .collect();
    for (at, parent) in task.parents.iter().enumerate().take(MAX_PARENTS) {
        let is_missing = |sides: &Vec<Named>| sides.get(at).is_some_and(Option::is_none);
        if !task.wants_renames || !sides.iter().any(is_missing) {
            continue;
        }
        let missing: Vec<usize> = (0..)
            .zip(&sides)
            .filter(|(_, sides)| is_missing(sides))
            .map(|(at, _)| at)
            .collect();
        differ.compare(Some(parent), Some(&task.tree));
        let gone: Vec<Difference> = differ
            .differences
            .drain(..)
            .filter(|difference| difference.after.is_none())
            .collect();
        let deleted: Vec<Candidate<'_>> = gone
            .iter()
            .filter_map(|file| {
                Some(Candidate {
                    path: &file.path,
                    side: file.before?,
                })
            })
            .collect();
        let added: Vec<Candidate<'_>> = missing
            .iter()
            .filter_map(|&at| found.get(at))
            .filter_map(|file| {
                Some(Candidate {
                    path: &file.path,
                    side: file.after?,
                })
            })
            .collect();
        let fingerprint = |side: Side| Some(Fingerprint::of(&contents.read(&side.id).ok()?.bytes));
        for (source, destination) in renames(&deleted, &added, fingerprint) {
            let slot = missing
                .get(destination)
                .and_then(|&file| sides.get_mut(file)?.get_mut(at));
            if let (Some(slot), Some(source)) = (slot, deleted.get(source)) {
                *slot = Some((source.path.to_vec(), source.side));
            }
        }
    }
    found
        .into_iter()
        .zip(sides)
        .filter_map(|(file, sides)| {
            Some(Merged {
                path: file.path,
                parents: (0_u32..)
                    .zip(sides)
                    .filter_map(|(parent, side)| side.map(|(path, side)| (parent, path, side)))
                    .collect(),
                after: file.after?,
            })
        })
        .collect()
}

fn with_renames(
    differences: Vec<Difference>,
    is_wanted: bool,
    contents: &mut Reader<'_>,
) -> Vec<Changed> {
    let mut previous: Vec<Option<usize>> = vec![None; differences.len()];
    let is_deleted = |difference: &Difference| difference.after.is_none();
    let is_added = |difference: &Difference| difference.before.is_none();
    if is_wanted && differences.iter().any(is_deleted) && differences.iter().any(is_added) {
        let places = |is_wanted: &dyn Fn(&Difference) -> bool| -> Vec<usize> {
            (0..)
                .zip(&differences)
                .filter(|(_, difference)| is_wanted(difference))
                .map(|(at, _)| at)
                .collect()
        };
        let (deleted, added) = (places(&is_deleted), places(&is_added));
        let candidates = |places: &[usize]| -> Vec<Candidate<'_>> {
            places
                .iter()
                .filter_map(|&at| {
                    let difference = differences.get(at)?;
                    Some(Candidate {
                        path: &difference.path,
                        side: difference.before.or(difference.after)?,
                    })
                })
                .collect()
        };
        let fingerprint = |side: Side| Some(Fingerprint::of(&contents.read(&side.id).ok()?.bytes));
        for (source, destination) in
            renames(&candidates(&deleted), &candidates(&added), fingerprint)
        {
            if let (Some(&source), Some(&destination)) =
                (deleted.get(source), added.get(destination))
                && let Some(slot) = previous.get_mut(destination)
            {
                *slot = Some(source);
            }
        }
    }
    let moved: Vec<Option<(Vec<u8>, Option<Side>)>> = previous
        .iter()
        .map(|source| {
            source
                .and_then(|at| differences.get(at))
                .map(|source| (source.path.clone(), source.before))
        })
        .collect();
    let mut is_moved_away = vec![false; differences.len()];
    for source in previous.into_iter().flatten() {
        if let Some(flag) = is_moved_away.get_mut(source) {
            *flag = true;
        }
    }
    differences
        .into_iter()
        .zip(moved)
        .zip(is_moved_away)
        .filter(|(_, is_moved_away)| !is_moved_away)
        .map(|((difference, moved), _)| match moved {
            Some((path, before)) => Changed {
                path: difference.path,
                previous: Some(path),
                before,
                after: difference.after,
            },
            None => Changed {
                path: difference.path,
                previous: None,
                before: difference.before,
                after: difference.after,
            },
        })
        .collect()
}
