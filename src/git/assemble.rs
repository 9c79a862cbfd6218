//! From a repository to its [`History`]: the run, and what the tip's tree says about people and paths.

use std::collections::HashMap;
use std::path::Path;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use jiff::Timestamp;

use crate::domain::{
    Commit, Exclusion, FileChange, Gap, History, Ownership, Signature, SignatureId, Tag,
};

use super::attributes::{MAX_ATTRIBUTES_BYTES, PathRules};
use super::engine::{self, Plan, commit_id};
use super::log::{Log, NONE};
use super::objects::{Packs, Reader};
use super::open::{self, Tips};
use super::state::{self, Header};
use super::tree::{Differ, Side};
use super::{Error, MineOptions, Mined, Progress};

/// Files of the tip that say how history is to be read.
const MAILMAP: &[u8] = b".mailmap";
const IGNORED_REVISIONS: &[u8] = b".git-blame-ignore-revs";
const ATTRIBUTES: &[u8] = b".gitattributes";

struct Start {
    repository: gix::Repository,
    tips: Tips,
    /// The tip as of the instant.
    tip: Option<ObjectId>,
    current: String,
}

fn start(path: &Path, options: &MineOptions) -> Result<Start, Error> {
    let repository = open::open(path)?;
    let tips = open::tips(&repository, options)?;
    let tip = match (tips.head, options.as_of) {
        (Some(head), Some(as_of)) => {
            newest_before(&repository, head, as_of.as_second(), &tips.boundary)
        }
        (head, _) => head,
    };
    let until = options
        .as_of
        .filter(|_| options.all_refs)
        .map(Timestamp::as_second);
    let current = format!(
        "{:?} {tip:?} {:?} {:?} {:?} {:?} {until:?} {} {} {} {} {}",
        tips.branch,
        tips.others,
        tips.tags,
        tips.boundary,
        options.excluded_globs,
        options.max_files_per_commit,
        options.renames,
        options.all_refs,
        options.diff_merges_first_parent,
        options.ownership,
    );
    Ok(Start {
        repository,
        tips,
        tip,
        current,
    })
}

/// The newest commit of the first-parent line at or before an instant.
fn newest_before(
    repository: &gix::Repository,
    head: ObjectId,
    as_of: i64,
    boundary: &[ObjectId],
) -> Option<ObjectId> {
    let mut id = head;
    loop {
        let object = repository.find_object(id).ok()?;
        let parsed = super::commit::parse(&object.data)?;
        if parsed.committer.seconds <= as_of {
            return Some(id);
        }
        if boundary.binary_search(&id).is_ok() {
            return None;
        }
        id = *parsed.parents.first()?;
    }
}

/// See [`super::is_current`].
pub(super) fn is_current(
    path: &Path,
    options: &MineOptions,
    previous: &[u8],
) -> Result<bool, Error> {
    let Some(header) = Header::read(previous) else {
        return Ok(false);
    };
    Ok(state::key(&start(path, options)?.current) == header.current)
}

/// See [`super::mine`].
pub(super) fn mine(
    path: &Path,
    options: &MineOptions,
    previous: Option<&[u8]>,
    progress: &dyn Progress,
) -> Result<Mined, Error> {
    let Start {
        repository,
        tips,
        tip,
        current,
    } = start(path, options)?;
    let packs = Packs::open(&repository);
    let mut reader = packs.reader(8 << 20);
    let (settings, mut gaps) = Settings::of_tip(&mut reader, &repository, tip);
    let rules = PathRules::new(&settings.attributes, &options.excluded_globs)?;
    let basis = format!(
        "{:?} {:?} {:?} {} {} {} {}",
        repository.object_hash(),
        settings.ignored,
        tips.boundary,
        options.renames,
        options.all_refs,
        options.diff_merges_first_parent,
        options.ownership,
    );
    let header = Header {
        basis: state::key(&basis),
        current: state::key(&current),
    };
    let old_header = previous.and_then(Header::read);
    let old = previous
        .filter(|_| old_header.is_some_and(|old| old.basis == header.basis))
        .and_then(state::read);
    let unchanged = old.is_some() && old_header == Some(header);
    let (log, n_old) = match old {
        Some(log) if unchanged => {
            let n = log.commits.len();
            (log, n)
        }
        old => {
            let plan = Plan {
                packs: &packs,
                hash: repository.object_hash(),
                tip,
                others: tips.others.clone(),
                boundary: tips.boundary.clone(),
                ignored: &settings.ignored,
                until: options.as_of.map(Timestamp::as_second),
                renames: options.renames,
                merges_against_first_parent: options.diff_merges_first_parent,
                ownership: options.ownership,
                threads: threads(options),
                progress,
            };
            let n_old = old.as_ref().map_or(0, |log| log.commits.len());
            match old.and_then(|log| engine::extend(&plan, log)) {
                Some(log) => (log, n_old),
                None => (engine::extend(&plan, Log::default()).unwrap_or_default(), 0),
            }
        }
    };
    progress.phase("history", None);
    let state = match previous {
        Some(previous) if unchanged => previous.to_vec(),
        _ => state::write(&header, &log),
    };
    let n_new_commits = u32::try_from(log.commits.len().saturating_sub(n_old)).unwrap_or(NONE);
    let mut history = history(log, options, &settings, rules, tip);
    history.tags = open::tags(&repository, &tips)
        .into_iter()
        .filter_map(|(name, commit, seconds)| {
            Some(Tag {
                name,
                commit,
                tagged_at: instant(seconds)?,
            })
        })
        .filter(|tag| options.as_of.is_none_or(|as_of| tag.tagged_at <= as_of))
        .collect();
    history.default_branch = tips.branch;
    history.is_shallow = !tips.boundary.is_empty();
    history.gaps.append(&mut gaps);
    history.gaps.sort();
    history.gaps.dedup();
    Ok(Mined {
        history,
        state,
        unchanged,
        n_new_commits,
    })
}

fn threads(options: &MineOptions) -> usize {
    options
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
        .max(1)
}

fn instant(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

/// What the tip's tree says.
#[derive(Default)]
struct Settings {
    mailmap: gix::mailmap::Snapshot,
    ignored: Vec<ObjectId>,
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// Every path of the tip.
    paths: Vec<Vec<u8>>,
}

impl Settings {
    fn of_tip(
        reader: &mut Reader<'_>,
        repository: &gix::Repository,
        tip: Option<ObjectId>,
    ) -> (Self, Vec<Gap>) {
        let mut settings = Self::default();
        let mut gaps = Vec::new();
        let Some(tip) = tip else {
            return (settings, gaps);
        };
        let gap = |kind: &str, subject: String, reason: &str| Gap {
            repository: None,
            kind: kind.to_owned(),
            subject,
            reason: reason.to_owned(),
        };
        let tree = match reader
            .read(&tip)
            .map(|object| super::commit::parse(&object.bytes))
        {
            Ok(Some(parsed)) => parsed.tree,
            Ok(None) => {
                gaps.push(gap("commit", tip.to_string(), "corrupt_object"));
                return (settings, gaps);
            }
            Err(why) => {
                gaps.push(gap("commit", tip.to_string(), why.word()));
                return (settings, gaps);
            }
        };
        let mut differ = Differ::new(reader, repository.object_hash());
        differ.compare(None, Some(&tree));
        let files = std::mem::take(&mut differ.differences);
        gaps.extend(
            differ
                .holes
                .iter()
                .map(|(id, why)| gap("tree", id.to_string(), why.word())),
        );
        let mut wanted: Vec<(Vec<u8>, Side)> = Vec::new();
        for file in files {
            let name = file
                .path
                .rsplit(|&byte| byte == b'/')
                .next()
                .unwrap_or_default();
            if let Some(side) = file.after.filter(|side| side.mode.is_regular())
                && (name == ATTRIBUTES || file.path == MAILMAP || file.path == IGNORED_REVISIONS)
            {
                wanted.push((file.path.clone(), side));
            }
            settings.paths.push(file.path);
        }
        for (path, side) in wanted {
            let content = match super::files::content(reader, side) {
                Ok(content) if content.len() <= MAX_ATTRIBUTES_BYTES => content,
                Ok(_) => {
                    gaps.push(gap(
                        "settings",
                        path.to_str_lossy().into_owned(),
                        "too_large",
                    ));
                    continue;
                }
                Err(why) => {
                    gaps.push(gap(
                        "settings",
                        path.to_str_lossy().into_owned(),
                        why.word(),
                    ));
                    continue;
                }
            };
            if path == MAILMAP {
                settings.mailmap = gix::mailmap::Snapshot::from_bytes(&content);
            } else if path == IGNORED_REVISIONS {
                settings.ignored = ignored_revisions(&content);
            } else {
                let directory = path.strip_suffix(ATTRIBUTES).unwrap_or_default();
                settings.attributes.push((
                    directory.strip_suffix(b"/").unwrap_or(directory).to_vec(),
                    content.to_vec(),
                ));
            }
        }
        settings.attributes.sort_by_key(|(directory, _)| {
            directory.split(|&byte| byte == b'/').count() - usize::from(directory.is_empty())
        });
        (settings, gaps)
    }
}

/// Full ids, one a line; `#` starts a comment.
fn ignored_revisions(content: &[u8]) -> Vec<ObjectId> {
    let mut ids: Vec<ObjectId> = content
        .lines()
        .filter_map(|line| line.split(|&byte| byte == b'#').next())
        .filter_map(|line| ObjectId::from_hex(line.trim_ascii()).ok())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Signatures after `.mailmap`, in order of first sight, and where each raw one went.
struct Signatures {
    seen: Vec<Signature>,
    of_raw: Vec<SignatureId>,
}

impl Signatures {
    fn new(raw: &[(String, String)], mailmap: &gix::mailmap::Snapshot) -> Self {
        let mut numbers: HashMap<Signature, SignatureId> = HashMap::new();
        let mut seen = Vec::new();
        let of_raw = raw
            .iter()
            .map(|(name, email)| {
                let written = gix::actor::SignatureRef {
                    name: name.as_str().into(),
                    email: email.as_str().into(),
                    time: "",
                };
                let resolved = mailmap.resolve_cow(written);
                let text = |bytes: &[u8]| bytes.to_str_lossy().into_owned();
                let signature = Signature {
                    name: text(&resolved.name),
                    email: text(&resolved.email),
                };
                *numbers.entry(signature).or_insert_with_key(|signature| {
                    seen.push(signature.clone());
                    SignatureId(u32::try_from(seen.len() - 1).unwrap_or(NONE))
                })
            })
            .collect();
        Self { seen, of_raw }
    }

    fn of(&self, raw: u32) -> SignatureId {
        self.of_raw
            .get(raw as usize)
            .copied()
            .unwrap_or(SignatureId(NONE))
    }
}

fn history(
    log: Log,
    options: &MineOptions,
    settings: &Settings,
    mut rules: PathRules,
    tip: Option<ObjectId>,
) -> History {
    let signatures = Signatures::new(&log.signatures, &settings.mailmap);
    let optional = |number: u32| (number != NONE).then_some(number);
    let mut totals = vec![(0_u32, 0_u64, 0_u64); log.commits.len()];
    let mut kinds: Vec<(bool, bool)> = vec![(true, false); log.paths.len()];
    for change in &log.changes {
        if let Some(total) = totals.get_mut(change.commit as usize) {
            total.0 += 1;
            total.1 += u64::from(optional(change.added).unwrap_or(0));
            total.2 += u64::from(optional(change.deleted).unwrap_or(0));
        }
        if let Some(kind) = kinds.get_mut(change.path as usize) {
            *kind = (change.is_file(), change.is_binary);
        }
    }
    let mut gaps: Vec<Gap> = Vec::new();
    let mut add_gaps = |found: Vec<super::log::LogGap>| {
        gaps.extend(found.into_iter().map(|gap| Gap {
            repository: None,
            kind: gap.kind,
            subject: gap.subject,
            reason: gap.reason,
        }));
    };
    add_gaps(log.gaps);
    let mut commits = Vec::with_capacity(log.commits.len());
    for ((place, commit), (n_files, added, deleted)) in (0_u32..).zip(log.commits).zip(totals) {
        add_gaps(commit.gaps);
        let is_ignored = || {
            engine::object_id(&commit.id)
                .is_some_and(|id| settings.ignored.binary_search(&id).is_ok())
        };
        let exclusion = if commit.parents.len() > 1 {
            Some(Exclusion::Merge)
        } else if is_ignored() {
            Some(Exclusion::IgnoredRevision)
        } else {
            (n_files > options.max_files_per_commit).then_some(Exclusion::TooManyFiles)
        };
        let author = signatures.of(commit.author);
        let mut co_authors: Vec<SignatureId> = Vec::new();
        for person in commit.co_authors {
            let person = signatures.of(person);
            if person != author && !co_authors.contains(&person) {
                co_authors.push(person);
            }
        }
        commits.push(Commit {
            id: commit.id,
            parents: commit.parents,
            author,
            committer: signatures.of(commit.committer),
            authored_at: instant(commit.authored).unwrap_or(Timestamp::UNIX_EPOCH),
            author_offset_seconds: commit.author_offset,
            committed_at: instant(commit.committed).unwrap_or(Timestamp::UNIX_EPOCH),
            committer_offset_seconds: commit.committer_offset,
            co_authors,
            subject: commit.subject,
            pull_request: commit.pull_request,
            reverts: commit.reverts,
            cherry_picked_from: commit.cherry_picked_from,
            on_default_branch: place < log.n_default,
            exclusion,
            n_files: commit.is_diffed.then_some(n_files),
            lines_added: commit.is_diffed.then_some(added),
            lines_deleted: commit.is_diffed.then_some(deleted),
        });
    }
    let tip_at = log
        .n_default
        .checked_sub(1)
        .and_then(|last| commits.get(last as usize))
        .map(|commit| commit.committed_at);
    let ownership = ownership(&log.ownership, &log.quarters, tip_at, &signatures);
    let in_tip: std::collections::HashSet<&[u8]> =
        settings.paths.iter().map(Vec::as_slice).collect();
    let path_in_tip = log
        .paths
        .iter()
        .map(|path| in_tip.contains(path.as_slice()))
        .collect();
    let path_exclusions = log
        .paths
        .iter()
        .zip(kinds)
        .map(|(path, (is_file, is_binary))| {
            rules.exclusion(path).or(if is_file {
                is_binary.then_some(Exclusion::Binary)
            } else {
                Some(Exclusion::NotAFile)
            })
        })
        .collect();
    let changes = log
        .changes
        .iter()
        .map(|change| FileChange {
            commit: change.commit,
            path: change.path,
            previous_path: optional(change.previous),
            change: change.kind,
            lines_added: optional(change.added),
            lines_deleted: optional(change.deleted),
            is_binary: change.is_binary,
        })
        .collect();
    History {
        commits,
        changes,
        paths: log
            .paths
            .into_iter()
            .map(|path| {
                String::from_utf8(path)
                    .unwrap_or_else(|raw| raw.as_bytes().to_str_lossy().into_owned())
            })
            .collect(),
        path_exclusions,
        path_in_tip,
        signatures: signatures.seen,
        ownership,
        tags: Vec::new(),
        tip: tip.and_then(|id| commit_id(&id)),
        default_branch: None,
        is_shallow: false,
        gaps,
    }
}

/// Rows with instants and resolved authors; two raw signatures of one author become one row.
fn ownership(
    rows: &[super::log::LogOwnership],
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
        let known = out
            .get_mut(same_file..)
            .and_then(|file| file.iter_mut().find(|known| known.author == next.author));
        match known {
            Some(known) => known.surviving_lines += next.surviving_lines,
            None => out.push(next),
        }
    }
    out
}
