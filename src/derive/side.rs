//! What tags, releases and deployments contain beside the default branch, and which of it is a copy of what landed there.
//!
//! Release and environment branches ship what they contain. That a commit of theirs was picked from the default branch, it says
//! itself. What was rewritten with its whole history keeps message and both times. Else a patch-id tells, which is made only for
//! commits of one author time or one subject: `git cherry-pick` keeps both.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::{Error, MinedClone};
use crate::domain::{Commit, CommitId, Facts, Forgetting, PrNumber};
use crate::git::{self, LandedCommit, Patch, SideCommit};
use crate::register::Register;
use crate::tables::SideRow;
use crate::work::pattern::BadPattern;

/// The most commits of one subject that are compared with another one of it.
const MOST_ALIKE: usize = 32;

/// The commits that a clone's tags, releases and deployments reach and its default branch does not.
pub fn of_clone(
    clone: &MinedClone,
    name: &str,
    facts: &Facts,
    register: &Register,
    forgotten: &dyn Forgetting,
) -> Result<Vec<SideRow>, Error> {
    let tips = tips(clone, name, facts, register)?;
    let landed: Vec<LandedCommit<'_>> = clone
        .history
        .landed()
        .map(|commit| LandedCommit {
            id: commit.id,
            subject: &commit.subject,
            pull_request: commit.pull_request,
        })
        .collect();
    let side = git::side_commits(&clone.path, &tips, &landed, forgotten)?;
    if side.is_empty() {
        return Ok(Vec::new());
    }
    let copies = copies(clone, facts, &side)?;
    Ok(side
        .into_iter()
        .map(|commit| SideRow {
            repository: clone.repository,
            commit: commit.id,
            is_merge: commit.parents.len() > 1,
            parents: commit.parents,
            committed_at: commit.committed_at,
            reverts: commit.reverts,
            copy_of: copies.get(&commit.id).copied(),
        })
        .collect())
}

/// What was tagged, released or deployed.
fn tips(
    clone: &MinedClone,
    name: &str,
    facts: &Facts,
    register: &Register,
) -> Result<Vec<CommitId>, Error> {
    let mut tips: BTreeSet<CommitId> = clone.history.tags.iter().map(|tag| tag.commit).collect();
    let deployed = facts.deployments.iter();
    tips.extend(
        deployed
            .filter(|row| row.repository == clone.repository)
            .filter_map(|row| row.commit),
    );
    let released = facts.releases.iter();
    tips.extend(
        released
            .filter(|row| row.repository == clone.repository)
            .filter_map(|row| row.commit),
    );
    let product = register.products.iter().find(|product| {
        let mut names = product.repositories.iter();
        names.any(|one| one.to_string().eq_ignore_ascii_case(name))
    });
    if let Some(pattern) = product.and_then(|product| product.workflow_pattern.as_ref()) {
        let deploys = regex::Regex::new(pattern).map_err(|_| BadPattern(pattern.clone()))?;
        let ran = facts.workflow_runs.iter();
        tips.extend(
            ran.filter(|row| row.repository == clone.repository && deploys.is_match(&row.name))
                .filter_map(|row| row.head_commit),
        );
    }
    Ok(tips.into_iter().collect())
}

/// By commit beside the default branch: the commit of the default branch that it is a copy of.
fn copies(
    clone: &MinedClone,
    facts: &Facts,
    side: &[SideCommit],
) -> Result<HashMap<CommitId, CommitId>, Error> {
    let landed: HashMap<CommitId, &Commit> = clone
        .history
        .landed()
        .map(|commit| (commit.id, commit))
        .collect();
    let wholes = wholes(clone, facts, &landed);
    let squashed: HashMap<CommitId, CommitId> = wholes
        .iter()
        .filter_map(|(own, whole)| match own.as_slice() {
            [only] => Some((*only, *whole)),
            _ => None,
        })
        .collect();
    let picked: HashMap<CommitId, CommitId> = side
        .iter()
        .filter_map(|commit| Some((commit.id, commit.cherry_picked_from?)))
        .collect();
    let rewritten = rewritten(clone, side);
    let mut copies = HashMap::new();
    for commit in side {
        // A pick of a pick is a copy of what the first one was picked from.
        let mut source = commit.cherry_picked_from;
        let mut seen = HashSet::new();
        while let Some(id) = source
            && seen.insert(id)
            && let Some(next) = picked.get(&id)
        {
            source = Some(*next);
        }
        let known = source.and_then(|id| {
            let whole = squashed.get(&id).copied();
            whole.or_else(|| landed.contains_key(&id).then_some(id))
        });
        let original = known.or_else(|| rewritten.get(&commit.id).copied());
        if let Some(original) = original {
            copies.insert(commit.id, original);
        }
    }
    let rest: Vec<&SideCommit> = side
        .iter()
        .filter(|commit| commit.parents.len() < 2 && !copies.contains_key(&commit.id))
        .collect();
    for (copy, original) in alike(clone, &rest)? {
        let whole = squashed.get(&original).copied();
        copies.insert(copy, whole.unwrap_or(original));
    }
    let picked = picked_whole(side, &wholes, &copies);
    copies.extend(picked);
    Ok(copies)
}

/// Copies of the last commit of a pull request that reach copies of all its other commits: with one of them all of it is there.
fn picked_whole(
    side: &[SideCommit],
    wholes: &[(Vec<CommitId>, CommitId)],
    copies: &HashMap<CommitId, CommitId>,
) -> Vec<(CommitId, CommitId)> {
    let parents: HashMap<CommitId, &[CommitId]> = side
        .iter()
        .map(|commit| (commit.id, commit.parents.as_slice()))
        .collect();
    let mut copies_of: HashMap<CommitId, Vec<CommitId>> = HashMap::new();
    for (copy, original) in copies {
        copies_of.entry(*original).or_default().push(*copy);
    }
    let mut found = Vec::new();
    for (own, whole) in wholes.iter().filter(|(own, _)| own.len() > 1) {
        let of_last = own.last().and_then(|last| copies_of.get(last));
        for copy in of_last.into_iter().flatten() {
            let mut reached: HashSet<CommitId> = HashSet::new();
            let mut pending = vec![*copy];
            while let Some(next) = pending.pop() {
                if let Some(above) = parents.get(&next)
                    && reached.insert(next)
                {
                    pending.extend_from_slice(above);
                }
            }
            let is_there = |commit: &CommitId| {
                let copies = copies_of.get(commit);
                copies.is_some_and(|copies| copies.iter().any(|copy| reached.contains(copy)))
            };
            if own.iter().all(is_there) {
                found.push((*copy, *whole));
            }
        }
    }
    found
}

/// The own commits of pull requests, merges of the base left out, and the commit of the default branch that landed them.
fn wholes(
    clone: &MinedClone,
    facts: &Facts,
    landed: &HashMap<CommitId, &Commit>,
) -> Vec<(Vec<CommitId>, CommitId)> {
    let mut own: BTreeMap<PrNumber, Vec<CommitId>> = BTreeMap::new();
    for row in &facts.pull_request_commits {
        if row.repository == clone.repository && !row.updates_from_base {
            own.entry(row.number).or_default().push(row.commit);
        }
    }
    facts
        .pull_requests
        .iter()
        .filter(|row| row.repository == clone.repository)
        .filter_map(|row| {
            let whole = row.merge_commit.filter(|id| landed.contains_key(id))?;
            Some((own.remove(&row.number)?, whole))
        })
        .collect()
}

/// Commits of an earlier form of the default branch's own history, before somebody rewrote it: tags still reach it.
fn rewritten(clone: &MinedClone, side: &[SideCommit]) -> HashMap<CommitId, CommitId> {
    /// What a rewriting keeps.
    type Kept<'a> = (Timestamp, Timestamp, &'a str);
    let mut originals: HashMap<Kept<'_>, Option<CommitId>> = HashMap::new();
    for commit in clone.history.landed() {
        let kept = (
            commit.authored_at,
            commit.committed_at,
            commit.subject.as_str(),
        );
        // Two alike tell nothing.
        let only = originals.entry(kept).or_insert(Some(commit.id));
        if *only != Some(commit.id) {
            *only = None;
        }
    }
    side.iter()
        .filter_map(|commit| {
            let kept = (
                commit.authored_at,
                commit.committed_at,
                commit.subject.as_str(),
            );
            Some((commit.id, (*originals.get(&kept)?)?))
        })
        .collect()
}

/// Copies and their originals that a patch-id tells.
fn alike(clone: &MinedClone, side: &[&SideCommit]) -> Result<Vec<(CommitId, CommitId)>, Error> {
    let mut by_time: HashMap<Timestamp, Vec<&Commit>> = HashMap::new();
    let mut by_subject: HashMap<&str, Vec<&Commit>> = HashMap::new();
    for commit in side {
        by_time.insert(commit.authored_at, Vec::new());
        by_subject.insert(git::bare_subject(&commit.subject), Vec::new());
    }
    for commit in clone.history.landed().filter(|commit| !commit.is_merge()) {
        if let Some(same) = by_time.get_mut(&commit.authored_at) {
            same.push(commit);
        }
        if let Some(same) = by_subject.get_mut(git::bare_subject(&commit.subject)) {
            same.push(commit);
        }
    }
    let mut pairs: Vec<(CommitId, CommitId)> = Vec::new();
    for commit in side {
        let same_time = by_time.get(&commit.authored_at);
        let same_subject = by_subject.get(git::bare_subject(&commit.subject));
        let mut candidates: Vec<&Commit> = same_time
            .into_iter()
            .chain(same_subject)
            .flatten()
            .copied()
            .collect();
        let apart = |other: &&Commit| other.committed_at.duration_since(commit.committed_at).abs();
        candidates.sort_by_key(|other| (apart(other), other.id));
        candidates.dedup_by_key(|other| other.id);
        let nearest = candidates.into_iter().take(MOST_ALIKE);
        pairs.extend(nearest.map(|other| (commit.id, other.id)));
    }
    let mut patches: Vec<Patch> = pairs
        .iter()
        .flat_map(|(copy, original)| [*copy, *original])
        .map(|commit| Patch { commit, base: None })
        .collect();
    patches.sort_unstable();
    patches.dedup();
    let ids = git::patch_ids(&clone.path, &patches, None)?;
    let patch_of: HashMap<CommitId, _> = patches
        .iter()
        .zip(ids)
        .filter_map(|(patch, id)| Some((patch.commit, id?)))
        .collect();
    let mut found: Vec<(CommitId, CommitId)> = Vec::new();
    for (copy, original) in pairs {
        let is_same =
            patch_of.contains_key(&copy) && patch_of.get(&copy) == patch_of.get(&original);
        // The nearest comes first.
        if is_same && found.last().is_none_or(|(last, _)| *last != copy) {
            found.push((copy, original));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u8) -> CommitId {
        format!("{n:040x}").parse().unwrap()
    }

    fn side(n: u8, parents: &[u8]) -> SideCommit {
        SideCommit {
            id: id(n),
            parents: parents.iter().map(|n| id(*n)).collect(),
            authored_at: Timestamp::UNIX_EPOCH,
            committed_at: Timestamp::UNIX_EPOCH,
            subject: String::new(),
            reverts: None,
            cherry_picked_from: None,
        }
    }

    #[test]
    fn a_pull_request_is_picked_with_the_last_of_its_commits_where_all_are_there() {
        // 1 and 2 landed with merge 3. One branch has copies of both, another one of the last alone.
        let wholes = [(vec![id(1), id(2)], id(3))];
        let beside = [
            side(11, &[0]),
            side(12, &[11]),
            side(13, &[12]),
            side(22, &[0]),
        ];
        let copies = HashMap::from([(id(11), id(1)), (id(13), id(2)), (id(22), id(2))]);
        assert_eq!(picked_whole(&beside, &wholes, &copies), [(id(13), id(3))]);
    }
}
