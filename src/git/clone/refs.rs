//! Where history starts: the default branch, the other refs, tags, and the edge of a shallow clone.

use std::collections::{BTreeMap, HashMap};

use gix::ObjectId;
use gix::bstr::ByteSlice;

use super::format::follows_replacements;
use crate::domain::{CommitId, Gap};
use crate::git::objects::commit;
use crate::git::objects::id::commit_id;
use crate::git::{Error, MineOptions};

/// Where history starts, read backwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::git) struct Tips {
    /// The default branch's name; `None` for a detached `HEAD`.
    pub(in crate::git) branch: Option<String>,
    /// Its newest commit; `None` for an empty repository.
    pub(in crate::git) head: Option<ObjectId>,
    /// The other refs' commits, sorted; empty unless asked for.
    pub(in crate::git) others: Vec<ObjectId>,
    /// Tags: name, the object it points at.
    pub(in crate::git) tags: Vec<(String, ObjectId)>,
    /// The edge of a shallow clone, sorted; empty for a whole one.
    pub(in crate::git) boundary: Vec<ObjectId>,
    /// What git would put in the place of other objects, and linchpin does not.
    pub(in crate::git) substitutes: Substitutes,
}

/// How git would read history otherwise than it was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::git) struct Substitutes {
    /// Refs below `refs/replace/`, where git follows them.
    pub(in crate::git) n_replaced: usize,
    /// Lines of `info/grafts`.
    pub(in crate::git) n_grafts: usize,
}

impl Substitutes {
    fn of(repository: &gix::Repository, n_replaced: usize) -> Self {
        /// More than anybody grafts by hand; the file's author says how long it is.
        const MAX_BYTES: u64 = 4 << 20;
        let mut grafts = Vec::new();
        let path = repository.common_dir().join("info").join("grafts");
        if let Ok(file) = std::fs::File::open(path) {
            let _ =
                std::io::Read::read_to_end(&mut std::io::Read::take(file, MAX_BYTES), &mut grafts);
        }
        let is_graft = |line: &&[u8]| !line.trim().is_empty() && !line.starts_with(b"#");
        Self {
            n_replaced: if n_replaced > 0 && follows_replacements(repository) {
                n_replaced
            } else {
                0
            },
            n_grafts: grafts.lines().filter(is_graft).count(),
        }
    }

    /// What is said of them.
    pub(in crate::git) fn gaps(&self) -> Vec<Gap> {
        let gap = |subject: &str, reason: &str| Gap {
            repository: None,
            kind: "refs".to_owned(),
            subject: subject.to_owned(),
            reason: reason.to_owned(),
        };
        let replaced = (self.n_replaced > 0).then(|| gap("refs/replace", REPLACED));
        let grafts = (self.n_grafts > 0).then(|| gap("info/grafts", GRAFTED));
        replaced.into_iter().chain(grafts).collect()
    }
}

/// Git shows other objects in the place of some.
const REPLACED: &str = "replacements_not_followed";

/// Git gives commits other parents than they name.
const GRAFTED: &str = "grafts_not_followed";

/// Reads refs.
pub(in crate::git) fn tips(
    repository: &gix::Repository,
    options: &MineOptions,
) -> Result<Tips, Error> {
    let (branch, head) = default_branch(repository, options.default_branch.as_deref())?;
    let mut others = Vec::new();
    let mut tags = Vec::new();
    let mut n_replaced = 0;
    let platform = repository.references().map_err(|source| Error::Refs {
        source: Box::new(source),
    })?;
    let all = platform.all().map_err(|source| Error::Refs {
        source: Box::new(source),
    })?;
    for reference in all.flatten() {
        let name = reference.name().as_bstr().to_owned();
        let Some(target) = reference.target().try_id().map(ToOwned::to_owned) else {
            continue;
        };
        if let Some(tag) = name.strip_prefix(b"refs/tags/") {
            tags.push((tag.to_str_lossy().into_owned(), target));
        }
        if name.starts_with(b"refs/replace/") {
            n_replaced += 1;
        } else if options.all_refs && !name.starts_with(b"refs/stash") {
            others.push(target);
        }
    }
    // A million refs may name one commit: each object is looked up once.
    others.sort_unstable();
    others.dedup();
    let mut others: Vec<ObjectId> = others.into_iter().map(|id| peel(repository, id)).collect();
    others.sort_unstable();
    others.dedup();
    tags.sort();
    let mut boundary: Vec<ObjectId> = match repository.shallow_commits() {
        Ok(Some(commits)) => commits.iter().copied().collect(),
        _ => Vec::new(),
    };
    boundary.sort_unstable();
    Ok(Tips {
        branch,
        head,
        others,
        tags,
        boundary,
        substitutes: Substitutes::of(repository, n_replaced),
    })
}

/// What an annotated tag points at in the end; anything else is itself.
pub(in crate::git) fn peel(repository: &gix::Repository, id: ObjectId) -> ObjectId {
    repository
        .find_object(id)
        .ok()
        .and_then(|object| object.peel_tags_to_end().ok())
        .map_or(id, |object| object.id)
}

fn unreadable(source: gix::Error) -> Error {
    Error::Refs {
        source: Box::new(source),
    }
}

/// The branch that was asked for; else the remote's default; else, where the clone has branches of a remote and nothing says
/// which is the default one, its `main` or `master`, or the only one there is; else the one `HEAD` names, else `main` or
/// `master`, else the only branch there is, else a detached `HEAD` itself.
///
/// What a clone of a pipeline has checked out is what it was asked to build: that says nothing about the default branch.
fn default_branch(
    repository: &gix::Repository,
    wanted: Option<&str>,
) -> Result<(Option<String>, Option<ObjectId>), Error> {
    // A ref that is there and cannot be read is not one that is missing: another branch must not be taken for it.
    let commit_of = |name: &str| -> Result<Option<ObjectId>, Error> {
        let found = repository.try_find_reference(name);
        let Some(mut reference) = found.map_err(unreadable)? else {
            return Ok(None);
        };
        // A branch whose newest commit is damaged is still the branch: the walk names the hole.
        let direct = reference.target().try_id().map(ToOwned::to_owned);
        Ok(reference.peel_to_id().ok().map(gix::Id::detach).or(direct))
    };
    let on_remote = |name: &str| commit_of(&format!("refs/remotes/origin/{name}"));
    // What was fetched last: the local branch of the same name may lag behind, or be ahead with what nobody else has.
    let branch = |name: &str| match on_remote(name)? {
        Some(id) => Ok(Some(id)),
        None => commit_of(&format!("refs/heads/{name}")),
    };
    if let Some(name) = wanted {
        let id = branch(name)
            .ok()
            .flatten()
            .ok_or_else(|| Error::UnknownBranch {
                branch: name.to_owned(),
            })?;
        return Ok((Some(name.to_owned()), Some(id)));
    }
    let target = |name: &str| {
        let reference = repository.try_find_reference(name).ok().flatten()?;
        Some(reference.target().try_name()?.as_bstr().to_owned())
    };
    if let Some(target) = target("refs/remotes/origin/HEAD")
        && let Some(name) = target.strip_prefix(b"refs/remotes/origin/")
        && let Some(id) = branch(&name.to_str_lossy())?
    {
        let name = name.to_str_lossy().into_owned();
        // Nobody moves this ref after the clone: where the branch was renamed since, the old one stays behind.
        if name == "master"
            && let Some(newer) = on_remote("main")?.filter(|newer| *newer != id)
            && is_continued(repository, id, newer)
        {
            return Ok((Some("main".to_owned()), Some(newer)));
        }
        return Ok((Some(name), Some(id)));
    }
    let Branches {
        local,
        remote,
        is_of_pipeline,
    } = branches(repository)?;
    if !remote.is_empty() {
        for name in ["main", "master"] {
            if let Some(id) = on_remote(name)? {
                return Ok((Some(name.to_owned()), Some(id)));
            }
        }
        let mut all = remote.into_iter();
        return match (all.next(), all.next()) {
            (Some((only, id)), None) => Ok((Some(only), Some(id))),
            _ => Err(Error::NoDefaultBranch {
                path: repository.git_dir().to_owned(),
            }),
        };
    }
    let head = repository.head_name().ok().flatten();
    if let Some(name) = head
        .as_ref()
        .and_then(|name| name.as_bstr().strip_prefix(b"refs/heads/"))
    {
        let name = name.to_str_lossy().into_owned();
        if let Some(id) = commit_of(&format!("refs/heads/{name}"))? {
            return Ok((Some(name), Some(id)));
        }
    }
    for name in ["main", "master"] {
        if let Some(id) = branch(name)? {
            return Ok((Some(name.to_owned()), Some(id)));
        }
    }
    if let Some(head) = head {
        let name = head.shorten().to_str_lossy().into_owned();
        // Nothing was ever committed, or `HEAD` names a branch that is gone: the only other one is meant, of several none.
        let mut others = local.into_iter();
        return match (others.next(), others.next()) {
            (None, _) => Ok((Some(name), None)),
            (Some((only, id)), None) => Ok((Some(only), Some(id))),
            (Some(_), Some(_)) => Err(Error::UnknownBranch { branch: name }),
        };
    }
    if is_of_pipeline {
        return Err(Error::NoDefaultBranch {
            path: repository.git_dir().to_owned(),
        });
    }
    let detached = repository
        .head()
        .ok()
        .and_then(|head| head.id().map(gix::Id::detach));
    Ok((
        None,
        repository.head_id().ok().map(gix::Id::detach).or(detached),
    ))
}

/// Whether a branch's first-parent line leads on from another branch's tip.
fn is_continued(repository: &gix::Repository, old: ObjectId, newer: ObjectId) -> bool {
    /// Clocks of those who commit differ: the way back does not end at the first one that is late.
    const SLACK_SECONDS: i64 = 7 * 86_400;
    let read = |id: ObjectId| commit::parse(&repository.find_object(id).ok()?.data);
    let Some(started_at) = read(old).map(|commit| commit.committer.seconds - SLACK_SECONDS) else {
        return false;
    };
    let mut cursor = Some(newer);
    while let Some(id) = cursor {
        if id == old {
            return true;
        }
        let Some(commit) = read(id).filter(|commit| commit.committer.seconds >= started_at) else {
            return false;
        };
        cursor = commit.parents.first().copied();
    }
    false
}

/// Branches by name.
#[derive(Default)]
struct Branches {
    local: BTreeMap<String, ObjectId>,
    /// Those of `origin`.
    remote: BTreeMap<String, ObjectId>,
    /// Whether a pipeline fetched what a pull request would be merged to.
    is_of_pipeline: bool,
}

fn branches(repository: &gix::Repository) -> Result<Branches, Error> {
    let platform = repository.references().map_err(|source| Error::Refs {
        source: Box::new(source),
    })?;
    let all = platform.all().map_err(|source| Error::Refs {
        source: Box::new(source),
    })?;
    let mut branches = Branches::default();
    for reference in all {
        let reference = reference.map_err(unreadable)?;
        let Some(id) = reference.target().try_id().map(ToOwned::to_owned) else {
            continue;
        };
        let name = reference.name().as_bstr();
        if let Some(name) = name.strip_prefix(b"refs/heads/") {
            let name = name.to_str_lossy().into_owned();
            branches.local.insert(name, id);
        } else if let Some(name) = name.strip_prefix(b"refs/remotes/origin/") {
            let name = name.to_str_lossy().into_owned();
            branches.remote.insert(name, id);
        }
        branches.is_of_pipeline |= name.starts_with(b"refs/remotes/pull/");
    }
    Ok(branches)
}

/// Tags with the commit and the instant they stand for; those that point at no commit are left out.
pub(in crate::git) fn tags(
    repository: &gix::Repository,
    tips: &Tips,
) -> Vec<(String, CommitId, i64)> {
    let stands_for = |id: ObjectId| {
        let object = repository.find_object(id).ok()?;
        let tagged_at = match object.kind {
            gix::objs::Kind::Tag => {
                let tag = object.clone().try_into_tag().ok()?;
                let tagger = tag.tagger().ok().flatten();
                tagger
                    .and_then(|tagger| tagger.time().ok())
                    .map(|time| time.seconds)
            }
            _ => None,
        };
        let commit = object.peel_tags_to_end().ok()?;
        if commit.kind != gix::objs::Kind::Commit {
            return None;
        }
        let parsed = commit::parse(&commit.data)?;
        Some((
            commit_id(&commit.id)?,
            tagged_at.unwrap_or(parsed.committer.seconds),
        ))
    };
    // A million tags may name one commit: each object is looked up once.
    let mut known: HashMap<ObjectId, Option<(CommitId, i64)>> = HashMap::new();
    let mut tags: Vec<_> = tips
        .tags
        .iter()
        .filter_map(|(name, id)| {
            let (commit, seconds) = (*known.entry(*id).or_insert_with(|| stands_for(*id)))?;
            Some((name.clone(), commit, seconds))
        })
        .collect();
    tags.sort_by(|a, b| (a.2, &a.0).cmp(&(b.2, &b.0)));
    tags
}
