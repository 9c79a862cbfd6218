//! Pull requests that reached the default branch under other commit ids: squashed by hand, rebased or cherry-picked elsewhere.
//!
//! Patch-ids are only made where nothing cheaper ties a merged pull request to the default branch, so that they cost nothing in
//! a team that merges on GitHub.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::{Error, MinedClone};
use crate::domain::{CommitId, Facts, PrNumber, PullRequestState};
use crate::git::{self, Patch};
use crate::tables::PatchRow;
use crate::work::delivery::landing;

/// Commits of a line of work that are walked to where it left the default branch.
const MAX_COMMITS: usize = 1000;

/// A merged pull request that no commit id ties to the default branch.
#[derive(Default)]
struct Unlanded {
    commits: Vec<CommitId>,
    first_authored_at: Option<Timestamp>,
    merged_at: Option<Timestamp>,
}

/// The patch-ids that can tell where such pull requests landed, by commit.
pub fn of_unlanded(clone: &MinedClone, facts: &Facts) -> Result<Vec<PatchRow>, Error> {
    let history = &clone.history;
    let landed: HashMap<CommitId, usize> = history
        .landed()
        .enumerate()
        .map(|(place, commit)| (commit.id, place))
        .collect();
    let unlanded = unlanded(clone, facts, &landed);
    if unlanded.is_empty() {
        return Ok(Vec::new());
    }
    let tips: Vec<CommitId> = unlanded
        .values()
        .filter_map(|found| found.commits.last().copied())
        .collect();
    let place = |commit: &CommitId| landed.get(commit).copied();
    let forks = git::fork_points(&clone.path, &tips, &place, MAX_COMMITS)?;
    let wholes = tips.iter().zip(forks).filter_map(|(&commit, base)| {
        Some(Patch {
            commit,
            base: Some(base?),
        })
    });
    let own = unlanded.values().flat_map(|found| &found.commits);
    let mut patches: Vec<Patch> = wholes
        .chain(own.map(|&commit| Patch { commit, base: None }))
        .collect();
    patches.sort_unstable();
    patches.dedup();
    let mut rows = rows(clone, &patches, false)?;
    let wanted: BTreeSet<_> = rows.iter().map(|row| row.patch_id).collect();
    if wanted.is_empty() {
        return Ok(rows);
    }
    let is_near = |at: Timestamp| {
        unlanded.values().any(|found| {
            found.first_authored_at.is_none_or(|start| start <= at)
                && landing::is_near(at, found.merged_at)
        })
    };
    let candidates: Vec<Patch> = history
        .landed()
        .filter(|commit| !commit.is_merge() && is_near(commit.committed_at))
        .map(|commit| Patch {
            commit: commit.id,
            base: None,
        })
        .collect();
    let found = self::rows(clone, &candidates, true)?;
    rows.extend(
        found
            .into_iter()
            .filter(|row| wanted.contains(&row.patch_id)),
    );
    Ok(rows)
}

fn unlanded(
    clone: &MinedClone,
    facts: &Facts,
    landed: &HashMap<CommitId, usize>,
) -> BTreeMap<PrNumber, Unlanded> {
    let is_there = |commit: &CommitId| landed.contains_key(commit);
    let mut unlanded: BTreeMap<PrNumber, Unlanded> = facts
        .pull_requests
        .iter()
        .filter(|row| row.repository == clone.repository && row.state == PullRequestState::Merged)
        .filter(|row| !row.merge_commit.as_ref().is_some_and(is_there))
        .map(|row| {
            let found = Unlanded {
                merged_at: row.merged_at,
                ..Unlanded::default()
            };
            (row.number, found)
        })
        .collect();
    for row in &facts.pull_request_commits {
        if row.repository != clone.repository {
            continue;
        }
        let Some(found) = unlanded.get_mut(&row.number) else {
            continue;
        };
        found.commits.push(row.commit);
        let earliest = found
            .first_authored_at
            .map_or(row.authored_at, |at| at.min(row.authored_at));
        found.first_authored_at = Some(earliest);
    }
    // Only the last commit says that all of it is there.
    unlanded.retain(|_, found| found.commits.last().is_some_and(|last| !is_there(last)));
    unlanded
}

fn rows(
    clone: &MinedClone,
    patches: &[Patch],
    on_default_branch: bool,
) -> Result<Vec<PatchRow>, Error> {
    let ids = git::patch_ids(&clone.path, patches, None)?;
    Ok(patches
        .iter()
        .zip(ids)
        .filter_map(|(patch, id)| {
            Some(PatchRow {
                repository: clone.repository,
                commit: patch.commit,
                base: patch.base,
                patch_id: id?,
                on_default_branch,
            })
        })
        .collect())
}
