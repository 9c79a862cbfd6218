//! Commits beside the default branch: what tags and deployments of release and environment branches reach.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use jiff::Timestamp;

use super::reverts::{Claiming, reverted};
use crate::domain::{CommitId, Forgetting};
use crate::git::Error;
use crate::git::clone::open;
use crate::git::objects::commit::{self, instant};
use crate::git::objects::id::{commit_id, object_id};
use crate::git::objects::packs::Packs;

/// Decoded objects that are kept.
const CACHE: usize = 16 << 20;

/// A commit that the default branch does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideCommit {
    /// Its id.
    pub id: CommitId,
    /// Its parents in order.
    pub parents: Vec<CommitId>,
    /// Author time.
    pub authored_at: Timestamp,
    /// Committer time.
    pub committed_at: Timestamp,
    /// First paragraph of the message on one line.
    pub subject: String,
    /// The commit that it takes back.
    pub reverts: Option<CommitId>,
    /// The commit that it says it was picked from.
    pub cherry_picked_from: Option<CommitId>,
}

/// A commit of the default branch, as far as others may name it.
#[derive(Debug, Clone, Copy)]
pub struct LandedCommit<'a> {
    /// Its id.
    pub id: CommitId,
    /// Its subject.
    pub subject: &'a str,
    /// The pull request that it lands.
    pub pull_request: Option<u64>,
}

/// The commits that some tips reach and the default branch, given in its order, does not: by committer time, then id.
///
/// A tip that the repository lacks reaches nothing, and neither does one with an ancestor that cannot be read: what it contains
/// is not known. Subjects name nobody who is forgotten, as those of the default branch do not: they are held against each other.
pub fn side_commits(
    repository: &Path,
    tips: &[CommitId],
    landed: &[LandedCommit<'_>],
    forgotten: &dyn Forgetting,
) -> Result<Vec<SideCommit>, Error> {
    let on_branch: HashSet<CommitId> = landed.iter().map(|commit| commit.id).collect();
    let repository = open::open(repository)?;
    let packs = Packs::open(&repository);
    let mut reader = packs.reader(CACHE);
    let mut found: HashMap<CommitId, (SideCommit, String, Option<u64>)> = HashMap::new();
    let mut children: HashMap<CommitId, Vec<CommitId>> = HashMap::new();
    let mut seen: HashSet<CommitId> = HashSet::new();
    let mut missing: Vec<CommitId> = Vec::new();
    let mut pending: Vec<CommitId> = tips.to_vec();
    while let Some(id) = pending.pop() {
        if on_branch.contains(&id) || !seen.insert(id) {
            continue;
        }
        let read = object_id(&id).and_then(|object| reader.read(&object).ok());
        let Some(parsed) = read.and_then(|object| commit::parse(&object.bytes)) else {
            missing.push(id);
            continue;
        };
        let parents: Vec<CommitId> = parsed
            .parents
            .iter()
            .filter_map(|id| commit_id(id))
            .collect();
        for parent in &parents {
            children.entry(*parent).or_default().push(id);
            pending.push(*parent);
        }
        let at = |seconds| instant(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
        let commit = SideCommit {
            id,
            parents,
            authored_at: at(parsed.author.seconds),
            committed_at: at(parsed.committer.seconds),
            subject: forgotten.text(&parsed.subject).into_owned(),
            reverts: None,
            cherry_picked_from: parsed.cherry_picked_from.and_then(|id| commit_id(&id)),
        };
        found.insert(id, (commit, parsed.reverted, parsed.pull_request));
    }
    while let Some(id) = missing.pop() {
        found.remove(&id);
        missing.extend(children.remove(&id).unwrap_or_default());
    }
    let mut side: Vec<(SideCommit, String, Option<u64>)> = found.into_values().collect();
    side.sort_unstable_by_key(|(commit, ..)| (commit.committed_at, commit.id));
    let claims: Vec<Claiming<'_>> = landed
        .iter()
        .map(|commit| Claiming {
            id: commit.id,
            subject: commit.subject,
            pull_request: commit.pull_request,
            reverted: "",
        })
        .chain(side.iter().map(|(commit, reverted, number)| Claiming {
            id: commit.id,
            subject: &commit.subject,
            pull_request: *number,
            reverted,
        }))
        .collect();
    let reverts = reverted(&claims).into_iter().skip(landed.len());
    let reverts: Vec<Option<CommitId>> = reverts.collect();
    Ok(side
        .into_iter()
        .zip(reverts)
        .map(|((commit, ..), reverts)| SideCommit { reverts, ..commit })
        .collect())
}
