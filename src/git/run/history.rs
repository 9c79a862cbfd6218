//! From the log to the [`History`] that other layers see: `.mailmap`, attributes and exclusions applied.

use std::collections::{HashMap, HashSet};

use gix::ObjectId;
use jiff::Timestamp;

use super::lives::line_lives;
use super::signing::Signing;
use crate::domain::{
    Commit, CommitId, Exclusion, FileChange, Gap, History, LineLife, MergedFile, Ownership,
    Signature, SignatureId,
};
use crate::git::MineOptions;
use crate::git::graph::first_parents::FirstParentLine;
use crate::git::graph::moved_in::MovedIn;
use crate::git::graph::reverts::{Claiming, reverted};
use crate::git::objects::commit::instant;
use crate::git::objects::decode::quoted;
use crate::git::objects::id::{commit_id, object_id};
use crate::git::settings::attributes::PathRules;
use crate::git::settings::tip::Settings;
use crate::git::state::log::{Log, LogChange, LogCommit, LogGap, LogOwnership, NONE};

/// Signatures after `.mailmap`, in order of first sight, and where each raw one went.
struct Signatures {
    seen: Vec<Signature>,
    of_raw: Vec<SignatureId>,
    /// By signature: whether several raw ones went there.
    is_shared: Vec<bool>,
}

impl Signatures {
    fn new(raw: &[(String, String)], signing: &Signing<'_>) -> Self {
        let mut numbers: HashMap<Signature, SignatureId> = HashMap::new();
        let mut seen = Vec::new();
        let mut n_raw: Vec<u32> = Vec::new();
        let of_raw = raw
            .iter()
            .map(|(name, email)| {
                let signature = signing.mapped(name, email);
                let id = *numbers.entry(signature).or_insert_with_key(|signature| {
                    seen.push(signature.clone());
                    n_raw.push(0);
                    SignatureId(u32::try_from(seen.len() - 1).unwrap_or(NONE))
                });
                if let Some(n) = n_raw.get_mut(id.0 as usize) {
                    *n += 1;
                }
                id
            })
            .collect();
        Self {
            seen,
            of_raw,
            is_shared: n_raw.into_iter().map(|n| n > 1).collect(),
        }
    }

    fn of(&self, raw: u32) -> SignatureId {
        self.of_raw
            .get(raw as usize)
            .copied()
            .unwrap_or(SignatureId(NONE))
    }

    fn is_shared(&self, id: SignatureId) -> bool {
        self.is_shared.get(id.0 as usize) != Some(&false)
    }
}

/// What can be said of a log while it is still needed as it is.
pub(super) struct Draft {
    signatures: Signatures,
    gaps: Vec<Gap>,
    /// By commit.
    totals: Vec<Totals>,
    path_exclusions: Vec<Option<Exclusion>>,
    path_in_tip: Vec<bool>,
    ownership: Vec<Ownership>,
    line_lives: Vec<LineLife>,
    changes: Vec<FileChange>,
    merged_files: Vec<MergedFile>,
    /// Paths after those of the log.
    more_paths: Vec<Vec<u8>>,
    /// By commit of the default branch: when it landed, in seconds.
    landed: Vec<i64>,
}

impl Draft {
    /// Of a log.
    pub(super) fn of(
        log: &Log,
        settings: &Settings,
        signing: &Signing<'_>,
        mut rules: PathRules,
    ) -> Self {
        let signatures = Signatures::new(&log.signatures, signing);
        let last = log.n_default.checked_sub(1);
        let last = last.and_then(|last| log.commits.get(last as usize));
        let tip_at = last.map(committed_at);
        let in_tip: HashSet<&[u8]> = settings.paths.iter().map(Vec::as_slice).collect();
        let line = FirstParentLine::of(log);
        let moved_in = MovedIn::of(log, &line);
        let change = |(at, change): (usize, &LogChange)| FileChange {
            commit: change.commit,
            path: change.path,
            previous_path: optional(change.previous),
            landed_path: moved_in.path(at).and_then(|landed| optional(landed.0)),
            landed_previous_path: moved_in.path(at).and_then(|landed| optional(landed.1)),
            change: change.kind,
            lines_added: optional(change.added),
            lines_deleted: optional(change.deleted),
            is_binary: change.is_binary,
        };
        let exclusions = path_exclusions(log, &moved_in, &mut rules);
        let landed = line.landed(log);
        Self {
            gaps: log.gaps.iter().map(gap).collect(),
            totals: totals(log),
            line_lives: line_lives(log, settings, &moved_in, &landed, &exclusions),
            path_exclusions: exclusions,
            path_in_tip: log
                .paths
                .iter()
                .chain(&moved_in.more_paths)
                .map(|path| in_tip.contains(path.as_slice()))
                .collect(),
            ownership: ownership(&log.ownership, &log.quarters, tip_at, &signatures),
            changes: log.changes.iter().enumerate().map(change).collect(),
            merged_files: line.merged_files(log, &moved_in),
            landed,
            more_paths: moved_in.more_paths,
            signatures,
        }
    }

    /// The facts as other layers see them, without tags and what the refs say.
    pub(super) fn finish(
        self,
        mut log: Log,
        options: &MineOptions,
        settings: &Settings,
        tip: Option<ObjectId>,
    ) -> History {
        let mut gaps = self.gaps;
        let n_default = log.n_default;
        (log.ownership, log.lives, log.versions, log.changes) = Default::default();
        let mut commits = Vec::with_capacity(log.commits.len());
        let claims: Vec<Claiming<'_>> = log
            .commits
            .iter()
            .map(|commit| Claiming {
                id: commit.id,
                subject: &commit.subject,
                pull_request: commit.pull_request,
                reverted: &commit.reverted,
            })
            .collect();
        let reverted = reverted(&claims);
        let rows = (0_u32..).zip(log.commits).zip(self.totals).zip(reverted);
        for (((place, row), totals), reverted) in rows {
            gaps.extend(row.gaps.iter().map(gap));
            let exclusion = exclusion(&row, totals.n_files, options, settings);
            let landed = self.landed.get(place as usize).copied();
            commits.push(commit(
                row,
                totals,
                &self.signatures,
                exclusion,
                landed.filter(|_| place < n_default),
                reverted,
            ));
        }
        History {
            commits,
            changes: self.changes,
            merged_files: self.merged_files,
            paths: log
                .paths
                .into_iter()
                .chain(self.more_paths)
                .map(path_text)
                .collect(),
            path_exclusions: self.path_exclusions,
            path_in_tip: self.path_in_tip,
            signatures: self.signatures.seen,
            ownership: self.ownership,
            line_lives: self.line_lives,
            tags: Vec::new(),
            tip: tip.and_then(|id| commit_id(&id)),
            default_branch: None,
            codeowners: settings.codeowners.clone(),
            agent_notes: settings.notes.clone(),
            is_shallow: false,
            gaps,
        }
    }
}

fn optional(number: u32) -> Option<u32> {
    (number != NONE).then_some(number)
}

fn path_text(path: Vec<u8>) -> String {
    String::from_utf8(path).unwrap_or_else(|error| quoted(error.as_bytes()).into_owned())
}

fn gap(found: &LogGap) -> Gap {
    Gap {
        repository: None,
        kind: found.kind.clone(),
        subject: found.subject.clone(),
        reason: found.reason.clone(),
    }
}

/// What a commit changed, as far as it could be read.
#[derive(Debug, Clone, Copy)]
struct Totals {
    n_files: u32,
    /// Whether these are all files.
    has_all_files: bool,
    /// Lines added and deleted over all text files; `None` where the content of one is missing.
    lines: Option<(u64, u64)>,
}

/// Files, lines added and lines deleted of every commit. What could not be read is unknown, and so is any sum with it.
fn totals(log: &Log) -> Vec<Totals> {
    let is_about_files = |gap: &LogGap| gap.kind == "tree";
    let mut totals: Vec<Totals> = log
        .commits
        .iter()
        .map(|commit| {
            let has_all_files = !commit.gaps.iter().any(is_about_files);
            Totals {
                n_files: 0,
                has_all_files,
                lines: has_all_files.then_some((0, 0)),
            }
        })
        .collect();
    for change in &log.changes {
        let Some(totals) = totals.get_mut(change.commit as usize) else {
            continue;
        };
        totals.n_files += 1;
        let counts = optional(change.added).zip(optional(change.deleted));
        totals.lines = match (totals.lines, counts) {
            (Some((added, deleted)), Some((more, less))) => {
                Some((added + u64::from(more), deleted + u64::from(less)))
            }
            // Git tells no lines of binary files either.
            (lines, None) if change.is_binary => lines,
            _ => None,
        };
    }
    totals
}

/// By path; the last content on the default branch decides whether it is a binary file, or none at all.
///
/// Merges say nothing that their branches did not, unless nothing else speaks of the path: so it does not matter whether
/// merges and other refs were read.
fn path_exclusions(log: &Log, moved_in: &MovedIn, rules: &mut PathRules) -> Vec<Option<Exclusion>> {
    let Log { paths, changes, .. } = log;
    let counts = |change: &&LogChange| {
        let commit = log.commits.get(change.commit as usize);
        change.commit < log.n_default && commit.is_some_and(|commit| commit.parents.len() < 2)
    };
    let n_paths = paths.len() + moved_in.more_paths.len();
    let mut kinds: Vec<Option<Exclusion>> = vec![None; n_paths];
    let all = || changes.iter().enumerate();
    let others = all().filter(|(_, change)| !counts(change));
    for (at, change) in others.chain(all().filter(|(_, change)| counts(change))) {
        let change = moved_in.landed(at, change);
        if let Some(kind) = kinds.get_mut(change.path as usize) {
            *kind = if change.is_file() {
                change.is_binary.then_some(Exclusion::Binary)
            } else {
                Some(Exclusion::NotAFile)
            };
        }
    }
    paths
        .iter()
        .chain(&moved_in.more_paths)
        .zip(kinds)
        .map(|(path, kind)| rules.exclusion(path).or(kind))
        .collect()
}

fn exclusion(
    row: &LogCommit,
    n_files: u32,
    options: &MineOptions,
    settings: &Settings,
) -> Option<Exclusion> {
    if row.parents.len() > 1 {
        return Some(Exclusion::Merge);
    }
    if object_id(&row.id).is_some_and(|id| settings.ignored.binary_search(&id).is_ok()) {
        return Some(Exclusion::IgnoredRevision);
    }
    (n_files > options.max_files_per_commit).then_some(Exclusion::TooManyFiles)
}

fn committed_at(row: &LogCommit) -> Timestamp {
    instant(row.committed).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn commit(
    row: LogCommit,
    totals: Totals,
    signatures: &Signatures,
    exclusion: Option<Exclusion>,
    landed: Option<i64>,
    reverts: Option<CommitId>,
) -> Commit {
    let committed_at = committed_at(&row);
    let lines = totals.lines.filter(|_| row.is_diffed);
    let author = signatures.of(row.author);
    let mut co_authors: Vec<SignatureId> = Vec::new();
    for &person in &row.co_authors {
        let person = signatures.of(person);
        if person != author && !co_authors.contains(&person) {
            co_authors.push(person);
        }
    }
    Commit {
        id: row.id,
        parents: row.parents,
        author,
        committer: signatures.of(row.committer),
        authored_at: instant(row.authored).unwrap_or(Timestamp::UNIX_EPOCH),
        author_offset_seconds: row.author_offset,
        committed_at,
        committer_offset_seconds: row.committer_offset,
        landed_at: landed.and_then(instant).unwrap_or(committed_at),
        co_authors,
        marks: row.marks,
        subject: row.subject,
        pull_request: row.pull_request,
        reverts,
        cherry_picked_from: row.cherry_picked_from,
        on_default_branch: landed.is_some(),
        exclusion,
        n_files: (row.is_diffed && totals.has_all_files).then_some(totals.n_files),
        lines_added: lines.map(|(added, _)| added),
        lines_deleted: lines.map(|(_, deleted)| deleted),
    }
}

/// Rows with instants and resolved authors; two raw signatures of one author become one row.
fn ownership(
    rows: &[LogOwnership],
    quarters: &[(i64, u32)],
    tip_at: Option<Timestamp>,
    signatures: &Signatures,
) -> Vec<Ownership> {
    let ends: Vec<Option<Timestamp>> = quarters
        .iter()
        .map(|(end, _)| instant(*end))
        .chain([tip_at])
        .collect();
    let mut out: Vec<Ownership> = Vec::with_capacity(rows.len());
    let mut same_file = 0;
    for row in rows {
        let Some(as_of) = ends.get(row.quarter as usize).copied().flatten() else {
            continue;
        };
        let next = Ownership {
            as_of,
            path: row.path,
            author: signatures.of(row.owner),
            surviving_lines: row.lines,
        };
        if out
            .last()
            .is_some_and(|last| (last.as_of, last.path) != (next.as_of, next.path))
        {
            same_file = out.len();
        }
        let file = out
            .get_mut(same_file..)
            .filter(|_| signatures.is_shared(next.author));
        let known = file.and_then(|file| file.iter_mut().find(|known| known.author == next.author));
        match known {
            Some(known) => known.surviving_lines += next.surviving_lines,
            None => out.push(next),
        }
    }
    out
}
