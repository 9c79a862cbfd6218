//! Where lines of work left the default branch.

use std::collections::{BinaryHeap, HashSet};
use std::path::Path;

use crate::domain::CommitId;
use crate::git::Error;
use crate::git::clone::open;
use crate::git::objects::commit;
use crate::git::objects::id::{commit_id, object_id};
use crate::git::objects::packs::Packs;
use crate::git::objects::reader::Reader;

/// Decoded objects that are kept.
const CACHE: usize = 16 << 20;

/// For each commit, where its line of work left the default branch: the newest commit of it that the commit reaches.
///
/// `landed` tells a commit's place on the default branch. `None` for a commit that the repository lacks, for one that is on the
/// default branch itself, and where more than `limit` commits lie between.
pub fn fork_points(
    repository: &Path,
    commits: &[CommitId],
    landed: &(dyn Fn(&CommitId) -> Option<usize> + Sync),
    limit: usize,
) -> Result<Vec<Option<CommitId>>, Error> {
    let repository = open::open(repository)?;
    let packs = Packs::open(&repository);
    let mut reader = packs.reader(CACHE);
    Ok(commits
        .iter()
        .map(|commit| fork_point(&mut reader, *commit, landed, limit))
        .collect())
}

fn fork_point(
    reader: &mut Reader<'_>,
    commit: CommitId,
    landed: &dyn Fn(&CommitId) -> Option<usize>,
    limit: usize,
) -> Option<CommitId> {
    let mut seen = HashSet::from([commit]);
    let mut pending = vec![commit];
    let mut found: BinaryHeap<(usize, CommitId)> = BinaryHeap::new();
    while let Some(next) = pending.pop() {
        if let Some(place) = landed(&next) {
            found.push((place, next));
            continue;
        }
        if seen.len() > limit {
            return None;
        }
        let parsed = commit::parse(&reader.read(&object_id(&next)?).ok()?.bytes)?;
        for parent in parsed.parents.iter().filter_map(|id| commit_id(id)) {
            if seen.insert(parent) {
                pending.push(parent);
            }
        }
    }
    let (_, newest) = found.pop()?;
    (newest != commit).then_some(newest)
}
